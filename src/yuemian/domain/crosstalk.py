"""The last look before sending: a text carries its own person's link and nobody else's."""

from __future__ import annotations

import re
from functools import lru_cache


class CrossTalk(ValueError):  # noqa: N818 - it is what must never happen
    """A text that belongs, wholly or in part, to somebody else."""


@lru_cache(maxsize=64)
def _links(prefix: str) -> re.Pattern[str]:
    return re.compile(re.escape(prefix) + r"[A-Za-z0-9_\-/.~]*")


def check_own_link(text: str, own_link: str, prefix: str) -> None:
    """Every link under `prefix` (where candidates' pages live) must be `own_link`, and one must be there."""
    found = set(_links(prefix).findall(text))
    if not found:
        raise CrossTalk(
            "The text has no link to the candidate's page; put {{ answer_link }} into the template."
        )
    if any(link.rstrip(".") != own_link for link in found):
        raise CrossTalk("The text holds another person's link and was not sent; report this as a defect.")
