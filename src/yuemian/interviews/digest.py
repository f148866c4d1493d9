"""The morning digest as plain values, in the language that is active: any channel renders it from here.

It holds names and hours, never what a candidate wrote nor how to reach one; its links lead behind the sign-in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy, ngettext, pgettext_lazy
from django.utils.translation import gettext as _

from yuemian.domain.states import Answer
from yuemian.interviews.today import Line, Part, Section, Today
from yuemian.interviews.today.reading import ARRIVALS
from yuemian.ui.states import appearance
from yuemian.ui.when import day_text, moment_text

#: Lines of a part; a mail is read in half a minute.
LINES = 5
LINES_OF_A_DAY = 10
#: A name longer than this is cut: the page has it whole.
LONGEST_WORD = 40
#: Below what a template takes for one value.
LONGEST_TEXT = 3_800
BUTTONS: Mapping[Part, Any] = {
    Part.ARRIVING: gettext_lazy("See today"),
    Part.WAITING: gettext_lazy("Answer them"),
    Part.INVITE: gettext_lazy("Invite them"),
    Part.TODAY: gettext_lazy("See today"),
    Part.TOMORROW: gettext_lazy("See tomorrow"),
    Part.CAME: gettext_lazy("Say who came"),
    Part.RESULTS: pgettext_lazy("result", "Decide"),
    Part.UNANSWERED: gettext_lazy("See who is silent"),
    Part.TROUBLE: gettext_lazy("Mend it"),
    Part.INCOMPLETE: gettext_lazy("Complete it"),
}
#: What cannot wait for the next workday.
PRESSING = frozenset({Part.ARRIVING, Part.WAITING, Part.TODAY, Part.TOMORROW, Part.TROUBLE})


@dataclass(frozen=True)
class DigestSection:
    """One part: entries are (name, what it is about, why), plain text."""

    title: str
    count: str
    entries: Sequence[tuple[str, str, str]]
    more: str
    button: str
    link: str


@dataclass(frozen=True)
class DigestContent:
    """One person's morning."""

    day: str
    summary: str
    sections: Sequence[DigestSection]
    link: str

    def context(self, user_name: str) -> dict[str, Any]:
        """What the digest's template is rendered with; `digest_sections` is for its frame."""
        return {
            "user_name": user_name,
            "digest_day": self.day,
            "digest_summary": self.summary,
            "digest": as_text(self.sections),
            "digest_sections": [asdict(section) for section in self.sections],
            "today_link": self.link,
        }


def has_something(today: Today, *, is_workday: bool) -> bool:
    """Whether there is a reason to write: on a day off only what cannot wait."""
    return any(is_workday or section.part in PRESSING for section in today.filled)


def make_digest(today: Today) -> DigestContent:
    sections = [_section(section, today) for section in today.filled]
    if sections:
        sections += [_by_plan(section) for section in today.sections.values() if section.by_plan]
    return DigestContent(
        day=day_text(today.now, today.zone, with_year=False),
        summary=_summary(today.filled),
        sections=sections or [_calm(today)],
        link=_link(today),
    )


def _summary(sections: Sequence[Section]) -> str:
    """Every part that has something, in one line for the subject."""
    said = [
        _("%(part)s %(count)s") % {"part": section.title, "count": section.count_text} for section in sections
    ]
    return _(", ").join(said) or _("nothing to do")


def _section(section: Section, today: Today) -> DigestSection:
    most = LINES_OF_A_DAY if section.part in ARRIVALS else LINES
    rest = section.count - min(most, len(section.lines))
    more = ngettext("and %(count)s more", "and %(count)s more", rest) % {"count": rest} if rest else ""
    return DigestSection(
        title=str(section.title),
        count=section.count_text,
        entries=[_entry(section.part, line, today) for line in section.lines[:most]],
        more=_("and many more") if section.is_capped else more,
        button=str(BUTTONS[section.part]),
        link=_link(today, section.part),
    )


def _by_plan(section: Section) -> DigestSection:
    """What nobody need do anything about; no reason for a mail, but a word in one."""
    link = f"{settings.PUBLIC_URL}{reverse('interviews')}?{section.board_query}"
    return DigestSection(
        _("Invited by the plan today"), section.by_plan_text, [], "", _("See the interviews"), link
    )


def _calm(today: Today) -> DigestSection:
    """For those who want to hear that there is nothing."""
    line = (_("Nothing to do."), _("Nobody waits, nobody comes today or tomorrow, nothing failed."), "")
    return DigestSection(_("A calm day"), "", [line], "", _("Open Today"), _link(today))


def _link(today: Today, part: Part | None = None) -> str:
    anchor = f"#{part}" if part else ""
    return f"{settings.PUBLIC_URL}{reverse('today')}?{today.scope.query}{anchor}"


def _entry(part: Part, line: Line, today: Today) -> tuple[str, str, str]:
    about = f"{_cut(line.row.job_text)} · {_cut(line.row.round_text)}"
    interview, zone = line.interview, line.interview.zone
    if part in ARRIVALS:
        people = _(", ").join(_cut(person.name) for person in interview.interviewers.all())
        places = [about, _cut(str(line.where)), people or _("No interviewer")]
        zone_note = f" {line.row.zone_text}" if line.row.is_elsewhere else ""
        hour = f"{interview.starts_at.astimezone(zone):%H:%M}{zone_note}"
        return f"{hour}  {_cut(line.name)}", " · ".join(filter(None, places)), _answer(line)
    when = moment_text(interview.starts_at, zone, with_year=interview.starts_at.year != today.now.year)
    if not interview.is_settled:
        when = _("To be chosen by") + f" {when}"
    return _cut(line.name), f"{about} · {when}", _why(part, line, today)


def _answer(line: Line) -> str:
    """Silent about those who come; the eye looks for the others."""
    state = line.row.answer_state
    return "" if state == Answer.ACCEPTED else str(appearance(state, "response").label)


def _why(part: Part, line: Line, today: Today) -> str:
    if part == Part.INCOMPLETE and line.clashes:
        clash = line.clashes[0]
        return _("%(who)s also meets %(name)s then.") % {
            "who": _cut(clash.interviewer),
            "name": _cut(clash.name),
        }
    said = [str(reason.sentence) for reason in line.reasons] + ([line.due] if line.due else [])
    if line.since and part in {Part.WAITING, Part.UNANSWERED, Part.RESULTS}:
        since = moment_text(line.since, today.zone, with_year=False)
        words = _("told %(when)s") if part == Part.UNANSWERED else _("waiting since %(when)s")
        said.append(words % {"when": since})
    return (" · " if get_language() == "en" else "，").join(each.rstrip("。.") for each in said)


def _cut(text: str) -> str:
    """Names come from outside: no line break, nothing endless, nothing that looks like a candidate's link."""
    line = " ".join(text.split()).replace("/c/", "/ c/").replace("**", "*")
    return line if len(line) <= LONGEST_WORD else f"{line[: LONGEST_WORD - 1]}…"


def as_text(sections: Sequence[DigestSection]) -> str:
    """The same for readers of plain text, with as many lines as fit."""
    for most in range(LINES_OF_A_DAY, -1, -1):
        text = "\n\n".join(_plain(section, most) for section in sections)
        if len(text) <= LONGEST_TEXT:
            return text
    return text[:LONGEST_TEXT]


def _plain(section: DigestSection, most: int) -> str:
    head = f"{section.title} {section.count}".strip()
    lines = [f"- {' · '.join(filter(None, entry))}" for entry in section.entries[:most]]
    more = [section.more] if section.more else []
    button = section.button + _(": ") + section.link
    return "\n".join([head, *lines, *more, button])
