"""The demo organization: a company with people, jobs and texts, in rehearsal, in the middle of its week."""

from __future__ import annotations

import io
import os
import secrets
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import django
import structlog
from django.apps import apps
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from PIL import Image, ImageDraw

from yuemian.accounts.actions import create_organization, create_user
from yuemian.accounts.models import Branch, Organization, Role
from yuemian.config.demo_week.company import Company
from yuemian.config.demo_week.story import FIRST, Story
from yuemian.config.demo_week.timeline import Week
from yuemian.config.environment import ENGINE, OWNER
from yuemian.hiring.models import Job, JobFamily, Source
from yuemian.interviews.plans.library import install_plan
from yuemian.messaging.defaults import install_defaults
from yuemian.messaging.models import Block
from yuemian.trust.tenancy import enter

ACCOUNTS_FILE = "demo-accounts.txt"
#: Short, unmistakable words: people type the passphrase from a terminal.
WORDS = """
amber apple april arrow autumn bamboo basil beacon birch bridge bright candle canyon cedar
cherry clear clover copper coral crane crystal daisy dawn delta ember falcon field forest
garden ginger harbor hazel honey indigo island ivory jade jasmine lantern lemon lily linen
lotus maple meadow mint morning ocean olive orchid paper pearl pebble pine plum quiet rain
river silver spring summer thunder velvet willow
""".split()  # noqa: SIM905

log = structlog.get_logger("yuemian.config")


@dataclass(frozen=True)
class DemoAccounts:
    """Who can sign in to the demo: name, role and e-mail of everybody, one passphrase for all."""

    people: tuple[tuple[str, str, str], ...]
    passphrase: str

    def __str__(self) -> str:
        lines = [f"  {email:<26} {name}  ({role.replace('_', ' ')})" for name, role, email in self.people]
        return "\n".join(["Sign in as one of", *lines, f"with the passphrase  {self.passphrase}"])


class WrongRole(Exception):  # noqa: N818
    """Only the database's owner founds organizations; run this with YUEMIAN_DATABASE_ROLE=owner."""


def create_demo(now: datetime | None = None, *, is_bare: bool = False) -> str | None:
    """Found the demo unless there is an organization. Returns how to sign in, None when nothing was done.

    A week that cannot be told keeps nobody from starting: the company is there without it.
    """
    now = now or datetime.now(UTC)
    try:
        accounts = found_demo(now, is_bare=is_bare)
    except WrongRole:
        raise
    except Exception:
        if is_bare:
            raise
        log.exception("demo_week_failed")
        accounts = found_demo(now, is_bare=True)
    if accounts is None:
        return None
    keep(accounts, Path(settings.DATA_DIRECTORY) / ACCOUNTS_FILE)
    return str(accounts)


def found_demo(now: datetime, *, is_bare: bool = False) -> DemoAccounts | None:
    """The demo's rows, all or none; `is_bare`: without candidates and their week. Raises WrongRole."""
    data = _read("galaxy.toml")
    with transaction.atomic():
        if _is_somebody_here():
            return None
        week = Week(now)
        founded = now if is_bare else week.at(FIRST, "08:00")
        organization = Organization(logo=draw_logo(), is_rehearsal=True, **data["organization"])
        create_organization(organization, now=founded)
        enter(organization.pk)
        passphrase = make_passphrase()
        people = dict(_create_people(organization, data, passphrase, founded))
        _create_jobs(organization, data, people)
        for name in data["sources"]:
            Source.objects.create(organization=organization, name=name)
        install_defaults(organization, founded)
        install_plan(organization, founded)
        _create_blocks(organization, data["blocks"])
        if not is_bare:
            Story(Company.of(organization, week, _read("week.toml"))).live()
    rows = tuple((each["name"], each["role"], each["email"]) for each in data["people"])
    return DemoAccounts(rows, passphrase)


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("yuemian.config").joinpath("demo_data", name).read_text("utf-8"))


def make_passphrase() -> str:
    """Four words and two digits, such as `quiet-river-lantern-plum-42`."""
    return "-".join([*(secrets.choice(WORDS) for _ in range(4)), f"{secrets.randbelow(90) + 10}"])


