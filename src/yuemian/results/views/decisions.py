"""The list of results, deciding one and many, taking it back, and taking the list along."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yuemian.accounts.fresh import fresh
from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Branch, Permission, Role, User
from yuemian.domain.cell_text import harmless
from yuemian.domain.results import Obstacle, Outcome, Verdicts
from yuemian.hiring.models import Job
from yuemian.interviews.board import Figure, zone_of
from yuemian.interviews.forms import ROUNDS
from yuemian.interviews.keyset import Place
from yuemian.interviews.models import Interview
from yuemian.results.actions.decide import (
    MOST,
    UNDO,
    CannotDecide,
    DecidedMeanwhile,
    LacksReason,
    NotYours,
    NoUndo,
    undo,
)
from yuemian.results.actions.next_round import decide_and_schedule
from yuemian.results.decisions import rows
from yuemian.results.decisions.asking import Asked, ask
from yuemian.results.decisions.filters import WAITING, Age, ResultFilters, count, first
from yuemian.results.decisions.forms import DecideForm, carried, moment_of, packed, unpacked
from yuemian.results.decisions.reasons import offered
from yuemian.results.decisions.wording import OUTCOME_HINTS, OUTCOMES, VERDICTS, WAIT_TONES, WAITS
from yuemian.results.models import Decision, WaitState
from yuemian.trust import audit
from yuemian.ui.templatetags.ui import with_parameters
from yuemian.ui.when import moment_text

SUGGESTED = "suggested"
AGES = {
    Age.LATE: gettext_lazy("Late"),
    Age.THREE_DAYS: gettext_lazy("More than 3 days"),
    Age.WEEK: gettext_lazy("More than a week"),
    Age.MONTH: gettext_lazy("More than a month"),
}
_FROM_THE_START = {"after": None, "before": None}


@require_safe
@requires(Permission.SEE_RESULTS)
def show(request: SignedInRequest) -> HttpResponse:
    user, now = request.user, timezone.now()
    filters = ResultFilters.from_query(request.GET, user)
    after, before = (Place.read(request.GET.get(name, "")) for name in ("after", "before"))
    page = rows.page(user, filters, now=now, after=after, before=before)
    figures = count(user, filters, now=now)
    context: dict[str, Any] = {
        "filters": filters,
        "page": page,
        "previous_page": _beside(request.GET, before=page.previous),
        "next_page": _beside(request.GET, after=page.following),
        "counters": _counters(request.GET, filters, figures),
        "total": figures[filters.state],
        "outcome_words": OUTCOMES,
        "may_decide": user.may(Permission.DECIDE_RESULTS),
        "may_edit": user.may(Permission.EDIT_TEMPLATES),
        "may_export": user.may(Permission.EXPORT_RESULTS),
        "has_any": any(figures[state].value for state in WaitState.values) or not filters.is_plain,
        "undoable": _undoable(user, now),
        "query": request.GET.urlencode(),
        "seen": carried(now),
    }
    if request.headers.get("HX-Target") == "board":
        return render(request, "results/decisions/parts/board.html", context)
    return render(request, "results/decisions/list.html", {**context, **_offers(user)})


def _beside(query: QueryDict, **place: Place | None) -> str:
    return with_parameters(query, {**_FROM_THE_START, **place}) if any(place.values()) else ""


def _counters(query: QueryDict, filters: ResultFilters, figures: dict[str, Figure]) -> list[dict[str, Any]]:
    found = [
        {
            "label": WAITS[state],
            "value": str(figures[state]),
            "url": with_parameters(query, {**_FROM_THE_START, "state": state, **_any_age(filters)}),
            "tone": WAIT_TONES[state],
            "is_current": filters.state == state,
        }
        for state in WaitState.values
    ]
    late = {
        "label": _("Late"),
        "value": str(figures["late"]),
        "url": with_parameters(query, {**_FROM_THE_START, "state": WAITING, "age": Age.LATE.value}),
        "tone": "danger",
        "is_current": filters.state == WAITING and filters.age == Age.LATE,
    }
    return [late, *found]


def _any_age(filters: ResultFilters) -> dict[str, None]:
    """From who is late back to a state: that of all, not of the late alone."""
    return {"age": None} if filters.state == WAITING else {}


def _offers(user: User) -> dict[str, Any]:
    recruiters = User.objects.visible_to(user).filter(role__in=[Role.RECRUITER, Role.ADMINISTRATOR])
    return {
        "jobs": Job.objects.visible_to(user),
        "branches": Branch.objects.visible_to(user),
        "recruiters": recruiters.filter(is_active=True),
        "rounds": ROUNDS,
        "ages": list(AGES.items()),
        "verdict_words": [(str(each), VERDICTS[each][0]) for each in Verdicts],
    }


def _undoable(user: User, now: Any) -> list[dict[str, Any]]:
    """What this person decided a moment ago."""
    recent = Decision.objects.visible_to(user).current().filter(decided_by=user, decided_at__gt=now - UNDO)
    counts: dict[Any, int] = {}
    for at in recent.order_by("-decided_at").values_list("decided_at", flat=True)[: MOST + 1]:
        counts[at] = counts.get(at, 0) + 1
    return [
        {"at": carried(at), "decided_at": at, "count": number, "until": at + UNDO}
        for at, number in list(counts.items())[:3]
    ]


# --- Deciding


@require_POST
@requires(Permission.DECIDE_RESULTS)
def decide(request: SignedInRequest) -> HttpResponse:
    """From the list or a person's page: what will happen, before it happens."""
    asked = _asked(request)
    if not (asked.people or asked.left_out or asked.undecided):
        messages.error(request, _("Nobody was chosen. Tick some rows first."))
        return HttpResponseRedirect(_back(request))
    return _page(request, asked, _form(request, asked))


