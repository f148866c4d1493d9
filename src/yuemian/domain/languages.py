"""The languages candidates may read, what each is called, and which text one gets when their own is missing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

#: Code → its name in itself, in the order of the menu.
LANGUAGES: Final = {
    "zh-hans": "简体中文",
    "zh-hant": "繁體中文",
    "en": "English",
    "ja": "日本語",
    "ko": "한국어",
    "fr": "Français",
    "de": "Deutsch",
    "es": "Español",
    "pt-br": "Português (Brasil)",
    "ru": "Русский",
    "ar": "العربية",
    "vi": "Tiếng Việt",
    "th": "ไทย",
    "id": "Bahasa Indonesia",
}
#: Those that colleagues may use: the console's. The first is used where nobody has chosen.
CONSOLE: Final = ("zh-hans", "en")
_RIGHT_TO_LEFT: Final = frozenset({"ar"})
_CHINESE: Final = ("zh-hans", "zh-hant")


def direction(locale: str) -> str:
    """What `dir` says."""
    return "rtl" if locale.partition("-")[0] in _RIGHT_TO_LEFT else "ltr"


def is_chinese(locale: str) -> bool:
    return locale.startswith("zh")


def nearest(locale: str) -> tuple[str, ...]:
    """The languages somebody reads, best first: both scripts for Chinese, English beside every other one."""
    if is_chinese(locale):
        return (locale, *(each for each in _CHINESE if each != locale))
    return (locale, "en") if locale != "en" else ("en",)


def best_language(there: Collection[str], own: str, others: Iterable[str] = ()) -> str | None:
    """The best of the languages that are there for a person: their own, the nearest to it, the company's, any."""
    wanted = (*nearest(own), *others, *there)
    return next((each for each in wanted if each in there), None)
