"""The interviews app."""

from __future__ import annotations

from django.apps import AppConfig


class InterviewsConfig(AppConfig):
    name = "yuemian.interviews"
    label = "interviews"
