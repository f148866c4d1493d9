"""The real site on a loopback port and phones to open it with, as for the candidate's pages."""

from __future__ import annotations

from tests.portal.conftest import address, chromium, pocket

__all__ = ["address", "chromium", "pocket"]
