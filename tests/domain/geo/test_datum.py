"""Positions keep their place from datum to datum, and are shifted in the mainland alone."""

from __future__ import annotations

from itertools import permutations
from math import asin, cos, radians, sin, sqrt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from yuemian.domain.geo import Crs, Point, convert, is_shifted

TIANANMEN = {
    Crs.WGS84: Point(39.908823, 116.397470),
    Crs.GCJ02: Point(39.910226498, 116.403713582),
    Crs.BD09: Point(39.916565819, 116.410086454),
}
MAINLAND = {
    "Shekou": (22.4816, 113.9160), "Luohu": (22.5330, 114.1188), "Futian": (22.5228, 114.0546),
    "Yantian": (22.5550, 114.2400), "Gongbei": (22.2185, 113.5485), "Hengqin": (22.1250, 113.5200),
    "Xiamen": (24.4800, 118.0900), "Ürümqi": (43.8200, 87.6100), "Kashgar": (39.4700, 75.9900),
    "Lhasa": (29.6500, 91.1300), "Sanya": (18.2500, 109.5000), "Harbin": (45.8000, 126.5300),
    "Dandong": (40.1200, 124.3800), "Kunming": (25.0400, 102.7100), "Hohhot": (40.8400, 111.7500),
}  # fmt: skip
ELSEWHERE = {
    "Central": (22.2819, 114.1586), "Lok Ma Chau": (22.5135, 114.0655), "Lo Wu": (22.5283, 114.1130),
    "Sha Tin": (22.3800, 114.1900), "Hong Kong airport": (22.3080, 113.9150), "Macau": (22.1973, 113.5408),
    "Cotai": (22.1480, 113.5620), "Taipei": (25.0330, 121.5654), "Kaohsiung": (22.6273, 120.3014),
    "Kinmen": (24.4400, 118.3300), "Singapore": (1.2900, 103.8500), "Tokyo": (35.6800, 139.6900),
    "Seoul": (37.5600, 126.9700), "Hanoi": (21.0300, 105.8500), "Vladivostok": (43.1100, 131.8800),
    "Ulaanbaatar": (47.9000, 106.9000), "Kathmandu": (27.7100, 85.3200), "Berlin": (52.5200, 13.4000),
    "New York": (40.7100, -74.0000), "Sydney": (-33.8700, 151.2100),
}  # fmt: skip
WAYS = list(permutations(Crs, 2))
points = st.builds(Point, st.floats(18, 53), st.floats(74, 134))


def metres(one: Point, other: Point) -> float:
    north, east = radians(one.latitude - other.latitude), radians(one.longitude - other.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) ** 2 * sin(east / 2) ** 2
    return 2 * 6371000 * asin(sqrt(chord))


@pytest.mark.parametrize(("given_in", "wanted"), WAYS)
def test_a_known_position_on_all_three(given_in: Crs, wanted: Crs) -> None:
    found = convert(TIANANMEN[given_in], given_in, wanted)
    assert metres(found, TIANANMEN[wanted]) < 0.2


@given(points, st.sampled_from(WAYS))
def test_there_and_back_is_the_same_place(point: Point, way: tuple[Crs, Crs]) -> None:
    there = convert(point, *way)
    # On the border itself one side is shifted and the other is not.
    assume(is_shifted(point) and is_shifted(there))
    assert metres(convert(there, way[1], way[0]), point) < 0.01


@given(points)
def test_in_the_mainland_the_shift_is_some_hundred_metres(point: Point) -> None:
    assume(is_shifted(point))
    assert 10 < metres(point, convert(point, Crs.WGS84, Crs.GCJ02)) < 1500


@given(st.builds(Point, st.floats(-90, 90), st.floats(-180, 180)), st.sampled_from(WAYS))
def test_elsewhere_nothing_moves(point: Point, way: tuple[Crs, Crs]) -> None:
    assume(not is_shifted(point))
    assert convert(point, *way) == point


@pytest.mark.parametrize("place", MAINLAND)
def test_the_mainland_is_shifted(place: str) -> None:
    assert is_shifted(Point(*MAINLAND[place]))


@pytest.mark.parametrize("place", ELSEWHERE)
def test_its_neighbours_are_not(place: str) -> None:
    assert not is_shifted(Point(*ELSEWHERE[place]))
