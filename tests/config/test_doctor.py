"""The doctor: names what is wrong and says how to mend it."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from tests.factories import Cast, create_interviews
from yuemian.config import environment
from yuemian.config.cli import check_database, check_machine
from yuemian.config.cli.findings import Finding, Level
from yuemian.config.connection import arguments
from yuemian.config.environment import Environment
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.messaging.models import Notification
from yuemian.trust.identifiers import uuid7


@pytest.fixture
def here(tmp_path: Path) -> Environment:
    keys = tmp_path / "keys"
    keys.mkdir(mode=0o700)
    key = keys / "master.key"
    key.touch(mode=0o600)
    return dataclasses.replace(environment.read(), data=tmp_path, key_file=key)


def test_keys_that_others_may_read_fail_with_the_command_that_closes_them(here: Environment) -> None:
    assert _levels(check_machine.keys(here)) == [Level.OK]
    here.key_file.chmod(0o644)
    (finding,) = check_machine.keys(here)
    assert finding.level == Level.FAIL
    assert finding.remedy == f"Run: chmod go-rwx {here.key_file}"


def test_a_missing_key_file_warns_that_a_backup_may_be_needed(here: Environment) -> None:
    here.key_file.unlink()
    (finding,) = check_machine.keys(here)
    assert finding.level == Level.WARN
    assert "restore it from your backup" in finding.remedy


@pytest.mark.parametrize(
    ("public_url", "smtp_url", "level"),
    [
        ("http://localhost:8000", "", Level.OK),
        ("http://localhost:8000", "smtp://mail.example.com", Level.WARN),
        ("http://interviews.example.com", "", Level.WARN),
        ("https://interviews.example.com", "smtp://mail.example.com", Level.OK),
    ],
)
def test_the_public_address_is_judged(
    here: Environment, public_url: str, smtp_url: str, level: Level
) -> None:
    changed = dataclasses.replace(here, public_url=public_url, smtp_url=smtp_url)
    assert _levels(check_machine.public_url(changed)) == [level]


def test_a_port_of_another_program_and_a_silent_mail_server_fail(here: Environment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        changed = dataclasses.replace(here, host="127.0.0.1", port=number)
        assert _levels(check_machine.web_port(changed)) == [Level.FAIL]
    changed = dataclasses.replace(here, smtp_url=f"smtp://127.0.0.1:{number}")
    assert _levels(check_machine.smtp(changed)) == [Level.FAIL]


def test_a_table_without_forced_row_level_security_is_found(db: None) -> None:
    with psycopg.connect(**arguments(connection.settings_dict)) as link:
        link.execute("SET ROLE yuemian_owner")
        assert check_database._row_level_security(link).level == Level.OK
        link.execute("CREATE TABLE leaking (organization_id uuid)")
        finding = check_database._row_level_security(link)
        link.rollback()
    assert finding.level == Level.FAIL
    assert "leaking" in finding.text


def test_a_message_whose_person_was_deleted_past_the_application_is_found(cast: Cast, now: datetime) -> None:
    (interview,) = create_interviews(cast, 1, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize([interview], version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    link = connection.connection
    assert check_database._orphans(link).level == Level.OK
    Notification.objects.update(candidate_id=uuid7())
    finding = check_database._orphans(link)
    assert finding.level == Level.WARN
    assert "notifications without candidate" in finding.text


def test_the_roles_of_the_suite_are_as_they_must_be(db: None) -> None:
    with psycopg.connect(**arguments(connection.settings_dict)) as link:
        assert _levels(check_database._roles(link)) == [Level.OK]


def test_a_database_that_does_not_answer_is_one_finding(here: Environment) -> None:
    database = settings.DATABASES["default"] | {"HOST": str(here.data), "OPTIONS": {}}
    changed = dataclasses.replace(here, database=database, database_is_embedded=False)
    (finding,) = check_database.database(changed)
    assert finding.level == Level.FAIL
    assert "DATABASE_URL" in finding.remedy


def _levels(findings: Iterable[Finding]) -> list[Level]:
    return [finding.level for finding in findings]
