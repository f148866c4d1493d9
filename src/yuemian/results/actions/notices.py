"""Write the letters of decisions, mend them, and say what speaks against each. Nothing is told by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from yuemian.accounts.models import User
from yuemian.domain.moves import check_move
from yuemian.domain.results import CHOICES, REASONED, LetterProblem, NoticeState, Outcome
from yuemian.domain.states import Purpose
from yuemian.messaging.actions.content import versions_by_round
from yuemian.messaging.models import TemplateVersion
from yuemian.results.feedback.reading import reviewed
from yuemian.results.models import Decision, ResultBatch, ResultNotice
from yuemian.results.notices import people
from yuemian.results.notices.checks import Checked, problems_of
from yuemian.results.notices.content import LetterText, opened_text, put, rule_of
from yuemian.results.notices.letters import Writer, shelf_of
from yuemian.results.notices.personal import Personal, personal_of, put_personal
from yuemian.trust import audit
from yuemian.trust.identifiers import uuid7
from yuemian.trust.live import announce
from yuemian.trust.vault import Vault

N, P = NoticeState, LetterProblem
#: What its author may still write on; what others look at comes back first.
OPEN: Final = (N.DRAFT, N.RETURNED, N.EXCLUDED, N.RECALLED)
LONGEST_SUBJECT: Final = 200
LONGEST_BODY: Final = 8000
LONGEST_STEP: Final = 400
_TEXT_FIELDS: Final = (
    *("text_sealed", "content_hash", "is_edited", "candidate_name", "contacts", "locale"),
    *("letter_id", "pointer_id", "is_correction", "problems"),
)


class NotLetPass(Exception):  # noqa: N818
    """This problem cannot be let pass: mend the letter, or what lies under it."""


class WrittenMeanwhile(Exception):  # noqa: N818
    """Somebody else has written on this letter since it was shown: read theirs, and write again."""


@dataclass(frozen=True)
class Prepared:
    """What came of it; `left_out` counts why some decisions have no letter now."""

    batch: ResultBatch | None
    count: int = 0
    left_out: Counter[str] = field(default_factory=Counter)


def prepare_notices(
    user: User, decision_ids: Collection[UUID], *, now: datetime, name: str = "", next_step: str = ""
) -> Prepared:
    """A draft for each of these decisions that holds and has none yet, together in one batch.

    However many there are, the number of statements is the same.
    """
    with transaction.atomic():
        mine = Decision.objects.filter(pk__in=decision_ids, organization_id=user.organization_id)
        # Whoever changes one of these decisions meanwhile waits, and then voids what is written here.
        list(mine.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
        found = people.current(list(mine.values_list("pk", flat=True)))
        known = set(
            ResultNotice.objects.live().filter(decision__in=found).values_list("decision_id", flat=True)
        )
        left_out = Counter(changed=len(set(decision_ids)) - len(found), has_notice=len(known))
        if len(known) == len(found):
            return Prepared(None, 0, +left_out)
        desk = _Desk(user, [each for each in found if each.pk not in known])
        batch = ResultBatch(
            id=uuid7(),
            organization_id=user.organization_id,
            name=name[:80],
            next_step=next_step[:LONGEST_STEP],
            created_by=user,
            created_at=now,
        )
        notices = [notice for each in desk.decisions if (notice := desk.draft(each, batch, now=now))]
        left_out += desk.left_out
        if not notices:
            return Prepared(None, 0, +left_out)
        batch.save(force_insert=True)
        desk.check(notices)
        ResultNotice.objects.bulk_create(notices, batch_size=500)
        record(user, "result.prepared", now, batch=batch, notices=notices)
    return Prepared(batch, len(notices), +left_out)


def edit_notice(
    user: User, notice_id: UUID, subject: str, body: str, *, now: datetime, seen: str = ""
) -> ResultNotice:
    """Another text for one person: it is a draft again, whatever others had said of it. `seen` is the hash, in hex, of
    the letter that was written on. Raises ForbiddenMove, and WrittenMeanwhile.
    """
    with transaction.atomic():
        (notice,) = locked(user, [notice_id])
        if seen and seen != bytes(notice.content_hash).hex():
            raise WrittenMeanwhile(WrittenMeanwhile.__doc__)
        back_to_draft([notice])
        vault = Vault(user.organization_id)
        old = opened_text(notice, vault)
        clean = body.replace("\r\n", "\n").strip()[:LONGEST_BODY]
        text = LetterText(
            subject.strip()[:LONGEST_SUBJECT], clean, old.original_subject, old.original_body, old.marked
        )
        notice.edited_by = user
        put(notice, text, vault)
        # A look that let something pass was a look at the former words.
        about_words = {str(each) for each in (P.OTHER_NAME, P.WRONG_LANGUAGE, P.FOREIGN_PART)}
        notice.accepted = [each for each in notice.accepted if each.partition(":")[0] not in about_words]
        recheck(user, [notice])
        notice.save(update_fields=["edited_by", "accepted", *_TEXT_FIELDS])
        record(user, "result.edited", now, notices=[notice])
    return notice


def set_personal(user: User, notice_id: UUID, personal: Personal, *, now: datetime) -> ResultNotice:
    """What comes next for this one person, and what a pass offers them; the letter is written anew with it.

    Without words of its own it says what its batch says. Raises ForbiddenMove.
    """
    with transaction.atomic():
        (notice,) = locked(user, [notice_id])
        back_to_draft([notice])
        is_pass = notice.outcome == Outcome.PASS
        kept = Personal(personal.next_step.strip()[:LONGEST_STEP], personal.offer if is_pass else "")
        put_personal(notice, kept, Vault(user.organization_id))
        notice.save(update_fields=["personal_sealed"])
        renew(user, [notice])
        record(user, "result.personal", now, notices=[notice], has_offer=bool(kept.offer))
    return notice


def rewrite_notices(user: User, notice_ids: Collection[UUID], *, now: datetime) -> int:
    """Write these anew from what the templates, the feedback and the people's data say now. Returns how many."""
    with transaction.atomic():
        notices = locked(user, notice_ids)
        back_to_draft(notices)
        renew(user, notices)
        record(user, "result.rewritten", now, notices=notices)
    return len(notices)


