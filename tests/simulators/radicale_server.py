"""A real Radicale on loopback, with one account and calendars written as clients write them."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

USER, PASSWORD = "mo.chen", "app-Password: ö%"


@dataclass
class RadicaleServer:
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    def send(self, method: str, path: str, body: str = "", kind: str = "text/calendar") -> int:
        token = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            headers = {"Authorization": f"Basic {token}", "Content-Type": f"{kind}; charset=utf-8"}
            connection.request(method, path, body.encode(), headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def calendar(self, name: str, components: str = "VEVENT") -> str:
        path = f"/{USER}/{name}/"
        body = (
            '<?xml version="1.0"?><C:mkcalendar xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>'
            f'<C:supported-calendar-component-set><C:comp name="{components}"/></C:supported-calendar-component-set>'
            "</D:prop></D:set></C:mkcalendar>"
        )
        assert self.send("MKCALENDAR", path, body, "application/xml") == 201
        return path

    def event(self, calendar: str, uid: str, *lines: str) -> None:
        content = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//x//EN", "BEGIN:VEVENT", f"UID:{uid}"]
        content += [
            "DTSTAMP:20261101T000000Z",
            "SUMMARY:Divorce lawyer",
            *lines,
            "END:VEVENT",
            "END:VCALENDAR",
            "",
        ]
        assert self.send("PUT", f"{calendar}{uid}.ics", "\r\n".join(content)) == 201


@contextmanager
def running(folder: Path) -> Iterator[RadicaleServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / "users").write_text(f"{USER}:{PASSWORD}\n", "utf-8")
    (folder / "config").write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\n[auth]\ntype = htpasswd\nhtpasswd_filename = {folder}/users\n"
        f"htpasswd_encryption = plain\ndelay = 0\n[storage]\nfilesystem_folder = {folder}/collections\n"
        "[logging]\nlevel = error\n",
        "utf-8",
    )
    process = subprocess.Popen([sys.executable, "-m", "radicale", "--config", str(folder / "config")])
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert process.poll() is None
                assert time.monotonic() < deadline, "Radicale did not start"
                time.sleep(0.05)
        yield RadicaleServer(port)
    finally:
        process.terminate()
        process.wait(10)
