"""The form of one interview: by hand, or changed; and the small forms beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from yuemian.accounts.models import Branch, User
from yuemian.domain.addresses import email_index_form, mask_name, read_email, read_phone
from yuemian.domain.languages import LANGUAGES
from yuemian.domain.names import comparable_name, read_name
from yuemian.domain.reading import Reading
from yuemian.domain.states import Channel, Mode
from yuemian.hiring.models import Job, Source
from yuemian.interviews.actions.change import Facts
from yuemian.interviews.actions.schedule import Appointment, Person
from yuemian.interviews.models import Interview, Place, PlaceQuerySet
from yuemian.interviews.recognition import recognise
from yuemian.interviews.wording import MODES, PROBLEMS

ROUNDS = ("初试", "复试", "终试", "笔试")
#: Offered in the list; any IANA name can be typed.
ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Taipei", "Asia/Tokyo", "Asia/Dubai",
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles", "Australia/Sydney", "UTC",
)  # fmt: skip


class DateInput(forms.DateInput):
    input_type = "date"


class TimeInput(forms.TimeInput):
    input_type = "time"


def local_to_utc(day: Any, clock: Any, zone: ZoneInfo) -> datetime:
    """The moment at which that clock shows that time. Raises ValidationError for an hour the clocks skip."""
    local = datetime.combine(day, clock, zone)
    moment = local.astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise forms.ValidationError(
            gettext("The clocks are changed then: this time does not exist. Choose another.")
        )
    return moment


class FactsForm(forms.Form):
    """When, where and how: what a change may change."""

    #: Nothing of it was told to anybody yet.
    is_new = True

    round = forms.CharField(
        label=_("Round"),
        max_length=40,
        widget=forms.TextInput(attrs={"list": "rounds", "autocomplete": "off"}),
    )
    date = forms.DateField(label=_("Date"), widget=DateInput(format="%Y-%m-%d"))
    time = forms.TimeField(label=_("Time"), widget=TimeInput(format="%H:%M"))
    time_zone = forms.CharField(
        label=_("Time zone"),
        max_length=50,
        help_text=_("Of the place where the interview is held."),
        widget=forms.TextInput(attrs={"list": "zones", "autocomplete": "off"}),
    )
    minutes = forms.IntegerField(
        label=_("Length in minutes"),
        min_value=5,
        max_value=720,
        widget=forms.NumberInput(attrs={"step": 5}),
    )
    mode = forms.ChoiceField(label=_("Held"), choices=[(mode.value, MODES[mode]) for mode in Mode])
    place = forms.ModelChoiceField(
        label=_("Place"),
        queryset=Place.objects.none(),
        required=False,
        empty_label=_("Another one, written below"),
    )
    room = forms.CharField(
        label=_("Room"), max_length=50, required=False, help_text=_("Empty: the place's usual one.")
    )
    place_name = forms.CharField(
        label=_("Name of the place"),
        max_length=120,
        required=False,
        help_text=_("Building, floor, whom to ask for."),
    )
    place_address = forms.CharField(
        label=_("Address"), max_length=300, required=False, help_text=_("Opens in the candidate's map.")
    )
    video_link = forms.URLField(label=_("Video link"), max_length=500, required=False, assume_scheme="https")
    materials = forms.CharField(
        label=_("What to bring"), max_length=500, required=False, help_text=_("Separate by 、 or a new line.")
    )
    flow = forms.CharField(
        label=_("How it runs"),
        max_length=500,
        required=False,
        help_text=_("For example: written test 30 minutes; interview 30 minutes."),
    )

    def __init__(self, *args: Any, now: datetime, places: PlaceQuerySet | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.now = now
        if places is not None:
            self.fields["place"].queryset = places.in_use().select_related("branch")  # type: ignore[attr-defined]

    def clean_time_zone(self) -> str:
        name = str(self.cleaned_data["time_zone"]).strip()
        if name not in available_timezones():
            raise forms.ValidationError(gettext("Choose a time zone from the list, such as Asia/Shanghai."))
        return name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        self._check_start(data)
        self._copy_place(data)
        if data.get("mode") == Mode.VIDEO and not data.get("video_link") and "video_link" not in self.errors:
            self.add_error("video_link", gettext("An interview by video needs its link."))
        if data.get("mode") == Mode.ONSITE and not (data.get("place_name") or data.get("place_address")):
            self.add_error("place_name", gettext("Say where the candidate should come."))
        return data

    def _copy_place(self, data: dict[str, Any]) -> None:
        """A chosen place lends its name and address; what was written counts while place and room stay the same."""
        if data.get("mode") != Mode.ONSITE:
            data["place"] = None
        place: Place | None = data.get("place")
        if place is None:
            return
        if self.is_new or {"place", "room"} & set(self.changed_data) or not data.get("place_name"):
            data["place_name"] = place.told_name(data.get("room", ""))
            data["place_address"] = place.told_address

    def _check_start(self, data: dict[str, Any]) -> None:
        if not (data.get("date") and data.get("time") and data.get("time_zone")):
            return
        try:
            data["starts_at"] = local_to_utc(data["date"], data["time"], ZoneInfo(data["time_zone"]))
        except forms.ValidationError as error:
            self.add_error("time", error)
            return
        if data["starts_at"] <= self.now:
            self.add_error("date", gettext("This time has already passed; choose a later one."))

    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(
            starts_at=data["starts_at"],
            duration=timedelta(minutes=data["minutes"]),
            time_zone=data["time_zone"],
            mode=Mode(data["mode"]),
            place_name=data["place_name"],
            place_address=data["place_address"],
            video_link=data["video_link"],
            round=data["round"],
            materials=data["materials"],
            flow=data["flow"],
            place_id=data["place"].pk if data.get("place") else None,
        )


class PeopleForm(forms.Form):
    """Who of HR looks after an interview, and who holds it."""

    recruiter = forms.ModelChoiceField(
        label=_("Contact person"),
        queryset=User.objects.none(),
        required=False,
        help_text=_("Candidates see the name and the business number."),
    )
    interviewers = forms.ModelMultipleChoiceField(
        label=_("Interviewers"),
        queryset=User.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = User.objects.visible_to(user)
        querysets = {"recruiter": people.who_may_be_asked(), "interviewers": people.who_may_interview()}
        for name, queryset in querysets.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]


class NewInterviewForm(PeopleForm, FactsForm):
    """Everything about one interview entered by hand."""

    field_order = (
        "name",
        "phone",
        "email",
        "shares_contact",
        "job",
        "branch",
        "date",
        "time",
        "minutes",
        "time_zone",
    )
    name = forms.CharField(label=_("Name"), max_length=120)
    phone = forms.CharField(label=_("Mobile phone"), max_length=60, required=False)
    email = forms.CharField(label=_("Email"), max_length=254, required=False)
    shares_contact = forms.BooleanField(
        label=_("Yes, several people share this phone or email"), required=False
    )
    #: The address as it was typed before we proposed another: typed again, it is meant.
    email_asked = forms.CharField(required=False, widget=forms.HiddenInput)
    language = forms.ChoiceField(
        label=_("Language"),
        choices=[("", _("Of the branch")), *LANGUAGES.items()],
        required=False,
        help_text=_("Whoever is known already keeps theirs."),
    )
    source = forms.ModelChoiceField(
        label=_("Source"),
        queryset=Source.objects.none(),
        required=False,
        empty_label=_("Not known"),
        help_text=_("Where the application came from."),
    )
    job = forms.ModelChoiceField(label=_("Job"), queryset=Job.objects.none(), empty_label=_("Choose…"))
    branch = forms.ModelChoiceField(
        label=_("Branch"), queryset=Branch.objects.none(), empty_label=_("Choose…")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, places=Place.objects.visible_to(user), **kwargs)
        self.user = user
        self.needs_sharing = False
        self._known: UUID | None = None
        querysets = {
            "job": Job.objects.visible_to(user).filter(is_open=True).select_related("branch"),
            "branch": Branch.objects.visible_to(user),
            "source": Source.objects.filter(organization_id=user.organization_id),
        }
        for name, queryset in querysets.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    def clean_name(self) -> str:
        return str(self._read("name", read_name(self.cleaned_data["name"])))

    def clean_phone(self) -> str:
        typed = self.cleaned_data.get("phone", "")
        if not typed.strip():
            return ""
        chosen = _uuid(self.data.get("branch"))
        branch = Branch.objects.visible_to(self.user).filter(pk=chosen).first() if chosen else None
        reading = read_phone(typed, branch.region if branch else Branch.objects.region_of(self.user))
        phone = self._read("phone", reading)
        if not phone.can_receive_sms:
            raise forms.ValidationError(gettext("This is no mobile number: no text message can reach it."))
        return str(phone.e164)

    def clean_email(self) -> str:
        typed = self.cleaned_data.get("email", "").strip()
        if not typed:
            return ""
        reading = read_email(typed)
        if reading.state == "repairable" and self.data.get("email_asked", "") == typed:
            as_typed = next((each for each in reading.alternatives if each), None)
            reading = Reading(as_typed) if as_typed else reading
        return email_index_form(str(self._read("email", reading)))

    def _read(self, name: str, reading: Reading[Any]) -> Any:
        """The value of a reading; a doubtful one is asked back with our proposal in the field."""
        if reading.problem is not None:
            raise forms.ValidationError(str(PROBLEMS.get(reading.problem.code, PROBLEMS["unreadable"])))
        if reading.state == "repairable":
            self._propose(name, str(reading.value))
            raise forms.ValidationError(
                gettext("Did you mean %(value)s? It stands in the field now; save again to use it.")
                % {"value": reading.value}
            )
        return reading.value

    def _propose(self, name: str, value: str) -> None:
        assert isinstance(self.data, QueryDict)
        data = self.data.copy()
        data[f"{name}_asked"] = data.get(name, "").strip()
        data[name] = value
        self.data = data

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if "phone" not in self.errors and "email" not in self.errors:
            if not data.get("phone") and not data.get("email"):
                self.add_error(
                    "phone",
                    gettext("Give a mobile phone or an email address, so that the candidate can be reached."),
                )
            elif data.get("name"):
                self._recognise(data)
        return data

    def _recognise(self, data: dict[str, Any]) -> None:
        """The same address and name is the same person; the same address under another name is asked about."""
        contacts = {Channel.EMAIL: data.get("email", ""), Channel.SMS: data.get("phone", "")}
        found = recognise(self.user.organization_id, data["name"], contacts)
        self._known = found.candidate_id
        if found.namesakes:
            self.add_error(
                "name",
                gettext(
                    "%(count)s people of this name have these contacts. "
                    "Give only the phone or email that one of them alone has."
                )
                % {"count": found.namesakes},
            )
        elif found.strangers and not data.get("shares_contact"):
            self.needs_sharing = True
            names = gettext(", ").join(map(mask_name, found.strangers))
            self.add_error(
                "shares_contact",
                gettext(
                    "This phone or email belongs to %(names)s. Correct it, or confirm that they share it."
                )
                % {"names": names},
            )

    def appointment(self) -> Appointment:
        data, facts = self.cleaned_data, self.facts()
        return Appointment(
            person=Person(
                name=data["name"],
                name_key=comparable_name(data["name"]),
                email=data["email"],
                phone=data["phone"],
                locale=data["language"] or data["branch"].locale,
                shares_contact=data["shares_contact"],
                candidate_id=self._known,
            ),
            job=data["job"],
            branch=data["branch"],
            source=data["source"],
            recruiter=data["recruiter"],
            interviewers=tuple(data["interviewers"]),
            **vars(facts),
        )


class ChangeForm(FactsForm):
    """New facts of an interview; what will follow is shown before it is done."""

    is_new = False
    reason = forms.CharField(
        label=_("Reason"), max_length=200, required=False, help_text=_("The candidate reads it.")
    )
    #: What the person saw: somebody else's change in between is not overwritten.
    revision = forms.IntegerField(widget=forms.HiddenInput)


class CancelForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        required=False,
        help_text=_("The candidate reads it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


def facts_of(interview: Interview) -> dict[str, Any]:
    """An interview as the initial values of the form."""
    local = interview.starts_at.astimezone(interview.zone)
    same = ("round", "time_zone", "mode", "place_name", "place_address", "video_link", "materials", "flow")
    return {
        "date": local.date(),
        "time": local.time().replace(tzinfo=None),
        "minutes": int(interview.duration.total_seconds() // 60),
        "revision": interview.revision,
        "place": interview.place_id,
        "room": interview.place.room_in(interview.place_name) if interview.place else "",
        **{name: getattr(interview, name) for name in same},
    }


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
