"""Ten thousand histories of one result, told by the pure rules: nothing wrong, stale, doubled or unapproved leaves.

The world below does what the actions do, with the domain's own moves and judgements. What may leave is compared with a
ledger that knows only what approvers saw and what holds: it shares no rule with the code that it judges.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from yuemian.domain.moves import ForbiddenMove, check_move
from yuemian.domain.results import ApprovalPolicy, Content, NoticeState, Outcome, Verdict, content_hash
from yuemian.domain.results.checking import Told, said_before
from yuemian.domain.results.policy import approvals_needed, may_approve
from yuemian.domain.results.truth import Ground, Standing, Vote, is_approved, may_leave

N = NoticeState
INTERVIEW = UUID(int=1)
PEOPLE = [UUID(int=100 + number) for number in range(4)]
OUTCOMES = (Outcome.ADVANCE, Outcome.PASS, Outcome.REJECT)


@dataclass
class Notice:
    """A row, and what an approver's page would show of it."""

    decision: int
    outcome: Outcome
    text: str
    name: str
    contacts: frozenset[str]
    template: int
    authors: frozenset[UUID]
    state: NoticeState = N.DRAFT
    submission: int = 0
    needed: int = 1
    is_free: bool = False
    is_correction: bool = False
    votes: list[Vote] = field(default_factory=list)
    stored: bytes = b""

    @property
    def content(self) -> bytes:
        return content_hash(
            Content(
                "o", "c", self.name, "a", str(self.decision), self.decision, self.outcome, str(self.template), "p",
                "zh-hans", "s", self.text, tuple(sorted(self.contacts)), self.is_correction,
            )
        )  # fmt: skip

    def standing(self) -> Standing:
        return Standing(
            self.state, self.outcome, self.decision, self.submission, self.stored, self.needed, self.is_free,
            self.authors, self.name, self.contacts, tuple(self.votes),
        )  # fmt: skip


@dataclass
class World:
    policy: ApprovalPolicy
    outcome: Outcome = Outcome.REJECT
    number: int = 1
    decider: UUID = PEOPLE[0]
    name: str = "王小雨"
    contacts: frozenset[str] = frozenset({"a"})
    template: int = 1
    notices: list[Notice] = field(default_factory=list)
    claim: tuple[Notice, int] | None = None
    #: (what an approver saw) by notice and submission; what left.
    ledger: dict[tuple[int, int], list[tuple[UUID, tuple[object, ...]]]] = field(default_factory=dict)
    left: list[tuple[Notice, int]] = field(default_factory=list)

    @property
    def notice(self) -> Notice | None:
        live = [each for each in self.notices if each.state is not N.VOID]
        return live[-1] if live else None

    def has_left(self, notice: Notice) -> bool:
        return any(each is notice and submission == notice.submission for each, submission in self.left)

    # What people do.

    def decide(self, arg: int) -> None:
        self.outcome, self.number, self.decider = OUTCOMES[arg % 3], self.number + 1, PEOPLE[arg % 4]
        for each in self.notices:
            if each.state is not N.VOID and not (each.state is N.RELEASED and self.has_left(each)):
                self.move(each, N.VOID)
        self.call_off()

    def decide_past_everything(self, arg: int) -> None:
        """Another row without the action's care: what lies under a notice changes and nobody is told."""
        self.outcome, self.number = OUTCOMES[arg % 3], self.number + 1

    def prepare(self, arg: int) -> None:
        if any(each.decision == self.number and each.state is not N.VOID for each in self.notices):
            return
        text = f"{self.name}：{self.outcome}"
        authors = frozenset({PEOPLE[arg % 4], self.decider})
        self.notices.append(
            Notice(self.number, self.outcome, text, self.name, self.contacts, self.template, authors)
        )

    def edit(self, arg: int) -> None:
        if self.notice and self.back(self.notice):
            self.notice.text += f"+{arg}"
            self.notice.authors |= {PEOPLE[arg % 4]}

    def forge(self, arg: int) -> None:
        """The text alone, past every action."""
        if self.notice:
            self.notice.text += f"!{arg}"

    def submit(self, arg: int) -> None:
        notice = self.notice
        if notice is None or notice.decision != self.number or notice.template != self.template:
            return
        earlier = [Told(INTERVIEW, each.outcome) for each, _ in self.left if each is not notice]
        if said_before(earlier, Told(INTERVIEW, notice.outcome)) and not notice.is_correction:
            return
        if notice.state is N.RETURNED and not self.move(notice, N.DRAFT):
            return
        if notice.state is not N.DRAFT:
            return
        notice.name, notice.contacts = self.name, self.contacts
        notice.stored = notice.content
        self.move(notice, N.SUBMITTED)
        notice.submission += 1
        notice.authors |= {PEOPLE[arg % 4]}
        notice.needed = approvals_needed(self.policy, notice.outcome, 1)
        notice.is_free = self.policy.is_single_free and notice.outcome is not Outcome.PASS

    def approve(self, arg: int) -> None:
        notice, who = self.notice, PEOPLE[arg % 4]
        if notice is None or notice.state is not N.SUBMITTED or notice.content != notice.stored:
            return
        if not notice.is_free and not may_approve(
            self.policy, notice.outcome, 2, approver=who, authors=notice.authors
        ):
            return
        notice.votes.append(Vote(who, Verdict.APPROVE, notice.submission, notice.stored))
        seen = (notice.text, notice.name, notice.outcome, notice.contacts)
        self.ledger.setdefault((id(notice), notice.submission), []).append((who, seen))
        if is_approved(notice.standing()):
            self.move(notice, N.APPROVED)

    def send_away(self, arg: int) -> None:
        if self.notice:
            self.move(self.notice, N.RETURNED if arg % 2 else N.EXCLUDED)

    def take_back(self, arg: int) -> None:
        if self.notice:
            self.back(self.notice)

    def release(self, arg: int) -> None:
        if self.notice and self.notice.decision == self.number:
            self.move(self.notice, N.RELEASED)

    def recall(self, arg: int) -> None:
        if self.notice and self.notice.state is N.RELEASED and not self.has_left(self.notice):
            self.move(self.notice, N.RECALLED)
            self.call_off()

    def correct(self, arg: int) -> None:
        if self.notice and self.notice.state is N.DRAFT and self.left:
            self.notice.is_correction = True

    def publish(self, arg: int) -> None:
        self.template += 1
        if self.notice and self.notice.state in {N.SUBMITTED, N.APPROVED}:
            self.move(self.notice, N.DRAFT)

    def rename(self, arg: int) -> None:
        self.name = f"王小雨{arg}"

    def add_contact(self, arg: int) -> None:
        self.contacts |= {str(arg)}

    # What the engine does.

    def look(self, arg: int) -> None:
        """Claim and last look; the hand-over comes later."""
        notice = self.notice
        self.claim = None
        if notice is not None and may_leave(notice.standing(), self.ground()) and not self.has_left(notice):
            self.claim = (notice, notice.submission)

    def hand_over(self, arg: int) -> None:
        if self.claim is None:
            return
        notice, submission = self.claim
        self.claim = None
        # The database's trigger: a decision that is no longer current has called it off.
        if notice.decision != self.number:
            return
        self.judge(notice, submission)
        self.left.append((notice, submission))

    def ground(self) -> Ground:
        return Ground(True, self.outcome, self.number, self.name, self.contacts)

    def call_off(self) -> None:
        self.claim = None

    def move(self, notice: Notice, state: NoticeState) -> bool:
        try:
            check_move(NoticeState, notice.state, state)
        except ForbiddenMove:
            return False
        notice.state = state
        return True

    def back(self, notice: Notice) -> bool:
        return notice.state is N.DRAFT or self.move(notice, N.DRAFT)

    # What must be so, whatever happened before.

    def judge(self, notice: Notice, submission: int) -> None:
        assert notice.outcome is self.outcome, "a wrong letter"
        assert notice.decision == self.number, "a stale letter"
        assert (notice, submission) not in self.left, "a doubled letter"
        words = self.ledger.get((id(notice), submission), [])
        seen = {what for _, what in words}
        assert len(seen) == 1, "approvers saw different letters"
        text, name, outcome, contacts = next(iter(seen))
        assert outcome is notice.outcome
        assert name == notice.name
        assert contacts == notice.contacts
        others = {who for who, _ in words if notice.is_free or who not in notice.authors}
        assert len(others) >= approvals_needed(self.policy, notice.outcome, 1), "an unapproved letter"
        # What is shown is compared with its approval once more: a forged text is shown to nobody.
        if notice.content == notice.stored:
            assert text == notice.text
        told = [each.outcome for each, _ in self.left if each is not notice]
        if any(each is not notice.outcome for each in told):
            assert notice.is_correction, "a silent contradiction"


