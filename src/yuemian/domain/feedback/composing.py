"""From facts to a letter's personal part, by rules alone: what was good, the reason, what to improve, when again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from yuemian.domain.feedback.agreement import Side, Theme, themes
from yuemian.domain.feedback.bank import GENERIC, Bank, bank_for, choose
from yuemian.domain.feedback.draft import Draft, Length, Options, Part, Sentence, Tone
from yuemian.domain.feedback.quoting import quotable
from yuemian.domain.feedback.wording import rounds_said, while_of, within
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import Fact, Outcome, Rating


class Amount(NamedTuple):
    """How much a letter of one length says."""

    strengths: int
    growth: int
    notes: int
    tips: int


AMOUNTS: Final = {
    Length.SHORT: Amount(1, 1, 0, 1),
    Length.MEDIUM: Amount(2, 2, 1, 1),
    Length.LONG: Amount(4, 3, 3, 3),
}


def compose(facts: Iterable[Fact], told: Sequence[str], options: Options) -> Draft:
    """`told`: the decision's reasons as candidates read them. Everything said of the person names its facts."""
    writer = _Writer(options, AMOUNTS[options.length])
    strengths, growth = _chosen(themes(facts), writer.amount, options.outcome)
    writer.say(Part.OPENING, writer.frame("opening"))
    writer.strengths(strengths)
    if options.outcome is Outcome.REJECT:
        writer.reason(told)
    writer.growth(growth)
    writer.end()
    return Draft(tuple(writer.sentences), options.locale)


def _chosen(found: list[Theme], amount: Amount, outcome: Outcome) -> tuple[list[Theme], list[Theme]]:
    """The best for strengths, the weakest for improvements; what is merely solid goes where something is missing."""
    best = sorted((each for each in found if Side.STRENGTH in each.sides), key=lambda each: -each.rating)
    weakest = sorted((each for each in found if Side.GROWTH in each.sides), key=lambda each: each.rating)
    growth = [] if outcome is Outcome.PASS else weakest[: amount.growth]
    # Solid is a strength first, as long as there is a weaker thing to speak of, or a better one.
    clear = [each for each in growth if each.rating <= Rating.WEAK or Side.STRENGTH not in each.sides]
    others = [each for each in growth if each not in clear]
    strong = [each for each in best if each.rating >= Rating.STRONG]
    if clear or outcome is Outcome.PASS:
        growth, others = clear, []
    elif others:
        growth = others[-1:] if len(others) + len(strong) > 1 else []
    strengths = [each for each in best if each not in growth][: amount.strengths]
    if amount.strengths > 1 and len(strong) >= 2:
        strengths = [each for each in strengths if each.rating >= Rating.STRONG]
    return strengths, growth


