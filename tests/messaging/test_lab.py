"""The phone lab shows each candidate's phone, opens mails safely, and leads to the candidate's page."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from tests.factories import (
    Cast,
    create_cast,
    create_interview,
    create_interviews,
    create_user,
    sign_in_client,
)
from tests.messaging.received import LINK, receive, receive_test
from yuemian.accounts.models import Organization, Role
from yuemian.messaging.lab import framed_html, opened, own_path
from yuemian.messaging.models import LabMessage
from yuemian.trust.vault import Vault, destroy

PATH = "/c/" + "t" * 43


def body(client: Client, path: str, **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200, path
    return response.content.decode()


def test_before_anything_was_sent_the_lab_says_what_to_do(recruiter_client: Client) -> None:
    page = body(recruiter_client, "/lab")
    assert 'class="empty"' in page
    assert 'href="/interviews"' in page


def test_every_candidate_who_received_something_has_one_phone(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    receive(cast, create_interviews(cast, 2, now=now), now=now)
    page = body(recruiter_client, "/lab")
    assert page.count('class="lab-phone"') == 2
    assert "候选人0" in page
    assert "候选人1" in page


def test_the_newest_phone_comes_first(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    receive(cast, [create_interview(cast, now=now, name="早先生")], now=now)
    receive(cast, [create_interview(cast, now=now, name="晚女士")], now=now + timedelta(minutes=1))
    page = body(recruiter_client, "/lab")
    assert page.index("晚女士") < page.index("早先生")


def test_phones_are_found_by_name_and_paged(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    receive(cast, create_interviews(cast, 9, now=now), now=now)
    receive(cast, [create_interview(cast, now=now, name="欧阳明月")], now=now)
    assert body(recruiter_client, "/lab").count('class="lab-phone"') == 8
    assert body(recruiter_client, "/lab?page=2").count('class="lab-phone"') == 2
    assert body(recruiter_client, "/lab?q=欧阳").count('class="lab-phone"') == 1
    assert 'class="empty"' in body(recruiter_client, "/lab?q=nobody")


def test_the_number_of_queries_does_not_grow_with_phones(
    cast: Cast, recruiter_client: Client, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    receive(cast, create_interviews(cast, 6, now=now), now=now)
    with django_assert_max_num_queries(17):
        body(recruiter_client, "/lab")


def test_a_mail_opens_inside_its_phone_with_its_html_in_a_frame(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    mail = receive(cast, [create_interview(cast, now=now)], now=now)[0]
    screen = body(recruiter_client, f"/lab/messages/{mail.pk}", HX_Request="true")
    assert "【星河科技】初试邀请" in screen
    assert f'src="/lab/messages/{mail.pk}/html"' in screen
    assert "<html" not in screen
    assert "<html" in body(recruiter_client, f"/lab/messages/{mail.pk}")


def test_the_mail_s_html_may_run_load_and_submit_nothing(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    mail = receive(cast, [create_interview(cast, now=now)], now=now)[0]
    response = recruiter_client.get(f"/lab/messages/{mail.pk}/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    sandbox = policy.split(";")[0].split()
    assert "allow-scripts" not in sandbox
    assert "allow-forms" not in sandbox


def test_the_link_in_the_mail_opens_the_candidate_s_page_in_the_same_frame(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    mail = receive(cast, [create_interview(cast, now=now)], now=now)[0]
    html = body(recruiter_client, f"/lab/messages/{mail.pk}/html")
    assert f'<a target="_self" href="{PATH}">' in html
    assert '<base target="_blank">' in html


def test_a_text_leads_to_the_candidate_s_page(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    mail, text = receive(cast, [create_interview(cast, now=now)], now=now)
    owner = mail.delivery.notification.candidate_id
    thread = body(recruiter_client, f"/lab/phones/{owner}?app=messages", HX_Request="true")
    assert f"/lab/messages/{text.pk}/page" in thread
    assert LINK in thread
    page = body(recruiter_client, f"/lab/messages/{text.pk}/page", HX_Request="true")
    assert f'<iframe src="{PATH}"' in page


@pytest.mark.parametrize(
    "link", ["https://evil.example/x", "javascript:alert(1)//c/", "", "/c/abc", "ftp://host/c/abc"]
)
def test_only_a_candidate_s_link_becomes_a_frame(link: str) -> None:
    assert own_path(link) == ""


def test_names_and_texts_are_shown_as_written_never_as_markup(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    evil = "<script>alert(1)</script>"
    mail, _ = receive(
        cast, [create_interview(cast, now=now, name=evil)], now=now, subject=evil, text=f"{evil} {LINK}"
    )
    owner = mail.delivery.notification.candidate_id
    for path in ("/lab", f"/lab/phones/{owner}?app=messages", f"/lab/messages/{mail.pk}"):
        page = body(recruiter_client, path)
        assert evil not in page
        assert "&lt;script&gt;" in page


def test_test_copies_stand_on_my_own_phone_and_on_nobody_else_s(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    message = receive_test(cast, create_interview(cast, now=now), now=now)[0]
    assert 'id="phone-me"' in body(recruiter_client, "/lab")
    assert recruiter_client.get(f"/lab/messages/{message.pk}").status_code == 200
    colleague = sign_in_client(create_user(cast.organization, Role.RECRUITER, "周航"))
    assert 'id="phone-me"' not in body(colleague, "/lab")
    assert colleague.get(f"/lab/messages/{message.pk}").status_code == 404


def test_a_message_received_twice_is_marked(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    mail = receive(cast, [create_interview(cast, now=now)], now=now)[0]
    LabMessage.objects.filter(pk=mail.pk).update(times_received=2)
    assert "tone-danger" in body(recruiter_client, "/lab")


def test_an_erased_person_s_messages_stay_as_empty_envelopes(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    interview = create_interview(cast, now=now)
    receive(cast, [interview], now=now)
    destroy([interview.application.candidate.key], timezone.now())
    assert "【星河科技】初试邀请" not in body(recruiter_client, "/lab")


def test_a_live_company_sees_that_messages_no_longer_land_here(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    receive(cast, [create_interview(cast, now=now)], now=now)
    Organization.objects.update(is_rehearsal=False)
    page = body(recruiter_client, "/lab")
    assert 'class="notice' in page
    assert page.count('class="lab-phone"') == 1


def test_roles_without_the_lab_are_refused(cast: Cast) -> None:
    assert sign_in_client(cast.interviewer).get("/lab").status_code == 403
    assert sign_in_client(cast.auditor).get("/lab").status_code == 403


@pytest.mark.parametrize("path", ["/lab/phones/{owner}", "/lab/messages/{message}", "/lab/messages/{message}/html",
                                  "/lab/messages/{message}/page", "/lab/phones/nobody"])  # fmt: skip
def test_another_company_s_phones_do_not_exist(path: str, now: datetime, transactional_db: None) -> None:
    with transaction.atomic():
        galaxy = create_cast(now=now)
        mail = receive(galaxy, [create_interview(galaxy, now=now)], now=now)[0]
        owner = mail.delivery.notification.candidate_id
    with transaction.atomic():
        client = sign_in_client(create_cast(now=now, name="别家").recruiter)
    assert client.get(path.format(owner=owner, message=mail.pk)).status_code == 404


def test_a_plain_text_mail_keeps_its_words(cast: Cast, now: datetime) -> None:
    mail = receive(cast, [create_interview(cast, now=now)], now=now, html="")[0]
    letter = opened(mail, Vault(mail.organization_id))
    assert framed_html(letter) == ""
    assert letter.pieces == ("王小雨，您好！\n", LINK, "\n再见")