DEEDS = (
    "decide", "decide_past_everything", "prepare", "edit", "forge", "submit", "approve", "send_away", "take_back",
    "release", "recall", "correct", "publish", "rename", "add_contact", "look", "hand_over",
)  # fmt: skip
#: A history that leads somewhere is rare by chance: stretches of the usual way are woven in.
USUAL = ("prepare", "submit", "approve", "release", "look", "hand_over")
STEPS = st.lists(st.tuples(st.integers(0, len(DEEDS) + 1), st.integers(0, 7)), min_size=1, max_size=14)
WAYS: Counter[str] = Counter()


@settings(max_examples=10_000, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])
@given(STEPS, st.booleans(), st.integers(1, 2))
def test_no_history_lets_a_wrong_letter_leave(
    steps: list[tuple[int, int]], is_single_free: bool, approvals: int
) -> None:
    world = World(ApprovalPolicy(approvals, is_single_free))
    for which, arg in steps:
        if which < len(DEEDS):
            getattr(world, DEEDS[which])(arg)
            continue
        for number, deed in enumerate(USUAL):
            getattr(world, deed)(arg + number)
            if deed == "approve":
                for other in range(4):
                    world.approve(other)
    WAYS["histories"] += 1
    WAYS["left"] += len(world.left)
    WAYS["corrections"] += sum(notice.is_correction for notice, _ in world.left)


def test_these_histories_reach_what_they_are_about() -> None:
    """A test that never lets anything leave could not fail."""
    assert WAYS["histories"] >= 10_000
    assert WAYS["left"] > WAYS["histories"] // 10
    assert WAYS["corrections"] > 0


def test_a_rule_that_forgot_the_votes_would_be_caught() -> None:
    """The ledger bites: a letter that leaves without a word of others is refused by it."""
    world = World(ApprovalPolicy())
    world.prepare(0)
    world.submit(0)
    notice = world.notice
    assert notice
    notice.state = N.RELEASED
    assert not may_leave(notice.standing(), world.ground())
    world.claim = (notice, notice.submission)
    try:
        world.hand_over(0)
    except AssertionError:
        return
    raise AssertionError("the ledger let it pass")


def test_a_letter_does_not_leave_once_a_later_round_is_decided() -> None:
    world = World(ApprovalPolicy())
    for number, deed in enumerate(("prepare", "submit", "approve", "release")):
        getattr(world, deed)(number)
    notice = world.notice
    assert notice
    assert may_leave(notice.standing(), world.ground())
    assert not may_leave(notice.standing(), world.ground()._replace(is_overtaken=True))
