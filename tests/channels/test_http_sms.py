"""HTTP SMS against strict gateways of three kinds that work, refuse, throttle, drop, hang and lie."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.channels.texts import LOOPBACK, create_provider, create_text
from tests.simulators.gateway import Fault, Gateway, Kind, mixed_faults, settings_for
from tests.simulators.http_server import ScriptedHTTP, answer, running
from yuemian.channels.base import DEFINITELY_NOT_SENT, Dedup, Message, Outcome, Receipt
from yuemian.channels.http_sms import HTTPSMSConfig, HTTPSMSProvider

OK, UNCLEAR = Outcome.ACCEPTED, Outcome.AMBIGUOUS
Story = Callable[[HTTPSMSProvider], Awaitable[list[Receipt]]]


def texts(count: int) -> list[Message]:
    return [create_text(number) for number in range(1, count + 1)]


def play(gateway: Gateway, story: Story, **changes: Any) -> list[Receipt]:
    async def main() -> list[Receipt]:
        async with running(ScriptedHTTP(gateway)) as server:
            settings = settings_for(gateway.kind, f"http://127.0.0.1:{server.port}")
            provider = HTTPSMSProvider(HTTPSMSConfig(**(settings | changes)), network=LOOPBACK)
            try:
                return await story(provider)
            finally:
                await provider.close()

    return asyncio.run(main())


def send(count: int = 1) -> Story:
    return lambda provider: provider.send(texts(count))


def kinds(receipts: list[Receipt]) -> list[Outcome]:
    return [receipt.kind for receipt in receipts]


@pytest.mark.parametrize("kind", list(Kind))
def test_every_text_of_a_batch_arrives_once_whole_and_at_its_own_number(kind: Kind) -> None:
    gateway = Gateway(kind)
    receipts = play(gateway, send(50))
    assert kinds(receipts) == [OK] * 50
    assert gateway.refused == []
    assert set(gateway.accepted.values()) == {1}
    for message, receipt in zip(texts(50), receipts, strict=True):
        taken = gateway.texts[message.key]
        assert (taken["to"], taken["text"], taken["from"]) == (message.to, message.text, "10690001")
        assert receipt.provider_id == gateway.ids[message.key]


TAKEN = {Fault.DROP_AFTER, Fault.HANG_AFTER, Fault.ERROR_AFTER, Fault.NONSENSE}


@pytest.mark.parametrize("fault", list(Fault))
def test_what_may_have_been_taken_is_unclear_and_what_was_certainly_not_is_said_so(fault: Fault) -> None:
    gateway = Gateway(Kind.NEITHER, lambda number: fault if number == 1 else None)
    (receipt,) = play(gateway, send())
    if fault in {Fault.THROTTLE, Fault.BUSY}:
        assert receipt.kind is (Outcome.THROTTLED if fault is Fault.THROTTLE else Outcome.RETRY)
        assert not gateway.accepted
    else:
        assert receipt.kind is UNCLEAR
        assert bool(gateway.accepted) is (fault in TAKEN)
    assert gateway.seen == 1, "the provider itself never repeats"


def test_throttling_brings_the_pause_that_was_asked_for() -> None:
    (receipt,) = play(Gateway(fault=lambda _n: Fault.THROTTLE), send())
    assert (receipt.kind, receipt.retry_after, receipt.code) == (Outcome.THROTTLED, 2.0, "rate_limited")


@pytest.mark.parametrize("fault", [Fault.DROP_BEFORE, Fault.DROP_AFTER, Fault.HANG_AFTER, Fault.ERROR_AFTER])
def test_an_unclear_text_is_settled_by_asking(fault: Fault) -> None:
    gateway = Gateway(Kind.LOOKUP, lambda number: fault if number == 1 else None)

    async def story(provider: HTTPSMSProvider) -> list[Receipt]:
        (receipt,) = await provider.send(texts(1))
        assert receipt.kind is UNCLEAR
        found = await provider.lookup(Message("", texts(1)[0].key, "", "", ""))
        assert found is not None, "the key is enough: the message may be long forgotten"
        return [found]

    (found,) = play(gateway, story)
    if fault is Fault.DROP_BEFORE:
        assert (found.kind, found.code) == (Outcome.RETRY, "never_received")
    else:
        assert (found.kind, found.provider_id) == (OK, "m1")


def test_a_look_up_that_gets_no_clear_answer_settles_nothing() -> None:
    async def story(provider: HTTPSMSProvider) -> list[Receipt]:
        assert await provider.lookup(texts(1)[0]) is None
        return []

    play(Gateway(Kind.LOOKUP), story, lookup_url="http://127.0.0.1:1/{key}")
    play(Gateway(Kind.LOOKUP), story, password="wrong")
    play(Gateway(Kind.LOOKUP), story, lookup_found="found = maybe", lookup_missing="found = perhaps")
    play(Gateway(Kind.KEY), story)


async def settled(provider: HTTPSMSProvider, message: Message, receipt: Receipt) -> Receipt:
    """The engine's rule for what is unclear: ask where one can."""
    if receipt.kind is UNCLEAR and provider.dedup is Dedup.LOOKUP:
        return await provider.lookup(message) or receipt
    return receipt


