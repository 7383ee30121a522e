"""The door to XlsxWriter writes what XlsxWriter writes, byte for byte, and refuses what it refuses.

XlsxWriter itself, told the same by its public interface, is the reference.
"""

from __future__ import annotations

import errno
import gc
import io
import warnings
import weakref
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from sheet_diag.reports.charts import ChartSeries, make_column_chart, make_radar, score_axis
from sheet_diag.text.excel_text import storable_text
from sheet_diag.text.text_metrics import FONT, column_room, row_height
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.errors import WorkbookError
from sheet_diag.xlsx.fonts import name_chart_fonts, name_theme_fonts
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import CellSpan
from sheet_diag.xlsx.theme import INPUT
from sheet_diag.xlsx.zip_writer import TextPart, ZipPackage, deflate, deflate_once
from tests.catalogs import JIS
from tests.workbooks import NS, calamine_values, open_workbook, xml_parts

DAY = date(2026, 11, 26)
BODY = {"font_size": 10, "font_color": "#1E2732", "text_wrap": True, "valign": "top"}
GRID = {"border": 1, "border_color": "#B8C3D0"}
LOOKS: list[dict[str, Any]] = [
    {},
    BODY,
    {**BODY, **GRID},
    {**GRID, **BODY},  # equal to the one before
    {"border": 1, "bottom": 2},
    {"bottom": 2, "border": 1},  # equal, but the border comes last and would win
    {"bold": True, "num_format": "0.0"},
    {"bold": 1, "num_format": "0.0"},  # equal, though XlsxWriter tells 1 from True
    {"num_format": 3},
    {"bg_color": "#E9EFF6", "indent": 1},
    {"bg_color": "#E9EFF6", "fg_color": "#FFFFFF", "pattern": 1},
    {"font_name": FONT, "font_size": 11},  # what every format is
    {"locked": False, "hidden": True},
    {"quote_prefix": True},
]
Call = tuple[str, tuple[Any, ...]]


class Plain:
    """A page written by XlsxWriter alone."""

    def __init__(self) -> None:
        self._buffer = io.BytesIO()
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_format_properties": {
                "font_name": FONT,
                "font_size": 11,
                "font_charset": 128,
                "font_scheme": False,
            },
            "default_row_height": 25,
            "default_column_width": 72,
        }
        self._book = xlsxwriter.Workbook(self._buffer, options)
        texts = {"title": "T", "subject": "", "author": "A", "company": "A"}
        self._book.set_properties({**texts, "created": datetime(DAY.year, DAY.month, DAY.day)})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def sheets(self, calls: list[list[Call]]) -> bytes:
        for number, some in enumerate(calls):
            self._sheet = self._book.add_worksheet(f"S{number}")
            for name, arguments in some:
                getattr(self, name)(*arguments)
        self._book.close()
        return self._buffer.getvalue()

    def _format(self, look: dict[str, Any]) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(dict(look))
        return self._formats[key]

    def text(self, row: int, col: int, text: str, look: dict[str, Any]) -> None:
        if text:
            self._sheet.write_string(row, col, storable_text(text), self._format(look))
        else:
            self.blank(row, col, look)

    def client_text(self, row: int, col: int, text: str, look: dict[str, Any]) -> None:
        self.text(row, col, text, {**look, "quote_prefix": True})

    def number(self, row: int, col: int, number: float, look: dict[str, Any]) -> None:
        self._sheet.write_number(row, col, number, self._format(look))

    def formula(self, row: int, col: int, formula: str, look: dict[str, Any], value: Any) -> None:
        self._sheet.write_formula(row, col, formula, self._format(look), value)

    def day(self, row: int, col: int, day: date, look: dict[str, Any]) -> None:
        look = {"num_format": "yyyy/m/d", **look}
        self._sheet.write_datetime(row, col, day, self._format(look))

    def blank(self, row: int, col: int, look: dict[str, Any]) -> None:
        self._sheet.write_blank(row, col, None, self._format(look))

    def merged(
        self, row: int, first: int, last: int, text: str, look: dict[str, Any], rows: int
    ) -> None:
        if first != last or rows != 1:
            self._sheet.merge_range(row, first, row + rows - 1, last, "", self._format(look))
        self.text(row, first, text, look)

    def link(self, row: int, col: int, target: str, text: str, look: dict[str, Any]) -> None:
        self._sheet.write_url(row, col, target, self._format(look), storable_text(text))

    def note(self, row: int, col: int, text: str) -> None:
        points = row_height(text, room=column_room(300), size=9, padding=12)
        box = {"width": 300, "height": round(points / 0.75), "color": INPUT}
        font = {"font_name": FONT, "font_size": 9, "author": ""}
        self._sheet.write_comment(row, col, text, {**box, **font})

    def columns(self, widths: list[int], hidden: list[int]) -> None:
        for col, pixels in enumerate(widths):
            options = {"hidden": True} if col in hidden else {}
            self._sheet.set_column_pixels(col, col, pixels, None, options)

    def height(self, row: int, points: float) -> None:
        self._sheet.set_row(row, min(points, 409))

    def rule(self, row: int, col: int, options: dict[str, Any]) -> None:
        self._sheet.data_validation(row, col, row, col, options)

    def highlight(
        self, area: tuple[int, int, int, int], formula: str, look: dict[str, Any]
    ) -> None:
        options = {"type": "formula", "criteria": formula, "format": self._format(look)}
        self._sheet.conditional_format(*area, options)

    def shade(self, area: tuple[int, int, int, int], options: dict[str, Any]) -> None:
        self._sheet.conditional_format(*area, options)

    def table(
        self, area: tuple[int, int, int, int], name: str, headers: list[str], head: dict[str, Any]
    ) -> None:
        columns = [{"header": text, "header_format": self._format(head)} for text in headers]
        options = {"name": name, "columns": columns, "style": "Table Style Light 1"}
        self._sheet.add_table(*area, options)

    def chart(self, row: int, col: int) -> None:
        chart = self._book.add_chart({"type": "column"})
        _fill(chart, self._sheet.get_name())
        chart.set_size({"width": 300, "height": 200})
        self._sheet.insert_chart(row, col, chart, {"object_position": 1, "description": "c"})


