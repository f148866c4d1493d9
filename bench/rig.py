"""What a benchmark of the engine stands on: a PostgreSQL of its own, sinks, worker processes, and meters."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.channels.certificate import create_certificate
from yuemian.postgres import running_server

HERE = Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Figure:
    """One measurement. `cpu_per_1000` are CPU seconds of every process that takes part, sinks left out."""

    name: str
    count: int
    seconds: float
    cpu_per_1000: float
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of its ended children; 0 for one that has just ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(fields[i]) for i in (11, 12, 13, 14)) / TICK


def cpu_of_tree(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_of(pid) + sum(cpu_of(int(child)) for child in children)


def peak_memory(pid: int) -> float:
    """The most a process ever had resident, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


class Meter:
    """Wall and CPU time since it was made."""

    def __init__(self, rig: Rig, *workers: subprocess.Popen[bytes]) -> None:
        self._rig, self._workers = rig, workers
        self._cpu, self._start = self._now(), time.perf_counter()

    def _now(self) -> dict[str, float]:
        found = {"planner": cpu_of(os.getpid()), "database": cpu_of_tree(self._rig.postgres)}
        return found | ({"worker": sum(cpu_of(each.pid) for each in self._workers)} if self._workers else {})

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def read(self, name: str, count: int, **parts: float) -> Figure:
        seconds, now = self.seconds, self._now()
        cpu = {part: (now[part] - self._cpu[part]) / count * 1000 for part in now}
        shares = {f"cpu_{part}_per_1000": value for part, value in cpu.items()}
        return Figure(name, count, seconds, sum(cpu.values()), {**parts, **shares})


@dataclass
class Rig:
    """The server's process, and the folder of the run."""

    postgres: int
    data: Path

    @contextmanager
    def sink(self, *, late: float = 0.0, tls: bool = False, http: bool = False) -> Iterator[str]:
        """The address of a server that takes everything and keeps nothing."""
        if http:
            command = [sys.executable, "-m", "bench.http", "--serve"]
        else:
            command = [sys.executable, "-m", "bench.sinks", "--late", str(late)]
        authority = self.data / "authority.pem"
        if tls:
            if not authority.exists():
                create_certificate(self.data)
            command += ["--certificate", str(self.data)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parent) as process:
            assert process.stdout is not None
            port = int(process.stdout.readline())
            try:
                if http:
                    yield f"http://127.0.0.1:{port}/send"
                else:
                    yield f"smtps://localhost:{port}?ca={authority}" if tls else f"smtp://127.0.0.1:{port}"
            finally:
                process.terminate()

    @contextmanager
    def worker(self, settings: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
        """One worker process, ready to claim."""
        command = [sys.executable, "-m", "bench.worker"]
        role = {"YUEMIAN_DATABASE_ROLE": "engine", "YUEMIAN_PROCESS": "worker"}
        environment = os.environ | role | dict(settings)
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=HERE.parent) as process:
            assert process.stdout is not None
            process.stdout.readline()
            try:
                yield process
            finally:
                process.terminate()


@contextmanager
def running_rig() -> Iterator[Rig]:
    """PostgreSQL with the settings of the product and 512 MB of buffers; Django is set up when it yields."""
    data = Path(tempfile.mkdtemp(prefix="yuemian-bench-"))
    data.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(_remove, data)
        server = stack.enter_context(running_server(data, settings={"shared_buffers": "512MB"}))
        os.environ |= {
            "YUEMIAN_DATA": str(data),
            "YUEMIAN_DATABASE_ROLE": "owner",
            "YUEMIAN_PUBLIC_URL": "https://jobs.example.com",
            "YUEMIAN_MAIL_FROM": "hr@jobs.example.com",
            "YUEMIAN_PRIVATE_NETWORKS": "127.0.0.0/8",
            "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
            "PYTHONPATH": os.pathsep.join([str(HERE.parent / "src"), str(HERE.parent)]),
        }
        assert server.pid is not None
        import django  # noqa: PLC0415  (settings read the environment that has just been set)

        django.setup()
        yield Rig(server.pid, data)


def _remove(data: Path) -> None:
    home = (data / "postgres").resolve()
    if home.is_dir() and home.parent != data:
        shutil.rmtree(home)
    shutil.rmtree(data, ignore_errors=True)
