"""From a pass to a form that is handed in: consents, entries, files, times; and what the database refuses itself."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.factories import Cast, create_interview, install_texts
from tests.onboarding.hostile import EICAR
from tests.onboarding.stories import (
    ACCOUNT,
    ENTRIES,
    IDENTITY,
    Hired,
    agree,
    fill_in,
    given,
    hire,
    keep,
    token_of,
)
from tests.results.factories import bring_to, create_decision, create_notice
from yuemian.domain.moves import MOVES
from yuemian.domain.onboarding import CaseState, DocumentState, Problem, Refusal, Review, Section
from yuemian.domain.onboarding.answers import identity_digit
from yuemian.domain.results import NoticeState, Outcome
from yuemian.domain.states import Purpose, Stage
from yuemian.messaging.models import Delivery, Notification
from yuemian.onboarding.actions import fill, review, tell
from yuemian.onboarding.actions.begin import CannotBegin, begin_onboarding
from yuemian.onboarding.actions.documents import keep_document, may_upload, remove_document
from yuemian.onboarding.actions.locking import Closed, ConsentMissing
from yuemian.onboarding.asking import consent_of, field_of
from yuemian.onboarding.checking import Checked
from yuemian.onboarding.listing import rows_of
from yuemian.onboarding.models import (
    Consent,
    Document,
    DocumentPiece,
    OnboardingAnswer,
    OnboardingCase,
    OnboardingPolicy,
)
from yuemian.onboarding.reading import read_case
from yuemian.onboarding.storage import read_pieces
from yuemian.onboarding.tasks import check_again, delete_what_is_over, remind_and_expire
from yuemian.results.signals import results_called_back, results_released
from yuemian.trust import audit
from yuemian.trust.vault import Unreadable, Vault

DAY = timedelta(days=1)
C = CaseState


@pytest.fixture
def hired(cast: Cast, now: datetime) -> Hired:
    return hire(cast, now=now)


def values(hired: Hired) -> dict[str, str]:
    case = hired.again()
    return {
        each.spec.key: each.value
        for each in read_case(case, Vault(case.organization_id)).fields
        if each.value
    }


def test_a_released_pass_begins_it_after_its_letter_and_calling_it_back_ends_it(
    cast: Cast, now: datetime
) -> None:
    install_texts(cast, Purpose.ONBOARDING, now=now)
    interview = create_interview(cast, now=now)
    interview.application.stage = Stage.DECIDED
    interview.application.save()
    decision = create_decision(interview, cast.recruiter, Outcome.PASS, now=now)
    notice = bring_to(
        create_notice(cast, decision, cast.recruiter, now=now), NoticeState.RELEASED, cast.lead, now=now
    )
    for _ in range(2):  # once, however often it is said
        results_released.send(None, notices=[notice], now=now)
    case = OnboardingCase.objects.get()
    (said,) = Notification.objects.filter(subject_id=case.pk)
    assert notice.leaves_at
    assert said.due_at > notice.leaves_at
    assert (case.state, case.application.stage) == (C.INVITED, Stage.ONBOARDING)
    agree(Hired(case, ""), Section.IDENTITY, now=now)
    fill.save_entries(case.pk, given({"id_number": IDENTITY}), pressed=Section.IDENTITY, now=now)
    results_called_back.send(None, notices=[notice], now=now)
    case = Hired(case, "").again()
    assert (case.state, case.deleted_at, case.application.stage) == (C.WITHDRAWN, now, Stage.INTERVIEWED)
    assert not OnboardingAnswer.objects.exists()
    assert truth(case)[2] is False


def truth(case: OnboardingCase) -> tuple[Any, ...]:
    from yuemian.onboarding.apps import TRUTH

    with connection.cursor() as cursor:
        cursor.execute(TRUTH, [[case.pk]])
        return tuple(cursor.fetchone())


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.HOLD, Outcome.ADVANCE, Outcome.PASS])
def test_nobody_is_asked_for_anything_without_a_released_pass(
    cast: Cast, now: datetime, outcome: Outcome
) -> None:
    install_texts(cast, Purpose.ONBOARDING, now=now)
    interview = create_interview(cast, now=now)
    decision = create_decision(interview, cast.recruiter, outcome, now=now)
    with pytest.raises(CannotBegin):
        begin_onboarding(cast.recruiter, interview.pk, now=now)
    if outcome is not Outcome.HOLD:
        notice = create_notice(cast, decision, cast.recruiter, now=now)
        bring_to(notice, NoticeState.RELEASED, cast.lead, now=now)
    if outcome is Outcome.PASS:
        assert begin_onboarding(cast.recruiter, interview.pk, now=now).notice_id
    else:
        with pytest.raises(CannotBegin):
            begin_onboarding(cast.recruiter, interview.pk, now=now)


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.HOLD, Outcome.ADVANCE])
def test_a_decision_after_another_round_of_the_application_counts(
    cast: Cast, now: datetime, outcome: Outcome
) -> None:
    """Who was rejected after the final round is not asked through the first one; who only went on may be, by hand."""
    install_texts(cast, Purpose.ONBOARDING, now=now)
    first, final = create_interview(cast, now=now), create_interview(cast, now=now, round="终试")
    final.application = first.application
    final.save(update_fields=["application"])
    create_decision(final, cast.recruiter, outcome, now=now)
    if outcome is Outcome.ADVANCE:
        assert begin_onboarding(cast.recruiter, first.pk, now=now).notice_id is None
        return
    with pytest.raises(CannotBegin):
        begin_onboarding(cast.recruiter, first.pk, now=now)


def test_whose_onboarding_ends_without_a_first_day_has_a_closed_application(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    """By the candidate, or by HR; it can be begun again."""
    fill.withdraw(hired.case.pk, now=now)
    assert hired.again().application.stage == Stage.CLOSED
    case = begin_onboarding(cast.recruiter, hired.case.interview_id, now=now)
    assert case.application.stage == Stage.ONBOARDING
    review.end(cast.recruiter, case.pk, now=now)
    assert hired.again().application.stage == Stage.CLOSED


def test_a_changed_mind_stops_the_message_below_every_action(
    cast: Cast, hired: Hired, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last look says so, and the database takes no further message, even from code that forgets to ask."""
    assert truth(hired.case)[2] is True
    create_decision(hired.case.interview, cast.recruiter, Outcome.REJECT, now=now)
    assert truth(hired.case)[2] is False
    with pytest.raises(tell.NotHired):
        tell.tell(hired.again(), tell.REMIND, due_at=now, now=now)
    monkeypatch.setattr(tell, "is_hired", lambda _: True)
    with pytest.raises(IntegrityError, match="released pass"), transaction.atomic():
        tell.tell(hired.again(), tell.REMIND, due_at=now, now=now)


