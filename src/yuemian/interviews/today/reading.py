"""Reads one person's day in a constant number of statements: parts, the lines that are shown, how many more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Min

from yuemian.accounts.models import Role, User
from yuemian.domain.arrival import OVERDUE_AFTER
from yuemian.domain.cadence import Verdict
from yuemian.domain.states import TOLD, Answer, Attendance, Mode
from yuemian.interviews.actions.arrival import may_be_ticked
from yuemian.interviews.actions.attendance import can_record
from yuemian.interviews.agenda.reading import Case, read_cases
from yuemian.interviews.board import zone_of
from yuemian.interviews.models import SUBJECT_KIND, Interview
from yuemian.interviews.rows import Row, rows_of
from yuemian.interviews.today import parts
from yuemian.interviews.today.beyond import READERS, picks_of
from yuemian.interviews.today.folding import Folded, fold
from yuemian.interviews.today.incomplete import Clash, Incomplete, incomplete
from yuemian.interviews.today.inviting import Ahead, look_ahead
from yuemian.interviews.today.parts import COUNTED, Part, Pick
from yuemian.interviews.today.scope import Scope
from yuemian.interviews.today.wording import TITLES, TONES, falls_due, next_step, why
from yuemian.interviews.today.words import newest_words, words_of
from yuemian.interviews.wording import MODES, Reason, Text
from yuemian.messaging.models import Delivery
from yuemian.ui.states import appearance

#: Lines of a part that is not shown whole, which one part at a time is; more of a day's arrivals.
SHOWN = 6
SHOWN_ARRIVALS = 40
ATTENDANCES = (Attendance.ATTENDED, Attendance.NO_SHOW, Attendance.EXCUSED)
ARRIVALS = frozenset({Part.TODAY, Part.TOMORROW})
#: The board's filter that holds what is beyond COUNTED, among others.
ON_THE_BOARD: Mapping[Part, Mapping[str, str]] = {
    Part.ARRIVING: {"day": "today"},
    Part.WAITING: {"day": "any"},
    Part.INVITE: {"status": "not_invited"},
    Part.TODAY: {"day": "today"},
    Part.TOMORROW: {"day": "tomorrow"},
    Part.CAME: {"day": "past", "state": "scheduled", "sort": "-time"},
    Part.RESULTS: {"state": "waiting", "age": "late"},  # of the list of results
    Part.UNANSWERED: {"status": "waiting"},
    Part.TROUBLE: {"status": "failed"},
    Part.INCOMPLETE: {"day": "upcoming"},
}


@dataclass(frozen=True)
class Clashing:
    """The other interview of a clash."""

    interviewer: str
    name: str
    starts_at: datetime
    zone: ZoneInfo


@dataclass(frozen=True)
class Line:
    """One interview of a part, with what is said about it."""

    row: Row
    since: datetime | None = None
    #: What is wrong or wanted: `question`, `reschedule`, `contact`, `interviewer`, `recruiter`, `clash`, a reason.
    whys: Sequence[str] = ()
    clashes: Sequence[Clashing] = ()
    #: The candidate's own words: the question, or the time they propose.
    words: str = ""
    #: What the plan does next by itself, in sentences.
    next: Sequence[str] = ()
    #: Its time has come: one can say who came.
    can_be_attended: bool = False
    #: One can note that the candidate has arrived.
    can_be_ticked: bool = False
    #: When its invitation falls due, in a sentence.
    due: str = ""

    @property
    def interview(self) -> Interview:
        return self.row.interview

    @property
    def name(self) -> str:
        return self.row.interview.application.candidate.name

    @property
    def reasons(self) -> list[Reason]:
        """A clash whose other interview is named needs no sentence of its own."""
        return [why(code) for code in self.whys if code != "clash" or not self.clashes]

    @property
    def where(self) -> Text:
        """The place, or how it is held."""
        interview = self.interview
        is_onsite = interview.mode == Mode.ONSITE
        return interview.place_name or interview.place_address if is_onsite else MODES[interview.mode]

    @property
    def attendances(self) -> list[tuple[str, Text]]:
        """What one can say about who came."""
        return [(each, appearance(each, "attendance").label) for each in ATTENDANCES]


@dataclass(frozen=True)
class Section:
    """A part of the day."""

    part: Part
    lines: Sequence[Line]
    #: At most COUNTED.
    count: int
    is_capped: bool
    board_query: str
    #: The query of the page that shows it whole; empty: it does.
    whole_query: str = ""
    #: Of a day's arrivals: how many gave which answer.
    answers: Mapping[str, int] = field(default_factory=dict)
    #: Of those to be invited: how many more a plan invites today by itself, at most COUNTED and one.
    by_plan: int = 0

    @property
    def title(self) -> Text:
        return TITLES[self.part]

    @property
    def tone(self) -> str:
        return TONES[self.part]

    @property
    def anchor(self) -> str:
        return f"#{self.part}"

    @property
    def more(self) -> int:
        return self.count - len(self.lines)

    @property
    def coming(self) -> int:
        return self._said(Answer.ACCEPTED, Attendance.ATTENDED)

    @property
    def not_coming(self) -> int:
        return self._said(Answer.DECLINED, Attendance.NO_SHOW, Attendance.EXCUSED)

    @property
    def unclear(self) -> int:
        """How many have not said whether they come."""
        return self.count - self.coming - self.not_coming

    def _said(self, *words: str) -> int:
        return sum(self.answers.get(word, 0) for word in words)

    @property
    def count_text(self) -> str:
        return _count_text(self.count, is_capped=self.is_capped)

    @property
    def by_plan_text(self) -> str:
        return _count_text(min(self.by_plan, COUNTED), is_capped=self.by_plan > COUNTED)


def _count_text(count: int, *, is_capped: bool) -> str:
    return f"{count:,}+" if is_capped else f"{count:,}"


@dataclass(frozen=True)
class Today:
    """What one person sees of a day."""

    user: User
    scope: Scope
    now: datetime
    zone: ZoneInfo
    sections: Mapping[Part, Section]
    invite_ids: Sequence[UUID] = field(default_factory=tuple)

    def __getitem__(self, part: str) -> Section:
        return self.sections[Part(part)]

    @property
    def filled(self) -> list[Section]:
        return [section for section in self.sections.values() if section.count]

    @property
    def work(self) -> list[Section]:
        """What waits for a person, or for an answer."""
        return [section for section in self.filled if section.part not in ARRIVALS]

    @property
    def days(self) -> list[Section]:
        return [section for section in self.sections.values() if section.part in ARRIVALS]

    @property
    def to_do(self) -> int:
        """Lines that wait for a person; who comes is no work."""
        return sum(
            section.count
            for part, section in self.sections.items()
            if part not in ARRIVALS | {Part.UNANSWERED}
        )

    @property
    def is_empty(self) -> bool:
        return not any(section.count or section.by_plan for section in self.sections.values())


def midnight(now: datetime, zone: ZoneInfo, days: int = 0) -> datetime:
    """Where a calendar day of this zone begins."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=days), time(), zone)


