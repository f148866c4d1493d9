"""Letters of results: prepare them, look after what is held, edit one in place, submit."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.moves import ForbiddenMove
from yuemian.domain.results import NoticeState, Outcome
from yuemian.interviews import board
from yuemian.messaging.actions import room
from yuemian.results.actions import approvals, notices
from yuemian.results.actions.notices import OPEN, NotLetPass, WrittenMeanwhile
from yuemian.results.models import ResultBatch, ResultNotice
from yuemian.results.models.notices import ResultNoticeQuerySet
from yuemian.results.notices import reading
from yuemian.results.notices.content import LetterText, opened_text
from yuemian.results.notices.forms import LetterForm, PersonalForm
from yuemian.results.notices.grouping import differences, shown
from yuemian.results.notices.personal import Personal, offer_form, offer_text, personal_of
from yuemian.results.notices.wording import LEFT_OUT, OUTCOMES
from yuemian.trust.vault import Unreadable, Vault

#: Decisions listed at once, to be told together.
MOST = 200
#: Written by one press; whoever has more presses again.
AT_ONCE = 5000
#: What a press on a letter, or on several, does to them.
_ACTS = {
    "take-back": approvals.take_back,
    "put-back": approvals.put_back,
    "rewrite": notices.rewrite_notices,
    "drop": notices.drop_notices,
}
#: Letters named on the page that asks before they are written anew, and what it carries on.
NAMED: Final = 20
_CARRIED: Final = ("act", "ids", "problem", "reason", "back")
#: What an act on all of a batch is about.
_ALL_OF: Final = {
    "put-back": (NoticeState.EXCLUDED, NoticeState.RECALLED),
    "rewrite": OPEN,
}


@requires(Permission.SEE_RESULTS)
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """The batches, and what is decided and not told yet."""
    user = request.user
    waiting = reading.untold(user)
    found = list(waiting[: MOST + 1])
    context = {
        "rows": reading.rows(user),
        "untold": [(each, OUTCOMES[each.outcome]) for each in found[:MOST]],
        "has_more": len(found) > MOST,
        "total": waiting.count() if len(found) > MOST else len(found),
        "most": MOST,
        "zone": board.zone_of(user),
        "may_prepare": user.may(Permission.DECIDE_RESULTS),
        "may_rule": user.may(Permission.EDIT_SETTINGS),
    }
    return render(request, "results/notices/index.html", context)


@requires(Permission.DECIDE_RESULTS)
@require_POST
def prepare(request: SignedInRequest) -> HttpResponse:
    """A draft for each decision that was ticked."""
    ids = uuids(request.POST.getlist("ids"))
    if "all" in request.POST:
        ids = list(reading.untold(request.user).values_list("pk", flat=True)[:AT_ONCE])
    done = notices.prepare_notices(
        request.user,
        ids,
        now=timezone.now(),
        name=request.POST.get("name", "").strip(),
        next_step=request.POST.get("next_step", "").strip(),
    )
    for reason, count in done.left_out.items():
        messages.warning(request, f"{count}: {LEFT_OUT.get(reason, reason)}")
    if done.batch is None:
        messages.info(request, _("Nothing was written: choose decisions that have no letter yet."))
        return redirect("result-batches")
    text = ngettext("%(count)d letter is written.", "%(count)d letters are written.", done.count)
    messages.success(request, text % {"count": done.count})
    return redirect("result-batch", done.batch.pk)


@requires(Permission.DECIDE_RESULTS)
@require_POST
def submit(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    batch = batch_of(request, result_batch_id)
    done = approvals.submit_batch(request.user, batch.pk, now=timezone.now())
    if done.count:
        text = ngettext(
            "%(count)d letter waits for approval.", "%(count)d letters wait for approval.", done.count
        )
        messages.success(request, text % {"count": done.count})
    if done.held:
        messages.warning(request, _("Some letters stay here: what speaks against them stands beside each."))
    return redirect("result-batch", batch.pk)


@requires(Permission.DECIDE_RESULTS)
@require_POST
def act(request: SignedInRequest, result_batch_id: UUID) -> HttpResponse:
    """Take back, put back, write anew or drop: those that were named, of this batch, or all that can be."""
    batch = batch_of(request, result_batch_id)
    name, named = request.POST.get("act", ""), request.POST.get("ids", "")
    which = Q(state__in=_ALL_OF.get(name, ())) if named == "all" else Q(pk__in=uuids(named.split(",")))
    ids = ResultNotice.objects.filter(which, batch=batch)
    if name == "rewrite" and (page := _ask_before(request, batch, ids)):
        return page
    try:
        count = _ACTS[name](request.user, list(ids.values_list("pk", flat=True)), now=timezone.now())
    except (KeyError, ForbiddenMove):
        messages.info(request, _("That is not possible any more; the page shows what holds now."))
        return redirect("result-batch", batch.pk)
    messages.success(
        request, ngettext("Done for %(count)d.", "Done for %(count)d.", count) % {"count": count}
    )
    return redirect("result-batch", batch.pk)


@requires(Permission.SEE_RESULTS)
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: SignedInRequest, notice_id: UUID) -> HttpResponse:
    """One person's letter: what will be read, what speaks against it, and the text to write on."""
    notice = notice_of(request, notice_id)
    vault, may_edit = Vault(request.user.organization_id), request.user.may(Permission.DECIDE_RESULTS)
    try:
        text = opened_text(notice, vault)
    except Unreadable:
        messages.info(request, _("This person's data was erased; the letter cannot be read any more."))
        return redirect("result-batch", notice.batch_id)
    form = LetterForm(request.POST or None, initial={"subject": text.subject, "body": text.body})
    if request.method == "POST" and may_edit and form.is_valid():
        data = form.cleaned_data
        try:
            notices.edit_notice(
                request.user,
                notice.pk,
                data["subject"],
                data["body"],
                now=timezone.now(),
                seen=request.POST.get("seen", ""),
            )
        except WrittenMeanwhile:
            problem = _(
                "Somebody has changed the text or a scorecard meanwhile. Yours stands here; compare, and save again."
            )
            messages.warning(request, problem)
            return _letter_page(request, notice, text, vault, form=form)
        except ForbiddenMove:
            messages.info(request, _("That is not possible any more; the page shows what holds now."))
        else:
            messages.success(request, _("Saved. Whoever approved it looks at it again."))
        return redirect("result-letter", notice.pk)
    return _letter_page(request, notice, text, vault, form=form)


