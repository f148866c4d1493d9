"""Envelope encryption: what is sealed opens only in its place, with its key."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from tests.factories import Cast, create_cast, create_interview
from yuemian.hiring.models import ContactPoint
from yuemian.trust import vault as vault_module
from yuemian.trust.keyfile import read
from yuemian.trust.keyring import KeyFileProblem, create, keyring, parse
from yuemian.trust.tenancy import SETTING
from yuemian.trust.vault import Locked, Unreadable, Vault, destroy, new_candidate_keys, organization_key


def test_a_sealed_value_opens_again(cast: Cast) -> None:
    vault, key, row = Vault(cast.organization.pk), organization_key(cast.organization.pk), uuid4()
    record = vault.seal(key, "table.column", row, "王小雨 13800138000")
    assert Vault(cast.organization.pk).open(key, "table.column", row, record) == "王小雨 13800138000"


def test_a_value_moved_to_another_row_or_column_is_refused(cast: Cast) -> None:
    vault, key, row = Vault(cast.organization.pk), organization_key(cast.organization.pk), uuid4()
    record = vault.seal(key, "table.column", row, "secret")
    for place, where in (("table.column", uuid4()), ("table.other", row)):
        with pytest.raises(Unreadable):
            vault.open(key, place, where, record)


def test_every_flipped_byte_is_noticed(cast: Cast) -> None:
    vault, key, row = Vault(cast.organization.pk), organization_key(cast.organization.pk), uuid4()
    record = vault.seal(key, "table.column", row, "secret")
    for position in range(len(record)):
        damaged = bytearray(record)
        damaged[position] ^= 1
        with pytest.raises(Unreadable):
            vault.open(key, "table.column", row, bytes(damaged))


def test_a_candidates_key_opens_nobody_elses_value(cast: Cast) -> None:
    vault, row = Vault(cast.organization.pk), uuid4()
    one, two = new_candidate_keys(vault, 2)
    record = vault.seal(one, "table.column", row, "secret")
    with pytest.raises(Unreadable):
        vault.open(two, "table.column", row, record)


def test_what_is_sealed_for_thousands_opens_like_any_other(cast: Cast) -> None:
    vault, place = Vault(cast.organization.pk), "table.column"
    keys = new_candidate_keys(vault, 600)
    rows = [uuid4() for _ in keys]
    seal = vault.sealer(place)
    records = [seal(key, row.bytes, b"secret") for key, row in zip(keys, rows, strict=True)]
    fresh = Vault(cast.organization.pk)
    for key, row, record in zip(keys, rows, records, strict=True):
        assert fresh.open(key, place, row, record) == "secret"
    assert len({record[5:17] for record in records}) == len(records)  # no nonce twice
    with pytest.raises(Unreadable):
        fresh.open(keys[0], place, rows[1], records[0])


def test_the_first_seal_of_many_fetches_the_organizations_key_itself(cast: Cast, now: datetime) -> None:
    key = create_interview(cast, now=now).application.candidate.key
    row = uuid4()
    record = Vault(cast.organization.pk).sealer("table.column")(key, row.bytes, b"secret")
    assert Vault(cast.organization.pk).open(key, "table.column", row, record) == "secret"


def test_nothing_is_sealed_for_a_person_who_was_erased(cast: Cast) -> None:
    vault = Vault(cast.organization.pk)
    (key,) = new_candidate_keys(vault, 1)
    key.wrapped = None
    with pytest.raises(Unreadable):
        vault.sealer("table.column")(key, uuid4().bytes, b"secret")


def test_destroying_a_key_erases_the_person(cast: Cast, now: datetime) -> None:
    candidate = create_interview(cast, now=now).application.candidate
    point = ContactPoint.objects.filter(candidate=candidate).select_related("candidate__key")[0]
    assert point.value(Vault(cast.organization.pk))
    destroy([candidate.key], now)
    erased = ContactPoint.objects.select_related("candidate__key").get(pk=point.pk)
    with pytest.raises(Unreadable):
        erased.value(Vault(cast.organization.pk))


def test_contact_values_are_not_in_the_database_in_clear(cast: Cast, now: datetime) -> None:
    create_interview(cast, now=now, email="planted.value@example.com", phone="+8613912345678")
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text FROM hiring_contactpoint c")
        dump = " ".join(row[0] for row in cursor.fetchall())
    for planted in ("planted.value", "13912345678", b"planted.value".hex(), b"13912345678".hex()):
        assert planted not in dump


def test_equal_values_have_equal_blind_indexes_only_inside_one_organization(cast: Cast) -> None:
    ring = keyring()
    assert ring.blind_index(cast.organization.pk, "email", "a@b.cn") == ring.blind_index(
        cast.organization.pk, "email", "a@b.cn"
    )
    assert ring.blind_index(cast.organization.pk, "email", "a@b.cn") != ring.blind_index(
        uuid4(), "email", "a@b.cn"
    )


def test_a_key_file_is_made_before_the_first_organization_and_never_in_place_of_a_lost_one(
    db: None, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    settings.KEY_FILE = tmp_path / "master.key"
    keyring.cache_clear()
    try:
        cast = create_cast(now=now)
        settings.KEY_FILE.unlink()
        for bound_to in (str(cast.organization.pk), ""):
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config(%s, %s, true)", [SETTING, bound_to])
            keyring.cache_clear()
            with pytest.raises(KeyFileProblem, match="restore it from your backup"):
                keyring()
        assert not settings.KEY_FILE.exists()
    finally:
        keyring.cache_clear()


def test_another_installations_key_file_does_not_pass_for_an_erasure(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    create(tmp_path / "other.key")
    other = read(tmp_path / "other.key")
    monkeypatch.setattr(vault_module, "keyring", lambda: other)
    with pytest.raises(Locked, match="restore the right key file"):
        Vault(cast.organization.pk).cipher(organization_key(cast.organization.pk))


def test_the_key_file_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "master.key"
    create(path)
    first = path.read_bytes()
    create(path)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(parse(first, path).index) == 32


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"not json", json.dumps({"master": {"1": "YQ=="}, "index": "YQ=="}).encode()]
)
def test_a_broken_key_file_is_refused_with_the_remedy(content: bytes, tmp_path: Path) -> None:
    with pytest.raises(KeyFileProblem, match="restore it from your backup"):
        parse(content, tmp_path / "master.key")
