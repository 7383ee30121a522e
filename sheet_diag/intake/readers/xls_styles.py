"""Read what the records of an .xls say of cells beside their values: fonts, and notes.

Source: [MS-XLS], sections 2.4 and 2.5.293. Index 4 is no font's.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Final

from sheet_diag.intake.cells import CellPosition
from sheet_diag.intake.readers.notes import Note, without_author
from sheet_diag.intake.readers.survey import SheetSurvey
from sheet_diag.intake.readers.text_styles import (
    PLAIN,
    Run,
    TextStyle,
    name_symbol_font,
    pick_font,
    split_runs,
)

_FONT, _STYLE, _TEXTS, _CONTINUE = 0x0031, 0x00E0, 0x00FC, 0x003C
_NUMBERS, _RICH_LABEL, _SHARED_TEXT = 0x00BD, 0x00D6, 0x00FD
_NOTE, _OBJECT, _OBJECT_TEXT = 0x001C, 0x005D, 0x01B6
NOTE_RECORDS: Final = (_NOTE, _OBJECT, _OBJECT_TEXT, _CONTINUE)
_STRUCK: Final = 0x08  # of a font
_WIDE, _EXTENDED, _RICH = 0x01, 0x04, 0x08  # of a text
_NO_FONT: Final = 4
_FOLLOWING: Final = 0xFFFF  # the row of a note of BIFF5 that goes on


class XlsStyles:
    """The fonts and styles of a workbook, and its shared texts of several fonts.

    `are_special` says that a font is struck out or shows symbols.
    """

    def __init__(self) -> None:
        self._fonts: list[TextStyle] = []
        self._numbers: list[int] = []
        self._segments: list[bytes] = []
        self._in_texts = False
        self._texts: Mapping[int, Sequence[Run]] | None = None
        self.are_special = False

    def add(self, number: int, data: bytes, codec: str | None) -> None:
        """Add a record of the workbook; `codec` is that of texts in BIFF5, None in BIFF8."""
        if number == _FONT and len(data) >= 16:
            name = data[15:].decode(codec, "replace") if codec else _text(data[15:], data[14])
            style = TextStyle(bool(data[2] & _STRUCK), name_symbol_font(name, data[12]))
            self._fonts.append(style)
            self.are_special |= style != PLAIN
        elif number == _STYLE and len(data) >= 2:
            self._numbers.append(struct.unpack_from("<H", data)[0])
        self._in_texts = number == _TEXTS or (number == _CONTINUE and self._in_texts)
        if self._in_texts:
            self._segments.append(data)

    def style_cell(self, sheet: SheetSurvey, number: int, data: bytes, codec: str | None) -> None:
        """Keep what the styles of a cell say."""
        row, column, style = struct.unpack_from("<3H", data)
        if number == _NUMBERS:
            for place in range(4, len(data) - 7, 6):
                style = struct.unpack_from("<H", data, place)[0]
                sheet.style((row, column + (place - 4) // 6), self._style(style))
            return
        runs: Sequence[Run] = ()
        if number == _SHARED_TEXT and len(data) >= 10:
            runs = self._shared_texts().get(struct.unpack_from("<I", data, 6)[0], ())
        elif number == _RICH_LABEL:
            runs = self._rich_label(data[6:], codec)
        sheet.style((row, column), self._style(style), runs)

    def _style(self, number: int) -> TextStyle:
        return self._font(self._numbers[number]) if number < len(self._numbers) else PLAIN

    def _font(self, number: int) -> TextStyle:
        return pick_font(self._fonts, number - (number > _NO_FONT))

    def _shared_texts(self) -> Mapping[int, Sequence[Run]]:
        if self._texts is None:
            self._texts = dict(self._read_texts())
        return self._texts

    def _read_texts(self) -> Iterator[tuple[int, Sequence[Run]]]:
        """Read the shared texts that have runs, up to the first damage."""
        reader = _SegmentReader(self._segments)
        with suppress(EOFError):
            count = struct.unpack("<II", reader.take(8))[1]
            for number in range(count):
                length, flags = struct.unpack("<HB", reader.take(3))
                runs = struct.unpack("<H", reader.take(2))[0] if flags & _RICH else 0
                more = struct.unpack("<I", reader.take(4))[0] if flags & _EXTENDED else 0
                text = reader.letters(length, bool(flags & _WIDE))
                starts = [struct.unpack("<HH", reader.take(4)) for _ in range(runs)]
                reader.skip(more)
                if starts:
                    yield number, split_runs(text, ((at, self._font(font)) for at, font in starts))

    def _rich_label(self, data: bytes, codec: str | None) -> Sequence[Run]:
        try:
            text, starts = _read_rich_label(_SegmentReader([data]), codec)
        except EOFError:
            return ()
        return split_runs(text, ((at, self._font(font)) for at, font in starts))


def _read_rich_label(
    reader: _SegmentReader, codec: str | None
) -> tuple[str, list[tuple[int, int]]]:
    """Read a text of a cell's own, and where its parts of another font start. Raises `EOFError`."""
    if codec is None:
        length, flags = struct.unpack("<HB", reader.take(3))
        text = reader.letters(length, bool(flags & _WIDE))
        count = struct.unpack("<H", reader.take(2))[0]
        return text, [struct.unpack("<HH", reader.take(4)) for _ in range(count)]
    letters = reader.take(struct.unpack("<H", reader.take(2))[0])
    starts = [struct.unpack("<BB", reader.take(2)) for _ in range(reader.take(1)[0])]
    # BIFF5 counts bytes, of which a Japanese letter has two.
    return letters.decode(codec, "replace"), [
        (len(letters[:at].decode(codec, "replace")), font) for at, font in starts
    ]


