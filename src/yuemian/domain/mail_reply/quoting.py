"""What of a reply the person wrote: above, below or between what their mail program quoted of ours."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from mailparser_reply import EmailReplyParser

#: The line in our mails above which people are asked to write, by language.
MARKERS: Final = {
    "zh": "—— 请在此行上方回复 ——",
    "zh-hant": "—— 請在此行上方回覆 ——",
    "en": "—— Please reply above this line ——",
    "ja": "—— この行より上にご返信ください ——",
    "ko": "—— 이 줄 위에 답장해 주세요 ——",
    "fr": "—— Merci de répondre au-dessus de cette ligne ——",
    "de": "—— Bitte antworten Sie über dieser Zeile ——",
    "es": "—— Por favor, responda por encima de esta línea ——",
    "pt-br": "—— Por favor, responda acima desta linha ——",
    "ru": "—— Пожалуйста, отвечайте выше этой строки ——",
    "ar": "—— يُرجى الرد فوق هذا السطر ——",
    "vi": "—— Vui lòng trả lời phía trên dòng này ——",
    "th": "—— โปรดตอบเหนือบรรทัดนี้ ——",
    "id": "—— Mohon balas di atas baris ini ——",
}
#: Longer texts are no answers; what is beyond is kept with the original and not looked at.
_MOST_LINES: Final = 10_000
_LINE_READ: Final = 400
#: The library's patterns look back and forth; more than a person writes is not worth its time.
_LIBRARY_LINES: Final = 200
_LIBRARY_LETTERS: Final = 12_000

_WROTE: Final = re.compile(r"^[>\s]{0,40}(?:在\s*)?.{0,160}(?:写道|寫道)\s*[:：]\s*$")
_WROTE_EN: Final = re.compile(r"^[>\s]{0,40}On\b.{0,300}\bwrote\s*:\s*$")
_WROTE_BEGINS: Final = re.compile(r"^[>\s]{0,40}(?:On\b|在\s|.{1,200}(?:于|於)\s*\d{4}\s*年).{0,300}$")
_SEPARATOR: Final = re.compile(
    r"^[>\s]{0,40}[-—_]{2,40}\s*(?:原始邮件|回复的原邮件|回复的邮件|原邮件|转发的邮件|转发邮件信息|原始郵件|"
    r"Original(?: Message)?|Replied Message|Forwarded (?:Message|message))\s*[-—_]{2,40}\s*$",
    re.IGNORECASE,
)
_SENT_FROM: Final = re.compile(
    r"^\s{0,40}(?:发自我的(?!.{0,2}[心腑]).{0,20}|從我的.{0,20}(?:傳送|寄出|發送)|从我的.{0,20}发送|发自.{0,20}手机"
    r"|Sent from my .{0,20}"
    r"|(?:Get|获取) Outlook for .{0,40}|发送自.{0,30}(?:Outlook|邮件|邮箱).{0,20})$",
    re.IGNORECASE,
)
_HEAD: Final = re.compile(r"^[>\s*|]{0,40}(?:发件人|寄件者|From)\s*[*|]{0,4}\s*[:：|]")
_HEAD_NEXT: Final = re.compile(
    r"^[>\s*|]{0,40}(?:收件人|发送时间|发送日期|日期|主题|抄送|收件者|主旨|To|Sent|Date|Subject|Cc)\s*[*|]{0,4}\s*[:：|]"
)
_RULE: Final = re.compile(r"^[_\-=—]{10,200}\s*$")
#: “Am Mi., 25. Nov. 2026 um 09:00 Uhr schrieb Galaxy <jobs@galaxy.example>:” and the like in any language.
_LEADS: Final = re.compile(r"^.{0,200}<[^\s<>@]{1,128}@[A-Za-z0-9.-]{1,255}>.{0,60}[:：]$")
_ONLY_ADDRESS: Final = re.compile(r"[^\s<>@]{1,128}@[A-Za-z0-9.-]{1,255}")
_HEAD_WITHIN: Final = 4
#: Most programs break at 72 to 78 letters, between words; a quotation's mark stands on the first part alone.
_BROKEN_AT: Final = range(60, 101)
_ENDS: Final = re.compile(r"[.?!:;…。？！：；][\"'”’」』)）]?$")


def marker(locale: str) -> str:
    code = locale.lower().replace("_", "-")
    return MARKERS.get(code) or MARKERS["zh" if code.startswith("zh") else "en"]


def cut_reply(text: str, sender: str = "") -> str:
    """The person's own words; empty when there are none. `sender`: their address, which some programs add.

    Where nothing is recognised the whole text is theirs: better a quotation too many than a word too few.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")[:_MOST_LINES]
    lines = [line.replace("\u00a0", " ").rstrip() for line in lines]
    at = _first_quoted(lines)
    if at is None:
        own = _by_library(lines)
    else:
        before, after = lines[:at], lines[at:]
        own = [*_without_wrapped_attribution(before), *_between(after)]
    return _tidied(own, sender)


