"""The formats of one workbook, by look, and the numbers its cells bear.

XlsxWriter numbers formats in the order of the cells, sheet by sheet, once all are written; formats
that come to the same share a number. A look is looked up for every cell, and mostly the same few
mappings come again: where a mapping stood in memory tells which it probably was, and comparing it
with what was seen there makes sure. That takes a quarter of the time of sorting its properties.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.styles import Styles, XFormatType

from sheet_diag.text.sheet_content import describe_look
from sheet_diag.text.text_metrics import FONT
from sheet_diag.xlsx.theme import STYLE, STYLES

Look = Mapping[str, Any]

DEFAULT: Final[dict[str, Any]] = {
    "font_name": FONT,
    "font_size": 11,
    "font_charset": 128,
    "font_scheme": False,
}
_SAID: Final = ("bg_color", "font_color", "bold", "italic", "underline", "font_strikeout")


@dataclass(frozen=True, slots=True, eq=False)
class FormatKind:
    """What a look comes to in any workbook."""

    style: str  # the name of the style that it is made of, or nothing
    properties: Mapping[str, Any]
    key: str = field(repr=False)  # XlsxWriter's: formats of the same key are the same
    said: str = ""  # as `describe_look` has it


class CellFormat:
    """A format in a workbook. Where XlsxWriter is given one, it asks for its number in rules."""

    __slots__ = ("_rules", "kind")

    def __init__(self, kind: FormatKind, rules: FormatNumbers) -> None:
        self.kind = kind
        self._rules = rules

    def _get_dxf_index(self) -> int:
        return self._rules[self]


class FormatNumbers(dict[CellFormat, int]):
    """Formats, numbered from `first` on in the order in which they are asked for."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self._next = first
        self._by_key: dict[str, int] = {}
        self.kinds: list[FormatKind] = []

    def __missing__(self, form: CellFormat) -> int:
        key = form.kind.key
        if key not in self._by_key:
            self._by_key[key] = self._next
            self._next += 1
            self.kinds.append(form.kind)
        number = self[form] = self._by_key[key]
        return number


class WorkbookFormats:
    """All formats of a workbook."""

    def __init__(self) -> None:
        self.cells = FormatNumbers(1)  # 0 is the format of cells without one
        self.rules = FormatNumbers(0)  # of conditional formats
        self.styles: dict[str, int] = {}  # the number of the format that a named style is
        self._forms: dict[frozenset[tuple[str, Any]], CellFormat] = {}
        self._seen: dict[int, tuple[Look, CellFormat]] = {}
        self._seen_quoted: dict[int, tuple[Look, CellFormat]] = {}

    def of(self, look: Look) -> CellFormat:
        """Find the format of a look; equal looks give the same one."""
        seen = self._seen.get(id(look))
        if seen and seen[0] == look:
            return seen[1]
        form = self._form(look)
        self._seen[id(look)] = (dict(look), form)
        return form

    def quoted(self, look: Look) -> CellFormat:
        """Find the format for text that stays text even when a person edits the cell."""
        seen = self._seen_quoted.get(id(look))
        if seen and seen[0] == look:
            return seen[1]
        form = self._form({**look, "quote_prefix": True})
        self._seen_quoted[id(look)] = (dict(look), form)
        return form

    def _form(self, look: Look) -> CellFormat:
        key = frozenset(look.items())
        if key not in self._forms:
            self._forms[key] = CellFormat(_kind_of(look), self.rules)
            self._use(look.get(STYLE, ""))
        return self._forms[key]

    def _use(self, style: str) -> None:
        """Excel lists the styles in use; each is a format of its own, even where no cell has it."""
        if style and style not in self.styles:
            self.styles[style] = self.cells[CellFormat(_kind_of(STYLES[style]), self.rules)]


def _kind_of(look: Look) -> FormatKind:
    # Later properties overrule earlier ones, and 1, 1.0 and True are not the same to XlsxWriter.
    return _kind(tuple(look.items()), tuple(map(type, look.values())))


@lru_cache(maxsize=2048)
def _kind(items: tuple[tuple[str, Any], ...], types: tuple[type, ...]) -> FormatKind:
    del types
    properties = dict(items)
    style = properties.pop(STYLE, "")
    key = Format({**DEFAULT, "theme_font_name": FONT, **properties})._get_format_key()
    fill, font, *traits = (properties.get(each, "") for each in _SAID)
    return FormatKind(style, properties, key, describe_look(fill, font, traits))


def styles_part(forms: WorkbookFormats, *, has_notes: bool) -> str:
    """Write the part for the formats that have a number."""
    return _part(
        tuple(forms.cells.kinds), tuple(forms.rules.kinds), tuple(forms.styles.items()), has_notes
    )


@lru_cache(maxsize=256)  # a campaign's reports have some ten lists of formats in all
def _part(
    cells: tuple[FormatKind, ...],
    rules: tuple[FormatKind, ...],
    names: tuple[tuple[str, int], ...],
    has_notes: bool,
) -> str:
    book = xlsxwriter.Workbook(io.BytesIO(), {"default_format_properties": dict(DEFAULT)})
    for number, kind in enumerate(cells, 1):
        made = book.add_format(kind.properties)
        made.set_xf_index(number)
        made.style_name = kind.style
    for number, kind in enumerate(rules):
        book.add_format(kind.properties).set_dxf_index(number)
    book.has_comments = has_notes
    book._prepare_format_properties()
    styles = _NamedStyles({name: book.xf_formats[number] for name, number in names})
    styles._set_style_properties(
        [
            book.xf_formats,
            book.palette,
            book.font_count,
            book.num_formats,
            book.border_count,
            book.fill_count,
            book.custom_colors,
            book.dxf_formats,
            book.has_comments,
        ]
    )
    styles.fh = io.StringIO()
    styles._assemble_xml_file()
    return str(styles.fh.getvalue())


class _NamedStyles(Styles):  # type: ignore[misc]  # XlsxWriter publishes no types
    def __init__(self, named: Mapping[str, Any]) -> None:
        super().__init__()
        self._named = named

    def _write_cell_style_xfs(self) -> None:
        """Normal, then the house's styles; formats are told which of them they are made of."""
        order = {name: place for place, name in enumerate(self._named, 1)}
        for each in self.xf_formats:
            each.xf_id = order.get(getattr(each, "style_name", ""), 0)
        self._xml_start_tag("cellStyleXfs", [("count", 1 + len(order))])
        for each in (self.xf_formats[0], *self._named.values()):
            self._write_xf(each, XFormatType.STYLE)
        self._xml_end_tag("cellStyleXfs")

    def _write_cell_styles(self) -> None:
        self._xml_start_tag("cellStyles", [("count", 1 + len(self._named))])
        self._write_cell_style()
        for place, name in enumerate(self._named, 1):
            self._xml_empty_tag("cellStyle", [("name", name), ("xfId", place)])
        self._xml_end_tag("cellStyles")
