"""A sheet: cells, notes, drop-downs, tables, charts, and how it is seen and printed."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.image import Image

from sheet_diag.text.excel_text import property_text, storable_text
from sheet_diag.text.text_metrics import (
    FONT,
    break_between_words,
    column_room,
    line_room,
    row_height,
)
from sheet_diag.xlsx.cell_values import BLANK, SHARED, day_number, formula_content, number_content
from sheet_diag.xlsx.cell_writer import Cell, RowTemplate
from sheet_diag.xlsx.errors import require_done
from sheet_diag.xlsx.formats import Look
from sheet_diag.xlsx.theme import INPUT
from sheet_diag.xlsx.worksheet import FastWorksheet

A3: Final = 8  # sizes of paper, by their numbers in Excel
A4: Final = 9
_NOTE_WIDTH: Final = 300  # pixels
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")  # how a PNG and a JPEG begin


class Page:
    """A sheet. Text of ours goes in by `text`, of a client by `client_text`."""

    def __init__(self, sheet: FastWorksheet) -> None:
        self._sheet = sheet
        self._cells = sheet.cells
        self._put = sheet.cells.put
        self._strings = sheet.strings
        self._form = sheet.forms.of  # the workbook's format of a look
        self._widths: dict[int, int] = {}

    @property
    def name(self) -> str:
        """The sheet's name."""
        return str(self._sheet.get_name())

    def text(self, row: int, col: int, text: str, look: Look) -> None:
        """Write text of the product."""
        if text:
            self._strings.count += 1
            self._put(row, col, self._form(look), self._strings[text])
        else:
            self._put(row, col, self._form(look), BLANK)

    def client_text(self, row: int, col: int, text: str, look: Look) -> None:
        """Write text that came from outside: it stays text even when a person edits the cell."""
        form = self._sheet.forms.quoted(look)
        if text:
            self._strings.count += 1
            self._put(row, col, form, self._strings[text])
        else:
            self._put(row, col, form, BLANK)

    def number(self, row: int, col: int, number: float, look: Look) -> None:
        """Write a number."""
        self._put(row, col, self._form(look), number_content(number))

    def row(self, row: int, cells: Sequence[Cell]) -> None:
        """Write a row from column A on, of cells made by `text_cell` and its like."""
        self._strings.count += sum([content[0].startswith(SHARED) for _, content in cells])
        self._cells.put_row(row, cells)

    def lines(self, width: int) -> RowTemplate:
        """Begin a long table so many columns wide, to be written from kept cells."""
        return RowTemplate(self._cells, self._strings, width)

    def text_cell(self, text: str, look: Look) -> Cell:
        """Make a cell of this page with text of the product, for `row` or `lines`."""
        return self._form(look), self._strings[text] if text else BLANK

    def client_cell(self, text: str, look: Look) -> Cell:
        """Make the same with text that came from outside."""
        return self._sheet.forms.quoted(look), self._strings[text] if text else BLANK

    def number_cell(self, number: float | None, look: Look) -> Cell:
        """Make the same with a number, or with nothing."""
        return self._form(look), BLANK if number is None else number_content(number)

    def formula(self, row: int, col: int, formula: str, look: Look, value: str | float) -> None:
        """Write a formula with the value that viewers show before they calculate."""
        self._put(row, col, self._form(look), formula_content(formula, value))

    def merged_formula(
        self, row: int, cols: tuple[int, int], formula: str, look: Look, value: str | float
    ) -> None:
        """Merge the columns of a row and write a formula."""
        self.merged(row, *cols, "", look)
        self.formula(row, cols[0], formula, look, value)

    def day(self, row: int, col: int, day: date, look: Look) -> None:
        """Write a date."""
        look = {"num_format": "yyyy/m/d", **look}
        self.number(row, col, day_number(day), look)

    def blank(self, row: int, col: int, look: Look) -> None:
        """Write an empty cell with a look."""
        self._put(row, col, self._form(look), BLANK)

    def entry(self, row: int, col: int, content: str | date, look: Look) -> None:
        """Write a cell that a person fills in: what stands there is no part of the content."""
        self._cells.entries.add((row, col))
        if isinstance(content, date):
            self.day(row, col, content, look)
        elif content:
            self.client_text(row, col, content, look)
        else:  # what is typed here is what it looks like
            self.blank(row, col, look)

    def merged(self, row: int, first: int, last: int, text: str, look: Look, rows: int = 1) -> None:
        """Merge columns `first` to `last` over `rows` rows and write text of the product."""
        if first != last or rows != 1:
            self._cells.merge((row, first, row + rows - 1, last), self._form(look))
        self.text(row, first, text, look)

    def merged_client(self, row: int, first: int, last: int, text: str, look: Look) -> None:
        """Merge columns and write text that came from outside."""
        if first != last:
            self._cells.merge((row, first, row, last), self._sheet.forms.quoted(look))
        self.client_text(row, first, text, look)

    def done(self, row: int) -> None:
        """Finish the rows before this one, so that a million cells take little memory.

        Their table, heights, notes and charts must be there already.
        """
        self._cells.done(row)

    def note(self, row: int, col: int, text: str) -> None:
        """Put a note on a cell, in a box that holds it; it names no author and no day."""
        self._cells.require_open(row)
        lines = "\n".join(property_text(line) for line in text.split("\n"))
        points = row_height(lines, room=column_room(_NOTE_WIDTH), size=9, padding=12)
        box = {"width": _NOTE_WIDTH, "height": round(points / 0.75), "color": INPUT}
        font = {"font_name": FONT, "font_size": 9, "author": ""}
        require_done(self._sheet.write_comment(row, col, lines, {**box, **font}))

    def link(self, row: int, col: int, target: str, text: str, look: Look) -> None:
        """Write a link to a place in here (`internal:`) or a file beside it (`external:`)."""
        done = self._sheet.write_url(row, col, target, self._form(look), storable_text(text))
        require_done(done)

    def lead(self, row: int, col: int, target: str) -> None:
        """Make a cell that is written by others lead to a target as of `link`."""
        require_done(self._sheet.add_link(row, col, target))

    def columns(
        self, widths: Sequence[int], *, hidden: Iterable[int] = (), folded: Sequence[int] = ()
    ) -> None:
        """Set column widths in pixels from column A on.

        `folded` ones are a group that the button over the column before it opens.
        """
        self._widths.update(enumerate(widths))
        options: dict[int, dict[str, Any]] = {col: {"hidden": True} for col in hidden}
        if folded:
            self._sheet.outline_settings(symbols_right=False)
            options |= {col: {"hidden": True, "level": 1} for col in folded}
            options |= {folded[0] - 1: {"collapsed": True}}
        for col, pixels in enumerate(widths):
            found = options.get(col, {})
            require_done(self._sheet.set_column_pixels(col, col, pixels, None, found))

    def span(self, first: int, last: int) -> int:
        """Compute the width in pixels of columns `first` to `last`."""
        return sum(self._widths[col] for col in range(first, last + 1))

    def text_height(
        self, text: str, look: Look, columns: tuple[int, int], padding: float = 4.0
    ) -> float:
        """Compute the row height in points that a text needs in some columns."""
        room = column_room(self.span(*columns), indent=look.get("indent", 0))
        return row_height(text, room=room, size=look.get("font_size", 10), padding=padding)

    def headings(self, row: int, texts: Iterable[str], look: Look, least: float) -> float:
        """Write the headings of a table from column A on, broken between words alone.

        Returns the height of their row in points.
        """
        height = least
        for col, text in enumerate(texts):
            lines = self.break_words(text, look, (col, col))
            self.text(row, col, lines, look)
            height = max(height, self.text_height(lines, look, (col, col)))
        self.height(row, height)
        return height

    def break_words(self, text: str, look: Look, columns: tuple[int, int]) -> str:
        """Break a text over some columns between words."""
        room = column_room(self.span(*columns), indent=look.get("indent", 0))
        return break_between_words(text, line_room(room, look.get("font_size", 10)))

    def height(self, row: int, points: float) -> None:
        """Set a row height in points (Excel takes up to 409)."""
        self._sheet.set_height(row, min(points, 409))

    def row_heights(self, first: int, last: int) -> list[float]:
        """List the heights in points of rows `first` to `last`, as they were set."""
        default = (self._sheet.default_row_height, False)
        sizes = (self._sheet.row_sizes.get(row, default) for row in range(first, last + 1))
        return [pixels * 0.75 for pixels, _ in sizes]

    def choices(self, row: int, col: int, source: str, messages: Mapping[str, str]) -> None:
        """Put a drop-down over a range on a cell.

        `messages` may hold input_title, input_message, error_title, error_message.
        """
        self.rule(row, col, {"validate": "list", "source": source, **messages})

    def rule(self, row: int, col: int, options: Mapping[str, Any]) -> None:
        """Set any other data validation of one cell."""
        require_done(self._sheet.data_validation(row, col, row, col, dict(options)))

    def highlight(self, area: tuple[int, int, int, int], formula: str, look: Look) -> None:
        """Format the area where a formula holds."""
        options = {"type": "formula", "criteria": formula, "format": self._form(look)}
        require_done(self._sheet.conditional_format(*area, options))

    def shade(self, area: tuple[int, int, int, int], options: Mapping[str, Any]) -> None:
        """Colour scale or data bar over the area."""
        require_done(self._sheet.conditional_format(*area, dict(options)))

    def table(
        self, area: tuple[int, int, int, int], name: str, heads: Iterable[tuple[str, Look]]
    ) -> None:
        """Make a native Excel table of cells that are already written, and write its headers."""
        columns = [{"header": text, "header_format": self._form(look)} for text, look in heads]
        options = {"name": name, "columns": columns, "style": "Table Style Light 1"}
        require_done(self._sheet.add_table(*area, options))

    def filter(self, area: tuple[int, int, int, int]) -> None:
        """Show filter buttons on the first row of the area."""
        require_done(self._sheet.autofilter(*area))

    def place(
        self, row: int, col: int, chart: Any, size: tuple[int, int], *, description: str = ""
    ) -> None:
        """Place a chart of `size` pixels with its corner at a cell; `description` says what it
        shows to those who cannot see it."""
        chart.set_size({"width": size[0], "height": size[1]})
        options = {"object_position": 1, "description": description}
        require_done(self._sheet.insert_chart(row, col, chart, options))

    def picture(
        self, row: int, col: int, content: bytes, box: tuple[int, int], description: str
    ) -> None:
        """Place a picture with its corner at a cell, scaled to fit a box of pixels."""
        image = Image(io.BytesIO(content))
        scale = min(box[0] / image.width, box[1] / image.height, 1.0)
        options = {
            "image_data": io.BytesIO(content),
            "x_scale": scale,
            "y_scale": scale,
            "description": property_text(description),
        }
        require_done(self._sheet.insert_image(row, col, "logo.png", options))

    def protect(self, allowed: Mapping[str, bool]) -> None:
        """Lock the sheet without a password, allowing what is named."""
        self._sheet.protect("", dict(allowed))

    def freeze(self, row: int, col: int = 0) -> None:
        """Keep the rows above and the columns left of a cell in view."""
        self._sheet.freeze_panes(row, col)

    def hide(self) -> None:
        """Hide the sheet."""
        self._sheet.hide()

    def open_here(self) -> None:
        """Show this sheet when the workbook is opened."""
        self._sheet.activate()
        self._sheet.set_first_sheet()

    def select(self, row: int, col: int) -> None:
        """Put the cursor on a cell."""
        self._sheet.set_selection(row, col, row, col)

    def tab(self, color: str) -> None:
        """Colour the sheet's tab."""
        self._sheet.set_tab_color(color)

    def paper(
        self, *, landscape: bool, header: str, footer: str, zoom: int = 100, size: int = A4
    ) -> None:
        """Set the paper, with margins for a header and a footer; gridlines off."""
        sheet = self._sheet
        sheet.set_landscape() if landscape else sheet.set_portrait()
        sheet.set_paper(size)
        sheet.set_margins(left=0.6, right=0.6, top=0.65, bottom=0.6)
        sheet.set_header(header, {"margin": 0.3})
        sheet.set_footer(footer, {"margin": 0.3})
        sheet.center_horizontally()
        sheet.hide_gridlines(2)
        sheet.set_zoom(zoom)

    def fit_width(self, *, repeat: tuple[int, int] | None = None) -> None:
        """Print one page wide, as many pages long as needed, repeating the given rows."""
        self._sheet.fit_to_pages(1, 0)
        if repeat:
            self._sheet.repeat_rows(*repeat)

    def fit_page(self) -> None:
        """Print on one page."""
        self._sheet.fit_to_pages(1, 1)

    def scale(self, percent: int, *, repeat: tuple[int, int]) -> None:
        """Print at a scale, repeating the given rows; unlike fitting, it keeps manual breaks."""
        self._sheet.set_print_scale(percent)
        self._sheet.repeat_rows(*repeat)

    def split(self, columns: Sequence[int], percent: int, *, repeat: tuple[int, int]) -> None:
        """Print at a scale, breaking the page before some columns; of `repeat` the rows up to the
        first and the columns before the second stand on each page."""
        self._sheet.set_print_scale(percent)
        self._sheet.set_v_pagebreaks(list(columns))
        self._sheet.repeat_rows(0, repeat[0])
        self._sheet.repeat_columns(0, repeat[1] - 1)

    def breaks(self, rows: Sequence[int], area: tuple[int, int, int, int]) -> None:
        """Print `area`, breaking the page before each of the rows."""
        self._sheet.print_area(*area)
        self._sheet.set_h_pagebreaks(list(rows))


def is_picture(content: bytes) -> bool:
    """Whether the content is a PNG or JPEG that can be placed."""
    if not content.startswith(_PICTURES):
        return False
    try:
        image = Image(io.BytesIO(content))
    except (XlsxWriterException, struct.error, IndexError):
        return False
    return bool(image.width > 0 and image.height > 0)
