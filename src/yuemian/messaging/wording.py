"""The words of the content pages: purposes, channels, placeholders, and what is wrong with a template."""

from __future__ import annotations

import re

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.results import Outcome
from yuemian.domain.states import Channel, Purpose
from yuemian.domain.template_language import Problem
from yuemian.messaging.told import TOLD

Text = str | Promise

PURPOSES: dict[str, Text] = {
    **TOLD,
    Purpose.LETTER: word("purpose", "Letter of a result"),
    Purpose.STAFF_REMINDER: word("purpose", "Reminder to staff"),
    Purpose.STAFF_NEWS: word("purpose", "News to staff"),
    Purpose.ATTENDANCE: word("purpose", "Who came?"),
    Purpose.CONSULTATION: word("purpose", "Question to an interviewer"),
    Purpose.NEEDS: word("purpose", "A candidate's needs"),
    Purpose.SCORECARD: word("purpose", "Scorecard"),
    Purpose.APPROVAL: word("purpose", "Results to approve"),
    Purpose.DIGEST: word("purpose", "Morning digest"),
    Purpose.TEST: word("purpose", "Test"),
}
CHANNELS: dict[str, Text] = {
    Channel.EMAIL: word("channel", "Email"),
    Channel.SMS: word("channel", "Text message"),
    Channel.WECHAT: word("channel", "WeChat"),
}
#: What a letter may tell; each letter tells one of them.
OUTCOMES: dict[str, Text] = {
    Outcome.ADVANCE: word("outcome", "Next round"),
    Outcome.PASS: word("outcome", "Passed"),
    Outcome.REJECT: word("outcome", "Rejected"),
}
#: Of the registry.
PROVIDER_NAMES: dict[str, Text] = {
    "smtp": _("Mail server (SMTP)"),
    "http_sms": _("Text messages by HTTP"),
}
#: What a test of an account ran into, by the receipt's code; other codes are the provider's own.
TROUBLES: dict[str, Text] = {
    "unreachable": _("The gateway cannot be reached; check address and port."),
    "no_such_host": _("The gateway's name cannot be resolved; check its spelling."),
    "private_network": _(
        "The gateway's name leads into a private network; if this is meant, name it in YUEMIAN_PRIVATE_NETWORKS."
    ),
    "not_encrypted": _("Plain http is for private networks alone; write the address with https://."),
    "certificate": _("The certificate is not trusted; check host name and authority."),
    "tls": _("The encrypted connection could not be set up; is this the right port?"),
    "timeout": _("The request was written, but no answer came in time."),
    "cut_off": _("The connection broke after the request was written, before its answer."),
    "too_long": _("The answer was too long to be one of a gateway."),
    "not_http": _("The answer was not HTTP."),
    "connection": _("The mail server cannot be reached; check address and port."),
    "auth": _("The server refused user and password."),
}
#: What came into the mailbox, by the names of its counters.
MAIL_KINDS: dict[str, Text] = {
    "reply": word("mail", "Answers"),
    "calendar": word("mail", "Calendar answers"),
    "bounce": word("mail", "Reports of mail servers"),
    "robot": word("mail", "Automatic replies, dropped"),
    "unsorted": word("mail", "Could not be placed"),
}
#: What each purpose is for, shown where one is chosen.
PURPOSE_HINTS: dict[str, Text] = {
    Purpose.INVITATION: _("Invites to an interview and asks for an answer."),
    Purpose.REMINDER: _("Recalls the interview before it takes place."),
    Purpose.CHANGE: _("Says what is new, and asks for the answer again."),
    Purpose.CANCELLATION: _("Tells people not to come."),
    Purpose.ANSWER: _("Carries your reply to a candidate's question."),
    Purpose.NUDGE: _("Asks once more when nobody has answered."),
    Purpose.STILL_DECIDING: _("Says that a promised result needs more time."),
    Purpose.STAFF_REMINDER: _("Recalls an interview to its interviewer or recruiter."),
    Purpose.STAFF_NEWS: _("Says at once that a candidate is there, late or lost."),
    Purpose.ATTENDANCE: _("Asks the interviewer, after the start, whether the candidate came."),
    Purpose.CODE: _("Carries the code by which candidates prove that an address is theirs."),
    Purpose.LINK: _("Brings a new link to a candidate who has lost theirs."),
    Purpose.CONSULTATION: _("Tells an interviewer that a candidate's question was passed on to them."),
    Purpose.NEEDS: _("Tells recruiter and interviewers that a candidate has said what they need."),
    Purpose.SURVEY: _("Asks how the interview, or the notice of its result, was."),
    Purpose.RESULT: _("Says that there is news and where to read it, never what it is."),
    Purpose.LETTER: _("What the candidate reads on their page, for one outcome alone."),
    Purpose.SCORECARD: _("Asks an interviewer for the scorecard, with a link of their own."),
    Purpose.APPROVAL: _("Tells whoever approves results that some wait."),
    Purpose.ONBOARDING: _("Asks a hired candidate for what you need before the first day."),
    Purpose.DIGEST: _(
        "Brings your colleagues their day each morning. Its parts write themselves, the frame is yours."
    ),
}
#: The domain's labels, listed here so that the catalogue finds them; a test keeps them equal.
PLACEHOLDER_LABELS: dict[str, Text] = {
    "candidate_name": _("Candidate's name"),
    "organization_name": _("Organization"),
    "branch_name": _("Branch"),
    "job_title": _("Job"),
    "round_name": _("Round of the interview"),
    "interview_when": _("Date, weekday, time and zone"),
    "interview_date": _("Date and weekday"),
    "interview_time": _("Time from – to"),
    "interview_day": _("Day in short"),
    "duration_minutes": _("Length in minutes"),
    "is_onsite": _("Takes place on site"),
    "is_video": _("Takes place by video"),
    "is_phone": _("Takes place by phone"),
    "place_name": _("Name of the place"),
    "place_address": _("Address"),
    "video_link": _("Link of the video meeting"),
    "video_note": _("Where the link of the video meeting will stand, while it is not shown yet"),
    "materials": _("What to bring"),
    "flow": _("How it runs"),
    "contact_name": _("Contact person"),
    "contact_phone": _("Contact person's phone"),
    "contact_email": _("Contact person's email"),
    "answer_link": _("Link to the candidate's page"),
    "respond_by": _("Answer until"),
    "has_answered": _("Has already answered"),
    "has_accepted": _("Has accepted"),
    "is_settled": _("The time is settled, not the candidate's to choose"),
    "old_when": _("Former date and time"),
    "is_off": _("The former time is off, and there is no other"),
    "old_place": _("Former place"),
    "change_reason": _("Reason for the change"),
    "cancellation_reason": _("Reason for the cancellation"),
    "candidate_question": _("The candidate's question"),
    "hr_answer": _("HR's answer"),
    "promised_date": _("Date a result was promised by"),
    "news": _("What the candidate says on the way"),
    "news_words": _("The same in the candidate's own words"),
    "staff_name": _("Name of the person reminded"),
    "interview_link": _("Link to the interview"),
    "asked_by": _("Who passed the question on"),
    "question_link": _("Link to the question"),
    "job_highlights": _("Highlights of the job"),
    "company_intro": _("About the company"),
    "company_video": _("Link to the company video"),
    "hours_and_benefits": _("Hours and benefits"),
    "feedback": _("Feedback on the interview, as reviewed"),
    "reasons": _("Reasons of the decision, as they are told"),
    "next_step": _("What comes next"),
    "offer": _("What a pass offers, as an estimate"),
    "may_apply_again": _("May apply again"),
    "apply_again_from": _("From when on to apply again"),
    "is_correction": _("Corrects what was told before"),
    "result_count": _("How many results wait"),
    "results_link": _("Link to the results to approve"),
    "code": _("The code"),
    "code_minutes": _("Minutes the code is good for"),
    "form_until": _("Fill in the form until"),
    "is_form_reminder": _("Reminds of the form"),
    "is_form_returned": _("Something is to be corrected"),
    "verify_code": _("Code to check this message"),
    "user_name": _("Who the digest is for"),
    "digest_day": _("The digest's day"),
    "digest_summary": _("The digest in one line"),
    "digest": _("The parts of the day"),
    "today_link": _("Link to the Today page"),
}

