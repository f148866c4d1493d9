"""The design system as a Django app; makes sure the compiled message catalogues are fresh."""

from __future__ import annotations

import logging

from django.apps import AppConfig
from django.utils.translation.reloader import translation_file_changed

from yuemian.ui import catalogue

log = logging.getLogger(__name__)


class UiConfig(AppConfig):
    name = "yuemian.ui"
    label = "ui"

    def ready(self) -> None:
        try:
            for written in catalogue.compile_stale():
                # Models may have asked for a word already: forget what was read before the file was fresh.
                translation_file_changed(None, written)
        except OSError as error:
            log.error(
                "Pages show English; run `python -m yuemian.ui.catalogue compile` as their owner: %s",
                error,
            )