class _Writer:
    """Takes sentences in order; knows the language, what was used, and where the reader is."""

    def __init__(self, options: Options, amount: Amount) -> None:
        self.options, self.amount = options, amount
        self.bank: Bank = bank_for(options.locale)
        self.sentences: list[Sentence] = []
        self._paragraph = self._step = 0
        self._is_chinese = is_chinese(options.locale)

    def say(self, part: Part, text: str, evidence: tuple[str, ...] = ()) -> None:
        if text:
            self.sentences.append(Sentence(part, text, evidence, self._paragraph))

    def frame(self, name: str, **values: str) -> str:
        text = self.bank.frame(name, self.options.tone, self.options.seed)
        return text.format(**values) if values else text

    def strengths(self, found: Sequence[Theme]) -> None:
        if not found:
            return
        self.say(Part.LEAD, self.frame("strengths") if len(found) > 1 else "")
        self._themes(found, Side.STRENGTH)

    def growth(self, found: Sequence[Theme]) -> None:
        if not found:
            return
        self._paragraph += 1
        is_on = self.options.outcome is Outcome.ADVANCE
        self.say(Part.LEAD, self.frame("growth_advance" if is_on else "growth"))
        self._themes(found[:1] if is_on else found, Side.GROWTH)

    def reason(self, told: Sequence[str]) -> None:
        reasons = [each.strip().rstrip("。.；; ") for each in told if each.strip()]
        if reasons:
            self._paragraph += 1
            joined = ("；" if self._is_chinese else "; ").join(reasons)
            self.say(Part.REASON, self.frame("reason", told=joined), ("reason",))

    def end(self) -> None:
        self._paragraph += 1
        again = self.options.again_after
        if self.options.outcome is Outcome.REJECT and again is not None:
            later = while_of(again, self.options.locale)
            self.say(Part.AGAIN, self.frame("again_later", time=later) if again else self.frame("again_any"))
        self.say(Part.CLOSING, self.frame(f"closing_{self.options.outcome}"))

    def _themes(self, found: Sequence[Theme], side: Side) -> None:
        notes, tips = self.amount.notes, self.amount.tips
        rounds: tuple[str, ...] = ("",)
        part = Part.STRENGTH if side is Side.STRENGTH else Part.GROWTH
        for number, theme in enumerate(found):
            place = self._where(theme, side, number)
            # Who reads where it was need not read it again; the third sentence needs no bridge.
            is_same = theme.rounds == rounds
            bridge = self._also(number) if number == 1 and is_same else ""
            self.say(part, self._phrase(theme, side, bridge or ("" if is_same else place)), theme.evidence)
            rounds = theme.rounds
            if notes and self._note(theme, side, part):
                notes -= 1
            if side is Side.GROWTH and tips:
                tips -= 1
                self._tip(theme)

    def _where(self, theme: Theme, side: Side, number: int) -> str:
        said = rounds_said(theme.rounds, self.options.locale)
        frame = self.bank.frame(f"where_{side}", "any", f"{self.options.seed}:{theme.key}:{number}")
        return frame.format(round=said) if said else ""

    def _also(self, number: int) -> str:
        return self.bank.frame("also", "any", f"{self.options.seed}:{number}")

    def _phrase(self, theme: Theme, side: Side, before: str) -> str:
        own = self.options.own.get((theme.key, int(theme.rating)))
        # An own wording of a solid rating speaks of a strength.
        if own and not (side is Side.GROWTH and theme.rating is Rating.SOLID):
            return own if own.endswith(("。", ".", "!", "！")) else own + ("。" if self._is_chinese else ".")
        slot = f"{'s' if side is Side.STRENGTH else 'g'}{int(theme.rating)}"
        # Step by step another one: the lists are built alike, and two sentences of a letter should not be.
        text = choose(self._wordings(theme, slot), f"{self.options.seed}:{side}", self._step)
        self._step += 1
        return within(before, text.replace("{name}", self._name(theme)), self.options.locale)

    def _tip(self, theme: Theme) -> None:
        text = choose(self._wordings(theme, "tip"), f"{self.options.seed}:{theme.key}:tip")
        lead = self.frame("tip") if self.options.tone is Tone.WARM else ""
        self.say(Part.TIP, lead + text.replace("{name}", self._name(theme)), theme.evidence)

    def _note(self, theme: Theme, side: Side, part: Part) -> bool:
        for fact in theme.facts:
            if any(len(name) > 1 and name in fact.note for name in self.options.names):
                continue
            note = quotable(fact, side, self.options.locale, self.options.outcome)
            # A note that says the phrase once more is none.
            if note and not _repeats(note, self.sentences[-1].text):
                frame = self.bank.frame(f"note_{side}", "any", f"{self.options.seed}:{theme.key}")
                self.say(part, frame.format(note=note), (fact.id,))
                return True
        return False

    def _wordings(self, theme: Theme, slot: str) -> Sequence[str]:
        rounds = theme.rounds
        return self.bank.wordings(
            theme.key, slot, family=self.options.family, round_name=rounds[0] if len(rounds) == 1 else ""
        )

    def _name(self, theme: Theme) -> str:
        name = theme.name or GENERIC
        # "your Data modelling": only what is no abbreviation.
        return name if self._is_chinese or name[1:2].isupper() else name[:1].lower() + name[1:]


def _repeats(note: str, phrase: str) -> bool:
    """Whether most of a note, pair of letters by pair, stands in the phrase before it."""
    pairs = {note[at : at + 2] for at in range(len(note) - 1)}
    return sum(pair in phrase for pair in pairs) >= len(pairs) * 0.6
