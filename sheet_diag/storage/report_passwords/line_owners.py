"""Whose a line of a list of passwords is, where Excel has changed the client's id.

Excel takes 001 for 1, 1E5 for 1.00E+05 and 1-2 for a day, and saves what it shows. Such a line is
somebody's only if exactly one client fits: by id, and by company where that is told. Nothing is
guessed; what fits nobody, or several, is a doubt.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Final

from sheet_diag.text.normalize import company_key, normalize_text

ClientKey = tuple[str, str]  # id and name, as a person knows the client by

_MONTH: Final = (
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_NUMBER: Final = re.compile(r"\d+(?:\.\d*)?(?:e[+-]?\d{1,3})?")
_EXPONENT: Final = re.compile(r"\d(?:\.(\d+))?e[+-]\d+")  # as Excel shows a long number
_LIKE_DAY: Final = re.compile(  # ids that Excel takes for a day
    rf"\d{{1,4}}-\d{{1,2}}(?:-\d{{1,4}})?|{_MONTH}[-.]?\d{{1,4}}|\d{{1,2}}-?{_MONTH}(?:-?\d{{1,4}})?"
)
_DAY: Final = re.compile(  # as Excel shows a day that was an id
    rf"(?:\d+年)?\d+月(?:\d+日)?|\d+/\d+(?:/\d+)?|\d{{4}}-\d\d-\d\d"
    rf"|\d{{1,2}}-{_MONTH}(?:-\d+)?|{_MONTH}-\d+"
)
_NO_ID: Final = re.compile(r"[月/+]")  # in no id of a client list
_PLAIN_DIGITS: Final = 11  # Excel shows longer numbers with an exponent
_NOBODY: Final[Mapping[str, set[str]]] = {}


@dataclass(frozen=True, slots=True)
class PasswordEntry:
    """A password as it is listed, with the line of the file (counted from 1) that it stands in."""

    line: int
    number: str
    name: str
    word: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DoubtfulPassword:
    """A line of which nobody knows whose it is; `ids` are those of the clients that it may be."""

    entry: PasswordEntry
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _KnownClient:
    id: str
    companies: frozenset[str]


class PasswordOwners:
    """The clients that lines may be of."""

    def __init__(self, clients: Iterable[ClientKey]) -> None:
        ids: dict[str, str] = {}
        companies: dict[str, set[str]] = defaultdict(set)
        for number, name in clients:
            if key := normalize_text(number):
                ids.setdefault(key, number)
                companies[key] |= {company_key(name)} if name else set()
        self._by_id = {key: _KnownClient(ids[key], frozenset(companies[key])) for key in ids}
        self._values: dict[Decimal, list[_KnownClient]] = defaultdict(list)
        self._like_days: dict[str, list[_KnownClient]] = defaultdict(list)
        for key, known in self._by_id.items():
            if _NUMBER.fullmatch(key):
                self._values[Decimal(key)].append(known)
            if _LIKE_DAY.fullmatch(key):
                for company in known.companies:
                    self._like_days[company].append(known)
        self._rounded: dict[int, dict[str, list[_KnownClient]]] = {}

    def recognise(
        self, entries: Sequence[PasswordEntry]
    ) -> tuple[dict[int, str], tuple[DoubtfulPassword, ...]]:
        """The ids that lines had before Excel changed them, by place, and the lines in doubt."""
        taken: dict[str, set[str]] = defaultdict(set)  # the companies beside a client's own id
        for entry in entries:
            if (key := normalize_text(entry.number)) in self._by_id:
                taken[key].add(company_key(entry.name))
        found: dict[int, str] = {}
        doubts = []
        for place, entry in enumerate(entries):
            owner = self._owner(entry, taken) if entry.number else None
            if isinstance(owner, _KnownClient):
                found[place] = owner.id
            elif owner:
                doubts.append(owner)
        return found, tuple(doubts)

    def _owner(
        self, entry: PasswordEntry, taken: Mapping[str, set[str]]
    ) -> _KnownClient | DoubtfulPassword | None:
        """Whose the line is, if not that client's whose id stands there (None)."""
        key, possible = normalize_text(entry.number), self._possible(entry)
        others = [known for known in possible if normalize_text(known.id) not in taken]
        own = [self._by_id[key]] if key in taken else []
        if own and not others:
            return None
        sure = self._fitting(entry, own + others)
        if not sure and not own:  # a client with a line of his own may have this one, too
            sure = self._fitting(entry, possible, taken)
        if len(sure) == 1:
            return sure[0]
        if may := sure or own + others:
            return DoubtfulPassword(entry, tuple(known.id for known in may))
        strange = _NO_ID.search(entry.number) and _is_changed(entry.number)
        return DoubtfulPassword(entry, ()) if strange else None

    def _fitting(
        self,
        entry: PasswordEntry,
        possible: list[_KnownClient],
        listed: Mapping[str, set[str]] = _NOBODY,
    ) -> list[_KnownClient]:
        """Those whose company it is, too, by the name of the client or one `listed` by folded id;
        where none stands there, zeros alone may be missing."""
        if not entry.name:
            return possible if entry.number.isdecimal() else []
        key = company_key(entry.name)
        return [
            known
            for known in possible
            if key in known.companies or key in listed.get(normalize_text(known.id), ())
        ]

    def _possible(self, entry: PasswordEntry) -> list[_KnownClient]:
        shown = normalize_text(entry.number)
        if exponent := _EXPONENT.fullmatch(shown):
            return self._rounding_to(shown, len(exponent[1] or ""))
        if _NUMBER.fullmatch(shown):
            return self._values.get(Decimal(shown), [])
        if _DAY.fullmatch(shown):
            return self._like_days.get(company_key(entry.name), []) if entry.name else []
        return []

    def _rounding_to(self, shown: str, places: int) -> list[_KnownClient]:
        """Those whose number is shown so with as many places behind the point."""
        if places not in self._rounded:
            by_text: dict[str, list[_KnownClient]] = defaultdict(list)
            for value, known in self._values.items():
                by_text[_rounded(value, places)] += known
            self._rounded[places] = by_text
        return self._rounded[places].get(_rounded(Decimal(shown), places), [])


