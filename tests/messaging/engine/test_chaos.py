"""Workers and the database are killed while two thousand messages go out: none is lost, none is doubled."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from yuemian.postgres import Server

ROOT = Path(__file__).resolve().parents[3]
COUNT = 2000
LEASE = 2.0


class Scene:
    """A private server, two workers that are replaced when they die, and a look at the rows."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.server = Server(data, settings={"shared_buffers": "64MB", "max_connections": "30"})
        self.server.start()
        self.organization = self._python("crowd", str(COUNT), role="owner").communicate()[0].strip()
        self.workers: list[subprocess.Popen[str]] = []

    def _python(self, module: str, *arguments: str, role: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {
            "YUEMIAN_DATA": str(self.data),
            "YUEMIAN_DATABASE_ROLE": role,
            "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        command = [sys.executable, "-m", f"tests.messaging.engine.{module}", *arguments]
        with (self.data / f"{module}.log").open("a") as log:
            return subprocess.Popen(
                command, cwd=ROOT, env=environment, stdout=subprocess.PIPE if role == "owner" else log,
                stderr=log, text=True,
            )  # fmt: skip

    def staff(self) -> None:
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < 2:
            self.workers.append(self._python("mortal", role="engine"))

    def kill_worker(self, chance: random.Random) -> None:
        worker = chance.choice(self.workers)
        worker.send_signal(signal.SIGKILL)
        worker.wait()

    def kill_database(self) -> None:
        assert self.server.pid
        os.kill(self.server.pid, signal.SIGKILL)
        self.server.stop()
        self.server.start()

    def count(self, what: str) -> int:
        with psycopg.connect(self.server.conninfo()) as connection:
            connection.execute("SELECT set_config('yuemian.organization', %s, true)", [self.organization])
            row = connection.execute(f"SELECT count(*) FROM {what}").fetchone()
        assert row
        return int(row[0])

    def close(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.server.stop()


@pytest.fixture
def scene() -> Iterator[Scene]:
    data = Path(tempfile.mkdtemp(prefix="yuemian-chaos-"))
    data.chmod(0o755)
    found = Scene(data)
    yield found
    found.close()
    home = (data / "postgres").resolve()
    if home.is_dir() and home.parent != data:
        shutil.rmtree(home)
    shutil.rmtree(data)


@pytest.mark.chaos
def test_killing_workers_and_the_database_loses_and_doubles_nothing(scene: Scene) -> None:
    """`times_received` stays 1: what a dead worker had handed over is looked up in the lab before it is repeated."""
    chance = random.Random(20261122)
    sent = "messaging_delivery WHERE state = 'sent'"
    for goal in (200, 500, 800, 1100, 1400):
        scene.staff()
        wait_until(scene, sent, goal)
        time.sleep(chance.random() / 20)  # somewhere between claim and settle
        if goal == 800:
            scene.kill_database()
        scene.kill_worker(chance)
    scene.staff()
    died_at = time.monotonic()
    wait_until(scene, sent, COUNT)
    assert time.monotonic() - died_at < LEASE + 10  # the rest of the work included
    assert scene.count("messaging_labmessage") == COUNT
    assert scene.count("messaging_labmessage WHERE times_received > 1") == 0
    found = "messaging_deliveryevent WHERE kind = 'lease_expired' OR code = 'lab_found'"
    assert scene.count(found) > 0  # else nobody died at the wrong moment, and nothing was shown
    assert scene.count("messaging_batch WHERE state = 'running'") == 0 or wait_until_finished(scene)


def wait_until(scene: Scene, what: str, goal: int) -> None:
    give_up = time.monotonic() + 30
    while scene.count(what) < goal:
        assert time.monotonic() < give_up, f"{scene.count(what)} of {goal} after 30 s"
        time.sleep(0.02)


def wait_until_finished(scene: Scene) -> bool:
    wait_until(scene, "messaging_batch WHERE state = 'finished'", 1)
    return True
