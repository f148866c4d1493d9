"""Which rules for moving hold for an interview: the job's before the branch's, before the organization's."""

from __future__ import annotations

from yuemian.domain.slots import Policy
from yuemian.interviews.models import Interview, ReschedulePolicy, RescheduleRequest
from yuemian.interviews.models.slots import STANDARD


def policy_of(interview: Interview) -> Policy:
    """One statement; the standard where nobody has set any."""
    places = ReschedulePolicy.objects.filter(organization_id=interview.organization_id)
    job_id = interview.application.job_id
    found = {(row.job_id, row.branch_id): row for row in places.filter(job__in=[job_id])}
    found |= {(row.job_id, row.branch_id): row for row in places.filter(job=None)}
    for place in ((job_id, None), (None, interview.branch_id), (None, None)):
        if place in found:
            return found[place].terms()
    return STANDARD


def times_asked(interview: Interview) -> int:
    """How many requests of the interview count: those that a person, or the policy, has decided or is to decide."""
    return RescheduleRequest.objects.filter(interview=interview, is_counted=True).count()
