"""A real post office on loopback: Postfix carries, Dovecot keeps, and the world beyond is the test's own server.

Both need root (or sudo without a password) and come with `tools/system-packages.sh`.
"""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from imaplib import IMAP4
from pathlib import Path

from tests.channels.certificate import create_certificate

PASSWORD = "post-office-41"
DOMAIN = "in.galaxy.example"
#: Who owns the mails; no account of this machine.
OWNER = 5000
_AS_ROOT = [] if os.geteuid() == 0 else ["sudo", "-n"]
_SBIN = "/usr/sbin:/usr/local/sbin:/sbin"

_MAIN = """\
compatibility_level = 3.6
queue_directory = {data}/queue
data_directory = {data}/state
mail_owner = postfix
setgid_group = postdrop
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
maillog_file = {log}
maillog_file_prefixes = {data}
myhostname = mx.galaxy.example
mydestination =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_peername_lookup = no
smtputf8_enable = yes
smtp_host_lookup = native
smtp_tls_security_level = none
relayhost = [127.0.0.1]:{world}
recipient_delimiter = +
virtual_mailbox_domains = {domain}
virtual_mailbox_base = {data}/mail
virtual_mailbox_maps = inline:{{reply@{domain}=box/, bounce@{domain}=box/, jobs@{domain}=box/}}
virtual_minimum_uid = 100
virtual_uid_maps = static:{owner}
virtual_gid_maps = static:{owner}
queue_run_delay = 2s
minimal_backoff_time = 2s
"""
_MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
virtual unix - n n - - virtual
error unix - - n - - error
retry unix - - n - - error
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""
_DOVECOT = """\
base_dir = {data}/dovecot
state_dir = {data}/dovecot-state
log_path = {data}/dovecot.log
protocols = imap
listen = 127.0.0.1
ssl = yes
ssl_cert = <{data}/authority.pem
ssl_key = <{data}/key.pem
disable_plaintext_auth = no
mail_location = maildir:{data}/mail/box
mail_uid = {owner}
mail_gid = {owner}
first_valid_uid = 100
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={owner} home={data}/mail/home
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
}}
"""


@dataclass(frozen=True)
class PostOffice:
    """Where to hand mail over, and where to fetch what came in for `reply@` and `bounce@`."""

    smtp: int
    imap: int
    imaps: int
    data: Path

    @property
    def authority(self) -> Path:
        """Of the certificate for `localhost`."""
        return self.data / "authority.pem"

    def send(self, mail: EmailMessage, *, sender: str, to: str) -> None:
        """As a candidate's mail program would."""
        with smtplib.SMTP("127.0.0.1", self.smtp, timeout=20) as link:
            link.send_message(mail, from_addr=sender, to_addrs=[to])

    def folder(self, name: str = "INBOX") -> int:
        """How many mails lie there; 0 for a folder that does not exist."""
        link = IMAP4("127.0.0.1", self.imap, timeout=20)
        try:
            link.login("reply", PASSWORD)
            kind, answer = link.select(name, readonly=True)
            return int(answer[0] or 0) if kind == "OK" else 0
        finally:
            link.logout()


def is_installed() -> bool:
    path = f"{os.environ.get('PATH', '')}:{_SBIN}"
    return bool(shutil.which("postfix", path=path) and shutil.which("dovecot", path=path))


@contextmanager
def open_post_office(world: int) -> Iterator[PostOffice]:
    """`world` is the port of the server that takes mail for everybody else."""
    data = Path(tempfile.mkdtemp(prefix="yuemian-post-"))
    data.chmod(0o755)
    office = PostOffice(_free_port(), _free_port(), _free_port(), data)
    _furnish(office, world)
    started: list[subprocess.Popen[bytes]] = []
    try:
        started.append(_start("postfix", "-c", str(data / "postfix"), "start-fg"))
        started.append(_start("dovecot", "-F", "-c", str(data / "dovecot.conf")))
        _wait_for(office.smtp, data)
        _wait_for(office.imap, data)
        yield office
    finally:
        for process in reversed(started):
            _end(process)
        _run("rm", "-rf", str(data))


def _furnish(office: PostOffice, world: int) -> None:
    data = office.data
    for name in ("postfix", "queue", "state", "mail", "dovecot", "dovecot-state"):
        (data / name).mkdir()
    values = {"data": data, "world": world, "domain": DOMAIN, "owner": OWNER, "log": data / "postfix.log"}
    (data / "postfix" / "main.cf").write_text(_MAIN.format(**values))
    (data / "postfix" / "master.cf").write_text(_MASTER.format(port=office.smtp))
    create_certificate(data)
    (data / "dovecot.conf").write_text(
        _DOVECOT.format(data=data, owner=OWNER, password=PASSWORD, port=office.imap, imaps=office.imaps)
    )
    _run("chown", "root", str(data / "queue"), str(data / "postfix"))
    _run("chown", "-R", "postfix", str(data / "state"))
    _run("chown", "-R", f"{OWNER}:{OWNER}", str(data / "mail"))
    # A queue elsewhere than usual needs its folders made once.
    _run("postfix", "-c", str(data / "postfix"), "check")


def _start(*command: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [*_AS_ROOT, *command],
        env=_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _run(*command: str) -> None:
    subprocess.run([*_AS_ROOT, *command], env=_environment(), check=True, capture_output=True, timeout=30)


def _environment() -> dict[str, str]:
    return {"PATH": f"{os.environ.get('PATH', '')}:{_SBIN}", "LANG": "C.UTF-8"}


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        _run("kill", f"-{signal.SIGTERM.value}", str(process.pid))
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        _run("kill", f"-{signal.SIGKILL.value}", str(process.pid))
        process.wait(10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, data: Path) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    logs = "\n".join(path.read_text(errors="replace")[-1500:] for path in data.glob("*.log"))
    raise AssertionError(f"the post office did not open\n{logs}")
