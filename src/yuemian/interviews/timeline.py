"""One interview's story: what the company did, what was sent, who opened it, what was answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import orjson
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from yuemian.accounts.models import Role, User
from yuemian.domain.arrival import SignalKind
from yuemian.domain.states import CALLED_OFF
from yuemian.domain.when import present
from yuemian.interviews import wording
from yuemian.interviews.arrivals import signal_sentence
from yuemian.interviews.models import (
    SUBJECT_KIND,
    ArrivalSignal,
    Change,
    ChangeKind,
    Interview,
    Response,
)
from yuemian.interviews.needs import may_read_needs, read_need
from yuemian.interviews.reasons.reading import may_read_reasons, reason_of
from yuemian.messaging.models import (
    Conversation,
    Delivery,
    DeliveryEvent,
    EventKind,
    Message,
    Notification,
    Visit,
)
from yuemian.messaging.route_wording import route_sentence
from yuemian.trust.models import Key
from yuemian.trust.vault import Unreadable, Vault
from yuemian.ui.states import appearance
from yuemian.ui.when import locale_of, moment_text

#: Repeated fetches by a mail scanner within this time are one line.
SAME_VISIT = timedelta(minutes=10)
LONGEST = 300

CHANGES = {
    ChangeKind.CREATED: ("info", "plus"),
    ChangeKind.IMPORTED: ("info", "upload"),
    ChangeKind.RESCHEDULED: ("special", "clock"),
    ChangeKind.DETAILS_CHANGED: ("info", "edit"),
    ChangeKind.CANCELLED: ("danger", "x"),
    ChangeKind.UNSETTLED: ("warning", "clock"),
    ChangeKind.ATTENDED: ("success", "check"),
    ChangeKind.NO_SHOW: ("danger", "x"),
    ChangeKind.EXCUSED: ("warning", "clock"),
}
ATTENDANCES = frozenset({ChangeKind.ATTENDED, ChangeKind.NO_SHOW, ChangeKind.EXCUSED})
SIGNALS = {
    SignalKind.HERE: ("success", "map-pin"),
    SignalKind.LATE: ("warning", "clock"),
    SignalKind.LOST: ("danger", "help"),
    SignalKind.WORD: ("info", "message"),
}
#: What tells a person nothing (attempts, expired leases) stays out. That a delivery was sent or called off is read
#: from its row.
EVENTS = {
    EventKind.DELIVERED: "success",
    EventKind.DEFERRED: "warning",
    EventKind.FAILED: "danger",
    EventKind.BOUNCED: "danger",
    EventKind.UNCLEAR: "warning",
    EventKind.REPLIED: "warning",
    EventKind.UNSUBSCRIBED: "danger",
    EventKind.COMPLAINED: "danger",
}
#: Those that say all in their title.
PLAIN = frozenset({EventKind.DELIVERED, EventKind.REPLIED, EventKind.UNSUBSCRIBED, EventKind.COMPLAINED})


@dataclass(frozen=True)
class Entry:
    """One line of the story; `quote` holds a person's own words."""

    at: datetime
    tone: str
    icon: str
    title: str
    detail: str = ""
    quote: str = ""
    times: int = 1


@dataclass(frozen=True)
class Said:
    """One message of the conversation, readable."""

    at: datetime
    is_from_candidate: bool
    author: str
    text: str
    channel: str = ""
    #: The whole mail, where the text is a part of it.
    original: str = ""
    #: The address it came from, where that is not the candidate's.
    other_sender: str = ""
    #: Names of files that came along and were not taken.
    attachments: Sequence[str] = ()


def story(interview: Interview, user: User, *, with_conversation: bool = True) -> list[Entry]:
    """Newest first, in a constant number of queries. The conversation is the application's, not the interview's."""
    vault, key = Vault(interview.organization_id), interview.application.candidate.key
    entries = [
        *_changes(interview),
        *_notifications(interview),
        *_deliveries(interview),
        *_events(interview),
        *_folded(_visits(interview)),
        *_answers(interview, vault, key),
        *_signals(interview, vault, key),
        *_beside(interview, user),
    ]
    if with_conversation and may_read_conversation(user):
        entries += [_spoken(said) for said in conversation(interview)]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)[:LONGEST]


