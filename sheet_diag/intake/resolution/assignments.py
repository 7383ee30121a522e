"""Give files to the clients that the consultant names, and leave out those that he leaves out.

Pure, and before the returns are matched with the client list: what a line says stands on the sheet
from then on. A copy with the same bytes belongs to the same client.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain

from sheet_diag.diagnosis.override_lines import file_key, keep_agreeing
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.overrides import FileAssignment
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, ReturnedSheet
from sheet_diag.text.normalize import company_key, normalize_text
from sheet_diag.text.wording import Wording

# Whose the return is.
_SETTLED = (
    ProblemCode.COMPANY_MISSING, ProblemCode.COMPANY_UNNAMED, ProblemCode.COMPANY_TWICE
)  # fmt: skip


def assign_files(read: Sequence[ReceivedFile], clients: ClientList | None) -> list[ReceivedFile]:
    """Assign files as the lines of the consultant say, and tell which lines could not be used."""
    files = [at for at, each in enumerate(read) if each.decisions and each.decisions.assignments]
    if not files:
        return list(read)
    owners, found = _Owners(read, clients), _FileIndex(read)
    changed: dict[int, ReceivedFile] = {}
    for file in files:
        decisions = read[file].decisions
        kept, faults = keep_agreeing(
            [*decisions.assignments] if decisions else [],
            keys_of=found.of,
            says=lambda line: normalize_text(line.client),
            place_of=lambda line: (line.cells[0], line.file),
        )
        for line in kept:
            faults += _apply_line(line, read, found, owners, changed)
        changed[file] = replace(read[file], problems=(*read[file].problems, *faults))
    return [changed.get(at, each) for at, each in enumerate(read)]


def _apply_line(
    line: FileAssignment,
    read: Sequence[ReceivedFile],
    found: _FileIndex,
    owners: _Owners,
    changed: dict[int, ReceivedFile],
) -> Sequence[Problem]:
    """Apply a line to the files that it names; returns why it was not."""
    places = found.of(line)
    if not line.client and places:
        changed |= {at: _leave_out(read[at]) for at in places}
        return ()
    readable = found.copies([at for at in places if read[at].sheet])
    if not readable:
        code = ProblemCode.OVERRIDE_FILE_UNKNOWN
        return (Problem(code, line.sheet, line.cells[0], value=line.file),)
    owner = owners.find(line.client)
    if isinstance(owner, str):
        code = ProblemCode.OVERRIDE_CLIENT_AMBIGUOUS
        details = (("files", owner),)
        return (Problem(code, line.sheet, line.cells[1], value=line.client, details=details),)
    for at in readable:
        if (sheet := read[at].sheet) and at not in changed:
            changed[at] = _assign(read[at], sheet, owner)
    return ()


class _FileIndex:
    """What was read by the names of files and members; all by their places."""

    def __init__(self, read: Sequence[ReceivedFile]) -> None:
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_content: dict[str, list[int]] = defaultdict(list)
        self._read = read
        for at, each in enumerate(read):
            if each.decisions or each.ignored:
                continue
            for name in {file_key(each.file), file_key(each.label)}:
                self._by_name[name].append(at)
            if each.sheet:
                self._by_content[each.sha256].append(at)

    def of(self, line: FileAssignment) -> Sequence[int]:
        """Find what a line names: a file with all its members, or one member."""
        return self._by_name.get(file_key(line.file), ())

    def copies(self, places: Sequence[int]) -> list[int]:
        """Find these returns and all with the same bytes."""
        contents = dict.fromkeys(self._read[at].sha256 for at in places)
        return list(chain.from_iterable(self._by_content[each] for each in contents))


@dataclass(frozen=True, slots=True)
class _Owner:
    """Whose a return is; an id or a name that is not known is empty."""

    client: str
    name: str


class _Owners:
    """The clients of the list, and those that the returns name."""

    def __init__(self, read: Sequence[ReceivedFile], clients: ClientList | None) -> None:
        self._listed = clients.by_id() if clients else {}
        self._by_name: dict[str, list[_Owner]] = defaultdict(list)
        for client in clients.clients if clients else ():
            self._by_name[company_key(client.company)].append(_Owner(client.id, client.company))
        self._named: dict[str, _Owner] = {}
        for sheet in (each.sheet for each in read):
            if sheet and sheet.identity.client:
                owner = _Owner(sheet.identity.client, sheet.name)
                self._named.setdefault(normalize_text(owner.client), owner)

    def find(self, typed: str) -> _Owner | str:
        """Find the client of an id or a name; the ids of several that have the name."""
        key = normalize_text(typed)
        if listed := self._listed.get(typed.casefold()) or self._listed.get(key):
            return _Owner(listed.id, listed.company)
        of_name = self._by_name.get(company_key(typed), ())
        if len(of_name) > 1:
            return ", ".join(owner.client for owner in of_name)
        return of_name[0] if of_name else self._named.get(key, _Owner("", typed))


def _leave_out(received: ReceivedFile) -> ReceivedFile:
    problems = (Problem(ProblemCode.FILE_LEFT_OUT),)
    return replace(received, sheet=None, plan=None, ignored=True, problems=problems)


def _assign(received: ReceivedFile, sheet: ReturnedSheet, owner: _Owner) -> ReceivedFile:
    shown = " ".join(filter(None, (owner.client, owner.name)))
    before = " ".join(filter(None, (sheet.identity.client, sheet.name)))
    details = tuple(
        (f"before_{lang.value}", before or Wording(lang)("overrides.said.nowhere")) for lang in Lang
    )
    told = Problem(ProblemCode.FILE_ASSIGNED, value=shown, details=details)
    left = (problem for problem in received.problems if problem.code not in _SETTLED)
    profile = {**sheet.profile, "company": owner.name or sheet.name}
    identity = replace(sheet.identity, client=owner.client or None)
    return replace(
        received,
        sheet=replace(sheet, identity=identity, profile=profile),
        problems=(*left, told),
    )
