"""Draws the plain widgets of large forms directly: a template for each of 150 fields doubles the time of a page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

Values = Mapping[str, Any]


class QuickRenderer(DjangoTemplates):
    """The same markup as Django's own templates; a widget it does not know goes to these."""

    def render(self, template_name: str, context: Any, request: Any = None) -> SafeString:
        draw = _DRAWN.get(template_name)
        return draw(context["widget"]) if draw else mark_safe(super().render(template_name, context, request))  # noqa: S308


def _attributes(attrs: Values) -> SafeString:
    kept = [(name, value) for name, value in attrs.items() if value is not False]
    return format_html_join(
        "",
        "{}",
        (
            (format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value),)
            for name, value in kept
        ),
    )


def _input(widget: Values) -> SafeString:
    value = widget["value"]
    shown = format_html(' value="{}"', value) if value is not None else ""
    return format_html(
        '<input type="{}" name="{}"{}{}>', widget["type"], widget["name"], shown, _attributes(widget["attrs"])
    )


def _select(widget: Values) -> SafeString:
    options = (
        (option["value"], _attributes(option["attrs"]), option["label"])
        for _, group, _ in widget["optgroups"]
        for option in group
    )
    return format_html(
        '<select name="{}"{}>{}</select>',
        widget["name"],
        _attributes(widget["attrs"]),
        format_html_join("", '<option value="{}"{}>{}</option>', options),
    )


def _checkboxes(widget: Values) -> SafeString:
    boxes = (
        (option["attrs"].get("id", ""), _input(option), option["label"])
        for _, group, _ in widget["optgroups"]
        for option in group
    )
    return format_html(
        '<div id="{}">{}</div>',
        widget["attrs"].get("id", ""),
        format_html_join("", '<div><label for="{}">{} {}</label></div>', boxes),
    )


_DRAWN: Final[Mapping[str, Callable[[Values], SafeString]]] = {
    "django/forms/widgets/checkbox.html": _input,
    "django/forms/widgets/checkbox_select.html": _checkboxes,
    "django/forms/widgets/hidden.html": _input,
    "django/forms/widgets/number.html": _input,
    "django/forms/widgets/select.html": _select,
    "django/forms/widgets/text.html": _input,
    "django/forms/widgets/time.html": _input,
}
