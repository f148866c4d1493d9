"""What a person calls the browser behind a user agent: "Chrome · Windows"."""

from __future__ import annotations

import re
from typing import Final

#: The first that fits: most call themselves Chrome or Safari besides.
_BROWSERS: Final = (
    ("WeCom", r"wxwork/"),
    ("WeChat", r"MicroMessenger/"),
    ("DingTalk", r"DingTalk/"),
    ("Feishu", r"(?:Feishu|Lark)/"),
    ("QQ", r"\bQQ/|MQQBrowser/|QQBrowser/"),
    ("UC", r"UCBrowser/"),
    ("Edge", r"Edg(?:A|iOS|e)?/"),
    ("Opera", r"OPR/"),
    ("Samsung Internet", r"SamsungBrowser/"),
    ("Firefox", r"(?:Firefox|FxiOS)/"),
    ("Chrome", r"(?:Chrome|Chromium|CriOS|HeadlessChrome)/"),
    ("Safari", r"Safari/"),
)
_SYSTEMS: Final = (
    ("iPhone", r"iPhone"),
    ("iPad", r"iPad"),
    ("HarmonyOS", r"HarmonyOS|OpenHarmony"),
    ("Android", r"Android"),
    ("Windows", r"Windows NT"),
    ("macOS", r"Macintosh"),
    ("ChromeOS", r"CrOS"),
    ("Linux", r"Linux"),
)


def browser_name(agent: str) -> str:
    """As much as is known; the agent's own first words where it is no browser."""
    found = [
        next((name for name, sign in signs if re.search(sign, agent)), "") for signs in (_BROWSERS, _SYSTEMS)
    ]
    return " · ".join(filter(None, found)) or agent[:40]