def may_be_repeated(provider: HTTPSMSProvider, receipt: Receipt) -> bool:
    return receipt.kind in DEFINITELY_NOT_SENT or (receipt.kind is UNCLEAR and provider.dedup is Dedup.KEY)


@pytest.mark.parametrize("kind", list(Kind))
def test_repeating_only_what_may_be_repeated_loses_nothing_and_doubles_nothing(kind: Kind) -> None:
    """The engine's rules, played to the end against a gateway in constant trouble."""
    gateway = Gateway(kind, mixed_faults(0.4, seed=7))

    async def story(provider: HTTPSMSProvider) -> list[Receipt]:
        waiting, ended = texts(60), []
        for _ in range(200):
            again = []
            for message, receipt in zip(waiting, await provider.send(waiting), strict=True):
                last = await settled(provider, message, receipt)
                if may_be_repeated(provider, last):
                    again.append(message)
                else:
                    ended.append(last)
            waiting = again
        assert waiting == []
        return ended

    ended = kinds(play(gateway, story, connections=4, timeout=0.15))
    assert max(gateway.accepted.values()) == 1, "nobody hears it twice"
    assert len(ended) == 60
    assert set(ended) == ({OK, UNCLEAR} if kind is Kind.NEITHER else {OK})
    if kind is not Kind.NEITHER:
        assert len(gateway.accepted) == 60


def test_a_gateway_that_hangs_makes_few_texts_unclear_and_leaves_the_rest_untouched() -> None:
    gateway = Gateway(Kind.NEITHER, lambda _n: Fault.HANG_AFTER)
    receipts = play(gateway, send(100), connections=3, timeout=0.1)
    assert kinds(receipts).count(UNCLEAR) == len(gateway.accepted) <= 6
    rest = [receipt for receipt in receipts if receipt.kind is not UNCLEAR]
    assert {(receipt.kind, receipt.code) for receipt in rest} == {(Outcome.RETRY, "not_tried")}


@pytest.mark.parametrize(
    ("change", "kind", "code"),
    [
        ({"password": "wrong"}, Outcome.CONFIG, "unauthorized"),
        ({"user": "wrong"}, Outcome.CONFIG, "wrong_signature"),
        ({"fields": "to = {to}\ntext = {text}\nreference = {key}"}, Outcome.CONFIG, "wrong_fields"),
        ({"url": "http://127.0.0.1:1/send"}, Outcome.RETRY, "unreachable"),
        ({"url": "https://127.0.0.1:1/send"}, Outcome.RETRY, "unreachable"),
    ],
)
def test_wrong_settings_are_told_apart_from_wrong_messages(
    change: dict[str, Any], kind: Outcome, code: str
) -> None:
    gateway = Gateway(Kind.KEY)
    (receipt,) = play(gateway, send(), **change)
    assert (receipt.kind, receipt.code) == (kind, code)
    assert not gateway.accepted


