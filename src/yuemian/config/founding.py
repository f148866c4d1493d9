"""Found a real organization with its first administrator, from the command line."""

from __future__ import annotations

import argparse
import getpass
import sys
from datetime import UTC, datetime

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction

from yuemian.accounts.actions import create_organization, create_user
from yuemian.accounts.models import Branch, ConsoleLocale, Organization, Role, validate_time_zone
from yuemian.interviews.plans.library import install_plan
from yuemian.messaging.defaults import install_defaults
from yuemian.trust.tenancy import enter


class CannotFound(Exception):  # noqa: N818
    """Something given cannot be used; the message says what and why."""


def main(arguments: list[str]) -> int:
    """`yuemian found --name … --admin-name … --admin-email …`; the password is asked for, or read from stdin."""
    given = _parser().parse_args(arguments)
    password = (
        getpass.getpass("Password (at least 12 characters): ") if sys.stdin.isatty() else sys.stdin.readline()
    )
    try:
        found(given, password.rstrip("\n"), now=datetime.now(UTC))
    except CannotFound as problem:
        print(f"yuemian found: {problem}", file=sys.stderr)
        return 1
    print(
        f"{given.name} stands, in rehearsal. {given.admin_email} can sign in and add people, branches and jobs."
    )
    return 0


def found(given: argparse.Namespace, password: str, *, now: datetime) -> Organization:
    """Organization, first branch, administrator and template library: all or none. Raises CannotFound."""
    try:
        validate_time_zone(given.time_zone)
        validate_email(given.admin_email)
        validate_password(password)
    except ValidationError as problem:
        raise CannotFound(" ".join(problem.messages)) from problem
    organization = Organization(
        name=given.name, name_en=given.name_en, locale=given.locale, time_zone=given.time_zone
    )
    try:
        with transaction.atomic():
            create_organization(organization, now=now)
            enter(organization.pk)
            branch = Branch.objects.create(
                organization=organization,
                name=given.branch or given.name,
                time_zone=given.time_zone,
                locale=given.locale,
                region=given.region.upper(),
            )
            create_user(
                organization.pk,
                name=given.admin_name,
                email=given.admin_email,
                role=Role.ADMINISTRATOR,
                password=password,
                branch=branch,
                locale=given.locale,
                now=now,
            )
            install_defaults(organization, now)
            install_plan(organization, now)
    except IntegrityError as problem:
        raise CannotFound(
            f"somebody already signs in with {given.admin_email}; choose another address"
        ) from problem
    return organization


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="yuemian found", description=__doc__)
    parser.add_argument("--name", required=True, help="the company's name, as candidates read it")
    parser.add_argument("--name-en", default="", help="the name in English")
    parser.add_argument("--branch", default="", help="the first branch (default: the company's name)")
    parser.add_argument("--time-zone", default="Asia/Shanghai", help="IANA name (default: %(default)s)")
    parser.add_argument(
        "--region", default="CN", help="how phone numbers without a country code are read (default: CN)"
    )
    parser.add_argument("--locale", default=ConsoleLocale.ZH_HANS.value, choices=ConsoleLocale.values)
    parser.add_argument("--admin-name", required=True, help="the first administrator's name")
    parser.add_argument("--admin-email", required=True, help="their address for signing in")
    return parser
