"""The page on which a candidate says what they need at the interview, and reads how it is arranged."""

from __future__ import annotations

from typing import Any

from yuemian.domain.reasons import NeedKind
from yuemian.interviews.needs import read_need
from yuemian.interviews.reasons.wording import NEEDS as NEED_WORDS
from yuemian.portal.door import Opened

#: The form's field of each kind.
FIELD = "need_"


def needs_contents(door: Opened, locale: str) -> dict[str, Any]:  # noqa: ARG001
    need = read_need(door.interview, door.data.vault())
    chosen = need.kinds if need else ()
    return {
        "part": "needs",
        "can_say": door.standing in {"open", "old_revision"},
        "kinds": [(FIELD + kind, str(NEED_WORDS[kind]), kind in chosen) for kind in NeedKind],
        "need": need,
    }
