"""The messaging app."""

from __future__ import annotations

from django.apps import AppConfig


class MessagingConfig(AppConfig):
    name = "yuemian.messaging"
    label = "messaging"
