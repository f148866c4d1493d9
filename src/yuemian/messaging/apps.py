"""The messaging app."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from yuemian.messaging.clock import Chore, register_chore


class MessagingConfig(AppConfig):
    name = "yuemian.messaging"
    label = "messaging"

    def ready(self) -> None:
        strays = "yuemian.messaging.actions.receipts.match_strays"
        register_chore(Chore("stray_reports", timedelta(seconds=10), strays))
