"""Logs: nothing that is not listed, no candidate's link, no personal data of an exception."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from yuemian.config.logs import keep_listed, mask_path, mask_text

PROGRAM = """
import logging, structlog
from yuemian.config import logs
logs.configure("web")
log = structlog.get_logger("story")
log.info("sent", delivery="d-1", phone="13800138000")
log.info("request", path="/c/SECRET-TOKEN/answer")
log.info("request", path="/feeds/SECRET-TOKEN.ics")
logging.getLogger("django.server").warning("Not Found: /c/SECRET-TOKEN for lin@galaxy.example")
try:
    raise ValueError("no such person: 13800138000, lin@galaxy.example, /c/SECRET-TOKEN")
except ValueError:
    log.exception("failed")
try:
    raise OSError("no such host: lin@galaxy.example")
except OSError:
    log.exception("failed")
"""


@pytest.mark.parametrize(
    ("path", "masked"),
    [
        ("/c/abc", "/c/[token]"),
        ("/c/abc/answer?x=1", "/c/[token]/answer?x=1"),
        ("/candidates", "/candidates"),
        ("/feeds/abc.ics", "/feeds/[token]"),
        ("https://jobs.example.com/feeds/abc-d_e.ics?x=1", "https://jobs.example.com/feeds/[token]?x=1"),
    ],
)
def test_a_link_that_is_a_key_is_masked(path: str, masked: str) -> None:
    assert mask_path(path) == masked


@pytest.mark.parametrize("text", ["13800138000", "+86 138-0013-8000", "lin.yue@galaxy.example", "/c/SECRET"])
def test_personal_data_in_free_text_are_blotted_out(text: str) -> None:
    assert text not in mask_text(f"Key (value)=({text}) already exists")


def test_an_unlisted_field_is_dropped_and_named() -> None:
    kept = keep_listed(None, "info", {"event": "sent", "phone": "13800138000", "delivery": "d-1"})
    assert kept == {"event": "sent", "delivery": "d-1", "dropped": ["phone"]}


def test_a_process_writes_json_lines_without_secrets() -> None:
    source = Path(__file__).resolve().parents[2] / "src"
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={"PYTHONPATH": str(source)},
        capture_output=True,
        text=True,
        check=True,
    )
    for secret in ("SECRET-TOKEN", "13800138000", "lin@galaxy"):
        assert secret not in done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines][:2] == ["sent", "request"]
    assert lines[0]["process"] == "web"
    assert lines[-2]["error"] == "ValueError"
    assert lines[-1]["error"] == "OSError: no such host: [address]"
    assert lines[-1]["exception"]
