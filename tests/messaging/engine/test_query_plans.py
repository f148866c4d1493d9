"""However the tables have grown, the engine finds its rows by their keys; and its hand-over writes no index."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection

from tests.messaging.engine.conftest import Story, create_database, run
from yuemian.domain.states import Channel
from yuemian.messaging.engine import statements
from yuemian.messaging.engine.database import Values
from yuemian.trust import columns

#: Enough that reading a whole table looks cheap beside the rows that are expected.
MANY = 3000
_COPIES = """
INSERT INTO messaging_{table}
SELECT (copied).* FROM (
    SELECT jsonb_populate_record(NULL::messaging_{table}, to_jsonb(m) || jsonb_build_object({new})) AS copied
    FROM messaging_{table} m, generate_series(1, {many}) AS n OFFSET 0  -- else once for each column
) AS copies
"""


@pytest.fixture
def crowded(live: Story, as_owner: Callable[[str], None]) -> Story:
    """A queue of thousands that PostgreSQL knows all about."""
    live.invite(1, (Channel.EMAIL,))
    as_owner(
        _COPIES.format(
            table="notification", many=MANY, new="'id', gen_random_uuid(), 'subject_id', gen_random_uuid()"
        )
    )
    as_owner(
        _COPIES.format(
            table="delivery", many=MANY, new="'id', gen_random_uuid(), 'notification_id', gen_random_uuid()"
        )
    )
    as_owner("ANALYZE messaging_delivery")
    as_owner("ANALYZE messaging_notification")
    return live


def plan_of(statement: str, values: Values) -> str:
    async def explained() -> str:
        database = create_database(1)
        await database.open()
        try:
            return "\n".join(str(row[0]) for row in await database.fetch(f"EXPLAIN {statement}", values))
        finally:
            await database.close()

    found: str = run(explained())
    return found


def test_a_claim_reads_no_table_from_end_to_end(crowded: Story) -> None:
    values = {"worker": uuid4(), "limit": 500, "lease": timedelta(minutes=1)}
    plan = plan_of(statements.CLAIM, values)
    assert not re.findall(r"Seq Scan on messaging_(?:delivery|notification)", plan), plan


def test_which_lanes_have_due_rows_is_read_from_their_first(crowded: Story) -> None:
    """One look for every organization and urgency, not one at every row that waits."""
    plan = plan_of(statements.CLAIM, {"worker": uuid4(), "limit": 500, "lease": timedelta(minutes=1)})
    busy = plan[plan.index("CTE busy") : plan.index("CTE due")]
    assert "messaging_delivery" not in busy, busy


def test_hand_over_and_settlement_go_by_the_key_alone(crowded: Story) -> None:
    ids: list[UUID] = [uuid4() for _ in range(250)]
    hand_over = plan_of(
        statements.HAND_OVER,
        {"provider": "smtp", "account": None, "ids": ids, "worker": uuid4(), "margin": timedelta(seconds=20)},
    )
    settle = plan_of(
        statements.SETTLE_SENT,
        {
            "deliveries": columns.uuids(ids),
            "workers": columns.uuids(ids),
            "attempts": columns.integers([1] * 250),
            "providers": columns.texts(["smtp"] * 250),
            "provider_ids": columns.texts([""] * 250),
        },
    )
    for plan in (hand_over, settle):
        assert set(re.findall(r"(?:using|Scan on) (delivery_\w+|messaging_\w+)", plan)) <= {
            "messaging_delivery_pkey",
            "messaging_notification_pkey",
            "messaging_delivery",
            "messaging_batch",  # few rows, read once: which run is looked at as a whole
        }, plan
        assert not re.findall(r"Seq Scan on (?!messaging_batch)", plan), plan


def test_no_index_looks_at_what_the_hand_over_writes(db: None) -> None:
    """Else every hand-over would write all indexes of the row anew."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'messaging_delivery'")
        found = dict(cursor.fetchall())
    assert "delivery_receipts" in found
    written = {name for name, text in found.items() if re.search(r"\b(?:account|provider|cost)\b", text)}
    assert written == set()
