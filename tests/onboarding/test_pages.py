"""The form as a candidate sees it, and HR's pages: what is shown to whom, what is asked first, what is written down."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from base64 import b64decode
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils import timezone, translation
from PIL import Image

from tests.factories import PASSWORD, Cast, create_interview, sign_in_client
from tests.onboarding.hostile import EICAR, jpeg, pdf
from tests.onboarding.stories import ACCOUNT, IDENTITY, Browser, Hired, fill_in, hire, keep
from tests.portal.stories import PHONE
from tests.portal.test_languages import OTHERS, english, said_on
from tests.portal.test_page import BURST
from tests.results.factories import bring_to, create_decision, create_notice
from yuemian.domain.languages import LANGUAGES, direction
from yuemian.domain.onboarding import CaseState, DocumentState, Section
from yuemian.domain.results import NoticeState, Outcome
from yuemian.hiring.actions.erase import ask_erasure
from yuemian.hiring.export import as_json
from yuemian.interviews.models import Interview
from yuemian.messaging.models import AccessLink, Challenge
from yuemian.onboarding.actions import fill, review
from yuemian.onboarding.actions.begin import begin_onboarding
from yuemian.onboarding.actions.settings import save_consent, save_pay_rules
from yuemian.onboarding.asking import fields_of, rules_of
from yuemian.onboarding.cleaning.process import clean
from yuemian.onboarding.models import Consent, Document, DocumentPiece, OnboardingAnswer
from yuemian.onboarding.offer import OfferTerms, block_of
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault
from yuemian.ui.catalogue import SAME_AS_ENGLISH

pytestmark = pytest.mark.django_db


@pytest.fixture
def hired(cast: Cast) -> Hired:
    from tests.factories import install_texts
    from yuemian.domain.states import Purpose

    install_texts(cast, Purpose.CODE, now=timezone.now())
    return hire(cast, now=timezone.now())


@pytest.fixture
def browser(hired: Hired) -> Browser:
    made = Browser(hired)
    made.prove()
    return made


def test_nothing_is_shown_or_taken_before_the_code(hired: Hired) -> None:
    visitor = Browser(hired)
    page = visitor.page()
    assert visitor.client.get(f"/c/{hired.token}")["Location"].endswith("/onboarding")
    for words in ("后端工程师</", IDENTITY, "证件", "enctype"):
        assert words not in page
    assert visitor.press("save", legal_name="王小雨")["Location"].endswith("?said=lapsed")
    assert visitor.send("id_front", "a.jpg", jpeg(), "image/jpeg")["Location"].endswith("?said=lapsed")
    assert not OnboardingAnswer.objects.exists()
    assert not Document.objects.exists()
    assert hired.again().state == CaseState.INVITED


def test_a_link_of_another_purpose_opens_no_form_and_this_one_opens_nothing_else(hired: Hired) -> None:
    client = Browser(hired).client
    assert client.get(f"/c/{hired.token}/data").status_code == 404
    AccessLink.objects.filter(subject_kind="onboarding").update(purpose="answer")
    assert client.get(hired.address).status_code == 404


def test_a_machine_that_presses_everything_gets_no_code(hired: Hired) -> None:
    machine = Client(headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130"})
    for name in ("onboarding-code", "onboarding-form", "onboarding-file", "onboarding-prove"):
        machine.get(f"/c/{name}")
        machine.post(f"/c/{name}", {"token": hired.token, "deed": "withdraw", "sure": "1", "code": "000000"})
    assert not Challenge.objects.exists()
    assert hired.again().state == CaseState.INVITED


def test_the_whole_form_without_any_script(browser: Browser, hired: Hired) -> None:
    basics = {
        "legal_name": "王小雨",
        "mobile": "13800138000",
        "address": "世纪大道",
        "available_from": "2026-12-01",
    }
    assert browser.press("save", **basics)["Location"].endswith("?said=saved#basics")
    assert "checked" not in browser.page()
    for section in ("identity", "education", "bank", "emergency"):
        browser.post(
            "onboarding-form", deed=f"agree.{section}", **{f"hash.{section}": "x"}
        )  # without the box
        assert not Consent.objects.filter(section=section).exists()
        assert browser.agree(section).status_code == 303
    wrong = browser.press("save", "identity", id_number="110105194912310021")
    assert wrong.status_code == 422
    assert "末位与其他数字不符" in wrong.content.decode()
    assert 'value="110105194912310021"' in wrong.content.decode()
    browser.press("save", "identity", id_number=IDENTITY)
    browser.press("save", "bank", bank_name="招商银行", bank_account=ACCOUNT)
    parts = {"emergency.name": "王女士", "emergency.relation": "母亲", "emergency.phone": "13900139000"}
    browser.press("save", "emergency", **parts)
    missing = browser.press("submit")
    assert missing.status_code == 422
    assert "学位证书" in missing.content.decode()
    browser.send("id_front", "正面.jpg", jpeg(), "image/jpeg")
    browser.send("id_back", "反面.jpg", jpeg(), "image/jpeg")
    browser.send("degree", "学位.pdf", pdf(), "application/pdf")
    assert browser.press("submit").status_code == 303
    assert hired.again().state == CaseState.SUBMITTED
    assert "资料已全部收到" in browser.page()


def test_what_is_typed_is_kept_after_a_pause_without_any_press(browser: Browser, hired: Hired) -> None:
    half = browser.wrong(legal_name="王小雨", mobile="138")
    assert half == ["手机号码"]  # the empty ones are still being filled in
    assert browser.wrong(mobile="13800138000") == []
    assert browser.wrong(address="") == []
    page = browser.page()
    assert 'value="王小雨"' in page
    assert '13800138000"' in page
    browser.pause(legal_name="")  # what was emptied does not come back
    assert 'value="王小雨"' not in browser.page()
    assert "bank_account" not in browser.page()
    assert browser.pause(bank_account=ACCOUNT).status_code == 409  # before the consent nothing is taken
    assert not OnboardingAnswer.objects.filter(key="bank_account").exists()
    fill.withdraw(hired.case.pk, now=timezone.now())
    assert browser.pause(legal_name="王小雨").status_code == 409


def test_nothing_is_kept_in_the_background_for_who_has_not_typed_the_code(hired: Hired) -> None:
    visitor = Browser(hired)
    assert visitor.pause(legal_name="王小雨").status_code == 403
    assert visitor.client.get("/c/onboarding-save").status_code == 405
    assert visitor.client.post("/c/onboarding-save", {"token": "x"}).status_code == 404
    assert not OnboardingAnswer.objects.exists()


def test_saving_after_a_pause_uses_up_none_of_the_presses(browser: Browser) -> None:
    for turn in range(60):
        assert browser.pause(legal_name=f"王{turn}").status_code == 200
    assert browser.press("save", legal_name="王小雨", mobile="13800138000", address="上海").status_code == 303


def test_without_any_script_each_button_keeps_everything_that_stands_on_the_page(browser: Browser) -> None:
    browser.agree("identity")
    found = re.search(r'name="hash.bank" value="(\w+)"', browser.page())
    assert found
    typed = {"legal_name": "王小雨", "id_number": IDENTITY}
    browser.post("onboarding-form", deed="agree.bank", **typed, **{"agreed.bank": "1", "hash.bank": found[1]})
    assert Consent.objects.filter(section="bank").exists()
    assert f'value="{IDENTITY}"' in browser.page()
    wrong = browser.post(
        "onboarding-form", deed="save.bank", bank_name="招商银行", bank_account="123", legal_name="王大雨"
    )
    assert wrong.status_code == 422
    text = wrong.content.decode()
    assert 'value="123"' in text  # still there, to be corrected
    assert 'value="王大雨"' in browser.page()
    late = browser.post("onboarding-form", deed="submit", address="上海市世纪大道 100 号")
    assert late.status_code == 422
    assert "上海市世纪大道 100 号" in browser.page()


def test_a_refused_file_says_why_and_what_to_do(browser: Browser) -> None:
    browser.agree("identity")
    for name, content, kind, words in (
        ("virus.jpg", EICAR, "image/jpeg", "内容与文件名不符"),
        ("x.svg", b"<svg/>", "image/svg+xml", "不支持这种文件"),
        ("big.jpg", jpeg() + bytes(10 * 1024 * 1024), "image/jpeg", "超过 10 MB"),
        ("leer.jpg", b"", "image/jpeg", "请先选择文件|文件是空的"),
    ):
        answer = browser.send("id_front", name, content, kind)
        page = browser.client.get(answer["Location"]).content.decode()
        assert re.search(words, page), name
    assert not DocumentPiece.objects.exists()
    browser.send("id_front", "<img src=x onerror=alert(1)>.jpg", jpeg(), "image/jpeg")
    page = browser.page()
    assert "<img src=x" not in page
    assert "已收到" in page


def test_files_are_replaced_and_removed(browser: Browser) -> None:
    browser.agree("identity")
    browser.send("id_front", "a.jpg", jpeg(), "image/jpeg")
    browser.send("id_front", "b.jpg", jpeg(), "image/jpeg")
    document = Document.objects.get()
    assert document.state == DocumentState.READY
    browser.press("remove", "identity", document=str(document.pk))
    assert not Document.objects.exists()
    browser.press("remove", "identity", document="nonsense")


def test_a_consent_is_taken_back_and_the_form_left_in_two_presses(browser: Browser, hired: Hired) -> None:
    browser.agree("bank")
    browser.press("save", "bank", bank_name="招商银行", bank_account=ACCOUNT)
    browser.press("revoke", "bank")
    assert not OnboardingAnswer.objects.filter(section="bank").exists()
    browser.press("withdraw")
    assert hired.again().state != CaseState.WITHDRAWN
    browser.press("withdraw", sure="1")
    assert hired.again().state == CaseState.WITHDRAWN
    assert "表格已关闭" in browser.page()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_form_speaks_every_language_and_travels_in_one_burst(
    browser: Browser, hired: Hired, language: str
) -> None:
    browser.client.post("/c/language", {"token": hired.token, "language": language})
    for section in ("identity", "education", "bank", "emergency"):
        if language in {"ar", "de", "zh-hans"}:
            browser.agree(section)
    response = browser.client.get(hired.address, headers={"accept-encoding": "gzip", "user-agent": PHONE})
    page = gzip.decompress(response.content).decode()
    assert f'<html lang="{language}" dir="{direction(language)}">' in page
    if language in OTHERS:
        allowed = SAME_AS_ENGLISH.get({"pt-br": "pt_BR", "zh-hant": "zh_Hant"}.get(language, language), set())
        assert not (said_on(page) & english()) - allowed
    names = ("page.css", "more.css", "onboarding.css", "page.js", "onboarding.js")
    assets = [Path(str(finders.find(f"portal/{name}"))) for name in names]
    weight = len(response.content) + sum(len(gzip.compress(asset.read_bytes(), 9)) for asset in assets)
    assert weight <= BURST


def test_pay_is_an_estimate_and_says_of_which_year(cast: Cast, browser: Browser, hired: Hired) -> None:
    review.set_offer(
        cast.recruiter, hired.case.pk, OfferTerms(Decimal(20000), "cn-shanghai"), now=timezone.now()
    )
    page = browser.page()
    for words in ("16,155.00", "估算", "2025-07", "以实际工资单为准"):
        assert words in page
    assert b"20000" not in bytes(hired.again().offer_sealed or b"")
    vault = Vault(hired.case.organization_id)
    with translation.override("de"):
        later = block_of(hired.again(), vault, "de", today=date(2099, 1, 1))
    assert later
    assert later.note.endswith("Inzwischen können neuere Regeln gelten.")
    own = rules_of(cast.organization.pk)["cn-shanghai"]
    text = (Path(review.__file__).parents[1] / "pay_rules" / "cn-shanghai.toml").read_text("utf-8")
    save_pay_rules(cast.owner, text.replace("ceiling = 37302", "ceiling = 10000"), now=timezone.now())
    assert rules_of(cast.organization.pk)["cn-shanghai"] != own
    assert "16,155.00" not in browser.page()


def test_hr_sees_masks_and_unmasking_is_written_down(cast: Cast, hired: Hired) -> None:
    fill_in(hired, now=timezone.now())
    client = sign_in_client(cast.recruiter)
    assert hired.again().application.candidate.name in client.get("/onboarding").content.decode()
    address = f"/onboarding/{hired.case.pk}"
    page = client.get(address).content.decode()
    assert IDENTITY not in page
    assert "110*************2X" in page
    assert "13900139000" not in page
    assert client.post(f"{address}/unmask", {"reason": "because"}).status_code == 422
    assert IDENTITY in client.post(f"{address}/unmask", {"reason": "contract"}).content.decode()
    assert IDENTITY not in client.get(address).content.decode()
    entry = AuditEntry.objects.get(action="onboarding.unmasked")
    assert (entry.actor_id, entry.details) == (cast.recruiter.pk, {"reason": "contract"})
    lead = sign_in_client(cast.lead)
    assert lead.get(address).status_code == 200
    assert lead.post(f"{address}/unmask", {"reason": "contract"}).status_code == 403
    assert sign_in_client(cast.interviewer).get("/onboarding").status_code == 403
    assert sign_in_client(cast.auditor).get(address).status_code == 403


def test_files_are_looked_at_by_a_press_with_a_watermark_and_never_by_a_fetch(
    cast: Cast, hired: Hired
) -> None:
    now, content = timezone.now(), jpeg(900, 600)
    fill_in(hired, now=now)
    review.send_back(cast.recruiter, hired.case.pk, {"id_front": "模糊"}, now=now)
    keep(hired, "id_front", now=now, content=content)
    picture = Document.objects.get(key="id_front")
    client = sign_in_client(cast.recruiter)
    assert client.get(f"/onboarding/files/{picture.pk}").status_code == 405
    answer = client.post(f"/onboarding/files/{picture.pk}")
    assert (answer["Content-Type"], answer["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert answer.content != content
    with Image.open(io.BytesIO(answer.content)) as marked:
        assert marked.size == (900, 600)
    assert AuditEntry.objects.filter(action="onboarding.file_viewed").count() == 1
    Document.objects.filter(pk=picture.pk).update(state=DocumentState.CHECKING)
    assert client.post(f"/onboarding/files/{picture.pk}").status_code == 404
    assert sign_in_client(cast.lead).post(f"/onboarding/files/{picture.pk}").status_code == 403


def test_papers_are_looked_at_as_marked_pictures_and_each_look_is_written_down(
    cast: Cast, hired: Hired
) -> None:
    now = timezone.now()
    fill_in(hired, now=now)
    review.send_back(cast.recruiter, hired.case.pk, {"degree": "模糊"}, now=now)
    paper = clean([pdf(pages=3)], "application/pdf").content
    keep(hired, "degree", now=now, content=paper, kind="application/pdf")
    document = Document.objects.get(key="degree", kind="application/pdf")
    client = sign_in_client(cast.recruiter)
    answer = client.post(f"/onboarding/files/{document.pk}")
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/html; charset=utf-8", "no-store")
    pages = re.findall(r'src="data:image/jpeg;base64,([^"]+)"', answer.content.decode())
    drawn = [Image.open(io.BytesIO(b64decode(page))) for page in pages]
    assert [picture.size for picture in drawn] == [(1200, 1600)] * 3
    across = drawn[0].crop((0, 0, 1200, 300)).getcolors(100_000)
    assert across
    assert len(across) > 9  # who looks stands across the white
    copy = client.post(f"/onboarding/files/{document.pk}", {"deed": "download"})
    assert copy.content == paper
    assert copy["Content-Disposition"].startswith("attachment")
    assert "sandbox" in copy["Content-Security-Policy"]
    assert AuditEntry.objects.filter(action="onboarding.file_viewed").count() == 2
    assert sign_in_client(cast.lead).post(f"/onboarding/files/{document.pk}").status_code == 403


def test_a_paper_that_cannot_be_drawn_says_what_to_do(cast: Cast, hired: Hired) -> None:
    now = timezone.now()
    fill_in(hired, now=now)
    review.send_back(cast.recruiter, hired.case.pk, {"degree": "模糊"}, now=now)
    keep(hired, "degree", now=now, content=b"%PDF-1.7 broken", kind="application/pdf")
    document = Document.objects.get(key="degree", kind="application/pdf")
    page = sign_in_client(cast.recruiter).post(f"/onboarding/files/{document.pk}").content.decode()
    assert "data:image/jpeg" not in page
    assert "无法显示这份文件" in page


def test_checking_sending_back_and_completing(cast: Cast, hired: Hired) -> None:
    fill_in(hired, now=timezone.now())
    client, address = sign_in_client(cast.recruiter), f"/onboarding/{hired.case.pk}"
    client.post(f"{address}/check", {"accept": "bank_account"})
    client.post(f"{address}/check", {"deed": "return", "comment-id_number": " "})
    assert hired.again().state == CaseState.SUBMITTED
    client.post(f"{address}/check", {"deed": "return", "comment-id_number": "看不清"})
    assert hired.again().state == CaseState.RETURNED
    browser = Browser(hired)
    browser.prove()
    assert "看不清" in browser.page()
    client.post(f"{address}/check", {"deed": "complete"})
    assert hired.again().state == CaseState.RETURNED


def test_handing_over_asks_for_the_password_and_no_cell_is_a_formula(cast: Cast, hired: Hired) -> None:
    now = timezone.now()
    fill_in(hired, now=now)
    row = OnboardingAnswer.objects.get(key="legal_name")
    key = hired.again().application.candidate.key
    evil = "=HYPERLINK(1)"
    row.value_sealed = Vault(cast.organization.pk).seal(key, row.PLACE, row.pk, evil)
    row.save()
    client, ids = sign_in_client(cast.recruiter), {"ids": [str(hired.case.pk), "nonsense"]}
    assert "0" not in client.post("/onboarding/export", ids)["Content-Type"]
    review.complete(cast.recruiter, hired.case.pk, now=now)
    assert client.post("/onboarding/export", ids | {"password": "wrong", "format": "csv"}).status_code == 422
    answer = client.post("/onboarding/export", ids | {"password": PASSWORD, "format": "csv"})
    (line,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert (line["legal_name"], line["id_number"], line["emergency_phone"]) == (
        f"'{evil}",
        IDENTITY,
        "'+8613900139000",
    )
    answer = client.post("/onboarding/export", ids | {"password": PASSWORD, "format": "json"})
    (person,) = json.loads(answer.content)["onboardings"]
    assert person["fields"]["bank_account"] == ACCOUNT
    assert len(person["files"]["degree"]) == 1
    assert set(person["consents"]) == {"identity", "education", "bank", "emergency"}
    assert AuditEntry.objects.filter(action="onboarding.exported").count() == 2
    for _ in range(10):
        client.post("/onboarding/export", ids | {"password": "wrong", "format": "csv"})
    late = client.post("/onboarding/export", ids | {"password": PASSWORD, "format": "csv"})
    assert late.status_code == 422
    assert sign_in_client(cast.lead).post("/onboarding/export", ids).status_code == 403


def test_a_branch_asks_what_it_wants_and_sees_it_beforehand(cast: Cast, hired: Hired) -> None:
    client, address = sign_in_client(cast.owner), f"/settings/onboarding/fields/{cast.shanghai.pk}"
    assert client.get("/settings/onboarding").status_code == 200
    assert client.get(address).status_code == 200
    client.post(
        address, {"rows": "1", "asked": ["legal_name", "mobile"], "required": ["legal_name"], "deed": "save"}
    )
    assert [spec.key for spec in fields_of(cast.shanghai)] == ["legal_name", "mobile"]
    further = {"deed": "add", "kind": "choice", "section": "other", "label": "T 恤尺码", "label_en": "Shirt"}
    assert client.post(address, further | {"options": "S"}).status_code == 422
    client.post(address, further | {"options": "S / Small\nM / Medium"})
    added = fields_of(cast.shanghai)[-1]
    assert (added.options, added.label_en) == ((("S", "Small"), ("M", "Medium")), "Shirt")
    preview = client.get(f"/preview/onboarding/{cast.shanghai.pk}?language=en&agreed=1").content.decode()
    assert "Shirt" in preview
    assert "Medium" in preview
    client.post(address, {"deed": "reset"})
    assert len(fields_of(cast.shanghai)) == 13
    assert len(fields_of(cast.singapore)) == 9
    assert sign_in_client(cast.recruiter).get(address).status_code == 403


def test_an_own_consent_is_a_new_number_and_pay_rules_are_read_before_they_hold(
    cast: Cast, browser: Browser
) -> None:
    save_consent(cast.owner, Section.BANK, "同意一", "", now=timezone.now())
    save_consent(cast.owner, Section.BANK, "同意二", "", now=timezone.now())
    assert "同意二" in browser.page()
    browser.agree("bank")
    assert Consent.objects.get().number == 2
    client = sign_in_client(cast.owner)
    page = client.get("/settings/onboarding/consent/bank").content.decode()
    assert "同意二" in page
    assert "自带文本" in page, "to compare it with one's own"
    address = "/settings/onboarding/pay/cn-beijing"
    assert "35811" in (figures := client.get(address).content.decode())
    assert "<span>北京</span>" in figures
    assert client.post(address, {"content": "key = "}).status_code == 422
    assert client.post(address, {"content": 'key = "x"'}).status_code == 422


def test_an_erasure_takes_everything_and_the_export_has_it_before(cast: Cast, hired: Hired) -> None:
    now = timezone.now()
    fill_in(hired, now=now)
    candidate = hired.again().application.candidate
    before = json.loads(as_json(candidate, Vault(cast.organization.pk), now=now))["data"]
    assert IDENTITY in str(before["onboarding"])
    assert len(before["onboarding_files"]["entries"]) == 3
    assert len(before["consents"]["entries"]) == 4
    ask_erasure(candidate, now=now)
    assert not OnboardingAnswer.objects.exists()
    assert not DocumentPiece.objects.exists()
    assert hired.again().state == CaseState.WITHDRAWN


def test_the_press_on_an_interview_begins_it(cast: Cast, hired: Hired, now: datetime) -> None:
    other = create_interview(cast, now=timezone.now())
    client = sign_in_client(cast.recruiter)
    answer = client.post(f"/onboarding/begin/{other.pk}")
    assert client.get(answer["Location"]).status_code == 200
    again = client.post(f"/onboarding/begin/{other.pk}")
    assert again["Location"].endswith(f"/interviews/{other.pk}")
    for deed in ("arrange", "end", "reopen"):
        case = answer["Location"]
        assert client.post(f"{case}/{deed}", {"deed": "day", "starts_on": "2026-12-07"}).status_code == 302


def test_only_whom_it_may_begin_for_has_the_button(cast: Cast, hired: Hired, now: datetime) -> None:
    client, begin = sign_in_client(cast.recruiter), "/onboarding/begin/"
    undecided, rejected, passed = (create_interview(cast, now=now, starts_at=now) for _ in range(3))
    ahead = create_interview(cast, now=timezone.now())
    create_decision(rejected, cast.recruiter, Outcome.REJECT, now=now)
    decision = create_decision(passed, cast.recruiter, Outcome.PASS, now=now)
    notice = create_notice(cast, decision, cast.recruiter, now=now)

    def page(interview: Interview) -> str:
        return client.get(f"/interviews/{interview.pk}").content.decode()

    assert begin in page(undecided)
    assert begin not in page(rejected)
    assert begin not in page(ahead)
    assert begin not in page(passed)
    bring_to(notice, NoticeState.RELEASED, cast.lead, now=now)
    assert begin in page(passed)
    case = begin_onboarding(cast.recruiter, passed.pk, now=now)
    assert begin not in page(passed)
    assert f"/onboarding/{case.pk}" in page(passed)
    review.end(cast.recruiter, case.pk, now=now)
    assert begin in page(passed)
    assert begin not in sign_in_client(cast.lead).get(f"/interviews/{undecided.pk}").content.decode()


def test_what_is_wrong_or_missing_is_named_at_the_head_of_the_page_and_leads_to_its_question(
    browser: Browser,
) -> None:
    """On a phone the question itself is some screens further down."""
    missing = browser.press("submit").content.decode().partition("<progress")[0]
    assert 'href="#f-legal_name"' in missing
    assert 'href="#bank"' in missing  # nothing of it is shown before its consent
    browser.agree("identity")
    wrong = browser.press("save", "identity", id_number="110105194912310021").content.decode()
    head, _, rest = wrong.partition("<progress")
    assert "尚未保存" in head
    assert 'href="#f-id_number"' in head
    assert 'href="#f-legal_name"' not in head
    assert 'id="f-id_number"' in rest
