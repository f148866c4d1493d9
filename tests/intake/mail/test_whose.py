"""Whose a mail is: addresses that are proved and that are not, and letters about other things than interviews."""

from __future__ import annotations

import pytest

from tests.domain.mail_reply.letters import mail
from tests.factories import create_interview, sign_in_client
from tests.intake.mail.conftest import Post
from yuemian.domain.states import Channel
from yuemian.hiring.actions.correct import confirm_address, propose_address
from yuemian.hiring.models import ContactPoint
from yuemian.intake.actions.place_mail import assign
from yuemian.intake.models import UnsortedMail
from yuemian.interviews.timeline import conversation

TYPED = "typed@example.net"


@pytest.fixture
def typed(post: Post) -> ContactPoint:
    """An address that the candidate entered, and for which no code has come back yet."""
    candidate = post.interview.application.candidate
    return propose_address(candidate, Channel.EMAIL, TYPED, now=post.now)


class TestAnAddressThatNobodyProved:
    def test_finds_nobody(self, post: Post, typed: ContactPoint) -> None:
        assert post.take(mail(to="jobs@galaxy.example", **{"from": TYPED})) == "unsorted"
        unsorted = UnsortedMail.objects.get()
        page = sign_in_client(post.cast.recruiter).get(f"/mail/unsorted/{unsorted.pk}").content.decode()
        assert unsorted.why == "unknown"
        assert post.interview.application.candidate.name not in page

    def test_is_another_address_than_the_candidates(self, post: Post, typed: ContactPoint) -> None:
        post.take(post.answer(**{"from": TYPED}))
        assert [said.other_sender for said in conversation(post.interview)] == [TYPED]

    def test_stays_another_one_when_a_person_places_its_mail(self, post: Post, typed: ContactPoint) -> None:
        post.take(mail(to="jobs@galaxy.example", **{"from": TYPED}))
        placed = UnsortedMail.objects.get()
        assert assign(post.cast.recruiter, placed.pk, post.interview.application, now=post.now)
        assert [said.other_sender for said in conversation(post.interview)] == [TYPED]

    def test_takes_nothing_from_the_person_whose_it_is(self, post: Post) -> None:
        other = create_interview(post.cast, now=post.now, email="d@example.com")
        propose_address(other.application.candidate, Channel.EMAIL, "c@example.com", now=post.now)
        assert post.take(mail(to="jobs@galaxy.example")) == "reply"
        assert len(post.messages()) == 1

    def test_is_the_candidates_once_it_is_proved(self, post: Post, typed: ContactPoint) -> None:
        confirm_address(post.interview.application.candidate, typed, now=post.now)
        assert post.take(mail(to="jobs@galaxy.example", **{"from": TYPED})) == "reply"
        assert [said.other_sender for said in conversation(post.interview)] == [""]