def _fill(chart: Any, sheet: str) -> None:
    for col in range(4):
        chart.add_series(
            {"categories": [sheet, 0, 0, 9, 0], "values": [sheet, 0, col, 9, col]},
        )


def plain(calls: list[list[Call]]) -> bytes:
    return _with_fonts(Plain().sheets(calls))


def _with_fonts(content: bytes) -> bytes:
    """The package with the fonts that XlsxWriter does not name, otherwise the same."""
    named: dict[str, Callable[[str], str]] = {
        "xl/theme/": name_theme_fonts,
        "xl/charts/": name_chart_fonts,
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        has_charts = any(name.startswith("xl/charts/") for name in old.namelist())
        for part in old.infolist():
            text = old.read(part)
            for folder, name_fonts in named.items() if has_charts else ():
                if part.filename.startswith(folder):
                    text = name_fonts(text.decode()).encode()
            new.writestr(part, text)
    return buffer.getvalue()


def ours(calls: list[list[Call]], *, done: Callable[[Page, int], object] | None = None) -> bytes:
    return _book(calls, done).bytes()


def _book(calls: list[list[Call]], done: Callable[[Page, int], object] | None = None) -> Book:
    book = Book(title="T", author="A", created=DAY)
    for number, some in enumerate(calls):
        page = book.page(f"S{number}")
        for name, arguments in some:
            if name == "chart":
                chart = book.chart({"type": "column"})
                _fill(chart, page.name)
                page.place(arguments[0], arguments[1], chart, (300, 200), description="c")
            elif name == "table":
                area, table, headers, look = arguments
                page.table(area, table, [(text, look) for text in headers])
            elif name == "columns":
                page.columns(arguments[0], hidden=arguments[1])
            else:
                getattr(page, name)(*arguments)
                if done:
                    done(page, arguments[0])
    return book


looks = st.sampled_from(LOOKS)
rows = st.integers(0, 40)
cols = st.integers(0, 9) | st.sampled_from([25, 26, 700, 703, 16383])
words = st.sampled_from(
    [" ", " a", "a ", "a\nb", "\n", "\r\n", "_x0041_", "\x07", "\t", "&<>\"'", "<r>", "=1+1", "😀"]
)
texts = st.text(max_size=8) | st.lists(words | st.text(max_size=3), max_size=4).map("".join)
values = (
    st.sampled_from(["", "#N/A", "A&B", "<x>", 0, 1, -1, 0.1, 1e20, 1e-7, 12345678901234567, True])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["C"]), max_size=5)
)
numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.fractions()
formulas = st.sampled_from(["=1+2", "A1", '=IF(A1<>"","x","&")', "=SUM(A1:B2)*-1", "='S 1'!A1"])
RULES: list[dict[str, Any]] = [
    {"validate": "list", "source": ["はい", "no", 'a"b']},
    {"validate": "list", "source": "=$A$1:$A$3", "input_title": "T", "input_message": "a\n<b>"},
    {"validate": "decimal", "criteria": "between", "minimum": 1, "maximum": 5},
    {"validate": "decimal", "criteria": "between", "minimum": 1.0, "maximum": 5},
    {"validate": "date", "criteria": ">", "value": DAY, "error_type": "warning"},
    {"validate": "custom", "value": '=LEN(A1)<5&"<', "error_title": "&", "error_message": '"'},
    {"validate": "any", "input_title": 'sqref="A1"', "input_message": ' sqref="A1"'},
]
cells = st.one_of(
    st.tuples(st.just("text"), st.tuples(rows, cols, texts, looks)),
    st.tuples(st.just("client_text"), st.tuples(rows, cols, texts, looks)),
    st.tuples(st.just("number"), st.tuples(rows, cols, numbers, looks)),
    st.tuples(st.just("formula"), st.tuples(rows, cols, formulas, looks, values)),
    st.tuples(st.just("day"), st.tuples(rows, cols, st.dates(date(1900, 1, 1)), looks)),
    st.tuples(st.just("blank"), st.tuples(rows, cols, looks)),
    st.tuples(st.just("height"), st.tuples(rows, st.sampled_from([0, 0.3, 15, 18.75, 77.7, 500]))),
    st.tuples(st.just("rule"), st.tuples(rows, cols, st.sampled_from(RULES))),
    st.tuples(
        st.just("highlight"),
        st.tuples(st.tuples(rows, cols, st.just(50), st.just(16383)), formulas, looks),
    ),
    st.tuples(st.just("columns"), st.tuples(st.just([30, 72, 100]), st.sampled_from([[], [1]]))),
)


