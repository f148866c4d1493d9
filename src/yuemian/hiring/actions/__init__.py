"""Writes of hiring."""

from __future__ import annotations

from yuemian.hiring.actions.contacts import (
    NotInRehearsal,
    NotOurs,
    choose_channel,
    set_contact_use,
    subscribe_in_rehearsal,
)
from yuemian.hiring.actions.jobs import save_job

__all__ = [
    "NotInRehearsal",
    "NotOurs",
    "choose_channel",
    "save_job",
    "set_contact_use",
    "subscribe_in_rehearsal",
]
