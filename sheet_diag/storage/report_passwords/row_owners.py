"""Whose a row of a list of passwords is, where Excel has changed the client's id.

In a CSV file Excel takes 001 for 1, 1E5 for 1.00E+05 and 1-2 for a day, and saves what it shows.
Such a row is somebody's only if exactly one client fits, by the id and by the company that stands
there. Nothing is guessed: a row that fits nobody, or several, is doubtful.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from sheet_diag.text.normalize import company_key, normalize_text

ClientKey = tuple[str, str]  # id and name, as a person knows the client by

_MONTH: Final = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_NUMBER: Final = re.compile(r"\d+(?:\.\d*)?")
_CHANGEABLE: Final = re.compile(rf"[\d.-]+|[\d.-]*(?:e|{_MONTH})[\d.-]+|[\d.-]+{_MONTH}")
_CHANGED: Final = re.compile(  # as Excel shows a long number, or a day that was an id
    rf"\d(?:\.\d+)?e[+-]\d+|(?:\d+年)?\d+月(?:\d+日)?|\d+/\d+(?:/\d+)?|\d{{4}}-\d\d-\d\d"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d+)?|{_MONTH}-\d+"
)
_ROUNDED: Final = re.compile(r"\d(?:\.(\d+))?e[+-]\d+")
_NO_ID: Final = re.compile(r"[月/+]")  # in no id of a client list
_NOBODY: Final[Mapping[str, set[str]]] = {}


@dataclass(frozen=True, slots=True)
class PasswordEntry:
    """A password of the list, with the row (counted from 1) that it stands in."""

    row: int
    number: str
    name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DoubtfulPassword:
    """A row of which nobody knows whose it is; `ids` are those of the clients that it may be."""

    entry: PasswordEntry
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _KnownClient:
    id: str
    companies: frozenset[str]


class PasswordOwners:
    """The clients that rows may be of."""

    def __init__(self, clients: Iterable[ClientKey]) -> None:
        ids: dict[str, str] = {}
        companies: dict[str, set[str]] = defaultdict(set)
        for number, name in clients:
            if key := normalize_text(number):
                ids.setdefault(key, number)
                companies[key] |= {company_key(name)} if name else set()
        self._by_id = {key: _KnownClient(ids[key], frozenset(companies[key])) for key in ids}
        self._by_value: dict[Decimal, list[_KnownClient]] = defaultdict(list)
        self._changeable: dict[str, list[_KnownClient]] = defaultdict(list)  # by company
        for key, known in self._by_id.items():
            if _NUMBER.fullmatch(key):
                self._by_value[Decimal(key)].append(known)
            if _CHANGEABLE.fullmatch(key):
                for company in known.companies:
                    self._changeable[company].append(known)

    def recognise(
        self, entries: Sequence[PasswordEntry]
    ) -> tuple[dict[int, str], tuple[DoubtfulPassword, ...]]:
        """Find the ids that rows had before Excel changed them, by place, and the doubtful rows."""
        taken: dict[str, set[str]] = defaultdict(set)  # the companies beside a client's own id
        for entry in entries:
            if (key := normalize_text(entry.number)) in self._by_id:
                taken[key].add(company_key(entry.name))
        found: dict[int, str] = {}
        doubts = []
        for place, entry in enumerate(entries):
            owner = self._find_owner(entry, taken) if entry.number else None
            if isinstance(owner, _KnownClient):
                found[place] = owner.id
            elif owner:
                doubts.append(owner)
        return found, tuple(doubts)

    def _find_owner(
        self, entry: PasswordEntry, taken: Mapping[str, set[str]]
    ) -> _KnownClient | DoubtfulPassword | None:
        """Find whose the row is, if not that client's whose id stands there (None)."""
        key, possible = normalize_text(entry.number), self._find_possible(entry)
        others = [known for known in possible if normalize_text(known.id) not in taken]
        own = [self._by_id[key]] if key in taken else []
        if own and not others:
            return None
        sure = self._select_fitting(entry, own + others)
        if not sure and not own:  # a client with a row of its own may have this one, too
            sure = self._select_fitting(entry, possible, taken)
        if len(sure) == 1:
            return sure[0]
        if may := sure or own + others:
            return DoubtfulPassword(entry, tuple(known.id for known in may))
        is_changed = _NO_ID.search(entry.number) and _CHANGED.fullmatch(key)
        return DoubtfulPassword(entry, ()) if is_changed else None

    def _find_possible(self, entry: PasswordEntry) -> list[_KnownClient]:
        shown = normalize_text(entry.number)
        if _NUMBER.fullmatch(shown):
            return self._by_value.get(Decimal(shown), [])
        if not entry.name or not _CHANGED.fullmatch(shown):
            return []
        possible = self._changeable.get(company_key(entry.name), [])
        if rounded := _ROUNDED.fullmatch(shown):
            return [known for known in possible if _rounds_to(known.id, rounded)]
        return possible

    def _select_fitting(
        self,
        entry: PasswordEntry,
        possible: list[_KnownClient],
        taken: Mapping[str, set[str]] = _NOBODY,
    ) -> list[_KnownClient]:
        """Select those whose company stands there, or one of `taken` by id; where none stands
        there, only zeros may be missing."""
        if not entry.name:
            return possible if entry.number.isdecimal() else []
        key = company_key(entry.name)
        return [
            known
            for known in possible
            if key in known.companies or key in taken.get(normalize_text(known.id), ())
        ]


def _rounds_to(number: str, rounded: re.Match[str]) -> bool:
    """Tell whether Excel shows an id so, with as many places behind the point."""
    if not re.fullmatch(r"\d+(?:\.\d*)?(?:e\d{1,3})?", normalize_text(number)):
        return False
    shown = f"{Decimal(number):.{len(rounded[1] or '')}e}"
    return Decimal(shown) == Decimal(rounded[0])


def find_conflicts(
    entries: Sequence[PasswordEntry], found: Mapping[int, str]
) -> Iterator[tuple[str, list[int]]]:
    """Find clients with different passwords: the folded id (or the name, where there is no id),
    and the places of their rows."""
    rows: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        key = normalize_text(found.get(place, entry.number))
        rows[bool(key), key or entry.name].append(place)
    for (_, key), places in rows.items():
        if len({entries[place].password for place in places}) > 1:
            yield key, places


def find_respelled_names(
    entries: Sequence[PasswordEntry], clients: Iterable[ClientKey]
) -> Iterator[tuple[str, str]]:
    """Find clients without an id whose name a character set has changed: the name, and the one in
    the list. Only where there is one of each."""
    listed = {entry.name for entry in entries if not entry.number}
    names = {name for number, name in clients if not number}
    spelt: dict[str, list[str]] = defaultdict(list)
    for name in listed - names:
        spelt[normalize_text(name)].append(name)
    wanted = Counter(map(normalize_text, names - listed))
    for name in sorted(names - listed):
        key = normalize_text(name)
        if wanted[key] == 1 and len(spelt[key]) == 1:
            yield name, spelt[key][0]
