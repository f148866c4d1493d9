"""A place is described once; what candidates were told stays true, or they are told anew."""

from __future__ import annotations

import io
from datetime import datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image

from tests.factories import Cast, sign_in_client
from tests.interviews.places import create_place, held_at
from tests.portal.stories import invite
from yuemian.domain.states import Answer, Mode, Purpose
from yuemian.interviews.actions.change import Facts, change_interview
from yuemian.interviews.actions.places import PlaceNameTaken, ahead_at, renew_code, save_place
from yuemian.interviews.actions.respond import respond
from yuemian.interviews.models import Interview, Place
from yuemian.messaging.models import Notification
from yuemian.trust.models import AuditEntry

SOON = timedelta(days=2)


def picture(width: int = 3000, height: int = 2000) -> bytes:
    image = Image.effect_noise((width, height), 90).convert("RGB")
    exif = Image.Exif()
    exif[0x010F] = "Secret camera"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=95, exif=exif)
    return buffer.getvalue()


def form(place: Place, **changed: object) -> dict[str, object]:
    """What the editor posts when nothing is changed."""
    names = [
        "name", "name_en", "room", "room_en", "address", "address_en", "transit", "transit_en", "parking",
        "parking_en", "entrance", "entrance_en", "reception", "reception_en", "latitude", "longitude", "crs",
    ]  # fmt: skip
    values = {name: getattr(place, name) for name in names}
    return {**values, "branch": str(place.branch_id), "is_active": "on", "told": "tell", **changed}


