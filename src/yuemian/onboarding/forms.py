"""Forms of HR's pages about onboardings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import User
from yuemian.domain.onboarding import FieldKind, Section
from yuemian.onboarding.asking import rules_of
from yuemian.onboarding.models import OnboardingPolicy
from yuemian.onboarding.offer import OfferTerms
from yuemian.onboarding.seen import SECTIONS
from yuemian.onboarding.wording import FURTHER, KINDS, REASONS


class DayInput(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class FirstDayForm(forms.Form):
    starts_on = forms.DateField(label=_("First day at work"), required=False, widget=DayInput())


class OfferForm(forms.Form):
    """Pay before deductions; the estimate is shown to the candidate on their form."""

    monthly = forms.DecimalField(
        label=_("Monthly salary before deductions"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(10_000_000),
        decimal_places=2,
        help_text=_("Empty: nothing is shown."),
    )
    rules = forms.ChoiceField(label=_("Estimated by the rules of"), required=False)
    housing_share = forms.DecimalField(
        label=_("Housing fund, per cent"),
        required=False,
        min_value=Decimal(0),
        max_value=Decimal(30),
        decimal_places=1,
        help_text=_("Empty: as in the rules."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = rules_of(user.organization_id)
        names = [(key, f"{each.name} · {each.name_en} ({each.year})") for key, each in found.items()]
        self.fields["rules"].choices = [("", gettext("No estimate")), *names]  # type: ignore[attr-defined]

    @staticmethod
    def initial_of(terms: OfferTerms | None) -> dict[str, Any]:
        if terms is None:
            return {}
        share = terms.housing_share * 100 if terms.housing_share is not None else None
        return {"monthly": terms.monthly, "rules": terms.rules, "housing_share": share}

    @property
    def stored(self) -> str:
        """As a letter keeps it; "" for no offer."""
        return self.terms.write() if self.terms else ""

    @property
    def terms(self) -> OfferTerms | None:
        data = self.cleaned_data
        if data["monthly"] is None:
            return None
        share = data["housing_share"]
        return OfferTerms(
            data["monthly"], data["rules"], housing_share=share / 100 if share is not None else None
        )


class UnmaskForm(forms.Form):
    reason = forms.ChoiceField(label=_("Why"), choices=list(REASONS.items()))


class PasswordConfirmation(forms.Form):
    """Taking personal data out asks for the password again."""

    format = forms.ChoiceField(
        label=_("Format"),
        choices=[("json", "JSON"), ("csv", "CSV")],
        widget=forms.RadioSelect,
        initial="json",
    )
    password = forms.CharField(
        label=_("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.has_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password


class PolicyForm(forms.ModelForm[OnboardingPolicy]):
    class Meta:
        model = OnboardingPolicy
        fields = ["begins_by_itself", "deadline_days", "remind_days", "keep_days", "needs_scanner"]
        labels = {
            "begins_by_itself": _("Begin by itself when a pass is released"),
            "deadline_days": _("Days until the form closes"),
            "remind_days": _("Days until a reminder"),
            "keep_days": _("Days until everything is deleted, after the first day or the end"),
            "needs_scanner": _("Files wait in quarantine until a virus scanner has seen them"),
        }
        help_texts = dict.fromkeys(fields, "")  # the models' own are for developers


class FurtherFieldForm(forms.Form):
    """A question of the organization's own."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind, KINDS[kind]) for kind in FURTHER])
    section = forms.ChoiceField(label=_("Section"), choices=list(SECTIONS.items()), initial=Section.OTHER)
    label = forms.CharField(label=word("form", "Question"), max_length=60)
    label_en = forms.CharField(label=_("Question in English"), max_length=80, required=False)
    hint = forms.CharField(label=_("Hint"), max_length=160, required=False)
    options = forms.CharField(
        label=_("Choices"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line; English after a slash: 男 / Male."),
    )
    is_required = forms.BooleanField(label=_("Must be answered"), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == FieldKind.CHOICE and len(self.pairs(data.get("options", ""))) < 2:
            self.add_error("options", gettext("Give at least two choices."))
        return data

    @staticmethod
    def pairs(text: str) -> list[tuple[str, str]]:
        lines = [line.partition("/") for line in text.splitlines() if line.strip()][:30]
        return [(zh.strip()[:60], en.strip()[:80]) for zh, _slash, en in lines if zh.strip()]


class ConsentForm(forms.Form):
    text = forms.CharField(
        label=_("In Chinese"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    text_en = forms.CharField(
        label=_("In English, for all other languages"),
        max_length=3000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class PayRulesForm(forms.Form):
    content = forms.CharField(
        label=_("Rules (TOML)"), max_length=20_000, widget=forms.Textarea(attrs={"rows": 24, "class": "code"})
    )
