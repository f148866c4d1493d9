"""The form of the rules of one place."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.results import Rule
from yuemian.domain.results.silence import MOST_WORKDAYS

_RESERVED = {None: "", True: "yes", False: "no"}


class RuleForm(forms.Form):
    """Empty means: what holds in the wider place."""

    promise_workdays = forms.IntegerField(
        label=_("A result is promised within (workdays)"),
        min_value=0,
        max_value=MOST_WORKDAYS,
        required=False,
        help_text=_(
            "Counted from the day of the interview. Candidates read the date on their page. 0: nothing."
        ),
    )
    escalate_workdays = forms.IntegerField(
        label=_("The hiring lead hears of a broken promise after (workdays)"),
        min_value=0,
        max_value=MOST_WORKDAYS,
        required=False,
        help_text=_("By mail, once a day at most. 0: never."),
    )
    reserved = forms.ChoiceField(
        label=_("Only the hiring lead decides that somebody passes"),
        choices=[("", _("As in the wider place")), ("yes", word("rule", "Yes")), ("no", _("No"))],
        required=False,
    )

    def __init__(self, data: Any, rule: Rule, *, is_widest: bool = False) -> None:
        initial = {
            "promise_workdays": rule.promise_workdays,
            "escalate_workdays": rule.escalate_workdays,
            "reserved": _RESERVED[rule.is_pass_reserved],
        }
        super().__init__(data, initial=initial)
        if is_widest:
            reserved: Any = self.fields["reserved"]
            reserved.choices = [("", _("No")), ("yes", word("rule", "Yes"))]

    def rule(self) -> Rule:
        data = self.cleaned_data
        return Rule(
            data["promise_workdays"],
            data["escalate_workdays"],
            {"": None, "yes": True, "no": False}[data["reserved"]],
        )
