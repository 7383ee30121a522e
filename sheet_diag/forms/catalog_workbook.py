"""The workbook in which a firm writes its questionnaire: one sheet a table, one row a thing.

Its headings, their notes and its drop-downs come from `catalog.headings`; it is read again by
`sheet_diag.intake.catalog_workbook`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.catalog.headings import (
    Heading,
    SheetForm,
    load_sheet_forms,
    strip_language,
)
from sheet_diag.catalog.proposal import CatalogProposal, Gap
from sheet_diag.catalog.rows import Cells, SheetRows
from sheet_diag.forms.import_results import write_import_results, write_message
from sheet_diag.forms.layout import FIXED_CREATED, LISTS_SHEET, cell_name
from sheet_diag.forms.page_writer import write_choices, write_lead, write_title
from sheet_diag.model.basics import Lang
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.theme import BLUE, CELL, CENTER, FIELD, HEAD, INSET, NAVY, UNFILLED, Look

_SPARE_LINES: Final = {"questions": 60, "settings": 0}  # prepared below the rows that are filled
_USUAL_SPARE_LINES: Final = 20
_WIDTHS: Final = {"text": 300, "condition": 180, "list": 150, "name": 150, "free": 300}
_NARROW: Final = 92
_NAMES: Final = 160  # of names in the first column, and of short texts
_SHORT: Final = (
    "short name",
    "topic",
    "choices",
    "n/a",
    "choice",
    "field",
    "rank",
    "term",
    "mark",
    "unit",
    "level",
)
_NUMBERS: Final = ("whole", "number", "positive", "points")
_GUIDE_WIDTHS: Final = (150, 560)
# The columns that a new sheet shows; the others stand folded beside them.
_MAIN: Final = {
    "questions": ("category", "no.", "question", "choices", "weight", "key", "n/a", "advice"),
}


# What a cell that has to be looked at says: by its sheet, its row from 0 and its key.
Marks = Mapping[tuple[str, int, str], str]


@dataclass(frozen=True, slots=True)
class _Column:
    """A column to be written: the key of its cells, its heading, and whether it is folded."""

    key: str
    heading: Heading
    folded: bool


def make_catalog_workbook(sheets: SheetRows, lang: Lang, title: str) -> bytes:
    """Make the workbook of some rows, by sheet. The same arguments give the same bytes."""
    book = Book(title=title, author="", created=FIXED_CREATED)
    say = Wording(lang)
    forms = [form for form in load_sheet_forms().values() if form.key in sheets]
    _write_guide(book.page(say("book.guide.sheet")), forms, say)
    _write_sheets(book, forms, sheets, say, {})[0].open_here()
    return book.bytes()


def make_imported_workbook(proposal: CatalogProposal) -> bytes:
    """Make the workbook of a questionnaire that was read from something else."""
    book = Book(title=proposal.title, author="", created=FIXED_CREATED)
    say = Wording(proposal.lang)
    forms = [form for form in load_sheet_forms().values() if form.key in proposal.rows]
    first = book.page(say("import.sheet"))
    marks = {
        (gap.sheet, gap.row, gap.key): write_message(gap.says, say)
        for gap in reversed(proposal.gaps)
    }
    _write_sheets(book, forms, proposal.rows, say, marks)

    def locate(gap: Gap) -> str:
        form = load_sheet_forms()[gap.sheet]
        keys = [column.key for column in _choose_columns(form, proposal.rows[gap.sheet])]
        return cell_name(gap.row + 1, keys.index(gap.key) if gap.key in keys else 0)

    write_import_results(first, proposal, locate, say)
    first.open_here()
    return book.bytes()


def _write_sheets(
    book: Book, forms: Sequence[SheetForm], sheets: SheetRows, say: Wording, marks: Marks
) -> list[Page]:
    pages = [book.page(form[say.lang]) for form in forms]
    lists = _Lists(book.page(LISTS_SHEET), sheets, say, marks)
    for page, form in zip(pages, forms, strict=True):
        _write_sheet(page, form, sheets[form.key], lists)
    lists.finish()
    return pages


class _Lists:
    """The hidden sheet of drop-downs: each list once, as it is asked for."""

    def __init__(self, page: Page, sheets: SheetRows, say: Wording, marks: Marks) -> None:
        self.say = say
        self.marks = marks
        self._page = page
        self._sheets = sheets
        self._ranges: dict[tuple[str, ...], str] = {}

    def find_source(self, form: SheetForm, key: str) -> tuple[str, bool]:
        """Return the range of a cell's drop-down (empty: none), and whether it is binding."""
        words = self._list_words(form, key)
        if not words:
            return "", False
        if words not in self._ranges:
            self._ranges[words] = "=" + write_choices(self._page, len(self._ranges), words)
        return self._ranges[words], form.heading_of(key).kind == "word"

    def finish(self) -> None:
        """Hide the sheet."""
        self._page.columns([200] * max(1, len(self._ranges)))
        self._page.hide()

    def _list_words(self, form: SheetForm, key: str) -> tuple[str, ...]:
        lang, heading = self.say.lang, form.heading_of(key)
        if form.entries and heading is form.columns[0]:
            return tuple(each[lang] for each in form.entries if each.of is None)
        if heading.words:
            return tuple(word[lang] for word in heading.words.values())
        if heading.kind in ("yes", "star"):
            return (self.say("book.word.yes"),)
        return tuple(dict.fromkeys(self._list_names(form.key, key)))

    def _list_names(self, sheet: str, key: str) -> Iterator[str]:
        """List the names that stand on other sheets and may be named here."""
        named = _REFERENCES.get((sheet, key))
        for row in self._sheets.get(named[0], ()) if named else ():
            if named and row.get(named[1]):
                yield row[named[1]]