def accept_problem(user: User, notice_id: UUID, problem: str, *, now: datetime) -> ResultNotice:
    """Somebody has looked at it and lets it pass, by name. Raises NotLetPass and ForbiddenMove."""
    if problem.partition(":")[0] not in {str(each) for each in CHOICES}:
        raise NotLetPass(NotLetPass.__doc__)
    return _accept(user, notice_id, problem, now=now)


def explain_correction(user: User, notice_id: UUID, reason: str, *, now: datetime) -> ResultNotice:
    """Why the same person is told once more, or otherwise (R4): the letter becomes a correction and says so.

    Raises NotLetPass without a reason, or where nothing was told before.
    """
    with transaction.atomic():
        (notice,) = locked(user, [notice_id])
        told = [each for each in notice.problems if each in {str(code) for code in REASONED}]
        if not told or not reason.strip():
            raise NotLetPass(NotLetPass.__doc__)
        back_to_draft([notice])
        vault, key = Vault(user.organization_id), notice.candidate.key
        notice.correction_sealed = vault.seal(key, ResultNotice.CORRECTION, notice.pk, reason.strip()[:1000])
        notice.is_correction = True
        notice.accepted = sorted({*notice.accepted, *told})
        notice.save(update_fields=["correction_sealed", "is_correction", "accepted"])
        renew(user, [notice])
        record(user, "result.corrects", now, notices=[notice])
    return notice


def drop_notices(user: User, notice_ids: Collection[UUID], *, now: datetime) -> int:
    """Take letters back that nobody was told of; their decisions stay, and can have new ones. Returns how many."""
    with transaction.atomic():
        notices = [each for each in locked(user, notice_ids) if each.state in OPEN]
        ResultNotice.objects.filter(pk__in=[each.pk for each in notices]).update(state=N.VOID)
        record(user, "result.dropped", now, notices=notices)
    return len(notices)


