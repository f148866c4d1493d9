"""The inbox: what stands on it in which order, filters, search, counters, keyset pages, offers, and what forms do."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from tests.factories import Cast, create_interview, create_user, sign_in_client
from tests.interviews.conversations import ask, asking, interview_of, say
from yuemian.accounts.models import Role, User
from yuemian.domain.states import Purpose
from yuemian.interviews.inbox import reading
from yuemian.interviews.inbox.filters import Filters, Whose
from yuemian.interviews.inbox.wording import lasting
from yuemian.interviews.keyset import Place
from yuemian.messaging.actions import inbox
from yuemian.messaging.actions.conversation import Mailed, add_message
from yuemian.messaging.models import (
    Conversation,
    FaqEntry,
    Medium,
    Message,
    Note,
    Notification,
    ReadMark,
    SavedReply,
    Template,
)
from yuemian.trust.identifiers import uuid7

HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def listed(client: Client, query: str = "") -> list[UUID]:
    return [row.conversation.pk for row, _ in client.get(f"/inbox{query}").context["rows"]]


def ids(conversations: Iterable[Conversation]) -> list[UUID]:
    return [each.pk for each in conversations]


def test_who_has_waited_longest_comes_first(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    waiting = [asking(cast, now=now, at=now - hours * HOUR) for hours in (1, 30, 5)]
    expected = [waiting[1], waiting[2], waiting[0]]
    assert listed(recruiter_client) == ids(expected)
    page = recruiter_client.get("/inbox", headers={"accept-language": "en"}).content.decode()
    assert "waits 1 day 6 hours" in page
    assert "waits 5 hours" in page


@pytest.mark.parametrize(
    ("minutes", "english", "chinese"),
    [
        (0, "0 minutes", "0分钟"),
        (59.9, "59 minutes", "59分钟"),
        (61, "1 hour 1 minute", "1小时1分钟"),
        (120, "2 hours", "2小时"),
        (60 * 24 * 8 + 61, "8 days 1 hour", "8天1小时"),
    ],
)
def test_waiting_is_told_in_two_units_and_never_rounded_up(
    minutes: float, english: str, chinese: str
) -> None:
    for language, expected in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert lasting(timedelta(minutes=minutes)).replace("\xa0", "") == expected


def test_the_filter_stands_in_the_address(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    mine = asking(cast, now=now)
    free = asking(cast, now=now, at=now + HOUR)
    theirs = asking(cast, now=now, at=now + 2 * HOUR, job=cast.analyst)
    inbox.assign(cast.recruiter, free, None, now=now)
    inbox.assign(cast.recruiter, theirs, cast.owner, now=now)
    done = asking(cast, now=now)
    inbox.move(cast.recruiter, done, "resolved", now=now)
    asleep = asking(cast, now=now)
    inbox.snooze(cast.recruiter, asleep, now + HOUR, now=now)
    assert {
        query: listed(recruiter_client, query)
        for query in (
            "",
            "?whose=unassigned",
            "?whose=all",
            "?whose=all&state=resolved",
            "?state=snoozed",
            f"?whose=all&job={cast.analyst.pk}",
            f"?whose=all&branch={cast.singapore.pk}",
            f"?whose=all&branch={cast.shanghai.pk}",
            "?state=nonsense&whose=nonsense&job=nonsense&after=nonsense",
        )
    } == {
        "": [mine.pk],
        "?whose=unassigned": [free.pk],
        "?whose=all": ids([mine, free, theirs]),
        "?whose=all&state=resolved": [done.pk],
        "?state=snoozed": [asleep.pk],
        f"?whose=all&job={cast.analyst.pk}": [theirs.pk],
        f"?whose=all&branch={cast.singapore.pk}": [theirs.pk],
        f"?whose=all&branch={cast.shanghai.pk}": ids([mine, free]),
        "?state=nonsense&whose=nonsense&job=nonsense&after=nonsense": [mine.pk],
    }


def test_everybody_but_recruiters_begins_with_all(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    assert listed(sign_in_client(cast.lead)) == [conversation.pk]


def test_search_finds_names_jobs_and_recent_words_in_any_state_and_says_how_far(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    by_name = asking(cast, "？", now=now, name="欧阳小雨")
    by_job = asking(cast, "？", now=now, job=cast.analyst)
    by_word = asking(cast, "请问附近有停车位吗", now=now)
    by_note = asking(cast, "？", now=now)
    inbox.add_note(cast.recruiter, by_note, "他问过停车", now=now)
    inbox.move(cast.recruiter, by_word, "resolved", now=now)
    old = asking(cast, "停车", now=now, at=now - timedelta(days=40))
    assert listed(recruiter_client, "?q=欧阳") == [by_name.pk]
    assert listed(recruiter_client, "?q=数据分析") == [by_job.pk]
    assert set(listed(recruiter_client, "?q=停车")) == {by_word.pk, by_note.pk}
    assert old.pk not in listed(recruiter_client, "?q=停车")
    page = recruiter_client.get("/inbox?q=停车", headers={"accept-language": "en"})
    assert page.context["found"].texts == 5
    assert "the words of the newest 5 messages and notes" in page.content.decode()


def test_what_was_erased_is_not_found_by_words_and_breaks_nothing(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    conversation = asking(cast, "停车", now=now)
    key = conversation.application.candidate.key
    type(key).objects.filter(pk=key.pk).update(wrapped=None, destroyed_at=now)
    assert listed(recruiter_client, "?q=停车") == []
    assert recruiter_client.get(f"/inbox/{conversation.pk}").status_code == 200


def test_pages_follow_each_other_without_gap_or_repetition(
    cast: Cast, recruiter_client: Client, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE_SIZE", 3)
    at = now - HOUR
    conversations = [asking(cast, now=now, at=at) for _ in range(4)] + [
        asking(cast, now=now, at=at + timedelta(minutes=number)) for number in range(1, 5)
    ]
    for query, move in (("?state=open", ""), ("?state=resolved", "resolved"), ("?state=any", "")):
        if move:
            for number, each in enumerate(conversations):
                inbox.move(cast.recruiter, each, move, now=now + timedelta(seconds=number // 3))
        seen: list[UUID] = []
        address = f"/inbox{query}"
        while address:
            context = recruiter_client.get(address).context
            seen += [row.conversation.pk for row, _ in context["rows"]]
            address = f"/inbox{context['next_page']}" if context["next_page"] else ""
        assert len(seen) == len(set(seen)) == 8, query


def test_a_place_survives_the_address(now: datetime) -> None:
    place = Place(now, uuid7())
    assert Place.read(str(place)) == place
    for text in ("", "x.y", "1.zz", f"{10**30}.{uuid7().hex}"):
        assert Place.read(text) is None


def test_the_list_takes_a_constant_number_of_statements(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(4):
            asking(cast, now=now)
        with CaptureQueriesContext(connection) as queries:
            recruiter_client.get("/inbox")
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] < 45


def test_the_badge_counts_ones_own_and_nobodys_news(cast: Cast, now: datetime) -> None:
    own, free, theirs = (asking(cast, now=now) for _ in range(3))
    inbox.assign(cast.recruiter, free, None, now=now)
    inbox.assign(cast.recruiter, theirs, cast.owner, now=now)
    assert reading.count_unread(cast.recruiter) == 2
    inbox.mark_read(cast.recruiter.pk, own, now=now)
    assert reading.count_unread(cast.recruiter) == 1
    assert reading.count_unread(cast.interviewer) == reading.count_unread(cast.auditor) == 0


def test_opening_marks_nothing_and_looking_does(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    conversation = asking(cast, now=now - HOUR)
    with CaptureQueriesContext(connection) as queries:
        recruiter_client.get(f"/inbox/{conversation.pk}")
        recruiter_client.head(f"/inbox/{conversation.pk}")
    writes = [
        each["sql"]
        for each in queries
        if not each["sql"].startswith(("SELECT", "(SELECT", "SAVEPOINT", "RELEASE"))
    ]
    assert [each for each in writes if "accounts_session" not in each] == []
    assert not ReadMark.objects.exists()
    recruiter_client.post(f"/inbox/{conversation.pk}/read")
    assert ReadMark.objects.get().user == cast.recruiter


def test_an_answer_goes_out_and_leads_to_the_next(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    first, second, third = (asking(cast, now=now, at=now - hours * HOUR) for hours in (3, 2, 1))
    address = f"/inbox/{second.pk}/answer"
    answer = recruiter_client.post(address, {"text": "有的。", "then": "next", "query": "whose=all"})
    assert answer["Location"] == f"/inbox/{third.pk}?whose=all"
    assert Notification.objects.filter(purpose=Purpose.ANSWER).count() == 1
    second.refresh_from_db()
    assert (second.state, second.waiting_since) == ("pending", None)
    answer = recruiter_client.post(f"/inbox/{third.pk}/answer", {"text": "有。", "then": "next"})
    assert answer["Location"] == f"/inbox/{first.pk}", "after the last one comes the first"
    answer = recruiter_client.post(f"/inbox/{first.pk}/answer", {"text": "有。", "then": "next"})
    assert answer["Location"] == "/inbox"
    stays = recruiter_client.post(f"/inbox/{first.pk}/answer", {"text": "还有"})
    assert stays["Location"] == f"/inbox/{first.pk}"


def test_an_empty_answer_and_a_missing_template_are_said(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    conversation = asking(cast, now=now)
    recruiter_client.post(f"/inbox/{conversation.pk}/answer", {"text": "  "})
    Template.objects.filter(purpose=Purpose.ANSWER).update(is_archived=True)
    recruiter_client.post(f"/inbox/{conversation.pk}/answer", {"text": "好"})
    assert Message.objects.filter(conversation=conversation).count() == 1
    conversation.refresh_from_db()
    assert conversation.waiting_since is not None


def test_resolving_offers_to_take_it_back(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    conversation = asking(cast, now=now)
    after = recruiter_client.post(f"/inbox/{conversation.pk}/move", {"to": "resolved"})["Location"]
    assert after == f"/inbox?done={conversation.pk}"
    page = recruiter_client.get(after)
    assert page.context["done"] == conversation
    assert f"/inbox/{conversation.pk}/move" in page.content.decode()
    recruiter_client.post(f"/inbox/{conversation.pk}/move", {"to": "undo"})
    conversation.refresh_from_db()
    assert (conversation.state, conversation.waiting_since) == ("open", now)
    assert recruiter_client.get(after).context["done"] is None


@pytest.mark.parametrize("until", ["", "nonsense", "2020-01-01T09:00"])
def test_a_sleep_needs_a_time_to_come(
    cast: Cast, recruiter_client: Client, now: datetime, until: str
) -> None:
    conversation = asking(cast, now=now)
    recruiter_client.post(f"/inbox/{conversation.pk}/snooze", {"until": until})
    conversation.refresh_from_db()
    assert conversation.state == "open"


def test_a_sleep_without_zone_is_on_the_viewers_clock(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    conversation = asking(cast, now=now)
    recruiter_client.post(f"/inbox/{conversation.pk}/snooze", {"until": "2099-01-01T09:00"})
    conversation.refresh_from_db()
    assert conversation.snoozed_until is not None
    assert conversation.snoozed_until.isoformat() == "2099-01-01T01:00:00+00:00"


def test_only_whoever_may_answer_can_be_assigned(cast: Cast, recruiter_client: Client, now: datetime) -> None:
    conversation = asking(cast, now=now)
    assert (
        recruiter_client.post(f"/inbox/{conversation.pk}/assign", {"to": cast.interviewer.pk}).status_code
        == 404
    )
    recruiter_client.post(f"/inbox/{conversation.pk}/assign", {"to": cast.owner.pk})
    conversation.refresh_from_db()
    assert conversation.assignee == cast.owner


def test_a_hiring_lead_reads_and_changes_nothing(cast: Cast, now: datetime) -> None:
    conversation = asking(cast, now=now)
    lead = sign_in_client(cast.lead)
    page = lead.get(f"/inbox/{conversation.pk}").content.decode()
    assert "停车位" in page
    assert "answer-text" not in page
    for name in ("answer", "note", "assign", "snooze", "move", "mute", "consult"):
        assert (
            lead.post(f"/inbox/{conversation.pk}/{name}", {"text": "x", "to": "resolved"}).status_code == 403
        )


def test_notes_stand_in_the_thread_and_nowhere_else(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    conversation = asking(cast, now=now)
    recruiter_client.post(f"/inbox/{conversation.pk}/note", {"text": "已电话联系"})
    assert "已电话联系" in recruiter_client.get(f"/inbox/{conversation.pk}").content.decode()
    assert Note.objects.get().author == cast.recruiter
    interview = interview_of(conversation)
    interviewer = sign_in_client(cast.interviewer)
    for page in (f"/interviews/{interview.pk}", "/interviews", "/today"):
        assert "已电话联系" not in interviewer.get(page).content.decode()


# --- What is offered ---------------------------------------------------------------------------------------


def save_entry(cast: Cast, question: str, answer: str, **place: object) -> FaqEntry:
    return FaqEntry.objects.create(
        organization=cast.organization, question=question, answer=answer, updated_at=timezone.now(), **place
    )


def test_a_prepared_answer_is_offered_with_its_question_and_filled_in(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    save_entry(cast, "公司有停车位吗？", "有，停在{{ place_name }}地下。", family=cast.backend.family)
    save_entry(cast, "有停车位吗？", "销售没有。", job=cast.sales)
    save_entry(cast, "面试结果多久出？", "三天。")
    conversation = asking(cast, now=now)
    page = recruiter_client.get(f"/inbox/{conversation.pk}")
    assert [offer.text for offer in page.context["offers"]] == ["有，停在星河大厦 12 层地下。"]
    assert "公司有停车位吗？" in page.content.decode()
    say(interview_of(conversation), cast.recruiter, "有", at=now + HOUR)
    assert recruiter_client.get(f"/inbox/{conversation.pk}").context["offers"] == []
    assert Notification.objects.count() == 0, "what is offered is not sent"


def test_without_script_an_offer_is_taken_by_its_link(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    entry = save_entry(cast, "有停车位吗？", "有，地下二层。")
    reply = save_phrase(cast, "谢谢", "{{ candidate_name }}，谢谢您！")
    conversation = asking(cast, now=now, name="李雷")
    for query, text in ((f"faq={entry.pk}", "有，地下二层。"), (f"phrase={reply.pk}", "李雷，谢谢您！")):
        assert recruiter_client.get(f"/inbox/{conversation.pk}?{query}").context["typed"] == text


def save_phrase(cast: Cast, code: str, body: str, owner: User | None = None) -> SavedReply:
    return SavedReply.objects.create(
        organization=cast.organization,
        code=code,
        title=code,
        body=body,
        owner=owner,
        updated_at=timezone.now(),
    )


def test_saved_replies_are_ones_own_first_and_filled_in(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    save_phrase(cast, "地址", "公用的")
    save_phrase(cast, "地址", "{{ candidate_name }}，我们在{{ place_address }}。", cast.recruiter)
    save_phrase(cast, "会议", "链接 {{ video_link }}")
    save_phrase(cast, "别人", "不可见", cast.owner)
    conversation = asking(cast, now=now, name="李雷")
    page = recruiter_client.get(f"/inbox/{conversation.pk}/phrases")
    assert [(each.reply.code, each.text, each.lacking) for each in page.context["phrases"]] == [
        ("地址", "李雷，我们在上海市浦东新区世纪大道 100 号。", ""),
        ("会议", "", "video_link"),
    ]


def test_saved_replies_are_checked_when_saved(cast: Cast, recruiter_client: Client) -> None:
    form = {"code": "/地铁", "title": "怎么来", "body": "{{ candidate_name }}，坐 2 号线。", "is_own": "no"}
    assert recruiter_client.post("/inbox/replies/new", form).status_code == 303
    reply = SavedReply.objects.get()
    assert (reply.code, reply.owner) == ("地铁", None)
    assert recruiter_client.post("/inbox/replies/new", form).status_code == 422, "the code is taken"
    assert recruiter_client.post("/inbox/replies/new", form | {"is_own": "yes"}).status_code == 303
    for wrong in (
        {"code": "a b"},
        {"code": "x", "body": "{{ salary }}"},
        {"code": "x", "body": "{{ hr_answer }}"},
    ):
        assert recruiter_client.post("/inbox/replies/new", form | wrong).status_code == 422
    assert recruiter_client.post(f"/inbox/replies/{reply.pk}/delete").status_code == 303
    assert SavedReply.objects.get().owner == cast.recruiter


def test_ones_own_replies_are_nobody_elses_to_change(cast: Cast, recruiter_client: Client) -> None:
    other = save_phrase(cast, "x", "y", cast.owner)
    assert recruiter_client.get(f"/inbox/replies/{other.pk}").status_code == 404
    assert recruiter_client.post(f"/inbox/replies/{other.pk}/delete").status_code == 404


def test_prepared_answers_are_edited_with_their_place(cast: Cast, recruiter_client: Client) -> None:
    form = {"question": "有宿舍吗？", "answer": "有。", "place": f"job:{cast.backend.pk}"}
    assert recruiter_client.post("/inbox/faq/new", form).status_code == 303
    entry = FaqEntry.objects.get()
    assert (entry.job, entry.family) == (cast.backend, None)
    page = recruiter_client.get(f"/inbox/faq/{entry.pk}")
    assert page.context["form"]["place"].value() == f"job:{cast.backend.pk}"
    family = cast.backend.family_id
    recruiter_client.post(f"/inbox/faq/{entry.pk}", form | {"place": f"family:{family}"})
    entry.refresh_from_db()
    assert (entry.job, entry.family_id) == (None, family)
    assert recruiter_client.post("/inbox/faq/new", form | {"answer": "{{ x }}"}).status_code == 422
    assert "有宿舍吗" in recruiter_client.get("/inbox/faq?q=宿舍").content.decode()
    recruiter_client.post(f"/inbox/faq/{entry.pk}/delete")
    assert not FaqEntry.objects.exists()


def test_the_same_conversation_stands_on_the_interviews_page(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    conversation = asking(cast, now=now)
    interview = interview_of(conversation)
    recruiter_client.post(f"/interviews/{interview.pk}/answer", {"text": "有停车场"})
    conversation.refresh_from_db()
    assert conversation.state == "pending"
    assert "有停车场" in recruiter_client.get(f"/inbox/{conversation.pk}").content.decode()


def test_an_answer_is_about_the_interview_that_was_asked_about(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    first = create_interview(cast, now=now)
    second = create_interview(cast, now=now, starts_at=now + timedelta(days=9))
    type(second).objects.filter(pk=second.pk).update(application=first.application)
    ask(first, "第一轮的问题", at=now)
    conversation = Conversation.objects.get()
    assert recruiter_client.get(f"/inbox/{conversation.pk}").context["interview"].pk == first.pk


def test_filters_know_their_order() -> None:
    assert Filters(whose=Whose.ALL).order_field == "ranked_at"
    assert Filters().within(None).order_field == "last_message_at"


def test_being_away_is_set_and_ended(cast: Cast, recruiter_client: Client) -> None:
    other = create_user(cast.organization, Role.RECRUITER, "周代班")
    page = "/settings/account/absence"
    form = {"since": "2099-01-01T09:00", "until": "2099-01-08T09:00", "deputy": other.pk, "is_told": "on"}
    assert recruiter_client.post(page, form | {"until": "2098-01-01T09:00"}).status_code == 422
    assert recruiter_client.post(page, form | {"deputy": cast.recruiter.pk}).status_code == 422
    assert recruiter_client.post(page, form).status_code == 302
    cast.recruiter.refresh_from_db()
    assert cast.recruiter.away_from is not None
    assert cast.recruiter.away_from.isoformat() == "2099-01-01T01:00:00+00:00"
    assert (cast.recruiter.deputy, cast.recruiter.is_absence_told) == (other, True)
    assert "2099-01-08T09:00" in recruiter_client.get(page).content.decode()
    recruiter_client.post(page, {"back": "1"})
    back = type(other).objects.get(pk=cast.recruiter.pk)
    assert (back.away_from, back.deputy, back.is_absence_told) == (None, None, False)


def test_a_mail_from_another_address_is_marked_in_list_and_thread(
    cast: Cast, recruiter_client: Client, now: datetime
) -> None:
    conversation = asking(cast, now=now)
    add_message(
        conversation.application,
        "我是他父亲",
        interview_id=None,
        author=None,
        now=now,
        channel=Medium.EMAIL,
        mailed=Mailed(sender="father@example.net"),
    )
    english = {"accept-language": "en"}
    rows = recruiter_client.get("/inbox", headers=english).content.decode()
    assert "From another address: 我是他父亲</span>" in rows
    page = recruiter_client.get(f"/inbox/{conversation.pk}", headers=english).content.decode()
    heads = re.findall(r'<p class="said-who">(.*?)</p>', page)
    name = conversation.application.candidate.name
    assert [name in head for head in heads] == [True, False]
    assert "From another address" in heads[1]
