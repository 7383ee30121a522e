"""The sheet 設定: names and values, each with its default."""

from __future__ import annotations

import re
import unicodedata
from fractions import Fraction
from typing import Final

from sheet_diag.catalog.builder.cells import LONGEST_LABEL, CellReader
from sheet_diag.catalog.builder.choices import is_id, make_id
from sheet_diag.catalog.builder.values import holds_japanese
from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import Heading, load_sheet_forms
from sheet_diag.catalog.rows import Place, Row
from sheet_diag.model.basics import Lang

_ID: Final = re.compile(r"[\w.-]{1,40}")
_COPY_MARKS: Final = re.compile(
    r"\s*(?:[\(（]\d+[\)）]|[-_ー]?\s*コピー|[-_]?\s*copy|_v\d+"
    r"|[-_ ]?\d{4}[-_.]?\d{2}[-_.]?\d{2})$",
    re.IGNORECASE,
)


# The settings that leave a section out, by the name of the section.
SECTION_SETTINGS: Final = {
    "next_rank": "next rank",
    "plan": "plan",
    "deviation": "deviation score",
    "simulation": "what-if",
}


class SettingsReader:
    """The settings of a catalogue, by their keys."""

    def __init__(self, cells: CellReader, name: str) -> None:
        self._cells = cells
        self._name = name
        self._form = load_sheet_forms()["settings"]
        self._rows: dict[str, Row] = {}
        for row in cells.rows("settings"):
            self._keep(row)
        self._choose_languages()

    def row(self, key: str) -> Row | None:
        """Return the row of a setting (None: it is not there)."""
        return self._rows.get(key)

    def text(self, key: str) -> str:
        """Read the text of a setting; empty where the default holds."""
        row = self._rows.get(key)
        return self._cells.text(row, "value") if row else ""

    def texts(self, key: str) -> dict[str, str] | None:
        """Read the text of a setting in both languages."""
        row = self._rows.get(key)
        return self._cells.texts(row, "value", 200) if row else None

    def word(self, key: str) -> str | None:
        """Read one of the words of a setting."""
        row = self._rows.get(key)
        return self._cells.word(row, "value", self._heading(key)) if row else None

    def whole(self, key: str, least: int, most: int, default: int) -> int:
        """Read a whole number."""
        row = self._rows.get(key)
        found = self._cells.whole(row, "value", least, most) if row else None
        return default if found is None else found

    def number(self, key: str, above: int | None = None) -> Fraction | None:
        """Read a number."""
        row = self._rows.get(key)
        return self._cells.number(row, "value", above=above) if row else None

    def title(self) -> dict[str, str]:
        """Read the title, or make it of the name of the file."""
        return self.texts("title") or self._cells.both(strip_copy_marks(self._name))

    def id(self) -> str:
        """Read the id, or make it of the name of the file."""
        found = self._read_id("id")
        if found:
            return found
        name = unicodedata.normalize("NFKC", strip_copy_marks(self._name))
        made = make_id(name)
        self._cells.note("book.fault.DEFAULT_TAKEN.id", self.place(), id=made)
        return made

    def version(self) -> str:
        """Read the version."""
        found = self._read_id("version")
        if not found:
            self._cells.note("book.fault.DEFAULT_TAKEN.version", self.place())
        return found or "1"

    def previous(self) -> str:
        """Read the version before; empty where there is none."""
        return self._read_id("previous version")

    def place(self) -> Place:
        """Return where settings stand."""
        table = self._cells.tables.get("settings")
        return Place(table.source if table else self._form[self._cells.lang])

    def _read_id(self, key: str) -> str:
        text = self.text(key)
        if text and not _ID.fullmatch(text):
            self._cells.tell(
                BookFaultCode.OUT_OF_RANGE,
                self._rows[key],
                "value",
                says="book.fault.OUT_OF_RANGE.id",
            )
            return ""
        if text and not is_id(text):
            self._cells.tell(BookFaultCode.NOT_SUPPORTED, self._rows[key], "value")
        return text

    def _keep(self, row: Row) -> None:
        cells = self._cells
        name = cells.required(row, "item", LONGEST_LABEL)
        table = cells.tables["settings"]
        key = self._form.find_entry(name) if name else None
        if not name:
            return
        if key is None:
            known = [each[table.lang] for each in self._form.entries]
            near = find_nearest(name, known)
            cells.tell(
                BookFaultCode.NOT_ONE_OF,
                row,
                "item",
                near=near,
                says="book.fault.NOT_ONE_OF.setting",
            )
        elif key in self._rows:
            cells.tell(BookFaultCode.DUPLICATE, row, "item")
        else:
            self._rows[key] = row

    def _heading(self, key: str) -> Heading:
        return self._form.by_key[key]

    def _choose_languages(self) -> None:
        cells = self._cells
        said = self.word("language")
        if said:
            cells.lang = Lang(said)
        else:
            cells.lang = _find_language(cells)
        second = self.word("second language")
        if second == cells.lang.value:
            cells.tell(
                BookFaultCode.OUT_OF_RANGE,
                self._rows["second language"],
                "value",
                says="book.fault.OUT_OF_RANGE.second",
            )
        cells.second = bool(second) and second != cells.lang.value


def _find_language(cells: CellReader) -> Lang:
    """Find the language of the questions; of the headings where there is none."""
    questions = [row.cells.get("question", "") for row in cells.rows("questions")]
    table = cells.table("questions")
    if table is not None and not any(questions):
        return table.lang
    return Lang.JA if any(map(holds_japanese, questions)) else Lang.EN


def strip_copy_marks(name: str) -> str:
    """Return the name of a file without ending and without marks of copies and dates."""
    plain = re.sub(r"\.(xlsx|xlsm|xls|ods)$", "", name, flags=re.IGNORECASE)
    plain = re.sub(r"_確認$", "", plain)
    while (shorter := _COPY_MARKS.sub("", plain)) != plain and shorter.strip():
        plain = shorter
    return plain.strip() or name
