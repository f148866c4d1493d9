"""Whether a press on the candidate page is surely a person's, or may be that of a machine trying buttons.

Mail scanners open links within seconds, run the page's script and may submit its forms. No single sign proves
a person, so one press counts only when no sign speaks against it; whoever is doubted presses once more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Final

#: A page younger than this was not read; older, it is likely a leftover.
YOUNGEST_PAGE: Final = timedelta(seconds=2)
OLDEST_PAGE: Final = timedelta(minutes=30)
#: The summary page holds one sentence: it is read faster, and its press was asked for.
YOUNGEST_SUMMARY: Final = timedelta(seconds=1.5)
#: Scanners come within seconds of the delivery.
AFTER_DELIVERY: Final = timedelta(seconds=15)

_SYSTEMS = re.compile(
    r"iPhone|iPad|iPod|Android|Windows NT|Macintosh|X11;|CrOS|HarmonyOS|OpenHarmony|Windows Phone"
)
# A wrong hit costs a person one more press; a phone called CUBOT is no bot.
_MACHINES = re.compile(
    r"(?<!cu)bot(?:\b|_)|crawl|spider|slurp|headless|phantom|selenium|puppeteer|playwright|webdriver|lighthouse|"
    r"preview|prefetch|proxy|\bscan|monitor|validator|archiver|facebookexternalhit|embedly|whatsapp/|skypeuri|"
    r"curl|wget|python|httpx|aiohttp|urllib|libwww|java/|okhttp|go-http|node-fetch|axios|ruby|perl|php|guzzle|"
    r"mimecast|proofpoint|barracuda|safelinks|symantec|trendmicro|forcepoint|zscaler|fortinet|virustotal|urlscan",
    re.IGNORECASE,
)
_POINTERS: Final = frozenset({"touch", "mouse", "pen", "key"})


class Doubt(StrEnum):
    """Why a press may be a machine's."""

    NO_PAGE = "no_page"
    TOO_FAST = "too_fast"
    TOO_OLD = "too_old"
    NO_SCRIPT = "no_script"
    NOT_ACTIVATED = "not_activated"
    AUTOMATED = "automated"
    ODD_AGENT = "odd_agent"
    JUST_DELIVERED = "just_delivered"
    PRESSED_ANOTHER = "pressed_another"


@dataclass(frozen=True)
class Report:
    """What the page's script saw of the press. `is_active` is None where the browser does not tell."""

    is_trusted: bool
    is_active: bool | None
    pointer: str
    is_automated: bool
    is_visible: bool


@dataclass(frozen=True)
class Press:
    """One press: `page_age` is None when the page's nonce is missing, forged, or another page's."""

    agent: str
    page_age: timedelta | None
    report: Report | None
    since_delivery: timedelta | None = None
    has_pressed_another: bool = False


def read_report(text: str) -> Report | None:
    """`trusted.active.pointer.automated.visible`, such as `1.1.touch.0.1`; None for anything else."""
    match = re.fullmatch(r"([01])\.([01-])\.([a-z]{1,8})\.([01])\.([01])", text)
    if match is None:
        return None
    trusted, active, pointer, automated, visible = match.groups()
    return Report(
        is_trusted=trusted == "1",
        is_active=None if active == "-" else active == "1",
        pointer=pointer,
        is_automated=automated == "1",
        is_visible=visible == "1",
    )


@lru_cache(maxsize=4096)
def is_ordinary_browser(agent: str) -> bool:
    """A phone's, computer's or in-app browser as people use them."""
    return (
        agent.startswith("Mozilla/5.0")
        and _SYSTEMS.search(agent) is not None
        and _MACHINES.search(agent) is None
    )


def doubt(press: Press) -> Doubt | None:
    """The first reason to ask once more, or None: surely a person."""
    return (
        _doubt_page(press.page_age, YOUNGEST_PAGE)
        or _doubt_report(press.report)
        or (None if is_ordinary_browser(press.agent) else Doubt.ODD_AGENT)
        or (Doubt.JUST_DELIVERED if _is_soon(press.since_delivery) else None)
        or (Doubt.PRESSED_ANOTHER if press.has_pressed_another else None)
    )


def is_person(press: Press) -> bool:
    return doubt(press) is None


def doubt_summary(summary_age: timedelta | None) -> Doubt | None:
    """Why the second press does not count: the summary was not there long enough to be read, or long ago."""
    return _doubt_page(summary_age, YOUNGEST_SUMMARY)


def is_fetch_suspect(agent: str, *, since_delivery: timedelta | None, is_prefetch: bool) -> bool:
    """Whether opening the page looks like a preview's or a scanner's."""
    return is_prefetch or not is_ordinary_browser(agent) or _is_soon(since_delivery)


def is_view_suspect(agent: str, report: Report | None) -> bool:
    """Whether a scripted view looks like a machine's that runs the page."""
    return _doubt_report(report) is not None or not is_ordinary_browser(agent)


def _doubt_page(age: timedelta | None, youngest: timedelta) -> Doubt | None:
    if age is None:
        return Doubt.NO_PAGE
    if age < youngest:
        return Doubt.TOO_FAST
    return Doubt.TOO_OLD if age > OLDEST_PAGE else None


def _doubt_report(report: Report | None) -> Doubt | None:
    if report is None:
        return Doubt.NO_SCRIPT
    if report.is_automated:
        return Doubt.AUTOMATED
    is_deliberate = report.is_trusted and report.is_active is not False and report.is_visible
    return None if is_deliberate and report.pointer in _POINTERS else Doubt.NOT_ACTIVATED


def _is_soon(since_delivery: timedelta | None) -> bool:
    return since_delivery is not None and since_delivery < AFTER_DELIVERY
