"""Whether the web address is free, ours, or somebody else's."""

from __future__ import annotations

import errno
import json
import socket
import time
import urllib.error
import urllib.request
from typing import Any

from yuemian.config.environment import Environment

FREE, OURS, TAKEN, FORBIDDEN = "free", "ours", "taken", "forbidden"
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  (read, not bound)


def local_address(settings: Environment, path: str) -> str:
    """Where this machine reaches the web process, whatever its public address is."""
    host = _EVERYWHERE.get(settings.host, settings.host)
    return f"http://[{host}]:{settings.port}{path}" if ":" in host else f"http://{host}:{settings.port}{path}"


def look(settings: Environment) -> str:
    """Try to bind as the web process will; when taken, ask who is there."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno in {errno.EACCES, errno.EPERM}:
                return FORBIDDEN
            return OURS if _is_yuemian(settings) else TAKEN
    return FREE


def wait_until_free(settings: Environment, seconds: float) -> str:
    """The processes of a killed predecessor need a moment to end."""
    deadline = time.monotonic() + seconds
    while (found := look(settings)) in {OURS, TAKEN} and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def answers(settings: Environment, path: str) -> bool:
    """Whether the page is there, with status 200."""
    try:
        with _open(local_address(settings, path)) as answer:
            return bool(answer.status == 200)
    except (OSError, ValueError):
        return False


def _is_yuemian(settings: Environment) -> bool:
    try:
        with _open(local_address(settings, "/healthz")) as answer:
            return bool(json.loads(answer.read(1000)).get("name") == "yuemian")
    except (OSError, ValueError, AttributeError):
        return False


def _open(url: str) -> Any:
    """Never through a proxy of the environment."""
    return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(url, timeout=2)
