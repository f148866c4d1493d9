"""The words that candidates press: the shipped reasons, and what can be needed."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import pgettext_lazy as word

from yuemian.domain.reasons import NeedKind
from yuemian.interviews.wording import Text

REASONS: Mapping[str, Text] = {
    "too_far": word("reason", "Too far away"),
    "pay": word("reason", "The pay"),
    "other_offer": word("reason", "I took another offer"),
    "clash": word("reason", "The time does not suit me"),
    "information": word("reason", "I need to know more"),
    "other": word("reason", "Something else"),
}
NEEDS: Mapping[str, Text] = {
    NeedKind.WHEELCHAIR: word("need", "Access with a wheelchair"),
    NeedKind.INTERPRETER: word("need", "An interpreter or sign language"),
    NeedKind.QUIET_ROOM: word("need", "A quiet room"),
    NeedKind.MORE_TIME: word("need", "More time"),
    NeedKind.OTHER: word("need", "Something else"),
}
