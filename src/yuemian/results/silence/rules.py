"""Which rules of results hold for a job at a branch."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from yuemian.domain.results import Rule, Rules, holding_rules
from yuemian.results.models import ResultRule


@dataclass(frozen=True)
class RuleBook:
    """All rules of an organization: there are few, and many interviews to ask them about."""

    general: Rule | None
    branches: dict[UUID, Rule]
    jobs: dict[UUID, Rule]

    def of(self, job_id: UUID | None, branch_id: UUID | None) -> Rules:
        near = [
            self.jobs.get(job_id) if job_id else None,
            self.branches.get(branch_id) if branch_id else None,
        ]
        return holding_rules([*near, self.general])

    @property
    def is_any_promise(self) -> bool:
        rules = [self.general, *self.branches.values(), *self.jobs.values()]
        return any(rule.promise_workdays for rule in rules if rule)


def rule_book(organization_id: UUID) -> RuleBook:
    general: Rule | None = None
    branches: dict[UUID, Rule] = {}
    jobs: dict[UUID, Rule] = {}
    for row in ResultRule.objects.filter(organization_id=organization_id):
        rule = Rule(row.promise_workdays, row.escalate_workdays, row.is_pass_reserved)
        if row.job_id:
            jobs[row.job_id] = rule
        elif row.branch_id:
            branches[row.branch_id] = rule
        else:
            general = rule
    return RuleBook(general, branches, jobs)
