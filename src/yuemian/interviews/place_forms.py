"""The form of a place: what candidates need to find it, with coordinates read from a pasted map link."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word
from PIL import Image, UnidentifiedImageError

from yuemian.accounts.models import Branch, User
from yuemian.domain.geo import Crs, read_pasted
from yuemian.interviews.models import Place
from yuemian.interviews.photo import LARGEST_UPLOAD, small_jpeg

DATUMS = {
    Crs.GCJ02: _("GCJ-02: Amap, Tencent, Apple in China"),
    Crs.BD09: _("BD-09: Baidu"),
    Crs.WGS84: _("WGS-84: Google, GPS, outside mainland China"),
}
TELL, KEEP = "tell", "keep"


class PlaceForm(forms.ModelForm[Place]):
    """`ahead`: how many interviews to come say what the place says now."""

    map_link = forms.CharField(
        label=_("Link from a map, or coordinates"),
        max_length=2000,
        required=False,
        help_text=_(
            "Find the entrance in Amap, Baidu, Tencent, Apple or Google maps, copy the link, paste it here: we read "
            "where it is. Nothing is looked up on the network."
        ),
    )
    photo_file = forms.FileField(
        label=_("Photo of the entrance"),
        required=False,
        help_text=_("PNG, JPEG or WebP up to 10 MB; made small, and its camera data left out."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    drops_photo = forms.BooleanField(label=_("Remove the photo"), required=False)
    told = forms.ChoiceField(
        label=_("If name, room or address change"), required=False, widget=forms.RadioSelect, initial=TELL
    )

    class Meta:
        model = Place
        fields = [
            "name", "name_en", "branch", "room", "room_en", "address", "address_en", "transit", "transit_en",
            "parking", "parking_en", "entrance", "entrance_en", "reception", "reception_en", "latitude",
            "longitude", "crs", "is_active",
        ]  # fmt: skip
        labels = {
            "name": word("place", "Name"),
            "name_en": _("Name in English"),
            "branch": _("Branch"),
            "room": _("Usual room"),
            "room_en": _("Usual room in English"),
            "address": _("Address"),
            "address_en": _("Address in English"),
            "transit": _("By public transport"),
            "transit_en": _("By public transport, in English"),
            "parking": _("Parking"),
            "parking_en": _("Parking, in English"),
            "entrance": _("Entrance"),
            "entrance_en": _("Entrance, in English"),
            "reception": _("Past reception"),
            "reception_en": _("Past reception, in English"),
            "latitude": _("Latitude"),
            "longitude": _("Longitude"),
            "crs": _("Datum"),
            "is_active": _("Offered for new interviews"),
        }
        help_texts = {
            "name": _("What stands on the sign; maps find it by that."),
            "room": _("Floor, room or desk where candidates usually report."),
            "reception": _("What to say and show: the company's name, an ID card, a visitor's code."),
        }

    def __init__(self, *args: Any, user: User, ahead: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["branch"].queryset = Branch.objects.visible_to(user)  # type: ignore[attr-defined]
        self.fields["branch"].empty_label = None  # type: ignore[attr-defined]
        self.fields["crs"].choices = list(DATUMS.items())  # type: ignore[attr-defined]
        self.fields["told"].choices = [  # type: ignore[attr-defined]
            (TELL, _("Tell the candidates who were told; they answer again")),
            (KEEP, _("Only new interviews say so; the others keep what they were told")),
        ]
        if not ahead:
            del self.fields["told"]
        if not self.instance.photo:
            del self.fields["drops_photo"]

    @property
    def tells(self) -> bool:
        return self.cleaned_data.get("told") == TELL

    def clean_photo_file(self) -> bytes | None:
        upload: UploadedFile[bytes] | None = self.cleaned_data["photo_file"]
        if upload is None:
            return None
        if upload.size is None or upload.size > LARGEST_UPLOAD:
            raise forms.ValidationError(_("This picture is larger than 10 MB; choose a smaller one."))
        try:
            return small_jpeg(upload.read())
        except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
            raise forms.ValidationError(
                _("This file is not a picture we can read; use a PNG, JPEG or WebP.")
            ) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("map_link"):
            self._read_link(data)
        elif (data.get("latitude") is None) != (data.get("longitude") is None):
            name = "latitude" if data.get("latitude") is None else "longitude"
            self.add_error(name, gettext("Give both coordinates, or none."))
        for name, most in (("latitude", 90), ("longitude", 180)):
            value = data.get(name)
            if value is not None and not abs(value) <= most:
                self.add_error(name, gettext("There is no such place on Earth; check the coordinates."))
        return data

    def _read_link(self, data: dict[str, Any]) -> None:
        found = read_pasted(data["map_link"])
        if found.point is None:
            self.add_error("map_link", link_problem(found.is_short))
            return
        for name in ("latitude", "longitude"):
            self.errors.pop(name, None)
        data["latitude"], data["longitude"], data["crs"] = (*found.point, str(found.crs))

    def save(self, commit: bool = True) -> Place:
        if self.cleaned_data.get("drops_photo"):
            self.instance.photo = b""
        if photo := self.cleaned_data.get("photo_file"):
            self.instance.photo = photo
        return super().save(commit)


def link_problem(is_short: bool) -> str:
    if is_short:
        return gettext("This is a short link. Open it, and copy the long one from the address bar.")
    return gettext("No coordinates stand in this. Paste a link from a map, or latitude and longitude.")
