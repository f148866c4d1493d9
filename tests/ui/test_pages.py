"""The frame, the gallery and the error pages."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_gallery_shows_in_both_languages(browser: Client, language: str) -> None:
    browser.cookies["language"] = language
    page = browser.get("/ui/gallery")
    assert page.status_code == 200
    assert ("跳到正文" if language == "zh-hans" else "Skip to the content") in page.content.decode()


def test_every_form_of_the_frame_carries_a_token(browser: Client) -> None:
    text = browser.get("/ui/gallery").content.decode()
    posts = re.findall(r'<form[^>]*method="post".*?</form>', text, re.DOTALL)
    assert posts
    assert all("csrfmiddlewaretoken" in form for form in posts)


def test_a_page_asked_for_as_a_part_comes_without_the_frame(browser: Client) -> None:
    part = browser.get("/ui/gallery", headers={"hx-target": "drawer-content"}).content.decode()
    assert "<html" not in part
    assert "data-drawer-title" in part


def test_a_missing_page_says_so_and_gives_a_reference_that_is_in_the_log(
    browser: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "yuemian.ui.views"):
        page = browser.get("/nowhere")
    reference = re.search(r"<code>([0-9a-f]{8})</code>", page.content.decode())
    assert page.status_code == 404
    assert "页面不存在" in page.content.decode()
    assert reference is not None
    assert reference[1] in caplog.text


def test_a_failure_shows_a_calm_page(browser: Client) -> None:
    browser.raise_request_exception = False
    page = browser.get("/broken")
    assert page.status_code == 500
    assert "系统出错了" in page.content.decode()


def test_an_error_page_keeps_the_chosen_theme(browser: Client) -> None:
    browser.cookies["theme"] = "dark"
    assert 'data-theme="dark"' in browser.get("/nowhere").content.decode()
