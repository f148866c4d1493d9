"""The config app."""

from __future__ import annotations

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "yuemian.config"
    label = "config"
