"""What is measured of the engine, each beside its raw ceiling where there is one."""

from __future__ import annotations

import time
from contextlib import ExitStack
from datetime import timedelta
from uuid import UUID, uuid4

import uvloop
from django.db import connection, connections
from django.utils import timezone

from bench.ceiling import run_ceiling, run_copy, run_http_ceiling
from bench.company import create_company
from bench.peer import Build, Whole, create_interviews, plain, run_peer
from bench.rig import Figure, Meter, Rig, peak_memory
from yuemian.domain.states import Channel
from yuemian.interviews.actions.choose import stop
from yuemian.messaging.engine.claim import claim
from yuemian.messaging.engine.database import Database
from yuemian.trust.tenancy import acting_in

WARM = 10


def invite(
    rig: Rig, *, count: int, late: float = 0.0, tls: bool = False, http: bool = False, workers: int = 1
) -> list[Figure]:
    """From pressing "send" until the last delivery is settled and the batch finished."""
    with rig.sink(late=late, tls=tls, http=http) as address, ExitStack() as stack:
        company = create_company(count + WARM * workers, sms_gateway=address if http else "")
        channel, settings = (Channel.SMS, {}) if http else (Channel.EMAIL, {"YUEMIAN_SMTP_URL": address})
        running = []
        for _ in range(workers):
            running.append(stack.enter_context(rig.worker(settings)))
            company.invite(WARM, channel)  # connections, prepared statements, compiled texts
            company.wait(running)
        meter = Meter(rig, *running)
        company.invite(count, channel)
        planned = meter.seconds
        company.wait(running)
        found = meter.read("invite, end to end", count, plan_seconds=planned)
        found.parts["deliver_per_second"] = count / (found.seconds - planned)
        found.parts["worker_peak_mb"] = max(peak_memory(worker.pid) for worker in running)
        company.check(count)
        meter = Meter(rig)
        uvloop.run(run_http_ceiling(count, address) if http else run_ceiling(count, address))
        return [found, meter.read("ceiling: COPY, prebuilt bytes, pipelined", count)]


def peers(rig: Rig, *, count: int) -> list[Figure]:
    """Our invitation beside what Django's own means make of the same sending, and the bare ceiling, in one run."""
    with rig.sink() as address:
        company = create_company(count + WARM)
        with rig.worker({"YUEMIAN_SMTP_URL": address}) as worker:
            company.invite(WARM)
            company.wait([worker])
            meter = Meter(rig, worker)
            company.invite(count)
            company.wait([worker])
            figures = [meter.read("invite, end to end", count)]
            company.check(count)
        create_interviews(count)
        ways: dict[str, Build] = {"Django: a plain text": plain, "Django: text, HTML, calendar": Whole()}
        for name, build in ways.items():
            meter = Meter(rig)
            run_peer(address, build)
            figures.append(meter.read(name, count))
        meter = Meter(rig)
        uvloop.run(run_ceiling(count, address))
        return [*figures, meter.read("ceiling: COPY, prebuilt bytes, pipelined", count)]


def plan(rig: Rig, *, count: int) -> list[Figure]:
    """Read, decide, plan, commit; beside the bare COPY of as many rows."""
    company = create_company(count)
    meter = Meter(rig)
    company.invite(count, Channel.EMAIL, due_in=timedelta(days=1))
    found = meter.read("planning", count)
    company.stop()
    meter = Meter(rig)
    uvloop.run(run_copy(count))
    return [found, meter.read("ceiling: COPY", count)]


def cancel(rig: Rig, *, count: int) -> list[Figure]:
    """What pressing "stop" does to a batch of which nothing has left, suggestions and audit included."""
    company = create_company(count)
    company.invite(count, Channel.EMAIL, due_in=timedelta(days=1))
    assert company.batch is not None
    meter = Meter(rig)
    with acting_in(company.organization.pk):
        stopped = stop(company.recruiter, company.batch.pk, now=timezone.now())
    found = meter.read("cancel", count)
    assert stopped == count
    return [found]


def claim_beside_future(rig: Rig, *, count: int, future: int) -> list[Figure]:
    """Claim what is due, alone and with many future rows of the same organization and urgency in the queue."""
    company = create_company(2 * count)
    figures = []
    for name, others in (("claim alone", 0), (f"claim beside {future:,} future rows", future)):
        if others:
            _add_future(company.organization.pk, others)
        company.invite(count, Channel.EMAIL)
        company.skip_canary()
        meter = Meter(rig)
        claimed = uvloop.run(_claim_all())
        figures.append(meter.read(name, count))
        assert claimed == count
        company.stop()
    _remove_future(company.organization.pk)
    return figures


def burst(rig: Rig, *, count: int) -> list[Figure]:
    """One organization sends thousands at once, another tells changes of today, one every quarter of a second."""
    with rig.sink() as address:
        large, small = create_company(count + WARM), create_company(1000)
        with rig.worker({"YUEMIAN_SMTP_URL": address}) as worker:
            large.invite(WARM, Channel.EMAIL)
            large.wait([worker])
            meter = Meter(rig, worker)
            large.invite(count, Channel.EMAIL)
            told = 0
            while not large.is_finished():
                small.tell_change()
                told += 1
                time.sleep(0.25)
            found = meter.read("burst", count, urgent=told)
            found.parts |= small.waits()
    return [found]


def _add_future(organization: UUID, count: int) -> None:
    """Rows as reminders far ahead leave them; their notifications are never looked at."""
    with acting_in(organization), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_delivery (id, organization_id, notification_id, channel, is_rehearsal, provider,"
            " occurrence, state, reason, explanation, priority, due_at, deadline_at, attempt, provider_id, created_at)"
            " SELECT gen_random_uuid(), %s, gen_random_uuid(), 'email', false, '', 1, 'queued', '', 'future', 30,"
            " now() + interval '1 day' + n * interval '1 second', now() + interval '60 days', 0, '', now()"
            " FROM generate_series(1, %s) AS n",
            [organization, count],
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_delivery")


def _remove_future(organization: UUID) -> None:
    with acting_in(organization), connection.cursor() as cursor:
        cursor.execute("DELETE FROM messaging_delivery WHERE explanation = 'future'")


async def _claim_all() -> int:
    settings = connections["default"].settings_dict
    database = Database(
        {**settings, "OPTIONS": settings["OPTIONS"] | {"assume_role": "yuemian_engine"}}, connections=1
    )
    await database.open()
    total = 0
    while rows := await claim(database, uuid4(), limit=500, lease=timedelta(minutes=5)):
        total += len(rows)
    await database.close()
    return total
