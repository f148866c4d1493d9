"""The engine beside the raw ceiling of the same run: `python -m bench.engine [NAME …] [--json]`, names in NAMES."""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from bench.rig import Figure, Rig, running_rig

#: Name → module-level function of `bench.scenarios`, with its options. Those of SHORT run when none is named.
NAMES: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "invite": ("invite", {"count": 10_000}),
    "invite-100k": ("invite", {"count": 100_000}),
    "invite-100k-two": ("invite", {"count": 100_000, "workers": 2}),
    "http": ("invite", {"count": 10_000, "http": True}),
    "http-100k": ("invite", {"count": 100_000, "http": True}),
    "http-100k-two": ("invite", {"count": 100_000, "http": True, "workers": 2}),
    "late": ("invite", {"count": 10_000, "late": 0.02}),
    "tls": ("invite", {"count": 10_000, "tls": True}),
    "peers": ("peers", {"count": 10_000}),
    "plan-100k": ("plan", {"count": 100_000}),
    "claim": ("claim_beside_future", {"count": 10_000, "future": 1_000_000}),
    "cancel-100k": ("cancel", {"count": 100_000}),
    "burst": ("burst", {"count": 20_000}),
}
SHORT: Final = ("invite", "http", "late", "tls")


def run(rig: Rig, name: str, count: int | None) -> list[Figure]:
    """The figures of one benchmark; where there is a ceiling it comes last. `count` overrides its number of people."""
    from bench import scenarios  # noqa: PLC0415  (models can be imported only after django.setup)

    function, options = NAMES[name]
    scenario: Callable[..., list[Figure]] = getattr(scenarios, function)
    return scenario(rig, **options | ({"count": count} if count else {}))


def ratio(figures: Sequence[Figure]) -> float | None:
    """How fast beside the ceiling of the same run."""
    first, last = figures[0], figures[-1]
    return first.per_second / last.per_second if last.name.startswith("ceiling") else None


def report(name: str, figures: Sequence[Figure]) -> None:
    print(f"-- {name}")
    for figure in figures:
        print(
            f"{figure.name:<46} {figure.count:>9,} in {figure.seconds:>8.2f} s {figure.per_second:>9,.0f}/s"
            f"  {figure.cpu_per_1000:>7.3f} CPU-s per 1,000"
        )
        for part, value in figure.parts.items():
            print(f"    {part:<42} {value:>10,.3f}")
    if (found := ratio(figures)) is not None:
        print(f"ratio to the ceiling {found:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *NAMES], help="which; none: the short ones")
    parser.add_argument("--count", type=int, help="of people, instead of the benchmark's own")
    parser.add_argument("--all", action="store_true", help="every one, which takes long")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    names = list(NAMES) if arguments.all else arguments.names or SHORT
    found = []
    with running_rig() as rig:
        for name in names:
            figures = run(rig, name, arguments.count)
            if not arguments.json:
                report(name, figures)
            rows = [asdict(figure) | {"per_second": figure.per_second} for figure in figures]
            found.append({"name": name, "figures": rows, "ratio_to_ceiling": ratio(figures)})
    machine = {"cpus": os.cpu_count(), "load": Path("/proc/loadavg").read_text().split()[0]}
    if arguments.json:
        print(json.dumps({"machine": machine, "benchmarks": found}))
    else:
        print(f"{machine['cpus']} CPUs, load {machine['load']}")


if __name__ == "__main__":
    main()
