"""What stands in a mail beside HR's text: heading, preheader, the card of facts, the contact."""

from __future__ import annotations

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from functools import lru_cache
from typing import Any, Final

from yuemian.channels.mail import facts_html, slots
from yuemian.domain.date_writing import writing_of
from yuemian.domain.richtext import to_text
from yuemian.domain.states import Purpose
from yuemian.domain.template import Rendered
from yuemian.messaging.engine.phrasing import Wording, around_link, paragraphs
from yuemian.messaging.engine.wording import words

#: The subject names the company for the inbox; inside the mail its name stands above already.
_COMPANY: Final = re.compile(r"^(?:【[^】]*】|\[[^\]]*\])\s*")
#: What the card of facts is made of.
_SHOWN: Final = (
    "interview_when",
    "place_name",
    "place_address",
    "video_link",
    "video_note",
    "materials",
    "flow",
)
_TIMES: Final = frozenset({"interview_when", "interview_date", "interview_time"})


def mail_slots(
    purpose: str, said: Rendered, context: Mapping[str, Any], locale: str, *, used: AbstractSet[str]
) -> dict[str, str]:
    """What differs between people; previews use it too.

    The text is HR's and whole. In HTML the line that is only the link becomes the button; a card of facts and the
    contact are added only where the text does not say them itself (`used`: the placeholders it has).
    """
    link = context["answer_link"]
    wording = Wording(said, to_text(said.text), *around_link(said.text, link))
    return slots_of(purpose, wording, context, locale, link, used=used)


def slots_of(
    purpose: str,
    wording: Wording,
    context: Mapping[str, Any],
    locale: str,
    link: str,
    *,
    used: AbstractSet[str],
) -> dict[str, str]:
    said = wording.said
    preheader, card = _facts(purpose, locale, used.isdisjoint(_TIMES), *_shown(context))
    closing = "" if "contact_name" in used else paragraphs(_contact(context, locale))
    return slots(
        preheader=preheader or said.text[:90].replace("\n", " "),
        heading=_heading(said.subject),
        content=wording.before,
        facts=card,
        link=link,
        after=wording.after + closing,
    )


def has_preheader(purpose: str, context: Mapping[str, Any], locale: str, *, used: AbstractSet[str]) -> bool:
    """Whether there are facts for it; else it is the beginning of the text."""
    return bool(_facts(purpose, locale, used.isdisjoint(_TIMES), *_shown(context))[0])


def _shown(context: Mapping[str, Any]) -> list[Any]:
    return [tuple(v) if v.__class__ is list else v for v in map(context.get, _SHOWN)]


@lru_cache(maxsize=1024)
def _heading(subject: str) -> str:
    return _COMPANY.sub("", subject) or subject


@lru_cache(maxsize=4096)
def _facts(purpose: str, locale: str, is_carded: bool, *shown: Any) -> tuple[str, str]:
    """What a phone shows beside the subject, when and where; and the card. Both are equal for many people."""
    facts = facts_of(purpose, dict(zip(_SHOWN, (part or "" for part in shown), strict=True)), locale)
    first = [value.partition("\n")[0] for _, value in facts[:2] if value]
    return writing_of(locale).comma.join(first), facts_html(facts) if is_carded else ""


def facts_of(purpose: str, context: Mapping[str, Any], locale: str) -> tuple[tuple[str, str], ...]:
    """The card of key facts; an answer or a digest has none, a cancellation names the time alone."""
    said = words(locale)
    if purpose in {Purpose.ANSWER, Purpose.DIGEST, Purpose.CODE}:
        return ()
    when = (said.when, context.get("interview_when", ""))
    if purpose == Purpose.CANCELLATION:
        return (when,)
    place = "\n".join(part for part in (context.get("place_name"), context.get("place_address")) if part)
    return (
        when,
        (said.where, place),
        (said.video, context.get("video_note") or context.get("video_link", "")),
        (said.bring, "\n".join(context.get("materials", ()))),
        (said.flow, "\n".join(context.get("flow", ()))),
    )


def _contact(context: Mapping[str, Any], locale: str) -> str:
    name, phone = context.get("contact_name", ""), context.get("contact_phone", "")
    if not name:
        return ""
    return f"{words(locale).contact}: {name} {phone}".strip()
