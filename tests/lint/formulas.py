"""Formulas as Excel takes them from a file: English, with commas, and referring to what is there.

A small grammar over openpyxl's tokens: the tokenizer itself accepts `1+`, `SUM(,` and `a b`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token, TokenizerError
from openpyxl.utils import column_index_from_string

from tests.workbooks import utf16_units

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
# Functions of Excel 2016 that the product uses, with the numbers of arguments that they take.
# A newer one needs `_xlfn.` in the file, so a new entry here is a decision.
_FUNCTIONS: Mapping[str, tuple[int, int]] = {
    "AND": (1, 255),
    "CHAR": (1, 1),
    "COUNTA": (1, 255),
    "COUNTIF": (2, 2),
    "EXACT": (2, 2),
    "FIND": (2, 3),
    "FIXED": (1, 3),
    "IF": (2, 3),
    "INDEX": (2, 4),
    "ISNUMBER": (1, 1),
    "LEFT": (1, 2),
    "LEN": (1, 1),
    "MATCH": (2, 3),
    "MAX": (1, 255),
    "MIN": (1, 255),
    "NOT": (1, 1),
    "OR": (1, 255),
    "ROUND": (2, 2),
    "ROUNDDOWN": (2, 2),
    "SUM": (1, 255),
    "SUBSTITUTE": (3, 4),
    "SUMPRODUCT": (1, 255),
    "TRIM": (1, 1),
    "TRUNC": (1, 2),
}
_LONGEST, _LONGEST_TEXT, _DEEPEST = 8_192, 255, 64
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)")
_ROW = re.compile(r"\$?(\d+)")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})")
_PLACE = re.compile(r"(?:('(?:[^']|'')+'|[^!'\[\]]+)!)?([^!]+)")
_PLAIN_SHEET = re.compile(r"[^\W\d][\w.]*")
_COLUMN_OF_TABLE = re.compile(r"([^\[\]]+)\[(.*)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Names:
    """What can be referred to, casefolded: sheets, defined names, columns by table."""

    sheets: frozenset[str]
    defined: frozenset[str]
    tables: Mapping[str, frozenset[str]]


def flaws(formula: str, names: Names) -> Iterator[str]:
    """What is wrong with a formula (without `=`), each as a short text."""
    if not formula.strip() or formula.startswith("="):
        yield f"no formula: {formula[:40]!r}"
        return
    if utf16_units(formula) > _LONGEST:
        yield f"{utf16_units(formula)} characters"
    try:
        tokens = _parsed(formula)
    except (TokenizerError, _SyntaxError, AssertionError, IndexError) as error:
        yield f"syntax: {formula[:80]}: {error}"
        return
    for token in tokens:
        yield from _bad_operand(token, names)


@lru_cache(maxsize=1_024)
def _parsed(formula: str) -> tuple[Token, ...]:
    tokens = tuple(each for each in Tokenizer(f"={formula}").items if each.type != Token.WSPACE)
    _Grammar(tokens).read()
    return tokens


class _SyntaxError(Exception):
    """The formula does not parse."""


class _Grammar:
    """expression := term (infix term)*, term := prefix* operand postfix*; nothing is computed."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens, self._at, self._depth = tokens, 0, 0

    def read(self) -> None:
        self._expression()
        if self._at < len(self._tokens):
            raise _SyntaxError(f"unexpected {self._tokens[self._at].value}")

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> Token:
        token = self._peek()
        if token is None:
            raise _SyntaxError("ends too early")
        self._at += 1
        return token

    def _skip(self, *kinds: str) -> bool:
        token = self._peek()
        found = token is not None and token.type in kinds
        self._at += found
        return found

    def _expression(self) -> None:
        self._term()
        while self._skip(Token.OP_IN):
            self._term()

    def _term(self) -> None:
        while self._skip(Token.OP_PRE):
            pass
        self._operand()
        while self._skip(Token.OP_POST):
            pass

    def _operand(self) -> None:
        token = self._next()
        if token.type == Token.OPERAND:
            return
        if token.subtype != Token.OPEN:
            raise _SyntaxError(f"unexpected {token.value}")
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _SyntaxError(f"more than {_DEEPEST} levels")
        if token.type == Token.PAREN:
            self._expression()
            self._close(token)
        elif token.type == Token.FUNC:
            self._call(token)
        else:
            self._array(token)
        self._depth -= 1

    def _close(self, opened: Token) -> None:
        token = self._next()
        if token.type != opened.type or token.subtype != Token.CLOSE:
            raise _SyntaxError(f"unexpected {token.value}")

    def _call(self, opened: Token) -> None:
        """Arguments may be left out, but not beyond what the function takes."""
        name, count, empty = opened.value.rstrip("(").upper(), 1, True
        while not self._at_close():
            token = self._peek()
            if token and token.type == Token.SEP:
                if token.subtype != Token.ARG:
                    raise _SyntaxError("a semicolon between arguments")
                self._at += 1
                count += 1
            else:
                self._expression()
                self._must_end_argument()
            empty = False
        self._close(opened)
        if name not in _FUNCTIONS:
            raise _SyntaxError(f"unknown function {name}")
        least, most = _FUNCTIONS[name]
        given = 0 if empty else count
        if not least <= given <= most:
            raise _SyntaxError(f"{name} with {given} arguments")

    def _at_close(self) -> bool:
        token = self._peek()
        if token is None:
            raise _SyntaxError("ends too early")
        return bool(token.subtype == Token.CLOSE)

    def _must_end_argument(self) -> None:
        token = self._peek()
        if token is not None and token.type != Token.SEP and token.subtype != Token.CLOSE:
            raise _SyntaxError(f"unexpected {token.value}")

    def _array(self, opened: Token) -> None:
        """Constants only."""
        while True:
            self._skip(Token.OP_PRE)
            token = self._next()
            if token.type != Token.OPERAND or token.subtype == Token.RANGE:
                raise _SyntaxError(f"no constant: {token.value}")
            if not self._skip(Token.SEP):
                break
        self._close(opened)


