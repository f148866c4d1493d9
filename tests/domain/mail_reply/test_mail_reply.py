"""What comes back by mail: whose it is, what kind, and which words are the person's."""

from __future__ import annotations

import time
from email.header import Header
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.domain.mail_reply.letters import CHINESE, ENGLISH, OURS, QUOTED, QUOTED_WITH_MARKS, mail, postfix
from yuemian.domain.mail_reply import (
    AddressPattern,
    BadPattern,
    Fate,
    Kind,
    TokenKind,
    Unreadable,
    cut_reply,
    find_tokens,
    is_same_person,
    kind_of,
    our_ids,
    read_bounce,
    read_letter,
)
from yuemian.domain.mail_reply.address import read_token, write_token
from yuemian.domain.mail_reply.plain import plain_text

PLUS = AddressPattern.parse("reply+{token}@in.galaxy.example")
CATCH_ALL = AddressPattern.parse("{token}@reply.galaxy.example")


class TestTheReply:
    @pytest.mark.parametrize("program", CHINESE)
    def test_of_a_chinese_program_is_cut_out(self, program: str) -> None:
        sender = "c@foxmail.com" if program == "Foxmail" else "c@example.com"
        assert cut_reply(CHINESE[program], sender) == "可以，到时见"

    @pytest.mark.parametrize("program", ENGLISH)
    def test_of_another_program_is_cut_out(self, program: str) -> None:
        assert cut_reply(ENGLISH[program]) == "可以，到时见"

    def test_below_the_quotation_is_found(self) -> None:
        above = f"On Wed, 25 Nov 2026, Galaxy <jobs@galaxy.example> wrote:\n{QUOTED_WITH_MARKS}"
        text = f"{above}\n\nYes, I will be there.\n\nWang"
        assert cut_reply(text) == "Yes, I will be there.\n\nWang"

    def test_between_quoted_lines_is_found(self) -> None:
        text = "您好，\n\n在 2026-11-25，星河科技 <a@b.cn> 写道：\n> 时间：周五 14:00\n\n"
        text += "可以改到15点吗？\n\n> 地点：星河大厦\n\n知道了\n"
        assert cut_reply(text) == "您好，\n\n可以改到15点吗？\n\n知道了"

    def test_keeps_out_quoted_lines_that_were_broken_on_the_way(self) -> None:
        long = "a very long line of seventy letters or so that some server on the way"
        text = f"OK\n\nOn Wed Galaxy wrote:\n> {long}\nbroke here\n> and goes on\n"
        assert cut_reply(text) == "OK"

    def test_that_says_nothing_is_empty(self) -> None:
        assert cut_reply(f"\n\n在 2026-11-25，星河科技 <a@b.cn> 写道：\n{QUOTED_WITH_MARKS}") == ""

    def test_keeps_a_quotation_that_nothing_tells_from_it(self) -> None:
        assert QUOTED in cut_reply(f"{QUOTED}\n\n可以")

    def test_without_quotation_is_whole(self) -> None:
        text = "您好！\n\n我周五下午有考试，\n能否改到周一？\n\n王小雨\n13800000000"
        assert cut_reply(text) == text

    @pytest.mark.parametrize(
        "text",
        [
            "主题: 我想问一下薪资",
            "From: here to there it is far",
            "他写道很好",
            "在哪里面试？",
            "從我的住處過去要一小時，可以改到十點嗎？",
            "发自我的内心，谢谢！",
        ],
    )
    def test_words_that_only_look_like_a_quotation_stay(self, text: str) -> None:
        assert cut_reply(text) == text

    @pytest.mark.parametrize(
        "line",
        ["> > >" * 80, "On On On On ", "在 " * 200, "-" * 400, "x" * 4000, "发件人:", " " * 300, "_" * 60],
    )
    def test_of_ten_thousand_lines_takes_no_time(self, line: str) -> None:
        begin = time.process_time()
        cut_reply("\n".join([line] * 10_000))
        assert time.process_time() - begin < 5

    @given(st.text(max_size=300))
    def test_never_fails_and_never_invents(self, text: str) -> None:
        own = cut_reply(text)
        assert all(part.strip() in text.replace("\u00a0", " ") for part in own.split("\n"))