@requires(Permission.DECIDE_RESULTS)
@require_POST
def personal(request: SignedInRequest, notice_id: UUID) -> HttpResponse:
    """What comes next for this one person, and what a pass offers: the letter is written anew with it."""
    notice, vault = notice_of(request, notice_id), Vault(request.user.organization_id)
    form, offer = PersonalForm(request.POST), _offer_form(request.user, notice, vault, request.POST)
    if not form.is_valid() or (offer is not None and not offer.is_valid()):
        try:
            text = opened_text(notice, vault)
        except Unreadable:
            return redirect("result-letter", notice.pk)
        return _letter_page(request, notice, text, vault, personal=form, offer=offer)
    said = Personal(form.cleaned_data["next_step"], offer.stored if offer is not None else "")
    try:
        notices.set_personal(request.user, notice.pk, said, now=timezone.now())
    except ForbiddenMove:
        messages.info(request, _("That is not possible any more; the page shows what holds now."))
    else:
        messages.success(request, _("The letter is written anew. Please read it."))
    return redirect("result-letter", notice.pk)


@requires(Permission.EDIT_TEMPLATES)
@require_POST
def make_room(request: SignedInRequest, notice_id: UUID) -> HttpResponse:
    """Where the letter's template has no place for what is said to this person: its draft gets one."""
    notice = notice_of(request, notice_id)
    own, template = personal_of(notice, Vault(request.user.organization_id)), notice.letter.template
    given = [name for name, words in (("offer", own.offer), ("next_step", own.next_step)) if words]
    room.make_room(request.user, template, given, now=timezone.now())
    messages.info(
        request, _("The draft has a place for it now. Read and publish it, then write the letter anew.")
    )
    return redirect("template", template.pk)


def _offer_form(user: User, notice: ResultNotice, vault: Vault, data: Any = None) -> Any:
    """Only a pass offers anything."""
    is_pass = notice.outcome == Outcome.PASS
    return offer_form(data, user, personal_of(notice, vault).offer) if is_pass else None


