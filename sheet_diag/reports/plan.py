"""改善計画: everything that can still be improved, by urgency, for the client to plan with.

The client fills in the coloured columns; the sheet says whose it is, so that it can be read again
wherever it comes back. What was planned last time stands beside what is planned now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sheet_diag.figures import shown_figure
from sheet_diag.layout import PLAN_COLUMNS, PLAN_KEYS
from sheet_diag.model.catalog import Item
from sheet_diag.model.plan import PlanEntry
from sheet_diag.reports.letter import Letter
from sheet_diag.style import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    FIELD,
    HEAD,
    HEADING,
    INSET,
    MIDDLE,
    NAVY,
    SMALL,
    TITLE,
    Look,
)
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Page

# The columns from left to right, each with its width in pixels.
_WIDTHS: Final = {
    "id": 66,
    "category": 74,
    "priority": 60,
    "title": 176,
    "text": 380,
    "controls": 182,
    "gain": 62,
    "way": 66,
    "effort": 78,
    "owner": 92,
    "due": 84,
    "status": 72,
}
_PREVIOUS: Final = 132
_KEY: Final = 80  # each of the hidden columns that say whose plan it is
_NARROWED: Final = 60  # pixels that the texts leave to the previous plan
_CHOICES: Final = {
    "effort": ("small", "medium", "large"),
    "status": ("open", "begun", "done", "dropped"),
}
_ENTRY: Final[Look] = {**CELL, **FIELD, **MIDDLE, "font_size": 9}
_TEXT: Final[Look] = {**CELL, **INSET, "font_size": 9}


@dataclass(frozen=True, slots=True)
class _Table:
    """Where the columns stand, and what was planned last time by item."""

    at: Mapping[str, int]
    widths: Sequence[int]
    before: Mapping[str, PlanEntry]

    @property
    def last(self) -> int:
        return len(self.widths) - 1


def write_plan(page: Page, letter: Letter) -> None:
    """Write the page."""
    table = _table(letter)
    keys = [_KEY] * (2 * len(PLAN_KEYS))
    first_key = table.last + 1
    page.columns([*table.widths, *keys], hidden=range(first_key, first_key + len(keys)))
    _write_keys(page, first_key, letter)
    header = _write_head(page, table, letter)
    items = letter.report.diagnosis.open_items
    row = _write_table(page, header, table, letter) if items else header
    _write_done(page, row, table, letter)
    letter.print_setup(page, landscape=True)
    page.fit_width(repeat=(header, header) if items else None)
    page.select(0, 0)


def _table(letter: Letter) -> _Table:
    plan = letter.report.plan
    widths = dict(_WIDTHS)
    if plan:
        widths["text"] -= _NARROWED
        widths["previous"] = _PREVIOUS
    before = {entry.item: entry for entry in plan.entries} if plan else {}
    return _Table({name: at for at, name in enumerate(widths)}, [*widths.values()], before)


def _write_keys(page: Page, first: int, letter: Letter) -> None:
    sheet = letter.report.sheet
    values = (letter.report.number, sheet.identity.client or "", sheet.name)
    for place, (key, value) in enumerate(zip(PLAN_KEYS, values, strict=True)):
        page.text(0, first + 2 * place, key, {**BODY, "text_wrap": False})
        page.client_text(0, first + 2 * place + 1, value, {**BODY, "text_wrap": False})


def _write_head(page: Page, table: _Table, letter: Letter) -> int:
    """Title and lead; returns the row of the headings."""
    say, diagnosis = letter.say, letter.report.diagnosis
    page.merged(0, 0, table.last, say("plan.sheet"), TITLE)
    page.height(0, 32)
    if not diagnosis.open_items:
        page.merged(1, 0, table.last, say("plan.nothing"), BODY)
        page.height(1, 24)
        return 2
    ways = any(way.items for way in diagnosis.ways)
    key = "plan.lead.ways" if ways else "plan.lead.gain"
    text = "\n".join((say("plan.lead"), say("plan.lead.priority"), say(key)))
    look = {**BODY, **MIDDLE, "font_size": 9}
    page.merged(1, 0, table.last, text, look)
    page.height(1, row_height(text, room=room(sum(table.widths)), size=9, padding=6))
    page.height(2, 6)
    return 3


def _write_table(page: Page, header: int, table: _Table, letter: Letter) -> int:
    """One line an open item, the most urgent first; returns the row after the last."""
    for name, column in table.at.items():
        page.text(header, column, letter.say(f"plan.column.{name}"), {**HEAD, "font_size": 9})
    heads = {name: letter.say(f"plan.column.{name}") for name in table.at}
    page.height(header, max(34, _height(heads, table, indent=0)))
    items = letter.report.diagnosis.open_items
    for row, name in enumerate(items, header + 1):
        _write_item(page, row, letter.catalog.items[name], table, letter)
        _write_entries(page, row, table, letter)
    last = header + len(items)
    page.filter((header, 0, last, table.last))
    page.freeze(header + 1, 1)
    return last + 1


def _write_item(page: Page, row: int, item: Item, table: _Table, letter: Letter) -> None:
    say, lang, at = letter.say, letter.say.lang, table.at
    star = say("plan.key") if item.critical else ""
    texts = {
        "id": item.id,
        "category": letter.catalog.category_of[item.id].short[lang],
        "priority": say(f"plan.priority.{_priority(item, letter)}"),
        "title": f"{star}{item.comment.title[lang]}",
        "text": item.comment.text[lang],
        "controls": _controls(item, letter),
        "way": letter.way_marks(item.id),
    }
    looks: dict[str, Look] = {
        "category": {**CELL, **SMALL, **CENTER},
        "title": {**_TEXT, **BOLD, "font_color": NAVY},
        "text": _TEXT,
        "controls": {**_TEXT, "font_size": 8},
        "way": {**CELL, **CENTER, **BOLD, "font_color": NAVY},
    }
    for name, text in texts.items():
        page.text(row, at[name], text, looks.get(name, {**CELL, **CENTER, "font_size": 9}))
    gain = shown_figure(letter.report.diagnosis.gains.get(item.id, Fraction(0)))
    page.number(row, at["gain"], gain, {**CELL, **CENTER, "num_format": '"+"0.0'})
    if "previous" in at:
        texts["previous"] = _previous(table.before.get(item.id), letter)
        page.client_text(row, at["previous"], texts["previous"], {**_TEXT, "font_size": 8})
    page.height(row, _height(texts, table))


def _height(texts: Mapping[str, str], table: _Table, *, indent: int = 1) -> float:
    sizes = {"controls": 8.0, "previous": 8.0}
    return max(
        30,
        *(
            row_height(
                text,
                room=room(table.widths[table.at[name]], indent=indent),
                size=sizes.get(name, 9.0),
                padding=6,
            )
            for name, text in texts.items()
        ),
    )


def _write_entries(page: Page, row: int, table: _Table, letter: Letter) -> None:
    """The cells of the client. They are blank, so that whatever stands there later is his own."""
    say = letter.say
    title = {"error_title": say("plan.choose.title")}
    for name in PLAN_COLUMNS:
        look = {**_ENTRY, **CENTER}
        if name == "due":
            look["num_format"] = "yyyy/m/d"
        page.blank(row, table.at[name], look)
    for name, choices in _CHOICES.items():
        labels = [say(f"plan.{name}.{choice}") for choice in choices]
        message = {**title, "error_message": say("plan.choose.list")}
        page.rule(row, table.at[name], {"validate": "list", "source": labels, **message})
    # A month or a season is a fair answer, so anything else than a date is only asked about.
    day = {
        "validate": "date",
        "criteria": ">=",
        "value": letter.report.as_of.replace(month=1, day=1),
        "error_type": "warning",
        "error_message": say("plan.choose.day"),
    }
    page.rule(row, table.at["due"], {**day, **title})


def _priority(item: Item, letter: Letter) -> str:
    """高, 中 or 低, in the same order as the urgency of open items."""
    score = letter.report.diagnosis.scores.items[item.id]
    if item.critical and score.value == 0:
        return "high"
    largest = max(each.weight for each in letter.catalog.items.values())
    return "medium" if (score.lost or 0) >= Fraction(largest, 2) else "low"


def _controls(item: Item, letter: Letter) -> str:
    """The numbers of each standard, a line each."""
    say = letter.say
    numbers = {s: ", ".join(item.controls.get(s.id, ())) for s in letter.catalog.standards}
    return "\n".join(
        say("plan.control", standard=standard.name[say.lang], numbers=text)
        for standard, text in numbers.items()
        if text
    )


def _previous(entry: PlanEntry | None, letter: Letter) -> str:
    """What was planned last time, a line each."""
    say = letter.say
    entries: dict[str, str] = {c: str(getattr(entry, c)) for c in PLAN_COLUMNS} if entry else {}
    return "\n".join(
        say("plan.previous.line", label=say(f"plan.column.{column}"), text=text)
        for column, text in entries.items()
        if text
    )


def _write_done(page: Page, row: int, table: _Table, letter: Letter) -> None:
    """What was planned and is open no more; its text leaves the columns of the client alone."""
    say, catalog = letter.say, letter.catalog
    open_items = set(letter.report.diagnosis.open_items)
    done = [entry for name, entry in table.before.items() if name not in open_items]
    if not done:
        return
    page.height(row, 10)
    page.merged(row + 1, 0, table.last, say("plan.done.heading"), HEADING)
    page.height(row + 1, 24)
    for line, entry in enumerate(done, row + 2):
        item = catalog.items.get(entry.item)
        category = catalog.category_of[item.id].short[say.lang] if item else ""
        texts: dict[str, tuple[tuple[int, int], str]] = {
            "title": ((2, 3), item.comment.title[say.lang] if item else ""),
            "text": ((4, 4), _result(entry, letter)),
            "previous": ((5, table.last), _previous(entry, letter).replace("\n", "　")),
        }
        page.client_text(line, 0, entry.item, {**CELL, **CENTER, "font_size": 9})
        page.text(line, 1, category, {**CELL, **SMALL, **CENTER})
        for columns, text in texts.values():
            page.merged_client(line, *columns, text, _TEXT)
        page.height(line, max(24, *(_needed(page, *each) for each in texts.values())))


def _needed(page: Page, columns: tuple[int, int], text: str) -> float:
    return row_height(text, room=room(page.span(*columns), indent=1), size=9, padding=6)


def _result(entry: PlanEntry, letter: Letter) -> str:
    """Why a planned measure is open no more."""
    if entry.item not in letter.catalog.items:
        return letter.say("plan.done.gone")
    value = letter.report.diagnosis.scores.items[entry.item].value
    key = "plan.done.left_out" if value is None else "plan.done.text"
    return letter.say(key, answer=letter.answer(entry.item))
