"""The pages: writing behind the sign-in and behind a link, binding, codes, what others see, settings."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.conf import LazySettings
from django.test import Client
from django.utils import timezone

from tests.factories import Cast, create_user, install_texts, sign_in_client
from tests.results.scorecards.held import KEYS, NOTE, create_held, draft, form, join, link_to
from yuemian.accounts.models import Role
from yuemian.domain.results import Rating
from yuemian.domain.states import Purpose
from yuemian.hiring.models import JobFamily
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Notification
from yuemian.results.actions.scorecards import reopen, save, submit
from yuemian.results.models import Scorecard, ScorecardForm, ScorecardLink
from yuemian.results.views.scorecards import COOKIE
from yuemian.trust.vault import Vault, organization_key

AUTO = {"X-Autosave": "1"}


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def held(cast: Cast, now: datetime) -> Interview:
    install_texts(cast, Purpose.CODE, Purpose.SCORECARD, now=now)
    return create_held(cast, now=now)


@pytest.fixture
def path(held: Interview) -> str:
    return f"/interviews/{held.pk}/scorecard"


@pytest.fixture
def interviewer(cast: Cast) -> Client:
    return sign_in_client(cast.interviewer)


def test_the_page_says_whom_and_what_and_no_way_to_reach_them(
    interviewer: Client, held: Interview, path: str
) -> None:
    page = interviewer.get(path).content.decode()
    assert held.application.candidate.name in page
    assert "后端工程师" in page
    assert "先笔试 30 分钟" in page
    assert page.count('type="radio"') == 6 * len(KEYS) + 4
    assert "@example.com" not in page
    assert "13800" not in page


def test_reading_changes_nothing(
    cast: Cast, interviewer: Client, held: Interview, path: str, now: datetime
) -> None:
    link, address = link_to(held, cast.interviewer, now=now)
    for client, each in ((interviewer, path), (Client(), address)):
        assert client.get(each).status_code == client.head(each).status_code == 200
    link.refresh_from_db()
    assert link.browser_hash is None
    assert not Scorecard.objects.exists()
    assert COOKIE not in Client().get(address).cookies


def test_saving_by_itself_answers_with_the_edition_and_what_to_look_at(
    interviewer: Client, path: str
) -> None:
    sent = {
        "act": "save",
        "edition": "0",
        "rating-coding": "4",
        "note-coding": "不错",
        "note-ownership": "已婚，稳定",
    }
    told = interviewer.post(path, sent, headers=AUTO).json()
    assert told["edition"] == 1
    assert [kind for kind, _ in told["hints"]["coding"]] == ["thin"]
    assert [kind for kind, _ in told["hints"]["ownership"]] == ["thin", "flag"]
    assert "已婚" in told["hints"]["ownership"][1][1]


def test_a_second_tab_is_told_who_and_what(interviewer: Client, path: str) -> None:
    interviewer.post(path, {"act": "save", "edition": "0", "note-coding": "甲的话"}, headers=AUTO)
    refused = interviewer.post(path, {"act": "save", "edition": "0", "note-coding": "乙的话"}, headers=AUTO)
    told = refused.json()
    assert (refused.status_code, told["edition"]) == (409, 1)
    assert told["theirs"]["note-coding"] == "甲的话"
    assert "陈默" in told["text"]
    page = interviewer.post(path, {"act": "save", "edition": "0", "note-coding": "乙的话"})
    text = page.content.decode()
    assert page.status_code == 409
    assert ">乙的话</textarea>" in text
    assert re.search(r'class="theirs">.*甲的话', text)
    assert 'name="edition" value="1"' in text


def test_without_script_it_is_an_ordinary_form(interviewer: Client, path: str) -> None:
    half = form()
    del half["rating-coding"], half["recommendation"]
    page = interviewer.post(path, half)
    assert page.status_code == 422
    assert 'href="#c-coding"' in page.content.decode()
    assert 'href="#c-recommendation"' in page.content.decode()
    done = interviewer.post(path, form(1), follow=True)
    assert "data-done" in done.content.decode()
    assert Scorecard.objects.get().state == "submitted"


def test_what_is_doubtful_is_asked_about_once(interviewer: Client, path: str) -> None:
    page = interviewer.post(path, form() | {"note-coding": "不错"})
    assert page.status_code == 422
    notice = page.content.decode().partition('id="doubts"')[2].partition("</label>")[0]
    assert 'name="is_sure" value="1" form="sheet"' in notice
    assert "不应考虑" not in notice
    page = interviewer.post(path, form(1) | {"note-coding": "她怀孕了，写不了代码。"})
    assert "不应考虑" in page.content.decode().partition('id="doubts"')[2].partition("</label>")[0]
    assert interviewer.post(path, form(2) | {"note-coding": "不错", "is_sure": "1"}).status_code == 303


def test_taking_it_back(cast: Cast, interviewer: Client, path: str, recruiter_client: Client) -> None:
    interviewer.post(path, form())
    assert 'value="reopen"' in interviewer.get(path).content.decode()
    interviewer.post(path, {"act": "reopen"})
    card = Scorecard.objects.get()
    assert card.state == "open"
    interviewer.post(path, form(card.edition))
    assert recruiter_client.post(f"/scorecards/{card.pk}/reopen").status_code == 302
    assert Scorecard.objects.get().state == "open"
    assert interviewer.post(f"/scorecards/{card.pk}/reopen").status_code == 403


def test_others_are_led_to_the_interview_or_nowhere(cast: Cast, path: str, recruiter_client: Client) -> None:
    assert recruiter_client.get(path).headers["Location"] == path.removesuffix("/scorecard")
    stranger = sign_in_client(create_user(cast.organization, Role.INTERVIEWER, "旁人"))
    assert stranger.get(path).status_code == 404
    assert sign_in_client(cast.auditor).get(path).status_code == 403


def test_the_first_press_binds_the_link_to_its_browser(cast: Cast, held: Interview, now: datetime) -> None:
    link, address = link_to(held, cast.interviewer, now=now)
    phone, other = Client(), Client()
    saved = phone.post(address, {"act": "save", "edition": "0", "note-coding": "甲"}, headers=AUTO)
    assert saved.status_code == 200
    cookie = saved.cookies[COOKIE]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    link.refresh_from_db()
    assert link.browser_hash is not None
    assert cookie.value.encode() not in bytes(link.browser_hash)
    assert ">甲</textarea>" in phone.get(address).content.decode()
    page = other.get(address).content.decode()
    assert "甲" not in page
    assert 'value="code-send"' in page
    refused = other.post(address, {"act": "save", "edition": "1", "note-coding": "乙"}, headers=AUTO)
    assert (refused.status_code, refused.json()["problem"]) == (403, "code")
    assert phone.post(address, form(1)).status_code == 303
    assert Scorecard.objects.get().interviewer_id == cast.interviewer.pk


def test_the_next_mails_link_opens_in_the_same_browser_only(
    cast: Cast, held: Interview, now: datetime
) -> None:
    _, first = link_to(held, cast.interviewer, now=now)
    phone = Client()
    phone.post(first, {"act": "save", "edition": "0", "note-coding": "甲"}, headers=AUTO)
    _, second = link_to(held, cast.interviewer, now=now)
    assert ">甲</textarea>" in phone.get(second).content.decode()
    assert 'value="code-send"' in Client().get(second).content.decode()


def test_what_was_written_signed_in_is_not_shown_to_whoever_holds_the_link(
    cast: Cast, held: Interview, now: datetime
) -> None:
    save(cast.interviewer, held.pk, draft(), 0, now=now)
    _, address = link_to(held, cast.interviewer, now=now)
    page = Client().get(address).content.decode()
    assert NOTE not in page
    assert 'value="code-send"' in page


def code_of_last_mail() -> str:
    each = Notification.objects.filter(purpose=Purpose.CODE).order_by("-created_at", "-pk")[0]
    vault, key = Vault(each.organization_id), organization_key(each.organization_id)
    text = vault.open_bytes(key, Notification.PLACE, each.pk, each.parameters_sealed)
    return str(orjson.loads(text)["context"]["code"])


@pytest.fixture
def bound(cast: Cast, held: Interview, now: datetime) -> tuple[str, Client]:
    _, address = link_to(held, cast.interviewer, now=now)
    phone = Client()
    phone.post(address, {"act": "save", "edition": "0", "note-coding": "甲"}, headers=AUTO)
    return address, phone


def test_a_code_to_the_interviewers_mail_lets_another_browser_in(
    cast: Cast, bound: tuple[str, Client]
) -> None:
    address, phone = bound
    desk = Client()
    page = desk.post(address, {"act": "code-send"}).content.decode()
    assert cast.interviewer.email not in page
    assert Notification.objects.get(purpose=Purpose.CODE).user_id == cast.interviewer.pk
    right = code_of_last_mail()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    assert desk.post(address, {"act": "code-check", "code": wrong}).status_code == 422
    assert desk.post(address, {"act": "code-check", "code": f" {right[:3]} {right[3:]}"}).status_code == 303
    assert ">甲</textarea>" in desk.get(address).content.decode()
    assert 'value="code-send"' in phone.get(address).content.decode()
    # A code is good once.
    assert phone.post(address, {"act": "code-check", "code": right}).status_code == 422


def test_five_tries_ten_minutes_three_codes(bound: tuple[str, Client]) -> None:
    address, _ = bound
    desk = Client()
    desk.post(address, {"act": "code-send"})
    right = code_of_last_mail()
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        desk.post(address, {"act": "code-check", "code": wrong})
    assert desk.post(address, {"act": "code-check", "code": right}).status_code == 422
    desk.post(address, {"act": "code-send"})
    ScorecardLink.objects.update(code_expires_at=timezone.now() - timedelta(seconds=1))
    assert desk.post(address, {"act": "code-check", "code": code_of_last_mail()}).status_code == 422
    assert desk.post(address, {"act": "code-send"}).status_code == 200
    assert desk.post(address, {"act": "code-send"}).status_code == 422
    assert Notification.objects.filter(purpose=Purpose.CODE).count() == 3


@pytest.mark.parametrize("how", ["unknown", "over", "revoked", "gone"])
def test_a_link_that_opens_nothing_looks_the_same(
    cast: Cast, held: Interview, now: datetime, how: str
) -> None:
    _, address = link_to(held, cast.interviewer, now=now)
    if how == "over":
        ScorecardLink.objects.update(expires_at=now - timedelta(seconds=1))
    elif how == "revoked":
        ScorecardLink.objects.update(revoked_at=now)
    elif how == "gone":
        type(cast.interviewer).objects.filter(pk=cast.interviewer.pk).update(is_active=False)
    else:
        address = "/s/nothing"
    answers = [Client().get(address), Client().post(address, form())]
    assert {answer.status_code for answer in answers} == {404}
    assert not Scorecard.objects.exists()


def test_a_link_says_when_nothing_is_to_be_written(cast: Cast, held: Interview, now: datetime) -> None:
    _, address = link_to(held, cast.interviewer, now=now)
    Interview.objects.update(attendance="no_show")
    assert "data-sheet" not in Client().get(address).content.decode()
    refused = Client().post(address, form())
    assert refused.status_code == 409
    assert COOKIE not in refused.cookies


def test_the_links_page_speaks_the_interviewers_language(cast: Cast, held: Interview, now: datetime) -> None:
    type(cast.interviewer).objects.filter(pk=cast.interviewer.pk).update(locale="en")
    _, address = link_to(held, cast.interviewer, now=now)
    assert "What did you see or hear?" in Client().get(address).content.decode()


def shown(client: Client, held: Interview) -> str:
    page = client.get(f"/interviews/{held.pk}").content.decode()
    found = re.search(r'<section class="card" id="scorecards".*?</section>', page, re.DOTALL)
    return found[0] if found else ""


def test_the_interviews_page_has_them_side_by_side(
    cast: Cast, held: Interview, recruiter_client: Client, interviewer: Client, now: datetime
) -> None:
    second = create_user(cast.organization, Role.INTERVIEWER, "第二面试官")
    join(held, second)
    assert "第二面试官" in shown(recruiter_client, held)
    submit(cast.interviewer, held.pk, draft(Rating.OUTSTANDING), 0, now=now)
    part = shown(recruiter_client, held)
    assert NOTE in part
    assert 'value="reopen"' not in part
    assert f"/scorecards/{second.pk}/remind" in part
    assert f"/scorecards/{cast.interviewer.pk}/remind" not in part
    client = sign_in_client(second)
    assert NOTE not in shown(client, held)
    submit(second, held.pk, draft(Rating.WEAK), 0, now=now)
    assert NOTE in shown(client, held)
    assert shown(client, held).count('class="disputed"') == len(KEYS)
    assert "remind" not in shown(interviewer, held)


def test_today_shows_what_one_has_to_write_and_who_is_late(
    cast: Cast, held: Interview, recruiter_client: Client, interviewer: Client, now: datetime
) -> None:
    assert f"/interviews/{held.pk}/scorecard" in interviewer.get("/today").content.decode()
    assert 'id="scorecards"' not in recruiter_client.get("/today").content.decode()
    Interview.objects.update(starts_at=now - timedelta(hours=26))
    assert 'id="scorecards"' not in recruiter_client.get("/today").content.decode()
    link_to(held, cast.interviewer, now=now - timedelta(hours=20))
    page = recruiter_client.get("/today").content.decode()
    assert 'id="scorecards"' in page
    answer = recruiter_client.post(
        f"/interviews/{held.pk}/scorecards/{cast.interviewer.pk}/remind", {"next": "today"}
    )
    assert answer.headers["Location"] == "/today#scorecards"
    assert Notification.objects.filter(purpose=Purpose.SCORECARD).count() == 1
    submit(cast.interviewer, held.pk, draft(), 0, now=now)
    assert 'id="scorecards"' not in recruiter_client.get("/today").content.decode()
    assert f"/interviews/{held.pk}/scorecard" not in interviewer.get("/today").content.decode()


def competencies(*rows: dict[str, str], **fields: str) -> dict[str, str]:
    return {
        f"c{place}-{name}": value for place, row in enumerate(rows) for name, value in row.items()
    } | fields


def test_a_form_is_made_ours_edited_previewed_and_removed(cast: Cast, held: Interview, now: datetime) -> None:
    client, family = sign_in_client(cast.owner), JobFamily.objects.get(name="技术")
    index = client.get("/settings/scorecards").content.decode()
    assert f"/settings/scorecards/new?family={family.pk}" in index
    page = client.get(f"/settings/scorecards/new?family={family.pk}").content.decode()
    assert page.count('class="card competency-form"') == len(KEYS) + 2
    assert (
        client.get(f"/settings/scorecards/preview?family={family.pk}").content.decode().count("<legend>") == 7
    )
    rows = [{"name": f"第{number}项", "position": str(9 - number)} for number in range(len(KEYS))]
    sent: dict[str, Any] = competencies(*rows, family=str(family.pk), round="")
    made = client.post(f"/settings/scorecards/new?family={family.pk}", sent)
    own = ScorecardForm.objects.get()
    assert made.headers["Location"] == f"/settings/scorecards/{own.pk}"
    assert list(own.competencies.values_list("key", flat=True)) == KEYS[::-1]
    again = client.post(f"/settings/scorecards/new?family={family.pk}", sent)
    assert again.status_code == 422
    more = competencies(
        *[{"name": "留下"}] * 6, {"key": "coding2", "name": "再写一次"}, {"key": "Bad", "name": ""}
    )
    assert client.post(f"/settings/scorecards/{own.pk}", more).status_code == 422
    more |= {"c7-key": "", "c0-is_off": "on"}
    assert client.post(f"/settings/scorecards/{own.pk}", more).status_code == 303
    assert own.competencies.filter(is_archived=True).count() == 1
    assert own.competencies.filter(key="coding2").exists()
    assert "再写一次" in client.get(f"/settings/scorecards/{own.pk}/preview").content.decode()
    client.post(f"/settings/scorecards/{own.pk}/remove")
    assert not ScorecardForm.objects.exists()


def test_interviewers_edit_no_forms(interviewer: Client) -> None:
    assert interviewer.get("/settings/scorecards").status_code == 403


def test_a_form_cannot_ask_for_nothing_or_too_much(cast: Cast) -> None:
    client = sign_in_client(cast.owner)
    off = competencies(*[{"name": "x", "is_off": "on"}] * 5)
    assert client.post("/settings/scorecards/new", off).status_code == 422
    twice = competencies(*[{"name": "x"}] * 5, {"key": "communication", "name": "又一次"})
    assert client.post("/settings/scorecards/new", twice).status_code == 422
    assert not ScorecardForm.objects.exists()


def test_reopening_is_live_and_the_card_stays(cast: Cast, held: Interview, now: datetime) -> None:
    card = submit(cast.interviewer, held.pk, draft(), 0, now=now)
    assert reopen(cast.recruiter, card.pk, now=now).entries.count() == len(KEYS)


def test_tokens_never_reach_a_log(settings: LazySettings) -> None:
    from yuemian.config.logs import mask_path

    assert mask_path("/s/AbC-123_x?y") == "/s/[token]?y"
