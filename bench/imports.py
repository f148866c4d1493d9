"""Imports: rows per second through the check and through the confirmation, on a database of its own."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NOW = datetime(2026, 11, 25, 1, 0, tzinfo=UTC)
TITLES = "姓名,手机,邮箱,岗位,轮次,面试时间,面试方式,面试地点,携带材料"


def sheet(rows: int) -> bytes:
    """Distinct people in half-hour slots, as a large campus recruitment has them; every fiftieth needs a repair."""
    lines = [TITLES]
    for n in range(rows):
        name = f"{'赵钱孙李周吴郑王'[n % 8]}{chr(0x4E00 + n % 5000)}{chr(0x5E00 + n // 5000)}"
        mail = f"c{n}@{'gmial.com' if n % 50 == 0 else 'example.com'}"
        start = f"2026-12-{1 + n % 28:02} {9 + n % 9:02}:{(n % 2) * 30:02}"
        lines.append(f"{name},138{n:08},{mail},后端工程师,初试,{start},现场,8 楼星云会议室,身份证、简历")
    return "\n".join(lines).encode()


@contextmanager
def database() -> Iterator[Any]:
    """An embedded server in a temporary directory, migrated, with the suite's cast in it."""
    with ExitStack() as stack:
        data = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="yuemian-bench-")))
        data.chmod(0o711)
        os.environ |= {
            "YUEMIAN_DATA": str(data),
            "YUEMIAN_DATABASE_ROLE": "owner",
            "YUEMIAN_PUBLIC_URL": "http://localhost:8000",
            "DJANGO_SETTINGS_MODULE": "yuemian.config.settings",
        }
        postgres = importlib.import_module("yuemian.postgres")
        stack.enter_context(postgres.running_server(data))
        importlib.import_module("django").setup()
        importlib.import_module("django.core.management").call_command("migrate", verbosity=0)
        connection = importlib.import_module("django.db").connection
        connection.close()
        connection.settings_dict["OPTIONS"]["assume_role"] = "yuemian_app"
        yield importlib.import_module("tests.factories")
        connection.close()


def measure(name: str, count: int, work: Callable[[], Any]) -> Any:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    print(
        f"{name:<36} {count / wall:>8,.0f} rows/s   {wall:>6.2f} s   {cpu / count * 1000:>6.3f} CPU-ms a row"
    )
    return result


def run(rows: int, factories: Any) -> None:
    load = importlib.import_module
    atomic = load("django.db").transaction.atomic
    acting_in = load("yuemian.trust.tenancy").acting_in
    start, decide = load("yuemian.intake.actions.start"), load("yuemian.intake.actions.decide")
    confirm = load("yuemian.intake.actions.confirm").confirm
    with atomic():
        user = factories.create_cast(now=NOW).recruiter
    data = sheet(rows)

    def acting(work: Callable[[], Any]) -> Callable[[], Any]:
        def within() -> Any:
            with acting_in(user.organization_id):
                return work()

        return within

    def imported(name: str) -> Any:
        return start.start_import(user, name, data, now=NOW, run=None)

    import_ = measure("read, check, seal", rows, acting(lambda: imported("a.csv")))
    import_ = measure(
        "accept all repairs, check again",
        rows,
        acting(lambda: decide.accept_repairs(user, import_.pk, now=NOW)),
    )
    done = measure(
        "confirm: create everything",
        rows,
        acting(lambda: confirm(user, import_.pk, revision=import_.revision, now=NOW)),
    )
    assert done.import_.created == rows, done.import_.counts
    again = measure("the same file again: all known", rows, acting(lambda: imported("b.csv")))
    assert again.counts["known"] == rows, again.counts


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000)
    given = parser.parse_args()
    sys.path[:0] = [str(Path(__file__).resolve().parents[1])]
    with database() as factories:
        run(given.rows, factories)


if __name__ == "__main__":
    main()
