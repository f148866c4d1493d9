"""The components as template tags; built into every template, so no `{% load %}` is needed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from yuemian.domain.browser_name import browser_name
from yuemian.domain.round_name import round_in
from yuemian.ui import when as texts
from yuemian.ui.context import waiting_at as figure
from yuemian.ui.icons import ICONS, POINTING
from yuemian.ui.states import appearance

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "", size: int = 20) -> SafeString:
    """`{% icon "calendar" %}`: decorative unless it has a label. Sizes: 16, 20, 24, 32."""
    body = mark_safe(ICONS[name])  # noqa: S308  (our own constant drawings)
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    turns = mark_safe(" turns" if name in POINTING else "")  # noqa: S308
    return format_html('<svg class="icon icon-{}{}" viewBox="0 0 24 24" {}>{}</svg>', size, turns, role, body)


@register.simple_tag
def badge(state: Any, kind: str = "", label: str = "") -> SafeString:
    """`{% badge interview.state "interview" %}`: colour and translated word of a state (see `states.py`)."""
    value = str(getattr(state, "value", state))
    look = appearance(value, kind)
    return format_html(
        '<span class="badge tone-{}" data-state="{}">{}</span>', look.tone, value, label or look.label
    )


@register.simple_tag
def state_label(state: Any, kind: str = "") -> str:
    """The translated word of a state alone."""
    return str(appearance(str(getattr(state, "value", state)), kind).label)


@register.simple_tag
def state_tone(state: Any, kind: str = "") -> str:
    """The tone of a state's badge, for a counter of that state."""
    return appearance(str(getattr(state, "value", state)), kind).tone


@register.inclusion_tag("ui/parts/empty.html")
def empty_state(
    title: str, hint: str = "", action_url: str = "", action_label: str = "", icon: str = "calendar"
) -> dict[str, str]:
    """Says what is missing and teaches the next step."""
    return {
        "title": title,
        "hint": hint,
        "action_url": action_url,
        "action_label": action_label,
        "icon": icon,
    }


@register.simple_tag
def progress(done: int, total: int, label: str = "") -> SafeString:
    """A labelled bar; `{% progress 340 1000 "Sending" %}`."""
    text = f"{done:,} / {total:,}"
    return format_html(
        '<div class="progress">'
        '<div class="progress-text"><span>{0}</span><span class="number">{1}</span></div>'
        '<progress value="{2}" max="{3}" aria-label="{4}">{1}</progress></div>',
        label,
        text,
        done,
        total or 1,
        label or _("Progress"),
    )


