"""What a plan in the making would do: for one interview step by step, and for all open ones in figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.utils.translation import get_language, ngettext

from yuemian.accounts.models import User
from yuemian.domain.cadence import AgendaItem, Terms, Verdict, since_after
from yuemian.domain.names import comparable_name
from yuemian.domain.round_name import round_in
from yuemian.domain.states import Answer, InterviewState, Purpose
from yuemian.interviews.actions.route import StepRequest, Target, routes_for
from yuemian.interviews.agenda.reading import Case, read_agendas, read_cases
from yuemian.interviews.agenda.wording import VERDICTS, pick, sentence
from yuemian.interviews.models import Interview, InterviewQuerySet, Plan
from yuemian.interviews.plans import wording as words
from yuemian.interviews.plans.changes import Effect, effect_of
from yuemian.interviews.plans.forms import PlanEdit
from yuemian.interviews.plans.reading import held_anew, plans_for, terms_of
from yuemian.interviews.plans.shelf import open_under
from yuemian.interviews.previews import day_or_state
from yuemian.interviews.wording import Text
from yuemian.messaging.actions.content import NoTemplate, texts_of, version_for
from yuemian.messaging.previews import Person
from yuemian.messaging.route_wording import sentence as route_words
from yuemian.ui.states import appearance

MOST_PEOPLE: Final = 20
#: Among so many of the next interviews different situations are looked for.
MOST_LOOKED_AT: Final = 60
#: So many interviews are counted before a plan is saved: enough to see the effect, and quick for the largest company.
MOST_COMPARED: Final = 1_000
AHEAD: Final = frozenset({Verdict.DUE, Verdict.COMING, Verdict.WAITING})
TONES: Final = {
    Verdict.DONE: "success",
    Verdict.DUE: "warning",
    Verdict.COMING: "info",
    Verdict.WAITING: "neutral",
    Verdict.SKIPPED: "neutral",
}


@dataclass(frozen=True)
class Entry:
    """One line of the preview: a step, or the interview itself."""

    title: str
    at: datetime | None
    verdict: str
    label: Text
    tone: str
    why: str = ""
    way: str = ""
    is_start: bool = False

    @property
    def is_open(self) -> bool:
        return self.verdict in {Verdict.COMING, Verdict.WAITING}


def people(user: User, plan: Plan, name: str, *, now: datetime) -> list[Person]:
    """The next interviews under the plan; one of each situation comes first."""
    rows = open_under(user, plan, now=now).visible_to(user).with_people()
    if name:
        rows = rows.filter(application__candidate__name_key__contains=comparable_name(name))
    interviews = list(rows[:MOST_LOOKED_AT])
    missed = {
        case.interview_id: case.situation.missed
        for case in read_cases(user.organization_id, [interview.pk for interview in interviews])
    }
    mixed = _mixed(interviews, missed)[:MOST_PEOPLE]
    return [Person(each.pk, _label(each, missed.get(each.pk, 0))) for each in mixed]


def _mixed(interviews: Sequence[Interview], missed: dict[UUID, int]) -> list[Interview]:
    """The first of every situation, then the rest, both by time."""
    firsts: dict[Any, Interview] = {}
    for each in interviews:
        weekday = each.starts_at.astimezone(each.zone).isoweekday()
        firsts.setdefault((each.answer, bool(missed.get(each.pk)), weekday == 5, each.mode), each)
    chosen = {each.pk for each in firsts.values()}
    return [*firsts.values(), *(each for each in interviews if each.pk not in chosen)]


def _label(interview: Interview, missed: int) -> str:
    language = get_language() or "zh-hans"
    parts = [
        interview.application.candidate.name,
        round_in(interview.round, language),
        day_or_state(interview, language),
    ]
    if interview.answer != Answer.NEEDS_ACTION:
        parts.append(str(appearance(interview.answer, "response").label))
    if missed:
        parts.append(ngettext("missed %(n)d before", "missed %(n)d before", missed) % {"n": missed})
    return " · ".join(parts)


def chosen_interview(user: User, plan: Plan, person: str, *, now: datetime) -> Interview | None:
    """The one asked for, or the next one under the plan."""
    rows = Interview.objects.visible_to(user).with_people()
    try:
        chosen = UUID(person) if person else None
    except ValueError:
        chosen = None
    if chosen:
        found = rows.filter(pk=chosen).exclude(state=InterviewState.CANCELLED).first()
        if found:
            return found
    return open_under(user, plan, now=now).visible_to(user).with_people().first()


def preview_of(plan: Plan, edit: PlanEdit, interview: Interview, *, now: datetime) -> dict[str, Any]:
    """The agenda of one interview under the steps as they stand in the form, by the function that also sends."""
    terms = terms_in(plan, edit, now=now)
    items = read_agendas(plan.organization_id, [interview.pk], now, terms).get(interview.pk, [])
    ways = {item.key: _way(item, interview, now) for item in items if item.verdict in AHEAD}
    return {"interview": interview, "entries": _entries(items, ways, interview), "zone": interview.time_zone}


def _way(item: AgendaItem, interview: Interview, now: datetime) -> str:
    """On which channel it would go and why, as routing would choose for that moment."""
    step = item.step
    if step.purpose == Purpose.STAFF_REMINDER:
        return ""
    try:
        version = version_for(interview.organization_id, step.purpose, interview.round)
    except NoTemplate:
        return pick(step)
    texts = {locale: tuple(channels) for locale, channels in texts_of(version).items()}
    asked = StepRequest(step.purpose, texts, step.pick, step.channels, item.due_at)
    candidate, branch = interview.application.candidate, interview.branch
    target = Target(interview.pk, interview.revision, (candidate.locale, branch.locale))
    route = routes_for(interview.organization, [target], asked, now).get(interview.pk)
    return route_words(route.explanation) if route else pick(step)


def terms_in(plan: Plan, edit: PlanEdit, *, now: datetime) -> Terms:
    """As they would be once saved; unchanged steps keep the date since when they stand."""
    since = since_after(terms_of(plan), edit.values, now)
    return Terms(edit.values, edit.is_automatic, steps_since=since)


def _entries(items: Iterable[AgendaItem], ways: Mapping[str, str], interview: Interview) -> list[Entry]:
    entries = [_entry(item, ways.get(item.key, ""), interview) for item in items]
    start = Entry("", interview.starts_at, "start", "", "success", is_start=True)
    place = sum(1 for each in entries if each.at and each.at <= interview.starts_at)
    return [*entries[:place], start, *entries[place:]]


def _entry(item: AgendaItem, way: str, interview: Interview) -> Entry:
    return Entry(
        title=words.title_of(item.step),
        at=item.due_at,
        verdict=item.verdict,
        label=VERDICTS[item.verdict],
        tone=TONES[item.verdict],
        why=sentence(item, interview.zone),
        way=way,
    )


def compare(user: User, plan: Plan, edit: PlanEdit, *, now: datetime) -> Effect:
    """What saving changes for the open interviews under the plan, the soonest first."""
    ids, total = _compared(open_under(user, plan, now=now))
    before, after = terms_of(plan), terms_in(plan, edit, now=now)
    cases = read_cases(user.organization_id, ids)
    return effect_of(
        {case.interview_id: case.agenda(before, now) for case in cases},
        {case.interview_id: case.agenda(after, now) for case in cases},
        total,
    )


def compare_without(user: User, plan: Plan, *, now: datetime) -> Effect:
    """What putting a plan in use away changes for the open interviews under it, the soonest first."""
    ids, total = _compared(open_under(user, plan, now=now))
    heirs = plans_for(user.organization_id, ids, without=plan)
    return effect_of_move(user, dict.fromkeys(ids, plan), heirs, total, now)


def compare_with(user: User, plan: Plan, *, now: datetime) -> Effect:
    """What taking a plan back changes for the open interviews that come under it again."""
    ids, total = _compared(open_under(user, plan, now=now))
    former = plans_for(user.organization_id, ids)
    return effect_of_move(user, former, dict.fromkeys(ids, plan), total, now)


def _compared(rows: InterviewQuerySet) -> tuple[list[UUID], int]:
    """The first of them, and how many there are."""
    ids = list(rows.values_list("pk", flat=True)[:MOST_COMPARED])
    return ids, len(ids) if len(ids) < MOST_COMPARED else rows.order_by().count()


def effect_of_move(
    user: User,
    former: Mapping[UUID, Plan | None],
    later: Mapping[UUID, Plan | None],
    total: int,
    now: datetime,
) -> Effect:
    """What the interviews of `later` hear instead when that plan takes over from the former one."""
    plans = {plan.pk: plan for plan in (*former.values(), *later.values()) if plan}
    terms: dict[UUID | None, Terms] = {pk: terms_of(plan) for pk, plan in plans.items()}
    anew = held_anew(former, later)

    def play(case: Case, plan: Plan | None) -> list[AgendaItem]:
        return case.agenda(terms[plan.pk] if plan else None, now)

    before, after = {}, {}
    for case in read_cases(user.organization_id, list(later)):
        key = case.interview_id
        before[key] = play(case, former[key])
        after[key] = play(replace(case, plan_since=now) if key in anew else case, later[key])
    return effect_of(before, after, total)