@st.composite
def pages(draw: st.DrawFn) -> list[Call]:
    calls: list[Call] = draw(st.lists(cells, max_size=30))
    for place in draw(st.lists(st.integers(0, 20), unique=True, max_size=4)):
        first = draw(st.integers(0, 4))
        last = first + draw(st.integers(0, 3))
        high = draw(st.integers(1, 2))
        area = (50 + 2 * place, first, last, draw(texts), draw(looks), high)
        calls.insert(draw(st.integers(0, len(calls))), ("merged", area))
    return calls


EVERYTHING: list[Call] = [
    ("height", (7, 30)),
    ("table", ((3, 0, 9, 2), "Answers", ["a", "b ", "c"], BODY)),
    *[("text", (row, 0, f"row {row}", BODY)) for row in (0, 1, 2, *range(4, 10))],
    *[("number", (row, 1, row / 7, GRID)) for row in (0, 1, 2, *range(4, 9))],
    ("formula", (4, 2, "=B5", GRID, 4 / 7)),
    ("formula", (5, 2, "=A6", GRID, "row 5")),
    ("blank", (6, 2, GRID)),
    ("link", (12, 3, "internal:'S0'!A1", "<up>", BODY)),
    ("link", (12, 4, "external:a b.xlsx", "beside", BODY)),
    ("shade", ((4, 1, 9, 1), {"type": "data_bar", "data_bar_2010": True})),
    ("shade", ((4, 1, 9, 1), {"type": "3_color_scale"})),
    ("highlight", ((0, 0, 9, 9), "=$A1=1", {"bg_color": "#E9EFF6"})),
    ("text", (14, 1, "", BODY)),
    ("note", (2, 1, "beside a cell")),
    ("note", (17, 12, "beside nothing")),
    ("chart", (15, 1)),
]


