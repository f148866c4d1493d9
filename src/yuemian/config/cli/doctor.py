"""`yuemian doctor`: every check answers ok, warn or fail, and with it what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict

from yuemian.config import environment
from yuemian.config.cli import check_database, check_machine
from yuemian.config.cli.findings import Finding, Level, fail
from yuemian.config.environment import Environment, EnvironmentError_

Check = Callable[[Environment], Iterable[Finding]]
CHECKS: list[Check] = [
    check_machine.python,
    check_machine.data_directory,
    check_machine.disk,
    check_machine.keys,
    check_machine.web_port,
    check_machine.public_url,
    check_machine.smtp,
    check_database.database,
]


def run(rest: list[str]) -> int:
    """Exit code 1 when anything fails."""
    findings = list(examine())
    if "--json" in rest:
        print(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            print(_line(finding))
    return 1 if any(finding.level == Level.FAIL for finding in findings) else 0


def examine() -> Iterator[Finding]:
    try:
        settings = environment.read()
    except EnvironmentError_ as problem:
        yield fail("environment", "The environment cannot be used", str(problem))
        return
    for check in CHECKS:
        yield from check(settings)


def _line(finding: Finding) -> str:
    remedy = f"\n        {finding.remedy}" if finding.remedy else ""
    return f"  {finding.level:<4}  {finding.text}{remedy}"
