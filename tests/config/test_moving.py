"""From the embedded server to another one, by the commands that the page names."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from tests.houses import environment_of, migrated_house, new_house, remove_house
from tests.postgres.conftest import data  # noqa: F401 - fixture
from tests.postgres.test_roles import foreign  # noqa: F401 - fixture
from yuemian.postgres import Server, places, running_server

PASSWORD = "quiet-river-lantern-42"
FOUND = ("found", "--name", "远山科技", "--admin-name", "周远", "--admin-email", "zhou@yuanshan.example")
SIGN_IN = f"""
import django; django.setup()
from datetime import UTC, datetime
from yuemian.accounts.models import User
from yuemian.trust.tenancy import acting_in
from yuemian.trust.vault import Vault, organization_key
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SELECT organization_id FROM find_login('zhou@yuanshan.example')")
    organization = cursor.fetchone()[0]
with acting_in(organization):
    assert User.objects.get().has_password({PASSWORD!r})
    Vault(organization).cipher(organization_key(organization))
print("opened")
"""


@pytest.fixture
def house() -> Iterator[Path]:
    place = new_house(migrated_house(), "yuemian-moving-")
    yield place
    remove_house(place)


def test_the_page_moves_an_installation_with_every_row_its_owners_and_its_keys(
    house: Path,
    foreign: Server,  # noqa: F811
    tmp_path: Path,
) -> None:
    call(house, *FOUND, said=PASSWORD)
    dump = tmp_path / "yuemian.dump"
    call(house, "dump", str(dump))
    assert dump.stat().st_mode & 0o077 == 0
    with running_server(house) as server, psycopg.connect(server.conninfo("postgres")) as link:
        before, restore = counts(link), server.program("pg_restore")
    with psycopg.connect(foreign.conninfo("postgres", "shared"), autocommit=True) as administrator:
        administrator.execute("ALTER ROLE tenant CREATEROLE")
    url = f"postgresql://tenant@/shared?host={places.socket_directory(foreign.data)}"
    call(house, "migrate", "--roles", url=url)
    subprocess.run(
        [str(restore), "--exit-on-error", "--dbname", foreign.conninfo("postgres", "shared"), str(dump)],
        check=True,
    )
    findings = json.loads(call(house, "doctor", "--json", url=url))
    assert [finding for finding in findings if finding["level"] == "fail"] == []
    with psycopg.connect(foreign.conninfo("postgres", "shared")) as link:
        assert counts(link) == before
    assert "opened" in run([sys.executable, "-c", SIGN_IN], house, url)


def test_a_dump_is_restored_whole_into_an_empty_data_directory_and_into_no_other(
    house: Path, tmp_path: Path
) -> None:
    call(house, *FOUND, said=PASSWORD)
    dump = str(tmp_path / "yuemian.dump")
    call(house, "dump", dump)
    fresh = new_house(None, "yuemian-fresh-")
    try:
        shutil.copytree(house / "keys", fresh / "keys")
        call(fresh, "restore", dump)
        found = []
        for place in (house, fresh):
            with running_server(place) as server, psycopg.connect(server.conninfo("postgres")) as link:
                found.append(counts(link))
                if place == fresh:
                    assert "opened" in run([sys.executable, "-c", SIGN_IN], fresh, "")
        assert found[0] == found[1]
        with pytest.raises(AssertionError, match="holds tables already"):
            call(fresh, "restore", dump)
    finally:
        remove_house(fresh)


def test_a_dump_never_writes_over_a_file_and_never_speaks_for_another_server(
    house: Path, tmp_path: Path
) -> None:
    there = tmp_path / "there"
    there.write_text("kept")
    command = [sys.executable, "-m", "yuemian.config.cli", "dump", str(there)]
    for environment in ({}, {"DATABASE_URL": "postgresql://ym@nowhere.example/ym"}):
        done = subprocess.run(
            command, env=environment_of(house) | environment, capture_output=True, check=False
        )
        assert (done.returncode, there.read_text()) == (1, "kept")


def counts(link: psycopg.Connection[tuple[object, ...]]) -> dict[str, int]:
    tables = [
        str(name) for (name,) in link.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    found = {}
    for name in tables:
        (row,) = link.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))).fetchall()
        found[name] = int(str(row[0]))
    return found


def call(house: Path, *arguments: str, url: str = "", said: str = "") -> str:
    return run([sys.executable, "-m", "yuemian.config.cli", *arguments], house, url, said)


def run(command: list[str], house: Path, url: str, said: str = "") -> str:
    environment = environment_of(house) | {
        "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
        "YUEMIAN_DATABASE_ROLE": "app",
    }
    environment |= {"DATABASE_URL": url} if url else {}
    done = subprocess.run(
        command, env=environment, input=said, capture_output=True, text=True, check=False, timeout=180
    )
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout
