"""A plan at work, end to end: one press in the morning, then a day in which everything else happens by itself."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from playwright.sync_api import Locator, Page, expect
from psycopg import sql

from tests.journeys.conftest import House, wait_until
from tests.journeys.lab import MAIL, TEXTS, handset, page_behind_the_first_message
from tests.journeys.test_real_mail import go_live
from tests.looking import is_within_the_screen, violations
from tests.simulators.gateway import Gateway, Kind, settings_for
from tests.simulators.http_server import ScriptedHTTP, running
from yuemian.messaging.clock import WAKE_CLOCK
from yuemian.postgres import Server

pytestmark = pytest.mark.journey

RECRUITER, ADMIN = "linyue@galaxy.example", "admin@galaxy.example"
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
PATHS = (
    "/today?whose=all", "/today/reception?whose=all", "/plans", "/plans/new", "/deliveries", "/batches", "/lab",
    "/settings", "/settings/account", "/settings/branches", "/settings/branches/new", "/settings/budgets?forecast=1",
    "/settings/channels", "/settings/channels/new", "/settings/channels/new?provider=http_sms&preset=json",
    "/settings/health", "/settings/organization", "/settings/routing",
)  # fmt: skip


@pytest.fixture(scope="module")
def gateway() -> Iterator[tuple[Gateway, str]]:
    """A text-message gateway on loopback, as strict as its document."""
    desk = Gateway(Kind.KEY)
    server, loop = ScriptedHTTP(desk), asyncio.new_event_loop()
    opened, closing = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with running(server):
            opened.set()
            await closing.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    assert opened.wait(10)
    yield desk, f"http://127.0.0.1:{server.port}"
    loop.call_soon_threadsafe(closing.set)
    thread.join()
    loop.close()


def test_a_day_of_the_standard_plan(house: House, desk: Callable[..., Page]) -> None:
    set_rules(desk(ADMIN), house)
    recruiter, lab = desk(RECRUITER), desk(RECRUITER)
    start = datetime.now(SHANGHAI) + 2 * DAY + timedelta(hours=23, minutes=58)
    who_missed_one_before(recruiter, house, "常缺席", 1)
    interviews = {
        "明能来": enter(recruiter, house, "明能来", 0, start),
        "常缺席": enter(recruiter, house, "常缺席", 1, start),
        "未答复": enter(recruiter, house, "未答复", 2, start),
    }
    invited_with_one_press(recruiter, house, interviews)
    on_the_phones(lab, house)
    a_text_as_well_because_of_the_missed_one(recruiter, interviews["常缺席"])

    what_comes_next_follows_the_answer(recruiter, lab, house, interviews["明能来"])
    a_day_passes(house)
    who_is_silent_is_asked_again(recruiter, lab, house, interviews)
    a_day_passes(house)
    everybody_is_reminded(recruiter, lab, house, interviews)
    a_reminder_switched_off_is_gone(recruiter, house, interviews["明能来"])


def test_what_a_dead_address_stops_is_carried_by_text(
    house: House, desk: Callable[..., Page], gateway: tuple[Gateway, str]
) -> None:
    texts, address = gateway
    admin = desk(ADMIN)
    connect_texts(admin, house, address)
    admin.goto(f"{house.address}/interviews")
    go_live(admin, house.passphrase)
    recruiter = desk(RECRUITER)
    for number, name in ((3, "错地址"), (4, "仍待处理")):
        email = f"dead{number}@example.com"
        house.mailbox.refused.add(email)
        enter(recruiter, house, name, number, datetime.now(SHANGHAI) + 5 * DAY + number * HOUR, email=email)
        recruiter.click("form[action$='/send'] button.primary")
        recruiter.wait_for_url("**/send/*")
        send_by_mail_alone(recruiter)

    recruiter.goto(f"{house.address}/deliveries")
    stuck = recruiter.locator("tbody tr", has_text="错地址")
    expect(stuck).to_contain_text("无法送达")
    stuck.locator("button[value$=':switch']").click()
    recruiter.locator("form[action$='/deliveries/act']:has([name=channel][value=sms]) button.primary").click()
    wait_until(lambda: len(texts.texts) == 1, 30, house.data / "house.log")
    [message] = texts.texts.values()
    assert message["to"] == "+8613900000003"
    assert f"{house.address}/c/" in message["text"]
    recruiter.goto(f"{house.address}/deliveries")
    expect(recruiter.locator("tbody tr", has_text="仍待处理")).to_be_visible()
    expect(recruiter.locator("tbody tr", has_text="错地址")).to_have_count(0)


@pytest.mark.parametrize(
    ("language", "theme", "widths"), [("zh-hans", "dark", (1440, 375)), ("en", "light", (375, 1440))]
)
def test_every_page_of_the_engine_is_accessible_and_fits(
    house: House, desk: Callable[..., Page], language: str, theme: str, widths: tuple[int, ...]
) -> None:
    """After the two days above, when each has something to show."""
    page = desk(ADMIN)
    for name, value in (("language", language), ("theme", theme)):
        page.context.add_cookies([{"name": name, "value": value, "url": house.address}])
    found = []
    for path in [*PATHS, *paths_of_this_house(page, house)]:
        page.goto(f"{house.address}{path}")
        expect(page.locator("html")).to_have_attribute("lang", language, ignore_case=True)
        page.evaluate("for (const each of document.querySelectorAll('main details')) each.open = true")
        for width in widths:
            page.set_viewport_size({"width": width, "height": 900})
            if not is_within_the_screen(page):
                found.append(f"{path} is wider than {width}")
        if report := violations(page):
            found.append(f"{path}\n{report}")
    assert not found, "\n".join(found)


def paths_of_this_house(page: Page, house: House) -> list[str]:
    """One page of each kind whose address holds an id, and each app of a phone."""

    def first(path: str, link: str) -> str:
        page.goto(f"{house.address}{path}")
        address = page.locator(link).first.get_attribute("href")
        assert address
        return address

    interview = first("/interviews?q=仍待处理", "tbody th a")
    plan, phone = first("/plans", "tbody th a"), first("/lab", ".lab-owner a")
    paths = [
        interview,
        plan,
        f"{plan}/retire",
        *(f"{phone}?app={app}" for app in ("mail", "messages", "wechat")),
        first(interview, "a[href^='/candidates/']"),
        first("/batches", "main a[href^='/batches/']"),
        first("/settings/channels", "main tbody a[href^='/settings/channels/']"),
        first("/settings/branches", "main tbody a[href^='/settings/branches/']"),
    ]
    page.goto(f"{house.address}{interview}")
    page.click("form[action$='/send'] button.primary")
    page.wait_for_url("**/send/*")
    return [*paths, page.url.removeprefix(house.address)]


def set_rules(admin: Page, house: House) -> None:
    """No quiet hours, at whatever hour this runs; the usual order of channels, where chance would try out others."""
    admin.goto(f"{house.address}/settings/routing")
    admin.click("form:has([name=is_learned][value='0']) button")
    expect(admin.locator("[name=is_learned]")).to_have_value("1")
    admin.goto(f"{house.address}/settings/branches")
    branches = admin.locator("main a[href*='/settings/branches/']")
    addresses = {each.get_attribute("href") for each in branches.all()} - {"/settings/branches/new"}
    assert addresses
    for address in addresses:
        admin.goto(f"{house.address}{address}")
        for name in ("quiet_from", "quiet_until"):
            admin.fill(f"[name={name}]", "00:00")
        admin.click("main form button.primary")
        admin.wait_for_url("**/settings/branches")


def enter(
    page: Page, house: House, name: str, number: int, start: datetime, *, email: str | None = None
) -> str:
    """An interview by hand. Returns its address."""
    page.goto(f"{house.address}/interviews/new")
    page.fill("[name=name]", name)
    page.fill("[name=phone]", f"139000000{number:02d}")
    page.fill("[name=email]", email or f"plan{number}@example.com")
    page.select_option("[name=job]", index=1)
    page.fill("[name=date]", start.date().isoformat())
    page.fill("[name=time]", f"{start:%H:%M}")
    page.fill("[name=place_name]", "星河大厦 12 层")
    page.locator("[name=interviewers]").first.check()
    page.click("button[name=save]")
    page.wait_for_url(re.compile(r"/interviews/[0-9a-f-]{36}$"))
    return page.url


def who_missed_one_before(page: Page, house: House, name: str, number: int) -> None:
    """Attendance can be noted from an hour before: nobody has to wait for the past."""
    enter(page, house, name, number, datetime.now(SHANGHAI) + timedelta(minutes=40))
    absent = page.locator("form[action$='/attendance'] button[value=no_show]")
    absent.click()
    expect(absent).to_have_attribute("aria-pressed", "true")


def invited_with_one_press(page: Page, house: House, names: Iterable[str]) -> None:
    page.goto(f"{house.address}/today")
    part = page.locator("#invite")
    for name in names:
        expect(part).to_contain_text(name)
    part.locator("summary").click()
    part.locator("form[action$='/today/invite'] button.primary").click()
    expect(page.locator("#invite")).to_have_count(0)
    page.goto(f"{house.address}/batches")
    page.locator("main a[href*='/batches/']").first.click()
    expect(page.locator("#batch-live")).to_contain_text("已完成")


def on_the_phones(lab: Page, house: House) -> None:
    expect(handset(lab, house, "明能来", MAIL)).to_contain_text("初试邀请")
    expect(handset(lab, house, "明能来", TEXTS).locator(".bubble")).to_have_count(0)
    expect(handset(lab, house, "常缺席", TEXTS).locator(".bubble")).to_have_count(1)


def a_text_as_well_because_of_the_missed_one(page: Page, address: str) -> None:
    page.goto(address)
    expect(page.locator("#interview-live")).to_contain_text("短信补发：过去 1 次面试缺席 1 次")


def a_day_passes(house: House) -> None:
    """Every moment of the rooms of interviews and messages moves back: the world as it is 24 hours later."""
    find = """
        SELECT table_name, array_agg(column_name::text) FROM information_schema.columns
        WHERE table_schema = 'public' AND data_type = 'timestamp with time zone'
          AND (table_name LIKE 'interviews\\_%' OR table_name LIKE 'messaging\\_%')
        GROUP BY table_name
    """
    with psycopg.connect(Server(house.data).conninfo("postgres"), autocommit=True) as database:
        for table, columns in database.execute(find).fetchall():
            earlier = sql.SQL(", ").join(
                sql.SQL("{0} = {0} - {1}").format(sql.Identifier(column), sql.Literal(DAY))
                for column in columns
            )
            database.execute(sql.SQL("UPDATE {} SET {}").format(sql.Identifier(table), earlier))
        database.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(WAKE_CLOCK)))


def what_comes_next_follows_the_answer(page: Page, lab: Page, house: House, address: str) -> None:
    """Who is silent is asked again; the moment the candidate answers that is gone from the page, without a reload."""
    page.goto(address)
    expect(coming(page)).to_contain_text("催复")
    mail = page_behind_the_first_message(lab, house, "明能来")
    lab.wait_for_timeout(2200)  # a press within two seconds may be a machine's: the page would ask once more
    mail.get_by_role("button", name="能来", exact=True).click()
    expect(mail.locator("#answer")).to_contain_text("你的答复")
    expect(coming(page)).not_to_contain_text("催复")
    expect(coming(page)).to_contain_text("面试前 1 天")


def who_is_silent_is_asked_again(page: Page, lab: Page, house: House, interviews: dict[str, str]) -> None:
    page.goto(interviews["未答复"])
    expect(story(page)).to_contain_text("催复 · 短信已发往手机实验室")
    expect(story(page)).to_contain_text("已发邮件，改用短信")
    expect(handset(lab, house, "未答复", TEXTS).locator(".bubble")).to_have_count(1)
    page.goto(interviews["明能来"])
    expect(story(page)).not_to_contain_text("催复")


def everybody_is_reminded(page: Page, lab: Page, house: House, interviews: dict[str, str]) -> None:
    for name, address in interviews.items():
        page.goto(address)
        expect(story(page)).to_contain_text("提醒 · 邮件已发往手机实验室")
        expect(coming(page)).to_contain_text("面试前 2 小时")
        expect(handset(lab, house, name, MAIL)).to_contain_text("提醒")
    page.goto(interviews["常缺席"])
    expect(story(page)).to_contain_text("提醒 · 短信已发往手机实验室")


def a_reminder_switched_off_is_gone(page: Page, house: House, address: str) -> None:
    page.goto(f"{house.address}/plans")
    page.locator("tbody th a").first.click()
    step = page.locator(".plan-step", has_text="面试前 2 小时")
    step.locator("summary").first.click()
    step.locator("input[name$=-is_on]").uncheck()
    page.locator(".plan-bar button[name=check]").click()
    expect(page.locator(".plan-effects")).to_contain_text("提醒")
    page.locator("button[name=confirmed]").click()
    page.wait_for_url(re.compile(r"/plans/[0-9a-f-]{36}$"))
    page.goto(address)
    expect(page.locator(".agenda")).not_to_contain_text("面试前 2 小时")


def coming(page: Page) -> Locator:
    """What comes next, on an interview's page."""
    return page.locator(".agenda > ol")


