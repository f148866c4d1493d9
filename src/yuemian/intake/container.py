"""Looks at a file's bytes before anything parses them: what it is, and whether unpacking it is safe."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from yuemian.intake.refusal import Refusal, UnreadableFile

MEGABYTE = 1024 * 1024
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"BM", b"II*\x00", b"MM\x00*")
_ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00")
_HEIF = re.compile(b"....ftyp(?:heic|heix|mif1|avif)", re.DOTALL)
_WEB_PAGE = re.compile(rb"\s*(?:<!doctype html|<html|<table|<\?xml|<workbook|mime-version:)", re.IGNORECASE)
_FORBIDDEN_XML = (b"<!DOCTYPE", b"<!ENTITY")
_STRING_ITEM = re.compile(rb"<(?:\w+:)?si[\s>/]")
# What the zip reader raises for files that are cut off or wrong inside.
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    RuntimeError,
)
_CHUNK = 1 * MEGABYTE


@dataclass(frozen=True)
class Limits:
    """How much a file may ask of us. Real sheets of 100,000 rows stay well below each."""

    file_bytes: int = 20 * MEGABYTE
    rows: int = 100_000
    columns: int = 200
    entries: int = 2_000
    unpacked_bytes: int = 240 * MEGABYTE
    # Repetitive but honest sheets pack up to about 60 : 1; bombs start at several hundred.
    ratio: int = 150
    ratio_from_bytes: int = 8 * MEGABYTE
    strings: int = 2_000_000
    small_part_bytes: int = 16 * MEGABYTE


def check_size(data: bytes, limits: Limits) -> None:
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise UnreadableFile(Refusal.EMPTY)
    if len(data) > limits.file_bytes:
        raise UnreadableFile(Refusal.TOO_LARGE, limit=str(limits.file_bytes // MEGABYTE))


def refuse_foreign(data: bytes) -> None:
    """Recognises by content, whatever the name says, files that are no spreadsheet of ours."""
    if data.startswith(_OLE):
        raise UnreadableFile(_ole_reason(data))
    if data.startswith(b"%PDF-"):
        raise UnreadableFile(Refusal.PDF)
    is_riff = data[:4] == b"RIFF" and data[8:12] == b"WEBP"
    if is_riff or _is_picture(data) or _HEIF.match(data):
        raise UnreadableFile(Refusal.PICTURE)
    if data.startswith(_ARCHIVES):
        raise UnreadableFile(Refusal.ARCHIVE)
    if _WEB_PAGE.match(data.removeprefix(b"\xef\xbb\xbf")):
        raise UnreadableFile(Refusal.WEB_PAGE)


def _is_picture(data: bytes) -> bool:
    # "BM" also begins honest text; a bitmap has zero bytes in its header.
    return data.startswith(_PICTURES) and (not data.startswith(b"BM") or b"\0\0" in data[:32])


def _ole_reason(data: bytes) -> Refusal:
    """Old Office container: an encrypted modern workbook, or a workbook of 1997–2003."""
    if any(name.encode("utf-16-le") in data for name in ("EncryptedPackage", "EncryptionInfo")):
        return Refusal.ENCRYPTED
    is_workbook = any(name.encode("utf-16-le") in data for name in ("Workbook", "Book"))
    return Refusal.LEGACY_XLS if is_workbook else Refusal.OTHER_OFFICE_FILE


def is_zip(data: bytes) -> bool:
    return data.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def open_workbook_zip(data: bytes, limits: Limits) -> zipfile.ZipFile:
    """Opens the zip after checking directory, kinds, sizes and every XML part; parses no XML."""
    _check_directory_size(data)
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except DAMAGE as error:
        raise UnreadableFile(Refusal.DAMAGED) from error
    entries = archive.infolist()
    _check_entries(entries, limits)
    _check_kind({entry.filename for entry in entries}, archive)
    for entry in entries:
        _scan_part(archive, entry, limits)
    return archive


def _check_directory_size(data: bytes) -> None:
    """A directory of millions of entries is itself the attack: look at its size before reading it."""
    at = data.rfind(b"PK\x05\x06", max(0, len(data) - 65_557))
    if at < 0 or len(data) < at + 22:
        raise UnreadableFile(Refusal.DAMAGED)
    if int.from_bytes(data[at + 12 : at + 16], "little") > MEGABYTE:
        raise UnreadableFile(Refusal.BOMB)


def _check_entries(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, sum(entry.compress_size for entry in entries))
    if len(entries) > limits.entries or unpacked > limits.unpacked_bytes:
        raise UnreadableFile(Refusal.BOMB)
    if unpacked > limits.ratio_from_bytes and unpacked / packed > limits.ratio:
        raise UnreadableFile(Refusal.BOMB)
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise UnreadableFile(Refusal.ENCRYPTED)
    if any(entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for entry in entries):
        raise UnreadableFile(Refusal.DAMAGED)
    names = [entry.filename for entry in entries]
    if len(set(names)) != len(names):
        raise UnreadableFile(Refusal.DAMAGED)


def _check_kind(names: set[str], archive: zipfile.ZipFile) -> None:
    lower = {name.lower() for name in names}
    if any(name.endswith(("vbaproject.bin", "vbadata.xml")) or "/macrosheets/" in name for name in lower):
        raise UnreadableFile(Refusal.MACROS)
    if any(name.endswith("workbook.bin") for name in lower):
        raise UnreadableFile(Refusal.BINARY_WORKBOOK)
    if "mimetype" in lower and "content.xml" in lower:
        raise UnreadableFile(Refusal.OPEN_DOCUMENT)
    if any(name.startswith(("word/", "ppt/")) for name in lower):
        raise UnreadableFile(Refusal.OTHER_OFFICE_FILE)
    if "[Content_Types].xml" not in names or not any(name.endswith("workbook.xml") for name in lower):
        raise UnreadableFile(Refusal.ARCHIVE)
    if b"macroEnabled" in _read(archive, "[Content_Types].xml"):
        raise UnreadableFile(Refusal.MACROS)


def _read(archive: zipfile.ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as part:
            return part.read(MEGABYTE)
    except DAMAGE as error:
        raise UnreadableFile(Refusal.DAMAGED) from error


def _scan_part(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limits: Limits) -> None:
    """No document type, no entities, no monstrous string table; read in pieces, never whole.

    Every part is looked at whatever its name: the workbook's own tables decide which one is parsed as what.
    """
    is_sheet = "/worksheets/" in entry.filename or "/media/" in entry.filename
    is_strings = entry.filename.lower().endswith("sharedstrings.xml")
    if not is_sheet and not is_strings and entry.file_size > limits.small_part_bytes:
        raise UnreadableFile(Refusal.BOMB)
    strings = 0
    for piece in pieces(archive, entry.filename):
        # UTF-16 spells every letter with a zero byte.
        upper = piece.replace(b"\0", b"").upper()
        if any(word in upper for word in _FORBIDDEN_XML):
            raise UnreadableFile(Refusal.ENTITIES)
        if is_strings:
            strings += len(_STRING_ITEM.findall(piece))
            if strings > limits.strings:
                raise UnreadableFile(Refusal.BOMB)


def pieces(archive: zipfile.ZipFile, name: str, overlap: int = 64) -> Iterator[bytes]:
    """The bytes of one part in pieces, each beginning with the last `overlap` bytes of the one before."""
    tail = b""
    try:
        with archive.open(name) as part:
            while fresh := part.read(_CHUNK):
                yield tail + fresh
                tail = fresh[-overlap:]
    except DAMAGE as error:
        raise UnreadableFile(Refusal.DAMAGED) from error
