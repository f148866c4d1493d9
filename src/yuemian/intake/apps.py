"""The intake app; lets the clock forget mail that nobody placed."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig

from yuemian.messaging.clock import Chore, register_chore

FORGETTING = Chore(
    "forget_unsorted_mail", timedelta(hours=6), "yuemian.intake.actions.place_mail.forget_unsorted"
)
REMEMBERING = Chore("forget_taken_mail", timedelta(hours=6), "yuemian.intake.actions.take_mail.forget_taken")


class IntakeConfig(AppConfig):
    name = "yuemian.intake"
    label = "intake"

    def ready(self) -> None:
        register_chore(FORGETTING)
        register_chore(REMEMBERING)
