"""Forms of feedback: the organization's rules, its phrases, its language model."""

from __future__ import annotations

import dataclasses
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.fresh import AsksPassword
from yuemian.accounts.models import ConsoleLocale, User
from yuemian.channels.base import ChannelError
from yuemian.channels.language_model import ChatModel, LanguageModelConfig
from yuemian.domain.feedback import Ground, check
from yuemian.domain.results import Fact, Outcome, Rating
from yuemian.hiring.models import JobFamily
from yuemian.messaging.account_form import drawn_field, sentence
from yuemian.results.feedback.wording import FINDINGS, LENGTHS, RATINGS, TONES
from yuemian.results.models import ANY_LENGTH, FeedbackRules, Phrase


class RulesForm(forms.ModelForm[FeedbackRules]):
    """How drafts are written. When to apply again is the letters' own rule (`ApprovalRule`)."""

    length = forms.ChoiceField(
        label=word("text", "Length"), choices=list(LENGTHS.items()), widget=forms.RadioSelect
    )
    tone = forms.ChoiceField(label=_("Tone"), choices=list(TONES.items()), widget=forms.RadioSelect)

    class Meta:
        model = FeedbackRules
        fields = ("length", "tone")


class PhraseForm(forms.ModelForm[Phrase]):
    """One wording. It is read like a letter's sentence: what no letter may say, no phrase may."""

    rating = forms.TypedChoiceField(label=_("Rating"), choices=list(RATINGS.items()), coerce=int)
    locale = forms.ChoiceField(label=_("Language"), choices=ConsoleLocale.choices)
    length = forms.ChoiceField(
        label=word("text", "Length"), choices=[(ANY_LENGTH, _("Every length")), *LENGTHS.items()]
    )
    family = forms.ModelChoiceField(
        JobFamily.objects.none(), label=_("Job family"), required=False, empty_label=_("All")
    )
    round = forms.CharField(
        label=_("Round"), required=False, max_length=40, help_text=_("Such as 初试. Empty: every round.")
    )
    text = forms.CharField(
        label=_("Wording"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "A whole sentence to the candidate. Solid and better speak of a strength, weaker of what to improve."
        ),
    )

    class Meta:
        model = Phrase
        fields = ("rating", "locale", "length", "family", "round", "text")

    def __init__(self, user: User, competency: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.competency = competency
        families = JobFamily.objects.filter(organization_id=user.organization_id)
        self.fields["family"].queryset = families  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        text, rating = str(data.get("text", "")).strip(), data.get("rating")
        if not text or not rating:
            return data
        fact = Fact("own", self.competency, "", Rating(rating))
        found = check(text, Ground([fact], data["locale"], Outcome.REJECT))
        # That no shipped word names the competency is the phrase's own business.
        problems = [
            each for each in found if each.is_blocking or each.code in {"polarity", "language", "comparison"}
        ]
        for each in problems:
            words = f" ({each.words})" if 0 < len(each.words) <= 24 else ""
            self.add_error("text", f"{FINDINGS[each.code]}{words}")
        return data


class LanguageModelForm(AsksPassword):
    """Drawn from the connection's Config. `stored` is what is kept now, with its key in clear."""

    is_active = forms.BooleanField(label=_("Offer drafts by this model"), required=False)
    is_title_told = forms.BooleanField(
        label=_("It may know the job's title"),
        required=False,
        help_text=_(
            "Besides that it gets ratings and notes that may be told, and nothing else: no name, no contact."
        ),
    )

    def __init__(self, *args: Any, stored: LanguageModelConfig | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stored = stored
        self.config: LanguageModelConfig | None = None
        for field in dataclasses.fields(LanguageModelConfig):
            self.fields[field.name] = drawn_field(
                field, is_stored=bool(stored and getattr(stored, field.name))
            )
            if not field.metadata["secret"]:
                default = "" if field.default is dataclasses.MISSING else field.default
                self.initial[field.name] = getattr(stored, field.name, default)
        self.order_fields(
            [*(each.name for each in dataclasses.fields(LanguageModelConfig)), "is_title_told", "is_active"]
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.errors:
            return data
        values = {each.name: str(data[each.name]).strip() for each in dataclasses.fields(LanguageModelConfig)}
        if not values["api_key"] and self.stored is not None and self.stored.api_key:
            # A kept key never goes to another server.
            if values["base_url"].rstrip("/") != self.stored.base_url.rstrip("/"):
                self.add_error("api_key", gettext("Enter the key again: the address is another one."))
                return data
            values["api_key"] = self.stored.api_key
        try:
            config = LanguageModelConfig(**values)
            ChatModel(config)
        except ChannelError as error:
            raise ValidationError(sentence(error)) from error
        self.config = config
        return data
