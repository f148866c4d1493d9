"""The master key is replaced while everything runs: ended anywhere, all stays readable, and goes on where it was."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.test import Client

from tests.factories import Cast, create_cast, create_interview
from tests.portal.stories import invite
from yuemian.config.cli import masters
from yuemian.hiring.models import ContactPoint
from yuemian.trust import audit, keyfile, rotation, vault
from yuemian.trust.keyfile import KeyFileProblem, create, read
from yuemian.trust.keyring import keyring
from yuemian.trust.models import AuditEntry
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Locked, Vault, organization_key

NOW = datetime(2026, 11, 25, 4, tzinfo=UTC)


@pytest.fixture
def key_file(settings: LazySettings, tmp_path: Path) -> Iterator[Path]:
    settings.KEY_FILE = tmp_path / "master.key"
    create(settings.KEY_FILE)
    keyring.cache_clear()
    yield settings.KEY_FILE
    keyring.cache_clear()


@pytest.fixture
def houses(key_file: Path, transactional_db: None) -> list[Cast]:
    """Three organizations with a candidate each, committed."""
    found = []
    for name in ("星河科技", "远山科技", "大海科技"):
        with transaction.atomic():
            found.append(create_cast(now=NOW, name=name))
            create_interview(found[-1], now=NOW, email="chen@mail.example")
    return found


def wrapped_by(house: Cast) -> int:
    with acting_in(house.organization.pk):
        return -organization_key(house.organization.pk).wrapped_by


def is_readable(house: Cast) -> bool:
    with acting_in(house.organization.pk):
        vault = Vault(house.organization.pk)
        points = ContactPoint.objects.select_related("candidate__key").filter(channel="email")
        return {point.value(vault) for point in points} == {"chen@mail.example"}


def test_a_new_key_takes_the_formers_place(houses: list[Cast], key_file: Path) -> None:
    first = key_file.read_bytes()
    assert rotation.add() == 2
    assert rotation.uses() == [(1, 3, True), (2, 0, True)]
    assert rotation.rotate(now=NOW) == (2, 3, 0)
    assert rotation.rotate(now=NOW) == (2, 0, 0)
    assert rotation.retire() == [1]
    assert read(key_file).master.keys() == {2}
    assert read(key_file).index == keyfile.parse(first, key_file).index
    assert all(map(is_readable, houses))
    for house in houses:
        with acting_in(house.organization.pk):
            (entry,) = AuditEntry.objects.filter(action=rotation.REWRAPPED)
            assert (entry.details["from_master"], entry.details["to_master"]) == (1, 2)
            assert audit.verify(house.organization.pk) is None
    key_file.write_bytes(first)
    keyring.cache_clear()
    with pytest.raises(Locked), acting_in(houses[0].organization.pk):
        Vault(houses[0].organization.pk).cipher(organization_key(houses[0].organization.pk))


def test_a_process_that_read_the_file_before_reads_it_again(houses: list[Cast], key_file: Path) -> None:
    """Running workers and pages need no restart; what opens nothing is not made to."""
    before = keyring()
    ring = keyfile.add_master(key_file)
    with acting_in(houses[0].organization.pk):
        key = organization_key(houses[0].organization.pk)
        vault.rewrap(key, ring)
        key.save()
    assert keyring() is before
    assert is_readable(houses[0])
    assert keyring().newest == 2


def test_a_link_opens_before_between_and_after(houses: list[Cast]) -> None:
    with acting_in(houses[0].organization.pk):
        address = invite(houses[0], now=datetime.now(UTC)).address
    for deed in (rotation.add, lambda: rotation.rotate(now=NOW), rotation.retire, lambda: None):
        assert Client().get(address).status_code == 200
        deed()


class Killed(BaseException):
    """What no code of ours catches."""


def dying(what: Callable[..., Any], at: int) -> Callable[..., Any]:
    """Like `what`; at the given call the connection breaks in the middle of the transaction, as when killed."""
    calls = iter(range(at, -1, -1))

    def step(*args: Any, **kwargs: Any) -> Any:
        if next(calls) == 0:
            connection.connection.close()
            raise Killed
        return what(*args, **kwargs)

    return step


def test_ended_at_any_step_it_leaves_all_readable_and_goes_on(
    houses: list[Cast], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty rotations, each cut off once: before a key is wrapped anew, or when it is written and not committed."""
    chance = random.Random(7)
    for _ in range(50):
        newest, at = rotation.add(), chance.randrange(3)
        place, name = chance.choice([(rotation, "rewrap"), (audit, "record")])
        with monkeypatch.context() as patch:
            patch.setattr(place, name, dying(getattr(place, name), at))
            with pytest.raises(Killed):
                rotation.rotate(now=NOW)
        connection.close()
        assert sorted(map(wrapped_by, houses)) == sorted([newest] * at + [newest - 1] * (3 - at))
        assert all(map(is_readable, houses))
        assert rotation.rotate(now=NOW).done == 3 - at
        assert {wrapped_by(house) for house in houses} == {newest}
        assert rotation.retire() == [newest - 1]
        assert all(map(is_readable, houses))


