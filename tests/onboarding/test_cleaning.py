"""Files that try to do harm: none runs, none is kept as it came, none leaves anything, each is answered clearly."""

from __future__ import annotations

import io
import platform
import resource
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO

import pikepdf
import pytest
from PIL import Image

from tests.onboarding.hostile import CLEAN, HOSTILE, Hostile, heic, jpeg, pdf, png
from yuemian.domain.onboarding import Refusal
from yuemian.onboarding.checking import Checked, check_file
from yuemian.onboarding.cleaning import process
from yuemian.onboarding.cleaning.drawing import LONGEST_SIDE
from yuemian.onboarding.cleaning.process import clean, draw, read_answer, read_pages
from yuemian.onboarding.quarantine import Quarantined, directory_of, sweep
from yuemian.onboarding.seen import REFUSALS

SOURCE = str(Path(process.__file__).resolve().parents[3])


#: `socket` by its second number; without the filter a kernel that does not know it says so by another error.
OTHER_ABI = (
    [
        "import ctypes; c = ctypes.CDLL(None, use_errno=True); c.syscall(1 << 30 | 41); assert ctypes.get_errno() != 1"
    ]
    if platform.machine() == "x86_64"
    else []
)


@pytest.fixture(autouse=True)
def no_leftovers(settings: object, tmp_path: Path) -> Iterator[None]:
    """Before and after each: nothing in quarantine."""
    settings.DATA_DIRECTORY = tmp_path  # type: ignore[attr-defined]
    yield
    assert list(directory_of().iterdir()) == []
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == []


def check(name: str, declared: str, content: bytes, now: datetime) -> Checked:
    upload = Quarantined()
    try:
        upload.write(content)
        upload.finish()
        return check_file(upload, name, declared, now=now)
    finally:
        upload.close()


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda each: each.title)
def test_nothing_hostile_is_kept_as_it_came(hostile: Hostile, now: datetime) -> None:
    content = hostile.content()
    found = check(hostile.name, hostile.declared, content, now)
    assert (str(found.refusal) if found.refusal else CLEAN) in hostile.expected
    if found.refusal:
        assert (found.content, found.kind) == (b"", "")
        assert str(REFUSALS[found.refusal])
        return
    assert found.content != content
    if found.kind == "application/pdf":
        assert len(draw(found.content)) == found.pages
    assert not [trace for trace in hostile.gone if trace in unpacked(found)]


def unpacked(found: Checked) -> bytes:
    """What is kept, with everything that is packed in it opened."""
    if found.kind == "image/jpeg":
        with Image.open(io.BytesIO(found.content)) as picture:
            picture.load()
            assert not picture.getexif()
        return found.content
    with pikepdf.open(io.BytesIO(found.content)) as paper:
        target = io.BytesIO()
        paper.save(
            target,
            object_stream_mode=pikepdf.ObjectStreamMode.disable,
            stream_decode_level=pikepdf.StreamDecodeLevel.all,
        )
    return found.content + target.getvalue()


def test_there_are_more_than_forty_of_them() -> None:
    assert len({each.title for each in HOSTILE}) == len(HOSTILE) >= 40


def test_a_photo_stays_upright_and_legible(now: datetime) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    found = check("身份证.JPG", "image/jpeg", jpeg(1600, 1000, exif=exif), now)
    with Image.open(io.BytesIO(found.content)) as picture:
        assert (picture.format, picture.size, picture.mode) == ("JPEG", (1000, 1600), "RGB")
    assert (found.kind, found.pages, found.is_scanned) == ("image/jpeg", 1, False)


@pytest.mark.parametrize(("name", "size"), [("photo", (200, 320)), ("24-megapixels", (2250, 3000))], ids=str)
def test_a_photo_of_an_iphone_becomes_a_jpeg_and_stays_upright(
    name: str, size: tuple[int, int], now: datetime
) -> None:
    found = check("IMG_0042.HEIC", "image/heic", heic(name), now)
    with Image.open(io.BytesIO(found.content)) as picture:
        assert (found.kind, picture.format, picture.size) == ("image/jpeg", "JPEG", size)
        red, blue = picture.getpixel((9, 9)), picture.getpixel((9, size[1] - 9))
    assert isinstance(red, tuple)
    assert isinstance(blue, tuple)
    assert red[0] - red[2] > 150
    assert blue[2] - blue[0] > 150


def test_a_drawing_without_ground_is_put_on_white(now: datetime) -> None:
    target = io.BytesIO()
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(target, "PNG")
    found = check("a.png", "image/png", target.getvalue(), now)
    with Image.open(io.BytesIO(found.content)) as picture:
        assert picture.getpixel((5, 5)) == (255, 255, 255)


def test_a_paper_keeps_its_pages_and_what_stands_on_them(now: datetime) -> None:
    found = check("a.pdf", "application/pdf", pdf(pages=20), now)
    assert (found.kind, found.pages) == ("application/pdf", 20)
    with pikepdf.open(io.BytesIO(found.content)) as paper:
        assert b"20 20 200 200 re" in paper.pages[19].Contents.read_bytes()
        assert set(paper.Root.keys()) <= {"/Type", "/Pages"}


