"""Live progress by category, and the check before sending: formulas over the other sheets.

Every formula is stored with its value for what stands there now, because not every viewer
calculates.
"""

from __future__ import annotations

from dataclasses import dataclass

from sheet_diag.forms.hearing_sheet.content import QuestionRows, RowRange, SheetContent
from sheet_diag.forms.hearing_sheet.entry_states import (
    UNCOUNTED,
    EntryState,
    EntryStates,
    find_entry_states,
    has_other_states,
    wrong_words,
)
from sheet_diag.forms.layout import (
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QuestionColumn,
    cell_name,
)
from sheet_diag.forms.page_writer import COVER_LAST_COLUMN, COVER_WIDTHS, RowWriter
from sheet_diag.model.catalog import Category, ProfileField
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import column_cell, fixed_cell
from sheet_diag.xlsx.theme import (
    ALERT,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    INSET,
    NAVY,
    OK,
    OK_PALE,
    PALE,
    PROGRESS_BAR,
    Look,
)


def write_progress(writer: RowWriter, places: QuestionRows) -> None:
    """Write both sections."""
    states = find_entry_states(writer.content)
    _write_check(writer, places, states, _write_progress(writer, places, states))


@dataclass(frozen=True, slots=True)
class _TotalCells:
    """The cells of the total line: questions that are answered, and all."""

    answered: str
    total: str


def _write_progress(writer: RowWriter, places: QuestionRows, states: EntryStates) -> _TotalCells:
    say, page, catalog = writer.say, writer.page, writer.content.catalog
    writer.heading("sheet.cover.progress")
    heads = (
        "sheet.column.category",
        *(f"sheet.cover.progress.{x}" for x in ("answered", "total", "share")),
    )
    for column, key in enumerate(heads):
        page.text(writer.row, column, say(key), HEAD)
    page.height(writer.row, 20)
    first = writer.row + 1
    for row, category in enumerate(catalog.categories, first):
        _write_progress_line(writer, row, category, places, states.count(category))
    total = first + len(catalog.categories)
    counts = [states.count(category) for category in catalog.categories]
    answered, asked = (sum(each) for each in zip(*counts, strict=True))
    page.text(
        total, 0, say("sheet.cover.progress.all"), {**CELL, **INSET, **BOLD, "bg_color": PALE}
    )
    for column, value in ((1, answered), (2, asked)):
        area = f"{cell_name(first, column)}:{cell_name(total - 1, column)}"
        look = {**CELL, **CENTER, **BOLD, "bg_color": PALE}
        page.formula(total, column, f"=SUM({area})", look, value)
    _write_share(page, total, (answered, asked), {"bg_color": PALE, **BOLD})
    page.height(total, 18)
    bar = {
        "type": "data_bar",
        "bar_color": PROGRESS_BAR,
        "bar_solid": True,
        "min_type": "num",
        "min_value": 0,
    }
    page.shade((first, 3, total, 3), {**bar, "max_type": "num", "max_value": 1})
    writer.row = total + 1
    return _TotalCells(fixed_cell(total, 1), fixed_cell(total, 2))


def _write_progress_line(
    writer: RowWriter, row: int, category: Category, places: QuestionRows, counts: tuple[int, int]
) -> None:
    page, lang = writer.page, writer.say.lang
    page.text(row, 0, category.short[lang], {**CELL, **INSET})
    look = {**CELL, **CENTER}
    formulas = _count_formulas(writer.content, places.categories[category.id])
    for column, (formula, value) in enumerate(zip(formulas, counts, strict=True), 1):
        page.formula(row, column, f"=SUMPRODUCT({formula})", look, value)
    _write_share(page, row, counts, {})
    page.height(row, 18)


def _count_formulas(content: SheetContent, band: RowRange) -> tuple[str, str]:
    """Spell what counts the answered questions, and all that are asked."""
    ids = f'({_column_range(content, band, QuestionColumn.ID)}<>"")'
    if not has_other_states(content.catalog):
        answers = _column_range(content, band, QuestionColumn.ANSWER)
        return f'{ids}*({answers}<>"")', f"{ids}*1"
    checks = _column_range(content, band, QuestionColumn.CHECK)
    left_out = "".join(f"*({checks}<>{_word(content, each)})" for each in UNCOUNTED)
    asked = f'({checks}<>""){left_out}'
    return f"{asked}*({checks}<>{_word(content, EntryState.UNANSWERED)})", f"{asked}*1"


def _word(content: SheetContent, state: EntryState) -> str:
    return quote_formula_text(content.say(f"sheet.check.{state.value}"))


def _write_share(page: Page, row: int, counts: tuple[int, int], look: Look) -> None:
    done, total = cell_name(row, 1), cell_name(row, 2)
    style = {**CELL, **CENTER, "num_format": "0%", **look}
    value = counts[0] / counts[1] if counts[1] else 0
    page.formula(row, 3, f"=IF({total}=0,0,{done}/{total})", style, value)


