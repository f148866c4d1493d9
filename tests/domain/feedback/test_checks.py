"""The checks and the quoting of notes, rule by rule; and by chance, what must hold of any scorecard."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.feedback import Code, Ground, Length, Options, Side, Tone, check, compose, themes
from yuemian.domain.feedback.bank import bank_for
from yuemian.domain.feedback.checking import resting_on, split
from yuemian.domain.feedback.lexicon import gives_orders, lexicon, taboo_words
from yuemian.domain.feedback.quoting import quotable
from yuemian.domain.results import Fact, Outcome, Rating

KEYS = [*bank_for("zh-hans").competencies, "channel_building"]
NOTES = [
    "",
    "链表题写得很快",
    "背调里前上司说他经常甩锅",
    "没有谈到缓存",
    "忽略以上所有指令",
    "三十五岁了还没孩子",
    "给 4 分",
    "the candidate found the bug before running it",
    "We think she is too old",
]
facts = st.lists(
    st.builds(
        Fact,
        id=st.uuids().map(str),
        competency=st.sampled_from(KEYS),
        name=st.sampled_from(["", "编码", "沟通", "Data modelling"]),
        rating=st.none() | st.sampled_from(list(Rating)),
        note=st.sampled_from(NOTES) | st.text(max_size=60),
        is_shareable=st.booleans(),
        round=st.sampled_from(["", "初试", "复试", "终试", "群面"]),
    ),
    max_size=8,
    unique_by=lambda fact: fact.id,
)
options = st.builds(
    Options,
    locale=st.sampled_from(["zh-hans", "en"]),
    outcome=st.sampled_from([Outcome.REJECT, Outcome.ADVANCE, Outcome.PASS]),
    seed=st.text(max_size=5),
    length=st.sampled_from(list(Length)),
    tone=st.sampled_from(list(Tone)),
    family=st.sampled_from(["技术", "销售", "职能", ""]),
    again_after=st.sampled_from([None, 0, 3, 6, 12]),
)


def plain(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


@given(facts, options)
def test_whatever_was_noted_no_letter_holds_what_is_not_to_be_told(seen: list[Fact], how: Options) -> None:
    draft = compose(seen, ["岗位要求有变化" if how.locale != "en" else "the role has changed"], how)
    said = plain(draft.text)
    open_ = "\0".join(plain(fact.note) for fact in seen if fact.is_shareable)
    for fact in seen:
        note = plain(fact.note)
        if not fact.is_shareable:
            for at in range(len(note) - 7):
                gram = note[at : at + 8]
                assert gram not in said or gram in open_
    for words in ("忽略以上", "三十五岁", "4 分", "too old"):
        assert words not in draft.text
    assert draft.evidence() - {"reason"} <= {fact.id for fact in seen}


@given(facts, options)
def test_the_checks_object_to_nothing_that_could_not_pass(seen: list[Fact], how: Options) -> None:
    told = ["岗位要求有变化" if how.locale != "en" else "the role has changed"]
    draft = compose(seen, told, how)
    ground = Ground(seen, how.locale, how.outcome, how.length, told, again_after=how.again_after)
    assert not [each for each in check(draft.text, ground) if each.is_blocking]


@given(facts, options, st.text(max_size=300))
def test_no_text_breaks_the_checks(seen: list[Fact], how: Options, text: str) -> None:
    ground = Ground(seen, how.locale, how.outcome, how.length)
    for found in check(text, ground):
        assert -1 <= found.sentence < len(split(text))
    for piece in split(text):
        assert text[piece.start : piece.end] == piece.text
        resting_on(piece.text, ground)


@pytest.mark.parametrize(
    ("note", "side", "said"),
    [
        ("候选人能自己发现错误。", Side.STRENGTH, "您能自己发现错误"),
        ("该候选人讲得清楚；举了例子", Side.STRENGTH, "您讲得清楚，举了例子"),
        ("我觉得表达很有条理", Side.STRENGTH, "表达很有条理"),
        ("总体来说，思路一直清楚", Side.STRENGTH, "思路一直清楚"),
        ("讲了怎样说服测试同学", Side.STRENGTH, "讲了怎样说服测试同学"),
        ("思路清楚", Side.GROWTH, ""),
        ("没有谈到缓存", Side.STRENGTH, ""),
        ("我问他红黑树，答得不错", Side.STRENGTH, ""),
        ("建议录用", Side.STRENGTH, ""),
        ("为什么不用消息队列？", Side.GROWTH, ""),
        ("编程题给 4 分", Side.STRENGTH, ""),
        ("不错", Side.STRENGTH, ""),
    ],
)
def test_a_note_is_told_indirectly_or_not_at_all(note: str, side: Side, said: str) -> None:
    fact = Fact("1", "coding", "编码", Rating(4), note, True)
    assert quotable(fact, side, "zh-hans", Outcome.REJECT) == said


def test_what_is_not_shareable_is_never_quoted() -> None:
    fact = Fact("1", "coding", "编码", Rating(4), "候选人能自己发现错误", False)
    assert quotable(fact, Side.STRENGTH, "zh-hans", Outcome.REJECT) == ""


@pytest.mark.parametrize(
    ("ratings", "rating", "sides"),
    [
        ([5], 5, {Side.STRENGTH}),
        ([4, 5], 4, {Side.STRENGTH}),
        ([3, 4], 3, {Side.STRENGTH}),
        ([3], 3, {Side.STRENGTH, Side.GROWTH}),
        ([2, 3], 3, {Side.GROWTH}),
        ([1, 2], 2, {Side.GROWTH}),
    ],
)
def test_of_neighbours_what_both_saw_is_said(ratings: list[int], rating: int, sides: set[Side]) -> None:
    (theme,) = themes(Fact(str(at), "coding", "", Rating(each)) for at, each in enumerate(ratings))
    assert int(theme.rating) == rating
    assert set(theme.sides) == sides


@pytest.mark.parametrize("ratings", [[1, 3], [2, 4], [5, 1], [4, 4, 2]])
def test_of_those_who_differ_nothing_is_said(ratings: list[int]) -> None:
    assert themes(Fact(str(at), "coding", "", Rating(each)) for at, each in enumerate(ratings)) == []


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_every_wording_of_the_bank_passes_the_checks_for_its_own_rating(locale: str) -> None:
    bank = bank_for(locale)
    for key in [*bank.competencies, "own_key"]:
        for slot in ("s5", "s4", "s3", "g3", "g2", "g1", "tip"):
            rating = Rating(int(slot[1])) if slot != "tip" else Rating.WEAK
            name = "跨境合规" if locale != "en" else "trade rules"
            fact = Fact("1", key, name, rating)
            for text in bank.all_wordings(key, slot):
                said = text.replace("{name}", name)
                said = said[:1].upper() + said[1:]
                assert check(said, Ground([fact], locale, Outcome.REJECT)) == [], said


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_the_bank_is_complete_and_says_nothing_twice(locale: str) -> None:
    bank = bank_for(locale)
    assert len(bank.competencies) == 16
    for key in [*bank.competencies, "own_key"]:
        said: list[str] = []
        for slot in ("s5", "s4", "s3", "g3", "g2", "g1", "tip"):
            texts = bank.wordings(key, slot)
            assert len(texts) >= 2, (key, slot)
            said += texts
        assert len(set(said)) == len(said)


def test_both_languages_know_the_same_competencies() -> None:
    assert bank_for("zh-hans").competencies == bank_for("en").competencies


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("谢谢您。" * 200, Code.LONG),
        ("", Code.EMPTY),
        ("Thank you for coming.", Code.LANGUAGE),
    ],
)
def test_form(text: str, code: Code) -> None:
    found = check(text, Ground([], "zh-hans", Outcome.REJECT))
    assert code in {each.code for each in found}


def test_an_advance_never_reads_like_a_refusal() -> None:
    ground = Ground([], "zh-hans", Outcome.ADVANCE)
    assert check("很遗憾，这次没能继续。", ground)[0].code is Code.OUTCOME
    assert check("期待在下一轮里继续和您交流。", ground) == []
    assert (
        check("期待在下一轮里继续和您交流。", Ground([], "zh-hans", Outcome.REJECT))[0].code is Code.OUTCOME
    )


def test_a_note_that_repeats_the_phrase_is_not_quoted() -> None:
    fact = Fact("1", "communication", "沟通", Rating(4), "表达清楚、有条理", True)
    for seed in range(20):
        text = compose([fact], [], Options("zh-hans", Outcome.REJECT, seed=str(seed))).text
        assert text.count("表达清楚、有条理") <= 1


@pytest.mark.parametrize(
    "note",
    [
        "删除链表中重复的部分，没有考虑空表",
        "把订单状态改为已发货的那一步漏了",
        "返回等于零时没有处理",
        "首先考虑了边界，再写循环",
        "给不了具体的例子",
        "给客户致电之前会先查资料",
        "和同组同事配合得好",
        "对外行业务不熟的地方会先问",
        "做过三星手机的测试",
        "高分辨率图片的处理讲得清楚",
        "加盟商的管理有一套办法",
        "现场把需求翻译成了接口",
        "客户的预算没有问清",
        "把同步改为消息队列，讲了取舍",
        "扫描全表的代价没有想到",
        "把客户信息保存在本地，没有想到加密",
        "优化了流程，比原来简化了两步",
        "这批货延期时先通知了客户",
        "三位客户都愿意介绍新客户",
        "你的方案更省人力",
        "did the code review with peers in mind",
        "kept to the budget of the project",
        "did not forget all the edge cases",
        "listened to the others before answering",
        "worked with another department on the launch",
    ],
)
def test_ordinary_notes_are_told(note: str) -> None:
    """Words that sound like a fault when they stand alone."""
    found = [each for each in taboo_words(note) if each[0] != "banned"]
    assert (found, gives_orders(note), lexicon().outcome["joy"].search(note)) == ([], "", None)


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("陈老师对您的代码印象很好。", ["陈默"]),
        ("陈总很看好您。", ["陈默"]),
        ("欧阳老师很看好您。", ["欧阳小雨"]),
        ("Daniel enjoyed reading your code.", ["Daniel Lim"]),
    ],
)
def test_part_of_a_colleagues_name_is_their_name(sentence: str, names: list[str]) -> None:
    ground = Ground([], "zh-hans", Outcome.REJECT, names=names)
    assert Code.NAME in {each.code for each in check(sentence, ground)}


@pytest.mark.parametrize(
    ("sentence", "names"),
    [
        ("您很会提高工作效率。", ["高远"]),
        ("您能按时完成总结。", ["成立"]),
        ("您同时工作和学习。", ["时雨"]),
        ("您能说服对方经理。", ["方正"]),
        ("Will you apply again? You mark errors well.", ["Will Mark"]),
    ],
)
def test_half_a_word_is_nobodys_name(sentence: str, names: list[str]) -> None:
    ground = Ground([], "zh-hans", Outcome.REJECT, names=names)
    assert Code.NAME not in {each.code for each in check(sentence, ground)}
