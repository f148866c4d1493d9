"""Who wrote a mail: a person, a calendar, a robot, or a mail server about one of ours."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import Final

from .bounce import tells_failure
from .letter import Letter


class Kind(StrEnum):
    """What is done with a mail depends on this alone."""

    PERSON = "person"
    CALENDAR = "calendar"  # an answer made by a calendar program, maybe with words beside it
    BOUNCE = "bounce"
    AUTO = "auto"  # out of office and the like: counted, and read by nobody


_ROBOT_PRECEDENCE: Final = frozenset({"auto_reply", "auto-reply", "bulk", "junk", "list"})
#: QQ, 163 and Outlook say in the subject alone what RFC 3834 wants in a header, Outlook in the person's language.
_ROBOT_SUBJECT: Final = re.compile(
    r"^\s*(?:自动回复|自動回覆|自动答复|系统自动回复|Automatic reply|自動応答|自動返信|자동 ?(?:회신|응답)|부재중"
    r"|Auto(?:matic)?[- ]?(?:reply|response)|Out of (?:the )?office|Réponse automatique|Automatische Antwort"
    r"|Abwesenheitsnotiz|Respuesta automática|Resposta automática|Автоматический ответ|رد تلقائي"
    r"|Trả lời tự động|ตอบกลับอัตโนมัติ|Balasan otomatis)"
    r"\s*(?:[:：(（\-]|$)",
    re.IGNORECASE,
)
_DAEMON: Final = re.compile(r"^(?:mailer-daemon|mail-daemon|postmaster|postmaster\d{0,3})@", re.IGNORECASE)
_BOUNCE_SUBJECT: Final = re.compile(
    r"(?:系统退信|退信通知|退信|投递失败|未送达|Undeliver|Delivery (?:Status|Failure|has failed)|Returned mail"
    r"|failure notice|Mail delivery failed)",
    re.IGNORECASE,
)
_ANSWERS: Final = frozenset({"REPLY", "COUNTER"})


def kind_of(letter: Letter, *, is_to_bounce_address: bool) -> Kind:
    """The order matters: a server's report is also automatic, and a calendar's answer may be.

    Robots answer the envelope's sender, too: what comes there is a report only where it says so.
    """
    if letter.report_type == "delivery-status" or _is_plain_bounce(letter, is_to_bounce_address):
        return Kind.BOUNCE
    if any(method in _ANSWERS for method, _ in letter.calendars):
        return Kind.CALENDAR
    return Kind.AUTO if _is_automatic(letter) else Kind.PERSON


def _is_plain_bounce(letter: Letter, is_to_bounce_address: bool) -> bool:
    """Servers that report in words of their own: an empty return path or a daemon, and telling words."""
    subject, is_daemon = letter.subject[:300], bool(_DAEMON.match(letter.sender))
    if _ROBOT_SUBJECT.match(subject):
        return False
    says_so = bool(letter.header("x-failed-recipients") or _BOUNCE_SUBJECT.search(subject))
    if is_to_bounce_address:
        return (
            says_so or is_daemon or bool(letter.report) or (not _is_reply(letter) and tells_failure(letter))
        )
    return says_so and (is_daemon or letter.return_path == "")


def _is_reply(letter: Letter) -> bool:
    return letter.header("auto-submitted").lower().startswith("auto-replied")


def _is_automatic(letter: Letter) -> bool:
    said = letter.header("auto-submitted").partition(";")[0].strip().lower()
    if said and said != "no":
        return True
    if letter.header("x-autoreply") or letter.header("x-autorespond"):
        return True
    if letter.header("precedence").strip().lower() in _ROBOT_PRECEDENCE or letter.header("list-id"):
        return True
    if letter.return_path == "" or letter.report_type or _DAEMON.match(letter.sender):
        return True
    return bool(_ROBOT_SUBJECT.match(letter.subject[:300]))
