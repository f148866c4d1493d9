"""What a candidate needs at an interview, for those who must know it: HR, its interviewers, whoever receives them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from yuemian.accounts.models import Permission, User
from yuemian.domain.reasons import NeedKind
from yuemian.interviews.models import Interview, Need
from yuemian.interviews.reasons.wording import NEEDS
from yuemian.interviews.wording import Text
from yuemian.trust.vault import Unreadable, Vault


@dataclass(frozen=True)
class Known:
    """A need in clear."""

    kinds: Sequence[NeedKind]
    words: str
    said_at: datetime
    arranged_at: datetime | None
    arranged_by: str
    arrangement: str

    @property
    def labels(self) -> list[Text]:
        return [NEEDS[kind] for kind in self.kinds]


def may_read_needs(user: User, interview: Interview) -> bool:
    """HR who arrange interviews, and the people of this one; a hiring lead who only looks on need not know."""
    if interview.recruiter_id == user.pk or user.may(Permission.EDIT_INTERVIEWS):
        return True
    return any(person.pk == user.pk for person in interview.interviewers.all())


def marks_of(user: User, interviews: Iterable[Interview]) -> dict[UUID, bool]:
    """By interview whether what is needed is arranged; nothing is opened for it."""
    allowed = [each.pk for each in interviews if may_read_needs(user, each)]
    rows = Need.objects.filter(interview__in=allowed, content_sealed__isnull=False)
    return {
        interview_id: at is not None for interview_id, at in rows.values_list("interview_id", "arranged_at")
    }


def read_need(interview: Interview, vault: Vault | None = None) -> Known | None:
    """None when nothing was said, it was taken back, or the person is erased."""
    row = Need.objects.filter(interview=interview, content_sealed__isnull=False)
    found = row.select_related("arranged_by").first()
    return _opened(interview, found, vault or Vault(interview.organization_id)) if found else None


def needs_of(user: User, interviews: Iterable[Interview]) -> dict[UUID, Known]:
    """By interview, of those whose needs this person may read."""
    allowed = {each.pk: each for each in interviews if may_read_needs(user, each)}
    if not allowed:
        return {}
    vault = Vault(user.organization_id)
    rows = Need.objects.filter(interview__in=list(allowed), content_sealed__isnull=False)
    found = {
        row.interview_id: _opened(allowed[row.interview_id], row, vault)
        for row in rows.select_related("arranged_by")
    }
    return {interview_id: need for interview_id, need in found.items() if need is not None}


def _opened(interview: Interview, row: Need, vault: Vault) -> Known | None:
    key = interview.application.candidate.key
    try:
        content = json.loads(vault.open(key, Need.PLACE, row.pk, row.content_sealed or b""))
        told = row.arrangement_sealed
        arrangement = vault.open(key, Need.PLACE_OF_ARRANGEMENT, row.pk, told) if told is not None else ""
    except Unreadable:
        return None
    kinds = [NeedKind(kind) for kind in content["kinds"] if kind in list(NeedKind)]
    by = row.arranged_by.name if row.arranged_by else ""
    return Known(kinds, content["words"], row.said_at, row.arranged_at, by, arrangement)
