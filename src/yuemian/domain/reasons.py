"""Why a candidate does not come, and what they may need when they do: the shipped lists, by codes that never change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

#: What an organization calls its own reasons with.
CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,29}")
MOST_REASONS: Final = 12


class Onward(StrEnum):
    """Where a reason leads the candidate next, when something can be done about it."""

    NOWHERE = ""
    TIMES = "times"  # choose or propose another time
    QUESTION = "question"  # ask what is not clear


@dataclass(frozen=True, slots=True)
class Option:
    """One reason on offer. Without words of its own it has the shipped ones, in every language."""

    code: str
    label: str = ""
    label_en: str = ""
    leads_to: Onward = Onward.NOWHERE
    is_for_moving: bool = False

    def words_in(self, locale: str) -> str:
        """Its own words, empty when it has none."""
        return self.label if locale.startswith("zh") else self.label_en or self.label


#: In the order they are offered. "other" comes with words.
OTHER: Final = "other"
SHIPPED: Final = (
    Option("too_far", is_for_moving=True),
    Option("pay"),
    Option("other_offer"),
    Option("clash", leads_to=Onward.TIMES, is_for_moving=True),
    Option("information", leads_to=Onward.QUESTION),
    Option(OTHER, is_for_moving=True),
)


class NeedKind(StrEnum):
    """What makes an interview possible for somebody; more is said in words."""

    WHEELCHAIR = "wheelchair"
    INTERPRETER = "interpreter"
    QUIET_ROOM = "quiet_room"
    MORE_TIME = "more_time"
    OTHER = "other"
