"""Language and theme: chosen by a click, kept in a cookie, shown at once."""

from __future__ import annotations

import pytest
from django.conf import LazySettings
from django.test import Client

GALLERY = "/ui/gallery"


def test_a_browser_that_prefers_chinese_gets_chinese(browser: Client) -> None:
    page = browser.get(GALLERY)
    assert page.headers["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans" dir="ltr" data-theme="system">' in page.content.decode()
    assert "面试" in page.content.decode()


def test_a_browser_that_prefers_english_gets_english(browser: Client) -> None:
    page = browser.get(GALLERY, headers={"accept-language": "en-GB,en;q=0.8"})
    assert page.headers["Content-Language"] == "en"
    assert "Interviews" in page.content.decode()


def test_a_browser_that_prefers_a_language_we_lack_gets_chinese(browser: Client) -> None:
    assert browser.get(GALLERY, headers={"accept-language": "xx"}).headers["Content-Language"] == "zh-hans"


def test_choosing_a_language_returns_to_the_same_page_in_that_language(browser: Client) -> None:
    page = browser.post("/language", {"language": "en", "next": f"{GALLERY}?page=2"}, follow=True)
    assert page.redirect_chain == [(f"{GALLERY}?page=2", 303)]
    assert page.headers["Content-Language"] == "en"


def test_an_unknown_language_changes_nothing(browser: Client) -> None:
    browser.post("/language", {"language": "tlh", "next": GALLERY})
    assert browser.get(GALLERY).headers["Content-Language"] == "zh-hans"


def test_the_answer_varies_by_language_and_cookie(browser: Client) -> None:
    assert {"Accept-Language", "Cookie"} <= set(browser.get(GALLERY).headers["Vary"].split(", "))


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_a_chosen_theme_is_rendered_by_the_server(browser: Client, theme: str) -> None:
    page = browser.post("/theme", {"theme": theme, "next": GALLERY}, follow=True)
    assert f'data-theme="{theme}"' in page.content.decode()


def test_a_forged_theme_cookie_is_not_rendered(browser: Client) -> None:
    browser.cookies["theme"] = '"><script>'
    assert 'data-theme="system"' in browser.get(GALLERY).content.decode()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "///evil.example",
    ],
)
def test_a_switch_never_leads_to_another_site(browser: Client, target: str) -> None:
    assert browser.post("/theme", {"theme": "dark", "next": target}).headers["Location"] == "/"


def test_switches_refuse_get(browser: Client) -> None:
    assert browser.get("/language").status_code == 405
    assert browser.get("/theme").status_code == 405


def test_a_switch_without_a_form_token_is_refused_with_an_explanation(site: LazySettings) -> None:
    strict = Client(enforce_csrf_checks=True, HTTP_HOST="localhost")
    page = strict.post("/language", {"language": "en"})
    assert page.status_code == 403
    assert "表单已过期" in page.content.decode()