def moment(at: datetime, zone: ZoneInfo) -> str:
    """To the second: `11月25日 周三 14:00:07`."""
    return f"{moment_text(at, zone, with_year=False)}:{at.astimezone(zone):%S}"


def may_read_conversation(user: User) -> bool:
    """What a candidate writes to HR is not for the interviewer's eyes."""
    return user.role != Role.INTERVIEWER


def conversation(interview: Interview) -> list[Said]:
    """Oldest first."""
    vault, key = Vault(interview.organization_id), interview.application.candidate.key
    messages = Message.objects.filter(conversation__application=interview.application_id)
    return [
        said_of(message, vault, key) for message in messages.select_related("author").order_by("created_at")
    ]


def said_of(message: Message, vault: Vault, key: Key) -> Said:
    def opened(place: str, record: bytes | memoryview | None) -> str:
        return readable(vault, key, place, message.pk, record) if record is not None else ""

    names = opened(Message.ATTACHMENTS_PLACE, message.attachments_sealed)
    return Said(
        at=message.created_at,
        is_from_candidate=message.is_from_candidate,
        author=message.author.name if message.author else "",
        text=readable(vault, key, Message.PLACE, message.pk, message.body_sealed),
        channel=message.channel,
        original=opened(Message.ORIGINAL_PLACE, message.original_sealed),
        other_sender=opened(Message.SENDER_PLACE, message.sender_note),
        attachments=orjson.loads(names) if names.startswith("[") else (),
    )


def waiting_since(interview: Interview) -> datetime | None:
    """Since when the candidate waits for an answer to a question."""
    found = Conversation.objects.filter(application=interview.application_id)
    return found.values_list("waiting_since", flat=True).first()


def note_of(interview: Interview) -> str:
    """What the candidate wrote beside the answer that counts."""
    newest = interview.responses.filter(revision=interview.revision).order_by("-at").first()
    if newest is None or newest.note_sealed is None:
        return ""
    vault = Vault(interview.organization_id)
    return readable(vault, interview.application.candidate.key, Response.PLACE, newest.pk, newest.note_sealed)


def readable(vault: Vault, key: Key, place: str, row_id: object, record: bytes | memoryview) -> str:
    """The text in clear, or that it was erased."""
    try:
        return vault.open(key, place, row_id, record)  # type: ignore[arg-type]
    except Unreadable:
        return _("(erased)")


def _changes(interview: Interview) -> Iterator[Entry]:
    for change in interview.changes.select_related("actor"):
        tone, icon = CHANGES[ChangeKind(change.kind)]
        by = _("by %(name)s") % {"name": change.actor.name} if change.actor else ""
        if change.actor is None and change.kind == ChangeKind.RESCHEDULED:
            by = _("by the candidate")
        yield Entry(change.at, tone, icon, _change_title(change, interview), by, change.reason)


def _change_title(change: Change, interview: Interview) -> str:
    if change.kind in ATTENDANCES:
        return _("Noted: %(attendance)s") % {"attendance": appearance(change.kind, "attendance").label}
    locale = "zh-hans" if locale_of().language == "zh" else "en"
    titles = {
        ChangeKind.CREATED: _("Interview created"),
        ChangeKind.IMPORTED: _("Imported from a spreadsheet"),
        ChangeKind.DETAILS_CHANGED: _("Details changed"),
        ChangeKind.CANCELLED: _("Interview cancelled"),
        ChangeKind.UNSETTLED: _("The time is left to the candidate"),
    }
    if change.kind == ChangeKind.RESCHEDULED and change.new_starts_at and not change.old_starts_at:
        return _("Time set: %(new)s") % {"new": _moment(change.new_starts_at, interview, locale)}
    if change.kind != ChangeKind.RESCHEDULED or not change.old_starts_at or not change.new_starts_at:
        return titles.get(ChangeKind(change.kind), _("Details changed"))
    return _("Moved from %(old)s to %(new)s") % {
        "old": _moment(change.old_starts_at, interview, locale),
        "new": _moment(change.new_starts_at, interview, locale),
    }


