"""Every text a page can show is translated, and the catalogues hold nothing else."""

from __future__ import annotations

import pytest

from yuemian.ui import catalogue


@pytest.mark.parametrize("locale", catalogue.CATALOGUES)
def test_the_catalogue_is_complete(locale: str) -> None:
    assert catalogue.problems(locale) == []


@pytest.mark.parametrize("locale", catalogue.CATALOGUES)
def test_the_catalogue_is_as_sync_would_write_it(locale: str) -> None:
    """When this fails, run `python -m yuemian.ui.catalogue sync`."""
    assert catalogue.po_path(locale).read_text(encoding="utf-8") == catalogue.synchronised(locale)
