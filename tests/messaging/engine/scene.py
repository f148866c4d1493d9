"""The stage of the chaos: a private server, receivers, workers replaced when they die, and the truth at the end."""

from __future__ import annotations

import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg

from yuemian.channels.mail import message_id
from yuemian.postgres import Server

ROOT = Path(__file__).resolve().parents[3]
#: As if the time that retries, rests and turns wait for had passed, and ten minutes without a refusal with it: else
#: whoever is killed again and again holds most leases while it waits for its turn.
TIME_PASSES = (
    """
    UPDATE messaging_delivery SET due_at = now()
    WHERE state = 'queued' AND due_at BETWEEN now() AND now() + interval '100 days'
    """,
    "UPDATE messaging_provideraccount SET health_until = now() WHERE health = 'open' AND health_until > now()",
    "UPDATE messaging_provideraccount SET paced_until = NULL, learned_per_second = NULL WHERE paced_until > now()",
)
RELEASE = """
UPDATE messaging_delivery SET due_at = now() WHERE id IN (
    SELECT id FROM messaging_delivery WHERE state = 'queued' AND due_at > now() + interval '100 days'
    ORDER BY id LIMIT %s)
"""
HIDE = "UPDATE messaging_delivery SET due_at = now() + interval '1 year'"


@dataclass
class Tally:
    """What was done to them."""

    kills: int = 0
    freezes: int = 0
    database_kills: int = 0
    restarts: int = 0


@dataclass
class Truth:
    """What the rows say, beside what reached a person."""

    states: Counter[tuple[str, str]]  # by kind of receiver and state
    doubled: dict[str, list[str]]  # by kind, more than once at a person
    lost: list[str]  # neither at a person nor visible as unclear
    unclear: Counter[str]
    repeats: dict[str, int]  # requests that a gateway saw beyond one for each message
    refused: list[str]
    again: list[str]  # asked once more though nobody can know whether it was taken
    found: dict[str, int] = field(default_factory=dict)


