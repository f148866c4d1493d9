"""The sections of a digest in a mail: title and count, a few lines, what to do next. Plain values in, our HTML out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any


def sections_html(sections: Sequence[Mapping[str, Any]]) -> str:
    """Each has `title`, `count`, `entries` of (`strong`, `detail`, `note`), `more`, `button` and `link`."""
    return "".join(_section(section) for section in sections)


def _section(section: Mapping[str, Any]) -> str:
    lines = "".join(_entry(*entry, is_first=not number) for number, entry in enumerate(section["entries"]))
    if section["more"]:
        lines += (
            '<tr><td class="t3" style="padding:6px 0 0;font-size:13px;line-height:1.5;color:#5f6a72">'
            f"{escape(section['more'])}</td></tr>"
        )
    return (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="facts" '
        'style="background:#f5f7f8;border-radius:10px;border-collapse:separate;margin:0 0 14px"><tr>'
        '<td style="padding:14px 18px">'
        f"{_head(section['title'], section['count'])}"
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0">'
        f"{lines}</table>{_button(section['button'], section['link'])}</td></tr></table>"
    )


def _head(title: str, count: str) -> str:
    return (
        '<h2 class="t1" style="margin:0 0 4px;font-size:16px;line-height:1.5;font-weight:650;color:#16191b">'
        f'{escape(title)} <span class="t3" style="font-weight:400;color:#5f6a72">{escape(count)}</span></h2>'
    )


def _entry(strong: str, detail: str, note: str, *, is_first: bool) -> str:
    border = "" if is_first else "border-top:1px solid #e3e7ea;"
    below = (
        f'<div class="t2" style="font-size:14px;line-height:1.5;color:#343a3f">{escape(note)}</div>'
        if note
        else ""
    )
    return (
        f'<tr><td class="row" style="{border}padding:8px 0"><div class="t1" style="font-size:15px;line-height:1.5;'
        f'font-weight:600;color:#16191b;word-break:break-word">{escape(strong)}</div>'
        f'<div class="t3" style="font-size:13px;line-height:1.5;color:#5f6a72">{escape(detail)}</div>{below}</td></tr>'
    )


def _button(label: str, link: str) -> str:
    if not link.startswith(("https://", "http://")):
        raise ValueError("The link of a section must be an absolute web address.")
    return (
        f'<a href="{escape(link)}" class="t1" style="display:inline-block;margin:10px 0 2px;padding:8px 16px;'
        "border:1px solid #c3cbd1;border-radius:8px;font-size:14px;line-height:20px;font-weight:600;color:#16191b;"
        f'text-decoration:none">{escape(label)}</a>'
    )
