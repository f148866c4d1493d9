"""Forms of a survey's further questions, and of how an organization asks."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import User
from yuemian.domain.survey import AnswerKind, SurveyKind
from yuemian.hiring.models import JobFamily
from yuemian.interviews.models import SurveyQuestion

KINDS = [
    (str(SurveyKind.INTERVIEW), word("survey", "After the interview")),
    (str(SurveyKind.RESULT), word("survey", "After the result")),
]
ANSWERED_BY = [
    (str(AnswerKind.RATING), word("answered by", "A figure from 1 to 5")),
    (str(AnswerKind.CHOICE), word("answered by", "One of several choices")),
    (str(AnswerKind.TEXT), word("answered by", "Own words")),
]
MOST_OPTIONS = 8


class QuestionForm(forms.ModelForm[SurveyQuestion]):
    """One question; choices are lines of `中文 | English`."""

    choices_text = forms.CharField(
        label=gettext_lazy("Choices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One a line, at most 8: 中文 | English"),
    )

    class Meta:
        model = SurveyQuestion
        fields = ("kind", "family", "answered_by", "text", "text_en", "position")
        labels = {
            "kind": gettext_lazy("Survey"),
            "family": gettext_lazy("For which jobs"),
            "answered_by": gettext_lazy("Answered with"),
            "text": gettext_lazy("Question in Chinese"),
            "text_en": gettext_lazy("Question in English"),
            "position": gettext_lazy("Order"),
        }
        help_texts = {"family": ""}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"] = forms.ChoiceField(label=self.fields["kind"].label or "", choices=KINDS)
        self.fields["answered_by"] = forms.ChoiceField(
            label=self.fields["answered_by"].label or "", choices=ANSWERED_BY
        )
        family = self.fields["family"]
        assert isinstance(family, forms.ModelChoiceField)
        family.queryset = JobFamily.objects.filter(organization_id=user.organization_id)
        family.empty_label = _("All jobs")
        pairs = self.instance.options or []
        self.fields["choices_text"].initial = "\n".join(" | ".join(each) for each in pairs)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        options = []
        for line in data.get("choices_text", "").splitlines():
            if line.strip():
                chinese, _bar, english = line.partition("|")
                options.append([chinese.strip()[:60], english.strip()[:80]])
        is_choice = data.get("answered_by") == AnswerKind.CHOICE
        if is_choice and not 2 <= len(options) <= MOST_OPTIONS:
            raise ValidationError({"choices_text": _("Give two to eight choices, one a line.")})
        data["options"] = options if is_choice else []
        return data

    def question(self) -> SurveyQuestion:
        question = super().save(commit=False)
        question.options = self.cleaned_data["options"]
        return question


class PolicyForm(forms.Form):
    """How an organization asks."""

    is_on = forms.BooleanField(label=gettext_lazy("Surveys are sent"), required=False)
    minimum = forms.IntegerField(
        label=gettext_lazy("Answers are seen only together with at least"),
        min_value=5,
        max_value=100,
        help_text=gettext_lazy("From 5 on. Whoever has answered already keeps what they were promised."),
    )
