"""A photo of an entrance: decoded, made small and written anew, so that nothing of the original file is kept."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, ImageOps

LARGEST_UPLOAD: Final = 10 * 1024 * 1024
LARGEST: Final = 200 * 1024
_MOST_PIXELS: Final = 60_000_000
_SIDES: Final = (1280, 1024, 800, 640)
_QUALITIES: Final = (82, 70, 58)


def small_jpeg(content: bytes) -> bytes:
    """At most 200 KB and 1280 pixels, upright, without position or camera. Raises what Pillow raises for no picture."""
    with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as picture:
        if picture.width * picture.height > _MOST_PIXELS:
            raise ValueError("too many pixels")
        upright = ImageOps.exif_transpose(picture).convert("RGB")
    written = b""
    for side in _SIDES:
        upright.thumbnail((side, side))
        for quality in _QUALITIES:
            target = io.BytesIO()
            upright.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
            written = target.getvalue()
            if len(written) <= LARGEST:
                return written
    return written
