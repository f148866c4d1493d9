"""The messaging app; lets the clock count what routing learns."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from yuemian.messaging.clock import Chore, register_chore

#: Interviews begin all day; what they teach need not be known sooner.
LEARNING = Chore("learn_routing", timedelta(minutes=15), "yuemian.messaging.actions.learn.learn_from_answers")
STRAYS = Chore("stray_reports", timedelta(seconds=10), "yuemian.messaging.actions.receipts.match_strays")


class MessagingConfig(AppConfig):
    name = "yuemian.messaging"
    label = "messaging"

    def ready(self) -> None:
        register_chore(LEARNING)
        register_chore(STRAYS)
