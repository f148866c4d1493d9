"""What lies under a notice has changed: it is void, and nothing of it leaves any more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from yuemian.accounts.models import User
from yuemian.domain.results import NoticeState
from yuemian.results.models import ResultNotice
from yuemian.trust import audit


def void_notices(user: User, decision_ids: Collection[UUID], *, now: datetime) -> list[ResultNotice]:
    """Void what was not released yet, in the caller's transaction; what was released is stopped by the last look."""
    open_ = ResultNotice.objects.select_for_update(of=("self",)).filter(decision__in=decision_ids)
    notices = list(open_.exclude(state__in=[NoticeState.VOID, NoticeState.RELEASED]))
    ResultNotice.objects.filter(pk__in=[notice.pk for notice in notices]).update(state=NoticeState.VOID)
    for notice in notices:
        subject = ("result_notice", notice.pk)
        audit.record(user.organization_id, user.actor, "result.void", at=now, subject=subject)
    return notices
