"""What the candidate page says about one interview, in one language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import groupby
from typing import Any
from urllib.parse import quote
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from yuemian.domain.conversation import Voice
from yuemian.domain.languages import LANGUAGES, best_language, direction
from yuemian.domain.richtext import to_html
from yuemian.domain.states import Answer, Attendance, InterviewState
from yuemian.domain.when import day_text, present
from yuemian.interviews.facts import context_of
from yuemian.interviews.known import MOVES
from yuemian.interviews.models import Interview, Response
from yuemian.messaging.models import AccessLink, BlockKind, Message
from yuemian.portal import arrival_part, way
from yuemian.portal.beside import beside_answer
from yuemian.portal.page_data import PageData, bytes_of
from yuemian.portal.rendering import render
from yuemian.trust.vault import Unreadable, Vault

#: How long a page that is opened again says “received”: the way back from pressing a button takes a moment.
JUST_NOW = timedelta(seconds=30)

#: What a button says: the candidate's own words.
ANSWER_WORDS: dict[str, str | Promise] = {
    Answer.ACCEPTED: gettext_lazy("I’ll be there"),
    Answer.DECLINED: gettext_lazy("I can’t come"),
    Answer.RESCHEDULE_REQUESTED: gettext_lazy("I need another time"),
}
_BLOCK_WORDS: dict[str, str | Promise] = {
    BlockKind.COMPANY: gettext_lazy("About us"),
    BlockKind.VIDEO: gettext_lazy("See for yourself"),
    BlockKind.HIGHLIGHTS: gettext_lazy("Why this job"),
    BlockKind.TESTIMONIAL: gettext_lazy("Voices from the team"),
    BlockKind.BENEFITS: gettext_lazy("Hours and benefits"),
}
_HELD = frozenset({InterviewState.SCHEDULED, InterviewState.COMPLETED})
_DID_NOT_COME = frozenset({Attendance.NO_SHOW, Attendance.EXCUSED})
_KIND_ORDER = {str(kind): place for place, kind in enumerate(_BLOCK_WORDS)}


@dataclass(frozen=True)
class Block:
    """One block as `read_candidate_page` lists it, in the order of the columns there."""

    kind: str
    locale: str
    title: str
    body: str
    link: str
    by_line: str


@dataclass(frozen=True)
class Item:
    """One block; `html` is safe, `language` is set when it is not the page's."""

    title: str
    html: SafeString
    link: str
    by_line: str
    language: str


@dataclass(frozen=True)
class Section:
    """The blocks of one kind."""

    kind: str
    title: str
    items: list[Item]


@dataclass(frozen=True)
class Said:
    """One message of the conversation."""

    is_mine: bool
    author: str
    text: str
    at: datetime
    when: str
    stamp: str


def whole(
    data: PageData, locale: str, standing: str, *, now: datetime, link: AccessLink | None = None
) -> dict[str, Any]:
    """The page of an interview; `standing` is `open`, `old_revision`, `cancelled` or `over`. Previews have no link."""
    interview, vault = data.interview, data.vault()
    return (
        context(data, locale, now=now)
        | thread(data, vault, locale, now=now)
        | {
            "standing": standing,
            "can_answer": standing in {"open", "old_revision"},
            "answer": standing_answer(data, vault, locale, now=now),
            "old_when": old_start(data, link, locale),
            "has_changed": bool(data.changes),
            "has_news": data.news_at is not None and data.news_at <= now,
            "beside": beside_answer(data, vault, locale),
            "answers": _answer_words(locale),
            "arrival": arrival_part.part(data, now=now),
            "promise": promise(interview, standing, locale, now=now),
            "until": _until(interview.is_settled)
            % {"until": present(interview.answer_until, interview.time_zone, locale).full},
        }
    )


def promise(interview: Interview, standing: str, locale: str, *, now: datetime) -> str:
    """By when they were promised a result, once the interview is over and until they are told; "" without one."""
    by = interview.result_promised_at
    is_held = interview.state in _HELD and interview.attendance not in _DID_NOT_COME
    is_open = standing == "over" and now >= interview.ends_at and interview.result_told_at is None
    if by is None or not is_held or not is_open:
        return ""
    day = present(by, interview.time_zone, locale).date
    if now > by:
        late = _(
            "We promised you a result by %(day)s and are late. We are still deciding; you will hear from us."
        )
        return late % {"day": day}
    return _("Thank you for coming. You will hear our decision by %(day)s.") % {"day": day}


