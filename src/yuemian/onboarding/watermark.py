"""Marks a picture with who looks at it and when, so that a photo of the screen tells where it comes from."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Final

from PIL import Image, ImageDraw, ImageFont

_QUALITY: Final = 85


def marked(content: bytes, viewer: str, at: datetime) -> bytes:
    """`content` is a JPEG of our own making; `viewer` an address, as every font has its letters."""
    words = f"{viewer}  {at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
        base = picture.convert("RGBA")
    font = ImageFont.load_default(size=max(14, base.width // 45))
    left, top, right, bottom = font.getbbox(words)
    width, height = int(right - left), int(bottom - top)
    layer = Image.new("RGBA", base.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    step = max(height * 6, base.height // 6)
    for row, y in enumerate(range(0, base.height + step, step)):
        for x in range(-(row % 2) * width // 2, base.width, width + height * 4):
            pen.text((x + 1, y + 1), words, font=font, fill=(255, 255, 255, 110))
            pen.text((x, y), words, font=font, fill=(0, 0, 0, 90))
    target = io.BytesIO()
    Image.alpha_composite(base, layer).convert("RGB").save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