_REFERENCES: Final = {
    ("questions", "category"): ("categories", "category"),
    ("questions", "choices"): ("choices", "set"),
    ("settings", "default choices"): ("choices", "set"),
    ("company", "choices"): ("choices", "set"),
    ("company", "exposure if unknown"): ("insurance", "exposure"),
    ("rules", "applies to"): ("categories", "category"),
    ("rules", "at most"): ("ranks", "rank"),
}


def _write_sheet(page: Page, form: SheetForm, rows: Sequence[Cells], lists: _Lists) -> None:
    lang = lists.say.lang
    columns = _choose_columns(form, rows)
    widths = [_width(form, column) for column in columns]
    page.columns(widths, folded=[at for at, each in enumerate(columns) if each.folded])
    heads = [form.write_heading(column.key, lang) for column in columns]
    page.headings(0, heads, HEAD, 26)
    for col, column in enumerate(columns):
        required = column.heading.required and column.key == column.heading.key
        page.text(0, col, heads[col], HEAD if required else {**HEAD, "bg_color": BLUE})
        page.note(0, col, describe_heading(column.heading, lists.say))
    for row, cells in enumerate(_list_lines(form, rows, lang), 1):
        _write_line(page, row, columns, cells, widths)
        for col, column in enumerate(columns):
            if note := lists.marks.get((form.key, row - 1, column.key)):
                _mark_cell(page, row, col, cells.get(column.key, ""), column, note)
    last = len(rows) + _SPARE_LINES.get(form.key, _USUAL_SPARE_LINES)
    for row in range(len(rows) + 1, last + 1):
        for col, column in enumerate(columns):
            page.blank(row, col, _look(column.heading))
    _add_choices(page, form, columns, last, lists)
    _add_entry_choices(page, form, rows, columns, lists)
    shown = sum(each.key in ("category", "no.", "question") for each in columns)
    page.freeze(1, min(shown, 3) if form.key == "questions" else 1)
    page.paper(landscape=True, header="", footer=f"&C&8{lists.say('sheet.footer.page')}")
    page.fit_width(repeat=(0, 0))
    page.tab(NAVY if any(rows) else BLUE)
    page.select(1, 0)


def _choose_columns(form: SheetForm, rows: Sequence[Cells]) -> list[_Column]:
    """List the columns: those that are filled or usual, then the others, folded."""
    filled = dict.fromkeys(key for row in rows for key in row)
    usual = [each for each in form.columns if each.key in filled or not (rows and each.telling)]
    wanted = [key for heading in usual for key in _list_keys(heading, form, filled)]
    main = _MAIN.get(form.key, ())
    shown = [
        key
        for key in wanted
        if key in filled or key in main or form.heading_of(key).required or not main
    ]
    rest = [key for key in wanted if key not in shown]
    return [
        *(_Column(key, form.heading_of(key), folded=False) for key in shown),
        *(_Column(key, form.heading_of(key), folded=True) for key in rest),
    ]


def _list_keys(heading: Heading, form: SheetForm, filled: Mapping[str, None]) -> Iterator[str]:
    """List the keys under a heading: itself, and what follows it or stands beside it."""
    if heading.of is None:
        yield heading.key
    for key in filled:
        if key != heading.key and form.heading_of(key) is heading:
            yield key


def describe_heading(heading: Heading, say: Wording) -> str:
    """Write what a heading means, what its default is, and an example."""
    lines = [heading.meaning[say.lang]]
    if heading.words:
        words = [word[say.lang] for word in heading.words.values()]
        lines.append(say("book.note.words", words=say("book.note.comma").join(words)))
    if heading.default:
        lines.append(say("book.note.default", default=heading.default[say.lang]))
    if heading.example:
        lines.append(say("book.note.example", example=heading.example[say.lang]))
    return "\n".join(lines)


