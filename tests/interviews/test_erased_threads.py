"""Whoever writes about somebody who was erased meanwhile reads that nothing can be written any more."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from tests.factories import Cast, sign_in_client
from tests.interviews.conversations import asking, interview_of
from yuemian.hiring.actions.erase import erase_by_hand
from yuemian.messaging.models import Consultation, Conversation, Message, Note

pytestmark = pytest.mark.django_db


@pytest.fixture
def erased(cast: Cast, now: datetime) -> Conversation:
    """Somebody who had asked something."""
    conversation = asking(cast, now=now, interviewers=[cast.interviewer])
    interview = interview_of(conversation)
    erase_by_hand(cast.owner, interview.application.candidate, now=now)
    return conversation


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/inbox/{conversation}/answer", {"text": "有的。"}),
        ("/inbox/{conversation}/note", {"text": "问一下行政。"}),
        ("/inbox/{conversation}/consult", {"interviewer": "{interviewer}"}),
        ("/interviews/{interview}/answer", {"text": "有的。"}),
    ],
)
def test_nothing_is_written_about_the_erased(
    cast: Cast, erased: Conversation, path: str, form: dict[str, str]
) -> None:
    client: Client = sign_in_client(cast.recruiter)
    names = {
        "conversation": erased.pk,
        "interview": interview_of(erased).pk,
        "interviewer": cast.interviewer.pk,
    }
    said = Message.objects.count()
    answer = client.post(path.format(**names), {key: text.format(**names) for key, text in form.items()})
    assert answer.status_code in {302, 303}
    assert "删除" in " ".join(str(each) for each in get_messages(answer.wsgi_request))
    assert Message.objects.count() == said
    assert not Note.objects.exists()
    assert not Consultation.objects.exists()
