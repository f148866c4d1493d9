"""The way from one device or app to another: on a computer a QR code of the own page, in an app what it cannot do.

The binding of WeChat will find its place here: `offers` is asked for every page, and knows the app by its name.
"""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import segno
from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from yuemian.domain.in_app import in_app, is_computer, takes_files
from yuemian.portal.door import Opened
from yuemian.portal.showing import subpage


def offers(agent: str) -> dict[str, Any]:
    """What the page offers in this browser. `in_app`: the app's name, or empty; `takes_files`: whether a calendar
    entry or an export can be kept here, else the page says how to open itself in the phone's own browser."""
    app = in_app(agent)
    return {
        "in_app": str(app or ""),
        "takes_files": takes_files(app),
        "is_computer": app is None and is_computer(agent),
    }


def own_address(door: Opened) -> str:
    return settings.PUBLIC_URL + reverse("candidate-page", args=[door.token])


def _contents(door: Opened, code: str) -> dict[str, Any]:  # noqa: ARG001
    address = own_address(door)
    return {"part": "phone", "address": address, "qr": qr(address)}


@lru_cache(maxsize=64)
def qr(text: str) -> SafeString:
    """An SVG drawn here: the address goes to nobody. Dark on white whatever the theme, as cameras want it."""
    buffer = io.BytesIO()
    options = {"scale": 4, "border": 4, "light": "#fff", "dark": "#000", "svgclass": "qr", "lineclass": None}
    code = segno.make(text, error="m", micro=False)
    code.save(buffer, kind="svg", xmldecl=False, svgns=False, omitsize=True, **options)
    return mark_safe(buffer.getvalue().decode())  # noqa: S308  (segno draws squares; the text is not in it)


own_phone = subpage("portal/phone.html", _contents)
