"""Tell the authors of letters what became of them: they came back, or are not stored as they were approved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from yuemian.accounts.models import Permission, User
from yuemian.domain.results import NoticeState
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.board import zone_of
from yuemian.interviews.digest import DigestContent, DigestSection
from yuemian.messaging.actions.content import NoTemplate, version_for
from yuemian.messaging.actions.plan import Intent, Occasion, Recipient, plan_notifications
from yuemian.results.models import ResultNotice
from yuemian.trust import audit
from yuemian.trust.live import announce
from yuemian.ui.when import day_text

#: What `messaging` calls what such a mail is about; nobody is asked whether it is still true.
SUBJECT: Final = "result_news"
WORTH: Final = timedelta(days=2)


def tell_came_back(notices: Sequence[ResultNotice], by: User | None = None, *, now: datetime) -> int:
    """Something has changed under these, which are drafts again. Returns how many mails were written.

    None about a batch of which others have come back that nobody has looked after since: its author knows.
    """
    others = ResultNotice.objects.filter(
        batch__in={each.batch_id for each in notices}, state=NoticeState.DRAFT
    )
    others = others.exclude(came_back="").exclude(pk__in=[each.pk for each in notices])
    known = set(others.values_list("batch", flat=True))
    fresh = [each for each in notices if each.batch_id not in known]
    return tell_returned(by, fresh, NoticeState.DRAFT, now=now)


def tell_returned(
    by: User | None, notices: Sequence[ResultNotice], state: NoticeState, *, now: datetime
) -> int:
    """One mail for each author and batch, with numbers and no names, unless they did it. Returns how many."""
    authors: dict[tuple[UUID, UUID | None], list[ResultNotice]] = defaultdict(list)
    for notice in notices:
        author = notice.submitted_by_id or notice.author_id
        if author is not None and (by is None or author != by.pk):
            authors[author, notice.batch_id].append(notice)
    people, who = _people({author for author, _batch in authors}), by.name if by else ""
    sent = 0
    for (author, _batch), mine in authors.items():
        if author in people:
            with override(people[author].locale):
                title = _("Letters of results that came back to you")
                if state is NoticeState.EXCLUDED:
                    title = _("Letters of results that were taken out of their batch")
                count = ngettext("%(count)s letter", "%(count)s letters", len(mine)) % {"count": len(mine)}
                sent += _write(people[author], title, count, who, mine[0], now=now)
    return sent


def note_altered(notices: Collection[ResultNotice], *, now: datetime) -> int:
    """These are not stored as they were approved: written down once, and told whoever can mend it. Returns how many."""
    ids = [each.pk for each in notices]
    fresh = list(
        ResultNotice.objects.select_for_update(no_key=True).filter(pk__in=ids, altered_at=None).order_by("pk")
    )
    ResultNotice.objects.filter(pk__in=[each.pk for each in fresh]).update(altered_at=now)
    for notice in fresh:
        subject = ("result_notice", notice.pk)
        audit.record(notice.organization_id, audit.SYSTEM, "result.altered", at=now, subject=subject)
        announce(notice.organization_id, "results", batch=notice.batch_id)
        for person in _who_mends(notice):
            with override(person.locale):
                title = _("A letter is not stored as it was approved")
                why = _("It is shown to nobody. Call it back, write it anew, and look into the audit trail.")
                _write(person, title, why, "", notice, now=now)
    return len(fresh)


def _who_mends(notice: ResultNotice) -> list[User]:
    """Who wrote and submitted it, and who decides about such letters."""
    mine = _people({each for each in (notice.author_id, notice.submitted_by_id) if each is not None})
    leads = User.objects.filter(organization=notice.organization_id).who_may(Permission.APPROVE_RESULTS)
    found = mine | {each.pk: each for each in leads.select_related("organization", "branch")}
    return sorted(found.values(), key=lambda each: each.pk)


def _people(ids: Collection[UUID]) -> dict[UUID, User]:
    rows = User.objects.filter(pk__in=ids, is_active=True).select_related("organization", "branch")
    return {each.pk: each for each in rows}


def _write(person: User, title: str, words: str, who: str, notice: ResultNotice, *, now: datetime) -> int:
    """In the language that is active; 0 where there is no text for such mails."""
    organization = person.organization
    try:
        version = version_for(organization.pk, Purpose.DIGEST)
    except NoTemplate:
        return 0
    path = (
        reverse("result-batch", args=[notice.batch_id])
        if notice.batch_id
        else reverse("result-letter", args=[notice.pk])
    )
    link = f"{settings.PUBLIC_URL}{path}"
    section = DigestSection(title, "", [(words, who, "")], "", _("Look at it"), link)
    content = DigestContent(day_text(now, zone_of(person), with_year=False), title, [section], link)
    context = {"organization_name": organization.name_in(person.locale), **content.context(person.name)}
    intent = Intent(
        recipient=Recipient(user=person),
        subject_id=notice.pk,
        subject_revision=max(notice.submission, 1),
        locale=person.locale,
        context=context,
        channels=[Channel.EMAIL],
        deadline_at=now + WORTH,
        link_expires_at=now,
    )
    occasion = Occasion(organization, Purpose.DIGEST, version, SUBJECT, due_at=now, now=now)
    return len(plan_notifications(occasion, [intent]))
