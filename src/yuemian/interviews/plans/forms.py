"""The form of a plan: its name, and one small form per step; values in, `Step`s out."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import User
from yuemian.domain.cadence import PLANNABLE, Anchor, Conditions, Extra, Pick, Step
from yuemian.domain.cadence.step import LONGEST_OFFSET, MOST_STEPS
from yuemian.domain.states import Answer, Channel, Mode, Purpose
from yuemian.interviews.agenda.wording import EXTRAS
from yuemian.interviews.forms import TimeInput
from yuemian.interviews.models import Plan
from yuemian.interviews.plans import wording as words
from yuemian.interviews.plans.shelf import free_places
from yuemian.interviews.wording import CHANNELS, MODES, PURPOSES
from yuemian.ui.form_renderer import QuickRenderer

KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
RANKS: Final = ("channel_1", "channel_2", "channel_3")
#: What a new step of a purpose begins with.
FRESH: Final[dict[Purpose, dict[str, Any]]] = {
    Purpose.INVITATION: {"anchor": Anchor.BEFORE_START, "offset": timedelta(days=3)},
    Purpose.REMINDER: {"anchor": Anchor.BEFORE_START, "offset": timedelta(days=1)},
    Purpose.NUDGE: {"anchor": Anchor.AFTER_SILENCE, "offset": timedelta(hours=24), "pick": Pick.NEXT},
    Purpose.STILL_DECIDING: {"anchor": Anchor.AFTER_PROMISE, "offset": timedelta(days=1), "at": time(10)},
    Purpose.STAFF_REMINDER: {
        "anchor": Anchor.BEFORE_START,
        "offset": timedelta(hours=1),
        "extras": frozenset({Extra.INTERVIEWER}),
    },
}


def fresh_step(purpose: Purpose) -> Step:
    """A new step under a key that no earlier step had: what was sent is remembered under it."""
    return Step(key=f"{purpose.value}_{secrets.token_hex(4)}", purpose=purpose, **FRESH[purpose])


def _boxes(label: Any, choices: Iterable[tuple[Any, Any]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label, required=False, choices=list(choices), widget=forms.CheckboxSelectMultiple
    )


class StepForm(forms.Form):
    """One step. Its prefix carries the step's key."""

    default_renderer = QuickRenderer

    is_on = forms.BooleanField(label=word("step", "In use"), required=False)
    purpose = forms.ChoiceField(label=_("What is said"))
    amount = forms.IntegerField(
        label=_("When"), min_value=0, max_value=LONGEST_OFFSET.days * 24 * 60, initial=0
    )
    unit = forms.ChoiceField(label=_("Unit"), choices=list(words.UNITS.items()))
    anchor = forms.ChoiceField(label=_("Counted from"), choices=list(words.ANCHORS.items()))
    at = forms.TimeField(
        label=_("At this hour of that day"),
        required=False,
        widget=TimeInput(format="%H:%M"),
        help_text=_("Empty: at the hour of the moment it is counted from."),
    )
    pick = forms.ChoiceField(label=_("Channel"), choices=list(words.PICKS.items()))
    channel_1 = forms.ChoiceField(label=word("rank", "First"), required=False)
    channel_2 = forms.ChoiceField(label=word("rank", "Second"), required=False)
    channel_3 = forms.ChoiceField(label=word("rank", "Third"), required=False)
    extras = _boxes(_("Also told"), ((each.value, EXTRAS[each]) for each in Extra))
    answers = _boxes(_("Only if the candidate"), words.ANSWERS.items())
    missed_at_least = forms.IntegerField(
        label=_("Missed so many interviews before, at least"), required=False, min_value=0, max_value=20
    )
    weekdays = _boxes(_("Interview on a"), enumerate(words.WEEKDAYS, 1))
    starts_from = forms.TimeField(label=_("Begins from"), required=False, widget=TimeInput(format="%H:%M"))
    starts_until = forms.TimeField(label=_("Begins before"), required=False, widget=TimeInput(format="%H:%M"))
    is_first = forms.ChoiceField(
        label=_("Which interview"), required=False, choices=list(words.FIRSTS.items())
    )
    modes = _boxes(_("Held"), [(mode.value, MODES[mode]) for mode in Mode])

    def __init__(self, key: str, data: QueryDict | None = None, *, step: Step | None = None) -> None:
        super().__init__(data, prefix=f"s-{key}", initial=initial_of(step) if step else None)
        self.key, self.was = key, step
        said = list(words.SAID)
        if step and step.purpose not in said:
            said.append(step.purpose)
        self.fields["purpose"].choices = [(each.value, PURPOSES[each]) for each in said]  # type: ignore[attr-defined]
        for name in RANKS:
            self.fields[name].choices = [("", "–"), *((c.value, CHANNELS[c]) for c in Channel)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_moment(data)
        self._check_channels(data)
        self._check_conditions(data)
        if data.get("purpose") == Purpose.STAFF_REMINDER and not data.get("extras"):
            self.add_error("extras", gettext("Say who is reminded."))
        return data

    def _check_moment(self, data: dict[str, Any]) -> None:
        amount, unit, anchor = data.get("amount"), data.get("unit"), data.get("anchor")
        if amount is None or unit is None or anchor is None:
            return
        if timedelta(minutes=amount * words.MINUTES[unit]) > LONGEST_OFFSET:
            self.add_error("amount", gettext("Choose at most %(days)d days.") % {"days": LONGEST_OFFSET.days})
        if data.get("at") and unit != "days":
            self.add_error(
                "at", gettext("An hour of the day goes with days; choose days, or leave it empty.")
            )
        if anchor == Anchor.BEFORE_START and not amount and not data.get("at"):
            self.add_error("amount", gettext("Say how long before, or at what hour of that day."))
        self._check_anchor(data.get("purpose"), anchor)

    def _check_anchor(self, purpose: str | None, anchor: str) -> None:
        """A moment that the purpose makes no sense at."""
        allowed = PLANNABLE.get(Purpose(purpose)) if purpose else None
        if allowed is None or anchor in allowed:
            return
        if purpose == Purpose.INVITATION:
            text = gettext("An invitation comes first; count it from the entry or the interview.")
        elif purpose == Purpose.STILL_DECIDING:
            text = gettext("This is said after an interview; choose a moment after it.")
        elif anchor in {Anchor.AFTER_END, Anchor.AFTER_PROMISE}:
            text = gettext("This is said before an interview; choose a moment before it.")
        else:
            text = gettext("This cannot be counted from there; choose another moment.")
        self.add_error("anchor", text)

    def _check_channels(self, data: dict[str, Any]) -> None:
        if data.get("pick") not in {Pick.LISTED, Pick.ALL}:
            return
        chosen = [data[name] for name in RANKS if data.get(name)]
        if not chosen:
            self.add_error("channel_1", gettext("Name at least one channel, or let the best one be chosen."))
        for number, name in enumerate(RANKS):
            if data.get(name) and data[name] in [data.get(each) for each in RANKS[:number]]:
                self.add_error(name, gettext("This channel stands above already; choose another or none."))

    def _check_conditions(self, data: dict[str, Any]) -> None:
        answers, anchor = set(data.get("answers") or ()), data.get("anchor")
        silent = {Answer.NEEDS_ACTION.value}
        asks = data.get("purpose") in {Purpose.INVITATION, Purpose.NUDGE} or anchor == Anchor.AFTER_SILENCE
        if asks and answers - silent:
            self.add_error(
                "answers", gettext("Whoever has answered never gets this step; leave these empty.")
            )
        if anchor == Anchor.AFTER_ANSWER and answers == silent:
            self.add_error("answers", gettext("After an answer nobody is silent: nobody would ever get it."))
        since, until = data.get("starts_from"), data.get("starts_until")
        if since and until and since >= until:
            self.add_error("starts_until", gettext("Choose an hour after the first one."))

    def step(self) -> Step:
        """The step of a valid form."""
        data = self.cleaned_data
        minutes = data["amount"] * words.MINUTES[data["unit"]]
        pick = Pick(data["pick"])
        named = tuple(dict.fromkeys(Channel(data[name]) for name in RANKS if data[name]))
        return Step(
            key=self.key,
            purpose=Purpose(data["purpose"]),
            anchor=Anchor(data["anchor"]),
            offset=timedelta(minutes=minutes),
            at=data["at"],
            conditions=self._conditions(data),
            pick=pick,
            channels=named if pick in {Pick.LISTED, Pick.ALL} else (),
            extras=frozenset(Extra(each) for each in data["extras"]),
            is_on=data["is_on"],
        )

    @staticmethod
    def _conditions(data: dict[str, Any]) -> Conditions:
        return Conditions(
            answers=frozenset(Answer(each) for each in data["answers"]),
            missed_at_least=data["missed_at_least"] or 0,
            weekdays=frozenset(int(each) for each in data["weekdays"]),
            starts_from=data["starts_from"],
            starts_until=data["starts_until"],
            is_first={"first": True, "later": False}.get(data["is_first"]),
            modes=frozenset(Mode(each) for each in data["modes"]),
        )

    @property
    def shown(self) -> Step | None:
        """What stands in the fields, when it can be read; else the step as it was."""
        return self.step() if self.is_bound and self.is_valid() else self.was

    @property
    def has_conditions(self) -> bool:
        names = ("answers", "missed_at_least", "weekdays", "starts_from", "starts_until", "is_first", "modes")
        return any(self[name].value() for name in names) or any(self[name].errors for name in names)


def initial_of(step: Step) -> dict[str, Any]:
    """A step as the values of its form."""
    amount, unit = words.amount_and_unit(step.offset)
    if step.at:
        amount, unit = int(step.offset // timedelta(days=1)), "days"
    conditions = step.conditions
    first = {True: "first", False: "later", None: ""}[conditions.is_first]
    return {
        "is_on": step.is_on,
        "purpose": step.purpose.value,
        "amount": amount,
        "unit": unit,
        "anchor": step.anchor.value,
        "at": step.at,
        "pick": step.pick.value,
        **dict(zip(RANKS, [channel.value for channel in step.channels], strict=False)),
        "extras": [each.value for each in step.extras],
        "answers": [each.value for each in conditions.answers],
        "missed_at_least": conditions.missed_at_least or None,
        "weekdays": [str(day) for day in conditions.weekdays],
        "starts_from": conditions.starts_from,
        "starts_until": conditions.starts_until,
        "is_first": first,
        "modes": [each.value for each in conditions.modes],
    }


class PlanForm(forms.Form):
    """What is said about the plan as a whole; `number` is the version that the person saw."""

    name = forms.CharField(
        label=word("plan", "Name"),
        max_length=80,
        help_text=_("For your colleagues; candidates never see it."),
    )
    is_automatic = forms.BooleanField(
        label=_("Invitations leave by themselves"),
        required=False,
        help_text=_("Otherwise they wait for a press until somebody sends them."),
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


@dataclass
class PlanEdit:
    """Everything that one press of a button carried."""

    head: PlanForm
    steps: list[StepForm]
    problem: str = ""
    opened: set[str] = field(default_factory=set)

    @classmethod
    def of_plan(cls, name: str, is_automatic: bool, number: int, steps: Sequence[Step]) -> PlanEdit:
        head = PlanForm(initial={"name": name, "is_automatic": is_automatic, "number": number})
        return cls(head, [StepForm(step.key, step=step) for step in steps])

    @classmethod
    def of_post(cls, data: QueryDict, known: Sequence[Step]) -> PlanEdit:
        """Steps are listed by their keys in `step`; `add` names a purpose, `remove` a key."""
        by_key = {step.key: step for step in known}
        posted = [key for key in dict.fromkeys(data.getlist("step")) if KEY.fullmatch(key)]
        keys = [key for key in posted if key != data.get("remove")]
        edit = cls(PlanForm(data), [StepForm(key, data, step=by_key.get(key)) for key in keys[:MOST_STEPS]])
        purpose = data.get("add") and data.get("add_purpose")
        if purpose in FRESH:
            edit._add(Purpose(purpose))
        edit.opened |= {form.key for form in edit.steps if form.is_bound and form.errors}
        return edit

    def _add(self, purpose: Purpose) -> None:
        if len(self.steps) >= MOST_STEPS:
            self.problem = gettext("A plan has at most %(most)d steps; remove one first.") % {
                "most": MOST_STEPS
            }
            return
        step = fresh_step(purpose)
        self.steps.append(StepForm(step.key, step=step))
        self.opened.add(step.key)

    @cached_property
    def is_valid(self) -> bool:
        checks = [self.head.is_valid(), *(form.is_valid() for form in self.steps if form.is_bound)]
        return all(checks) and not self.problem

    @property
    def values(self) -> tuple[Step, ...]:
        """The steps that can be read; complete when the edit is valid."""
        return tuple(step for form in self.steps if (step := form.shown))

    @property
    def name(self) -> str:
        return str(self.head.cleaned_data["name"]).strip()

    @property
    def is_automatic(self) -> bool:
        """Also of a head with mistakes: the preview goes on."""
        return bool(self.head["is_automatic"].value())

    @property
    def number(self) -> int:
        return int(self.head.cleaned_data["number"])

    def take_number(self, number: int) -> None:
        """Go on from another version: the person has been shown how it differs."""
        assert isinstance(self.head.data, QueryDict)
        data = self.head.data.copy()
        data["number"] = str(number)
        self.head.data = data


class NewPlanForm(forms.Form):
    """Where a new plan is to hold, and what it is called."""

    place = forms.ChoiceField(label=_("Holds for"))
    name = forms.CharField(
        label=word("plan", "Name"),
        max_length=80,
        required=False,
        help_text=_("Empty: named after the place."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.groups = free_places(user)
        labels = words.PLACES
        self.fields["place"].choices = [(labels[kind], found) for kind, found in self.groups]  # type: ignore[attr-defined]

    @property
    def has_places(self) -> bool:
        return bool(self.groups)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        names = {key: name for _, found in self.groups for key, name in found}
        if data.get("place"):
            data["name"] = (data.get("name") or names[data["place"]])[:80].strip()
            if Plan.objects.visible_to(self.user).filter(name=data["name"]).exists():
                self.add_error("name", gettext("There is a plan of this name already; choose another."))
        return data
