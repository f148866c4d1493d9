"""A variable that cannot be used stops every command with one sentence that names it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.test import override_settings

from tests.factories import Cast, sign_in_client
from yuemian.config import environment
from yuemian.config.environment import EnvironmentError_


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("YUEMIAN_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("YUEMIAN_DATA", str(tmp_path))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YUEMIAN_SMTP_URL", "smtp://u:pa/ss@mail.example:587"),
        ("YUEMIAN_SMTP_URL", "smtp://[mail.example"),
        ("YUEMIAN_SMTP_URL", "mail.example:587"),
        ("YUEMIAN_SMTP_URL", "smtp://mail.example?colour=blue"),
        ("YUEMIAN_SMTP_URL", "smtp://mail.example?ca=/nowhere.pem"),
        ("YUEMIAN_TRUSTED_PROXIES", "nginx"),
        ("YUEMIAN_TRUSTED_PROXIES", "10.0.0.5,*"),
        ("YUEMIAN_PUBLIC_URL", "https://example.com/interviews"),
        ("YUEMIAN_PUBLIC_URL", "https://example.com?from=here"),
        ("YUEMIAN_PUBLIC_URL", "https://example.com:many"),
        ("YUEMIAN_PUBLIC_URL", "https://"),
        ("YUEMIAN_PUBLIC_URL", "interviews.example.com"),
    ],
)
def test_what_cannot_be_used_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(EnvironmentError_, match=f"^{name} "):
        environment.read()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("YUEMIAN_SMTP_URL", "smtps://u:p%2Fss@mail.example?from=hr@mail.example&connections=8"),
        ("YUEMIAN_TRUSTED_PROXIES", "10.0.0.5,10.1.0.0/16,::1"),
        ("YUEMIAN_PUBLIC_URL", "https://interviews.example.com:8443/"),
        ("YUEMIAN_PUBLIC_URL", "http://[::1]:8000"),
    ],
)
def test_what_can_be_used_is_taken(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    environment.read()


def test_a_password_is_never_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YUEMIAN_SMTP_URL", "smtp://u:secre\u2100t@mail.example")
    with pytest.raises(EnvironmentError_) as caught:
        environment.read()
    assert "secre" not in str(caught.value)


@override_settings(SMTP_URL="smtps://u:p@mail.example")
@pytest.mark.parametrize("page", ["/settings", "/settings/channels"])
def test_the_mail_servers_own_port_is_shown(page: str, cast: Cast) -> None:
    assert "mail.example:465" in sign_in_client(cast.owner).get(page).content.decode()
