"""The words of the interview pages for codes: purposes, channels, reasons with remedies, problems of entries."""

from __future__ import annotations

from typing import Final, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.geo import MapApp
from yuemian.domain.reading import ProblemCode
from yuemian.domain.selection import LeftOut
from yuemian.domain.states import Channel, DeliveryState, Mode, Purpose, ReasonCode

Text = str | Promise


class Reason(NamedTuple):
    """Why, and what a person can do about it."""

    sentence: Text
    remedy: Text = ""


PURPOSES: dict[str, Text] = {
    Purpose.INVITATION: word("purpose", "Invitation"),
    Purpose.REMINDER: word("purpose", "Reminder"),
    Purpose.CHANGE: word("purpose", "Change"),
    Purpose.CANCELLATION: word("purpose", "Cancellation"),
    Purpose.ANSWER: word("purpose", "Answer"),
    Purpose.RESULT: word("purpose", "Result"),
    Purpose.LETTER: word("purpose", "Letter of a result"),
    Purpose.SURVEY: word("purpose", "Survey"),
    Purpose.NUDGE: word("purpose", "No answer yet"),
    Purpose.STILL_DECIDING: word("purpose", "Still deciding"),
    Purpose.STAFF_REMINDER: word("purpose", "Reminder to staff"),
    Purpose.STAFF_NEWS: word("purpose", "News to staff"),
    Purpose.ATTENDANCE: word("purpose", "Who came?"),
    Purpose.CONSULTATION: word("purpose", "Question to an interviewer"),
    Purpose.NEEDS: word("purpose", "A candidate's needs"),
    Purpose.SCORECARD: word("purpose", "Scorecard"),
    Purpose.APPROVAL: word("purpose", "Results to approve"),
    Purpose.ONBOARDING: word("purpose", "Onboarding"),
    Purpose.DIGEST: word("purpose", "Morning digest"),
    Purpose.CODE: word("purpose", "Code"),
    Purpose.LINK: word("purpose", "New link"),
    Purpose.TEST: word("purpose", "Test"),
}
CHANNELS: dict[str, Text] = {
    Channel.EMAIL: word("channel", "Email"),
    Channel.SMS: word("channel", "Text message"),
    Channel.WECHAT: word("channel", "WeChat"),
}
BY: dict[str, Text] = {
    Channel.EMAIL: word("by", "email"),
    Channel.SMS: word("by", "text message"),
    Channel.WECHAT: word("by", "WeChat"),
}
CHANNEL_ICONS: dict[str, str] = {Channel.EMAIL: "mail", Channel.SMS: "message", Channel.WECHAT: "message"}
MODES: dict[str, Text] = {
    Mode.ONSITE: word("mode", "On site"),
    Mode.VIDEO: word("mode", "By video"),
    Mode.PHONE: word("mode", "By phone"),
}
MAPS: dict[str, Text] = {
    MapApp.AMAP: word("map", "Amap"),
    MapApp.BAIDU: word("map", "Baidu Maps"),
    MapApp.TENCENT: word("map", "Tencent Maps"),
    MapApp.APPLE: word("map", "Apple Maps"),
    MapApp.GOOGLE: word("map", "Google Maps"),
    MapApp.PHONE: word("map", "Map of this phone"),
}
FIELDS: dict[str, Text] = {
    "starts_at": _("Time"),
    "time_zone": _("Time zone"),
    "duration": _("Length"),
    "mode": _("Held"),
    "place_name": _("Place"),
    "place_address": _("Address"),
    "video_link": _("Video link"),
    "round": _("Round"),
    "materials": _("What to bring"),
    "flow": _("How it runs"),
}
LEFT_OUT: dict[str, Reason] = {
    LeftOut.CANCELLED: Reason(_("The interview is cancelled.")),
    LeftOut.OVER: Reason(_("The interview has begun by the time of sending."), _("Change its time first.")),
    LeftOut.ALREADY_TOLD: Reason(
        _("Already told about this appointment."), _("Tick “send again” if you mean it.")
    ),
    LeftOut.COOLING_DOWN: Reason(_("Written to for the same purpose a few minutes ago.")),
    LeftOut.ALREADY_ANSWERED: Reason(_("Has already answered.")),
    LeftOut.MISSING_CONTACT: Reason(
        _("No address for the chosen channels."), _("Choose another channel, or add an address.")
    ),
    LeftOut.NO_TEXT: Reason(
        _("The template has no text for the channel."), _("Add the text to the template, or choose another.")
    ),
}
REASONS: dict[str, Reason] = {
    ReasonCode.MISSING_CONTACT: Reason(_("There is no address for this channel."), _("Add one.")),
    ReasonCode.INVALID_CONTACT: Reason(_("The address does not exist."), _("Ask for the right one.")),
    ReasonCode.MAILBOX_FULL: Reason(
        _("The person's mailbox is full."), _("Use another channel, or try again later.")
    ),
    ReasonCode.BLOCKED_BY_RECIPIENT: Reason(
        _("The recipient's side refuses our messages."), _("Use another channel, or call.")
    ),
    ReasonCode.NOT_FOLLOWING: Reason(
        _("The candidate does not follow the account."), _("Use another channel.")
    ),
    ReasonCode.OPTED_OUT: Reason(_("The candidate opted out of this channel."), _("Call instead.")),
    ReasonCode.SUPPRESSED: Reason(
        _("This address failed before and is no longer used."), _("Ask for another one.")
    ),
    ReasonCode.QUIET_HOURS: Reason(_("Waits for the end of the quiet hours.")),
    ReasonCode.FREQUENCY_CAP: Reason(_("The candidate got enough messages today."), _("It goes out later.")),
    ReasonCode.RATE_LIMITED: Reason(_("The provider asked us to slow down."), _("It goes out later.")),
    ReasonCode.CONTENT_REJECTED: Reason(
        _("The provider refused the text."), _("Change the template and send again.")
    ),
    ReasonCode.TEMPLATE_NOT_APPROVED: Reason(
        _("The provider has not approved this template."), _("Have it approved there.")
    ),
    ReasonCode.TEMPLATE_ERROR: Reason(
        _("The template cannot be filled for this person."),
        _("Complete the interview, or mend the template."),
    ),
    ReasonCode.QUOTA_EXHAUSTED: Reason(
        _("The provider's quota is used up."), _("Raise it, then send again.")
    ),
    ReasonCode.NOT_CONFIGURED: Reason(
        _("This channel is not set up."), _("An administrator sets it up under Settings.")
    ),
    ReasonCode.CREDENTIALS_REFUSED: Reason(
        _("The provider refused our password."), _("An administrator renews it under Settings.")
    ),
    ReasonCode.PROVIDER_ERROR: Reason(_("The provider could not take the message."), _("Send again later.")),
    ReasonCode.TIMEOUT: Reason(_("The provider did not answer in time."), _("Send again later.")),
    ReasonCode.OUTCOME_UNKNOWN: Reason(
        _("The connection broke after the hand-over: it may have arrived."),
        _("Ask the candidate before you send again."),
    ),
    ReasonCode.DEADLINE_PASSED: Reason(_("The interview began before it could be sent.")),
    ReasonCode.SUPERSEDED_BY_RESCHEDULE: Reason(_("Overtaken by a change of the interview.")),
    ReasonCode.INTERVIEW_CANCELLED: Reason(_("The interview was cancelled.")),
    ReasonCode.INTERVIEW_OVER: Reason(_("The interview is over.")),
    ReasonCode.RECIPIENT_ALREADY_REPLIED: Reason(_("The candidate had already answered.")),
    ReasonCode.REACHED_OTHERWISE: Reason(_("Already reached on another channel.")),
    ReasonCode.STOPPED_BY_PERSON: Reason(_("Somebody stopped the sending.")),
    ReasonCode.ERASED: Reason(_("The candidate's data was erased.")),
    # Where a delivery has no reason of its own, its state speaks.
    DeliveryState.HELD: Reason(_("Kept back before it was sent."), _("Send it now, or give up.")),
    DeliveryState.TEMPORARY_FAILURE: Reason(_("Tried until it made no sense any more."), _("Try again.")),
    DeliveryState.TECHNICAL_FAILURE: Reason(_("Something on our side broke."), _("Try again.")),
    DeliveryState.PERMANENT_FAILURE: Reason(_("It cannot be delivered there."), _("Use another channel.")),
    DeliveryState.EXPIRED: Reason(_("It was too late to send it."), _("Call instead.")),
    ReasonCode.OVERTAKEN: Reason(_("Another message said the same at nearly the same time.")),
    ReasonCode.CONDITION_NOT_MET: Reason(_("The step's conditions do not hold for this interview.")),
    ReasonCode.NOT_INVITED: Reason(_("The candidate had not been invited."), _("Send the invitation first.")),
    ReasonCode.DID_NOT_COME: Reason(_("The candidate did not come.")),
    ReasonCode.RESULT_DECIDED: Reason(_("The result is decided.")),
    ReasonCode.RESULT_CHANGED: Reason(
        _("What was approved is not what holds now."), _("Have the new result approved, then release it.")
    ),
    ReasonCode.RESULT_RECALLED: Reason(_("The result was called back before it left.")),
    ReasonCode.ONBOARDING_ENDED: Reason(_("The onboarding was ended before it could be sent.")),
}
#: The same reasons, of what has nothing to do with the start of an interview.
_APART: dict[str, Reason] = {
    ReasonCode.DEADLINE_PASSED: Reason(_("Its time was over before it could be sent.")),
    ReasonCode.SUPERSEDED_BY_RESCHEDULE: Reason(_("What it is about has changed meanwhile.")),
}
_NOT_BOUND_TO_A_START: Final = frozenset(
    {
        Purpose.ANSWER,
        Purpose.RESULT,
        Purpose.SURVEY,
        Purpose.STILL_DECIDING,
        Purpose.SCORECARD,
        Purpose.APPROVAL,
        Purpose.ONBOARDING,
        Purpose.CODE,
        Purpose.LINK,
        Purpose.DIGEST,
        Purpose.TEST,
    }
)
PROBLEMS: dict[str, Text] = {
    ProblemCode.MISSING: _("Please fill this in."),
    ProblemCode.UNREADABLE: _("This cannot be read; check what you typed."),
    ProblemCode.TOO_LONG: _("This is too long."),
    ProblemCode.FORMULA_ERROR: _("This is a spreadsheet error, not a value."),
    ProblemCode.LOOKS_LIKE_PHONE: _("This looks like a phone number."),
    ProblemCode.LOOKS_LIKE_EMAIL: _("This looks like an email address."),
    ProblemCode.LOOKS_LIKE_ID_NUMBER: _("This looks like an ID number; it is not stored here."),
    ProblemCode.PHONE_ROUNDED: _("The spreadsheet has rounded this number; type it in full."),
    ProblemCode.PHONE_TOO_SHORT: _("This number is too short; a digit is missing."),
    ProblemCode.PHONE_TOO_LONG: _("This number is too long; there is a digit too many."),
    ProblemCode.PHONE_NO_AREA_CODE: _("Add the area code, as in 021-5555 0100."),
    ProblemCode.PHONE_NOT_ASSIGNED: _("No such number exists; check the digits and the country code."),
    ProblemCode.PHONE_SERVICE_NUMBER: _("This is a service number; it receives nothing."),
    ProblemCode.EMAIL_NO_AT: _("An email address has an @, as in name@example.com."),
    ProblemCode.EMAIL_SEVERAL_AT: _("An email address has exactly one @."),
    ProblemCode.EMAIL_LOCAL_NOT_ASCII: _("Only plain letters can stand before the @."),
    ProblemCode.EMAIL_BAD_LOCAL: _("What stands before the @ cannot be an address."),
    ProblemCode.EMAIL_BAD_DOMAIN: _("What stands after the @ cannot be a mail domain."),
    ProblemCode.NAME_WITHOUT_LETTER: _("A name has at least one letter."),
    ProblemCode.NAME_CONTAINS_LINK: _("A name never holds a link."),
}

#: Of an answer for which nothing could be planned.
UNTOLD: Final = _("It stands on the candidate's page; no message could be sent.")


def reason(code: str, purpose: str = "") -> Reason:
    """The sentence and remedy of a reason; a code nobody knows shows as itself. `purpose`: of the message."""
    apart = _APART.get(code) if purpose in _NOT_BOUND_TO_A_START else None
    return apart or REASONS.get(code) or Reason(code)


def purpose(code: str) -> Text:
    return PURPOSES.get(code, code)


def channel(code: str) -> Text:
    return CHANNELS.get(code, code)


def nth(number: int) -> str:
    """`2nd` in English; in other languages the figure alone, as it stands inside “第2次”."""
    if not (get_language() or "en").startswith("en"):
        return str(number)
    is_teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if is_teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"
