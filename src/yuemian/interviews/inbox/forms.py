"""Forms of saved replies and prepared answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import Permission, User
from yuemian.domain.phrase import compile_phrase, is_code
from yuemian.domain.template import TemplateProblem
from yuemian.hiring.models import Job, JobFamily
from yuemian.messaging.models import FaqEntry, SavedReply
from yuemian.messaging.wording import explain


def checked(text: str) -> str:
    """The text, or what is wrong with its placeholders."""
    try:
        compile_phrase(text)
    except TemplateProblem as wrong:
        raise ValidationError([explain(problem) for problem in wrong.problems]) from None
    return text


class SavedReplyForm(forms.ModelForm[SavedReply]):
    """A saved reply, with for whom it is as one choice."""

    is_own = forms.TypedChoiceField(
        label=_("For whom"),
        choices=[("no", _("Everybody who answers")), ("yes", _("Only me"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )

    class Meta:
        model = SavedReply
        fields = ("code", "title", "body")
        labels = {"code": _("Code"), "title": word("of a thing", "Title"), "body": _("Text")}
        help_texts = {
            "code": _("What is typed after a slash: letters and digits without blanks, such as 地铁."),
            "body": _("Placeholders as in templates, such as {{ candidate_name }}."),
        }
        widgets = {"body": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        is_own = self.instance.owner_id is not None
        if user.may(Permission.EDIT_TEMPLATES):
            self.fields["is_own"].initial = "yes" if is_own else "no"
        else:
            del self.fields["is_own"]

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].lstrip("/")
        if not is_code(code):
            raise ValidationError(_("Letters, digits, - and _ only, without blanks."))
        return code

    def clean_body(self) -> str:
        return checked(self.cleaned_data["body"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        same = SavedReply.objects.visible_to(self.user).filter(
            code__iexact=data.get("code", ""), owner=self.user if data.get("is_own", True) else None
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("code", _("This code is taken; choose another."))
        return data


class FaqForm(forms.ModelForm[FaqEntry]):
    """A question with its answer, for a job, a family, or all."""

    place = forms.ChoiceField(label=_("For which jobs"), required=False)

    class Meta:
        model = FaqEntry
        fields = ("question", "answer")
        labels = {"question": word("form", "Question"), "answer": _("Answer")}
        help_texts = {
            "question": _("As candidates ask it. Words in common with it bring the answer up."),
            "answer": _("Offered to whoever answers, never sent by itself. Placeholders as in templates."),
        }
        widgets = {"answer": forms.Textarea(attrs={"rows": 6})}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        families = JobFamily.objects.filter(organization_id=user.organization_id)
        jobs = Job.objects.visible_to(user).filter(is_open=True)
        self.places: dict[str, JobFamily | Job] = {f"family:{each.pk}": each for each in families}
        self.places |= {f"job:{each.pk}": each for each in jobs}
        if self.instance.job:
            self.places.setdefault(f"job:{self.instance.job_id}", self.instance.job)
        choices: list[Any] = [("", _("All jobs"))]
        choices.append(
            (_("Job family"), [(key, str(each)) for key, each in self.places.items() if key[0] == "f"])
        )
        choices.append((_("Job"), [(key, str(each)) for key, each in self.places.items() if key[0] == "j"]))
        place = self.fields["place"]
        assert isinstance(place, forms.ChoiceField)
        place.choices = choices
        entry = self.instance
        place.initial = (
            f"job:{entry.job_id}" if entry.job_id else f"family:{entry.family_id}" if entry.family_id else ""
        )

    def clean_answer(self) -> str:
        return checked(self.cleaned_data["answer"])

    def save(self, commit: bool = True) -> FaqEntry:
        entry = super().save(commit=False)
        chosen = self.places.get(self.cleaned_data["place"])
        entry.job = chosen if isinstance(chosen, Job) else None
        entry.family = chosen if isinstance(chosen, JobFamily) else None
        if commit:
            entry.save()
        return entry
