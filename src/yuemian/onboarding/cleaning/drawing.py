"""The drawing process itself: reads one clean PDF from its input, writes its pages as JPEGs to its output, and ends.

It is confined like the process that cleans; whoever is ended for its memory or time has not written the last word.
"""

from __future__ import annotations

import io
import struct
import sys
from collections.abc import Iterator
from typing import Final

import pypdfium2
from PIL import Image

from yuemian.domain.onboarding.files import MOST_PAGES
from yuemian.onboarding.cleaning.confine import confine

#: A4 at 137 dots an inch: small print stays legible.
LONGEST_SIDE: Final = 1600
_QUALITY: Final = 80


def main() -> None:
    """Each page as its length and its bytes; a length of nothing is the end."""
    confine()
    for page in _pages(sys.stdin.buffer.read()):
        sys.stdout.buffer.write(struct.pack(">I", len(page)) + page)
    sys.stdout.buffer.write(struct.pack(">I", 0))
    sys.stdout.buffer.flush()


def _pages(content: bytes) -> Iterator[bytes]:
    document = pypdfium2.PdfDocument(content)
    for number in range(min(len(document), MOST_PAGES)):
        page = document[number]
        longest = max(page.get_size())
        if not longest >= 1:  # nothing, or not a number
            raise ValueError("A page without size cannot be drawn.")
        bitmap = page.render(scale=LONGEST_SIDE / longest, may_draw_forms=False, draw_annots=False)
        yield _jpeg(bitmap.to_pil())
        page.close()


def _jpeg(picture: Image.Image) -> bytes:
    target = io.BytesIO()
    picture.convert("RGB").save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()
