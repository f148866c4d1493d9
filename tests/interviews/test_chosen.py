"""The statement that reads chosen interviews says the same as the models."""

from __future__ import annotations

from datetime import datetime

from tests.factories import Cast, create_interview, create_interviews
from yuemian.domain.states import Channel
from yuemian.interviews.chosen import read_chosen
from yuemian.interviews.facts import InterviewFacts
from yuemian.interviews.models import Interview
from yuemian.trust.identifiers import uuid7


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
