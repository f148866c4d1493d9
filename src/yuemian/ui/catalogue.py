"""Message catalogues: collects texts from code and templates, keeps the translations, compiles them.

The console speaks Chinese and English; what candidates can see is translated into all of `domain.languages`.

`python -m yuemian.ui.catalogue sync|compile|check`
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Iterator, Sequence
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.plurals import get_plural
from babel.messages.pofile import escape, read_po
from django.conf import settings
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

from yuemian.domain.languages import CONSOLE, LANGUAGES

PACKAGE = Path(__file__).resolve().parent.parent
LOCALES = PACKAGE / "locale"
#: Has all texts. English needs no catalogue: it is the language of the message ids.
COMPLETE = "zh_Hans"
#: Have what candidates can see.
FOR_CANDIDATES = tuple(to_locale(code) for code in LANGUAGES if code not in CONSOLE)
CATALOGUES = (COMPLETE, *FOR_CANDIDATES)
#: Rooms and files all of whose words a candidate may read.
SEEN_BY_CANDIDATES = (
    "portal",
    "messaging/engine/wording.py",
    # What is kept of somebody, on their page of it.
    "hiring/own_holdings.py",
    # What a message says in the place of a link.
    "interviews/facts.py",
    "interviews/arrival_holdings.py",
    "interviews/holdings.py",
    "interviews/reasons/offered.py",
    "interviews/told.py",
    "interviews/voice_holdings.py",
    "messaging/holdings.py",
    "results/holdings.py",
    "messaging/told.py",
    "onboarding/holdings.py",
    "onboarding/offer.py",
    "onboarding/seen.py",
)
#: Words that read the same as in English.
SAME_AS_ENGLISH = {
    "fr": {"Contact", "Code"},
}

#: What marks a text, and which of its arguments are one.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "word": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
    # Providers know no Django: what of theirs pages show is marked by these.
    "said": None,
    "setting": None,
    "BadConfig": None,
    "BadAddress": None,
}
_HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Yuemian\\n"
"Language: {locale}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: nplurals={plural.num_plurals}; plural={plural.plural_expr};\\n"
"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")

Key = tuple[str, str]
Texts = tuple[str, ...]


def messages_in_code(package: Path = PACKAGE, parts: Sequence[str] = ("",)) -> dict[Key, Texts]:
    """Every translatable text of some rooms and files: (context, message id) → (message id,) or (singular, plural)."""
    found: dict[Key, Texts] = {}
    for path in sorted(each for part in parts for each in _sources(package / part)):
        for context, texts in _messages(path):
            found.setdefault((context, texts[0]), texts)
            if len(texts) > 1:
                found[context, texts[0]] = texts
    return found


def messages_of(locale: str) -> dict[Key, Texts]:
    """What a catalogue has to say."""
    return messages_in_code() if locale == COMPLETE else messages_in_code(parts=SEEN_BY_CANDIDATES)


def _sources(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
    for pattern in ("*.py", "templates/**/*.html", "templates/**/*.txt"):
        yield from path.rglob(pattern)


def _messages(path: Path) -> Iterator[tuple[str, Texts]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        if not settings.configured:
            settings.configure()
        # In parentheses the indentation of the page means nothing to the tokenizer.
        source = f"(\n{templatize(source, origin=str(path))}\n)"
    stream = BytesIO(source.encode())
    for _line, texts, _comments, context in extract(
        "python", stream, keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        yield context or "", (texts,) if isinstance(texts, str) else tuple(texts)


def read(locale: str) -> dict[Key, Texts]:
    """The translations there are: (context, message id) → one text per plural form."""
    path = po_path(locale)
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file, locale=locale)
    return {(_context(each), _identifier(each)): _strings(each) for each in catalog if each.id}


def _context(message: Message) -> str:
    return message.context or ""


def _identifier(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def _strings(message: Message) -> Texts:
    return (message.string,) if isinstance(message.string, str) else tuple(message.string or ("",))


def synchronised(locale: str) -> str:
    """The catalogue as it should stand: all that code uses, nothing else, every translation kept.
    Sorted and without line numbers, so that branches merge."""
    translations = read(locale)
    plural = _plural(locale)
    entries = [
        _entry(key, texts, translations.get(key, ("",) * plural.num_plurals))
        for key, texts in sorted(messages_of(locale).items())
    ]
    return "\n".join([_HEADER.format(locale=locale, plural=plural), *entries])


def sync(locale: str) -> None:
    text = synchronised(locale)
    path = po_path(locale)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def _entry(key: Key, texts: Texts, translation: Texts) -> str:
    context, identifier = key
    lines = [f"msgctxt {escape(context)}"] if context else []
    lines.append(f"msgid {escape(identifier)}")
    if len(texts) == 1:
        lines.append(f"msgstr {escape(translation[0])}")
    else:
        lines.append(f"msgid_plural {escape(texts[1])}")
        lines += [f"msgstr[{index}] {escape(text)}" for index, text in enumerate(translation)]
    return "\n".join(lines) + "\n"


def problems(locale: str) -> list[str]:
    """What keeps the catalogue from being complete, as sentences; empty when all is well."""
    code, translations = messages_of(locale), read(locale)
    found = [
        f"“{key[1]}” is not in the catalogue; run `sync`" for key in sorted(code.keys() - translations.keys())
    ]
    found += [
        f"“{key[1]}” is in the catalogue but in no code; run `sync`"
        for key in sorted(translations.keys() - code.keys())
    ]
    for key in sorted(translations.keys() & code.keys()):
        found += [f"“{key[1]}” {problem}" for problem in _faults(locale, code[key], translations[key])]
    return found


def _faults(locale: str, texts: Texts, strings: Texts) -> Iterator[str]:
    forms = _plural(locale).num_plurals if len(texts) > 1 else 1
    if not all(strings):
        yield f"has no {locale} translation"
    elif len(strings) != forms:
        yield f"needs {forms} forms in {locale}, not {len(strings)}"
    elif any(_placeholders(text) - _placeholders(*texts) for text in strings):
        yield f"has a placeholder in its {locale} translation that the original lacks"
    elif _placeholders(texts[-1]) - _placeholders(*strings):
        yield f"lacks a placeholder in its {locale} translation"
    elif (
        set(strings) & set(texts) and _has_words(texts[0]) and texts[0] not in SAME_AS_ENGLISH.get(locale, ())
    ):
        yield f"reads English in {locale}"


def _plural(locale: str) -> Any:
    """Babel's own list has no Indonesian, which like Japanese knows one form."""
    return get_plural({"id": "ja"}.get(locale, locale))


