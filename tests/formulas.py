"""A small calculator for the formulas of our workbooks, written from Excel's rules.

It shares nothing with the package, so that a formula and the value stored beside it can be
compared. Texts compare without letter case and COUNTIF knows wildcards, as in Excel; numbers
compare to the last bit, where spreadsheet programs forgive the last digits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_UP, Decimal
from math import prod
from typing import Any

from openpyxl.formula import Tokenizer
from openpyxl.formula.tokenizer import Token
from openpyxl.formula.translate import Translator
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.workbooks import box, sheet

Node = Callable[[], Any]


class NotFoundError(Exception):
    """#N/A"""


class Calculator:
    """Values of a workbook's cells, calculated anew."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._known: dict[tuple[str, str], Any] = {}

    def value(self, page: Worksheet, cell: str) -> Any:
        """The value of a cell; None where it is empty."""
        key = (page.title, cell)
        if key not in self._known:
            content = page[cell]
            formula = content.data_type == "f"
            self._known[key] = self.formula(page, content.value) if formula else content.value
        return self._known[key]

    def formula(self, page: Worksheet, formula: str) -> Any:
        """The value of a formula on that sheet."""
        tokens = [token for token in Tokenizer(formula).items if token.type != Token.WSPACE]
        reader = _Reader(self, page, tokens)
        node = reader.expression(0)
        if not reader.done:
            raise SyntaxError(formula)
        return node()

    def marks(self, page: Worksheet, cell: str) -> set[str]:
        """Background colours that conditional formats by formula give to a cell now."""
        found = set()
        for area in page.conditional_formatting:
            for rule in area.rules:
                if rule.type == "expression" and cell in area:
                    start = str(area.sqref).split(":", maxsplit=1)[0]
                    formula = Translator(f"={rule.formula[0]}", start).translate_formula(cell)
                    if self.formula(page, formula):
                        fill = rule.dxf.fill if rule.dxf else None
                        found.add(str(fill.bgColor.rgb) if fill else "")
        return found

    def area(self, page: Worksheet, reference: str) -> list[Any] | Any:
        """The values of a reference: one value, or a list over all cells of a range."""
        if "!" in reference:
            name, reference = reference.rsplit("!", maxsplit=1)
            page = sheet(self._book, name.strip("'"))
        place = box(reference.replace("$", ""))
        cells = [
            f"{get_column_letter(column)}{row}"
            for row in range(place.top, place.bottom + 1)
            for column in range(place.left, place.right + 1)
        ]
        values = [self.value(page, cell) for cell in cells]
        return values if ":" in reference else values[0]


class _Reader:
    """Tokens -> nodes by precedence; a node is calculated only where IF needs it."""

    def __init__(self, calculator: Calculator, page: Worksheet, tokens: Sequence[Token]) -> None:
        self._calculator, self._page, self._tokens, self._at = calculator, page, tokens, 0

    @property
    def done(self) -> bool:
        return self._at == len(self._tokens)

    def expression(self, level: int) -> Node:
        node = self._operand()
        while not self.done and _LEVELS.get(self._here.value, -1) >= level and self._infix:
            sign = self._next().value
            node = _binary(sign, node, self.expression(_LEVELS[sign] + 1))
        return node

    @property
    def _here(self) -> Token:
        return self._tokens[self._at]

    @property
    def _infix(self) -> bool:
        return bool(self._here.type == Token.OP_IN)

    def _next(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _operand(self) -> Node:
        token = self._next()
        if token.type == Token.PAREN:
            node = self.expression(0)
            self._next()
            return node
        if token.type == Token.FUNC:
            return _function(token.value.rstrip("("), self._arguments())
        if token.type != Token.OPERAND:
            raise SyntaxError(token.value)
        if token.subtype == Token.TEXT:
            text = token.value[1:-1].replace('""', '"')
            return lambda: text
        if token.subtype == Token.LOGICAL:
            return lambda: bool(token.value == "TRUE")
        if token.subtype == Token.NUMBER:
            return lambda: float(token.value)
        return lambda: self._calculator.area(self._page, token.value)

    def _arguments(self) -> list[Node]:
        found: list[Node] = []
        while not (self._here.type == Token.FUNC and self._here.subtype == Token.CLOSE):
            found.append(self.expression(0))
            if self._here.type == Token.SEP:
                self._next()
        self._next()
        return found


_COMPARED = dict.fromkeys(("=", "<>", ">", "<", ">=", "<="), 1)
_LEVELS = {**_COMPARED, "&": 2, "+": 3, "-": 3, "*": 4, "/": 4}


def _binary(sign: str, left: Node, right: Node) -> Node:
    return lambda: _each(_OPERATORS[sign], left(), right())


def _each(operator: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        return [operator(a, b) for a, b in zip(left, right, strict=True)]
    if isinstance(left, list):
        return [operator(a, right) for a in left]
    if isinstance(right, list):
        return [operator(left, b) for b in right]
    return operator(left, right)


def _same(left: Any, right: Any) -> bool:
    if left is None or right is None:
        return (left or right) in (None, "", 0)
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    return bool(left == right)


def _order(value: Any) -> tuple[bool, Any]:
    """Numbers come before texts."""
    return isinstance(value, str), value.casefold() if isinstance(value, str) else value or 0


_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "=": _same,
    "<>": lambda a, b: not _same(a, b),
    ">": lambda a, b: _order(a) > _order(b),
    "<": lambda a, b: _order(a) < _order(b),
    ">=": lambda a, b: _order(a) >= _order(b),
    "<=": lambda a, b: _order(a) <= _order(b),
    "&": lambda a, b: _text(a) + _text(b),
    "+": lambda a, b: (a or 0) + (b or 0),
    "-": lambda a, b: (a or 0) - (b or 0),
    "*": lambda a, b: (a or 0) * (b or 0),
    "/": lambda a, b: (a or 0) / b,
}


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _function(name: str, arguments: list[Node]) -> Node:
    if name == "IF":
        condition, then, otherwise = arguments
        return lambda: then() if condition() else otherwise()
    return lambda: _FUNCTIONS[name](*(argument() for argument in arguments))


def _countif(values: Any, criterion: Any) -> int:
    cells, wanted = values if isinstance(values, list) else [values], _text(criterion)
    if wanted.startswith("<>"):
        return sum(1 for cell in cells if not _same(cell, wanted[2:]))
    fits = _wildcards(wanted.removeprefix("="))
    return sum(1 for cell in cells if cell is not None and fits.fullmatch(_text(cell)))


def _wildcards(wanted: str) -> re.Pattern[str]:
    """What * and ? stand for, unless a ~ stands before them."""
    parts = re.findall(r"~[*?~]|.", wanted, re.DOTALL)
    found = ({"*": ".*", "?": "."}.get(each) or re.escape(each[-1]) for each in parts)
    return re.compile("".join(found), re.IGNORECASE | re.DOTALL)


def _match(wanted: Any, area: Any, _exact: float) -> Any:
    """The place of a value, or of each of a list; in a list an error is a value."""
    values = area if isinstance(area, list) else [area]
    if isinstance(wanted, list):
        places = ([at for at, value in enumerate(values, 1) if _fits(value, w)] for w in wanted)
        return [found[0] if found else NotFoundError() for found in places]
    for position, value in enumerate(values, 1):
        if _fits(value, wanted):
            return position
    raise NotFoundError(wanted)


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(value, str) and isinstance(wanted, str):
        return bool(_wildcards(wanted).fullmatch(value))
    return _same(value, wanted)


def _flat(values: Sequence[Any]) -> list[Any]:
    found = [each if isinstance(each, list) else [each] for each in values]
    return [value for each in found for value in each]


def _numbers(values: Sequence[Any]) -> list[float]:
    """The numbers among the values of areas; texts are passed over."""
    return [value for value in _flat(values) if isinstance(value, int | float)]


def _sum_of_products(*areas: Any) -> float:
    """Texts count as nothing between commas."""
    columns = [each if isinstance(each, list) else [each] for each in areas]
    rows = zip(*columns, strict=True)
    return sum(prod(v if isinstance(v, int | float) else 0 for v in row) for row in rows)


def _round(value: float, digits: float) -> float:
    """Half away from zero, of the number as it is written."""
    step = Decimal(1).scaleb(-int(digits))
    return float(Decimal(repr(float(value))).quantize(step, ROUND_HALF_UP))


def _over(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that also takes an area for its first argument."""

    def either(values: Any, *others: Any) -> Any:
        if isinstance(values, list):
            return [function(value, *others) for value in values]
        return function(values, *others)

    return either


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "AND": lambda *tests: all(tests),
    "OR": lambda *tests: any(tests),
    "TRIM": lambda text: re.sub(" +", " ", _text(text)).strip(" "),
    "LEFT": lambda text, count: _text(text)[: int(count)],
    "SUM": lambda *values: sum(_numbers(values)),
    "SUMPRODUCT": _sum_of_products,
    "MAX": lambda *values: max(_numbers(values)),
    "MIN": lambda *values: min(_numbers(values)),
    "ROUND": _over(_round),
    "TRUNC": _over(int),
    "FIXED": lambda value, digits, _plain: f"{value:.{int(digits)}f}",
    "ISNUMBER": _over(lambda value: isinstance(value, int | float)),
    "SUBSTITUTE": _over(lambda text, old, new: _text(text).replace(old, new)),
    "EXACT": lambda values, text: _each(lambda a, b: _text(a) == _text(b), values, text),
    "COUNTIF": _countif,
    "MATCH": _match,
    "INDEX": lambda values, position: values[int(position) - 1],
}