class TestALetter:
    def test_has_its_facts(self) -> None:
        letter = read_letter(
            mail(in_reply_to="<a@b>", references="<r@x> <a@b>", cc="Me <me@example.com>").as_bytes()
        )
        assert (letter.sender, letter.sender_name, letter.subject) == (
            "c@example.com",
            "王小雨",
            "回复：面试邀请",
        )
        assert letter.recipients == (OURS, "me@example.com")
        assert letter.references == ("<a@b>", "<r@x>")
        assert letter.text == "可以，到时见"
        assert letter.return_path == "c@example.com"
        assert letter.sent_at is not None

    @pytest.mark.parametrize(
        "charset", ["gb18030", "gbk", "gb2312", "big5", "utf-8", "utf-16", "iso-2022-jp"]
    )
    def test_is_read_in_its_charset(self, charset: str) -> None:
        words = "可以" if charset in {"big5", "iso-2022-jp"} else "可以，到时见"
        made = mail("x")
        made.set_payload(words.encode(charset), charset=None)
        made.replace_header("Content-Type", f'text/plain; charset="{charset}"')
        made.replace_header("Content-Transfer-Encoding", "8bit")
        assert read_letter(made.as_bytes()).text == words

    @pytest.mark.parametrize("declared", ["gb2312", "us-ascii", "x-unheard-of", ""])
    def test_in_gb18030_under_another_name_is_read(self, declared: str) -> None:
        head = f"From: c@example.com\nContent-Type: text/plain; charset={declared or 'us-ascii'}\n\n".encode()
        assert read_letter(head + "㐂镕先生，可以，到时见".encode("gb18030")).text == "㐂镕先生，可以，到时见"

    @pytest.mark.parametrize("charset", ["gb18030", "gb2312", "utf-8"])
    def test_has_its_subject_decoded(self, charset: str) -> None:
        subject = Header("回复：【星河科技】面试邀请", charset).encode()
        assert (
            read_letter(f"From: c@x.cn\nSubject: {subject}\n\nx".encode()).subject
            == "回复：【星河科技】面试邀请"
        )

    def test_has_a_letter_put_together_that_was_cut_between_encoded_words(self) -> None:
        assert read_letter(b"Subject: =?utf-8?b?5Lit5Q==?=\n =?utf-8?b?m70=?=\n\nx").subject == "中国"

    @pytest.mark.parametrize("charset", ["gb18030", "utf-8"])
    def test_with_a_bare_subject_is_read(self, charset: str) -> None:
        assert (
            read_letter(b"Subject: " + "回复：面试邀请".encode(charset) + b"\n\nx").subject
            == "回复：面试邀请"
        )

    def test_of_html_alone_becomes_text_with_its_quotation_marked(self) -> None:
        made = mail("x")
        made.set_content(
            "<html><head><style>p{}</style></head><body><div>可以&#65292;到时见</div><!-- x > --><br>"
            f"<div class='gmail_quote'>{QUOTED.replace(chr(10), '<br>')}<blockquote><p>更早</p></blockquote></div>",
            subtype="html",
        )
        assert cut_reply(read_letter(made.as_bytes()).text) == "可以，到时见"

    def test_names_attachments_and_takes_none(self) -> None:
        made = mail("简历见附件")
        made.add_attachment(b"%PDF" * 100, maintype="application", subtype="pdf", filename="王小雨 简历.pdf")
        made.add_attachment(b"x", maintype="image", subtype="png", filename="../../证书\r\n.png")
        letter = read_letter(made.as_bytes())
        assert letter.text == "简历见附件"
        assert letter.attachments[0] == "王小雨 简历.pdf"
        assert letter.attachment_count == len(letter.attachments) == 2
        assert "/" not in letter.attachments[1]
        assert "\n" not in letter.attachments[1]

    def test_gives_its_calendar_part_apart(self) -> None:
        made = mail("已接受")
        made.add_alternative(
            "BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n",
            subtype="calendar",
            params={"method": "REPLY"},
        )
        letter = read_letter(made.as_bytes())
        assert [method for method, _ in letter.calendars] == ["REPLY"]
        assert letter.attachments == ()
        assert kind_of(letter, is_to_bounce_address=False) is Kind.CALENDAR

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\x00\xff\xfe",
            b"Content-Type: multipart/mixed\n\n--x",
            b'Content-Type: text/plain; charset="\xff"\n\n\xff',
            b"Subject: =?utf-8?q?=GG?=\n\n",
            b'Content-Type: multipart/mixed; boundary="a"\n\n--a\nContent-Type: text/html\n\n<p>cut',
            b"From: " + b"a" * 100_000 + b"\n\n",
            b"Content-Disposition: attachment; filename*=gb18030''%ff%ff%ff\n\n",
        ],
    )
    def test_that_is_broken_is_read_as_far_as_it_goes(self, raw: bytes) -> None:
        read_letter(raw)

    def test_of_boxes_within_boxes_is_refused(self) -> None:
        raw = b"From: c@x.cn\n" + b"".join(
            b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(500)
        )
        with pytest.raises(Unreadable):
            read_letter(raw)

    @pytest.mark.parametrize(
        "piece", ["<", "<!--", "<p", "<p>", "&", "</p>", "<blockquote>", "<!", "&#x", "<script>", "\n> "]
    )
    def test_of_html_built_to_be_slow_takes_no_time(self, piece: str) -> None:
        begin = time.process_time()
        plain_text(piece * (400_000 // len(piece)))
        assert time.process_time() - begin < 5

    @given(st.binary(max_size=400))
    def test_of_any_bytes_never_fails_otherwise(self, raw: bytes) -> None:
        read_letter(b"Content-Type: multipart/mixed; boundary=x\nSubject: " + raw)


class TestTheKind:
    def kind(self, *, to_bounces: bool = False, **fields: Any) -> Kind:
        return kind_of(read_letter(mail(**fields).as_bytes()), is_to_bounce_address=to_bounces)

    def test_of_a_plain_answer_is_a_person(self) -> None:
        assert self.kind() is Kind.PERSON
        assert self.kind(auto_submitted="no") is Kind.PERSON

    @pytest.mark.parametrize(
        "fields",
        [
            {"auto_submitted": "auto-replied"},
            {"auto_submitted": "auto-generated; owner=x"},
            {"x_autoreply": "yes"},
            {"precedence": "bulk"},
            {"precedence": "auto_reply"},
            {"return_path": "<>"},
            {"subject": "自动回复：面试邀请"},
            {"subject": "自动回复: 面试邀请"},
            {"subject": "Automatic reply: Interview"},
            {"subject": "Out of Office: Interview"},
            {"list_id": "<news.example.com>"},
        ],
    )
    def test_of_a_robot_is_told(self, fields: dict[str, Any]) -> None:
        assert self.kind(**fields) is Kind.AUTO

    def test_of_a_holiday_notice_to_the_bounce_address_is_a_robot(self) -> None:
        assert self.kind(to_bounces=True, auto_submitted="auto-replied", return_path="<>") is Kind.AUTO
        assert self.kind(to_bounces=True, subject="自动回复: 休假中") is Kind.AUTO

    def test_of_a_report_is_a_bounce_wherever_it_comes(self) -> None:
        assert kind_of(read_letter(postfix()), is_to_bounce_address=False) is Kind.BOUNCE
        assert self.kind(return_path="<>", subject="系统退信/Systems bounce") is Kind.BOUNCE
        assert self.kind(to_bounces=True, **{"from": "MAILER-DAEMON@qq.com"}) is Kind.BOUNCE

    def test_of_words_about_automatic_things_is_a_person(self) -> None:
        assert self.kind(subject="自动回复机器人岗位的面试") is Kind.PERSON


class TestABounce:
    @pytest.mark.parametrize(
        ("action", "status", "said", "fate"),
        [
            ("failed", "5.1.1", "550 5.1.1 No such user", Fate.UNKNOWN_ADDRESS),
            ("failed", "5.1.10", "550 5.1.10 RESOLVER.ADR.RecipientNotFound", Fate.UNKNOWN_ADDRESS),
            ("failed", "5.0.0", "550 5.1.1 user unknown", Fate.UNKNOWN_ADDRESS),
            ("failed", "5.0.0", "550 User not found: no such user", Fate.UNKNOWN_ADDRESS),
            ("failed", "5.1.8", "553 5.1.8 sender domain not found", Fate.REFUSED),
            ("failed", "5.2.2", "552 5.2.2 Mailbox full", Fate.MAILBOX_FULL),
            ("failed", "5.7.1", "550 5.7.1 blocked", Fate.REFUSED),
            ("failed", "4.4.7", "expired", Fate.REFUSED),
            ("delayed", "4.2.0", "451 greylisted", Fate.DELAYED),
            ("delivered", "2.0.0", "250 ok", Fate.DELIVERED),
            ("relayed", "2.0.0", "250 ok", Fate.DELIVERED),
            ("", "", "", Fate.UNCLASSIFIED),
        ],
    )
    def test_is_understood(self, action: str, status: str, said: str, fate: Fate) -> None:
        bounce = read_bounce(read_letter(postfix(action, status, said)))
        assert bounce.fate is fate
        assert bounce.envelope_id == "n0197a2b4-0000-7000-8000-000000000001"
        assert our_ids(bounce.message_ids) == [("n", UUID("0197a2b4-0000-7000-8000-000000000002"))]

    @pytest.mark.parametrize(
        ("text", "fate"),
        [
            (
                "很抱歉您的邮件被退回，原因：收件人邮箱不存在\nhost mx said: 550 Mailbox not found",
                Fate.UNKNOWN_ADDRESS,
            ),
            ("SMTP error, RCPT TO: 550 User not found: c@163.com", Fate.REFUSED),
            ("552 5.2.2 over quota", Fate.MAILBOX_FULL),
            ("451 4.7.1 try again later", Fate.DELAYED),
            ("您的邮件有问题", Fate.UNCLASSIFIED),
        ],
    )
    def test_in_a_servers_own_words_is_read_as_far_as_it_goes(self, text: str, fate: Fate) -> None:
        bounce = read_bounce(read_letter(mail(text, subject="系统退信", return_path="<>").as_bytes()))
        assert bounce.fate is fate

    def test_keeps_no_address(self) -> None:
        bounce = read_bounce(read_letter(postfix(said="550 5.1.1 <nobody@reject.test>: unknown")))
        assert "nobody" not in bounce.detail


class TestAnAddress:
    BLOCK = bytes(range(16))

    @pytest.mark.parametrize("pattern", [PLUS, CATCH_ALL], ids=["plus", "catch-all"])
    @pytest.mark.parametrize("kind", TokenKind)
    def test_carries_its_token_there_and_back(self, pattern: AddressPattern, kind: TokenKind) -> None:
        address = pattern.address(write_token(kind, self.BLOCK))
        assert len(address.partition("@")[0]) <= 64
        assert find_tokens([f"约面 <{address.upper()}>", "x@y.example"], [pattern]) == [(kind, self.BLOCK)]

    @pytest.mark.parametrize(
        "address",
        [
            "reply@in.galaxy.example",
            "reply+x@in.galaxy.example",
            "reply+r@in.galaxy.example",
            OURS[1:],
            f"{OURS}.evil.example",
            "",
        ],
    )
    def test_of_somebody_else_has_none(self, address: str) -> None:
        assert find_tokens([address], [PLUS]) == []

    @pytest.mark.parametrize(
        "pattern",
        [
            "",
            "reply@in.example.com",
            "{token}",
            "{token}@localhost",
            "a{token}{token}@x.example.com",
            "a b{token}@x.cn",
            "x" * 32 + "{token}@example.com",
            "r{token}@-x.com",
            "r{token}@x.com.",
            "回{token}@x.com",
        ],
    )
    def test_pattern_that_cannot_work_is_refused(self, pattern: str) -> None:
        with pytest.raises(BadPattern):
            AddressPattern.parse(pattern)

    @given(st.binary(min_size=16, max_size=16))
    def test_token_is_its_block(self, block: bytes) -> None:
        assert read_token(write_token(TokenKind.REPLY, block)) == (TokenKind.REPLY, block)

    def test_finds_our_message_ids(self) -> None:
        ids = (
            "<x@y>",
            "<n-0197a2b4-0000-7000-8000-000000000002.1@g.example>",
            "<i-0197a2b4-0000-7000-8000-000000000003@g.example>",
        )
        assert our_ids(ids) == [
            ("n", UUID("0197a2b4-0000-7000-8000-000000000002")),
            ("i", UUID("0197a2b4-0000-7000-8000-000000000003")),
        ]

    @pytest.mark.parametrize(
        ("one", "other", "same"),
        [
            ("Wang@QQ.com", "wang@qq.com", True),
            ("wang+jobs@gmail.com", "w.ang@googlemail.com", True),
            ("wang@qq.com", "wang@163.com", False),
            ("w.ang@qq.com", "wang@qq.com", False),
            ("", "", False),
        ],
    )
    def test_is_compared_as_a_mailbox(self, one: str, other: str, same: bool) -> None:
        assert is_same_person(one, other) is same
