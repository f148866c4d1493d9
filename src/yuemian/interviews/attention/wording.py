"""The words of what needs attention: events of a delivery, remedies, and why a remedy would be no help."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as word

from yuemian.domain.remedy import Refusal, Remedy
from yuemian.interviews.wording import Reason, Text
from yuemian.messaging.models import EventKind

EVENTS: dict[str, Text] = {
    EventKind.ATTEMPTED: word("event", "Tried"),
    EventKind.ACCEPTED: word("event", "Taken by the provider"),
    EventKind.DEFERRED: word("event", "Put off; it is tried again"),
    EventKind.FAILED: word("event", "Failed"),
    EventKind.UNCLEAR: word("event", "Cut off: outcome unknown"),
    EventKind.LEASE_EXPIRED: word("event", "A worker stopped in the middle"),
    EventKind.DELIVERED: word("event", "Delivered"),
    EventKind.BOUNCED: word("event", "Came back"),
    EventKind.OPENED: word("event", "Opened, perhaps by a machine"),
    EventKind.CLICKED: word("event", "Link opened, perhaps by a machine"),
    EventKind.REPLIED: word("event", "Replied"),
    EventKind.COMPLAINED: word("event", "Reported as spam"),
    EventKind.UNSUBSCRIBED: word("event", "Opted out"),
    EventKind.REPORTED: word("event", "The provider said something we do not know"),
    EventKind.TIMED_OUT: word("event", "No receipt came in time"),
    EventKind.FELL_BACK: word("event", "The next channel takes over"),
    EventKind.RELEASED: word("event", "Tried again by a person"),
    EventKind.RESOLVED: word("event", "Decided by a person"),
    EventKind.CALLED_OFF: word("event", "Called off"),
}
#: What a person decided about a delivery, as its event says it.
DECISIONS: dict[str, Text] = {
    "arrived": _("It arrived."),
    "not_arrived": _("It did not arrive; sent again."),
    "given_up": _("Given up."),
}
REMEDIES: dict[str, Text] = {
    Remedy.RELEASE: _("Send now"),
    Remedy.RETRY: _("Try again"),
    Remedy.SWITCH: _("Try another channel"),
    Remedy.ARRIVED: _("It arrived"),
    Remedy.NOT_ARRIVED: _("It did not: send again"),
    Remedy.GIVE_UP: _("Give up"),
}
REFUSALS: dict[str, Reason] = {
    Refusal.NOT_SO: Reason(_("This does not apply to them, or somebody was faster.")),
    Refusal.TOO_LATE: Reason(_("The interview has begun: too late to send."), _("Call instead.")),
    Refusal.UNTRUE: Reason(
        _("What it says no longer holds, or was answered."), _("Send a new message from the interview.")
    ),
    Refusal.ERASED: Reason(_("The candidate's data was erased.")),
    Refusal.NO_CONTACT: Reason(
        _("No address in use for this channel."), _("Add one, or put the old one back into use.")
    ),
    Refusal.NO_TEXT: Reason(_("The template has no text for this channel.")),
    Refusal.UNDER_WAY: Reason(_("The same message is on this channel already.")),
}
