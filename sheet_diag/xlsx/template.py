"""A finished workbook, cut open where its copies differ: some shared strings, a document property,
some cells. Whatever is the same in every copy is deflated once.

A copy is the workbook that would have been written with its texts in the first place, byte for
byte, as long as they relate to each other as the pattern's do: the same of them are equal, and
none is one of its other strings (`is_free`). Row heights and formats are the pattern's.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, groupby, islice, pairwise, zip_longest
from operator import itemgetter
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from sheet_diag.text.excel_text import property_text, storable_text
from sheet_diag.xlsx.cell_values import BLANK, shared_content, shared_item, xml_text
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.zip_writer import ZipPackage, deflate

_STRINGS: Final = "xl/sharedStrings.xml"
_PROPERTIES: Final = "docProps/custom.xml"
_SHEET: Final = "xl/worksheets/sheet"
_ITEM: Final = re.compile("<si>.*?</si>", re.DOTALL)
_COUNT: Final = re.compile(r'(?<= count=")\d+')
# What follows the format of a cell without a formula: nothing, or the number of a string.
_CONTENT: Final = r'" s="\d+"(/>| t="s"><v>\d+</v></c>)'


@dataclass(frozen=True, slots=True)
class TemplateSlots:
    """Where copies differ.

    `texts` are the strings that are exchanged, each as often as it stands in cells; `name` is the
    document property that holds the first of them (empty: none does); `cells` are each the number
    of a sheet, counted from 1, a row and a column, in ascending order.
    """

    texts: Sequence[str]
    name: str = ""
    cells: Sequence[tuple[int, int, int]] = ()


class WorkbookTemplate:
    """The workbook. WorkbookError where it cannot be cut open as wanted."""

    def __init__(self, content: bytes, openings: TemplateSlots) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = {name: archive.read(name).decode() for name in archive.namelist()}
        self._sheets = dict(_cut_sheets(parts, openings.cells))
        self._strings = _TemplateStrings(parts, openings.texts, self._sheets.values())
        self._property = _cut_property(parts, openings)
        own = {_STRINGS, *self._sheets}
        own |= {_PROPERTIES} if self._property.is_open else set()
        self._parts = {
            name: None if name in own else deflate(part.encode()) for name, part in parts.items()
        }

    def is_free(self, text: str) -> bool:
        """Whether a copy may have this text among its own."""
        return storable_text(text) == text and self._strings.number(text) is None

    def copy(self, texts: Sequence[str], words: Sequence[str] = ()) -> bytes:
        """Make the workbook with these texts in place of its own.

        `words` go into its open cells, in their order: strings of the pattern, or nothing.
        """
        contents = [self._content(word) for word in words]
        left = iter(contents)
        filled = len(contents) - contents.count(BLANK[0])
        name = xml_text(property_text(texts[0])) if texts else ""
        own = {
            _STRINGS: self._strings.exchanged(texts, filled),
            _PROPERTIES: self._property.joined([name] if self._property.is_open else []),
            **{
                sheet: cells.joined([*islice(left, len(cells.taken))])
                for sheet, cells in self._sheets.items()
            },
        }
        file = io.BytesIO()
        package = ZipPackage(file)
        for part, deflated in self._parts.items():
            package.add(part, deflated or deflate(own[part].encode()))
        package.close()
        return file.getvalue()

    def _content(self, word: str) -> str:
        if not word:
            return BLANK[0]
        number = self._strings.number(word)
        if number is None:
            raise WorkbookError(f"the pattern has no such string: {word}")
        return shared_content(number)


class _SlottedText:
    """Text in pieces, and what stood between them."""

    def __init__(self, text: str, spans: Iterable[tuple[int, int]]) -> None:
        edges = [0, *chain.from_iterable(spans), len(text)]
        parts = [text[start:end] for start, end in pairwise(edges)]
        self._pieces, self.taken = parts[::2], parts[1::2]

    @property
    def is_open(self) -> bool:
        """Whether anything is missing."""
        return bool(self.taken)

    def joined(self, between: Sequence[str]) -> str:
        """Join the pieces with something between each two."""
        if len(between) != len(self.taken):
            raise WorkbookError(f"{len(self.taken)} openings, {len(between)} texts")
        return "".join(chain.from_iterable(zip_longest(self._pieces, between, fillvalue="")))


class _TemplateStrings:
    """The shared strings, open at those that are exchanged and at their count."""

    def __init__(
        self, parts: Mapping[str, str], texts: Sequence[str], sheets: Iterable[_SlottedText]
    ) -> None:
        xml = parts[_STRINGS]
        items = list(_ITEM.finditer(xml))
        self._numbers = {item[0]: number for number, item in enumerate(items)}
        own = {text: self._numbers.pop(shared_item(text)) for text in dict.fromkeys(texts)}
        for text, number in own.items():
            _require_own(parts, number, texts.count(text))
        order = sorted(own, key=own.__getitem__)
        self._places = [texts.index(text) for text in order]
        count = _COUNT.search(xml)
        if not count:
            raise WorkbookError("the strings are not counted")
        open_cells = chain.from_iterable(sheet.taken for sheet in sheets)
        self._fixed = int(count[0]) - sum(1 for each in open_cells if each != BLANK[0])
        self._cut = _SlottedText(xml, [count.span(), *(items[own[text]].span() for text in order)])

    def number(self, text: str) -> int | None:
        """Find the number of a string that is the same in every copy."""
        return self._numbers.get(shared_item(text))

    def exchanged(self, texts: Sequence[str], filled: int) -> str:
        """Write the part with these texts, when so many of the open cells hold strings."""
        own = (shared_item(texts[place]) for place in self._places)
        return self._cut.joined([str(self._fixed + filled), *own])


def _require_own(parts: Mapping[str, str], number: int, cells: int) -> None:
    """Refuse a text that stands elsewhere as well: it is not the client's alone."""
    content = shared_content(number)
    found = sum(xml.count(content) for name, xml in parts.items() if name.startswith(_SHEET))
    if found != cells:
        raise WorkbookError(f"string {number} stands in {found} cells, not in {cells}")


def _cut_sheets(
    parts: Mapping[str, str], cells: Sequence[tuple[int, int, int]]
) -> Iterator[tuple[str, _SlottedText]]:
    for number, found in groupby(cells, key=itemgetter(0)):
        sheet = f"{_SHEET}{number}.xml"
        yield sheet, _cut_cells(parts[sheet], [(row, col) for _, row, col in found])


def _cut_cells(xml: str, cells: Iterable[tuple[int, int]]) -> _SlottedText:
    spans = []
    start = 0
    for row, col in cells:
        found = re.compile(f'<c r="{xl_rowcol_to_cell(row, col)}{_CONTENT}').search(xml, start)
        if not found:
            raise WorkbookError(f"no cell to be opened: {row}, {col}")
        spans.append(found.span(1))
        start = found.end()
    return _SlottedText(xml, spans)


def _cut_property(parts: Mapping[str, str], openings: TemplateSlots) -> _SlottedText:
    xml = parts.get(_PROPERTIES, "")
    if not openings.name:
        return _SlottedText(xml, [])
    value = xml_text(property_text(openings.texts[0]))
    before = f' name="{openings.name}"><vt:lpwstr>'
    at = xml.find(f"{before}{value}</vt:lpwstr>")
    if at < 0:
        raise WorkbookError(f"no document property {openings.name}")
    start = at + len(before)
    return _SlottedText(xml, [(start, start + len(value))])
