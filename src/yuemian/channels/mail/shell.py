"""The frame of every HTML mail: one column, inline CSS, light and dark, readable with images blocked.

The frame holds no words of its own; texts come in already translated and are escaped here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from typing import Final

_SLOT: Final = re.compile(r"\[\[(\w+)\]\]")
_COLOR: Final = re.compile(r"#[0-9a-fA-F]{6}")
_RTL: Final = ("ar", "he", "fa", "ur")

# Inline CSS for the tags `richtext.to_html` writes; pass it as `styles`.
CONTENT_STYLES: Final[Mapping[str, str]] = {
    "p": "margin:0 0 14px",
    "ul": "margin:0 0 14px;padding:0 0 0 20px",
    "ol": "margin:0 0 14px;padding:0 0 0 22px",
    "li": "margin:0 0 4px",
    "a": "color:inherit;text-decoration:underline;word-break:break-all",
}

_PAGE: Final = files(__package__).joinpath("shell.html").read_text("utf-8")


@dataclass(frozen=True, slots=True)
class ShellTexts:
    """What is equal for every mail of one template version: plain texts, already in the mail's language."""

    organization: str
    button: str  # such as 查看并答复 / View and answer
    link_note: str  # such as 按钮打不开？请复制这个地址：
    footer: Sequence[str]  # how to tell that this is real, what never to send in reply; one paragraph each
    logo_url: str = ""
    accent: str = "#0b6b5d"
    reply_line: str = ""  # such as “please reply above this line”, where answers by mail are read


@dataclass(frozen=True, slots=True)
class Shell:
    """The page cut at its slots: a fixed piece, then the slot that follows it (empty after the last)."""

    pieces: tuple[tuple[str, str], ...]

    def fill(self, slots: Mapping[str, str]) -> str:
        return "".join(fixed + (slots[slot] if slot else "") for fixed, slot in self.pieces)


def shell(texts: ShellTexts, locale: str) -> Shell:
    """The frame for one organization and locale, ready for `MailForm`."""
    accent = texts.accent if _COLOR.fullmatch(texts.accent) else "#0b6b5d"
    is_rtl = locale.lower().replace("_", "-").split("-")[0] in _RTL
    fixed = {
        "lang": escape({"zh-hans": "zh-CN", "zh-hant": "zh-TW"}.get(locale.lower(), locale)),
        "dir": "rtl" if is_rtl else "ltr",
        "start": "right" if is_rtl else "left",
        "organization": escape(texts.organization),
        "brand": _brand(texts, accent),
        "reply_line": _reply_line(texts.reply_line),
        "accent": accent,
        "on_accent": _readable_on(accent),
        "button": escape(texts.button),
        "link_note": escape(texts.link_note),
        "footer": "".join(f'<p style="margin:0 0 6px">{escape(line)}</p>' for line in texts.footer),
    }
    pieces: list[tuple[str, str]] = []
    parts = _SLOT.split(_PAGE)
    pending = ""
    for text, name in zip(parts[0::2], [*parts[1::2], ""], strict=True):
        pending += text
        if name in fixed:
            pending += fixed[name]
        else:
            pieces.append((pending, name))
            pending = ""
    return Shell(tuple(pieces))


def _brand(texts: ShellTexts, accent: str) -> str:
    name = escape(texts.organization)
    if texts.logo_url.startswith("https://"):
        mark = (
            f'<img src="{escape(texts.logo_url)}" alt="" width="32" height="32" '
            'style="display:block;width:32px;height:32px;border:0;border-radius:6px">'
        )
    else:
        mark = (
            f'<div aria-hidden="true" style="width:32px;height:32px;border-radius:8px;background:{accent};'
            f'color:{_readable_on(accent)};font-size:17px;font-weight:700;line-height:32px;text-align:center">'
            f"{escape(texts.organization[:1])}</div>"
        )
    return (
        '<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>'
        f'<td style="padding:0">{mark}</td>'
        f'<td class="t1" style="padding:0 12px;font-size:16px;font-weight:600;'
        f'color:#16191b">{name}</td></tr></table>'
    )


def _reply_line(words: str) -> str:
    """Quiet, and seen: programs quote it with the mail, and it tells where the quotation begins."""
    if not words:
        return ""
    return (
        '<div class="t3" style="padding:8px 12px 10px;font-size:12px;line-height:1.5;color:#5f6a72;'
        f'text-align:center">{escape(words)}</div>'
    )


def _readable_on(color: str) -> str:
    """White or near-black, whichever stands out more on this colour (WCAG relative luminance)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#ffffff" if luminance < 0.179 else "#101315"


def facts_html(rows: Sequence[tuple[str, str]]) -> str:
    """The card of key facts: label and value, both plain text; breaks are kept, empty values left out."""
    cells: list[str] = []
    for label, value in rows:
        if not value:
            continue
        border = "border-top:1px solid #e3e7ea;" if cells else ""
        shown = escape(value).replace("\n", "<br>")
        cells.append(
            f'<tr><td class="row" style="{border}padding:10px 0"><div class="t3" style="font-size:13px;'
            f'line-height:1.5;color:#5f6a72">{escape(label)}</div><div class="t1" style="font-size:16px;'
            f'line-height:1.55;color:#16191b;font-weight:600;word-break:break-word">{shown}</div></td></tr>'
        )
    if not cells:
        return ""
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="facts" '
        'style="background:#f5f7f8;border-radius:10px;border-collapse:separate"><tr>'
        '<td style="padding:6px 18px">'
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
        f"{''.join(cells)}</table></td></tr></table>"
    )


def slots(*, preheader: str, heading: str, content: str, facts: str, link: str, after: str) -> dict[str, str]:
    """What differs between people; `content`, `facts` and `after` (what follows the button) are our own escaped
    HTML, the rest plain text.
    """
    if not link.startswith(("https://", "http://")):
        raise ValueError("The link of a mail must be an absolute web address.")
    address = escape(link)
    return {
        "preheader": escape(preheader),
        "heading": escape(heading),
        "content": content,
        "facts": facts,
        "href": f'href="{address}"',
        "link_text": address,
        "after": after,
    }
