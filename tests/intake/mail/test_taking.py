"""Mail that came in: where it belongs, what it changes, and that it does so once."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage

import orjson
import pytest

from tests.domain.mail_reply.letters import CHINESE, mail, postfix
from tests.factories import create_interview, sign_in_client
from tests.intake.mail.conftest import CHECKS, PASSWORD, Post, create_mailbox
from yuemian.channels.imap import Raw
from yuemian.domain.invitation import interview_uid
from yuemian.domain.mail_reply import read_letter
from yuemian.domain.states import Answer, Channel, DeliveryState
from yuemian.hiring.export import as_json
from yuemian.hiring.models import ContactPoint, ContactState
from yuemian.intake.actions.take_mail import Arrival, forget_taken, give_up
from yuemian.intake.mail.calendars import is_checked
from yuemian.intake.models import TakenMail, UnsortedMail
from yuemian.interviews.actions.respond import reply
from yuemian.interviews.models import Interview
from yuemian.interviews.timeline import conversation, note_of, story
from yuemian.messaging.clock import CHORES
from yuemian.messaging.models import (
    AccessLink,
    Conversation,
    Delivery,
    DeliveryEvent,
    EventKind,
    Mailbox,
    Message,
    Note,
    Notification,
)
from yuemian.trust.models import AuditEntry
from yuemian.trust.vault import Vault, destroy


def content_of(unsorted: UnsortedMail) -> dict[str, str]:
    plain = Vault(unsorted.organization_id).open_bytes(
        unsorted.key, UnsortedMail.PLACE, unsorted.pk, unsorted.content_sealed
    )
    return dict(orjson.loads(plain))


class TestAnAnswer:
    def test_joins_the_conversation_in_the_persons_own_words(self, post: Post) -> None:
        assert post.take(post.answer(CHINESE["163"])) == "reply"
        (message,) = post.messages()
        assert (post.body(message), message.channel, message.is_from_candidate) == (
            "可以，到时见",
            "email",
            True,
        )
        assert message.interview_id == post.interview.pk
        assert message.sender_note is None
        original = post.opened(Message.ORIGINAL_PLACE, message, message.original_sealed)
        assert "写道" in original
        assert "回复：面试邀请" in original
        assert Conversation.objects.get().waiting_since == post.now

    def test_never_changes_the_answer(self, post: Post) -> None:
        post.take(post.answer("能来"))
        post.take(post.answer("我接受", message_id="<m2@x.cn>"))
        assert Interview.objects.get(pk=post.interview.pk).answer == Answer.NEEDS_ACTION

    def test_stands_in_the_story_of_the_mail_it_answers(self, post: Post) -> None:
        post.take(post.answer())
        assert DeliveryEvent.objects.get().kind == EventKind.REPLIED
        assert [said.channel for said in conversation(post.interview)] == ["email"]
        assert story(post.interview, post.cast.recruiter)

    def test_from_another_address_says_so_and_changes_nothing_else(self, post: Post) -> None:
        assert post.take(post.answer(**{"from": "爸爸 <father@example.net>"})) == "reply"
        (message,) = post.messages()
        assert post.opened(Message.SENDER_PLACE, message, message.sender_note) == "father@example.net"
        assert [said.other_sender for said in conversation(post.interview)] == ["father@example.net"]

    @pytest.mark.parametrize("sender", ["C@Example.com", "c+jobs@example.com"])
    def test_from_another_spelling_of_the_invited_address_is_the_persons(
        self, post: Post, sender: str
    ) -> None:
        post.take(post.answer(**{"from": sender}))
        assert post.messages()[0].sender_note is None

    def test_names_files_that_came_along(self, post: Post) -> None:
        made = post.answer("简历见附件")
        made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="简历.pdf")
        post.take(made)
        assert [said.attachments for said in conversation(post.interview)] == [["简历.pdf"]]
        candidate = post.interview.application.candidate
        export = orjson.loads(as_json(candidate, Vault(candidate.organization_id), now=post.now))
        (entry,) = export["data"]["conversation"]["entries"]
        assert entry["names_of_files"] == ["简历.pdf"]

    def test_without_words_keeps_what_came(self, post: Post) -> None:
        post.take(post.answer("\n> 星河科技邀请您\n"))
        (said,) = conversation(post.interview)
        assert (said.text, "星河科技邀请您" in said.original) == ("—", True)

    def test_longer_than_a_page_shows_its_begin_and_keeps_the_rest(self, post: Post) -> None:
        post.take(post.answer("很长" * 3000))
        (said,) = conversation(post.interview)
        assert (len(said.text), said.original.count("很长")) == (2000, 3000)

    def test_of_which_only_the_begin_was_read_says_that_there_was_more(self, post: Post) -> None:
        post.take(post.answer(), is_cut=True)
        assert [said.attachments for said in conversation(post.interview)] == [["…"]]

    def test_leaves_no_personal_data_in_the_audit_trail(self, post: Post) -> None:
        post.take(post.answer(**{"from": "father@example.net"}))
        entry = AuditEntry.objects.get(action="conversation.mailed")
        assert entry.details == {"is_other_sender": True}
        assert entry.actor_kind == "candidate"


class TestTheOrderOfTrust:
    def test_a_token_stands_above_what_the_mail_refers_to(self, post: Post) -> None:
        other = create_interview(post.cast, now=post.now, email="d@example.com")
        made = post.answer(in_reply_to=f"<i-{other.pk}@galaxy.example>", **{"from": "d@example.com"})
        post.take(made)
        assert len(post.messages()) == 1

    @pytest.mark.parametrize("kind", ["n", "i"])
    @pytest.mark.parametrize("header", ["in_reply_to", "references"])
    def test_a_mail_that_it_refers_to_finds_it(self, post: Post, kind: str, header: str) -> None:
        id_ = (
            f"<n-{post.delivery.notification_id}.1@galaxy.example>"
            if kind == "n"
            else f"<i-{post.interview.pk}@g.example>"
        )
        made = mail(to="jobs@galaxy.example", **({header: id_} | {"from": "other@example.net"}))
        assert post.take(made) == "reply"
        assert post.messages()[0].sender_note is not None

    def test_the_senders_address_finds_it_last(self, post: Post) -> None:
        assert post.take(mail(to="jobs@galaxy.example")) == "reply"
        assert len(post.messages()) == 1

    def test_an_address_that_two_people_share_is_for_a_person_to_decide(self, post: Post) -> None:
        other = create_interview(post.cast, now=post.now, email="d@example.com")
        mine = ContactPoint.objects.get(candidate=post.interview.application.candidate, channel=Channel.EMAIL)
        ContactPoint.objects.filter(candidate=other.application.candidate, channel=Channel.EMAIL).update(
            blind_index=mine.blind_index
        )
        assert post.take(mail(to="jobs@galaxy.example")) == "unsorted"
        assert UnsortedMail.objects.get().why == "several"

    def test_a_stranger_is_for_a_person_to_place_and_sealed(self, post: Post) -> None:
        assert (
            post.take(mail("您好", to="jobs@galaxy.example", **{"from": "stranger@example.net"}))
            == "unsorted"
        )
        unsorted = UnsortedMail.objects.select_related("key").get()
        assert unsorted.why == "unknown"
        assert content_of(unsorted)["text"] == "您好"
        assert b"stranger" not in bytes(unsorted.content_sealed)

    def test_a_token_that_names_nothing_any_more_says_so(self, post: Post) -> None:
        forged = "reply+r" + "b" * 32 + "@in.galaxy.example"
        assert post.take(mail(to=forged, **{"from": "stranger@example.net"})) == "unsorted"
        assert UnsortedMail.objects.get().why == "erased"

    def test_who_was_erased_is_not_written_to_any_more(self, post: Post) -> None:
        destroy([post.interview.application.candidate.key], post.now)
        assert post.take(post.answer()) == "unsorted"
        assert UnsortedMail.objects.get().why == "erased"
        assert Message.objects.count() == 0

    def test_a_mail_of_another_company_is_not_found(self, post: Post) -> None:
        from tests.trust.test_tenancy import other_organization, switch_to

        address, mine = post.address, post.cast
        other = other_organization(post.now)
        theirs = create_mailbox(other, now=post.now)
        stranger = Post(other, theirs, post.interview, post.delivery, post.now)
        assert stranger.take(mail(to=address)) == "unsorted"
        switch_to(mine.organization.pk)
        assert post.messages() == []


class TestOnce:
    def test_the_same_number_again_changes_nothing(self, post: Post) -> None:
        assert [post.take(post.answer(), uid=5), post.take(post.answer(), uid=5)] == ["reply", "reply"]
        assert len(post.messages()) == 1

    def test_a_copy_under_another_number_is_recognised(self, post: Post) -> None:
        made = post.answer()
        copy = b"Received: by another way\n" + made.as_bytes()
        assert [post.take(made), post.take(copy)] == ["reply", "duplicate"]
        assert len(post.messages()) == 1

    def test_two_mails_alike_but_for_their_words_are_two(self, post: Post) -> None:
        post.take(post.answer("可以"))
        post.take(post.answer("不可以"))
        assert len(post.messages()) == 2

    def test_what_came_is_counted(self, post: Post) -> None:
        post.take(post.answer())
        post.take(post.answer(auto_submitted="auto-replied", message_id="<v@x.cn>"))
        post.take(post.bounce())
        assert Mailbox.objects.get().counts == {"reply": 1, "robot": 1, "bounce": 1}
        assert TakenMail.objects.count() == 3

    def test_what_cannot_be_read_is_shown_to_a_person(self, post: Post) -> None:
        raw = (
            b"Content-Type: multipart/mixed; boundary=x\n\n"
            + b"--x\nContent-Type: multipart/mixed; boundary=y\n" * 100
        )
        assert post.take(raw) == "unsorted"
        assert UnsortedMail.objects.get().why == "unreadable"

    def test_what_breaks_us_is_given_up_once(self, post: Post) -> None:
        arrival = Arrival(post.mailbox, 7, Raw(99, b"x"))
        assert [give_up(arrival, now=post.now) for _ in range(2)] == ["unsorted", "unsorted"]
        assert UnsortedMail.objects.count() == 1


class TestARobot:
    @pytest.mark.parametrize(
        "fields", [{"auto_submitted": "auto-replied"}, {"subject": "自动回复：休假"}, {"return_path": "<>"}]
    )
    def test_is_dropped(self, post: Post, fields: dict[str, str]) -> None:
        assert post.take(post.answer("我在休假", **fields)) == "robot"
        assert post.messages() == []
        assert UnsortedMail.objects.count() == 0


class TestABounce:
    def test_of_an_unknown_address_ends_the_delivery_and_the_address(self, post: Post) -> None:
        assert post.take(post.bounce()) == "bounce"
        delivery = post.fresh()
        assert (delivery.state, delivery.reason) == ("permanent_failure", "invalid_contact")
        assert post.point().state == ContactState.INVALID
        assert DeliveryEvent.objects.get().kind == EventKind.BOUNCED
        assert post.messages() == []

    def test_about_an_address_that_was_mended_meanwhile_leaves_the_new_one(self, post: Post) -> None:
        post.take(post.bounce().replace(b"c@example.com", b"old@example.com"))
        assert post.fresh().state == "permanent_failure"
        assert post.point().state == ContactState.ACTIVE

    @pytest.mark.parametrize(
        ("status", "said", "reason"),
        [
            ("5.2.2", "552 5.2.2 mailbox full", "mailbox_full"),
            ("5.7.1", "550 5.7.1 spam", "content_rejected"),
            ("5.3.0", "550 5.3.0 x", "provider_error"),
        ],
    )
    def test_for_another_reason_leaves_the_address_alone(
        self, post: Post, status: str, said: str, reason: str
    ) -> None:
        post.take(post.bounce(status=status, said=said))
        assert (post.fresh().state, post.fresh().reason) == ("permanent_failure", reason)
        assert post.point().state == ContactState.ACTIVE

    def test_that_only_says_later_keeps_waiting(self, post: Post) -> None:
        post.take(post.bounce("delayed", "4.2.0", "451 greylisted"))
        assert post.fresh().state == "sent"

    @pytest.mark.parametrize(
        ("action", "status", "state"),
        [
            ("failed", "5.1.1", "permanent_failure"),
            ("delayed", "4.2.0", "sent"),
            ("relayed", "2.0.0", "delivered"),
            ("", "", "sent"),
        ],
    )
    def test_settles_what_was_of_unknown_fate(self, post: Post, action: str, status: str, state: str) -> None:
        Delivery.objects.filter(pk=post.delivery.pk).update(
            state=DeliveryState.UNKNOWN, sent_at=None, is_unclear=True
        )
        post.take(post.bounce(action, status, ""))
        assert post.fresh().state == state

    def test_after_a_weak_delivered_is_believed_and_not_the_other_way(self, post: Post) -> None:
        post.take(post.bounce("relayed", "2.0.0", "250 ok"))
        assert post.fresh().state == "delivered"
        post.take(post.bounce())
        post.take(post.bounce("delivered", "2.0.0", "250 again"))
        assert post.fresh().state == "permanent_failure"

    def test_repeated_is_one(self, post: Post) -> None:
        post.take(post.bounce(), uid=1)
        post.take(b"Received: again\r\n" + post.bounce(), uid=2)
        assert DeliveryEvent.objects.count() == 1

    @pytest.mark.parametrize("by", ["envelope", "message"])
    def test_without_our_address_is_joined_by_what_it_quotes(self, post: Post, by: str) -> None:
        made = postfix().replace(b"bounce+b" + b"a" * 32, b"jobs")
        ours = (
            str(post.delivery.pk).encode()
            if by == "envelope"
            else str(post.delivery.notification_id).encode()
        )
        place = (
            b"0197a2b4-0000-7000-8000-000000000001"
            if by == "envelope"
            else b"0197a2b4-0000-7000-8000-000000000002"
        )
        assert post.take(made.replace(place, ours)) == "bounce"
        assert post.fresh().state == "permanent_failure"

    def test_that_is_not_understood_is_kept_as_such(self, post: Post) -> None:
        made = mail(
            "您的邮件没有送到",
            to=f"bounce+b{post.bounce_token()}@in.galaxy.example",
            subject="退信通知",
            return_path="<>",
        )
        assert post.take(made) == "bounce"
        event = DeliveryEvent.objects.get()
        assert (event.kind, event.code, post.fresh().state) == (EventKind.REPORTED, "unclassified", "sent")

    def test_about_nothing_of_ours_is_counted_apart(self, post: Post) -> None:
        assert post.take(postfix()) == "stray_bounce"
        assert DeliveryEvent.objects.count() == 0

    def test_lets_the_next_channel_take_over(self, post: Post) -> None:
        Delivery.objects.filter(channel=Channel.SMS).update(
            state=DeliveryState.CREATED, position=1, sent_at=None
        )
        Delivery.objects.update(deadline_at=datetime.now(post.now.tzinfo) + timedelta(days=1))
        post.take(post.bounce())
        assert Delivery.objects.get(channel=Channel.SMS).state == "queued"


class TestTheCompanysAnswer:
    def live(self, post: Post) -> None:
        from tests.messaging.test_accounts import create_account
        from yuemian.channels.smtp import SMTPConfig
        from yuemian.messaging.actions.accounts import save_account
        from yuemian.messaging.models import ProviderAccount

        post.cast.organization.is_rehearsal = False
        post.cast.organization.save()
        create_account(post.cast, now=post.now)
        account = ProviderAccount(provider="smtp", name="mail")
        save_account(
            post.cast.owner, account, SMTPConfig(host="smtp.example.com"), fields=["host"], now=post.now
        )

    def channels_of_answer(self, post: Post) -> list[str]:
        reply(post.cast.recruiter, post.interview, "带身份证即可", now=post.now)
        newest = Notification.objects.filter(purpose="answer").latest("created_at")
        return sorted(newest.deliveries.values_list("channel", flat=True))

    def test_to_a_mail_is_a_mail(self, post: Post) -> None:
        self.live(post)
        post.take(post.answer("要带什么？"))
        assert self.channels_of_answer(post) == ["email"]

    def test_to_the_page_goes_wherever_it_reaches(self, post: Post) -> None:
        self.live(post)
        assert self.channels_of_answer(post) == ["email", "sms"]

    def test_goes_another_way_where_the_address_is_out_of_use(self, post: Post) -> None:
        self.live(post)
        post.take(post.answer("要带什么？"))
        ContactPoint.objects.filter(channel=Channel.EMAIL).update(state=ContactState.INVALID)
        assert self.channels_of_answer(post) == ["sms"]

    @pytest.mark.parametrize("later", [timedelta(minutes=2), timedelta(days=4), timedelta(days=30)])
    def test_leaves_however_soon_or_late_it_is_written(self, post: Post, later: timedelta) -> None:
        self.live(post)
        post.take(post.answer("要带什么？"))
        reply(post.cast.recruiter, post.interview, "身份证", now=post.now)
        at = post.now + later
        reply(post.cast.recruiter, post.interview, "还有简历", now=at)
        newest = Notification.objects.filter(purpose="answer").latest("created_at")
        delivery = newest.deliveries.get()
        assert (newest.created_at, delivery.state) == (at, "queued")
        assert delivery.deadline_at > at + timedelta(days=1)
        assert AccessLink.objects.get(notification=newest.pk).expires_at > delivery.deadline_at

    def test_leaves_when_the_interview_was_cancelled(self, post: Post) -> None:
        self.live(post)
        Interview.objects.update(state="cancelled", cancelled_at=post.now)
        post.interview.refresh_from_db()
        post.take(post.answer("为什么取消？"))
        assert self.channels_of_answer(post) == ["email"]

    def test_refers_to_the_mail_that_it_answers(self, post: Post) -> None:
        self.live(post)
        post.take(post.answer("要带什么？"))
        self.channels_of_answer(post)
        notification = Notification.objects.select_related("key").get(purpose="answer")
        plain = Vault(notification.organization_id).open_bytes(
            notification.key, Notification.PLACE, notification.pk, notification.parameters_sealed
        )
        snapshot = orjson.loads(plain)
        assert snapshot["answered"] == "<m1@mail.example.com>"
        assert snapshot["context"]["candidate_question"] == "要带什么？"


@pytest.mark.parametrize(
    ("name", "header", "is_so"),
    [
        ("mx.galaxy.example", "mx.galaxy.example; dkim=pass; dmarc=pass header.from=x", True),
        ("mx.galaxy.example", "mx.evil.example; dmarc=pass", False),
        ("mx.galaxy.example", "mx.galaxy.example; dmarc=fail", False),
        ("", "; dmarc=pass", False),
        ("mx.galaxy.example", "", False),
    ],
)
def test_only_our_own_servers_word_counts_for_a_sender(name: str, header: str, is_so: bool) -> None:
    letter = read_letter(mail(authentication_results=header).as_bytes())
    assert is_checked(name, letter) is is_so


def test_the_password_is_sealed(post: Post) -> None:
    assert PASSWORD.encode() not in bytes(Mailbox.objects.get().config_sealed)


def test_the_inbox_shows_what_a_mail_brought_along(post: Post) -> None:
    made = post.answer("简历见附件", **{"from": "father@example.net"})
    made.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="简历.pdf")
    post.take(made)
    page = sign_in_client(post.cast.recruiter).get(f"/inbox/{Conversation.objects.get().pk}").content.decode()
    for words in ("简历见附件", "father@example.net", "简历.pdf", "来自邮件"):
        assert words in page


def calendar_answer(post: Post, said: str = "ACCEPTED", note: str = "", **fields: str) -> EmailMessage:
    """As Google Calendar sends it; `authentication_results` is our own server's word."""
    note = f';X-RESPONSE-COMMENT="{note}"' if note else ""
    uid = interview_uid(post.interview.pk, post.interview.application.candidate_id)
    made = post.answer("王小雨 已接受", authentication_results=f"{CHECKS}; dmarc=pass", **fields)
    made.add_alternative(
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\n"
        f"UID:{uid}\r\nSEQUENCE:0\r\nDTSTAMP:20261125T010000Z\r\nDTSTART:20261128T010000Z\r\n"
        f"ATTENDEE;PARTSTAT={said}{note}:mailto:c@example.com\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
        subtype="calendar",
        params={"method": "REPLY"},
    )
    return made


