"""What an organization looks at in interviews, by name: its own forms' competencies and the shipped ones."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy as word

from yuemian.accounts.models import User
from yuemian.results.models import Competency

SHIPPED: Final[dict[str, str | Promise]] = {
    "communication": word("competency", "Communication"),
    "problem_solving": word("competency", "Problem solving"),
    "coding": word("competency", "Coding"),
    "system_design": word("competency", "System design"),
    "domain_knowledge": word("competency", "Professional knowledge"),
    "sales_drive": word("competency", "Sales drive"),
    "customer_focus": word("competency", "Customer focus"),
    "teamwork": word("competency", "Teamwork"),
    "ownership": word("competency", "Ownership"),
    "learning": word("competency", "Learning"),
    "motivation": word("competency", "Motivation"),
    "leadership": word("competency", "Leadership"),
    "presentation": word("competency", "Presentation"),
    "planning": word("competency", "Planning"),
    "attention_to_detail": word("competency", "Attention to detail"),
    "language": word("competency", "Foreign language"),
}


def competency_names(user: User, locale: str) -> dict[str, str]:
    """Key → name: as the organization's forms call it, else as it is shipped."""
    names = {key: str(name) for key, name in SHIPPED.items()}
    own = Competency.objects.filter(form__organization_id=user.organization_id, is_archived=False)
    return names | {each.key: each.name_in(locale) for each in own}
