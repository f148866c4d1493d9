"""What an interview's page shows of what comes: the agenda with its reasons, and who came when the time is there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from yuemian.domain.cadence import AgendaItem, Verdict, WhyCode
from yuemian.domain.states import Attendance, Purpose
from yuemian.interviews import wording
from yuemian.interviews.actions.attendance import can_record
from yuemian.interviews.agenda.reading import read_agendas
from yuemian.interviews.agenda.wording import VERDICTS, condition_words, pick, sentence
from yuemian.interviews.models import Interview, Plan
from yuemian.interviews.plans.reading import plans_for
from yuemian.ui.states import appearance

ATTENDANCE_ICONS: Final = {Attendance.ATTENDED: "check", Attendance.NO_SHOW: "x", Attendance.EXCUSED: "clock"}
_TONES: Final = {
    Verdict.DUE: "special",
    Verdict.COMING: "info",
    Verdict.WAITING: "warning",
    Verdict.SKIPPED: "neutral",
    Verdict.DONE: "success",
}


@dataclass(frozen=True)
class Line:
    """One step, in words."""

    title: wording.Text
    verdict: wording.Text
    tone: str
    at: datetime | None
    sentence: str
    channels: str
    conditions: list[str]
    is_uncertain: bool
    is_suggestion: bool


@dataclass(frozen=True)
class Agenda:
    """The steps of one interview that a person may wonder about; what was sent stands in the timeline."""

    coming: list[Line] = field(default_factory=list)
    skipped: list[Line] = field(default_factory=list)
    plan: Plan | None = None


def agenda_of(interview: Interview, now: datetime, zone: ZoneInfo) -> Agenda:
    items = read_agendas(interview.organization_id, [interview.pk], now).get(interview.pk, [])
    return Agenda(
        coming=lines(_coming(items, interview), zone),
        skipped=lines((item for item in items if item.verdict == Verdict.SKIPPED), zone),
        plan=plans_for(interview.organization_id, [interview.pk]).get(interview.pk),
    )


def lines(items: Iterable[AgendaItem], zone: ZoneInfo) -> list[Line]:
    return [_line(item, zone) for item in items]


def attendance_part(interview: Interview, now: datetime) -> dict[str, Any]:
    """What the part of the page needs; nothing while nobody can have come."""
    if not can_record(interview, now):
        return {}
    promised = interview.result_promised_at
    return {
        "attendances": [
            (each.value, appearance(each, "attendance").label, icon, each == interview.attendance)
            for each, icon in ATTENDANCE_ICONS.items()
        ],
        "can_promise": interview.attendance == Attendance.ATTENDED,
        "promised_on": promised.astimezone(interview.zone).date().isoformat() if promised else "",
    }


def _coming(items: Iterable[AgendaItem], interview: Interview) -> list[AgendaItem]:
    """A promise that nobody has made is worth a word only once the candidate has come."""
    has_come = interview.attendance == Attendance.ATTENDED
    return [
        item
        for item in items
        if item.verdict in {Verdict.DUE, Verdict.COMING, Verdict.WAITING}
        and (has_come or item.why.code != WhyCode.WAITS_FOR_PROMISE)
    ]


def _line(item: AgendaItem, zone: ZoneInfo) -> Line:
    step = item.step
    return Line(
        title=wording.purpose(step.purpose),
        verdict=VERDICTS[item.verdict],
        tone=_TONES[item.verdict],
        at=item.due_at,
        sentence=sentence(item, zone),
        channels="" if step.purpose == Purpose.STAFF_REMINDER else pick(step),
        conditions=condition_words(step.conditions),
        is_uncertain=item.is_uncertain,
        is_suggestion=item.is_suggestion,
    )
