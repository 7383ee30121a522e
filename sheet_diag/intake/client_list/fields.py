"""What one cell of a client list means: an id, a name, a choice, a day, or a fault.

Each reader gives the value and what is wrong with it; of the two, one is empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from difflib import get_close_matches
from typing import Final

from sheet_diag.intake.client_list.errors import Said, named, says, shortened
from sheet_diag.intake.dates import has_marks, read_day
from sheet_diag.intake.returns.company import understand
from sheet_diag.intake.returns.vocabulary import closed_up
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, FieldKind
from sheet_diag.text.normalize import fold
from sheet_diag.text.wording import Wording

_ID: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?: [\d:.]+)?")  # as readers tell a date of Excel
_EARLIEST: Final = 2000
_LATEST: Final = 2100
_LONGEST: Final = 200  # characters of a name; no subject of a mail and no cover holds more
_LONGEST_NOTE: Final = 2_000
# What would break a line, and with it a header of a mail, besides the control characters.
_BREAKS: Final = ("Cc", "Zl", "Zp", "Cs")
_HONORIFICS: Final = {"contact": "様", "company": "御中"}
_LANGUAGES: Final = {Lang.JA: "clients.lang.ja", Lang.EN: "clients.lang.en"}
_UNKNOWN: Final = {
    "industry": "clients.fault.choice.industry",
    "employees": "clients.fault.choice.employees",
}
# A character that a CSV file in a Japanese code page cannot hold is a question mark in it, beside
# those that it can; 〓 and U+FFFD are what other programs put there.
_JAPANESE: Final = "々〇ぁ-ヿ㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff"
_LOST: Final = re.compile(
    rf"[〓\ufffd]|(?<=[{_JAPANESE}])[?？]|[?？](?=[{_JAPANESE}])|^[?？\s]*[?？][?？\s]*$"
)
_PEOPLE: Final = re.compile(
    rf"[、､;；/／&＆]|(?<=[{_JAPANESE}])\s*[,，]|[,，]\s*(?=[{_JAPANESE}])|様\s+[^\s(（]"
    r"|及び|および|並びに|\s(?:and|AND)\s"
)
_ALIKE: Final = 0.5  # from here on an entry may be a slip of a choice


def read_id(typed: str) -> tuple[str, Said | None]:
    """The id, of half width. What Excel takes for a date was no date when it was typed."""
    text = typed if has_marks(typed) else unicodedata.normalize("NFKC", typed)
    if not text:
        return "", says("clients.fault.id.missing")
    if _DAY.fullmatch(text):
        return "", says("clients.fault.id.day", value=text)
    if not _ID.fullmatch(text):
        return "", says("clients.fault.id.malformed", value=shortened(text))
    return text, None


def read_name(typed: str, column: str) -> tuple[str, Said | None]:
    """A text of one line, which may stand in the header of a mail."""
    if "\n" in typed:
        return "", says("clients.fault.line_break", **named(column))
    return _sound(typed, column, _LONGEST)


def about_name(name: str, column: str) -> Iterator[Said]:
    """What wants a look in a name that may stand in the header of a mail: characters that were
    lost, several people where letters greet one."""
    if _LOST.search(name):
        yield says("clients.note.lost", **_entry(name, column))
    if column == "contact" and _PEOPLE.search(name):
        greeted = without_honorific(name, column)
        yield says("clients.note.people", value=shortened(greeted))


def without_honorific(name: str, column: str) -> str:
    """The name without the honorific that letters add to it: 様 to a person, 御中 to a firm."""
    return name.removesuffix(_HONORIFICS[column]).rstrip() or name


def read_note(typed: str) -> tuple[str, Said | None]:
    """A text of several lines."""
    text, fault = _sound(typed.replace("\n", " ").replace("\t", " "), "note", _LONGEST_NOTE)
    return (typed if text else ""), fault


def read_lang(typed: str) -> tuple[Lang, Said | None]:
    """The language; Japanese where none is told."""
    words = _languages()
    if not typed:
        return Lang.JA, None
    if lang := words.get(fold(typed)):
        return lang, None
    return Lang.JA, says("clients.fault.lang", value=shortened(typed))


def read_choice(typed: str, column: str, catalog: Catalog) -> tuple[str, Said | None]:
    """The id of a choice of the company sheet; the column bears the id of its field."""
    field = catalog.field_by_id.get(column)
    if not typed or field is None:
        return "", None
    value, _ = understand(field, typed)
    if value or field.kind is not FieldKind.CHOICE:
        return value, None if value else says("clients.fault.entry", **_entry(typed, column))
    labels = [choice.label[lang] for lang in Lang for choice in field.choices]
    if near := _near(typed, labels):
        return "", says("clients.fault.choice.near", **_entry(typed, column), near=near)
    examples = {f"example_{lang.value}": field.choices[0].label[lang] for lang in Lang}
    return "", says(_UNKNOWN[column], value=shortened(typed), **examples)


def read_due(typed: str) -> tuple[date | None, Said | None]:
    """The day; one far off is a slip."""
    if not typed:
        return None, None
    day, _ = read_day(typed)
    if not day:
        return None, says("clients.fault.due", value=shortened(typed))
    found = date.fromisoformat(day)
    if not _EARLIEST <= found.year <= _LATEST:
        return None, says("clients.fault.due.far", value=shortened(typed))
    return found, None


def _sound(typed: str, column: str, longest: int) -> tuple[str, Said | None]:
    if any(unicodedata.category(char) in _BREAKS for char in typed):
        return "", says("clients.fault.control", **named(column))
    if len(typed) > longest:
        return "", says("clients.fault.long", **named(column), most=str(longest))
    return typed, None


def _languages() -> dict[str, Lang]:
    """The languages by their names in both languages, and by their codes."""
    names = {fold(Wording(each)(key)): lang for each in Lang for lang, key in _LANGUAGES.items()}
    return {**names, **{lang.value: lang for lang in Lang}}


def _entry(typed: str, column: str) -> dict[str, str]:
    return {**named(column), "value": shortened(typed)}


def _near(typed: str, labels: Iterable[str]) -> str:
    by_key = {closed_up(label): label for label in labels}
    near = get_close_matches(closed_up(typed), list(by_key), n=1, cutoff=_ALIKE)
    return by_key[near[0]] if near else ""
