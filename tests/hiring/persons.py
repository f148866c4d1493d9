"""Which tables lead to a candidate, read from the models themselves."""

from __future__ import annotations

from django.apps import apps

from yuemian.hiring.models import Candidate
from yuemian.trust.models import TenantModel


def personal_models() -> set[type[TenantModel]]:
    """The candidate's own table and every one that leads to it, over however many others."""
    rows = [model for model in apps.get_models() if issubclass(model, TenantModel)]
    found: set[type[TenantModel]] = {Candidate}
    while new := {model for model in rows if model not in found and _leads_to(model, found)}:
        found |= new
    return found


def _leads_to(model: type[TenantModel], found: set[type[TenantModel]]) -> bool:
    return any(field.is_relation and field.related_model in found for field in model._meta.concrete_fields)