def _letter_page(
    request: SignedInRequest, notice: ResultNotice, text: LetterText, vault: Vault, **forms: Any
) -> HttpResponse:
    own = personal_of(notice, vault)
    (line,) = reading.lines([notice], vault)
    context = {
        "notice": notice,
        "line": line,
        "form": LetterForm(initial={"subject": text.subject, "body": text.body}),
        "personal": PersonalForm(initial={"next_step": own.next_step}),
        "offer": _offer_form(request.user, notice, vault),
        "lacks": _lacks(notice, text, own),
        "html": shown(text),
        "changes": differences(text),
        "subject": text.subject,
        "seen": bytes(notice.content_hash).hex(),
        "outcome": OUTCOMES[notice.outcome],
        "may_edit_template": request.user.may(Permission.EDIT_TEMPLATES),
        "may_edit": request.user.may(Permission.DECIDE_RESULTS) and notice.state not in {"released", "void"},
        "zone": board.zone_of(request.user),
        **forms,
    }
    has_errors = any(form is not None and form.errors for form in forms.values())
    return render(request, "results/notices/letter.html", context, status=422 if has_errors else 200)


def _lacks(notice: ResultNotice, text: LetterText, own: Personal) -> list[str]:
    """Placeholders of what was given for this person, and stands nowhere in the letter."""
    day = notice.decision.decided_at.astimezone(notice.decision.interview.zone).date()
    offer = offer_text(notice.organization_id, own.offer, notice.locale, day)
    given = {"next_step": own.next_step, "offer": offer}
    return [f"{{{{ {name} }}}}" for name, words in given.items() if words and words not in text.body]


@requires(Permission.DECIDE_RESULTS)
@require_POST
def look(request: SignedInRequest, notice_id: UUID) -> HttpResponse:
    """Let a problem pass after a look, or say why a person is told once more."""
    notice, now = notice_of(request, notice_id), timezone.now()
    code, reason = request.POST.get("problem", ""), request.POST.get("reason", "")
    if reason.strip() and notice.batch:
        mine = ResultNotice.objects.filter(pk=notice.pk)
        if page := _ask_before(request, notice.batch, mine, is_correction=True):
            return page
    try:
        if "reason" in request.POST:
            notices.explain_correction(request.user, notice.pk, reason, now=now)
        else:
            notices.accept_problem(request.user, notice.pk, code, now=now)
    except (NotLetPass, ForbiddenMove):
        messages.info(request, _("This cannot be let pass; mend the letter or what lies under it."))
    back = request.POST.get("back", "")
    return (
        redirect("result-letter", notice.pk)
        if back == "letter"
        else redirect("result-batch", notice.batch_id)
    )


def _ask_before(
    request: SignedInRequest,
    batch: ResultBatch,
    letters: ResultNoticeQuerySet,
    *,
    is_correction: bool = False,
) -> HttpResponse | None:
    """Where somebody has written by hand on what is about to be written anew, a page that asks first."""
    edited = letters.filter(is_edited=True)
    if request.POST.get("sure") == "1" or not (count := edited.count()):
        return None
    context = {
        "batch": batch,
        "edited": edited[:NAMED],
        "count": count,
        "is_correction": is_correction,
        "action": request.path,
        "carried": [(name, request.POST[name]) for name in _CARRIED if name in request.POST],
        "back": reverse("result-letter", args=[edited[0].pk])
        if count == 1
        else reverse("result-batch", args=[batch.pk]),
    }
    return render(request, "results/notices/overwrite.html", context)


def batch_of(request: SignedInRequest, batch_id: UUID) -> ResultBatch:
    return get_object_or_404(ResultBatch.objects.visible_to(request.user), pk=batch_id)


def notice_of(request: SignedInRequest, notice_id: UUID) -> ResultNotice:
    rows = ResultNotice.objects.visible_to(request.user).select_related(
        "candidate__key", "decision__interview", "application__job", "batch"
    )
    return get_object_or_404(rows, pk=notice_id)


def uuids(values: list[str]) -> list[UUID]:
    """Those that are ones."""
    found = []
    for value in values:
        try:
            found.append(UUID(value.strip()))
        except ValueError:
            continue
    return found


def redirect(name: str, *args: Any) -> HttpResponse:
    return HttpResponseRedirect(reverse(name, args=args), status=303)


def page_of(request: SignedInRequest, items: Any, size: int) -> Any:
    return Paginator(items, size).get_page(request.GET.get("page"))