class XlsNotes:
    """Collects the notes of a sheet; in BIFF8 their texts stand in objects of their own."""

    def __init__(self) -> None:
        self._notes: list[tuple[int, int, int, str]] = []
        self._texts: dict[int, str] = {}
        self._old: list[tuple[CellPosition, list[str]]] = []
        self._object = 0
        self._missing = 0

    def add(self, number: int, data: bytes, codec: str | None) -> None:
        """Add a record of the sheet."""
        if number == _OBJECT and len(data) >= 8:
            self._object = struct.unpack_from("<H", data, 6)[0]
        elif number == _OBJECT_TEXT and len(data) >= 12:
            self._missing = struct.unpack_from("<H", data, 10)[0]
        elif number == _CONTINUE and self._missing and data:
            text = _text(data, self._missing)
            self._missing -= len(text)
            self._texts[self._object] = self._texts.get(self._object, "") + text
        elif number == _NOTE and len(data) >= 6:
            self._add_note(data, codec)

    def _add_note(self, data: bytes, codec: str | None) -> None:
        row, column = struct.unpack_from("<HH", data)
        if codec is None and len(data) >= 10:
            author = _text(data[10:], struct.unpack_from("<H", data, 8)[0])
            self._notes.append((row, column, struct.unpack_from("<H", data, 6)[0], author))
        elif codec and row == _FOLLOWING and self._old:
            self._old[-1][1].append(data[6:].decode(codec, "replace"))
        elif codec:
            self._old.append(((row, column), [data[6:].decode(codec, "replace")]))

    def found(self) -> Iterator[Note]:
        """Give all notes of the sheet."""
        yield from ((at, "".join(texts)) for at, texts in self._old)
        for row, column, number, author in self._notes:
            yield (row, column), without_author(self._texts.get(number, ""), author)


class _SegmentReader:
    """Reads a record that goes on in others. Raises `EOFError` at their end."""

    def __init__(self, segments: Sequence[bytes]) -> None:
        self._following = iter(segments)
        self._data = b""
        self._place = 0

    def _advance(self) -> None:
        data = next(self._following, b"")
        if not data:
            raise EOFError
        self._data, self._place = data, 0

    def take(self, size: int) -> bytes:
        """Take bytes, over the ends of records."""
        parts = []
        while size:
            if self._place >= len(self._data):
                self._advance()
            part = self._data[self._place : self._place + size]
            self._place += len(part)
            size -= len(part)
            parts.append(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Pass over bytes."""
        while size:
            if self._place >= len(self._data):
                self._advance()
            step = min(size, len(self._data) - self._place)
            self._place += step
            size -= step

    def letters(self, count: int, wide: bool) -> str:
        """Take letters; a record that goes on says again how wide they are."""
        parts = []
        while count:
            if self._place >= len(self._data):
                self._advance()
                wide, self._place = bool(self._data[0] & _WIDE), 1
            width = 2 if wide else 1
            step = min(count, (len(self._data) - self._place) // width)
            if not step:
                raise EOFError
            end = self._place + step * width
            parts.append(_decode(self._data[self._place : end], wide))
            self._place = end
            count -= step
        return "".join(parts)


def _text(data: bytes, length: int) -> str:
    """Read letters after the byte that says how wide they are, as far as there are any."""
    if not data:
        return ""
    wide = bool(data[0] & _WIDE)
    return _decode(data[1 : 1 + length * (2 if wide else 1)], wide)


def _decode(letters: bytes, wide: bool) -> str:
    return letters.decode("utf-16-le" if wide else "latin-1", "replace")
