"""Mail that nobody could place: seen by recruiters alone, given to the right person or discarded, gone in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from tests.domain.mail_reply.letters import mail
from tests.factories import create_interview, sign_in_client
from tests.intake.mail.conftest import Post
from yuemian.domain.states import Channel
from yuemian.hiring.models import ContactPoint
from yuemian.intake.actions.place_mail import KEPT_FOR, assign, discard, forget_unsorted
from yuemian.intake.models import UnsortedMail
from yuemian.interviews.timeline import conversation
from yuemian.messaging.models import Message
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import destroy

LIST = "/mail/unsorted"


@pytest.fixture
def unsorted(post: Post) -> UnsortedMail:
    made = mail("我是王小雨的同学", to="jobs@galaxy.example", **{"from": "同学 <mate@example.net>"})
    made.add_attachment(b"x", maintype="application", subtype="pdf", filename="证明.pdf")
    assert post.take(made) == "unsorted"
    return UnsortedMail.objects.get()


@pytest.fixture
def client(post: Post) -> Client:
    return sign_in_client(post.cast.recruiter)


def test_is_listed_for_recruiters_and_nobody_else(post: Post, unsorted: UnsortedMail, client: Client) -> None:
    page = client.get(LIST).content.decode()
    assert "mate@example.net" in page
    assert "我是王小雨的同学" in page
    for other in (post.cast.interviewer, post.cast.lead, post.cast.auditor):
        assert sign_in_client(other).get(LIST).status_code == 403
        assert sign_in_client(other).get(f"{LIST}/{unsorted.pk}").status_code == 403


def test_people_are_found_by_name_without_it_standing_in_an_address(
    post: Post, unsorted: UnsortedMail, client: Client
) -> None:
    name = post.interview.application.candidate.name
    answer = client.post(f"{LIST}/{unsorted.pk}", {"q": name[:3]})
    assert name in answer.content.decode()
    assert 'method="post"' in answer.content.decode()
    assert UnsortedMail.objects.count() == 1


def test_those_who_share_the_address_are_offered(post: Post, client: Client) -> None:
    other = create_interview(post.cast, now=post.now, email="d@example.com", name="赵六")
    points = ContactPoint.objects.filter(candidate=other.application.candidate, channel=Channel.EMAIL)
    points.update(blind_index=post.point().blind_index)
    post.take(mail(to="jobs@galaxy.example"))
    page = client.get(f"{LIST}/{UnsortedMail.objects.get().pk}").content.decode()
    assert "赵六" in page
    assert post.interview.application.candidate.name in page


def test_given_to_a_candidate_it_stands_in_the_thread(
    post: Post, unsorted: UnsortedMail, client: Client
) -> None:
    answer = client.post(f"{LIST}/{unsorted.pk}/assign", {"interview": str(post.interview.pk)})
    assert answer.headers["Location"] == f"/interviews/{post.interview.pk}"
    (said,) = conversation(post.interview)
    assert (said.text, said.other_sender, said.attachments) == (
        "我是王小雨的同学",
        "mate@example.net",
        ["证明.pdf"],
    )
    assert UnsortedMail.objects.count() == 0
    entry = AuditEntry.objects.get(action="mail.assigned")
    assert entry.details == {"application": str(post.interview.application_id)}


def test_is_given_once(post: Post, unsorted: UnsortedMail) -> None:
    application = post.interview.application
    assert assign(post.cast.recruiter, unsorted.pk, application, now=post.now)
    assert not assign(post.cast.recruiter, unsorted.pk, application, now=post.now)
    assert not discard(post.cast.recruiter, unsorted.pk, now=post.now)
    assert Message.objects.count() == 1


def test_is_not_given_to_somebody_erased(post: Post, unsorted: UnsortedMail, client: Client) -> None:
    destroy([post.interview.application.candidate.key], post.now)
    client.post(f"{LIST}/{unsorted.pk}/assign", {"interview": str(post.interview.pk)})
    assert UnsortedMail.objects.count() == 1


@pytest.mark.parametrize("interview", ["", "x", "0197a2b4-0000-7000-8000-000000000001"])
def test_is_not_given_to_nobody(unsorted: UnsortedMail, client: Client, interview: str) -> None:
    assert client.post(f"{LIST}/{unsorted.pk}/assign", {"interview": interview}).status_code == 404
    assert UnsortedMail.objects.count() == 1


def test_discarded_it_is_gone(unsorted: UnsortedMail, client: Client) -> None:
    assert client.get(f"{LIST}/{unsorted.pk}/discard").status_code == 405
    client.post(f"{LIST}/{unsorted.pk}/discard")
    assert UnsortedMail.objects.count() == 0
    assert AuditEntry.objects.filter(action="mail.discarded").exists()


def test_nobody_placed_it_for_long_so_it_is_forgotten(post: Post, unsorted: UnsortedMail) -> None:
    organization = post.cast.organization.pk
    assert forget_unsorted(organization, post.now + KEPT_FOR - timedelta(hours=1)) == 0
    assert forget_unsorted(organization, post.now + KEPT_FOR + timedelta(hours=1)) == 1


def test_what_could_not_be_read_is_shown_as_such(post: Post, client: Client) -> None:
    post.take(b"Content-Type: multipart/mixed; boundary=x\n\n" + b"boundary" * 100)
    page = client.get(LIST).content.decode()
    assert "无法读取" in page