def _until(is_settled: bool) -> str:
    if is_settled:
        return _("You can change your answer until %(until)s.")
    return _("Please choose by %(until)s.")


def context(data: PageData, locale: str, *, now: datetime) -> dict[str, Any]:
    """Everything about the interview, without thread and answer; the same words as in the messages."""
    interview = data.interview
    organization, candidate = interview.organization, interview.application.candidate
    facts = context_of(interview, organization, locale)
    when = present(
        interview.starts_at,
        interview.time_zone,
        locale,
        duration=interview.duration,
        own_zone=candidate.time_zone or None,
    )
    return {
        "language": locale,
        "language_name": LANGUAGES[locale],
        "kept": {},
        "is_settled": interview.is_settled,
        "direction": direction(locale),
        "facts": facts,
        "invites": _("%(organization)s invites you to an interview")
        % {"organization": facts["organization_name"]},
        "starts": interview.starts_at.isoformat(),
        **way.line(interview, facts, locale),
        "when": when,
        "day": day_text(interview.starts_at.astimezone(interview.zone), locale),
        "countdown": _countdown(interview.starts_at, interview.zone, now) if interview.is_settled else "",
        "logo": reverse("logo", args=[data.logo_digest]) if data.logo_digest else "",
        "monogram": facts["organization_name"].strip()[:1].upper(),
        "video_link": web_link(interview.video_link),
        "video_opens": video_opens(interview, locale, now=now),
        "call": call(facts["contact_phone"]),
        "phone_link": re.sub(r"[^\d+]", "", facts["contact_phone"]),
        "mail_link": quote(facts["contact_email"], safe="@"),
        "sections": sections_html(data.blocks, locale, organization.locale),
    }


@cache
def _answer_words(locale: str) -> dict[str, str]:
    with override(locale):
        return {answer: str(words) for answer, words in ANSWER_WORDS.items()}


def standing_answer(data: PageData, vault: Vault, locale: str, *, now: datetime) -> dict[str, Any]:
    """What the candidate answered to the current revision, or an empty dictionary."""
    interview, given = data.interview, data.response
    if interview.answer == Answer.NEEDS_ACTION or interview.answered_at is None:
        return {}
    return {
        "value": interview.answer,
        "words": _answer_words(locale)[interview.answer],
        "note": _note(interview, given, vault),
        "is_fresh": now - (given.at if given else interview.answered_at) < JUST_NOW,
    }


def old_start(data: PageData, link: AccessLink | None, locale: str) -> str | None:
    """The time that the reader knows; "" when it holds still and something else changed, None when nothing ever did."""
    if not data.changes:
        return None
    interview, known = data.interview, _known_revision(data, link)
    later = (each for each in data.changes if each["revision"] > known and each["kind"] in MOVES)
    moved = next(later, None)
    if moved is None or moved["old_starts_at"] is None:
        return ""
    old = datetime.fromisoformat(moved["old_starts_at"])
    if interview.is_settled and old == interview.starts_at:
        return ""  # moved, and moved back
    return present(old, interview.time_zone, locale).full


def _known_revision(data: PageData, link: AccessLink | None) -> int:
    """What an old link's message said; by an up-to-date one, the newest before it that reached them."""
    revision = data.interview.revision
    if link is not None and link.subject_revision < revision:
        return link.subject_revision
    return data.known_revision or revision - 1


