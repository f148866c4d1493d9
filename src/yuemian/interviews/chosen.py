"""Reads the interviews chosen for a send, with all that deciding and planning need, in two statements.

Plain values instead of models: nine objects per interview would cost more than everything else a send does.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from yuemian.domain.states import TOLD, WAITING, Channel, Purpose
from yuemian.hiring.models import ContactState
from yuemian.interviews.facts import InterviewFacts
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.messaging.actions.plan import Addressee
from yuemian.trust import columns
from yuemian.trust.beside import Answer, Wire

#: First the fields of InterviewFacts, in their order; then what `_chosen` takes apart.
_PEOPLE = """
SELECT
    interview.answer, interview.round, interview.starts_at, interview.duration, interview.time_zone, interview.mode,
    interview.place_name, interview.place_address, interview.video_link, interview.materials, interview.flow,
    interview.state <> 'draft' AND NOT interview.is_untimed,
    candidate.name, candidate.time_zone, job.title, job.title_en, branch.name, branch.name_en,
    coalesce(contact.name, ''), coalesce(contact.phone, ''), coalesce(contact.email, ''),
    interview.id, interview.revision, interview.state, interview.application_id, candidate.locale, branch.locale,
    candidate.id, key.id, key.number, key.wrapped, key.wrapped_by
FROM unnest(%(ids)s::uuid[]) WITH ORDINALITY AS wanted (id, place)
JOIN interviews_interview AS interview
    ON interview.id = wanted.id AND interview.organization_id = %(organization)s::uuid
JOIN hiring_application AS application
    ON application.id = interview.application_id AND application.organization_id = interview.organization_id
JOIN hiring_candidate AS candidate
    ON candidate.id = application.candidate_id AND candidate.organization_id = interview.organization_id
JOIN trust_key AS key ON key.id = candidate.key_id AND key.organization_id = interview.organization_id
JOIN hiring_job AS job ON job.id = application.job_id AND job.organization_id = interview.organization_id
JOIN accounts_branch AS branch
    ON branch.id = interview.branch_id AND branch.organization_id = interview.organization_id
LEFT JOIN accounts_user AS contact
    ON contact.id = interview.recruiter_id AND contact.organization_id = interview.organization_id
ORDER BY wanted.place
"""
#: Apart from the people: joined to each of them, it walks the organization's whole index once per person while the
#: table has no statistics yet, as right after the first import. Of several addresses for one channel the newest comes
#: last, and counts.
_REACH = """
SELECT candidate_id, channel, id
FROM hiring_contactpoint
WHERE candidate_id = ANY(%(candidates)s::uuid[]) AND organization_id = %(organization)s::uuid
    AND state = %(active)s::text
ORDER BY created_at, id
"""
#: What was said of a purpose about each revision. The states are those of a person who heard or is about to hear.
_SAID = """
SELECT n.subject_id, n.subject_revision, max(n.occurrence), bool_or(EXISTS (
    SELECT FROM messaging_delivery d WHERE d.notification_id = n.id AND d.state = ANY(%(heard)s::text[])))
FROM messaging_notification n
WHERE n.subject_id = ANY(%(ids)s::uuid[]) AND n.subject_kind = %(kind)s::text AND n.purpose = %(purpose)s::text
GROUP BY n.subject_id, n.subject_revision
"""
_HEARD = [str(state) for state in TOLD | WAITING]
_FACTS = len(InterviewFacts._fields)
_CANDIDATE = _FACTS + 6
_CHANNEL = {str(channel): channel for channel in Channel}


class Chosen(NamedTuple):
    """One chosen interview and its candidate."""

    id: UUID
    revision: int
    state: str
    application_id: UUID
    #: The candidate's language, then the branch's.
    locales: tuple[str, str]
    candidate: Addressee
    #: Channel → contact point in use.
    contact_points: Mapping[Channel, UUID]
    facts: InterviewFacts

    @property
    def ends_at(self) -> datetime:
        return self.facts.starts_at + self.facts.duration


class Said(NamedTuple):
    """What was said of one purpose about an interview's current revision: how often, and whether anybody heard."""

    times: int
    is_told: bool


def said_before(revisions: Mapping[UUID, int], purpose: Purpose) -> dict[UUID, Said]:
    """By interview; those about which nothing was said are missing."""
    return _said(_ask_said(revisions, purpose, Wire()), revisions)


def _ask_said(interview_ids: Collection[UUID], purpose: Purpose, wire: Wire) -> Answer:
    values = {
        "ids": columns.uuids(list(interview_ids)),
        "kind": SUBJECT_KIND,
        "purpose": str(purpose),
        "heard": _HEARD,
    }
    return wire.ask(_SAID, values)


def _said(answer: Answer, revisions: Mapping[UUID, int]) -> dict[UUID, Said]:
    return {
        subject_id: Said(times, is_told)
        for subject_id, revision, times, is_told in answer.rows()
        if revisions.get(subject_id) == revision
    }


def already_told(revisions: Mapping[UUID, int], purpose: Purpose) -> set[UUID]:
    """Interviews whose candidate heard (or is about to hear) this purpose about the current revision."""
    return {id_ for id_, said in said_before(revisions, purpose).items() if said.is_told}


class Asked(NamedTuple):
    """What was asked about chosen interviews, answered by PostgreSQL and not read yet."""

    people: Answer
    reach: Answer
    said: Answer | None = None

    def chosen(self) -> list[Chosen]:
        """In the order asked for, each once."""
        people = self.people.rows()
        reach: dict[UUID, dict[Channel, UUID]] = {row[_CANDIDATE]: {} for row in people}
        for candidate_id, channel, point_id in self.reach.rows():
            reach[candidate_id][_CHANNEL[channel]] = point_id
        return [_chosen(row, reach[row[_CANDIDATE]]) for row in people]

    def with_said(self) -> tuple[list[Chosen], dict[UUID, Said]]:
        """The same, and what was said before of the purpose asked about."""
        chosen = self.chosen()
        assert self.said is not None, "no purpose was asked about"
        return chosen, _said(self.said, {each.id: each.revision for each in chosen})


def ask_chosen(
    wire: Wire, organization_id: UUID, interview_ids: Collection[UUID], purpose: Purpose | None = None
) -> Asked:
    """The organization's interviews among these, and what was said of a purpose."""
    ids = list(dict.fromkeys(interview_ids))
    people = wire.ask(_PEOPLE, {"ids": columns.uuids(ids), "organization": organization_id})
    values = {
        "candidates": columns.raw_uuids(list(dict.fromkeys(people.raw(_CANDIDATE)))),
        "organization": organization_id,
        "active": str(ContactState.ACTIVE),
    }
    reach = wire.ask(_REACH, values)
    return Asked(people, reach, _ask_said(ids, purpose, wire) if purpose else None)


def read_chosen(organization_id: UUID, interview_ids: Collection[UUID]) -> list[Chosen]:
    """The organization's interviews among these, in the order given, each once."""
    return ask_chosen(Wire(), organization_id, interview_ids).chosen()


def _chosen(row: tuple[Any, ...], contact_points: Mapping[Channel, UUID]) -> Chosen:
    id_, revision, state, application_id, own_locale, branch_locale = row[_FACTS:_CANDIDATE]
    return Chosen(
        id_,
        revision,
        state,
        application_id,
        (own_locale, branch_locale),
        Addressee._make(row[_CANDIDATE:]),
        contact_points,
        InterviewFacts._make(row[:_FACTS]),
    )
