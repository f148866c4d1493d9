"""Everything that is kept about one person, as a file: JSON for programs, HTML for people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from django.template.loader import render_to_string
from django.utils.translation import get_language

from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Candidate
from yuemian.trust import audit
from yuemian.trust.audit import Actor
from yuemian.trust.vault import Vault

FORMAT = "yuemian-my-data/1"


def as_json(candidate: Candidate, vault: Vault, *, now: datetime) -> bytes:
    """One object; every kind with its purpose and all its entries, times in UTC."""
    content: dict[str, Any] = {
        "format": FORMAT,
        "company": candidate.organization.name,
        "made_at": now,
        "data": {
            each.kind: {
                "title": str(each.title),
                "why": str(each.why),
                "entries": [held.data for held in each.read(candidate, vault)],
            }
            for each in holdings()
        },
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str)


def as_html(candidate: Candidate, vault: Vault, *, now: datetime) -> str:
    """A page that stands alone: no script, nothing from elsewhere."""
    kinds = [(each, each.read(candidate, vault)) for each in holdings()]
    contents = {"company": candidate.organization, "made_at": now, "kinds": kinds, "language": get_language()}
    return render_to_string("hiring/export.html", contents)


def audit_export(candidate: Candidate, actor: Actor, kind: str, *, now: datetime, reason: str = "") -> None:
    audit.record(
        candidate.organization_id,
        actor,
        "candidate.exported",
        at=now,
        subject=("candidate", candidate.pk),
        format=kind,
        **({"reason": reason} if reason else {}),
    )
