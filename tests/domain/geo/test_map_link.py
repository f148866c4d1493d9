"""Every map gets the datum, the order and the encoding it wants, and people get their own map first."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.geo import Crs, MapApp, Point, Target, apps_for, convert, map_links, read_pasted

TOWER = Target("星河大厦", "上海市浦东新区世纪大道 100 号", Point(31.230416, 121.473701), Crs.GCJ02)
OFFICE = Target("Galaxy Office", "1 Raffles Place", Point(1.284, 103.851), Crs.WGS84)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Safari/604.1"
ANDROID = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36"


def test_the_links_of_a_place_in_the_mainland() -> None:
    wgs = convert(Point(31.230416, 121.473701), Crs.GCJ02, Crs.WGS84)
    north, east = f"{wgs.latitude:.6f}", f"{wgs.longitude:.6f}"
    name, address = (
        "%E6%98%9F%E6%B2%B3%E5%A4%A7%E5%8E%A6",
        (
            "%E4%B8%8A%E6%B5%B7%E5%B8%82%E6%B5%A6%E4%B8%9C%E6%96%B0%E5%8C%BA"
            "%E4%B8%96%E7%BA%AA%E5%A4%A7%E9%81%93%20100%20%E5%8F%B7"
        ),
    )
    assert map_links(TOWER, ANDROID) == {
        MapApp.PHONE: f"geo:{north},{east}?q={north},{east}({name})",
        MapApp.AMAP: f"https://uri.amap.com/marker?position=121.473701,31.230416&name={name}"
        "&src=yuemian&coordinate=gaode&callnative=1",
        MapApp.BAIDU: f"https://api.map.baidu.com/marker?location=31.230416,121.473701&title={name}"
        f"&content={address}&output=html&coord_type=gcj02&src=webapp.yuemian.yuemian",
        MapApp.TENCENT: f"https://apis.map.qq.com/uri/v1/marker?marker=coord:31.230416,121.473701;title:{name}"
        f";addr:{address}&referer=yuemian",
        MapApp.GOOGLE: f"https://www.google.com/maps/dir/?api=1&destination={north}%2C{east}",
        MapApp.APPLE: f"https://maps.apple.com/?ll=31.230416,121.473701&q={name}",
    }


def test_elsewhere_all_maps_get_what_was_stored() -> None:
    links = map_links(OFFICE, IPHONE)
    assert "position=103.851000,1.284000" in links[MapApp.AMAP]
    assert "location=1.284000,103.851000" in links[MapApp.BAIDU]
    assert "coord_type=wgs84" in links[MapApp.BAIDU]
    assert links[MapApp.APPLE] == "https://maps.apple.com/?ll=1.284000,103.851000&q=Galaxy%20Office"


def test_without_coordinates_the_address_is_searched() -> None:
    links = map_links(Target("星河大厦", "世纪大道 100 号"), IPHONE)
    assert len(links) == 5
    assert all("%E4%B8%96%E7%BA%AA%E5%A4%A7%E9%81%93%20100" in link for link in links.values())
    assert map_links(Target(""), IPHONE) == {}


@pytest.mark.parametrize(
    ("agent", "is_in_mainland", "first", "count"),
    [
        (IPHONE, True, [MapApp.APPLE, MapApp.AMAP], 5),
        (IPHONE, False, [MapApp.APPLE, MapApp.GOOGLE], 5),
        (f"{IPHONE} MicroMessenger/8.0", True, [MapApp.TENCENT, MapApp.AMAP], 5),
        (ANDROID, True, [MapApp.PHONE, MapApp.AMAP], 6),
        (ANDROID, False, [MapApp.PHONE, MapApp.GOOGLE], 6),
        (f"{ANDROID} MicroMessenger/8.0", True, [MapApp.TENCENT, MapApp.AMAP], 5),
        (DESK, True, [MapApp.AMAP, MapApp.BAIDU], 5),
        ("", False, [MapApp.GOOGLE], 5),
    ],
)
def test_the_likely_app_comes_first(
    agent: str, is_in_mainland: bool, first: list[MapApp], count: int
) -> None:
    apps = apps_for(agent, is_in_mainland=is_in_mainland)
    assert list(apps[: len(first)]) == first
    assert len(apps) == len(set(apps)) == count


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_breaks_a_link(name: str, address: str) -> None:
    for link in map_links(Target(name, address, TOWER.point, Crs.GCJ02), ANDROID).values():
        assert re.fullmatch(r"[A-Za-z0-9:/?&=%.,;()_~+-]+", link)
        if link.startswith("https:"):
            assert urlsplit(link).hostname in {
                "uri.amap.com", "api.map.baidu.com", "apis.map.qq.com", "maps.apple.com", "www.google.com",
            }  # fmt: skip
    marker = parse_qs(urlsplit(map_links(Target(name, address, TOWER.point), IPHONE)[MapApp.TENCENT]).query)
    assert [part.partition(":")[0] for part in marker["marker"][0].split(";")] == ["coord", "title", "addr"]
    assert not re.search(r"[,;|:()]", unquote(marker["marker"][0].split(";")[1][len("title:") :]))


@pytest.mark.parametrize("target", [TOWER, OFFICE])
def test_our_own_links_are_read_back(target: Target) -> None:
    assert target.point is not None
    for link in map_links(target, IPHONE).values():
        found = read_pasted(link)
        assert found.point is not None
        there = convert(found.point, found.crs, target.crs)
        assert abs(there.latitude - target.point.latitude) < 2e-6
        assert abs(there.longitude - target.point.longitude) < 2e-6