def read_today(user: User, scope: Scope, *, now: datetime, only: Collection[Part] = tuple(Part)) -> Today:
    """The whole page, or `only` some parts of it. Interviewers have arrivals and nothing else."""
    zone = zone_of(user)
    wanted = ARRIVALS.intersection(only) if user.role == Role.INTERVIEWER else only
    picked = {part: _picked(part, user, scope, now) for part in Part if part in wanted}
    unanswered = fold(picked.get(Part.UNANSWERED, ()), _most(Part.UNANSWERED, user, scope))
    silent = [folded.id for folded in unanswered]
    ahead = look_ahead(user, scope, now) if Part.INVITE in wanted else Ahead({}, {})
    cases = {case.interview_id: case for case in _cases(user, [*ahead.suggested, *silent])}
    inviting = ahead.inviting([cases[id_] for id_ in ahead.suggested if id_ in cases], now)
    next_steps = _next_steps([cases[id_] for id_ in silent if id_ in cases], ahead, now)
    lacking = incomplete(user, scope, now) if Part.INCOMPLETE in wanted else Incomplete()
    late = {Part.INVITE: inviting.picks, Part.INCOMPLETE: lacking.picks}
    picked |= {part: picks for part, picks in late.items() if part in wanted}
    shown = {part: fold(picks, _most(part, user, scope)) for part, picks in picked.items()}
    rows = _rows(user, shown, lacking.clashes, now)
    words = words_of(
        [rows[folded.id].interview for folded in shown.get(Part.WAITING, ()) if folded.id in rows]
    )
    said = newest_words({f.id: rows[f.id].interview for f in shown.get(Part.ARRIVING, ()) if f.id in rows})
    texts = {Part.WAITING: words, Part.ARRIVING: said}
    known = _Known(rows, lacking.clashes, _told_since(silent), texts, next_steps, now)
    sections = {
        part: _section(
            part,
            picks,
            [known.line(part, each) for each in shown[part] if each.id in rows],
            scope,
            by_plan=inviting.by_plan if part == Part.INVITE else 0,
        )
        for part, picks in picked.items()
    }
    invite_ids = [pick.id for pick in inviting.picks[:COUNTED]]
    return Today(user, scope, now, zone, sections, invite_ids)


def _section(
    part: Part, picks: Sequence[Pick], lines: Sequence[Line], scope: Scope, *, by_plan: int
) -> Section:
    ids = list(dict.fromkeys(pick.id for pick in picks))
    return Section(
        part=part,
        lines=lines,
        count=min(len(ids), COUNTED),
        is_capped=len(ids) > COUNTED,
        board_query=scope.board_query(**ON_THE_BOARD[part]),
        whole_query="" if part == scope.whole else replace(scope, whole=str(part)).query,
        answers=Counter(pick.why for pick in picks) if part in ARRIVALS else {},
        by_plan=by_plan,
    )


