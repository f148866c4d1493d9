"""`make bench`: every benchmark in turn, each in a process of its own; `python -m bench engine` runs one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ORDER = ("engine", "mail", "http", "portal", "imports", "routing", "feedback")


def main(arguments: list[str]) -> int:
    """Names choose benchmarks; everything that begins with a dash is passed on to each."""
    names = [name for name in arguments if not name.startswith("-")] or [
        name for name in ORDER if (HERE / f"{name}.py").exists()
    ]
    options = [option for option in arguments if option.startswith("-")]
    unknown = [name for name in names if name not in ORDER]
    if unknown:
        print(f"There is no benchmark {unknown[0]!r}; choose from {', '.join(ORDER)}.", file=sys.stderr)
        return 2
    for name in names:
        print(f"== {name}", flush=True)
        code = subprocess.run([sys.executable, "-m", f"bench.{name}", *options], check=False).returncode
        if code:
            return code
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
