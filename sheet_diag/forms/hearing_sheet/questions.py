"""The question sheet: a row per question, answers by drop-down, a check in each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Final

from sheet_diag.forms.hearing_sheet.answer_cells import AnswerCells
from sheet_diag.forms.hearing_sheet.content import (
    ENTRY_LOOK,
    PROTECTION,
    QuestionRows,
    RowRange,
    SheetContent,
)
from sheet_diag.forms.hearing_sheet.entry_states import (
    find_entry_states,
    has_other_states,
    wrong_words,
)
from sheet_diag.forms.hearing_sheet.hidden_sheets import ChoiceRanges
from sheet_diag.forms.layout import (
    FIRST_QUESTION_ROW,
    HEADER_ROW,
    STAMP_CELL,
    QuestionColumn,
    format_stamp,
)
from sheet_diag.forms.page_writer import set_paper
from sheet_diag.model.catalog import Catalog, Category, ChoiceRole, Item, ItemKind
from sheet_diag.text.answer_words import entry_hints
from sheet_diag.text.excel_text import quote_formula_text
from sheet_diag.text.text_metrics import column_room, row_height
from sheet_diag.xlsx.page import Page
from sheet_diag.xlsx.references import column_cell, fixed_cell
from sheet_diag.xlsx.theme import (
    ALERT,
    ALERT_PALE,
    BODY,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    INPUT,
    INSET,
    LEFT_OUT,
    MIDDLE,
    MUTED,
    NAVY,
    OK,
    PALE,
    PAPER,
    SMALL,
    TITLE,
    UNFILLED,
    Look,
)

_WIDTHS: Final = {
    QuestionColumn.ID: 62,
    QuestionColumn.CATEGORY: 78,
    QuestionColumn.QUESTION: 300,
    QuestionColumn.HINT: 372,
    QuestionColumn.FORMER: 92,
    QuestionColumn.ANSWER: 92,
    QuestionColumn.REMARK: 190,
    QuestionColumn.EVIDENCE: 150,
    QuestionColumn.CHECK: 96,
}
_LEFT_OUT: Final[Look] = {"bg_color": LEFT_OUT, "font_color": MUTED}
_TEXT_WIDTH: Final = 200  # pixels, of answers among which are texts
_BAND: Final[Look] = {
    **BODY,
    **BOLD,
    **MIDDLE,
    "bg_color": PALE,
    "font_color": NAVY,
    "text_wrap": False,
}
_BAND_EDGE: Final[Look] = {"top": 1, "top_color": NAVY, "bottom": 1, "bottom_color": NAVY}
# Of a text that no row can show whole, the beginning is seen.
_LONG_TEXT: Final[Look] = {"valign": "top", "font_size": 8}
_MAX_ROW_HEIGHT: Final = 409  # points, of a row


def write_questions(page: Page, content: SheetContent, lists: ChoiceRanges) -> QuestionRows:
    """Write the page; return which rows hold the questions."""
    widths = _widths(content)
    page.columns([widths[column] for column in content.columns])
    _write_head(page, content)
    places = question_rows(content.catalog)
    answers = AnswerCells(page, content, lists, places, find_entry_states(content))
    for category in content.catalog.categories:
        _write_band(page, places.categories[category.id].first - 1, category, content)
        for item in category.items:
            _write_item(page, places.items[item.id], item, category, content, answers)
    _finish_page(page, content, places)
    return places


def question_rows(catalog: Catalog) -> QuestionRows:
    """Compute where the questions stand; the name of a category has a row before them."""
    rows = count(FIRST_QUESTION_ROW)
    bands: dict[str, RowRange] = {}
    items: dict[str, int] = {}
    lines: dict[tuple[str, str], int] = {}
    for category in catalog.categories:
        first = last = next(rows)
        for item in category.items:
            items[item.id] = last = next(rows)
            for choice in catalog.offered(item) if item.kind is ItemKind.MULTIPLE else ():
                lines[item.id, choice.id] = last = next(rows)
        bands[category.id] = RowRange(first + 1, last)
    return QuestionRows(FIRST_QUESTION_ROW, next(rows) - 1, bands, items, lines)


def stamp_text(content: SheetContent) -> str:
    """Write the visible identity near the title."""
    return content.say("sheet.stamp", stamp=format_stamp(content.identity))


def lead_text(content: SheetContent) -> str:
    """Write how to answer, and what last year's answers are where they are shown."""
    say = content.say
    lines = [say("sheet.questions.lead")]
    if any(item.condition for item in content.catalog.items.values()):
        lines.append(say("sheet.questions.lead.not_asked"))
    if content.previous:
        day = content.previous.as_of
        then = say("report.date", year=day.year, month=day.month, day=day.day)
        lines.append(say("sheet.former.lead", day=then))
    return "\n".join(lines)