def _bad_operand(token: Token, names: Names) -> Iterator[str]:
    if token.type != Token.OPERAND:
        return
    if token.subtype == Token.ERROR:
        yield f"an error: {token.value}"
    elif token.subtype == Token.TEXT and utf16_units(token.value) - 2 > _LONGEST_TEXT:
        yield f"a text of {utf16_units(token.value) - 2} characters"
    elif token.subtype == Token.RANGE:
        yield from bad_reference(token.value, names)


def bad_reference(reference: str, names: Names) -> Iterator[str]:
    """What is wrong with `Sheet!A1:B2`, a name, or a column of a table."""
    in_table = _COLUMN_OF_TABLE.fullmatch(reference)
    if in_table and in_table[1].casefold() in names.tables:
        if in_table[2].casefold() not in names.tables[in_table[1].casefold()]:
            yield f"no such column: {reference}"
        return
    place = _PLACE.fullmatch(reference)
    if place is None or "[" in reference or "|" in reference:
        yield f"no reference here: {reference}"
        return
    sheet, area = place[1], place[2]
    if sheet is None:
        known = _is_area(area) or area.casefold() in names.defined
        if not known:
            yield f"no such name or cell: {reference}"
    elif _unquoted(sheet).casefold() not in names.sheets:
        yield f"no such sheet: {reference}"
    elif not sheet.startswith("'") and not _PLAIN_SHEET.fullmatch(sheet):
        yield f"a sheet name without quotes: {reference}"
    elif not _is_area(area):
        yield f"no such cell: {reference}"


def _unquoted(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


@cache
def _is_area(area: str) -> bool:
    ends = area.split(":")
    for pattern in (_CELL, _ROW, _COLUMN):
        found = [pattern.fullmatch(end) for end in ends]
        if all(found) and len(ends) <= 2 and (pattern is _CELL or len(ends) == 2):
            return all(_in_grid(end) for end in ends)
    return False


def _in_grid(end: str) -> bool:
    plain = end.replace("$", "")
    column, row = re.sub(r"\d", "", plain), re.sub(r"\D", "", plain)
    fits = not column or column_index_from_string(column) <= LAST_COLUMN
    return fits and (not row or 1 <= int(row) <= LAST_ROW)