@require_POST
@requires(Permission.DECIDE_RESULTS)
def press(request: SignedInRequest) -> HttpResponse:
    """Decide exactly those whom the page named; nobody, when anything of it no longer holds."""
    asked = _asked(request)
    form, now = _form(request, asked), timezone.now()
    if not asked.people:
        return _page(request, asked, form, problem=_("There is nobody to decide on."))
    if not form.is_valid():
        return _page(request, asked, form)
    try:
        done = decide_and_schedule(
            request.user,
            form.choices(),
            form.next_round(),
            now=now,
            seen_at=moment_of(request.POST.get("seen", "")),
        )
    except (CannotDecide, DecidedMeanwhile, LacksReason, NotYours, Interview.DoesNotExist) as problem:
        return _page(request, asked, form, problem=_words(problem, request.user))
    number = len(done.decisions)
    text = ngettext("%(count)s person was decided on.", "%(count)s people were decided on.", number)
    messages.success(request, text % {"count": number})
    if done.next_ids:
        text = ngettext(
            "%(count)s next round is scheduled; nobody was told yet.",
            "%(count)s next rounds are scheduled; nobody was told yet.",
            len(done.next_ids),
        )
        messages.info(request, text % {"count": len(done.next_ids)})
    return HttpResponseRedirect(_onward(request, set(asked.ids)))


def _asked(request: SignedInRequest) -> Asked:
    """The people of a page's hidden field, ticked rows, or all that match a filter."""
    form, user, now = request.POST, request.user, timezone.now()
    if form.get("way") == SUGGESTED:
        shown = {pk: outcome for outcome in Outcome for pk in unpacked(form.get(f"people_{outcome}", ""))}
        return ask(user, list(shown), now=now, is_suggested=True, shown=shown)
    if form.get("people"):
        ids = unpacked(form["people"])
    elif form.get("all_matching"):
        filters = ResultFilters.from_query(QueryDict(form.get("filter", "")), user)
        ids = [each.interview_id for each in first(user, filters, MOST, now=now)]
    else:
        ids = unpacked(".".join(form.getlist("ids")))
    return ask(user, ids, now=now, is_suggested=form.get("outcome") == SUGGESTED)


def _form(request: SignedInRequest, asked: Asked) -> DecideForm:
    reasons = offered(request.user.organization_id, asked.jobs)
    return DecideForm(request.POST, user=request.user, asked=asked, offered=reasons, now=timezone.now())


def _page(request: SignedInRequest, asked: Asked, form: DecideForm, *, problem: str = "") -> HttpResponse:
    outcomes = [Outcome.ADVANCE, Outcome.REJECT] if asked.is_suggested else list(Outcome)
    context = {
        "asked": asked,
        "form": form,
        "problem": problem,
        "groups": groups_of(form, outcomes),
        "packed": [
            (f"people_{each}", packed([one.interview.pk for one in asked.of(each)])) for each in outcomes
        ]
        if asked.is_suggested
        else [("people", packed(asked.ids))],
        "way": SUGGESTED if asked.is_suggested else "",
        "chosen": request.POST.get("outcome", ""),
        # Shown again after a conflict, it is seen now.
        "seen": carried(timezone.now()) if problem else request.POST.get("seen") or carried(timezone.now()),
        "back": _back(request),
        "filter": request.POST.get("filter", ""),
        "rounds": ROUNDS,
        "standing": [(OUTCOMES[outcome], number) for outcome, number in asked.standing.items()],
        "counts": [(OUTCOMES[each], len(asked.of(each))) for each in outcomes] if asked.is_suggested else [],
    }
    status = 422 if problem or form.errors else 200
    return render(request, "results/decisions/decide.html", context, status=status)


def groups_of(form: DecideForm, outcomes: list[Outcome]) -> list[dict[str, Any]]:
    """Each outcome with its reasons on offer, and which of them are ticked."""
    language = get_language() or "en"
    return [
        {
            "outcome": str(outcome),
            "label": OUTCOMES[outcome],
            "hint": OUTCOME_HINTS[outcome],
            "reasons": [
                {
                    "id": each.pk,
                    "label": each.label_in(language),
                    "told": each.told_in(language),
                    "is_ticked": each.pk in form.ticked[outcome],
                }
                for each in form.offered
                if each.outcome == outcome
            ],
        }
        for outcome in outcomes
    ]


