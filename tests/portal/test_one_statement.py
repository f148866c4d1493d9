"""The hot requests ask the database as seldom as they can, and lose nothing by it."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import Cast, create_interview
from tests.portal.stories import confirm, invite, phone
from yuemian.domain.states import Answer
from yuemian.interviews.actions.respond import Refused, respond
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import Visit
from yuemian.portal.door import look
from yuemian.trust import audit


def test_opening_the_page_is_one_statement_that_also_notes_the_visit(cast: Cast) -> None:
    who = invite(cast, now=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        assert phone().get(who.address).status_code == 200
    assert len(asked) == 1
    assert Visit.objects.get().link_id == who.link.pk


def test_an_answer_is_three_statements_and_its_audit_entry_fits_the_chain(cast: Cast) -> None:
    now = timezone.now()
    who = invite(cast, now=now)
    with CaptureQueriesContext(connection) as asked:
        assert confirm(phone(), who, "accepted", now=now).status_code == 303
    statements = [each["sql"] for each in asked if "SAVEPOINT" not in each["sql"]]
    assert len(statements) == 3
    assert Interview.objects.get(pk=who.interview.pk).answer == Answer.ACCEPTED
    assert audit.verify(cast.organization.pk) is None


def test_an_answer_that_was_decided_on_facts_of_yesterday_is_decided_again(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now)
    as_read = Interview.objects.with_people().get(pk=who.interview.pk)
    Interview.objects.filter(pk=as_read.pk).update(state="cancelled", cancelled_at=now)
    with pytest.raises(Refused, match="cancelled"):
        respond(who.link, Answer.ACCEPTED, "", now=now, was_confirmed=False, interview=as_read)
    assert not Response.objects.exists()


def test_a_transaction_of_another_organization_opens_no_link(cast: Cast, now: datetime) -> None:
    who = invite(cast, now=now, interview=create_interview(cast, now=now))
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('yuemian.organization', gen_random_uuid()::text, true)")
        with pytest.raises(DatabaseError, match="another organization"), transaction.atomic():
            look(who.token, now=now)