STEPS = ["fsync", "replace", "chmod"]


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_while_it_writes_the_file_the_file_is_whole(key_file: Path, step: str, when: str) -> None:
    """In a child process, by SIGKILL: no step of the writing leaves a file that does not open what it did."""
    before = read(key_file)
    child = os.fork()
    if child == 0:
        _die_at(step, when)
        keyfile.add_master(key_file)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    after = read(key_file)
    assert after.master[1] == before.master[1]
    assert after.index == before.index
    assert after.newest in {1, 2}
    assert key_file.stat().st_mode & 0o777 == 0o600
    assert keyfile.add_master(key_file).newest == after.newest + 1


def _die_at(step: str, when: str) -> None:
    owner: Any = os if step == "fsync" else Path
    real = getattr(owner, step)

    def dying(*args: Any, **kwargs: Any) -> None:
        if when == "after":
            real(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    setattr(owner, step, dying)


def test_nothing_is_taken_out_or_added_before_all_is_wrapped_anew(houses: list[Cast]) -> None:
    rotation.add()
    for deed in (rotation.add, rotation.retire):
        with pytest.raises(rotation.Unfinished, match="yuemian keys rotate"):
            deed()
    assert rotation.uses() == [(1, 3, True), (2, 0, True)]


def test_one_organization_whose_key_is_lost_holds_nobody_up(houses: list[Cast], key_file: Path) -> None:
    rotation.add()
    rotation.rotate(now=NOW)
    rotation.retire()
    with acting_in(houses[1].organization.pk):
        key = organization_key(houses[1].organization.pk)
        key.wrapped_by = -9
        key.save()
    assert rotation.uses() == [(2, 2, True), (9, 1, False)]
    assert rotation.add() == 3
    assert rotation.rotate(now=NOW) == (3, 2, 1)
    assert rotation.retire() == [2]
    assert is_readable(houses[0])
    assert is_readable(houses[2])


def test_a_file_that_cannot_be_written_is_said_so(key_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: Any) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refused)
    with pytest.raises(KeyFileProblem, match="cannot be written: Permission denied"):
        keyfile.add_master(key_file)
    assert [path.name for path in key_file.parent.iterdir()] == ["master.key"]


def test_a_link_to_the_file_stays_a_link(key_file: Path, tmp_path: Path) -> None:
    link = tmp_path / "elsewhere"
    link.symlink_to(key_file)
    assert keyfile.add_master(link).newest == 2
    assert link.is_symlink()
    assert read(key_file).newest == 2


def test_the_command_says_what_comes_next_and_never_a_key(
    houses: list[Cast], key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said: list[object] = []
    for name in ("show", "retire", "add", "add", "rotate", "rotate", "retire", "show"):
        try:
            said.append(masters._DEEDS[name].do(rotation))
        except rotation.Unfinished as problem:
            said.append(str(problem))
    assert said[3] == " ".join(str(rotation.Unfinished.__doc__).split())
    assert {*said[:3], *said[4:]} == {0}
    printed = capsys.readouterr().out
    for words in (
        "yuemian keys rotate",
        "yuemian keys retire",
        "Taken out of the key file: 1.",
        "Nothing to do",
    ):
        assert words in printed
    assert not any(keyfile._text(key) in printed for key in read(key_file).master.values())
