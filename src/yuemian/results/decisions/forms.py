"""The form of a decision: outcome, reasons, a note, and what comes next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import User
from yuemian.domain.results import Outcome, needs_reason
from yuemian.interviews.forms import ROUNDS, DateInput, TimeInput, local_to_utc
from yuemian.results.actions.decide import LONGEST_NOTE, MOST, Choice
from yuemian.results.actions.next_round import NextRound
from yuemian.results.decisions.asking import Asked
from yuemian.results.decisions.wording import OUTCOMES
from yuemian.results.models import DecisionReason
from yuemian.ui.when import zone_text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FOLLOW = {
    "none": gettext_lazy("Nothing yet"),
    "time": gettext_lazy("At this time"),
    "choose": gettext_lazy("They choose a time themselves"),
}


def packed(ids: Sequence[UUID]) -> str:
    """Thousands of ids in one field."""
    return ".".join(each.hex for each in ids)


def unpacked(text: str) -> list[UUID]:
    """What is no id is left out."""
    found = []
    for each in text.split(".")[:MOST]:
        try:
            found.append(UUID(each))
        except ValueError:
            continue
    return list(dict.fromkeys(found))


def moment_of(text: str) -> datetime | None:
    """A moment as a page carries it, in microseconds."""
    try:
        return _EPOCH + timedelta(microseconds=int(text))
    except (ValueError, OverflowError):
        return None


def carried(at: datetime) -> str:
    return str((at - _EPOCH) // timedelta(microseconds=1))


class DecideForm(forms.Form):
    """For one person or many alike, or for each as recommended."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        choices=[(str(each), OUTCOMES[each]) for each in Outcome],
        required=False,
        widget=forms.RadioSelect,
    )
    note = forms.CharField(
        label=_("Note for colleagues"),
        max_length=LONGEST_NOTE,
        required=False,
        help_text=_("The candidate never reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    follow = forms.ChoiceField(
        label=_("Next round"), choices=list(FOLLOW.items()), required=False, widget=forms.RadioSelect
    )
    round = forms.CharField(
        label=_("Round"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"list": "rounds", "autocomplete": "off"}),
    )
    date = forms.DateField(label=_("Date"), required=False, widget=DateInput(format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), required=False, widget=TimeInput(format="%H:%M"))
    minutes = forms.IntegerField(
        label=_("Length in minutes"), min_value=5, max_value=720, required=False, initial=60
    )
    is_in_turn = forms.BooleanField(
        label=_("One after the other, beginning then"), required=False, initial=True
    )
    until = forms.DateField(label=_("To be chosen by"), required=False, widget=DateInput(format="%Y-%m-%d"))
    interviewers = forms.ModelMultipleChoiceField(
        label=_("Interviewers"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self, data: Any, *, user: User, asked: Asked, offered: Sequence[DecisionReason], now: datetime
    ) -> None:
        chosen = data.get("outcome", "") if data is not None else ""
        initial = {
            "outcome": chosen,
            "follow": "none",
            "until": (now + timedelta(days=7)).astimezone(next(iter(zones_of(asked)), UTC)).date(),
            "round": following_round(asked),
        }
        super().__init__(data if data is not None and "pressed" in data else None, initial=initial)
        self.user, self.asked, self.offered, self.now = user, asked, offered, now
        # What is asked for only where a next round is wanted is checked in `clean`; the page calls none of it optional.
        self.use_required_attribute = False
        if not self.is_bound:
            for name in ("round", "date", "time", "until", "minutes"):
                self.fields[name].required = True
        people = User.objects.visible_to(user).who_may_interview()
        self.fields["interviewers"].queryset = people  # type: ignore[attr-defined]
        self.ticked = {
            outcome: self._ticked(data, outcome) if data is not None else () for outcome in Outcome
        }

    def _ticked(self, data: Any, outcome: Outcome) -> tuple[UUID, ...]:
        wanted = set(data.getlist(f"reasons_{outcome}"))
        return tuple(each.pk for each in self.offered if each.outcome == outcome and str(each.pk) in wanted)

    @property
    def outcomes(self) -> list[Outcome]:
        """What the press decides."""
        if self.asked.is_suggested:
            return [each for each in (Outcome.ADVANCE, Outcome.REJECT) if self.asked.of(each)]
        chosen = self.cleaned_data.get("outcome")
        return [Outcome(chosen)] if chosen else []

    @property
    def zone_names(self) -> list[str]:
        return [zone_text(zone) for zone in zones_of(self.asked)]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.outcomes:
            self.add_error("outcome", gettext("Choose what you decide."))
        for outcome in self.outcomes:
            has_any = any(each.outcome == outcome for each in self.offered)
            if needs_reason(outcome) and has_any and not self.ticked[outcome]:
                self.add_error(None, gettext("Choose at least one reason for rejecting."))
        if Outcome.ADVANCE in self.outcomes and data.get("follow") in {"time", "choose"}:
            self._clean_next(data)
        return data

    def _clean_next(self, data: dict[str, Any]) -> None:
        if not data.get("round"):
            self.add_error("round", gettext("Say which round comes next."))
        needed = ["date", "time"] if data["follow"] == "time" else ["until"]
        for name in needed:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, gettext("Please fill this in."))
        if any(name in self.errors for name in needed):
            return
        clock = data["time"] if data["follow"] == "time" else time(23, 59)
        data["next_at"] = datetime.combine(data[needed[0]], clock)
        try:
            moments = [local_to_utc(data[needed[0]], clock, zone) for zone in zones_of(self.asked)]
        except forms.ValidationError as error:
            self.add_error(needed[-1], error)
            return
        if min(moments) <= self.now:
            self.add_error(needed[0], gettext("This time has already passed; choose a later one."))

    def choices(self) -> list[Choice]:
        note = self.cleaned_data["note"]
        if self.asked.is_suggested:
            return [
                Choice(person.interview.pk, outcome, self.ticked[outcome], note)
                for outcome in self.outcomes
                for person in self.asked.of(outcome)
            ]
        (outcome,) = self.outcomes
        return [Choice(pk, outcome, self.ticked[outcome], note) for pk in self.asked.ids]

    def next_round(self) -> NextRound | None:
        data = self.cleaned_data
        if Outcome.ADVANCE not in self.outcomes or data.get("follow") not in {"time", "choose"}:
            return None
        return NextRound(
            round=data["round"],
            starts_at=data["next_at"],
            is_chosen=data["follow"] == "choose",
            duration=timedelta(minutes=data["minutes"] or 60),
            is_in_turn=data["follow"] == "time" and bool(data["is_in_turn"]),
            interviewers=tuple(data["interviewers"]),
        )


def zones_of(asked: Asked) -> list[ZoneInfo]:
    """The clocks on which a next round is set: each advances on the one they were interviewed by."""
    advancing = asked.of(Outcome.ADVANCE) if asked.is_suggested else asked.people
    return list(dict.fromkeys(each.interview.zone for each in advancing))


def following_round(asked: Asked) -> str:
    """初试 → 复试 → 终试; what has no successor is left to the person."""
    following: Mapping[str, str] = dict(pairwise(ROUNDS[:3]))
    rounds = {each.interview.round for each in asked.people}
    return following.get(next(iter(rounds)), "") if len(rounds) == 1 else ""
