"""Send: keep the choice, decide template, channels and time, look at previews, see what will happen, press."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.forms import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews import board, wording
from yuemian.interviews.actions.choose import NOT_PRESSED, Outdated, Plan, choose, press_send
from yuemian.interviews.board import Filters
from yuemian.interviews.forms import local_to_utc
from yuemian.interviews.models import Interview
from yuemian.interviews.outlook import Outlook, Staying, outlook, route_shown
from yuemian.interviews.today import Part, Scope
from yuemian.interviews.today.parts import all_unanswered
from yuemian.interviews.views.previews import TABS, Stage, stage, switches
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.models import Batch, TemplateVersion
from yuemian.messaging.reach import available_channels
from yuemian.ui.when import zone_text

#: What a recruiter sends on purpose; changes, cancellations and answers leave by themselves.
BY_HAND = (Purpose.INVITATION, Purpose.REMINDER)
#: Names shown per reason before the whole list is a page of its own.
FIRST_NAMES = 12
LEFT_OUT_PAGE = 200


@dataclass(frozen=True)
class Choice:
    """The settings of the send page as the URL or the form holds them."""

    plan: Plan | None
    versions: Sequence[TemplateVersion]
    channels: Sequence[Channel]
    available: Sequence[Channel]
    #: Each person on the best channel, instead of on all that are ticked.
    is_routed: bool = False
    is_again: bool = False
    is_later: bool = False
    date: str = ""
    time: str = ""
    problem: str = ""
    position: int = 1
    language: str = ""
    tab: str = ""

    @property
    def version(self) -> TemplateVersion | None:
        return self.plan.version if self.plan else None

    def pairs(self) -> list[tuple[str, str]]:
        """The settings as hidden fields or a query."""
        pairs = [("set", "1")]
        pairs += [("template", str(self.version.pk))] if self.version else []
        pairs += [("routing", "best" if self.is_routed else "ticked")]
        pairs += [] if self.is_routed else [("channel", str(channel)) for channel in self.channels]
        pairs += [("again", "1")] if self.is_again else []
        return pairs + (
            [("when", "later"), ("date", self.date), ("time", self.time)] if self.is_later else []
        )

    def shown_pairs(self, **changes: object) -> list[tuple[str, str]]:
        """The same with what the preview shows."""
        shown = {"position": self.position, "language": self.language, "tab": self.tab, **changes}
        return self.pairs() + [(name, str(value)) for name, value in shown.items() if value]

    def query(self, **changes: object) -> str:
        return "?" + urlencode(self.shown_pairs(**changes))

    @property
    def previous_query(self) -> str:
        return self.query(position=self.position - 1)

    @property
    def next_query(self) -> str:
        return self.query(position=self.position + 1)


@dataclass(frozen=True)
class Group:
    """Everybody who is left out for one reason."""

    reason: Reason
    code: str
    count: int
    first: Sequence[Staying] = field(default_factory=tuple)
    #: When the last of them may be written to again.
    until: datetime | None = None


# --- Choosing ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEND)
def start(request: SignedInRequest) -> HttpResponse:
    """From the board: ids, or the filter with `all_matching`; from Today a `part`, with the `purpose` to write for."""
    if request.method != "POST":
        messages.info(request, _("Choose interviews in the list, then press “Send…”."))
        return HttpResponseRedirect(reverse("interviews"))
    ids = _chosen_ids(request, request.POST)
    if not ids:
        messages.error(request, _("No interview was chosen. Tick some rows first."))
        return HttpResponseRedirect(reverse("interviews"))
    batch = choose(request.user, ids, now=timezone.now())
    purpose = request.POST.get("purpose", "")
    query = f"?{urlencode({'purpose': purpose})}" if purpose in BY_HAND else ""
    return HttpResponseRedirect(reverse("send-draft", args=[batch.pk]) + query)


def _chosen_ids(request: SignedInRequest, form: QueryDict) -> list[UUID]:
    """Only interviews this person sees, earliest first."""
    if form.get("all_matching"):
        filters = Filters.from_query(QueryDict(form.get("filter", "")), request.user)
        rows = board.matching(request.user, filters, now=timezone.now())
    elif form.get("part") == Part.UNANSWERED:
        scope = Scope.from_query(form, request.user)
        rows = all_unanswered(scope.interviews(request.user), timezone.now())
    else:
        ids = [found for text in form.getlist("ids") if (found := _uuid(text))]
        rows = Interview.objects.visible_to(request.user).filter(pk__in=ids)
    return list(rows.order_by("starts_at", "id").values_list("pk", flat=True)[: board.CAP])


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


# --- Deciding ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Permission.SEND)
def compose(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    user, now = request.user, timezone.now()
    batch = get_object_or_404(Batch.objects.visible_to(user).select_related("selection"), pk=batch_id)
    if batch.state not in NOT_PRESSED:
        return HttpResponseRedirect(reverse("batch", args=[batch.pk]))
    if request.method == "POST":
        return _press(request, batch, now)
    return render(request, _template(request), _context(request, batch, request.GET, now))


def _template(request: SignedInRequest) -> str:
    return {
        "preview": "interviews/parts/preview.html",
        "outcome": "interviews/parts/outcome.html",
    }.get(request.headers.get("HX-Target", ""), "interviews/send.html")


def _context(request: SignedInRequest, batch: Batch, form: QueryDict, now: datetime) -> dict[str, Any]:
    user = request.user
    choice = choice_of(user, batch, form, now=now)
    context: dict[str, Any] = {"batch": batch, "choice": choice, "chosen": len(batch.selection.interview_ids)}
    shown = stage_of(user, batch, choice)
    route = route_shown(user, choice.plan, shown.interview, now=now) if shown and choice.plan else None
    if shown and route and route.channel in TABS and not choice.tab:
        shown = replace(shown, tab=route.channel)
    context |= {**switches(shown, choice.query), "route": route}
    if request.headers.get("HX-Target") == "preview":
        return context
    summary = outlook(user, batch, choice.plan, now=now) if choice.plan else None
    context |= {"other_rounds": _other_rounds(batch, choice), "channel_options": _options(choice)}
    return {**context, **_outcome(summary), **_zone(user)}


def _zone(user: User) -> dict[str, Any]:
    zone = board.zone_of(user)
    return {"zone": zone, "zone_name": zone_text(zone)}


def _options(choice: Choice) -> list[tuple[str, Text, str, bool]]:
    return [
        (channel.value, wording.channel(channel), wording.CHANNEL_ICONS[channel], channel in choice.channels)
        for channel in choice.available
    ]


def _outcome(summary: Outlook | None) -> dict[str, Any]:
    if summary is None:
        return {"going": 0, "by_channel": [], "groups": [], "told": 0}
    return {
        "going": summary.going,
        "by_channel": [
            (wording.channel(channel), wording.CHANNEL_ICONS[channel], count)
            for channel, count in summary.by_channel.items()
        ],
        "groups": groups_of(summary),
        "told": summary.by_reason.get(LeftOut.ALREADY_TOLD, 0),
        "again": [(wording.nth(number), count) for number, count in sorted(summary.by_time.items())],
    }


def groups_of(summary: Outlook) -> list[Group]:
    found = []
    for code, count in summary.by_reason.most_common():
        items = [each for each in summary.staying if each.reason == code]
        until = max((each.until for each in items if each.until), default=None)
        found.append(Group(wording.LEFT_OUT[code], code.value, count, items[:FIRST_NAMES], until))
    return found


def choice_of(user: User, batch: Batch, form: QueryDict, *, now: datetime) -> Choice:
    """Read the settings; the first visit preselects the template of the round and the best channels."""
    versions = versions_of(user)
    version = _version(versions, form, batch)
    available = available_channels(user.organization)
    is_routed = "set" not in form or form.get("routing") == "best"
    channels = available if is_routed else [c for c in available if c.value in form.getlist("channel")]
    is_later, due_at, problem = form.get("when") == "later", None, ""
    if is_later:
        due_at, problem = _due(form, user, now)
    plan = None
    if version and channels and not problem:
        plan = Plan(version, channels, is_again=bool(form.get("again")), is_routed=is_routed, due_at=due_at)
    elif version is None:
        problem = _("No template is published yet. Publish an invitation under Templates, then come back.")
    elif not available:
        problem = _("No channel is set up. An administrator connects mail under Settings.")
    elif not channels:
        problem = _("Choose at least one channel.")
    return Choice(
        plan=plan or (Plan(version, channels) if version and not channels else None),
        versions=versions,
        channels=channels,
        available=available,
        is_routed=is_routed,
        is_again=bool(form.get("again")),
        is_later=is_later,
        date=form.get("date", ""),
        time=form.get("time", ""),
        problem=problem,
        position=_position(form.get("position"), len(batch.selection.interview_ids)),
        language=form.get("language", ""),
        tab=form.get("tab", ""),
    )


def versions_of(user: User) -> list[TemplateVersion]:
    """The newest published version of every template that is sent by hand."""
    found = (
        TemplateVersion.objects.filter(
            organization_id=user.organization_id,
            template__purpose__in=[str(purpose) for purpose in BY_HAND],
            template__is_archived=False,
            published_at__isnull=False,
        )
        .select_related("template")
        .prefetch_related("variants")
        .order_by("template__purpose", "template__name", "template_id", "-number")
        .distinct("template__purpose", "template__name", "template_id")
    )
    return list(found)


def _version(versions: Sequence[TemplateVersion], form: QueryDict, batch: Batch) -> TemplateVersion | None:
    """The chosen one, else of the purpose asked for, or an invitation, the one for the round all have in common."""
    wanted = _uuid(form.get("template"))
    chosen = next((version for version in versions if version.pk == wanted), None)
    if chosen or not versions:
        return chosen
    rounds = rounds_of(batch)
    round_name = next(iter(rounds)) if len(rounds) == 1 else ""
    rank = {round_name: 0, "": 1}
    return min(
        versions,
        key=lambda each: (
            each.template.purpose != form.get("purpose", ""),
            BY_HAND.index(Purpose(each.template.purpose)),
            rank.get(each.template.round, 2),
        ),
    )


def rounds_of(batch: Batch) -> dict[str, int]:
    """Round → how many of the chosen interviews."""
    found = Interview.objects.filter(pk__in=batch.selection.interview_ids).values_list("round")
    return dict(found.annotate(Count("pk")).order_by())


def _other_rounds(batch: Batch, choice: Choice) -> int:
    """How many chosen interviews are of another round than the one the template is written for."""
    if choice.version is None or not choice.version.template.round:
        return 0
    return sum(n for name, n in rounds_of(batch).items() if name != choice.version.template.round)


def _due(form: QueryDict, user: User, now: datetime) -> tuple[datetime | None, str]:
    try:
        day, clock = date.fromisoformat(form.get("date", "")), time.fromisoformat(form.get("time", ""))
        due_at = local_to_utc(day, clock.replace(tzinfo=None), board.zone_of(user))
    except ValueError:
        return None, _("Choose the day and the time of sending.")
    except ValidationError as error:
        return None, error.messages[0]
    return (due_at, "") if due_at > now else (None, _("This time has already passed; choose a later one."))


def _position(text: str | None, most: int) -> int:
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 8 else 1
    return max(1, min(number, most))


def stage_of(user: User, batch: Batch, choice: Choice) -> Stage | None:
    """What the preview shows of the chosen candidate."""
    ids = batch.selection.interview_ids
    if choice.version is None or not ids:
        return None
    interview = Interview.objects.visible_to(user).with_contacts().filter(pk=ids[choice.position - 1]).first()
    if interview is None:
        return None
    return stage(interview, user.organization, choice.version, language=choice.language, tab=choice.tab)


# --- Pressing ----------------------------------------------------------------------------------------------


def _press(request: SignedInRequest, batch: Batch, now: datetime) -> HttpResponse:
    user, form = request.user, request.POST
    choice = choice_of(user, batch, form, now=now)
    expected = form.get("expected", "")
    if choice.plan and choice.channels and not choice.problem and expected.isdigit():
        try:
            press_send(user, batch.pk, choice.plan, expected=int(expected), now=now)
            return HttpResponseRedirect(reverse("batch", args=[batch.pk]))
        except Outdated:
            text = _("Something changed meanwhile. Look at the new figures and press send again.")
            messages.warning(request, text)
    return render(request, "interviews/send.html", _context(request, batch, form, now), status=409)


@require_safe
@requires(Permission.SEND)
def left_out(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Everybody who would not hear, with the reason."""
    user, now = request.user, timezone.now()
    batch = get_object_or_404(Batch.objects.visible_to(user).select_related("selection"), pk=batch_id)
    choice = choice_of(user, batch, request.GET, now=now)
    summary = outlook(user, batch, choice.plan, now=now) if choice.plan else None
    staying = summary.staying if summary else []
    wanted = request.GET.get("reason", "")
    rows = [(each, wording.LEFT_OUT[each.reason]) for each in staying if not wanted or each.reason == wanted]
    context = {"batch": batch, "choice": choice, "rows": rows[:LEFT_OUT_PAGE], "count": len(rows)}
    return render(request, "interviews/left_out.html", {**context, **_zone(user)})
