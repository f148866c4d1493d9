"""Erasure: every room forgets, the key goes, waiting messages stop, the receipt proves it; and the rule of time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from django.test import Client

from tests.factories import Cast, backdate, create_interview, create_interviews, create_user, sign_in_client
from tests.hiring.persons import personal_models
from tests.interviews.slots import create_series, offers, press
from tests.portal.stories import Invited, invite
from yuemian.accounts.models import Branch, Organization, Role
from yuemian.domain.retention import NOTICE
from yuemian.domain.short_code import grouped
from yuemian.domain.states import Answer
from yuemian.hiring import proof
from yuemian.hiring.actions.erase import OnHold, ask_erasure, erase_by_hand, hold, release
from yuemian.hiring.actions.retain import look_for_what_is_over
from yuemian.hiring.export import as_json
from yuemian.hiring.holdings import holdings
from yuemian.hiring.models import Candidate, ContactPoint, Erasure
from yuemian.hiring.tasks import erase_what_is_due, look_nightly
from yuemian.interviews.actions.change import cancel_interview
from yuemian.interviews.actions.reschedule import choose_slot
from yuemian.interviews.actions.respond import ask, respond
from yuemian.interviews.models import Change, Interview, RescheduleRequest, Seat
from yuemian.messaging.actions.conversation import add_system_note
from yuemian.messaging.actions.inbox import add_note
from yuemian.messaging.models import AccessLink, Conversation, Delivery, LabMessage, Message, Notification
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry, Key
from yuemian.trust.vault import Unreadable, Vault

DAY = timedelta(days=1)


@pytest.fixture
def who(cast: Cast, now: datetime) -> Invited:
    invited = invite(cast, now=now, name="欧阳植入")
    backdate(now)
    return invited


def candidate_of(who: Invited) -> Candidate:
    return Candidate.objects.select_related("key", "organization").get(
        pk=who.interview.application.candidate_id
    )


def look(cast: Cast, now: datetime) -> int:
    return look_for_what_is_over(Organization.objects.get(pk=cast.organization.pk), now=now)


def test_everything_goes_in_one_transaction(who: Invited, now: datetime) -> None:
    respond(who.link, Answer.DECLINED, "家里有事", now=now, was_confirmed=True)
    ask(who.link, "可以停车吗？", now=now)
    candidate = candidate_of(who)
    receipt = ask_erasure(candidate, now=now).receipt
    gone = candidate_of(who)
    assert (gone.name, gone.name_key, gone.external_id) == ("—", "", "")
    assert gone.erased_at == now
    assert not ContactPoint.objects.filter(candidate=gone).exists()
    assert Key.objects.get(pk=gone.key_id).wrapped is None
    assert not AccessLink.objects.filter(candidate=gone, revoked_at=None).exists()
    told = Notification.objects.filter(candidate=gone)
    assert {(bytes(n.parameters_sealed), n.shared_id) for n in told} == {(b"", None)}
    interview = Interview.objects.get(pk=who.interview.pk)
    assert (interview.state, interview.fingerprint) == ("cancelled", None)
    message, vault = Message.objects.get(), Vault(gone.organization_id)
    with pytest.raises(Unreadable):
        vault.open(gone.key, Message.PLACE, message.pk, message.body_sealed)
    erasure = Erasure.objects.get()
    assert (erasure.state, erasure.done_at, len(receipt)) == ("done", now, 24)
    assert erasure.counts["addresses"] == 2
    assert audit.verify(gone.organization_id) is None


def test_what_stands_beside_is_listed_without_others_words_and_goes(
    cast: Cast, who: Invited, now: datetime
) -> None:
    """Notes, questions passed on, requests and seats: in the export, freed or closed by the erasure."""
    create_series(cast, now=now)
    start = offers(who.interview, now)[0].key
    choose_slot(press(who, now), start, words="", note="请安排这个时间")
    ask(who.link, "？", now=now)
    application = Interview.objects.with_people().get(pk=who.interview.pk).application
    add_note(cast.recruiter, Conversation.objects.get(), "同事说的话", now=now)
    add_system_note(application, "系统说的话", now=now)
    candidate, vault = candidate_of(who), Vault(cast.organization.pk)
    export = orjson.loads(as_json(candidate, vault, now=now))
    by_kind = {kind: each["entries"] for kind, each in export["data"].items()}
    assert len(by_kind["notes"]) == 2
    assert "说的话" not in str(export)
    assert [each["state"] for each in by_kind["requests"]] == ["open"]
    assert [each["held_until"] is None for each in by_kind["seats"]] == [False]
    ask_erasure(candidate, now=now)
    assert RescheduleRequest.objects.get().state == "withdrawn"
    assert not Seat.objects.exists()
    erased = Erasure.objects.get().counts
    assert (erased["notes"], erased["requests"], erased["seats"]) == (2, 1, 1)
    other = invite(cast, now=now, name="下一位")
    assert offers(other.interview, now)[0].key == start


def test_what_waits_never_leaves(who: Invited, now: datetime) -> None:
    ask_erasure(candidate_of(who), now=now)
    found = Delivery.objects.filter(notification__candidate=candidate_of(who))
    assert set(found.values_list("state", "reason")) == {("cancelled", "erased")}


def test_others_keep_everything(cast: Cast, who: Invited, now: datetime) -> None:
    other = invite(cast, now=now, name="留下的人")
    ask_erasure(candidate_of(who), now=now)
    kept = candidate_of(other)
    assert kept.name == "留下的人"
    point = kept.contact_points.first()
    assert point
    assert point.value(Vault(kept.organization_id))
    assert set(Delivery.objects.filter(notification__candidate=kept).values_list("state", flat=True)) == {
        "queued"
    }


def test_the_reason_of_a_change_goes_too(cast: Cast, who: Invited, now: datetime) -> None:
    cancel_interview(cast.recruiter, who.interview.pk, now=now, reason="欧阳植入 生病")
    ask_erasure(candidate_of(who), now=now)
    assert not Change.objects.exclude(reason="").exists()


def test_erasing_twice_changes_nothing(who: Invited, now: datetime) -> None:
    first = ask_erasure(candidate_of(who), now=now).receipt
    assert first
    assert ask_erasure(candidate_of(who), now=now + DAY).receipt == ""
    assert Erasure.objects.count() == 1


def test_a_hold_stops_the_wish_and_its_end_carries_it_out(cast: Cast, who: Invited, now: datetime) -> None:
    hold(cast.owner, candidate_of(who), "劳动争议", now=now)
    assert ask_erasure(candidate_of(who), now=now).receipt == ""
    assert candidate_of(who).name == "欧阳植入"
    with pytest.raises(OnHold):
        erase_by_hand(cast.owner, candidate_of(who), now=now)
    assert erase_what_is_due(cast.organization.pk, now + 400 * DAY) == 0
    release(cast.owner, candidate_of(who), now=now + DAY)
    assert erase_what_is_due(cast.organization.pk, now + DAY) == 1
    assert candidate_of(who).erased_at is not None
    assert Erasure.objects.get().origin == "candidate"


def test_time_announces_first_and_erases_two_weeks_later(cast: Cast, who: Invited, now: datetime) -> None:
    end = who.interview.ends_at + 180 * DAY
    assert look(cast, end - NOTICE - timedelta(minutes=1)) == 0
    assert look(cast, end - NOTICE) == 1
    coming = Erasure.objects.get()
    assert (coming.state, coming.origin, coming.due_at) == ("planned", "retention", end)
    assert erase_what_is_due(cast.organization.pk, end - timedelta(minutes=1)) == 0
    assert erase_what_is_due(cast.organization.pk, end) == 1
    assert candidate_of(who).erased_at == end
    assert erase_what_is_due(cast.organization.pk, end) == 0


def test_whoever_becomes_active_again_stays(cast: Cast, who: Invited, now: datetime) -> None:
    end = who.interview.ends_at + 180 * DAY
    look(cast, end - NOTICE)
    create_interview(cast, now=end - NOTICE)  # of somebody else: changes nothing
    Interview.objects.filter(pk=who.interview.pk).update(result_promised_at=end)
    assert look(cast, end - NOTICE + DAY) == 1
    assert Erasure.objects.get().state == "withdrawn"
    assert erase_what_is_due(cast.organization.pk, end + DAY) == 0


@pytest.mark.parametrize("deed", ["asks", "is promised a result"])
def test_whoever_becomes_active_after_the_last_look_stays(
    cast: Cast, who: Invited, now: datetime, deed: str
) -> None:
    end = who.interview.ends_at + 180 * DAY
    last = end - timedelta(hours=1)
    look(cast, end - NOTICE)
    if deed == "asks":
        who.link.expires_at = end
        ask(who.link, "？", now=last)
    else:
        Interview.objects.filter(pk=who.interview.pk).update(result_promised_at=last)
    erase_what_is_due(cast.organization.pk, end)
    assert candidate_of(who).erased_at is None
    assert Erasure.objects.get().state == "withdrawn"
    assert AuditEntry.objects.filter(action="candidate.erasure_withdrawn").count() == 1


def test_a_fetched_page_keeps_nobody(cast: Cast, who: Invited, now: datetime) -> None:
    Client().get(who.address)
    assert look(cast, who.interview.ends_at + 180 * DAY - NOTICE) == 1


def test_an_unanswered_question_stops_the_time(cast: Cast, who: Invited, now: datetime) -> None:
    ask(who.link, "？", now=now)
    assert look(cast, now + 4000 * DAY) == 0


def test_a_branch_may_keep_longer(cast: Cast, who: Invited, now: datetime) -> None:
    Branch.objects.filter(pk=cast.shanghai.pk).update(retention_days=365)
    assert look(cast, who.interview.ends_at + 180 * DAY) == 0
    assert look(cast, who.interview.ends_at + 365 * DAY - NOTICE) == 1


def test_many_go_slice_by_slice(cast: Cast, now: datetime) -> None:
    create_interviews(cast, 45, now=now)
    backdate(now)
    later = now + 200 * DAY
    assert look(cast, later) == 45
    done = [erase_what_is_due(cast.organization.pk, later + NOTICE) for _ in range(4)]
    assert done == [20, 20, 5, 0]
    assert Candidate.objects.filter(erased_at=None).count() == 0


def test_the_night_looks_once(cast: Cast, who: Invited, now: datetime) -> None:
    night = (now + 200 * DAY).replace(hour=19)  # 3 o'clock in Shanghai
    assert look_nightly(cast.organization.pk, night) == 0
    assert Erasure.objects.count() == 1
    seen = Organization.objects.get(pk=cast.organization.pk).retention_looked_at
    look_nightly(cast.organization.pk, night + timedelta(hours=1))
    assert Organization.objects.get(pk=cast.organization.pk).retention_looked_at == seen


def test_the_receipt_proves_itself(who: Invited, now: datetime) -> None:
    receipt = ask_erasure(candidate_of(who), now=now).receipt
    for typed in (receipt, grouped(receipt), grouped(receipt).lower()):
        assert all(finding.is_good for finding in proof.examine(typed)), typed
    assert not proof.examine("K7QM")[0].is_good
    assert not proof.examine("2" * 24)[0].is_good
    assert receipt not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_a_false_proof_is_found(who: Invited, now: datetime) -> None:
    receipt = ask_erasure(candidate_of(who), now=now).receipt
    Candidate.objects.filter(pk=candidate_of(who).pk).update(name="又回来了")
    assert [f.is_good for f in proof.examine(receipt)].count(False) == 1


#: Tables that lead to a candidate, over whatever other, and the holding that answers for each. A new one must be added
#: here and there.
_ANSWERED = {
    "hiring.Application": "applications",
    "hiring.ContactPoint": "addresses",
    "hiring.Correction": "corrections",
    "hiring.Erasure": "",  # ids and times of the erasure itself
    "interviews.Interview": "interviews",
    "interviews.Participant": "",  # the company's people
    "interviews.Response": "answers",
    "interviews.StatedReason": "reasons",
    "interviews.Need": "needs",
    "interviews.ArrivalSignal": "arrivals",
    "interviews.SurveyInvitation": "surveys",
    "interviews.SurveySigned": "surveys",
    "interviews.SurveyStop": "surveys",
    "interviews.RescheduleRequest": "requests",
    "interviews.Seat": "seats",
    "interviews.Change": "interviews",
    "interviews.Cadence": "",  # a moment
    "interviews.StepRecord": "",  # codes and moments
    "interviews.Digest": "",  # a user's
    "messaging.Notification": "messages",
    "messaging.Delivery": "messages",
    "messaging.DeliveryEvent": "",  # redacted when written
    "messaging.LabMessage": "messages",
    "messaging.AccessLink": "visits",
    "messaging.Visit": "visits",
    "messaging.Challenge": "visits",
    "messaging.Conversation": "conversation",
    "messaging.Message": "conversation",
    "messaging.Note": "notes",
    "messaging.Consultation": "consultations",
    "messaging.ReadMark": "",  # a moment
    "onboarding.Consent": "consents",
    "onboarding.Document": "onboarding_files",
    "onboarding.DocumentPiece": "onboarding_files",
    "onboarding.OnboardingAnswer": "onboarding",
    "onboarding.OnboardingCase": "onboarding",
    "results.Decision": "results",
    "results.Approval": "results",
    "results.Feedback": "results",
    "results.Escalation": "",  # a user's
    "results.Wait": "",  # a state and moments
    "results.ResultNotice": "results",
    "results.Scorecard": "scorecards",
    "results.ScorecardEntry": "scorecards",
    "results.ScorecardLink": "",  # the interviewer's
}


def test_every_table_that_leads_to_a_person_has_somebody_who_answers_for_it() -> None:
    kinds = {each.kind for each in holdings()}
    found = {model._meta.label for model in personal_models()} - {"hiring.Candidate"}
    assert found <= _ANSWERED.keys(), "say in hiring/holdings who exports and erases it"
    assert {kind for kind in _ANSWERED.values() if kind} <= kinds


# --- the officer's pages


@pytest.fixture
def officer(cast: Cast) -> Client:
    return sign_in_client(create_user(cast.organization, Role.PRIVACY_OFFICER, "隐私专员"))


def test_the_officer_sees_requests_and_nothing_of_interviews(officer: Client, who: Invited) -> None:
    assert officer.get("/").headers["Location"] == "/privacy"
    assert officer.get("/privacy").status_code == 200
    assert officer.get("/interviews").status_code == 403
    assert officer.get(f"/candidates/{candidate_of(who).pk}").status_code == 403


@pytest.mark.parametrize("role", ["recruiter", "lead", "interviewer", "auditor"])
def test_nobody_else_opens_these_pages(cast: Cast, who: Invited, role: str) -> None:
    client, person = sign_in_client(getattr(cast, role)), candidate_of(who).pk
    assert client.get("/privacy").status_code == 403
    for action in ("hold", "release", "export", "erase"):
        assert client.post(f"/privacy/people/{person}/{action}").status_code == 403
    assert candidate_of(who).erased_at is None


def test_a_person_is_found_by_name_without_a_name_in_the_address(officer: Client, who: Invited) -> None:
    page = officer.post("/privacy/find", {"name": "植入"}).content.decode()
    assert f"/privacy/people/{candidate_of(who).pk}" in page
    assert "没有这个姓名" in officer.post("/privacy/find", {"name": "无此人"}).content.decode()


def test_export_and_erasure_ask_for_the_password(officer: Client, who: Invited) -> None:
    person = f"/privacy/people/{candidate_of(who).pk}"
    assert officer.post(f"{person}/export", {"export-password": "wrong", "format": "json"}).status_code == 422
    assert officer.post(f"{person}/erase", {"erase-password": "wrong"}).status_code == 422
    good: dict[str, Any] = {"export-password": "quiet-river-lantern-42", "format": "json"}
    answer = officer.post(f"{person}/export", good)
    assert "欧阳植入" in answer.content.decode()
    page = officer.post(f"{person}/erase", {"erase-password": "quiet-river-lantern-42"}).content.decode()
    assert candidate_of(who).erased_at is not None
    assert "仅此一次" in page
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"candidate.exported", "candidate.erased"} <= actions
    assert officer.get(person).status_code == 200
    assert officer.get("/privacy").status_code == 200


def test_hold_and_release_by_page(officer: Client, who: Invited) -> None:
    person = f"/privacy/people/{candidate_of(who).pk}"
    assert officer.post(f"{person}/hold", {"reason": ""}).status_code == 422
    officer.post(f"{person}/hold", {"reason": "劳动争议"})
    assert candidate_of(who).hold_reason == "劳动争议"
    assert "劳动争议" in officer.get("/privacy").content.decode()
    officer.post(f"{person}/release")
    assert candidate_of(who).hold_reason == ""


def test_a_hold_that_comes_too_late_says_so_on_the_page(officer: Client, who: Invited, now: datetime) -> None:
    ask_erasure(candidate_of(who), now=now)
    person = f"/privacy/people/{candidate_of(who).pk}"
    page = officer.post(f"{person}/hold", {"reason": "劳动争议"}, follow=True).content.decode()
    assert "此人的资料已经删除" in page
    assert "解除保留之前" not in page
    assert candidate_of(who).hold_reason == ""


def test_an_erased_person_breaks_no_page(
    cast: Cast, recruiter_client: Client, who: Invited, now: datetime
) -> None:
    ask(who.link, "可以停车吗？", now=now)
    respond(who.link, Answer.DECLINED, "家里有事", now=now, was_confirmed=True)
    candidate = candidate_of(who)
    ask_erasure(candidate, now=now)
    for path in (
        "/interviews?day=any",
        f"/interviews/{who.interview.pk}",
        f"/candidates/{candidate.pk}",
        "/today",
    ):
        page = recruiter_client.get(path)
        assert page.status_code == 200, path
        assert "欧阳植入" not in page.content.decode()
    assert Client().get(who.address).status_code == 404
    assert LabMessage.objects.count() == 0
