"""One kept SMTP connection that pipelines: while a text travels, the next envelope is already on its way.

Per message the server is asked MAIL, RCPT and DATA in one write (RFC 2920); the text follows its 354 together
with the next message's envelope, so a message costs one round trip. Servers without PIPELINING get one
command at a time.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from yuemian.channels.base import Message, Outcome, Receipt
from yuemian.channels.http.network import Network

from .config import SMTPConfig
from .link import SMTPLink
from .replies import Reply, Stage, accepted, refused


@dataclass(slots=True, eq=False)
class Job:
    """One message on its way: `position` is its place in the caller's list."""

    position: int
    message: Message
    sender: str
    to: str
    raw: bytes
    tries: int = 0
    is_handed_over: bool = False  # the text has been written: from here on silence is ambiguous
    refusal: Receipt | None = None


class Source(Protocol):
    """Where a connection gets its work and reports it; implemented by the provider's batch."""

    def next_job(self) -> Job | None: ...

    def finish(self, job: Job, receipt: Receipt) -> None: ...

    def give_back(self, job: Job, reason: str) -> None: ...

    def is_late(self, job: Job) -> bool: ...


class SMTPConnection(SMTPLink):
    """Opened with `open`, fed with `run`, ended with `quit`; never used by two batches at once."""

    def __init__(self, config: SMTPConfig, network: Network | None = None) -> None:
        super().__init__(config, network)
        self.sent = 0
        self.idle_since = 0.0
        self._expected: deque[tuple[Stage, Job | None]] = deque()
        self._source: Source | None = None
        self._running: asyncio.Future[None] | None = None
        self._watch: asyncio.TimerHandle | None = None

    def ended(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._settle_lost()
        self._finish_run()

    def answered(self, reply: Reply) -> None:
        if not self._expected:
            if reply.code != 421:
                self.abort("the server answered without being asked")
            return
        stage, job = self._expected.popleft()
        if job is None:
            self._write(b"" if self._expected else self._next_envelope())  # after RSET
        elif stage is Stage.END:
            self._end_answer(job, reply)
        else:
            self._envelope_answer(stage, job, reply)
        if not self._expected:
            self._finish_run()

    def _envelope_answer(self, stage: Stage, job: Job, reply: Reply) -> None:
        if stage is Stage.DATA:
            self._data_answer(job, reply)
            return
        if not reply.is_good and job.refusal is None:
            job.refusal = refused(stage, reply)
        if self.can_pipeline:
            return
        if job.refusal is not None:
            self._after_refusal(job)
        elif stage is Stage.MAIL:
            self._command(self._rcpt(job), Stage.RCPT, job)
        else:
            self._command(b"DATA\r\n", Stage.DATA, job)

    def _data_answer(self, job: Job, reply: Reply) -> None:
        if reply.code != 354:
            job.refusal = job.refusal or refused(Stage.DATA, reply)
            self._after_refusal(job)
        elif job.refusal is not None:
            # Nobody is left to receive it, but the server waits for a text: an empty one ends it.
            self._expected.append((Stage.END, job))
            self._write(b".\r\n" + self._next_envelope())
        elif self._is_late(job):
            # The server waits for a text, and any end of it would be taken for one.
            self.abort("this process stood still for too long")
        else:
            job.is_handed_over = True
            self._expected.append((Stage.END, job))
            tail = b".\r\n" if job.raw.endswith(b"\r\n") else b"\r\n.\r\n"
            self._write(job.raw + tail + (self._next_envelope() if self.can_pipeline else b""))

    def _end_answer(self, job: Job, reply: Reply) -> None:
        if job.refusal is not None:
            self._finish(job, job.refusal)
        elif reply.code // 100 == 2:
            self._finish(job, accepted(reply))
        elif reply.code >= 400:
            self._finish(job, refused(Stage.END, reply))
        else:
            self._finish(
                job, Receipt(Outcome.AMBIGUOUS, code=str(reply.code), detail="an answer that fits no text")
            )
        if not self._expected:
            self._write(self._next_envelope())

    def _after_refusal(self, job: Job) -> None:
        if job.refusal is not None:
            self._finish(job, job.refusal)
        self._expected.append((Stage.RSET, None))
        self._write(b"RSET\r\n" + (self._next_envelope() if self.can_pipeline else b""))

    def _is_late(self, job: Job) -> bool:
        assert self._source is not None
        return self._source.is_late(job)

    def _finish(self, job: Job, receipt: Receipt) -> None:
        assert self._source is not None
        self._source.finish(job, receipt)

    # --- work

    @property
    def can_pipeline(self) -> bool:
        return "PIPELINING" in self.extensions

    async def run(self, source: Source) -> None:
        """Carry jobs until the source is empty or the connection ends; every job taken is settled."""
        self._source = source
        self._running = self._loop.create_future()
        self._progress = self._loop.time()
        self._schedule_watch()
        self._write(self._next_envelope())
        if not self._expected:
            self._finish_run()
        try:
            await self._running
        except asyncio.CancelledError:
            self.abort("the send was cancelled")
            raise
        finally:
            self._source = None
            self.idle_since = self._loop.time()

    def _next_envelope(self) -> bytes:
        if self.is_closing or self.is_lost or self._source is None or self.sent >= self.config.per_connection:
            self.is_closing = self.is_closing or self.sent >= self.config.per_connection
            return b""
        job = self._source.next_job()
        if job is None:
            return b""
        self.sent += 1
        if not self.can_pipeline:
            self._expected.append((Stage.MAIL, job))
            return self._mail(job)
        self._expected.extend(((Stage.MAIL, job), (Stage.RCPT, job), (Stage.DATA, job)))
        return self._mail(job) + self._rcpt(job) + b"DATA\r\n"

    def _mail(self, job: Job) -> bytes:
        options = f" SIZE={len(job.raw)}" if "SIZE" in self.extensions else ""
        if "8BITMIME" in self.extensions and not job.raw.isascii():
            options += " BODY=8BITMIME"
        if "DSN" in self.extensions:
            options += f" RET=HDRS ENVID={_xtext('n' + job.message.delivery_id)}"
        return f"MAIL FROM:<{job.sender}>{options}\r\n".encode("ascii")

    def _rcpt(self, job: Job) -> bytes:
        dsn = f" NOTIFY=FAILURE,DELAY ORCPT=rfc822;{_xtext(job.to)}" if "DSN" in self.extensions else ""
        return f"RCPT TO:<{job.to}>{dsn}\r\n".encode("ascii")

    def _command(self, line: bytes, stage: Stage, job: Job) -> None:
        self._expected.append((stage, job))
        self._write(line)

    # --- ends

    def _schedule_watch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_later(
            min(self.config.timeout, self.config.data_timeout) / 4, self._look
        )

    def _look(self) -> None:
        if self._running is None or self._running.done() or self.is_lost:
            return
        patience = self.config.timeout
        if self._expected and self._expected[0][0] is Stage.END:
            patience = self.config.data_timeout
        if self._loop.time() - self._progress > patience:
            self.abort(f"no answer within {patience:g} seconds")
            return
        self._schedule_watch()

    def _settle_lost(self) -> None:
        jobs = {job.position: job for _, job in self._expected if job is not None}
        self._expected.clear()
        if self._source is None:
            return
        for job in jobs.values():
            if job.refusal is not None:
                self._source.finish(job, job.refusal)
            elif job.is_handed_over:
                detail = f"the text was handed over, then {self.reason}"
                self._source.finish(job, Receipt(Outcome.AMBIGUOUS, code="connection", detail=detail))
            else:
                self._source.give_back(job, self.reason)

    def _finish_run(self) -> None:
        if self._running is not None and not self._running.done():
            self._running.set_result(None)


def _xtext(value: str) -> str:
    """RFC 3461: anything but printable ASCII without + and = is written as +XX."""
    if value.isalnum():
        return value
    return "".join(c if 33 <= ord(c) <= 126 and c not in "+=" else f"+{ord(c):02X}" for c in value)
