"""Mail over SMTP: kept, pipelined connections and an exact account of what became of each message."""

from __future__ import annotations

from .config import SMTPConfig
from .provider import SMTPProvider

__all__ = ["SMTPConfig", "SMTPProvider"]
