"""Statements of the running transaction past Django's cursor, and in a thread while the caller makes the next ones."""

from __future__ import annotations

import gc
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Lock
from types import TracebackType
from typing import Any, Final, LiteralString, Self, TypeVar

from django.db import connection
from psycopg import Connection, Cursor, OperationalError, abc
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import InFailedSqlTransaction, error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from psycopg.pq.abc import PGresult

from yuemian.trust import columns
from yuemian.trust.collecting import RARELY

V = TypeVar("V")
R = TypeVar("R")
Row = tuple[Any, ...]
#: Has a statement carried out, now or soon.
Execute = Callable[[LiteralString, Mapping[str, Any]], object]
#: Statements that wait for their turn, with their rows: enough that neither side waits, few enough to hold.
_AHEAD: Final = 3
#: Seconds.
_USUAL_TURN: Final = sys.getswitchinterval()
_SHORT_TURN: Final = _USUAL_TURN / 10
#: Guards what follows, which is the process's.
_pace = Lock()
_open = 0
_usual_threshold = gc.get_threshold()
_NAME: Final = re.compile(r"%\((\w+)\)s")


class Answer:
    """What a statement returned, not yet made into values: that is work of Python's, which the connection need not
    wait for. Any thread may do it.
    """

    def __init__(self, result: PGresult, adapted: abc.Transformer) -> None:
        self._result, self._adapted = result, adapted

    def rows(self) -> list[Row]:
        return columns.with_ids(self.raw_rows(), self._result)

    def raw_rows(self) -> list[Row]:
        """The same with ids as their 16 bytes: whoever needs few of them makes those (`columns.ids`)."""
        self._adapted.set_pgresult(self._result)
        return self._adapted.load_rows(0, self._result.ntuples, tuple)

    def raw(self, column: int) -> list[bytes | None]:
        """One column as PostgreSQL sends it."""
        return [self._result.get_value(row, column) for row in range(self._result.ntuples)]


class Wire:
    """The connection of the calling thread's transaction; any thread may use it, one at a time.

    Sends one statement and waits for its answer in a single call that leaves Python to others: psycopg's own way comes
    back for every piece that a socket takes, and each time waits until a busy thread lets it.
    """

    def __init__(self) -> None:
        connection.ensure_connection()
        assert connection.connection is not None
        self._raw: Connection[Row] = connection.connection
        self._errors = connection.wrap_database_errors
        if not self._raw.autocommit and self._raw.info.transaction_status == TransactionStatus.IDLE:
            self._raw.execute("SELECT")  # a transaction begins with the first statement that is not ours
        # Adapts binary results and columns, where Django's own cursor knows neither.
        self._context = Cursor[Row](self._raw)
        columns.register(self._context)

    def fetch(self, statement: LiteralString, values: Mapping[str, Any]) -> list[Row]:
        """The rows, as `ask`."""
        return self.ask(statement, values).rows()

    def ask(self, statement: LiteralString, values: Mapping[str, Any]) -> Answer:
        """Has it carried out. Values may be columns (`trust.columns`); each placeholder says its type by a cast.

        Raises Django's database errors.
        """
        query, names = _numbered(statement)
        adapted = Transformer(self._context)
        parameters = adapted.dump_sequence([values[name] for name in names], [PyFormat.AUTO] * len(names))
        with self._errors:
            with self._raw.lock:
                result = self._raw.pgconn.exec_params(
                    query, parameters, adapted.types, adapted.formats, Format.BINARY
                )
            if self._raw.pgconn.status == ConnStatus.BAD:
                raise OperationalError("The connection to the database is lost.")
            if result.status not in {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}:
                raise error_from_result(result)
        return Answer(result, adapted)


class Beside:
    """Python and PostgreSQL at work at the same time, in one transaction and in the order given.

    Leaving the block waits until everything is done, and raises what went wrong first.
    """

    def __init__(self) -> None:
        self._wire = Wire()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="beside")
        self._under_way: deque[Future[Any]] = deque()
        #: What broke the transaction; whatever comes after it fails, too, and says nothing.
        self._broken_by: BaseException | None = None

    def __enter__(self) -> Self:
        _at_work(1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Nothing of ours may still use the connection when the transaction goes back.
        self._pool.shutdown()
        _at_work(-1)
        if self._broken_by is not None and self._broken_by is not error:
            raise self._broken_by
        if error is None:
            self.wait()

    def execute(self, statement: LiteralString, values: Mapping[str, Any]) -> None:
        """Soon. Raises what an earlier one did."""
        while len(self._under_way) >= _AHEAD:
            self._under_way.popleft().result()
        self._under_way.append(self._pool.submit(self._do, self._wire.fetch, statement, values))

    def ahead(self, read: Callable[[Wire, V], R], values: Iterable[V]) -> Iterator[R]:
        """`read` for each value; the next is read while the caller works on the one before.

        What it returns had best be an `Answer`: while this thread makes values, PostgreSQL has nothing to do.
        """
        reading: Future[R] | None = None
        for value in values:
            before, reading = reading, self._pool.submit(self._do, read, self._wire, value)
            if before:
                yield before.result()
        if reading:
            yield reading.result()

    def wait(self) -> None:
        """Until nothing is under way."""
        while self._under_way:
            self._under_way.popleft().result()

    def _do(self, work: Callable[..., R], *values: Any) -> R:
        try:
            return work(*values)
        except BaseException as error:
            if self._broken_by is None and not isinstance(error.__cause__, InFailedSqlTransaction):
                self._broken_by = error
            raise


def _at_work(more: int) -> None:
    """While a block is open, a busy thread keeps Python to itself for a tenth of the usual time: PostgreSQL waits for
    its next statement until the thread beside has had a turn, which was a sixth of a large send. And garbage is looked
    for rarely: the people of a slice live just long enough to be gone through again and again.
    """
    global _open, _usual_threshold  # noqa: PLW0603  (both are the process's, not a block's)
    with _pace:
        if not _open:
            _usual_threshold = gc.get_threshold()
        _open += more
        sys.setswitchinterval(_SHORT_TURN if _open else _USUAL_TURN)
        gc.set_threshold(*(RARELY if _open else _usual_threshold))


def execute_now(statement: LiteralString, values: Mapping[str, Any]) -> None:
    """In this thread; values may be columns."""
    Wire().fetch(statement, values)


@lru_cache(maxsize=256)
def _numbered(statement: str) -> tuple[bytes, tuple[str, ...]]:
    """`%(name)s` as PostgreSQL counts its parameters, and their names in that order."""
    names = tuple(dict.fromkeys(_NAME.findall(statement)))
    numbers = {name: f"${number}" for number, name in enumerate(names, 1)}
    return _NAME.sub(lambda found: numbers[found[1]], statement).encode(), names