def test_a_refused_number_costs_nobody_else_their_text() -> None:
    gateway = Gateway()

    async def story(provider: HTTPSMSProvider) -> list[Receipt]:
        return await provider.send(
            [create_text(1), create_text(2, to="12345"), create_text(3, text=""), create_text(4)]
        )

    receipts = play(gateway, story)
    assert kinds(receipts) == [OK, Outcome.BAD_RECIPIENT, Outcome.CONTENT_REJECTED, OK]
    assert len(gateway.accepted) == 2


def answered(reply: bytes, **changes: Any) -> Receipt:
    async def main() -> Receipt:
        async with running(ScriptedHTTP(lambda _r: reply)) as server:
            provider = create_provider(f"http://127.0.0.1:{server.port}/", **changes)
            (receipt,) = await provider.send([create_text()])
            await provider.close()
            return receipt

    return asyncio.run(main())


STATUSES = {
    Outcome.ACCEPTED: (200, 201, 202),
    Outcome.CONFIG: (301, 302, 307, 308, 401, 402, 403, 404, 405, 410),
    Outcome.CONTENT_REJECTED: (400, 413, 422),
    Outcome.RETRY: (408, 421, 425),
    Outcome.THROTTLED: (429,),
    Outcome.AMBIGUOUS: (204, 206, 303, 409, 418, 500, 502, 503, 504, 599),
}


@pytest.mark.parametrize(("status", "kind"), [(s, kind) for kind, group in STATUSES.items() for s in group])
def test_each_status_has_one_meaning_unless_the_settings_say_another(status: int, kind: Outcome) -> None:
    reply = answer(status) if status != 204 else b"HTTP/1.1 204 No Content\r\n\r\n"
    assert answered(reply).kind is kind
    if kind is not Outcome.ACCEPTED:
        assert answered(reply, outcomes=f"http {status} = no_consent").kind is Outcome.NO_CONSENT


def test_a_word_of_the_gateway_goes_before_the_status() -> None:
    table = "E1 = retry\nLimit.* = throttled\nLimit.Day* = config\nhttp 500 = retry"
    changes = {"code_path": "code", "success": "code = 0", "outcomes": table}
    assert answered(answer(200, '{"code":0}'), **changes).kind is OK
    assert answered(answer(200, '{"code":"E1"}'), **changes).kind is Outcome.RETRY
    assert answered(answer(500, '{"code":"Limit.Hour"}'), **changes).kind is Outcome.THROTTLED
    assert answered(answer(500, '{"code":"Limit.DayQuota"}'), **changes).kind is Outcome.CONFIG
    assert answered(answer(500, "{}"), **changes).kind is Outcome.RETRY
    assert answered(answer(200, '{"code":"E9"}'), **changes).kind is UNCLEAR
    assert answered(answer(200, '{"code":"E9"}'), otherwise="content_rejected", **changes).kind is (
        Outcome.CONTENT_REJECTED
    )


@pytest.mark.parametrize(
    ("header", "pause"),
    [
        ("Retry-After: 7", 7.0),
        ("Retry-After: Thu, 26 Nov 2026 04:06:06 GMT", 60.0),
        ("Retry-After: Thu, 26 Nov 2026 04:00:00 GMT", 0.0),
        ("Retry-After: soon", 30.0),
        ("Retry-After: 99999999", 86_400.0),
        ("X: y", 30.0),
    ],
)
def test_the_pause_is_read_in_both_forms_and_kept_sane(header: str, pause: float) -> None:
    assert answered(answer(429, "", header)).retry_after == pause


def test_records_of_a_refusal_hold_neither_person_nor_secret() -> None:
    said = f'{{"msg":"+8613800000001 refused: {create_text().text} pw-secret-1"}}'
    receipt = answered(answer(400, said), password="pw-secret-1")
    for word in ("13800000001", "张三", "token1", "pw-secret-1"):
        assert word not in receipt.detail
    assert receipt.detail.startswith("400: ")


def test_nothing_to_send_opens_no_connection() -> None:
    gateway = Gateway()
    assert play(gateway, send(0)) == []
    assert gateway.seen == 0