@given(st.lists(pages(), min_size=1, max_size=3))
@example([EVERYTHING, [], [("table", ((0, 0, 1, 0), "Other", ["A"], {}))], [("height", (20, 5))]])
@example([[("columns", ([30, 40], [1]))], [("height", (3, 15)), ("text", (5, 5, "a", {}))]])
@example([[("text", (5, 5, "a", {})), ("height", (3, 15))], [("height", (0, 0))]])
@example([[("text", (0, 0, "あ" * 40_000, {})), ("text", (0, 1, "あ" * 50_000, {}))]])
@example([[("text", (0, 0, "\ud800", {})), ("text", (0, 1, "?", {})), ("text", (0, 0, "?", {}))]])
def test_xlsxwriter_writes_the_same(calls: list[list[Call]]) -> None:
    assert _parts(ours(calls)) == _parts(expected := plain(calls))
    assert ours(calls) == expected, "the parts are the same, the package is not"


def test_what_is_done_is_written_the_same(tmp_path: Path) -> None:
    long: list[Call] = [
        (name, (row, col, *rest, LOOKS[(row + col) % len(LOOKS)]))
        for row in range(3_000)
        for col, (name, rest) in enumerate(
            [("text", (f"row {row}",)), ("number", (row / 3,)), ("blank", ()), ("text", ("again",))]
        )
        if row % 9
    ]
    calls = [[("text", (0, 0, "a", LOOKS[6]))], EVERYTHING[1:2] + long, long[:5]]
    made = ours(calls, done=lambda page, row: page.done(row) if isinstance(row, int) else None)
    assert _parts(made) == _parts(plain(calls))
    _book(calls).save(tmp_path / "book.xlsx")
    assert (tmp_path / "book.xlsx").read_bytes() == made


def test_a_row_of_kept_cells_is_written_the_same() -> None:
    book = Book(title="T", author="A", created=DAY)
    page = book.page("S0")
    kept = (page.text_cell("a", BODY), page.client_cell("", GRID), page.number_cell(0.5, {}))
    for row in range(3):
        page.row(row, (*kept, page.client_cell(f" {row}", GRID), page.number_cell(None, BODY)))
    singly: list[Call] = []
    for row in range(3):
        singly += [
            ("text", (row, 0, "a", BODY)),
            ("client_text", (row, 1, "", GRID)),
            ("number", (row, 2, 0.5, {})),
            ("client_text", (row, 3, f" {row}", GRID)),
            ("blank", (row, 4, BODY)),
        ]
    assert _parts(book.bytes()) == _parts(plain([singly]))


@pytest.mark.parametrize("count", [3, 16, 1_500])
def test_lines_of_kept_cells_are_written_the_same(count: int) -> None:
    book = Book(title="T", author="A", created=DAY)
    page = book.page("S0")
    page.merged(0, 0, 3, "above", BODY)
    page.height(1, 6)
    lines = page.lines(2)
    kept = {n: lines.kept(1, page.number_cell(n / 3, GRID if n else {})) for n in range(3)}
    singly: list[Call] = [("merged", (0, 0, 3, "above", BODY, 1)), ("height", (1, 6))]
    for row in range(2, 2 + count):
        text = lines.kept(0, page.client_cell(f"{row // 7}", BODY))
        lines.write(row, [text, kept[row % 3]])
        page.height(row, 20 + row % 5)
        page.text(row, 2, "beside", BODY)
        page.done(row)
        singly += [
            ("client_text", (row, 0, f"{row // 7}", BODY)),
            ("number", (row, 1, row % 3 / 3, GRID if row % 3 else {})),
            ("height", (row, 20 + row % 5)),
            ("text", (row, 2, "beside", BODY)),
        ]
    assert _parts(book.bytes()) == _parts(plain([singly]))


def test_no_cell_is_written_over_lines() -> None:
    book = Book(title="T", author="A", created=DAY)
    page = book.page("S0")
    lines = page.lines(1)
    lines.write(0, [lines.kept(0, page.number_cell(1, BODY))])
    page.number(0, 0, 1, BODY)
    with pytest.raises(WorkbookError, match="twice"):
        book.bytes()


def test_no_chart_shows_lines() -> None:
    book = Book(title="T", author="A", created=DAY)
    page = book.page("S0")
    lines = page.lines(1)
    lines.write(0, [lines.kept(0, page.number_cell(1, BODY))])
    chart = book.chart({"type": "bar"})
    chart.add_series({"values": "=S0!$A$1:$A$1"})
    page.place(3, 0, chart, (100, 100))
    with pytest.raises(WorkbookError, match="no chart"):
        book.bytes()


