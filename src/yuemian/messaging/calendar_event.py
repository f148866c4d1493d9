"""What a notice says in the candidate's calendar: an event made of the same snapshot and words as the mail itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from yuemian.domain.invitation import CalendarForm, Event, Method
from yuemian.domain.states import Purpose
from yuemian.messaging.engine.wording import words

#: Under this name a snapshot says when the interview begins and ends; no template can print it.
CALENDAR_TIMES: Final = "calendar_times"
#: The purposes whose mails carry a calendar part, and what it asks the calendar to do.
METHODS: Final[Mapping[str, Method]] = {
    Purpose.INVITATION: Method.REQUEST,
    Purpose.CHANGE: Method.REQUEST,
    Purpose.CANCELLATION: Method.CANCEL,
}
#: What an event is made of; people who share these values share one prepared form.
_SHOWN: Final = (
    "organization_name",
    "job_title",
    "round_name",
    "interview_when",
    "place_name",
    "place_address",
    "video_link",
    "video_note",
    "materials",
    "flow",
    "contact_name",
    "contact_phone",
    "cancellation_reason",
)


def times_of(starts_at: datetime, ends_at: datetime) -> str:
    return f"{starts_at.isoformat()}/{ends_at.isoformat()}"


def form_of(
    method: Method,
    revision: int,
    context: Mapping[str, Any],
    locale: str,
    *,
    has_link: bool = True,
    is_cancelled: bool = False,
) -> CalendarForm | None:
    """None where the snapshot does not say when, as those of before the upgrade do not.

    Each change that a candidate must hear raises the interview's revision, and so does its cancellation: SEQUENCE
    counts these from 0. The same revision sent again is the same SEQUENCE with a later DTSTAMP (RFC 5546 §2.1.5).
    """
    times = context.get(CALENDAR_TIMES)
    if not isinstance(times, str):
        return None
    values = tuple(_one(context.get(name)) for name in _SHOWN)
    return _form(_Kind(method, revision - 1, locale, times, values, has_link, is_cancelled))


class _Kind(NamedTuple):
    """What alike people have in common."""

    method: Method
    sequence: int
    locale: str
    times: str
    values: tuple[Any, ...]
    has_link: bool
    is_cancelled: bool


def _one(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value or ""


@lru_cache(maxsize=2048)
def _form(kind: _Kind) -> CalendarForm:
    facts = dict(zip(_SHOWN, kind.values, strict=True))
    is_off = kind.is_cancelled or kind.method is Method.CANCEL
    said = words(kind.locale)
    starts_at, _, ends_at = kind.times.partition("/")
    title = said.event_cancelled if is_off else said.event
    event = Event(
        method=kind.method,
        starts_at=datetime.fromisoformat(starts_at),
        ends_at=datetime.fromisoformat(ends_at),
        sequence=kind.sequence,
        summary=title.format(
            job=facts["job_title"], round=facts["round_name"], organization=facts["organization_name"]
        ),
        description=_description(facts, kind.locale, is_off=is_off, has_link=kind.has_link),
        location=_location(facts),
        is_cancelled=is_off,
    )
    return CalendarForm(event, has_link=kind.has_link)


def _location(facts: Mapping[str, Any]) -> str:
    if facts["video_link"] and not facts["video_note"]:
        return str(facts["video_link"])
    return ", ".join(part for part in (facts["place_name"], facts["place_address"]) if part)


def _description(facts: Mapping[str, Any], locale: str, *, is_off: bool, has_link: bool) -> str:
    said = words(locale)
    place = "\n".join(part for part in (facts["place_name"], facts["place_address"]) if part)
    contact = f"{facts['contact_name']} {facts['contact_phone']}".strip()
    rows = [(said.when, facts["interview_when"])]
    if is_off:
        rows = [("", facts["cancellation_reason"]), *rows]
    else:
        rows += [
            (said.where, place),
            (said.video, facts["video_note"] or facts["video_link"]),
            (said.bring, "\n".join(f"- {line}" for line in facts["materials"])),
            (said.flow, "\n".join(f"- {line}" for line in facts["flow"])),
        ]
    rows.append((said.contact, contact))
    lines = [_row(label, value, locale) for label, value in rows if value]
    if has_link:
        lines.append(_label(said.view if is_off else said.answer, locale))
    return "\n".join(lines)


def _row(label: str, value: str, locale: str) -> str:
    if not label:
        return value
    gap = "\n" if "\n" in value else ""
    return f"{_label(label, locale)}{gap}{value}"


def _label(label: str, locale: str) -> str:
    return f"{label}：" if locale.startswith("zh") else f"{label}: "
