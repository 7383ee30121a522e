"""The first sheet: why, how, by when, where to; live progress and the check before sending."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.layout import (
    PROFILE_FIRST_ROW,
    PROFILE_LABEL_COLUMN,
    QUESTION_COLUMNS,
    Column,
    cell_name,
)
from sheet_diag.model.catalog import Category, ProfileField
from sheet_diag.sheet.content import ALLOWED, Content, Places
from sheet_diag.style import (
    ALERT,
    BLUE,
    BODY,
    BOLD,
    CELL,
    CENTER,
    HEAD,
    HEADING,
    INSET,
    NAVY,
    OK,
    PALE,
    TITLE,
    Look,
)
from sheet_diag.typography import room, row_height
from sheet_diag.workbook import Page, column_cell, fixed_cell, header_text

_WIDTHS: Final = (190, 90, 90, 130, 180)
_LAST: Final = len(_WIDTHS) - 1


def write_cover(page: Page, content: Content, places: Places) -> None:
    """Write the page; its formulas look at the other two sheets."""
    page.columns(_WIDTHS)
    writer = _Writer(page, content)
    writer.title()
    _write_sending(writer)
    _write_purpose(writer)
    _write_steps(writer)
    _write_choices(writer)
    writer.heading("sheet.cover.handling")
    writer.paragraph(content.say("sheet.cover.handling.text"))
    counts = _write_progress(writer, places)
    _write_check(writer, places, counts)
    _finish(page, content)


class _Writer:
    """Writes down the page, row by row."""

    def __init__(self, page: Page, content: Content) -> None:
        self.page = page
        self.content = content
        self.say = content.say
        self.row = 0

    def title(self) -> None:
        self.page.merged(0, 0, _LAST, self.content.catalog.title[self.say.lang], TITLE)
        self.page.height(0, 38)
        self.row = 1

    def heading(self, key: str) -> None:
        self.page.height(self.row, 7)
        self.page.merged(self.row + 1, 0, _LAST, self.say(key), HEADING)
        self.page.height(self.row + 1, 22)
        self.page.height(self.row + 2, 4)
        self.row += 3

    def paragraph(self, text: str) -> None:
        self.page.merged(self.row, 0, _LAST, text, BODY)
        self.page.height(self.row, row_height(text, room=room(sum(_WIDTHS)), size=10))
        self.row += 1

    def pair(self, label: str, text: str) -> None:
        """A bordered line: label, and text over the other columns."""
        self.page.text(self.row, 0, label, {**CELL, **INSET, **BOLD, "bg_color": PALE})
        self.page.merged(self.row, 1, _LAST, text, {**CELL, **INSET})
        height = row_height(text, room=room(sum(_WIDTHS[1:]), indent=1), size=10, padding=6)
        self.page.height(self.row, max(height, 22))
        self.row += 1


def _write_sending(writer: _Writer) -> None:
    issuer, say = writer.content.issuer, writer.say
    ask = say("sheet.cover.ask_sender")
    deadline = (
        f"{issuer.deadline.year}/{issuer.deadline.month}/{issuer.deadline.day}"
        if issuer.deadline
        else ask
    )
    lines = (issuer.name, issuer.department, issuer.address, issuer.email)
    address = "\n".join(line for line in lines if line)
    contact = "\n".join(part for part in (issuer.contact, issuer.phone) if part)
    writer.pair(say("sheet.cover.deadline"), deadline)
    writer.pair(say("sheet.cover.return_to"), address or ask)
    writer.pair(say("sheet.cover.contact"), contact or issuer.email or ask)


def _write_purpose(writer: _Writer) -> None:
    writer.heading("sheet.cover.purpose")
    writer.paragraph(writer.content.catalog.purpose[writer.say.lang])


def _write_steps(writer: _Writer) -> None:
    writer.heading("sheet.cover.how")
    for step in ("profile", "questions", "send", "note"):
        writer.paragraph(writer.say(f"sheet.cover.step.{step}"))


def _write_choices(writer: _Writer) -> None:
    writer.heading("sheet.cover.choices")
    lang = writer.say.lang
    for choices in writer.content.catalog.answer_sets.values():
        for choice in choices:
            writer.pair(choice.label[lang], choice.meaning[lang])


@dataclass(frozen=True, slots=True)
class _Counts:
    """Cells of the total line, and how many questions are answered now."""

    answered: str
    total: str


def _write_progress(writer: _Writer, places: Places) -> _Counts:
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
        _write_progress_line(writer, row, category, places)
    total = first + len(catalog.categories)
    answered = len(writer.content.entries.answers)
    page.text(
        total, 0, say("sheet.cover.progress.all"), {**CELL, **INSET, **BOLD, "bg_color": PALE}
    )
    for column, value in ((1, answered), (2, len(catalog.items))):
        area = f"{cell_name(first, column)}:{cell_name(total - 1, column)}"
        look = {**CELL, **CENTER, **BOLD, "bg_color": PALE}
        page.formula(total, column, f"=SUM({area})", look, value)
    _share(page, total, answered / len(catalog.items), {"bg_color": PALE, **BOLD})
    page.height(total, 18)
    bar = {
        "type": "data_bar",
        "bar_color": "#9DB8D3",
        "bar_solid": True,
        "min_type": "num",
        "min_value": 0,
    }
    page.shade((first, 3, total, 3), {**bar, "max_type": "num", "max_value": 1})
    writer.row = total + 1
    return _Counts(fixed_cell(total, 1), fixed_cell(total, 2))


def _write_progress_line(writer: _Writer, row: int, category: Category, places: Places) -> None:
    content, page, lang = writer.content, writer.page, writer.say.lang
    page.text(row, 0, category.short[lang], {**CELL, **INSET})
    ids, answers = _column(content, places, Column.ID), _column(content, places, Column.ANSWER)
    areas = _column(content, places, Column.CATEGORY)
    rows = f'({areas}="{category.short[lang]}")*({ids}<>"")'
    answered = sum(1 for item in category.items if content.entries.answers.get(item.id))
    look = {**CELL, **CENTER}
    page.formula(row, 1, f'=SUMPRODUCT({rows}*({answers}<>""))', look, answered)
    page.formula(row, 2, f"=SUMPRODUCT({rows})", look, len(category.items))
    _share(page, row, answered / len(category.items), {})
    page.height(row, 18)


def _share(page: Page, row: int, value: float, look: Look) -> None:
    done, total = cell_name(row, 1), cell_name(row, 2)
    style = {**CELL, **CENTER, "num_format": "0%", **look}
    page.formula(row, 3, f"=IF({total}=0,0,{done}/{total})", style, value)


def _write_check(writer: _Writer, places: Places, counts: _Counts) -> None:
    say, page, content = writer.say, writer.page, writer.content
    writer.heading("sheet.cover.check")
    verdict = writer.row
    row = verdict + 1
    checks: list[tuple[str, bool]] = []
    for place, field in enumerate(content.catalog.profile, PROFILE_FIRST_ROW):
        if field.required:
            checks.append(_check_field(writer, row, field, place))
            row += 1
    checks.append(_check_answers(writer, row, places, counts))
    checks.append(_check_wrong(writer, row + 1, places))
    ready, still = say("sheet.cover.check.ready"), say("sheet.cover.check.open")
    condition = ",".join(test for test, _ in checks)
    look = {**CELL, **BOLD, **CENTER, "font_size": 11, "bg_color": PALE, "font_color": NAVY}
    page.merged(verdict, 0, _LAST, "", look)
    value = ready if all(done for _, done in checks) else still
    page.formula(verdict, 0, f'=IF(AND({condition}),"{ready}","{still}")', look, value)
    page.height(verdict, 26)
    marked = f"LEFT({column_cell(verdict + 1, 2)},1)"
    area = (verdict + 1, 2, row + 1, _LAST)
    page.highlight(area, f'={marked}="✓"', {"font_color": OK})
    page.highlight(area, f'={marked}<>"✓"', {"font_color": ALERT, "bold": True})
    page.highlight(
        (verdict, 0, verdict, _LAST),
        f'={fixed_cell(verdict, 0)}="{ready}"',
        {"bg_color": "#DDEFE8", "font_color": OK},
    )
    writer.row = row + 2


def _check_field(writer: _Writer, row: int, field: ProfileField, place: int) -> tuple[str, bool]:
    say = writer.say
    cell = f"{_sheet(say('sheet.name.profile'))}!{fixed_cell(place, PROFILE_LABEL_COLUMN + 1)}"
    missing, done = say("sheet.cover.check.field.missing"), say("sheet.cover.check.done")
    filled = bool(writer.content.entries.profile.get(field.id))
    label = say("sheet.cover.check.field", field=field.label[say.lang])
    formula = f'=IF(TRIM({cell})="","{missing}","{done}")'
    _line(writer, row, label, formula, done if filled else missing)
    return f'TRIM({cell})<>""', filled


def _check_answers(writer: _Writer, row: int, places: Places, counts: _Counts) -> tuple[str, bool]:
    say, content = writer.say, writer.content
    ids, checks = _column(content, places, Column.ID), _column(content, places, Column.CHECK)
    first = f'INDEX({ids},MATCH("{say("sheet.check.unanswered")}",{checks},0))'
    opening, close = say("sheet.cover.check.answers.open"), say("sheet.cover.check.answers.close")
    done = say("sheet.cover.check.answers.done")
    left = f"({counts.total}-{counts.answered})"
    formula = f'=IF({left}=0,"{done}",{left}&"{opening}"&{first}&"{close}")'
    unanswered = [i for i in content.catalog.items if not content.entries.answers.get(i)]
    value = f"{len(unanswered)}{opening}{unanswered[0]}{close}" if unanswered else done
    _line(writer, row, say("sheet.cover.check.answers"), formula, value)
    return f"{left}=0", not unanswered


def _check_wrong(writer: _Writer, row: int, places: Places) -> tuple[str, bool]:
    say, content = writer.say, writer.content
    checks = _column(content, places, Column.CHECK)
    words = (say("sheet.check.na"), say("sheet.check.choice"))
    count = "(" + "+".join(f'COUNTIF({checks},"{word}")' for word in words) + ")"
    done, tail = say("sheet.cover.check.answers.done"), say("sheet.cover.check.wrong.open")
    wrong = _wrong_now(content)
    value = f"{wrong}{tail}" if wrong else done
    formula = f'=IF({count}=0,"{done}",{count}&"{tail}")'
    _line(writer, row, say("sheet.cover.check.wrong"), formula, value)
    return f"{count}=0", not wrong


def _wrong_now(content: Content) -> int:
    lang = content.say.lang
    items, entered = content.catalog.items, content.entries.answers
    return sum(
        1
        for item_id, text in entered.items()
        if text and text not in [c.label[lang] for c in content.catalog.offered(items[item_id])]
    )


def _line(writer: _Writer, row: int, label: str, formula: str, value: str) -> None:
    look = {**CELL, **INSET}
    writer.page.merged(row, 0, 1, label, look)
    writer.page.merged(row, 2, _LAST, "", look)
    writer.page.formula(row, 2, formula, look, value)
    height = row_height(label, room=room(sum(_WIDTHS[:2]), indent=1), size=10, padding=5)
    writer.page.height(row, max(height, 20))


def _column(content: Content, places: Places, column: Column) -> str:
    position = QUESTION_COLUMNS.index(column)
    sheet = _sheet(content.say("sheet.name.questions"))
    return f"{sheet}!{fixed_cell(places.first, position)}:{fixed_cell(places.last, position)}"


def _sheet(name: str) -> str:
    return f"'{name}'"


def _finish(page: Page, content: Content) -> None:
    issuer: Sequence[str] = (content.issuer.name, content.issuer.department)
    footer = f"&L&8{header_text(' '.join(part for part in issuer if part))}"
    page.paper(landscape=False, header="", footer=f"{footer}&C&8{content.say('sheet.footer.page')}")
    page.fit_page()
    page.protect(ALLOWED)
    page.tab(BLUE)
