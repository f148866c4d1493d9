"""The style guide: every component once, with invented content and no data."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from yuemian.ui.icons import ICONS
from yuemian.ui.states import APPEARANCES


class SampleForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As it stands on the invitation."))
    email = forms.EmailField(label=_("Email"), required=False)
    round = forms.ChoiceField(
        label=_("Round"), choices=[("first", _("First round")), ("final", _("Final round"))]
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    remind = forms.BooleanField(label=_("Remind one day before"), required=False)


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    request.user = getattr(request, "user", None) or _SAMPLE_USER  # type: ignore[assignment]
    wrong = SampleForm({"email": "zhang.example.com", "round": "first"})
    wrong.is_valid()
    context: dict[str, Any] = {
        "icons": sorted(ICONS),
        "kinds": {kind: list(states) for kind, states in APPEARANCES.items()},
        "rows": _rows(now),
        "page": SimpleNamespace(number=2, has_previous=True, has_next=True),
        "form": SampleForm({"name": "张伟", "round": "first", "remind": "on"}),
        "wrong": wrong,
        "soon": now + timedelta(days=3, hours=2),
        "before": now - timedelta(minutes=12),
        "tones": ["info", "success", "warning", "danger", "special"],
    }
    is_part = request.headers.get("HX-Target") == "drawer-content"
    return render(request, "ui/parts/gallery_person.html" if is_part else "ui/gallery.html", context)


_SAMPLE_USER = SimpleNamespace(
    is_authenticated=True,
    name="李婷",
    role="administrator",
    get_role_display=_("Administrator"),
    organization=SimpleNamespace(name="远山科技", is_rehearsal=True),
)


def _rows(now: datetime) -> list[dict[str, Any]]:
    samples = [
        ("张伟", "后端工程师", "accepted", "delivered"),
        ("王芳", "产品经理", "needs_action", "sent"),
        ("欧阳娜娜", "大客户销售（华东区）", "reschedule_requested", "delivered"),
        ("Aleksander Nowak", "Senior Data Engineer", "declined", "delivered"),
        ("陈静", "人力资源专员", "not_invited", "held"),
        ("买买提·阿不都", "售后技术支持", "needs_action", "permanent_failure"),
    ]
    return [
        {
            "id": index,
            "name": name,
            "job": job,
            "response": response,
            "delivery": delivery,
            "at": now + timedelta(days=2, hours=index),
        }
        for index, (name, job, response, delivery) in enumerate(samples)
    ]
