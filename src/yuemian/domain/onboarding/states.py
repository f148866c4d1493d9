"""How far an onboarding is, and each of its files."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from yuemian.domain.moves import declare


class CaseState(StrEnum):
    """One hired person's form."""

    INVITED = "invited"
    FILLING = "filling"  # something was saved
    SUBMITTED = "submitted"  # waits for HR
    RETURNED = "returned"  # HR asks for something again
    COMPLETE = "complete"
    WITHDRAWN = "withdrawn"  # by the candidate, by HR, or because the result was called back
    EXPIRED = "expired"  # the deadline passed, the candidate's or HR's; HR may set another


C = CaseState

CASE_MOVES: Final[Mapping[CaseState, frozenset[CaseState]]] = {
    C.INVITED: frozenset({C.FILLING, C.WITHDRAWN, C.EXPIRED}),
    C.FILLING: frozenset({C.SUBMITTED, C.WITHDRAWN, C.EXPIRED}),
    # Back to filling when the candidate takes back a consent, and what was given with it goes.
    C.SUBMITTED: frozenset({C.FILLING, C.RETURNED, C.COMPLETE, C.WITHDRAWN, C.EXPIRED}),
    C.RETURNED: frozenset({C.SUBMITTED, C.WITHDRAWN, C.EXPIRED}),
    C.COMPLETE: frozenset({C.RETURNED, C.WITHDRAWN}),
    C.EXPIRED: frozenset({C.FILLING, C.WITHDRAWN}),
    C.WITHDRAWN: frozenset(),
}
#: The candidate may write.
OPEN_FOR_CANDIDATE: Final = frozenset({C.INVITED, C.FILLING, C.RETURNED})
#: Nothing more is expected of anybody.
ENDED: Final = frozenset({C.COMPLETE, C.WITHDRAWN, C.EXPIRED})

declare(CaseState, CASE_MOVES, "An onboarding")


class DocumentState(StrEnum):
    """A file that was cleaned and sealed; what was refused is not kept, only that it was."""

    CHECKING = "checking"  # waits for the virus scanner; shown to nobody
    READY = "ready"
    REFUSED = "refused"  # its bytes are gone


D = DocumentState

DOCUMENT_MOVES: Final[Mapping[DocumentState, frozenset[DocumentState]]] = {
    D.CHECKING: frozenset({D.READY, D.REFUSED}),
    D.READY: frozenset(),
    D.REFUSED: frozenset(),
}
declare(DocumentState, DOCUMENT_MOVES, "A document")


class Review(StrEnum):
    """What HR said of one entry."""

    OPEN = "open"
    ACCEPTED = "accepted"
    RETURNED = "returned"
