"""The pages of results: list, filters, deciding one and many, conflict, undo, export, comparison, settings."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import Cast, create_interview, create_user, sign_in_client
from tests.results.decisions.people import ADVANCE, PASS, REJECT, interviewed, reason, score
from yuemian.accounts.models import Role
from yuemian.domain.results import Recommendation, Rule
from yuemian.domain.states import InterviewState
from yuemian.interviews.models import Interview, Participant
from yuemian.results.actions.decide import Choice, decide
from yuemian.results.actions.rules import save_rule
from yuemian.results.actions.waits import note_waits
from yuemian.results.models import Decision, ResultRule, Wait
from yuemian.trust.models import AuditEntry

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
YES, NO = Recommendation.YES, Recommendation.NO


@pytest.fixture
def now() -> datetime:
    """Pages read the real clock."""
    return timezone.now()


def waiting(cast: Cast, count: int, *, now: datetime, **fields: Any) -> list[Interview]:
    found = interviewed(cast, count, now=now, **fields)
    note_waits(cast.organization.pk, now)
    return found


def names(client: Client, query: str = "") -> list[str]:
    answer = client.get(f"/results?{query}")
    assert answer.status_code == 200
    return [row.name for row in answer.context["page"].rows]


def pressed(page: Any) -> dict[str, Any]:
    """The hidden fields of a page that asks whether to decide."""
    text = page.content.decode()
    form = text[text.index("data-decision") :]
    return dict(re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form)) | {"follow": "none"}


def ask_to(client: Client, ids: list[UUID], outcome: str, **more: Any) -> Any:
    return client.post("/results/decide", {"ids": [str(each) for each in ids], "outcome": outcome, **more})


# --- the list


def test_every_filter_finds_its_own(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    (old,) = waiting(cast, 1, now=now, ago=12 * DAY, name="久等")
    (fresh,) = waiting(cast, 1, now=now, ago=DAY, name="刚面", round="复试")
    (sale,) = waiting(cast, 1, now=now, ago=2 * DAY, name="销售员", job=cast.sales)
    Interview.objects.filter(pk=sale.pk).update(branch=cast.singapore, recruiter=None)
    score(old, cast.interviewer, YES, now=now)
    score(fresh, cast.interviewer, YES, now=now)
    score(fresh, cast.lead, NO, now=now)
    assert names(recruiter_client) == ["久等", "销售员", "刚面"]
    assert names(recruiter_client, "sort=-time") == ["刚面", "销售员", "久等"]
    expected = {
        f"job={cast.sales.pk}": ["销售员"],
        f"branch={cast.singapore.pk}": ["销售员"],
        "recruiter=me": ["久等", "刚面"],
        "round=复试": ["刚面"],
        "age=7": ["久等"],
        "age=late": ["久等"],
        "verdicts=for": ["久等"],
        "verdicts=split": ["刚面"],
        "verdicts=none": ["销售员"],
        "verdicts=against": [],
        "q=久": ["久等"],
        "state=decided": [],
        "state=nonsense&age=x&job=1": ["久等", "销售员", "刚面"],
    }
    assert {query: names(recruiter_client, query) for query in expected} == expected
    decide(cast.recruiter, [Choice(old.pk, ADVANCE), Choice(sale.pk, PASS)], now=now)
    assert names(recruiter_client, "state=decided&outcome=pass") == ["销售员"]
    assert names(recruiter_client, "state=waiting") == ["久等", "销售员", "刚面"]
    assert names(recruiter_client, "state=waiting&age=late") == ["久等"]
    page = recruiter_client.get("/results")
    assert [each["value"] for each in page.context["counters"]] == ["1", "1", "2", "0", "0"]


def test_nobody_who_did_not_come_is_listed(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    came, missed = waiting(cast, 2, now=now)
    Interview.objects.filter(pk=missed.pk).update(state=InterviewState.NO_SHOW)
    assert names(recruiter_client) == [came.application.candidate.name]


def test_pages_are_turned_and_statements_do_not_grow(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    waiting(cast, 3, now=now, ago=3 * DAY)
    counts = []
    for more in (0, 120):
        waiting(cast, more, now=now, ago=DAY) if more else None
        with CaptureQueriesContext(connection) as queries:
            page = recruiter_client.get("/results")
        counts.append(len(queries))
    assert counts[1] <= counts[0]
    assert counts[0] < 30
    seen = [row.interview.pk for row in page.context["page"].rows]
    while following := page.context["next_page"]:
        page = recruiter_client.get(f"/results{following}")
        seen += [row.interview.pk for row in page.context["page"].rows]
    assert len(seen) == len(set(seen)) == 123
    page = recruiter_client.get(f"/results{page.context['previous_page']}")
    assert seen[50] in {row.interview.pk for row in page.context["page"].rows}


def test_an_empty_list_teaches_the_next_step(recruiter_client: Client) -> None:
    assert "/interviews" in recruiter_client.get("/results").content.decode()


@pytest.mark.parametrize("role", ["interviewer", "auditor"])
def test_who_may_not_see_results_sees_none(cast: Cast, role: str, now: datetime) -> None:
    (interview,) = waiting(cast, 1, now=now)
    client = sign_in_client(getattr(cast, role))
    for path in ("/results", f"/results/{interview.pk}", "/results/attention"):
        assert client.get(path).status_code == 403
    for path in ("/results/decide", "/results/press", "/results/undo", "/results/export"):
        assert client.post(path).status_code == 403


# --- deciding


def test_one_is_decided_after_seeing_what_will_happen(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    (interview,) = waiting(cast, 1, now=now)
    page = ask_to(recruiter_client, [interview.pk], "reject")
    assert page.status_code == 200
    assert not Decision.objects.exists()
    assert recruiter_client.post("/results/press", pressed(page) | {"outcome": "reject"}).status_code == 422
    form = pressed(page) | {
        "outcome": "reject",
        "reasons_reject": str(reason(cast, "motivation")),
        "note": "备注",
    }
    assert recruiter_client.post("/results/press", form)["Location"] == "/results"
    assert Decision.objects.get().outcome == REJECT
    page = recruiter_client.get("/results")
    (undoable,) = page.context["undoable"]
    recruiter_client.post("/results/undo", {"at": undoable["at"]})
    assert not Decision.objects.filter(is_current=True).exists()
    assert names(recruiter_client) == [interview.application.candidate.name]


def test_a_thousand_are_decided_in_three_posts(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    waiting(cast, 1000, now=now)
    page = recruiter_client.post(
        "/results/decide", {"all_matching": "1", "filter": "age=", "outcome": "reject"}
    )
    assert len(page.context["asked"].people) == 1000
    form = pressed(page) | {"outcome": "reject", "reasons_reject": str(reason(cast, "position_closed"))}
    answer = recruiter_client.post("/results/press", form)
    assert answer.status_code == 302
    assert Decision.objects.filter(is_current=True, outcome=REJECT).count() == 1000
    (undoable,) = recruiter_client.get("/results").context["undoable"]
    assert undoable["count"] == 1000


def test_as_recommended_is_shown_before_it_is_so_and_stays_as_shown(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    good, bad, split, unheard = waiting(cast, 4, now=now)
    score(good, cast.interviewer, YES, now=now)
    score(bad, cast.interviewer, NO, now=now)
    score(split, cast.interviewer, YES, now=now)
    score(split, cast.lead, NO, now=now)
    page = ask_to(recruiter_client, [each.pk for each in (good, bad, split, unheard)], "suggested")
    assert [number for _label, number in page.context["counts"]] == [1, 1]
    assert len(page.context["asked"].undecided) == 2
    score(bad, cast.lead, YES, now=now)  # comes after the page was shown
    form = pressed(page) | {"reasons_reject": str(reason(cast, "skills_gap"))}
    assert recruiter_client.post("/results/press", form).status_code == 302
    assert dict(Decision.objects.values_list("interview", "outcome")) == {good.pk: ADVANCE, bad.pk: REJECT}


def test_a_conflict_says_who_and_when_and_changes_nothing(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    one, other = waiting(cast, 2, now=now)
    page = ask_to(recruiter_client, [one.pk, other.pk], "advance")
    decide(cast.lead, [Choice(one.pk, PASS)], now=timezone.now())
    answer = recruiter_client.post("/results/press", pressed(page) | {"outcome": "advance"})
    assert answer.status_code == 422
    assert "赵主管" in answer.context["problem"]
    assert Decision.objects.count() == 1
    # Having read it, one may insist.
    assert (
        recruiter_client.post("/results/press", pressed(answer) | {"outcome": "advance"}).status_code == 302
    )
    assert Decision.objects.filter(is_current=True, outcome=ADVANCE).count() == 2


def test_who_did_not_come_is_left_out_with_what_to_do(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    (good,) = waiting(cast, 1, now=now)
    coming = create_interview(cast, now=now)
    page = ask_to(recruiter_client, [good.pk, coming.pk], "hold")
    assert [each[0].pk for each in page.context["asked"].left_out] == [coming.pk]
    assert recruiter_client.post("/results/press", pressed(page) | {"outcome": "hold"}).status_code == 302
    assert list(Decision.objects.values_list("interview", flat=True)) == [good.pk]
    assert recruiter_client.post("/results/decide", {"outcome": "hold"})["Location"] == "/results"


def test_a_reserved_pass_is_refused_in_words(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    (interview,) = waiting(cast, 1, now=now)
    save_rule(cast.owner, Rule(is_pass_reserved=True), now=now)
    form = pressed(ask_to(recruiter_client, [interview.pk], "pass")) | {"outcome": "pass"}
    assert recruiter_client.post("/results/press", form).context["problem"].startswith("这里只有")
    lead = sign_in_client(cast.lead)
    form = pressed(ask_to(lead, [interview.pk], "pass")) | {"outcome": "pass"}
    assert lead.post("/results/press", form).status_code == 302


def test_advancing_schedules_the_next_round(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    first, second = waiting(cast, 2, now=now)
    page = ask_to(recruiter_client, [first.pk, second.pk], "advance")
    assert page.context["form"]["round"].value() == "复试"
    base = pressed(page) | {"outcome": "advance", "round": "复试", "minutes": "45"}
    wrong = recruiter_client.post(
        "/results/press", base | {"follow": "time", "date": "2020-01-01", "time": "10:00"}
    )
    assert wrong.status_code == 422
    day = (now + 3 * DAY).date().isoformat()
    good = base | {
        "follow": "time", "date": day, "time": "10:00", "is_in_turn": "on", "interviewers": [str(cast.lead.pk)],
    }  # fmt: skip
    assert recruiter_client.post("/results/press", good).status_code == 302
    rounds = Interview.objects.filter(round="复试").order_by("starts_at")
    assert [each.starts_at.astimezone(each.zone).strftime("%H:%M") for each in rounds] == ["10:00", "10:45"]
    (third,) = waiting(cast, 1, now=now)
    base = pressed(ask_to(recruiter_client, [third.pk], "advance")) | {"outcome": "advance", "round": "复试"}
    answer = recruiter_client.post("/results/press", base | {"follow": "choose", "until": day})
    assert answer.status_code == 302
    assert Interview.objects.get(application=third.application, round="复试").state == "draft"


def test_the_next_one_follows(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    (first,) = waiting(cast, 1, now=now, ago=2 * DAY)
    (second,) = waiting(cast, 1, now=now, ago=DAY)
    page = recruiter_client.get(f"/results/{first.pk}")
    form = pressed(page) | {"outcome": "hold", "then": "next"}
    assert recruiter_client.post("/results/press", form)["Location"] == f"/results/{second.pk}"
    form = pressed(recruiter_client.get(f"/results/{second.pk}")) | {"outcome": "advance", "then": "next"}
    assert (
        recruiter_client.post("/results/press", form)["Location"] == f"/results/{first.pk}"
    )  # held, so still open


def test_reading_changes_nothing(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    (interview,) = waiting(cast, 1, now=now)
    for path in ("/results/decide", "/results/press", "/results/undo", "/results/export"):
        assert recruiter_client.get(path).status_code == 405
    for path in ("/results", f"/results/{interview.pk}", "/settings/decision-reasons"):
        recruiter_client.get(path)
    assert not Decision.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="result.").exists()


# --- one person


def test_scorecards_stand_beside_each_other_and_contradictions_show(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    (interview,) = waiting(cast, 1, now=now)
    score(interview, cast.interviewer, YES, now=now, ratings={"coding": 4, "talk": 3}, note="思路清楚")
    score(interview, cast.lead, NO, now=now, ratings={"coding": 2, "talk": 3})
    late = create_user(cast.organization, Role.INTERVIEWER, "慢慢")
    Participant.objects.create(organization=cast.organization, interview=interview, user=late)
    page = recruiter_client.get(f"/results/{interview.pk}")
    assert [(line.name, line.is_apart) for line in page.context["lines"]] == [
        ("coding", True),
        ("talk", False),
    ]
    assert [card.name for card in page.context["cards"]] == ["陈默", "赵主管"]
    assert page.context["is_divided"]
    assert page.context["lacking"] == ["慢慢"]
    text = page.content.decode()
    assert "思路清楚" in text
    assert "coding 的例子" in text


def test_a_result_leads_to_the_jobs_own_page(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    (interview,) = waiting(cast, 1, now=now)
    page = recruiter_client.get(f"/results/{interview.pk}").content.decode()
    assert f'href="/jobs/{cast.backend.pk}"' in page


def test_what_was_before_is_there(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    (first,) = waiting(cast, 1, now=now, ago=9 * DAY)
    decide(cast.lead, [Choice(first.pk, ADVANCE, note="请复试官看设计能力")], now=now - 8 * DAY)
    second = Interview.objects.get(pk=first.pk)
    second.pk, second.round, second.starts_at, second.fingerprint = None, "复试", now - DAY, None
    second.id = UUID(int=7)
    second.save(force_insert=True)
    score(first, cast.interviewer, YES, now=now, note="基础好")
    decide(cast.recruiter, [Choice(second.pk, REJECT, (reason(cast, "skills_gap"),))], now=now)
    decide(cast.lead, [Choice(second.pk, PASS)], now=timezone.now())
    page = recruiter_client.get(f"/results/{second.pk}")
    (earlier,) = page.context["earlier"]
    assert (earlier.interview.pk, earlier.decision.outcome) == (first.pk, ADVANCE)
    assert [each.decision.outcome for each in page.context["decided"]] == [PASS, REJECT]
    text = page.content.decode()
    assert "基础好" in text
    assert "专业能力有差距" in text
    assert "请复试官看设计能力" in recruiter_client.get(f"/results/{first.pk}").content.decode()


def test_nothing_to_decide_says_what_to_do_instead(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    (interview,) = waiting(cast, 1, now=now)
    Interview.objects.filter(pk=interview.pk).update(state=InterviewState.NO_SHOW)
    page = recruiter_client.get(f"/results/{interview.pk}")
    assert not page.context["may_decide"]
    assert page.context["obstacle"].remedy


# --- taking it along, and the rules


def test_the_export_is_what_was_filtered_and_runs_nothing(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    waiting(cast, 1, now=now, name="=cmd|x")
    waiting(cast, 1, now=now, name="别人", job=cast.sales)
    answer = recruiter_client.post("/results/export", {"filter": f"job={cast.backend.pk}"})
    head, line = answer.content.decode("utf-8-sig").strip().splitlines()
    assert head.startswith("候选人")
    assert line.startswith("'=cmd|x,")
    assert AuditEntry.objects.get(action="results.exported").details["count"] == 1


def test_rules_are_set_for_all_and_for_a_place(cast: Cast, now: datetime) -> None:
    client = sign_in_client(cast.owner)
    data = {"promise_workdays": "5", "escalate_workdays": "2", "reserved": "yes"}
    assert client.post("/settings/result-rules", data).status_code == 303
    place = f"/settings/result-rules/place?job={cast.sales.pk}"
    assert client.get(place).status_code == 200
    assert client.post(place, {"promise_workdays": "2"}).status_code == 303
    assert list(ResultRule.objects.order_by("promise_workdays").values_list("job", "promise_workdays")) == [
        (cast.sales.pk, 2), (None, 5),
    ]  # fmt: skip
    assert "大客户销售经理" in client.get("/settings/result-rules").content.decode()
    assert client.post(place, {}).status_code == 303
    assert ResultRule.objects.count() == 1
    assert client.post("/settings/result-rules", {"promise_workdays": "31"}).status_code == 422
    assert client.get("/settings/result-rules/place").status_code == 404
    assert client.get(f"/settings/result-rules/place?job={UUID(int=1)}").status_code == 404
    assert sign_in_client(cast.recruiter).get("/settings/result-rules").status_code == 403


def test_the_job_says_how_long_candidates_waited(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    people = waiting(cast, 6, now=now, ago=9 * DAY)
    page = recruiter_client.get(
        f"/jobs/{cast.backend.pk}", headers={"accept-language": "en"}
    ).content.decode()
    assert "0 candidates were told" in page
    assert "6 still wait" in page
    for interview in people[:5]:
        Interview.objects.filter(pk=interview.pk).update(
            result_told_at=interview.ends_at + timedelta(hours=60)
        )
        Wait.objects.filter(interview=interview).update(state="told")
    page = recruiter_client.get(
        f"/jobs/{cast.backend.pk}", headers={"accept-language": "en"}
    ).content.decode()
    assert "2.5 days" in page
    assert "Few: this says little" in page
