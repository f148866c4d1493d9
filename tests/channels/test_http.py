"""The door to the network: guarded addresses, kept connections, and the truth about whether a request was written."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.channels.certificate import create_certificate
from tests.simulators.http_server import DROP, HANG, RESET, ScriptedHTTP, answer, running
from yuemian.channels.base import BadConfig
from yuemian.channels.http import (
    HTTPClient,
    HTTPFailure,
    Network,
    NotWritten,
    Reply,
    Target,
    Unclear,
    redacted,
)

LOOPBACK = Network(["127.0.0.0/8", "::1"])


def play(
    server: ScriptedHTTP,
    story: Callable[[HTTPClient, Target], Awaitable[Any]],
    scheme: str = "http",
    **changes: Any,
) -> Any:
    host = "localhost" if scheme == "https" else "127.0.0.1"

    async def main() -> Any:
        async with running(server):
            client = HTTPClient(**{"network": LOOPBACK, "timeout": 0.4, "connect_timeout": 0.4, **changes})
            found = await story(client, Target.parse(f"{scheme}://{host}:{server.port}/send?a=1"))
            await client.close()
            return found

    return asyncio.run(main())


async def once(client: HTTPClient, target: Target) -> Reply | HTTPFailure:
    try:
        return await client.exchange("POST", target, [("X-Key", "k")], b"body")
    except HTTPFailure as failure:
        return failure


async def thrice(client: HTTPClient, target: Target) -> list[Reply | HTTPFailure]:
    return [await once(client, target) for _ in range(3)]


def test_a_request_arrives_whole_and_its_answer_comes_back() -> None:
    server = ScriptedHTTP(lambda _r: answer(201, "你好", "X-Id: 7"))
    reply = play(server, once)
    assert (reply.status, reply.text, reply.headers["x-id"]) == (201, "你好", "7")
    (request,) = server.requests
    assert (request.method, request.path, request.query, request.body) == ("POST", "/send", "a=1", b"body")
    assert request.headers["x-key"] == "k"
    assert request.headers["host"] == f"127.0.0.1:{server.port}"


def test_a_connection_is_kept_for_the_next_request() -> None:
    server = ScriptedHTTP()
    replies = play(server, thrice)
    assert [reply.status for reply in replies] == [200] * 3
    assert server.connections == 1


ENDINGS = [
    pytest.param({"closes": True}, id="without a word"),
    pytest.param({"script": lambda _r: answer(200, "ok", "Connection: close")}, id="as announced"),
]


@pytest.mark.parametrize("how", ENDINGS)
def test_a_server_that_closes_after_each_answer_loses_nothing(how: dict[str, Any]) -> None:
    async def story(client: HTTPClient, target: Target) -> list[Reply | HTTPFailure]:
        found = []
        for _ in range(3):
            found.append(await once(client, target))
            await asyncio.sleep(0.01)  # the goodbye travels
        return found

    server = ScriptedHTTP(**how)
    assert [getattr(reply, "status", reply) for reply in play(server, story)] == [200] * 3
    assert server.connections == 3


def test_an_idle_connection_is_given_up_before_the_server_said_it_would() -> None:
    server = ScriptedHTTP(lambda _r: answer(200, "ok", "Keep-Alive: timeout=1"))
    play(server, thrice)
    assert server.connections == 3


def test_no_more_connections_than_allowed_are_opened_at_once() -> None:
    async def story(client: HTTPClient, target: Target) -> None:
        await asyncio.gather(*(once(client, target) for _ in range(20)))

    server = ScriptedHTTP()
    play(server, story, connections=3)
    assert len(server.requests) == 20
    assert server.connections == 3


@pytest.mark.parametrize("fault", [DROP, HANG, RESET])
def test_silence_after_the_request_is_unclear(fault: str) -> None:
    server = ScriptedHTTP(lambda _r: fault)
    failure = play(server, once)
    assert isinstance(failure, Unclear)
    assert len(server.requests) == 1, "it must never be repeated by itself"


@pytest.mark.parametrize(
    "said",
    [
        b"220 mail.example ESMTP\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + b"x" * 70000,
        b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000,
        b"HTTP/1.1 200 OK\r\n" + b"X-Long: y\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nab",
    ],
    ids=[
        "not http",
        "too long",
        "too long without length",
        "head too long",
        "upgrade",
        "bad chunk",
        "cut short",
    ],
)
def test_an_answer_that_cannot_be_read_is_unclear(said: bytes) -> None:
    assert isinstance(play(ScriptedHTTP(lambda _r: said), once), Unclear)


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nok",
        b"HTTP/1.0 200 OK\r\n\r\nok",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok",
    ],
    ids=["chunked", "until the end", "1.0", "after 100"],
)
def test_every_shape_of_answer_is_read(said: bytes) -> None:
    server = ScriptedHTTP(lambda _r: said, closes=b"chunked" not in said and b"100" not in said)
    assert play(server, once).body == b"ok"


def test_a_second_answer_to_one_question_is_not_taken_for_the_next() -> None:
    def script(request: Any) -> bytes:
        return (
            answer(200, "first") + answer(200, "forged") if request.connection == 1 else answer(200, "true")
        )

    assert [reply.text for reply in play(ScriptedHTTP(script), thrice)][1:] == ["true", "true"]


def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    server = ScriptedHTTP(lambda _r: answer(307, "", "Location: http://169.254.169.254/"))
    assert play(server, once).status == 307
    assert len(server.requests) == 1


async def attempt(url: str, **changes: Any) -> HTTPFailure | Reply:
    client = HTTPClient(**{"network": LOOPBACK, "connect_timeout": 0.3, **changes})
    try:
        return await once(client, Target.parse(url))
    finally:
        await client.close()


def test_a_closed_port_was_certainly_not_written_to() -> None:
    failure = asyncio.run(attempt("http://127.0.0.1:1/"))
    assert isinstance(failure, NotWritten)
    assert (failure.code, failure.is_settings) == ("unreachable", False)


def test_a_name_that_does_not_resolve_was_certainly_not_written_to() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        raise OSError("no such host")

    failure = asyncio.run(attempt("https://sms.invalid/", resolve=resolve))
    assert isinstance(failure, NotWritten)
    assert failure.code == "no_such_host"


def test_a_certificate_that_nobody_vouches_for_is_a_setting_to_mend(tmp_path: Path) -> None:
    context, authority = create_certificate(tmp_path)
    server = ScriptedHTTP(tls=context)
    failure = play(server, once, "https")
    assert isinstance(failure, NotWritten)
    assert (failure.code, failure.is_settings) == ("certificate", True)
    assert server.requests == []
    assert play(server, once, "https", ca_file=str(authority)).status == 200


def test_encrypting_to_a_port_that_speaks_plain_http_was_not_written() -> None:
    server = ScriptedHTTP()
    failure = play(server, once, "https")
    assert isinstance(failure, NotWritten)
    assert server.requests == []


INSIDE = [
    *("127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0"),
    *("192.0.2.1", "198.18.0.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *(
        "::1",
        "::",
        "fe80::1",
        "fe80::1%lo",
        "fc00::1",
        "fd12::1",
        "ff02::1",
        "::ffff:10.0.0.1",
        "::ffff:127.0.0.1",
    ),
    *(
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:7f00:1::",
        "2001:0:0:0:0:0:80ff:fffe",
        "::10.0.0.1",
        "2001:db8::1",
    ),
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_in_every_spelling(address: str) -> None:
    assert not Network().admits(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "47.100.1.1", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_an_address_of_the_internet_is_admitted(address: str) -> None:
    assert Network().admits(address)
    assert not Network().is_private(address)


def test_a_named_private_network_is_admitted_and_no_other() -> None:
    network = Network(["10.1.0.0/16"])
    assert network.admits("10.1.2.3")
    assert network.admits("::ffff:10.1.2.3")
    assert not network.admits("10.2.0.1")
    with pytest.raises(BadConfig, match=r"write it as 10\.1\.0\.0/16"):
        Network(["ten"])


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "2130706433", "0x7f.1", "017700000001", "127.1", "localhost", "[::1]"]
)
def test_a_host_that_leads_inside_is_refused_before_connecting(host: str) -> None:
    failure = asyncio.run(attempt(f"https://{host}/", network=Network()))
    assert isinstance(failure, NotWritten)
    assert failure.code in {"private_network", "no_such_host"}


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name that answers differently the second time gets no second time."""
    asked: list[str] = []

    async def resolve(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["192.0.2.1"] if len(asked) == 1 else ["127.0.0.1"]

    async def story(_client: HTTPClient, target: Target) -> HTTPFailure | Reply:
        return await attempt(f"https://rebind.example:{target.port}/", network=Network(), resolve=resolve)

    server = ScriptedHTTP()
    failure = play(server, story)
    assert failure.code == "private_network"
    assert asked == ["rebind.example"]
    assert server.connections == 0


def test_plain_http_is_for_named_private_networks_alone() -> None:
    async def resolve(_host: str, _port: int) -> list[str]:
        return ["8.8.8.8"]

    failure = asyncio.run(attempt("http://sms.example.com/", resolve=resolve))
    assert isinstance(failure, NotWritten)
    assert (failure.code, failure.is_settings) == ("not_encrypted", True)


@pytest.mark.parametrize(
    ("url", "remedy"),
    [
        ("ftp://x/", "must look like"),
        ("https://", "must look like"),
        ("https://u:p@x/", "fields of their own"),
        ("https://x/#a", "after #"),
        ("https://x/a b", "percent-encoded"),
        ("https://x:99999/", "cannot be read"),
        ("https://x:0/", "port 0"),
        ("https://x/\r\nHost: y", "percent-encoded"),
    ],
)
def test_a_bad_address_is_refused_with_its_remedy(url: str, remedy: str) -> None:
    with pytest.raises(BadConfig, match=remedy):
        Target.parse(url)


@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "中"])
def test_a_header_cannot_smuggle_lines_or_letters(value: str) -> None:
    async def story(client: HTTPClient, target: Target) -> None:
        with pytest.raises(BadConfig):
            await client.exchange("POST", target, [("X-Key", value)], b"")

    server = ScriptedHTTP()
    play(server, story)
    assert server.requests == []


def test_records_hold_no_number_address_link_or_secret() -> None:
    said = redacted(
        'to +86 138-0013-8000 or 13800138000 of wang@example.com: "hello 张三" https://x.cn/c/abc tok3n\n\x1b[31m',
        hide=["tok3n", "hello 张三"],
    )
    assert said == 'to <number> or <number> of <address>: "<hidden>" <link> <hidden> [31m'


@given(st.text(max_size=300))
def test_redaction_always_leaves_one_printable_line(text: str) -> None:
    line = redacted(text)
    assert len(line) <= 200
    assert all(c.isprintable() for c in line)
