"""Message catalogues: collects texts from code and templates, keeps the translations, compiles them.

`python -m yuemian.ui.catalogue sync|compile|check`
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import escape, read_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent
LOCALES = PACKAGE / "locale"
#: Complete languages. English needs no catalogue: it is the language of the message ids.
COMPLETE = ("zh_Hans",)

_KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
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
"Plural-Forms: nplurals=1; plural=0;\\n"
"""
_PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")

Key = tuple[str, str]
Texts = tuple[str, ...]


def messages_in_code(package: Path = PACKAGE) -> dict[Key, Texts]:
    """Every translatable text: (context, message id) → (message id,) or (singular, plural)."""
    found: dict[Key, Texts] = {}
    patterns = ("*.py", "templates/**/*.html", "templates/**/*.txt")
    for path in sorted(each for pattern in patterns for each in package.rglob(pattern)):
        for context, texts in _messages(path):
            found.setdefault((context, texts[0]), texts)
            if len(texts) > 1:
                found[context, texts[0]] = texts
    return found


def _messages(path: Path) -> Iterator[tuple[str, Texts]]:
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        if not settings.configured:
            settings.configure()
        # In parentheses the indentation of the page means nothing to the tokenizer.
        source = f"(\n{templatize(source, origin=str(path))}\n)"
    stream = BytesIO(source.encode())
    for _line, texts, _comments, context in extract(
        "python", stream, keywords=_KEYWORDS, options={"encoding": "utf-8"}
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
    entries = [
        _entry(key, texts, translations.get(key, ("",))) for key, texts in sorted(messages_in_code().items())
    ]
    return "\n".join([_HEADER.format(locale=locale), *entries])


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
    code, translations = messages_in_code(), read(locale)
    found = [
        f"“{key[1]}” is not in the catalogue; run `sync`" for key in sorted(code.keys() - translations.keys())
    ]
    found += [
        f"“{key[1]}” is in the catalogue but in no code; run `sync`"
        for key in sorted(translations.keys() - code.keys())
    ]
    for key, strings in sorted(translations.items()):
        if not all(strings):
            found.append(f"“{key[1]}” has no {locale} translation")
        elif key in code and any(_placeholders(text) - _placeholders(*code[key]) for text in strings):
            found.append(f"“{key[1]}” has a placeholder in its {locale} translation that the original lacks")
        elif key in code and _placeholders(code[key][-1]) - _placeholders(*strings):
            found.append(f"“{key[1]}” lacks a placeholder in its {locale} translation")
    return found


def _placeholders(*texts: str) -> set[str]:
    return {match.group(0) for text in texts for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def compile_stale() -> list[Path]:
    """Writes each .mo that is missing or older than its .po; returns what it wrote."""
    return [
        _compile(source) for source in sorted(LOCALES.glob("*/LC_MESSAGES/django.po")) if _is_stale(source)
    ]


def _is_stale(source: Path) -> bool:
    target = source.with_suffix(".mo")
    return not target.exists() or target.stat().st_mtime_ns < source.stat().st_mtime_ns


def _compile(source: Path) -> Path:
    with source.open("rb") as file:
        catalog: Catalog = read_po(file, locale=source.parent.parent.name)
    target = source.with_suffix(".mo")
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    with temporary.open("wb") as file:
        write_mo(file, catalog)
    temporary.replace(target)
    return target


def po_path(locale: str) -> Path:
    return LOCALES / locale / "LC_MESSAGES" / "django.po"


def main(arguments: list[str]) -> int:
    if arguments not in (["sync"], ["compile"], ["check"]):
        sys.stderr.write("Say what to do: python -m yuemian.ui.catalogue sync|compile|check\n")
        return 2
    if arguments == ["sync"]:
        for locale in COMPLETE:
            sync(locale)
    if arguments == ["compile"]:
        compile_stale()
        return 0
    found = [problem for locale in COMPLETE for problem in problems(locale)]
    sys.stdout.writelines(f"{problem}\n" for problem in found)
    return 1 if found and arguments == ["check"] else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
