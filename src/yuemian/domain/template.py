"""HR templates: compiled against a closed catalogue, rendered without surprises."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from minijinja import Environment, TemplateError

from .placeholder import PLACEHOLDERS, Kind, Value, available, samples
from .results.telling import telling
from .states import Purpose
from .template_language import Problem, check_language

OUTPUT_CAP: Final = 20_000
SUBJECT_CAP: Final = 200
VALUE_CAP: Final = 4_000
LIST_CAP: Final = 50
FUEL: Final = 10_000  # an invitation burns about 200

# minijinja cannot list its own filters; a test renders each of these and expects "unknown filter".
# `format` matters most: with a huge width it hangs where fuel cannot stop it.
BUILT_IN_FILTERS: Final = (
    "abs attr batch bool capitalize chain count d default dictsort e escape filesizeformat first float "
    "format groupby indent int items join last length lines list lower map max min pprint reject "
    "rejectattr replace reverse round safe select selectattr slice sort split string striptags sum "
    "title tojson trim truncate unique upper urlencode wordwrap zip"
)
_KINDS: Final = {name: p.kind for name, p in PLACEHOLDERS.items()}
_TEXTUAL: Final = frozenset({Kind.NAME, Kind.TEXT, Kind.LINK})
_KEPT: Final = frozenset({"upper", "lower", "trim", "default", "join"})
_BREAKS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BIDI: Final = re.compile("[\u202a-\u202e\u2066-\u2069]")
_LINKLIKE: Final = re.compile(r"://|\bwww\.", re.IGNORECASE)


class TemplateProblem(ValueError):  # noqa: N818 - it is what the person reads
    """A template that cannot be saved; `problems` lists every place with line and near matches."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(f"{p.field}, line {p.line}: {p.text}" for p in problems))


class RenderProblem(ValueError):  # noqa: N818
    """A saved template that cannot be rendered for this person; `name` is the placeholder at fault."""

    def __init__(self, text: str, name: str = "") -> None:
        super().__init__(text)
        self.name = name


@dataclass(frozen=True, slots=True)
class Compiled:
    """A checked template, ready to be rendered any number of times; safe to keep per template version."""

    subject: str
    body: str
    used: frozenset[str]
    environment: Environment = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One person's message: a one-line subject and a text in the light structure of `richtext`."""

    subject: str
    text: str


def bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def numbered(lines: Sequence[str]) -> str:
    return "\n".join(f"{n}. {line}" for n, line in enumerate(lines, 1))


def _environment() -> Environment:
    environment = Environment(
        debug=False,
        fuel=FUEL,
        undefined_behavior="strict",
        auto_escape_callback=lambda _name: False,
        trim_blocks=True,
        lstrip_blocks=True,
        pycompat=False,
    )
    # `semi_strict`: asking `if x` about an absent value is allowed, printing it is an error.
    environment.undefined_behavior = "semi_strict"  # type: ignore[assignment]  # missing from the stub
    for name in BUILT_IN_FILTERS.split():
        if name not in _KEPT:
            environment.remove_filter(name)
    for name in list(environment.globals):
        environment.remove_global(name)
    environment.add_filter("bullets", bullets)
    environment.add_filter("numbered", numbered)
    return environment


def compile_template(subject: str, body: str, purpose: Purpose | None = None) -> Compiled:
    """Check and compile a template; raises TemplateProblem with every mistake, never renders half a truth."""
    known = available(purpose)
    subject, body = subject.replace("\r\n", "\n"), body.replace("\r\n", "\n")
    wrong_subject, in_subject = check_language("subject", subject, known)
    wrong_body, in_body = check_language("body", body, known)
    problems = wrong_subject + wrong_body
    if not subject.strip():
        problems.append(
            Problem("subject", 1, "empty", "The subject is empty; say what the message is about.")
        )
    if not body.strip():
        problems.append(Problem("body", 1, "empty", "The text is empty; write what the person should know."))
    if purpose is Purpose.RESULT and (word := telling(f"{subject}\n{body}")):
        text = f"'{word}' gives the result away; this message says only that there is news, the letter says which."
        problems.append(Problem("body", 1, "tells_result", text, word))
    if problems:
        raise TemplateProblem(problems)
    environment = _environment()
    for name, source in (("subject", subject), ("body", body)):
        try:
            environment.add_template(name, source)
        except TemplateError as error:
            text = error.detail or error.kind
            raise TemplateProblem([Problem(name, error.line or 1, "syntax", f"{text}.")]) from None
    compiled = Compiled(subject, body, frozenset(in_subject | in_body), environment)
    _trial(compiled, purpose)
    return compiled