def test_a_changed_address_is_told_to_whoever_heard_the_old_one(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    heard = held_at(cast, place, now=now, starts_at=now + SOON)
    waiting = held_at(cast, place, now=now, starts_at=now + SOON)
    link = invite(cast, now=now, interview=heard).link
    respond(link, Answer.ACCEPTED, "", now=now, was_confirmed=False)
    Notification.objects.get().deliveries.update(state="sent", sent_at=now)
    place.address = "上海市浦东新区银城中路 1 号"
    told = save_place(cast.recruiter, place, tells=True, now=now)
    assert (told.changed, told.told) == (2, 1)
    heard.refresh_from_db()
    waiting.refresh_from_db()
    assert (heard.revision, heard.answer, heard.place_address) == (2, "needs_action", place.address)
    assert waiting.place_address == place.address
    assert heard.place_id == waiting.place_id == place.pk
    assert Notification.objects.filter(purpose=Purpose.CHANGE, subject_id=heard.pk).count() == 1


def test_a_correction_for_new_interviews_changes_nothing_that_was_told(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    interview = held_at(cast, place, now=now, starts_at=now + SOON)
    place.name = "星河中心"
    assert save_place(cast.recruiter, place, tells=False, now=now).changed == 0
    interview.refresh_from_db()
    assert (interview.revision, interview.place_name) == (1, "星河大厦 12 层前台")


def test_directions_and_map_raise_no_revision(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    interview = held_at(cast, place, now=now, starts_at=now + SOON)
    place.entrance, place.latitude = "从北门进", 31.24
    assert save_place(cast.recruiter, place, tells=True, now=now).changed == 0
    interview.refresh_from_db()
    assert interview.revision == 1


def test_a_room_of_its_own_and_words_written_by_hand_are_kept(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    other_room = held_at(cast, place, now=now, starts_at=now + SOON)
    Interview.objects.filter(pk=other_room.pk).update(place_name="星河大厦 8 层会议室")
    by_hand = held_at(cast, place, now=now, starts_at=now + SOON)
    Interview.objects.filter(pk=by_hand.pk).update(place_name="对面咖啡馆", place_address="银城路 2 号")
    past = held_at(cast, place, now=now, starts_at=now - SOON)
    assert [each.pk for each in ahead_at(cast.recruiter, place, now=now)] == [other_room.pk]
    place.name = "星河中心"
    assert save_place(cast.recruiter, place, tells=True, now=now).changed == 1
    names = dict(Interview.objects.values_list("pk", "place_name"))
    assert names[other_room.pk] == "星河中心 8 层会议室"
    assert names[by_hand.pk] == "对面咖啡馆"
    assert names[past.pk] == "星河大厦 12 层前台"


def test_two_places_of_one_name_are_refused(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    with pytest.raises(PlaceNameTaken):
        save_place(
            cast.recruiter, Place(branch=cast.shanghai, name=place.name, address="x"), tells=False, now=now
        )


def test_an_interview_leaves_its_place_only_with_its_address(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    interview = held_at(cast, place, now=now, starts_at=now + SOON)
    later = Facts.of(interview, starts_at=interview.starts_at + SOON, place_id=None)
    change_interview(cast.recruiter, interview.pk, later, now=now)
    interview.refresh_from_db()
    assert interview.place_id == place.pk
    elsewhere = Facts.of(interview, place_name="别处", place_id=None)
    change_interview(cast.recruiter, interview.pk, elsewhere, now=now)
    interview.refresh_from_db()
    assert interview.place_id is None


def test_becoming_a_call_an_interview_leaves_its_place(cast: Cast, now: datetime) -> None:
    interview = held_at(cast, create_place(cast), now=now, starts_at=now + SOON)
    call = Facts.of(interview, mode=Mode.PHONE, place_id=None)
    change_interview(cast.recruiter, interview.pk, call, now=now)
    interview.refresh_from_db()
    assert interview.place_id is None


def test_a_new_code_leaves_the_old_poster_without_a_place(cast: Cast, now: datetime) -> None:
    place = create_place(cast)
    old = place.code
    renew_code(cast.recruiter, place.pk, now=now)
    place.refresh_from_db()
    assert place.code != old
    assert Client().get(f"/arrive/{old}").status_code == 404
    assert Client().get(f"/arrive/{place.code}").status_code == 200
    assert AuditEntry.objects.filter(action="place.code_renewed").exists()


def test_the_editor_reads_a_link_and_makes_a_photo_small(cast: Cast, recruiter_client: Client) -> None:
    upload = SimpleUploadedFile("door.jpg", picture(), content_type="image/jpeg")
    place = create_place(cast, latitude=None, longitude=None)
    link = "https://uri.amap.com/marker?position=121.5,31.2"
    answer = recruiter_client.post(
        f"/settings/places/{place.pk}",
        form(place, latitude="", longitude="", map_link=link, photo_file=upload),
    )
    assert answer.status_code == 302
    place.refresh_from_db()
    assert (place.latitude, place.longitude, place.crs) == (31.2, 121.5, "gcj02")
    photo = bytes(place.photo)
    assert 1000 < len(photo) <= 200 * 1024
    with Image.open(io.BytesIO(photo)) as image:
        assert image.format == "JPEG"
        assert max(image.size) <= 1280
        assert not image.getexif()
    shown = Client().get(f"/place/{place.photo_digest}.jpg")
    assert (shown["Content-Type"], shown.content) == ("image/jpeg", photo)
    assert "immutable" in shown["Cache-Control"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"map_link": "https://surl.amap.com/x"},
        {"map_link": "世纪大道"},
        {"latitude": ""},
        {"latitude": "91"},
        {"longitude": "nan"},
        {"name": ""},
        {"photo_file": SimpleUploadedFile("x.jpg", b"<svg onload=alert(1)>")},
    ],
    ids=["short link", "no coordinates", "half", "beyond", "no number", "no name", "no picture"],
)
def test_the_editor_says_what_is_wrong(
    cast: Cast, recruiter_client: Client, wrong: dict[str, object]
) -> None:
    place = create_place(cast)
    answer = recruiter_client.post(f"/settings/places/{place.pk}", form(place, **wrong))
    assert answer.status_code == 422
    assert "field-error" in answer.content.decode() or "aria-invalid" in answer.content.decode()
    place.refresh_from_db()
    assert (place.name, place.latitude, bytes(place.photo)) == ("星河大厦", 31.230416, b"")


def test_the_look_shows_every_map_and_keeps_nothing(cast: Cast, recruiter_client: Client) -> None:
    typed = {"map_link": "39.9, 116.4", "name": "天安门"}
    text = recruiter_client.post("/settings/places/look", typed).content.decode()
    for host in ("uri.amap.com", "api.map.baidu.com", "apis.map.qq.com", "maps.apple.com", "google.com"):
        assert host in text
    short = recruiter_client.post("/settings/places/look", {"map_link": "https://j.map.baidu.com/x"})
    assert "notice tone-warning" in short.content.decode()
    assert not Place.objects.exists()


def test_the_pages_of_places_are_for_those_who_edit(cast: Cast, recruiter_client: Client) -> None:
    place = create_place(cast)
    pages = [
        "/settings/places", "/settings/places/new", f"/settings/places/{place.pk}",
        f"/settings/places/{place.pk}/poster", f"/preview/place/{place.pk}",
    ]  # fmt: skip
    assert [recruiter_client.get(page).status_code for page in pages] == [200] * 5
    for user in (cast.interviewer, cast.auditor):
        assert {sign_in_client(user).get(page).status_code for page in pages} == {403}
    poster = recruiter_client.get(pages[3]).content.decode()
    assert f"/arrive/{place.code}" in poster
    assert "<svg" in poster


def test_a_new_interview_takes_name_and_address_of_its_place(cast: Cast, recruiter_client: Client) -> None:
    place = create_place(cast)
    start = timezone.now() + SOON
    values = {
        "name": "王小雨", "phone": "13800138000", "email": "", "job": str(cast.backend.pk),
        "branch": str(cast.shanghai.pk), "round": "初试", "date": start.date().isoformat(), "time": "10:00",
        "time_zone": "Asia/Shanghai", "minutes": "60", "mode": "onsite", "place": str(place.pk),
        "room": "8 层会议室", "place_name": "上海总部", "place_address": "",
    }  # fmt: skip
    assert recruiter_client.post("/interviews/new", values).status_code == 302
    interview = Interview.objects.get()
    assert interview.place_id == place.pk
    assert (interview.place_name, interview.place_address) == ("星河大厦 8 层会议室", place.address)
    page = recruiter_client.get(f"/interviews/{interview.pk}/change").content.decode()
    assert 'value="8 层会议室"' in page


def test_choosing_another_place_shows_and_tells_the_change(cast: Cast, recruiter_client: Client) -> None:
    now = timezone.now()
    place, other = create_place(cast), create_place(cast, name="远山楼", address="远山路 1 号")
    interview = held_at(cast, place, now=now, starts_at=now + SOON)
    local = interview.starts_at.astimezone(interview.zone)
    values = {
        "round": "初试", "date": local.date().isoformat(), "time": f"{local:%H:%M}", "minutes": "60",
        "time_zone": "Asia/Shanghai", "mode": "onsite", "place": str(other.pk), "room": "12 层前台",
        "place_name": interview.place_name, "place_address": interview.place_address, "reason": "",
        "materials": interview.materials, "flow": interview.flow, "revision": "1",
    }  # fmt: skip
    page = recruiter_client.post(f"/interviews/{interview.pk}/change", values)
    assert "远山楼 12 层前台" in page.content.decode()
    recruiter_client.post(f"/interviews/{interview.pk}/change", values | {"confirmed": "1"})
    interview.refresh_from_db()
    assert (interview.place_id, interview.revision) == (other.pk, 2)
    assert interview.place_address == "远山路 1 号"