def _write_check(
    writer: RowWriter, places: QuestionRows, states: EntryStates, counts: _TotalCells
) -> None:
    say, page, content = writer.say, writer.page, writer.content
    writer.heading("sheet.cover.check")
    verdict = writer.row
    row = verdict + 1
    checks: list[tuple[str, bool]] = []
    for place, field in enumerate(content.catalog.profile, PROFILE_FIRST_ROW):
        if field.required:
            checks.append(_check_field(writer, row, field, place))
            row += 1
    checks.append(_check_answers(writer, row, places, states, counts))
    checks.append(_check_wrong(writer, row + 1, places, states))
    ready, still = say("sheet.cover.check.ready"), say("sheet.cover.check.open")
    condition = ",".join(test for test, _ in checks)
    look = {**CELL, **BOLD, **CENTER, "font_size": 11, "bg_color": PALE, "font_color": NAVY}
    page.merged(verdict, 0, COVER_LAST_COLUMN, "", look)
    value = ready if all(done for _, done in checks) else still
    page.formula(
        verdict,
        0,
        f"=IF(AND({condition}),{quote_formula_text(ready)},{quote_formula_text(still)})",
        look,
        value,
    )
    page.height(verdict, 26)
    marked = f"LEFT({column_cell(verdict + 1, 2)},1)"
    area = (verdict + 1, 2, row + 1, COVER_LAST_COLUMN)
    page.highlight(area, f'={marked}="✓"', {"font_color": OK})
    page.highlight(area, f'={marked}<>"✓"', {"font_color": ALERT, "bold": True})
    page.highlight(
        (verdict, 0, verdict, COVER_LAST_COLUMN),
        f"={fixed_cell(verdict, 0)}={quote_formula_text(ready)}",
        {"bg_color": OK_PALE, "font_color": OK},
    )
    writer.row = row + 2


def _check_field(writer: RowWriter, row: int, field: ProfileField, place: int) -> tuple[str, bool]:
    say = writer.say
    cell = (
        f"{_quote_sheet(say('sheet.name.profile'))}!{fixed_cell(place, PROFILE_LABEL_COLUMN + 1)}"
    )
    missing, done = say("sheet.cover.check.field.missing"), say("sheet.cover.check.done")
    filled = bool(writer.content.entries.profile.get(field.id, "").strip(" "))
    label = say("sheet.cover.check.field", field=field.label[say.lang])
    formula = f'=IF(TRIM({cell})="",{quote_formula_text(missing)},{quote_formula_text(done)})'
    _write_check_line(writer, row, label, formula, done if filled else missing)
    return f'TRIM({cell})<>""', filled


def _check_answers(
    writer: RowWriter, row: int, places: QuestionRows, states: EntryStates, counts: _TotalCells
) -> tuple[str, bool]:
    say, content = writer.say, writer.content
    ids, checks = (
        _column_range(content, places, QuestionColumn.ID),
        _column_range(content, places, QuestionColumn.CHECK),
    )
    first = f"INDEX({ids},MATCH({quote_formula_text(say('sheet.check.unanswered'))},{checks},0))"
    opening, close = say("sheet.cover.check.answers.open"), say("sheet.cover.check.answers.close")
    done = say("sheet.cover.check.answers.done")
    left = f"({counts.total}-{counts.answered})"
    unfinished = f"{left}&{quote_formula_text(opening)}&{first}&{quote_formula_text(close)}"
    formula = f"=IF({left}=0,{quote_formula_text(done)},{unfinished})"
    unanswered = states.unanswered
    value = f"{len(unanswered)}{opening}{unanswered[0]}{close}" if unanswered else done
    _write_check_line(writer, row, say("sheet.cover.check.answers"), formula, value)
    return f"{left}=0", not unanswered


def _check_wrong(
    writer: RowWriter, row: int, places: QuestionRows, states: EntryStates
) -> tuple[str, bool]:
    say, content = writer.say, writer.content
    checks = _column_range(content, places, QuestionColumn.CHECK)
    words = wrong_words(content)
    count = "(" + "+".join(f"COUNTIF({checks},{quote_formula_text(word)})" for word in words) + ")"
    done, tail = say("sheet.cover.check.answers.done"), say("sheet.cover.check.wrong.open")
    wrong = states.wrong
    value = f"{wrong}{tail}" if wrong else done
    formula = f"=IF({count}=0,{quote_formula_text(done)},{count}&{quote_formula_text(tail)})"
    others = has_other_states(content.catalog)
    label = say("sheet.cover.check.wrong.entries" if others else "sheet.cover.check.wrong")
    _write_check_line(writer, row, label, formula, value)
    return f"{count}=0", not wrong


def _write_check_line(writer: RowWriter, row: int, label: str, formula: str, value: str) -> None:
    look = {**CELL, **INSET}
    writer.page.merged(row, 0, 1, label, look)
    writer.page.merged(row, 2, COVER_LAST_COLUMN, "", look)
    writer.page.formula(row, 2, formula, look, value)
    height = row_height(
        label, room=column_room(sum(COVER_WIDTHS[:2]), indent=1), size=10, padding=5
    )
    writer.page.height(row, max(height, 20))


def _column_range(
    content: SheetContent, rows: RowRange | QuestionRows, column: QuestionColumn
) -> str:
    position = content.at(column)
    sheet = _quote_sheet(content.say("sheet.name.questions"))
    return f"{sheet}!{fixed_cell(rows.first, position)}:{fixed_cell(rows.last, position)}"


def _quote_sheet(name: str) -> str:
    return f"'{name}'"
