"""The words of the parts of a day, and of what is wrong or wanted in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.interviews import wording
from yuemian.interviews.today.parts import Part
from yuemian.interviews.wording import Reason, Text
from yuemian.ui.when import moment_text

TITLES: Mapping[Part, Text] = {
    Part.ARRIVING: _("On the way"),
    Part.WAITING: _("Waits for you"),
    Part.INVITE: _("To be invited"),
    Part.TODAY: word("part of the day", "Today"),
    Part.TOMORROW: word("part of the day", "Tomorrow"),
    Part.CAME: _("Who came?"),
    Part.RESULTS: _("No result yet"),
    Part.UNANSWERED: _("No answer yet"),
    Part.TROUBLE: _("Did not get through"),
    Part.INCOMPLETE: _("Incomplete"),
}
#: Colours of the design system.
TONES: Mapping[Part, str] = {
    Part.ARRIVING: "danger",
    Part.WAITING: "special",
    Part.INVITE: "info",
    Part.TODAY: "success",
    Part.TOMORROW: "neutral",
    Part.CAME: "info",
    Part.RESULTS: "danger",
    Part.UNANSWERED: "warning",
    Part.TROUBLE: "danger",
    Part.INCOMPLETE: "warning",
}
WHYS: Mapping[str, Reason] = {
    "late": Reason(_("Says that they will be late.")),
    "lost": Reason(_("Cannot find it, or cannot get in."), _("Call, or meet them.")),
    "word": Reason(_("Wrote on the way.")),
    "question": Reason(_("Asked a question")),
    "reschedule": Reason(_("Wants another time")),
    "unchosen": Reason(_("Nobody has chosen a time."), _("Set one, or call.")),
    "needs": Reason(_("Needs something at the interview")),
    "information": Reason(_("Not coming, but needs to know more"), _("Answer, and they may come after all.")),
    "contact": Reason(_("No address reaches this candidate."), _("Ask for one, or call.")),
    "interviewer": Reason(_("Nobody is set to interview."), _("Name an interviewer.")),
    "recruiter": Reason(_("Nobody of HR looks after this interview."), _("Name a contact person.")),
    "undecided": Reason(_("Nobody has decided yet."), _("Decide, or say that it takes longer.")),
    "untold": Reason(_("Decided, but not told."), _("Have the letter approved, then release it.")),
    "unreached": Reason(
        _("The letter was released, and no message of it got through."),
        _("Try again, add an address, or call."),
    ),
    "clash": Reason(_("The interviewer has two interviews at once."), _("Move one, or name somebody else.")),
}


def why(code: str) -> Reason:
    """The sentence of a code of a line: one of ours, or a delivery's reason."""
    return WHYS.get(code) or wording.reason(code)


def next_step(purpose: str, due_at: datetime | None, zone: ZoneInfo) -> str:
    """What the plan does next by itself, on the candidate's clock."""
    what = wording.purpose(purpose)
    if due_at is None:
        return str(what)
    return gettext("next: %(what)s %(when)s") % {
        "what": what,
        "when": moment_text(due_at, zone, with_year=False),
    }


def falls_due(due_at: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """When the plan wants the invitation out, on the interview's clock."""
    if due_at is None:
        return gettext("No plan invites this person.")
    local = due_at.astimezone(zone)
    if due_at > now:
        return gettext("due today at %(time)s") % {"time": f"{local:%H:%M}"}
    if local.date() == now.astimezone(zone).date():
        return gettext("due since %(time)s today") % {"time": f"{local:%H:%M}"}
    return gettext("due since %(when)s") % {"when": moment_text(due_at, zone, with_year=False)}
