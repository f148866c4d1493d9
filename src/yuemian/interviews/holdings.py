"""What interviews hold about a person: appointments, and the answers given to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.round_name import round_in
from yuemian.domain.slots import RequestState
from yuemian.domain.states import Answer, Attendance
from yuemian.domain.when import present
from yuemian.hiring.holdings import Held, Holding, moment
from yuemian.hiring.models import Candidate
from yuemian.interviews.actions.erased import cancel_for_erasure
from yuemian.interviews.actions.seats import give_back_all
from yuemian.interviews.models import Cadence, Change, Interview, RescheduleRequest, Response, Seat
from yuemian.messaging.actions.forget import forget_told
from yuemian.trust.vault import Unreadable, Vault

_ANSWERS = {
    Answer.NEEDS_ACTION: word("answer", "No answer yet"),
    Answer.ACCEPTED: word("answer", "Coming"),
    Answer.DECLINED: word("answer", "Not coming"),
    Answer.RESCHEDULE_REQUESTED: word("answer", "Another time, please"),
}
_REQUESTS = {
    RequestState.OPEN: word("request", "Waits for us"),
    RequestState.ACCEPTED: word("request", "Accepted"),
    RequestState.DECLINED: word("request", "Not possible"),
    RequestState.WITHDRAWN: word("request", "Taken back"),
    RequestState.EXPIRED: word("request", "Over"),
}
_ATTENDANCE = {
    Attendance.ATTENDED: word("attendance", "Came"),
    Attendance.NO_SHOW: word("attendance", "Did not come"),
    Attendance.EXCUSED: word("attendance", "Excused"),
}


def _interviews(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    locale = get_language() or "en"
    held = []
    found = Interview.objects.filter(application__candidate=candidate).select_related("application__job")
    for each in found.order_by("starts_at"):
        title, round_name = each.application.job.title_in(locale), round_in(each.round, locale)
        when = _("A time of your choice")
        if each.is_settled:
            when = present(each.starts_at, each.time_zone, locale, duration=each.duration).full
        said = [when, f"{title} {round_name}", str(_ANSWERS[Answer(each.answer)])]
        if each.attendance in _ATTENDANCE:
            said.append(str(_ATTENDANCE[Attendance(each.attendance)]))
        data = {
            "job": title,
            "round": round_name,
            "starts_at": each.starts_at if each.is_settled else None,
            "choose_by": None if each.is_settled else each.starts_at,
            "time_zone": each.time_zone,
            "place": each.place_name,
            "state": each.state,
            "answer": each.answer,
            "answered_at": each.answered_at,
            "attendance": each.attendance,
        }
        held.append(Held(" · ".join(said), data))
    return held


def _forget_interviews(candidate_ids: Collection[UUID], now: datetime) -> int:
    """What is still to come does not take place, and who would have waited hears so. Reasons may name people."""
    theirs = Interview.objects.filter(application__candidate__in=candidate_ids)
    Change.objects.filter(interview__in=theirs).exclude(reason="").update(reason="")
    Cadence.objects.filter(interview__in=theirs).update(next_at=None, is_waiting=False)
    # First: what tells that they are called off names nobody, and is to leave.
    forget_told(list(theirs.values_list("pk", flat=True)), now=now)
    cancel_for_erasure(candidate_ids, now=now)
    return theirs.update(fingerprint=None)


def _opened(
    candidate: Candidate, vault: Vault, place: str, row: UUID, sealed: bytes | memoryview | None
) -> str:
    try:
        return vault.open(candidate.key, place, row, sealed) if sealed is not None else ""
    except Unreadable:
        return ""


def _answers(candidate: Candidate, vault: Vault) -> list[Held]:
    held = []
    for each in Response.objects.filter(interview__application__candidate=candidate).order_by("at"):
        note = _opened(candidate, vault, Response.PLACE, each.pk, each.note_sealed)
        said = [moment(candidate, each.at), str(_ANSWERS[Answer(each.answer)]), *([note] if note else [])]
        held.append(Held(" · ".join(said), {"at": each.at, "answer": each.answer, "note": note}))
    return held


def _requests(candidate: Candidate, vault: Vault) -> list[Held]:
    """What they wrote with it stands in the answer that came with it."""
    locale = get_language() or "en"
    theirs = RescheduleRequest.objects.filter(interview__application__candidate=candidate)
    held = []
    for each in theirs.select_related("interview").order_by("at"):
        times = [present(start, each.interview.time_zone, locale).full for start in each.times]
        said = [moment(candidate, each.at), str(_REQUESTS[RequestState(each.state)]), *times]
        note = _opened(candidate, vault, RescheduleRequest.PLACE, each.pk, each.note_sealed)
        data = {"at": each.at, "times": each.times, "state": each.state, "decided_at": each.decided_at}
        held.append(Held(" · ".join([*said, *([note] if note else [])]), data | {"note": note}))
    return held


def _forget_requests(candidate_ids: Collection[UUID], now: datetime) -> int:
    """Nobody decides them any more."""
    theirs = RescheduleRequest.objects.filter(interview__application__candidate__in=candidate_ids)
    theirs.filter(state=RequestState.OPEN).update(
        state=RequestState.WITHDRAWN, is_counted=False, decided_at=now, held_until=None
    )
    return theirs.update(note_sealed=None)


def _seats(candidate: Candidate, vault: Vault) -> list[Held]:  # noqa: ARG001
    locale = get_language() or "en"
    theirs = Seat.objects.filter(interview__application__candidate=candidate).select_related(
        "slot", "interview"
    )
    held = []
    for each in theirs.order_by("slot__starts_at"):
        words = _("kept for you for the time being") if each.held_until else _("booked for you")
        when = present(each.slot.starts_at, each.interview.time_zone, locale).full
        data = {"starts_at": each.slot.starts_at, "taken_at": each.taken_at, "held_until": each.held_until}
        held.append(Held(f"{when} · {words}", data))
    return held


def _forget_seats(candidate_ids: Collection[UUID], now: datetime) -> int:
    """What is still to come is free for others."""
    return give_back_all(candidate_ids, now)


HOLDINGS = (
    Holding(
        "interviews",
        gettext_lazy("Your interviews"),
        gettext_lazy("To arrange the interview with you and with those who meet you."),
        _interviews,
        _forget_interviews,
        activity_sql="""
            SELECT a.candidate_id, greatest(i.created_at, i.starts_at + i.duration, i.result_promised_at)
            FROM interviews_interview i JOIN hiring_application a ON a.id = i.application_id""",
    ),
    Holding(
        "answers",
        gettext_lazy("What you answered"),
        gettext_lazy("To know whether you come, or which time suits you."),
        _answers,
        activity_sql="""
            SELECT a.candidate_id, r.at FROM interviews_response r
            JOIN interviews_interview i ON i.id = r.interview_id
            JOIN hiring_application a ON a.id = i.application_id""",
    ),
    Holding(
        "requests",
        gettext_lazy("Other times you asked for"),
        gettext_lazy("To find a time that suits you."),
        _requests,
        _forget_requests,
    ),
    Holding(
        "seats",
        gettext_lazy("Times that are kept for you"),
        gettext_lazy("So that nobody else gets your time."),
        _seats,
        _forget_seats,
    ),
)