def lead_height(content: SheetContent) -> float:
    """Compute the height in points of the row of the lead."""
    width = sum(_widths(content)[column] for column in content.columns)
    return row_height(lead_text(content), room=column_room(width), size=10, padding=8)


def hint_lines(item: Item, content: SheetContent) -> Iterator[str]:
    """Yield the hint of an item: its guidance, then a line for each choice that it explains."""
    lang, say = content.say.lang, content.say
    if item.guidance:
        yield item.guidance[lang]
    choices = content.catalog.choices_of(item)
    for choice, text in item.hint.items():
        yield say("sheet.hint.line", label=choices[choice].label[lang], text=text[lang])
    if item.na_allowed and item.na_when:
        label = next(c.label[lang] for c in choices.values() if c.role is ChoiceRole.NOT_APPLICABLE)
        yield say("sheet.hint.na", label=label, condition=item.na_when[lang])
    yield from entry_hints(content.catalog, item, say)


def _widths(content: SheetContent) -> Mapping[QuestionColumn, int]:
    """Return the widths in pixels of the columns; texts take more room than choices."""
    takes_texts = any(item.kind is ItemKind.TEXT for item in content.catalog.items.values())
    return {**_WIDTHS, QuestionColumn.ANSWER: _TEXT_WIDTH} if takes_texts else _WIDTHS


def _write_head(page: Page, content: SheetContent) -> None:
    say, last = content.say, len(content.columns) - 1
    page.merged(0, 0, last, content.catalog.title[say.lang], TITLE)
    page.height(0, 36)
    page.merged(STAMP_CELL[0], STAMP_CELL[1], last, stamp_text(content), {**SMALL, **MIDDLE})
    page.height(STAMP_CELL[0], 18)
    page.merged(2, 0, last, lead_text(content), {**BODY, **MIDDLE})
    page.height(2, lead_height(content))
    page.height(3, 6)
    for column in content.columns:
        page.text(HEADER_ROW, content.at(column), say(f"sheet.column.{column.value}"), HEAD)
    page.height(HEADER_ROW, 26)


def _write_band(page: Page, row: int, category: Category, content: SheetContent) -> None:
    # The name overflows to the right: a merge here would break the filter.
    for column in content.columns:
        page.blank(row, content.at(column), {**_BAND, **_BAND_EDGE})
    name = category.name[content.say.lang]
    page.text(row, content.at(QuestionColumn.CATEGORY), name, {**_BAND, **_BAND_EDGE})
    page.height(row, 24)


def _write_item(
    page: Page,
    row: int,
    item: Item,
    category: Category,
    content: SheetContent,
    answers: AnswerCells,
) -> None:
    lang = content.say.lang
    hint = "\n".join(hint_lines(item, content))
    question = item.question[lang]
    page.text(row, content.at(QuestionColumn.ID), item.id, {**CELL, **CENTER})
    page.text(
        row, content.at(QuestionColumn.CATEGORY), category.short[lang], {**CELL, **SMALL, **CENTER}
    )
    page.text(
        row, content.at(QuestionColumn.QUESTION), question, {**CELL, **INSET, "font_size": 10.5}
    )
    page.text(row, content.at(QuestionColumn.HINT), hint, {**CELL, **INSET, **SMALL})
    if content.previous:
        column, text = content.at(QuestionColumn.FORMER), content.previous_text(item)
        page.text(row, column, text, {**CELL, **SMALL, **CENTER, "bg_color": PAPER})
    answers.write(item)
    _write_free_texts(page, row, item, content)
    answers.write_check(item)
    answer = "" if item.kind is ItemKind.MULTIPLE else content.entries.answers.get(item.id, "")
    question_room = column_room(_WIDTHS[QuestionColumn.QUESTION], indent=1)
    hint_room = column_room(_WIDTHS[QuestionColumn.HINT], indent=1)
    heights = (
        row_height(question, room=question_room, size=10.5, padding=10),
        row_height(hint, room=hint_room, size=9, padding=10),
        _previous_height(item, content),
        row_height(answer, room=column_room(_widths(content)[QuestionColumn.ANSWER]), size=11),
        *(_text_height(column, text) for column, text in _list_free_texts(item, content)),
    )
    page.height(row, max(heights))


