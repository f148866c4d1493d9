"""The form of the reasons on offer: one row each, and empty ones for more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yuemian.domain.reasons import CODE, MOST_REASONS, Onward, Option
from yuemian.interviews.reasons.wording import ONWARD


class ReasonForm(forms.Form):
    """One reason. The code of one that is known never changes; the label may be empty where one was shipped."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=30, required=False, help_text=gettext_lazy("Never changes.")
    )
    label = forms.CharField(label=gettext_lazy("Chinese"), max_length=40, required=False)
    label_en = forms.CharField(label=gettext_lazy("English"), max_length=60, required=False)
    leads_to = forms.ChoiceField(
        label=gettext_lazy("Leads on"), required=False, choices=[(str(k), v) for k, v in ONWARD.items()]
    )
    position = forms.IntegerField(label=gettext_lazy("Order"), min_value=1, max_value=99, required=False)
    is_for_moving = forms.BooleanField(label=gettext_lazy("Also for another time"), required=False)
    is_off = forms.BooleanField(label=gettext_lazy("Not offered"), required=False)

    def __init__(self, known: Option | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        if known is not None:
            self.fields["code"].disabled = True

    @property
    def is_used(self) -> bool:
        return self.known is not None or any(
            self.cleaned_data.get(name) for name in ("code", "label", "label_en")
        )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not any(data.get(name) for name in ("code", "label", "label_en")):
            return data
        if not CODE.fullmatch(data.get("code", "")):
            self.add_error("code", _("Small letters, digits and _, beginning with a letter, such as shifts."))
        is_shipped = self.known is not None and not self.known.label and not data.get("label_en")
        if not data.get("label") and not is_shipped:
            self.add_error("label", _("Say it in Chinese."))
        return data

    def option(self) -> Option:
        data = self.cleaned_data
        return Option(
            data["code"],
            data["label"],
            data["label_en"],
            Onward(data["leads_to"]),
            is_for_moving=data["is_for_moving"],
        )


class ReasonList:
    """All rows of the page."""

    def __init__(
        self, offered: list[Option], archived: list[Option], data: Mapping[str, Any] | None = None
    ) -> None:
        known: list[tuple[Option | None, bool]] = [(each, False) for each in offered]
        known += [(each, True) for each in archived] + [(None, False)] * 2
        self.forms = [
            ReasonForm(option, data, prefix=f"r{place}", initial=_initial(option, place, is_off))
            for place, (option, is_off) in enumerate(known)
        ]
        self.problem = ""

    def is_valid(self) -> bool:
        valid = [form.is_valid() for form in self.forms]
        if not all(valid):
            return False
        offered, _archived = self.options()
        codes = [form.cleaned_data["code"] for form in self.forms if form.is_used]
        if len(set(codes)) < len(codes):
            self.problem = _("Two reasons have the same code; give each its own.")
        elif len(offered) > MOST_REASONS:
            self.problem = _("At most %(count)s reasons; nobody reads more on a phone.") % {
                "count": MOST_REASONS
            }
        elif not offered:
            self.problem = _("Offer at least one reason.")
        return not self.problem

    def options(self) -> tuple[list[Option], list[Option]]:
        """Those on offer in their order, and the others."""
        used = [form for form in self.forms if form.is_used]
        used.sort(key=lambda form: form.cleaned_data.get("position") or 99)
        offered = [form.option() for form in used if not form.cleaned_data["is_off"]]
        return offered, [form.option() for form in used if form.cleaned_data["is_off"]]


def _initial(option: Option | None, place: int, is_off: bool) -> dict[str, Any]:
    shown = option or Option("")
    return {
        "code": shown.code,
        "label": shown.label,
        "label_en": shown.label_en,
        "leads_to": str(shown.leads_to),
        "position": place + 1,
        "is_for_moving": shown.is_for_moving,
        "is_off": is_off,
    }