def _moment(at: datetime, interview: Interview, locale: str) -> str:
    when = present(at, interview.time_zone, locale)
    return f"{when.day} {at.astimezone(interview.zone):%H:%M}"


def _notifications(interview: Interview) -> Iterator[Entry]:
    found = Notification.objects.about(SUBJECT_KIND, interview.pk).filter(candidate__isnull=False)
    for notification in found.select_related("created_by").prefetch_related("deliveries"):
        deliveries = sorted(notification.deliveries.all(), key=lambda each: each.position)
        channels = _listed(wording.channel(each.channel) for each in deliveries if not each.position)
        title = _("%(purpose)s planned: %(channels)s") % {
            "purpose": wording.purpose(notification.purpose),
            "channels": channels,
        }
        if notification.occurrence > 1:
            title += " " + _("(%(nth)s time)") % {"nth": wording.nth(notification.occurrence)}
        by = notification.created_by
        whose = [_("by %(name)s") % {"name": by.name}] if by else []
        detail = " · ".join([*_route_of(deliveries), *whose])
        yield Entry(notification.created_at, "neutral", "send", title, detail)


def _route_of(deliveries: Sequence[Delivery]) -> Iterator[str]:
    """Why these channels, and which come after them."""
    if sentence := next((each.explanation for each in deliveries if each.explanation), ""):
        yield route_sentence(sentence)
    if later := _listed(wording.channel(each.channel) for each in deliveries if each.position):
        yield _("then %(channels)s") % {"channels": later}


def _listed(words: Iterable[str | Promise]) -> str:
    return _(", ").join(dict.fromkeys(str(each) for each in words))


def _deliveries(interview: Interview) -> Iterator[Entry]:
    found = Delivery.objects.filter(
        notification__subject_kind=SUBJECT_KIND,
        notification__subject_id=interview.pk,
        notification__candidate__isnull=False,
    )
    for delivery in found.select_related("notification"):
        if delivery.sent_at:
            yield _delivery_entry(delivery, EventKind.ACCEPTED, delivery.sent_at, "info")
        if delivery.state in CALLED_OFF and delivery.settled_at:
            reason = wording.reason(delivery.reason, delivery.notification.purpose).sentence
            yield _delivery_entry(delivery, EventKind.CALLED_OFF, delivery.settled_at, "neutral", str(reason))


def _events(interview: Interview) -> Iterator[Entry]:
    found = DeliveryEvent.objects.filter(
        delivery__notification__subject_kind=SUBJECT_KIND,
        delivery__notification__subject_id=interview.pk,
        delivery__notification__candidate__isnull=False,
        kind__in=list(EVENTS),
    )
    for event in found.select_related("delivery__notification"):
        kind, purpose = EventKind(event.kind), event.delivery.notification.purpose
        reason = wording.reason(event.code or event.delivery.reason, purpose).sentence
        detail = "" if kind in PLAIN else str(reason)
        yield _delivery_entry(event.delivery, kind, event.at, EVENTS[kind], detail)


def _delivery_entry(delivery: Delivery, kind: EventKind, at: datetime, tone: str, detail: str = "") -> Entry:
    title = _event_title(kind, str(wording.channel(delivery.channel)), delivery.is_rehearsal)
    about = str(wording.purpose(delivery.notification.purpose))
    icon = wording.CHANNEL_ICONS.get(delivery.channel, "send")
    return Entry(at, tone, icon, f"{about} · {title}", detail)


