"""A batch of letters: read, approved, returned, released, called back; everything about it stands on one page."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page
from django.db.models import Count, Min
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.results import NoticeState, hold_window
from yuemian.interviews import board
from yuemian.interviews.views.batches import progress_of
from yuemian.messaging.reach import available_channels
from yuemian.results.actions import approvals, release
from yuemian.results.actions.approvals import NotAsSeen
from yuemian.results.actions.notices import OPEN
from yuemian.results.actions.release import NobodyCarries, NothingToRelease, WrongCount
from yuemian.results.models import ResultBatch, ResultNotice
from yuemian.results.notices import reading
from yuemian.results.notices.content import Altered, readable, rule_of
from yuemian.results.notices.forms import ReleaseForm, RuleForm
from yuemian.results.notices.grouping import Group, groups
from yuemian.results.notices.wording import OUTCOMES, RECOMMENDATIONS, REFUSED, held_back
from yuemian.results.views.letters import batch_of, page_of, redirect, uuids
from yuemian.trust.vault import Unreadable, Vault

N = NoticeState
#: Different letters on one page of an approver.
GROUPS = 25


@requires(Permission.SEE_RESULTS)
@require_safe
def show(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    batch = batch_of(request, result_batch_id)
    context = _context(request, batch, now=timezone.now())
    is_part = request.headers.get("HX-Target") == "results-live"
    name = "results/notices/parts/live.html" if is_part else "results/notices/batch.html"
    return render(request, name, context)


def _context(request: SignedInRequest, batch: ResultBatch, *, now: datetime) -> dict[str, Any]:
    user, vault = request.user, Vault(request.user.organization_id)
    states = reading.states_of([batch.pk]).get(batch.pk, Counter())
    may_approve = user.may(Permission.APPROVE_RESULTS)
    may_decide = user.may(Permission.DECIDE_RESULTS)
    context = _standing(batch, states, now=now) | {
        "batch": batch,
        "states": states,
        "by_state": reading.in_order(states),
        "zone": board.zone_of(user),
        "may_approve": may_approve,
        "may_decide": may_decide,
        "may_release": (may_approve or may_decide) and states[N.APPROVED] > 0,
        "outcomes": OUTCOMES,
        "recommendations": RECOMMENDATIONS,
    }
    if states[N.SUBMITTED] and may_approve:
        context |= _to_approve(request, batch, vault)
    open_ = list(reading.letters(batch, *OPEN)[: 4 * reading.SHOWN])
    drafts = sum(states[each] for each in (N.DRAFT, N.RETURNED))
    held = reading.letters(batch, N.DRAFT, N.RETURNED).exclude(problems=[]).count()
    context |= {
        "lines": [
            each for each in reading.lines(open_, vault) if each.problems or each.came_back or each.comment
        ],
        "held": reading.held_by_problem(batch),
        "drafts": drafts,
        "ready": drafts - held,
        "open_count": sum(states[each] for each in OPEN),
        "excluded": states[N.EXCLUDED] + states[N.RECALLED],
    }
    if not context.get("page"):
        everything = page_of(request, reading.letters(batch), reading.SHOWN)
        context["everything"] = everything
    return context


def _standing(batch: ResultBatch, states: Counter[str], *, now: datetime) -> dict[str, Any]:
    """How far its release is, for the part of the page that refreshes itself.

    Letters that were approved later are released later: some have left while others still wait.
    """
    progress = progress_of(batch.sending, now=now) if batch.sending else None
    in_window = ResultNotice.objects.filter(batch=batch, state=N.RELEASED, leaves_at__gt=now)
    window = in_window.aggregate(count=Count("pk"), leaves_at=Min("leaves_at"))
    is_sending = progress is not None and bool(progress.waiting or progress.sending)
    is_moving = states[N.RELEASED] > 0 and (is_sending or window["count"] > 0)
    return {
        "total": states.total(),
        "is_held": window["count"] > 0,
        "held_count": window["count"],
        "has_left": states[N.RELEASED] > window["count"],
        "leaves_at": window["leaves_at"],
        "seconds_left": int((window["leaves_at"] - now).total_seconds()) if window["leaves_at"] else 0,
        "progress": progress,
        "may_recall": is_moving,
        "is_moving": is_moving,
    }


def _to_approve(request: SignedInRequest, batch: ResultBatch, vault: Vault) -> dict[str, Any]:
    notices = list(reading.letters(batch, N.SUBMITTED))
    texts = readable(notices, vault)
    found = groups(notices, texts, request.user)
    page: Page[Group] = page_of(request, found, GROUPS)
    here = [person.notice for group in page.object_list for person in group.people if not person.is_own]
    return {
        "page": page,
        "letters_here": len(here),
        "own": sum(person.is_own for group in found for person in group.people),
        "kinds": len(found),
        "seen": approvals.seen_digest(here),
        "ids": ",".join(str(each.pk) for each in here),
        "conflicts": _conflicts(found),
    }


def _conflicts(found: list[Group]) -> int:
    """Decisions against what every interviewer recommended: worth a second look."""
    count = 0
    for group in found:
        good = {"strong_yes", "yes"} if group.outcome == "reject" else {"strong_no", "no"}
        count += sum(
            bool(person.recommendations) and set(person.recommendations) <= good for person in group.people
        )
    return count


@requires(Permission.APPROVE_RESULTS)
@require_POST
def approve(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    """This person's word on exactly the letters of the page they have read."""
    batch = batch_of(request, result_batch_id)
    ids = uuids(request.POST.get("ids", "").split(","))
    try:
        done = approvals.approve(request.user, ids, request.POST.get("seen", ""), now=timezone.now())
    except NotAsSeen:
        messages.warning(
            request, _("Some of these letters have changed since the page was shown. Please read them again.")
        )
        return redirect("result-batch", batch.pk)
    for reason, count in done.refused.items():
        messages.warning(request, f"{count}: {REFUSED.get(reason, reason)}")
    if done.approved:
        text = ngettext("%(count)d letter is approved.", "%(count)d letters are approved.", done.approved)
        messages.success(request, text % {"count": done.approved})
    elif done.agreed:
        messages.success(request, _("Your word is noted; the rules ask for one more person."))
    return redirect("result-batch", batch.pk)


