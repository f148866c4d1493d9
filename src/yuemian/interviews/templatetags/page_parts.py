"""Puts what other rooms registered into a page."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.safestring import SafeString, mark_safe

from yuemian.interviews.models import Interview
from yuemian.interviews.page_parts import ON_ACTIONS, ON_INTERVIEW, ON_TODAY
from yuemian.interviews.today.scope import Scope

register = template.Library()


@register.simple_tag(takes_context=True)
def interview_parts(context: Context, interview: Interview) -> SafeString:
    """`{% interview_parts interview %}`"""
    return _drawn(ON_INTERVIEW, context, interview)


@register.simple_tag(takes_context=True)
def interview_actions(context: Context, interview: Interview) -> SafeString:
    """`{% interview_actions interview %}`"""
    return _drawn(ON_ACTIONS, context, interview)


def _drawn(place: list[str], context: Context, interview: Interview) -> SafeString:
    now = timezone.now()
    found = (import_string(name)(context["request"], interview, now) for name in place)
    return mark_safe("".join(found))  # noqa: S308


@register.simple_tag(takes_context=True)
def today_parts(context: Context, scope: Scope) -> SafeString:
    """`{% today_parts scope as parts %}`"""
    now, user = timezone.now(), context["request"].user
    recruiter = user.pk if scope.is_mine else None
    found = (import_string(name)(context["request"], now, recruiter, scope.branch) for name in ON_TODAY)
    return mark_safe("".join(found))  # noqa: S308
