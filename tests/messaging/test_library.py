"""The shipped templates: they compile, and read well with much and with little data."""

from __future__ import annotations

import re

import pytest

from yuemian.domain.languages import LANGUAGES
from yuemian.domain.placeholder import samples
from yuemian.domain.richtext import to_html
from yuemian.domain.segments import count_segments
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template import Rendered, compile_template, render
from yuemian.interviews.facts import never_chosen
from yuemian.messaging.defaults import ShippedTemplate, shipped_templates

LINK = "https://jobs.example.com/c/" + "x" * 43
#: What every interview has; everything else may be missing.
ALWAYS = {
    "candidate_name", "organization_name", "job_title", "round_name", "interview_when", "interview_day",
    "interview_date", "interview_time", "duration_minutes", "branch_name", "hr_answer", "staff_name", "form_until",
    "respond_by",
}  # fmt: skip
#: Written to colleagues, not to candidates.
OF_STAFF = {
    Purpose.DIGEST,
    Purpose.STAFF_REMINDER,
    Purpose.CONSULTATION,
    Purpose.STAFF_NEWS,
    Purpose.ATTENDANCE,
    Purpose.NEEDS,
    Purpose.APPROVAL,
    Purpose.SCORECARD,
}
CASES = [
    pytest.param(template, channel, locale, id=f"{template.purpose}-{template.round}-{channel}-{locale}")
    for template in shipped_templates()
    for channel, locale in template.texts
    if template.purpose not in OF_STAFF | {Purpose.CODE, Purpose.LETTER}
]


def rendered(template: ShippedTemplate, channel: Channel, locale: str, **context: object) -> Rendered:
    text = template.texts[channel, locale]
    return render(compile_template(text.subject, text.body, template.purpose), context)


def full(template: ShippedTemplate, locale: str) -> dict[str, object]:
    links = {"answer_link", "interview_link"} & samples(locale, template.purpose).keys()
    return {**samples(locale, template.purpose), **dict.fromkeys(links, LINK)}


def minimal(template: ShippedTemplate, locale: str) -> dict[str, object]:
    return {name: value for name, value in full(template, locale).items() if name in ALWAYS or value == LINK}


def test_every_purpose_of_an_interview_has_a_general_template_in_all_languages_and_channels() -> None:
    general = {template.purpose: template for template in shipped_templates() if not template.round}
    assert set(general) >= OF_STAFF
    wanted = {
        Purpose.INVITATION,
        Purpose.REMINDER,
        Purpose.CHANGE,
        Purpose.CANCELLATION,
        Purpose.ANSWER,
        Purpose.NUDGE,
        Purpose.STILL_DECIDING,
        Purpose.LINK,
        Purpose.CODE,
        Purpose.SURVEY,
        Purpose.LETTER,
        Purpose.RESULT,
        Purpose.ONBOARDING,
    }
    assert set(general) - OF_STAFF == wanted
    for template in shipped_templates():
        if template.purpose in OF_STAFF | {Purpose.LETTER}:
            continue
        assert set(template.texts) == {(channel, locale) for channel in Channel for locale in LANGUAGES}


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
@pytest.mark.parametrize("channel", list(Channel))
def test_a_code_says_nothing_but_the_code(channel: Channel, locale: str) -> None:
    (template,) = (each for each in shipped_templates() if each.purpose == Purpose.CODE)
    message = rendered(template, channel, locale, **samples(locale, Purpose.CODE))
    assert "482 913" in message.text
    assert "10" in message.text
    assert "http" not in message.text
    assert set(samples(locale, Purpose.CODE)) == {
        "candidate_name", "organization_name", "code", "code_minutes",
    }  # fmt: skip


def test_the_three_rounds_have_invitations_of_their_own() -> None:
    rounds = {template.round for template in shipped_templates() if template.purpose == Purpose.INVITATION}
    assert rounds == {"", "初试", "复试", "终试"}


@pytest.mark.parametrize(("template", "channel", "locale"), CASES)
@pytest.mark.parametrize("data", [full, minimal])
def test_a_shipped_text_reads_without_gaps(
    template: ShippedTemplate, channel: Channel, locale: str, data: object
) -> None:
    context = data(template, locale)  # type: ignore[operator]
    message = rendered(template, channel, locale, **context)
    for text in (message.subject, message.text):
        assert "\n\n\n" not in text
        assert not re.search(r"[（(]\s*[)）]|[:：，,、]\s*(\n\n|$)(?!\S)", text), text
        assert not re.search(r" {2,}|\s[，。]|{|}|None", text), text
    assert LINK in message.text
    assert "<p>" in to_html(message.text)