def _has_words(text: str) -> bool:
    return any(sign.isalpha() for sign in _PLACEHOLDER.sub("", text))


def _placeholders(*texts: str) -> set[str]:
    return {match.group(0) for text in texts for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def compile_stale() -> list[Path]:
    """Writes each .mo that is missing or older than its .po; returns what it wrote."""
    return [
        _compile(source) for source in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")) if _is_stale(source)
    ]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    newest = max(each.stat().st_mtime_ns for each in (source, po_path(COMPLETE)))
    return not target.exists() or target.stat().st_mtime_ns < newest


def _compile(source: Path) -> Path:
    locale = source.parent.parent.name
    with source.open("rb") as file:
        catalog: Catalog = read_po(file, locale=locale)
    if locale in FOR_CANDIDATES and not locale.startswith("zh"):
        _fill_with_english(catalog)
    target = source.with_suffix(".mo")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with temporary.open("wb") as file:
        write_mo(file, catalog)
    temporary.replace(target)
    return target


def _fill_with_english(catalog: Catalog) -> None:
    """What only the console says: Django would take it from the catalogue of `LANGUAGE_CODE`, in Chinese."""
    for context, identifier in _identifiers():
        if catalog.get(identifier, context or None) is None:
            catalog.add(identifier, identifier, context=context or None)


@cache
def _identifiers() -> tuple[Key, ...]:
    """Plurals are left out: none of the console's is ever asked for."""
    with po_path(COMPLETE).open("rb") as file:
        catalog = read_po(file, locale=COMPLETE)
    return tuple((_context(each), each.id) for each in catalog if each.id and isinstance(each.id, str))


def po_path(locale: str) -> Path:
    return LOCALES / locale / "LC_MESSAGES" / "django.po"


def main(arguments: list[str]) -> int:
    if arguments not in (["sync"], ["compile"], ["check"]):
        sys.stderr.write("Say what to do: python -m yuemian.ui.catalogue sync|compile|check\n")
        return 2
    if arguments == ["sync"]:
        for locale in CATALOGUES:
            sync(locale)
    if arguments == ["compile"]:
        compile_stale()
        return 0
    found = [problem for locale in CATALOGUES for problem in problems(locale)]
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    return 1 if found and arguments == ["check"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
