"""What keeps letters from being submitted, read for a whole batch in a few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from yuemian.accounts.models import Organization
from yuemian.domain.feedback.checking import split
from yuemian.domain.languages import is_chinese
from yuemian.domain.results import ApprovalPolicy, LetterProblem, Outcome
from yuemian.domain.results.checking import (
    Letter,
    Told,
    cross_talk,
    is_in_script,
    said_before,
    same_names,
    shared_contacts,
)
from yuemian.messaging.reach import available_channels
from yuemian.results.models import Decision, ResultNotice
from yuemian.results.notices import people
from yuemian.results.notices.content import readable
from yuemian.results.notices.letters import newest_letters, reasons_told
from yuemian.results.notices.people import Surroundings
from yuemian.results.notices.reach import ways_to
from yuemian.trust.vault import Vault

P = LetterProblem


class Checked(NamedTuple):
    """What problems are looked for with. `decisions` are those of the notices, `feedback` by decision."""

    organization: Organization
    decisions: Sequence[Decision]
    around: Surroundings
    feedback: Mapping[UUID, str]
    policy: ApprovalPolicy
    vault: Vault


def problems_of(notices: Sequence[ResultNotice], checked: Checked) -> dict[UUID, list[str]]:
    """Notice → problems, a code each, some followed by a colon and what they are about (an id, a placeholder)."""
    decisions = {each.pk: each for each in checked.decisions}
    texts = readable(notices, checked.vault)
    letters = [
        _letter(notice, decisions[notice.decision_id], texts[notice.pk].body)
        for notice in notices
        if notice.decision_id in decisions and notice.pk in texts
    ]
    batch = _together(notices, letters)
    jobs = {
        decisions[each.decision_id].application.job_id for each in notices if each.decision_id in decisions
    }
    talk = cross_talk(letters, people.names_around(jobs))
    same = same_names(batch)
    owners = people.owners_of({contact for each in letters for contact in each.contacts})
    shared = shared_contacts(letters, owners)
    newest = newest_letters({each.letter_id for each in notices})
    unreached = unreached_among(notices, checked.organization)
    found = {}
    for notice in notices:
        problems = [*same.get(notice.pk, []), *shared.get(notice.pk, [])]
        if notice.pk in unreached:
            problems.append(str(P.NO_CONTACT))
        if notice.pk in texts and texts[notice.pk].body:
            problems += talk.get(notice.pk, [])
        else:
            problems += [each for each in notice.problems if each.startswith(P.MISSING_PART)]
        if notice.letter_id not in newest:
            problems.append(str(P.LETTER_CHANGED))
        if notice.decision_id in decisions:
            body = texts[notice.pk].body if notice.pk in texts else ""
            problems += _of_decision(notice, decisions[notice.decision_id], body, checked)
        found[notice.pk] = sorted(set(problems))
    return found


def _of_decision(notice: ResultNotice, decision: Decision, body: str, checked: Checked) -> list[str]:
    problems = []
    told_in = checked.around.feedback_locales.get(decision.pk) if checked.feedback.get(decision.pk) else None
    is_other = told_in is not None and is_chinese(told_in) != is_chinese(notice.locale)
    if (
        notice.locale != decision.application.candidate.locale
        or is_other
        or not is_in_script(body, notice.locale)
    ):
        problems.append(str(P.WRONG_LANGUAGE))
    problems += of_former_words(notice, decision, checked.around)
    if not is_other and _has_english_part(notice, decision, body, checked):
        problems.append(str(P.FOREIGN_PART))
    if _keeps_reasons(notice, decision, checked.around):
        problems.append(str(P.NO_REASON))
    is_wanted = checked.policy.wants_feedback and notice.outcome == Outcome.REJECT
    if is_wanted and not checked.feedback.get(decision.pk):
        problems.append(str(P.NO_FEEDBACK))
    return problems


def of_former_words(notice: ResultNotice, decision: Decision, around: Surroundings) -> list[str]:
    """What its person was told before, is to be told of a later round, or is expected at, and does not go with it."""
    told = around.told.get(notice.application_id, [])
    earlier = said_before(told, Told(decision.interview_id, Outcome(notice.outcome)))
    problems = [str(earlier)] if earlier is not None else []
    if decision.pk in around.overtaken:
        problems.append(str(P.OVERTAKEN))
    return [*problems, str(P.TO_COME)] if decision.pk in around.going_on else problems


def unreached_among(notices: Sequence[ResultNotice], organization: Organization) -> set[UUID]:
    """Those whose people no message can tell of news. Where no channel is set up at all, the release says so."""
    channels = available_channels(organization)
    if not channels:
        return set()
    return {each.pk for each in notices} - ways_to(notices, organization, channels).keys()


def _has_english_part(notice: ResultNotice, decision: Decision, body: str, checked: Checked) -> bool:
    """Feedback and reasons are written in Chinese or English alone: in other letters their sentences are foreign, as
    long as they stand there."""
    if is_chinese(notice.locale) or notice.locale == "en":
        return False
    feedback = (piece.text for piece in split(checked.feedback.get(decision.pk, "")))
    return any(each in body for each in (*reasons_told(decision, notice.locale, checked.around), *feedback))


def _keeps_reasons(notice: ResultNotice, decision: Decision, around: Surroundings) -> bool:
    """Whether a rejection has reasons that are told, and says none: they have no words in its language."""
    reasons = [around.reasons[each] for each in decision.reasons if each in around.reasons]
    is_told = notice.outcome == Outcome.REJECT and any(each.told or each.told_en for each in reasons)
    return is_told and not reasons_told(decision, notice.locale, around)


def _together(notices: Sequence[ResultNotice], letters: list[Letter]) -> list[Letter]:
    """The letters, and the rest of their batches by name alone: who is called the same may not be among these."""
    batches = {notice.batch_id for notice in notices if notice.batch_id}
    rest = ResultNotice.objects.live().filter(batch__in=batches)
    rest = rest.exclude(pk__in=[each.id for each in letters])
    names = rest.values_list("pk", "candidate_id", "candidate_name")
    return [*letters, *(Letter(pk, person, name, "", "") for pk, person, name in names if name)]


def _letter(notice: ResultNotice, decision: Decision, body: str) -> Letter:
    interview, job = decision.interview, decision.application.job
    branch, contact = interview.branch, interview.contact
    facts = (job.title, job.title_en, branch.name, branch.name_en, contact.name if contact else "")
    return Letter(
        notice.pk,
        notice.candidate_id,
        notice.candidate_name,
        body,
        notice.locale,
        frozenset(notice.contacts),
        facts,
    )
