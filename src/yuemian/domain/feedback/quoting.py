"""An interviewer's note as a candidate may read it: indirect, short, and only if nothing speaks against it."""

from __future__ import annotations

import re
from typing import Final

from yuemian.domain.feedback.agreement import Side
from yuemian.domain.feedback.leaning import Leaning, clauses, leaning
from yuemian.domain.feedback.lexicon import gives_orders, lexicon, taboo_words
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Fact, Outcome

#: Longer notes are not quoted: a letter is no protocol.
LONGEST: Final = {"zh": 48, "en": 140}
SHORTEST: Final = 6
_HAN: Final = re.compile(r"[\u4e00-\u9fff]")
_OPINION: Final = re.compile(
    r"^(?:我(?:个人)?(?:觉得|认为|感觉|看)|个人(?:觉得|认为|感觉)|感觉(?:上)?|[总整]体(?:来说|来看|上)?"
    r"|i (?:think|feel|believe)(?: that)?|overall)[，,：: ]*",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(
    r"(?:该|这位|这个)?(?:候选人|应聘者|面试者|求职者)|(?:该|这位|这个)同学|(?<![其])[他她](?!们|人)|\bTA\b|\bta\b"
)
_PERSON_EN: Final = re.compile(
    r"\b(?:the )?(?:candidate|applicant)('s)?\b|\b(?:he|she|they)('s)?\b", re.IGNORECASE
)
_OTHERS: Final = re.compile(
    r"我|咱|我们|\b(?:I|we|my|our|me|us|his|her|him|them|their)\b|[他她]们|建议(?:不|放弃|淘汰|拒|录|给|进)|不推荐|推荐|通过|薪|级别|定级|\bP\d\b|\b(?:hire|pass|reject|level|offer)\b",
    re.IGNORECASE,
)
_MARKS: Final = re.compile(r"[?？!！…#*_<>{}\[\]|`\\@]|https?:")
_BLANKS: Final = re.compile(r"\s+")


def quotable(fact: Fact, side: Side, locale: str, outcome: Outcome) -> str:
    """The note as a clause without a full stop, or nothing.

    It is shareable, in the letter's language, agrees with the side it is quoted for, speaks of what was seen and not
    of the interviewer or the decision, and breaks none of the rules of letters.
    """
    if not fact.is_shareable or not fact.note.strip():
        return ""
    text = indirect(fact.note, locale)
    chinese = is_chinese(locale)
    longest = LONGEST["zh" if chinese else "en"]
    if not SHORTEST <= len(text) <= longest or bool(_HAN.search(text)) != chinese:
        return ""
    is_fine = not (_OTHERS.search(text) or _MARKS.search(fact.note) or breaks_rules(fact.note, outcome))
    return text if is_fine and _agrees(text, side) else ""


def breaks_rules(note: str, outcome: Outcome) -> bool:
    """Whether the note may neither be quoted nor be given to a language model."""
    words = lexicon()
    if taboo_words(note) or gives_orders(note) or words.detail["people"].search(note):
        return True
    of_outcome = words.outcome["joy"] if outcome is Outcome.REJECT else words.outcome["sorrow"]
    return bool(of_outcome.search(note))


def indirect(note: str, locale: str) -> str:
    """Addressed to the reader, without the interviewer's "I think" and the full stop."""
    text = _BLANKS.sub(" ", note).strip(" 　·•-—、，,;；:：")
    text = _OPINION.sub("", text)
    if is_chinese(locale):
        text = _PERSON.sub("您", text).replace("你", "您")
        text = re.sub(r"[;；]", "，", text)
        text = re.sub(r"。(?=.)", "，", text)
        return re.sub(r"^(?:您)?[，,]+", "", text).rstrip("。.，, ")
    text = _PERSON_EN.sub(
        lambda match: "your" if match[1] and "he" not in match[0].lower()[:3] else "you", text
    )
    text = re.sub(r"\b(?:him|her|them)sel(?:f|ves)\b", "yourself", text)
    return text.rstrip(". ,;")


def _agrees(text: str, side: Side) -> bool:
    """No clause may point the other way."""
    against = Leaning.CRITIC if side is Side.STRENGTH else Leaning.PRAISE
    return all(leaning(clause) is not against for clause in clauses(text))
