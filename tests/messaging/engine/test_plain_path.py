"""The ordinary message, one account without rate or cost, asks the database for nothing that others need."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db import connection

from tests.messaging.engine.conftest import FakeProvider, Story, create_worker, drain, run
from yuemian.domain.states import Channel
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.messaging.engine import account_statements, statements
from yuemian.messaging.engine.database import Database, Values
from yuemian.messaging.subjects import SUBJECTS


class CountingDatabase(Database):
    asked: Counter[str]

    async def fetch(self, statement: str, values: Values = None) -> list[Any]:
        self.asked[statement] += 1
        return await super().fetch(statement, values)


def asked_for(story: Story, *channels: Channel) -> Counter[str]:
    class FakeSMS(FakeProvider):
        channel = Channel.SMS

    settings = connection.settings_dict
    options = settings["OPTIONS"] | {"assume_role": "yuemian_engine"}
    story.invite(8, channels)

    async def works() -> Counter[str]:
        database = CountingDatabase({**settings, "OPTIONS": options})
        database.asked = Counter()
        await drain(create_worker(FakeProvider(), FakeSMS(), database=database, chunk=4))
        return database.asked

    found: Counter[str] = run(works())
    assert set(story.deliveries("state")) == {("sent",)}
    return found


def test_a_claim_of_two_chunks_costs_one_look_and_two_statements_a_chunk(live: Story) -> None:
    asked = asked_for(live, Channel.EMAIL)
    once = {
        account_statements.ACCOUNTS: 1,  # when the worker opens
        SUBJECTS[SUBJECT_KIND].truth_sql: 1,
        statements.ORGANIZATIONS: 1,
        statements.TEXTS: 1,
        statements.HAND_OVER: 2,
        statements.SETTLE_SENT: 2,
    }
    others = {statements.CLAIM, statements.FINISH_BATCHES, statements.ANNOUNCE}
    assert {each: count for each, count in asked.items() if each in once} == once
    # Canaries are judged with the news; everything else would be a statement too many.
    unknown = [each for each in asked if each not in once and each not in others and "canary" not in each]
    assert unknown == []
