"""Forms of the content pages."""

from __future__ import annotations

from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import Branch, Locale, User
from yuemian.domain.states import Purpose
from yuemian.hiring.models import Job, JobFamily
from yuemian.messaging.models import Block, BlockKind, Template
from yuemian.messaging.shelf import WRITTEN
from yuemian.messaging.wording import OUTCOMES, PURPOSES

#: Rounds most companies have; a template for a round is preferred over one for any round.
#: The place of a block that every candidate sees.
COMPANY = "company"
ROUNDS = ("初试", "复试", "终试", "笔试")


class TemplateForm(forms.Form):
    """Name, purpose and round of a template. The purpose cannot change once there is one."""

    name = forms.CharField(
        label=word("template", "Name"),
        max_length=80,
        help_text=_("For your colleagues; candidates never see it."),
    )
    purpose = forms.ChoiceField(
        label=_("Purpose"), choices=[(each.value, PURPOSES[each]) for each in WRITTEN]
    )
    outcome = forms.ChoiceField(
        label=_("Tells"),
        choices=[("", "—"), *OUTCOMES.items()],
        required=False,
        help_text=_(
            "Of a letter: the one outcome that it tells, for good. It is never sent for another one."
        ),
    )
    round_name = forms.CharField(
        label=_("Round"),
        max_length=40,
        required=False,
        help_text=_("Such as 初试. Empty: for every round that has no template of its own."),
        widget=forms.TextInput(attrs={"list": "rounds", "autocomplete": "off"}),
    )

    def __init__(self, user: User, *args: Any, template: Template | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user, self.template = user, template
        if template:
            del self.fields["purpose"], self.fields["outcome"]

    def clean_name(self) -> str:
        name = cast("str", self.cleaned_data["name"]).strip()
        same = Template.objects.visible_to(self.user).filter(name=name)
        if self.template:
            same = same.exclude(pk=self.template.pk)
        if same.exists():
            raise ValidationError(_("There is a template of this name already; choose another."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        is_letter = data.get("purpose") == Purpose.LETTER
        if is_letter and not data.get("outcome"):
            self.add_error("outcome", _("A letter tells one outcome; choose which."))
        data["outcome"] = data.get("outcome", "") if is_letter else ""
        return data


class BlockForm(forms.ModelForm[Block]):
    """A block, with the place where it is shown as one choice."""

    place = forms.ChoiceField(label=_("Shown with"))
    link = forms.URLField(
        label=_("Link"),
        required=False,
        max_length=200,
        assume_scheme="https",
        help_text=_("https only. A video opens there; nothing is loaded into the page."),
    )

    class Meta:
        model = Block
        fields = ("kind", "locale", "title", "body", "link", "by_line")
        labels = {
            "kind": _("Kind"),
            "locale": _("Language"),
            "title": word("of a thing", "Title"),
            "body": _("Text"),
            "by_line": _("Who says it"),
        }
        help_texts = {
            "body": _("Lines that begin with “- ” become a list, **words** become bold."),
            "by_line": _("For a testimonial, such as: Su Qing, backend engineer"),
        }
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ChoiceField", self.fields["kind"]).choices = BlockKind.choices
        cast("forms.ChoiceField", self.fields["locale"]).choices = Locale.choices
        cast("forms.ChoiceField", self.fields["place"]).choices = place_choices(user)
        self.fields["place"].initial = place_of(self.instance)
        self.order_fields(["kind", "place", "locale", "title", "body", "link", "by_line"])

    def clean_link(self) -> str:
        link = cast("str", self.cleaned_data["link"] or "").strip()
        if link and (urlsplit(link).scheme != "https" or "@" in urlsplit(link).netloc):
            raise ValidationError(_("Give an address that begins with https://."))
        return link

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("kind") == BlockKind.VIDEO and not data.get("link") and "link" not in self.errors:
            self.add_error("link", _("A video needs its link."))
        if data.get("kind") and data.get("kind") != BlockKind.VIDEO and not (data.get("body") or "").strip():
            self.add_error("body", _("Write what candidates should read."))
        return data


def place_choices(user: User) -> list[tuple[Any, Any]]:
    """Everywhere, or with a branch, family or job."""
    own = {"organization_id": user.organization_id}
    return [
        (COMPANY, _("The whole company")),
        (_("Branch"), [(f"branch:{each.pk}", str(each)) for each in Branch.objects.visible_to(user)]),
        (_("Job family"), [(f"family:{each.pk}", each.name) for each in JobFamily.objects.filter(**own)]),
        (_("Job"), [(f"job:{each.pk}", str(each)) for each in Job.objects.visible_to(user)]),
    ]


def place_of(block: Block) -> str:
    for name in ("branch", "family", "job"):
        if found := getattr(block, f"{name}_id"):
            return f"{name}:{found}"
    return COMPANY
