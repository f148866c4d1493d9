"""A hired person on a phone with real files, and HR at a desk: the whole story in a real browser."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Dialog, Page

from tests.factories import Cast, install_texts, sign_in_client
from tests.onboarding.hostile import EICAR, encrypted, heic, jpeg, pdf, png_of, script, zeros
from tests.onboarding.stories import ACCOUNT, IDENTITY, Hired, code_of, hire
from tests.portal.conftest import acting_in_new, furnish
from yuemian.domain.onboarding import CaseState, DocumentState
from yuemian.domain.states import Purpose
from yuemian.onboarding.models import Document, DocumentPiece
from yuemian.onboarding.quarantine import directory_of
from yuemian.trust.tenancy import acting_in

pytestmark = pytest.mark.journey
pytest_plugins = ()
PICTURES = os.environ.get("PICTURES", "")

from tests.portal.conftest import address, chromium, pocket  # noqa: E402, F401


@dataclass
class Told:
    cast: Cast
    hired: Hired

    def inside(self) -> AbstractContextManager[None]:
        return acting_in(self.cast.organization.pk)


@pytest.fixture
def told(transactional_db: None) -> Told:
    now = timezone.now()
    with acting_in_new(now) as cast:
        furnish(cast)
        install_texts(cast, Purpose.CODE, Purpose.ONBOARDING, now=now)
        return Told(cast, hire(cast, now=now, name="王小雨"))


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def prove(told: Told, page: Page, there: str) -> None:
    page.goto(there)
    page.wait_for_timeout(2100)
    page.locator("form[action$='onboarding-code'] button").tap()
    page.wait_for_selector(".confirm button, form.confirm button, #step-code")
    confirm = page.locator(".confirm button, form.confirm button").first
    if confirm.count():
        page.wait_for_timeout(2100)
        confirm.tap()
    page.wait_for_selector("#step-code")
    with told.inside():
        code = code_of(told.hired)
    page.fill("#step-code", code)
    page.locator("form[action$='onboarding-prove'] button").tap()
    page.wait_for_selector("#basics")


def send(page: Page, key: str, name: str, content: bytes, kind: str) -> None:
    form = page.locator(f"#f-{key} form[data-file]")
    form.locator("input[type=file]").set_input_files({"name": name, "mimeType": kind, "buffer": content})
    with page.expect_navigation():
        form.locator("button").tap()


def agree(page: Page, section: str) -> None:
    box = page.locator(f"#{section}")
    assert not box.locator("[name^=agreed]").is_checked()
    box.locator("[name^=agreed]").check()
    with page.expect_navigation():
        box.locator("button[value^=agree]").tap()


def test_a_hired_person_fills_in_the_form_on_a_phone_and_hr_checks_it(  # noqa: PLR0915
    told: Told,
    address: str,  # noqa: F811
    pocket: Callable[..., BrowserContext],  # noqa: F811
    chromium: Browser,  # noqa: F811
) -> None:
    errors: list[str] = []
    page = pocket().new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))

    def noted(dialog: Dialog) -> None:
        errors.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", noted)
    prove(told, page, address + told.hired.address)
    picture(page, "phone-zh-begin")
    for key, value in {
        "legal_name": "王小雨",
        "mobile": "13800138000",
        "address": "上海市世纪大道 100 号",
    }.items():
        page.fill(f"[name={key}]", value)
    with page.expect_navigation():
        page.locator("#basics button[value^=save]").tap()
    for section in ("identity", "education", "bank", "emergency"):
        agree(page, section)
    page.fill("[name=id_number]", "110105194912310021")
    with page.expect_navigation():
        page.locator("#identity button[value^=save]").tap()
    assert page.locator("#w-id_number").is_visible()
    page.fill("[name=id_number]", IDENTITY)
    with page.expect_navigation():
        page.locator("#identity button[value^=save]").tap()
    for name, content, kind in (
        ("virus.jpg", EICAR, "image/jpeg"),
        ("bombe.png", png_of(30_000, 30_000, zeros(1024 * 1024)), "image/png"),
        ("<script>alert(1)</script>.jpg", b"<script>alert(1)</script>", "image/jpeg"),
    ):
        send(page, "id_front", name, content, kind)
        assert page.locator("#f-id_front .refused .wrong").inner_text().strip()
    picture(page, "phone-zh-refused")
    send(page, "id_front", "身份证正面.jpg", jpeg(1600, 1000), "image/jpeg")
    send(page, "id_back", "身份证反面.jpg", jpeg(1600, 1000), "image/jpeg")
    send(page, "degree", "geheim.pdf", encrypted("x", "x"), "application/pdf")
    send(page, "degree", "学位证书.pdf", pdf(script, pages=2), "application/pdf")
    page.fill("[name=bank_name]", "招商银行上海分行")
    page.fill("[name=bank_account]", ACCOUNT)
    with page.expect_navigation():
        page.locator("#bank button[value^=save]").tap()
    for part, value in {"name": "王女士", "relation": "母亲", "phone": "13900139000"}.items():
        page.fill(f"[name='emergency.{part}']", value)
    with page.expect_navigation():
        page.locator("#emergency button[value^=save]").tap()
    picture(page, "phone-zh-full")
    with page.expect_navigation():
        page.locator("button[value=submit]").tap()
    assert page.locator(".banner.good").is_visible()
    picture(page, "phone-zh-done")
    with told.inside():
        assert told.hired.again().state == CaseState.SUBMITTED
        kept = Document.objects.filter(state=DocumentState.READY)
        assert set(kept.values_list("key", flat=True)) == {"id_front", "id_back", "degree"}
        assert DocumentPiece.objects.count() == 3
    assert list(directory_of().iterdir()) == []
    _hr_checks(told, address, chromium)
    assert errors == []


def _hr_checks(told: Told, there: str, chromium: Browser) -> None:  # noqa: F811
    with told.inside():
        token = sign_in_client(told.cast.recruiter).cookies[settings.SESSION_COOKIE_NAME].value
    for name, options in {
        "dark": {"viewport": {"width": 1440, "height": 900}, "color_scheme": "dark", "locale": "zh-CN"},
        "phone": {"viewport": {"width": 375, "height": 667}},
        "light": {"viewport": {"width": 1440, "height": 900}},
    }.items():
        context = chromium.new_context(**options)  # type: ignore[arg-type]
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": token, "url": there}])
        page = context.new_page()
        page.goto(f"{there}/onboarding")
        assert page.get_by_text("王小雨").first.is_visible()
        picture(page, f"hr-{name}-list")
        page.goto(f"{there}/onboarding/{told.hired.case.pk}")
        assert IDENTITY not in page.content()
        picture(page, f"hr-{name}-case")
        if name == "light":
            _look_and_complete(page)
        context.close()
    with told.inside():
        assert told.hired.again().state == CaseState.COMPLETE


def _look_and_complete(page: Page) -> None:
    with page.context.expect_page() as opened:
        page.locator("form[target=_blank] button").first.click()
    shown = opened.value
    shown.wait_for_load_state()
    assert shown.evaluate("document.images.length") == 1
    picture(shown, "hr-watermark")
    shown.close()
    with page.context.expect_page() as opened:
        page.locator("form[target=_blank] button").last.click()
    paper = opened.value
    paper.wait_for_load_state()
    assert paper.locator("figure img").count() == 2
    assert paper.evaluate("[...document.images].every((each) => each.naturalWidth > 1000)")
    picture(paper, "hr-paper")
    paper.close()
    with page.expect_download() as download:
        page.locator("form[action*='/onboarding/files/']:not([target]) button").first.click()
    content = Path(download.value.path()).read_bytes()
    assert content.startswith(b"%PDF-")
    assert b"JavaScript" not in content
    with page.expect_navigation():
        page.locator("button[formaction$='/unmask']").click()
    assert IDENTITY in page.content()
    picture(page, "hr-light-clear")
    page.goto(page.url.removesuffix("/unmask"))
    page.locator(".onboarding-check summary").first.click()
    page.locator(".onboarding-check input").first.fill("看不清")
    page.keyboard.press("Enter")
    assert page.locator(".onboarding-check input").first.input_value() == "看不清"
    page.locator(".onboarding-check input").first.fill("")
    with page.expect_navigation():
        page.locator("button[value=complete]").click()


def test_what_is_typed_outlives_a_locked_phone_and_a_broken_network(
    told: Told,
    address: str,  # noqa: F811
    pocket: Callable[..., BrowserContext],  # noqa: F811
) -> None:
    context = pocket()
    page = context.new_page()
    prove(told, page, address + told.hired.address)
    pill = page.locator("#autosaved")
    page.fill("[name=legal_name]", "王小雨")
    pill.get_by_text("已保存").wait_for()
    picture(page, "phone-zh-saved")
    context.set_offline(True)
    page.fill("[name=mobile]", "13800138000")
    pill.get_by_text("没有网络").wait_for()
    picture(page, "phone-zh-offline")
    page.fill("[name=address]", "上海市世纪大道 100 号")
    context.set_offline(False)
    pill.get_by_text("已保存").wait_for()
    page.goto("about:blank")  # the browser was closed for its memory
    page.goto(address + told.hired.address)
    assert page.input_value("[name=legal_name]") == "王小雨"
    assert page.input_value("[name=mobile]").endswith("13800138000")
    assert page.input_value("[name=address]") == "上海市世纪大道 100 号"
    page.fill("[name=mobile]", "138")
    pill.get_by_text("手机号码").wait_for()
    agree(page, "identity")
    page.fill("[name=id_number]", IDENTITY)
    send(page, "id_front", "身份证正面.heic", heic(), "image/heic")
    assert page.locator("#f-id_front .file:not(.refused)").is_visible()
    assert page.input_value("[name=id_number]") == IDENTITY  # sending a file opened the page anew


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("ar", "dark")])
def test_without_script_and_in_other_languages_it_is_the_same_form(
    told: Told,
    address: str,  # noqa: F811
    pocket: Callable[..., BrowserContext],  # noqa: F811
    language: str,
    scheme: str,
) -> None:
    context = pocket(java_script_enabled=False, color_scheme=scheme)
    page = context.new_page()
    page.goto(address + told.hired.address)
    page.locator(".languages summary").tap()
    with page.expect_navigation():
        page.locator(f".languages button[value={language}]").tap()
    page.wait_for_timeout(2100)
    picture(page, f"phone-{language}-code")
    prove(told, page, address + told.hired.address)
    agree(page, "identity")
    send(page, "id_front", "front.jpg", jpeg(1600, 1000), "image/jpeg")
    assert page.locator("#f-id_front .file:not(.refused)").is_visible()
    picture(page, f"phone-{language}")
