"""Whose a column of names, numbers or addresses is: the candidate's own, or somebody else's."""

from __future__ import annotations

import re

from yuemian.domain.header_words import WORDS, Field

#: How a candidate is called and reached: taken from another person's column, a stranger gets the invitation.
OWN = frozenset({Field.NAME, Field.GIVEN_NAME, Field.FAMILY_NAME, Field.PHONE, Field.EMAIL})
_COLLEAGUES = frozenset({Field.RECRUITER, Field.INTERVIEWERS})
# `监护人联系方式` ends like `面试方式`.
_OF_OUTSIDERS = OWN | _COLLEAGUES | {Field.MODE}

# Relatives, referrers, the employer of today: nobody who has a part in the interview.
_OUTSIDERS = re.compile(
    "紧急|緊急|家长|家長|家人|家属|家屬|家庭|亲属|親屬|父|母|妈|爸|监护|監護|配偶|爱人|丈夫|妻子|[推举]荐人|推薦人|内推|內推|介绍人|介紹人|"
    "引荐|证明人|證明人|担保人|猎头|獵頭|中介|导师|導師|老师|老師|辅导员|班主任|同事|客户|客戶|公司|单位|單位|办公|辦公|"
    "emergency|nextofkin|parent|guardian|spouse|father|mother|husband|wife|family(?!name)|relative|"
    "(?<!p)refer(?:[re]|en[ct]e)|agency|agent|headhunter|teacher|supervisor|colleague|employer|company|office|client|customer|"
    "work(?=e?mail|phone|mobile|tel|cell|number)|home(?=phone|tel|number)"
)
_STAFF = re.compile(
    "[联聯][系繫絡络]人|招聘|面[试試]官|考官|评委|評委|上级|上級|领导|領導|主管|经理|經理|负责人|負責人|对接人|對接人|跟进人|跟進人|接待|陪同|顾问|顧問|"
    "recruit|interviewer|panel|manager|coordinator|contactperson|consultant|"
    "(?<![a-z])hr(?![a-z])|(?<![a-z])hr(?=phone|mobile|tel|cell|e?mail|name|contact|number)"
)
_NUMBER = re.compile("[电電][话話]|手[机機]|座[机機]|[联聯][系絡络繫]方式|phone|mobile|cell|tel|number")


def withheld(title: str) -> frozenset[Field]:
    """The fields that a column with this normal title does not become by itself, whatever words it holds.

    `紧急联系人电话` and `Referrer's e-mail` tell of somebody else than the candidate. A colleague, too, is known by
    name or address, never by a number.
    """
    if any(title in WORDS[name] for name in OWN):
        return frozenset()
    if _OUTSIDERS.search(title):
        return _OF_OUTSIDERS
    if _STAFF.search(title):
        return _OF_OUTSIDERS if _NUMBER.search(title) else OWN
    return frozenset()