@register.inclusion_tag("ui/parts/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any], total: int | None = None) -> dict[str, Any]:
    """Links to the neighbouring pages that keep the filter. Takes a Django Page, or anything with its
    `number`, `has_previous` and `has_next`, so that lists need not count their rows."""
    query = context["request"].GET
    has_previous, has_next = _truth(page.has_previous), _truth(page.has_next)
    return {
        "number": page.number,
        "previous": with_parameters(query, {"page": page.number - 1}) if has_previous else "",
        "next": with_parameters(query, {"page": page.number + 1}) if has_next else "",
        "total": total,
    }


def _truth(value: Any) -> bool:
    return bool(value() if callable(value) else value)


@register.simple_tag(takes_context=True)
def querystring_with(context: Context, **changes: Any) -> str:
    """`{% querystring_with state="accepted" %}`: the current filter, changed (None removes), from its first page on."""
    return with_parameters(context["request"].GET, {"page": None, "after": None, "before": None, **changes})


def with_parameters(query: QueryDict, changes: dict[str, Any]) -> str:
    changed = query.copy()
    for name, value in changes.items():
        if value in {None, ""}:
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "?"


@register.simple_tag(takes_context=True)
def waiting_at(context: Context, path: str) -> str:
    """`{% waiting_at entry.path %}`: how many things wait for this user behind an entry of the navigation."""
    return figure(path, context["request"])


@register.simple_tag
def when(at: datetime, zone: str | ZoneInfo = "Asia/Shanghai", style: str = "full") -> SafeString:
    """A moment with weekday and zone. Styles: full, short (no zone), day, clock. The year shows when it is
    not this year, and always in full English."""
    place = ZoneInfo(zone) if isinstance(zone, str) else zone
    local = at.astimezone(place)
    is_other_year = local.year != datetime.now(place).year
    if style == "full":
        text = texts.full_text(at, place, with_year=is_other_year or texts.locale_of().language != "zh")
    elif style == "day":
        text = texts.day_text(at, place, with_year=is_other_year)
    elif style == "clock":
        text = f"{local:%H:%M}"
    else:
        text = texts.moment_text(at, place, with_year=is_other_year)
    return format_html('<time class="when" datetime="{}">{}</time>', local.isoformat(), text)


class Counted(int):
    """Still a number, by which a plural is chosen."""

    def __str__(self) -> str:
        return f"{int(self):,}"


@register.filter
def counted(number: int) -> Counted:
    """`{% blocktranslate count counter=total|counted %}`: “Send to 1,200 people”."""
    return Counted(number)


@register.filter
def in_language(named: Any) -> str:
    """What a job, a branch or a family is called in the reader's language."""
    language = get_language() or "en"
    return str(named.title_in(language) if hasattr(named, "title_in") else named.name_in(language))


@register.filter(name="browser_name")
def browser_name_of(agent: str) -> str:
    """`Chrome · Windows` of what a browser says of itself."""
    return browser_name(agent)


@register.filter
def round_name(name: str) -> str:
    """A round in the reader's language, where it has a usual name; else as it was written."""
    return round_in(name, get_language() or "en")


@register.simple_tag
def ago(at: datetime) -> SafeString:
    """`3 分钟前`; console.js keeps it current. The exact moment is in the title."""
    text = texts.relative_text(at, datetime.now(UTC))
    return format_html(
        '<time class="when" datetime="{}" title="{}" data-relative>{}</time>',
        at.isoformat(),
        f"{at:%Y-%m-%d %H:%M} UTC",
        text,
    )


@register.inclusion_tag("ui/parts/field.html")
def field(bound: BoundField, label: str = "", hint: str = "") -> dict[str, Any]:
    """`{% field form.email %}`: label, hint, control and errors, wired for screen readers."""
    hint = hint or str(bound.help_text)
    described = [f"{bound.id_for_label}_hint"] if hint else []
    described += [f"{bound.id_for_label}_error"] if bound.errors else []
    attributes: dict[str, Any] = {"aria-describedby": " ".join(described)} if described else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    kind = getattr(bound.field.widget, "input_type", "") or bound.field.widget.__class__.__name__.lower()
    if kind == "checkbox" and bound.field.widget.use_fieldset:
        kind = "checkboxes"
    return {
        "bound": bound,
        "control": bound.as_widget(attrs=attributes),
        "label": label or bound.label,
        "hint": hint,
        "kind": kind,
        "is_group": kind == "radio" or bound.field.widget.use_fieldset,
    }


@register.inclusion_tag("ui/parts/error_summary.html")
def error_summary(form: BaseForm, focus: bool = True) -> dict[str, Any]:
    """What is wrong with a form, with links to the fields; put it above the form."""
    return {"form": form, "focus": focus, "fields": [each for each in form if each.errors]}


@register.inclusion_tag("ui/parts/counter.html")
def counter(label: str, value: int, url: str = "", tone: str = "", current: bool = False) -> dict[str, Any]:
    """One figure of a `<div class="counters">`; with a URL it filters the list below."""
    return {"label": label, "value": value, "url": url, "tone": tone, "current": current}


@register.simple_block_tag
def phone(content: str, title: str = "", time: str = "9:41") -> SafeString:
    """`{% phone "短信" %}…{% endphone %}`: a phone's frame around any content."""
    return format_html(
        '<div class="phone" role="group" aria-label="{}">'
        '<div class="phone-bar" aria-hidden="true"><span>{}</span>'
        '<span class="phone-island"></span><span class="phone-power"></span></div>'
        '<div class="phone-screen" tabindex="0">{}</div><div class="phone-home" aria-hidden="true"></div></div>',
        title,
        time,
        mark_safe(content),  # noqa: S308  (already rendered by the template)
    )


@register.simple_tag
def phone_frame(
    src: str, title: str, sandbox: str = "allow-forms allow-same-origin allow-scripts"
) -> SafeString:
    """A page of our own inside a phone's frame."""
    page = format_html(
        '<iframe src="{}" title="{}" loading="lazy" sandbox="{}"></iframe>', src, title, sandbox
    )
    return phone(page, title)


@register.simple_block_tag
def dialog(content: str, id: str, title: str) -> SafeString:  # noqa: A002
    """`{% dialog "stop" title %}…{% enddialog %}`; opened by any `<button data-open="stop">`."""
    return _modal("dialog", content, id, title)


@register.simple_block_tag
def drawer(content: str, id: str, title: str) -> SafeString:  # noqa: A002
    """Like a dialog, at the page's edge: details beside the list they belong to."""
    return _modal("drawer", content, id, title)


def _modal(kind: str, content: str, identifier: str, title: str) -> SafeString:
    return format_html(
        '<dialog class="{0}" id="{1}" aria-labelledby="{1}-title"><div class="{0}-head">'
        '<h2 id="{1}-title">{2}</h2><button type="button" class="button quiet icon-only" data-close '
        'aria-label="{3}">{4}</button></div><div class="{0}-body">{5}</div></dialog>',
        kind,
        identifier,
        title,
        _("Close"),
        icon("x"),
        mark_safe(content),  # noqa: S308
    )


@register.inclusion_tag("ui/parts/dropzone.html")
def dropzone(title: str, hint: str, accept: str, name: str = "file") -> dict[str, str]:
    """The file field of a `<form data-upload method="post" enctype="multipart/form-data">`."""
    return {"title": title, "hint": hint, "accept": accept, "name": name}


@register.inclusion_tag("ui/parts/notice.html")
def notice(text: str, tone: str = "info", title: str = "") -> dict[str, str]:
    """A message that stays on the page (a toast goes away)."""
    icons = {
        "info": "info",
        "success": "check-circle",
        "warning": "alert",
        "danger": "alert",
        "special": "info",
    }
    return {"text": text, "tone": tone, "title": title, "icon": icons[tone]}
