"""A conversation by mail through real servers: invited, asked, answered, asked again; and an address nobody has."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import Page, expect

from tests.journeys.conftest import House, Mailbox, free_port, wait_until
from tests.journeys.test_real_mail import body_of, go_live, invite_by_hand, mail_number
from tests.looking import is_within_the_screen, violations
from tests.simulators.post_office import DOMAIN, PASSWORD, PostOffice, is_installed, open_post_office

pytestmark = pytest.mark.journey
CANDIDATE, NOBODY = "han.meimei@example.com", "nobody@reject.test"


@pytest.fixture(scope="module")
def world() -> Iterator[tuple[Mailbox, int]]:
    """Everybody else's mail server: it knows all but one."""
    box, port = Mailbox(), free_port()
    box.refused = {NOBODY}
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    yield box, port
    controller.stop()


@pytest.fixture(scope="module")
def office(world: tuple[Mailbox, int]) -> Iterator[PostOffice]:
    if not is_installed():
        pytest.skip("no Postfix and Dovecot on this machine: tools/system-packages.sh installs them")
    with open_post_office(world[1]) as opened:
        yield opened


@pytest.fixture(scope="module")
def mailbox(world: tuple[Mailbox, int], office: PostOffice) -> tuple[Mailbox, int]:
    """The house hands its mail to Postfix, which brings it to the world."""
    return world[0], office.smtp


def test_candidate_and_company_write_to_each_other_by_mail(
    house: House, office: PostOffice, desk: Callable[..., Page]
) -> None:
    admin = desk("admin@galaxy.example")
    enter_the_mailbox(admin, office)
    go_live(admin, house.passphrase)
    recruiter = desk("linyue@galaxy.example")
    invite_by_hand(recruiter, "韩梅梅", CANDIDATE)
    invitation = mail_number(house, 1)
    assert re.fullmatch(rf"reply\+r[0-9a-f]{{32}}@{DOMAIN}", parseaddr(str(invitation["Reply-To"]))[1])
    assert "请在此行上方回复" in body_of(invitation, "plain")

    answer(office, invitation, "请问可以带作品集吗？")
    recruiter.goto(f"{house.address}/interviews?q=韩梅梅")
    recruiter.locator("tbody tr", has_text="韩梅梅").locator("a").first.click()
    recruiter.goto(f"{house.address}{recruiter.locator('th a', has_text='韩梅梅').get_attribute('href')}")
    thread = recruiter.locator("#conversation .thread")
    expect(thread).to_contain_text("请问可以带作品集吗？")
    expect(thread).to_contain_text("来自邮件")
    expect(thread.locator(".bubble").first).to_have_text("请问可以带作品集吗？")
    # What was quoted is there for whoever wants it.
    expect(thread.locator("details p").first).to_contain_text("邀请")

    recruiter.fill("#answer-text", "可以，带纸质版就好。")
    recruiter.click("form.reply button")
    replied = mail_number(house, 2)
    assert "可以，带纸质版就好。" in body_of(replied, "plain")
    assert str(replied["In-Reply-To"]) == "<question-1@example.com>"
    assert str(invitation["References"]) in str(replied["References"])

    answer(office, replied, "好的，谢谢！", number=2)
    recruiter.reload()
    expect(thread).to_contain_text("好的，谢谢！")
    wait_until(lambda: office.folder("Processed") == 2, 20, house.data / "house.log")
    # Mails answer nothing by themselves.
    expect(recruiter.locator("main")).to_contain_text("待答复")


def test_an_address_that_nobody_has_is_found_out(
    house: House, office: PostOffice, desk: Callable[..., Page]
) -> None:
    recruiter = desk("linyue@galaxy.example")
    invite_by_hand(recruiter, "李雷", NOBODY)
    processed = office.folder("Processed")
    wait_until(lambda: office.folder("Processed") > processed, 30, house.data / "house.log")
    recruiter.goto(f"{house.address}/deliveries")
    expect(recruiter.locator("main")).to_contain_text("李雷")
    expect(recruiter.locator("main")).to_contain_text("地址不存在")


