"""The words and colours of every state that pages show, one row per state."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as word


class Appearance(NamedTuple):
    tone: str
    label: str | Promise


#: Tones are classes of components.css: neutral, info, success, warning, danger, special.
APPEARANCES: dict[str, dict[str, Appearance]] = {
    "interview": {
        "draft": Appearance("warning", word("interview", "Time to be chosen")),
        "scheduled": Appearance("info", word("interview", "Scheduled")),
        "completed": Appearance("neutral", word("interview", "Completed")),
        "cancelled": Appearance("neutral", word("interview", "Cancelled")),
        "no_show": Appearance("danger", word("interview", "No-show")),
    },
    "response": {
        "not_invited": Appearance("neutral", word("response", "Not invited")),
        "needs_action": Appearance("warning", word("response", "No answer yet")),
        "accepted": Appearance("success", word("response", "Coming")),
        "declined": Appearance("danger", word("response", "Not coming")),
        "reschedule_requested": Appearance("special", word("response", "Wants another time")),
        "tentative": Appearance("warning", word("response", "Undecided")),
    },
    "attendance": {
        "unknown": Appearance("neutral", word("attendance", "Not recorded")),
        "attended": Appearance("success", word("attendance", "Attended")),
        "no_show": Appearance("danger", word("attendance", "No-show")),
        "excused": Appearance("neutral", word("attendance", "Excused")),
    },
    "outcome": {
        "advance": Appearance("success", word("outcome", "Advance")),
        "pass": Appearance("special", word("outcome", "Pass")),
        "reject": Appearance("danger", word("outcome", "Reject")),
        "hold": Appearance("warning", word("outcome", "Hold")),
    },
    "account": {
        "ok": Appearance("success", word("account", "Works")),
        "half_open": Appearance("warning", word("account", "Being tried again")),
        "open": Appearance("danger", word("account", "Paused after failures")),
        "off": Appearance("neutral", word("account", "Switched off")),
    },
    "availability": {
        "free": Appearance("success", word("availability", "Free")),
        "busy": Appearance("danger", word("availability", "Busy")),
        "tentative": Appearance("warning", word("availability", "Perhaps busy")),
        "outside": Appearance("warning", word("availability", "Outside working hours")),
        "unknown": Appearance("neutral", word("availability", "Not known")),
    },
    "onboarding": {
        "invited": Appearance("neutral", word("onboarding state", "Invited")),
        "filling": Appearance("info", word("onboarding state", "Being filled in")),
        "submitted": Appearance("warning", word("onboarding state", "To be checked")),
        "returned": Appearance("special", word("onboarding state", "Sent back")),
        "complete": Appearance("success", word("onboarding state", "Complete")),
        "withdrawn": Appearance("neutral", word("onboarding state", "Withdrawn")),
        "expired": Appearance("danger", word("onboarding state", "Time over")),
    },
    "document": {
        "checking": Appearance("warning", word("document", "In quarantine")),
        "ready": Appearance("success", word("document", "Checked")),
        "refused": Appearance("danger", word("document", "Refused")),
    },
    "review": {
        "open": Appearance("neutral", word("review", "Not looked at")),
        "accepted": Appearance("success", word("review", "Accepted")),
        "returned": Appearance("special", word("review", "To be corrected")),
    },
    "notification": {
        "draft": Appearance("neutral", word("notification", "Draft")),
        "pending_approval": Appearance("warning", word("notification", "Awaiting approval")),
        "approved": Appearance("info", word("notification", "Approved")),
        "rejected": Appearance("danger", word("notification", "Rejected")),
        "scheduled": Appearance("info", word("notification", "Scheduled")),
        "processing": Appearance("info", word("notification", "In progress")),
        "completed": Appearance("success", word("notification", "Completed")),
        "cancelled": Appearance("neutral", word("notification", "Cancelled")),
        "expired": Appearance("neutral", word("notification", "Expired")),
        "superseded": Appearance("neutral", word("notification", "Superseded")),
    },
    "delivery": {
        "created": Appearance("neutral", word("delivery", "Prepared")),
        "scheduled": Appearance("neutral", word("delivery", "Scheduled")),
        "held": Appearance("warning", word("delivery", "On hold")),
        "queued": Appearance("neutral", word("delivery", "Waiting")),
        "sending": Appearance("info", word("delivery", "Sending")),
        "sent": Appearance("info", word("delivery", "Sent")),
        "delivered": Appearance("success", word("delivery", "Delivered")),
        "temporary_failure": Appearance("warning", word("delivery", "Failed for now")),
        "permanent_failure": Appearance("danger", word("delivery", "Not deliverable")),
        "technical_failure": Appearance("danger", word("delivery", "Technical failure")),
        "failed": Appearance("danger", word("delivery", "Failed")),
        "unknown": Appearance("warning", word("delivery", "Outcome unknown")),
        "cancelled": Appearance("neutral", word("delivery", "Cancelled")),
        "skipped": Appearance("neutral", word("delivery", "Left out")),
        "superseded": Appearance("neutral", word("delivery", "Superseded")),
        "expired": Appearance("neutral", word("delivery", "Expired")),
    },
    "notice": {
        "draft": Appearance("neutral", word("notice", "Draft")),
        "submitted": Appearance("warning", word("notice", "Waits for approval")),
        "approved": Appearance("info", word("notice", "Approved")),
        "released": Appearance("success", word("notice", "Released")),
        "returned": Appearance("danger", word("notice", "Returned")),
        "excluded": Appearance("neutral", word("notice", "Taken out")),
        "recalled": Appearance("warning", word("notice", "Called back")),
        "void": Appearance("neutral", word("notice", "Void")),
    },
    "recommendation": {
        "strong_yes": Appearance("success", word("recommendation", "Strong yes")),
        "yes": Appearance("success", word("recommendation", "Yes")),
        "no": Appearance("danger", word("recommendation", "No")),
        "strong_no": Appearance("danger", word("recommendation", "Strong no")),
    },
    "batch": {
        "draft": Appearance("neutral", word("batch", "Draft")),
        "validated": Appearance("info", word("batch", "Checked")),
        "scheduled": Appearance("info", word("batch", "Scheduled")),
        "running": Appearance("info", word("batch", "Running")),
        "paused": Appearance("warning", word("batch", "Paused")),
        "finished": Appearance("success", word("batch", "Finished")),
        "cancelled": Appearance("neutral", word("batch", "Stopped")),
        "limit_exceeded": Appearance("danger", word("batch", "Limit exceeded")),
        "failed": Appearance("danger", word("batch", "Failed")),
    },
    "row": {
        "good": Appearance("success", word("row", "Good")),
        "repairable": Appearance("warning", word("row", "Repairable")),
        "bad": Appearance("danger", word("row", "Needs work")),
        "duplicate": Appearance("neutral", word("row", "Already there")),
        "known": Appearance("neutral", word("row", "Imported before")),
        "ignored": Appearance("neutral", word("row", "Not an interview")),
        "skipped": Appearance("neutral", word("row", "Skipped")),
    },
    "import": {
        "checking": Appearance("info", word("import", "Checking")),
        "checked": Appearance("warning", word("import", "Waiting for you")),
        "refused": Appearance("danger", word("import", "Not readable")),
        "imported": Appearance("success", word("import", "Imported")),
        "discarded": Appearance("neutral", word("import", "Discarded")),
    },
    "mailbox": {
        "new": Appearance("neutral", word("mailbox", "Not looked at yet")),
        "ok": Appearance("success", word("mailbox", "Is read")),
        "failing": Appearance("danger", word("mailbox", "Cannot be read")),
        "off": Appearance("neutral", word("mailbox", "Switched off")),
    },
    "worker": {
        "alive": Appearance("success", word("worker", "At work")),
        "silent": Appearance("danger", word("worker", "Silent")),
        "stopped": Appearance("neutral", word("worker", "Stopped")),
    },
    "template": {
        "draft": Appearance("warning", word("template", "Draft")),
        "published": Appearance("success", word("template", "Published")),
        "archived": Appearance("neutral", word("template", "Archived")),
    },
}


def appearance(state: str, kind: str = "") -> Appearance:
    """How to show a state; without a kind, the first kind that knows it. Unknown: its own name."""
    kinds = [APPEARANCES[kind]] if kind else list(APPEARANCES.values())
    for states in kinds:
        if state in states:
            return states[state]
    return Appearance("neutral", state.replace("_", " "))
