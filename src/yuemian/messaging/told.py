"""What messages to a candidate are for, in words that the candidate reads, too."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.states import Purpose

TOLD: dict[str, str | Promise] = {
    Purpose.INVITATION: word("purpose", "Invitation"),
    Purpose.REMINDER: word("purpose", "Reminder"),
    Purpose.CHANGE: word("purpose", "Change"),
    Purpose.CANCELLATION: word("purpose", "Cancellation"),
    Purpose.ANSWER: word("purpose", "Answer"),
    Purpose.RESULT: word("purpose", "Result"),
    Purpose.SURVEY: word("purpose", "Survey"),
    Purpose.NUDGE: word("purpose", "No answer yet"),
    Purpose.STILL_DECIDING: word("purpose", "Still deciding"),
    Purpose.CODE: word("purpose", "Code"),
    Purpose.ONBOARDING: word("purpose", "Onboarding"),
    Purpose.LINK: word("purpose", "New link"),
}
