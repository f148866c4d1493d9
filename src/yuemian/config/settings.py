"""Django settings, read from the environment alone; every variable is described in docs/configuration.md."""

from __future__ import annotations

import django_stubs_ext

from yuemian.config import environment
from yuemian.domain.languages import CONSOLE
from yuemian.domain.languages import LANGUAGES as CANDIDATE_LANGUAGES

# Lets annotations such as `ModelForm[Organization]` stand where Python evaluates them.
django_stubs_ext.monkeypatch()

ENV = environment.read()

SECRET_KEY = ENV.secret_key
DEBUG = False
ALLOWED_HOSTS = ENV.allowed_hosts
PUBLIC_URL = ENV.public_url
IS_SECURE = PUBLIC_URL.startswith("https://")
DATA_DIRECTORY = ENV.data
KEY_FILE = ENV.key_file
SMTP_URL = ENV.smtp_url
MAIL_FROM = ENV.mail_from
METRICS_TOKEN = ENV.metrics_token
TRUSTED_PROXIES = ENV.trusted_proxies
PRIVATE_NETWORKS = ENV.private_networks
CLAMD = ENV.clamd

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "yuemian.ui",
    "yuemian.trust",
    "yuemian.accounts",
    "yuemian.hiring",
    "yuemian.messaging",
    "yuemian.interviews",
    "yuemian.results",
    "yuemian.onboarding",
    "yuemian.intake",
    "yuemian.portal",
    "yuemian.config",
]

MIDDLEWARE = [
    "yuemian.trust.middleware.SecurityHeaders",
    "yuemian.ui.assets.PublishedAssets",
    "yuemian.ui.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "yuemian.trust.middleware.SameOrigin",
    "django.middleware.csrf.CsrfViewMiddleware",
    "yuemian.accounts.middleware.SignedInUser",
    "django.contrib.messages.middleware.MessageMiddleware",
]

ROOT_URLCONF = "yuemian.config.urls"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": [
                "yuemian.ui.templatetags.ui",
                "django.templatetags.i18n",
                "django.templatetags.static",
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "yuemian.ui.context.frame",
            ],
            "string_if_invalid": "",
        },
    }
]

DATABASES = {"default": ENV.database}
#: Not one of Django's: the delivery engine keeps its own connections, in its own role.
ENGINE_DATABASE = ENV.engine_database
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "zh-hans"
#: What candidates may read; the console speaks `CONSOLE_LANGUAGES` alone.
LANGUAGES = list(CANDIDATE_LANGUAGES.items())
CONSOLE_LANGUAGES = [(code, CANDIDATE_LANGUAGES[code]) for code in CONSOLE]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = IS_SECURE
LOCALE_PATHS = [environment.PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATICFILES_DIRS: list[str] = []
STATIC_ROOT = ENV.data / "static"
STORAGES = {"staticfiles": {"BACKEND": "yuemian.ui.assets.FingerprintedAssets"}}

MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# `__Host-` needs a Secure cookie, which browsers refuse over plain http except on localhost.
COOKIE_PREFIX = "__Host-" if IS_SECURE else ""
CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}csrf"
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "yuemian.ui.views.csrf_failure"
SESSION_COOKIE_NAME = f"{COOKIE_PREFIX}session"
SESSION_COOKIE_SECURE = IS_SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING_CONFIG = None
SILENCED_SYSTEM_CHECKS: list[str] = []
