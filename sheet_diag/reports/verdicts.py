"""Caps and final rank by formulas: each cap a line, then base rank, worst cap, and the rank."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.celltext import quoted
from sheet_diag.figures import shown_figure
from sheet_diag.model.basics import Rank
from sheet_diag.reports.caprules import CapKind, CapLine
from sheet_diag.reports.cells import Span, cell
from sheet_diag.reports.criteria import Criteria
from sheet_diag.reports.letter import Letter
from sheet_diag.reports.readings import Reading, Readings
from sheet_diag.style import BOLD, CELL, CENTER, HEAD, INSET, PALE, Look
from sheet_diag.workbook import Page

ROWS: Final = ("score", "base", "cap", "rank", "strict")  # of the verdict, in order

_RULE: Final = (0, 2)
_LIMIT, _COUNT, _NEEDED, _AT_MOST, _APPLIED, _COUNT_UPPER, _APPLIED_UPPER = range(3, 10)
_VALUE, _UPPER = 3, 4
_FIGURE: Final[Look] = {**CELL, **CENTER}
_RESULT: Final[Look] = {**_FIGURE, **BOLD}
_LINE: Final = 18.0  # points
_HEAD: Final[Look] = {**HEAD, "font_size": 9}


def truncated(value: str) -> str:
    """The formula of a number cut after its first decimal, a hair below a tenth included."""
    return f"TRUNC(ROUND(10*{value},9))/10"


@dataclass(frozen=True, slots=True)
class Frame:
    """What both tables are written on and from."""

    page: Page
    letter: Letter
    readings: Readings
    sheet: str

    @property
    def none(self) -> str:
        """What stands where no cap applies."""
        return self.letter.say("report.none")


@dataclass(frozen=True, slots=True)
class Capping:
    """What caps look at: columns of the categories, and formulas that count critical items worth
    nothing. `given` is sheet and header row of the table whose limits hold here too."""

    scores: Span
    uppers: Span
    weights: Span
    shares: Span
    missed: tuple[str, str]
    given: tuple[str, int] | None


@dataclass(frozen=True, slots=True)
class Deciding:
    """What the verdict follows from; pairs are of record and of the upper bound."""

    exact: tuple[Span, Span]
    caps: tuple[Span, Span] | None
    criteria: Criteria
    strict: str


def write_caps(frame: Frame, top: int, capping: Capping) -> tuple[Span, Span] | None:
    """Write the table; returns the cells of the ranks that cap, of record and of the upper bound,
    None where the catalogue has no caps."""
    page, say, lines = frame.page, frame.letter.say, frame.readings.lines
    page.height(top - 1, 8)
    keys = ("limit", "count", "needed", "at_most", "applied", "count.upper", "applied.upper")
    page.merged(top, *_RULE, say("calculation.caps"), {**_HEAD, "align": "left", **INSET})
    for column, key in enumerate(keys, _LIMIT):
        page.text(top, column, say(f"calculation.caps.{key}"), _HEAD)
    page.height(top, 34)
    if not lines:
        page.merged(top + 1, 0, _APPLIED_UPPER, say("calculation.caps.none"), {**CELL, **INSET})
        page.height(top + 1, _LINE)
        return None
    for row, line in enumerate(lines, top + 1):
        _write_line(frame, row, line, capping, row - top)
    last = top + len(lines)
    applied = (_APPLIED, _APPLIED_UPPER)
    record, upper = (Span(frame.sheet, column, top + 1, last) for column in applied)
    return record, upper


def _write_line(frame: Frame, row: int, line: CapLine, capping: Capping, number: int) -> None:
    page, say = frame.page, frame.letter.say
    page.height(row, _LINE)
    page.merged(row, *_RULE, line.words(say), {**CELL, **INSET, "font_size": 9})
    share = {**_FIGURE, "num_format": "0%" if line.kind is CapKind.NA else "0.##"}
    limits = (
        (_LIMIT, None if line.limit is None else float(line.limit), share),
        (_NEEDED, line.needed, _FIGURE),
        (_AT_MOST, line.at_most.value, _FIGURE),
    )
    for column, value, look in limits:
        _write_limit(frame, row, column, value, look, capping, number)
    readings = (frame.readings.record, frame.readings.upper)
    places = ((_COUNT, _APPLIED), (_COUNT_UPPER, _APPLIED_UPPER))
    for which, (reading, columns) in enumerate(zip(readings, places, strict=True)):
        count = _count(row, line, capping, which, frame.sheet)
        page.formula(row, columns[0], f"={count}", _FIGURE, reading.count(line))
        formula = _applied(row, line, columns[0], frame)
        page.formula(row, columns[1], formula, _RESULT, _letter(reading.applied(line), frame))


def _write_limit(
    frame: Frame,
    row: int,
    column: int,
    value: float | str | None,
    look: Look,
    capping: Capping,
    number: int,
) -> None:
    page = frame.page
    if value is None:
        page.text(row, column, frame.none, look)
    elif capping.given:
        there = cell(capping.given[0], capping.given[1] + number, column)
        page.formula(row, column, f"={there.seen_from(frame.sheet)}", look, value)
    elif isinstance(value, str):
        page.text(row, column, value, look)
    else:
        page.number(row, column, value, look)


def _count(row: int, line: CapLine, capping: Capping, which: int, sheet: str) -> str:
    limit = cell(sheet, row, _LIMIT)
    scores = (capping.scores, capping.uppers)[which]
    match line.kind:
        case CapKind.CRITICAL:
            return capping.missed[which]
        case CapKind.NA:
            return (
                f"SUMPRODUCT(({capping.weights}>0)*(ROUND({capping.shares},10)>ROUND({limit},10)))"
            )
        case CapKind.CATEGORY if line.follower:
            lower = cell(sheet, row + 1, _LIMIT)
            within = f"({scores}<{limit})*({scores}>={lower})"
            return f"SUMPRODUCT(({capping.weights}>0)*{within})"
        case CapKind.CATEGORY | CapKind.CATEGORIES:
            return f"SUMPRODUCT(({capping.weights}>0)*({scores}<{limit}))"


def _applied(row: int, line: CapLine, column: int, frame: Frame) -> str:
    count, needed = cell(frame.sheet, row, column), cell(frame.sheet, row, _NEEDED)
    condition = f"{count}>={needed}"
    if line.kind is CapKind.CRITICAL and line.follower:
        stronger = cell(frame.sheet, row + 1, _NEEDED)
        condition = f"AND({condition},{count}<{stronger})"
    return f"=IF({condition},{cell(frame.sheet, row, _AT_MOST)},{quoted(frame.none)})"


def _letter(rank: Rank | None, frame: Frame) -> str:
    return rank.value if rank else frame.none


def write_verdict(frame: Frame, top: int, deciding: Deciding) -> None:
    """Write score, base rank, cap and rank of both readings, and the strict score."""
    page, say, scores = frame.page, frame.letter.say, frame.readings.scores
    page.height(top - 1, 8)
    head = {**_HEAD, "align": "left", **INSET}
    page.merged(top, *_RULE, say("calculation.verdict"), head)
    page.text(top, _VALUE, say("calculation.verdict.now"), _HEAD)
    page.text(top, _UPPER, say("calculation.verdict.upper"), _HEAD)
    page.height(top, 22 + 12)
    for row, key in enumerate(ROWS, top + 1):
        look = {**CELL, **INSET, **(BOLD | {"bg_color": PALE} if key == "rank" else {})}
        page.merged(row, *_RULE, say(f"calculation.verdict.{key}"), look)
        page.height(row, _LINE)
    for which, reading in enumerate((frame.readings.record, frame.readings.upper)):
        _write_reading(frame, top + 1, which, reading, deciding)
    row = top + len(ROWS)
    look = {**_FIGURE, "num_format": "0.0"}
    page.formula(row, _VALUE, f"={truncated(deciding.strict)}", look, shown_figure(scores.strict))
    page.blank(row, _UPPER, _FIGURE)


def _write_reading(
    frame: Frame, row: int, which: int, reading: Reading, deciding: Deciding
) -> None:
    page, column, sheet = frame.page, (_VALUE, _UPPER)[which], frame.sheet
    exact = str(deciding.exact[which])
    look = {**_FIGURE, "num_format": "0.0"}
    page.formula(row, column, f"={truncated(exact)}", look, shown_figure(reading.overall))
    ranks = deciding.criteria.ranks.seen_from(sheet)
    lows = deciding.criteria.rank_lows.seen_from(sheet)
    base = f"=INDEX({ranks},1+SUMPRODUCT(({lows}>{exact})*1))"
    page.formula(row + 1, column, base, _FIGURE, reading.base.value)
    none = quoted(frame.none)
    if deciding.caps is None:
        page.text(row + 2, column, frame.none, _FIGURE)
    else:
        caps = deciding.caps[which]
        fired = f"({caps}<>{none})"
        worst = f"CHAR(SUMPRODUCT(MAX({fired}*CODE({caps}))))"
        formula = f"=IF(SUMPRODUCT({fired}*1)=0,{none},{worst})"
        page.formula(row + 2, column, formula, _FIGURE, _letter(reading.cap, frame))
    above, cap = cell(sheet, row + 1, column), cell(sheet, row + 2, column)
    formula = f"=IF({cap}={none},{above},IF({cap}>{above},{cap},{above}))"
    look = {**_RESULT, "bg_color": PALE}
    page.formula(row + 3, column, formula, look, reading.rank.value)