def test_two_never_run_for_one_application(cast: Cast, hired: Hired, now: datetime) -> None:
    with pytest.raises(CannotBegin):
        begin_onboarding(cast.recruiter, hired.case.interview_id, now=now)
    fill.withdraw(hired.case.pk, now=now)
    assert begin_onboarding(cast.recruiter, hired.case.interview_id, now=now).pk != hired.case.pk


def test_the_database_knows_the_same_moves(hired: Hired, now: datetime) -> None:
    for old in C:
        for new in set(C) - {old}:
            case = hired.case
            with transaction.atomic():
                reach(case, old)
                with (
                    pytest.raises(IntegrityError) if new not in MOVES[C][old] else nothing(),
                    transaction.atomic(),
                ):
                    OnboardingCase.objects.filter(pk=case.pk).update(state=new, ended_at=ended(new, now))
                transaction.set_rollback(True)
                break_out = transaction.get_rollback()
                assert break_out


class nothing:  # noqa: N801
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def ended(state: C, now: datetime) -> datetime | None:
    return now if state in {C.COMPLETE, C.WITHDRAWN, C.EXPIRED} else None


WAYS = {
    C.INVITED: [],
    C.FILLING: [C.FILLING],
    C.SUBMITTED: [C.FILLING, C.SUBMITTED],
    C.RETURNED: [C.FILLING, C.SUBMITTED, C.RETURNED],
    C.COMPLETE: [C.FILLING, C.SUBMITTED, C.COMPLETE],
    C.WITHDRAWN: [C.WITHDRAWN],
    C.EXPIRED: [C.EXPIRED],
}


def reach(case: OnboardingCase, state: C) -> None:
    for step in WAYS[state]:
        OnboardingCase.objects.filter(pk=case.pk).update(state=step, ended_at=ended(step, case.created_at))


