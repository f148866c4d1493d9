"""The page of the mailbox: a password that only goes in, addresses that can work, a state that is true."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.factories import Cast, sign_in_client
from tests.intake.mail.conftest import PASSWORD, create_mailbox
from yuemian.channels.base import BadConfig
from yuemian.channels.imap import IMAPConfig, MailboxTrouble
from yuemian.channels.smtp import SMTPConfig
from yuemian.config.health import health_of
from yuemian.messaging.actions.accounts import save_account
from yuemian.messaging.actions.mailbox import note_begin, note_trouble, note_well, record_trial
from yuemian.messaging.mailboxes import open_config
from yuemian.messaging.models import Mailbox, ProviderAccount
from yuemian.messaging.trial import prepare_trial
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault

PAGE = "/settings/mailbox"
FILLED = {
    "host": "imap.example.com",
    "port": "993",
    "tls": "implicit",
    "user": "reply@in.galaxy.example",
    "password": PASSWORD,
    "reply_pattern": "reply+{token}@in.galaxy.example",
    "bounce_pattern": "",
    "processed": "Processed",
    "unsorted": "Unsorted",
}


@pytest.fixture
def client(cast: Cast) -> Client:
    return sign_in_client(cast.owner)


def config() -> IMAPConfig:
    mailbox = Mailbox.objects.select_related("key").get()
    return open_config(mailbox, Vault(mailbox.organization_id))


def test_is_for_those_who_may_change_settings(cast: Cast) -> None:
    assert sign_in_client(cast.recruiter).get(PAGE).status_code == 403


def test_saves_and_never_shows_the_password(client: Client) -> None:
    assert client.post(PAGE, FILLED).status_code == 302
    page = client.get(PAGE).content.decode()
    assert PASSWORD not in page
    assert config().password == PASSWORD
    entry = AuditEntry.objects.get(action="mailbox.created")
    assert PASSWORD not in str(entry.details)


def test_an_empty_password_keeps_the_stored_one(client: Client) -> None:
    client.post(PAGE, FILLED)
    assert client.post(PAGE, FILLED | {"password": "", "user": "other"}).status_code == 302
    assert (config().password, config().user) == (PASSWORD, "other")


def test_another_server_does_not_get_the_stored_password(client: Client) -> None:
    client.post(PAGE, FILLED)
    answer = client.post(PAGE, FILLED | {"password": "", "host": "imap.evil.example"})
    assert answer.status_code == 422
    assert config().host == "imap.example.com"


@pytest.mark.parametrize(
    "changes",
    [
        {"reply_pattern": "reply@in.galaxy.example"},
        {"bounce_pattern": "nonsense"},
        {"tls": "none"},
        {"host": "imap example"},
        {"host": ""},
        {"port": "0"},
        {"processed": "Same", "unsorted": "Same"},
        {"user": "a\r\nb"},
    ],
)
def test_what_cannot_work_is_refused(client: Client, changes: dict[str, str]) -> None:
    answer = client.post(PAGE, FILLED | changes)
    assert answer.status_code == 422
    assert Mailbox.objects.count() == 0


@pytest.mark.parametrize("changes", [{"user": "a\r\nb"}, {"password": "a\x00b"}, {"unsorted": "a\nb"}])
def test_settings_cannot_say_a_second_line_to_the_server(changes: dict[str, Any]) -> None:
    with pytest.raises(BadConfig):
        IMAPConfig(host="imap.example.com", **changes)


def test_opening_the_page_changes_nothing(client: Client) -> None:
    client.get(PAGE)
    client.head(PAGE)
    assert Mailbox.objects.count() == 0
    assert client.get(f"{PAGE}/trial").status_code == 405
    assert client.get(f"{PAGE}/switch").status_code == 405


def test_switched_off_it_stays_entered(cast: Cast, client: Client, now: datetime) -> None:
    create_mailbox(cast, now=now)
    client.post(f"{PAGE}/switch", {"on": "0"})
    assert not Mailbox.objects.get().is_active
    client.post(f"{PAGE}/switch", {"on": "1"})
    assert Mailbox.objects.get().is_active
    assert AuditEntry.objects.filter(action="mailbox.switched").count() == 2


def test_another_mailbox_begins_at_its_own_end(cast: Cast, client: Client, now: datetime) -> None:
    mailbox = create_mailbox(cast, now=now)
    note_begin(mailbox, uid_validity=5, uid_next=90)
    client.post(PAGE, FILLED | {"password": "", "user": "reply", "port": "143"})
    assert Mailbox.objects.get().first_uid == 90
    client.post(PAGE, FILLED | {"password": "", "user": "another"})
    assert Mailbox.objects.get().first_uid is None


class TestTheReadersWord:
    def test_is_shown_with_its_reason_on_page_and_health(
        self, cast: Cast, client: Client, now: datetime
    ) -> None:
        mailbox = create_mailbox(cast, now=now)
        trouble = MailboxTrouble("The server refuses: %(words)s", words="NO quota <b>")
        note_trouble(mailbox, trouble, now=now)
        page = client.get(PAGE).content.decode()
        assert "服务器拒绝：NO quota &lt;b&gt;" in page
        health = health_of(cast.owner, now=now)
        assert health.mailbox is not None
        assert any("NO quota" in str(text) for text in health.advice)
        assert "无法读取" in client.get("/settings/health").content.decode()

    def test_ends_when_it_is_well_again(self, cast: Cast, now: datetime) -> None:
        mailbox = create_mailbox(cast, now=now)
        note_trouble(mailbox, MailboxTrouble("x"), now=now)
        note_well(mailbox, now=now)
        found = Mailbox.objects.get()
        assert (found.state, found.trouble, found.looked_at) == ("ok", "", now)

    def test_is_forgotten_when_a_test_has_just_worked(self, cast: Cast, now: datetime) -> None:
        mailbox = create_mailbox(cast, now=now)
        note_trouble(mailbox, MailboxTrouble("x"), now=now)
        record_trial(cast.owner, mailbox.pk, MailboxTrouble("y"), now=now)
        assert Mailbox.objects.get().state == "failing"
        record_trial(cast.owner, mailbox.pk, None, now=now)
        found = Mailbox.objects.get()
        assert (found.state, found.version) == ("new", 2)  # so that a reader begins anew

    def test_about_settings_that_were_changed_meanwhile_is_not_believed(
        self, cast: Cast, now: datetime
    ) -> None:
        mailbox = create_mailbox(cast, now=now)
        Mailbox.objects.update(version=2)
        note_trouble(mailbox, MailboxTrouble("x"), now=now)
        assert Mailbox.objects.get().state == "new"

    def test_that_never_comes_is_missed(self, cast: Cast, now: datetime) -> None:
        create_mailbox(cast, now=now)
        before = len(health_of(cast.owner, now=now + timedelta(minutes=5)).advice)
        assert len(health_of(cast.owner, now=now + timedelta(hours=2)).advice) == before + 1


def test_a_test_of_a_mail_account_leaves_in_the_name_that_mails_leave_in(cast: Cast, now: datetime) -> None:
    account = ProviderAccount(provider="smtp", name="mail")
    save_account(cast.owner, account, SMTPConfig(host="smtp.example.com"), fields=["host"], now=now)
    assert prepare_trial(cast.owner, account).message.envelope_from == ""
    create_mailbox(cast, now=now)
    assert prepare_trial(cast.owner, account).message.envelope_from.startswith("bounce+b")


def test_every_field_is_explained_in_chinese(client: Client) -> None:
    page = client.get(PAGE).content.decode()
    assert "接收回复的地址" in page
    assert re.search(r'name="reply_pattern"', page)
