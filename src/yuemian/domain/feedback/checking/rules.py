"""Checks 4 to 6: what no letter says, the outcome it belongs to, and its form."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from yuemian.domain.feedback.checking.evidence import is_harmless, language_share
from yuemian.domain.feedback.checking.finding import Code, Finding, Ground
from yuemian.domain.feedback.checking.sentences import Piece
from yuemian.domain.feedback.draft import Length
from yuemian.domain.feedback.lexicon import gives_orders, lexicon, taboo_words
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Outcome

#: Letters (Chinese) or words (English) of a whole text.
LONGEST: Final = {
    Length.SHORT: (240, 150),
    Length.MEDIUM: (420, 240),
    Length.LONG: (800, 450),
}
#: A run of so many letters (words) of a note that is not shareable is a leak.
GRAM_ZH: Final = 8
GRAM_EN: Final = 4
_SCRIPT: Final = 0.6
_LETTERS: Final = re.compile(r"[\W_]+")
#: Not 先生 and 女士: so the reader is called.
_TITLES: Final = "老师|经理|主管|总监|面试官|部长|组长"
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_CODES: Final = {
    "protected": Code.PROTECTED,
    "insult": Code.INSULT,
    "promise": Code.PROMISE,
    "comparison": Code.COMPARISON,
    "contact": Code.CONTACT,
    "opinion": Code.OPINION,
    "score": Code.SCORE,
    "banned": Code.BANNED,
}
#: Which words belong to which other outcome.
_WRONG: Final = {
    Outcome.REJECT: ("joy", "next"),
    Outcome.ADVANCE: ("sorrow", "joy"),
    Outcome.PASS: ("sorrow",),
    Outcome.HOLD: ("joy", "sorrow", "next"),
}


def check_rules(pieces: Sequence[Piece], ground: Ground) -> Iterator[Finding]:
    for number, piece in enumerate(pieces):
        order = gives_orders(piece.text)
        if order:
            yield Finding(Code.INSTRUCTION, number, order)
        yield from _taboo(number, piece.text, ground)
        yield from _outcome(number, piece.text, ground)
        yield from (Finding(Code.NAME, number, name) for name in _names(piece.text, ground.names))


def check_form(text: str, ground: Ground) -> Iterator[Finding]:
    if not text.strip():
        yield Finding(Code.EMPTY)
        return
    if size(text, ground.locale) > LONGEST[ground.length][0 if is_chinese(ground.locale) else 1]:
        yield Finding(Code.LONG, words=str(size(text, ground.locale)))
    if language_share(text, ground.locale) < _SCRIPT:
        yield Finding(Code.LANGUAGE)
    leaked = leak(text, ground)
    if leaked:
        yield Finding(Code.LEAK, words=leaked)


def size(text: str, locale: str) -> int:
    return len(re.sub(r"\s", "", text)) if is_chinese(locale) else len(text.split())


def leak(text: str, ground: Ground) -> str:
    """A run of words of a note that is not to be told; what a shareable note or a reason says as well is none."""
    open_ = "\0".join(_plain(each) for each in (*ground.shareable, *ground.told, *ground.allowed))
    said = _plain(text)
    for note in ground.secret:
        for gram in _grams(note):
            if gram in said and gram not in open_:
                return gram
    return _hinted(text, ground)


def _hinted(text: str, ground: Ground) -> str:
    """A private matter that only such a note speaks of, in whatever words."""
    open_ = " ".join((*ground.shareable, *ground.told, *ground.allowed))
    secret = " ".join(ground.secret)
    for matter in lexicon().private:
        match = matter.search(text)
        if match and matter.search(secret) and not matter.search(open_):
            return match[0]
    return ""


def _grams(note: str) -> Iterator[str]:
    if re.search(r"[\u4e00-\u9fff]", note):
        plain = _plain(note)
        yield from (plain[at : at + GRAM_ZH] for at in range(len(plain) - GRAM_ZH + 1))
        return
    words = re.findall(r"\w+", note.casefold())
    yield from ("".join(words[at : at + GRAM_EN]) for at in range(len(words) - GRAM_EN + 1))


def _plain(text: str) -> str:
    return _LETTERS.sub("", text.casefold())


def _taboo(number: int, sentence: str, ground: Ground) -> Iterator[Finding]:
    # The organization's own words are read when they are saved; the job's title may well hold "assistant manager".
    text = sentence
    for allowed in (*ground.allowed, *ground.told):
        text = text.replace(allowed.strip().rstrip("。."), " ") if allowed.strip() else text
    is_known = is_harmless(sentence, ground)
    seen: set[Code] = set()
    for kind, words in taboo_words(text):
        code = _CODES[kind]
        if code not in seen and not (is_known and code is Code.BANNED):
            seen.add(code)
            yield Finding(code, number, words)


def _outcome(number: int, sentence: str, ground: Ground) -> Iterator[Finding]:
    for name in _WRONG[ground.outcome]:
        match = lexicon().outcome[name].search(sentence)
        if match:
            yield Finding(Code.OUTCOME, number, match[0])
            return


def _names(sentence: str, names: Sequence[str]) -> Iterator[str]:
    folded = sentence.casefold()
    for name in names:
        if len(name) > 1 and (name.casefold() in folded or _is_called(name, sentence)):
            yield name


def _is_called(name: str, sentence: str) -> bool:
    """By a part of the name, as colleagues are called: "陈老师" of 陈默, "Daniel" of Daniel Lim."""
    if _HAN.fullmatch(name):
        surname = name[:2] if len(name) > 3 else name[0]
        # One letter after it may be half of a word, as in 提高工作 and 完成总结.
        return bool(
            re.search(f"(?<![对各双甲乙]){surname}(?:{_TITLES})", sentence)
            or re.search(f"(?<![\u4e00-\u9fff]){surname}[总工哥姐]", sentence)
        )
    parts = [re.escape(each) for each in name.split() if len(each) > 2 and each not in lexicon().also_words]
    return bool(parts) and re.search(rf"\b(?:{'|'.join(parts)})\b", sentence) is not None
