"""What can be decided after an interview, and how far the notice of it is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from yuemian.domain.moves import declare


class Outcome(StrEnum):
    """What was decided of one application after one interview. A hold is a decision that nobody is told of."""

    ADVANCE = "advance"  # comes to the next round
    PASS = "pass"  # noqa: S105 - hired: the offer follows
    REJECT = "reject"
    HOLD = "hold"


#: What a candidate gets a letter about; each class of letter belongs to exactly one of them.
TOLD_BY_LETTER: Final = frozenset({Outcome.ADVANCE, Outcome.PASS, Outcome.REJECT})


class NoticeState(StrEnum):
    """How far the notice of one decision is; what became of its messages stands in their deliveries."""

    DRAFT = "draft"
    SUBMITTED = "submitted"  # waits for approval; whoever approves sees exactly this text
    APPROVED = "approved"
    RELEASED = "released"  # leaves when its hold window is over
    RETURNED = "returned"  # with a comment, to be mended
    EXCLUDED = "excluded"  # taken out of its batch by an approver
    RECALLED = "recalled"  # stopped after its release, before it left
    VOID = "void"  # what lies under it has changed; a new notice takes its place


class Verdict(StrEnum):
    """What an approver says of one notice."""

    APPROVE = "approve"
    RETURN = "return"
    EXCLUDE = "exclude"


N = NoticeState

NOTICE_MOVES: Final[Mapping[NoticeState, frozenset[NoticeState]]] = {
    N.DRAFT: frozenset({N.SUBMITTED, N.VOID}),
    # Back to a draft when its author takes it back to edit it.
    N.SUBMITTED: frozenset({N.DRAFT, N.APPROVED, N.RETURNED, N.EXCLUDED, N.VOID}),
    N.RETURNED: frozenset({N.DRAFT, N.SUBMITTED, N.VOID}),
    N.EXCLUDED: frozenset({N.DRAFT, N.SUBMITTED, N.VOID}),
    N.APPROVED: frozenset({N.DRAFT, N.RELEASED, N.RETURNED, N.EXCLUDED, N.VOID}),
    # What has left cannot be taken back: only a notice of which nothing left is recalled or void.
    N.RELEASED: frozenset({N.RECALLED, N.VOID}),
    N.RECALLED: frozenset({N.DRAFT, N.VOID}),
    N.VOID: frozenset(),
}

declare(NoticeState, NOTICE_MOVES, "A result notice")