def test_a_paper_is_drawn_as_pictures_whatever_the_size_of_its_pages(now: datetime) -> None:
    def stretch(made: pikepdf.Pdf) -> None:
        made.pages[1].obj.MediaBox = [0, 0, 14_400, 10]
        made.pages[2].obj.MediaBox = [0, 0, 10, 14_400]

    found = check("a.pdf", "application/pdf", pdf(stretch, pages=3), now)
    pages = [Image.open(io.BytesIO(page)) for page in draw(found.content)]
    assert [page.format for page in pages] == ["JPEG"] * 3
    assert [max(page.size) for page in pages] == [LONGEST_SIDE] * 3
    blue, white = pages[0].getpixel((400, 1200)), pages[0].getpixel((1190, 9))
    assert (blue, white) == ((0, 0, 254), (255, 255, 255))


def test_half_a_paper_is_not_shown_for_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    assert draw(b"%PDF-1.7 is none") == []
    whole = b"\0\0\0\2ab\0\0\0\1c\0\0\0\0"
    assert read_pages(whole) == [b"ab", b"c"]
    assert [read_pages(whole[:length]) for length in range(len(whole))] == [[]] * len(whole)
    monkeypatch.setattr(process, "_CODE", "import time, sys; sys.stdin.buffer.read(); time.sleep(60)")
    assert draw(b"x", patience=0.5) == []


def test_twenty_five_megapixels_are_enough_and_not_too_many(now: datetime) -> None:
    found = check("a.png", "image/png", png(5000, 5000), now)
    with Image.open(io.BytesIO(found.content)) as picture:
        assert picture.size == (3000, 3000)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's filter is Linux's")
@pytest.mark.parametrize(
    "deed",
    [
        "import socket; socket.socket()",
        "import os; os.execv('/bin/true', ['true'])",
        "import subprocess; subprocess.run(['/bin/true'], check=True)",
        "import os; os.fork()",
        "import os; os.posix_spawn('/bin/true', ['true'], {})",
        *OTHER_ABI,
        "f = open('/tmp/yuemian-leftover', 'wb', buffering=0); f.write(b'x')",
        "x = bytearray(600 * 1024 * 1024)",
    ],
)
def test_the_process_that_looks_into_files_can_do_nothing_else(deed: str) -> None:
    code = (
        f"import sys; sys.path.insert(0, {SOURCE!r}); "
        "from yuemian.onboarding.cleaning.confine import confine; assert confine()"
    )
    thread = "import threading; t = threading.Thread(target=print); t.start(); t.join()"
    harmless = subprocess.run(
        [sys.executable, "-I", "-c", f"{code}; {thread}"], capture_output=True, check=False
    )
    tried = subprocess.run(
        [sys.executable, "-I", "-c", f"{code}; {deed}"], stderr=subprocess.DEVNULL, check=False
    )
    Path("/tmp/yuemian-leftover").unlink(missing_ok=True)
    assert harmless.returncode == 0
    assert tried.returncode != 0


def test_what_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "_CODE", "import time, sys; sys.stdin.buffer.read(); time.sleep(60)")
    assert clean([b"x"], "image/png", patience=0.5).refusal is Refusal.TOO_HEAVY


def test_half_an_answer_is_none() -> None:
    for answer in (b"", b"\0\0", b"\0\0\0\x09{", b"\xff\xff\xff\xff", b"\0\0\0\2{}x", b"\0\0\0\2[]x"):
        assert read_answer(answer).refusal is Refusal.TOO_HEAVY


def test_all_of_this_stays_within_700_megabytes() -> None:
    """What the greediest child of this suite took at its height, and this process with all its tests besides."""
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert peak < 700 * 1024 * 1024


def test_the_quarantine_holds_nothing_readable(now: datetime) -> None:
    upload = Quarantined()
    secret = b"11010519491231002X" * 9000
    upload.write(secret[:100_000])
    upload.write(secret[100_000:])
    upload.finish()
    (path,) = directory_of().iterdir()
    assert len(path.name) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert directory_of().stat().st_mode & 0o777 == 0o700
    assert b"11010519491231002X" not in path.read_bytes()
    assert b"".join(upload.pieces()) == b"".join(upload.pieces()) == secret
    upload.close()
    assert not path.exists()


def test_a_full_disk_is_an_answer_and_leaves_nothing() -> None:
    def full(path: Path) -> IO[bytes]:
        path.touch()
        return Path("/dev/full").open("w+b", buffering=0)

    upload = Quarantined(opener=full)
    with pytest.raises(OSError, match="space"):
        upload.write(bytes(200_000))
    upload.close()


def test_what_a_dead_process_left_is_swept() -> None:
    import os

    old, new = directory_of() / ("a" * 32), directory_of() / ("b" * 32)
    old.write_bytes(b"x")
    new.write_bytes(b"x")
    os.utime(old, (1, 1))
    assert sweep() == 1
    assert new.exists()
    new.unlink()
