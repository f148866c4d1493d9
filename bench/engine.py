"""Invite 10,000 people end to end through SMTP to a sink that costs nothing, beside the raw ceiling of the same run.

Measured: from pressing "send" (plan, commit) until the last delivery is settled and the batch is finished, with one
worker process. CPU seconds are those of planner, worker and every PostgreSQL process together.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import uvloop

from yuemian.postgres import running_server

HERE = Path(__file__).resolve().parent
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Figure:
    name: str
    count: int
    seconds: float
    per_second: float
    cpu_per_1000: float
    parts: dict[str, float]


def cpu_of(pid: int) -> float:
    """CPU seconds of a process and of its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(fields[i]) for i in (11, 12, 13, 14)) / TICK


def cpu_of_tree(pid: int) -> float:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return cpu_of(pid) + sum(cpu_of(int(child)) for child in children)


@contextmanager
def sink(late: float) -> Iterator[int]:
    command = [sys.executable, str(HERE / "sinks.py"), "--late", str(late)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


def prepare(count: int) -> Any:
    """An empty database with one live organization, its recruiter, a template and the interviews to invite."""
    from bench.company import create_company  # noqa: PLC0415  (models can be imported only after django.setup)

    return create_company(count)


def measure_engine(count: int, postgres: int) -> Figure:
    import django  # noqa: PLC0415  (settings read the environment that main() has just set)

    django.setup()
    company = prepare(count)
    worker = subprocess.Popen(
        [sys.executable, str(HERE / "worker.py")],
        env=os.environ | {"YUEMIAN_DATABASE_ROLE": "engine", "YUEMIAN_PROCESS": "worker"},
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout is not None
        worker.stdout.readline()
        company.invite(10)  # warm: connections, prepared statements, compiled texts
        company.wait()
        before = {
            "worker": cpu_of(worker.pid),
            "database": cpu_of_tree(postgres),
            "planner": cpu_of(os.getpid()),
        }
        start = time.perf_counter()
        company.invite(count)
        planned = time.perf_counter()
        company.wait()
        seconds = time.perf_counter() - start
        after = {
            "worker": cpu_of(worker.pid),
            "database": cpu_of_tree(postgres),
            "planner": cpu_of(os.getpid()),
        }
    finally:
        worker.terminate()
        worker.wait()
    company.check(count)
    cpu = {name: (after[name] - before[name]) / count * 1000 for name in before}
    return Figure(
        "invite, end to end",
        count,
        seconds,
        count / seconds,
        sum(cpu.values()),
        {"plan_seconds": planned - start, "deliver_per_second": count / (seconds - (planned - start))}
        | {f"cpu_{name}_per_1000": value for name, value in cpu.items()},
    )


def measure_ceiling(count: int, port: int, postgres: int) -> Figure:
    from bench.ceiling import run_ceiling  # noqa: PLC0415

    before = cpu_of(os.getpid()) + cpu_of_tree(postgres)
    start = time.perf_counter()
    uvloop.run(run_ceiling(count, port))
    seconds = time.perf_counter() - start
    cpu = (cpu_of(os.getpid()) + cpu_of_tree(postgres) - before) / count * 1000
    return Figure("ceiling: COPY, prebuilt bytes, pipelined", count, seconds, count / seconds, cpu, {})


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--late", type=float, default=0.0, help="let the sink answer so many seconds late")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="yuemian-bench-"))
    data.chmod(0o711)
    try:
        with (
            sink(arguments.late) as port,
            running_server(data, settings={"shared_buffers": "512MB"}) as server,
        ):
            os.environ |= {
                "YUEMIAN_DATA": str(data),
                "YUEMIAN_DATABASE_ROLE": "owner",
                "YUEMIAN_PUBLIC_URL": "https://jobs.example.com",
                "YUEMIAN_SMTP_URL": f"smtp://127.0.0.1:{port}",
                "YUEMIAN_MAIL_FROM": "hr@jobs.example.com",
                "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
                "PYTHONPATH": os.pathsep.join([str(HERE.parent / "src"), str(HERE.parent)]),
            }
            assert server.pid is not None
            engine = measure_engine(arguments.count, server.pid)
            ceiling = measure_ceiling(arguments.count, port, server.pid)
    finally:
        home = (data / "postgres").resolve()
        if home.is_dir() and home.parent != data:
            shutil.rmtree(home)
        shutil.rmtree(data, ignore_errors=True)
    report([engine, ceiling], as_json=arguments.json)


def report(figures: list[Figure], *, as_json: bool) -> None:
    engine, ceiling = figures
    ratio = engine.per_second / ceiling.per_second
    if as_json:
        found = {
            "figures": [asdict(figure) for figure in figures],
            "ratio_to_ceiling": ratio,
            "cpus": os.cpu_count(),
        }
        print(json.dumps(found))
        return
    for figure in figures:
        print(
            f"{figure.name:<44} {figure.per_second:>9,.0f}/s"
            f"  {figure.cpu_per_1000:>7.3f} CPU-s per 1,000 with the database"
        )
        for name, value in figure.parts.items():
            print(f"    {name:<40} {value:>10,.3f}")
    print(f"ratio to the ceiling {ratio:.2f} on {os.cpu_count()} CPUs")


if __name__ == "__main__":
    main()
