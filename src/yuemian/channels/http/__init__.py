"""The only door to the network by HTTP: guarded addresses, kept connections, and whether a request was written."""

from __future__ import annotations

from .client import HTTPClient
from .link import Reply
from .network import PUBLIC, Network
from .redaction import redacted
from .target import Target
from .trouble import HTTPFailure, NotWritten, Unclear

__all__ = [
    "PUBLIC",
    "HTTPClient",
    "HTTPFailure",
    "Network",
    "NotWritten",
    "Reply",
    "Target",
    "Unclear",
    "redacted",
]
