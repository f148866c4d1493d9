"""Files that try to do harm, sent by a real browser through the real form: refused in a sentence, or kept made anew."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import translation
from playwright.sync_api import BrowserContext, FilePayload, Page

from tests.onboarding.hostile import CLEAN, HOSTILE, JPG, PDF_, Hostile, jpeg, pdf
from tests.onboarding.test_cleaning import unpacked
from tests.onboarding.test_in_a_browser import Told, agree, picture, prove, told  # noqa: F401
from tests.portal.conftest import address, chromium, pocket  # noqa: F401
from yuemian.domain.onboarding import DocumentState, Refusal
from yuemian.onboarding.checking import Checked
from yuemian.onboarding.models import Document, DocumentPiece
from yuemian.onboarding.quarantine import directory_of
from yuemian.onboarding.seen import REFUSALS
from yuemian.onboarding.storage import read_pieces
from yuemian.trust.vault import Vault

pytestmark = pytest.mark.journey

#: A browser sends no name with NUL.
REFUSED = [each for each in HOSTILE if CLEAN not in each.expected and "\0" not in each.name]
#: Of those that are kept, one of each trick; `test_cleaning` has them all.
MADE_ANEW = [
    each
    for each in HOSTILE
    if each.title
    in {
        "JPEG with PHP in a comment",
        "PDF with a ZIP behind",
        "PDF with JavaScript",
        "HEIC with a script and a place in Exif",
        "a name that climbs",
    }
]
#: A link takes forty presses in ten minutes: some send the ones, some the others.
PARTS = {"one": (REFUSED[::2], MADE_ANEW[::2]), "other": (REFUSED[1::2], MADE_ANEW[1::2])}


@pytest.mark.parametrize("part", PARTS)
def test_a_phone_that_sends_hostile_files_is_told_why_and_nothing_of_them_is_kept(
    told: Told,  # noqa: F811
    address: str,  # noqa: F811
    pocket: Callable[..., BrowserContext],  # noqa: F811
    tmp_path: Path,
    part: str,
) -> None:
    page = pocket().new_page()
    prove(told, page, address + told.hired.address)
    agree(page, "identity")
    refused, made_anew = PARTS[part]
    for hostile in refused:
        _send(page, "id_front", _file(hostile))
        assert _said(page) in _words(hostile.expected), hostile.title
        _nothing_is_kept(told)
    picture(page, f"phone-hostile-{part}")
    for hostile in made_anew:
        _send(page, "id_front", _file(hostile))
        _is_kept_made_anew(told, hostile)
    if part == "other":
        _honest_files_are_taken(told, page)
        _fifty_megabytes_are_too_much(page, tmp_path)
    assert list(directory_of().iterdir()) == []


def test_more_than_forty_are_sent() -> None:
    assert len(MADE_ANEW) == 5
    assert len(REFUSED) + len(MADE_ANEW) > 40


def _send(page: Page, key: str, file: FilePayload | Path) -> None:
    """Until the page is a new one: of the former only the part after # differs, if that."""
    page.evaluate("document.body.dataset.former = '1'")
    form = page.locator(f"#f-{key} form[data-file]")
    form.locator("input[type=file]").set_input_files(file)
    form.locator("button").tap()
    page.locator(f"body:not([data-former]) #f-{key} .file").first.wait_for()


def _file(hostile: Hostile) -> FilePayload:
    return {"name": hostile.name, "mimeType": hostile.declared, "buffer": hostile.content()}


def _said(page: Page) -> str:
    return page.locator("#f-id_front .refused .wrong").inner_text().strip()


def _words(codes: tuple[str, ...]) -> set[str]:
    with translation.override("zh-hans"):
        return {str(REFUSALS[Refusal(code)]) for code in codes if code != CLEAN}


def _nothing_is_kept(told: Told) -> None:  # noqa: F811
    with told.inside():
        assert not DocumentPiece.objects.exists()
        assert set(Document.objects.values_list("state", "size")) == {(DocumentState.REFUSED, 0)}
    assert list(directory_of().iterdir()) == []


def _kept(told: Told, key: str) -> Checked:  # noqa: F811
    with told.inside():
        document = Document.objects.get(key=key, state=DocumentState.READY)
        owner = told.hired.again().application.candidate.key
        content = read_pieces(Vault(document.organization_id), owner, document)
        return Checked(content, document.kind, document.pages)


def _is_kept_made_anew(told: Told, hostile: Hostile) -> None:  # noqa: F811
    kept = _kept(told, "id_front")
    assert kept.content != hostile.content()
    assert [trace for trace in hostile.gone if trace in unpacked(kept)] == [], hostile.title


def _honest_files_are_taken(told: Told, page: Page) -> None:  # noqa: F811
    _send(page, "id_front", {"name": "身份证正面.jpg", "mimeType": JPG, "buffer": jpeg(1600, 1000)})
    _send(page, "id_back", {"name": "身份证反面.pdf", "mimeType": PDF_, "buffer": pdf(pages=2)})
    assert page.locator("#f-id_front .file:not(.refused) .name").inner_text() == "身份证正面.jpg"
    assert (_kept(told, "id_front").kind, _kept(told, "id_back").kind) == (JPG, PDF_)
    assert _kept(told, "id_back").pages == 2


def _fifty_megabytes_are_too_much(page: Page, tmp_path: Path) -> None:
    """And what was there before stays."""
    large = tmp_path / "large.jpg"
    large.write_bytes(jpeg() + bytes(50 * 1024 * 1024))
    _send(page, "id_front", large)
    assert _said(page) in _words((Refusal.TOO_LARGE,))
    assert page.locator("#f-id_front .file:not(.refused) .name").inner_text() == "身份证正面.jpg"
