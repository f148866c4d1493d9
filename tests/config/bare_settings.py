"""The product's settings with nothing but the wiring installed: for processes that these tests start."""

from __future__ import annotations

from yuemian.config.settings import *  # noqa: F403

# One app with migrations, so that there is something to be applied.
INSTALLED_APPS = ["django.contrib.contenttypes", "yuemian.config"]
MIDDLEWARE = ["django.middleware.common.CommonMiddleware"]
TEMPLATES: list[object] = []
STORAGES: dict[str, dict[str, str]] = {}
CSRF_FAILURE_VIEW = "django.views.csrf.csrf_failure"
