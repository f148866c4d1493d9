"""Every text a page can show is translated, and the catalogues hold nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from yuemian.ui import catalogue


@pytest.mark.parametrize("locale", catalogue.CATALOGUES)
def test_the_catalogue_is_complete(locale: str) -> None:
    assert catalogue.problems(locale) == []


@pytest.mark.parametrize("locale", catalogue.CATALOGUES)
def test_the_catalogue_is_as_sync_would_write_it(locale: str) -> None:
    """When this fails, run `python -m yuemian.ui.catalogue sync`."""
    assert catalogue.po_path(locale).read_text(encoding="utf-8") == catalogue.synchronised(locale)


def test_every_page_addresses_candidates_alike() -> None:
    """As 你; the texts that stand in messages as well are as formal as letters are."""
    in_messages = catalogue.messages_in_code(parts=["messaging/engine/wording.py", "interviews/facts.py"])
    said = catalogue.read(catalogue.COMPLETE)
    on_pages = catalogue.messages_in_code(parts=catalogue.SEEN_BY_CANDIDATES).keys() - in_messages.keys()
    assert [key for key in on_pages if "您" in "".join(said[key])] == []


@pytest.mark.parametrize(
    "code",
    [
        """f"{name} – {_('not imported')}\"""",
        """f"{ngettext('one', 'many', n)}\"""",
        """_(f"{name} is missing")""",
        """BadConfig(f"{self.name} is wrong")""",
        """gettext("One " + name)""",
    ],
)
def test_a_text_that_no_catalogue_would_hold_is_found(code: str) -> None:
    assert list(_hidden(code)) == [1]


def test_every_text_stands_where_it_is_collected() -> None:
    """Nothing inside an f-string is collected, and what is put together first is none of the collected texts."""
    hidden = [
        f"{path.relative_to(catalogue.PACKAGE)}:{line}"
        for path in sorted(catalogue.PACKAGE.rglob("*.py"))
        for line in _hidden(path.read_text(encoding="utf-8"))
    ]
    assert not hidden


def _hidden(code: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.JoinedStr):
            yield from (each.lineno for each in ast.walk(node) if isinstance(each, ast.Call) and _marks(each))
        elif isinstance(node, ast.Call) and _marks(node):
            composed = (ast.JoinedStr, ast.BinOp)
            yield from (node.lineno for text in node.args if isinstance(text, composed))


def _marks(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id in catalogue.KEYWORDS
