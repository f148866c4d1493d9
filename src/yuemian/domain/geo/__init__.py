"""Where a place is: datums of maps in China and elsewhere, links into map apps, and links pasted from them."""

from __future__ import annotations

from yuemian.domain.geo.datum import Crs, Point, convert, is_shifted
from yuemian.domain.geo.map_link import MapApp, Target, apps_for, map_links
from yuemian.domain.geo.pasted import Pasted, read_pasted

__all__ = [
    "Crs",
    "MapApp",
    "Pasted",
    "Point",
    "Target",
    "apps_for",
    "convert",
    "is_shifted",
    "map_links",
    "read_pasted",
]
