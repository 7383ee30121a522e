"""Read a questionnaire from a firm's own hearing sheet."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.catalog.proposal import CatalogProposal, Gap, LeftOut, TakenColumn
from sheet_diag.catalog.rows import Cells
from sheet_diag.forms.layout import cell_name
from sheet_diag.intake.catalog_import.choices import (
    ChoiceSets,
    find_legend,
    read_row_legend,
    write_word,
)
from sheet_diag.intake.catalog_import.lines import QuestionLine, list_spanned, read_lines
from sheet_diag.intake.catalog_import.numbers import NumberedLines, number_lines
from sheet_diag.intake.catalog_import.sheet import FirmSheet
from sheet_diag.intake.catalog_import.table import FirmTable, list_printed
from sheet_diag.intake.catalog_import.words import (
    Role,
    asks_for_several,
    asks_to_write,
    asks_two_things,
    find_unit,
    fold,
    number_shape,
    split_words,
)
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import item_key

_JAPANESE: Final = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?: .*)?")
_POINTS: Final = re.compile(r"(\d+(?:\.\d+)?)点?")
_SENTENCE: Final = re.compile(r"^[※＊*]|[。：:]$")  # none of these is a title
_LONGEST_TITLE: Final = 40
# What becomes of the columns; those that are not here are not taken.
_KEYS: Final = {
    Role.NUMBER: "no.", Role.CATEGORY: "category", Role.TOPIC: "topic",
    Role.QUESTION: "question", Role.GUIDANCE: "guidance", Role.POINTS: "points",
    Role.WEIGHT: "weight", Role.UNIT: "unit", Role.CHOICES: "choices",
}  # fmt: skip


def propose_from_table(table: FirmTable, others: Sequence[FirmSheet], name: str) -> CatalogProposal:
    """Make the rows of a questionnaire from a table of questions; `name` is that of the file."""
    lines, left_out = read_lines(table)
    is_japanese = any(_JAPANESE.search(line.text) for line in lines)
    lang = Lang.JA if is_japanese else Lang.EN
    reader = _Reader(table, number_lines(lines), ChoiceSets(lang, find_legend(table, others)))
    reader.read()
    rows: dict[str, list[Cells]] = {"questions": reader.rows}
    title, place = _find_title(table) or (name, "")
    rows["settings"] = reader.make_settings(title)
    rows["choices"] = reader.make_choices()
    taken = [TakenColumn(place, title, Message("import.taken.title"))] if place else []
    return CatalogProposal(
        name,
        lang,
        {key: found for key, found in rows.items() if found},
        (*taken, *reader.list_taken()),
        tuple(reader.gaps),
        (*reader.list_dropped(), *(each for each in left_out if each.place != place)),
    )


def _find_title(table: FirmTable) -> tuple[str, str] | None:
    """Find the title above the table, and its place."""
    for row in range(min(table.first, 6)):
        cells = table.sheet.filled(row)
        if row in table.header:
            break
        is_title = len(cells) == 1 and len(cells[0][1]) <= _LONGEST_TITLE
        if is_title and number_shape(cells[0][1]):
            break
        if is_title and not _SENTENCE.search(cells[0][1]) and not read_row_legend([cells[0][1]]):
            return cells[0][1].replace("\n", " "), table.sheet.name(row, cells[0][0])
    return None


@dataclass(slots=True)
class _Reader:
    """Makes the rows of the new workbook from the lines of the table."""

    table: FirmTable
    numbered: NumberedLines
    sets: ChoiceSets
    rows: list[Cells] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    _printed: bool = False  # whether choices stand in the answer cells
    _seen: dict[str, str] = field(default_factory=dict)
    _numbers: set[str] = field(default_factory=set)

    def read(self) -> None:
        """Read every question."""
        for line in self.numbered.lines:
            self._read(line)

    @property
    def _lang(self) -> Lang:
        return self.sets.lang

    def _read(self, line: QuestionLine) -> None:
        cells = {"category": line.category, "no.": line.number, "question": line.text}
        if line.topic:
            cells["topic"] = line.topic
        cells |= self._read_kind(line)
        for role in (Role.GUIDANCE, Role.POINTS, Role.WEIGHT, Role.UNIT):
            texts = [
                text
                for col in self.table.columns(role)
                for text in list_spanned(line, self.table, col)
            ]
            if texts:
                cells |= self._take(role, "\n".join(texts))
        self._look_at(line)
        self.rows.append({key: text for key, text in cells.items() if text})

    def _take(self, role: Role, text: str) -> Cells:
        """Take what stands beside a question; numbers only where they are some."""
        if role not in (Role.POINTS, Role.WEIGHT):
            return {_KEYS[role]: text}
        found = _POINTS.fullmatch(fold(text))
        if not found or not float(found[1]):
            self._tell(_KEYS[role], "import.gap.not_points", text=text)
            return {}
        return {_KEYS[role]: found[1]}

    def _tell(self, key: str, says: str, /, **parts: str) -> None:
        self.gaps.append(Gap("questions", len(self.rows), key, Message(says, parts)))

    # --- answers

    def _read_kind(self, line: QuestionLine) -> Cells:
        """Read how a question is answered: by choices of its own, by the legend, in words."""
        labels = self._list_own_choices(line)
        if not labels and asks_to_write(line.text):
            return self._propose_written(line)
        legend = self.sets.legend
        labels = labels or ([sign for sign, _ in legend.pairs] if legend else [])
        if len(labels) < 2:
            says = "import.gap.list" if self._offers(line) else "import.gap.choices"
            self._tell("choices", says)
            return {}
        is_multiple = asks_for_several(line.text)
        cells = {"choices": self.sets.use(labels, scored=not is_multiple)}
        if is_multiple:
            self._tell("kind", "import.gap.kind")
            cells["kind"] = write_word("questions", "kind", "multiple", self._lang)
        return cells

    def _list_own_choices(self, line: QuestionLine) -> list[str]:
        sheet, table = self.table.sheet, self.table
        if table.ticked:
            return [sheet.own(table.header[-1], col) for col in table.ticked]
        if (col := table.column(Role.CHOICES)) is not None:
            texts = list(list_spanned(line, table, col))
            return texts if len(texts) > 1 else [w for text in texts for w in split_words(text)]
        offered = [
            sheet.offered.get((row, col), ())
            for row in range(line.row, line.last + 1)
            for col in table.answers
        ]
        return list(next(filter(None, offered), ())) or self._list_printed(line)

    def _list_printed(self, line: QuestionLine) -> list[str]:
        """List the choices that are printed in the answer cell, to be circled or ticked."""
        for col in self.table.answers:
            if words := list_printed(self.table.sheet.own(line.row, col)):
                self._printed = True
                return words
        return []

    def _offers(self, line: QuestionLine) -> bool:
        return any((line.row, col) in self.table.sheet.offered for col in self.table.answers)

    def _propose_written(self, line: QuestionLine) -> Cells:
        unit = find_unit(line.text, japanese=self._lang is Lang.JA)
        self._tell("kind", "import.gap.kind")
        kind = "text" if unit is None else "number"
        cells = {"kind": write_word("questions", "kind", kind, self._lang)}
        return {**cells, "unit": unit} if unit else cells

    # --- what a person has to look at

    def _look_at(self, line: QuestionLine) -> None:
        if asks_two_things(line.text):
            self._tell("question", "import.gap.two_things")
        first = self._seen.setdefault(question_key(line.text), line.number or line.text[:20])
        if first != (line.number or line.text[:20]):
            self._tell("question", "import.gap.twice", first=first)
        self._look_at_number(line.number)
        if not line.category and any(each.category for each in self.numbered.lines):
            self._tell("category", "import.gap.category")

    def _look_at_number(self, number: str) -> None:
        if not number:
            if any(line.number for line in self.numbered.lines):
                self._tell("no.", "import.gap.no_number")
            return
        if _DATE.fullmatch(number):
            self._tell("no.", "import.gap.date")
        if item_key(number) in self._numbers:
            self._tell("no.", "import.gap.number_twice")
        self._numbers.add(item_key(number))

    # --- the other sheets

    def make_settings(self, title: str) -> list[Cells]:
        """Make the settings: what the sheet says of them, and the usual way of scoring."""
        entries, lang = load_sheet_forms()["settings"].by_key, self._lang
        values = {"title": title, "version": "1"}
        if any("points" in row for row in self.rows):
            self.gaps.append(Gap("settings", len(values), "value", Message("import.gap.scoring")))
            values["scoring"] = write_word("settings", "scoring", "sum", lang)
        if self.sets.usual:
            values["default choices"] = self.sets.usual
        return [{"item": entries[key][lang], "value": value} for key, value in values.items()]

    def make_choices(self) -> list[Cells]:
        """Make the sets of choices, and tell which points are proposed."""
        rows = list(self.sets.rows())
        for at, (_, proposed) in enumerate(rows):
            if proposed:
                self.gaps.append(Gap("choices", at, "points", Message("import.gap.points")))
        return [cells for cells, _ in rows]

    def list_taken(self) -> Iterator[TakenColumn]:
        """List where each column was taken from."""
        for col, role in sorted(self.table.roles.items()):
            if role in _KEYS:
                key = _KEYS[role]
                yield self._taken(col, Message("import.taken.column", {"key": key}))
        if self.numbered.from_texts:
            yield self._taken(self.table.question, Message("import.taken.number_in_text"))
        if self.numbered.restarted:
            number = self.table.column(Role.NUMBER)
            col = self.table.question if number is None else number
            yield self._taken(col, Message("import.taken.restarted"))
        yield from self._list_taken_choices()

    def _list_taken_choices(self) -> Iterator[TakenColumn]:
        legend = self.sets.legend
        for col in self.table.answers:
            if self._printed:
                yield self._taken(col, Message("import.taken.printed"))
            if any(at == col for _, at in self.table.sheet.offered):
                yield self._taken(col, Message("import.taken.drop_downs"))
        for col in self.table.ticked:
            yield self._taken(col, Message("import.taken.ticked"))
        if legend:
            text = "　".join(
                f"{sign}：{meaning}" if meaning else sign for sign, meaning in legend.pairs
            )
            yield TakenColumn(legend.place, text, Message("import.taken.legend"))

    def _taken(self, col: int, became: Message) -> TakenColumn:
        place, heading = self._place(col)
        return TakenColumn(place, heading, became)

    def _place(self, col: int) -> tuple[str, str]:
        letters = cell_name(0, col)[:-1]
        heading = self.table.headings.get(col, "").replace("\n", " ")
        return f"{self.table.sheet.grid.name}!{letters}", heading

    def list_dropped(self) -> Iterator[LeftOut]:
        """List the columns that were not taken, and the answers that stand in the sheet."""
        for col, role in sorted(self.table.roles.items()):
            place, heading = self._place(col)
            filled = sum(
                bool(self.table.sheet.own(row, col))
                for line in self.numbered.lines
                for row in range(line.row, line.last + 1)
            )
            count = {"count": str(filled)}
            if col in self.table.answers:
                if filled and not self._printed:
                    yield LeftOut(place, heading, Message("import.left.answers", count))
            elif role is Role.REMARK:
                yield LeftOut(place, heading, Message("import.left.remarks", count))
            elif role is Role.OTHER or role not in _KEYS:
                if col == self.table.part_numbers and self.numbered.restarted:
                    continue
                yield LeftOut(place, heading, Message("import.left.column", count))