class FullDisk(io.BytesIO):
    def write(self, _: Any, /) -> int:
        raise OSError(errno.ENOSPC, "no space left")


def test_a_full_disk_is_told_as_one() -> None:
    with pytest.raises(OSError, match="no space left"):
        _book([EVERYTHING])._book.write(FullDisk())


def test_a_book_is_finished_once() -> None:
    book = _book([EVERYTHING])
    book.bytes()
    with pytest.raises(WorkbookError, match="finished"):
        book.bytes()


def test_a_finished_book_is_gone() -> None:
    """Without waiting for the collector, whose work grows with what stays."""
    gc.disable()
    try:
        book = _book([EVERYTHING])
        assert book.bytes()
        sheet = weakref.ref(book._book.worksheets()[0])
        del book
        assert sheet() is None
    finally:
        gc.enable()


def test_a_text_that_looks_like_xml_is_text() -> None:
    made = ours([[("client_text", (0, 0, "<r><t>&</t></r>", {}))]])
    assert calamine_values(made) == {"S0": [["<r><t>&</t></r>"]]}


def test_no_value_of_a_formula_breaks_the_sheet() -> None:
    made = ours([[("formula", (0, 0, '="\x07"&A2', {}, "\x0b\x00a"))]])
    assert xml_parts(made)
    assert open_workbook(made, values=True).worksheets[0].cell(1, 1).value == "\ufffd\ufffda"


TABLE: Call = ("table", ((3, 0, 9, 2), "Answers", ["a", "b", "c"], {}))
MERGED: Call = ("merged", (5, 1, 2, "", {}, 1))
REFUSED: dict[str, list[Call]] = {
    "row before the first": [("text", (-1, 0, "a", {}))],
    "row after the last": [("number", (1_048_576, 0, 1, {}))],
    "column before the first": [("blank", (0, -1, {}))],
    "column after the last": [("formula", (0, 16_384, "=1", {}, 1))],
    "merged outside": [("merged", (0, 16_383, 16_384, "", {}, 1))],
    "merged backwards": [("merged", (0, 2, 1, "", {}, 1))],
    "merged no row": [("merged", (0, 2, 3, "", {}, 0))],
    "merged before the first": [("merged", (-1, 2, 3, "", {}, 1))],
    "merged after the last": [("merged", (1_048_575, 2, 3, "", {}, 2))],
    "merged twice": [MERGED, ("merged", (4, 2, 4, "", {}, 3))],
    "merged in a table": [TABLE, MERGED],
    "table over merged": [MERGED, TABLE],
    "table over a table": [TABLE, ("table", ((9, 2, 12, 2), "Other", ["a"], {}))],
    "table of a head": [("table", ((3, 0, 3, 0), "Answers", ["a"], {}))],
    "table outside": [("table", ((3, 0, 1_048_576, 0), "Answers", ["a"], {}))],
    "table of the same heads": [("table", ((3, 0, 4, 1), "Answers", ["a", "A"], {}))],
    "table of a bad name": [("table", ((3, 0, 4, 1), "A 1", ["a", "b"], {}))],
    "height outside": [("height", (1_048_576, 1))],
    "note outside": [("note", (0, 16_384, "a"))],
    "link outside": [("link", (-1, 0, "internal:'S0'!A1", "a", {}))],
    "link too long": [("link", (0, 0, "external:" + "a" * 2_100, "a", {}))],
    "no number": [("number", (0, 0, float("nan"), {}))],
    "no end of a number": [("number", (0, 0, float("-inf"), {}))],
    "no formula": [("formula", (0, 0, "", {}, 1))],
    "formula of an array": [("formula", (0, 0, "{=A1:A2}", {}, 1))],
    "formula of a newer Excel": [("formula", (0, 0, "=UNIQUE(A1:A2)", {}, 1))],
    "rule outside": [("rule", (0, 16_384, RULES[0]))],
    "rule that XlsxWriter does not know": [("rule", (0, 0, {"validate": "lust"}))],
    "list too long": [("rule", (0, 0, {"validate": "list", "source": ["a" * 256]}))],
    "message too long": [("rule", (0, 0, {**RULES[1], "input_message": "a" * 256}))],
    "highlighted outside": [("highlight", ((0, 0, 1_048_576, 0), "=1", {}))],
    "row of too many": [("row", (0, [({}, ("/>", ""))] * 16_385))],
    "row that is done": [("text", (999, 0, "a", {})), ("done", (1_000,)), ("blank", (5, 0, {}))],
    "height of what is done": [("done", (1_000,)), ("height", (5, 20))],
    "note on what is done": [("done", (1_000,)), ("note", (5, 0, "a"))],
}


