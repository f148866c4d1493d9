"""Calendar events read back by two foreign parsers: what was said, for whom, and nothing that was smuggled in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import vobject
from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from yuemian.domain.invitation import CalendarForm, Event, Mailbox, Method, calendar_of, interview_uid

START = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
STAMP = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
INTERVIEW, CANDIDATE = UUID(int=0x1234), UUID(int=0x5678)
LINK = "https://jobs.example.com/c/" + "t" * 43
GOLDEN = Path(__file__).with_name("request.ics")
HOSTILE = [
    "a\r\nATTENDEE:mailto:evil@example.com",
    "a\nBEGIN:VALARM\nACTION:EMAIL\nEND:VALARM",
    "a\rX:1",
    "a\u2028METHOD:CANCEL",
    "a\x85METHOD:CANCEL",
    "a\x0b\x0c\x00b",
    "semi;colon,comma\\back\\nslash:colon",
    '"quoted" ;CN="x":mailto:evil@example.com',
    "a\\\r\nUID:other",
    "%s %(uid)s %% {uid} \0uid\0",
    "面试" * 120,
    "😀" * 60 + "\r\n" + "e\u0301" * 40,
    "END:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR",
    "\u202egnp.exe",
    "x" * 74 + "\r\n" + "y" * 75,
]
TEXTS = st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(codec="utf-8"), max_size=300))


def create_event(**changes: Any) -> Event:
    given: dict[str, Any] = {
        "method": Method.REQUEST,
        "starts_at": START,
        "ends_at": START + timedelta(hours=1),
        "sequence": 0,
        "summary": "面试：后端工程师 · 初试（星河科技）",
        "description": "时间：2026年11月28日 周六 14:00（北京时间）\n地点：星河大厦 12 层；请带身份证, 简历",
        "location": "星河大厦 12 层, 上海市浦东新区世纪大道 100 号",
    }
    return Event(**given | changes)


def written(event: Event | None = None, **people: Any) -> bytes:
    given: dict[str, Any] = {
        "uid": interview_uid(INTERVIEW, CANDIDATE),
        "stamp": STAMP,
        "organizer": Mailbox("reply+k3@in.example.com", "林悦"),
        "attendee": Mailbox("xiaoyu.wang@example.com", "王小雨"),
        "link": LINK,
    }
    return CalendarForm(event or create_event()).fill(**given | people)


def the_event(raw: bytes) -> Any:
    calendar = Calendar.from_ical(raw)
    assert [part.name for part in calendar.subcomponents] == ["VEVENT"]
    return calendar.subcomponents[0]


def test_a_request_is_what_calendar_clients_need_to_show_their_buttons() -> None:
    calendar: Any = Calendar.from_ical(written())
    event = the_event(written())
    assert (calendar["METHOD"], calendar["VERSION"]) == ("REQUEST", "2.0")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CONFIRMED", 0)
    assert event["DTSTART"].dt == START
    assert event["DTEND"].dt == START + timedelta(hours=1)
    assert event["DTSTAMP"].dt == STAMP
    assert event["ORGANIZER"] == "mailto:reply+k3@in.example.com"
    assert event["ORGANIZER"].params["CN"] == "林悦"
    attendee = event["ATTENDEE"]
    assert not isinstance(attendee, list)
    assert attendee == "mailto:xiaoyu.wang@example.com"
    assert attendee.params["PARTSTAT"] == "NEEDS-ACTION"
    assert attendee.params["RSVP"] == "TRUE"
    assert event["SUMMARY"] == create_event().summary
    assert event["LOCATION"] == create_event().location
    assert event["DESCRIPTION"] == f"{create_event().description}\n{LINK}"
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(hours=-2))


def test_the_golden_file_has_not_changed() -> None:
    assert written() == GOLDEN.read_bytes()


def test_every_time_is_utc_and_none_floats() -> None:
    raw = written().decode()
    times = [line for line in raw.split("\r\n") if line.startswith(("DTSTART", "DTEND", "DTSTAMP"))]
    assert len(times) == 3
    assert all(line.endswith("Z") and "TZID" not in line and "VALUE" not in line for line in times)
    with pytest.raises(ValueError, match="aware"):
        create_event(starts_at=datetime(2026, 11, 28, 6, 0))  # noqa: DTZ001


def test_a_cancellation_names_the_same_event_and_attendee_without_asking() -> None:
    event = the_event(written(create_event(method=Method.CANCEL, sequence=2)))
    first = the_event(written())
    assert event["UID"] == first["UID"]
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 2)
    assert event["ATTENDEE"] == first["ATTENDEE"]
    assert "RSVP" not in event["ATTENDEE"].params
    assert event.walk("VALARM") == []


def test_a_published_copy_asks_nobody() -> None:
    raw = written(create_event(method=Method.PUBLISH), attendee=None)
    assert "ATTENDEE" not in the_event(raw)
    assert Calendar.from_ical(raw)["METHOD"] == "PUBLISH"


def test_each_recipient_of_an_interview_has_a_uid_of_their_own_that_never_changes() -> None:
    ours = interview_uid(INTERVIEW, CANDIDATE)
    assert ours == interview_uid(INTERVIEW, CANDIDATE)
    assert len({ours, interview_uid(INTERVIEW, UUID(int=1)), interview_uid(UUID(int=1), CANDIDATE)}) == 3


@given(summary=TEXTS, description=TEXTS, location=TEXTS, name=TEXTS, organizer=TEXTS)
@example("%", "%s", "%(link)s", '"', "")
def test_no_text_says_more_than_itself(
    summary: str, description: str, location: str, name: str, organizer: str
) -> None:
    event = create_event(summary=summary, description=description, location=location)
    raw = written(
        event,
        attendee=Mailbox("xiaoyu.wang@example.com", name),
        organizer=Mailbox("reply+k3@in.example.com", organizer),
    )
    read = the_event(raw)
    plain = the_event(written(create_event(location=location)))
    assert set(read.keys()) | {"LOCATION"} == set(plain.keys()) | {"LOCATION"}
    assert read["UID"] == plain["UID"]
    assert read["ATTENDEE"] == "mailto:xiaoyu.wang@example.com"
    assert read["ORGANIZER"] == "mailto:reply+k3@in.example.com"
    assert str(read["URL"]) == LINK
    assert str(read["DESCRIPTION"]).endswith(LINK)
    assert len(read.walk("VALARM")) == 1


@given(summary=TEXTS, location=TEXTS, name=TEXTS)
def test_lines_are_folded_within_75_octets_and_never_inside_a_character(
    summary: str, location: str, name: str
) -> None:
    raw = written(
        create_event(summary=summary, location=location),
        attendee=Mailbox("a" * 64 + "@" + "b" * 60 + ".example.com", name),
        link="https://jobs.example.com/" + "p" * 90,
    )
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines) <= 75
    assert raw.count(b"\n") == raw.count(b"\r") == len(lines) - 1
    for line in lines:
        line.decode()


@given(
    summary=st.text(
        st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"]), max_size=200
    )
)
def test_two_foreign_parsers_read_the_same_text(summary: str) -> None:
    raw = written(create_event(summary=summary))
    (read,) = vobject.readOne(raw.decode()).contents["vevent"]
    assert read.summary.value == summary
    assert str(the_event(raw)["SUMMARY"]) == summary
    assert read.uid.value == str(the_event(raw)["UID"])
    assert read.dtstart.value == START
    assert read.attendee.value == "mailto:xiaoyu.wang@example.com"


@pytest.mark.parametrize(
    "address",
    ["a@b.c\r\nATTENDEE:mailto:x@y.z", "a b@c.d", "ä@b.c", '"a"@b.c', "a;b@c.d", "a", "", "a@b,c@d"],
)
def test_an_address_that_could_say_more_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        written(attendee=Mailbox(address))


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "https://a.b/\r\nX:1", "https://a.b/c d", "https://例.b/", ""]
)
def test_a_link_that_could_say_more_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        written(link=link)


def test_a_feed_is_one_calendar_of_many_events() -> None:
    form = CalendarForm(create_event(method=Method.PUBLISH), has_link=False)
    raw = calendar_of([form.fill(uid=f"{n}@x.y", stamp=STAMP) for n in range(3)], name="我的面试; 上海")
    calendar: Any = Calendar.from_ical(raw)
    assert [event["UID"] for event in calendar.walk("VEVENT")] == ["0@x.y", "1@x.y", "2@x.y"]
    assert "X-WR-CALNAME:我的面试\\; 上海\r\n".encode() in raw
    assert len(vobject.readOne(raw.decode()).contents["vevent"]) == 3
    assert Calendar.from_ical(calendar_of([], name="x")).walk("VEVENT") == []
