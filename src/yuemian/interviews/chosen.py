"""Reads the interviews chosen for a send, with all that deciding and planning need, in two statements.

Plain values instead of models: nine objects per interview would cost more than everything else a send does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, Self
from uuid import UUID

from yuemian.domain.states import TOLD, WAITING, Channel, Purpose
from yuemian.hiring.models import ContactState
from yuemian.interviews.facts import InterviewFacts
from yuemian.interviews.models import SUBJECT_KIND
from yuemian.messaging.actions.plan import KINDS_KEPT, Addressee
from yuemian.trust import columns
from yuemian.trust.beside import Answer, Wire

#: First what makes people alike: the fields of InterviewFacts in their order but for the name; state and languages.
#: Then what is each one's own, the ids last.
_PEOPLE = """
SELECT
    interview.answer, interview.round, interview.starts_at, interview.duration, interview.time_zone, interview.mode,
    interview.place_name, interview.place_address, interview.video_link, interview.materials, interview.flow,
    interview.state <> 'draft' AND NOT interview.is_untimed,
    candidate.time_zone, job.title, job.title_en, branch.name, branch.name_en,
    coalesce(contact.name, ''), coalesce(contact.phone, ''), coalesce(contact.email, ''),
    interview.state, candidate.locale, branch.locale,
    candidate.name, interview.revision, key.number, key.wrapped, key.wrapped_by,
    wanted.place, interview.application_id, candidate.id, key.id
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
    ON contact.id = interview.recruiter_id AND contact.organization_id = interview.organization_id AND contact.is_active
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
#: What was said of a purpose about each revision. The states are those of a person who heard or is about to hear. One
#: interview at a time: looked for all at once, a table that has grown since its last statistics, as within a large
#: send, is read from one end to the other.
_SAID = """
SELECT wanted.id, said.subject_revision, said.times, said.is_heard
FROM unnest(%(ids)s::uuid[]) AS wanted (id)
CROSS JOIN LATERAL (
    SELECT n.subject_revision, max(n.occurrence) AS times, bool_or(EXISTS (
        SELECT FROM messaging_delivery d
        WHERE d.notification_id = n.id AND d.state = ANY(%(heard)s::text[]))) AS is_heard
    FROM messaging_notification n
    WHERE n.subject_id = wanted.id AND n.subject_kind = %(kind)s::text AND n.purpose = %(purpose)s::text
    GROUP BY n.subject_revision
) AS said
"""
_HEARD = [str(state) for state in TOLD | WAITING]
_NAME = InterviewFacts._fields.index("candidate_name")
_FACTS = len(InterviewFacts._fields) - 1
#: Where in a row of people what is their own begins, and where the ids do: the first is of the candidate's application.
_OWN = _FACTS + 3
_APPLICATION = _OWN + 6
_CANDIDATE, _KEY = _APPLICATION + 1, _APPLICATION + 2
_CHANNEL = {str(channel): channel for channel in Channel}
_NOWHERE: Mapping[Channel, UUID] = MappingProxyType({})


@dataclass(frozen=True, eq=False, slots=True)
class Alike:
    """What many of the chosen have in common: all that is said to them but their names. One object for all of them, so
    that what follows from it is worked out once and found again by what it is, not by what it says.
    """

    #: Nobody's: without a name.
    facts: InterviewFacts
    state: str
    #: The candidate's language, then the branch's.
    locales: tuple[str, str]

    @classmethod
    def of(cls, shared: tuple[Any, ...]) -> Self:
        facts = InterviewFacts._make((*shared[:_NAME], "", *shared[_NAME:_FACTS]))
        state, own_locale, branch_locale = shared[_FACTS:]
        return cls(facts, state, (own_locale, branch_locale))

    @property
    def ends_at(self) -> datetime:
        return self.facts.starts_at + self.facts.duration


class Kinds(dict[tuple[Any, ...], Alike]):
    """The kinds met so far, by the columns of `_PEOPLE` that make them."""

    def __missing__(self, shared: tuple[Any, ...]) -> Alike:
        if len(self) >= KINDS_KEPT:
            self.clear()
        kind = self[shared] = Alike.of(shared)
        return kind


class Chosen(NamedTuple):
    """One chosen interview and its candidate."""

    id: UUID
    revision: int
    application_id: UUID
    candidate: Addressee
    candidate_name: str
    #: Channel → contact point in use.
    contact_points: Mapping[Channel, UUID]
    alike: Alike

    @property
    def state(self) -> str:
        return self.alike.state

    @property
    def locales(self) -> tuple[str, str]:
        return self.alike.locales

    @property
    def facts(self) -> InterviewFacts:
        return self.alike.facts._replace(candidate_name=self.candidate_name)

    @property
    def ends_at(self) -> datetime:
        return self.alike.ends_at


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

    interview_ids: Sequence[UUID]
    people: Answer
    reach: Answer
    said: Answer | None
    kinds: Kinds

    def chosen(self) -> list[Chosen]:
        """In the order asked for, each once."""
        rows, reach = self.people.raw_rows(), self._reach()
        applications, candidates, keys = (
            columns.ids([row[place] for row in rows]) for place in (_APPLICATION, _CANDIDATE, _KEY)
        )
        kinds, chosen = self.kinds, []
        for row, application_id, candidate_id, key_id in zip(
            rows, applications, candidates, keys, strict=True
        ):
            name, revision, number, wrapped, wrapped_by, place = row[_OWN:_APPLICATION]
            addressee = Addressee(candidate_id, key_id, number, wrapped, wrapped_by)
            points = reach.get(row[_CANDIDATE], _NOWHERE)
            chosen.append(
                Chosen(
                    self.interview_ids[place - 1],
                    revision,
                    application_id,
                    addressee,
                    name,
                    points,
                    kinds[row[:_OWN]],
                )
            )
        return chosen

    def _reach(self) -> Mapping[bytes, Mapping[Channel, UUID]]:
        """By the candidate's id as it comes."""
        rows = self.reach.raw_rows()
        reach: dict[bytes, dict[Channel, UUID]] = defaultdict(dict)
        for (candidate_id, channel, _), point_id in zip(
            rows, columns.ids([row[2] for row in rows]), strict=True
        ):
            reach[candidate_id][_CHANNEL[channel]] = point_id
        return reach

    def with_said(self) -> tuple[list[Chosen], dict[UUID, Said]]:
        """The same, and what was said before of the purpose asked about."""
        chosen = self.chosen()
        assert self.said is not None, "no purpose was asked about"
        return chosen, _said(self.said, {each.id: each.revision for each in chosen})


def ask_chosen(
    wire: Wire,
    organization_id: UUID,
    interview_ids: Collection[UUID],
    purpose: Purpose | None = None,
    kinds: Kinds | None = None,
) -> Asked:
    """The organization's interviews among these, and what was said of a purpose. `kinds` are those of slices before."""
    ids = list(dict.fromkeys(interview_ids))
    people = wire.ask(_PEOPLE, {"ids": columns.uuids(ids), "organization": organization_id})
    values = {
        "candidates": columns.raw_uuids(list(dict.fromkeys(people.raw(_CANDIDATE)))),
        "organization": organization_id,
        "active": str(ContactState.ACTIVE),
    }
    reach = wire.ask(_REACH, values)
    said = _ask_said(ids, purpose, wire) if purpose else None
    return Asked(ids, people, reach, said, Kinds() if kinds is None else kinds)


def read_chosen(organization_id: UUID, interview_ids: Collection[UUID]) -> list[Chosen]:
    """The organization's interviews among these, in the order given, each once."""
    return ask_chosen(Wire(), organization_id, interview_ids).chosen()
