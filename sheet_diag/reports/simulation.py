"""改善シミュレーション: what score and rank would become, were open items answered otherwise.

The sheet is locked but for its drop-downs; it reads the record on 回答と採点 and never changes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.celltext import quoted
from sheet_diag.model.catalog import Item
from sheet_diag.reports import answers as record_of
from sheet_diag.reports import calculation as calc
from sheet_diag.reports import paper
from sheet_diag.reports.answers import FLAG, PROTECTED, Record
from sheet_diag.reports.calculation import Basis, Calculation, placed, write_calculation
from sheet_diag.reports.cells import Span
from sheet_diag.reports.dashboard import Dashboard, write_dashboard
from sheet_diag.reports.letter import Letter
from sheet_diag.reports.readings import Readings
from sheet_diag.reports.verdicts import truncated
from sheet_diag.style import (
    BODY,
    BOLD,
    CELL,
    CENTER,
    FIELD,
    HEAD,
    INSET,
    MIDDLE,
    NAVY,
    OK,
    SMALL,
    TITLE,
    Look,
)
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Book, Page, column_cell

ID, CATEGORY, TITLE_COLUMN, TODAY, CHOSEN, STAR, WEIGHT, VALUE, POINTS = range(9)
POINTS_TODAY, OPEN, GAIN, WAY = range(9, 13)
_WIDTHS: Final = (62, 100, 300, 100, 110, 44, 48, 56, 56, 56, 44, 76, 68)
_HEADS: Final = {
    ID: "outlook.item",
    CATEGORY: "report.answers.category",
    TITLE_COLUMN: "simulation.column.title",
    TODAY: "simulation.column.today",
    CHOSEN: "simulation.column.simulated",
    STAR: "report.answers.critical",
    WEIGHT: "report.answers.weight",
    VALUE: "report.answers.value",
    POINTS: "simulation.column.points.simulated",
    POINTS_TODAY: "simulation.column.points.today",
    OPEN: "report.answers.open",
    GAIN: "simulation.column.gain",
    WAY: "simulation.column.way",
}
_FIGURE: Final[Look] = {**CELL, **CENTER, "num_format": "0.0##"}
_GAIN: Final[Look] = {**CELL, **CENTER, "num_format": "+0.0;-0.0;0.0"}
_LAST: Final = len(_WIDTHS) - 1
_MOST_FROZEN: Final = 8  # categories: more would leave no room to scroll on a small screen


@dataclass(frozen=True, slots=True)
class Simulation:
    """Where the sheet's parts stand: rows of the open items, and the simulated result."""

    rows: dict[str, int]
    header: int
    result: Calculation


def write_simulation(book: Book, page: Page, letter: Letter, record: Record) -> Simulation | None:
    """Write the sheet; None where nothing is open."""
    page.columns(_WIDTHS)
    _write_head(page, letter)
    if not letter.report.diagnosis.open_items:
        text = letter.say("simulation.nothing")
        page.merged(1, 0, _LAST, text, {**BODY, **MIDDLE, "font_size": 11})
        page.height(1, 40)
        page.protect(PROTECTED)
        letter.print_setup(page, landscape=True)
        page.fit_width()
        return None
    top = 3
    header = top + Dashboard.rows(letter) + 1
    items = letter.report.diagnosis.open_items
    rows = {item: row for row, item in enumerate(items, header + 1)}
    simulation = Simulation(rows, header, placed(letter, page.name, header + len(rows) + 2))
    write_dashboard(book, page, Dashboard(top, record.result, simulation.result, letter))
    readings = Readings(letter.catalog, letter.report.diagnosis.scores)
    _Rows(page, simulation, record, letter, readings).write()
    page.height(simulation.result.top - 1, 12)
    basis = _basis(page.name, simulation, record, letter)
    write_calculation(page, simulation.result, basis, record.criteria, letter)
    _finish(page, simulation, letter)
    return simulation


def _write_head(page: Page, letter: Letter) -> None:
    say = letter.say
    page.merged(0, 0, _LAST, say("simulation.sheet"), TITLE)
    page.height(0, 30)
    if not letter.report.diagnosis.open_items:
        return
    ways = any(way.items for way in letter.report.diagnosis.ways)
    lines = [say("simulation.lead"), *([say("simulation.lead.ways")] if ways else [])]
    text, look = "\n".join(lines), {**BODY, **MIDDLE, "font_size": 9}
    page.merged(1, 0, _LAST, text, look)
    page.height(1, row_height(text, room=room(sum(_WIDTHS)), size=9, padding=2))
    page.height(2, 4)


