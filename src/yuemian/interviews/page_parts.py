"""The port to the rooms above: parts of theirs that stand on an interview's page and on Today."""

from __future__ import annotations

from typing import Final

#: Dotted names of functions (request, interview, now) → HTML, empty for nothing; resolved at use.
ON_INTERVIEW: Final[list[str]] = []
#: The same, among the buttons at the head of that page.
ON_ACTIONS: Final[list[str]] = []
#: The same, of (request, now, recruiter, branch): whose day it is, None for everybody's.
ON_TODAY: Final[list[str]] = []


def register_part(place: list[str], name: str) -> None:
    """Called from an app's `ready()`."""
    if name not in place:
        place.append(name)
