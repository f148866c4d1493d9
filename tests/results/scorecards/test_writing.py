"""Writing a scorecard: saved as it goes, never over another tab, submitted when it is whole, and who may read it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.factories import Cast, create_user
from tests.results.scorecards.held import KEYS, NOTE, create_held, draft, join
from yuemian.accounts.models import Role
from yuemian.domain.results import Rating, Recommendation
from yuemian.domain.scorecard import Draft, Mark
from yuemian.hiring.models import JobFamily
from yuemian.interviews.models import Interview
from yuemian.results.actions.scorecard_forms import create_form, save_form
from yuemian.results.actions.scorecards import Closed, Doubtful, Incomplete, Stale, reopen, save, submit
from yuemian.results.models import Scorecard, ScorecardEntry
from yuemian.results.scorecards.reading import facts_of, lines_of, read_draft, scorecards_of
from yuemian.results.scorecards.sheet import Asked, sheet_for, shipped_forms
from yuemian.trust import audit
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault, destroy

HOUR = timedelta(hours=1)


@pytest.fixture
def held(cast: Cast, now: datetime) -> Interview:
    return create_held(cast, now=now)


def stored(cast: Cast, card: Scorecard) -> Draft:
    found = Scorecard.objects.select_related("interview__application__candidate__key").get(pk=card.pk)
    return read_draft(found, Vault(cast.organization.pk), found.interview.application.candidate.key)


def test_what_was_written_comes_back_and_is_sealed(cast: Cast, held: Interview, now: datetime) -> None:
    card = save(cast.interviewer, held.pk, draft(), 0, now=now)
    assert stored(cast, card) == draft()
    assert card.edition == 1
    sealed = b"".join(bytes(row.note_sealed or b"") for row in ScorecardEntry.objects.all())
    assert NOTE.encode() not in sealed
    assert audit.verify(cast.organization.pk) is None
    assert NOTE not in str(list(AuditEntry.objects.values_list("details", flat=True)))


def test_saving_the_same_again_changes_nothing(cast: Cast, held: Interview, now: datetime) -> None:
    save(cast.interviewer, held.pk, draft(), 0, now=now)
    again = save(cast.interviewer, held.pk, draft(), 0, now=now + HOUR)
    assert (again.edition, again.saved_at) == (1, now)


def test_an_entry_keeps_its_id(cast: Cast, held: Interview, now: datetime) -> None:
    card = save(cast.interviewer, held.pk, draft(), 0, now=now)
    ids = set(card.entries.values_list("pk", flat=True))
    save(cast.interviewer, held.pk, draft(Rating.WEAK), 1, now=now)
    assert set(card.entries.values_list("pk", flat=True)) == ids


def test_an_older_page_never_writes_over_a_newer_one(cast: Cast, held: Interview, now: datetime) -> None:
    card = save(cast.interviewer, held.pk, draft(), 0, now=now)
    save(cast.interviewer, held.pk, draft(Rating.OUTSTANDING), 1, now=now)
    with pytest.raises(Stale) as refused:
        save(cast.interviewer, held.pk, draft(Rating.WEAK), 1, now=now)
    assert refused.value.card.edition == 2
    assert refused.value.theirs == stored(cast, card) == draft(Rating.OUTSTANDING)


def test_submitting_asks_for_what_is_missing_and_keeps_what_is_there(
    cast: Cast, held: Interview, now: datetime
) -> None:
    half = draft(keys=KEYS[:2], recommendation=None)
    with pytest.raises(Incomplete) as refused:
        submit(cast.interviewer, held.pk, half, 0, now=now)
    assert refused.value.missing.competencies == tuple(KEYS[2:])
    assert refused.value.missing.recommendation
    card = Scorecard.objects.get()
    assert (card.state, stored(cast, card).marks["coding"].note) == ("open", NOTE)


def test_a_doubtful_note_is_asked_about_once_and_never_told(
    cast: Cast, held: Interview, now: datetime
) -> None:
    said = draft(
        marks={"ownership": Mark(Rating.WEAK, note="她有孩子，加班困难，周末不接电话", is_shareable=True)}
    )
    with pytest.raises(Doubtful) as refused:
        submit(cast.interviewer, held.pk, said, 0, now=now)
    assert set(refused.value.hints) == {"ownership"}
    card = submit(cast.interviewer, held.pk, said, 1, now=now, is_sure=True)
    assert card.state == "submitted"
    assert not card.entries.get(key="ownership").is_shareable
    assert card.entries.get(key="coding").is_shareable


def test_a_submitted_one_is_closed_until_it_is_taken_back(cast: Cast, held: Interview, now: datetime) -> None:
    card = submit(cast.interviewer, held.pk, draft(), 0, now=now)
    with pytest.raises(Closed, match="submitted"):
        save(cast.interviewer, held.pk, draft(Rating.WEAK), 2, now=now)
    assert reopen(cast.interviewer, card.pk, now=now + 23 * HOUR).state == "open"
    again = submit(cast.interviewer, held.pk, draft(Rating.WEAK), 3, now=now + 23 * HOUR)
    with pytest.raises(Closed, match="late"):
        reopen(cast.interviewer, again.pk, now=now + 48 * HOUR)
    assert reopen(cast.recruiter, again.pk, now=now + 48 * HOUR).submitted_at is None


def test_nobody_else_takes_it_back(cast: Cast, held: Interview, now: datetime) -> None:
    card = submit(cast.interviewer, held.pk, draft(), 0, now=now)
    other = create_user(cast.organization, Role.INTERVIEWER, "别人")
    with pytest.raises(Closed, match="stranger"):
        reopen(other, card.pk, now=now)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"state": "cancelled"}, "cancelled"),
        ({"attendance": "no_show"}, "not_held"),
        ({"attendance": "excused"}, "not_held"),
    ],
)
def test_nothing_is_written_of_what_did_not_take_place(
    cast: Cast, held: Interview, now: datetime, change: dict[str, str], why: str
) -> None:
    Interview.objects.filter(pk=held.pk).update(**change)
    with pytest.raises(Closed, match=why):
        save(cast.interviewer, held.pk, draft(), 0, now=now)


def test_nor_before_it_begins_nor_by_strangers_nor_of_the_erased(
    cast: Cast, held: Interview, now: datetime
) -> None:
    with pytest.raises(Closed, match="early"):
        save(cast.interviewer, held.pk, draft(), 0, now=held.starts_at - timedelta(minutes=1))
    with pytest.raises(Closed, match="stranger"):
        save(cast.recruiter, held.pk, draft(), 0, now=now)
    destroy([held.application.candidate.key], now)
    with pytest.raises(Closed, match="erased"):
        save(cast.interviewer, held.pk, draft(), 0, now=now)


def test_interviewers_read_others_after_submitting_their_own(
    cast: Cast, held: Interview, now: datetime
) -> None:
    second = create_user(cast.organization, Role.INTERVIEWER, "第二面试官")
    lead = cast.lead
    join(held, second)
    join(held, lead)
    first = submit(cast.interviewer, held.pk, draft(), 0, now=now)
    begun = save(second, held.pk, draft(Rating.WEAK, recommendation=None), 0, now=now)

    def seen(user: object) -> set[object]:
        return set(Scorecard.objects.visible_to(user).values_list("pk", flat=True))  # type: ignore[arg-type]

    assert seen(cast.interviewer) == {first.pk}
    assert seen(second) == {begun.pk}
    # A hiring lead sees results, but holds this interview and has not written yet.
    assert seen(lead) == set()
    assert seen(cast.recruiter) == {first.pk}
    assert seen(create_user(cast.organization, Role.INTERVIEWER, "旁人")) == set()
    submit(second, held.pk, draft(Rating.WEAK), 1, now=now)
    assert seen(second) == {first.pk, begun.pk}


def test_reading_gives_cards_lines_and_facts(cast: Cast, held: Interview, now: datetime) -> None:
    second = create_user(cast.organization, Role.INTERVIEWER, "第二面试官")
    join(held, second)
    submit(cast.interviewer, held.pk, draft(Rating.OUTSTANDING), 0, now=now)
    rated = draft(
        Rating.WEAK,
        marks={
            "coding": Mark(Rating.MISSING, note="写不出循环，两次提示后放弃了", is_shareable=False),
            "ownership": Mark(is_skipped=True),
        },
        recommendation=Recommendation.NO,
    )
    submit(second, held.pk, rated, 0, now=now + HOUR)
    vault = Vault(cast.organization.pk)
    cards = scorecards_of(cast.recruiter, [held.pk], vault)[held.pk]
    assert [card.author for card in cards] == ["陈默", "第二面试官"]
    assert cards[1].summary == "讲清了取舍的理由"
    lines = lines_of(cards, "en")
    assert [line.name for line in lines][:2] == ["Coding", "System design"]
    assert [line.is_disputed for line in lines] == [True, True, True, True, True, False]
    facts = facts_of([held.pk], vault, "en")[held.pk]
    # What nobody asked about is no fact.
    assert len(facts) == 11
    assert {fact.round for fact in facts} == {"First interview"}
    assert {fact.id for fact in facts} <= {
        str(pk) for pk in ScorecardEntry.objects.values_list("pk", flat=True)
    }
    weak = next(fact for fact in facts if fact.rating == Rating.MISSING)
    assert (weak.competency, weak.is_shareable) == ("coding", False)
    assert facts_of([held.pk], vault, "zh-hans")[held.pk][0].name == "编码能力"


def test_a_fact_about_what_must_not_count_is_never_shareable(
    cast: Cast, held: Interview, now: datetime
) -> None:
    card = submit(cast.interviewer, held.pk, draft(), 0, now=now)
    row = card.entries.get(key="coding")
    row.note_sealed = Vault(cast.organization.pk).seal(
        held.application.candidate.key, ScorecardEntry.PLACE, row.pk, "年龄偏大，写代码慢"
    )
    row.save()
    facts = facts_of([held.pk], Vault(cast.organization.pk), "zh-hans")[held.pk]
    assert [fact.is_shareable for fact in facts if fact.competency == "coding"] == [False]


def test_an_open_one_is_no_fact(cast: Cast, held: Interview, now: datetime) -> None:
    save(cast.interviewer, held.pk, draft(), 0, now=now)
    assert facts_of([held.pk], Vault(cast.organization.pk), "en") == {}
    assert scorecards_of(cast.recruiter, [held.pk], Vault(cast.organization.pk)) == {}


def test_the_nearest_form_holds(cast: Cast, held: Interview, now: datetime) -> None:
    assert sheet_for(held).keys == KEYS
    everywhere = create_form(cast.owner, None, "", [Asked("motivation", "动机")], now=now)
    assert sheet_for(held).keys == KEYS
    create_form(cast.owner, None, "初试", [Asked("learning", "学习")], now=now)
    assert sheet_for(held).keys == ["learning"]
    family = JobFamily.objects.get(name="技术")
    own = create_form(cast.owner, family, "", [Asked("planning", "计划")], now=now)
    assert sheet_for(held).keys == ["planning"]
    create_form(cast.owner, family, "初试", [Asked("language", "外语"), Asked("coding", "编码")], now=now)
    assert sheet_for(held).keys == ["language", "coding"]
    save_form(cast.owner, own, [], [Asked("planning", "计划")], now=now)
    assert own.competencies.get().is_archived
    assert everywhere.competencies.count() == 1


def test_a_family_without_a_form_of_ours_takes_the_general_one(cast: Cast, now: datetime) -> None:
    family = JobFamily.objects.get(name="技术")
    JobFamily.objects.filter(pk=family.pk).update(name="考古")
    held = create_held(cast, now=now)
    assert sheet_for(held).keys == [each.key for each in shipped_forms()["general"].competencies]
    JobFamily.objects.filter(pk=family.pk).update(name="大客户销售部")
    held = Interview.objects.with_people().get(pk=held.pk)
    assert "sales_drive" in sheet_for(held).keys


def test_what_the_form_no_longer_asks_stays_as_written(cast: Cast, held: Interview, now: datetime) -> None:
    card = submit(cast.interviewer, held.pk, draft(), 0, now=now)
    create_form(cast.owner, JobFamily.objects.get(name="技术"), "", [Asked("coding", "写代码")], now=now)
    reopen(cast.interviewer, card.pk, now=now)
    submit(cast.interviewer, held.pk, draft(Rating.WEAK, keys=["coding"]), 3, now=now)
    ratings = dict(card.entries.values_list("key", "rating"))
    assert (ratings["coding"], ratings["system_design"]) == (Rating.WEAK, Rating.STRONG)
    assert card.entries.get(key="coding").name == "写代码"
