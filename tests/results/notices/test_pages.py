"""The pages of letters, as a recruiter, an approver and an outsider open them."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.factories import PASSWORD, Cast, sign_in_client
from tests.results.stories import Tale
from yuemian.domain.results import NoticeState, Outcome
from yuemian.messaging.models import Delivery, Template
from yuemian.results.actions import approvals, notices
from yuemian.results.models import ApprovalRule, ResultBatch, ResultNotice

N = NoticeState


@pytest.fixture
def tale(cast: Cast) -> Tale:
    return Tale(cast, timezone.now() - timedelta(minutes=1))


@pytest.fixture
def lead_client(tale: Tale) -> Client:
    return sign_in_client(tale.cast.lead)


def text_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, address
    return response.content.decode()


def hidden(html: str, action: str) -> dict[str, str]:
    """The hidden fields of the first form with this action."""
    form = re.search(rf'<form[^>]*action="[^"]*{action}"[^>]*>(.*?)</form>', html, re.DOTALL)
    assert form, action
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[1]))


def test_the_whole_way_in_pages(tale: Tale, recruiter_client: Client, lead_client: Client) -> None:
    decisions = tale.decide(tale.interviews(3))
    page = text_of(recruiter_client, "/results/letters")
    assert all(str(each.pk) in page for each in decisions)
    response = recruiter_client.post(
        "/results/letters/prepare", {"ids": [str(each.pk) for each in decisions], "name": "校招"}
    )
    batch = ResultBatch.objects.get()
    address = f"/results/letters/{batch.pk}"
    assert response["Location"] == address
    assert "欧阳小雨" in text_of(recruiter_client, address)
    letter = text_of(recruiter_client, f"/results/letter/{tale.of(batch)[0].pk}")
    assert f'href="/jobs/{tale.cast.backend.pk}"' in letter
    recruiter_client.post(f"{address}/submit")
    assert tale.states(batch) == [N.SUBMITTED] * 3
    # One text for three, as only the names differ.
    page = text_of(lead_client, address)
    assert page.count("letter-group") == 1
    assert page.count("没有选择与您继续") == 1
    lead_client.post(f"{address}/approve", hidden(page, "/approve"))
    assert tale.states(batch) == [N.APPROVED] * 3
    page = text_of(lead_client, f"{address}/release")
    assert lead_client.post(f"{address}/release", {"way": "all", "password": "wrong"}).status_code == 422
    lead_client.post(f"{address}/release", {"way": "all", "password": PASSWORD})
    assert tale.states(batch) == [N.RELEASED] * 3
    page = text_of(lead_client, address)
    assert "data-countdown" in page
    response = recruiter_client.post(f"{address}/recall", follow=True)
    assert "已撤回 3 个结果" in response.content.decode()
    assert tale.states(batch) == [N.RECALLED] * 3


def test_the_recruiter_sees_no_way_to_approve_their_own(tale: Tale, recruiter_client: Client) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    assert "data-approve" not in text_of(recruiter_client, f"/results/letters/{batch.pk}")
    response = recruiter_client.post(f"/results/letters/{batch.pk}/approve", {"ids": "", "seen": ""})
    assert response.status_code == 403


def test_an_approver_who_decided_is_told_so(tale: Tale, lead_client: Client) -> None:
    batch = tale.prepare(tale.decide(tale.interviews(2), by=tale.cast.lead))
    tale.submit(batch)
    page = text_of(lead_client, f"/results/letters/{batch.pk}")
    assert "data-approve" not in page
    assert "请由其他人审批" in page


def test_what_was_taken_back_meanwhile_is_not_approved(tale: Tale, lead_client: Client) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    page = text_of(lead_client, f"/results/letters/{batch.pk}")
    approvals.take_back(tale.cast.recruiter, [tale.of(batch)[0].pk], now=tale.now)
    lead_client.post(f"/results/letters/{batch.pk}/approve", hidden(page, "/approve"))
    assert tale.states(batch) == [N.APPROVED, N.DRAFT]  # the other is exactly what was read


def test_what_changed_after_the_page_was_shown_is_read_again(tale: Tale, lead_client: Client) -> None:
    batch = tale.drafts(2)
    tale.submit(batch)
    page = text_of(lead_client, f"/results/letters/{batch.pk}")
    first = tale.of(batch)[0]
    notices.edit_notice(
        tale.cast.recruiter, first.pk, "结果", f"{first.candidate_name}，您好！谢谢。", now=tale.now
    )
    tale.submit(batch)
    response = lead_client.post(f"/results/letters/{batch.pk}/approve", hidden(page, "/approve"), follow=True)
    assert "请重新阅读" in response.content.decode()
    assert tale.states(batch) == [N.SUBMITTED] * 2


def test_an_edited_letter_shows_its_differences(
    tale: Tale, recruiter_client: Client, lead_client: Client
) -> None:
    batch = tale.drafts(2)
    notice = tale.of(batch)[0]
    body = tale.text(notice).body.replace("经过认真讨论", "经过团队的认真讨论")
    recruiter_client.post(f"/results/letter/{notice.pk}", {"subject": "结果", "body": body})
    tale.submit(batch)
    page = text_of(lead_client, f"/results/letters/{batch.pk}")
    assert page.count("letter-group") == 2
    assert "<ins>团队的</ins>" in page
    first = page.index("letter-group")
    assert page.index("手工修改", first) < page.index("letter-group", first + 20)


def test_nobody_writes_over_what_a_colleague_has_just_saved(tale: Tale, recruiter_client: Client) -> None:
    notice = tale.only(tale.drafts())
    address = f"/results/letter/{notice.pk}"
    found = re.search(r'name="seen" value="(\w+)"', text_of(recruiter_client, address))
    assert found
    own = {"subject": "结果", "body": "欧阳小雨，我的话。", "seen": found[1]}
    notices.edit_notice(tale.cast.lead, notice.pk, "结果", "欧阳小雨，她的话。", now=tale.now)
    page = recruiter_client.post(address, own).content.decode()
    assert tale.text(tale.only(notice.batch)).body == "欧阳小雨，她的话。"
    assert "我的话" in page
    again = re.search(r'name="seen" value="(\w+)"', page)
    assert again
    assert recruiter_client.post(address, own | {"seen": again[1]}).status_code == 303
    assert tale.text(tale.only(notice.batch)).body == "欧阳小雨，我的话。"


def test_a_part_that_is_released_later_does_not_say_that_nothing_has_left(
    tale: Tale, recruiter_client: Client
) -> None:
    batch = tale.drafts(3)
    first, *others = tale.of(batch)
    approvals.submit_batch(tale.cast.recruiter, batch.pk, now=tale.now)
    approvals.return_notices(tale.cast.lead, [each.pk for each in others], "", now=tale.now)
    tale.approve(batch)
    tale.release(batch)
    address = f"/results/letters/{batch.pk}"
    assert "还没有发出任何内容。" in text_of(recruiter_client, address)
    ResultNotice.objects.filter(pk=first.pk).update(leaves_at=tale.now)
    Delivery.objects.filter(notification__subject_id=first.pk).update(state="sent")
    tale.release(tale.approved(batch))
    page = text_of(recruiter_client, address)
    assert "还有 2 封信尚未发出。" in page
    assert f"{address}/recall" in page
    recruiter_client.post(f"{address}/recall")
    assert tale.states(batch) == [N.RECALLED, N.RECALLED, N.RELEASED]


def test_a_name_cannot_write_the_page(tale: Tale, recruiter_client: Client, lead_client: Client) -> None:
    batch = tale.drafts(name='<b onclick="x">欧阳')
    notice = tale.only(batch)
    recruiter_client.post(
        f"/results/letter/{notice.pk}",
        {"subject": "<i>x</i>", "body": '<b onclick="x">欧阳：<script>x</script>'},
    )
    tale.submit(batch)
    for client, address in (
        (lead_client, f"/results/letters/{batch.pk}"),
        (recruiter_client, f"/results/letter/{notice.pk}"),
    ):
        page = text_of(client, address)
        assert "<script>x" not in page
        assert '<b onclick="x">' not in page
        assert "<i>x</i>" not in page


def test_return_and_take_out(tale: Tale, lead_client: Client, recruiter_client: Client) -> None:
    batch = tale.drafts(3)
    tale.submit(batch)
    first, second, _ = tale.of(batch)
    address = f"/results/letters/{batch.pk}/send-away"
    lead_client.post(address, {"ids": str(first.pk), "act": "return", "comment": "语气太硬"})
    lead_client.post(address, {"ids": str(second.pk), "act": "exclude"})
    assert tale.states(batch) == [N.EXCLUDED, N.RETURNED, N.SUBMITTED]
    page = text_of(recruiter_client, f"/results/letters/{batch.pk}")
    assert "语气太硬" in page
    lead_client.post(address, {"ids": str(tale.drafts(name="别批").pk), "act": "exclude"})


def test_problems_are_looked_at_from_the_page(tale: Tale, recruiter_client: Client) -> None:
    batch = tale.prepare(tale.decide(tale.interviews(2, name="王小雨")))
    page = text_of(recruiter_client, f"/results/letters/{batch.pk}")
    assert "本批中还有同名的人" in page
    for each in tale.of(batch):
        recruiter_client.post(f"/results/letter/{each.pk}/look", {"problem": "same_name", "back": "batch"})
    recruiter_client.post(f"/results/letters/{batch.pk}/submit")
    assert tale.states(batch) == [N.SUBMITTED] * 2


def test_a_correction_is_explained_on_the_page(tale: Tale, recruiter_client: Client) -> None:
    first = tale.only(tale.released())
    batch = tale.prepare(tale.decide([first.decision.interview], Outcome.PASS))
    notice = tale.only(batch)
    recruiter_client.post(f"/results/letter/{notice.pk}/look", {"reason": "选错了人", "back": "letter"})
    assert tale.only(batch).is_correction
    assert "有误" in text_of(recruiter_client, f"/results/letter/{notice.pk}")


def test_a_large_release_wants_its_number(tale: Tale, lead_client: Client) -> None:
    batch = tale.drafts(52)
    tale.submit(batch)
    tale.approve(batch)
    address = f"/results/letters/{batch.pk}/release"
    data = {"way": "all", "password": PASSWORD}
    assert lead_client.post(address, data).status_code == 422
    assert lead_client.post(address, data | {"typed": "51"}).status_code == 422
    assert lead_client.post(address, data | {"typed": "52"}).status_code == 303


def test_pages_cost_no_more_statements_with_more_letters(tale: Tale, lead_client: Client) -> None:
    small, large = tale.drafts(3), tale.drafts(30, job=tale.cast.sales)
    counts = []
    for batch in (small, large):
        tale.submit(batch)
        with CaptureQueriesContext(connection) as queries:
            text_of(lead_client, f"/results/letters/{batch.pk}")
        # That somebody was here is noted once a minute, which may pass between the two.
        counts.append(sum("accounts_session" not in query["sql"] for query in queries))
    assert counts[0] == counts[1] > 5


def test_rules_are_the_administrators(tale: Tale, recruiter_client: Client) -> None:
    assert recruiter_client.get("/results/letters/rules").status_code == 403
    client = sign_in_client(tale.cast.owner)
    data = {"approvals": "2", "hold_minutes": "30", "wants_feedback": "on", "apply_again_months": ""}
    assert client.post("/results/letters/rules", data).status_code == 303
    rule = ApprovalRule.objects.get()
    assert (rule.approvals, rule.hold_minutes, rule.wants_feedback, rule.apply_again_months) == (
        2,
        30,
        True,
        None,
    )
    assert client.post("/results/letters/rules", data | {"approvals": "0"}).status_code == 422
    assert client.post("/results/letters/rules", data | {"hold_minutes": "1441"}).status_code == 422


@pytest.mark.parametrize("who", ["interviewer", "auditor"])
def test_nobody_else_sees_results(tale: Tale, who: str) -> None:
    batch = tale.drafts()
    client = sign_in_client(getattr(tale.cast, who))
    for address in (
        "/results/letters",
        f"/results/letters/{batch.pk}",
        f"/results/letter/{tale.only(batch).pk}",
    ):
        assert client.get(address).status_code == 403


def test_a_letter_template_says_what_it_tells(tale: Tale, recruiter_client: Client) -> None:
    data = {"name": "另一封", "purpose": "letter", "round_name": ""}
    assert "选择" in recruiter_client.post("/templates/new", data).content.decode()
    assert not Template.objects.filter(name="另一封").exists()
    recruiter_client.post("/templates/new", data | {"outcome": "pass"})
    template = Template.objects.get(name="另一封")
    assert template.outcome == Outcome.PASS
    page = text_of(recruiter_client, f"/templates/{template.pk}")
    assert "只说明一种结果：通过" in page
    assert "?channel=sms" not in page
    recruiter_client.post(
        "/templates/new", data | {"name": "邀请", "purpose": "invitation", "outcome": "pass"}
    )
    assert Template.objects.get(name="邀请").outcome == ""


def test_get_changes_nothing(tale: Tale, recruiter_client: Client) -> None:
    batch = tale.drafts()
    before = list(ResultNotice.objects.values_list("pk", "state", "submission", "content_hash"))
    for part in ("submit", "act", "approve", "send-away", "recall"):
        assert recruiter_client.get(f"/results/letters/{batch.pk}/{part}").status_code in {403, 405}
    assert list(ResultNotice.objects.values_list("pk", "state", "submission", "content_hash")) == before
