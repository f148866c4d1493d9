"""A cluster's files: made once by initdb, its configuration and its doors rewritten at every start."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from yuemian.postgres.binaries import Binaries
from yuemian.postgres.problems import ServerProblem
from yuemian.postgres.roles import APP, ENGINE, OWNER
from yuemian.postgres.users import Account

SUPERUSER = "postgres"
PORT = 5432  # names the socket only; no network port is opened

#: Errors stay out of the server's log: their text may carry personal data, and the application logs its own.
SETTINGS = {
    "listen_addresses": "''",
    "port": str(PORT),
    "max_connections": "200",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "8MB",
    "wal_compression": "on",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    "lc_messages": "'C'",
    "log_destination": "'stderr'",
    "logging_collector": "off",
    "log_line_prefix": "'%m [%p] '",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_checkpoints": "off",
    "idle_in_transaction_session_timeout": "'10min'",
}
#: The server gets nothing of our environment: it may hold secrets.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": "/"}


def create(cluster: Path, binaries: Binaries, account: Account) -> None:
    """Initialise aside and rename, so that an interrupted start leaves no half cluster."""
    draft = cluster.with_name(f".{cluster.name}.{secrets.token_hex(4)}")
    draft.mkdir(mode=0o700)
    if account.is_other:
        os.chown(draft, account.uid, account.gid)
    options = [
        f"--username={SUPERUSER}",
        "--auth-local=peer",
        "--auth-host=reject",
        "--encoding=UTF8",
        "--data-checksums",
        "--no-instructions",
        *_locale(binaries.major),
    ]
    made = subprocess.run(
        [str(binaries.program("initdb")), "-D", str(draft), *options],
        capture_output=True,
        text=True,
        check=False,
        cwd=draft,
        env=ENVIRONMENT,
        umask=0o077,
        **account.credentials,
    )
    if made.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        last = (made.stderr.strip() or made.stdout.strip()).splitlines()[-3:]
        raise ServerProblem(f"PostgreSQL could not create its files in {cluster.parent}: {' / '.join(last)}")
    draft.rename(cluster)


def configure(
    cluster: Path, *, sockets: Path, guests: list[str], account: Account, extra: Mapping[str, str]
) -> None:
    """Write who may enter as whom, and the settings; `local.conf` in the cluster overrides them."""
    settings = SETTINGS | {"unix_socket_directories": f"'{sockets}'"} | dict(extra)
    main = cluster / "postgresql.conf"
    text = main.read_text(encoding="utf-8")
    if "include 'yuemian.conf'" not in text:
        text += "\n# Rewritten at every start; put your own settings into local.conf.\n"
        text += "include 'yuemian.conf'\ninclude_if_exists 'local.conf'\n"
    files = {
        "yuemian.conf": "".join(f"{name} = {value}\n" for name, value in settings.items()),
        "pg_hba.conf": "# The socket alone; see pg_ident.conf.\nlocal all all peer map=yuemian\n",
        "pg_ident.conf": _doors(guests),
        "postgresql.conf": text,
    }
    for name, content in files.items():
        _write(cluster / name, content, account)


def _doors(guests: list[str]) -> str:
    roles = (SUPERUSER, OWNER, APP, ENGINE)
    return "".join(f'yuemian "{guest}" {role}\n' for guest in sorted(set(guests)) for role in roles)


def _locale(major: int) -> list[str]:
    if major >= 17:
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return ["--locale=C.UTF-8" if sys.platform == "linux" else "--locale=C"]


def _write(path: Path, content: str, account: Account) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(content, encoding="utf-8")
    draft.chmod(0o600)
    if account.is_other:
        os.chown(draft, account.uid, account.gid)
    draft.replace(path)