def is_changed_by_excel(number: str) -> bool:
    """Whether Excel would take the id for a number or a day, and save it otherwise."""
    key = normalize_text(number)
    if _LIKE_DAY.fullmatch(key):
        return True
    if not _NUMBER.fullmatch(key):
        return False
    whole = key.isdecimal() and (key == "0" or key[0] != "0")
    return not whole or len(key) > _PLAIN_DIGITS


def _is_changed(number: str) -> bool:
    shown = normalize_text(number)
    return bool(_EXPONENT.fullmatch(shown) or _DAY.fullmatch(shown))


def _rounded(value: Decimal, places: int) -> str:
    with localcontext() as context:
        context.rounding = ROUND_HALF_UP
        return f"{value:.{places}E}"


def find_conflicts(
    entries: Sequence[PasswordEntry], found: Mapping[int, str]
) -> Iterator[tuple[str, list[int]]]:
    """Clients with lines of different passwords: the folded id (or the name, where there is no
    id), and the places of the lines."""
    lines: dict[tuple[bool, str], list[int]] = defaultdict(list)
    for place, entry in enumerate(entries):
        key = normalize_text(found.get(place, entry.number))
        lines[bool(key), key or entry.name].append(place)
    for (_, key), places in lines.items():
        if len({entries[place].word for place in places}) > 1:
            yield key, places


def find_respelled_names(
    entries: Sequence[PasswordEntry], clients: Iterable[ClientKey]
) -> Iterator[tuple[str, str]]:
    """Clients without an id that stand in the list in another spelling, as a character set may
    have it: the name, and the name in the list. Only where there are one of each."""
    lines = {entry.name for entry in entries if not entry.number}
    names = {name for number, name in clients if not number}
    spelt: dict[str, list[str]] = defaultdict(list)
    for listed in lines - names:
        spelt[normalize_text(listed)].append(listed)
    asked = Counter(map(normalize_text, names - lines))
    for name in sorted(names - lines):
        if asked[normalize_text(name)] == 1 and len(spelt[normalize_text(name)]) == 1:
            yield name, spelt[normalize_text(name)][0]
