"""What a mail server says about a mail of ours (RFC 3464), and what that means for the person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from .address import addresses_in
from .letter import Letter


class Fate(StrEnum):
    """What became of the mail, as far as the report can be understood."""

    UNKNOWN_ADDRESS = "unknown_address"  # another address is needed
    MAILBOX_FULL = "mailbox_full"
    REFUSED = "refused"  # policy, content, or the server's own trouble, for good
    DELAYED = "delayed"  # the server keeps trying
    DELIVERED = "delivered"
    UNCLASSIFIED = "unclassified"


@dataclass(frozen=True)
class Bounce:
    """`envelope_id` and `message_ids` are ours, where the report names them; `detail` names no address."""

    fate: Fate
    code: str = ""
    detail: str = ""
    envelope_id: str = ""
    message_ids: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()  # whom the report is about


_STATUS: Final = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_SERVERS_WORDS: Final = (
    r"\b(?:mailbox|user|recipient|sender|relay|spam|block|reject|refus|denied|unavailable|quota|policy|defer|greylist"
    r"|not (?:found|available|allowed|permitted|exist)|try again|transaction failed)|邮箱|用户|收件|拒|不存在"
)
#: Servers that report in a text of their own, QQ and NetEase among them, still quote the other server's answer. It has
#: an enhanced code or words such as servers use; a telephone's number has neither.
_ANSWER: Final = re.compile(
    r"\b(4\d\d|5\d\d)[ \-#]+(?:([45]\.\d{1,3}\.\d{1,3})\b|"
    rf"(?=[^\W\d])(?=[^\n]{{0,60}}?(?:{_SERVERS_WORDS})))[^\n]{{0,160}}",
    re.IGNORECASE,
)
_NOBODY: Final = re.compile(
    r"user (?:is )?unknown|no such user|does(?:n't| not) exist|"
    r"unknown user|invalid (?:recipient|mailbox)|mailbox not found"
    r"|mailbox unavailable|recipient (?:address )?(?:not found|rejected: user)|"
    r"用户不存在|收件人.{0,12}不存在|邮箱.{0,8}不存在|地址不存在|账号不存在|帐号不存在",
    re.IGNORECASE,
)
_FULL: Final = re.compile(
    r"mailbox (?:is )?full|quota exceeded|over ?quota|邮箱(?:已满|空间不足)|容量.{0,6}已满", re.IGNORECASE
)
_ADDRESS: Final = re.compile(r"[^\s<>@:;,\"']+@[^\s<>@:;,\"']+")
_TEXT_READ: Final = 20_000


def read_bounce(letter: Letter) -> Bounce:
    """Never fails: what is not understood is said to be so."""
    perhaps = next((block for block in letter.report if "action" in block or "status" in block), None)
    first: Mapping[str, str] = letter.report[0] if letter.report else {}
    envelope = first.get("original-envelope-id", "").strip()
    bounce = _from_text(letter) if perhaps is None else _from_report(perhaps)
    named = (perhaps or {}).get("final-recipient", ""), (perhaps or {}).get("original-recipient", "")
    return Bounce(
        bounce.fate, bounce.code, bounce.detail, envelope, letter.reported_ids, tuple(addresses_in(named))
    )


def tells_failure(letter: Letter) -> bool:
    """Whether its text says in a server's words that a mail was not delivered."""
    text = letter.text[:_TEXT_READ]
    return any(pattern.search(text) for pattern in (_ANSWER, _NOBODY, _FULL))


def _from_report(block: Mapping[str, str]) -> Bounce:
    action = block.get("action", "").strip().lower().partition(" ")[0]
    found = _STATUS.search(block.get("status", ""))
    said = block.get("diagnostic-code", "")
    # Some servers put the general 5.0.0 there and the telling code into the other server's words.
    inner = _STATUS.search(said)
    if inner and (found is None or (found[2], found[3]) == ("0", "0")):
        found = inner
    code, detail = found[0] if found else "", _without_addresses(said)
    if action in {"delivered", "relayed", "expanded"}:
        return Bounce(Fate.DELIVERED, code or action, detail)
    if action == "delayed" or (found and found[1] == "4" and action != "failed"):
        return Bounce(Fate.DELAYED, code, detail)
    if action == "failed" or (found and found[1] == "5"):
        return Bounce(_permanent(code, said), code, detail)
    return Bounce(Fate.UNCLASSIFIED, code, detail)


def _permanent(code: str, said: str) -> Fate:
    parts = code.split(".")
    subject, number = (parts[1], parts[2]) if len(parts) == 3 else ("", "")
    if subject == "1" and number not in {"7", "8"}:  # 5.1.7 and 5.1.8 are about the sender
        return Fate.UNKNOWN_ADDRESS
    if (subject, number) == ("2", "2") or _FULL.search(said):
        return Fate.MAILBOX_FULL
    if (subject, number) == ("2", "1") or _NOBODY.search(said):
        return Fate.UNKNOWN_ADDRESS
    return Fate.REFUSED


def _from_text(letter: Letter) -> Bounce:
    if not tells_failure(letter):
        return Bounce(Fate.UNCLASSIFIED, detail=_without_addresses(letter.subject))
    text = letter.text[:_TEXT_READ]
    found = _ANSWER.search(text)
    line = found[0] if found else ""
    code = (found[2] or found[1]) if found else ""
    if found and found[1].startswith("4"):
        return Bounce(Fate.DELAYED, code, _without_addresses(line))
    return Bounce(_permanent(code if "." in code else "", f"{line}\n{text}"), code, _without_addresses(line))


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub("<address>", " ".join(text.split()))[:200]
