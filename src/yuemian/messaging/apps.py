"""The messaging app; lets the clock count what routing learns, and hears of addresses out of use."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.module_loading import import_string

from yuemian.hiring.holdings import register_holdings
from yuemian.hiring.signals import contacts_changed
from yuemian.messaging.clock import Chore, register_chore

#: Interviews begin all day; what they teach need not be known sooner.
LEARNING = Chore("learn_routing", timedelta(minutes=15), "yuemian.messaging.actions.learn.learn_from_answers")
#: Whose time is over is looked for once a night; the look itself says whether it is time.
RETENTION = Chore("retention", timedelta(minutes=30), "yuemian.hiring.tasks.look_nightly")
AUDIT = Chore("audit", timedelta(minutes=30), "yuemian.accounts.tasks.check_audit_trail_nightly")
ERASURES = Chore("erasures", timedelta(minutes=5), "yuemian.hiring.tasks.erase_what_is_due")
CHALLENGES = Chore("challenges", timedelta(hours=1), "yuemian.messaging.actions.step_up.tidy")
FORGETTING = Chore("forget_told", timedelta(hours=6), "yuemian.messaging.actions.forget.forget_old")
RATE_LIMITS = Chore("rate_limits", timedelta(hours=1), "yuemian.trust.limits.purge")
#: A sleeper that wakes a minute late is on time.
WAKING = Chore(
    "wake_conversations", timedelta(minutes=1), "yuemian.messaging.actions.inbox.wake_conversations"
)
STRAYS = Chore("stray_reports", timedelta(seconds=10), "yuemian.messaging.actions.receipts.match_strays")


class MessagingConfig(AppConfig):
    name = "yuemian.messaging"
    label = "messaging"

    def ready(self) -> None:
        register_chore(LEARNING)
        for chore in (STRAYS, WAKING, RETENTION, AUDIT, ERASURES, CHALLENGES, FORGETTING, RATE_LIMITS):
            register_chore(chore)
        register_holdings("yuemian.messaging.holdings.HOLDINGS")
        # By name: models cannot be imported before every app stands.
        heed_contact = import_string("yuemian.messaging.actions.call_off.heed_contact")
        contacts_changed.connect(heed_contact, dispatch_uid="messaging")
