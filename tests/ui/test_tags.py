"""The components as template tags."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from yuemian.accounts.models import Branch
from yuemian.hiring.models import Job
from yuemian.ui.states import APPEARANCES
from yuemian.ui.when import full_text, relative_text, zone_text

AT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


def rendered(source: str, language: str = "zh-hans", query: str = "", **context: Any) -> str:
    request = RequestFactory().get(f"/list{query}")
    with translation.override(language):
        return Template(source).render(Context({"request": request, **context}))


def test_a_moment_shows_weekday_and_zone_in_both_languages() -> None:
    assert full_text(AT, SHANGHAI, language="zh-hans", with_year=False) == "11月25日 周三 14:00（北京时间）"
    assert full_text(AT, SHANGHAI, language="en", with_year=True) == "Wed, 25 Nov 2026, 14:00 (Shanghai time)"


def test_a_moment_in_another_zone_names_its_city_and_its_own_day() -> None:
    text = full_text(AT, ZoneInfo("America/New_York"), language="zh-hans", with_year=True)
    assert text == "2026年11月25日 周三 01:00（纽约时间）"
    assert zone_text(ZoneInfo("America/New_York"), language="en") == "New York time"


def test_a_language_without_own_pattern_uses_its_locale() -> None:
    assert full_text(AT, SHANGHAI, language="de", with_year=True) == "Mi., 25. Nov. 2026, 14:00 (Shanghai)"


def test_distances_are_words() -> None:
    assert relative_text(AT, AT + timedelta(minutes=3), language="zh-hans") == "3分钟前"
    assert relative_text(AT, AT - timedelta(hours=2), language="en") == "in 2 hours"


def test_when_is_a_time_element_with_the_exact_moment() -> None:
    text = rendered("{% when at 'Asia/Shanghai' 'clock' %}", at=AT)
    assert text == '<time class="when" datetime="2026-11-25T14:00:00+08:00">14:00</time>'


@pytest.mark.parametrize("kind", sorted(APPEARANCES))
def test_every_state_has_a_chinese_word_and_a_known_colour(kind: str) -> None:
    for state, look in APPEARANCES[kind].items():
        text = rendered("{% badge state kind %}", state=state, kind=kind)
        assert f"tone-{look.tone}" in text
        with translation.override("en"):
            assert str(look.label) not in text


def test_an_unknown_state_shows_as_its_name() -> None:
    assert (
        rendered("{% badge 'half_done' %}")
        == '<span class="badge tone-neutral" data-state="half_done">half done</span>'
    )


def test_values_are_escaped() -> None:
    text = rendered(
        "{% badge x %}{% progress 1 2 x %}{% counter x 3 x %}{% notice x %}{% empty_state x x x x %}", x="<b>"
    )
    assert "<b>" not in text


def test_an_icon_is_hidden_from_screen_readers_unless_it_has_a_label() -> None:
    assert 'aria-hidden="true"' in rendered("{% icon 'calendar' %}")
    assert 'role="img" aria-label="面试"' in rendered("{% icon 'calendar' '面试' %}")


def test_a_filter_link_keeps_the_filter_and_forgets_the_page() -> None:
    assert rendered("{% querystring_with state='a' %}", query="?q=x&page=3") == "?q=x&amp;state=a"
    assert rendered("{% querystring_with q=None %}", query="?q=x") == "?"


def test_pagination_keeps_the_filter_and_needs_no_total() -> None:
    page = SimpleNamespace(number=2, has_previous=True, has_next=False)
    text = rendered("{% pagination page %}", query="?q=x&page=2", page=page)
    assert 'rel="prev" href="?q=x&amp;page=1"' in text
    assert 'rel="next"' not in text
    assert "条" not in text


def test_a_single_page_has_no_pagination() -> None:
    page = SimpleNamespace(number=1, has_previous=False, has_next=False)
    assert rendered("{% pagination page %}", page=page).strip() == ""


class _Form(forms.Form):
    email = forms.EmailField(label="Email", help_text="Work address")


def test_a_field_ties_hint_and_errors_to_its_control() -> None:
    text = rendered("{% error_summary form %}{% field form.email %}", form=_Form({"email": "x"}))
    assert 'aria-describedby="id_email_hint id_email_error"' in text
    assert 'aria-invalid="true"' in text
    assert 'id="id_email_hint"' in text
    assert 'id="id_email_error"' in text
    assert 'href="#id_email"' in text


def test_a_right_form_has_no_summary() -> None:
    assert rendered("{% error_summary form %}", form=_Form({"email": "a@b.example"})).strip() == ""


def test_dialogs_are_named_by_their_heading() -> None:
    text = rendered("{% dialog 'stop' '停止？' %}<p>内容</p>{% enddialog %}")
    assert '<dialog class="dialog" id="stop" aria-labelledby="stop-title">' in text
    assert '<h2 id="stop-title">停止？</h2>' in text
    assert "<p>内容</p>" in text


def test_a_phone_frame_shows_a_page_of_ours() -> None:
    text = rendered("{% phone_frame '/lab/1' '张伟的手机' %}")
    assert '<iframe src="/lab/1" title="张伟的手机"' in text


@pytest.mark.parametrize(
    ("language", "expected"), [("zh-hans", "后端工程师 · 初试"), ("en", "Backend Engineer · First interview")]
)
def test_jobs_and_rounds_are_called_as_the_reader_calls_them(language: str, expected: str) -> None:
    job = Job(title="后端工程师", title_en="Backend Engineer")
    assert rendered("{{ job|in_language }} · {{ '初试'|round_name }}", language, job=job) == expected
    branch = Branch(name="上海", name_en="")
    assert rendered("{{ branch|in_language }}", language, branch=branch) == "上海"


@pytest.mark.parametrize(("number", "said"), [(1, "1 letter"), (999, "999 letters"), (1200, "1,200 letters")])
def test_a_plural_is_chosen_by_a_number_that_shows_its_thousands(number: int, said: str) -> None:
    source = "{% blocktranslate count n=it|counted %}{{ n }} letter{% plural %}{{ n }} letters{% endblocktranslate %}"
    assert rendered(source, "en", it=number) == said
