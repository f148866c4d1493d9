"""The intake app."""

from __future__ import annotations

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "yuemian.intake"
    label = "intake"
