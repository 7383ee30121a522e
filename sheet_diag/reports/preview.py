"""The workbook that shows what a catalogue does with simulated returns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from sheet_diag.diagnosis.occurrence import Absence, Matter, compute_reach, find_absences
from sheet_diag.diagnosis.simulation import SimulatedReturn
from sheet_diag.forms.layout import FIXED_CREATED
from sheet_diag.forms.page_writer import write_lead, write_title
from sheet_diag.model.catalog import Catalog
from sheet_diag.text.numbers import truncate_score
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.rank_colours import rank_colours
from sheet_diag.xlsx.theme import (
    BOLD,
    CELL,
    CENTER,
    HEAD,
    HEADING,
    INSET,
    MIDDLE,
    PROGRESS_BAR,
    Look,
)

_WIDTHS: Final = (150, 110, 110, 110, 320)
_LAST: Final = len(_WIDTHS) - 1
_TEXT: Final[Look] = {**CELL, **INSET, **MIDDLE}
_NUMBER: Final[Look] = {**CELL, **CENTER, "num_format": "0"}
_SCORE: Final[Look] = {**CELL, **CENTER, "num_format": "0.0"}
_BAR: Final = {"type": "data_bar", "bar_color": PROGRESS_BAR, "bar_solid": True, "min_type": "num"}


@dataclass(slots=True)
class _Sheet:
    """The page, and the row that comes next."""

    page: Page
    catalog: Catalog
    returns: Sequence[SimulatedReturn]
    say: Wording
    row: int = 4

    def section(self, key: str, *heads: str) -> None:
        """Write the heading of a section and those of its columns; the last is wide."""
        self.page.height(self.row, 8)
        self.page.merged(self.row + 1, 0, _LAST, self.say(f"preview.section.{key}"), HEADING)
        self.page.height(self.row + 1, 22)
        self.row += 2
        self.heads(*heads)

    def heads(self, *heads: str) -> None:
        """Write the headings of a table, each over as many columns as its cells take."""
        for col, key in enumerate(heads[:-1]):
            self.page.text(self.row, col, self.say(f"preview.column.{key}"), HEAD)
        last = self.say(f"preview.column.{heads[-1]}")
        self.page.merged(self.row, len(heads) - 1, _LAST, last, HEAD)
        self.page.height(self.row, 20)
        self.row += 1

    def paragraph(self, text: str) -> None:
        """Write a line of text over the whole width."""
        self.page.merged(self.row, 0, _LAST, text, _TEXT)
        self.page.height(self.row, _height(text, sum(_WIDTHS)))
        self.row += 1


def make_preview_workbook(
    catalog: Catalog, returns: Sequence[SimulatedReturn], say: Wording
) -> bytes:
    """Make the workbook."""
    book = Book(title=say("preview.title"), author="", created=FIXED_CREATED)
    page = book.page(say("preview.sheet"))
    page.columns(_WIDTHS)
    write_title(page, say("preview.title"), _LAST)
    lead = say("preview.lead", title=catalog.title[say.lang], count=len(returns))
    write_lead(page, lead, _LAST)
    sheet = _Sheet(page, catalog, returns, say)
    _write_ranks(sheet)
    _write_categories(sheet)
    _write_absences(sheet)
    page.paper(landscape=False, header="", footer=f"&C&8{say('sheet.footer.page')}")
    page.fit_width()
    page.select(0, 0)
    return book.bytes()


def _write_ranks(sheet: _Sheet) -> None:
    """Write how many returns got each rank, and what can be reached at all."""
    page, say = sheet.page, sheet.say
    counts = Counter(each.scores.rank for each in sheet.returns)
    colours = rank_colours(sheet.catalog)
    sheet.section("ranks", "rank", "count", "share", "bar")
    first = sheet.row
    for rank in (*sheet.catalog.ranks, None):
        count = counts[rank]
        look: Look = {**_TEXT, **BOLD, **CENTER}
        if rank is not None:
            look |= {"bg_color": colours[rank].fill, "font_color": colours[rank].on_fill}
        page.text(sheet.row, 0, str(rank) if rank is not None else say("preview.held"), look)
        page.number(sheet.row, 1, count, _NUMBER)
        share = count * 100 / max(1, len(sheet.returns))
        page.number(sheet.row, 2, share, {**_SCORE, "num_format": '0.0"%"'})
        page.merged(sheet.row, 3, _LAST, "", _TEXT)
        page.number(sheet.row, 3, count, {**_TEXT, "num_format": ";;;"})
        page.height(sheet.row, 20)
        sheet.row += 1
    page.shade((first, 3, sheet.row - 1, 3), {**_BAR, "min_value": 0})
    reach = compute_reach(sheet.catalog)
    best, worst = (
        say("preview.held") if each is None else each for each in (reach.best, reach.worst)
    )
    sheet.paragraph(say("preview.reach", best=best, worst=worst))


def _write_categories(sheet: _Sheet) -> None:
    """Write the mean of each category over the returns to which it applies."""
    page = sheet.page
    sheet.section("categories", "category", "mean", "lowest", "highest", "applies")
    for category in sheet.catalog.scored_categories:
        found = [each.scores.categories[category.id].score for each in sheet.returns]
        scores = [score for score in found if score is not None]
        page.client_text(sheet.row, 0, category.name[sheet.say.lang], _TEXT)
        figures = (_mean(scores), min(scores), max(scores)) if scores else (None, None, None)
        for col, figure in enumerate(figures, 1):
            if figure is None:
                page.blank(sheet.row, col, _SCORE)
            else:
                page.number(sheet.row, col, truncate_score(figure), _SCORE)
        page.text(sheet.row, _LAST, sheet.say("preview.applies", count=len(scores)), _TEXT)
        page.height(sheet.row, _height(category.name[sheet.say.lang], _WIDTHS[0]))
        sheet.row += 1


def _mean(scores: Sequence[Fraction]) -> Fraction:
    return sum(scores, Fraction(0)) / len(scores)


def _write_absences(sheet: _Sheet) -> None:
    """Write what occurred in none of the returns."""
    page, say = sheet.page, sheet.say
    sheet.section("absences", "matter", "what")
    absences = list(find_absences(sheet.catalog, sheet.returns))
    if not absences:
        sheet.paragraph(say("preview.none"))
    for each in sorted(absences, key=lambda found: list(Matter).index(found.matter)):
        text = _describe(each, sheet.catalog, say)
        text += say("preview.never" if each.is_certain else "preview.absent")
        page.text(sheet.row, 0, say(f"preview.matter.{each.matter.value}"), _TEXT)
        page.merged_client(sheet.row, 1, _LAST, text, _TEXT)
        page.height(sheet.row, _height(text, sum(_WIDTHS[1:])))
        sheet.row += 1


def _describe(absence: Absence, catalog: Catalog, say: Wording) -> str:
    """Name what did not occur."""
    first = absence.about[0]
    match absence.matter:
        case Matter.CAP if absence.rule:
            rule = absence.rule
            what = say(f"calculation.caps.{rule.kind}", **rule.figures)
            return say("preview.what.cap", rule=what, rank=rule.at_most)
        case Matter.GATE:
            return say(f"preview.what.gate.{first}", limit=absence.about[1])
        case Matter.COMMENT | Matter.CONDITION:
            topic = catalog.items[first].topic[say.lang]
            return say("preview.what.item", id=first, topic=topic)
        case _:
            return say("preview.what.names", names=say("book.note.comma").join(absence.about))


def _height(text: str, width: int) -> float:
    return max(20.0, row_height(text, room=column_room(width, indent=1), size=10, padding=6))
