"""What Lighthouse says of the candidate page: performance, accessibility, best practices, each of 100.

`python -m bench.lighthouse [--runs 3]` starts a PostgreSQL and a web process of its own, invites a candidate, and runs
the npm package `lighthouse` (fetched by npx, needs Node 20+) with the system's Chromium: a slow phone, as it ships.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from urllib.request import urlopen

from bench.portal import free_port, prepare, serve, standing_server

CATEGORIES = ("performance", "accessibility", "best-practices")
VERSION = "lighthouse@13"


def scores(address: str, chromium: str) -> dict[str, float]:
    """Of one run, 0 to 100; what was not perfect goes to stderr."""
    command = ["npx", "--yes", VERSION, address, "--quiet", "--output=json"]
    command += [f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    environment = os.environ | {"CHROME_PATH": chromium}
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=300)
    report = json.loads(told.stdout)
    for audit in report["audits"].values():
        if audit["score"] is not None and audit["score"] < 0.9:
            print(f"  {audit['id']}: {audit.get('displayValue', audit['title'])}", file=sys.stderr)
    return {name: report["categories"][name]["score"] * 100 for name in CATEGORIES}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    if not chromium or not shutil.which("npx"):
        sys.exit("Needs Chromium and Node 20 or newer with npx: apt-get install chromium nodejs npm")
    with ExitStack() as stack:
        data = stack.enter_context(tempfile.TemporaryDirectory(prefix="yuemian-bench-"))
        stack.enter_context(standing_server(Path(data)))
        port = free_port()
        person = prepare([port])[0]
        stack.enter_context(serve(port, dict(os.environ)))
        address = f"http://localhost:{port}/c/{person.token}"
        for _ in range(3):  # a process that has just started is not what candidates meet
            urlopen(address, timeout=60).close()
        runs = [scores(address, chromium) for _ in range(given.runs)]
    for name in CATEGORIES:
        print(f"{name:<16} {statistics.median(run[name] for run in runs):5.0f}")


if __name__ == "__main__":
    main()