def test_everything_is_filled_in_sealed_and_handed_in(hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    case = hired.again()
    assert case.state == C.SUBMITTED
    assert values(hired)["id_number"] == IDENTITY
    assert values(hired)["bank_account"] == ACCOUNT
    sealed = b"".join(
        bytes(each) for each in OnboardingAnswer.objects.values_list("value_sealed", flat=True) if each
    )
    assert IDENTITY.encode() not in sealed
    with pytest.raises(Closed):
        fill.save_entries(case.pk, given(ENTRIES[Section.BASICS]), pressed=Section.BASICS, now=now)
    assert audit.verify(case.organization_id) is None


def test_what_is_wrong_is_named_and_the_rest_is_kept(hired: Hired, now: datetime) -> None:
    problems = fill.save_entries(
        hired.case.pk,
        given({"legal_name": "王小雨", "mobile": "12", "address": ""}),
        pressed=Section.BASICS,
        now=now,
    )
    assert problems == {"mobile": Problem.NOT_A_PHONE, "address": Problem.EMPTY}
    assert values(hired) == {"legal_name": "王小雨"}
    assert hired.again().state == C.FILLING
    assert "id_front" in fill.hand_in(hired.case.pk, now=now)


def test_nothing_of_a_section_is_taken_before_its_consent(hired: Hired, now: datetime) -> None:
    with pytest.raises(ConsentMissing):
        fill.save_entries(hired.case.pk, given({"id_number": IDENTITY}), pressed=Section.IDENTITY, now=now)
    assert may_upload(hired.case.pk, "id_front", now=now) is None
    with pytest.raises(IntegrityError, match="consent"), transaction.atomic():
        Document.objects.create(
            organization_id=hired.case.organization_id,
            case=hired.case,
            key="id_front",
            section="identity",
            state="ready",
            name_sealed=b"x",
            received_at=now,
        )


def test_a_consent_is_to_exactly_the_words_that_were_read(hired: Hired, now: datetime) -> None:
    words = consent_of(hired.case.organization_id, Section.BANK, "en")
    assert not fill.give_consent(hired.case.pk, words, "00" * 32, now=now)
    for _ in range(2):
        assert fill.give_consent(hired.case.pk, words, words.hash.hex(), now=now)
    consent = Consent.objects.get()
    assert bytes(consent.text_hash) == hashlib.sha256(f"bank\0{words.text}".encode()).digest()
    assert (consent.locale, consent.number, consent.given_at) == ("en", 0, now)
    assert "30 days" in words.text


def test_taking_a_consent_back_deletes_at_once_and_nothing_else(hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    assert fill.take_consent_back(hired.case.pk, Section.IDENTITY, now=now) == 3
    assert "id_number" not in values(hired)
    assert values(hired)["bank_account"] == ACCOUNT
    assert set(Document.objects.values_list("key", flat=True)) == {"degree"}
    assert set(DocumentPiece.objects.values_list("document__key", flat=True)) == {"degree"}
    assert hired.again().state == C.FILLING
    assert fill.take_consent_back(hired.case.pk, Section.IDENTITY, now=now) == 0


def test_withdrawing_leaves_nothing_but_that_it_happened(hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    fill.withdraw(hired.case.pk, now=now)
    fill.withdraw(hired.case.pk, now=now)
    assert not OnboardingAnswer.objects.exists()
    assert not DocumentPiece.objects.exists()
    assert hired.again().state == C.WITHDRAWN
    assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_files_are_sealed_in_pieces_that_hold_together(hired: Hired, now: datetime) -> None:
    agree(hired, Section.IDENTITY, now=now)
    content = bytes(range(256)) * 10_000
    keep(hired, "id_front", now=now, content=content)
    document = Document.objects.get()
    key, vault = hired.again().application.candidate.key, Vault(hired.case.organization_id)
    pieces = list(DocumentPiece.objects.order_by("number"))
    assert len(pieces) == 3
    assert read_pieces(vault, key, document) == content
    assert max(len(bytes(each.data_sealed)) for each in pieces) < 1024 * 1024 + 64

    def broken(change: Any) -> None:
        with transaction.atomic():
            change()
            with pytest.raises(Unreadable):
                read_pieces(vault, key, document)
            transaction.set_rollback(True)

    def swap() -> None:
        rows = [bytes(each.data_sealed) for each in pieces]
        DocumentPiece.objects.all().delete()
        for number, data in enumerate([rows[1], rows[0], rows[2]]):
            write(document, number, data)

    broken(swap)
    broken(lambda: DocumentPiece.objects.filter(number=2).delete())
    broken(lambda: DocumentPiece.objects.all().delete())


def write(document: Document, number: int, data: bytes) -> None:
    DocumentPiece.objects.create(
        organization_id=document.organization_id, document=document, number=number, data_sealed=data
    )


def test_a_new_file_takes_the_place_of_the_old_one_and_several_certificates_stand_beside_each_other(
    hired: Hired, now: datetime
) -> None:
    agree(hired, Section.IDENTITY, Section.EDUCATION, now=now)
    for _ in range(3):
        keep(hired, "id_front", now=now)
        keep(hired, "degree", now=now)
    assert Document.objects.filter(key="id_front").count() == 1
    assert Document.objects.filter(key="degree").count() == 3
    remove_document(hired.case.pk, Document.objects.filter(key="degree")[0].pk, now=now)
    assert Document.objects.filter(key="degree").count() == 2


def test_ten_files_are_the_most(hired: Hired, now: datetime) -> None:
    agree(hired, Section.EDUCATION, now=now)
    for _ in range(10):
        keep(hired, "degree", now=now, content=b"x")
    spec = field_of(hired.case.branch, "degree")
    assert spec
    checked = Checked(b"x", "image/jpeg", 1)
    assert keep_document(hired.case.pk, spec, "a.jpg", checked, now=now) is Refusal.TOO_MANY
    refused = Document.objects.get(state=DocumentState.REFUSED)
    assert (refused.refusal, refused.pieces.count()) == ("too_many", 0)
    assert keep_document(hired.case.pk, spec, "a.jpg", Checked(refusal=Refusal.ENCRYPTED), now=now)
    assert (
        Document.objects.filter(state=DocumentState.REFUSED).count() == 1
    )  # the last refusal alone is shown


def test_without_a_scanner_files_wait_and_are_never_served(cast: Cast, hired: Hired, now: datetime) -> None:
    OnboardingPolicy.objects.update(needs_scanner=True)
    fill_in(hired, now=now)
    document = Document.objects.filter(key="id_front").get()
    assert document.state == DocumentState.CHECKING
    with pytest.raises(Document.DoesNotExist):
        review.look_at(cast.recruiter, document.pk, now=now)
    with pytest.raises(review.NotReady):
        review.complete(cast.recruiter, hired.case.pk, now=now)
    assert check_again(cast.organization.pk, now) == 0
    OnboardingPolicy.objects.update(needs_scanner=False)
    assert [check_again(cast.organization.pk, now) for _ in range(4)] == [1, 1, 1, 0]
    review.complete(cast.recruiter, hired.case.pk, now=now)
    assert hired.again().state == C.COMPLETE


def test_hr_sends_back_and_what_was_right_stays(cast: Cast, hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    review.accept(cast.recruiter, hired.case.pk, "bank_account", now=now)
    assert review.send_back(cast.recruiter, hired.case.pk, {"id_number": "号码看不清"}, now=now + DAY)
    case = hired.again()
    assert (case.state, case.revision) == (C.RETURNED, 2)
    assert case.deadline_at >= now + 15 * DAY
    said = Notification.objects.filter(subject_id=case.pk).latest("created_at")
    assert (said.subject_revision, said.occurrence) == (2, 1)
    fresh = {each.spec.key: each for each in read_case(case, Vault(case.organization_id)).fields}
    assert (fresh["id_number"].review, fresh["id_number"].comment) == (Review.RETURNED, "号码看不清")
    (row,) = rows_of([case])
    assert (row.done, row.asked) == (9, 10)  # as the case's own page counts
    assert read_case(case, Vault(case.organization_id)).done == row.done
    assert fill.hand_in(case.pk, now=now + DAY) == ["id_number"]
    other = given({"bank_name": "工商银行", "bank_account": "6217000010000000000"})
    assert "bank_account" in fill.save_entries(case.pk, other, pressed=Section.BANK, now=now + DAY)
    assert values(hired)["bank_account"] == ACCOUNT
    fill.save_entries(
        case.pk, given({"id_number": "440524188001010014"}), pressed=Section.IDENTITY, now=now + DAY
    )
    assert fill.hand_in(case.pk, now=now + DAY) == ["id_number"]  # still the one that was sent back
    first = "11010519900101003"
    right = first + identity_digit(first)
    fill.save_entries(case.pk, given({"id_number": right}), pressed=Section.IDENTITY, now=now + DAY)
    assert fill.hand_in(case.pk, now=now + DAY) == []


def test_who_was_complete_is_being_onboarded_again_when_something_is_sent_back(
    cast: Cast, hired: Hired, now: datetime
) -> None:
    fill_in(hired, now=now)
    application = hired.again().application
    application.stage = Stage.ONBOARDING
    application.save()
    review.complete(cast.recruiter, hired.case.pk, now=now)
    assert hired.again().application.stage == Stage.ONBOARDED
    review.send_back(cast.recruiter, hired.case.pk, {"bank_account": "卡号已注销"}, now=now + DAY)
    case = hired.again()
    assert (case.state, case.application.stage, case.ended_at) == (C.RETURNED, Stage.ONBOARDING, None)


@pytest.mark.parametrize("outcome", [Outcome.REJECT, Outcome.HOLD, Outcome.PASS])
def test_what_is_decided_later_of_another_round_ends_the_asking(
    cast: Cast, hired: Hired, now: datetime, outcome: Outcome
) -> None:
    """Begun by hand, nothing being decided. A pass that nobody was told of asks nothing either; nobody else waits."""
    fill_in(hired, now=now)
    assert truth(hired.case)[3] is True
    silent, other = hire(cast, now=now), hire(cast, now=now)
    for each in (hired, silent):
        final = create_interview(cast, now=now, round="终试")
        final.application = each.again().application
        final.save(update_fields=["application"])
        create_decision(final, cast.recruiter, outcome, now=now)
    assert (truth(silent.case)[2], truth(other.case)[2]) == (False, True)
    assert remind_and_expire(cast.organization.pk, now + 3 * DAY) == 2
    said = Notification.objects.filter(purpose=Purpose.ONBOARDING)
    assert said.filter(subject_id=silent.case.pk).count() == 1
    assert said.filter(subject_id=other.case.pk).count() == 2
    with pytest.raises(tell.NotHired):
        review.send_back(cast.recruiter, hired.case.pk, {"bank_account": "卡号已注销"}, now=now + DAY)
    assert hired.again().state == C.SUBMITTED
    remind_and_expire(cast.organization.pk, now + 14 * DAY)
    with pytest.raises(tell.NotHired):
        review.reopen(cast.recruiter, silent.case.pk, until=now + 30 * DAY, now=now + 15 * DAY)
    assert silent.again().state == C.EXPIRED


def test_a_pass_that_is_released_after_a_later_rejection_asks_for_nothing(cast: Cast, now: datetime) -> None:
    """And the release is none the worse for it."""
    install_texts(cast, Purpose.ONBOARDING, now=now)
    first, final = create_interview(cast, now=now), create_interview(cast, now=now, round="终试")
    final.application = first.application
    final.save(update_fields=["application"])
    decision = create_decision(first, cast.recruiter, Outcome.PASS, now=now)
    create_decision(final, cast.recruiter, Outcome.REJECT, now=now + DAY)
    notice = create_notice(cast, decision, cast.recruiter, now=now)
    results_released.send(
        None, notices=[bring_to(notice, NoticeState.RELEASED, cast.lead, now=now)], now=now + DAY
    )
    assert not OnboardingCase.objects.exists()


def test_a_reminder_comes_once_and_the_deadline_ends_it(cast: Cast, hired: Hired, now: datetime) -> None:
    organization = cast.organization.pk
    assert remind_and_expire(organization, now + 3 * DAY - timedelta(minutes=1)) == 0
    assert remind_and_expire(organization, now + 3 * DAY) == 1
    assert remind_and_expire(organization, now + 4 * DAY) == 0
    assert Notification.objects.filter(subject_id=hired.case.pk).count() == 2
    assert Delivery.objects.filter(notification__subject_id=hired.case.pk).count() >= 2
    assert remind_and_expire(organization, now + 14 * DAY) == 1
    case = hired.again()
    assert (case.state, case.delete_at) == (C.EXPIRED, now + 44 * DAY)
    assert review.reopen(cast.recruiter, case.pk, until=now + 30 * DAY, now=now + 15 * DAY)
    case = hired.again()
    assert (case.state, case.delete_at, case.ended_at) == (C.FILLING, None, None)
    assert token_of(case) != hired.token


def test_what_nobody_needs_any_more_is_deleted_by_night(cast: Cast, hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    review.complete(cast.recruiter, hired.case.pk, now=now)
    review.set_first_day(cast.recruiter, hired.case.pk, (now + 10 * DAY).date(), now=now)
    due = hired.again().delete_at
    assert due
    assert now + 39 * DAY < due <= now + 40 * DAY
    assert delete_what_is_over(cast.organization.pk, due - timedelta(minutes=1)) == 0
    assert delete_what_is_over(cast.organization.pk, due) == 1
    assert delete_what_is_over(cast.organization.pk, due) == 0
    assert not OnboardingAnswer.objects.exists()
    assert not DocumentPiece.objects.exists()
    assert hired.again().state == C.COMPLETE
    assert hired.again().application.stage in {Stage.ONBOARDED, Stage.SCREENED, Stage.INVITED}


def test_nothing_of_a_form_stands_in_the_audit(cast: Cast, hired: Hired, now: datetime) -> None:
    fill_in(hired, now=now)
    review.unmask(cast.recruiter, hired.case.pk, "contract", now=now)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(details::text, ' ') FROM trust_auditentry")
        (said,) = cursor.fetchone()
    for secret in (IDENTITY, ACCOUNT, "王小雨", "王女士", "世纪大道", EICAR.decode()):
        assert secret not in said
