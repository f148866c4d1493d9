"""What the candidate's page writes: visits, and presses that count only when they are surely a person's."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import connection

from yuemian.domain.arrival import SignalKind
from yuemian.domain.person_or_machine import Press, Report, doubt, doubt_summary
from yuemian.domain.states import Answer
from yuemian.interviews.actions.respond import ask, respond
from yuemian.portal import nonce
from yuemian.portal.door import VISIT_GAP, Opened
from yuemian.trust import limits
from yuemian.trust.identifiers import uuid7
from yuemian.trust.limits import Limit

ANSWERS = (Answer.ACCEPTED, Answer.DECLINED, Answer.RESCHEDULE_REQUESTED)
QUESTION, REASON, NEEDS, SURVEY, STOP = "question", "reason", "needs", "survey", "survey-stop"
#: On the page of a result.
RESULT_CODE, RESULT_OPINION = "result-code", "result-opinion"
#: On the page “My data”.
DATA_ACTIONS = ("prefer", "channel", "correct", "code")
#: On the form of an onboarding; all else there is behind the code.
ONBOARDING_CODE = "onboarding-code"
#: Another time: a slot, a proposal, or after all not.
SLOT, PROPOSAL, WITHDRAWAL = "slot", "proposal", "withdrawal"
#: On the way, and there.
SIGNALS = tuple(str(kind) for kind in SignalKind)
#: Whatever a button of the pages may do: a press is doubted soon after another of these.
ACTIONS = (
    *(str(answer) for answer in ANSWERS),
    QUESTION,
    *DATA_ACTIONS,
    *(SLOT, PROPOSAL, WITHDRAWAL),
    *SIGNALS,
    *(REASON, NEEDS, SURVEY, STOP),
    *(RESULT_CODE, RESULT_OPINION),
    ONBOARDING_CODE,
)

#: What the page's own nonce is good for.
PAGE = "page"

#: Presses of different buttons this close together may be a machine's that tries them all.
SAME_VISIT = Limit("candidate-press", 1, timedelta(seconds=20))
#: One page's form sends one question, however often it is posted.
ONE_QUESTION = Limit("candidate-question", 1, timedelta(minutes=31))
PER_LINK = Limit("candidate-link", 40, timedelta(minutes=10))
#: Whole offices and mobile networks share an address.
PER_ADDRESS = Limit("candidate-address", 600, timedelta(minutes=10))


def summary_scope(action: str) -> str:
    return f"summary:{action}"


def record_visit(door: Opened, kind: str, *, is_suspected_bot: bool) -> None:
    """Note that the page was viewed (a fetch is noted as it is read): for the timeline, never a state."""
    values: list[Any] = [
        uuid7(),
        door.link.organization_id,
        door.link.pk,
        door.interview.pk,
        door.now,
        kind,
        is_suspected_bot,
        VISIT_GAP,
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT note_visit(%s, %s, %s, %s, %s, %s, %s, %s)", values)


def page_nonce(door: Opened) -> str:
    return nonce.issue(door.token, PAGE, door.interview.revision, now=door.now)


def summary_nonce(door: Opened, action: str) -> str:
    return nonce.issue(door.token, summary_scope(action), door.interview.revision, now=door.now)


def is_surely_a_person(
    door: Opened,
    action: str,
    given: str,
    *,
    agent: str,
    report: Report | None,
    follows: Collection[str] = (),
) -> bool:
    """Whether the first press counts. Remembers it: a press of another button soon after is doubted.

    `follows`: the actions after which this one is natural.
    """
    others = [(door.mark, other) for other in ACTIONS if other != action and other not in follows]
    has_pressed_another = limits.is_running(SAME_VISIT, *others, now=door.now)
    limits.hit(SAME_VISIT, door.mark, action, now=door.now)
    press = Press(agent, _age(door, given, PAGE), report, door.since_delivery, has_pressed_another)
    return doubt(press) is None


def is_confirmed(door: Opened, action: str, given: str) -> bool:
    """Whether the press on the summary page counts."""
    return doubt_summary(_age(door, given, summary_scope(action))) is None


def _age(door: Opened, given: str, scope: str) -> timedelta | None:
    """None when it was handed out for something else, or showed another revision."""
    handed = nonce.read(given, door.token, scope, now=door.now)
    return handed.age if handed and handed.revision == door.interview.revision else None


def send_answer(door: Opened, answer: Answer, note: str, *, was_confirmed: bool) -> None:
    """Raises Refused."""
    respond(
        door.link,
        answer,
        note,
        now=door.now,
        was_confirmed=was_confirmed,
        seen_revision=door.interview.revision if was_confirmed else None,
        interview=door.interview,
    )


def send_question(door: Opened, text: str, given: str) -> None:
    """Raises Refused. The same form posted twice asks once."""
    if not text.strip():
        return
    if limits.hit(ONE_QUESTION, door.mark, given, now=door.now) is None:
        ask(door.link, text.strip(), now=door.now)


def wait_before_posting(door: Opened, address: str) -> timedelta | None:
    """None when another press is allowed, else how long to wait."""
    return limits.hit_all((PER_LINK, door.mark), (PER_ADDRESS, address), now=door.now)
