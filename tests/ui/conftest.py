"""A site of the design system alone: no database, no other room."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import LazySettings
from django.core.wsgi import get_wsgi_application
from django.test import Client

MIDDLEWARE = [
    "tests.ui.site.StrictPolicy",
    "yuemian.ui.assets.PublishedAssets",
    "yuemian.ui.middleware.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]


@pytest.fixture
def site(settings: LazySettings, tmp_path: Path) -> LazySettings:
    settings.ROOT_URLCONF = "tests.ui.site"
    settings.MIDDLEWARE = MIDDLEWARE
    settings.ALLOWED_HOSTS = ["localhost"]
    settings.STATIC_ROOT = tmp_path
    return settings


@pytest.fixture
def browser(site: LazySettings) -> Client:
    return Client(HTTP_HOST="localhost", HTTP_ACCEPT_LANGUAGE="zh-CN,zh;q=0.9")


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, template: str, *args: object) -> None:
        pass


@pytest.fixture
def address(site: LazySettings) -> Iterator[str]:
    """The site on a loopback port, for a real browser."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()
