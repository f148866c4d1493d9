"""Statements in a thread belong to the caller's transaction: its order, its rights, its end."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Mapping
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from tests.factories import Cast
from yuemian.accounts.models import Organization
from yuemian.hiring.models import JobFamily
from yuemian.trust import columns
from yuemian.trust.beside import Beside, Wire
from yuemian.trust.identifiers import uuid7

WRITE = """
INSERT INTO hiring_jobfamily (id, organization_id, name, name_en)
SELECT id, %(organization)s::uuid, %(name)s::text, '' FROM unnest(%(ids)s::uuid[]) AS new (id)
"""
MARK = "UPDATE hiring_jobfamily SET name = name || %(mark)s::text WHERE name LIKE 'new%'"


def family(cast: Cast, name: str) -> Mapping[str, Any]:
    return {"organization": cast.organization.pk, "name": name, "ids": columns.uuids([uuid7()])}


def names(*, among: set[str]) -> list[str]:
    return sorted(JobFamily.objects.filter(name__in=among).values_list("name", flat=True))


def test_statements_are_done_in_the_order_given_when_the_block_ends(cast: Cast) -> None:
    with transaction.atomic(), Beside() as beside:
        for number in range(4):
            beside.execute(WRITE, family(cast, f"new {number}"))
            beside.execute(MARK, {"mark": "!"})
    assert names(among={"new 0!!!!", "new 1!!!", "new 2!!", "new 3!"}) == [
        "new 0!!!!",
        "new 1!!!",
        "new 2!!",
        "new 3!",
    ]


def test_what_the_caller_asks_itself_sees_what_was_done_before(cast: Cast) -> None:
    with transaction.atomic(), Beside() as beside:
        beside.execute(WRITE, family(cast, "mine"))
        beside.wait()
        assert names(among={"mine"}) == ["mine"]


def test_the_first_error_is_raised_and_not_what_failed_because_of_it(cast: Cast) -> None:
    twice = family(cast, "twice")

    def write() -> None:
        with transaction.atomic(), Beside() as beside:
            for values in (twice, twice, *(family(cast, f"after {number}") for number in range(6))):
                beside.execute(WRITE, values)

    with pytest.raises(IntegrityError, match="duplicate"):
        write()
    assert names(among={"twice", "after 0", "after 5"}) == []


def test_an_error_comes_before_the_callers_own_that_it_caused(cast: Cast) -> None:
    twice = family(cast, "twice")

    def write() -> None:
        with transaction.atomic(), Beside() as beside:
            beside.execute(WRITE, twice)
            beside.execute(WRITE, twice)
            while True:  # until the transaction is known to be broken
                Organization.objects.get()

    with pytest.raises(IntegrityError, match="duplicate"):
        write()


def test_the_callers_own_error_comes_before_those_that_it_caused(cast: Cast) -> None:
    def write() -> None:
        with transaction.atomic(), Beside() as beside:
            try:
                Wire().fetch("SELECT 1 / %(zero)s::int", {"zero": 0})
            finally:
                beside.execute(WRITE, family(cast, "after"))

    with pytest.raises(DataError, match="division by zero"):
        write()


def test_nothing_stays_when_the_caller_fails_while_statements_are_under_way(cast: Cast) -> None:
    def write() -> None:
        with transaction.atomic(), Beside() as beside:
            beside.execute("SELECT pg_sleep(0.2)", {})
            beside.execute(WRITE, family(cast, "gone"))
            raise KeyError

    with pytest.raises(KeyError):
        write()
    assert names(among={"gone"}) == []
    assert JobFamily.objects.exists()  # the outer transaction goes on


def test_the_thread_sees_the_callers_organization_alone(cast: Cast) -> None:
    with pytest.raises(Exception, match="row-level security"), transaction.atomic(), Beside() as beside:
        beside.execute(WRITE, {**family(cast, "foreign"), "organization": uuid7()})


def test_the_next_value_is_read_while_the_caller_works_on_the_one_before(cast: Cast) -> None:
    begun = [threading.Event() for _ in range(3)]

    def read(wire: Wire, number: int) -> int:
        begun[number].set()
        return int(wire.fetch("SELECT %(number)s::int * 10", {"number": number})[0][0])

    with transaction.atomic(), Beside() as beside:
        found = []
        for result in beside.ahead(read, range(3)):
            found.append(result)
            assert begun[min(len(found), 2)].wait(10)
    assert found == [0, 10, 20]


def test_reading_ahead_of_nothing_gives_nothing(cast: Cast) -> None:
    with transaction.atomic(), Beside() as beside:
        assert list(beside.ahead(lambda wire, value: value, [])) == []


def test_an_error_in_reading_is_the_callers(cast: Cast) -> None:
    def read(wire: Wire, text: str) -> object:
        return wire.fetch("SELECT %(text)s::text::int", {"text": text})

    with pytest.raises(DataError), transaction.atomic(), Beside() as beside:
        assert len(list(beside.ahead(read, ["1", "one", "2"]))) == 0


@pytest.mark.django_db(transaction=True)
def test_the_first_statement_of_a_transaction_goes_back_with_it() -> None:
    """Django leaves the beginning to psycopg, which does not know of statements sent past it."""
    with transaction.atomic():
        Wire().fetch("SELECT set_config('yuemian.trace', %(value)s::text, true)", {"value": "here"})
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('yuemian.trace', true)")
            assert cursor.fetchone()[0] == "here"


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_one_of_djangos_errors() -> None:
    with pytest.raises(Exception, match=r"lost|terminat|closed") as found, transaction.atomic():
        Wire().fetch("SELECT pg_terminate_backend(pg_backend_pid())", {})
    assert type(found.value).__module__ == "django.db.utils"
    connection.close()


def test_turns_are_short_and_garbage_rarely_looked_for_until_the_last_block_has_ended(cast: Cast) -> None:
    usual = sys.getswitchinterval(), gc.get_threshold()
    with transaction.atomic():
        with Beside():
            turn, threshold = sys.getswitchinterval(), gc.get_threshold()
            with Beside():
                pass
            assert (sys.getswitchinterval(), gc.get_threshold()) == (turn, threshold)
            assert turn < usual[0]
            assert threshold > usual[1]
        with pytest.raises(RuntimeError), Beside():
            raise RuntimeError
    assert (sys.getswitchinterval(), gc.get_threshold()) == usual
