"""The company in which the week happens: its people by short names, its interviews by their candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from yuemian.accounts.models import Branch, Organization, User
from yuemian.config.demo_week.timeline import Week
from yuemian.domain.names import comparable_name
from yuemian.domain.states import Mode
from yuemian.hiring.models import Job, Source
from yuemian.interviews.actions.schedule import Appointment, Person, schedule_interviews
from yuemian.interviews.models import Interview, Place
from yuemian.messaging.models import AccessLink, Notification
from yuemian.messaging.snapshots import snapshot_of
from yuemian.portal.actions import record_visit
from yuemian.portal.door import look
from yuemian.trust.vault import Vault

VIDEO = "https://meet.galaxy.example/j/8462013"
EXAMPLE = "example.com"
FIRST_ROUND = "初试"


@dataclass
class Company:
    """Interviews come into being as the week goes on: `ids` knows them by the candidate's name, the newest last."""

    organization: Organization
    week: Week
    script: Mapping[str, Any]
    users: dict[str, User] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    branches: dict[str, Branch] = field(default_factory=dict)
    sources: Sequence[Source] = ()
    ids: dict[str, list[UUID]] = field(default_factory=dict)

    @cached_property
    def place(self) -> Place:
        return Place.objects.select_related("branch").get(organization=self.organization)

    @classmethod
    def of(cls, organization: Organization, week: Week, script: Mapping[str, Any]) -> Company:
        mine = {"organization": organization}
        users = User.objects.filter(**mine).select_related("organization", "branch")
        jobs = Job.objects.filter(**mine).select_related("branch", "family", "recruiter__organization")
        return cls(
            organization,
            week,
            script,
            {user.email.partition("@")[0]: user for user in users},
            {job.title: job for job in jobs},
            {branch.region: branch for branch in Branch.objects.filter(**mine)},
            list(Source.objects.filter(**mine).order_by("name")),
        )

    def recruiter_of(self, row: Mapping[str, Any]) -> User:
        recruiter = self.jobs[row["job"]].recruiter
        assert recruiter is not None
        return self.users[recruiter.email.partition("@")[0]]

    def schedule(self, rows: Sequence[Mapping[str, Any]], *, now: datetime) -> None:
        """One import for each recruiter."""
        by_recruiter: dict[User, list[Mapping[str, Any]]] = {}
        for row in rows:
            by_recruiter.setdefault(self.recruiter_of(row), []).append(row)
        for recruiter, theirs in by_recruiter.items():
            made = schedule_interviews(
                recruiter, [self._appointment(row, recruiter) for row in theirs], now=now
            )
            for row, id_ in zip(theirs, made, strict=True):
                self.ids.setdefault(row["who"][0], []).append(id_)

    def interview(self, name: str, number: int = 0) -> Interview:
        """The first interview of this candidate, or a later one."""
        return (
            Interview.objects.with_people()
            .select_related("organization", "branch")
            .get(pk=self.ids[name][number])
        )

    def link(self, interview: Interview, purpose: str = "answer") -> AccessLink:
        """The newest of this purpose that its candidate holds."""
        found = AccessLink.objects.filter(subject_id=interview.pk, purpose=purpose)
        return found.latest("created_at", "id")

    def opens(self, interview: Interview, *, now: datetime) -> AccessLink:
        """The candidate opens the page, and touches it."""
        link = self.link(interview)
        told = Notification.objects.get(links=link)
        token = snapshot_of(told, Vault(self.organization.pk))["token"]
        door = look(token, now=now, is_fetch=True)
        if door is not None:
            record_visit(door, "viewed", is_suspected_bot=False)
        return door.link if door is not None else link

    def _appointment(self, row: Mapping[str, Any], recruiter: User) -> Appointment:
        name, address, phone = row["who"]
        job, mode = self.jobs[row["job"]], Mode(row.get("mode", Mode.ONSITE))
        is_video, locale = mode == Mode.VIDEO, row.get("locale", "zh-hans")
        materials, place = self.script["materials"], None if is_video else self.place
        return Appointment(
            person=Person(
                name=name,
                name_key=comparable_name(name),
                email=f"{address}@{EXAMPLE}",
                phone=phone,
                locale=locale,
            ),
            job=job,
            branch=job.branch,
            round=row.get("round", FIRST_ROUND),
            starts_at=self.week.at(row["day"], row["at"]),
            time_zone=job.branch.time_zone,
            recruiter=recruiter,
            source=self.sources[int(phone[-1]) % len(self.sources)],
            mode=mode,
            place_id=place.pk if place else None,
            place_name=place.told_name() if place else "",
            place_address=place.told_address if place else "",
            video_link=VIDEO if is_video else "",
            materials=materials["en" if locale == "en" else str(mode)],
            interviewers=[self.users[each] for each in row["interviewers"]],
        )
