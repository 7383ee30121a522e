"""A laid-out hearing sheet, and entries stamped into copies of it as Excel would save them.

The product lays out one sheet a language; a copy differs in its input cells, the words of the
check column, the shared strings, the client's id and the time of saving. All other parts are
deflated once. Stale in a copy are only the cover's stored counts, which Excel works out anew.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain, count, islice
from typing import Final
from xml.sax.saxutils import escape, unescape

from benchmarks.clients import Filled
from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.forms.layout import (
    FIRST_QUESTION_ROW,
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QUESTION_COLUMNS,
    QuestionColumn,
    cell_name,
)
from sheet_diag.forms.write import Entries, make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, FieldKind, Item
from sheet_diag.text.wording import Wording

_PROFILE: Final = "xl/worksheets/sheet2.xml"
_QUESTIONS: Final = "xl/worksheets/sheet3.xml"
_STRINGS: Final = "xl/sharedStrings.xml"
_CORE: Final = "docProps/core.xml"
_CUSTOM: Final = "docProps/custom.xml"
_STAMPED: Final = (_PROFILE, _QUESTIONS, _STRINGS, _CORE, _CUSTOM)

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
        content = make_hearing_sheet(catalog, lang, ISSUER, _complete(catalog, lang), _ID * with_id)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name).decode("utf-8") for name in archive.namelist()}
        own = {name: parts.pop(name) for name in _STAMPED}
        self._same = _packed(b"", parts)
        self._core, self._custom, self._strings = own[_CORE], own[_CUSTOM], own[_STRINGS]
        self._profile = _Form(own[_PROFILE], _field_cells(catalog))
        self._questions = _Form(own[_QUESTIONS], _item_cells(catalog))
        self._numbers = {unescape(text): n for n, text in enumerate(_STRING.findall(self._strings))}
        fixed = (*parts.values(), self._profile.fixed, self._questions.fixed)
        self._references = sum(part.count(' t="s">') for part in fixed)
        self._fields = catalog.profile
        self._offered = {id_: _offered(catalog, item, lang) for id_, item in catalog.items.items()}
        self._say = Wording(lang)

    def copy(self, filled: Filled) -> bytes:
        """The sheet with these entries."""
        strings = _Strings(self._numbers)
        saved = filled.saved.strftime(r"\g<1>%Y-%m-%dT%H:%M:%SZ")
        profile = self._profile.filled(self._field_contents(filled.entries, strings))
        questions = self._questions.filled(self._item_contents(filled.entries, strings))
        own = {
            _PROFILE: profile,
            _QUESTIONS: questions,
            _STRINGS: strings.added_to(self._strings, self._references).replace(_ID, filled.id),
            _CUSTOM: self._custom.replace(_ID, filled.id),
            _CORE: _MODIFIED.sub(saved, self._core),
        }
        return _packed(self._same, own)

    def _field_contents(self, entries: Entries, strings: _Strings) -> Iterator[str]:
        for field in self._fields:
            text = entries.profile.get(field.id, "")
            if text and field.kind is FieldKind.DATE:
                yield f"><v>{(date.fromisoformat(text) - _EXCEL_EPOCH).days}</v></c>"
            elif text and field.kind is FieldKind.NUMBER:
                yield f"><v>{int(text)}</v></c>"
            else:
                yield strings.content(text)

    def _item_contents(self, entries: Entries, strings: _Strings) -> Iterator[str]:
        for item, offered in self._offered.items():
            answer = entries.answers.get(item, "")
            yield strings.content(answer)
            yield strings.content(entries.remarks.get(item, ""))
            check = "ok" if answer in offered else "choice" if answer else "unanswered"
            yield f"<v>{escape(self._say(f'sheet.check.{check}'))}</v></c>"


class _Form:
    """A worksheet's XML, open at some cells, which are named from top left to bottom right."""

    def __init__(self, xml: str, cells: Iterable[str]) -> None:
        wanted = set(cells)
        self._pieces: list[str] = []
        last = 0
        for cell in _CELL.finditer(xml):
            if cell[2] in wanted:
                self._pieces.append(xml[last : cell.end(1)])
                last = cell.end()
        self._rest = xml[last:]

    @property
    def fixed(self) -> str:
        """What is the same in every copy."""
        return "".join((*self._pieces, self._rest))

    def filled(self, contents: Iterable[str]) -> str:
        """The worksheet with these contents, one for each cell."""
        pairs = zip(self._pieces, contents, strict=True)
        return "".join((*chain.from_iterable(pairs), self._rest))


class _Strings:
    """The shared strings of one copy: those of the pattern, then its own."""

    def __init__(self, pattern: Mapping[str, int]) -> None:
        self._pattern = pattern
        self._own: dict[str, int] = {}
        self._references = 0

    def content(self, text: str) -> str:
        """What a cell with this text holds."""
        if not text:
            return _BLANK
        self._references += 1
        number = self._pattern.get(text)
        if number is None:
            number = self._own.setdefault(text, len(self._pattern) + len(self._own))
        return f' t="s"><v>{number}</v></c>'

    def added_to(self, xml: str, references: int) -> str:
        """The pattern's part with the own ones behind; `references` are those of fixed cells."""
        total = len(self._pattern) + len(self._own)
        counts = f' count="{references + self._references}" uniqueCount="{total}"'
        own = "".join(f"<si><t{_kept(text)}>{escape(text)}</t></si>" for text in self._own)
        return _COUNTS.sub(counts, xml, count=1).removesuffix("</sst>") + own + "</sst>"


def _kept(text: str) -> str:
    """Excel marks texts whose white space counts."""
    return ' xml:space="preserve"' if text != text.strip() or "\n" in text else ""


def _complete(catalog: Catalog, lang: Lang) -> Entries:
    """Every question answered by a word of its list: the cover says that the sheet is ready."""
    answers = {id_: min(_offered(catalog, item, lang)) for id_, item in catalog.items.items()}
    profile = {
        field.id: field.choices[0].label[lang] if field.choices else next(iter(answers.values()))
        for field in catalog.profile
    }
    return Entries(profile, answers)


def _offered(catalog: Catalog, item: Item, lang: Lang) -> set[str]:
    return {choice.label[lang] for choice in catalog.offered(item)}


def _field_cells(catalog: Catalog) -> Iterator[str]:
    for row in range(PROFILE_FIRST_ROW, PROFILE_FIRST_ROW + len(catalog.profile)):
        yield cell_name(row, PROFILE_LABEL_COLUMN + 1)


def _item_cells(catalog: Catalog) -> Iterator[str]:
    rows = count(FIRST_QUESTION_ROW)
    for category in catalog.categories:
        next(rows)  # the category's own
        for row in islice(rows, len(category.items)):
            for column in (QuestionColumn.ANSWER, QuestionColumn.REMARK, QuestionColumn.CHECK):
                yield cell_name(row, QUESTION_COLUMNS.index(column))


def _packed(archive: bytes, parts: Mapping[str, str]) -> bytes:
    """The archive (empty: a new one) with these parts added."""
    packed = io.BytesIO(archive)
    with zipfile.ZipFile(packed, "a" if archive else "w", zipfile.ZIP_DEFLATED) as target:
        for name, part in parts.items():
            info = zipfile.ZipInfo(name, _ZIPPED)
            target.writestr(info, part.encode("utf-8"), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
