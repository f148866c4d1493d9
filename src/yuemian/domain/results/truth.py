"""Whether a result may leave, or be read: the same rule that `results.apps.TRUTH` asks of the database, in words."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from yuemian.domain.results.outcome import NoticeState, Outcome, Verdict


class Vote(NamedTuple):
    """One approver's word on one submission, with the hash of what they saw."""

    approver: UUID
    verdict: Verdict
    submission: int
    content: bytes


class Standing(NamedTuple):
    """A notice and what lies under it, at one moment."""

    state: NoticeState
    outcome: Outcome
    number: int
    submission: int
    content: bytes
    approvals_needed: int
    is_single_free: bool
    #: Whoever wrote, edited, submitted or decided it.
    authors: frozenset[UUID]
    name: str
    contacts: frozenset[str]
    votes: tuple[Vote, ...] = ()


class Ground(NamedTuple):
    """What the decision, and the person's data, say now."""

    is_current: bool
    outcome: Outcome
    number: int
    name: str
    contacts: frozenset[str]
    #: A later round of the same application is decided, and told by a letter.
    is_overtaken: bool = False


def is_approved(notice: Standing) -> bool:
    """As many others as it needs have approved exactly this text in this submission."""
    agreed = {
        vote.approver
        for vote in notice.votes
        if vote.verdict is Verdict.APPROVE
        and vote.submission == notice.submission
        and vote.content == notice.content
        and (notice.is_single_free or vote.approver not in notice.authors)
    }
    return len(agreed) >= notice.approvals_needed


def may_leave(notice: Standing, ground: Ground) -> bool:
    """Released, approved, and nothing under it has changed. A person's new address was seen by no approver."""
    return (
        notice.state is NoticeState.RELEASED
        and is_approved(notice)
        and ground.is_current
        and not ground.is_overtaken
        and (ground.outcome, ground.number) == (notice.outcome, notice.number)
        and ground.name == notice.name
        and ground.contacts <= notice.contacts
    )


def as_contacts(indexes: Collection[bytes | memoryview]) -> list[str]:
    """Blind indexes as a notice keeps them: hex, sorted, each once."""
    return sorted({bytes(each).hex() for each in indexes})
