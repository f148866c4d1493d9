"""Positions on the three datums of Chinese maps: WGS-84 of the satellites, GCJ-02 of the law, BD-09 of Baidu.

Mainland maps draw everything some hundred metres away from where satellites say it is. The formulas are those that all
converters share; Hong Kong, Macau, Taiwan and the rest of the world are not shifted.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from math import atan2, cos, hypot, pi, radians, sin, sqrt
from typing import Final, NamedTuple

from yuemian.domain.geo.mainland import is_in_mainland


class Crs(StrEnum):
    """The datum of a position."""

    GCJ02 = "gcj02"
    WGS84 = "wgs84"
    BD09 = "bd09"


class Point(NamedTuple):
    """Degrees, north and east positive."""

    latitude: float
    longitude: float


#: Krasovsky's ellipsoid of 1940, on which the shift is defined.
_AXIS: Final = 6378245.0
_ECCENTRICITY: Final = 0.00669342162296594323
#: Baidu adds this to what it has twisted already.
_BAIDU: Final = Point(0.0060, 0.0065)
#: A tenth of a millimetre; reached in three or four steps.
_NEAR_ENOUGH: Final = 1e-9


def is_shifted(point: Point) -> bool:
    """Whether maps draw this position away from where it is."""
    return is_in_mainland(*point)


def convert(point: Point, crs: Crs, wanted: Crs) -> Point:
    """The same position on another datum; outside the mainland all datums are one."""
    if crs == wanted or not is_shifted(point):
        return point
    common = _to_gcj(point, crs)
    if wanted == Crs.GCJ02:
        return common
    return _twisted(common) if wanted == Crs.BD09 else _undone(common, _shifted)


def _to_gcj(point: Point, crs: Crs) -> Point:
    if crs == Crs.WGS84:
        return _shifted(point)
    return _undone(point, _twisted) if crs == Crs.BD09 else point


def _shifted(point: Point) -> Point:
    """WGS-84 → GCJ-02."""
    x, y = point.longitude - 105.0, point.latitude - 35.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    north += (20.0 * sin(y * pi) + 40.0 * sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * sin(y / 12.0 * pi) + 320.0 * sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (20.0 * sin(6.0 * x * pi) + 20.0 * sin(2.0 * x * pi)) * 2.0 / 3.0
    east += (20.0 * sin(x * pi) + 40.0 * sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * sin(x / 12.0 * pi) + 300.0 * sin(x / 30.0 * pi)) * 2.0 / 3.0
    latitude = radians(point.latitude)
    flattening = 1.0 - _ECCENTRICITY * sin(latitude) ** 2
    metres_north = radians(_AXIS * (1.0 - _ECCENTRICITY) / flattening**1.5)
    metres_east = radians(_AXIS / sqrt(flattening) * cos(latitude))
    return Point(point.latitude + north / metres_north, point.longitude + east / metres_east)


def _twisted(point: Point) -> Point:
    """GCJ-02 → BD-09."""
    y, x = point
    distance = hypot(x, y) + 0.00002 * sin(radians(y) * 3000.0)
    angle = atan2(y, x) + 0.000003 * cos(radians(x) * 3000.0)
    return Point(distance * sin(angle) + _BAIDU.latitude, distance * cos(angle) + _BAIDU.longitude)


def _undone(point: Point, shift: Callable[[Point], Point]) -> Point:
    """What `shift` moves to here: neither has an inverse formula, and both move near points alike."""
    guess = point
    for _ in range(10):
        there = shift(guess)
        error = Point(there.latitude - point.latitude, there.longitude - point.longitude)
        guess = Point(guess.latitude - error.latitude, guess.longitude - error.longitude)
        if hypot(*error) < _NEAR_ENOUGH:
            break
    return guess
