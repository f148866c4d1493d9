"""A mailbox read over IMAP: its settings, and one connection at a time."""

from __future__ import annotations

from .box import Box, MailboxTrouble, Raw
from .config import IMAPConfig

__all__ = ["Box", "IMAPConfig", "MailboxTrouble", "Raw"]
