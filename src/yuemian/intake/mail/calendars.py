"""Answers that calendar programs send: whether their sender is certain enough for them to count."""

from __future__ import annotations

from yuemian.domain.mail_reply import Letter


def is_checked(server_name: str, letter: Letter) -> bool:
    """Whether our own mail server found the sender's domain genuine (DMARC).

    Anybody can write such a header: only the topmost counts, and only under the name that our server is known to use.
    """
    server, _, results = letter.header("authentication-results").partition(";")
    is_ours = bool(server_name) and server.split(" ")[0].strip().lower() == server_name.strip().lower()
    return is_ours and "dmarc=pass" in results.lower().replace(" ", "")