class Worker:
    """Held by a handle, not by its number: that may belong to somebody else when it has died."""

    def __init__(self, pid: int) -> None:
        self._handle: int | None = os.pidfd_open(pid)

    @property
    def is_alive(self) -> bool:
        return self._handle is not None and not select.select([self._handle], [], [], 0)[0]

    def tell(self, number: int) -> bool:
        """Whether there was somebody to hear it."""
        if self._handle is None or not self.is_alive:
            return False
        signal.pidfd_send_signal(self._handle, number)
        return True

    def let_go(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


class Scene:
    def __init__(self, data: Path, count: int, *, faults: float, seed: int) -> None:
        self.data, self.tally, self.chance = data, Tally(), random.Random(seed)
        self._log = (data / "processes.log").open("a")
        self._receivers = self._start("receivers", "--faults", str(faults), "--seed", str(seed), role="owner")
        self.ports: dict[str, int] = json.loads(self._line(self._receivers))
        self.server = Server(data, settings={"shared_buffers": "64MB", "max_connections": "60"})
        self.server.start()
        self._eye: psycopg.Connection[Any] | None = None
        crowd = self._start("crowd", str(count), json.dumps(self.ports), role="owner")
        self.organization = crowd.communicate()[0].strip()
        self.do(HIDE)
        self._nursery = self._start("nursery", role="engine")
        self.workers: list[Worker] = []
        self.born: list[Worker] = []

    def _start(self, module: str, *arguments: str, role: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
            "YUEMIAN_DATA": str(self.data),
            "YUEMIAN_DATABASE_ROLE": role,
            "YUEMIAN_PRIVATE_NETWORKS": "127.0.0.0/8",
            "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        if module == "nursery":
            environment["YUEMIAN_SMTP_URL"] = (
                f"smtp://127.0.0.1:{self.ports['mail']}?connections=2&timeout=1&data_timeout=1"
                "&from=jobs@galaxy.example"
            )
        return subprocess.Popen(
            [sys.executable, "-m", f"tests.messaging.engine.{module}", *arguments], cwd=ROOT, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip

    def _line(self, process: subprocess.Popen[str]) -> str:
        assert process.stdout
        return process.stdout.readline()

    # --- what happens to them

    def staff(self, count: int) -> None:
        self.workers = [worker for worker in self.workers if worker.is_alive]
        while len(self.workers) < count:
            assert self._nursery.stdin
            self._nursery.stdin.write("one more\n")
            self._nursery.stdin.flush()
            worker = Worker(int(self._line(self._nursery)))
            self.workers.append(worker)
            self.born.append(worker)

    def kill_worker(self) -> None:
        worker = self._somebody()
        self.workers.remove(worker)
        self.tally.kills += worker.tell(signal.SIGKILL)

    def freeze_worker(self, seconds: float) -> None:
        """It is beside the others again when it wakes; it may be killed in its sleep."""
        worker = self._somebody()
        self.tally.freezes += worker.tell(signal.SIGSTOP)
        threading.Timer(seconds, worker.tell, [signal.SIGCONT]).start()

    def _somebody(self) -> Worker:
        """Who died meanwhile, as of the killed database, is replaced first: only what hits somebody is counted."""
        self.staff(len(self.workers))
        return self.chance.choice(self.workers)

    def restart_worker(self) -> None:
        """As a rolling update does: told to stop, and replaced."""
        self.workers.pop(0).tell(signal.SIGTERM)
        self.tally.restarts += 1

    def kill_database(self) -> None:
        assert self.server.pid
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()
        self.server.start()
        self._look_away()
        self.tally.database_kills += 1

    def release(self, count: int) -> None:
        self.do(RELEASE, count)

    def let_time_pass(self) -> None:
        for statement in TIME_PASSES:
            self.do(statement)

    # --- what the rows say

    def do(self, statement: str, *values: Any) -> None:
        self._asked(statement, values)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._asked(query, ()).fetchall()

    def _asked(self, statement: str, values: tuple[Any, ...]) -> psycopg.Cursor[Any]:
        """Over one kept connection; a new one when the server was killed in between."""
        if self._eye is None or self._eye.closed:
            self._eye = psycopg.connect(self.server.conninfo(), autocommit=True)
            self._eye.execute("SET ROLE yuemian_engine")
        return self._eye.execute(statement, values or None)

    def _look_away(self) -> None:
        if self._eye is not None:
            self._eye.close()
            self._eye = None

    def count(self, what: str) -> int:
        return int(self.rows(f"SELECT count(*) FROM {what}")[0][0])

    def report(self) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['key']}/accepted") as said:
            found: dict[str, Any] = json.load(said)
        return found

    def truth(self) -> Truth:
        """Every delivery, held against what its receiver took."""
        report = self.report()
        accepted: dict[str, dict[str, int]] = report["accepted"]
        rows = self.rows(
            "SELECT d.id, d.state, coalesce(a.name, 'mail'), d.notification_id, d.channel FROM messaging_delivery d"
            " LEFT JOIN messaging_provideraccount a ON a.id = d.account"
        )
        truth = Truth(
            Counter(), {kind: [] for kind in accepted}, [], Counter(), {}, report["refused"], report["again"]
        )
        for id_, state, kind, notification, channel in rows:
            truth.states[kind, state] += 1
            name = _reference(id_, notification, channel)
            times = sum(taken.get(name, 0) for taken in accepted.values())
            if times > 1:
                truth.doubled[kind].append(name)
            if state == "unknown":
                truth.unclear[kind] += 1
            elif times != (state in {"sent", "delivered"}):
                truth.lost.append(f"{kind} {state} {times}")
        seen: dict[str, int] = report["seen"]
        truth.repeats = {kind: seen[kind] - len(accepted[kind]) for kind in seen}
        kinds = self.rows("SELECT kind, code, count(*) FROM messaging_deliveryevent GROUP BY kind, code")
        truth.found = {f"{kind} {code}".strip(): number for kind, code, number in kinds}
        return truth

    def close(self) -> None:
        for worker in self.born:
            worker.tell(signal.SIGKILL)
            worker.let_go()
        for process in (self._nursery, self._receivers):
            process.kill()
            process.communicate()
        self._look_away()
        self.server.stop()
        self._log.close()


def _reference(delivery: UUID, notification: UUID, channel: str) -> str:
    if channel == "email":
        return message_id(str(notification), 1, "galaxy.example").strip("<>")
    return str(delivery)


@contextmanager
def staged(count: int, *, faults: float, seed: int) -> Iterator[Scene]:
    data = Path(tempfile.mkdtemp(prefix="yuemian-chaos-"))
    data.chmod(0o755)
    scene = Scene(data, count, faults=faults, seed=seed)
    try:
        yield scene
    finally:
        scene.close()
        home = (data / "postgres").resolve()
        if home.is_dir() and home.parent != data:
            shutil.rmtree(home)
        shutil.rmtree(data)


def wait_until(is_so: Any, *, seconds: float, what: str) -> None:
    give_up = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < give_up, f"{what} did not come about within {seconds:.0f} s"
        time.sleep(0.25)
