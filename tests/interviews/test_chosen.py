"""The statement that reads chosen interviews says the same as the models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, LiteralString

from django.db import connection

from tests.factories import Cast, create_interview, create_interviews
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.actions.invite import send, summarize
from yuemian.interviews.chosen import Kinds, Said, ask_chosen, read_chosen
from yuemian.interviews.facts import InterviewFacts
from yuemian.interviews.models import Interview
from yuemian.trust.beside import Answer, Wire
from yuemian.trust.identifiers import uuid7

COPIES = """
INSERT INTO messaging_notification
SELECT (copied).* FROM (
    SELECT jsonb_populate_record(NULL::messaging_notification, to_jsonb(m)
        || jsonb_build_object('id', gen_random_uuid(), 'subject_id', gen_random_uuid())) AS copied
    FROM messaging_notification m, generate_series(1, 5000) OFFSET 0
) AS copies
"""


def test_the_statement_and_the_models_give_the_same_facts(cast: Cast, now: datetime) -> None:
    fields = {"job": cast.analyst, "locale": "en", "candidate_zone": "Europe/Paris"}
    interview = create_interview(cast, now=now, **fields)
    (chosen,) = read_chosen(cast.organization.pk, [interview.pk])
    candidate = interview.application.candidate
    assert chosen.facts == InterviewFacts.of(interview)
    assert chosen.locales == ("en", "zh-hans")
    assert (chosen.candidate.candidate_id, chosen.candidate.number) == (candidate.pk, candidate.key.number)
    assert set(chosen.contact_points) == {Channel.EMAIL, Channel.SMS}


def test_an_interview_without_recruiter_names_no_contact(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    Interview.objects.update(recruiter=None)
    (chosen,) = read_chosen(cast.organization.pk, [interview.pk])
    assert chosen.facts == InterviewFacts.of(Interview.objects.with_people().get())


def test_the_order_given_is_kept_and_each_comes_once(cast: Cast, now: datetime) -> None:
    first, second, third = (each.pk for each in create_interviews(cast, 3, now=now))
    chosen = read_chosen(cast.organization.pk, [third, first, uuid7(), second, first])
    assert [each.id for each in chosen] == [third, first, second]


def test_addresses_out_of_use_do_not_count(cast: Cast, now: datetime) -> None:
    interview = create_interview(cast, now=now)
    interview.application.candidate.contact_points.filter(channel="sms").update(state="opted_out")
    (chosen,) = read_chosen(cast.organization.pk, [interview.pk])
    assert list(chosen.contact_points) == [Channel.EMAIL]


def test_people_who_differ_in_their_names_alone_share_one_object_over_all_slices(
    cast: Cast, now: datetime
) -> None:
    ids = [each.pk for each in create_interviews(cast, 4, now=now, starts_at=now + timedelta(days=3))]
    elsewhere = create_interview(cast, now=now, locale="en").pk
    kinds, organization_id = Kinds(), cast.organization.pk
    slices = (ids[:2], [*ids[2:], elsewhere])
    chosen = [
        each for some in slices for each in ask_chosen(Wire(), organization_id, some, kinds=kinds).chosen()
    ]
    assert len({each.candidate_name for each in chosen}) == 4
    assert [each.alike is chosen[0].alike for each in chosen] == [True] * 4 + [False]
    assert [each.facts for each in chosen] == [
        InterviewFacts.of(Interview.objects.with_people().get(pk=each.id)) for each in chosen
    ]


def test_what_was_said_is_looked_up_and_not_walked_through_while_the_table_grows(
    cast: Cast, now: datetime
) -> None:
    """A send asks between its own rows, of which PostgreSQL has no statistics yet."""
    first = create_interview(cast, now=now)
    version = cast.templates[Purpose.INVITATION]
    summary = summarize([first], version, Purpose.INVITATION, [Channel.EMAIL], now=now)
    send(cast.recruiter, summary, version, Purpose.INVITATION, now=now)
    with connection.cursor() as cursor:
        cursor.execute(COPIES)

    class Explaining(Wire):
        plan = ""

        def ask(self, statement: LiteralString, values: Mapping[str, Any]) -> Answer:
            if "messaging_notification" in statement:
                self.plan = "\n".join(row[0] for row in super().ask(f"EXPLAIN {statement}", values).rows())
            return super().ask(statement, values)

    wire = Explaining()
    asked = ask_chosen(
        wire, cast.organization.pk, [first.pk, *(uuid7() for _ in range(2000))], Purpose.INVITATION
    )
    assert re.search(r"Index Scan (?:using|on) notification_", wire.plan), wire.plan
    assert "Seq Scan on messaging_notification" not in wire.plan, wire.plan
    _, said = asked.with_said()
    assert said == {first.pk: Said(1, is_told=True)}