@pytest.mark.parametrize("name", REFUSED)
@pytest.mark.filterwarnings("ignore")  # XlsxWriter's, beside the code it returns
def test_nothing_is_refused_unseen(name: str) -> None:
    *before, refused = REFUSED[name]
    _book([before])
    with pytest.raises(WorkbookError):
        _book([[*before, refused]])


@dataclass(frozen=True, slots=True)
class Part:
    name: str
    content: bytes


@given(st.lists(st.builds(Part, st.text("abc/.", min_size=1), st.binary()), max_size=5))
@example([Part("a", b"ab" * 2_000_000), Part("b", b"")])
def test_zipfile_packs_the_same(parts: list[Part]) -> None:
    ours, expected = io.BytesIO(), io.BytesIO()
    package = ZipPackage(ours)
    with zipfile.ZipFile(expected, "w", zipfile.ZIP_DEFLATED, allowZip64=False) as archive:
        for part in parts:
            info = zipfile.ZipInfo(part.name, (1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of names that come twice
                archive.writestr(info, part.content)
            package.add(part.name, deflate(part.content))
    assert all(deflate_once(part.content) == deflate(part.content) for part in parts)
    package.close()
    assert ours.getvalue() == expected.getvalue()


@pytest.mark.slow("parts of many megabytes")
@pytest.mark.parametrize("length", [1, 1_000, 3_000_000])
def test_a_part_is_deflated_the_same_in_pieces(length: int) -> None:
    text = TextPart()
    for number in range(length):
        text.write(f"{number * number} あ")
    whole = "".join(f"{number * number} あ" for number in range(length))
    assert text.deflated() == deflate(whole.encode())


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return {name: package.read(name) for name in package.namelist()}


# --- fonts

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
NAMED = ["latin 游ゴシック", "ea 游ゴシック"]


def _fonts(text: Element) -> list[str]:
    """The fonts of a text, or of a theme's headings or texts, each with its kind."""
    kinds = ("latin", "ea")
    return [f"{k} {found.get('typeface')}" for k in kinds for found in text.findall(f"{A}{k}")]


def _with_two_charts() -> dict[str, Element]:
    """The parts of a workbook with two charts."""
    book = Book(title="T", author="A", created=DAY)
    page, labels = book.page("S"), CellSpan("S", 0, 0, 4)
    series = [ChartSeries(name, CellSpan("S", 1, 0, 4)) for name in ("今回", "前回")]
    radar = make_radar(book, labels, series, score_axis(JIS, 100))
    columns = make_column_chart(book, labels, series, title="題", y_axis=score_axis(JIS, 100))
    for row, chart in enumerate((radar, columns)):
        page.place(row, 3, chart, (300, 200))
    return xml_parts(book.bytes())


def test_every_text_of_a_chart_names_an_east_asian_font() -> None:
    parts = _with_two_charts()
    drawn = [root for name, root in parts.items() if name.startswith("xl/charts/chart")]
    assert len(drawn) == 2
    for root in drawn:
        texts = [*root.iter(f"{A}defRPr"), *root.iter(f"{A}rPr")]
        assert len(texts) >= 4
        assert [_fonts(text) for text in texts] == [NAMED] * len(texts)
        own = root.findall("c:txPr//a:defRPr", {**NS, "a": A.strip("{}")})
        assert len(own) == 1, "what names no font has this one"


def test_the_theme_of_charts_names_a_japanese_font() -> None:
    theme = _with_two_charts()["xl/theme/theme1.xml"]
    for kind in ("majorFont", "minorFont"):
        (fonts,) = theme.iter(f"{A}{kind}")
        assert _fonts(fonts)[1:] == ["ea 游ゴシック"]
        (jpan,) = [each for each in fonts if each.get("script") == "Jpan"]
        assert jpan.get("typeface") == "游ゴシック"
