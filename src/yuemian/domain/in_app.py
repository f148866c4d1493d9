"""Which app a page is shown in: the browsers inside WeChat, WeCom, DingTalk, Feishu, QQ and Alipay cannot do all."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final


class InApp(StrEnum):
    """An app with a browser of its own inside."""

    WECHAT = "wechat"
    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    QQ = "qq"
    ALIPAY = "alipay"


#: In this order: WeCom calls itself WeChat besides. QQ's own browser (MQQBrowser) is a whole browser.
_SIGNS: Final = (
    (InApp.WECOM, re.compile(r"\bwxwork/", re.IGNORECASE)),
    (InApp.WECHAT, re.compile(r"\bMicroMessenger/", re.IGNORECASE)),
    (InApp.DINGTALK, re.compile(r"\bDingTalk/|\bAliApp\(DingTalk", re.IGNORECASE)),
    (InApp.FEISHU, re.compile(r"\b(?:Feishu|Lark)/", re.IGNORECASE)),
    (InApp.ALIPAY, re.compile(r"\bAlipayClient/|\bAliApp\(AP/", re.IGNORECASE)),
    (InApp.QQ, re.compile(r"(?<!M)\bQQ/\d", re.IGNORECASE)),
)
_PHONE: Final = re.compile(r"Mobile|Android|iPhone|iPad|iPod|HarmonyOS|OpenHarmony|Tablet", re.IGNORECASE)
_COMPUTER: Final = re.compile(r"Windows NT|Macintosh|X11;|CrOS", re.IGNORECASE)


def in_app(agent: str) -> InApp | None:
    """The app whose browser says this of itself; None for an ordinary one."""
    return next((app for app, sign in _SIGNS if sign.search(agent)), None)


def takes_files(app: InApp | None) -> bool:
    """Whether a download arrives: WeChat and QQ refuse files, the others open or keep them."""
    return app not in {InApp.WECHAT, InApp.WECOM, InApp.QQ, InApp.ALIPAY}


def is_computer(agent: str) -> bool:
    """A desk, not a hand: there the page offers the way to a phone."""
    return bool(_COMPUTER.search(agent)) and not _PHONE.search(agent)
