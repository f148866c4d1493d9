"""Receives news from the rooms below: another name, another address, another template than the approved one."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from yuemian.domain.results import NoticeState
from yuemian.domain.results.truth import as_contacts
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Candidate, ContactPoint, ContactState
from yuemian.messaging.models import Template
from yuemian.results.actions.void import send_back
from yuemian.results.models import ResultNotice
from yuemian.results.notices.letters import newest_letters

N = NoticeState
#: Why letters come back to their author.
NAME, CONTACTS, LETTER = "name", "contacts", "letter"


def look_at_candidate(sender: object, *, candidate: Candidate, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `person_changed`: whoever approved it saw another name."""
    rows = _waiting().filter(candidate=candidate).exclude(candidate_name=candidate.name)
    send_back(list(rows.values_list("pk", flat=True)), NAME, now=at)


def look_at_contact(sender: object, *, point: ContactPoint, at: datetime, **_: Any) -> None:  # noqa: ARG001
    """Receives `contacts_changed`: an address that nobody saw. One that is out of use takes nothing away."""
    mine = ContactPoint.objects.filter(candidate_id=point.candidate_id, state=ContactState.ACTIVE)
    now_there = set(as_contacts(mine.values_list("blind_index", flat=True)))
    rows = _waiting().filter(candidate_id=point.candidate_id)
    changed: list[UUID] = [
        pk for pk, approved in rows.values_list("pk", "contacts") if not now_there <= set(approved)
    ]
    send_back(changed, CONTACTS, now=at)


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


def _waiting() -> Any:
    """Approved, about to be, or on its way."""
    return ResultNotice.objects.filter(state__in=[N.SUBMITTED, N.APPROVED, N.RELEASED])
