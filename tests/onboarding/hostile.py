"""Files that try to do harm, made here by code: polyglots, bombs, lies and traps. Nothing of them is stored in git.

Only the harmless photos they are made of are, where Pillow cannot write the format.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, PngImagePlugin

#: The industry's harmless test file, in two parts so that no scanner minds this source.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}" + r"$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
PHP = b"<?php system($_GET['c']); ?>"
SCRIPT = b"<script>alert(document.domain)</script>"
CLEAN = "clean"
GIGABYTE = 1024 * 1024 * 1024


@dataclass(frozen=True)
class Hostile:
    """`expected`: one of these codes must come of it; `gone` must not stand in what is kept."""

    title: str
    name: str
    declared: str
    content: Callable[[], bytes]
    expected: tuple[str, ...]
    gone: tuple[bytes, ...] = ()


def jpeg(width: int = 320, height: int = 200, **options: Any) -> bytes:
    target = io.BytesIO()
    Image.effect_noise((width, height), 40).convert("RGB").save(target, "JPEG", **options)
    return target.getvalue()


def png(width: int = 320, height: int = 200, **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (width, height), "navy").save(target, "PNG", **options)
    return target.getvalue()


def webp(**options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 64), "navy").save(target, "WEBP", **options)
    return target.getvalue()


def heic(name: str = "photo") -> bytes:
    """As a phone held upright makes it: red above blue, a place and a script in its Exif, in tiles when it is large."""
    return (Path(__file__).parent / "photos" / f"{name}.heic").read_bytes()


def huge_heic() -> bytes:
    """Says that it is 65,500 × 65,500."""
    whole = heic("24-megapixels")
    return whole.replace(struct.pack(">II", 5712, 4284), struct.pack(">II", 65_500, 65_500))


def gif() -> bytes:
    target = io.BytesIO()
    Image.new("P", (16, 16)).save(target, "GIF")
    return target.getvalue()


def pdf(change: Callable[[Pdf], None] | None = None, pages: int = 1, **options: Any) -> bytes:
    made = Pdf.new()
    for _ in range(pages):
        page = made.add_blank_page(page_size=(300, 400))
        page.obj.Contents = Stream(made, b"0 0 1 rg 20 20 200 200 re f")
    if change:
        change(made)
    target = io.BytesIO()
    as_it_is = {"compress_streams": False, "stream_decode_level": pikepdf.StreamDecodeLevel.none}
    made.save(target, **(options if "encryption" in options else as_it_is | options))
    return target.getvalue()


def archive() -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        made.writestr("evil.html", SCRIPT)
    return target.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width: int, height: int, data: bytes, *, depth: int = 1, before: bytes = b"") -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + before + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@cache
def zeros(size: int, layers: int = 1) -> bytes:
    """So many zeros, packed again and again; made piece by piece."""
    packer, parts = zlib.compressobj(9), list[bytes]()
    block = bytes(1024 * 1024)
    parts += [packer.compress(block) for _ in range(size // len(block))]
    data = b"".join([*parts, packer.flush()])
    for _ in range(layers - 1):
        data = zlib.compress(data, 9)
    return data


def text_bomb() -> bytes:
    packed = b"Comment\0\0" + zeros(GIGABYTE)
    return png_of(8, 8, zlib.compress(bytes(16)), before=chunk(b"zTXt", packed))


def jpeg_with(segment: bytes, marker: int) -> bytes:
    whole = jpeg()
    return whole[:2] + struct.pack(">BBH", 0xFF, marker, len(segment) + 2) + segment + whole[2:]


def huge_jpeg() -> bytes:
    """Says that it is 65,500 × 65,500."""
    whole = jpeg()
    at = whole.index(b"\xff\xc0") + 5
    return whole[:at] + struct.pack(">HH", 65_500, 65_500) + whole[at + 4 :]


def exif_jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = SCRIPT.decode()
    exif[0x8825] = {1: "N", 2: (31.0, 14.0, 0.0)}
    return jpeg(exif=exif)


def script(made: Pdf) -> None:
    made.Root.OpenAction = Dictionary(S=Name.JavaScript, JS="app.alert('x')")
    made.Root.Names = Dictionary(
        JavaScript=Dictionary(Names=Array(["a", Dictionary(S=Name.JavaScript, JS="app.alert(1)")]))
    )
    made.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.JavaScript, JS="app.alert(2)"))


def annotation(action: Dictionary, **more: Any) -> Callable[[Pdf], None]:
    def change(made: Pdf) -> None:
        made.pages[0].obj.Annots = Array(
            [
                made.make_indirect(
                    Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=[0, 0, 9, 9], A=action, **more)
                )
            ]
        )

    return change


def embedded(made: Pdf) -> None:
    made.attachments["evil.exe"] = b"MZ" + EICAR


def form(made: Pdf) -> None:
    field = made.make_indirect(
        Dictionary(
            Type=Name.Annot,
            Subtype=Name.Widget,
            FT=Name.Tx,
            T="a",
            Rect=[0, 0, 9, 9],
            AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS="evil()")),
        )
    )
    made.pages[0].obj.Annots = Array([field])
    made.Root.AcroForm = Dictionary(Fields=Array([field]), XFA=Stream(made, b"<xdp>evil</xdp>"))


def media(made: Pdf) -> None:
    made.pages[0].obj.Annots = Array(
        [
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.RichMedia,
                Rect=[0, 0, 9, 9],
                RichMediaContent=Dictionary(
                    Assets=Dictionary(Names=Array(["x.swf", Stream(made, b"FWSevil")]))
                ),
            )
        ]
    )


def foreign_stream(made: Pdf) -> None:
    made.pages[0].obj.Contents = Stream(made, b"q Q", Dictionary(F="/etc/passwd", FFilter=Name.FlateDecode))


def packed_stream(data: bytes, filters: int) -> Callable[[Pdf], None]:
    def change(made: Pdf) -> None:
        bomb = Stream(made, b"")
        bomb.write(data, filter=Array([Name.FlateDecode] * filters))
        made.pages[0].obj.Contents = made.make_indirect(bomb)

    return change


def deep(made: Pdf) -> None:
    made.pages[0].obj.PieceInfo = Dictionary(X=Array([]))
    made.pages[0].obj.Resources = Dictionary(Properties=Dictionary(A=Dictionary(S=Name.Launch, F="cmd.exe")))


def nested_pdf() -> bytes:
    return pdf().replace(b"/MediaBox", b"/Deep " + b"[" * 200_000 + b"]" * 200_000 + b" /MediaBox", 1)


def looping_pdf() -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )


def object_stream_bomb() -> bytes:
    data = zeros(GIGABYTE)
    length = str(len(data)).encode()
    body = b"%PDF-1.5\n1 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length " + length + b">>stream\n"
    return body + data + b"\nendstream endobj\ntrailer<</Root 2 0 R>>\n%%EOF"


def no_pages() -> bytes:
    target = io.BytesIO()
    Pdf.new().save(target)
    return target.getvalue()


def encrypted(user: str, owner: str) -> bytes:
    return pdf(encryption=pikepdf.Encryption(user=user, owner=owner))


def tagged_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SCRIPT.decode())
    return png(pnginfo=info)


JPG, PNG_, HEIC, PDF_ = "image/jpeg", "image/png", "image/heic", "application/pdf"

# ruff: noqa: E501
HOSTILE = [
    Hostile("EICAR as JPEG", "a.jpg", JPG, lambda: EICAR, ("mismatch",)),
    Hostile("EICAR as PDF", "a.pdf", PDF_, lambda: EICAR, ("mismatch",)),
    Hostile("EICAR behind a JPEG", "a.jpg", JPG, lambda: jpeg() + EICAR, (CLEAN,), (EICAR,)),
    Hostile("GIF and JavaScript as PNG", "a.png", PNG_, lambda: b"GIF89a/*" + gif() + b"*/=1;alert(1)//", ("mismatch",)),
    Hostile("GIF and JavaScript", "a.gif", "image/gif", lambda: gif() + b"/*alert(1)*/", ("wrong_type",)),
    Hostile("PDF with a ZIP behind", "a.pdf", PDF_, lambda: pdf() + archive(), (CLEAN,), (b"PK\3\4", SCRIPT)),
    Hostile("ZIP with a PDF behind", "a.pdf", PDF_, lambda: archive() + pdf(), ("mismatch",)),
    Hostile("JPEG with PHP in a comment", "a.jpg", JPG, lambda: jpeg_with(PHP, 0xFE), (CLEAN,), (PHP,)),
    Hostile("JPEG with a script and a place in Exif", "a.jpg", JPG, exif_jpeg, (CLEAN,), (SCRIPT, b"Exif")),
    Hostile("PNG with PHP behind", "a.png", PNG_, lambda: png() + PHP, (CLEAN,), (PHP,)),
    Hostile("SVG as PNG", "a.png", PNG_, lambda: b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", ("mismatch",)),
    Hostile("SVG", "a.svg", "image/svg+xml", lambda: b"<svg/>", ("wrong_type",)),
    Hostile("HTML as JPEG", "a.jpg", JPG, lambda: b"<html>" + SCRIPT, ("mismatch",)),
    Hostile("PNG with a script in its text", "a.png", PNG_, tagged_png, (CLEAN,), (SCRIPT,)),
    Hostile("PNG with a bomb in its text", "a.png", PNG_, text_bomb, ("unreadable", "too_heavy")),
    Hostile("PNG of 30,000 × 30,000", "a.png", PNG_, lambda: png_of(30_000, 30_000, zeros(1024 * 1024)), ("too_many_pixels",)),
    Hostile("PNG just above 25 megapixels", "a.png", PNG_, lambda: png(5000, 5001), ("too_many_pixels",)),
    Hostile("PNG that is shorter than it says", "a.png", PNG_, lambda: png_of(4000, 4000, zlib.compress(b"x")), ("unreadable",)),
    Hostile("JPEG cut off", "a.jpg", JPG, lambda: jpeg()[:-4000], ("unreadable",)),
    Hostile("JPEG that says it is huge", "a.jpg", JPG, huge_jpeg, ("too_many_pixels",)),
    Hostile("nothing but a JPEG's beginning", "a.jpg", JPG, lambda: b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40, ("unreadable",)),
    Hostile("PDF with JavaScript", "a.pdf", PDF_, lambda: pdf(script), (CLEAN,), (b"JavaScript", b"app.alert", b"OpenAction")),
    Hostile("PDF that starts a program", "a.pdf", PDF_, lambda: pdf(annotation(Dictionary(S=Name.Launch, F="cmd.exe"))), (CLEAN,), (b"Launch", b"cmd.exe")),
    Hostile("PDF with a link", "a.pdf", PDF_, lambda: pdf(annotation(Dictionary(S=Name.URI, URI="https://evil.example"))), (CLEAN,), (b"evil.example",)),
    Hostile("PDF that submits a form", "a.pdf", PDF_, lambda: pdf(annotation(Dictionary(S=Name.SubmitForm, F="https://evil.example"))), (CLEAN,), (b"evil.example",)),
    Hostile("PDF with an embedded program", "a.pdf", PDF_, lambda: pdf(embedded), (CLEAN,), (b"EmbeddedFile", b"evil.exe", EICAR)),
    Hostile("PDF with a form of scripts", "a.pdf", PDF_, lambda: pdf(form), (CLEAN,), (b"AcroForm", b"XFA", b"evil")),
    Hostile("PDF with a film", "a.pdf", PDF_, lambda: pdf(media), (CLEAN,), (b"RichMedia", b"FWSevil")),
    Hostile("PDF that reads a file of the server", "a.pdf", PDF_, lambda: pdf(foreign_stream), (CLEAN, "unreadable"), (b"/etc/passwd",)),
    Hostile("PDF with an action among its resources", "a.pdf", PDF_, lambda: pdf(deep), (CLEAN,), (b"cmd.exe",)),
    Hostile("PDF with a password", "a.pdf", PDF_, lambda: encrypted("geheim", "x"), ("encrypted",)),
    Hostile("PDF with an owner's password alone", "a.pdf", PDF_, lambda: encrypted("", "x"), ("encrypted",)),
    Hostile("PDF bomb: 1 MB becomes 1 GB", "a.pdf", PDF_, lambda: pdf(packed_stream(zeros(GIGABYTE), 1)), ("too_heavy",)),
    Hostile("PDF bomb packed twice", "a.pdf", PDF_, lambda: pdf(packed_stream(zeros(GIGABYTE, 2), 2)), ("too_heavy",)),
    Hostile("PDF with a bomb for its objects", "a.pdf", PDF_, object_stream_bomb, ("too_heavy", "unreadable")),
    Hostile("PDF of 21 pages", "a.pdf", PDF_, lambda: pdf(pages=21), ("too_many_pages",)),
    Hostile("PDF without pages", "a.pdf", PDF_, no_pages, ("unreadable",)),
    Hostile("PDF whose pages go in a circle", "a.pdf", PDF_, looping_pdf, ("unreadable",)),
    Hostile("PDF nested 200,000 deep", "a.pdf", PDF_, nested_pdf, (CLEAN, "unreadable", "too_heavy"), (b"[[[[",)),
    Hostile("PDF behind something else", "a.pdf", PDF_, lambda: SCRIPT + pdf(), ("mismatch",)),
    Hostile("animated WebP with a ZIP behind", "a.webp", "image/webp", lambda: webp(save_all=True, append_images=[Image.new("RGB", (64, 64))]) + archive(), (CLEAN,), (b"PK\3\4",)),
    Hostile("HEIC with a script and a place in Exif", "IMG_0042.HEIC", HEIC, heic, (CLEAN,), (SCRIPT, b"Exif")),
    Hostile("HEIC with a ZIP behind", "a.heic", HEIC, lambda: heic() + archive(), (CLEAN, "unreadable"), (b"PK\3\4",)),
    Hostile("HEIC of 48 megapixels", "a.heic", HEIC, lambda: heic("48-megapixels"), ("too_many_pixels",)),
    Hostile("HEIC that says it is huge", "a.heic", HEIC, huge_heic, ("too_many_pixels", "unreadable")),
    Hostile("HEIC cut off", "a.heic", HEIC, lambda: heic()[:-60], ("unreadable",)),
    Hostile("nothing but a HEIC's beginning", "a.heic", HEIC, lambda: heic()[:64] + bytes(range(256)) * 40, ("unreadable",)),
    Hostile("a film as HEIC", "a.heic", HEIC, lambda: heic().replace(b"ftypheic", b"ftypisom"), ("mismatch",)),
    Hostile("HEIC called JPEG", "a.jpg", JPG, heic, ("mismatch",)),
    Hostile("a program as PNG", "a.png", PNG_, lambda: b"\x7fELF" + bytes(4000), ("mismatch",)),
    Hostile("PNG called JPEG", "a.jpg", JPG, png, ("mismatch",)),
    Hostile("JPEG declared as HTML", "a.jpg", "text/html", jpeg, ("mismatch",)),
    Hostile("a name that climbs", "../../../etc/cron.d/x.jpg", JPG, jpeg, (CLEAN,)),
    Hostile("a name with NUL", "a.php\0.jpg", JPG, jpeg, ("wrong_type",)),
    Hostile("a name that turns around", "a\u202egpj.exe", JPG, jpeg, ("wrong_type",)),
    Hostile("a name of 300 bytes", "长" * 100 + ".jpg", JPG, jpeg, (CLEAN,)),
    Hostile("a reserved name", "CON.jpg", JPG, jpeg, (CLEAN,)),
    Hostile("two extensions", "shell.php.jpg", JPG, lambda: jpeg() + PHP, (CLEAN,), (PHP,)),
    Hostile("empty", "a.jpg", JPG, lambda: b"", ("empty",)),
    Hostile("too large", "a.jpg", JPG, lambda: jpeg() + bytes(10 * 1024 * 1024), ("too_large",)),
]  # fmt: skip
