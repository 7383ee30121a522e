"""The file with the passwords of reports in an output folder: loaded, and saved where it changed.

It is `passwords.xlsx`. The `passwords.csv` of an earlier version is read where that is missing; the
first save makes the workbook of it and keeps the old file under the time at which it was saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from sheet_diag.forms.layout import FIXED_CREATED
from sheet_diag.intake.passwords import read_password_sheet
from sheet_diag.model.basics import Lang, Message
from sheet_diag.storage.file_moves import remove_file, replace_file
from sheet_diag.storage.report_passwords.password_list import (
    OLD_PASSWORDS_FILE,
    PASSWORDS_FILE,
    PasswordList,
    PasswordListError,
    PasswordSheet,
)
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.staging import lock_output, write_private_file
from sheet_diag.text.wording import Wording
from sheet_diag.xlsx.book import Book
from sheet_diag.xlsx.theme import CELL, HEAD, INSET, Look

_COLUMNS: Final = ("number", "name", "password")
_WIDTHS: Final = (130, 360, 250)  # pixels
_OTHER_WIDTH: Final = 180
# As text, so Excel changes no id such as 001, and takes no name for a formula.
_TEXT: Final[Look] = {**CELL, **INSET, "num_format": "@", "text_wrap": False}

WriteFile = Callable[[str, bytes], None]  # name and content


class PasswordsFile:
    """The passwords of an output folder and the file that they were read from, if there was one."""

    def __init__(
        self, output: Path, passwords: PasswordList, lang: Lang, source: Path | None, content: bytes
    ) -> None:
        self.passwords = passwords
        self._output = output
        self._lang = lang
        self._source = source
        self._content = content

    @classmethod
    def load(
        cls,
        output: Path,
        clients: Iterable[ClientKey],
        fingerprints: Mapping[str, str],
        lang: Lang,
    ) -> PasswordsFile:
        """Load the list, empty where there is none. Raises `PasswordListError`."""
        source = find_passwords_file(output)
        if source is None:
            blank = PasswordSheet([_list_headings(lang)])
            return cls(output, PasswordList(blank), lang, None, b"")
        try:
            content = source.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            fault = Message("cli.passwords.access", {"reason": reason})
            raise PasswordListError(source, [fault]) from error
        sheet = read_password_sheet(source)
        passwords = PasswordList.load(source, sheet, clients, fingerprints)
        return cls(output, passwords, lang, source, content)

    @property
    def is_old(self) -> bool:
        """Whether the passwords stand in the file of an earlier version."""
        return self._source is not None and self._source.name == OLD_PASSWORDS_FILE

    def save(self, write: WriteFile) -> str:
        """Save the list where it has changed, with `write`; return the name under which the file
        as it was is kept (empty: all that stood in it stands in the new one)."""
        rows, header = self.passwords.rows(), self.passwords.header
        if self._source and not self.is_old and not self.passwords.is_changed:
            return ""
        kept = ""
        before = _make_workbook(self.passwords.rows_read, header, self._lang)
        if self._source and self._content != before:  # of another form, or edited
            kept = _find_free_name(self._source, self._content)
            write(kept, self._content)
        write(PASSWORDS_FILE, _make_workbook(rows, header, self._lang))
        return kept

    def remove_old(self) -> None:
        """Remove the file of an earlier version that was saved as a workbook, and kept."""
        if self.is_old:
            remove_file(self._output / OLD_PASSWORDS_FILE)


def find_passwords_file(output: Path) -> Path | None:
    """Find the file of the passwords: the workbook, or else that of an earlier version."""
    paths = (output / name for name in (PASSWORDS_FILE, OLD_PASSWORDS_FILE))
    return next((path for path in paths if path.exists()), None)


def has_unused_passwords(output: Path) -> bool:
    """Tell whether the file of an earlier version lies beside the workbook, which counts."""
    return all((output / name).exists() for name in (PASSWORDS_FILE, OLD_PASSWORDS_FILE))


def convert_passwords(
    output: Path, clients: Iterable[ClientKey], fingerprints: Mapping[str, str], lang: Lang
) -> str:
    """Make the workbook of the file of an earlier version, where there is no workbook yet.

    Returns the name under which that file is kept (empty: there was nothing to do). Raises
    `OSError`, `OutputBusyError`, `PasswordListError`.
    """
    if find_passwords_file(output) != output / OLD_PASSWORDS_FILE:
        return ""
    with lock_output(output):
        file = PasswordsFile.load(output, clients, fingerprints, lang)
        kept = file.save(lambda name, content: _replace_file(output / name, content))
        file.remove_old()
    return kept


def _replace_file(path: Path, content: bytes) -> None:
    """Write a file beside its place and move it there: a stop leaves no half of it."""
    beside = path.with_name(f".{path.name}.new")
    write_private_file(beside, content)
    replace_file(beside, path)


def _find_free_name(path: Path, content: bytes) -> str:
    """Find the name to keep a file under: of when it was saved, `passwords-20261127-093012.csv`.

    Sorted by name it comes before the workbook, so that it is put in place first.
    """
    saved = datetime.fromtimestamp(path.stat().st_mtime)
    for name in _number_names(f"{path.stem}-{saved:%Y%m%d-%H%M%S}", path.suffix):
        place = path.with_name(name)
        if not place.exists() or place.read_bytes() == content:
            break
    return name


def _number_names(stem: str, suffix: str) -> Iterator[str]:
    yield f"{stem}{suffix}"
    number = 2
    while True:
        yield f"{stem}-{number}{suffix}"
        number += 1


def _list_headings(lang: Lang) -> tuple[str, ...]:
    """Return the headings of a new list: client id, client, password."""
    return tuple(Wording(lang)(f"passwords.column.{column}") for column in _COLUMNS)


def _make_workbook(rows: Sequence[Sequence[str]], header: int, lang: Lang) -> bytes:
    """Make the workbook of the rows of a list. The same arguments give the same bytes."""
    title = Wording(lang)("passwords.sheet")
    book = Book(title=title, author="sheet-diag", created=FIXED_CREATED)
    page = book.page(title)
    width = max(col + 1 for row in rows for col, text in enumerate(row) if text)
    page.columns([*_WIDTHS, *[_OTHER_WIDTH] * (width - len(_WIDTHS))])
    for row, cells in enumerate(rows):
        look = HEAD if row == header else _TEXT
        for col in range(width):
            page.client_text(row, col, cells[col] if col < len(cells) else "", look)
    page.paper(landscape=False, header="", footer="&C&8&P / &N")
    page.fit_width(repeat=(header, header))
    page.freeze(header + 1)
    page.select(header + 1, 0)
    return book.bytes()
