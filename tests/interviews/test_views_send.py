"""Sending from the board: choosing, what will happen, pressing once, stopping; and the previews."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings
from django.utils import timezone

from tests.factories import Cast, create_interview, create_interviews, create_template
from tests.interviews.pasts import newcomer
from yuemian.accounts.models import Organization, User
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Candidate
from yuemian.interviews.models import Interview
from yuemian.interviews.rows import notices_of
from yuemian.messaging.models import Batch, Delivery, Notification
from yuemian.trust.models import AuditEntry


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def begin(client: Client, **form: Any) -> str:
    """Press “Send…” on the board; returns the address of the send page."""
    answer = client.post("/send", form)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/send/")
    return str(answer["Location"])


def settings_of(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {
        "set": "1",
        "template": cast.templates[Purpose.INVITATION].pk,
        "channel": ["email", "sms"],
        **changes,
    }


def test_selecting_all_that_match_takes_every_page_of_the_filter(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    create_interviews(cast, 60, now=now)
    create_interviews(cast, 2, now=now, job=cast.sales)
    address = begin(recruiter_client, ids=[], all_matching="1", filter=f"job={cast.backend.pk}")
    assert recruiter_client.get(address).context["chosen"] == 60


def test_only_ticked_rows_are_chosen_and_foreign_ids_are_not(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    mine, _ = create_interviews(cast, 2, now=now)
    address = begin(recruiter_client, ids=[mine.pk, "01900000-0000-7000-8000-000000000000", "x"])
    assert recruiter_client.get(address).context["chosen"] == 1


def test_choosing_nothing_leads_back_with_a_word(cast: Cast, recruiter_client: Client) -> None:
    answer = recruiter_client.post("/send", {"ids": []})
    assert answer["Location"] == "/interviews"


def test_the_page_says_who_hears_by_which_channel_and_who_does_not(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    both = create_interview(cast, now=now)
    mail_only = create_interview(cast, now=now, phone="")
    silent = create_interview(cast, now=now, name="无法联系", phone="", email="")
    over = create_interview(cast, now=now, starts_at=now - timedelta(hours=1))
    address = begin(recruiter_client, ids=[both.pk, mail_only.pk, silent.pk, over.pk])
    page = recruiter_client.get(address, settings_of(cast))
    context = page.context
    assert context["going"] == 2
    assert sorted(count for _, _, count in context["by_channel"]) == [1, 2]
    groups = {group.code: group for group in context["groups"]}
    assert set(groups) == {LeftOut.MISSING_CONTACT, LeftOut.OVER}
    assert f'href="/interviews/{silent.pk}"' in page.content.decode()


def test_leaving_a_channel_out_leaves_out_who_has_only_that(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now, email="")
    address = begin(recruiter_client, ids=[interview.pk])
    page = recruiter_client.get(address, settings_of(cast, channel=["email"]))
    assert page.context["going"] == 0


def test_the_template_of_the_common_round_is_preselected(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    version = create_template(cast.organization, Purpose.INVITATION, now=now, name="复试邀请")
    version.template.round = "复试"
    version.template.save()
    second, first = create_interview(cast, now=now, round="复试"), create_interview(cast, now=now)
    page = recruiter_client.get(begin(recruiter_client, ids=[second.pk]))
    assert page.context["choice"].version == version
    mixed = recruiter_client.get(begin(recruiter_client, ids=[second.pk, first.pk]))
    assert mixed.context["choice"].version == cast.templates[Purpose.INVITATION]


def press(client: Client, address: str, cast: Cast, expected: int, **changes: Any) -> HttpResponse:
    answer: Any = client.post(address, settings_of(cast, expected=str(expected), **changes))
    return answer  # type: ignore[no-any-return]


def test_pressing_send_twice_sends_once(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    address = begin(recruiter_client, ids=[i.pk for i in create_interviews(cast, 3, now=now)])
    first, second = (press(recruiter_client, address, cast, 3) for _ in range(2))
    assert first["Location"] == second["Location"] == address.replace("/send/", "/batches/")
    assert (Batch.objects.count(), Notification.objects.count(), Delivery.objects.count()) == (1, 3, 6)


def test_nothing_leaves_when_the_figures_are_no_longer_those_shown(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interviews = create_interviews(cast, 3, now=now)
    address = begin(recruiter_client, ids=[i.pk for i in interviews])
    Interview.objects.filter(pk=interviews[0].pk).update(state="cancelled")
    answer = press(recruiter_client, address, cast, 3)
    assert answer.status_code == 409
    assert Notification.objects.count() == 0


def test_sending_at_a_time_waits_until_then(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    tomorrow = (now + timedelta(days=1)).astimezone(cast.shanghai.zone)
    press(recruiter_client, address, cast, 1, when="later", date=f"{tomorrow:%Y-%m-%d}", time="09:30")
    due_at = Delivery.objects.values_list("due_at", flat=True)[0].astimezone(cast.shanghai.zone)
    assert (due_at.date(), f"{due_at:%H:%M}") == (tomorrow.date(), "09:30")


def test_a_time_that_has_passed_is_refused(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    answer = press(recruiter_client, address, cast, 1, when="later", date="2020-01-01", time="09:30")
    assert answer.status_code == 409
    assert Notification.objects.count() == 0


def test_sending_again_is_explicit_and_counted(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    for number in (1, 2, 3):
        address = begin(recruiter_client, ids=[interview.pk])
        assert recruiter_client.get(address).context["going"] == (1 if number == 1 else 0)
        page = recruiter_client.get(address, settings_of(cast, again="1"), headers={"accept-language": "en"})
        assert page.context["going"] == 1
        assert ("hears this for the 3rd time" in page.content.decode()) is (number == 3)
        press(recruiter_client, address, cast, 1, again="1")
        Notification.objects.update(created_at=now - timedelta(minutes=11))
    assert sorted(Notification.objects.values_list("occurrence", flat=True)) == [1, 2, 3]


def test_nobody_is_written_to_twice_within_ten_minutes_for_one_purpose(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    press(recruiter_client, begin(recruiter_client, ids=[interview.pk]), cast, 1)
    Notification.objects.update(created_at=now - timedelta(minutes=4))
    address = begin(recruiter_client, ids=[interview.pk])
    page = recruiter_client.get(address, settings_of(cast, again="1"))
    (group,) = page.context["groups"]
    assert (group.code, group.until) == (LeftOut.COOLING_DOWN, now + timedelta(minutes=6))
    reminder = settings_of(cast, again="1", template=cast.templates[Purpose.REMINDER].pk)
    assert recruiter_client.get(address, reminder).context["going"] == 1
    assert press(recruiter_client, address, cast, 1, again="1").status_code == 409
    assert Notification.objects.count() == 1


def test_a_message_that_never_left_does_not_cool_anybody_down(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    press(recruiter_client, begin(recruiter_client, ids=[interview.pk]), cast, 1)
    Delivery.objects.update(state="permanent_failure", reason="invalid_contact")
    address = begin(recruiter_client, ids=[interview.pk])
    assert recruiter_client.get(address, settings_of(cast, again="1")).context["going"] == 1


def test_stopping_keeps_back_what_has_not_left(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    address = begin(recruiter_client, ids=[i.pk for i in create_interviews(cast, 3, now=now)])
    batch = press(recruiter_client, address, cast, 3)["Location"]
    sent = Delivery.objects.order_by("id")[0]
    Delivery.objects.filter(pk=sent.pk).update(state="sent")
    assert recruiter_client.post(f"{batch}/stop").status_code == 302
    assert Delivery.objects.filter(state="cancelled", reason="stopped_by_person").count() == 5
    page = recruiter_client.get(batch)
    assert (page.context["progress"].sent, page.context["progress"].called_off) == (1, 5)
    assert AuditEntry.objects.filter(action="batch.stopped").exists()


def test_a_failure_is_listed_with_reason_and_remedy(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    address = begin(recruiter_client, ids=[create_interview(cast, now=now, name="李雷").pk])
    batch = press(recruiter_client, address, cast, 1)["Location"]
    Delivery.objects.filter(channel="sms").update(
        state="permanent_failure", reason="invalid_contact", settled_at=now
    )
    page = recruiter_client.get(batch, headers={"accept-language": "en"}).content.decode()
    assert "The address does not exist." in page
    assert "Ask for the right one." in page


def test_a_test_goes_to_the_recruiter_alone(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    recruiter_client.post(f"{address}/test", settings_of(cast))
    sent = Notification.objects.get()
    assert (sent.purpose, sent.user, sent.candidate) == ("test", cast.recruiter, None)
    assert Batch.objects.get().state == "draft"


def hidden_fields(page: str) -> dict[str, str]:
    """What the button of the test posts."""
    form = page[page.index("preview-test") :]
    found = re.findall(r'name="([a-z]+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: value for name, value in found if name != "csrfmiddlewaretoken"}


@pytest.mark.parametrize(
    ("tab", "channels"), [("email", ["email"]), ("sms", ["sms"]), ("page", ["email"]), ("", ["email"])]
)
def test_a_test_goes_by_the_channel_that_is_shown(
    cast: Cast, recruiter_client: Client, now: datetime, tab: str, channels: list[str]
) -> None:
    User.objects.filter(pk=cast.recruiter.pk).update(phone="138 0013 9999")
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    page = recruiter_client.get(address, settings_of(cast, tab=tab)).content.decode()
    recruiter_client.post(f"{address}/test", hidden_fields(page))
    assert list(Delivery.objects.values_list("channel", flat=True)) == channels


def test_a_routed_previews_own_channel_is_the_tests(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    """Nothing was tapped: the preview shows the message that this candidate gets."""
    User.objects.filter(pk=cast.recruiter.pk).update(phone="138 0013 9999")
    address = begin(recruiter_client, ids=[create_interview(cast, now=now, email="").pk])
    page = recruiter_client.get(address)
    assert page.context["stage"].tab == "sms"
    recruiter_client.post(f"{address}/test", hidden_fields(page.content.decode()))
    assert list(Delivery.objects.values_list("channel", flat=True)) == ["sms"]


@pytest.mark.parametrize("phone", ["", "021-55550100"])
def test_without_a_mobile_number_a_test_by_text_says_where_to_add_one(
    cast: Cast, recruiter_client: Client, now: datetime, phone: str
) -> None:
    User.objects.filter(pk=cast.recruiter.pk).update(phone=phone)
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    form = settings_of(cast, tab="sms")
    answer = recruiter_client.post(
        f"{address}/test", form, headers={"accept-language": "en"}, follow=True
    ).content.decode()
    assert "no mobile number of yours" in answer
    assert "Settings → People" in answer
    assert not Notification.objects.exists()


@override_settings(SMTP_URL="smtp://mail.example:25")
def test_a_channel_without_an_account_is_named_before_a_test(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    Organization.objects.filter(pk=cast.organization.pk).update(is_rehearsal=False)
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    form = settings_of(cast, tab="sms")
    answer = recruiter_client.post(
        f"{address}/test", form, headers={"accept-language": "en"}, follow=True
    ).content.decode()
    assert "No account carries text messages yet" in answer
    assert not Notification.objects.exists()


def test_a_message_that_cannot_be_written_is_not_tried(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    User.objects.filter(pk=cast.recruiter.pk).update(phone="138 0013 9999")
    address = begin(recruiter_client, ids=[create_interview(cast, now=now).pk])
    form = settings_of(cast, tab="sms", language="fr")
    answer = recruiter_client.post(
        f"{address}/test", form, headers={"accept-language": "en"}, follow=True
    ).content.decode()
    assert "no text for this channel and language" in answer
    assert not Notification.objects.exists()


def test_the_preview_shows_any_chosen_candidate_in_either_language(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    first = create_interview(cast, now=now, name="李雷", starts_at=now + timedelta(days=1))
    second = create_interview(cast, now=now, name="韩梅梅", starts_at=now + timedelta(days=2))
    address = begin(recruiter_client, ids=[first.pk, second.pk])
    page = recruiter_client.get(
        address, settings_of(cast, position="2", language="en", tab="sms"), headers={"HX-Target": "preview"}
    )
    text = page.content.decode()
    assert page.context["stage"].language == "en"
    assert "韩梅梅" in text
    assert "<html" not in text
    assert "summary" not in text


def test_the_mail_preview_can_run_nothing(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = create_interview(cast, now=now, name="<script>alert(1)</script>")
    version = cast.templates[Purpose.INVITATION]
    answer = recruiter_client.get(
        f"/interviews/{interview.pk}/mail", {"template": str(version.pk), "language": "zh-hans"}
    )
    page, policy = answer.content.decode(), answer["Content-Security-Policy"]
    assert "<script>" not in page
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy


def test_a_text_message_counts_its_parts_with_a_real_link(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    page = recruiter_client.get(f"/interviews/{interview.pk}/preview?tab=sms")
    stage = page.context["stage"]
    assert stage.sms.segments.parts >= 1
    assert re.search(r"/c/[\w-]{43}", stage.sms.plain)


# --- The best channel for each -------------------------------------------------------------------------------


def best(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {"set": "1", "template": cast.templates[Purpose.INVITATION].pk, "routing": "best", **changes}


def test_the_best_channel_for_each_is_preselected(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    page = recruiter_client.get(begin(recruiter_client, ids=[newcomer(cast, now=now).pk]))
    assert page.context["choice"].is_routed
    assert [count for _, _, count in page.context["by_channel"]] == [1]


def test_the_preview_says_which_channel_and_why(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    interview = newcomer(cast, now=now)
    Candidate.objects.update(preferred_channel="sms")
    address = begin(recruiter_client, ids=[interview.pk])
    text = recruiter_client.get(address, best(cast)).content.decode()
    assert "首选渠道：本人选择短信" in text
    assert "首选渠道" not in recruiter_client.get(address, settings_of(cast)).content.decode()


def test_what_the_preview_says_is_sent_and_stands_in_the_timeline(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = newcomer(cast, now=now)
    Candidate.objects.update(preferred_channel="sms")
    address = begin(recruiter_client, ids=[interview.pk])
    answer: Any = recruiter_client.post(address, best(cast, expected="1"))
    assert answer.status_code == 302
    places = Delivery.objects.order_by("position").values_list("channel", "position", "state")
    assert list(places) == [("sms", 0, "queued"), ("email", 1, "created")]
    page = recruiter_client.get(f"/interviews/{interview.pk}").content.decode()
    assert "首选渠道：本人选择短信 · 之后邮件" in page
    assert Notification.objects.count() == 1


def test_a_channel_behind_the_first_is_not_shown_as_waiting(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = newcomer(cast, now=now)
    recruiter_client.post(begin(recruiter_client, ids=[interview.pk]), best(cast, expected="1"))
    notice = notices_of([interview])[interview.pk]
    assert notice.channels == [("email", "queued")]
    batch = Batch.objects.get()
    progress = recruiter_client.get(f"/batches/{batch.pk}").context["progress"]
    assert (progress.total, progress.waiting) == (1, 1)


@pytest.mark.parametrize(
    ("locale", "words"),
    [
        ("en", "Written in English, the candidate’s own language."),
        ("de", "Written in English: this template has no text in Deutsch."),
    ],
)
def test_the_preview_names_the_language_and_why(
    cast: Cast, recruiter_client: Client, now: datetime, locale: str, words: str
) -> None:
    interview = create_interview(cast, now=now, locale=locale)
    page = recruiter_client.get(f"/interviews/{interview.pk}/preview", headers={"accept-language": "en"})
    assert words in page.content.decode()
