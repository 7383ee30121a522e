"""A laid-out hearing sheet, and entries stamped into copies of it as Excel would save them.

The product lays out one sheet a language; a copy differs in its input cells, the words of the
check column, the shared strings, the client's id and the time of saving. All other parts are
deflated once. Stale in a copy are only the cover's stored counts, which Excel works out anew.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Final
from xml.sax.saxutils import escape, unescape

from benchmarks.clients import Filled
from sheet_diag.demo import ISSUER
from sheet_diag.layout import (
    FIRST_QUESTION_ROW,
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QUESTION_COLUMNS,
    Column,
    cell_name,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, FieldKind, Item
from sheet_diag.sheet import Entries, hearing_sheet
from sheet_diag.wording import Wording

_PROFILE: Final = "xl/worksheets/sheet2.xml"
_QUESTIONS: Final = "xl/worksheets/sheet3.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_CORE: Final = "docProps/core.xml"
_CUSTOM: Final = "docProps/custom.xml"
_STAMPED: Final = frozenset((_PROFILE, _QUESTIONS, _STRINGS, _CORE, _CUSTOM))

_ID: Final = "id-of-the-pattern"
_ZIPPED: Final = (2026, 1, 1, 0, 0, 0)
_EXCEL_EPOCH: Final = date(1899, 12, 30)
_MODIFIED: Final = re.compile("(<dcterms:modified[^>]*>)[^<]*")
_STRING: Final = re.compile(r"<si><t[^>]*>(.*?)</t></si>", re.DOTALL)
_COUNTS: Final = re.compile(r' count="\d+" uniqueCount="\d+"')
# A cell: up to its style, or up to the end of its formula; then what it holds.
_CELL: Final = re.compile(
    r'(<c r="([A-Z]+\d+)"(?: s="\d+")?(?: t="str"><f>[^<]*</f>)?)(?:[^<>]*/>|.*?</c>)', re.DOTALL
)
_BLANK: Final = "/>"


class Press:
    """Prints returns; lays out a pattern when the first client needs it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._patterns: dict[tuple[Lang, bool], _Pattern] = {}

    def workbook(self, filled: Filled) -> bytes:
        """The return of one client."""
        key = filled.lang, bool(filled.id)
        if key not in self._patterns:
            self._patterns[key] = _Pattern(self._catalog, *key)
        return self._patterns[key].copy(filled)


class _Pattern:
    """A sheet of one language, with or without a client's id, cut open at its entries."""

    def __init__(self, catalog: Catalog, lang: Lang, with_id: bool) -> None:
        content = hearing_sheet(catalog, lang, ISSUER, _complete(catalog, lang), _ID * with_id)
        parts = _parts(content)
        same = {name: part for name, part in parts.items() if name not in _STAMPED}
        own = {name: parts[name].decode("utf-8") for name in _STAMPED}
        self._same, self._core, self._custom = _packed(same), own[_CORE], own[_CUSTOM]
        self._strings = own[_STRINGS]
        self._numbers = {unescape(text): n for n, text in enumerate(_STRING.findall(self._strings))}
        self._fields = _field_cells(catalog)
        self._items = _item_cells(catalog)
        self._profile = _Form(own[_PROFILE], self._fields.values())
        self._questions = _Form(own[_QUESTIONS], [c for cells in self._items.values() for c in cells])
        self._references = sum(part.count(b't="s"') for part in same.values())
        self._references += self._profile.references + self._questions.references
        self._days = {field.id for field in catalog.profile if field.kind is FieldKind.DATE}
        self._offered = {id_: _offered(catalog, item, lang) for id_, item in catalog.items.items()}
        self._say = Wording(lang)
