"""A committed story and the real site on a loopback port, for a real browser."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browsing import running_browser
from tests.factories import Cast, create_cast, install_texts, sign_in_client
from tests.portal.stories import PHONE, Invited, invite
from yuemian.accounts.models import Organization, User
from yuemian.domain.states import Purpose
from yuemian.messaging.models import Block, Delivery
from yuemian.trust.tenancy import acting_in

BLOCKS: list[tuple[str, str, str, dict[str, str]]] = [
    ("company", "关于星河科技", "About Galaxy", {"body": "我们做卫星数据服务，每天处理 40 TB 影像。"}),
    ("video", "三分钟看懂星河", "Three minutes", {"body": "一天。", "link": "https://video.example/welcome"}),
    (
        "highlights",
        "你会做什么",
        "What you do",
        {"body": "- 把处理管线扩展到 100 TB\n- 代码评审**人人平等**"},
    ),
    ("testimonial", "同事的话", "A colleague", {"body": "第一次评审就有人认真听。", "by_line": "周岚，后端"}),
    ("benefits", "工作时间与福利", "Hours", {"body": "- 10:00–18:30，弹性一小时\n- 补充医疗，每年体检"}),
]


@dataclass
class Story:
    """A company with a candidate who was invited an hour ago."""

    cast: Cast
    who: Invited
    now: datetime


def logo() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (64, 64), "#1b2a6b").save(buffer, "PNG")
    return buffer.getvalue()


def furnish(cast: Cast) -> None:
    """A logo, and blocks of every kind in both languages."""
    Organization.objects.filter(pk=cast.organization.pk).update(logo=logo())
    for position, (kind, chinese, english, fields) in enumerate(BLOCKS):
        for locale, title in (("zh-hans", chinese), ("en", english)):
            Block.objects.create(
                organization=cast.organization,
                kind=kind,
                locale=locale,
                title=title,
                position=position,
                **fields,
            )


@contextmanager
def founded(**fields: Any) -> Iterator[Story]:
    """Everything of one organization, committed when the block ends."""
    now = timezone.now()
    from_now = timedelta(days=3)
    with acting_in_new(now, **fields.pop("organization", {})) as cast:
        furnish(cast)
        install_texts(cast, Purpose.CODE, Purpose.LINK, now=now)
        starts_at = (now + from_now).replace(hour=6, minute=0, second=0, microsecond=0)
        who = invite(cast, now=now - timedelta(hours=1), **({"starts_at": starts_at} | fields))
        Delivery.objects.update(state="sent", sent_at=now - timedelta(hours=1))
        yield Story(cast, who, now)


@contextmanager
def acting_in_new(now: datetime, **fields: Any) -> Iterator[Cast]:
    with transaction.atomic():
        yield create_cast(now=now, **fields)


@pytest.fixture
def story(transactional_db: None) -> Story:
    with founded() as made:
        return made


@pytest.fixture
def inside(story: Story) -> Callable[[], Any]:
    """`with inside():` sees the story's organization."""
    return lambda: acting_in(story.cast.organization.pk)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, template: str, *args: object) -> None:
        pass


@pytest.fixture
def address(transactional_db: None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # The browser's driver keeps an event loop in this thread; the database is used beside it, never inside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with running_browser() as browser:
        yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def pocket(chromium: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """`pocket(width=320, java_script_enabled=False)`: a candidate's phone."""
    contexts: list[BrowserContext] = []

    def make(width: int = 375, height: int = 667, **options: Any) -> BrowserContext:
        given: dict[str, Any] = {
            "user_agent": PHONE,
            "has_touch": True,
            "viewport": {"width": width, "height": height},
        }
        contexts.append(chromium.new_context(**(given | options)))
        return contexts[-1]

    yield make
    for context in contexts:
        context.close()


def desk(
    pocket: Callable[..., BrowserContext],
    address: str,
    inside: Callable[[], Any],
    user: User,
    path: str,
    **options: Any,
) -> Page:
    """A colleague's browser, signed in."""
    given = {
        "width": 1440,
        "height": 900,
        "has_touch": False,
        "user_agent": None,
        "locale": "zh-CN",
    } | options
    context = pocket(**given)
    name = settings.SESSION_COOKIE_NAME
    with inside():
        token = sign_in_client(user).cookies[name].value
    context.add_cookies([{"name": name, "value": token, "url": address}])
    page = context.new_page()
    page.goto(address + path)
    return page
