"""“Add to calendar”: the interview as a file that asks nobody for an answer. Fetching it changes nothing."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from yuemian.accounts.guards import public
from yuemian.channels.base import BadAddress
from yuemian.channels.mail import normalise_address
from yuemian.domain.invitation import Mailbox, Method, interview_uid
from yuemian.interviews.facts import context_of
from yuemian.messaging.calendar_event import form_of
from yuemian.portal.door import Opened, opened
from yuemian.portal.showing import back, chosen_language, lost, page_address, sealed


@public
@require_safe
def calendar_file(request: HttpRequest, token: str) -> HttpResponse:
    """What holds now, also behind an old link; cancelled when the interview is. Its UID is that of the invitation by
    mail, so that whoever has both sees one appointment."""
    with opened(token, now=timezone.now()) as door:
        if door is None:
            return lost()
        if not door.interview.is_settled:
            return back(door, "/times")
        with translation.override(chosen_language(request, door)):
            response = HttpResponse(_event(door), content_type="text/calendar; charset=utf-8")
            response["Content-Disposition"] = 'inline; filename="interview.ics"'
            return sealed(response)


def _event(door: Opened) -> bytes:
    interview, code = door.interview, translation.get_language() or settings.LANGUAGE_CODE
    facts = context_of(interview, interview.organization, code)
    form = form_of(Method.PUBLISH, interview.revision, facts, code, is_cancelled=door.standing == "cancelled")
    assert form is not None  # the facts were made this very moment
    return form.fill(
        uid=interview_uid(interview.pk, door.link.candidate_id),
        stamp=door.now,
        organizer=_contact(facts["contact_email"], facts["contact_name"]),
        link=settings.PUBLIC_URL + page_address(door.token),
    )


def _contact(address: str, name: str) -> Mailbox | None:
    """Who of the company stands on the page, too; nobody rather than an address that a calendar cannot hold."""
    try:
        return Mailbox(normalise_address(address), name)
    except BadAddress:
        return None