def story(page: Page) -> Locator:
    """What has been, on an interview's page."""
    return page.locator("aside section:not(.agenda) .timeline")


def connect_texts(admin: Page, house: House, gateway: str) -> None:
    """As the gateway's document says, by hand."""
    admin.goto(f"{house.address}/settings/channels/new")
    admin.locator(".channel-recipe", has_text="其他 HTTP 网关").locator("a").click()
    closed = admin.locator("details.settings-group:not([open]) > summary")
    while closed.count():
        closed.first.click()
    admin.fill("[name=name]", "Loopback")
    # The address of callbacks is filled in by itself; the short time-out suits no busy machine.
    for name, value in (settings_for(Kind.KEY, gateway) | {"timeout": 20}).items():
        if name != "callback_url":
            field = admin.locator(f"[name=config_{name}]")
            is_choice = field.evaluate("each => each.tagName") == "SELECT"
            field.select_option(str(value)) if is_choice else field.fill(str(value))
    again = admin.locator("[name=own_password]")
    if again.count():  # On a busy machine signing in may be more than five minutes ago.
        again.fill(house.passphrase)
    admin.locator("main form.stack button.primary").first.click()
    expect(admin.locator("#callback")).to_have_value(re.compile("/hooks/http_sms/"))


def send_by_mail_alone(page: Page) -> None:
    page.locator("label.option", has_text="我勾选的全部渠道").click()
    page.wait_for_url(re.compile("routing=ticked"))
    by_hand = page.locator(".by-hand")
    by_hand.locator("input[value=email]").check()
    by_hand.locator("input[value=sms]").uncheck()
    expect(page.locator(".summary .consequences")).not_to_contain_text(TEXTS)
    page.click("#press button.primary")
    page.click("dialog[open] button.primary")
    page.wait_for_url("**/batches/*")
    expect(page.locator("#batch-live")).to_contain_text("已完成")
