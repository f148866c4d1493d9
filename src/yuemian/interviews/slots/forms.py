"""The forms of series, of the rules for moving, and of an absence: hours as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import Branch, Permission, User
from yuemian.domain.slots import BadSeries, Closure, Window
from yuemian.domain.states import Mode
from yuemian.hiring.models import Job
from yuemian.interviews.forms import DateInput
from yuemian.interviews.models import ReschedulePolicy, SlotSeries
from yuemian.interviews.wording import MODES

WEEKDAYS: Final = (
    (1, _("Monday")),
    (2, _("Tuesday")),
    (3, _("Wednesday")),
    (4, _("Thursday")),
    (5, _("Friday")),
    (6, _("Saturday")),
    (7, _("Sunday")),
)
_HOURS = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至到]\s*(\d{1,2})[:：](\d{2})")
_DATE = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}")
_SEPARATORS = re.compile(r"[\s,，、;；\-–—~至到]*")


def read_hours(text: str) -> list[tuple[time, time]]:
    """`9:00-12:00, 14:00–17:00`; 24:00 ends a day. Raises ValidationError."""
    found = []
    for match in _HOURS.finditer(text):
        numbers = [int(part) for part in match.groups()]
        try:
            start = time(numbers[0], numbers[1])
            end = time() if numbers[2:] == [24, 0] else time(numbers[2], numbers[3])
        except ValueError as error:
            raise forms.ValidationError(_unreadable(match[0])) from error
        if end != time() and end <= start:
            raise forms.ValidationError(gettext("%(hours)s ends before it begins.") % {"hours": match[0]})
        found.append((start, end))
    if not _SEPARATORS.fullmatch(_HOURS.sub("", text)):
        raise forms.ValidationError(_unreadable(text))
    return sorted(found)


def read_days(text: str) -> Iterator[tuple[date, date, list[tuple[time, time]]]]:
    """Lines of `2026-12-24`, `2026-12-24 – 2026-12-26`, each with hours or without. Raises ValidationError."""
    for line in filter(None, (line.strip() for line in text.splitlines())):
        dates = _DATE.findall(line)
        rest = _DATE.sub("", line)
        if not 1 <= len(dates) <= 2:
            raise forms.ValidationError(_unreadable(line))
        try:
            first, *further = (date(*map(int, re.split(r"[-/.]", each))) for each in dates)
        except ValueError as error:
            raise forms.ValidationError(_unreadable(line)) from error
        last = further[0] if further else first
        if last < first:
            raise forms.ValidationError(gettext("%(line)s ends before it begins.") % {"line": line})
        yield first, last, read_hours(rest)


def write_hours(windows: Iterable[Window | Closure]) -> str:
    return ", ".join(
        f"{each.start:%H:%M}–{each.end:%H:%M}" if each.end != time() else f"{each.start:%H:%M}–24:00"
        for each in windows
    )


def write_closures(closures: Sequence[Closure]) -> str:
    lines = []
    for each in closures:
        days = f"{each.first}" if each.first == each.last else f"{each.first} – {each.last}"
        whole = each.start == each.end == time()
        lines.append(days if whole else f"{days} {write_hours([each])}")
    return "\n".join(lines)


def _unreadable(text: str) -> str:
    return gettext("“%(text)s” cannot be read; write hours like 9:00-12:00 and days like 2026-12-24.") % {
        "text": text.strip()[:60]
    }


class SeriesForm(forms.Form):
    """A series on one screen: whose, when, how long, how many, how."""

    name = forms.CharField(label=word("of a thing", "Name"), max_length=80)
    interviewer = forms.ModelChoiceField(
        label=_("Interviewer"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Whoever interviews"),
        help_text=_("Slots of one person, kept apart from all their other interviews."),
    )
    job = forms.ModelChoiceField(
        label=_("Job"), queryset=Job.objects.none(), required=False, empty_label=_("Any job")
    )
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.none(), help_text=_("Its holidays are kept.")
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=50,
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    extra = forms.CharField(
        label=_("Further days"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "2026-12-05 9:00-12:00"}),
        help_text=_("One line each: a date and its hours."),
    )
    closed = forms.CharField(
        label=_("Exceptions"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "2026-12-24 – 2026-12-26"}),
        help_text=_("One line each: days without interviews, or only some hours of them."),
    )
    is_closed_on_holidays = forms.BooleanField(label=_("Closed on public holidays"), required=False)
    minutes = forms.IntegerField(label=_("Length in minutes"), min_value=5, max_value=720)
    buffer = forms.IntegerField(label=_("Minutes between two"), min_value=0, max_value=240)
    capacity = forms.IntegerField(
        label=_("Candidates per slot"),
        min_value=1,
        max_value=200,
        help_text=_("More than one: a group interview."),
    )
    per_day = forms.IntegerField(
        label=_("Most slots a day"), min_value=1, max_value=100, required=False, help_text=_("Empty: all.")
    )
    notice_hours = forms.IntegerField(label=_("Hours of notice"), min_value=0, max_value=720)
    ahead_days = forms.IntegerField(label=_("Days ahead"), min_value=1, max_value=180)
    first_day = forms.DateField(label=_("From"), required=False, widget=DateInput(format="%Y-%m-%d"))
    last_day = forms.DateField(label=_("Until"), required=False, widget=DateInput(format="%Y-%m-%d"))
    mode = forms.ChoiceField(
        label=_("Held"),
        required=False,
        choices=[("", _("As the interview says")), *((mode.value, MODES[mode]) for mode in Mode)],
    )
    place_name = forms.CharField(label=_("Place"), max_length=120, required=False)
    place_address = forms.CharField(label=_("Address"), max_length=300, required=False)
    video_link = forms.URLField(label=_("Video link"), max_length=500, required=False, assume_scheme="https")
    is_active = forms.BooleanField(label=_("Offered to candidates"), required=False)
    number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        for number, name in WEEKDAYS:
            attributes = {"placeholder": "9:00-12:00, 14:00-17:00", "autocomplete": "off"}
            field = forms.CharField(
                label=name, required=False, max_length=200, widget=forms.TextInput(attrs=attributes)
            )
            self.fields[f"day{number}"] = field
        people = User.objects.visible_to(user).who_may_interview()
        if not user.may(Permission.EDIT_INTERVIEWS):
            people = people.filter(pk=user.pk)
            self.fields["interviewer"].required = True
        querysets = {
            "interviewer": people,
            "job": Job.objects.visible_to(user).filter(is_open=True),
            "branch": Branch.objects.visible_to(user),
        }
        for field_name, queryset in querysets.items():
            self.fields[field_name].queryset = queryset  # type: ignore[attr-defined]

    @property
    def weekdays(self) -> list[forms.BoundField]:
        return [self[f"day{number}"] for number, _name in WEEKDAYS]

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"]).strip()
        if name not in available_timezones():
            raise forms.ValidationError(gettext("Choose a time zone from the list, such as Asia/Shanghai."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        data["windows"] = [*self._weekly(), *self._extra()]
        data["closures"] = self._closures()
        if not data["windows"] and not self.errors:
            self.add_error("day1", gettext("Say at least for one day in which hours interviews can be held."))
        if not data.get("interviewer") and not data.get("job"):
            self.add_error("interviewer", gettext("Choose an interviewer, a job, or both."))
        if data.get("mode") == Mode.VIDEO and not data.get("video_link") and "video_link" not in self.errors:
            self.add_error("video_link", gettext("An interview by video needs its link."))
        if data.get("mode") == Mode.ONSITE and not (data.get("place_name") or data.get("place_address")):
            self.add_error("place_name", gettext("Say where the candidate should come."))
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", gettext("This day is before the first one."))
        return data

    def _weekly(self) -> Iterator[Window]:
        for number, _name in WEEKDAYS:
            try:
                hours = read_hours(self.cleaned_data.get(f"day{number}", ""))
            except forms.ValidationError as error:
                self.add_error(f"day{number}", error)
                continue
            yield from (Window(start, end, number) for start, end in hours)

    def _extra(self) -> list[Window]:
        try:
            return [
                Window(start, end, day=first + timedelta(days=offset))
                for first, last, hours in read_days(self.cleaned_data.get("extra", ""))
                for offset in range(min((last - first).days, 60) + 1)
                for start, end in hours
            ]
        except forms.ValidationError as error:
            self.add_error("extra", error)
            return []

    def _closures(self) -> list[Closure]:
        try:
            return [
                Closure(first, last, start, end)
                for first, last, hours in read_days(self.cleaned_data.get("closed", ""))
                for start, end in hours or [(time(), time())]
            ]
        except (forms.ValidationError, BadSeries) as error:
            self.add_error("closed", error if isinstance(error, forms.ValidationError) else str(error))
            return []

    def fill(self, series: SlotSeries) -> SlotSeries:
        """The series as the form says it."""
        data = self.cleaned_data
        same = (
            "name", "interviewer", "job", "branch", "time_zone", "is_closed_on_holidays", "capacity", "per_day",
            "ahead_days", "first_day", "last_day", "mode", "place_name", "place_address", "video_link", "is_active",
        )  # fmt: skip
        for name in same:
            setattr(series, name, data[name])
        series.windows = [window.to_json() for window in data["windows"]]
        series.closures = [closure.to_json() for closure in data["closures"]]
        series.length, series.buffer = timedelta(minutes=data["minutes"]), timedelta(minutes=data["buffer"])
        series.notice = timedelta(hours=data["notice_hours"])
        if not series._state.adding:
            series.number = data["number"] or 0
        return series


def initial_of(series: SlotSeries) -> dict[str, Any]:
    """A series as the first values of its form."""
    terms = series.terms()
    same = (
        "name", "interviewer", "job", "branch", "time_zone", "is_closed_on_holidays", "capacity", "per_day",
        "ahead_days", "first_day", "last_day", "mode", "place_name", "place_address", "video_link", "is_active",
        "number",
    )  # fmt: skip
    values = {name: getattr(series, name) for name in same}
    for number, _name in WEEKDAYS:
        values[f"day{number}"] = write_hours(w for w in terms.windows if w.weekday == number)
    dated = [window for window in terms.windows if window.day]
    return values | {
        "extra": "\n".join(f"{window.day} {write_hours([window])}" for window in dated),
        "closed": write_closures(terms.closures),
        "minutes": int(series.length.total_seconds() // 60),
        "buffer": int(series.buffer.total_seconds() // 60),
        "notice_hours": int(series.notice.total_seconds() // 3600),
    }


class PolicyForm(forms.Form):
    """How candidates may move their interviews at one place."""

    place = forms.ChoiceField(label=_("Holds for"), required=False)
    most = forms.IntegerField(
        label=_("How often one interview may be moved"),
        min_value=0,
        max_value=20,
        help_text=_("0: never on the candidate's page."),
    )
    latest_hours = forms.IntegerField(
        label=_("Hours before the start when it is too late"), min_value=0, max_value=720
    )
    offers_slots = forms.BooleanField(label=_("Show free slots to choose from"), required=False)
    is_automatic = forms.BooleanField(
        label=_("A chosen slot holds at once"),
        required=False,
        help_text=_("Otherwise it is held until a person accepts it."),
    )
    hold_hours = forms.IntegerField(label=_("Hours a chosen slot is held"), min_value=1, max_value=336)
    proposals = forms.IntegerField(
        label=_("Times a candidate may propose"),
        min_value=0,
        max_value=3,
        help_text=_("0: none of their own."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        jobs, branches = Job.objects.visible_to(user).filter(is_open=True), Branch.objects.visible_to(user)
        self.places: dict[str, dict[str, Any]] = {"": {"job": None, "branch": None}}
        self.places |= {f"branch:{each.pk}": {"job": None, "branch": each} for each in branches}
        self.places |= {f"job:{each.pk}": {"job": each, "branch": None} for each in jobs}
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            (_("Branch"), [(f"branch:{each.pk}", each.name) for each in branches]),
            (_("Job"), [(f"job:{each.pk}", each.title) for each in jobs]),
        ]

    def policy(self, user: User) -> ReschedulePolicy:
        data = self.cleaned_data
        return ReschedulePolicy(
            organization_id=user.organization_id,
            most=data["most"],
            latest=timedelta(hours=data["latest_hours"]),
            offers_slots=data["offers_slots"],
            is_automatic=data["is_automatic"],
            hold=timedelta(hours=data["hold_hours"]),
            proposals=data["proposals"],
            **self.places[data["place"]],
        )


class ChooseForm(forms.Form):
    """The time is left to the candidate: by when, and why."""

    until = forms.DateField(
        label=_("To be chosen by"),
        widget=DateInput(format="%Y-%m-%d"),
        help_text=_("Until the end of that day; then it comes back to you."),
    )
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("The candidate reads it.")
    )

    def __init__(self, *args: Any, now: datetime, zone: ZoneInfo, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now, self.zone = now, zone

    def clean_until(self) -> datetime:
        until = datetime.combine(self.cleaned_data["until"], time(23, 59), self.zone)
        if until <= self.now:
            raise forms.ValidationError(gettext("This day is over; choose a later one."))
        return until
