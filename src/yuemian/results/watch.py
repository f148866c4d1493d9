"""Receives news from the rooms below: another name, another address, another template than the approved one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from yuemian.domain.results import NoticeState
from yuemian.domain.states import CALLED_OFF, Purpose
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.messaging.models import Delivery, Template
from yuemian.results.actions.void import send_back
from yuemian.results.models import ResultNotice
from yuemian.results.notices.letters import newest_letters
from yuemian.results.notices.people import contacts_of

N = NoticeState
#: Why letters come back to their author.
NAME, CONTACTS, LETTER, UNREACHED = "name", "contacts", "letter", "unreached"


def look_at_candidate(sender: object, *, candidate: Candidate, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `person_changed`: whoever approved it saw another name."""
    rows = _waiting().filter(candidate=candidate).exclude(candidate_name=candidate.name)
    send_back(list(rows.values_list("pk", flat=True)), NAME, now=at)


def look_at_contact(
    sender: object,  # noqa: ARG001
    *,
    point: ContactPoint,
    is_in_use: bool,
    at: datetime,
    **_: Any,
) -> None:
    """Receives `contacts_changed`: an address that nobody saw. One that is out of use takes nothing away, as long as
    another is left.
    """
    _look_at_addresses([point.candidate_id], at)
    if not is_in_use:
        send_back(_unreached(point.candidate_id), UNREACHED, now=at)


def look_at_new_contacts(sender: object, *, points: Sequence[ContactPoint], at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `contacts_added`: the same for many people, in as many statements as for one."""
    _look_at_addresses({point.candidate_id for point in points}, at)


def look_at_template(sender: object, *, template: Template, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `template_changed`. What was released stays: it is sent in exactly the words that were approved."""
    if template.purpose not in {Purpose.LETTER, Purpose.RESULT}:
        return
    waiting = ResultNotice.objects.filter(state__in=[N.SUBMITTED, N.APPROVED])
    rows = waiting.filter(Q(letter__template=template) | Q(pointer__template=template))
    found = list(rows.values_list("pk", "letter_id", "pointer_id"))
    versions = {each for _, letter, pointer in found for each in (letter, pointer)}
    current = newest_letters(versions)
    changed = [pk for pk, letter, pointer in found if letter not in current or pointer not in current]
    send_back(changed, LETTER, now=at)


def _look_at_addresses(candidate_ids: Collection[UUID], at: datetime) -> None:
    rows = list(_waiting().filter(candidate__in=candidate_ids).values_list("pk", "candidate_id", "contacts"))
    in_use = contacts_of({candidate for _, candidate, _ in rows})
    changed = [pk for pk, candidate, approved in rows if not set(in_use.get(candidate, [])) <= set(approved)]
    send_back(changed, CONTACTS, now=at)


def _unreached(candidate_id: UUID) -> list[UUID]:
    """Released letters of whose messages every one was called off: nothing of them leaves any more, and nothing failed
    that a person is asked about.
    """
    mine = Delivery.objects.filter(
        notification__subject_id=OuterRef("pk"), notification__purpose=Purpose.RESULT
    )
    left = mine.exclude(state__in=[str(each) for each in CALLED_OFF])
    rows = ResultNotice.objects.filter(
        Exists(mine), ~Exists(left), candidate=candidate_id, state=N.RELEASED, decision__is_current=True
    )
    return list(rows.values_list("pk", flat=True))


def _waiting() -> Any:
    """Approved, about to be, or on its way."""
    return ResultNotice.objects.filter(state__in=[N.SUBMITTED, N.APPROVED, N.RELEASED])
