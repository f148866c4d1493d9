"""What must never be: judged of every hand-over by the rows as they were at that moment, and of everybody at the end.

The hand-over is the moment that decides (docs/decisions/0012): what was false, unwanted or over then never leaves. What
becomes false afterwards is corrected.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from tests.messaging.engine.conftest import Story
from tests.messaging.engine.interleaving.outside import Taken
from yuemian.domain.states import NEEDING_ATTENTION, TOLD
from yuemian.domain.when import present
from yuemian.interviews.models import Interview
from yuemian.messaging.models import Delivery

#: The truth that a message is held against, whichever room it stands in.
_TRUTH = """
SELECT d.id, n.id, n.purpose, n.step_key, n.subject_revision, n.occurrence, d.occurrence, d.channel, d.deadline_at,
       i.id, i.revision, i.state, i.answer, i.starts_at, i.duration, i.time_zone, i.place_name, p.state, p.is_discreet,
       k.wrapped IS NULL, coalesce(b.state, ''), now()
FROM messaging_delivery d
JOIN messaging_notification n ON n.id = d.notification_id
JOIN interviews_interview i ON i.id = n.subject_id
LEFT JOIN hiring_contactpoint p ON p.id = d.contact_point_id
LEFT JOIN trust_key k ON k.id = n.key_id
LEFT JOIN messaging_batch b ON b.id = d.batch_id
WHERE d.id = ANY(%s) AND n.candidate_id IS NOT NULL
"""
ASKING = {"invitation", "nudge"}
CORRECTIONS = {"change", "cancellation"}
#: About the interview as it is going to be, so that they end with its beginning.
BEFORE = {"invitation", "nudge", "reminder", "change"}
#: Nothing more happens to these by itself, and each has its reason.
ENDED = {"cancelled", "skipped", "expired", "permanent_failure", "temporary_failure", "technical_failure"}
#: Somebody sees these: sent, or on the page of what needs attention.
VISIBLE = {str(state) for state in TOLD | NEEDING_ATTENTION}
#: Why somebody who heard what is false is not told the truth: they do not want to be, or cannot be reached.
OWN_WISH = {"opted_out", "suppressed", "erased", "missing_contact", "invalid_contact", "blocked_by_recipient"}


class Handed(NamedTuple):
    """A message at the moment of its hand-over, with what was true then; the columns of _TRUTH in their order."""

    delivery: UUID
    notification: UUID
    purpose: str
    step_key: str
    revision: int
    time_said: int
    occurrence: int
    channel: str
    deadline_at: datetime
    interview: UUID
    true_revision: int
    state: str
    answer: str
    starts_at: datetime
    duration: Any
    time_zone: str
    place: str
    contact: str | None
    is_discreet: bool | None
    is_erased: bool
    batch: str
    now: datetime

    @property
    def falsehoods(self) -> list[str]:
        """Why it should not have left."""
        found = {
            "an old revision": self.revision != self.true_revision,
            "a cancellation of what takes place": self.purpose == "cancellation"
            and self.state != "cancelled",
            "cancelled": self.purpose in BEFORE and self.state == "cancelled",
            "over": self.purpose in BEFORE and self.starts_at <= self.now,
            "answered": self.purpose in ASKING and self.answer != "needs_action",
            "reminded who has answered": self._reminds_in_vain,
            "the address is not used": self.contact != "active",
            "erased": self.is_erased,
            "stopped": self.batch in {"cancelled", "paused"},
            "too late": self.deadline_at <= self.now,
        }
        return [what for what, is_so in found.items() if is_so]

    @property
    def _reminds_in_vain(self) -> bool:
        in_vain = {"declined", "reschedule_requested"} | ({"accepted"} if not self.step_key else set())
        return self.purpose == "reminder" and self.answer in in_vain

    def wrong_words(self, text: str) -> list[str]:
        """Facts of that moment that the text does not have. A cancellation names the time that its reader knows, and
        a discreet address hears none.
        """
        if self.purpose == "cancellation" or self.is_discreet:
            return []
        when = present(self.starts_at, self.time_zone, "zh-hans", duration=self.duration).text
        said = {self.place} | ({when} if self.state == "scheduled" else set())
        return [fact for fact in said if fact and fact not in text]


@dataclass
class Witness:
    """Sees every hand-over, in its order."""

    story: Story
    handed: list[Handed] = field(default_factory=list)

    def see(self, deliveries: list[UUID], link: Any) -> None:
        self.handed += [Handed(*row) for row in link.execute(_TRUTH, [deliveries], binary=False).fetchall()]

    def faults(self, taken: list[Taken]) -> list[str]:
        rows = self.story.rows(Delivery.objects.select_related("notification", "batch").order_by("pk"))
        theirs = [row for row in rows if row.notification.candidate_id]
        return [
            *self._false(taken),
            *self._twice(taken, theirs),
            *self._lost(taken, theirs),
            *self._uncorrected(taken, theirs),
        ]

    def _false(self, taken: list[Taken]) -> list[str]:
        """What left, and was not true, not wanted or not the words of that moment."""
        found = [
            f"{each.purpose} to {each.interview}: {what}" for each in self.handed for what in each.falsehoods
        ]
        last = {each.delivery: each for each in self.handed}
        for each in taken:
            said = last.get(each.delivery)
            if said is not None:
                found += [f"{said.purpose} without {fact}" for fact in said.wrong_words(each.text)]
        return found

    def _twice(self, taken: list[Taken], rows: list[Any]) -> list[str]:
        """The same message on the same channel, a second channel after one that has it, a step of a plan once more."""
        found = [
            f"{id_} was taken {n} times"
            for id_, n in Counter(each.delivery for each in taken).items()
            if n > 1
        ]
        row_of = {row.pk: row for row in rows}
        said: dict[Any, list[Any]] = defaultdict(list)
        steps: dict[Any, set[UUID]] = defaultdict(set)
        for each in taken:
            row = row_of[each.delivery]
            said[row.notification_id].append(row)
            if key := row.notification.step_key:
                steps[row.notification.subject_id, row.notification.subject_revision, key].add(
                    row.notification_id
                )
        found += [f"{key} of {interview} twice" for (interview, _, key), ids in steps.items() if len(ids) > 1]
        for notification, those in said.items():
            # A reserve stays home while another channel may have it; a person may send once more what they see failed.
            if any(row.position for row in those[1:]) and all(row.occurrence == 1 for row in those):
                found.append(f"{notification} on a reserve beside {[row.channel for row in those]}")
        return found

    def _lost(self, taken: list[Taken], rows: list[Any]) -> list[str]:
        """Messages of which nobody can say what became of them, or of which the rows say what is not so."""
        reached = {each.delivery for each in taken}
        found = []
        for row in rows:
            if row.state in {"sending", "queued"}:
                found.append(f"{row.notification.purpose} is still {row.state}")
            elif row.state in ENDED and (row.pk in reached or not row.reason):
                found.append(
                    f"{row.notification.purpose} is {row.state} ({row.reason}), taken: {row.pk in reached}"
                )
            elif row.state == "sent" and row.pk not in reached and not self._was_said_to_have_arrived(row):
                found.append(f"{row.notification.purpose} is sent, and nobody took it")
        return found

    def _was_said_to_have_arrived(self, row: Any) -> bool:
        return bool(self.story.rows(row.events.filter(code="arrived")))

    def _uncorrected(self, taken: list[Taken], rows: list[Any]) -> list[str]:
        """Whoever was told what is false now, and neither heard the truth nor is anybody shown that they did not."""
        by_interview, handed = defaultdict(list), defaultdict(list)
        for row in rows:
            by_interview[row.notification.subject_id].append(row)
        for each in self.handed:
            handed[each.interview].append(each)
        truth = {each.pk: each for each in self.story.rows(_interviews())}
        reached, found = {each.delivery for each in taken}, []
        for interview, told in handed.items():
            heard = [each.revision for each in told if each.delivery in reached]
            if heard and heard[-1] < truth[interview].revision:
                found += _untold(truth[interview], by_interview[interview])
            found += _told_unasked(told)
        return found


def _untold(interview: Any, rows: list[Any]) -> list[str]:
    """What was planned for the present revision has to be visible, or there is the person's own reason."""
    fresh = [row for row in rows if row.notification.subject_revision == interview.revision]
    if any(row.state in VISIBLE or row.reason in OWN_WISH for row in fresh):
        return []
    if not fresh and (interview.application.candidate.erased_at or not _is_reachable(interview)):
        return []
    states = sorted((row.notification.purpose, row.state, row.reason) for row in fresh)
    return [f"{interview.pk} was told an old revision, and of {interview.revision}: {states}"]


def _is_reachable(interview: Any) -> bool:
    return any(point.state == "active" for point in interview.application.candidate.contact_points.all())


def _told_unasked(told: list[Handed]) -> list[str]:
    """A correction is for whoever had heard something before."""
    first = told[0]
    return (
        [f"a {first.purpose} corrects what {first.interview} had not heard"]
        if first.purpose in CORRECTIONS
        else []
    )


def _interviews() -> Any:
    return Interview.objects.select_related("application__candidate").prefetch_related(
        "application__candidate__contact_points"
    )
