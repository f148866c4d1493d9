"""What the company has set up before the week: where it meets people, when it has time, what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from yuemian.config.demo_week.company import Company
from yuemian.domain.states import Mode
from yuemian.interviews.actions.places import save_place
from yuemian.interviews.actions.series import save_policy, save_series
from yuemian.interviews.models import Place, ReschedulePolicy, SlotSeries
from yuemian.messaging.actions.phrases import save_faq_entry, save_reply
from yuemian.messaging.models import FaqEntry, SavedReply
from yuemian.onboarding.actions.settings import save_policy as save_onboarding_policy


def set_up(company: Company, *, now: datetime) -> None:
    admin, script = company.users["admin"], company.script
    for place in script["places"]:
        fields = {name: value for name, value in place.items() if name != "branch"}
        save_place(admin, Place(branch=company.branches["CN"], **fields), tells=False, now=now)
    for row in script["slots"]:
        save_series(admin, _series(company, row), now=now)
    rules = ReschedulePolicy(organization=company.organization, is_automatic=False)
    save_policy(admin, rules, now=now)
    for reply in script["replies"]:
        save_reply(admin, SavedReply(**reply), is_own=False, now=now)
    for entry in script["faq"]:
        save_faq_entry(admin, FaqEntry(**entry), now=now)
    # No virus scanner belongs to the demo: papers would wait for one for ever.
    save_onboarding_policy(admin, {"needs_scanner": False}, now=now)


def _series(company: Company, row: Mapping[str, Any]) -> SlotSeries:
    branch = company.branches["CN"]
    return SlotSeries(
        organization=company.organization,
        name=row["name"],
        interviewer=company.users.get(row.get("interviewer", "")),
        job=company.jobs.get(row.get("job", "")),
        branch=branch,
        time_zone=branch.time_zone,
        windows=[{"weekday": day, "from": start, "until": end} for day, start, end in row["windows"]],
        length=timedelta(minutes=row["minutes"]),
        buffer=timedelta(minutes=row["buffer"]),
        capacity=row["capacity"],
        mode=Mode.ONSITE,
        place_name=row.get("place_name", company.script["places"][0]["name"]),
        place_address=branch.address,
    )
