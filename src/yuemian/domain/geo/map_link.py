"""Plain links that open a place in a map app, each in the datum, the order and the encoding that it wants.

No key, no script, nothing is sent before somebody taps. By coordinates where they are known, else by the address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import quote

from yuemian.domain.geo.datum import Crs, Point, convert, is_shifted

#: What Amap, Baidu and Tencent ask to be told of who links.
_SOURCE: Final = "yuemian"
#: Characters that separate parts inside some app's parameter.
_SEPARATORS: Final = re.compile(r"[,;|:()\s]+")


class MapApp(StrEnum):
    """A map that people have; PHONE is whatever the phone opens `geo:` with."""

    AMAP = "amap"
    BAIDU = "baidu"
    TENCENT = "tencent"
    APPLE = "apple"
    GOOGLE = "google"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a link leads: the sign's name finds better than a street address."""

    name: str
    address: str = ""
    point: Point | None = None
    crs: Crs = Crs.WGS84

    @property
    def words(self) -> str:
        """What one would type into the map's search."""
        return self.address or self.name

    @property
    def is_in_mainland(self) -> bool:
        """Without coordinates, as if it were: the apps that know the address are named first."""
        return self.point is None or is_shifted(self.point)

    def at(self, wanted: Crs) -> tuple[str, str]:
        """Latitude and longitude on that datum, to a decimetre."""
        assert self.point is not None
        return tuple(f"{value:.6f}" for value in convert(self.point, self.crs, wanted))  # type: ignore[return-value]


def map_links(target: Target, agent: str) -> dict[MapApp, str]:
    """App → address, in the order in which this browser's owner will want them; empty when nothing is known."""
    if target.point is None and not target.words.strip():
        return {}
    links = _PINS if target.point else _SEARCHES
    return {app: links[app](target) for app in apps_for(agent, is_in_mainland=target.is_in_mainland)}


def apps_for(agent: str, *, is_in_mainland: bool) -> tuple[MapApp, ...]:
    """The apps in the order of their likelihood on the phone or desk that calls itself so."""
    chinese: tuple[MapApp, ...] = (MapApp.AMAP, MapApp.BAIDU, MapApp.TENCENT)
    is_apple = re.search(r"iPhone|iPad|iPod|Macintosh", agent) is not None
    if "MicroMessenger" in agent:
        # WeChat opens its sister's map inside itself and hands no address to other apps.
        chinese = (MapApp.TENCENT, MapApp.AMAP, MapApp.BAIDU)
    others: tuple[MapApp, ...] = (MapApp.APPLE, MapApp.GOOGLE) if is_apple else (MapApp.GOOGLE, MapApp.APPLE)
    if re.search(r"Android|HarmonyOS", agent) and not re.search(r"MicroMessenger|DingTalk|Lark|QQ/", agent):
        others = (MapApp.PHONE, *others)
    if not is_in_mainland:
        return (*others, *chinese)
    if is_apple and "MicroMessenger" not in agent:
        return (MapApp.APPLE, *chinese, MapApp.GOOGLE)
    return (
        *(app for app in others if app == MapApp.PHONE),
        *chinese,
        *(a for a in others if a != MapApp.PHONE),
    )


def _encoded(text: str) -> str:
    """One parameter's worth; what separates parts of it becomes a space."""
    return quote(_SEPARATORS.sub(" ", text).strip(), safe="")


def _amap(target: Target) -> str:
    latitude, longitude = target.at(Crs.GCJ02)
    return (
        f"https://uri.amap.com/marker?position={longitude},{latitude}&name={_encoded(target.name)}"
        f"&src={_SOURCE}&coordinate=gaode&callnative=1"
    )


def _baidu(target: Target) -> str:
    """Latitude first; title, content, output and src are required."""
    latitude, longitude = target.at(Crs.GCJ02)
    crs = Crs.GCJ02 if target.is_in_mainland else Crs.WGS84
    return (
        f"https://api.map.baidu.com/marker?location={latitude},{longitude}&title={_encoded(target.name)}"
        f"&content={_encoded(target.words)}&output=html&coord_type={crs}&src=webapp.{_SOURCE}.{_SOURCE}"
    )


def _tencent(target: Target) -> str:
    latitude, longitude = target.at(Crs.GCJ02)
    return (
        f"https://apis.map.qq.com/uri/v1/marker?marker=coord:{latitude},{longitude};title:{_encoded(target.name)}"
        f";addr:{_encoded(target.words)}&referer={_SOURCE}"
    )


def _apple(target: Target) -> str:
    """In the mainland Apple's map is Amap's."""
    latitude, longitude = target.at(Crs.GCJ02)
    return f"https://maps.apple.com/?ll={latitude},{longitude}&q={_encoded(target.name)}"


def _google(target: Target) -> str:
    latitude, longitude = target.at(Crs.WGS84)
    return f"https://www.google.com/maps/dir/?api=1&destination={latitude}%2C{longitude}"


def _phone(target: Target) -> str:
    latitude, longitude = target.at(Crs.WGS84)
    return f"geo:{latitude},{longitude}?q={latitude},{longitude}({_encoded(target.name)})"


_PINS: Final[Mapping[MapApp, Callable[[Target], str]]] = {
    MapApp.AMAP: _amap,
    MapApp.BAIDU: _baidu,
    MapApp.TENCENT: _tencent,
    MapApp.APPLE: _apple,
    MapApp.GOOGLE: _google,
    MapApp.PHONE: _phone,
}
_SEARCHES: Final[Mapping[MapApp, Callable[[Target], str]]] = {
    MapApp.AMAP: lambda t: (
        f"https://uri.amap.com/search?keyword={_encoded(t.words)}&src={_SOURCE}&callnative=1"
    ),
    MapApp.BAIDU: lambda t: (
        f"https://api.map.baidu.com/geocoder?address={_encoded(t.words)}"
        f"&output=html&src=webapp.{_SOURCE}.{_SOURCE}"
    ),
    MapApp.TENCENT: lambda t: (
        f"https://apis.map.qq.com/uri/v1/search?keyword={_encoded(t.words)}&referer={_SOURCE}"
    ),
    MapApp.APPLE: lambda t: f"https://maps.apple.com/?q={_encoded(t.words)}",
    MapApp.GOOGLE: lambda t: f"https://www.google.com/maps/search/?api=1&query={_encoded(t.words)}",
    MapApp.PHONE: lambda t: f"geo:0,0?q={_encoded(t.words)}",
}
