"""Forms of accounts: sign-in, organization, users, password."""

from __future__ import annotations

import io
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import list_currencies
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word
from PIL import Image, UnidentifiedImageError

from yuemian.accounts.fresh import AsksPassword
from yuemian.accounts.models import Branch, ConsoleLocale, Organization, Permission, Role, User
from yuemian.domain.addresses import supported_regions

LARGEST_LOGO = 2 * 1024 * 1024
LOGO_SIDE = 256
MOST_PER_DAY = 50


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class OrganizationForm(forms.ModelForm[Organization]):
    logo_file = forms.FileField(
        label=_("Logo"),
        required=False,
        help_text=_("PNG, JPEG or WebP up to 2 MB; shown to candidates, made to fit 256 × 256."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )

    class Meta:
        model = Organization
        fields = [
            *("name", "name_en", "locale", "time_zone", "mail_from", "frequency_cap", "currency"),
            "video_link_from",
            "is_attendance_asked",
            "is_direct_answer_allowed",
            "retention_days",
        ]
        labels = {
            "name": word("account", "Name"),
            "name_en": _("Name in English"),
            "locale": _("Main language"),
            "time_zone": _("Time zone"),
            "mail_from": _("Sender address of e-mails"),
            "frequency_cap": _("Automatic messages per person in 24 hours, at most"),
            "currency": _("Currency of costs and budgets"),
            "video_link_from": _("Minutes before the start from which candidates see a video link"),
            "is_attendance_asked": _("Ask interviewers 15 minutes after the start who came"),
            "retention_days": _("Days until candidates' data is erased"),
            "is_direct_answer_allowed": _("Interviewers' answers go to the candidate without HR's release"),
        }
        help_texts = {
            "time_zone": _("IANA name, such as Asia/Shanghai."),
            "mail_from": _(
                "An address of your own domain, such as jobs@example.com. Empty: the installation's."
            ),
            "frequency_cap": _("Changes, cancellations and answers to questions do not count. 0: no limit."),
            "currency": _("Three letters, such as CNY, SGD or USD."),
            "video_link_from": _(
                "On their page; until then messages say that it will stand there. 0: at once, and in messages, too."
            ),
            "is_attendance_asked": _("By mail, unless it is already recorded."),
            "retention_days": _(
                "Counted from the last interview, answer or question. Two weeks before, it stands under Privacy."
            ),
            "is_direct_answer_allowed": _("Of questions that HR passed on to them in the inbox."),
        }

    def clean_currency(self) -> str:
        code: str = self.cleaned_data["currency"].strip().upper()
        if code not in list_currencies():
            raise forms.ValidationError(_("This is no currency we know; use three letters such as CNY."))
        return code

    def clean_frequency_cap(self) -> int:
        cap: int = self.cleaned_data["frequency_cap"]
        if cap > MOST_PER_DAY:
            raise forms.ValidationError(
                _("Choose at most %(most)d, or 0 for no limit.") % {"most": MOST_PER_DAY}
            )
        return cap

    def clean_logo_file(self) -> bytes | None:
        """The picture decoded and written anew as PNG: nothing of the original file is kept."""
        upload: UploadedFile[bytes] | None = self.cleaned_data["logo_file"]
        if upload is None:
            return None
        if upload.size is None or upload.size > LARGEST_LOGO:
            raise forms.ValidationError(_("This picture is larger than 2 MB; choose a smaller one."))
        try:
            return small_png(upload.read())
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise forms.ValidationError(
                _("This file is not a picture we can read; use a PNG, JPEG or WebP.")
            ) from error

    def save(self, commit: bool = True) -> Organization:
        logo = self.cleaned_data.get("logo_file")
        if logo:
            self.instance.logo = logo
        return super().save(commit)


def small_png(content: bytes) -> bytes:
    """Decode, shrink to 256 × 256 at most, write as PNG. Raises what Pillow raises for anything else."""
    with Image.open(io.BytesIO(content), formats=["PNG", "JPEG", "WEBP"]) as picture:
        if picture.width * picture.height > 25_000_000:
            raise ValueError("too many pixels")
        small = picture.convert("RGBA")
        small.thumbnail((LOGO_SIDE, LOGO_SIDE))
        target = io.BytesIO()
        small.save(target, "PNG", optimize=True)
    return target.getvalue()


class RehearsalForm(forms.Form):
    """Leaving rehearsal asks for the password again: from then on real people get messages."""

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


class ClockInput(forms.TimeInput):
    input_type = "time"


class BranchForm(forms.ModelForm[Branch]):
    class Meta:
        model = Branch
        fields = [
            "name",
            "name_en",
            "time_zone",
            "locale",
            "region",
            "address",
            "quiet_from",
            "quiet_until",
            "is_quiet_on_holidays",
            "retention_days",
        ]
        widgets = {"quiet_from": ClockInput(format="%H:%M"), "quiet_until": ClockInput(format="%H:%M")}
        labels = {
            "name": word("account", "Name"),
            "name_en": _("Name in English"),
            "time_zone": _("Time zone"),
            "locale": _("Language"),
            "region": _("Region of local phone numbers"),
            "address": _("Address"),
            "quiet_from": _("Quiet from"),
            "quiet_until": _("Quiet until"),
            "is_quiet_on_holidays": _("Automatic messages only on workdays"),
            "retention_days": _("Days until candidates' data is erased"),
        }
        help_texts = {
            "time_zone": _("IANA name, such as Asia/Shanghai."),
            "region": _("Two letters, such as CN, HK or SG: how a number without a country code is read."),
            "quiet_from": "",
            "quiet_until": "",
            "is_quiet_on_holidays": _("Make-up workdays count as workdays."),
            "retention_days": _("Empty: as the organization says."),
        }

    def clean_region(self) -> str:
        region: str = self.cleaned_data["region"].upper()
        if region not in supported_regions():
            raise forms.ValidationError(_("This is not a region we know; use two letters such as CN."))
        return region


class UserForm(AsksPassword, forms.ModelForm[User]):
    password = forms.CharField(
        label=_("First password"),
        required=False,
        strip=False,
        help_text=_("At least 12 characters. Tell it to the person yourself; they change it under Settings."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = User
        fields = ["name", "email", "role", "branch", "phone", "locale", "is_active"]
        labels = {
            "name": _("Name"),
            "email": _("E-mail"),
            "role": _("Role"),
            "branch": _("Branch"),
            "phone": _("Business phone"),
            "locale": _("Language"),
            "is_active": _("May sign in"),
        }
        help_texts = {"phone": _("Shown to candidates as the contact's number.")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        editor = self.request.user
        self.fields["branch"].queryset = Branch.objects.visible_to(editor)  # type: ignore[attr-defined]
        self.fields["role"].choices = Role.choices  # type: ignore[attr-defined]
        self.fields["locale"].choices = ConsoleLocale.choices  # type: ignore[attr-defined]
        is_new = self.instance._state.adding
        self.fields["password"].required = is_new
        if is_new:
            self.initial["role"] = Role.INTERVIEWER  # whoever forgets to choose gives the least
        if self.instance.pk == editor.pk:
            # One's own is changed where the present one is asked for and other sessions end.
            del self.fields["password"]
        elif not is_new:
            self.fields["password"].label = _("New password")
            self.fields["password"].help_text = _(
                "Leave empty to keep the present one. At least 12 characters."
            )

    def clean_email(self) -> str:
        email: str = self.cleaned_data["email"].strip().lower()
        return email

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if password:
            validate_password(password)
        return password


class PasswordForm(forms.Form):
    present = forms.CharField(
        label=_("Present password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=200,
        help_text=_("At least 12 characters; a few words are easier than symbols."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_present(self) -> str:
        password: str = self.cleaned_data["present"]
        if not self.user.has_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean_new(self) -> str:
        password: str = self.cleaned_data["new"]
        validate_password(password)
        return password


class DigestForm(forms.Form):
    """When the morning digest comes, or never."""

    #: Whoever wants no digest may leave the hour empty.
    use_required_attribute = False

    is_wanted = forms.BooleanField(label=_("Send me a digest every morning"), required=False)
    at = forms.TimeField(
        label=_("Hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _("Choose the hour, such as 08:30.")},
    )
    when_empty = forms.BooleanField(
        label=_("Also when there is nothing to do"),
        required=False,
        help_text=_(
            "Otherwise a day without anything to do brings no mail. On days off only what cannot wait comes."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and not self.data.get("is_wanted"):
            self.fields["at"].required = False


class AbsenceForm(forms.Form):
    """From when until when somebody is away, and who answers meanwhile; on the person's own clock."""

    since = forms.DateTimeField(label=_("From"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}))
    until = forms.DateTimeField(
        label=word("absence", "Until"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"})
    )
    deputy = forms.ModelChoiceField(
        User.objects.none(),
        label=_("Deputy"),
        required=False,
        empty_label=_("Nobody: new conversations wait for me"),
        help_text=_("Gets the conversations that begin meanwhile. Those under way stay yours."),
    )
    is_told = forms.BooleanField(
        label=_("Tell candidates who write meanwhile"),
        required=False,
        help_text=_("One line on their page, once: until when you are away, and who answers."),
    )

    def __init__(self, *args: Any, user: User, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        deputy = self.fields["deputy"]
        assert isinstance(deputy, forms.ModelChoiceField)
        others = User.objects.visible_to(user).who_may(Permission.EDIT_INTERVIEWS)
        deputy.queryset = others.exclude(pk=user.pk)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        for name in ("since", "until"):
            if name in data:
                data[name] = data[name].replace(tzinfo=self.zone)
        if "since" in data and "until" in data and data["since"] >= data["until"]:
            self.add_error("until", _("Choose a time after the beginning."))
        return data
