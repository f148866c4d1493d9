"""PDFs: their pages alone, in a new file, without anything that acts, hides or leads elsewhere."""

from __future__ import annotations

import io
import zlib
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from yuemian.domain.onboarding.files import MOST_PAGES, Refusal

#: What a page keeps; all else of it (annotations, actions, thumbnails, private data) stays behind.
_OF_A_PAGE: Final = frozenset(
    {"/Type", "/Parent", "/Resources", "/Contents", "/MediaBox", "/CropBox", "/Rotate", "/Group", "/UserUnit"}
)
#: Never kept, wherever they stand: actions, scripts, embedded and foreign files, forms, media, metadata.
_NOWHERE: Final = (
    *("/AA", "/OpenAction", "/JS", "/JavaScript", "/Launch", "/AF", "/EF", "/EmbeddedFile", "/EmbeddedFiles"),
    *("/XFA", "/AcroForm", "/RichMediaContent", "/RichMedia", "/Annots", "/PieceInfo", "/Metadata", "/OPI"),
    *("/Ref", "/Alternates", "/StructParent", "/StructParents", "/Collection", "/Perms", "/Names", "/URI"),
)
#: What makes a stream read its bytes from another file.
_FOREIGN_STREAM: Final = ("/F", "/FFilter", "/FDecodeParms")
#: All streams of one file together, unpacked.
_MOST_UNPACKED: Final = 1024 * 1024 * 1024
_MOST_OF_A_STREAM: Final = 160 * 1024 * 1024
#: These are unpacked when shown; pictures' own codecs are left to the viewer.
_PACKED: Final = frozenset(
    {"/FlateDecode", "/LZWDecode", "/RunLengthDecode", "/ASCII85Decode", "/ASCIIHexDecode"}
)
_MOST_FILTERS: Final = 3


def clean_paper(content: bytes) -> tuple[bytes, int] | Refusal:
    """The new file and its number of pages. Raises what pikepdf raises for what is no PDF."""
    try:
        source = Pdf.open(io.BytesIO(content), suppress_warnings=True)
    except pikepdf.PasswordError:
        return Refusal.ENCRYPTED
    with source:
        if source.is_encrypted:
            return Refusal.ENCRYPTED
        count = len(source.pages)
        if not count:
            return Refusal.UNREADABLE
        if count > MOST_PAGES:
            return Refusal.TOO_MANY_PAGES
        if _is_too_heavy(source):
            return Refusal.TOO_HEAVY
        source.flatten_annotations("all")  # what was typed into a form stays to be seen
        return _rewritten(source, count)


def _rewritten(source: Pdf, count: int) -> tuple[bytes, int]:
    with Pdf.new() as target:
        target.pages.extend(source.pages)
        for page in target.pages:
            for key in set(page.obj.keys()) - _OF_A_PAGE:
                del page.obj[key]
        for each in target.objects:
            _strip(each)
        target.remove_unreferenced_resources()
        first = io.BytesIO()
        _save(target, first)
    # Opened once more: what the pages do not lead to is left behind for good.
    with Pdf.open(first) as kept:
        last = io.BytesIO()
        _save(kept, last)
    return last.getvalue(), count


def _save(pdf: Pdf, target: io.BytesIO) -> None:
    pdf.save(target, static_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _strip(value: Object, depth: int = 0) -> None:
    """Everything of one object that is not an object of its own: those are visited by themselves."""
    if depth > 50:
        return
    if isinstance(value, Stream):
        for key in _FOREIGN_STREAM:
            _drop(value.stream_dict, key)
        _strip_entries(value.stream_dict, depth)
    elif isinstance(value, Dictionary):
        _strip_entries(value, depth)
    elif isinstance(value, Array):
        for each in value:
            _within(each, depth)


def _strip_entries(value: Any, depth: int) -> None:
    for key in _NOWHERE:
        # In a list of resources any word may be a name: there such an entry is a drawing, not an action.
        if not _is_drawing(value.get(key)):
            _drop(value, key)
    if _is_action(value.get("/A")):
        _drop(value, "/A")
    for key in list(value.keys()):
        _within(value.get(key), depth)


def _within(value: Any, depth: int) -> None:
    if isinstance(value, Object) and not value.is_indirect:
        _strip(value, depth + 1)


def _is_action(value: Any) -> bool:
    return isinstance(value, Dictionary) and "/S" in value


def _is_drawing(value: Any) -> bool:
    if isinstance(value, Stream):
        return value.stream_dict.get("/Type") in {Name("/XObject"), Name("/Pattern")}
    return isinstance(value, Dictionary) and value.get("/Type") in {Name("/Font"), Name("/ExtGState")}


def _drop(value: Any, key: str) -> None:
    if key in value:
        del value[key]


def _is_too_heavy(pdf: Pdf) -> bool:
    """Unpacks every stream once, as a viewer will: a bomb goes off here, where it is counted and bounded."""
    total = 0
    for each in pdf.objects:
        if not isinstance(each, Stream):
            continue
        filters = _filters(each)
        if len(filters) > _MOST_FILTERS:
            return True
        if filters and set(filters) <= _PACKED:
            size = _unpacked_size(each, filters)
            total += size
            if size > _MOST_OF_A_STREAM or total > _MOST_UNPACKED:
                return True
    return False


def _unpacked_size(stream: Stream, filters: list[str]) -> int:
    if set(filters) != {"/FlateDecode"}:
        return len(stream.read_bytes())
    data = stream.read_raw_bytes()
    for _ in filters:
        data = zlib.decompressobj().decompress(data, _MOST_OF_A_STREAM + 1)
    return len(data)


def _filters(stream: Stream) -> list[str]:
    found: Any = stream.stream_dict.get("/Filter")
    if found is None:
        return []
    return [str(found)] if isinstance(found, Name) else [str(each) for each in found]