@requires(Permission.APPROVE_RESULTS)
@require_POST
def send_away(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    """Return letters with a comment, or take them out of the batch."""
    batch = batch_of(request, result_batch_id)
    ids = ResultNotice.objects.filter(batch=batch, pk__in=uuids(request.POST.get("ids", "").split(",")))
    deed = approvals.exclude_notices if request.POST.get("act") == "exclude" else approvals.return_notices
    comment = request.POST.get("comment", "")
    count = deed(request.user, list(ids.values_list("pk", flat=True)), comment, now=timezone.now())
    text = ngettext(
        "%(count)d letter is back with its author.", "%(count)d letters are back with their author.", count
    )
    messages.success(request, text % {"count": count})
    return redirect("result-batch", batch.pk)


@requires(Permission.SEE_RESULTS)
@require_http_methods(["GET", "HEAD", "POST"])
def let_go(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    """What will happen, with counts; then the one press."""
    user, batch = request.user, batch_of(request, result_batch_id)
    if not (user.may(Permission.APPROVE_RESULTS) or user.may(Permission.DECIDE_RESULTS)):
        return redirect("result-batch", batch.pk)
    states = reading.states_of([batch.pk]).get(batch.pk, Counter())
    count = states[N.APPROVED]
    if not count:
        messages.info(request, _("Nothing of this batch is approved and waits."))
        return redirect("result-batch", batch.pk)
    form = ReleaseForm(request.POST or None, user=user, count=count)
    if request.method == "POST" and form.is_valid():
        return _let_go(request, batch, form)
    by_outcome = Counter(reading.letters(batch, N.APPROVED).values_list("outcome", flat=True))
    context = {
        "batch": batch,
        "form": form,
        "count": count,
        "by_outcome": [(OUTCOMES[outcome], number) for outcome, number in by_outcome.items()],
        "outside": states.total() - count - states[N.RELEASED],
        "window": int(
            hold_window(rule_of(user.organization_id).policy, states.total()).total_seconds() // 60
        ),
        "channels": available_channels(user.organization),
    }
    return render(request, "results/notices/release.html", context, status=422 if form.errors else 200)


def _let_go(request: SignedInRequest, batch: ResultBatch, form: ReleaseForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        done = release.release_batch(
            request.user,
            batch.pk,
            now=timezone.now(),
            typed=data.get("typed"),
            in_order=data["way"] == "order",
        )
    except (NothingToRelease, WrongCount):
        messages.warning(request, _("What waits has changed meanwhile; look again."))
    except NobodyCarries:
        messages.error(request, _("No channel is set up. An administrator connects one under Settings."))
    except (Altered, Unreadable):
        messages.error(
            request,
            _(
                "A letter is not stored as it was approved, so nothing was released. Who can mend it was told."
            ),
        )
    else:
        _say_released(request, done)
    return redirect("result-batch", batch.pk)


def _say_released(request: SignedInRequest, done: release.Released) -> None:
    if done.count:
        messages.success(request, _("Released. Until the time is up everything can still be called back."))
    for reason, count in done.came_back.items():
        text = ngettext(
            "%(count)d letter was not released and is with its author again: %(why)s",
            "%(count)d letters were not released and are with their authors again: %(why)s",
            count,
        )
        messages.warning(request, text % {"count": count, "why": held_back(reason)})


@requires(Permission.SEE_RESULTS)
@require_POST
def recall(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    """One press stops whatever has not left; whoever sees results may pull this brake."""
    batch = batch_of(request, result_batch_id)
    done = release.recall_batch(request.user, batch.pk, now=timezone.now())
    stopped = ngettext(
        "%(count)d result was called back.", "%(count)d results were called back.", done.stopped
    ) % {"count": done.stopped}
    told = ngettext(
        "%(count)d person had been told before.", "%(count)d people had been told before.", done.told
    ) % {"count": done.told}
    nobody = _("Nobody had been told.")
    messages.success(request, f"{stopped} {told if done.told else nobody}")
    return redirect("result-batch", batch.pk)


@requires(Permission.EDIT_SETTINGS)
@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: SignedInRequest) -> HttpResponse:
    """Who must agree, and how long a result can be called back."""
    form = RuleForm(request.POST or None, instance=_own_rule(request.user))
    if request.method == "POST" and form.is_valid():
        approvals.save_rule(request.user, form.save(commit=False), now=timezone.now())
        messages.success(request, _("Saved. It holds for what is submitted from now on."))
        return redirect("approval-rules")
    return render(request, "results/notices/rules.html", {"form": form}, status=422 if form.errors else 200)


def _own_rule(user: User) -> Any:
    return rule_of(user.organization_id)