#: The sentences of `domain.template_language`: how each begins → how it reads in the person's language.
_SYNTAX: tuple[tuple[re.Pattern[str], Text], ...] = (
    (
        re.compile(r"'(?P<a>.+?)' is never closed; add (?P<b>.+)\.$"),
        _("“%(a)s” is never closed; add %(b)s."),
    ),
    (re.compile(r"'(?P<a>.+?)' has no end; add (?P<b>.+)\.$"), _("“%(a)s” has no end; add %(b)s.")),
    (
        re.compile(r"'(?P<a>.*?)' cannot be used here"),
        _('“%(a)s” cannot be used here; only names, "quoted text" and | filters can.'),
    ),
    (
        re.compile(r"The braces are empty"),
        _("The braces are empty; write a placeholder's name between them."),
    ),
    (
        re.compile(r"'(?P<a>.+?)' is not understood; write"),
        _("“%(a)s” is not understood; write {{ name }} or {{ name|filter }}."),
    ),
    (
        re.compile(r"'(?P<a>.+?)' is not understood in a condition"),
        _("“%(a)s” is not understood in a condition; use and, or, not, == and !=."),
    ),
    (re.compile(r"The filter '(?P<a>.+?)' needs"), _("The filter “%(a)s” needs one quoted text.")),
    (
        re.compile(r"'(?P<a>.+?)' closes nothing"),
        _("“%(a)s” closes nothing here; check the order of the tags."),
    ),
    (re.compile(r"'(?P<a>.+?)' stands outside"), _("“%(a)s” stands outside an if.")),
    (re.compile(r"The condition ends too early"), _("The condition ends too early; write {% if name %}.")),
    (re.compile(r"Compare with a quoted text"), _('Compare with a quoted text: {% if round_name == "…" %}.')),
    (re.compile(r"A loop is written"), _("A loop is written {% for line in materials %}.")),
    (re.compile(r"'(?P<a>.+?)' is taken"), _("“%(a)s” is taken; give the loop another word, such as line.")),
)
_BY_CODE: dict[str, Text] = {
    "empty": _("This is empty; write what the person should know."),
    "unknown_placeholder": _("There is no placeholder “%(name)s” here."),
    "unknown_filter": _("There is no filter “%(name)s”."),
    "unknown_tag": _("There is no tag “%(name)s”; only if, elif, else and for exist."),
    "tells_result": _(
        "“%(name)s” gives the result away. This message says only that there is news; the letter says which."
    ),
    "too_deep": _("Too many tags inside one another; split the text."),
    "too_long": _("This text is too long; shorten it."),
    "trial": _("With sample data this cannot be written: “%(name)s” may have no value."),
}


def explain(problem: Problem) -> str:
    """The problem as a sentence in the person's language."""
    if problem.code == "wrong_kind":
        return _wrong_kind(problem)
    if problem.code == "syntax":
        for pattern, sentence in _SYNTAX:
            if found := pattern.search(problem.text):
                return str(sentence) % found.groupdict() if found.groupdict() else str(sentence)
        return gettext("This is not understood; use placeholders, if and for only.")
    if problem.code not in _BY_CODE:
        return problem.text
    sentence = _BY_CODE[problem.code]
    return (
        str(sentence) % {"name": problem.name} if problem.name else str(sentence).replace("“%(name)s” ", "")
    )


def _wrong_kind(problem: Problem) -> str:
    name = {"name": problem.name}
    if "is a list; " in problem.text:
        return gettext("“%(name)s” is a list; write {{ %(name)s|bullets }}.") % name
    if "is yes or no" in problem.text:
        return gettext("“%(name)s” is yes or no; use it as {%% if %(name)s %%}.") % name
    if "not a list" in problem.text:
        return gettext("“%(name)s” is not a list, so it cannot be looped over.") % name
    return gettext("This filter does not fit “%(name)s”.") % name
