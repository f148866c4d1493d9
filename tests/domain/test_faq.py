"""Which prepared answer is offered: the right one of a realistic list, for both languages, and none where none fits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.faq import Prepared, features, suggest

FAQ = {
    "metro": "怎么坐地铁到公司？",
    "parking": "公司有停车位吗？可以停车吗？",
    "laptop": "面试需要自己带电脑吗？",
    "dress": "面试穿什么衣服？需要正装吗？",
    "result": "面试结果多久能知道？什么时候有结果？",
    "salary": "这个职位的薪资范围是多少？",
    "remote": "可以线上面试吗？能改成视频面试吗？",
    "overtime": "加班多吗？工作时间是几点到几点？",
    "dorm": "公司提供宿舍或住宿补贴吗？",
    "degree": "需要带学历证书和身份证吗？",
    "parking_en": "Is there parking at the office?",
    "result_en": "When will I hear back about the result?",
    "remote_en": "Can I do the interview online instead?",
    "dress_en": "What should I wear, is there a dress code?",
}
PREPARED = [Prepared(key, question, 2) for key, question in FAQ.items()]

ASKED = [
    ("您好，请问坐地铁怎么去贵公司呀？", "metro"),
    ("我开车过去，附近有停车位吗", "parking"),
    ("需要带自己的电脑吗？", "laptop"),
    ("请问要穿正装吗", "dress"),
    ("面试结果大概多久可以知道呢？谢谢", "result"),
    ("想问一下薪资范围", "salary"),
    ("我人在外地，能不能改成视频面试", "remote"),
    ("请问加班多不多", "overtime"),
    ("贵公司有宿舍吗？", "dorm"),
    ("你好，学历证书要带原件吗", "degree"),
    ("Hi, is parking available at your office?", "parking_en"),
    ("Could you tell me when I will hear about the result?", "result_en"),
    ("I am abroad at the moment. Is it possible to do the interview online?", "remote_en"),
    ("Is there any dress code?", "dress_en"),
    ("您好！感谢邀请，我会准时参加。另外想问一下，附近有停车位吗？", "parking"),
]


@pytest.mark.parametrize(("asked", "expected"), ASKED)
def test_the_fitting_answer_comes_first(asked: str, expected: str) -> None:
    matches = suggest(asked, PREPARED)
    assert matches
    assert matches[0].key == expected


@pytest.mark.parametrize(
    "asked",
    [
        "好的，收到，谢谢！",
        "我会准时到",
        "Thank you very much, see you then!",
        "我叫李雷，电话换号了",
        "Please greet your colleague from me.",
        "",
        "？？？",
    ],
)
def test_nothing_is_offered_where_nothing_fits(asked: str) -> None:
    assert suggest(asked, PREPARED) == []


def test_of_equal_questions_the_nearest_place_wins() -> None:
    question = "可以停车吗？有停车位吗？"
    prepared = [Prepared("all", question, 2), Prepared("job", question, 0), Prepared("family", question, 1)]
    assert [match.key for match in suggest("有停车位吗", prepared)] == ["job", "family", "all"]


def test_at_most_three_are_offered() -> None:
    prepared = [Prepared(number, "有停车位吗？") for number in range(10)]
    assert len(suggest("有停车位吗", prepared)) == 3


def test_words_are_compared_without_their_endings_and_politeness_says_nothing() -> None:
    assert features("Parking, please?") == features("parked")
    assert not features("您好，请问，谢谢")
    assert features("ＰＡＲＫＩＮＧ") == features("parking")


@given(st.text(max_size=300), st.lists(st.text(max_size=60), max_size=6))
def test_any_text_is_compared_within_bounds(asked: str, questions: list[str]) -> None:
    matches = suggest(asked, [Prepared(number, each) for number, each in enumerate(questions)])
    scores = [round(match.score, 2) for match in matches]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
