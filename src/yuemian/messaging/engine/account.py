"""One account at work: how many it takes at once, how fast, and whether it is well."""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple
from uuid import UUID

from yuemian.channels.base import TOO_LATE, Message, Outcome, Provider, Receipt
from yuemian.domain.breaker import Breaker, Circuit
from yuemian.domain.pace import Pace
from yuemian.domain.provider_choice import Choice
from yuemian.domain.segments import count_segments
from yuemian.domain.states import Channel, ReasonCode

#: The installation's own account has no row, and in a delivery no id.
INSTALLATION: Final = UUID(int=0)
#: What says that the account works, whatever became of the message.
_WELL: Final = frozenset(
    {Outcome.ACCEPTED, Outcome.BAD_RECIPIENT, Outcome.NO_CONSENT, Outcome.CONTENT_REJECTED}
)
#: What says that it does not.
UNWELL: Final = frozenset({Outcome.RETRY, Outcome.TOKEN_EXPIRED, Outcome.AMBIGUOUS, Outcome.CONFIG})
#: A rate for planning turns before any was seen.
_GUESS: Final = 50.0
#: The furthest ahead a turn is planned: by a rate that is known, and by one that is only guessed from what was seen.
_FURTHEST_KNOWN: Final = 600.0
_FURTHEST_GUESSED: Final = 20.0
_RECENT: Final = 5.0
#: Handed over at once before anything was seen, and to the slowest.
_FIRST: Final = 25
_FEWEST: Final = 8
#: A claim that waits longer than this for the gate shows that the account is slower than the worker. Long enough that
#: claims behind one another at a healthy account are never put off: rendering them twice costs more than waiting.
_LONG: Final = 5.0
#: Less than one in so many refused as too fast is no word about the account.
_FEW: Final = 5
#: After so many such refusals in a row a long silence is kept; before, no longer than this.
_IN_A_ROW: Final = 3
_SHORT: Final = 5.0


class AccountRow(NamedTuple):
    """A provider account; the columns of ACCOUNTS in their order."""

    id: UUID
    organization_id: UUID
    channel: str
    provider: str
    name: str
    weight: int
    cost: Decimal
    per_second: float
    health: str
    health_since: datetime | None
    health_until: datetime | None
    health_code: str
    learned_per_second: float | None
    version: int
    now: datetime


