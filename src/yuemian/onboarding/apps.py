"""The onboarding app; tells messaging what its messages are about, and hears that results were released."""

from __future__ import annotations

from datetime import timedelta

from django.apps import AppConfig
from django.utils.module_loading import import_string

from yuemian.domain.states import ReasonCode
from yuemian.hiring.holdings import register_holdings
from yuemian.interviews.page_parts import ON_ACTIONS, ON_TODAY, register_part
from yuemian.messaging.clock import Chore, register_chore
from yuemian.messaging.subjects import Subject, register
from yuemian.results.signals import results_called_back, results_released
from yuemian.ui.context import register_counter

#: Open means: the form waits for the candidate, and the pass that it followed still stands.
TRUTH = """
SELECT c.id, c.revision,
       c.state IN ('invited', 'filling', 'returned') AND (n.id IS NULL OR n.state = 'released')
           AND onboarding_follows(c.application_id, c.interview_id),
       c.state IN ('submitted', 'complete'), c.deadline_at, false, c.state = 'withdrawn'
FROM onboarding_onboardingcase c LEFT JOIN results_resultnotice n ON n.id = c.notice_id WHERE c.id = ANY(%s)
"""
PLACE = """
SELECT c.id, c.branch_id, coalesce(nullif(p.time_zone, ''), b.time_zone)
FROM onboarding_onboardingcase c
JOIN hiring_candidate p ON p.id = c.candidate_id
JOIN accounts_branch b ON b.id = c.branch_id
WHERE c.id = ANY(%s)
"""
APPLICATION = "SELECT application_id FROM onboarding_onboardingcase WHERE id = %s"


class OnboardingConfig(AppConfig):
    name = "yuemian.onboarding"
    label = "onboarding"

    def ready(self) -> None:
        ended = ReasonCode.ONBOARDING_ENDED
        register(
            Subject("onboarding", TRUTH, place_sql=PLACE, application_sql=APPLICATION, closed_reason=ended)
        )
        register_counter("/onboarding", "yuemian.onboarding.listing.count_for_navigation")
        register_holdings("yuemian.onboarding.holdings.HOLDINGS")
        register_part(ON_ACTIONS, "yuemian.onboarding.parts.on_actions")
        register_part(ON_TODAY, "yuemian.onboarding.parts.on_today")
        register_chore(
            Chore("onboarding-times", timedelta(minutes=15), "yuemian.onboarding.tasks.remind_and_expire")
        )
        register_chore(
            Chore("onboarding-deletion", timedelta(hours=1), "yuemian.onboarding.tasks.delete_what_is_over")
        )
        register_chore(
            Chore(
                "onboarding-checking",
                timedelta(minutes=2),
                "yuemian.onboarding.tasks.check_again",
                is_detached=True,
            )
        )
        # By name: models cannot be imported before every app stands.
        personal = "yuemian.results.notices.personal"
        here = "yuemian.onboarding.offer_letter"
        desk = import_string(f"{personal}.OfferDesk")(f"{here}.offer_form", f"{here}.offer_text")
        import_string(f"{personal}.register_offers")(desk)
        begin = import_string("yuemian.onboarding.actions.begin.hear_released")
        results_released.connect(begin, dispatch_uid="onboarding")
        end = import_string("yuemian.onboarding.actions.begin.hear_called_back")
        results_called_back.connect(end, dispatch_uid="onboarding")
