# ruff: noqa: E501 - the letters stand as they came
"""Mails as programs write them, for tests of what is read back."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

OURS = "reply+r" + "a" * 32 + "@in.galaxy.example"
QUOTED = "王小雨，您好！\n\n星河科技邀请您参加 后端工程师 初试。\n时间：2026年11月27日 周五 14:00"
QUOTED_WITH_MARKS = "\n".join(f"> {line}".rstrip() for line in QUOTED.split("\n"))

#: How eight programs quote, by their names; the person wrote “可以，到时见” and nothing else.
CHINESE = {
    "QQ 邮箱": (
        '可以，到时见\n\n\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n发件人: "星河科技" <jobs@galaxy.example>;\n'
        f'发送时间: 2026年11月25日(星期三) 上午9:00\n收件人: "王小雨"<c@qq.com>;\n主题: 面试邀请\n\n{QUOTED}'
    ).replace("&nbsp;", "\u00a0"),
    "QQ 手机": f"可以，到时见\n\n发自我的iPhone\n\n\n------------------ 原始邮件 ------------------\n发件人: 星河科技 <jobs@galaxy.example>\n{QUOTED}",
    "163": f'可以，到时见\n\n\n\n\n\n\n在 2026-11-25 09:00:00，"星河科技" <jobs@galaxy.example> 写道：\n\n{QUOTED_WITH_MARKS}\n',
    "网易邮箱大师": (
        "可以，到时见\n\n---- 回复的原邮件 ----\n| 发件人 | 星河科技<jobs@galaxy.example> |\n| 日期 | 2026年11月25日 09:00 |\n"
        f"| 收件人 | c@163.com |\n| 主题 | 面试邀请 |\n{QUOTED}"
    ),
    "Gmail 中文": f"可以，到时见\n\n星河科技 <jobs@galaxy.example> 于2026年11月25日周三 09:00写道：\n\n{QUOTED_WITH_MARKS}\n",
    "iPhone 中文": f"可以，到时见\n\n发自我的iPhone\n\n> 在 2026年11月25日，上午9:00，星河科技 <jobs@galaxy.example> 写道：\n> \n{QUOTED_WITH_MARKS}",
    "Outlook 中文": (
        "可以，到时见\n\n________________________________\n发件人: 星河科技 <jobs@galaxy.example>\n发送时间: 2026年11月25日 9:00\n"
        f"收件人: 王小雨 <c@outlook.com>\n主题: 面试邀请\n\n{QUOTED}"
    ),
    "Foxmail": (
        "可以，到时见\n\n\n\nc@foxmail.com\n \n发件人： 星河科技\n发送时间： 2026-11-25 09:00\n收件人： 王小雨\n主题： 面试邀请\n"
        f"{QUOTED}"
    ),
}
ENGLISH = {
    "Gmail": f"可以，到时见\n\nOn Wed, Nov 25, 2026 at 9:00 AM Galaxy Tech <jobs@galaxy.example> wrote:\n\n{QUOTED_WITH_MARKS}",
    "Gmail, broken": f"可以，到时见\n\nOn Wed, Nov 25, 2026 at 9:00 AM Galaxy Tech\n<jobs@galaxy.example> wrote:\n\n{QUOTED_WITH_MARKS}",
    "Apple": f"可以，到时见\n\nSent from my iPhone\n\n> On 25 Nov 2026, at 09:00, Galaxy <jobs@galaxy.example> wrote:\n>\n{QUOTED_WITH_MARKS}",
    "Outlook": f"可以，到时见\n\n________________________________\nFrom: Galaxy <jobs@galaxy.example>\nSent: Wednesday\nTo: c\nSubject: x\n\n{QUOTED}",
    "old Outlook": f"可以，到时见\n\n-----Original Message-----\nFrom: Galaxy\nSent: Wednesday\n\n{QUOTED}",
    "German": f"可以，到时见\n\nAm Mi., 25. Nov. 2026 um 09:00 Uhr schrieb Galaxy <jobs@galaxy.example>:\n{QUOTED_WITH_MARKS}",
    "none, but our line": f"可以，到时见\n\n—— 请在此行上方回复 ——\n\n{QUOTED}",
    "none, but our line in English": f"可以，到时见\n—— Please reply above this line ——\n{QUOTED}",
}


def mail(text: str = "可以，到时见", **fields: Any) -> EmailMessage:
    """A person's answer; names of headers are given with underscores."""
    made = EmailMessage()
    heads = {
        "from": "王小雨 <c@example.com>",
        "to": OURS,
        "subject": "回复：面试邀请",
        "message_id": "<m1@mail.example.com>",
        "date": "Wed, 25 Nov 2026 10:00:00 +0800",
        "return_path": "<c@example.com>",
    } | fields
    for name, value in heads.items():
        if value:
            made[name.replace("_", "-").title()] = value
    made.set_content(text)
    return made


#: As Postfix 3.7 wrote it when the next server knew nobody of that name.
POSTFIX = """\
Return-Path: <>
Delivered-To: bounce+b{token}@in.galaxy.example
Date: Wed, 25 Nov 2026 09:00:01 +0000 (UTC)
From: MAILER-DAEMON@mx.galaxy.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounce+b{token}@in.galaxy.example
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="AB12.1700000000/mx.galaxy.example"
Message-Id: <20261125090001.AB34@mx.galaxy.example>

This is a MIME-encapsulated message.

--AB12.1700000000/mx.galaxy.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.galaxy.example.

<nobody@reject.test>: host 127.0.0.1[127.0.0.1] said: 550 5.1.1 No such user

--AB12.1700000000/mx.galaxy.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.galaxy.example
Original-Envelope-Id: n0197a2b4-0000-7000-8000-000000000001
X-Postfix-Queue-ID: AB12
Arrival-Date: Wed, 25 Nov 2026 09:00:00 +0000 (UTC)

Final-Recipient: rfc822; nobody@reject.test
Original-Recipient: rfc822;nobody@reject.test
Action: {action}
Status: {status}
Remote-MTA: dns; 127.0.0.1
Diagnostic-Code: smtp; {said}

--AB12.1700000000/mx.galaxy.example
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

From: =?utf-8?b?5pif5rKz56eR5oqA?= <jobs@galaxy.example>
To: nobody@reject.test
Subject: x
Message-ID: <n-0197a2b4-0000-7000-8000-000000000002.1@galaxy.example>

--AB12.1700000000/mx.galaxy.example--
"""


def postfix(
    action: str = "failed", status: str = "5.1.1", said: str = "550 5.1.1 No such user", token: str = "a" * 32
) -> bytes:
    filled = POSTFIX.format(action=action, status=status, said=said, token=token)
    return filled.replace("\n", "\r\n").encode()
