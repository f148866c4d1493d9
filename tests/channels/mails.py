"""Ready-made mails and forms for the tests of mail and SMTP."""

from __future__ import annotations

from typing import Any

from yuemian.channels.base import Message
from yuemian.channels.mail import CONTENT_STYLES, MailForm, ShellTexts, facts_html, message_id, shell, slots
from yuemian.domain.richtext import to_html

ZH = ShellTexts(
    organization="星河科技",
    button="查看并答复",
    link_note="按钮打不开？请复制这个地址到浏览器：",
    footer=[
        "这封邮件由星河科技的招聘系统自动发出。链接只打开 jobs.example.com 的页面，不会索要密码或费用。",
        "请不要在回信里写身份证号、银行卡号等个人信息。",
    ],
)
EN = ShellTexts(
    organization="Galaxy Tech",
    button="View and answer",
    link_note="Button not working? Copy this address into a browser:",
    footer=[
        "Sent by the recruiting system of Galaxy Tech. Its links never ask for a password or money.",
        "Please do not send ID or bank numbers by reply.",
    ],
)
LINK = "https://jobs.example.com/i/Qm9va3NhcmVmdW5Cb29rc2FyZWZ1bkJvb2tzYXJlZnVu"
BODY = "王小雨，您好：\n\n感谢您投递**后端工程师**。我们邀请您参加初试。\n\n请带：\n- 身份证\n- 纸质简历一份"


def create_form(locale: str = "zh-hans", **headers: str) -> MailForm:
    return MailForm(shell(ZH if locale.startswith("zh") else EN, locale), headers)


def create_slots(text: str = BODY, link: str = LINK) -> dict[str, str]:
    return slots(
        preheader="11月25日 周三 14:00，星河大厦 12 层",
        heading="初试邀请 · 后端工程师",
        content=to_html(text, CONTENT_STYLES),
        facts=facts_html(
            [
                ("时间", "2026年11月25日 周三 14:00（北京时间）"),
                ("地点", "星河大厦 12 层前台\n上海市浦东新区世纪大道 100 号"),
                ("需要携带", "身份证、纸质简历一份"),
            ]
        ),
        link=link,
        after="<p>联系人：李芳</p>",
    )


def create_message(number: int = 1, **changes: Any) -> Message:
    values: dict[str, Any] = {
        "delivery_id": f"d{number}",
        "key": f"k{number}",
        "to": f"candidate{number}@example.com",
        "to_name": "王小雨",
        "subject": "【星河科技】初试邀请 11月25日 周三 14:00",
        "text": f"{BODY}\n\n{LINK}",
        "sender": "hr@jobs.example.com",
        "sender_name": "星河科技招聘",
        "reply_to": "reply+abc@in.example.com",
        "reply_to_name": "李芳",
        "message_id": message_id(f"d{number}", 1, "jobs.example.com"),
        "slots": create_slots(),
        "form": create_form(),
    }
    return Message(**{**values, **changes})
