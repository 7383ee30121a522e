"""Walk through the rows of a firm's table: questions, headings of categories, what is neither."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from sheet_diag.catalog.proposal import LeftOut
from sheet_diag.intake.catalog_import.choices import read_row_legend
from sheet_diag.intake.catalog_import.table import FirmTable, is_sentence
from sheet_diag.intake.catalog_import.words import (
    Role,
    fold,
    is_note,
    is_number,
    is_total,
    number_shape,
)
from sheet_diag.model.basics import Message

_SHORT: Final = 40  # a heading of a category is not longer
_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question of the table: the rows that it spans, what stands over and before it."""

    row: int
    last: int
    text: str
    number: str
    category: str
    topic: str
    part: str = ""  # the number of its category, where that has a column of its own


@dataclass(slots=True)
class TableReader:
    """Reads the rows of a table from the top."""

    table: FirmTable
    lines: list[QuestionLine] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    _section: str = ""
    _subsection: str = ""
    _shapes: list[str] = field(default_factory=list)
    _waiting: tuple[int, int, str] | None = None  # a heading with no question below it yet
    _carried: dict[int, str] = field(default_factory=dict)

    def read(self) -> None:
        """Read all rows, also those above the table."""
        start = self._read_sections_above()
        for row in range(start):
            if row not in self.table.header:
                texts = [text for _, text in self.table.sheet.filled(row)]
                is_legend = len(read_row_legend(texts)) > 0
                self._leave_row(row, "import.left.legend" if is_legend else "import.left.above")
        done = self.table.first
        for row in range(self.table.first, len(self.table.sheet.grid.rows)):
            if row >= done:
                done = self._read_row(row)
        self._drop_waiting()

    def _read_sections_above(self) -> int:
        """Read the numbered headings right above the table; return their first row."""
        start = self.table.header.start if self.table.header else self.table.first
        while start > 0 and self._heads_part(start - 1):
            start -= 1
        for row in range(start, self.table.header.start):
            self._enter_section(row, *self.table.sheet.filled(row)[0])
        return start

    def _heads_part(self, row: int) -> bool:
        cells = self.table.sheet.filled(row)
        if not self._is_section(cells) or is_note(cells[0][1]):
            return False
        return number_shape(cells[0][1]) != "" and not read_row_legend([cells[0][1]])

    def _read_row(self, row: int) -> int:
        """Read a row; return the row below it, or below the question that it begins."""
        cells = self.table.sheet.filled(row)
        if not cells:
            return row + 1
        if (reason := self._find_reason(row, cells)) is not None:
            self._leave_row(row, reason)
        elif self._is_question(row):
            return self._add_question(row)
        elif self._is_section(cells):
            self._enter_section(row, *cells[-1 if is_number(cells[0][1]) else 0])
        elif self._only_answers(cells):
            return row + 1
        else:
            self._leave_row(row, "import.left.no_question")
        return row + 1

    def _find_reason(self, row: int, cells: list[tuple[int, str]]) -> str | None:
        """Find why a row is none of the table's own; None where it is."""
        table, texts = self.table, [text for _, text in cells]
        heads = [fold(table.headings.get(col, "").split("\n")[-1]) for col, _ in cells]
        same = sum(fold(text) == head for text, head in zip(texts, heads, strict=True) if head)
        if same >= 2 or (same and same == len(cells)):
            return "import.left.heading"
        asks = is_sentence(table.sheet.own(row, table.question))
        if is_note(texts[0]) and not (asks and cells[0][0] != table.question):
            return "import.left.note"
        if any(is_total(text) for col, text in cells if col <= table.question):
            return "import.left.total"
        is_legend = not asks and read_row_legend(texts) and not self._is_question(row)
        return "import.left.legend" if is_legend else None

    def _is_question(self, row: int) -> bool:
        table, sheet = self.table, self.table.sheet
        text = sheet.own(row, table.question)
        if not text:
            return False
        if is_sentence(text) or any((row, col) in sheet.offered for col in table.answers):
            return True
        number = table.column(Role.NUMBER)
        alone = len(sheet.filled(row)) == 1
        if number is not None and is_number(sheet.own(row, number)):
            return True
        return not alone and len(text) >= _SHORT // 4 and not self._spreads(row)

    def _spreads(self, row: int) -> bool:
        """Whether the first text of a row spreads over most of the table."""
        return any(
            top == row and right - left >= 2 and left <= self.table.question <= right
            for top, left, _, right in self.table.sheet.grid.merged
        )

    def _is_section(self, cells: list[tuple[int, str]]) -> bool:
        own = [(col, text) for col, text in cells if not is_number(text)]
        return (
            len(own) == 1
            and len(cells) <= 2
            and own[0][0] <= self.table.question
            and len(own[0][1]) <= _SHORT
            and not own[0][1].endswith("。")
        )

    def _only_answers(self, cells: list[tuple[int, str]]) -> bool:
        return all(col in self.table.answers for col, _ in cells)

    def _enter_section(self, row: int, col: int, text: str) -> None:
        """Take a heading of a category, or of a part of one where it is numbered otherwise."""
        if self.table.columns(Role.CATEGORY):
            self._leave(row, col, text, "import.left.section")
            return
        shape = number_shape(text)
        if shape not in self._shapes:
            nested = self._waiting is not None or bool(self._shapes)
            self._shapes = [*self._shapes, shape] if nested else [shape]
        if shape == self._shapes[0]:
            self._drop_waiting()
            self._section, self._subsection = text, ""
        else:
            self._subsection = text
        self._waiting = (row, col, text)

    def _drop_waiting(self) -> None:
        if self._waiting:
            self._leave(*self._waiting, "import.left.empty_section")
        self._waiting = None

    def _add_question(self, row: int) -> int:
        table, sheet = self.table, self.table.sheet
        number = table.column(Role.NUMBER)
        above = self._read_above(row)
        last = max(
            (b for t, le, b, r in sheet.grid.merged if t == row and le <= table.question <= r),
            default=row,
        )
        line = QuestionLine(
            row,
            last,
            sheet.own(row, table.question),
            sheet.text(row, number) if number is not None else "",
            above[0] if above else self._section,
            " / ".join(above[1:]) if above else self._subsection,
            self._carry(row, table.part_numbers) if table.part_numbers is not None else "",
        )
        self.lines.append(line)
        self._waiting = None
        return last + 1

    def _read_above(self, row: int) -> list[str]:
        """Read the columns of categories and topics of a question, from the left."""
        columns = [*self.table.columns(Role.CATEGORY), *self.table.columns(Role.TOPIC)]
        if not columns:
            return []
        texts: list[str] = []
        changed = False
        for col in sorted(columns):
            own = self.table.sheet.text(row, col)
            if changed and not own:
                self._carried[col] = ""
            before = self._carried.get(col, "")
            text = self._carry(row, col)
            changed = changed or text != before
            texts.append(text)
        if not self.table.columns(Role.CATEGORY) and self._section:
            return [self._section, *filter(None, texts)]
        return [texts[0], *filter(None, texts[1:])]

    def _carry(self, row: int, col: int) -> str:
        if text := self.table.sheet.text(row, col):
            self._carried[col] = text
        return self._carried.get(col, "")

    def _leave_row(self, row: int, why: str) -> None:
        cells = self.table.sheet.filled(row)
        if cells:
            self._leave(row, cells[0][0], " ".join(text for _, text in cells), why)

    def _leave(self, row: int, col: int, text: str, why: str) -> None:
        line = " ".join(text.split())
        short = line if len(line) <= _LONGEST_SHOWN else line[: _LONGEST_SHOWN - 1] + "…"
        self.left_out.append(LeftOut(self.table.sheet.name(row, col), short, Message(why)))


def read_lines(table: FirmTable) -> tuple[list[QuestionLine], list[LeftOut]]:
    """Read the questions of a table, and list what is none."""
    reader = TableReader(table)
    reader.read()
    lines = [_mend_single_column(line, table, reader.lines) for line in reader.lines]
    return lines, reader.left_out


def _mend_single_column(
    line: QuestionLine, table: FirmTable, lines: list[QuestionLine]
) -> QuestionLine:
    """Take the only column before the questions for their topics, where no two have the same."""
    only = [*table.columns(Role.CATEGORY), *table.columns(Role.TOPIC)]
    if len(only) != 1 or (table.roles[only[0]] is Role.CATEGORY and table.headings[only[0]]):
        return line
    if len(lines) > 2 and len({each.category for each in lines}) == len(lines):
        return replace(line, category="", topic=line.category)
    return line


def list_spanned(line: QuestionLine, table: FirmTable, col: int) -> Iterator[str]:
    """List the texts of a column beside a question, each once."""
    rows = range(line.row, line.last + 1)
    yield from dict.fromkeys(text for row in rows if (text := table.sheet.text(row, col)))
