"""The suite's PostgreSQL: an embedded server of its own, or the one that DATABASE_URL names.

Loaded with `-p tests.database`, before Django's settings are read.
"""

from __future__ import annotations

import atexit
import os
from contextlib import ExitStack

from tests.houses import migrated_house, new_house, open_place, remove_house
from yuemian.postgres import running_server
from yuemian.trust.keyfile import create

open_place()

if "DATABASE_URL" not in os.environ:
    _data = new_house(migrated_house(), "yuemian-suite-")
    os.environ["YUEMIAN_DATA"] = str(_data)
    create(_data / "keys" / "master.key")
    _server = ExitStack()
    _settings = {
        "shared_buffers": "128MB",
        # Two hundred candidates race for the same slots, each on a connection of their own.
        "max_connections": "260",
        # Nobody recovers this server: what it does is proved, what it would survive is proved in tests/postgres.
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
    }
    _server.enter_context(running_server(_data, settings=_settings))

    @atexit.register
    def _stop() -> None:
        _server.close()
        remove_house(_data)


# The suite creates its database as the owner; tests then run as the app's role (see conftest.py).
os.environ["YUEMIAN_DATABASE_ROLE"] = "owner"
os.environ.setdefault("YUEMIAN_PUBLIC_URL", "http://localhost:8000")
for name in ("YUEMIAN_SMTP_URL", "YUEMIAN_MAIL_FROM"):
    os.environ.pop(name, None)