class TestACalendarsAnswer:
    def standing(self, post: Post) -> str:
        return Interview.objects.get(pk=post.interview.pk).answer

    @pytest.mark.parametrize(("said", "answer"), [("ACCEPTED", "accepted"), ("DECLINED", "declined")])
    def test_that_is_certain_counts(self, post: Post, said: str, answer: str) -> None:
        assert post.take(calendar_answer(post, said)) == "calendar"
        assert self.standing(post) == answer
        assert post.messages() == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"from": "father@example.net"},
            {"authentication_results": f"{CHECKS}; dmarc=fail"},
            {"authentication_results": "mx.evil.example; dmarc=pass"},
        ],
    )
    def test_of_a_doubtful_sender_is_noted_and_changes_nothing(
        self, post: Post, fields: dict[str, str]
    ) -> None:
        made = calendar_answer(post)
        for name, value in fields.items():
            made.replace_header(name.replace("_", "-"), value)
        assert post.take(made) == "calendar"
        assert self.standing(post) == "needs_action"
        assert post.messages() == []
        assert [note.kind for note in Note.objects.all()] == ["system"]

    def test_brings_the_note_that_was_written_with_it(self, post: Post) -> None:
        assert post.take(calendar_answer(post, "DECLINED", "抱歉，那天有考试")) == "calendar"
        assert note_of(Interview.objects.with_people().get(pk=post.interview.pk)) == "抱歉，那天有考试"

    def test_that_came_another_way_is_words_like_any_other(self, post: Post) -> None:
        made = calendar_answer(post)
        made.replace_header("To", "jobs@galaxy.example")
        assert post.take(made) == "calendar"
        assert self.standing(post) == "needs_action"
        assert [post.body(message) for message in post.messages()] == ["王小雨 已接受"]


class TestThatAMailWasTaken:
    def test_is_remembered_for_a_year_and_then_forgotten(self, post: Post) -> None:
        post.take(post.answer())
        organization = post.cast.organization.pk
        assert forget_taken(organization, post.now + timedelta(days=364)) == 0
        assert forget_taken(organization, post.now + timedelta(days=366)) == 1
        assert not TakenMail.objects.exists()
        assert len(post.messages()) == 1

    def test_is_forgotten_by_the_clock(self) -> None:
        assert "yuemian.intake.actions.take_mail.forget_taken" in {chore.run for chore in CHORES.values()}