@dataclass(frozen=True, slots=True)
class _Rows:
    """Writes the open items, a row each."""

    page: Page
    simulation: Simulation
    record: Record
    letter: Letter
    readings: Readings

    def write(self) -> None:
        page, header, say = self.page, self.simulation.header, self.letter.say
        page.height(header - 1, 6)
        for column, key in _HEADS.items():
            page.text(header, column, say(key), {**HEAD, "font_size": 9})
        page.height(header, 34)
        for name, row in self.simulation.rows.items():
            item = self.letter.catalog.items[name]
            self._texts(row, item)
            self._choice(row, item)
            self._figures(row, item)
        first, last = header + 1, header + len(self.simulation.rows)
        changed = f"=$E{first + 1}<>$D{first + 1}"
        for column in (CHOSEN, GAIN):
            look = {"font_color": OK, "bold": True}
            page.highlight((first, column, last, column), changed, look)

    def _texts(self, row: int, item: Item) -> None:
        page, say, lang = self.page, self.letter.say, self.letter.say.lang
        title, answer = item.comment.title[lang], self.letter.answer(item.id)
        category = self.letter.catalog.category_of[item.id].short[lang]
        page.text(row, ID, item.id, {**CELL, **CENTER})
        page.text(row, CATEGORY, category, {**CELL, **SMALL, **CENTER})
        page.text(row, TITLE_COLUMN, title, {**CELL, **INSET, "font_size": 9})
        page.client_text(row, TODAY, answer, {**CELL, **CENTER})
        star = say("report.answers.critical.mark") if item.critical else ""
        page.text(row, STAR, star, {**CELL, **CENTER, "font_color": NAVY})
        way = {**CELL, **CENTER, **BOLD, "font_color": NAVY}
        page.text(row, WAY, self.letter.way_marks(item.id), way)
        heights = (
            row_height(title, room=room(_WIDTHS[TITLE_COLUMN], indent=1), size=9, padding=5),
            row_height(answer, room=room(_WIDTHS[TODAY]), size=10, padding=5),
        )
        page.height(row, max(*heights, 24))

    def _choice(self, row: int, item: Item) -> None:
        say = self.letter.say
        look = {**CELL, **FIELD, **CENTER, **BOLD}
        self.page.client_text(row, CHOSEN, self.letter.answer(item.id), look)
        messages = {
            "error_title": say("simulation.choose.title"),
            "error_message": say("simulation.choose.error"),
        }
        source = f"={self.record.criteria.choices(item, self.page.name)}"
        self.page.choices(row, CHOSEN, source, messages)

    def _figures(self, row: int, item: Item) -> None:
        page, home, record = self.page, self.page.name, self.record
        none = quoted(self.letter.say("report.none"))
        score = self.readings.scores.items[item.id]
        at = {column: column_cell(row, column).replace("$", "") for column in range(_LAST + 1)}
        weight = f"={record.of(item.id, record_of.WEIGHT).seen_from(home)}"
        page.formula(row, WEIGHT, weight, {**CELL, **CENTER}, item.weight)
        value = record.criteria.value(item, at[CHOSEN], home, none)
        points = f"={at[WEIGHT]}*{at[VALUE]}"
        if item.na_allowed:
            points = f"=IF({at[VALUE]}={none},0,{at[WEIGHT]}*{at[VALUE]})"
        today = f"={record.of(item.id, record_of.POINTS).seen_from(home)}"
        earned = float(score.points or 0)
        for column, formula, now in (
            (VALUE, value, float(score.value or 0)),
            (POINTS, points, earned),
            (POINTS_TODAY, today, earned),
        ):
            page.formula(row, column, formula, _FIGURE, now)
        unanswered = record.criteria.unanswered(item, at[CHOSEN], home)
        page.formula(row, OPEN, unanswered, FLAG, float(item.id in self.readings.open_items))
        page.formula(row, GAIN, f"={self._gain(item, at, none)}", _GAIN, 0.0)

    def _gain(self, item: Item, at: dict[int, str], none: str) -> str:
        """What this change alone adds to the overall score: by the weight that its category then
        has, which 該当なし lessens."""
        category, result = self.letter.catalog.category_of[item.id].id, self.record.result
        weight, points, score, importance = (
            result.of(category, column).seen_from(self.page.name)
            for column in (calc.WEIGHT, calc.POINTS, calc.EXACT, calc.IMPORTANCE)
        )
        share = f"{importance}/{result.total(calc.IMPORTANCE).seen_from(self.page.name)}"
        earned = f"({points}+{at[POINTS]}-{at[POINTS_TODAY]})"
        left = f"({weight}-{at[WEIGHT]}*({at[VALUE]}={none}))" if item.na_allowed else weight
        cut = truncated(f"((100*{earned}/{left}-{score})*{share})")
        return f"IF({left}=0,{none},{cut})" if item.na_allowed else cut


def _basis(home: str, simulation: Simulation, record: Record, letter: Letter) -> Basis:
    """Today's sums, with what the drop-downs change. Every item that is not full is open, so all
    unanswered and all missed critical items are among the rows."""
    first, last = simulation.header + 1, simulation.header + len(simulation.rows)
    at = {column: str(Span(home, column, first, last)) for column in range(_LAST + 1)}
    none = quoted(letter.say("report.none"))
    sums = {}
    for name in simulation.result.order:
        short = simulation.result.of(name, calc.SHORT)
        mine = f"({at[CATEGORY]}={short})"
        out = f"SUMPRODUCT({mine}*({at[VALUE]}={none})*{at[WEIGHT]})"
        weight, points, left_out = (
            record.result.of(name, column).seen_from(home)
            for column in (calc.WEIGHT, calc.POINTS, calc.LEFT_OUT)
        )
        sums[name] = {
            calc.WEIGHT: f"{weight}-{out}",
            calc.POINTS: f"{points}+SUMPRODUCT({mine}*({at[POINTS]}-{at[POINTS_TODAY]}))",
            calc.LEFT_OUT: f"{left_out}+{out}",
            calc.OPEN: f"SUMPRODUCT({mine}*{at[OPEN]}*{at[WEIGHT]})",
        }
    star = quoted(letter.say("report.answers.critical.mark"))
    missed = f"({at[STAR]}={star})*({at[VALUE]}=0)"
    counts = f"SUMPRODUCT({missed})", f"SUMPRODUCT({missed}*({at[OPEN]}=0))"
    return Basis(sums, counts, record.result)


def _finish(page: Page, simulation: Simulation, letter: Letter) -> None:
    header = simulation.header
    page.protect(PROTECTED)
    if len(letter.catalog.categories) <= _MOST_FROZEN:
        page.freeze(header + 1)
    letter.print_setup(page, landscape=True)
    page.scale(paper.scale_for(sum(_WIDTHS)), repeat=(header, header))
    page.breaks([simulation.result.top], (0, 0, simulation.result.bottom, _LAST))
    page.select(0, 0)