def _list_lines(form: SheetForm, rows: Sequence[Cells], lang: Lang) -> Iterator[Cells]:
    """Yield the rows; beside a setting stands what it means, for people alone."""
    for row in rows:
        key = form.find_entry(row.get("item", "")) if form.key == "settings" else None
        yield {**row, "description": form.heading_of(key).meaning[lang]} if key else row


def _write_line(
    page: Page, row: int, columns: Sequence[_Column], cells: Cells, widths: Sequence[int]
) -> None:
    height = 20.0
    for col, column in enumerate(columns):
        text = cells.get(column.key, "")
        _write_cell(page, row, col, text, column, {})
        if text and not (_is_plain_number(text) and _holds_numbers(column, text)):
            room = column_room(widths[col], indent=1)
            height = max(height, row_height(text, room=room, size=10, padding=6))
    page.height(row, height)


def _mark_cell(page: Page, row: int, col: int, text: str, column: _Column, note: str) -> None:
    """Write a cell again, yellow and with a note that says why."""
    _write_cell(page, row, col, text, column, {"bg_color": UNFILLED})
    page.note(row, col, note)


def _write_cell(page: Page, row: int, col: int, text: str, column: _Column, more: Look) -> None:
    look = {**_look(column.heading), **more}
    if not text:
        page.blank(row, col, look)
    elif _is_plain_number(text) and _holds_numbers(column, text):
        page.number(row, col, float(text), {**look, "num_format": "General"})
    else:
        page.client_text(row, col, text, look)


def _holds_numbers(column: _Column, text: str) -> bool:
    return column.heading.kind in _NUMBERS or (column.key == "value" and len(text) < 7)


def _is_plain_number(text: str) -> bool:
    """Whether a number is shown as it is written."""
    try:
        number = float(text)
    except ValueError:
        return False
    return text == (str(int(number)) if number.is_integer() else str(number))


def _look(heading: Heading) -> Look:
    if heading.kind in ("free", "colour"):  # the fill of a cell is its colour
        return {**CELL, **INSET}
    if heading.kind in ("yes", "star", "word", *_NUMBERS):
        return {**FIELD, **CENTER, "num_format": "General"}
    return {**FIELD, **INSET, "valign": "vcenter", "num_format": "@"}


def _width(form: SheetForm, column: _Column) -> int:
    heading = column.heading
    plain = strip_language(column.key)
    if (heading is form.columns[0] and form.key != "questions") or plain in _SHORT:
        return _NAMES
    return _WIDTHS.get(heading.kind, _NARROW if heading.kind != "word" else 120)


def _add_choices(
    page: Page, form: SheetForm, columns: Sequence[_Column], last: int, lists: _Lists
) -> None:
    for col, column in enumerate(columns):
        source, binding = lists.find_source(form, column.key)
        if source and form.key != "texts":
            for row in range(1, last + 1):
                _add_choice(page, row, col, source, lists.say, binding=binding)


def _add_entry_choices(
    page: Page,
    form: SheetForm,
    rows: Sequence[Cells],
    columns: Sequence[_Column],
    lists: _Lists,
) -> None:
    """Put the words of a setting on its value."""
    col = next((at for at, each in enumerate(columns) if each.key == "value"), None)
    for row, cells in enumerate(rows, 1):
        key = form.find_entry(cells.get("item", ""))
        if key and col is not None:
            source, binding = lists.find_source(form, key)
            if source:
                _add_choice(page, row, col, source, lists.say, binding=binding)


def _add_choice(
    page: Page, row: int, col: int, source: str, say: Wording, *, binding: bool
) -> None:
    messages = {
        "error_title": say("book.choice.title"),
        "error_message": say("book.choice.text"),
    }
    page.rule(row, col, {"validate": "list", "source": source, "show_error": binding, **messages})


def _write_guide(page: Page, forms: Sequence[SheetForm], say: Wording) -> None:
    """Write the first page: how the workbook is filled in, and what each sheet is for."""
    page.columns(_GUIDE_WIDTHS)
    write_title(page, say("book.guide.title"), 1)
    write_lead(page, say("book.guide.lead"), 1)
    page.text(4, 0, say("book.guide.column.sheet"), HEAD)
    page.text(4, 1, say("book.guide.column.about"), HEAD)
    page.height(4, 24)
    for row, form in enumerate(forms, 5):
        target = f"internal:'{form[say.lang]}'!A1"
        page.link(row, 0, target, form[say.lang], {**CELL, **INSET, "font_color": BLUE})
        page.text(row, 1, form.about[say.lang], {**CELL, **INSET})
        page.height(row, 24)
    page.paper(landscape=False, header="", footer="")
    page.fit_width()
    page.select(0, 0)
