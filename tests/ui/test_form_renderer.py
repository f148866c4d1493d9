"""The quick renderer writes what Django's templates write, for every widget it draws itself."""

from __future__ import annotations

from datetime import time
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.test.html import parse_html

from yuemian.ui.form_renderer import _DRAWN, QuickRenderer

HOSTILE = "\"><script>alert('x')</script>&"
CHOICES = [("", "–"), ("a", "甲"), ("b", HOSTILE)]
WIDGETS: list[tuple[forms.Widget, Any]] = [
    (forms.TextInput(attrs={"maxlength": 9, "autofocus": True, "hidden": False}), HOSTILE),
    (forms.NumberInput(attrs={"min": 0, "required": True}), 0),
    (forms.NumberInput(), None),
    (forms.TimeInput(format="%H:%M"), time(8, 5)),
    (forms.HiddenInput(), "x"),
    (forms.CheckboxInput(attrs={"id": "box"}), True),
    (forms.CheckboxInput(), False),
    (forms.Select(choices=CHOICES, attrs={"id": "list", "aria-invalid": "true"}), "b"),
    (forms.Select(choices=CHOICES), None),
    (forms.CheckboxSelectMultiple(choices=CHOICES[1:], attrs={"id": "boxes"}), ["b"]),
]


@pytest.mark.parametrize(("widget", "value"), WIDGETS, ids=lambda each: type(each).__name__)
def test_the_markup_is_the_same(widget: forms.Widget, value: Any) -> None:
    ours = widget.render("name", value, renderer=QuickRenderer())
    assert parse_html(ours) == parse_html(widget.render("name", value, renderer=DjangoTemplates()))
    assert "<script>" not in ours


def test_every_widget_drawn_is_compared() -> None:
    assert {widget.template_name for widget, _ in WIDGETS} == set(_DRAWN)


def test_another_widget_goes_to_djangos_own_template() -> None:
    html = forms.Textarea().render("text", HOSTILE, renderer=QuickRenderer())
    assert html.startswith("<textarea")
