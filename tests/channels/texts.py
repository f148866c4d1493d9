"""Text messages and gateways for the tests of HTTP SMS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from yuemian.channels.base import Message
from yuemian.channels.http import Network
from yuemian.channels.http_sms import HTTPSMSConfig, HTTPSMSProvider

LOOPBACK: Final = Network(["127.0.0.0/8"])
AT: Final = datetime(2026, 11, 26, 4, 5, 6, tzinfo=UTC)


def create_text(number: int = 1, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "delivery_id": f"delivery-{number}",
        "key": f"key-{number}",
        "to": f"+8613800{number:06d}",
        "subject": "",
        "text": f"【星河科技】张三您好，初试时间：周三 14:00。回复：https://hr.example.com/c/token{number}",
        "slots": {"link": f"https://hr.example.com/c/token{number}"},
    }
    return Message(**(values | changes))


def create_provider(url: str = "https://sms.example.com/send", **changes: Any) -> HTTPSMSProvider:
    config = HTTPSMSConfig(**{"url": url, "timeout": 0.4, **changes})
    return HTTPSMSProvider(config, network=LOOPBACK, now=lambda: AT, nonce=lambda: "0123456789abcdef")
