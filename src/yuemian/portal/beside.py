"""What stands beside the answer on the candidate's page: the reasons on offer, and that a need is known."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from yuemian.domain.reasons import OTHER, SHIPPED, Onward, Option
from yuemian.domain.states import Answer
from yuemian.interviews.models import StatedReason
from yuemian.interviews.reasons.wording import offered
from yuemian.portal.page_data import PageData, Row, bytes_of
from yuemian.trust.vault import Unreadable, Vault


def beside_answer(data: PageData, vault: Vault, locale: str) -> dict[str, Any]:
    """`options`: code, words, whether it was said; `given`: its code, empty when none was; `words` with it."""
    given = data.reason["code"] if data.reason else ""
    options = [
        (option.code, offered(option, locale), option.code == given)
        for option in offered_for(data)
        if option.code != OTHER
    ]
    leads_to = next((option.leads_to for option in offered_for(data) if option.code == given), "")
    return {
        "options": options,
        "has_other": any(option.code == OTHER for option in offered_for(data)),
        "given": given,
        "is_question": leads_to == Onward.QUESTION,
        "is_times": leads_to == Onward.TIMES,
        "words": _words(data, vault),
        "need": "" if data.need is None else "arranged" if data.need["is_arranged"] else "said",
    }


def offered_for(data: PageData) -> list[Option]:
    """The reasons that fit the answer that stands."""
    answer = data.interview.answer
    if answer not in {Answer.DECLINED, Answer.RESCHEDULE_REQUESTED}:
        return []
    known = list(SHIPPED) if data.reasons is None else [_option(row) for row in data.reasons]
    return [option for option in known if answer == Answer.DECLINED or option.is_for_moving]


def _option(row: Row) -> Option:
    return Option(row["code"], row["label"], row["label_en"], Onward(row["leads_to"]), row["is_for_moving"])


def _words(data: PageData, vault: Vault) -> str:
    if data.reason is None or data.reason["words_sealed"] is None:
        return ""
    try:
        return vault.open(
            data.interview.application.candidate.key,
            StatedReason.PLACE,
            UUID(data.reason["id"]),
            bytes_of(data.reason["words_sealed"]),
        )
    except Unreadable:
        return ""
