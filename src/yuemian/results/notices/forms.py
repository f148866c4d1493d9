"""Forms of the pages of letters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import User
from yuemian.domain.results.policy import TYPED_COUNT_FROM
from yuemian.results.actions.notices import LONGEST_BODY, LONGEST_STEP, LONGEST_SUBJECT
from yuemian.results.models import ApprovalRule


class LetterForm(forms.Form):
    """One person's letter, written on by hand."""

    subject = forms.CharField(label=_("Subject"), max_length=LONGEST_SUBJECT)
    body = forms.CharField(
        label=_("Text"),
        max_length=LONGEST_BODY,
        widget=forms.Textarea(attrs={"rows": 18, "dir": "auto"}),
        help_text=_("Lines that begin with “- ” become a list, **words** become bold."),
    )


class PersonalForm(forms.Form):
    """What one person's letter says to them alone."""

    next_step = forms.CharField(
        label=_("What comes next"),
        max_length=LONGEST_STEP,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
        help_text=_("Empty: as in the whole batch."),
    )


class ReleaseForm(forms.Form):
    """The last press before the window opens: by hand what is large, with the password what goes to several."""

    way = forms.ChoiceField(
        label=_("Channels"),
        choices=[
            ("all", _("All at once")),
            ("order", _("One after another: the next where one does not get through")),
        ],
        widget=forms.RadioSelect,
        initial="all",
    )
    typed = forms.IntegerField(label=_("Type the number of letters"), min_value=1)
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, count: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.count = user, count
        if count < TYPED_COUNT_FROM:
            del self.fields["typed"]
        if count < 2:
            del self.fields["password"]

    def clean_typed(self) -> int | None:
        typed: int | None = self.cleaned_data["typed"]
        if typed != self.count:
            raise forms.ValidationError(
                _("%(count)d letters would leave; type this number if it is what you mean.")
                % {"count": self.count}
            )
        return typed

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.has_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


class RuleForm(forms.ModelForm[ApprovalRule]):
    """How the organization approves."""

    class Meta:
        model = ApprovalRule
        fields = ("approvals", "is_single_free", "hold_minutes", "wants_feedback", "apply_again_months")
        labels = {
            "approvals": _("People besides the author who must agree"),
            "is_single_free": _("A single letter that is no pass may be approved by its author"),
            "hold_minutes": _("Minutes in which a released result can be called back"),
            "wants_feedback": _("A rejection needs reviewed feedback"),
            "apply_again_months": _("A rejected candidate may apply again after so many months"),
        }
        help_texts = {
            "approvals": _("1 to 3. Passes and whole batches always need somebody else."),
            "is_single_free": "",
            "hold_minutes": _(
                "Up to 1440. 0 holds for single letters only; a batch waits at least one minute."
            ),
            "wants_feedback": _("Without it such a letter cannot be submitted."),
            "apply_again_months": _(
                "Letters and feedback say it: give only what you keep to. Empty: nothing is said of it; 0: at any time."
            ),
        }
