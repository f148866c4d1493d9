"""What a job's move to another family does to its open interviews: which plan they follow then, and what they hear."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.utils.translation import gettext, ngettext

from yuemian.accounts.models import User
from yuemian.domain.states import InterviewState
from yuemian.hiring.models import Job, JobFamily
from yuemian.hiring.moving import Consequence
from yuemian.interviews.models import Interview, Plan
from yuemian.interviews.plans.page import effect_lines
from yuemian.interviews.plans.preview import MOST_COMPARED, effect_of_move
from yuemian.interviews.plans.reading import plans_for
from yuemian.trust.identifiers import uuid7


def told(user: User, job: Job, family: JobFamily | None, now: datetime) -> list[Consequence]:
    """Registered with hiring. Nothing where the same plans hold; a family that does not exist yet has none."""
    organization_id = user.organization_id
    ahead = Interview.objects.filter(
        organization_id=organization_id,
        application__job=job,
        state=InterviewState.SCHEDULED,
        starts_at__gt=now,
    )
    ids = list(ahead.order_by("starts_at", "id").values_list("pk", flat=True))
    former = plans_for(organization_id, ids)
    later = plans_for(organization_id, ids, family=family.pk if family else uuid7())
    moved = [each for each in ids if former[each] != later[each]]
    if not moved:
        return []
    counts = Counter(later[each] for each in moved)
    near = moved[:MOST_COMPARED]
    effect = effect_of_move(
        user, {each: former[each] for each in near}, {each: later[each] for each in near}, len(moved), now
    )
    lines = [_follow(plan, count) for plan, count in counts.most_common()]
    if effect.is_nothing:
        lines.append(Consequence("check", "success", gettext("None of them hears anything else.")))
    else:
        lines += [Consequence(*line) for line in effect_lines(effect)]
    if effect.is_partial:
        partial = gettext(
            "Counted for the next %(looked)s interviews; the later ones change in the same way."
        )
        lines.append(Consequence("info", "neutral", partial % {"looked": effect.looked_at}))
    return lines


def _follow(plan: Plan | None, count: int) -> Consequence:
    if plan is None:
        text = ngettext(
            "%(n)s open interview follows no plan any more: nothing is sent for it by itself.",
            "%(n)s open interviews follow no plan any more: nothing is sent for them by itself.",
            count,
        )
        return Consequence("alert", "warning", text % {"n": f"{count:,}"})
    text = ngettext(
        "%(n)s open interview follows “%(name)s” from then on.",
        "%(n)s open interviews follow “%(name)s” from then on.",
        count,
    )
    return Consequence("arrow-right", "info", text % {"n": f"{count:,}", "name": plan.name})
