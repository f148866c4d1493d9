"""The cleaning process itself: reads one file from its input, writes the clean one to its output, and ends.

It is started with an empty environment, holds no key and no connection, and confines itself before it reads a byte.
"""

from __future__ import annotations

import json
import struct
import sys
from typing import Final

import puremagic
from PIL import Image, ImageFile

from yuemian.domain.onboarding.files import LARGEST_FILE, Refusal
from yuemian.onboarding.cleaning.confine import confine
from yuemian.onboarding.cleaning.papers import clean_paper
from yuemian.onboarding.cleaning.pictures import clean_picture

_PDF: Final = "application/pdf"
#: What a file must begin with, whatever else it may be besides: some viewers look no further.
_BEGINNINGS: Final = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
    _PDF: b"%PDF-",
}
#: HEIC begins with a length, and then with what kind of container it is; image/avif and films have other brands.
_HEIC: Final = "image/heic"
_BRANDS: Final = frozenset({b"ftypheic", b"ftypheix", b"ftypheim", b"ftypheis", b"ftypmif1"})
_EXTENSIONS: Final = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    _HEIC: (".heic", ".heif"),
    _PDF: (".pdf",),
}


def main(kind: str) -> None:
    """`kind` is what the file's name promised."""
    is_shut = confine()
    content = sys.stdin.buffer.read(LARGEST_FILE + 1)
    try:
        head, clean = _clean(content, kind)
    except MemoryError:
        head, clean = {"refusal": Refusal.TOO_HEAVY}, b""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        head, clean = {"refusal": Refusal.TOO_MANY_PIXELS}, b""
    except Exception:  # noqa: BLE001 - decoders raise whatever they like; nothing of it may be kept
        head, clean = {"refusal": Refusal.UNREADABLE}, b""
    text = json.dumps(head | {"is_shut": is_shut}).encode()
    sys.stdout.buffer.write(struct.pack(">I", len(text)) + text + clean)
    sys.stdout.buffer.flush()


def _clean(content: bytes, kind: str) -> tuple[dict[str, object], bytes]:
    Image.MAX_IMAGE_PIXELS = None  # our own, smaller bound is asked before a pixel is decoded
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    if not content:
        return {"refusal": Refusal.EMPTY}, b""
    if len(content) > LARGEST_FILE:
        return {"refusal": Refusal.TOO_LARGE}, b""
    if not _agrees(content, kind):
        return {"refusal": Refusal.MISMATCH}, b""
    if kind == _PDF:
        paper = clean_paper(content)
        if isinstance(paper, Refusal):
            return {"refusal": paper}, b""
        return {"kind": _PDF, "pages": paper[1]}, paper[0]
    picture = clean_picture(content, kind)
    if isinstance(picture, Refusal):
        return {"refusal": picture}, b""
    return {"kind": "image/jpeg", "pages": 1}, picture


def _agrees(content: bytes, kind: str) -> bool:
    """Whether the content is what the name promises, by its own beginning and by what is known of other kinds."""
    is_begun = content[4:12] in _BRANDS if kind == _HEIC else content.startswith(_BEGINNINGS[kind])
    if not is_begun:
        return False
    try:
        best = puremagic.magic_string(content[: 64 * 1024])
    except (puremagic.PureError, ValueError):
        return True
    return not best or any(each.extension in _EXTENSIONS[kind] for each in best)


if __name__ == "__main__":
    main(sys.argv[1])
