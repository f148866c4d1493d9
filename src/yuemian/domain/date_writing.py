"""How each language writes a date, a time span and a zone; all digits are Latin, all clocks have 24 hours."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_ZH_DAYS: Final = "一二三四五六日"
_EN_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EN_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_VI_DAYS: Final = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ nhật")
_TH_DAYS: Final = ("จันทร์", "อังคาร", "พุธ", "พฤหัสบดี", "ศุกร์", "เสาร์", "อาทิตย์")
_TH_MONTHS: Final = (
    *("ม.ค.", "ก.พ.", "มี.ค.", "เม.ย.", "พ.ค.", "มิ.ย."),
    *("ก.ค.", "ส.ค.", "ก.ย.", "ต.ค.", "พ.ย.", "ธ.ค."),
)

#: The day without its year, and with it.
Day = Callable[[datetime], str]


@dataclass(frozen=True, slots=True)
class Writing:
    """One language's habits. A `None` day is written by the locale database."""

    zone: Callable[[str], str]
    #: What "Beijing" is called: China's clock, wherever the database puts its name.
    beijing: str
    day: Day | None = None
    date: Day | None = None
    #: Between the date and the clock, around the clock, between start and end, around the zone, inside of it.
    gap: str = ", "
    clock: str = "{}"
    until: str = "–"
    parens: str = " ({})"
    comma: str = ", "


def _french(city: str) -> str:
    """`heure de Berlin`, `heure d’Abidjan`, `heure du Caire`."""
    if city.startswith("Le "):
        return f"heure du {city[3:]}"
    return f"heure d’{city}" if re.match(r"[AEIOUYÂÉÈÊÎÔ]", city) else f"heure de {city}"


def _wrapped(text: str) -> Callable[[str], str]:
    return text.format


_ENGLISH: Final = Writing(
    zone=_wrapped("{} time"),
    beijing="Beijing",
    day=lambda at: f"{_EN_DAYS[at.weekday()]}, {at.day} {_EN_MONTHS[at.month - 1]}",
    date=lambda at: f"{_EN_DAYS[at.weekday()]}, {at.day} {_EN_MONTHS[at.month - 1]} {at.year}",
)

WRITINGS: Final = {
    "zh-hans": Writing(
        zone=_wrapped("{}时间"),
        beijing="北京",
        day=lambda at: f"{at.month}月{at.day}日 周{_ZH_DAYS[at.weekday()]}",
        date=lambda at: f"{at.year}年{at.month}月{at.day}日 周{_ZH_DAYS[at.weekday()]}",
        gap=" ",
        parens="（{}）",
        comma="，",
    ),
    "zh-hant": Writing(
        zone=_wrapped("{}時間"),
        beijing="北京",
        day=lambda at: f"{at.month}月{at.day}日 週{_ZH_DAYS[at.weekday()]}",
        date=lambda at: f"{at.year}年{at.month}月{at.day}日 週{_ZH_DAYS[at.weekday()]}",
        gap=" ",
        parens="（{}）",
        comma="，",
    ),
    "en": _ENGLISH,
    "ja": Writing(zone=_wrapped("{}時間"), beijing="北京", gap=" ", until="～", parens="（{}）", comma="、"),
    "ko": Writing(zone=_wrapped("{} 시간"), beijing="베이징", gap=" ", until="~"),
    "fr": Writing(zone=_french, beijing="Pékin"),
    "de": Writing(zone=_wrapped("Ortszeit {}"), beijing="Peking", clock="{} Uhr"),
    "es": Writing(zone=_wrapped("hora de {}"), beijing="Pekín"),
    "pt-br": Writing(zone=_wrapped("horário de {}"), beijing="Pequim"),
    "ru": Writing(zone=_wrapped("часовой пояс: {}"), beijing="Пекин"),
    "ar": Writing(zone=_wrapped("بتوقيت {}"), beijing="بكين", gap="، ", until=" إلى ", comma="، "),
    "vi": Writing(
        zone=_wrapped("giờ {}"),
        beijing="Bắc Kinh",
        day=lambda at: f"{_VI_DAYS[at.weekday()]}, {at.day}/{at.month}",
        date=lambda at: f"{_VI_DAYS[at.weekday()]}, {at.day}/{at.month}/{at.year}",
    ),
    "th": Writing(
        zone=_wrapped("เวลา{}"),
        beijing="ปักกิ่ง",
        # The common era: 2026 cannot be mistaken for a year of the Buddhist one.
        day=lambda at: f"{_TH_DAYS[at.weekday()]} {at.day} {_TH_MONTHS[at.month - 1]}",
        date=lambda at: f"{_TH_DAYS[at.weekday()]} {at.day} {_TH_MONTHS[at.month - 1]} {at.year}",
        gap=" เวลา ",
        clock="{} น.",
    ),
    "id": Writing(zone=_wrapped("waktu {}"), beijing="Beijing"),
}
_OTHER: Final = Writing(zone=_wrapped("{}"), beijing="Beijing")


def writing_of(locale: str) -> Writing:
    """`zh`, `zh-CN` and the like write simplified; a language that nobody knows here keeps to the database's words."""
    code = locale.replace("_", "-").lower()
    language = code.split("-")[0]
    if language == "zh" and code not in WRITINGS:
        return WRITINGS["zh-hans"]
    return WRITINGS.get(code) or WRITINGS.get({"pt": "pt-br"}.get(language, language), _OTHER)
