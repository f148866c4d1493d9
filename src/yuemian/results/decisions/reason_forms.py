"""The form of the reasons of one place: a row each, and empty ones for more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.domain.reasons import CODE
from yuemian.domain.results import Outcome
from yuemian.results.actions.reasons import Wording
from yuemian.results.decisions.wording import OUTCOMES
from yuemian.results.models import DecisionReason
from yuemian.ui.form_renderer import QuickRenderer

EMPTY = 2
_WORDS = ("label", "label_en", "told", "told_en")


class ReasonForm(forms.Form):
    """One reason. Code and outcome of one that is known never change."""

    default_renderer = QuickRenderer

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=30, required=False, help_text=gettext_lazy("Never changes.")
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("Decision"), required=False, choices=[(str(k), v) for k, v in OUTCOMES.items()]
    )
    label = forms.CharField(label=gettext_lazy("Chinese"), max_length=40, required=False)
    label_en = forms.CharField(label=gettext_lazy("English"), max_length=60, required=False)
    told = forms.CharField(
        label=gettext_lazy("The candidate reads (Chinese)"), max_length=200, required=False
    )
    told_en = forms.CharField(
        label=gettext_lazy("The candidate reads (English)"), max_length=300, required=False
    )
    position = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=99, required=False)
    is_off = forms.BooleanField(label=gettext_lazy("Not offered"), required=False)

    def __init__(self, known: DecisionReason | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known is not None:
            for name in ("code", "outcome"):
                self.fields[name].disabled = True
                self.fields[name].widget = forms.HiddenInput()

    @property
    def is_used(self) -> bool:
        return self.known is not None or any(self.cleaned_data.get(name) for name in ("code", *_WORDS))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.known is None and not any(data.get(name) for name in ("code", *_WORDS)):
            return data
        if not CODE.fullmatch(data.get("code", "")):
            self.add_error("code", _("Small letters, digits and _, beginning with a letter, such as shifts."))
        if not data.get("label"):
            self.add_error("label", _("Say it in Chinese."))
        return data

    def wording(self) -> Wording:
        data = self.cleaned_data
        return Wording(
            data["code"],
            Outcome(data["outcome"]),
            data["label"],
            data["label_en"],
            data["told"],
            data["told_en"],
            position=data.get("position") or 99,
            is_archived=data["is_off"],
        )


class ReasonList:
    """All rows of the page."""

    def __init__(self, rows: Sequence[DecisionReason], data: Mapping[str, Any] | None = None) -> None:
        known: list[DecisionReason | None] = [*rows, *([None] * EMPTY)]
        places: dict[str, int] = {}
        self.problem = ""
        self.forms = []
        for number, row in enumerate(known):
            outcome = row.outcome if row else ""
            places[outcome] = places.get(outcome, 0) + 1
            initial = _initial(row, places[outcome])
            self.forms.append(ReasonForm(row, data, prefix=f"r{number}", initial=initial))

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]
        if not all(valid):
            return False
        codes = [form.cleaned_data["code"] for form in self.forms if form.is_used]
        if len(set(codes)) < len(codes):
            self.problem = _("Two reasons have the same code; give each its own.")
        return not self.problem

    def wordings(self) -> list[Wording]:
        return [form.wording() for form in self.forms if form.is_used]


def _initial(row: DecisionReason | None, place: int) -> dict[str, Any]:
    if row is None:
        return {"outcome": str(Outcome.REJECT)}
    return {
        "code": row.code,
        "outcome": row.outcome,
        **{name: getattr(row, name) for name in _WORDS},
        "position": place,
        "is_off": row.is_archived,
    }
