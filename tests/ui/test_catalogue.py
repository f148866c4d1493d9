"""Collecting messages from code and templates."""

from __future__ import annotations

from pathlib import Path

from django.utils.translation import gettext, override

from yuemian.ui.catalogue import COMPLETE, _faults, messages_in_code, messages_of


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


def test_a_translation_must_have_its_languages_plurals_and_placeholders_and_no_english() -> None:
    texts = ("In %(count)d day", "In %(count)d days")
    assert list(_faults("ru", texts, ("через %(count)d день", "через %(count)d дня"))) == [
        "needs 3 forms in ru, not 2"
    ]
    assert list(_faults("id", texts, ("dalam %(count)d hari",))) == []
    assert list(_faults("ar", texts, ("غدًا",) * 6)) == ["lacks a placeholder in its ar translation"]
    assert list(_faults("de", ("Send it",), ("Send it",))) == ["reads English in de"]
    assert list(_faults("de", ("%(part)s %(count)s",), ("%(part)s %(count)s",))) == []
    assert list(_faults("fr", ("Contact",), ("Contact",))) == []


def test_what_only_the_console_says_is_in_no_candidates_catalogue() -> None:
    seen, whole = messages_of("fr"), messages_of(COMPLETE)
    assert ("", "Will you come?") in seen
    assert ("", "Change the hour or stop it under My account, in the menu with your name.") not in seen
    assert seen.keys() < whole.keys()


def test_a_text_of_the_console_reads_english_not_chinese_in_other_languages() -> None:
    with override("fr"):
        assert gettext("Templates") == "Templates"
        assert gettext("Will you come?") == "Viendrez-vous ?"
