"""What a candidate says on the way reaches everybody who waits, once; who came is asked, never guessed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.db import connection

from tests.factories import Cast, create_template, create_user, sign_in_client
from tests.interviews.places import create_place, held_at
from tests.portal.stories import Invited, invite
from yuemian.accounts.models import Organization, Role
from yuemian.domain.arrival import SignalKind, Via
from yuemian.domain.states import Answer, Attendance, Purpose
from yuemian.hiring.models import Candidate, ContactPoint
from yuemian.interviews.actions.arrival import Word, check_in, say, take_up, tick
from yuemian.interviews.actions.arrival_news import WHO_CAME, ask_who_came
from yuemian.interviews.actions.attendance import record_attendance
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.respond import Refused, respond
from yuemian.interviews.arrivals import arrivals_of, badges
from yuemian.interviews.models import ArrivalSignal, Interview, StepRecord
from yuemian.interviews.timeline import story
from yuemian.interviews.today import Part, Scope, read_today
from yuemian.messaging.models import Notification
from yuemian.trust.audit import verify
from yuemian.trust.models import AuditEntry, Key
from yuemian.trust.vault import Vault, organization_key

HERE = Word(SignalKind.HERE)
TEN_LATE = Word(SignalKind.LATE, 10, "地铁停运")


@pytest.fixture
def who(cast: Cast, now: datetime) -> Invited:
    """A candidate on the way: their interview at the tower begins in half an hour."""
    for purpose in (Purpose.STAFF_NEWS, Purpose.ATTENDANCE):
        create_template(
            cast.organization,
            purpose,
            now=now,
            subject="{{ candidate_name }}",
            body="{{ staff_name }} {{ interview_link }}",
        )
    interview = held_at(cast, create_place(cast), now=now)
    return invite(cast, now=now - timedelta(days=1), interview=interview)


def mails(purpose: Purpose) -> list[tuple[str, dict[str, Any]]]:
    """Who gets which context."""
    found = []
    for each in Notification.objects.filter(purpose=purpose).select_related("user").order_by("created_at"):
        key = organization_key(each.organization_id)
        vault = Vault(each.organization_id)
        sealed = vault.open_bytes(key, Notification.PLACE, each.pk, each.parameters_sealed)
        assert each.user is not None
        found.append((each.user.name, orjson.loads(sealed)["context"]))
    return found


def signal(who: Invited, word: Word, now: datetime) -> ArrivalSignal | None:
    return say(who.link, word, now=now, was_confirmed=False)


def test_a_delay_is_told_to_interviewer_and_recruiter(cast: Cast, who: Invited, now: datetime) -> None:
    assert signal(who, TEN_LATE, now)
    told = mails(Purpose.STAFF_NEWS)
    assert {name for name, _ in told} == {"陈默", "林悦"}
    context = told[0][1]
    assert "10" in context["news"]
    assert context["news_words"] == "地铁停运"
    assert context["interview_link"].endswith(f"/interviews/{who.interview.pk}")
    (delivery,) = {
        d.priority for n in Notification.objects.filter(purpose="staff_news") for d in n.deliveries.all()
    }
    assert delivery == 6
    assert AuditEntry.objects.filter(action="interview.signalled").count() == 1
    assert verify(cast.organization.pk) is None


def test_the_same_again_tells_nobody_anything(cast: Cast, who: Invited, now: datetime) -> None:
    assert signal(who, Word(SignalKind.LATE, 10), now)
    assert signal(who, Word(SignalKind.LATE, 10), now) is None
    assert signal(who, Word(SignalKind.LATE, 20), now)
    assert ArrivalSignal.objects.count() == 2
    assert Notification.objects.filter(purpose="staff_news").count() == 4


def test_an_arrival_is_told_to_those_who_wait_and_settles_the_rest(
    cast: Cast, who: Invited, now: datetime
) -> None:
    signal(who, Word(SignalKind.LOST), now)
    signal(who, HERE, now + timedelta(minutes=5))
    assert [name for name, context in mails(Purpose.STAFF_NEWS)][2:] == ["陈默"]
    assert not ArrivalSignal.objects.filter(settled_at=None).exists()
    arrival = arrivals_of([who.interview])[who.interview.pk]
    assert arrival.arrived_at == now + timedelta(minutes=5)
    interview = Interview.objects.get()
    assert (interview.attendance, interview.state) == ("unknown", "scheduled")


def test_words_are_sealed_with_the_candidates_key(cast: Cast, who: Invited, now: datetime) -> None:
    given = signal(who, TEN_LATE, now)
    assert given is not None
    with connection.cursor() as cursor:
        cursor.execute("SELECT words_sealed FROM interviews_arrivalsignal")
        assert "地铁".encode() not in bytes(cursor.fetchone()[0])
    quotes = [entry.quote for entry in story(who.interview, cast.recruiter) if entry.quote]
    assert quotes == ["地铁停运"]
    key = who.interview.application.candidate.key
    Key.objects.filter(pk=key.pk).update(wrapped=None, destroyed_at=now)
    fresh = Interview.objects.with_people().get()
    assert "地铁停运" not in [entry.quote for entry in story(fresh, cast.recruiter)]


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda cast, who, now: cancel_interview(cast.recruiter, who.interview.pk, now=now), "cancelled"),
        (lambda cast, who, now: Interview.objects.update(revision=2), "old_revision"),
        (lambda cast, who, now: Interview.objects.update(starts_at=now + timedelta(hours=4)), "over"),
        (lambda cast, who, now: Interview.objects.update(starts_at=now - timedelta(hours=2)), "over"),
        (lambda cast, who, now: Interview.objects.update(attendance="attended", state="completed"), "over"),
    ],
    ids=["cancelled", "changed", "too early", "over", "recorded"],
)
def test_what_cannot_be_said_is_refused(
    cast: Cast, who: Invited, now: datetime, spoil: Callable[[Cast, Invited, datetime], Any], why: str
) -> None:
    spoil(cast, who, now)
    with pytest.raises(Refused) as refused:
        signal(who, Word(SignalKind.LATE, 10), now)
    assert refused.value.why == why
    assert not ArrivalSignal.objects.exists()


def test_an_old_link_counts_once_the_new_facts_were_seen(cast: Cast, who: Invited, now: datetime) -> None:
    Interview.objects.update(revision=2)
    assert say(who.link, HERE, now=now, was_confirmed=True, seen_revision=2)


def test_reception_signs_in_whoever_it_is(cast: Cast, who: Invited, now: datetime) -> None:
    place = who.interview.place_id
    assert place is not None
    assert not check_in(place, "李", "0000", now=now)
    assert not check_in(place, "候", "9999", now=now)
    assert check_in(place, "候", "0000", now=now)
    given = ArrivalSignal.objects.get()
    assert (given.kind, given.via) == ("here", Via.POSTER)


def test_of_two_alike_nobody_is_signed_in(cast: Cast, who: Invited, now: datetime) -> None:
    place = who.interview.place
    assert place is not None
    held_at(cast, place, now=now, phone="+8613911110000", name="候补")
    assert not check_in(place.pk, "候", "0000", now=now)
    assert not ArrivalSignal.objects.exists()


@pytest.mark.parametrize(
    ("minutes", "is_there"), [(-61, False), (-60, True), (30, True), (59, True), (60, False), (1440, False)]
)
def test_only_who_is_expected_about_now_signs_in(
    cast: Cast, who: Invited, now: datetime, minutes: int, is_there: bool
) -> None:
    place = who.interview.place_id
    assert place is not None
    moment = who.interview.starts_at + timedelta(minutes=minutes)
    assert check_in(place, "候", "0000", now=moment) is is_there


def test_nobody_signs_in_at_another_place_or_without_a_phone(cast: Cast, who: Invited, now: datetime) -> None:
    elsewhere = create_place(cast, name="远山楼")
    assert not check_in(elsewhere.pk, "候", "0000", now=now)
    ContactPoint.objects.filter(channel="sms").delete()
    assert not check_in(who.interview.place_id, "候", "0000", now=now)  # type: ignore[arg-type]


def test_somebody_ticks_the_arrival(cast: Cast, who: Invited, now: datetime) -> None:
    given = tick(cast.interviewer, who.interview.pk, now=now)
    assert given is not None
    assert (given.via, given.recorded_by) == (Via.RECEPTION, cast.interviewer)
    # whoever noted it needs no mail about it
    assert [name for name, _ in mails(Purpose.STAFF_NEWS)] == []
    entry = next(e for e in story(who.interview, cast.recruiter) if e.icon == "map-pin")
    assert "陈默" in entry.detail
    with pytest.raises(Interview.DoesNotExist):
        tick(create_user(cast.organization, Role.INTERVIEWER, "外人"), who.interview.pk, now=now)


def test_today_lists_who_is_late_until_somebody_looks_after_it(
    cast: Cast, who: Invited, now: datetime
) -> None:
    signal(who, TEN_LATE, now)
    section = read_today(cast.recruiter, Scope(), now=now)[Part.ARRIVING]
    (line,) = section.lines
    assert (line.words, [badge.tone for badge in line.row.arrival_badges]) == ("地铁停运", ["warning"])
    assert take_up(cast.recruiter, who.interview.pk, now=now) == 1
    assert read_today(cast.recruiter, Scope(), now=now)[Part.ARRIVING].count == 0
    # it is still said that they come late
    assert badges(arrivals_of([who.interview])[who.interview.pk], now, who.interview.zone)


def test_what_was_said_to_an_earlier_revision_is_no_longer_shown(
    cast: Cast, who: Invited, now: datetime
) -> None:
    signal(who, TEN_LATE, now)
    Interview.objects.update(revision=2)
    assert arrivals_of([Interview.objects.get()]) == {}
    assert read_today(cast.recruiter, Scope(), now=now)[Part.ARRIVING].count == 0


def after(who: Invited, minutes: int) -> datetime:
    return who.interview.starts_at + timedelta(minutes=minutes)


def test_the_interviewer_is_asked_once_who_came(cast: Cast, who: Invited, now: datetime) -> None:
    organization = cast.organization.pk
    assert ask_who_came(organization, after(who, 14)) == 0
    assert ask_who_came(organization, after(who, 15)) == 1
    assert ask_who_came(organization, after(who, 16)) == 0
    ((name, context),) = mails(Purpose.ATTENDANCE)
    assert name == "陈默"
    assert context["interview_link"].endswith(f"/interviews/{who.interview.pk}/came")
    assert StepRecord.objects.get(step_key=WHO_CAME).outcome == "planned"


@pytest.mark.parametrize(
    "settle",
    [
        lambda cast, who: record_attendance(
            cast.recruiter, who.interview.pk, Attendance.ATTENDED, now=after(who, 1)
        ),
        lambda cast, who: respond(who.link, Answer.DECLINED, "", now=after(who, -20), was_confirmed=True),
        lambda cast, who: cancel_interview(cast.recruiter, who.interview.pk, now=after(who, -20)),
        lambda cast, who: Organization.objects.update(is_attendance_asked=False),
        lambda cast, who: Candidate.objects.update(erased_at=after(who, -20)),
    ],
    ids=["recorded", "declined", "cancelled", "switched off", "erased"],
)
def test_nobody_is_asked_where_nothing_is_open(
    cast: Cast, who: Invited, settle: Callable[[Cast, Invited], Any]
) -> None:
    settle(cast, who)
    assert ask_who_came(cast.organization.pk, after(who, 15)) == 0
    assert mails(Purpose.ATTENDANCE) == []


def test_without_interviewer_the_recruiter_is_asked(cast: Cast, who: Invited) -> None:
    who.interview.participants.all().delete()
    ask_who_came(cast.organization.pk, after(who, 15))
    assert [name for name, _ in mails(Purpose.ATTENDANCE)] == ["林悦"]


def test_without_an_answer_the_day_asks(cast: Cast, who: Invited) -> None:
    def asked(minutes: int) -> int:
        return read_today(cast.recruiter, Scope(), now=after(who, minutes))[Part.CAME].count

    assert (asked(44), asked(46)) == (0, 1)
    record_attendance(cast.recruiter, who.interview.pk, Attendance.NO_SHOW, now=after(who, 50))
    assert asked(51) == 0


def test_an_interviewer_answers_with_one_press(cast: Cast, who: Invited) -> None:
    Interview.objects.update(starts_at=datetime.now().astimezone() - timedelta(minutes=20))
    tick(cast.recruiter, who.interview.pk, now=datetime.now().astimezone())
    client = sign_in_client(cast.interviewer)
    address = f"/interviews/{who.interview.pk}/came"
    page = client.get(address).content.decode()
    assert Interview.objects.get().attendance == "unknown"
    assert 'class="button primary" name="attendance" value="attended"' in page
    assert client.post(address, {"attendance": "attended"}).status_code == 302
    interview = Interview.objects.get()
    assert (interview.attendance, interview.state) == ("attended", "completed")
    change = interview.changes.get(kind="attended")
    assert change.actor == cast.interviewer


def test_others_may_look_but_not_answer(cast: Cast, who: Invited) -> None:
    address = f"/interviews/{who.interview.pk}/came"
    lead = sign_in_client(cast.lead)
    assert lead.get(address).status_code == 200
    for path in (
        address,
        f"/interviews/{who.interview.pk}/arrived",
        f"/interviews/{who.interview.pk}/taken-up",
    ):
        assert lead.post(path, {"attendance": "attended"}).status_code == 403
    stranger = sign_in_client(create_user(cast.organization, Role.INTERVIEWER, "外人"))
    assert stranger.get(address).status_code == 404
    assert Interview.objects.get().attendance == "unknown"


def test_the_reception_list_follows(cast: Cast, who: Invited) -> None:
    moment = datetime.now().astimezone()
    Interview.objects.update(starts_at=moment + timedelta(minutes=1))
    client = sign_in_client(cast.recruiter)
    assert f"/interviews/{who.interview.pk}/arrived" in client.get("/today/reception").content.decode()
    answer = client.post(f"/interviews/{who.interview.pk}/arrived", {"next": "/today/reception?whose=me"})
    assert answer["Location"] == "/today/reception?whose=me"
    part = client.get("/today/reception", headers={"HX-Target": "today-live", "HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert f"/interviews/{who.interview.pk}/arrived" not in part.content.decode()
    away = client.post(f"/interviews/{who.interview.pk}/arrived", {"next": "//evil.example"})
    assert away["Location"] == f"/interviews/{who.interview.pk}"
