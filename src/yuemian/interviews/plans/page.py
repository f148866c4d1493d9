"""What the plan editor shows: the steps in words, the drawing with its labels, the rules that hold beside the plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils.translation import get_language, gettext, ngettext

from yuemian.accounts.models import Branch, User
from yuemian.domain.cadence import Anchor, Step
from yuemian.domain.states import Channel, Purpose
from yuemian.interviews.agenda.wording import EXTRAS, condition_words, pick, rule
from yuemian.interviews.models import Interview, Plan
from yuemian.interviews.plans import wording as words
from yuemian.interviews.plans.changes import Effect
from yuemian.interviews.plans.drawing import START, Drawing, draw, ordered
from yuemian.interviews.plans.forms import PlanEdit, StepForm
from yuemian.interviews.wording import CHANNEL_ICONS, CHANNELS, PURPOSES, Text


@dataclass(frozen=True)
class Line:
    """A step as one line of the plan: the words of `step`, and its form to change it."""

    number: int
    form: StepForm
    step: Step
    is_open: bool = False

    @property
    def title(self) -> str:
        return words.title_of(self.step)

    @property
    def moment(self) -> str:
        return rule(self.step)

    @property
    def way(self) -> str:
        return pick(self.step)

    @property
    def icons(self) -> list[tuple[str, Text]]:
        return [(icon_of(channel), CHANNELS[channel]) for channel in words.channels_shown(self.step)]

    @property
    def chips(self) -> list[str]:
        return condition_words(self.step.conditions)

    @property
    def extras(self) -> list[Text]:
        return [EXTRAS[each] for each in sorted(self.step.extras)]

    @property
    def tone(self) -> str:
        return words.TONES.get(self.step.purpose, "neutral")

    @property
    def is_after(self) -> bool:
        return self.step.anchor in {Anchor.AFTER_END, Anchor.AFTER_PROMISE}


def icon_of(channel: Channel) -> str:
    return CHANNEL_ICONS.get(channel, "send")


def lines_of(edit: PlanEdit) -> list[Line]:
    """The steps in the order of time, each with its number."""
    readable = {step.key: step for step in edit.values}
    moments = ordered(list(readable.values()))
    by_key = {form.key: form for form in edit.steps}
    return [
        Line(number, by_key[moment.step.key], moment.step, moment.step.key in edit.opened)
        for number, moment in enumerate(moments, 1)
    ]


def unreadable(edit: PlanEdit) -> list[StepForm]:
    """Steps that were never anything but wrong: they have no line yet, only a form."""
    known = {step.key for step in edit.values}
    return [form for form in edit.steps if form.key not in known]


def picture(steps: Sequence[Step], branch: Branch | None, interview: Interview | None) -> dict[str, Any]:
    """The drawing with its words, on the clock of the interview that is looked at."""
    start = START
    if interview is not None:
        local = interview.starts_at.astimezone(interview.zone)
        start = local.hour * 60 + local.minute
    quiet = (branch.quiet_from, branch.quiet_until) if branch else None
    drawing = draw(ordered(steps, start), quiet, start=start)
    return {
        "drawing": drawing,
        "labels": [(column, _day(column.day, is_break=column.is_break)) for column in drawing.columns],
        "loose": _loose_labels(drawing),
        "marks": [
            (marker, words.TONES.get(marker.step.purpose, "neutral"), _said(marker.step))
            for marker in (*drawing.markers, *drawing.floating)
        ],
        "clock": f"{start // 60:02d}:{start % 60:02d}",
        "quiet": quiet_text(*quiet) if quiet else "",
        "has_quiet": bool(drawing.shades),
        "quiet_branch": branch.name_in(get_language() or "zh-hans") if branch else "",
    }


def _said(step: Step) -> str:
    return f"{words.title_of(step)}: {rule(step)}"


def _loose_labels(drawing: Drawing) -> list[tuple[float, str]]:
    names = {
        Anchor.AFTER_ANSWER: gettext("after an answer"),
        Anchor.AFTER_PROMISE: gettext("after a promise"),
    }
    return sorted({(marker.x, names[marker.step.anchor]) for marker in drawing.floating})


def _day(day: int, *, is_break: bool) -> str:
    if is_break:
        return ngettext("%(n)d day", "%(n)d days", day) % {"n": day}
    if day == 0:
        return gettext("Interview day")
    text = (
        ngettext("%(n)d day before", "%(n)d days before", -day)
        if day < 0
        else ngettext("%(n)d day after", "%(n)d days after", day)
    )
    return text % {"n": abs(day)}


def quiet_text(since: time, until: time) -> str:
    if since == until:
        return gettext("no quiet hours")
    return gettext("quiet %(since)s–%(until)s") % {"since": f"{since:%H:%M}", "until": f"{until:%H:%M}"}


def branches_of(user: User, plan: Plan) -> list[Branch]:
    """Whose rules hold for the interviews of a plan."""
    if plan.branch:
        return [plan.branch]
    if plan.job:
        return [plan.job.branch]
    return list(Branch.objects.visible_to(user))


def rules_of(user: User, branches: Sequence[Branch]) -> list[str]:
    """`quiet 21:00–08:00`, `at most 4 automatic messages a day`: with the branches named where they differ."""
    said: dict[str, list[str]] = {}
    for branch in branches:
        text = quiet_text(branch.quiet_from, branch.quiet_until)
        if branch.is_quiet_on_holidays:
            text = gettext("%(quiet)s, workdays only") % {"quiet": text}
        said.setdefault(text, []).append(branch.name_in(get_language() or "zh-hans"))
    lines = list(said) if len(said) < 2 else [_with_names(text, names) for text, names in said.items()]
    cap = user.organization.frequency_cap
    lines.append(
        ngettext(
            "at most %(n)d automatic message per person in 24 hours",
            "at most %(n)d automatic messages per person in 24 hours",
            cap,
        )
        % {"n": cap}
        if cap
        else gettext("any number of automatic messages per person")
    )
    return lines


def _with_names(text: str, names: Sequence[str]) -> str:
    return gettext("%(rule)s (%(names)s)") % {"rule": text, "names": gettext(", ").join(names)}


def effect_lines(effect: Effect) -> list[tuple[str, str, str]]:
    """Icon, tone and sentence of every kind of change; that nobody loses anything is said too."""
    found = [
        (icon, tone, _counted(kind, purpose, count))
        for kind, (icon, tone) in _KINDS.items()
        for purpose, count in getattr(effect, kind).most_common()
    ]
    if not effect.lost:
        found.append(("check", "success", gettext("Nobody loses a message.")))
    return found


#: In the order of how much they matter to whoever is about to press.
_KINDS = {
    "at_once": ("send", "warning"),
    "lost": ("alert", "danger"),
    "by_itself": ("send", "warning"),
    "by_hand": ("clock", "info"),
    "added": ("plus", "success"),
    "moved": ("clock", "info"),
    "rerouted": ("send", "info"),
}


def _counted(kind: str, purpose: Purpose, n: int) -> str:
    """`12 get an additional message: Reminder`."""
    texts = {
        "at_once": ngettext("%(n)d leaves at once: %(what)s", "%(n)d leave at once: %(what)s", n),
        "lost": ngettext("%(n)d no longer gets it: %(what)s", "%(n)d no longer get it: %(what)s", n),
        "by_itself": ngettext("%(n)d leaves by itself: %(what)s", "%(n)d leave by themselves: %(what)s", n),
        "by_hand": ngettext("%(n)d waits for a press: %(what)s", "%(n)d wait for a press: %(what)s", n),
        "added": ngettext(
            "%(n)d gets an additional message: %(what)s", "%(n)d get an additional message: %(what)s", n
        ),
        "moved": ngettext(
            "%(n)d gets it at another time: %(what)s", "%(n)d get it at another time: %(what)s", n
        ),
        "rerouted": ngettext("%(n)d gets it another way: %(what)s", "%(n)d get it another way: %(what)s", n),
    }
    return texts[kind] % {"n": n, "what": str(PURPOSES[purpose])}
