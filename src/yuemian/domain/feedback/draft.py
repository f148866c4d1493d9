"""What a draft is made of: sentences, each with the facts it rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Outcome


class Length(StrEnum):
    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


class Tone(StrEnum):
    WARM = "warm"
    PLAIN = "plain"


class Part(StrEnum):
    """What a sentence is for. Only strengths, improvements and what is noted claim anything about the person."""

    OPENING = "opening"
    LEAD = "lead"
    STRENGTH = "strength"
    REASON = "reason"
    GROWTH = "growth"
    TIP = "tip"
    AGAIN = "again"
    CLOSING = "closing"


#: Parts that say something of the interview, and so need evidence.
CLAIMS = frozenset({Part.STRENGTH, Part.GROWTH, Part.TIP})


class Sentence(NamedTuple):
    """`evidence` holds the ids of its facts; frames have none, and a reason names itself as `reason`."""

    part: Part
    text: str
    evidence: tuple[str, ...] = ()
    paragraph: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    sentences: tuple[Sentence, ...]
    locale: str

    @property
    def text(self) -> str:
        """Paragraphs with an empty line between them; Chinese sentences stand without a blank."""
        blank = "" if is_chinese(self.locale) else " "
        paragraphs: dict[int, list[str]] = {}
        for each in self.sentences:
            paragraphs.setdefault(each.paragraph, []).append(each.text)
        return "\n\n".join(blank.join(texts) for texts in paragraphs.values())

    def evidence(self) -> frozenset[str]:
        """All facts the draft rests on."""
        return frozenset(id_ for each in self.sentences for id_ in each.evidence)


@dataclass(frozen=True, slots=True)
class Options:
    """How to write. `seed` (a decision's id) chooses among wordings, so that letters do not all sound alike.

    `again_after` is in months: None says nothing, 0 welcomes at any time. `own` holds the organization's wordings by
    competency and rating; a note with one of the `names` (interviewers) in it is not quoted.
    """

    locale: str
    outcome: Outcome
    seed: str = ""
    length: Length = Length.MEDIUM
    tone: Tone = Tone.WARM
    family: str = ""
    again_after: int | None = None
    own: Mapping[tuple[str, int], str] = field(default_factory=dict)
    names: Sequence[str] = ()
