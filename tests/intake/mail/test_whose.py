"""Whose a mail is: addresses that are proved and that are not, and letters about other things than interviews."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from tests.domain.mail_reply.letters import mail
from tests.factories import create_interview, create_interviews, sign_in_client
from tests.intake.mail.conftest import Post
from tests.results.stories import Tale
from yuemian.domain.states import Channel, DeliveryState, Purpose
from yuemian.hiring.actions.correct import confirm_address, propose_address
from yuemian.hiring.models import Application, ContactPoint
from yuemian.intake.actions.place_mail import assign
from yuemian.intake.models import UnsortedMail
from yuemian.interviews.actions.schedule import Person
from yuemian.interviews.timeline import conversation
from yuemian.messaging.mailboxes import addresses_of
from yuemian.messaging.models import DeliveryEvent, EventKind, Message, Notification

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


class Letter:
    """The result of somebody's first application, told by mail; they stand in a second one, too."""

    def __init__(self, post: Post) -> None:
        self._mailbox = post.mailbox
        self.first = post.interview
        me = Person(
            self.first.application.candidate.name, "", candidate_id=self.first.application.candidate_id
        )
        (self.second,) = create_interviews(post.cast, 1, now=post.now, people=[me], job=post.cast.sales)
        tale = Tale(post.cast, post.now)
        batch = tale.prepare(tale.decide([self.first]))
        tale.submit(batch)
        tale.approve(batch)
        tale.release(batch)
        self.told = Notification.objects.get(subject_id=tale.only(batch).pk, purpose=Purpose.RESULT)
        self.told.deliveries.update(state=DeliveryState.SENT, sent_at=post.now, provider="smtp", attempt=1)

    @property
    def address(self) -> str:
        return addresses_of(self._mailbox).reply_to(self.told.pk)

    def threads(self) -> list[Application]:
        return [each.conversation.application for each in Message.objects.all()]

    def replied(self) -> list[UUID]:
        noted = DeliveryEvent.objects.filter(kind=EventKind.REPLIED)
        return [each.delivery.notification_id for each in noted]


class TestAnAnswerToALetter:
    @pytest.fixture
    def letter(self, post: Post) -> Letter:
        return Letter(post)

    @pytest.mark.parametrize("by", ["token", "reference"])
    def test_joins_the_application_that_the_letter_was_about(
        self, post: Post, letter: Letter, by: str
    ) -> None:
        fields = {"to": letter.address}
        if by == "reference":
            fields = {"to": "jobs@galaxy.example", "in_reply_to": f"<n-{letter.told.pk}.1@galaxy.example>"}
        assert post.take(mail("谢谢告知", **fields)) == "reply"
        assert letter.threads() == [letter.first.application]
        assert letter.replied() == [letter.told.pk]

    def test_from_another_address_says_so(self, post: Post, letter: Letter) -> None:
        assert post.take(mail(to=letter.address, **{"from": "father@example.net"})) == "reply"
        assert letter.threads() == [letter.first.application]
        assert [said.other_sender for said in conversation(letter.first)] == ["father@example.net"]


def test_a_mail_that_says_only_whose_it_is_belongs_to_the_interview_that_comes_first(post: Post) -> None:
    me = Person(
        post.interview.application.candidate.name, "", candidate_id=post.interview.application.candidate_id
    )
    later = post.now + timedelta(days=20)
    create_interviews(post.cast, 1, now=post.now, people=[me], job=post.cast.sales, starts_at=later)
    assert post.take(mail(to="jobs@galaxy.example")) == "reply"
    assert len(post.messages()) == 1
