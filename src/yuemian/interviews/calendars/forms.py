"""Forms of calendars: one's own connection and hours, the company's accounts, and the time somebody is asked for."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.fresh import AsksPassword
from yuemian.accounts.models import CalendarLink, CalendarService, User
from yuemian.channels.base import ChannelError
from yuemian.channels.calendars import CALENDARS
from yuemian.channels.calendars.caldav import CalDAVConfig
from yuemian.interviews.actions.calendars import Connection
from yuemian.interviews.forms import local_to_utc
from yuemian.messaging.account_form import drawn_field, sentence, shown_settings

DAYS = (
    (0, _("Mon")),
    (1, _("Tue")),
    (2, _("Wed")),
    (3, _("Thu")),
    (4, _("Fri")),
    (5, _("Sat")),
    (6, _("Sun")),
)
_CODE = {"spellcheck": "false", "autocomplete": "off", "class": "code"}


class ConnectionForm(forms.Form):
    """Where my calendar is, and when I work. `stored` is what is kept now, with the CalDAV settings in clear."""

    service = forms.ChoiceField(label=_("My calendar"), required=False, widget=forms.RadioSelect)
    address = forms.EmailField(
        label=_("Address in the company's calendar"),
        required=False,
        help_text=_("Empty: the address you sign in with."),
    )
    url = forms.CharField(
        label=_("Address of the calendar server"),
        max_length=500,
        required=False,
        help_text=_("Such as https://dav.example.com/; your calendar's help pages name it."),
        widget=forms.URLInput(attrs=_CODE),
    )
    user = forms.CharField(
        label=_("User name"), max_length=200, required=False, widget=forms.TextInput(attrs=_CODE)
    )
    password = forms.CharField(
        label=_("App password"),
        max_length=500,
        required=False,
        strip=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    workdays = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=DAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    works_from = forms.TimeField(
        label=_("Work begins"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    works_until = forms.TimeField(
        label=_("Work ends"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )

    def __init__(
        self,
        *args: Any,
        services: list[tuple[str, Any]],
        stored: CalDAVConfig | None,
        zone: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["service"].choices = services  # type: ignore[attr-defined]
        self.stored, self.zone = stored, zone
        password = self.fields["password"]
        password.help_text = (
            _("Stored. Leave it empty to keep it.")
            if stored
            else _(
                "Make one for Yuemian alone in your calendar's settings; your own password may not work here."
            )
        )
        self._config: CalDAVConfig | None = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if (data.get("works_from") is None) != (data.get("works_until") is None):
            self.add_error("works_until", gettext("Name both hours, or none."))
        if data.get("service") == CalendarService.CALDAV and not self.errors:
            self._check_caldav(data)
        return data

    def _check_caldav(self, data: dict[str, Any]) -> None:
        stored = self.stored
        # A kept password never goes to another server or another name.
        is_same = stored and (stored.url, stored.user) == (data["url"].strip(), data["user"].strip())
        password = data["password"] or (stored.password if stored and is_same else "")
        if stored and not is_same and not data["password"]:
            self.add_error(
                "password", gettext("Enter the password again: the server or the name is another one.")
            )
            return
        config = CalDAVConfig(data["url"].strip(), data["user"].strip(), password, time_zone=self.zone)
        try:
            CALENDARS[CalendarService.CALDAV](config)
        except ChannelError as error:
            raise ValidationError(sentence(error)) from error
        self._config = config

    def chosen(self) -> Connection:
        data = self.cleaned_data
        return Connection(
            service=data["service"],
            address=data["address"],
            config=self._config,
            workdays=sum(1 << day for day in data["workdays"]),
            works_from=data["works_from"],
            works_until=data["works_until"],
        )


def initial_of(link: CalendarLink | None, stored: CalDAVConfig | None) -> dict[str, Any]:
    if link is None:
        return {"service": "", "workdays": [0, 1, 2, 3, 4]}
    return {
        "service": link.service,
        "address": link.address,
        "url": stored.url if stored else "",
        "user": stored.user if stored else "",
        "workdays": [day for day in range(7) if link.workdays >> day & 1],
        "works_from": link.works_from,
        "works_until": link.works_until,
    }


class CompanyAccountForm(AsksPassword):
    """The company's credentials for one service, drawn from the adapter's Config."""

    is_active = forms.BooleanField(label=_("Use this account"), required=False, initial=True)

    def __init__(self, service: str, data: Any = None, *, stored: Any = None, **kwargs: Any) -> None:
        super().__init__(data, prefix=service, **kwargs)
        self.service, self.stored = service, stored
        self.config: Any = None
        for field in shown_settings(CALENDARS[service]):
            self.fields[field.name] = drawn_field(field, is_stored=stored is not None)
            if not field.metadata["secret"]:
                default = "" if field.default is dataclasses.MISSING else field.default
                self.initial[field.name] = getattr(stored, field.name, default)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        values = dataclasses.asdict(self.stored) if self.stored is not None else {}
        for field in shown_settings(CALENDARS[self.service]):
            value = cleaned[field.name]
            # A secret that is left empty stays what it is.
            if value or not field.metadata["secret"] or field.name not in values:
                values[field.name] = value
        try:
            self.config = CALENDARS[self.service].Config(**values)
            CALENDARS[self.service](self.config)
        except ChannelError as error:
            raise ValidationError(sentence(error)) from error
        return cleaned


class TimeForm(forms.Form):
    """The time that a form beside it is about to name; whatever is missing or wrong there is said there."""

    date = forms.DateField()
    time = forms.TimeField()
    minutes = forms.IntegerField(min_value=5, max_value=720)
    time_zone = forms.CharField(max_length=50)
    interviewers = forms.ModelMultipleChoiceField(queryset=User.objects.none(), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user).filter(is_active=True).select_related("branch", "organization")
        self.fields["interviewers"].queryset = people  # type: ignore[attr-defined]

    def span(self) -> tuple[datetime, datetime, ZoneInfo] | None:
        """None where the fields name no time yet."""
        if not self.is_valid() or self.cleaned_data["time_zone"] not in available_timezones():
            return None
        return span_of(
            self.cleaned_data["date"],
            self.cleaned_data["time"],
            self.cleaned_data["minutes"],
            ZoneInfo(self.cleaned_data["time_zone"]),
        )


def span_of(
    day: date, clock: time, minutes: int, zone: ZoneInfo
) -> tuple[datetime, datetime, ZoneInfo] | None:
    try:
        start = local_to_utc(day, clock, zone)
    except forms.ValidationError:
        return None
    return start, start + timedelta(minutes=minutes), zone
