"""What every provider must do whatever it speaks: run over each of them by `test_contract.py`."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

import pytest

from yuemian.channels.base import (
    DEFINITELY_NOT_SENT,
    TOO_LATE,
    BadAddress,
    Dedup,
    Message,
    Outcome,
    Provider,
    Receipt,
    leaving_clock,
)
from yuemian.domain.states import Channel


class Case(Protocol):
    """One provider with a simulator of its vendor; `faulty` never answers a message it has taken."""

    @property
    def provider(self) -> type[Provider]: ...

    @property
    def good_address(self) -> str: ...

    @property
    def bad_addresses(self) -> Sequence[str]: ...

    def message(self, number: int) -> Message: ...

    def working(self) -> AbstractAsyncContextManager[Provider]: ...

    def silent(self) -> AbstractAsyncContextManager[Provider]: ...

    def absent(self) -> Provider: ...


def check_declaration(case: Case) -> None:
    provider = case.provider
    assert provider.name == provider.name.lower()
    assert isinstance(provider.channel, Channel)
    assert isinstance(provider.dedup, Dedup)
    assert provider.limits.batch >= 1
    assert dataclasses.is_dataclass(provider.Config)
    for field in dataclasses.fields(provider.Config):
        assert field.metadata["label"], f"{field.name} needs a label: the settings form is drawn from it"
        assert field.repr is not field.metadata["secret"], f"{field.name}: a secret must not appear in repr"


def check_addresses(case: Case) -> None:
    spelled = case.provider.normalise(case.good_address)
    assert case.provider.normalise(spelled) == spelled
    for address in case.bad_addresses:
        with pytest.raises(BadAddress, match=r"\.$"):  # an error is a sentence
            case.provider.normalise(address)


def check_sending(case: Case) -> None:
    """As many receipts as messages, in order, however often it is called; closing twice is harmless."""

    async def main() -> None:
        async with case.working() as provider:
            for count in (0, 1, provider.limits.batch):
                receipts = await provider.send([case.message(n) for n in range(count)])
                assert [receipt.kind for receipt in receipts] == [Outcome.ACCEPTED] * count
            await provider.close()
            await provider.close()

    asyncio.run(main())


def check_silence(case: Case) -> None:
    """A vendor that takes a message and says nothing leaves it ambiguous: never `retry`."""

    async def main() -> list[Receipt]:
        async with case.silent() as provider:
            receipts = await provider.send([case.message(1)])
            await provider.close()
            return receipts

    (receipt,) = asyncio.run(main())
    assert receipt.kind is Outcome.AMBIGUOUS


def check_absence(case: Case) -> None:
    """A vendor that cannot be reached has certainly taken nothing."""

    async def main() -> list[Receipt]:
        provider = case.absent()
        receipts = await provider.send([case.message(1), case.message(2)])
        await provider.close()
        return receipts

    receipts = asyncio.run(main())
    assert all(receipt.kind in DEFINITELY_NOT_SENT and receipt.detail for receipt in receipts)


def check_lateness(case: Case) -> None:
    """What may not leave any more is not written, and the answer says so."""

    async def main() -> list[Receipt]:
        async with case.working() as provider:
            late = [dataclasses.replace(case.message(n), leave_by=leaving_clock() - 1) for n in (1, 2)]
            receipts = await provider.send(late)
            (after,) = await provider.send([case.message(3)])
            assert after.kind is Outcome.ACCEPTED
            await provider.close()
            return receipts

    assert [(each.kind, each.code) for each in asyncio.run(main())] == [(Outcome.RETRY, TOO_LATE)] * 2
