"""The page on which a candidate says what they need at the interview, and reads how it is arranged."""

from __future__ import annotations

from typing import Any

from yuemian.domain.reasons import NeedKind
from yuemian.interviews.actions.needs import Needed
from yuemian.interviews.needs import read_need
from yuemian.interviews.reasons.wording import NEEDS as NEED_WORDS
from yuemian.portal.door import Opened

#: The form's field of each kind.
FIELD = "need_"


def needs_contents(door: Opened, locale: str, typed: Needed | None = None) -> dict[str, Any]:  # noqa: ARG001
    """`typed` stands in the form instead of what was said before."""
    need = read_need(door.interview, door.data.vault())
    shown, can_say = typed or need, door.standing in {"open", "old_revision"}
    chosen = shown.kinds if shown else ()
    return {
        "part": "needs",
        "can_say": can_say,
        "typed_form": "needing" if can_say else "",
        "kinds": [(FIELD + kind, str(NEED_WORDS[kind]), kind in chosen) for kind in NeedKind],
        "typed_words": shown.words if shown else "",
        "need": need,
    }
