"""Static files: fingerprints, publishing, foreign code."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.http import FileResponse
from django.templatetags.static import static
from django.test import Client

import yuemian.ui
from yuemian.ui.assets import AssetMissingError, publish

VENDOR = Path(yuemian.ui.__file__).parent / "static" / "ui" / "vendor"


def test_an_address_carries_the_content_s_hash(site: LazySettings) -> None:
    source = VENDOR.parent / "console.css"
    assert (
        static("ui/console.css")
        == f"/static/ui/console.{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}.css"
    )


def test_a_misspelt_file_is_an_error_that_names_it(site: LazySettings) -> None:
    with pytest.raises(AssetMissingError, match=r"ui/consle\.css"):
        static("ui/consle.css")


def test_publishing_writes_each_file_once_with_its_compressed_neighbour(
    site: LazySettings, tmp_path: Path
) -> None:
    written = publish(tmp_path / "static")
    style = next(path for path in written if path.name.startswith("console.") and path.suffix == ".css")
    assert gzip.decompress(style.with_name(f"{style.name}.gz").read_bytes()) == style.read_bytes()
    assert publish(tmp_path / "static") == []


def test_files_are_served_compressed_and_for_ever(browser: Client) -> None:
    answer = browser.get(static("ui/console.css"), headers={"accept-encoding": "gzip"})
    assert isinstance(answer, FileResponse)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert gzip.decompress(b"".join(answer.streaming_content)) == (VENDOR.parent / "console.css").read_bytes()
    answer.close()


def test_foreign_code_is_exactly_what_its_checksum_says() -> None:
    lines = (VENDOR / "CHECKSUMS.sha256").read_text(encoding="ascii").splitlines()
    listed = {name: digest for digest, name in (line.split() for line in lines)}
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in VENDOR.iterdir()}
    found.pop("CHECKSUMS.sha256")
    assert listed == found