def keep(accounts: DemoAccounts, path: Path) -> None:
    """Write the accounts where only their owner can read them."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(f"{accounts}\n")


def draw_logo(size: int = 256) -> bytes:
    """The demo company's mark: a planet with a ring and a star, as PNG."""
    scale = 4  # drawn large and reduced, which smooths the edges
    side = size * scale
    image = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, side - 1, side - 1), radius=side // 5, fill="#1b2a6b")
    draw.ellipse(_box(side, 0.5, 0.52, 0.23, 0.23), fill="#f4b942")
    ring = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    ImageDraw.Draw(ring).ellipse(_box(side, 0.5, 0.52, 0.4, 0.13), outline="#ffffff", width=side // 28)
    # The ring passes behind the planet's upper half.
    front = ring.crop((0, int(side * 0.52), side, side))
    behind = ring.crop((0, 0, side, int(side * 0.52)))
    back = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    back.paste(behind, (0, 0))
    planet = Image.new("L", (side, side), 0)
    ImageDraw.Draw(planet).ellipse(_box(side, 0.5, 0.52, 0.23, 0.23), fill=255)
    back.paste((0, 0, 0, 0), (0, 0), planet)
    image.alpha_composite(back)
    image.alpha_composite(front, (0, int(side * 0.52)))
    draw.ellipse(_box(side, 0.76, 0.24, 0.045, 0.045), fill="#9fd8ff")
    buffer = io.BytesIO()
    image.resize((size, size), Image.Resampling.LANCZOS).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def _box(side: int, x: float, y: float, rx: float, ry: float) -> tuple[float, float, float, float]:
    return ((x - rx) * side, (y - ry) * side, (x + rx) * side, (y + ry) * side)


def _is_somebody_here() -> bool:
    """Whether any organization exists: hidden from the owner by row-level security, not from the engine."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        if cursor.fetchone()[0] != OWNER:
            raise WrongRole(WrongRole.__doc__)
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('demo', 7))")
        cursor.execute(f"SET LOCAL ROLE {ENGINE}")
        cursor.execute("SELECT EXISTS (SELECT 1 FROM accounts_organization)")
        found = bool(cursor.fetchone()[0])
        cursor.execute(f"SET LOCAL ROLE {OWNER}")
    return found


def _create_people(
    organization: Organization, data: Mapping[str, Any], passphrase: str, now: datetime
) -> Iterator[tuple[str, Any]]:
    branches = {
        key: Branch.objects.create(organization=organization, **fields)
        for key, fields in data["branches"].items()
    }
    yield from branches.items()
    # One passphrase for all is hashed once: that is slow on purpose.
    hashed = make_password(passphrase)
    for person in data["people"]:
        user = create_user(
            organization.pk,
            name=person["name"],
            email=person["email"],
            role=Role(person["role"]),
            password="",
            now=now,
            branch=branches[person["branch"]],
            phone=person.get("phone", ""),
            locale=person.get("locale", "zh-hans"),
        )
        user.password = hashed
        user.save(update_fields=["password"])
        yield user.email, user


def _create_jobs(organization: Organization, data: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    families = {
        each["name"]: JobFamily.objects.create(organization=organization, **each) for each in data["families"]
    }
    for job in data["jobs"]:
        Job.objects.create(
            organization=organization,
            title=job["title"],
            title_en=job["title_en"],
            family=families[job["family"]],
            branch=known[job["branch"]],
            recruiter=known[job["recruiter"]],
        )


def _create_blocks(organization: Organization, blocks: list[dict[str, Any]]) -> None:
    jobs = {each.title: each for each in Job.objects.filter(organization=organization)}
    families = {each.name: each for each in JobFamily.objects.filter(organization=organization)}
    branches = {each.name: each for each in Branch.objects.filter(organization=organization)}
    for position, block in enumerate(blocks):
        place = {
            "job": jobs.get(block.get("job", "")),
            "family": families.get(block.get("family", "")),
            "branch": branches.get(block.get("branch", "")),
        }
        for locale in ("zh-hans", "en"):
            Block.objects.create(
                organization=organization,
                kind=block["kind"],
                locale=locale,
                position=position,
                link=block.get("link", ""),
                **place,
                **{name: value.strip() for name, value in block[locale].items()},
            )


def main() -> int:
    """`python -m yuemian.config.demo`."""
    if not apps.ready:
        django.setup()
    try:
        told = create_demo()
    except WrongRole as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    sys.stdout.write(f"{told or 'There is an organization already; nothing was done.'}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