def _picked(part: Part, user: User, scope: Scope, now: datetime) -> Sequence[Pick]:
    """Nothing yet of the two parts that are read with more than their interviews."""
    rows, zone = scope.interviews(user), zone_of(user)
    today, tomorrow, after = (midnight(now, zone, days) for days in (0, 1, 2))
    read: dict[Part, Callable[[], list[Pick]]] = {
        Part.ARRIVING: lambda: parts.arriving(rows, now),
        Part.WAITING: lambda: parts.waiting(user, rows, now),
        Part.TODAY: lambda: parts.arrivals(rows, today, tomorrow),
        Part.TOMORROW: lambda: parts.arrivals(rows, tomorrow, after),
        Part.CAME: lambda: parts.who_came(rows, max(today, now - OVERDUE_AFTER)),
        Part.UNANSWERED: lambda: parts.unanswered(rows, now),
        Part.TROUBLE: lambda: parts.trouble(user, scope, now),
    }
    if part in READERS:
        return picks_of(part, user, scope, now)
    return read[part]() if part in read else ()


def _most(part: Part, user: User, scope: Scope) -> int:
    """An interviewer's page has nothing else, so it is never cut."""
    if part == scope.whole or user.role == Role.INTERVIEWER:
        return COUNTED
    return SHOWN_ARRIVALS if part in ARRIVALS else SHOWN


def _rows(
    user: User, shown: Mapping[Part, Sequence[Folded]], clashes: Sequence[Clash], now: datetime
) -> dict[UUID, Row]:
    """The interviews of all parts at once, only those this person may see."""
    ids = {folded.id for each in shown.values() for folded in each}
    ids |= {clash.first for clash in clashes if clash.second in ids}
    # Without family and source, which no line names: a page loads a hundred rows.
    people = ("application__candidate__key", "application__job", "branch", "recruiter")
    found = (
        Interview.objects.visible_to(user)
        .select_related(*people)
        .prefetch_related("interviewers")
        .in_bulk(list(ids))
    )
    return {row.interview.pk: row for row in rows_of(list(found.values()), user, now=now)}


def _told_since(interview_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """Since when each of them knows of the present appointment."""
    told = (
        Delivery.objects.filter(
            notification__subject_kind=SUBJECT_KIND,
            notification__subject_id__in=interview_ids,
            notification__candidate__isnull=False,
            state__in=sorted(str(state) for state in TOLD),
        )
        .values("notification__subject_id", "notification__subject_revision")
        .annotate(first=Min("sent_at"))
        .order_by("notification__subject_revision")
    )
    return {each["notification__subject_id"]: each["first"] for each in told if each["first"] is not None}


def _cases(user: User, interview_ids: Sequence[UUID]) -> list[Case]:
    return read_cases(user.organization_id, interview_ids) if interview_ids else []


def _next_steps(silent: Iterable[Case], ahead: Ahead, now: datetime) -> dict[UUID, list[str]]:
    """What the plan says next by itself to those who are silent."""
    found = {}
    for case in silent:
        terms = ahead.plans.get(case.plan.pk) if case.plan else None
        coming = [
            each
            for each in case.agenda(terms, now)
            if each.due_at and each.verdict in {Verdict.DUE, Verdict.COMING}
        ]
        found[case.interview_id] = [
            next_step(each.step.purpose, each.due_at, case.situation.zone) for each in coming[:1]
        ]
    return found


@dataclass(frozen=True)
class _Known:
    """What all lines of a page are made from."""

    rows: Mapping[UUID, Row]
    clashes: Sequence[Clash]
    told_since: Mapping[UUID, datetime]
    words: Mapping[Part, Mapping[UUID, str]]
    next_steps: Mapping[UUID, Sequence[str]]
    now: datetime

    def line(self, part: Part, folded: Folded) -> Line:
        row = self.rows[folded.id]
        return Line(
            row=row,
            since=folded.since or self.told_since.get(folded.id),
            whys=() if part in ARRIVALS else folded.whys,
            clashes=list(self._clashing(folded.id)) if part == Part.INCOMPLETE else (),
            words=self.words.get(part, {}).get(folded.id, ""),
            next=self.next_steps.get(folded.id, ()) if part == Part.UNANSWERED else (),
            can_be_attended=can_record(row.interview, self.now),
            can_be_ticked=may_be_ticked(row.interview, self.now),
            due=falls_due(folded.since, row.interview.zone, self.now) if part == Part.INVITE else "",
        )

    def _clashing(self, interview_id: UUID) -> Iterator[Clashing]:
        for clash in self.clashes:
            if clash.second == interview_id and clash.first in self.rows:
                other = self.rows[clash.first].interview
                name = other.application.candidate.name
                yield Clashing(clash.interviewer, name, other.starts_at, other.zone)
