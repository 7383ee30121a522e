"""The file with the passwords of reports in an output folder: loaded, and saved where it changed.

It is `passwords.xlsx`. The `passwords.csv` of an earlier version is read where that is missing; the
first save makes the workbook of it and keeps the old file under the time at which it was saved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from sheet_diag.forms.call_list import make_call_list
from sheet_diag.forms.page_writer import FormContext
from sheet_diag.intake.passwords import read_password_sheet
from sheet_diag.model.basics import Message
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.storage.file_moves import remove_file, write_whole_file
from sheet_diag.storage.report_passwords.faults import PasswordListError
from sheet_diag.storage.report_passwords.password_list import (
    OLD_PASSWORDS_FILE,
    PASSWORDS_FILE,
    PasswordList,
    PasswordSheet,
    row_key,
)
from sheet_diag.storage.report_passwords.row_owners import ClientKey
from sheet_diag.storage.rights import PRIVATE_FILE
from sheet_diag.storage.staging import lock_output

WriteFile = Callable[[str, bytes], None]  # name and content


class PasswordsFile:
    """The passwords of an output folder and the file that they were read from, if there was one."""

    def __init__(
        self,
        output: Path,
        clients: ClientList,
        sheet: PasswordSheet,
        passwords: PasswordList,
        context: FormContext,
    ) -> None:
        self.passwords = passwords
        self._clients = clients
        self._output = output
        self._sheet = sheet
        self._context = context
        self._source = find_passwords_file(output)
        self._content = b""

    @classmethod
    def load(
        cls,
        output: Path,
        clients: ClientList,
        fingerprints: Mapping[str, str],
        context: FormContext,
        others: Iterable[ClientKey] = (),
    ) -> PasswordsFile:
        """Load the list, empty where there is none. Raises `PasswordListError`.

        Its rows are of `clients`, or of `others`; `fingerprints` are by folded id.
        """
        agreed = clients.agreed_passwords()
        source = find_passwords_file(output)
        if source is None:
            blank = PasswordSheet()
            return cls(output, clients, blank, PasswordList(blank, agreed), context)
        try:
            content = source.read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            fault = Message("cli.passwords.access", {"reason": reason})
            raise PasswordListError(source, [fault]) from error
        sheet = read_password_sheet(source)
        keys = [*((each.id, each.company) for each in clients.clients), *others]
        passwords = PasswordList.load(source, sheet, keys, fingerprints, agreed)
        found = cls(output, clients, sheet, passwords, context)
        found._content = content
        return found

    @property
    def is_old(self) -> bool:
        """Whether the passwords stand in the file of an earlier version."""
        return self._source is not None and self._source.name == OLD_PASSWORDS_FILE

    def fill_contacts(self, facts: Iterable[ReturnFacts]) -> None:
        """Write into blank cells whom to call, and where: by the returns that were ranked, else by
        the client list. A return whose sender is in doubt tells nothing."""
        listed = self._clients.by_id()
        contacts = {}
        for fact in facts:
            client = listed.get(fact.client.casefold())
            contact = fact.contact or (client.contact if client else "")
            if fact.result and not fact.sender_doubt:
                known = (" ".join(contact.split()), " ".join(fact.phone.split()))
                contacts[row_key(fact.client, fact.name)] = known
        self.passwords.fill_contacts(contacts)

    @property
    def _loses_cells(self) -> bool:
        """Whether something that was read will not stand in the new file."""
        return self.is_old or self._sheet.holds_more or self.passwords.drops_cells

    def save(self, write: WriteFile) -> str:
        """Save the list where it has changed, with `write`; return the name under which the file
        as it was is kept, if a person may have written it since it was read, too (empty: all that
        stood in it stands in the new one)."""
        if self._source and self._sheet.is_current and not self.passwords.is_changed:
            return ""
        kept = ""
        content = self._source.read_bytes() if self._source else b""
        if self._source and (self._loses_cells or content != self._content):
            kept = _find_free_name(self._source, content)
            write(kept, content)
        rows, is_agreed = self.passwords.rows(), self.passwords.is_agreed
        others, above = self._sheet.others, self._sheet.above
        write(PASSWORDS_FILE, make_call_list(self._context, rows, others, above, is_agreed))
        return kept

    def save_in_place(self) -> str:
        """Save the list in its folder, which nobody else writes into; return as `save` does."""
        kept = self.save(lambda name, new: write_whole_file(self._output / name, new, PRIVATE_FILE))
        self.remove_old()
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


def convert_passwords(output: Path, load: Callable[[], PasswordsFile]) -> str:
    """Make the workbook of the file of an earlier version, where there is no workbook yet.

    Returns the name under which that file is kept (empty: there was nothing to do). Raises
    `OSError`, `OutputBusyError`, `PasswordListError`.
    """
    if find_passwords_file(output) != output / OLD_PASSWORDS_FILE:
        return ""
    with lock_output(output):
        return load().save_in_place()


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