def _trial(compiled: Compiled, purpose: Purpose | None) -> None:
    """Saving renders once with samples: what cannot work for an invented person must not reach a real one."""
    for locale in ("zh-hans", "en"):
        try:
            render(compiled, samples(locale, purpose))
        except RenderProblem as error:
            raise TemplateProblem([Problem("body", 1, "trial", str(error), error.name)]) from None


def _checked(name: str, value: object) -> Value | None:
    """The value as the template may see it; None when it is absent."""
    kind = _KINDS[name]
    if isinstance(value, str):
        if not value:
            return None
        if kind not in _TEXTUAL:
            raise RenderProblem(f"'{name}' holds a text where a {kind.value} is needed.", name)
        return checked_text(name, kind, value)
    if value is None:
        return None
    if kind is Kind.FLAG and isinstance(value, bool):
        return value
    if kind is Kind.LIST and isinstance(value, (list, tuple)):
        if len(value) > LIST_CAP:
            raise RenderProblem(f"'{name}' has {len(value)} lines; {LIST_CAP} are allowed. Shorten it.", name)
        return [_one_line(str(line)) for line in value] or None
    raise RenderProblem(f"'{name}' holds a {type(value).__name__}, which does not fit {kind.value}.", name)


def checked_text(name: str, kind: Kind, value: str) -> str:
    """A text as the template may see it. Raises RenderProblem."""
    if len(value) > VALUE_CAP:
        raise RenderProblem(
            f"'{name}' has {len(value)} characters; {VALUE_CAP} are allowed. Shorten it.", name
        )
    if kind is Kind.TEXT:
        return value
    # Names come from imports and job boards: a link or a line break in one is somebody else's advertisement.
    if kind is Kind.NAME and ("/" in value or "w." in value.lower()) and _LINKLIKE.search(value):
        raise RenderProblem(
            f"'{name}' contains a link, which a name never has. Correct it before sending.", name
        )
    if kind is Kind.LINK and not value.startswith(("https://", "http://")):
        raise RenderProblem(f"'{name}' is not a web address. Correct it before sending.", name)
    return _one_line(value)


def _one_line(value: str) -> str:
    return _BIDI.sub("", _BREAKS.sub(" ", value)).strip() if not value.isprintable() else value


def render(compiled: Compiled, context: Mapping[str, object]) -> Rendered:
    """One person's text; a placeholder that is printed but has no value is an error, never a blank."""
    values: dict[str, Value] = {}
    for name in compiled.used:
        value = _checked(name, context.get(name))
        if value is not None:
            values[name] = value
    try:
        subject = compiled.environment.render_template("subject", **values)
        text = compiled.environment.render_template("body", **values)
    except TemplateError as error:
        raise _explained(error, compiled) from None
    if len(text) > OUTPUT_CAP:
        raise RenderProblem(
            f"The text has {len(text)} characters; {OUTPUT_CAP} are allowed. Shorten the template."
        )
    subject = _one_line(subject).strip()
    if not subject or len(subject) > SUBJECT_CAP:
        raise RenderProblem(
            f"The subject must have 1 to {SUBJECT_CAP} characters; this one has {len(subject)}."
        )
    return Rendered(subject, text.strip())


def _explained(error: TemplateError, compiled: Compiled) -> RenderProblem:
    where = f"{error.name or 'body'}, line {error.line or 1}"
    if error.kind != "UndefinedError":
        return RenderProblem(f"{where}: {error.detail or error.kind}.")
    source = compiled.subject if error.name == "subject" else compiled.body
    name = ""
    if error.range is not None:
        raw = source.encode()[error.range[0] : error.range[1]].decode(errors="ignore")
        name = next((word for word in re.findall(r"\w+", raw) if word in PLACEHOLDERS), "")
    name = name or next((n for n in sorted(compiled.used) if f"`{n}`" in (error.detail or "")), "")
    what = f"'{name}'" if name else "a placeholder"
    return RenderProblem(
        f"{where}: {what} has no value for this person. "
        f"Fill it in, or write {{% if {name or '…'} %}} around it.",
        name,
    )
