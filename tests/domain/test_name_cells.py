"""What stands in a name column beside one name is asked about, never greeted."""

from __future__ import annotations

import pytest

from yuemian.domain.name_cells import read_name_cell, whole_name
from yuemian.domain.reading import ProblemCode, ReadingState


@pytest.mark.parametrize(
    "raw",
    [
        "张三",
        "张三（Jack）",
        "张三/Jack",
        "Jack Zhang 张三",
        "李和平",
        "陈与义",
        "张 三",
        "欧阳 娜娜",
        "阿卜杜拉·买买提",
        "Smith, John",
        "X Æ A-12",
        "Müller (geb. Schmidt)",
        "Prince 3rd",
    ],
)
def test_one_name_however_unusual_is_good(raw: str) -> None:
    assert read_name_cell(raw).state is ReadingState.GOOD


@pytest.mark.parametrize(
    "raw", ["张三、李四", "张三/李四", "李白，杜甫", "张三\n李四", "张三和李四", "张三 & 李四"]
)
def test_two_people_in_one_cell_never_become_one_name(raw: str) -> None:
    problem = read_name_cell(raw).problem
    assert problem is not None
    assert problem.code is ProblemCode.SEVERAL_PEOPLE


@pytest.mark.parametrize(
    "raw",
    [
        "张三（男）",
        "张三（已约）",
        "张三(初试)",
        "张三*",
        "1.张三",
        "1、张三",
        "张三13800138000",
        "张三\n138 0013 8000",
        "13800138000 张三",
        "张三（男）13800138000",
    ],
)
def test_what_stands_beside_a_name_is_proposed_to_go(raw: str) -> None:
    reading = read_name_cell(raw)
    assert (reading.value, reading.state) == ("张三", ReadingState.REPAIRABLE)
    assert len(reading.alternatives) == 1


def test_two_words_of_names_are_joined_only_with_consent() -> None:
    reading = read_name_cell("张三 李四")
    assert (reading.value, reading.state) == ("张三李四", ReadingState.REPAIRABLE)


@pytest.mark.parametrize("raw", ["同上", "〃", "ditto"])
def test_a_ditto_mark_is_no_name(raw: str) -> None:
    assert read_name_cell(raw).state is ReadingState.BAD


def test_two_halves_make_a_name_in_the_order_of_its_script() -> None:
    assert whole_name("张", "三") == "张三"
    assert whole_name("Zhang", " San ") == "San Zhang"
    assert not whole_name("Zhang", None)