class Account:
    """A provider with its limits and its health; without a `row` it is the installation's own."""

    def __init__(self, provider: Provider, mail_from: str = "", row: AccountRow | None = None) -> None:
        self.provider, self.mail_from, self.row = provider, mail_from, row
        self.id = row.id if row else INSTALLATION
        self.gate = asyncio.Semaphore(provider.limits.concurrency)
        self.waiting: list[float] = []  # since when each claim stands before the gate
        self.is_watched = True  # the lab has no health
        self.breaker = Breaker()
        self.code = ""  # why it rests, as a ReasonCode
        self.pace = Pace(ceiling=(row.per_second if row else 0) or provider.limits.per_second)
        self.shared_rate = 0.0  # learned, as the row had it when it was last read or written; 0: nothing
        self.is_probe_planned = False
        self._ahead = timedelta(0)  # of our clock is that of the database, by which its row's times are meant
        self._turns = 0.0
        self._refusals = 0  # as too fast, with nothing else between them
        self._recent: deque[tuple[float, int, float]] = deque()  # when, how many, seconds on the wire

    @property
    def row_id(self) -> UUID | None:
        return None if self.id == INSTALLATION else self.id

    @property
    def channel(self) -> Channel:
        return self.provider.channel

    @property
    def now(self) -> datetime:
        """By the clock that its rests are written by: the database's, where all workers share them."""
        return utc_now() + self._ahead

    @property
    def rest(self) -> timedelta:
        """Until a probe is allowed; a probe under way is given a moment."""
        until = self.breaker.until
        return max(until - self.now, timedelta(0)) if until else timedelta(0)

    @property
    def is_full(self) -> bool:
        """A claim has stood before the gate for a while: another one would only hold its lease and wait."""
        return bool(self.waiting) and asyncio.get_running_loop().time() - self.waiting[0] > _LONG

    @property
    def is_priced(self) -> bool:
        return self.row is not None and self.row.cost > 0

    @property
    def is_refused(self) -> bool:
        """A person must mend it; time alone will hardly do."""
        return self.breaker.circuit is not Circuit.OK and self.code in {
            ReasonCode.CREDENTIALS_REFUSED,
            ReasonCode.NOT_CONFIGURED,
        }

    def adopt(self, row: AccountRow) -> None:
        """What other workers and the settings page have written."""
        self.row, self._ahead = row, row.now - utc_now()
        if row.health != self.breaker.circuit or row.health_until != self.breaker.until:
            self.breaker = self._breaker_of(row)
            self.is_probe_planned = False
        self.code = row.health_code
        self._adopt_pace(row)

    def _adopt_pace(self, row: AccountRow) -> None:
        """A row that says what it said before teaches nothing: what was learned here since is newer."""
        before, self.shared_rate = self.shared_rate, row.learned_per_second or 0.0
        ceiling, learned = row.per_second or self.provider.limits.per_second, self.pace.learned
        was_refused = _is_slower(self.shared_rate, before)
        if was_refused or (self.shared_rate != before and _is_slower(learned, self.shared_rate)):
            learned = self.shared_rate
        if (ceiling, learned) != (self.pace.ceiling, self.pace.learned):
            now, too_fast = asyncio.get_running_loop().time(), max(self.pace.too_fast, learned)
            refused_at = now if was_refused else self.pace.refused_at
            self.pace = Pace(ceiling, learned, too_fast, grown_at=now, refused_at=refused_at)

    def _breaker_of(self, row: AccountRow) -> Breaker:
        if row.health == Circuit.OK:
            return Breaker()
        rest = self.breaker.rest
        if row.health == Circuit.OPEN and row.health_until and row.health_since:
            rest = row.health_until - row.health_since
        return Breaker(Circuit(row.health), row.health_since, row.health_until, rest)

    def choice(self, *, is_alone: bool) -> Choice[UUID]:
        """As the choice sees it. The installation's own is the reserve of an organization that has accounts."""
        weight = self.row.weight if self.row else (100 if is_alone else 0)
        admits = self.breaker.admits(self.now)
        is_usable = admits is None or (admits == 1 and not self.is_probe_planned)
        total = self.breaker.good + self.breaker.bad
        return Choice(self.id, weight, is_usable, self.breaker.good / total if total >= 1 else 1.0)

    def price(self, message: Message) -> Decimal:
        """Of a text message by its segments, as providers count them."""
        if self.row is None or not self.row.cost:
            return Decimal(0)
        return self.row.cost * (count_segments(message.text).parts if self.channel is Channel.SMS else 1)

    def saw(self, count: int, seconds: float) -> None:
        """So many took so long on the wire: what the account can do, for planning and for learning."""
        now = asyncio.get_running_loop().time()
        self._recent.append((now, count, seconds))
        while self._recent[0][0] < now - _RECENT:
            self._recent.popleft()

    @property
    def throughput(self) -> float:
        """Messages per second that it was given of late; 0 when nothing was sent."""
        if not self._recent:
            return 0.0
        span = asyncio.get_running_loop().time() - self._recent[0][0]
        return sum(count for _, count, _ in self._recent) / max(span, 1.0)

    @property
    def capacity(self) -> float:
        """Messages per second while it was busy: idle time says nothing about what it can do."""
        busy = sum(seconds for _, _, seconds in self._recent)
        count = sum(count for _, count, _ in self._recent)
        return self.provider.limits.concurrency * count / busy if busy > 0 else 0.0

    @property
    def within_a_second(self) -> int:
        """How many one hand-over sends in that time: so soon a stop is obeyed, and so few are unclear after a crash."""
        busy = sum(seconds for _, _, seconds in self._recent)
        count = sum(count for _, count, _ in self._recent)
        return max(int(count / busy), _FEWEST) if busy > 0 else _FIRST

    def turn(self) -> float:
        """Seconds until the turn of one more message that cannot go now; each call hands out the next turn.

        So a queue behind a slow account is put in order once, instead of being claimed over and over.
        """
        now = asyncio.get_running_loop().time()
        rate = self.pace.rate or self.capacity or _GUESS
        start = max(self._turns, now + self.pace.wait(now))
        furthest = _FURTHEST_KNOWN if self.pace.rate else _FURTHEST_GUESSED
        self._turns = min(start + 1 / rate, now + furthest)
        return self._turns - now

    def asked_to_slow_down(self, receipts: list[Receipt]) -> float | None:
        """For how many seconds the whole account is silent, or None when these answers are no word about it.

        A few among many concern their recipients (a mail server that greylists says the same words). A long silence
        is kept only when nothing else was heard meanwhile: one message must not hold up all others for a minute.
        """
        waits = [receipt.retry_after or 0.0 for receipt in receipts if receipt.kind is Outcome.THROTTLED]
        if len(waits) < len(receipts):
            self._refusals = 0
        self._refusals += len(waits)
        if not waits or len(waits) * _FEW < len(receipts):
            return None
        longest = max(waits)
        return longest if self._refusals >= _IN_A_ROW else min(longest, _SHORT)

    def verdicts(self, receipts: list[Receipt]) -> tuple[int, int]:
        """How many receipts say that it is well, and how many that it is not.

        Where this process stood still, what did not leave or went wrong meanwhile is not the account's fault.
        """
        if any(receipt.code == TOO_LATE for receipt in receipts):
            receipts = [receipt for receipt in receipts if receipt.kind in _WELL]
        good = sum(receipt.kind in _WELL for receipt in receipts)
        return good, sum(receipt.kind in UNWELL for receipt in receipts)


def _is_slower(rate: float, other: float) -> bool:
    """A rate of 0 is no limit."""
    return rate > 0 and (not other or rate < other)


def utc_now() -> datetime:
    return datetime.now(UTC)
