"""The design system as a Django app; makes sure the compiled message catalogues are fresh."""

from __future__ import annotations

from django.apps import AppConfig

from yuemian.ui import catalogue


class UiConfig(AppConfig):
    name = "yuemian.ui"
    label = "ui"

    def ready(self) -> None:
        catalogue.compile_stale()
