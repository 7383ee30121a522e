"""The sheet 文章: titles, headings and sentences, by the place where they stand."""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Mapping
from typing import Final

from sheet_diag.catalog.builder.cells import CellReader
from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import load_sheet_forms, second_key
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import fold_text
from sheet_diag.text.wording import find_label

# The names in braces that a text may use, as people write them, and what they stand for.
_PLACEHOLDERS: Final = {
    Lang.JA: {"分野数": "categories", "設問数": "questions", "満点": "full", "題名": "title"},
    Lang.EN: {
        "categories": "categories",
        "questions": "questions",
        "full": "full",
        "title": "title",
    },
}
_COMMENTS: Final = {Lang.JA: {"コメント数": "count"}, Lang.EN: {"comments": "count"}}
_NOTHING: Final = ("なし", "none")
_SEVERAL: Final = ("preamble",)
_NUMBER: Final = re.compile(r"(?:\d+|\{number\})\. ")


class TextsReader:
    """Reads the texts by the keys of their places; `values` fill the names in braces in."""

    def __init__(self, cells: CellReader, labels: set[str], values: Mapping[str, str]) -> None:
        self._cells, self._labels, self._values = cells, labels, values
        self._form = load_sheet_forms()["texts"]
        self._rows: dict[str, list[Row]] = {}
        for row in cells.rows("texts"):
            self._keep(row)

    def find(self, key: str) -> dict[str, str] | None:
        """Return the text of a place; None where the product's holds."""
        found = self.list_all(key)
        return found[0] if found else None

    def says_nothing(self, key: str) -> bool:
        """Whether nothing is to be printed at a place."""
        return any(
            fold_text(row.cells.get("text", "")) in map(fold_text, _NOTHING)
            for row in self._rows.get(key, ())
        )

    def list_all(self, key: str) -> list[dict[str, str]]:
        """List the texts of a place that may have several rows."""
        if self.says_nothing(key):
            return []
        found = (self._read(row, key) for row in self._rows.get(key, ()))
        return [text for text in found if text]

    def places(self) -> Iterator[tuple[str, Row]]:
        """Yield the places that are filled, with the row of each."""
        for key, rows in self._rows.items():
            for row in rows:
                if row.cells.get("text"):
                    yield key, row

    def openings(self) -> dict[str, list[dict[str, str]]]:
        """List the sentences that open an advice, by the folded label that was answered."""
        return {
            fold_text(key.partition(": ")[2]): self.list_all(key)
            for key in self._rows
            if self._form.heading_of(key).of
        }

    def _keep(self, row: Row) -> None:
        cells = self._cells
        name = cells.required(row, "place", 80)
        lang = cells.tables["texts"].lang
        key = self._form.find_entry(name) if name else None
        if name and key is None:
            known = [each[lang] for each in self._form.entries]
            cells.unknown(row, "place", name, known, BookFaultCode.PLACE_UNKNOWN)
        elif key is not None:
            self._check_place(row, key)
            self._rows.setdefault(key, []).append(row)
            self._check_placeholders(row, key)

    def _check_place(self, row: Row, key: str) -> None:
        """A place stands once, unless it takes several rows; a label after it must be one."""
        _, separator, label = key.partition(": ")
        if separator and self._form.heading_of(key).of:
            if fold_text(label) not in self._labels:
                self._cells.tell(
                    BookFaultCode.CHOICE_NOT_IN_SET,
                    row,
                    "place",
                    says="book.fault.CHOICE_NOT_IN_SET.label",
                )
        elif key in self._rows and key not in _SEVERAL:
            self._cells.tell(BookFaultCode.DUPLICATE, row, "place")

    def _check_placeholders(self, row: Row, key: str) -> None:
        cells = self._cells
        for at in ("text", second_key("text", cells.lang)):
            text = row.cells.get(at, "")
            known = self._placeholders(key, cells.lang if at == "text" else None)
            for name in _list_names(text):
                if name not in known:
                    shown = [f"{{{each}}}" for each in known]
                    cells.tell(
                        BookFaultCode.PLACEHOLDER_UNKNOWN, row, at, stands=f"{{{name}}}",
                        near=find_nearest(f"{{{name}}}", shown),
                        expected=Message("book.expect.placeholders", {"known": " ".join(shown)}),
                    )  # fmt: skip
                    break

    def _placeholders(self, key: str, lang: Lang | None) -> dict[str, str]:
        """List the names that a text may use; one in the second language takes those of both."""
        comments = key == "introduction of comments"
        langs = [lang] if lang else list(Lang)
        return {
            name: meant
            for each in langs
            for table in ((_PLACEHOLDERS, _COMMENTS) if comments else (_PLACEHOLDERS,))
            for name, meant in table[each].items()
        }

    def _read(self, row: Row, key: str) -> dict[str, str] | None:
        texts = self._cells.texts(row, "text")
        if texts is None:
            return None
        known = self._placeholders(key, None)
        return {lang: self._fill(text, known) for lang, text in texts.items()}

    def _fill(self, text: str, known: Mapping[str, str]) -> str:
        """Fill in what is known now; the number of comments is known in a report alone."""
        for name, meant in known.items():
            value = "{count}" if meant == "count" else self._values.get(meant, "")
            text = text.replace(f"{{{name}}}", value)
        return text


def _list_names(text: str) -> list[str]:
    """List the names in braces; a brace that stands alone is one without a name."""
    try:
        return [name for _, name, _, _ in string.Formatter().parse(text) if name is not None]
    except ValueError:
        return [text[text.find("{") + 1 :][:20] or text[:20]]


def write_labels(reader: TextsReader) -> dict[str, dict[str, str] | None]:
    """Write the labels of documents that are worded anew (None: nothing is printed)."""
    labels: dict[str, dict[str, str] | None] = {}
    for entry in load_sheet_forms()["texts"].entries:
        texts = reader.list_all(entry.key)
        for key in entry.labels:
            if reader.says_nothing(entry.key):
                labels[key] = None
            elif texts:
                labels[key] = _number_heading(key, _join(texts))
    return labels


def _join(texts: list[dict[str, str]]) -> dict[str, str]:
    """Join the rows of a place, each a paragraph."""
    langs = [lang for lang in texts[0] if all(lang in text for text in texts)]
    return {lang: "\n".join(text[lang] for text in texts) for lang in langs}


def _number_heading(key: str, text: dict[str, str]) -> dict[str, str]:
    """Put the number of a section before its heading, as our own has it."""
    found = _NUMBER.match(find_label(key)["ja"])
    return {lang: found[0] + each for lang, each in text.items()} if found else text
