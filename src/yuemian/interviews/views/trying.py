"""A test of the shown message, to the recruiter alone, on the channel that the preview shows."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yuemian.accounts.guards import SignedInRequest, requires
from yuemian.accounts.models import Permission, User
from yuemian.domain.addresses import read_phone
from yuemian.domain.states import Channel
from yuemian.interviews.actions.invite import send_test
from yuemian.interviews.views.previews import Stage
from yuemian.interviews.views.sending import Choice, choice_of, stage_of
from yuemian.messaging.models import Batch


@require_POST
@requires(Permission.SEND)
def test(request: SignedInRequest, batch_id: UUID) -> HttpResponse:
    """Send the shown candidate's message to the recruiter alone."""
    user, now = request.user, timezone.now()
    batch = get_object_or_404(Batch.objects.visible_to(user).select_related("selection"), pk=batch_id)
    choice = choice_of(user, batch, request.POST, now=now)
    shown = stage_of(user, batch, choice)
    back = HttpResponseRedirect(reverse("send-draft", args=[batch.pk]) + choice.query())
    if shown is None or not choice.available:
        messages.error(request, choice.problem or _("There is nothing to send yet."))
        return back
    channel = _channel(shown, choice)
    obstacle = _obstacle(user, shown, channel, choice)
    if obstacle:
        messages.error(request, obstacle)
        return back
    send_test(user, shown.interview, shown.version, locale=shown.language, channels=[channel], now=now)
    own = user.email if channel is Channel.EMAIL else user.phone
    where = _("it appears in the phone lab") if user.organization.is_rehearsal else own
    messages.success(request, _("A test is on its way to you: %(where)s.") % {"where": where})
    return back


def _channel(shown: Stage, choice: Choice) -> Channel:
    """The candidate's page is no message: what leads to it goes by mail where that can be."""
    if shown.tab == "page":
        return Channel.EMAIL if Channel.EMAIL in choice.available else choice.available[0]
    return Channel(shown.tab)


def _obstacle(user: User, shown: Stage, channel: Channel, choice: Choice) -> str:
    """Why no test can leave on this channel, with the remedy; empty when it can."""
    is_mail = channel is Channel.EMAIL
    if channel not in choice.available:
        if is_mail:
            return _("No account carries mail yet. An administrator adds one under Settings → Channels.")
        return _("No account carries text messages yet. An administrator adds one under Settings → Channels.")
    phone = read_phone(user.phone).value
    if not is_mail and (phone is None or not phone.can_receive_sms):
        return _(
            "There is no mobile number of yours to send it to. An administrator adds it under Settings → People."
        )
    return (shown.mail if is_mail else shown.sms).problem
