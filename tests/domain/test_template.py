"""HR templates: mistakes are explained at saving, blanks never happen, hostile ones get nowhere."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from minijinja import TemplateError

from yuemian.domain import template
from yuemian.domain.placeholder import PLACEHOLDERS, Kind, samples
from yuemian.domain.states import Purpose
from yuemian.domain.template import RenderProblem, TemplateProblem, compile_template, render
from yuemian.domain.template_language import FILTERS, Problem

SUBJECT = "【{{ organization_name }}】{{ round_name }} {{ interview_day }}"


def problems(body: str, subject: str = "x", purpose: Purpose | None = None) -> tuple[Problem, ...]:
    with pytest.raises(TemplateProblem) as caught:
        compile_template(subject, body, purpose)
    return caught.value.problems


def text(body: str, **context: object) -> str:
    return render(compile_template("x", body), {**samples("zh"), **context}).text


@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_an_ordinary_invitation_reads_as_written(locale: str) -> None:
    body = (
        "{{ candidate_name }}:\n{% if materials %}\n{{ materials|bullets }}\n{% endif %}\n{{ answer_link }}"
    )
    rendered = render(compile_template(SUBJECT, body), samples(locale))
    values = samples(locale)
    assert str(values["organization_name"]) in rendered.subject
    assert f"- {values['materials'][1]}" in rendered.text  # type: ignore[index]
    assert rendered.text.endswith(str(values["answer_link"]))


def test_loops_conditions_and_filters_work() -> None:
    assert text("{% for line in flow %}\n* {{ line }}\n{% endfor %}") == "* 先笔试 30 分钟\n* 后面试 30 分钟"
    assert (
        text('{% if round_name == "初试" and not is_video %}A{% elif is_phone %}B{% else %}C{% endif %}')
        == "A"
    )
    assert text('{{ materials|join("、") }}') == "身份证、纸质简历一份"
    assert text("{{ flow|numbered }}") == "1. 先笔试 30 分钟\n2. 后面试 30 分钟"
    assert text('{{ video_link|default("现场") }}', video_link=None) == "现场"
    assert text("{# 备注 {{ #}A") == "A"


def test_a_wrong_name_is_refused_with_line_and_near_names() -> None:
    (problem,) = problems("line one\nHello {{ candidate_nam }}")
    assert (problem.field, problem.line, problem.code) == ("body", 2, "unknown_placeholder")
    assert "candidate_name" in problem.near


def test_a_wrong_name_in_a_branch_nobody_takes_is_found_too() -> None:
    assert problems("{% if is_video %}{{ meeting }}{% endif %}")[0].name == "meeting"
    assert problems("{% if is_video %}{{ job_title|shout }}{% endif %}")[0].code == "unknown_filter"


def test_everything_wrong_is_listed_at_once() -> None:
    found = problems("{{ a }}\n{{ b }}", subject="{{ c }}")
    assert [(p.field, p.line, p.name) for p in found] == [
        ("subject", 1, "c"),
        ("body", 1, "a"),
        ("body", 2, "b"),
    ]


def test_a_placeholder_of_another_purpose_is_refused() -> None:
    compile_template("x", "{{ old_when }}", Purpose.CHANGE)
    assert problems("{{ old_when }}", purpose=Purpose.INVITATION)[0].code == "unknown_placeholder"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("{{ materials }}", "wrong_kind"),
        ("{{ is_video }}", "wrong_kind"),
        ("{{ job_title|bullets }}", "wrong_kind"),
        ("{% for x in job_title %}{% endfor %}", "wrong_kind"),
        ("{% if job_title %}", "syntax"),
        ("{% endif %}", "syntax"),
        ("{% else %}", "syntax"),
        ("{% if job_title %}{% endfor %}", "syntax"),
        ("{{ job_title", "syntax"),
        ("{{ }}", "syntax"),
        ("{{ job_title|default }}", "syntax"),
        ("{% for job_title in materials %}{% endfor %}", "syntax"),
        ("", "empty"),
        ("x" * 20_001, "too_long"),
        ("{% if job_title %}" * 9 + "{% endif %}" * 9, "too_deep"),
    ],
)
def test_a_mistake_has_its_own_explanation(body: str, code: str) -> None:
    found = problems(body)
    assert found[0].code == code
    assert all(problem.text.endswith((".", "?")) for problem in found)


def test_a_missing_value_is_an_error_that_names_it_and_never_a_blank() -> None:
    compiled = compile_template("x", "Link:\n{{ video_link }}")
    for absent in ({}, {"video_link": ""}, {"video_link": None}):
        with pytest.raises(RenderProblem, match="'video_link' has no value") as caught:
            render(compiled, absent)
        assert caught.value.name == "video_link"
    assert text("{% if video_link %}{{ video_link }}{% endif %}A", video_link="") == "A"
    assert text("{% if materials %}{{ materials|bullets }}{% endif %}A", materials=[]) == "A"


@pytest.mark.parametrize(
    "context",
    [
        {"job_title": object()},
        {"job_title": 3},
        {"job_title": ["a"]},
        {"job_title": "a" * 4001},
        {"candidate_name": "点 https://evil.example 领奖"},
        {"candidate_name": "WWW.evil.example"},
        {"answer_link": "javascript:alert(1)"},
        {"materials": ["x"] * 51},
        {"materials": "x"},
    ],
)
def test_a_value_that_does_not_fit_is_refused(context: dict[str, object]) -> None:
    name = next(iter(context))
    body = f"{{{{ {name}|bullets }}}}" if name == "materials" else f"{{{{ {name} }}}}"
    with pytest.raises(RenderProblem) as caught:
        render(compile_template("x", body), context)
    assert caught.value.name == name


def test_a_subject_is_always_one_clean_line() -> None:
    compiled = compile_template("a {{ place_name }}", "b")
    assert render(compiled, {"place_name": "x\r\nBcc: y\u202ez"}).subject == "a x Bcc: yz"


HOSTILE = [
    "{{ job_title.__class__ }}",
    "{{ job_title['__class__'] }}",
    "{{ job_title|attr('__class__') }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ self }}",
    "{{ range(10) }}",
    "{{ cycler }}",
    "{{ namespace() }}",
    "{{ debug() }}",
    "{{ config }}",
    "{{ 7*7 }}",
    "{{ job_title * 1000000 }}",
    "{{ job_title ~ job_title }}",
    "{{ '%999999999d'|format(1) }}",
    "{{ job_title|format }}",
    "{{ job_title|replace('a', 'b') }}",
    "{{ job_title|safe }}",
    "{{ job_title|map('upper') }}",
    "{{ job_title|indent(99999999) }}",
    "{% include 'body' %}",
    "{% import 'x' as y %}",
    "{% extends 'subject' %}",
    "{% block a %}{% endblock %}",
    "{% macro a() %}{{ a() }}{% endmacro %}",
    "{% call a() %}{% endcall %}",
    "{% set x = 1 %}",
    "{% filter upper %}a{% endfilter %}",
    "{% raw %}{{ a }}{% endraw %}",
    "{% autoescape true %}a{% endautoescape %}",
    "{% with a = 1 %}{% endwith %}",
    "{% do 1 %}",
    "{% for a in range(99999999) %}{% for b in range(99999999) %}x{% endfor %}{% endfor %}",
    "{% for a in materials recursive %}{{ loop(materials) }}{% endfor %}",
    "{% for a in materials %}{{ loop.index }}{% endfor %}",
    "{{ lipsum.__globals__ }}",
    "{{ request.environ }}",
    "${7*7} #{7*7} {0.__class__} %(x)s {{ {} }}",
    "{{ job_title if 1 else 2 }}",
    '{{ "}}" }}',
    "{{ job_title|default('\\x41') }}",
    "{{ job_title|" + "upper|" * 3000 + "upper }}",
]


@pytest.mark.parametrize("body", HOSTILE)
def test_a_hostile_template_is_refused_at_once(body: str) -> None:
    started = time.perf_counter()
    try:
        rendered = text(body)
    except TemplateProblem:
        pass
    else:
        assert body.startswith("{{ job_title|upper"), rendered
    assert time.perf_counter() - started < 5


def test_the_largest_thing_a_template_can_do_ends_quickly() -> None:
    body = "{% for a in materials %}{% for b in materials %}" + "{{ a }}" * 2000 + "{% endfor %}{% endfor %}"
    started = time.perf_counter()
    with pytest.raises((RenderProblem, TemplateProblem)):
        text(body, materials=["x" * 4000] * 50)
    assert time.perf_counter() - started < 5


def test_the_engine_itself_has_neither_globals_nor_other_filters() -> None:
    environment = template._environment()
    assert environment.globals == {}
    for name in template.BUILT_IN_FILTERS.split():
        if name not in FILTERS:
            with pytest.raises(TemplateError, match="unknown filter"):
                environment.render_str(f"{{{{ 'x'|{name} }}}}")


PIECES = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{#",
    "#}",
    " ",
    "|",
    "(",
    ")",
    '"',
    "'",
    "if",
    "for",
    "in",
    "end",
    "not",
    "==",
    "-",
]
PIECES += [
    "else",
    "endif",
    "endfor",
    "job_title",
    "materials",
    "is_video",
    "x",
    ".",
    "[",
    "0",
    "*",
    "\n",
    "\\",
    "字",
]


def test_thousands_of_random_templates_only_ever_compile_or_explain() -> None:
    chance = random.Random(20261125)
    compiled = explained = 0
    for _ in range(5000):
        body = "".join(chance.choices(PIECES, k=chance.randint(1, 25)))
        try:
            compile_template("x", body)
            compiled += 1
        except TemplateProblem:
            explained += 1
    assert compiled > 50
    assert compiled + explained == 5000


@settings(max_examples=100, deadline=None)
@given(value=st.text(max_size=200))
def test_what_a_value_contains_is_never_executed(value: str) -> None:
    try:
        shown = text("[{{ place_name }}]", place_name=value + "{{ job_title }}")
    except RenderProblem:
        return
    assert shown == f"[{value}{{{{ job_title }}}}]"


def test_every_placeholder_has_samples_that_fit_its_kind_and_a_label() -> None:
    for name, placeholder in PLACEHOLDERS.items():
        body = {Kind.LIST: f"{{{{ {name}|bullets }}}}", Kind.FLAG: f"{{% if {name} %}}{{% endif %}}x"}
        compile_template("x", body.get(placeholder.kind, f"{{{{ {name} }}}}"))
        assert placeholder.label
        assert placeholder.purposes


def test_two_people_rendered_with_one_template_never_mix() -> None:
    compiled = compile_template("{{ candidate_name }}", "{{ candidate_name }} {{ answer_link }}")
    for n in range(2000):
        name, link = f"候选人{n}", f"https://x.example/{n}"
        rendered = render(compiled, {"candidate_name": name, "answer_link": link})
        assert (rendered.subject, rendered.text) == (name, f"{name} {link}")
