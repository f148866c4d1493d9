"""Who of the chosen hears on which channels in which language, and who does not and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from yuemian.domain.routing import Route
from yuemian.domain.selection import Choice, LeftOut, channels_for, is_over, left_out
from yuemian.domain.states import Answer, Channel, InterviewState, Purpose
from yuemian.interviews.actions.route import Router
from yuemian.interviews.again import cooling_until
from yuemian.interviews.chosen import Chosen, Said
from yuemian.messaging.actions.content import best_locale
from yuemian.messaging.models import TemplateVariant

#: Locale → channel → text, as `texts_of` gives them.
Texts = Mapping[str, Mapping[Channel, TemplateVariant]]
#: Language, channels, or why not.
Verdict = tuple[str, Sequence[Channel], LeftOut | None]


class Item(NamedTuple):
    """One chosen interview: on which channels its candidate hears, or why not."""

    interview: Chosen
    locale: str
    channels: Sequence[Channel]
    left_out: LeftOut | None
    #: How often this purpose was said about this revision before; None: nobody looked yet.
    times_said: int | None = None
    route: Route | None = None


def weigh(
    choice: Choice,
    locales: Iterable[str],
    texts: Texts,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    due_at: datetime | None = None,
) -> Verdict:
    """The one decision about one person: language, channels, or why not. `choice.texts` is filled in here."""
    locale = best_locale(texts, locales) or "zh-hans"
    choice = replace(choice, texts=texts.get(locale, {}).keys())
    reason = left_out(choice, purpose, wanted, now=now, due_at=due_at)
    return locale, channels_for(choice, wanted), reason


def on_route(verdict: Verdict, route: Route | None) -> Verdict:
    """The same on the channels that a route begins with."""
    if route is None:
        return verdict
    locale, _, reason = verdict
    return locale, route.first, reason or (None if route.channels else LeftOut.MISSING_CONTACT)


def weigh_all(
    chosen: Sequence[Chosen],
    said: Mapping[UUID, Said],
    texts: Texts,
    purpose: Purpose,
    wanted: Collection[Channel],
    *,
    now: datetime,
    due_at: datetime | None = None,
    resend: bool,
    router: Router | None,
) -> list[Item]:
    """Most people of a batch are alike in all that the decision looks at: each kind of person is weighed once."""
    people = [each.candidate.candidate_id for each in chosen] if resend else []
    cooling = cooling_until(people, purpose, now=now) if people else {}
    routes = router.routes(chosen) if router else {}
    weighed: dict[tuple[Any, ...], Verdict] = {}
    items = []
    for each in chosen:
        known = said.get(each.id)
        was_told = known is not None and known.is_told and not resend
        points = tuple(each.contact_points)
        cools_until = cooling.get(each.candidate.candidate_id) if cooling else None
        state, facts = each.alike.state, each.alike.facts
        kind = (
            state,
            facts.answer,
            is_over(facts.starts_at, now=now, due_at=due_at),
            was_told,
            each.alike.locales,
            points,
            cools_until,
        )
        verdict = weighed.get(kind)
        if verdict is None:
            choice = Choice(
                state=InterviewState(state),
                answer=Answer(facts.answer),
                starts_at=facts.starts_at,
                was_told=was_told,
                channels=points,
                texts=(),
                cools_until=cools_until,
            )
            locales = each.alike.locales
            verdict = weigh(choice, locales, texts, purpose, wanted, now=now, due_at=due_at)
            weighed[kind] = verdict
        route = routes.get(each.id)
        items.append(Item(each, *on_route(verdict, route), known.times if known else 0, route))
    return items
