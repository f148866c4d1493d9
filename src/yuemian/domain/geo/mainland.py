"""Whether a position lies where maps are shifted: mainland China, without Hong Kong, Macau and Taiwan.

Coarse along the land borders, where few are interviewed; good to some hundred metres around Hong Kong and Macau,
whose neighbours are large cities.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple


class Box(NamedTuple):
    """Degrees."""

    south: float
    west: float
    north: float
    east: float

    def holds(self, latitude: float, longitude: float) -> bool:
        return self.south <= latitude <= self.north and self.west <= longitude <= self.east


#: The country in six pieces, as converters have shared them for years …
_INSIDE: Final = (
    Box(42.889900, 79.446200, 49.220400, 96.330000),
    Box(39.374200, 109.687200, 54.141500, 135.000200),
    Box(29.529700, 73.124600, 42.889900, 124.143255),
    Box(26.718600, 82.968400, 29.529700, 97.035200),
    Box(20.414096, 97.025300, 29.529700, 124.367395),
    Box(17.871542, 107.975793, 20.414096, 111.744104),
)
#: … and what in them belongs to neighbours.
_OUTSIDE: Final = (
    Box(21.785006, 119.921265, 25.398623, 122.497559),
    Box(20.098800, 101.865200, 22.284000, 106.665000),
    Box(20.487800, 106.452500, 21.542200, 108.051000),
    Box(50.325700, 109.032300, 55.817500, 119.127000),
    Box(49.557400, 127.456800, 55.817500, 137.022700),
    Box(42.569200, 131.266200, 44.892200, 137.022700),
    Box(24.380000, 118.205000, 24.530000, 118.500000),  # Kinmen
    Box(25.930000, 119.900000, 26.400000, 120.520000),  # Matsu
    Box(33.000000, 124.600000, 39.900000, 131.000000),  # Korea
    Box(26.000000, 80.000000, 27.800000, 88.200000),  # Nepal
    Box(40.900000, 73.100000, 42.900000, 76.500000),  # Kyrgyzstan
)
Outline = Sequence[tuple[float, float]]
#: Longitude and latitude, along the middle of Deep Bay, the Shenzhen River and Starling Inlet.
_HONG_KONG: Final[Outline] = (
    (113.82, 22.13), (113.82, 22.40), (113.87, 22.42), (113.94, 22.45), (113.985, 22.487), (114.03, 22.505),
    (114.055, 22.504), (114.067, 22.517), (114.09, 22.5315), (114.113, 22.530), (114.122, 22.532),
    (114.13, 22.538), (114.14, 22.542),
    (114.16, 22.556), (114.19, 22.556), (114.222, 22.548), (114.235, 22.544), (114.30, 22.562), (114.40, 22.57),
    (114.50, 22.44), (114.50, 22.13),
)  # fmt: skip
#: Along the border gate and the channel between Taipa, Coloane and Hengqin.
_MACAU: Final[Outline] = (
    (113.527, 22.195), (113.534, 22.212), (113.545, 22.2163), (113.553, 22.2165), (113.60, 22.205),
    (113.63, 22.15), (113.62, 22.10), (113.55, 22.10), (113.546, 22.125), (113.5455, 22.145),
    (113.5475, 22.158), (113.530, 22.178),
)  # fmt: skip
#: Most of what one asks about is far from both.
_DELTA: Final = Box(22.0, 113.5, 22.6, 114.6)


def is_in_mainland(latitude: float, longitude: float) -> bool:
    if not any(box.holds(latitude, longitude) for box in _INSIDE):
        return False
    if any(box.holds(latitude, longitude) for box in _OUTSIDE):
        return False
    if not _DELTA.holds(latitude, longitude):
        return True
    return not (_is_within(_HONG_KONG, latitude, longitude) or _is_within(_MACAU, latitude, longitude))


def _is_within(outline: Outline, latitude: float, longitude: float) -> bool:
    """A ray to the east crosses the outline an odd number of times."""
    is_inside = False
    for (x, y), (to_x, to_y) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (y > latitude) != (to_y > latitude):
            crossing = x + (latitude - y) / (to_y - y) * (to_x - x)
            is_inside ^= longitude < crossing
    return is_inside