def _write_free_texts(page: Page, row: int, item: Item, content: SheetContent) -> None:
    for column, text in _list_free_texts(item, content):
        long = _LONG_TEXT if _text_height(column, text) > _MAX_ROW_HEIGHT else {}
        page.client_text(row, content.at(column), text, {**ENTRY_LOOK, **long})


def _list_free_texts(item: Item, content: SheetContent) -> Iterator[tuple[QuestionColumn, str]]:
    """List what may be written beside an answer, by its column."""
    yield QuestionColumn.REMARK, content.entries.remarks.get(item.id, "")
    yield QuestionColumn.EVIDENCE, content.entries.evidence.get(item.id, "")


def _text_height(column: QuestionColumn, text: str) -> float:
    return row_height(text, room=column_room(_WIDTHS[column]), size=10)


def _previous_height(item: Item, content: SheetContent) -> float:
    """Compute the height in points that a previous answer may need, whichever it was."""
    if content.previous is None:
        return 0.0
    choices = content.catalog.choices_of(item).values()
    labels = [choice.label[content.say.lang] for choice in choices]
    texts = (*labels, *content.previous_marks, content.previous_text(item))
    room = column_room(_WIDTHS[QuestionColumn.FORMER])
    return max(row_height(text, room=room, size=9) for text in texts)


def _finish_page(page: Page, content: SheetContent, places: QuestionRows) -> None:
    _highlight(page, content, places)
    page.filter((HEADER_ROW, 0, places.last, len(content.columns) - 1))
    page.freeze(HEADER_ROW + 1, content.at(QuestionColumn.QUESTION))
    page.protect(PROTECTION)
    set_paper(page, content, landscape=True)
    page.fit_width(repeat=(HEADER_ROW, HEADER_ROW))
    page.select(FIRST_QUESTION_ROW + 1, content.at(QuestionColumn.ANSWER))
    page.tab(NAVY)


def _highlight(page: Page, content: SheetContent, places: QuestionRows) -> None:
    """Mark open answers until they are given; the words of the check column say the same."""
    say, check = content.say, column_cell(places.first, content.at(QuestionColumn.CHECK))
    answers, checks = (
        (places.first, content.at(column), places.last, content.at(column))
        for column in (QuestionColumn.ANSWER, QuestionColumn.CHECK)
    )
    alert = {"bg_color": ALERT_PALE, "font_color": ALERT}
    faults = (quote_formula_text(word) for word in wrong_words(content))
    wrong = f"OR({','.join(f'{check}={fault}' for fault in faults)})"
    page.highlight(answers, f"={wrong}", {**alert, "bold": True})
    page.highlight(checks, f"={wrong}", {**alert, "bold": True})
    unanswered = f"={check}={quote_formula_text(say('sheet.check.unanswered'))}"
    page.highlight(answers, unanswered, {"bg_color": UNFILLED})
    page.highlight(checks, unanswered, {"font_color": ALERT})
    done = f"={check}={quote_formula_text(say('sheet.check.ok'))}"
    page.highlight(checks, done, {"font_color": OK})
    if content.entries.notes:
        page.highlight(answers, done, {"bg_color": INPUT})
    if has_other_states(content.catalog):
        _grey_out(page, content, places)


def _grey_out(page: Page, content: SheetContent, places: QuestionRows) -> None:
    """Grey the rows of what is not asked, with the lines of its choices."""
    left_out = quote_formula_text(content.say("sheet.check.not_asked"))
    for item in content.catalog.items.values():
        if item.condition:
            first = places.items[item.id]
            last = max([first, *(at for (name, _), at in places.lines.items() if name == item.id)])
            check = fixed_cell(first, content.at(QuestionColumn.CHECK))
            area = (first, 0, last, len(content.columns) - 1)
            page.highlight(area, f"={check}={left_out}", _LEFT_OUT)