def _words(problem: Exception, user: User) -> str:
    """What went wrong and what to do about it."""
    match problem:
        case DecidedMeanwhile():
            zone = zone_of(user)
            who = sorted({each.decided_by.name if each.decided_by else "?" for each in problem.decisions})
            at = max(each.decided_at for each in problem.decisions)
            text = ngettext(
                "%(who)s has decided on %(count)s of these people meanwhile, %(when)s. Nothing was changed: look"
                " at it below, then decide again.",
                "%(who)s has decided on %(count)s of these people meanwhile, last %(when)s. Nothing was changed:"
                " look at it below, then decide again.",
                len(problem.decisions),
            )
            return text % {
                "who": _(", ").join(who),
                "count": len(problem.decisions),
                "when": moment_text(at, zone, with_year=False),
            }
        case NotYours():
            return _("Only the hiring lead decides here that somebody passes. Nothing was changed.")
        case CannotDecide() if Obstacle.ERASED not in problem.obstacles.values():
            return _(
                "Some of these interviews did not take place after all. Nothing was changed: look again."
            )
        case LacksReason():
            return _("A reason is no longer on offer, or one is missing. Nothing was changed: choose again.")
    return _("Some of these people are no longer there. Nothing was changed: choose again.")


def _back(request: SignedInRequest) -> str:
    query = request.POST.get("filter", "")
    return f"{reverse('results')}?{query}" if query else reverse("results")


def _onward(request: SignedInRequest, done: set[UUID]) -> str:
    """Back to the list, or to whoever waits longest after these."""
    if request.POST.get("then") != "next":
        return _back(request)
    filters = ResultFilters.from_query(QueryDict(request.POST.get("filter", "")), request.user)
    among = ~Q(interview__in=done)
    for following in first(request.user, filters, 1, now=timezone.now(), among=among):
        return reverse("result", args=[following.interview_id])
    return _back(request)


@require_POST
@requires(Permission.DECIDE_RESULTS)
def take_back(request: SignedInRequest) -> HttpResponse:
    """Undo what this person decided at one moment."""
    at = moment_of(request.POST.get("at", ""))
    words = {
        "late": _("That was too long ago to take back. Decide anew instead."),
        "seen": _("A letter about it is already with those who approve. Decide anew instead."),
        "next_round": _("The next round is already scheduled. Cancel it first."),
    }
    try:
        ids = undo(request.user, at, now=timezone.now()) if at else []
    except NoUndo as problem:
        messages.error(request, words[problem.why])
    else:
        text = ngettext(
            "The decision on %(count)s person is taken back.",
            "The decisions on %(count)s people are taken back.",
            len(ids),
        )
        messages.success(request, text % {"count": len(ids)})
    return HttpResponseRedirect(_back(request))


# --- Taking it along


@require_POST
@requires(Permission.EXPORT_RESULTS)
@fresh
def export(request: SignedInRequest) -> HttpResponse:
    """The list as it is filtered, without notes; who took it along is written down."""
    user, now = request.user, timezone.now()
    filters = ResultFilters.from_query(QueryDict(request.POST.get("filter", "")), user)
    zone, text = zone_of(user), StringIO()
    writer = csv.writer(text)
    writer.writerow(
        [
            _("Candidate"), _("Job"), _("Round"), _("Branch"), _("Interview ended"), _("Days without word"),
            _("Word due by"), _("Scorecards"), _("State"), _("Decision"), _("Reasons"), _("Decided by"), _("Decided"),
        ]
    )  # fmt: skip
    found = rows.rows_of(user, first(user, filters, MOST, now=now), now=now)
    language = get_language() or "en"
    for row in found:
        decision = row.decision
        cells = [
            row.name, row.job_text, row.round_text, row.interview.branch.name_in(language),
            f"{row.interview.ends_at.astimezone(zone):%Y-%m-%d %H:%M}",
            str(row.quiet.days) if row.is_waiting else "",
            f"{row.quiet.expected_at.astimezone(zone):%Y-%m-%d}" if row.is_waiting else "",
            str(row.verdict_badge[0]), str(WAITS[row.wait.state]),
            str(OUTCOMES[decision.outcome]) if decision else "", "; ".join(row.reasons),
            decision.decided_by.name if decision and decision.decided_by else "",
            f"{decision.decided_at.astimezone(zone):%Y-%m-%d %H:%M}" if decision else "",
        ]  # fmt: skip
        writer.writerow([harmless(cell) for cell in cells])
    audit.record(user.organization_id, user.actor, "results.exported", at=now, count=len(found))
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="results-{now:%Y-%m-%d}.csv"'
    return answer
