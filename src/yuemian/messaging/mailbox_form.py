"""The form of an organization's mailbox; the password only goes in."""

from __future__ import annotations

import dataclasses
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.fresh import FIELD, AsksPassword
from yuemian.channels.base import BadConfig
from yuemian.channels.imap import IMAPConfig
from yuemian.domain.mail_reply import AddressPattern, BadPattern
from yuemian.messaging.account_form import sentence
from yuemian.messaging.models import Mailbox

_CODE: Final = {"spellcheck": "false", "autocomplete": "off", "class": "code"}
_TLS: Final = (
    ("implicit", _("TLS from the start")),
    ("starttls", "STARTTLS"),
    ("none", _("None (this machine only)")),
)
_CONFIG: Final = tuple(
    field.name for field in dataclasses.fields(IMAPConfig) if field.name not in {"ca_file", "timeout"}
)


def _text(**options: Any) -> forms.CharField:
    return forms.CharField(max_length=200, widget=forms.TextInput(attrs=_CODE), **options)


class MailboxForm(AsksPassword):
    """`stored` are the present settings, None for a new mailbox. `config` is checked once the form is valid."""

    host = _text(label=_("Server"), help_text=_("Such as imap.example.com: the name in its certificate."))
    port = forms.IntegerField(
        label=_("Port"),
        initial=993,
        min_value=1,
        max_value=65535,
        help_text=_("993 with TLS, 143 with STARTTLS."),
    )
    tls = forms.ChoiceField(label=_("Encryption"), choices=_TLS, initial="implicit")
    user = _text(label=_("User"), help_text=_("Mostly the mailbox's whole address."))
    password = forms.CharField(
        label=_("Password"),
        max_length=1000,
        strip=False,
        help_text=_("Many services want an app password or an authorization code (授权码) here."),
        widget=forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "new-password", "spellcheck": "false"}
        ),
    )
    reply_pattern = _text(
        label=_("Address for answers"),
        help_text=_(
            "Such as reply+{token}@in.example.com, or {token}@reply.example.com where all mail of a domain arrives in "
            "one mailbox. {token} becomes a different code in every mail."
        ),
    )
    bounce_pattern = _text(
        label=_("Address for reports of mail servers"),
        required=False,
        help_text=_(
            "Such as bounce+{token}@in.example.com. Mails then leave in its name, so your mail server and the SPF "
            "record of its domain must allow that. Empty: what could not be delivered is not heard of."
        ),
    )
    processed = _text(label=_("Folder for mail that was taken"), initial="Processed")
    unsorted = _text(label=_("Folder for mail that nobody could place"), initial="Unsorted")
    checks_by = _text(
        label=_("Name of the receiving server in Authentication-Results"),
        required=False,
        help_text=_(
            "Needed to believe a calendar's answer. Empty: such answers are noted and change nothing."
        ),
    )

    def __init__(self, *args: Any, mailbox: Mailbox | None, stored: IMAPConfig | None, **kwargs: Any) -> None:
        initial = (
            {} if stored is None else {name: getattr(stored, name) for name in _CONFIG if name != "password"}
        )
        if mailbox is not None:
            initial |= {"reply_pattern": mailbox.reply_pattern, "bounce_pattern": mailbox.bounce_pattern}
        super().__init__(*args, initial=initial, **kwargs)
        self.stored = stored
        self.config: IMAPConfig | None = None
        if stored is not None:
            self.fields["password"].required = False
            self.fields["password"].help_text = _("Stored. Leave it empty to keep it.")

    def clean_reply_pattern(self) -> str:
        return self._pattern("reply_pattern")

    def clean_bounce_pattern(self) -> str:
        return self._pattern("bounce_pattern") if self.cleaned_data["bounce_pattern"] else ""

    def _pattern(self, name: str) -> str:
        text: str = self.cleaned_data[name].strip()
        try:
            AddressPattern.parse(text)
        except BadPattern:
            raise ValidationError(
                _("Write an address with {token} once before the @, such as reply+{token}@in.example.com.")
            ) from None
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        values = {name: cleaned[name] for name in _CONFIG}
        if self.stored is not None and not values["password"]:
            if self.stored.host != values["host"]:
                self.add_error("password", _("Another server: enter its password."))
                return cleaned
            values["password"] = self.stored.password
        try:
            self.config = IMAPConfig(**values)
        except BadConfig as error:
            raise ValidationError(sentence(error)) from error
        return cleaned

    @property
    def changed_settings(self) -> list[str]:
        return [name for name in self.changed_data if name != FIELD]

    def apply_to(self, mailbox: Mailbox) -> None:
        mailbox.reply_pattern = self.cleaned_data["reply_pattern"]
        mailbox.bounce_pattern = self.cleaned_data["bounce_pattern"]


def trouble_of(mailbox: Mailbox) -> str:
    """Why the mailbox is not read, in the reader's language."""
    if not mailbox.trouble:
        return ""
    return _now(mailbox.trouble) % mailbox.trouble_values if mailbox.trouble_values else _now(mailbox.trouble)