def _event_title(kind: EventKind, channel: str, is_rehearsal: bool) -> str:
    titles = {
        EventKind.ACCEPTED: _("%(channel)s sent"),
        EventKind.DELIVERED: _("%(channel)s delivered"),
        EventKind.DEFERRED: _("%(channel)s put off; it is tried again"),
        EventKind.FAILED: _("%(channel)s failed"),
        EventKind.BOUNCED: _("%(channel)s came back"),
        EventKind.UNCLEAR: _("%(channel)s: outcome unknown"),
        EventKind.CALLED_OFF: _("%(channel)s called off"),
        EventKind.REPLIED: _("%(channel)s answered by the candidate"),
        EventKind.UNSUBSCRIBED: _("%(channel)s: the candidate wants no more of them"),
        EventKind.COMPLAINED: _("%(channel)s reported as unwanted"),
    }
    if is_rehearsal:
        titles |= {
            EventKind.ACCEPTED: _("%(channel)s sent to the phone lab"),
            EventKind.DELIVERED: _("%(channel)s arrived in the phone lab"),
        }
    return titles[kind] % {"channel": channel}


def _visits(interview: Interview) -> Iterator[Entry]:
    found = Visit.objects.filter(link__subject_kind=SUBJECT_KIND, link__subject_id=interview.pk)
    for visit in found.order_by("at")[: LONGEST * 2]:
        if visit.kind == "viewed":
            yield Entry(visit.at, "success", "eye", _("Candidate opened the page"))
        elif visit.is_suspected_bot:
            title = _("Link fetched, probably by a machine (mail scanner or preview)")
            yield Entry(visit.at, "neutral", "link", title)
        else:
            yield Entry(visit.at, "neutral", "link", _("Link fetched, possibly by a machine"))


def _folded(entries: Iterable[Entry]) -> list[Entry]:
    """The same line again within minutes becomes a count."""
    folded: list[Entry] = []
    for entry in entries:
        last = folded[-1] if folded else None
        if last and last.title == entry.title and entry.at - last.at < SAME_VISIT:
            folded[-1] = replace(last, times=last.times + 1)
        else:
            folded.append(entry)
    return folded


def _answers(interview: Interview, vault: Vault, key: Key) -> Iterator[Entry]:
    for response in interview.responses.all():
        look = appearance(response.answer, "response")
        note = response.note_sealed
        yield Entry(
            at=response.at,
            tone=look.tone,
            icon="check-circle",
            title=_("Answered: %(answer)s") % {"answer": look.label},
            detail="" if response.revision == interview.revision else _("to an earlier appointment"),
            quote=readable(vault, key, Response.PLACE, response.pk, note) if note is not None else "",
        )


def _signals(interview: Interview, vault: Vault, key: Key) -> Iterator[Entry]:
    """What the candidate said on the way."""
    for signal in interview.arrival_signals.select_related("recorded_by"):
        tone, icon = SIGNALS[SignalKind(signal.kind)]
        sealed = signal.words_sealed
        yield Entry(
            at=signal.at,
            tone=tone,
            icon=icon,
            title=signal_sentence(signal),
            detail=_("by %(name)s") % {"name": signal.recorded_by.name} if signal.recorded_by else "",
            quote=readable(vault, key, ArrivalSignal.PLACE, signal.pk, sealed) if sealed is not None else "",
        )


def _beside(interview: Interview, user: User) -> Iterator[Entry]:
    """Why they do not come, and what they need: that it was said, never what they need."""
    if may_read_reasons(user) and (reason := reason_of(interview)):
        title = _("Reason: %(reason)s") % {"reason": reason.label}
        yield Entry(reason.at, "neutral", "message", title, quote=reason.words)
    if may_read_needs(user, interview) and (need := read_need(interview)):
        yield Entry(need.said_at, "special", "user", _("Said what they need at the interview"))
        if need.arranged_at:
            by = _("by %(name)s") % {"name": need.arranged_by} if need.arranged_by else ""
            yield Entry(need.arranged_at, "success", "check", _("What they need is arranged"), by)


def _spoken(said: Said) -> Entry:
    if said.is_from_candidate:
        return Entry(said.at, "warning", "message", _("Candidate asked"), quote=said.text)
    title = _("%(name)s answered") % {"name": said.author or _("HR")}
    return Entry(said.at, "info", "message", title, quote=said.text)
