"""The guides to workbooks of questionnaires say what the table of headings says."""

from __future__ import annotations

import re

import pytest

from sheet_diag.model.basics import Lang
from tests.catalog_reference import DOCS, GUIDES, replace_reference


@pytest.mark.parametrize("lang", Lang)
def test_the_reference_is_that_of_the_headings(lang: Lang) -> None:
    guide = GUIDES[lang].read_text(encoding="utf-8")
    assert replace_reference(guide, lang) == guide, "python -m tests.catalog_reference"


@pytest.mark.parametrize("lang", Lang)
def test_every_picture_of_the_guide_is_there(lang: Lang) -> None:
    guide = GUIDES[lang].read_text(encoding="utf-8")
    pictures = re.findall(r"!\[[^\]]*\]\(([^)]+)\)", guide)
    assert [each for each in pictures if not (DOCS / each).is_file()] == []
