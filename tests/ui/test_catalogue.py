"""Collecting messages from code and templates."""

from __future__ import annotations

from pathlib import Path

from yuemian.ui.catalogue import messages_in_code


def test_messages_come_from_python_and_templates_with_context_and_plural(tmp_path: Path) -> None:
    (tmp_path / "views.py").write_text(
        'from x import gettext as _\ntext = _("Save")\nnumber = ngettext("%(n)s row", "%(n)s rows", n)\n',
        encoding="utf-8",
    )
    pages = tmp_path / "templates" / "app"
    pages.mkdir(parents=True)
    (pages / "page.html").write_text(
        """<p>{% translate "It's done" %}</p>
           {% if x %}
        {% translate "Open" context "door" as y %}
        {% blocktranslate trimmed count counter=n %}
           {{ counter }} entry{% plural %}{{ counter }} entries
        {% endblocktranslate %}{% endif %}""",
        encoding="utf-8",
    )
    assert messages_in_code(tmp_path) == {
        ("", "Save"): ("Save",),
        ("", "%(n)s row"): ("%(n)s row", "%(n)s rows"),
        ("", "It's done"): ("It's done",),
        ("door", "Open"): ("Open",),
        ("", "%(counter)s entry"): ("%(counter)s entry", "%(counter)s entries"),
    }
