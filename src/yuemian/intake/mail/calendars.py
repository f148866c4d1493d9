"""Whether a mail's sender is certain: what an answer of a calendar program needs before it may count.

Nothing counts yet: such a mail joins the conversation, as take_mail does with every answer.
"""

from __future__ import annotations

from yuemian.domain.mail_reply import Letter


def is_checked(server_name: str, letter: Letter) -> bool:
    """Whether our own mail server found the sender's domain genuine (DMARC).

    Anybody can write such a header: only the topmost counts, and only under the name that our server is known to use.
    """
    server, _, results = letter.header("authentication-results").partition(";")
    is_ours = bool(server_name) and server.split(" ")[0].strip().lower() == server_name.strip().lower()
    return is_ours and "dmarc=pass" in results.lower().replace(" ", "")
