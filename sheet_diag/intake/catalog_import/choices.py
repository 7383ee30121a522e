"""Find the choices of a firm's sheet, and propose what each is worth."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.catalog.rows import Cells
from sheet_diag.intake.catalog_import.families import find_family
from sheet_diag.intake.catalog_import.sheet import FirmSheet
from sheet_diag.intake.catalog_import.table import FirmTable, is_sentence
from sheet_diag.intake.catalog_import.words import list_bracketed, parse_legend
from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import normalize_text

_EXPLICIT: Final = re.compile(r"(?<![\d.])(-?\d+(?:\.\d+)?)\s*(?:点|pts?|points?)", re.IGNORECASE)
_WHOLE: Final = re.compile(r"-?\d{1,3}")
_WORTH: Final = {"yes": Fraction(1), "partial": Fraction(1, 2), "no": Fraction(0)}
_ROLE_OF: Final = {"unknown": "unknown", "na": "not_applicable"}
_LONGEST_NAME: Final = 24


@dataclass(frozen=True, slots=True)
class Legend:
    """The choices that stand for the whole sheet, with their meanings (empty: none is given)."""

    pairs: tuple[tuple[str, str], ...]
    place: str

    @property
    def meanings(self) -> Mapping[str, str]:
        """What each choice means."""
        return {normalize_text(sign): meaning for sign, meaning in self.pairs}


@dataclass(slots=True)
class ChoiceSets:
    """The sets of choices that were found, by their labels; `uses` counts the scored questions."""

    lang: Lang
    legend: Legend | None = None
    names: dict[tuple[str, ...], str] = field(default_factory=dict)
    uses: dict[str, int] = field(default_factory=dict)

    def use(self, labels: Sequence[str], *, scored: bool) -> str:
        """Return the name of the set with these labels; count it where the question is scored."""
        key = tuple(dict.fromkeys(" ".join(label.split()) for label in labels))
        if key not in self.names:
            self.names[key] = self._name(key)
        name = self.names[key]
        self.uses[name] = self.uses.get(name, 0) + scored
        return name

    def rows(self) -> Iterator[tuple[Cells, bool]]:
        """Yield the rows of all sets, and whether the points of each are proposed."""
        for labels, name in self.names.items():
            meanings = self.legend.meanings if self.legend else {}
            given = [(label, meanings.get(normalize_text(label), "")) for label in labels]
            for cells, proposed in propose_choices(given, self.lang):
                if self.uses[name]:
                    yield {"set": name, **cells}, proposed
                else:
                    yield {"set": name, "choice": cells["choice"]}, False

    @property
    def usual(self) -> str | None:
        """The set that most questions use."""
        used = [name for name, count in self.uses.items() if count]
        return max(used, key=lambda name: self.uses[name], default=None)

    def _name(self, labels: tuple[str, ...]) -> str:
        plain = "・".join(re.sub(r"[、，,;；／/=＝\n]", " ", label) for label in labels)
        short = plain if len(plain) <= _LONGEST_NAME else plain[: _LONGEST_NAME - 1] + "…"
        taken = set(self.names.values())
        return next(
            name
            for n in range(1, len(taken) + 2)
            if (name := short if n == 1 else f"{short}（{n}）") not in taken
        )


def propose_choices(given: Sequence[tuple[str, str]], lang: Lang) -> Iterator[tuple[Cells, bool]]:
    """Propose role and points of each choice, from its label and its meaning."""
    families = [_family_of(label, meaning) for label, meaning in given]
    answers = [at for at, each in enumerate(families) if each not in ("unknown", "na")]
    worth, proposed = _propose_points([(given[at], families[at]) for at in answers])
    points = dict(zip(answers, worth, strict=True))
    for at, (label, meaning) in enumerate(given):
        role = "answered" if at in points else _ROLE_OF.get(families[at] or "", "answered")
        cells = {"choice": label, "role": write_word("choices", "role", role, lang)}
        if at in points:
            cells["points"] = show_number(points[at])
        if meaning:
            cells["meaning"] = meaning
        yield cells, proposed and at in points


def _family_of(label: str, meaning: str) -> str | None:
    return (find_family(meaning) if meaning else None) or find_family(label)


def _propose_points(
    answers: Sequence[tuple[tuple[str, str], str | None]],
) -> tuple[list[Fraction], bool]:
    """Propose the points of the answers; those that are written with them are not proposed."""
    explicit = [
        _EXPLICIT.search(meaning) or _EXPLICIT.search(label) for (label, meaning), _ in answers
    ]
    if answers and all(explicit):
        return [Fraction(found[1]) for found in explicit if found], False
    families = [family for _, family in answers]
    known = [_WORTH[family] for family in families if family]
    if len(known) == len(answers) == len(set(known)) and len(known) > 1:
        return known, True
    labels = [normalize_text(label) for (label, _), _ in answers]
    if all(map(_WHOLE.fullmatch, labels)) and len(set(labels)) == len(labels) > 1:
        numbers = [Fraction(label) for label in labels]
        is_nothing = families[numbers.index(min(numbers))] == "no"
        return [number - (min(numbers) if is_nothing else 0) for number in numbers], True
    steps = max(1, len(answers) - 1)
    even = [1 - Fraction(at, steps) for at in range(len(answers))]
    is_rising = bool(families) and (families[0] == "no" or families[-1] == "yes")
    return (even[::-1] if is_rising else even), True


def write_word(sheet: str, key: str, word: str, lang: Lang) -> str:
    """Write one of the words that a column may hold."""
    return load_sheet_forms()[sheet].by_key[key].words[word][lang]


def show_number(number: Fraction) -> str:
    """Write a number as a person would: 0.5, 2/3."""
    if number.denominator == 1:
        return str(number.numerator)
    exact = number.denominator in (2, 4, 5, 8, 10, 20, 25, 50, 100)
    return f"{float(number):g}" if exact else f"{number.numerator}/{number.denominator}"


def find_legend(table: FirmTable, others: Sequence[FirmSheet]) -> Legend | None:
    """Find the choices in the headings, above or below the table, or on another sheet."""
    sheet = table.sheet
    for row in table.header:
        for col, text in sheet.filled(row):
            if col != table.question and (pairs := _read_legend(text)):
                return Legend(tuple(pairs), sheet.name(row, col))
    rows = [
        row
        for row in range(len(sheet.grid.rows))
        if not is_sentence(sheet.own(row, table.question))
    ]
    return _search(sheet, rows) or next(
        (found for each in others if (found := _search(each, range(len(each.grid.rows))))), None
    )


def _search(sheet: FirmSheet, rows: Sequence[int]) -> Legend | None:
    """Search rows for a legend: in one cell, along a row, or a pair in each of several rows."""
    single: list[tuple[str, str]] = []
    start: tuple[int, int] | None = None
    for row in (*rows, -1):
        cells = sheet.filled(row) if row >= 0 else []
        pairs = read_row_legend([text for _, text in cells])
        if len(pairs) >= 2:
            return Legend(tuple(pairs), sheet.name(row, cells[0][0]))
        if pairs:
            start = start or (row, cells[0][0])
            single += pairs
        elif len(single) >= 2 and start:
            return Legend(tuple(single), sheet.name(*start))
        elif single:
            single, start = [], None
    return None


def read_row_legend(texts: Sequence[str]) -> list[tuple[str, str]]:
    """Read the pairs of sign and meaning in a row; a row of two cells may be one pair."""
    pairs = parse_legend("　".join(texts))
    if not pairs and len(texts) == 2 and len(texts[0]) <= 2 and find_family(texts[0]):
        return [(texts[0], texts[1])] if len(texts[1]) <= 20 else []
    return pairs


def _read_legend(heading: str) -> list[tuple[str, str]]:
    if len(pairs := parse_legend(heading)) >= 2:
        return pairs
    for words in list_bracketed(heading):
        if sum(find_family(word) is not None for word in words) * 2 >= len(words):
            return [(word, "") for word in words]
    return []
