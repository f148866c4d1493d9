"""What an approval is bound to: everything a candidate will read and be, in one hash."""

from __future__ import annotations

import hashlib
import json
from typing import NamedTuple

from yuemian.domain.results.outcome import Outcome


class Content(NamedTuple):
    """Exactly what was approved. Any difference, be it one letter or one digit of a number, is another content.

    `contacts` are the blind indexes (hex) of the addresses it may go to, sorted.
    """

    organization: str
    candidate: str
    candidate_name: str
    application: str
    decision: str
    decision_number: int
    outcome: Outcome
    letter_version: str
    notice_version: str
    locale: str
    subject: str
    body: str
    contacts: tuple[str, ...]
    is_correction: bool = False


def content_hash(content: Content) -> bytes:
    """SHA-256 over the canonical form; 32 bytes."""
    canonical = json.dumps(content._asdict(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).digest()
