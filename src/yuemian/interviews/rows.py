"""The board's lines: one page of interviews with what the latest word to each candidate became."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from yuemian.accounts.models import User
from yuemian.domain.arrival import Arrival
from yuemian.domain.round_name import round_in
from yuemian.domain.slots import RequestState
from yuemian.domain.states import CALLED_OFF, Answer, DeliveryState
from yuemian.interviews import wording
from yuemian.interviews.arrivals import Badge, arrivals_of, badges
from yuemian.interviews.board import PAGE_SIZE, RANKS, Filters, matching, news, zone_of
from yuemian.interviews.models import Interview, RescheduleRequest
from yuemian.interviews.wording import Text
from yuemian.messaging.models import Conversation
from yuemian.ui.when import zone_text


@dataclass(frozen=True)
class Notice:
    """The latest word to a candidate: its best state, and the state on each channel."""

    purpose: str
    state: str
    channels: Sequence[tuple[str, str]]

    @property
    def purpose_label(self) -> Text:
        return wording.purpose(self.purpose)

    @property
    def marks(self) -> list[tuple[str, Text, str]]:
        """Icon, channel and state of each channel."""
        return [
            (wording.CHANNEL_ICONS.get(channel, "send"), wording.channel(channel), state)
            for channel, state in self.channels
        ]


@dataclass(frozen=True)
class Row:
    """One line of the board."""

    interview: Interview
    notice: Notice | None
    has_question: bool
    zone: ZoneInfo
    nearness: str
    #: The candidate's open wish for another time.
    request: RescheduleRequest | None = None
    arrival: Arrival | None = None

    @property
    def arrival_badges(self) -> list[Badge]:
        return badges(self.arrival, self.interview.starts_at, self.interview.zone)

    @property
    def answer_state(self) -> str:
        """The answer; somebody who was never asked is not late with one."""
        is_unheard = self.notice is None or self.notice.state in CALLED_OFF
        is_open = self.interview.answer == Answer.NEEDS_ACTION
        return "not_invited" if is_open and is_unheard else self.interview.answer

    @property
    def minutes(self) -> int:
        return int(self.interview.duration.total_seconds() // 60)

    @property
    def round_text(self) -> str:
        return round_in(self.interview.round, get_language() or "en")

    @property
    def job_text(self) -> str:
        return self.interview.application.job.title_in(get_language() or "en")

    @property
    def branch_text(self) -> str:
        return self.interview.branch.name_in(get_language() or "en")

    @property
    def zone_text(self) -> str:
        return zone_text(self.interview.zone)

    @property
    def is_elsewhere(self) -> bool:
        """The interview's clock differs from the viewer's."""
        at = self.interview.starts_at
        return at.astimezone(self.interview.zone).utcoffset() != at.astimezone(self.zone).utcoffset()


@dataclass(frozen=True)
class Page:
    """Fifty rows and whether there are more; the rows are never counted for it."""

    number: int
    has_next: bool
    rows: Sequence[Row] = field(default_factory=tuple)

    @property
    def has_previous(self) -> bool:
        return self.number > 1


def page(user: User, filters: Filters, number: int, *, now: datetime) -> Page:
    """One page of the list, in a constant number of queries."""
    first = (number - 1) * PAGE_SIZE
    # The page is found by the index on time alone; only its rows are joined with people.
    found = matching(user, filters, now=now).values_list("pk", flat=True)
    ids = list(found[first : first + PAGE_SIZE + 1])
    shown = Interview.objects.with_people().prefetch_related("interviewers").in_bulk(ids[:PAGE_SIZE])
    interviews = [shown[pk] for pk in ids[:PAGE_SIZE]]
    return Page(number, len(ids) > PAGE_SIZE, rows_of(interviews, user, now=now))


def rows_of(interviews: Sequence[Interview], user: User, *, now: datetime) -> list[Row]:
    notices, zone = notices_of(interviews), zone_of(user)
    requests = requests_of(interviews, now)
    questions = set(
        Conversation.objects.filter(
            application__in=[interview.application_id for interview in interviews],
            waiting_since__isnull=False,
        ).values_list("application_id", flat=True)
    )
    arrivals = arrivals_of(interviews)
    return [
        Row(
            interview=interview,
            notice=notices.get(interview.pk),
            has_question=interview.application_id in questions,
            zone=zone,
            nearness=_nearness(interview, now) if interview.is_settled else "",
            request=requests.get(interview.pk),
            arrival=arrivals.get(interview.pk),
        )
        for interview in interviews
    ]


def requests_of(interviews: Sequence[Interview], now: datetime) -> dict[UUID, RescheduleRequest]:
    """By interview: what its candidate asks for and nobody has decided yet."""
    wanting = [
        each.pk for each in interviews if each.answer == Answer.RESCHEDULE_REQUESTED and each.is_open(now)
    ]
    if not wanting:
        return {}
    found = RescheduleRequest.objects.filter(interview__in=wanting, state=RequestState.OPEN)
    return {request.interview_id: request for request in found}


def _nearness(interview: Interview, now: datetime) -> str:
    zone = interview.zone
    days = (interview.starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    return {0: "today", 1: "tomorrow"}.get(days, "")


def notices_of(interviews: Sequence[Interview]) -> dict[UUID, Notice]:
    """By interview: the best delivery about the newest revision, and each channel's best."""
    found = (
        news()
        .filter(notification__subject_id__in=[interview.pk for interview in interviews])
        .order_by("created_at")
        .values_list(
            "notification__subject_id",
            "notification__subject_revision",
            "notification__purpose",
            "channel",
            "state",
        )
    )
    best: dict[UUID, tuple[int, dict[str, tuple[int, str, str]]]] = {}
    for subject_id, revision, purpose, channel, state in found:
        newest, channels = best.get(subject_id, (0, {}))
        if revision > newest:
            newest, channels = revision, {}
        rank = RANKS[DeliveryState(state)]
        if channel not in channels or rank <= channels[channel][0]:
            channels[channel] = (rank, state, purpose)
        best[subject_id] = (newest, channels)
    return {subject_id: _notice(channels) for subject_id, (_, channels) in best.items()}


def _notice(channels: dict[str, tuple[int, str, str]]) -> Notice:
    _, state, purpose = min(channels.values(), key=lambda each: each[0])
    return Notice(purpose, state, [(channel, each[1]) for channel, each in sorted(channels.items())])
