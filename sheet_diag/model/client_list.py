"""診断先一覧: whom the hearing sheets go to, as the firm lists them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, auto
from typing import Final

from sheet_diag.model.basics import Lang


@dataclass(frozen=True, slots=True)
class ListedClient:
    """A client of the list.

    `addresses` are mail addresses in the order of the list, their domains in lower case; `shared`
    are those of them that other clients may have, too, if their lines say the same; `contact` and
    `title` are the person that is written to; `contacted` is the day of the last talk about the
    result; `industry` and `employees` are choice ids of the
    catalogue (empty: not told); `password` is the one agreed for the report (empty: none is); `row`
    is the line of the list, counted from 1.
    """

    id: str
    company: str
    lang: Lang
    addresses: tuple[str, ...]
    contact: str = ""
    title: str = ""
    industry: str = ""
    employees: str = ""
    due: date | None = None
    group: str = ""
    contacted: date | None = None
    password: str = field(default="", repr=False)
    note: str = ""
    row: int = 0
    shared: tuple[str, ...] = ()

    @property
    def name_with_id(self) -> str:
        """The client as people name it, such as `C-001 株式会社見本商事`."""
        return f"{self.id} {self.company}"


@dataclass(frozen=True, slots=True)
class ClientList:
    """The clients in the order of the list. No two share an id or a password, nor an address unless
    both say so."""

    clients: Sequence[ListedClient] = ()

    def by_id(self) -> dict[str, ListedClient]:
        """Return the clients by folded id; ids are ASCII and neither begin nor end with a dot."""
        return {client.id.casefold(): client for client in self.clients}

    def agreed_passwords(self) -> dict[str, str]:
        """Return the passwords that were agreed with clients, by folded id."""
        return {each.id.casefold(): each.password for each in self.clients if each.password}

    def by_address(self) -> dict[str, tuple[ListedClient, ...]]:
        """Return the clients by folded address; several share one."""
        found: dict[str, tuple[ListedClient, ...]] = {}
        for client in self.clients:
            for each in dict.fromkeys(map(str.casefold, client.addresses)):
                found[each] = (*found.get(each, ()), client)
        return found


@dataclass(frozen=True, slots=True)
class Deadlines:
    """By when answers are asked for: `own` by folded client id, else `general` (None: no day).

    A day before `earliest` has passed and is told to nobody.
    """

    own: Mapping[str, date]
    general: date | None
    earliest: date

    @classmethod
    def of_list(cls, clients: ClientList | None, general: date | None, earliest: date) -> Deadlines:
        """Take the days of the clients from their list (None: there is none)."""
        listed = clients.by_id() if clients else {}
        return cls({key: each.due for key, each in listed.items() if each.due}, general, earliest)

    def of_client(self, client: str | None) -> date | None:
        """Find the day of a client by its id (None: it has none)."""
        due = self.own.get((client or "").casefold(), self.general)
        return due if due and due >= self.earliest else None


NO_DEADLINES: Final = Deadlines({}, None, date.min)


def find_clients_by_address(
    addresses: Iterable[str], by_address: Mapping[str, tuple[ListedClient, ...]]
) -> tuple[ListedClient, ...]:
    """Find the clients of the first address that is in the list (`ClientList.by_address`)."""
    found = (by_address.get(each.casefold(), ()) for each in addresses)
    return next(filter(None, found), ())


class ClientEntry(Enum):
    """What an entry of a column is, which decides how it is read, checked and shown."""

    ID = auto()
    COMPANY = auto()  # a name on one line, without the honorific of a firm
    PERSON = auto()  # a name on one line, without the honorific of a person
    TEXT = auto()  # a text on one line
    ADDRESSES = auto()  # mail addresses
    SHARED = auto()  # yes for all addresses of the line, or some of them
    LANGUAGE = auto()
    CHOICE = auto()  # a choice of the profile field whose id is the column's key
    COUNT = auto()  # such a choice, or a number that falls into one
    DAY = auto()
    PASSWORD = auto()  # that no other client has
    NOTE = auto()  # a text of several lines


@dataclass(frozen=True, slots=True)
class ClientColumn:
    """A column of the client list, `width` pixels wide; a list without a `needed` one has a fault.

    `field` is the field of `ListedClient` that holds the entry (empty: it is called as the key).
    """

    key: str
    entry: ClientEntry
    width: int
    needed: bool = False
    field: str = ""


CLIENT_COLUMNS: Final = (
    ClientColumn("id", ClientEntry.ID, 96, needed=True),
    ClientColumn("company", ClientEntry.COMPANY, 214, needed=True),
    ClientColumn("contact", ClientEntry.PERSON, 116),
    ClientColumn("title", ClientEntry.TEXT, 104),
    ClientColumn("mail", ClientEntry.ADDRESSES, 232, needed=True, field="addresses"),
    ClientColumn("lang", ClientEntry.LANGUAGE, 84),
    ClientColumn("industry", ClientEntry.CHOICE, 190),
    ClientColumn("employees", ClientEntry.COUNT, 104),
    ClientColumn("due", ClientEntry.DAY, 96),
    ClientColumn("group", ClientEntry.TEXT, 104),
    ClientColumn("contacted", ClientEntry.DAY, 104),
    ClientColumn("shared", ClientEntry.SHARED, 124),
    ClientColumn("password", ClientEntry.PASSWORD, 132),
    ClientColumn("note", ClientEntry.NOTE, 168),
)
