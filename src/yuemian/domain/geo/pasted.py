"""Reads coordinates out of what somebody pasted: a link of Amap, Baidu, Tencent, Apple or Google, or two numbers.

Nothing is fetched. Short links hold no coordinates; they are named, so that the page can say how to get the long one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from yuemian.domain.geo.baidu_metres import from_metres
from yuemian.domain.geo.datum import Crs, Point, is_shifted

_NUMBER: Final = r"[-+]?\d{1,3}(?:\.\d+)?"
_PAIR: Final = re.compile(rf"\s*({_NUMBER})\s*[,，\s]\s*({_NUMBER})(?=$|[\s,，;|?])")
_LONGEST: Final = 2000
_SHORT: Final = re.compile(r"(?:^|\.)(?:surl\.amap\.com|j\.map\.baidu\.com|goo\.gl|maps\.app\.goo\.gl)$")


@dataclass(frozen=True, slots=True)
class Pasted:
    """`is_centre`: of the map that was shown, not of the place itself; `is_short`: a link to be opened first."""

    point: Point | None = None
    crs: Crs = Crs.WGS84
    is_centre: bool = False
    is_short: bool = False


class _Link(NamedTuple):
    path: str
    values: dict[str, str]


def read_pasted(text: str) -> Pasted:
    """Never raises; without a `point` when there is none that is on the Earth."""
    text = text.strip()[:_LONGEST]
    found = re.search(r"(?:https?://|geo:)\S+", text)
    if found is None:
        return _plain(text)
    if found[0].startswith("geo:"):
        return _checked(_latitude_first(found[0][4:]), Crs.WGS84)
    try:
        return _linked(found[0])
    except ValueError:
        return Pasted()


def _linked(link: str) -> Pasted:
    parts = urlsplit(link)
    host = (parts.hostname or "").lower()
    if _SHORT.search(host):
        return Pasted(is_short=True)
    values = {name: each[0] for name, each in parse_qs(parts.query).items()}
    for pattern, read in _READERS:
        if pattern.search(host):
            return read(_Link(unquote(parts.path), values))
    return Pasted()


def _amap(link: _Link) -> Pasted:
    """Longitude first in links made for apps, latitude first in those of the web page (`p` and `q`)."""
    crs = Crs.WGS84 if link.values.get("coordinate") == "wgs84" else Crs.GCJ02
    if "lng" in link.values and "lat" in link.values:
        return _checked(_latitude_first(f"{link.values['lat']},{link.values['lng']}"), crs)
    for name in ("position", "to", "dest", "lnglat", "location"):
        if name in link.values:
            return _checked(_longitude_first(link.values[name]), crs)
    if "q" in link.values:
        return _checked(_latitude_first(link.values["q"]), crs)
    if "p" in link.values:  # the place's id comes before
        return _checked(_latitude_first(link.values["p"].partition(",")[2]), crs)
    return Pasted()


def _baidu(link: _Link) -> Pasted:
    crs = {"gcj02": Crs.GCJ02, "wgs84": Crs.WGS84}.get(link.values.get("coord_type", ""), Crs.BD09)
    for name in ("location", "latlng", "destination"):
        if name in link.values:
            return _checked(_latitude_first(re.sub(r"^latlng:", "", link.values[name])), crs)
    shown = re.search(r"@(\d+(?:\.\d+)?),(\d+(?:\.\d+)?)", link.path)
    if shown is None:
        return Pasted()
    return _checked(from_metres(float(shown[1]), float(shown[2])), Crs.BD09, is_centre=True)


def _tencent(link: _Link) -> Pasted:
    if "pointx" in link.values and "pointy" in link.values:
        return _checked(_latitude_first(f"{link.values['pointy']},{link.values['pointx']}"), Crs.GCJ02)
    for name in ("marker", "tocoord", "coord", "center"):
        if name in link.values:
            return _checked(_latitude_first(re.sub(r"^.*?coord:", "", link.values[name])), Crs.GCJ02)
    return Pasted()


def _apple(link: _Link) -> Pasted:
    for name in ("coordinate", "ll", "daddr", "q", "center"):
        point = _latitude_first(link.values.get(name, ""))
        if point is not None:
            crs = Crs.GCJ02 if is_shifted(point) else Crs.WGS84
            return _checked(point, crs, is_centre=name == "center")
    return Pasted()


def _google(link: _Link) -> Pasted:
    exact = re.search(rf"!3d({_NUMBER})!4d({_NUMBER})", link.path)
    if exact:
        return _checked(Point(float(exact[1]), float(exact[2])), Crs.WGS84)
    for name in ("q", "query", "destination", "daddr", "ll"):
        point = _latitude_first(link.values.get(name, ""))
        if point is not None:
            return _checked(point, Crs.WGS84)
    shown = re.search(rf"@({_NUMBER}),({_NUMBER})", link.path)
    if shown:
        return _checked(Point(float(shown[1]), float(shown[2])), Crs.WGS84, is_centre=True)
    return Pasted()


_READERS: Final[tuple[tuple[re.Pattern[str], Callable[[_Link], Pasted]], ...]] = (
    (re.compile(r"(?:^|\.)(?:amap|gaode)\.com$"), _amap),
    (re.compile(r"(?:^|\.)map\.baidu\.com$"), _baidu),
    (re.compile(r"(?:^|\.)map\.qq\.com$"), _tencent),
    (re.compile(r"(?:^|\.)maps\.apple\.com$"), _apple),
    (re.compile(r"(?:^|\.)google\.[a-z.]{2,6}$"), _google),
)


def _plain(text: str) -> Pasted:
    """Two numbers: latitude first, unless only the other order is possible. In China people copy from Chinese maps."""
    point = _latitude_first(text) or _longitude_first(text)
    if point is None:
        return Pasted()
    return _checked(point, Crs.GCJ02 if is_shifted(point) else Crs.WGS84)


def _latitude_first(text: str) -> Point | None:
    found = _PAIR.match(text)
    point = Point(float(found[1]), float(found[2])) if found else None
    return point if point and _is_on_earth(point) else None


def _longitude_first(text: str) -> Point | None:
    found = _PAIR.match(text)
    point = Point(float(found[2]), float(found[1])) if found else None
    return point if point and _is_on_earth(point) else None


def _checked(point: Point | None, crs: Crs, *, is_centre: bool = False) -> Pasted:
    if point is None or not _is_on_earth(point):
        return Pasted()
    return Pasted(Point(round(point.latitude, 6), round(point.longitude, 6)), crs, is_centre)


def _is_on_earth(point: Point) -> bool:
    """And not at 0, 0, where maps put what they do not know."""
    return abs(point.latitude) <= 90 and abs(point.longitude) <= 180 and point != (0, 0)
