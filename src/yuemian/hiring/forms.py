"""Forms of hiring: a job, with its family created on the way when it is new; and what the privacy officer types."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Branch, Role, User
from yuemian.hiring.models import Job, JobFamily


class JobForm(forms.ModelForm[Job]):
    family_name = forms.CharField(
        label=_("Family"),
        max_length=60,
        help_text=_(
            "技术, 销售, 职能 …: jobs of a family share texts and blocks. A new name makes a new family."
        ),
        widget=forms.TextInput(attrs={"list": "families", "autocomplete": "off"}),
    )

    class Meta:
        model = Job
        fields = ["title", "title_en", "branch", "recruiter", "is_open"]
        labels = {
            "title": _("Title"),
            "title_en": _("Title in English"),
            "branch": _("Branch"),
            "recruiter": _("Recruiter"),
            "is_open": _("Open for interviews"),
        }

    def __init__(self, *args: Any, editor: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.editor = editor
        self.fields["branch"].queryset = Branch.objects.visible_to(editor)  # type: ignore[attr-defined]
        recruiters = User.objects.visible_to(editor).filter(
            is_active=True, role__in=[Role.RECRUITER, Role.ADMINISTRATOR]
        )
        self.fields["recruiter"].queryset = recruiters  # type: ignore[attr-defined]
        self.fields["family_name"].initial = "" if self.instance._state.adding else self.instance.family.name
        self.families = JobFamily.objects.filter(organization_id=editor.organization_id)
        self.order_fields(["title", "title_en", "family_name", "branch", "recruiter", "is_open"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        same = Job.objects.visible_to(self.editor).filter(branch=data.get("branch"), title=data.get("title"))
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("title", _("This branch has a job of this title already."))
        return data


class HoldForm(forms.Form):
    """Why a person's data must be kept for now."""

    reason = forms.CharField(
        label=_("Why must the data be kept?"),
        max_length=200,
        help_text=_("For example a dispute or a duty to keep records. Name no other person."),
    )


class FreshPasswordForm(forms.Form):
    """What takes a person's data out of the house, or away, asks for the password again."""

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
