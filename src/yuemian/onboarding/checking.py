"""Looks into one upload: its name, the virus scanner, the cleaning process. No transaction is open meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from yuemian.channels.clamd import Clamd, Verdict
from yuemian.domain.onboarding import LARGEST_FILE, Refusal, check_name
from yuemian.onboarding.cleaning.process import clean
from yuemian.onboarding.quarantine import Quarantined


@dataclass(frozen=True)
class Checked:
    """What may be kept, or why nothing is. `is_scanned`: the scanner has seen it, and found nothing."""

    content: bytes = b""
    kind: str = ""
    pages: int = 0
    refusal: Refusal | None = None
    is_scanned: bool = False


def scanner() -> Clamd | None:
    return Clamd(settings.CLAMD) if settings.CLAMD else None


def check_file(upload: Quarantined, name: str, declared: str, *, now: datetime) -> Checked:
    kind, refusal = check_name(name, declared)
    if refusal is None and not upload.size:
        refusal = Refusal.EMPTY
    if refusal is None and upload.size > LARGEST_FILE:
        refusal = Refusal.TOO_LARGE
    if refusal is not None:
        return Checked(refusal=refusal)
    daemon = scanner()
    verdict = daemon.scan(upload.pieces(), now=now) if daemon else Verdict.UNKNOWN
    if verdict is Verdict.INFECTED:
        return Checked(refusal=Refusal.INFECTED)
    cleaned = clean(upload.pieces(), kind)
    if cleaned.refusal is not None:
        return Checked(refusal=cleaned.refusal)
    return Checked(cleaned.content, cleaned.kind, cleaned.pages, None, is_scanned=verdict is Verdict.CLEAN)
