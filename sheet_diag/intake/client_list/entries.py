"""What one cell of a client list means: an id, a name, a choice, a day, or a fault.

Each reader returns the value and what is wrong with it. One of the two is empty.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Final

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from sheet_diag.intake.client_list.headings import (
    cell_message,
    column_names,
    shorten_entry,
)
from sheet_diag.intake.dates import has_digit_marks, parse_typed_date
from sheet_diag.intake.returns.company import parse_profile_value
from sheet_diag.intake.returns.vocabulary import question_key
from sheet_diag.model.basics import Lang, Message
from sheet_diag.model.catalog import Catalog, FieldKind
from sheet_diag.model.client_list import ClientColumn, ClientEntry
from sheet_diag.text.company_names import find_odd_characters
from sheet_diag.text.normalize import normalize_text, strip_honorific
from sheet_diag.text.wording import Wording

_ID: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,38}[A-Za-z0-9])?")
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?: [\d:.]+)?")  # as readers write a date of Excel
# As Excel shows a password that it has taken for a day or a large number.
_CHANGED: Final = re.compile(rf"(?:{_DAY.pattern})|\d(?:\.\d+)?E[+]\d+")
_PASSWORD: Final = re.compile(r"[!-~]{1,255}")  # what any keyboard types into Excel's question
_SAFE_LENGTH: Final = 8  # characters; a shorter password is soon guessed
_EARLIEST: Final = 2000
_LATEST: Final = 2100
_MAX_NAME: Final = 200  # characters of a name; no subject of a mail and no cover holds more
_MAX_NOTE: Final = 2_000
# Categories of characters that break a line, and so the header of a mail, or cannot be seen.
_FORBIDDEN_CATEGORIES: Final = ("Cc", "Zl", "Zp", "Cs")
_HONORIFICS: Final = {ClientEntry.PERSON: "様", ClientEntry.COMPANY: "御中"}
_LANGUAGES: Final = {Lang.JA: "clients.lang.ja", Lang.EN: "clients.lang.en"}
# Excel writes ? for a character that the code page of a CSV file lacks; other programs write 〓 or
# U+FFFD. A ? counts where it stands beside a Japanese character.
_JAPANESE: Final = "々〇ぁ-ヿ㐀-䶿一-鿿豈-\ufaff\U00020000-\U0003ffff"
_LOST_CHARACTER: Final = re.compile(
    rf"[〓\ufffd]|(?<=[{_JAPANESE}])[?？]|[?？](?=[{_JAPANESE}])|^[?？\s]*[?？][?？\s]*$"
)
_LOST_CODE: Final = "U+FFFD"  # which is a lost character
_SEVERAL_PEOPLE: Final = re.compile(
    rf"[、､;；/／&＆]|(?<=[{_JAPANESE}])\s*[,，]|[,，]\s*(?=[{_JAPANESE}])|様\s+[^\s(（]"
    r"|及び|および|並びに|\s(?:and|AND)\s"
)
_SIMILARITY: Final = 0.5  # from here on an entry may be a slip of a choice


def read_id(typed: str) -> tuple[str, Message | None]:
    """Read an id, in half width; a date is an id that Excel has changed."""
    text = typed if has_digit_marks(typed) else unicodedata.normalize("NFKC", typed)
    if not text:
        return "", cell_message("clients.fault.id.missing")
    if _DAY.fullmatch(text):
        return "", cell_message("clients.fault.id.day", value=text)
    if not _ID.fullmatch(text):
        return "", cell_message("clients.fault.id.malformed", value=shorten_entry(text))
    return text, None


def read_name(typed: str, column: str) -> tuple[str, Message | None]:
    """Read a text of one line, which may stand in the header of a mail."""
    if "\n" in typed:
        return "", cell_message("clients.fault.line_break", **column_names(column))
    return _check_text(typed, column, _MAX_NAME)


def check_name(name: str, column: ClientColumn) -> Iterator[Message]:
    """Find lost characters in a name, and several people where letters greet one."""
    if _LOST_CHARACTER.search(name):
        yield cell_message("clients.note.lost", **_entry_parts(name, column.key))
    if column.entry is ClientEntry.PERSON and _SEVERAL_PEOPLE.search(name):
        greeted = strip_column_honorific(name, column)
        yield cell_message("clients.note.people", value=shorten_entry(greeted))


def find_odd_notes(typed: str, column: ClientColumn) -> Iterator[Message]:
    """Find characters in a name that nobody sees, or that only some machines show."""
    codes = [code for code in find_odd_characters(typed) if code != _LOST_CODE]
    if codes:
        parts = {**column_names(column.key), "characters": ", ".join(codes)}
        yield cell_message("clients.note.odd", **parts)


def strip_column_honorific(name: str, column: ClientColumn) -> str:
    """Remove the honorific that letters add to a name: 様 of a person, 御中 of a firm."""
    return strip_honorific(name, (_HONORIFICS[column.entry],)) or name


def read_note(typed: str, column: str) -> tuple[str, Message | None]:
    """Read a text of several lines."""
    text, fault = _check_text(typed.replace("\n", " ").replace("\t", " "), column, _MAX_NOTE)
    return (typed if text else ""), fault


def read_language(typed: str) -> tuple[Lang, Message | None]:
    """Read a language; a blank cell is Japanese."""
    if not typed:
        return Lang.JA, None
    if lang := _language_names().get(normalize_text(typed)):
        return lang, None
    return Lang.JA, cell_message("clients.fault.lang", value=shorten_entry(typed))


def read_choice(typed: str, column: str, catalog: Catalog) -> tuple[str, Message | None]:
    """Read the id of a choice of the profile field that has the same id as the column."""
    field = catalog.field_by_id.get(column)
    if not typed or field is None:
        return "", None
    value, _ = parse_profile_value(field, typed)
    if value:
        return value, None
    if field.kind is not FieldKind.CHOICE:
        return "", cell_message("clients.fault.entry", **_entry_parts(typed, column))
    labels = [choice.label[lang] for lang in Lang for choice in field.choices]
    if near := _find_similar(typed, labels):
        parts = {**_entry_parts(typed, column), "near": near}
        return "", cell_message("clients.fault.choice.near", **parts)
    examples = {f"example_{lang.value}": field.choices[0].label[lang] for lang in Lang}
    key = f"clients.fault.choice.{column}"
    return "", cell_message(key, value=shorten_entry(typed), **examples)


def read_day(typed: str, column: str) -> tuple[date | None, Message | None]:
    """Read a day; one in a far year is a slip."""
    if not typed:
        return None, None
    day, _ = parse_typed_date(typed)
    if not day:
        return None, cell_message("clients.fault.day", **_entry_parts(typed, column))
    found = date.fromisoformat(day)
    if not _EARLIEST <= found.year <= _LATEST:
        return None, cell_message("clients.fault.day.far", **_entry_parts(typed, column))
    return found, None


def read_password(typed: str) -> tuple[str, Message | None]:
    """Read a password that was agreed with the client; no message tells it."""
    if _CHANGED.fullmatch(typed):
        return "", cell_message("clients.fault.password.changed")
    if typed and not _PASSWORD.fullmatch(typed):
        return "", cell_message("clients.fault.password.signs")
    return typed, None


def is_weak_password(password: str) -> bool:
    """Tell whether a password is soon guessed, or may have lost zeros in Excel."""
    return len(password) < _SAFE_LENGTH or password.isdecimal()


def _check_text(typed: str, column: str, longest: int) -> tuple[str, Message | None]:
    if any(unicodedata.category(char) in _FORBIDDEN_CATEGORIES for char in typed):
        return "", cell_message("clients.fault.control", **column_names(column))
    if len(typed) > longest:
        return "", cell_message("clients.fault.long", **column_names(column), most=str(longest))
    return typed, None


def _language_names() -> dict[str, Lang]:
    """Return the languages by their names in both languages, and by their codes."""
    names = {
        normalize_text(Wording(each)(key)): lang
        for each in Lang
        for lang, key in _LANGUAGES.items()
    }
    return {**names, **{lang.value: lang for lang in Lang}}


def _entry_parts(typed: str, column: str) -> dict[str, str]:
    return {**column_names(column), "value": shorten_entry(typed)}


def _find_similar(typed: str, labels: Iterable[str]) -> str:
    by_key = {question_key(label): label for label in labels}
    near = get_close_matches(question_key(typed), list(by_key), n=1, cutoff=_SIMILARITY)
    return by_key[near[0]] if near else ""


_SEPARATORS: Final = re.compile(r"[;,、\n]")
# Words for and against a shared address.
_YES: Final = ("はい", "yes", "○", "〇", "◯", "✓", "有", "あり", "可", "共用", "true", "1")
_NO: Final = ("", "いいえ", "no", "×", "無", "なし", "不可", "false", "0", "-")
_MAX_LOCAL_LENGTH: Final = 64  # RFC 5321, 4.5.3.1
_MAX_LENGTH: Final = 254
_LOCAL_CHARACTER: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]")


def read_addresses(text: str) -> tuple[tuple[str, ...], tuple[Message, ...], tuple[str, ...]]:
    """Read the addresses of a cell, each once, the faults of others, and the repeated ones.

    Local parts stay as typed, domains become ASCII and small. Full width counts as half width.
    """
    found: dict[str, str] = {}
    faults, repeated = [], []
    for typed in filter(
        None, map(str.strip, _SEPARATORS.split(unicodedata.normalize("NFKC", text)))
    ):
        address = _read_address(typed)
        if isinstance(address, Message):
            faults.append(address)
        elif address.casefold() in found:
            repeated.append(typed)
        else:
            found[address.casefold()] = address
    return tuple(found.values()), tuple(faults), tuple(repeated)


def read_shared(typed: str, addresses: Sequence[str]) -> tuple[tuple[str, ...], Message | None]:
    """Read which addresses of a line other clients may have, too: all of them, or those named."""
    word = normalize_text(typed)
    if word in _NO or word in _YES:
        return (tuple(addresses) if word in _YES else ()), None
    named, faults, _ = read_addresses(typed)
    folded = {each.casefold() for each in named}
    if faults or not folded <= {each.casefold() for each in addresses}:
        return (), cell_message("clients.fault.shared", value=shorten_entry(typed))
    return tuple(each for each in addresses if each.casefold() in folded), None


def _read_address(typed: str) -> str | Message:
    try:
        sound = validate_email(typed, check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return _find_fault(typed)
    return f"{sound.ascii_local_part}@{sound.ascii_domain.lower()}"


def _find_fault(typed: str) -> Message:
    """Return the first fault that applies, the plainest first."""
    local, _, domain = typed.rpartition("@")
    for key, holds in _REASONS:
        if holds(typed, local, domain):
            return cell_message(key, value=shorten_entry(typed))
    if signs := "".join(dict.fromkeys(_invalid_characters(local))):
        parts = {"value": shorten_entry(typed), "signs": shorten_entry(signs)}
        return cell_message("clients.fault.mail.signs", **parts)
    return cell_message("clients.fault.mail.domain", value=shorten_entry(typed))


_REASONS: Final[tuple[tuple[str, Callable[[str, str, str], bool]], ...]] = (
    ("clients.fault.mail.bare", lambda typed, _, __: "<" in typed or ">" in typed),
    ("clients.fault.mail.no_at", lambda typed, _, __: "@" not in typed),
    ("clients.fault.mail.many_ats", lambda typed, _, __: typed.count("@") > 1),
    ("clients.fault.mail.space", lambda typed, _, __: any(map(str.isspace, typed))),
    ("clients.fault.mail.half", lambda _, local, domain: not (local and domain)),
    ("clients.fault.mail.not_ascii", lambda _, local, __: not local.isascii()),
    ("clients.fault.mail.dots", lambda _, local, __: ".." in f".{local}."),
    ("clients.fault.mail.long", lambda typed, local, _: _is_long(typed, local)),
    ("clients.fault.mail.no_dot", lambda _, __, domain: "." not in domain),
    ("clients.fault.mail.reserved", lambda _, __, domain: _is_reserved(domain)),
)


def _is_long(typed: str, local: str) -> bool:
    return len(local) > _MAX_LOCAL_LENGTH or len(typed) > _MAX_LENGTH


def _is_reserved(domain: str) -> bool:
    return f".{domain.lower()}".endswith(tuple(f".{name}" for name in SPECIAL_USE_DOMAIN_NAMES))


def _invalid_characters(local: str) -> Iterator[str]:
    yield from (sign for sign in local if not _LOCAL_CHARACTER.fullmatch(sign))
