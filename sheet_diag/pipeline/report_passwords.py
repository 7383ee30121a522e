"""The list of the passwords of reports in an output folder: loaded, and saved where it has changed.

It is `passwords.xlsx`. The `passwords.csv` of an earlier version is read where that is missing; the
first save makes the workbook of it and keeps the old file under the time at which it was saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sheet_diag.forms.passwords import make_password_workbook, password_headings
from sheet_diag.intake.passwords import read_password_sheet
from sheet_diag.model.basics import Lang, Message
from sheet_diag.storage.report_passwords.password_list import (
    OLD_PASSWORDS_FILE,
    PASSWORDS_FILE,
    PasswordList,
    PasswordListError,
    PasswordSheet,
)
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.staging import lock_output, write_private_file

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
            blank = PasswordSheet([password_headings(lang)])
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
        before = make_password_workbook(self.passwords.rows_read, header, self._lang)
        if self._source and self._content != before:  # of another form, or edited
            kept = _find_free_name(self._source, self._content)
            write(kept, self._content)
        write(PASSWORDS_FILE, make_password_workbook(rows, header, self._lang))
        return kept

    def remove_old(self) -> None:
        """Remove the file of an earlier version that was saved as a workbook, and kept."""
        if self.is_old:
            (self._output / OLD_PASSWORDS_FILE).unlink(missing_ok=True)


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
    beside.replace(path)


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