def thread(data: PageData, vault: Vault, locale: str, *, now: datetime) -> dict[str, Any]:
    """The conversation about this application, oldest first; what an erasure made unreadable is left out."""
    key, zone = data.interview.application.candidate.key, data.interview.zone
    said = []
    for row in data.messages:
        try:
            text = vault.open(key, Message.PLACE, UUID(row["id"]), bytes_of(row["body_sealed"]))
        except Unreadable:
            continue
        is_mine, at = row["is_from_candidate"], datetime.fromisoformat(row["created_at"])
        moment = at.astimezone(zone)
        when = f"{day_text(moment, locale)} {moment:%H:%M}"
        author = "" if is_mine else _voice(row, data, locale)
        said.append(Said(is_mine, author, text, at, when, at.isoformat()))
    is_fresh = bool(said) and said[-1].is_mine and now - said[-1].at < JUST_NOW
    return {"messages": said, "has_just_asked": is_fresh}


def _voice(row: dict[str, Any], data: PageData, locale: str) -> str:
    """As whom the company speaks: somebody by name, the interviewer with or without one, or nobody in particular."""
    if row["voice"] == Voice.NAMED_INTERVIEWER and row["author"]:
        return _("Interviewer: %(name)s") % {"name": row["author"]}
    if row["voice"] in {Voice.INTERVIEWER, Voice.NAMED_INTERVIEWER}:
        return _("Interviewer")
    return row["author"] or data.interview.organization.name_in(locale)


def web_link(address: str) -> str:
    """Only what a browser opens as a page; anything else (`javascript:` above all) is dropped."""
    return address if re.match(r"https?://[^\s/]", address, re.IGNORECASE) else ""


def _note(interview: Interview, given: Response | None, vault: Vault) -> str:
    if given is None or given.note_sealed is None:
        return ""
    try:
        return vault.open(interview.application.candidate.key, Response.PLACE, given.pk, given.note_sealed)
    except Unreadable:
        return ""


def video_opens(interview: Interview, locale: str, *, now: datetime) -> str:
    """From when on the link is shown, in words; "" once it is. Without a time there is no such moment yet."""
    minutes = interview.organization.video_link_from
    if minutes and not interview.is_settled:
        return _("Once you have chosen a time, this page says from when on the link to the meeting is shown.")
    opens_at = interview.starts_at - timedelta(minutes=minutes)
    if not minutes or now >= opens_at:
        return ""
    when = present(opens_at, interview.time_zone, locale).full
    return _("The link to the meeting appears here from %(when)s.") % {"when": when}


def call(number: str) -> str:
    """Of an interview by phone: who rings."""
    if not number:
        return _("We call you at this time; a quiet place helps.")
    return _("We call you at this time, from %(number)s; a quiet place helps.") % {"number": number}


def _countdown(starts_at: datetime, zone: ZoneInfo, now: datetime) -> str:
    days = (starts_at.astimezone(zone).date() - now.astimezone(zone).date()).days
    if starts_at <= now or days > 30:
        return ""
    if days < 2:
        return _("Today") if days == 0 else _("Tomorrow")
    return ngettext("In %(count)d day", "In %(count)d days", days) % {"count": days}


@lru_cache(maxsize=1024)
def sections_html(blocks: str, locale: str, organization_locale: str) -> SafeString:
    """The blocks of a job, which all its candidates share; remembered by their content, whosever it is."""
    sections = _sections([Block(*row) for row in orjson.loads(blocks)], locale, organization_locale)
    return mark_safe(render("portal/parts/sections.html", {"sections": sections}, locale))  # noqa: S308


def _sections(blocks: list[Block], locale: str, organization_locale: str) -> list[Section]:
    """By kind, each kind in the page's language, else in the nearest to it, else in the company's, else in any."""
    blocks.sort(key=lambda block: _KIND_ORDER.get(block.kind, len(_KIND_ORDER)))
    sections = []
    for kind, of_kind in groupby(blocks, key=lambda block: block.kind):
        group = list(of_kind)
        there = {block.locale for block in group}
        chosen = best_language(sorted(there), locale, (organization_locale,)) or locale
        language = "" if chosen == locale else chosen
        items = [_item(block, language) for block in group if block.locale == chosen]
        sections.append(Section(kind, str(_BLOCK_WORDS.get(kind, "")), items))
    return sections


def _item(block: Block, language: str) -> Item:
    html = mark_safe(to_html(block.body))  # noqa: S308  (richtext escapes everything it does not make itself)
    return Item(block.title, html, web_link(block.link), block.by_line, language)
