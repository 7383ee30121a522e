"""The consultant's workbook: answers that he sets, meanings of words, files, and comments.

Blank, or with the lines that stand in it and those that are to be decided. Its tables are found by
their headings, and read, in `sheet_diag.intake.overrides`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from sheet_diag.forms.hearing_sheet.content import ENTRY_LOOK
from sheet_diag.forms.layout import (
    FIXED_CREATED,
    LISTS_SHEET,
    OVERRIDE_REFERENCES,
    OVERRIDE_TABLES,
)
from sheet_diag.forms.page_writer import (
    FormContext,
    set_paper,
    write_choices,
    write_lead,
    write_title,
)
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.overrides import OverrideLine, OverrideLines
from sheet_diag.model.settings import Issuer
from sheet_diag.text.normalize import item_key
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import column_cell, fixed_cell
from sheet_diag.xlsx.theme import (
    BLUE,
    CENTER,
    CENTERED,
    CENTERED_MUTED,
    HEAD,
    INSET,
    NAVY,
    PAPER,
    SMALL,
    TEXT,
    UNFILLED,
)

_HEADER: Final = 4  # zero-based, as the rows below
_LINES: Final = 100  # prepared; more may be written below them
_SPARE_LINES: Final = 50  # prepared below the lines that are there already
_LEAST: Final = 24.0  # points: the height of a row
# The columns of each table from left to right, with their widths in pixels.
_WIDTHS: Final = {
    "amendments": {
        "client": 120, "company": 160, "item": 98, "question": 180, "found": 280, "after": 106,
        "reason": 240, "by": 100,
    },
    "words": {"word": 250, "meaning": 140, "reason": 472, "set_by": 110},
    "assignments": {"file": 330, "company": 190, "found": 330, "client": 220},
    "selections": {"client": 130, "company": 190, "file": 300, "found": 290, "reason": 280},
    "remarks": {"client": 210, "text": 652, "comment_by": 110},
}  # fmt: skip
_CENTERED: Final = ("item", "after", "by", "meaning", "set_by", "comment_by")
# What a line is about, and the cell in which that is decided.
_WAITING: Final = {"amendments": ("item", "after"), "assignments": ("file", "client")}
_REFERENCE: Final = {**TEXT, **SMALL, "bg_color": PAPER}
_ITEM_WIDTHS: Final = (80, 110, 640, 90)
_NO_LINES: Final[OverrideLines] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Lists:
    """The ranges of the drop-downs: item numbers, all answers, those of each item by `item_key`."""

    items: str
    answers: str
    offered: Mapping[str, str]
    left_out: str


def make_overrides_workbook(
    catalog: Catalog, lang: Lang, issuer: Issuer, lines: OverrideLines = _NO_LINES
) -> bytes:
    """Make the workbook with these lines. The same arguments give the same bytes."""
    context = FormContext(catalog, issuer, Wording(lang))
    book = Book(
        title=context.say("overrides.title"),
        author=issuer.name,
        created=FIXED_CREATED,
        subject=catalog.id,
    )
    pages = {key: book.page(context.say(f"overrides.sheet.{key}")) for key in OVERRIDE_TABLES}
    items = _write_items(book.page(context.say("overrides.sheet.items")), context)
    lists = _write_lists(book, context, items)
    for key, page in pages.items():
        _write_table(page, key, context, lines.get(key, ()), lists)
    pages["amendments"].open_here()
    return book.bytes()


def _write_items(page: Page, context: FormContext) -> str:
    """Write the questions to look up; return the range of their numbers."""
    say, lang = context.say, context.say.lang
    page.columns(_ITEM_WIDTHS)
    write_title(page, say("overrides.sheet.items"), 3)
    write_lead(page, say("overrides.items.lead"), 3)
    for column, key in enumerate(("number", "category", "question", "left_out")):
        page.text(_HEADER, column, say(f"overrides.items.{key}"), HEAD)
    page.height(_HEADER, 26)
    items = [(category, item) for category in context.catalog.categories for item in category.items]
    for row, (category, item) in enumerate(items, _HEADER + 1):
        offered = say("overrides.items.left_out.offered") if item.na_allowed else ""
        question = item.question[lang]
        page.text(row, 0, item.id, CENTERED)
        page.text(row, 1, category.short[lang], CENTERED_MUTED)
        page.text(row, 2, question, TEXT)
        page.text(row, 3, offered, CENTERED_MUTED)
        width = column_room(_ITEM_WIDTHS[2], indent=1)
        page.height(row, max(_LEAST, row_height(question, room=width, size=10, padding=6)))
    last = _HEADER + len(items)
    page.filter((_HEADER, 0, last, len(_ITEM_WIDTHS) - 1))
    _finish_page(page, context)
    return f"='{page.name}'!{fixed_cell(_HEADER + 1, 0)}:{fixed_cell(last, 0)}"


def _write_lists(book: Book, context: FormContext, items: str) -> _Lists:
    """Write what the drop-downs offer, each list once, on a hidden sheet."""
    page, catalog = book.page(LISTS_SHEET), context.catalog
    lang = context.say.lang
    sets = catalog.answer_sets.values()
    every = tuple(dict.fromkeys(choice.label[lang] for choices in sets for choice in choices))
    of_item = {
        item.id: tuple(choice.label[lang] for choice in catalog.offered(item))
        for item in catalog.items.values()
    }
    left_out = (context.say("overrides.left_out"),)
    columns = list(dict.fromkeys((every, left_out, *of_item.values())))
    ranges = {labels: f"={write_choices(page, at, labels)}" for at, labels in enumerate(columns)}
    page.columns([160] * len(columns))
    page.hide()
    offered = {item_key(item): ranges[labels] for item, labels in of_item.items()}
    return _Lists(items, ranges[every], offered, ranges[left_out])


def _write_table(
    page: Page, key: str, context: FormContext, lines: Sequence[OverrideLine], lists: _Lists
) -> None:
    """Write headings, the lines, and blank ones below them; what is for reference looks so."""
    say, widths = context.say, _WIDTHS[key]
    last_column = len(widths) - 1
    page.columns(list(widths.values()))
    write_title(page, say(f"overrides.sheet.{key}"), last_column)
    write_lead(page, say(f"overrides.{key}.lead"), last_column)
    looks = {}
    for at, column in enumerate(widths):
        is_reference = column in OVERRIDE_REFERENCES.get(key, ())
        head = {**HEAD, "bg_color": BLUE} if is_reference else HEAD
        page.text(_HEADER, at, say(f"overrides.column.{column}"), head)
        entry = {**ENTRY_LOOK, **(CENTER if column in _CENTERED else INSET)}
        looks[column] = _REFERENCE if is_reference else entry
    page.height(_HEADER, 26)
    end = _HEADER + 1 + max(_LINES, len(lines) + _SPARE_LINES)
    for row in range(_HEADER + 1, end):
        at = row - _HEADER - 1
        line = lines[at] if at < len(lines) else {}
        height = _LEAST
        for col, (column, width) in enumerate(widths.items()):
            text, look = line.get(column, ""), looks[column]
            page.client_text(row, col, text, look)
            room = column_room(width, indent=look.get("indent", 0))
            size = look.get("font_size", 10)
            height = max(height, row_height(text, room=room, size=size, padding=6))
            _add_choices(page, (row, col), (key, column), line, context, lists)
        page.height(row, height)
    if key in _WAITING:
        _highlight_open(page, key, end - 1)
    _finish_page(page, context)


def _highlight_open(page: Page, key: str, last: int) -> None:
    """Colour the cell that is blank in a line that stands for something to be decided."""
    columns = list(_WIDTHS[key])
    about, decided = (columns.index(column) for column in _WAITING[key])
    first = _HEADER + 1
    filled, blank = column_cell(first, about), column_cell(first, decided)
    formula = f'=AND({filled}<>"",{blank}="")'
    page.highlight((first, decided, last, decided), formula, {"bg_color": UNFILLED})


def _add_choices(
    page: Page,
    at: tuple[int, int],
    column: tuple[str, str],
    line: OverrideLine,
    context: FormContext,
    lists: _Lists,
) -> None:
    """Add the drop-down of a cell, where its column has one."""
    match column:
        case _, "item":
            key, source = "item", lists.items
        case _, "after":
            key = "answer"
            source = lists.offered.get(item_key(line.get("item", "")), lists.answers)
        case _, "meaning":
            key, source = "answer", lists.answers
        case "assignments", "client":  # any client may be typed instead
            page.rule(*at, {"validate": "list", "source": lists.left_out, "show_error": False})
            return
        case _:
            return
    messages = {
        "error_title": context.say("overrides.choose.title"),
        "error_message": context.say(f"overrides.choose.{key}"),
    }
    page.choices(*at, source, messages)


def _finish_page(page: Page, context: FormContext) -> None:
    page.freeze(_HEADER + 1)
    set_paper(page, context, landscape=True)
    page.fit_width(repeat=(_HEADER, _HEADER))
    page.select(_HEADER + 1, 0)
    page.tab(NAVY)
