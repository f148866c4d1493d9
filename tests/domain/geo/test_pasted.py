"""What people paste from maps becomes coordinates with the right datum, or nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yuemian.domain.geo import Crs, Pasted, Point, read_pasted

G, W, B = Crs.GCJ02, Crs.WGS84, Crs.BD09


@pytest.mark.parametrize(
    ("text", "point", "crs"),
    [
        ("https://uri.amap.com/marker?position=121.5,31.2&name=x", (31.2, 121.5), G),
        ("https://uri.amap.com/marker?position=121.5,31.2&coordinate=wgs84", (31.2, 121.5), W),
        ("https://uri.amap.com/navigation?to=121.5,31.2,%E6%98%9F&mode=bus", (31.2, 121.5), G),
        ("https://www.amap.com/?p=B00155,31.2,121.5,%E6%98%9F%E6%B2%B3,%E4%B8%96", (31.2, 121.5), G),
        ("https://wb.amap.com/?q=31.2,121.5,%E6%98%9F%E6%B2%B3", (31.2, 121.5), G),
        ("https://ditu.amap.com/regeo?lng=121.5&lat=31.2", (31.2, 121.5), G),
        ("https://api.map.baidu.com/marker?location=31.2,121.5&title=x", (31.2, 121.5), B),
        ("https://api.map.baidu.com/marker?location=31.2,121.5&coord_type=gcj02", (31.2, 121.5), G),
        ("https://api.map.baidu.com/direction?destination=latlng:31.2,121.5|name:x", (31.2, 121.5), B),
        ("https://apis.map.qq.com/uri/v1/marker?marker=coord:31.2,121.5;title:x", (31.2, 121.5), G),
        ("https://apis.map.qq.com/uri/v1/routeplan?type=bus&tocoord=31.2,121.5", (31.2, 121.5), G),
        ("https://map.qq.com/?type=marker&pointx=121.5&pointy=31.2&name=x", (31.2, 121.5), G),
        ("https://maps.apple.com/?ll=31.2,121.5&q=x", (31.2, 121.5), G),
        ("https://maps.apple.com/place?coordinate=1.284,103.851", (1.284, 103.851), W),
        ("https://www.google.com/maps/search/?api=1&query=1.284,103.851", (1.284, 103.851), W),
        (
            "https://www.google.com.sg/maps/place/X/@1.3,103.9,17z/data=!3d1.284!4d103.851",
            (1.284, 103.851),
            W,
        ),
        ("geo:1.284,103.851?q=1.284,103.851(x)", (1.284, 103.851), W),
        ("31.2, 121.5", (31.2, 121.5), G),
        ("121.5，31.2", (31.2, 121.5), G),
        ("1.284 103.851", (1.284, 103.851), W),
        ("-33.87,151.21", (-33.87, 151.21), W),
        ("看这里 https://wb.amap.com/?q=31.2,121.5,x 谢谢", (31.2, 121.5), G),
    ],
)
def test_links_and_numbers(text: str, point: tuple[float, float], crs: Crs) -> None:
    assert read_pasted(text) == Pasted(Point(*point), crs)


def test_a_shown_map_gives_its_centre() -> None:
    found = read_pasted("https://map.baidu.com/poi/天安门/@12958160.97,4825906.18,17z")
    assert (found.crs, found.is_centre) == (B, True)
    assert found.point is not None
    assert found.point == pytest.approx((39.9149, 116.4039), abs=0.0002)
    assert read_pasted("https://www.google.com/maps/@1.284,103.851,17z").is_centre


@pytest.mark.parametrize(
    "text", ["https://surl.amap.com/abc", "https://j.map.baidu.com/x", "https://maps.app.goo.gl/abc"]
)
def test_a_short_link_is_named(text: str) -> None:
    assert read_pasted(text) == Pasted(is_short=True)


@pytest.mark.parametrize(
    "text",
    [
        "", "世纪大道 100 号", "https://example.com/?ll=31.2,121.5", "https://amap.com.evil.example/?q=31,121",
        "https://uri.amap.com/marker?position=x,y", "https://[", "0,0", "231.2, 421.5", "2026-11-25",
        "https://maps.apple.com/?ll=91,500",
    ],
)  # fmt: skip
def test_anything_else_is_nothing(text: str) -> None:
    assert read_pasted(text).point is None


@given(st.one_of(st.text(max_size=60), st.text(max_size=60).map(lambda t: f"https://map.baidu.com/{t}")))
def test_nothing_that_is_pasted_fails(text: str) -> None:
    found = read_pasted(text).point
    assert found is None or (abs(found.latitude) <= 90 and abs(found.longitude) <= 180)
