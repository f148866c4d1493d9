"""Provider accounts: a form drawn from the provider, secrets that only go in, a test to oneself, an audit trail."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from tests.factories import Cast, create_cast, sign_in_client
from tests.simulators.gateway import TOKEN, Gateway, Kind, settings_for
from tests.simulators.http_server import ScriptedHTTP, running
from yuemian.channels.base import BadConfig
from yuemian.channels.http_sms import HTTPSMSConfig, HTTPSMSProvider
from yuemian.channels.smtp import SMTPConfig, SMTPProvider
from yuemian.domain.states import Channel
from yuemian.messaging.actions.accounts import (
    AccountNameTaken,
    hash_callback,
    renew_callback,
    save_account,
    switch_account,
)
from yuemian.messaging.models import Health, ProviderAccount
from yuemian.messaging.provider_accounts import open_account, open_config
from yuemian.messaging.reach import available_channels
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Unreadable, Vault

SECRET = "a-token-nobody-may-read"
NEW = "/settings/channels/new?provider=http_sms"


def create_account(cast: Cast, *, now: datetime, name: str = "网关", **changes: Any) -> ProviderAccount:
    settings = {"url": "https://sms.example.com/send", "user": "app", "password": SECRET}
    account = ProviderAccount(provider="http_sms", name=name)
    save_account(cast.owner, account, HTTPSMSConfig(**(settings | changes)), fields=["url"], now=now)
    return account


def form_of(page: str) -> dict[str, str]:
    """What a browser would send back unchanged."""
    values = {}
    for tag in re.findall(r"<input[^>]*>", page):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and 'type="hidden"' not in tag:
            values[name[1]] = value[1] if value else ""
    values |= dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL))
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options)
        values[name] = chosen[1] if chosen else re.findall(r'value="([^"]*)"', options)[0]
    return values


@pytest.fixture
def owner(cast: Cast) -> Client:
    return sign_in_client(cast.owner)


def test_an_account_opens_as_the_provider_that_was_entered(cast: Cast, now: datetime) -> None:
    account = create_account(cast, now=now)
    account.per_second = 12.5
    provider = open_account(account, Vault(cast.organization.pk))
    assert isinstance(provider, HTTPSMSProvider)
    assert (provider.config.password, provider.limits.per_second) == (SECRET, 12.5)
    assert account.channel == Channel.SMS


def test_a_mail_account_is_one_of_the_same_kind(cast: Cast, now: datetime) -> None:
    account = ProviderAccount(provider="smtp", name="Relay")
    assert save_account(cast.owner, account, SMTPConfig(host="smtp.example.com"), fields=[], now=now) == ""
    assert isinstance(open_account(account, Vault(cast.organization.pk)), SMTPProvider)
    assert account.channel == Channel.EMAIL


def test_settings_are_sealed_and_bound_to_their_row(cast: Cast, now: datetime) -> None:
    account, other = create_account(cast, now=now), create_account(cast, now=now, name="另一个")
    assert SECRET.encode() not in bytes(account.config_sealed)
    account.config_sealed = other.config_sealed
    with pytest.raises(Unreadable):
        open_config(account, Vault(cast.organization.pk))


def test_settings_of_an_older_version_get_defaults_and_unknown_ones_are_left_out(
    cast: Cast, now: datetime
) -> None:
    account, vault = create_account(cast, now=now), Vault(cast.organization.pk)
    old = {"url": "https://old.example.com/", "was_once_a_setting": 1}
    account.config_sealed = vault.seal_bytes(
        account.key, ProviderAccount.PLACE, account.pk, orjson.dumps(old)
    )
    assert open_config(account, vault) == HTTPSMSConfig(url="https://old.example.com/")
    account.config_sealed = vault.seal_bytes(account.key, ProviderAccount.PLACE, account.pk, b"{}")
    with pytest.raises(BadConfig):
        open_config(account, vault)


def test_every_write_is_audited_without_a_value(cast: Cast, now: datetime) -> None:
    account = create_account(cast, now=now)
    switch_account(cast.owner, account, is_active=False, now=now)
    renew_callback(cast.owner, account, now=now)
    entries = AuditEntry.objects.filter(action__startswith="channel_account.").order_by("sequence")
    assert [entry.action.partition(".")[2] for entry in entries] == [
        "created",
        "switched",
        "callback_renewed",
    ]
    assert {entry.subject_id for entry in entries} == {account.pk}
    text = str([entry.details for entry in entries])
    assert SECRET not in text
    assert "sms.example.com" not in text


def test_each_edit_raises_the_version_and_gives_a_paused_account_another_try(
    cast: Cast, now: datetime
) -> None:
    account = create_account(cast, now=now)
    account.health, account.health_reason = Health.OPEN, "401"
    account.save()
    save_account(cast.owner, account, open_config(account, Vault(cast.organization.pk)), fields=[], now=now)
    account.refresh_from_db()
    assert (account.version, account.health, account.health_reason) == (2, Health.OK, "")


def test_two_accounts_cannot_have_one_name(cast: Cast, now: datetime) -> None:
    create_account(cast, now=now)
    with pytest.raises(AccountNameTaken):
        create_account(cast, now=now)


def test_the_callbacks_address_is_kept_sealed_for_the_gateway_and_hashed_for_us(
    cast: Cast, now: datetime
) -> None:
    account = create_account(cast, now=now)
    url = open_config(account, Vault(cast.organization.pk)).callback_url
    start, _, token = url.rpartition("/")
    assert start.endswith(f"/hooks/http_sms/{account.pk}")
    assert len(token) >= 43
    assert bytes(account.callback_hash or b"") == hash_callback(token)
    assert renew_callback(cast.owner, account, now=now) != url
    assert bytes(account.callback_hash or b"") != hash_callback(token)


# --- pages


def test_the_form_is_drawn_from_the_provider_and_a_recipe_fills_it(owner: Client) -> None:
    page = owner.get(f"{NEW}&preset=twilio").content.decode()
    assert "X-Twilio-Signature" in page
    for name in ("config_url", "config_password", "config_receipt_states", "weight", "cost", "per_second"):
        assert f'name="{name}"' in page
    assert "callback_url" not in form_of(page)
    smtp = owner.get("/settings/channels/new?provider=smtp").content.decode()
    assert 'name="config_host"' in smtp
    assert "config_receipt_states" not in smtp


def test_an_account_is_entered_edited_and_its_secret_never_comes_back(owner: Client, cast: Cast) -> None:
    values = form_of(owner.get(f"{NEW}&preset=json").content.decode())
    values |= {
        "name": "网关",
        "config_url": "https://sms.example.com/v1",
        "config_password": SECRET,
        "config_sender": "1069",
    }
    answer = owner.post(f"{NEW}&preset=json", values)
    assert answer.status_code == 200, re.findall(r"<p>.*?</p>", answer.content.decode())
    account = ProviderAccount.objects.get()
    assert f"/hooks/http_sms/{account.pk}/" in answer.content.decode()
    page = owner.get(f"/settings/channels/{account.pk}").content.decode()
    assert SECRET not in page
    assert f"/hooks/http_sms/{account.pk}/" not in page, "the address was shown once"
    again = form_of(page)
    assert again["config_password"] == ""
    again["config_sender"] = "1070"
    assert owner.post(f"/settings/channels/{account.pk}", again).status_code == 302
    account.refresh_from_db()
    stored = open_config(account, Vault(cast.organization.pk))
    assert (stored.sender, stored.password) == ("1070", SECRET)
    assert SECRET not in owner.get("/settings/channels").content.decode()


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"config_url": "https://sms.example.com/v2/send"}, 302),
        ({"config_url": "https://sms.example.net/send"}, 422),
        ({"config_url": "https://sms.example.com:8443/send"}, 422),
        ({"config_lookup_url": "https://example.net/?id={key}", "config_dedup": "lookup"}, 422),
        ({"config_url": "https://sms.example.net/send", "config_password": "another"}, 302),
    ],
)
def test_a_kept_secret_never_goes_to_another_server(
    owner: Client, cast: Cast, now: datetime, change: dict[str, str], status: int
) -> None:
    account, vault = create_account(cast, now=now), Vault(cast.organization.pk)
    before, page = open_config(account, vault), f"/settings/channels/{account.pk}"
    form = form_of(owner.get(page).content.decode()) | {"config_lookup_found": "code = 0"} | change
    answer = owner.post(page, form)
    assert answer.status_code == status
    account.refresh_from_db()
    assert (open_config(account, vault) == before) is (status == 422)
    if status == 422:
        assert "换了服务器" in str(answer.context["form"].errors["config_password"])


@pytest.mark.parametrize("change", [{"host": "smtp.example.net"}, {"port": "465"}, {"tls": "implicit"}])
def test_nor_does_a_mail_servers_password(
    owner: Client, cast: Cast, now: datetime, change: dict[str, str]
) -> None:
    account, vault = ProviderAccount(provider="smtp", name="Relay"), Vault(cast.organization.pk)
    config = SMTPConfig(host="smtp.example.com", user="app", password=SECRET)
    save_account(cast.owner, account, config, fields=[], now=now)
    page = f"/settings/channels/{account.pk}"
    form = form_of(owner.get(page).content.decode())
    assert owner.post(page, form).status_code == 302
    assert owner.post(page, form | {f"config_{name}": to for name, to in change.items()}).status_code == 422
    account.refresh_from_db()
    assert open_config(account, vault) == config


def test_settings_that_cannot_work_are_refused_on_the_page_in_both_languages(owner: Client) -> None:
    values = form_of(owner.get(NEW).content.decode()) | {
        "name": "x",
        "config_url": "https://sms.example.com/",
    }
    values["config_fields"] = "text = {text}"
    for language, words in {"en": "knows no recipient", "zh-hans": "网关不知道发给谁"}.items():
        owner.cookies["language"] = language
        answer = owner.post(NEW, values)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not ProviderAccount.objects.exists()


def test_only_administrators_see_the_channels(cast: Cast, now: datetime) -> None:
    account = create_account(cast, now=now)
    for user in (cast.recruiter, cast.lead, cast.interviewer, cast.auditor):
        client = sign_in_client(user)
        for path in ("", "/new", f"/{account.pk}"):
            assert client.get(f"/settings/channels{path}").status_code == 403
        for path in ("switch", "callback", "trial"):
            assert client.post(f"/settings/channels/{account.pk}/{path}").status_code == 403


def test_nothing_changes_by_looking(owner: Client, cast: Cast, now: datetime) -> None:
    account = create_account(cast, now=now)
    for path in ("switch", "callback", "trial"):
        assert owner.get(f"/settings/channels/{account.pk}/{path}").status_code == 405


def test_switching_off_and_on(owner: Client, cast: Cast, now: datetime) -> None:
    account = create_account(cast, now=now)
    owner.post(f"/settings/channels/{account.pk}/switch", {"on": "0"})
    account.refresh_from_db()
    assert (account.is_active, account.version) == (False, 2)
    owner.post(f"/settings/channels/{account.pk}/switch", {"on": "1"})
    account.refresh_from_db()
    assert account.is_active


def test_an_account_opens_its_channel_for_live_messages_and_rehearsal_has_all(
    cast: Cast, now: datetime
) -> None:
    assert available_channels(cast.organization) == [Channel.EMAIL, Channel.SMS, Channel.WECHAT]
    cast.organization.is_rehearsal = False
    assert available_channels(cast.organization) == []
    account = create_account(cast, now=now)
    assert available_channels(cast.organization) == [Channel.SMS]
    switch_account(cast.owner, account, is_active=False, now=now)
    assert available_channels(cast.organization) == []


# --- the test to oneself: over the network, outside of the request's transaction


@contextmanager
def serving(gateway: Gateway) -> Iterator[int]:
    """The gateway in a thread of its own, since the page waits for it."""
    ready, port = threading.Event(), []
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def main() -> None:
        async with running(ScriptedHTTP(gateway)) as server:
            port.append(server.port)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[main()])
    thread.start()
    assert ready.wait(10)
    try:
        yield port[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("token", "words", "taken"), [(TOKEN, "Accepted", 1), ("wrong", "Not sent: 401", 0)])
def test_a_test_goes_to_ones_own_phone_and_says_what_became_of_it(
    settings: Any, now: datetime, token: str, words: str, taken: int
) -> None:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    gateway = Gateway(Kind.KEY)
    with serving(gateway) as port:
        account_id, client = founded_with_account(port, token, now)
        client.cookies["language"] = "en"
        answer = client.post(f"/settings/channels/{account_id}/trial", follow=True)
    assert words in answer.content.decode()
    assert sum(gateway.accepted.values()) == taken
    assert [text["to"] for text in gateway.texts.values()] == ["+8613900000001"] * taken


def founded_with_account(port: int, token: str, now: datetime) -> tuple[Any, Client]:

    with transaction.atomic():
        cast = create_cast(now=now)
        cast.owner.phone = "139 0000 0001"
        cast.owner.save()
        settings = settings_for(Kind.KEY, f"http://127.0.0.1:{port}") | {"password": token}
        account = create_account(cast, now=now, **settings)
        return account.pk, sign_in_client(cast.owner)


def test_a_test_without_a_mobile_number_says_what_to_enter(owner: Client, cast: Cast, now: datetime) -> None:
    account = create_account(cast, now=now)
    owner.cookies["language"] = "en"
    answer = owner.post(f"/settings/channels/{account.pk}/trial", follow=True)
    assert "no telephone number" in answer.content.decode()


@pytest.mark.parametrize(
    ("url", "number"),
    [
        ("https://10.1.2.3/send", "10.1.2.3"),
        ("https://127.0.0.1:8443/send", "127.0.0.1"),
        ("https://localhost/send", "127.0.0.1"),
        ("https://169.254.169.254/latest", "169.254.169.254"),
        ("https://[::1]/send", "::1"),
        ("https://[::ffff:10.0.0.1]/send", "10.0.0.1"),
        ("https://2130706433/send", "127.0.0.1"),
        ("https://0x7f.1/send", "127.0.0.1"),
    ],
)
def test_an_address_inside_is_refused_when_it_is_saved(
    owner: Client, settings: Settings, url: str, number: str
) -> None:
    fields = form_of(owner.get(NEW).content.decode()) | {"name": "内网", "config_url": url}
    fields["config_password"] = SECRET
    answer: Any = owner.post(NEW, fields, headers={"accept-language": "en"})
    assert answer.status_code == 422
    (error,) = answer.context["form"].errors["config_url"]
    assert "YUEMIAN_PRIVATE_NETWORKS" in error
    assert number in error
    assert not ProviderAccount.objects.exists()
    # As the sentence says.
    settings.PRIVATE_NETWORKS = [f"{number}/128" if ":" in number else f"{number}/32"]
    assert owner.post(NEW, fields).status_code == 200, "the address of its callbacks is shown"
    assert ProviderAccount.objects.get().name == "内网"


def test_a_name_and_a_public_number_are_taken(owner: Client) -> None:
    for name, url in (("名字", "https://sms.example.com/send"), ("数字", "https://8.8.8.8/send")):
        fields = form_of(owner.get(NEW).content.decode()) | {"name": name, "config_url": url}
        owner.post(NEW, fields | {"config_password": SECRET})
    assert set(ProviderAccount.objects.values_list("name", flat=True)) == {"名字", "数字"}
