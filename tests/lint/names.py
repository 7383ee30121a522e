"""Names of sheets, defined names and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from tests.lint.formulas import Names, flaws
from tests.lint.package import Package
from tests.workbooks import utf16_units

_ILLEGAL = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
_NAME = re.compile(r"[^\W\d\\][\w.]*|\\[\w.]*")
_CELL = re.compile(r"[A-Z]{1,3}\d{1,7}|R\d*|C\d*|R\d*C\d*", re.IGNORECASE)
_RESERVED = ("history", "履歴")  # the names of Excel's own change list, in English and Japanese


def names_of(package: Package) -> Names:
    """What a formula may refer to."""
    defined = {each.get("name", "").casefold() for each in package.defined_names}
    tables = {
        each.get("displayName", "").casefold(): frozenset(
            column.get("name", "").casefold() for column in each.iter() if _is_column(column.tag)
        )
        for page in package.pages
        for each in package.tables(page)
    }
    sheets = frozenset(name.casefold() for name in package.sheet_names)
    return Names(sheets, frozenset(defined), tables)


def _is_column(tag: str) -> bool:
    return tag.endswith("}tableColumn")


def bad_sheet_names(package: Package) -> Iterator[str]:
    names = package.sheet_names
    for name in names:
        quoted = name.startswith("'") or name.endswith("'")
        if not 0 < utf16_units(name) <= 31 or _ILLEGAL.search(name) or quoted:
            yield f"sheet-name: {name}: illegal"
        if name.casefold() in _RESERVED:
            yield f"sheet-name: {name}: reserved"
    for name in repeated_names(names):
        yield f"sheet-name: {name}: twice"


def bad_defined_names(package: Package) -> Iterator[str]:
    known = names_of(package)
    for each in package.defined_names:
        name = each.get("name", "")
        if not _is_legal(name.removeprefix("_xlnm.")):
            yield f"defined-name: {name}: illegal"
        if int(each.get("localSheetId", "0")) >= len(package.sheet_names):
            yield f"defined-name: {name}: of no sheet"
        for flaw in flaws(each.text or "", known):
            yield f"formula: {name}: {flaw}"
    scoped = [
        f"{each.get('name', '')} {each.get('localSheetId', '')}" for each in package.defined_names
    ]
    for name in repeated_names(scoped):
        yield f"defined-name: {name}: twice"


def bad_table_names(package: Package) -> Iterator[str]:
    tables = [each for page in package.pages for each in package.tables(page)]
    names = [each.get("displayName", "") for each in tables]
    for name in names:
        if not _is_legal(name):
            yield f"table-name: {name}: illegal"
    for name in repeated_names([*names, *(each.get("name", "") for each in package.defined_names)]):
        if name in {each.casefold() for each in names}:
            yield f"table-name: {name}: twice"
    for number in repeated_names(each.get("id", "") for each in tables):
        yield f"table-name: {number}: an id twice"


def repeated_names(names: Iterable[str]) -> list[str]:
    """Names that are there more than once, whatever their case."""
    return [name for name, count in Counter(map(str.casefold, names)).items() if count > 1]


def _is_legal(name: str) -> bool:
    fits = 0 < utf16_units(name) <= 255
    return bool(fits and _NAME.fullmatch(name) and not _CELL.fullmatch(name))