def locked(user: User, notice_ids: Collection[UUID]) -> list[ResultNotice]:
    """In one order for everybody, so that no two wait for each other."""
    rows = ResultNotice.objects.filter(pk__in=notice_ids, organization_id=user.organization_id)
    list(rows.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    found: list[ResultNotice] = list(rows.select_related("candidate__key", "decision").order_by("pk"))
    return found


def back_to_draft(notices: Sequence[ResultNotice], *, came_back: str = "") -> None:
    """Raises ForbiddenMove for what has been released or is void."""
    for notice in notices:
        if notice.state != N.DRAFT:
            check_move(NoticeState, notice.state, N.DRAFT)
        notice.state, notice.came_back = N.DRAFT, came_back
    ids = [notice.pk for notice in notices]
    ResultNotice.objects.filter(pk__in=ids).update(state=N.DRAFT, came_back=came_back)


def renew(user: User, notices: Sequence[ResultNotice]) -> None:
    """Drafts are bound to what holds now; their words are the template's again. In the caller's transaction."""
    if not notices:
        return
    decisions = people.current([notice.decision_id for notice in notices])
    desk, by_id = _Desk(user, decisions), {notice.decision_id: notice for notice in notices}
    steps = dict(
        ResultBatch.objects.filter(pk__in={each.batch_id for each in notices}).values_list("pk", "next_step")
    )
    for decision in decisions:
        notice = by_id[decision.pk]
        desk.write(notice, decision, steps.get(notice.batch_id or decision.pk, ""))
    renewed = [by_id[decision.pk] for decision in decisions]
    desk.check(renewed)
    ResultNotice.objects.bulk_update(renewed, list(_TEXT_FIELDS), batch_size=500)


def rebind(user: User, notices: Sequence[ResultNotice]) -> None:
    """Before others look at drafts: what is not edited is written anew, what is keeps its words; all are checked."""
    renew(user, [each for each in notices if not each.is_edited])
    edited = [each for each in notices if each.is_edited]
    if not edited:
        return
    contacts = people.contacts_of([each.candidate_id for each in edited])
    vault, pointers = Vault(user.organization_id), _pointers(user.organization_id, edited)
    for notice in edited:
        notice.pointer = pointers.get(notice.decision_id) or notice.pointer
        notice.candidate_name = notice.candidate.name
        notice.contacts = contacts.get(notice.candidate_id, [])
        put(notice, opened_text(notice, vault), vault)
    recheck(user, edited)
    ResultNotice.objects.bulk_update(edited, list(_TEXT_FIELDS), batch_size=500)


def _pointers(organization_id: UUID, notices: Sequence[ResultNotice]) -> dict[UUID, TemplateVersion | None]:
    """Decision → the message that there is news, as it is worded now: nobody edits it by hand."""
    rows = Decision.objects.filter(pk__in=[each.decision_id for each in notices])
    rounds = dict(rows.values_list("pk", "interview__round"))
    current = versions_by_round(organization_id, Purpose.RESULT, set(rounds.values()))
    return {pk: current[round_name] for pk, round_name in rounds.items()}


def recheck(user: User, notices: Sequence[ResultNotice]) -> None:
    """Sets `problems` of notices whose texts stand; the caller saves."""
    if notices:
        decisions = people.current([notice.decision_id for notice in notices])
        _Desk(user, decisions).check(notices)


def record(
    user: User,
    action: str,
    now: datetime,
    *,
    notices: Sequence[ResultNotice],
    batch: ResultBatch | None = None,
    **details: Any,
) -> None:
    """One entry for one deed, with ids alone; open pages look again."""
    batch_id = batch.pk if batch else notices[0].batch_id if notices else None
    ids = [notice.pk for notice in notices]
    if not ids:
        return
    subject = ("result_batch", batch_id) if batch_id else ("result_notice", ids[0])
    audit.record(user.organization_id, user.actor, action, at=now, subject=subject, notices=ids, **details)
    announce(user.organization_id, "results", batch=batch_id)


def _accept(user: User, notice_id: UUID, problem: str, *, now: datetime) -> ResultNotice:
    with transaction.atomic():
        (notice,) = locked(user, [notice_id])
        back_to_draft([notice])
        notice.accepted = sorted({*notice.accepted, problem})
        recheck(user, [notice])
        notice.save(update_fields=["accepted", "problems"])
        record(user, "result.looked_at", now, notices=[notice], problem=problem)
    return notice


class _Desk:
    """Everything that writing letters for some decisions needs, read once."""

    def __init__(self, user: User, decisions: Sequence[Decision]) -> None:
        organization = user.organization
        self.user, self.decisions = user, decisions
        self.left_out: Counter[str] = Counter()
        self.vault, self.policy = Vault(organization.pk), rule_of(organization.pk).policy
        self.around = people.surroundings(decisions)
        self.shelf = shelf_of(organization.pk, {each.interview.round for each in decisions})
        self.writer = Writer(organization, self.policy)
        self.feedback = reviewed(decisions, self.vault)

    def draft(self, decision: Decision, batch: ResultBatch, *, now: datetime) -> ResultNotice | None:
        """Not saved yet; None, and counted, when there is no text for it."""
        round_name = decision.interview.round
        if self.shelf.letter(decision.outcome, round_name) is None:
            self.left_out["no_letter"] += 1
            return None
        if self.shelf.pointers[round_name] is None:
            self.left_out["no_pointer"] += 1
            return None
        notice = ResultNotice(
            id=uuid7(),
            organization_id=decision.organization_id,
            batch=batch,
            decision=decision,
            number=decision.number,
            application=decision.application,
            candidate=decision.application.candidate,
            outcome=decision.outcome,
            author=self.user,
            created_at=now,
        )
        self.write(notice, decision, batch.next_step)
        return notice

    def write(self, notice: ResultNotice, decision: Decision, next_step: str) -> None:
        """The template's words, bound to what holds now. A template that is gone leaves the former words."""
        round_name = decision.interview.round
        letter = self.shelf.letter(decision.outcome, round_name)
        pointer: TemplateVersion | None = self.shelf.pointers[round_name]
        if letter is None or pointer is None:
            return
        candidate = decision.application.candidate
        notice.candidate = candidate
        personal = personal_of(notice, self.vault)
        written = self.writer.write(
            decision,
            letter,
            self.around,
            feedback=self.feedback.get(decision.pk),
            personal=replace(personal, next_step=personal.next_step or next_step),
            is_correction=notice.is_correction,
        )
        notice.letter, notice.pointer, notice.locale = letter, pointer, written.locale
        notice.candidate_name = candidate.name
        notice.contacts = self.around.contacts.get(candidate.pk, [])
        notice.problems = list(written.problems)
        put(notice, written.text, self.vault)

    def check(self, notices: Sequence[ResultNotice]) -> None:
        told = {decision: each.text for decision, each in self.feedback.items()}
        checked = Checked(self.user.organization, self.decisions, self.around, told, self.policy, self.vault)
        found = problems_of(notices, checked)
        for notice in notices:
            notice.problems = [each for each in found[notice.pk] if each not in notice.accepted]
