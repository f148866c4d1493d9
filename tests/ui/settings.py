"""Settings for running the design system alone: `django-admin runserver --settings tests.ui.settings`."""

from __future__ import annotations

from yuemian.config.settings import *  # noqa: F403

INSTALLED_APPS = ["django.contrib.staticfiles", "yuemian.ui"]
MIDDLEWARE = [
    "yuemian.ui.assets.PublishedAssets",
    "yuemian.ui.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
ROOT_URLCONF = "tests.ui.site"
