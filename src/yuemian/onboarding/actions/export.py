"""Hand over to the HR system: entries in clear, as JSON or CSV, for one case or many; who took them is written down."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import datetime
from io import StringIO
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.cell_text import harmless
from yuemian.domain.onboarding import CaseState, DocumentState, FieldKind
from yuemian.domain.onboarding.answers import EMERGENCY_PARTS, parts_of
from yuemian.onboarding.actions.locking import note
from yuemian.onboarding.models import OnboardingCase
from yuemian.onboarding.reading import CaseRead, Given, read_case
from yuemian.trust.vault import Vault

#: More at once is no hand-over but a copy of everything.
MOST = 500


def export_cases(user: User, case_ids: Sequence[UUID], kind: str, *, now: datetime) -> tuple[str, int]:
    """Only what is complete and not deleted yet. Returns the file's text and how many are in it."""
    with transaction.atomic():
        found = (
            OnboardingCase.objects.visible_to(user).with_people().select_for_update(of=("self",), no_key=True)
        )
        cases = list(
            found.filter(pk__in=list(case_ids)[:MOST], state=CaseState.COMPLETE, deleted_at=None).order_by(
                "created_at"
            )
        )
        vault = Vault(user.organization_id)
        read = [read_case(case, vault) for case in cases]
        text = _as_csv(read) if kind == "csv" else _as_json(read, now)
        for case in cases:
            case.exported_at = now
            case.save(update_fields=["exported_at"])
            note(case, user.actor, "exported", at=now, format=kind, of=len(cases))
    return text, len(cases)


def _facts(read: CaseRead) -> dict[str, str]:
    case = read.case
    return {
        "id": str(case.pk),
        "candidate_id": str(case.candidate_id),
        "external_id": case.application.candidate.external_id,
        "job": case.application.job.title,
        "branch": case.branch.name,
        "first_day": case.starts_on.isoformat() if case.starts_on else "",
        "completed_at": case.ended_at.isoformat() if case.ended_at else "",
    }


def _files(given: Given) -> list[dict[str, object]]:
    ready = [each for each in given.documents if each.state == DocumentState.READY]
    return [{"id": str(each.pk), "kind": each.kind, "pages": each.pages, "size": each.size} for each in ready]


def _as_json(read: Sequence[CaseRead], now: datetime) -> str:
    people = []
    for each in read:
        values = {
            given.spec.key: parts_of(given.spec, given.value)
            if given.spec.kind == FieldKind.EMERGENCY
            else given.value
            for given in each.fields
            if not given.spec.is_file
        }
        files = {given.spec.key: _files(given) for given in each.fields if given.spec.is_file}
        consents = {
            section: {"at": consent.given_at.isoformat(), "text_sha256": bytes(consent.text_hash).hex()}
            for section, consent in each.consents.items()
        }
        people.append(_facts(each) | {"fields": values, "files": files, "consents": consents})
    whole = {"format": "yuemian-onboarding/1", "made_at": now.isoformat(), "onboardings": people}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def _as_csv(read: Sequence[CaseRead]) -> str:
    """One line a person; whatever a spreadsheet would take for a formula begins with an apostrophe."""
    columns = list(dict.fromkeys(name for each in read for name in _cells(each)))
    target = StringIO()
    writer = csv.writer(target, quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    for each in read:
        cells = _cells(each)
        writer.writerow([harmless(cells.get(name, "")) for name in columns])
    return "\ufeff" + target.getvalue()


def _cells(read: CaseRead) -> dict[str, str]:
    cells = _facts(read)
    for given in read.fields:
        key = given.spec.key
        if given.spec.is_file:
            cells[key] = str(len(_files(given)))
        elif given.spec.kind == FieldKind.EMERGENCY:
            parts = parts_of(given.spec, given.value)
            cells |= {f"{key}_{name}": parts[name] for name in EMERGENCY_PARTS}
        else:
            cells[key] = given.value
    return cells
