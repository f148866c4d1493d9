"""The form of a provider account, drawn from the provider's Config: labels, help, choices, secrets that only go in."""

from __future__ import annotations

import dataclasses
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.fresh import AsksPassword
from yuemian.channels.base import ChannelError, Provider
from yuemian.channels.http import Network
from yuemian.messaging.models import ProviderAccount
from yuemian.messaging.provider_accounts import check_config, config_from

#: Names of Config begin so in the form, apart from the account's own fields.
PREFIX: Final = "config_"


@dataclass(frozen=True)
class Section:
    """Fields that belong together; `is_open` shows them without a tap."""

    title: str
    fields: list[forms.BoundField]
    is_open: bool


class AccountForm(AsksPassword):
    """`stored` are the present settings (None: a new account, drawn from `initial_config`)."""

    name = forms.CharField(
        label=word("account", "Name"),
        max_length=60,
        help_text=_("For your colleagues, such as “Gateway Shanghai”."),
    )
    weight = forms.IntegerField(
        label=_("Share"),
        min_value=0,
        max_value=1000,
        initial=100,
        help_text=_(
            "Of the channel's messages, against its other accounts. 0: only when all others are down."
        ),
    )
    cost = forms.DecimalField(
        label=_("Cost of one message"),
        min_value=Decimal(0),
        max_value=Decimal(1000),
        max_digits=8,
        decimal_places=4,
        initial=Decimal(0),
        help_text=_("Per part of a text message, in the company's currency; for budgets and routing."),
    )
    per_second = forms.FloatField(
        label=_("Messages per second"),
        min_value=0,
        max_value=100_000,
        initial=0,
        help_text=_("Never faster than this. 0: as fast as the provider takes them."),
    )

    def __init__(
        self,
        provider: type[Provider],
        *args: Any,
        stored: Any = None,
        initial_config: Mapping[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.provider, self.stored = provider, stored
        self.config: Any = None
        for field in shown_settings(provider):
            self.fields[PREFIX + field.name] = drawn = drawn_field(field, is_stored=stored is not None)
            if not field.metadata["secret"]:
                given = (initial_config or {}).get(field.name, _default(field))
                self.initial[PREFIX + field.name] = value = _plain(getattr(stored, field.name, given))
                if field.metadata["lines"]:
                    drawn.widget.attrs["rows"] = min(max(str(value).count("\n") + 2, 3), 16)
        if "per_second" in self.initial:
            self.initial["per_second"] = _plain(self.initial["per_second"])

    @property
    def sections(self) -> Iterator[Section]:
        """The account itself, then the provider's groups in their order."""
        groups: dict[str, list[forms.BoundField]] = {}
        for field in shown_settings(self.provider):
            groups.setdefault(field.metadata["group"], []).append(self[PREFIX + field.name])
        for number, (title, fields) in enumerate(groups.items()):
            has_errors = any(field.errors for field in fields)
            yield Section(
                gettext(title) if title else gettext("Connection"), fields, number == 0 or has_errors
            )

    @property
    def own(self) -> list[forms.BoundField]:
        return [self[name] for name in ("weight", "cost", "per_second")]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        values = dataclasses.asdict(self.stored) if self.stored is not None else {}
        for field in shown_settings(self.provider):
            value = cleaned[PREFIX + field.name]
            if isinstance(value, str):
                value = value.replace("\r\n", "\n")
            # A secret that is left empty stays what it is.
            if value or not field.metadata["secret"] or field.name not in values:
                values[field.name] = value
        try:
            self.config = config_from(self.provider.name, values)
            check_config(self.provider.name, self.config)
        except ChannelError as error:
            raise ValidationError(sentence(error)) from error
        self._refuse_inside()
        self._refuse_elsewhere(cleaned)
        return cleaned

    def _refuse_inside(self) -> None:
        """What is written as a number shows at once that it lies inside; a name is looked up when it is connected."""
        network = Network(settings.PRIVATE_NETWORKS)
        for field in shown_settings(self.provider):
            address = _number_in(field.name, str(getattr(self.config, field.name)))
            if address and not network.admits(address):
                words = gettext(
                    "%(address)s lies in a private network, where nothing is connected to. If it is meant, the "
                    "operator names that network in YUEMIAN_PRIVATE_NETWORKS, such as %(network)s."
                )
                values = {"address": address, "network": ip_network(address)}
                self.add_error(PREFIX + field.name, words % values)

    def _refuse_elsewhere(self, cleaned: Mapping[str, Any]) -> None:
        """A kept secret never goes to another server, nor to the same one with another encryption."""
        if self.stored is None or _servers(self.config) <= _servers(self.stored):
            return
        for field in shown_settings(self.provider):
            name = PREFIX + field.name
            if field.metadata["secret"] and getattr(self.stored, field.name) and not cleaned[name]:
                self.add_error(name, gettext("Another server: enter its password."))

    @property
    def changed_names(self) -> list[str]:
        """For the audit trail: names alone, never a value."""
        return [name.removeprefix(PREFIX) for name in self.changed_data]

    def apply_to(self, account: ProviderAccount) -> None:
        account.name = self.cleaned_data["name"]
        account.weight = self.cleaned_data["weight"]
        account.cost = self.cleaned_data["cost"]
        account.per_second = self.cleaned_data["per_second"]


class Configured(Protocol):
    """A provider, or anything else whose settings a Config describes."""

    Config: type[Any]


def shown_settings(provider: Configured) -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(provider.Config) if not field.metadata["internal"]]


def sentence(error: ChannelError) -> str:
    """A provider's refusal in the reader's language; what it quotes is translated where it is a label."""
    values = {
        name: gettext(value) if isinstance(value, str) and value else value
        for name, value in error.values.items()
    }
    said = gettext(error.sentence)
    return said % values if values else said


def _servers(config: Any) -> set[tuple[str, ...]]:
    """Whom these settings connect to: scheme or encryption, host and port."""
    found: set[tuple[str, ...]] = set()
    for field in dataclasses.fields(config):
        value = "" if field.metadata["internal"] else str(getattr(config, field.name))
        if field.name == "host":
            found.add((str(config.tls), value.lower(), str(config.port)))
        elif field.name.endswith("url") and value:
            parts = urlsplit(value)
            # Without a password that stands in the address itself.
            found.add((parts.scheme, parts.netloc.rpartition("@")[2].lower()))
    return found


def _number_in(name: str, value: str) -> str:
    """The IP address that a server's setting holds, however it is written; empty for a name, or another setting."""
    try:
        host = value if name == "host" else (urlsplit(value).hostname or "") if name.endswith("url") else ""
        if host == "localhost" or host.endswith(".localhost"):
            return "127.0.0.1"
        found = ip_address(host.strip("[]"))
        return str(getattr(found, "ipv4_mapped", None) or found)
    except ValueError:
        pass
    try:
        # As the resolver reads it: 127.1, 0x7f000001, 2130706433.
        return socket.inet_ntoa(socket.inet_aton(host)) if host and " " not in host else ""
    except (OSError, UnicodeError):
        return ""


def _default(field: dataclasses.Field[Any]) -> Any:
    return "" if field.default is dataclasses.MISSING else field.default


def _plain(value: Any) -> Any:
    """20, not 20.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def drawn_field(field: dataclasses.Field[Any], *, is_stored: bool) -> forms.Field:
    """The field of a form for one setting; a stored secret is kept where nothing is typed."""
    meta, default = field.metadata, _default(field)
    label, hint = meta["label"], meta["help"]
    common: dict[str, Any] = {
        "label": gettext(label),
        "help_text": gettext(hint) if hint else "",
        "required": field.default is dataclasses.MISSING,
    }
    if meta["choices"]:
        return forms.ChoiceField(choices=[(word, word) for word in meta["choices"]], **common)
    if isinstance(default, bool):
        return forms.BooleanField(**(common | {"required": False}))
    if isinstance(default, int):
        return forms.IntegerField(**(common | {"required": True}))
    if isinstance(default, float):
        return forms.FloatField(**(common | {"required": True}))
    if meta["secret"]:
        if is_stored:
            common |= {"required": False, "help_text": gettext("Stored. Leave it empty to keep it.")}
        attributes = {"autocomplete": "new-password", "spellcheck": "false"}
        if meta["lines"]:  # a key file: pasted, never shown again
            area = forms.Textarea(attrs=attributes | {"rows": 4, "class": "code"})
            return forms.CharField(max_length=8000, strip=False, widget=area, **common)
        widget = forms.PasswordInput(render_value=False, attrs=attributes)
        return forms.CharField(max_length=1000, strip=False, widget=widget, **common)
    code = {"spellcheck": "false", "autocomplete": "off", "class": "code"}
    if meta["lines"]:
        return forms.CharField(max_length=8000, widget=forms.Textarea(attrs=code | {"rows": 4}), **common)
    return forms.CharField(max_length=2000, widget=forms.TextInput(attrs=code), **common)
