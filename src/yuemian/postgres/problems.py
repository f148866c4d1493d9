"""What can go wrong with the embedded server, said with the remedy."""

from __future__ import annotations


class ServerProblem(Exception):  # noqa: N818
    """The embedded database cannot run; the message says why and what to do."""
