"""`yuemian privacy verify RECEIPT`: prove that a person was erased, from the rows themselves and the audit chain."""

from __future__ import annotations

import argparse
import importlib
import sys
from collections.abc import Sequence

from yuemian.config import environment
from yuemian.config.cli.session import database_running


def run(rest: Sequence[str]) -> int:
    """The exit code says whether the proof holds."""
    parser = argparse.ArgumentParser(prog="yuemian privacy", description=__doc__)
    choices = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    verify = choices.add_parser("verify", help="check the receipt of an erasure")
    verify.add_argument("receipt", help="the receipt as the person has it, with or without dashes")
    given = parser.parse_args(list(rest))
    with database_running(environment.read()):
        importlib.import_module("django").setup()
        findings = importlib.import_module("yuemian.hiring.proof").examine(given.receipt)
    for finding in findings:
        print(f"{'ok  ' if finding.is_good else 'FAIL'}  {finding.sentence}", file=sys.stdout)
    return 0 if findings and all(finding.is_good for finding in findings) else 1
