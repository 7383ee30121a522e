"""Text parted by a sign -> lines of cells, in whatever form Excel saves it. Looks at no heading."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

CSV_SEPARATORS: Final = (",", "\t", ";")
_TEXT_FORMULA: Final = re.compile(r'="(.*)"')  # as firms keep the zeros of 001 in a CSV


@dataclass(frozen=True, slots=True)
class CsvLine:
    """A line that holds anything: where it begins in the file, counted from 1, and its cells."""

    number: int
    cells: tuple[str, ...]

    def text(self, column: int | None) -> str:
        """What the column says; empty where there is none."""
        return self.cells[column] if column is not None and column < len(self.cells) else ""


class CsvQuoteError(ValueError):
    """A quotation mark that is not closed, or stands where none may; `line` counts from 1."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(f"line {line}")


def decode_csv(content: bytes) -> str:
    """The text: Excel writes CSV in CP932 or UTF-8, and its 「Unicode テキスト」 in UTF-16.

    Raises `UnicodeDecodeError`.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp932")


def split_csv_lines(text: str, sign: str, *, strict: bool = True) -> Iterator[CsvLine]:
    """The lines that hold anything. Raises `CsvQuoteError`; if not `strict`, nothing."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=sign, strict=strict)
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if strict:
                raise CsvQuoteError(number) from error
            continue
        if any(map(str.strip, cells)):
            yield CsvLine(number, tuple(cells))


def strip_text_formula(cell: str) -> str:
    """The cell without the `="…"` that keeps Excel from changing it."""
    found = _TEXT_FORMULA.fullmatch(cell)
    return found[1] if found else cell
