"""State words in the database: choices and the constraint that refuses any other."""

from __future__ import annotations

from enum import StrEnum

from django.db import models


def choices(kind: type[StrEnum]) -> list[tuple[str, str]]:
    return [(member.value, member.value) for member in kind]


def one_of(field: str, kind: type[StrEnum], name: str) -> models.CheckConstraint:
    """The database refuses a word that the state enum does not know."""
    return models.CheckConstraint(
        condition=models.Q(**{f"{field}__in": sorted(member.value for member in kind)}), name=name
    )
