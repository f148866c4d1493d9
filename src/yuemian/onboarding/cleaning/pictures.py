"""Pictures: decoded, turned upright, and written anew without anything but their pixels."""

from __future__ import annotations

import io
from typing import Final

import pi_heif
from PIL import Image, ImageOps

from yuemian.domain.onboarding.files import MOST_PIXELS, Refusal

_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/heic": "HEIF"}
#: What is kept is at most so wide or high: a card's smallest print stays legible.
_LONGEST_SIDE: Final = 3000
_QUALITY: Final = 88

# The picture alone: no thumbnail, depth or mask beside it is decoded.
pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)


def clean_picture(content: bytes, kind: str) -> bytes | Refusal:
    """Always a JPEG. Raises what Pillow raises for what is no picture."""
    with Image.open(io.BytesIO(content), formats=[_FORMATS[kind]]) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            return Refusal.TOO_MANY_PIXELS
        if kind == "image/jpeg":
            picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
        # In place, as a second picture of 24 megapixels would not fit; HEIC arrives upright already.
        ImageOps.exif_transpose(picture, in_place=True)
        flat = _on_white(picture)
    flat.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    target = io.BytesIO()
    # A new picture of the pixels alone: whatever else the decoded object carries stays behind.
    bare = Image.new("RGB", flat.size)
    bare.paste(flat)
    bare.save(target, "JPEG", quality=_QUALITY, optimize=True, progressive=False)
    return target.getvalue()


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        ground = Image.new("RGB", seen.size, "white")
        ground.paste(seen, mask=seen.getchannel("A"))
        return ground
    return picture.convert("RGB")
