"""Choose the channels for many interviews at once: read what routing needs set-based, then decide person by person."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from yuemian.accounts.models import Organization
from yuemian.domain.cadence import Pick
from yuemian.domain.routing import Person, Route, RouteRequest, Setting, choose_route
from yuemian.domain.routing.learning import Expectation, Slot, Tally, draw_for, expect, is_in_holdout, slot_of
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.workdays import is_workday
from yuemian.interviews.chosen import Chosen
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.interviews.route_reading import Invitee, read_invitees
from yuemian.messaging import routing_history
from yuemian.messaging.actions.content import best_locale
from yuemian.messaging.routing_history import EVERYBODY


@dataclass(frozen=True)
class StepRequest:
    """What a recruiter or a plan's step asks for. `texts`: locale → the channels its template has a text for."""

    purpose: Purpose
    texts: Mapping[str, Collection[Channel]]
    pick: Pick = Pick.BEST
    channels: Sequence[Channel] = ()
    #: None: now.
    due_at: datetime | None = None


class Target(NamedTuple):
    """An interview as routing needs it; a `Chosen` has more."""

    id: UUID
    revision: int
    locales: Sequence[str]


def routes_for(
    organization: Organization, chosen: Iterable[Chosen | Target], asked: StepRequest, now: datetime
) -> dict[UUID, Route]:
    """Interview → route, for each of the organization's interviews among these. A constant number of queries.

    The same interviews asked again give the same routes, as long as nothing new has happened.
    """
    return Router(organization, asked, now).routes(chosen)


def draw_of(interview_id: UUID, revision: int, purpose: Purpose) -> float:
    """What chance says to one message: the preview and the send, and every replay, draw the same."""
    return draw_for("explore", interview_id, revision, purpose)


class Router:
    """Routes for one request, slice by slice: what it has given out of a budget it does not give again."""

    def __init__(self, organization: Organization, asked: StepRequest, now: datetime) -> None:
        self.organization, self.asked, self.now = organization, asked, now
        self.at = max(now, asked.due_at or now)
        self.lanes = routing_history.read_lanes(organization, now)
        self.is_learned = organization.is_routing_learned
        self._expected: dict[tuple[str, Slot], dict[Channel, Expectation]] = {}
        self._slots: dict[tuple[str, str], Slot] = {}
        self._settings: dict[tuple[str, Slot, str], Setting] = {}

    def routes(self, chosen: Iterable[Chosen | Target]) -> dict[UUID, Route]:
        """See `routes_for`."""
        locales = {each.id: each.locales for each in chosen}
        if not locales:
            return {}
        people = read_invitees(self.organization, locales)
        self.tallies = self._read_tallies(people)
        segments = {each.segment for each in people} if self.is_learned else ()
        self.statistics = routing_history.read_statistics(self.organization, segments)
        used = self._read_used(people)
        routes = {}
        for each in people:
            locale = best_locale(self.asked.texts, locales[each.id]) or ""
            route = self._route(each, locale, used.get(each.id, ()))
            self._pay(route)
            routes[each.id] = route
        return routes

    def _read_tallies(self, people: Sequence[Invitee]) -> dict[UUID, dict[Channel, Tally]]:
        if not self.is_learned:
            return {}
        ids = {each.candidate_id for each in people}
        return routing_history.read_tallies(self.organization, ids, self.now)

    def _read_used(self, people: Sequence[Invitee]) -> dict[UUID, list[Channel]]:
        if self.asked.pick is not Pick.NEXT:
            return {}
        revisions = {each.id: each.revision for each in people}
        return routing_history.read_used(self.organization, SUBJECT_KIND, revisions)

    def _route(self, each: Invitee, locale: str, used: Sequence[Channel]) -> Route:
        person = Person(
            points=each.points,
            preferred=each.preferred,
            tallies=self.tallies.get(each.candidate_id, {}),
            missed=each.missed,
            interviews=each.interviews,
            is_holdout=is_in_holdout(each.candidate_id),
        )
        until = each.starts_at - self.at if each.is_settled else None
        asked = RouteRequest(self.asked.purpose, self.asked.pick, self.asked.channels, used, until)
        draw = draw_of(each.id, each.revision, self.asked.purpose)
        return choose_route(person, asked, self._setting(each, locale), draw=draw)

    def _setting(self, each: Invitee, locale: str) -> Setting:
        """Shared by everybody of one segment, at one time of their day, in one language."""
        slot = self._slot(each.zone, each.region)
        key = (each.segment, slot, locale)
        found = self._settings.get(key)
        if found is None:
            texts = self.asked.texts.get(locale, ())
            lanes = {channel: lane for channel, lane in self.lanes.items() if channel in texts}
            found = self._settings[key] = Setting(
                lanes, self._expectations(each.segment, slot), self.is_learned
            )
        return found

    def _slot(self, zone: str, region: str) -> Slot:
        found = self._slots.get((zone, region))
        if found is None:
            local = self.at.astimezone(ZoneInfo(zone))
            found = slot_of(local, is_workday=is_workday(local.date(), region))
            self._slots[zone, region] = found
        return found

    def _expectations(self, segment: str, slot: Slot) -> Mapping[Channel, Expectation]:
        found = self._expected.get((segment, slot))
        if found is None:
            everybody, similar = self.statistics[EVERYBODY], self.statistics.get(segment, {})
            found = {channel: expect(everybody, similar, channel, slot) for channel in self.lanes}
            self._expected[segment, slot] = found
        return found

    def _pay(self, route: Route) -> None:
        """What this route takes from today's budgets is not there for the next one."""
        for channel in route.first:
            lane = self.lanes[channel]
            if lane.budget_left is None or not lane.cost:
                continue
            left = replace(lane, budget_left=lane.budget_left - lane.cost)
            if left.is_affordable != lane.is_affordable:
                self._settings.clear()
            self.lanes = {**self.lanes, channel: left}
