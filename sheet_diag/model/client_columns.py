"""The columns of the client list: the one table that its reader, blank form and guide share.

A new column is a line here, a field of `ListedClient`, and its labels: `clients.column.<key>` is
its heading, `clients.guide.<key>` what it is for, `clients.example.<key>` an example.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import Final


class ClientEntry(Enum):
    """What an entry of a column is, which decides how it is read, checked and shown."""

    ID = auto()
    COMPANY = auto()  # a name on one line, without the honorific of a firm
    PERSON = auto()  # a name on one line, without the honorific of a person
    TEXT = auto()  # a text on one line
    ADDRESSES = auto()  # mail addresses
    LANGUAGE = auto()
    CHOICE = auto()  # a choice of the profile field whose id is the column's key
    COUNT = auto()  # such a choice, or a number that falls into one
    DAY = auto()
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
    ClientColumn("note", ClientEntry.NOTE, 168),
)
