"""The settings' form of a scorecard: one row for each competency, and empty ones for more."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from yuemian.accounts.models import User
from yuemian.domain.scorecard import KEYS, SUMMARY
from yuemian.hiring.models import JobFamily
from yuemian.results.scorecards.sheet import Asked

#: Two minutes on a phone: nobody rates more.
MOST: Final = 10
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,29}\Z")
_TEXTS: Final = ("name", "name_en", "question", "question_en")


class PlaceForm(forms.Form):
    """For whom a new form is: a family, a round, both, or everybody. It never changes."""

    family = forms.ModelChoiceField(
        label=gettext_lazy("Job family"), queryset=JobFamily.objects.none(), required=False, empty_label=""
    )
    round = forms.CharField(
        label=gettext_lazy("Round of the interview"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Such as 初试; empty: every round."),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        family = self.fields["family"]
        assert isinstance(family, forms.ModelChoiceField)
        family.queryset = JobFamily.objects.filter(organization_id=user.organization_id)
        family.empty_label = _("All families")

    def clean_round(self) -> str:
        return str(self.cleaned_data["round"]).strip()


class CompetencyForm(forms.Form):
    """One competency. The key of one that is known never changes: phrases and figures know it by that."""

    key = forms.CharField(
        label=pgettext_lazy("competency", "Key"),
        max_length=30,
        required=False,
        help_text=gettext_lazy("Never changes. Known ones bring phrases for letters."),
        widget=forms.TextInput(attrs={"list": "competency-keys", "autocomplete": "off"}),
    )
    name = forms.CharField(label=gettext_lazy("Chinese"), max_length=40, required=False)
    name_en = forms.CharField(label=gettext_lazy("English"), max_length=60, required=False)
    question = forms.CharField(
        label=gettext_lazy("What to look for (Chinese)"), max_length=200, required=False
    )
    question_en = forms.CharField(
        label=gettext_lazy("What to look for (English)"), max_length=300, required=False
    )
    position = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=99, required=False)
    is_off = forms.BooleanField(label=gettext_lazy("Not asked any more"), required=False)

    def __init__(self, known: Asked | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known is not None:
            self.fields["key"].disabled = True

    @property
    def is_used(self) -> bool:
        return self.known is not None or any(self.cleaned_data.get(name) for name in ("key", *_TEXTS))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self.known is None and not any(data.get(name) for name in ("key", *_TEXTS)):
            return data
        if not _KEY.match(data.get("key", "")) or data["key"] == SUMMARY:
            self.add_error("key", _("Small letters, digits and _, beginning with a letter, such as coding."))
        if not data.get("name"):
            self.add_error("name", _("Say it in Chinese."))
        return data

    def asked(self) -> Asked:
        data = self.cleaned_data
        return Asked(data["key"], *(data[name].strip() for name in _TEXTS))


class CompetencyList:
    """All rows of the page."""

    keys = KEYS

    def __init__(
        self, asked: Sequence[Asked], archived: Sequence[Asked], data: Mapping[str, Any] | None = None
    ) -> None:
        known: list[tuple[Asked | None, bool]] = [(each, False) for each in asked]
        known += [(each, True) for each in archived] + [(None, False)] * 2
        self.forms = [
            CompetencyForm(each, data, prefix=f"c{place}", initial=_initial(each, place, is_off))
            for place, (each, is_off) in enumerate(known)
        ]
        self.problem = ""

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]
        if not all(valid):
            return False
        asked, _archived = self.result()
        keys = [form.cleaned_data["key"] for form in self.forms if form.is_used]
        if len(set(keys)) < len(keys):
            self.problem = _("Two competencies have the same key; give each its own.")
        elif len(asked) > MOST:
            self.problem = _("At most %(count)d competencies; nobody rates more in two minutes.") % {
                "count": MOST
            }
        elif not asked:
            self.problem = _("Ask for at least one competency.")
        return not self.problem

    def result(self) -> tuple[list[Asked], list[Asked]]:
        """Those that are asked, in their order, and the archived ones."""
        used = [form for form in self.forms if form.is_used]
        used.sort(key=lambda form: form.cleaned_data.get("position") or 99)
        asked = [form.asked() for form in used if not form.cleaned_data["is_off"]]
        return asked, [form.asked() for form in used if form.cleaned_data["is_off"]]


def _initial(asked: Asked | None, place: int, is_off: bool) -> dict[str, Any]:
    shown = asked or Asked("", "")
    return {
        "key": shown.key,
        **{name: getattr(shown, name) for name in _TEXTS},
        "position": place + 1 if asked else "",
        "is_off": is_off,
    }