def enter_the_mailbox(admin: Page, office: PostOffice) -> None:
    admin.goto(re.sub(r"(?<![:/])/.*", "/settings/mailbox", admin.url))
    admin.fill("[name=host]", "127.0.0.1")
    admin.fill("[name=port]", str(office.imap))
    admin.select_option("[name=tls]", "none")
    admin.fill("[name=user]", "reply")
    admin.fill("[name=password]", PASSWORD)
    admin.fill("[name=reply_pattern]", f"reply+{{token}}@{DOMAIN}")
    admin.fill("[name=bounce_pattern]", f"bounce+{{token}}@{DOMAIN}")
    admin.click(".form-actions button")
    admin.click("form[action$=trial] button")
    expect(admin.locator("body")).to_contain_text("一切正常")
    expect(admin.locator("#standing + .badge")).to_have_text("读取正常")


def answer(office: PostOffice, to: EmailMessage, text: str, *, number: int = 1) -> None:
    """As a mail program does: a word above, the whole mail quoted below."""
    address = parseaddr(str(to["Reply-To"]))[1]
    made = EmailMessage()
    made["From"] = f"韩梅梅 <{CANDIDATE}>"
    made["To"] = address
    made["Subject"] = f"回复：{to['Subject']}"
    made["Message-ID"] = f"<question-{number}@example.com>"
    made["In-Reply-To"] = str(to["Message-ID"])
    made["References"] = f"{to['References']} {to['Message-ID']}"
    quoted = "\n".join(f"> {line}".rstrip() for line in body_of(to, "plain").splitlines())
    made.set_content(
        f"{text}\n\n发自我的iPhone\n\n> 在 2026年11月25日，上午9:00，星河科技 写道：\n>\n{quoted}\n"
    )
    office.send(made, sender=CANDIDATE, to=address)


@pytest.mark.parametrize(
    ("language", "theme", "widths"), [("zh-hans", "dark", (1440, 375)), ("en", "light", (375, 1440))]
)
def test_every_page_of_the_mailbox_is_accessible_and_fits(
    house: House,
    office: PostOffice,
    desk: Callable[..., Page],
    language: str,
    theme: str,
    widths: tuple[int, ...],
) -> None:
    """After the conversation above, with a mail that nobody can place."""
    stranger = EmailMessage()
    stranger["From"], stranger["To"] = "陌生人 <stranger@example.net>", f"jobs@{DOMAIN}"
    stranger["Subject"], stranger["Message-ID"] = "谁的？", f"<{language}@example.net>"
    stranger.set_content("我朋友让我转告，她明天来不了。" * 20)
    office.send(stranger, sender="stranger@example.net", to=f"jobs@{DOMAIN}")
    page = desk("admin@galaxy.example")
    for name, value in (("language", language), ("theme", theme)):
        page.context.add_cookies([{"name": name, "value": value, "url": house.address}])
    wait_until(lambda: has_entry(page, house), 20, house.data / "house.log")
    one = page.locator("article h2 a").first.get_attribute("href")
    page.goto(f"{house.address}/interviews?q=韩梅梅")
    interview = page.locator("tbody tr th a", has_text="韩梅梅").first.get_attribute("href")
    found = []
    for path in ("/settings/mailbox", "/settings/health", "/settings", "/mail/unsorted", one, interview):
        page.goto(f"{house.address}{path}")
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            if not is_within_the_screen(page):
                found.append(f"{path} is wider than {width}")
        if report := violations(page):
            found.append(f"{path}\n{report}")
    assert not found, "\n".join(found)


def has_entry(page: Page, house: House) -> bool:
    page.goto(f"{house.address}/mail/unsorted")
    return page.locator("article h2 a").count() > 0