@pytest.mark.parametrize(("template", "channel", "locale"), CASES)
def test_mails_name_the_company_first_and_the_day_in_the_subject(
    template: ShippedTemplate, channel: Channel, locale: str
) -> None:
    if channel != Channel.EMAIL:
        return
    context = full(template, locale)
    subject = rendered(template, channel, locale, **context).subject
    assert subject.startswith(f"【{context['organization_name']}】")
    of_no_day = {Purpose.ANSWER, Purpose.STILL_DECIDING, Purpose.SURVEY, Purpose.RESULT, Purpose.ONBOARDING}
    if template.purpose not in of_no_day:
        assert str(context["interview_day"]) in subject
    assert len(subject) <= 78


@pytest.mark.parametrize(("template", "channel", "locale"), CASES)
@pytest.mark.parametrize("is_settled", [True, False])
def test_texts_of_chinese_messages_fit_one_part_beside_the_link(
    template: ShippedTemplate, channel: Channel, locale: str, is_settled: bool
) -> None:
    if channel != Channel.SMS or locale != "zh-hans":
        return
    context = full(template, locale)
    if "is_settled" in context:
        context |= {"is_settled": is_settled}
    text = rendered(template, channel, locale, **context).text.replace(LINK, "")
    assert text.startswith("【星河科技】")
    assert count_segments(text).units <= 70, text


@pytest.mark.parametrize(("template", "channel", "locale"), CASES)
def test_who_is_to_choose_a_time_is_asked_for_that_and_not_whether_they_come(
    template: ShippedTemplate, channel: Channel, locale: str
) -> None:
    """The page of such an interview offers times; yes and no it does not ask for."""
    if template.purpose not in {Purpose.INVITATION, Purpose.NUDGE}:
        return
    settled = rendered(template, channel, locale, **full(template, locale))
    day = never_chosen(locale)
    context = full(template, locale) | day | {"is_settled": False}
    asked = rendered(template, channel, locale, **context)
    assert asked.text != settled.text
    assert ask_of(settled) not in asked.text
    assert day["interview_day"] not in asked.subject
    if channel == Channel.EMAIL:
        assert str(context["respond_by"]) in ask_of(asked)
        assert len(asked.subject) <= 78
    else:
        assert day["interview_when"] not in asked.text
        assert count_segments(asked.text).parts <= count_segments(settled.text).parts


@pytest.mark.parametrize("locale", LANGUAGES)
def test_a_change_of_what_never_had_a_time_does_not_call_one_void(locale: str) -> None:
    (change,) = (each for each in shipped_templates() if each.purpose == Purpose.CHANGE)
    context = full(change, locale) | {"is_settled": False}
    moved = rendered(change, Channel.EMAIL, locale, **context)
    placed = rendered(change, Channel.EMAIL, locale, **context | {"old_when": ""})
    assert ask_of(moved) not in placed.text
    assert str(context["respond_by"]) in ask_of(placed)


def ask_of(message: Rendered) -> str:
    """What stands before the link."""
    return message.text.split(LINK)[0].rstrip("\n").rsplit("\n", 1)[-1]


def test_the_signature_stands_apart() -> None:
    reminder = next(template for template in shipped_templates() if template.purpose == Purpose.REMINDER)
    message = rendered(reminder, Channel.EMAIL, "en", **minimal(reminder, "en"))
    assert message.text.endswith("\n\nKind regards,\nThe Galaxy Tech recruiting team")


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_the_digest_names_company_and_day_first_and_ends_with_its_page(locale: str) -> None:
    template = next(template for template in shipped_templates() if template.purpose == Purpose.DIGEST)
    context = samples(locale, Purpose.DIGEST)
    message = rendered(template, Channel.EMAIL, locale, **context)
    assert message.subject.startswith(f"【{context['organization_name']}】{context['digest_day']}")
    assert str(context["digest"]) in message.text
    assert message.text.endswith(f"\n{context['today_link']}")


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_a_question_to_an_interviewer_leads_to_it_and_does_not_repeat_it(locale: str) -> None:
    template = next(each for each in shipped_templates() if each.purpose == Purpose.CONSULTATION)
    context = samples(locale, Purpose.CONSULTATION)
    for channel in (Channel.EMAIL, Channel.SMS):
        message = rendered(template, channel, locale, **context)
        assert str(context["question_link"]) in message.text
        assert str(context["asked_by"]) in message.text
    assert "candidate_question" not in context


@pytest.mark.parametrize("locale", LANGUAGES)
def test_no_survey_promises_to_know_nobody_where_people_may_sign(locale: str) -> None:
    """The page lets them give their name: then it is stored and shown."""
    (survey,) = (each for each in shipped_templates() if each.purpose == Purpose.SURVEY)
    promises = re.compile(
        "cannot see|anonym|匿名|看不到|nicht sehen|no podemos ver|não podemos ver|ne pouvons pas"
        "|не видим|익명|알 수 없|わかりません|ไม่เห็น"
        "|không thể biết|tidak dapat melihat|لا يمكننا معرفة|ẩn danh|анонимн|anónim|anônim",
        re.IGNORECASE,
    )
    for (channel, code), text in survey.texts.items():
        if code == locale:
            assert not promises.search(text.body), (channel, text.body)
