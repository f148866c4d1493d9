"""The golden scorecards: whatever length and tone, a letter holds only facts of its own scorecard."""

from __future__ import annotations

import itertools
import re

import pytest

from tests.domain.feedback.reading import Card, cards, ground_of
from yuemian.domain.feedback import Draft, Length, Options, Part, Side, Tone, check, compose, themes
from yuemian.domain.feedback.draft import CLAIMS
from yuemian.domain.results import Outcome, Rating

CARDS = cards()
ALL = list(itertools.product(Length, Tone, (None, 0, 6)))


def written(card: Card, length: Length, tone: Tone, again: int | None, seed: str = "a") -> Draft:
    options = Options(
        locale=card.locale,
        outcome=card.outcome,
        seed=seed,
        length=length,
        tone=tone,
        family=card.family,
        again_after=again,
        names=card.names,
    )
    return compose(card.facts, card.told, options)


def grams(note: str, size: int = 8) -> set[str]:
    plain = re.sub(r"[\W_]+", "", note)
    return {plain[at : at + size] for at in range(len(plain) - size + 1)}


def test_there_are_enough_of_them() -> None:
    assert sum(card.locale == "zh-hans" for card in CARDS) >= 60
    assert len({card.name for card in CARDS}) == len(CARDS)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_every_letter_holds_only_facts_of_its_scorecard(card: Card) -> None:
    ids = {fact.id for fact in card.facts}
    said = {theme.key: theme for theme in themes(card.facts)}
    by_id = {fact.id: fact for fact in card.facts}
    for length, tone, again in ALL:
        draft = written(card, length, tone, again)
        for sentence in draft.sentences:
            if sentence.part in CLAIMS:
                assert sentence.evidence, sentence.text
                assert set(sentence.evidence) <= ids
                for id_ in sentence.evidence:
                    theme = said[by_id[id_].competency]
                    side = Side.STRENGTH if sentence.part is Part.STRENGTH else Side.GROWTH
                    assert side in theme.sides
            elif sentence.part is Part.REASON:
                assert all(each in sentence.text for each in card.told)
        for fact in card.facts:
            if not fact.is_shareable:
                assert not any(gram in re.sub(r"[\W_]+", "", draft.text) for gram in grams(fact.note))
        for words in (*card.never, *card.names):
            assert words not in draft.text, (words, draft.text)


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_the_checks_find_nothing_in_what_the_rules_write(card: Card) -> None:
    for length, tone, again in ALL:
        draft = written(card, length, tone, again)
        assert check(draft.text, ground_of(card, length, again)) == [], draft.text


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_the_long_letter_says_what_matters(card: Card) -> None:
    text = written(card, Length.LONG, Tone.WARM, 6).text
    for words in card.says:
        assert words in text, text


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_no_letter_names_a_figure_of_the_scorecard(card: Card) -> None:
    for length in Length:
        text = written(card, length, Tone.WARM, 6).text
        shareable = " ".join(fact.note for fact in card.facts if fact.is_shareable) + " ".join(card.told)
        assert all(figure in shareable for figure in re.findall(r"\d+", text)), text


def test_a_shorter_length_never_says_more() -> None:
    for card in CARDS:
        sizes = [len(written(card, length, Tone.WARM, 6).text) for length in Length]
        assert sizes == sorted(sizes), card.name


def test_letters_do_not_all_sound_alike() -> None:
    card = next(card for card in CARDS if "后端初试" in card.name)
    texts = {written(card, Length.MEDIUM, Tone.WARM, 6, seed=str(seed)).text for seed in range(100)}
    assert len(texts) > 80
    assert written(card, Length.MEDIUM, Tone.WARM, 6, seed="7") == written(
        card, Length.MEDIUM, Tone.WARM, 6, seed="7"
    )


def test_a_pass_reads_nothing_of_weaknesses_and_an_advance_nothing_of_a_refusal() -> None:
    for card in CARDS:
        passed = written(card._replace(outcome=Outcome.PASS), Length.LONG, Tone.WARM, 6)
        assert not {each.part for each in passed.sentences} & {Part.GROWTH, Part.TIP, Part.REASON, Part.AGAIN}
        on = written(card._replace(outcome=Outcome.ADVANCE), Length.LONG, Tone.WARM, 6)
        assert not {each.part for each in on.sentences} & {Part.REASON, Part.AGAIN}


def test_a_strength_never_rests_on_a_weak_rating() -> None:
    for card in CARDS:
        by_id = {fact.id: fact for fact in card.facts}
        for sentence in written(card, Length.LONG, Tone.WARM, 6).sentences:
            ratings = [by_id[id_].rating or Rating.SOLID for id_ in sentence.evidence if id_ in by_id]
            if sentence.part is Part.STRENGTH:
                assert min(ratings) >= Rating.SOLID
            if sentence.part in {Part.GROWTH, Part.TIP}:
                assert max(ratings) <= Rating.SOLID
