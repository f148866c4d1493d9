"""A letter with somebody else's link never leaves."""

from __future__ import annotations

import pytest

from yuemian.domain.crosstalk import CrossTalk, check_own_link

PREFIX = "https://jobs.example.com/i/"


def test_a_text_with_its_own_link_passes() -> None:
    check_own_link(f"点{PREFIX}abc-_1。或 {PREFIX}abc-_1. <{PREFIX}abc-_1>", f"{PREFIX}abc-_1", PREFIX)


@pytest.mark.parametrize("text", [f"{PREFIX}abd", f"{PREFIX}abc {PREFIX}xyz", f"{PREFIX}abcd", f"{PREFIX}ab"])
def test_a_text_with_another_link_is_stopped(text: str) -> None:
    with pytest.raises(CrossTalk, match="another person"):
        check_own_link(text, f"{PREFIX}abc", PREFIX)


def test_a_text_without_a_link_is_stopped() -> None:
    with pytest.raises(CrossTalk, match="answer_link"):
        check_own_link("https://elsewhere.example/i/abc", f"{PREFIX}abc", PREFIX)


def test_swapping_two_people_is_always_caught() -> None:
    links = [f"{PREFIX}{n:032x}" for n in range(1000)]
    texts = [f"您好 {n} {link}" for n, link in enumerate(links)]
    texts[3], texts[700] = texts[700], texts[3]
    caught = []
    for n, (text, link) in enumerate(zip(texts, links, strict=True)):
        try:
            check_own_link(text, link, PREFIX)
        except CrossTalk:
            caught.append(n)
    assert caught == [3, 700]