def _first_quoted(lines: list[str]) -> int | None:
    for number, line in enumerate(lines):
        if _begins_quotation(lines, number, line[:_LINE_READ]):
            return number
    return None


def _begins_quotation(lines: list[str], number: int, line: str) -> bool:
    if not line.strip():
        return False
    if _is_marker(line) or _WROTE.match(line) or _WROTE_EN.match(line) or _SEPARATOR.match(line):
        return True
    if line.startswith(">"):
        return True
    if _HEAD.match(line):
        near = lines[number + 1 : number + 1 + _HEAD_WITHIN]
        return any(_HEAD_NEXT.match(each[:_LINE_READ]) for each in near)
    return _is_half_an_attribution(lines, number, line)


def _is_half_an_attribution(lines: list[str], number: int, line: str) -> bool:
    """One that was broken into two lines: the first of them."""
    if number + 1 < len(lines) and _WROTE_BEGINS.match(line):
        joined = f"{line} {lines[number + 1][:_LINE_READ].lstrip('> ')}"
        return bool(_WROTE_EN.match(joined) or (_WROTE.match(joined) and not _WROTE.match(line)))
    return False


def _is_marker(line: str) -> bool:
    bare = line.strip(" >|*").strip()
    return any(words.strip("— ") in bare and len(bare) < 60 for words in MARKERS.values())


def _without_wrapped_attribution(lines: list[str]) -> list[str]:
    """A rule, an empty line, or somebody's address and a colon that only led to the quotation go with it."""
    while lines and (not lines[-1].strip() or _RULE.match(lines[-1][:_LINE_READ]) or _LEADS.match(lines[-1])):
        lines = lines[:-1]
    return lines


def _between(lines: list[str]) -> list[str]:
    """What was written below or between lines quoted with `>`.

    Without `>` nobody can tell, and everything from here on is taken for quoted.
    """
    quoted = next((number for number, line in enumerate(lines) if line.startswith(">")), None)
    if quoted is None or quoted > 4:
        return []
    own: list[str] = []
    paragraph: list[str] = []
    for line in [*lines[quoted:], ""]:
        if line.strip():
            paragraph.append(line)
            continue
        if kept := _own_lines(paragraph):
            own += ["", *kept]
        paragraph = []
    return own


def _own_lines(paragraph: list[str]) -> list[str]:
    """Many answer right below a quoted line; what goes on with one that was broken on the way belongs to it."""
    own: list[str] = []
    goes_on = False
    for number, line in enumerate(paragraph):
        if _is_quotation(line[:_LINE_READ]):
            goes_on = line.startswith(">") and _may_be_broken(line)
        elif goes_on:
            goes_on = _may_be_broken(line)
        elif _is_half_an_attribution(paragraph, number, line[:_LINE_READ]):
            goes_on = True
        else:
            own.append(line)
    return own


def _may_be_broken(line: str) -> bool:
    """As long as lines are when a program breaks them, and in the middle of a sentence."""
    return len(line) in _BROKEN_AT and not _ENDS.search(line[-2:])


def _is_quotation(line: str) -> bool:
    return bool(line.startswith(">") or _WROTE.match(line) or _WROTE_EN.match(line) or _is_marker(line))


def _by_library(lines: list[str]) -> list[str]:
    """What our own rules do not know: other languages, mostly."""
    text = "\n".join(lines)
    if len(lines) > _LIBRARY_LINES or len(text) > _LIBRARY_LETTERS:
        return lines
    first = _parser().read(text).replies
    found = first[0].content if first else ""
    return found.split("\n") if found.strip() else lines


@cache
def _parser() -> EmailReplyParser:
    return EmailReplyParser(languages=["en", "de", "fr", "es", "ja", "ko"])


def _tidied(lines: list[str], sender: str) -> str:
    """Without signatures of telephones, and without the sender's bare address that Foxmail leaves at the end."""
    kept = [line for line in lines if not _SENT_FROM.match(line[:_LINE_READ])]
    while kept and (not kept[-1].strip() or _is_own_address(kept[-1], sender) or kept[-1].strip() == "--"):
        kept.pop()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def _is_own_address(line: str, sender: str) -> bool:
    bare = line.strip()
    return (
        bool(sender) and bool(_ONLY_ADDRESS.fullmatch(bare[:_LINE_READ])) and bare.lower() == sender.lower()
    )
