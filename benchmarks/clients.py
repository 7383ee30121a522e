"""Invented clients: what the n-th of a campaign enters in its hearing sheet.

Knows companies, habits and remarks; nothing of workbooks. The n-th client of a seed is always the
same, so the first thousand of twenty thousand are those of a thousand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from math import prod
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import yaml

from sheet_diag.forms.write import Entries
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole, FieldKind, Item, ProfileField

_T = TypeVar("_T")

# Prime to the number of names: neighbours differ in every part of their names.
_STRIDE: Final = 61_409
_WORDS: Final = Path(__file__).with_name("words.yaml")
_FIRST_DAY: Final = datetime(2026, 10, 1, tzinfo=UTC)
_MINUTES: Final = 45 * 24 * 60

# Shares of clients or of answers.
_ENGLISH: Final = 0.04
_WITH_ID: Final = 0.7
_MARKING: Final = 0.12
_LEAVING_OPEN: Final = 0.08
_FIELD_FILLED: Final = 0.85
_NOT_APPLICABLE: Final = 0.10
_UNKNOWN: Final = 0.08  # of what is not wholly in place
_REMARKING: Final = {0.0: 35, 0.06: 40, 0.20: 20, 0.55: 5}  # share of items: weight of such clients
_CLAUSES: Final = {1: 70, 2: 20, 3: 7, 5: 3}

_MARKS: Final = {"y": "○", "p": "△", "n": "×"}


@dataclass(frozen=True, slots=True)
class Filled:
    """One client's sheet: `id` is empty where it was mailed without one; `saved` is UTC."""

    name: str
    id: str
    lang: Lang
    entries: Entries
    saved: datetime


class Campaign:
    """The clients of a seed, counted from 0."""

    def __init__(self, catalog: Catalog, seed: int) -> None:
        self._catalog = catalog
        self._seed = seed
        self._labels = {lang: _labels(catalog, lang) for lang in Lang}

    def client(self, number: int) -> Filled:
        """The client of that number."""
        chance = Random(f"{self._seed}/{number}")
        lang = Lang.EN if chance.random() < _ENGLISH else Lang.JA
        name, industry = _company(number, lang, chance)
        saved = _FIRST_DAY + timedelta(minutes=chance.randrange(_MINUTES))
        known = {"company": name, "industry": industry, **_people(chance, lang)}
        profile = _profile(self._catalog, known, chance, lang, saved.date())
        entries = Entries(profile, self._answers(chance, lang), self._remarks(chance, lang))
        client = f"C-{number:06}" if chance.random() < _WITH_ID else ""
        return Filled(name, client, lang, entries, saved)

    def _answers(self, chance: Random, lang: Lang) -> dict[str, str]:
        maturity = chance.betavariate(2.2, 1.6)
        marks = _MARKS if chance.random() < _MARKING else {}
        items = list(self._catalog.items)
        left_open = chance.sample(items, 2) if chance.random() < _LEAVING_OPEN else ()
        answers = {}
        for category in self._catalog.categories:
            level = min(max(maturity + chance.gauss(0, 0.12), 0.02), 0.98)
            for item in category.items:
                letter = _letter(item, level, chance)
                if item.id not in left_open:
                    answers[item.id] = marks.get(letter, self._labels[lang][item.id][letter])
        return answers

    def _remarks(self, chance: Random, lang: Lang) -> dict[str, str]:
        share = _one_of(_REMARKING, chance)
        items = [item for item in self._catalog.items if chance.random() < share]
        return {item: _remark(chance, lang) for item in items}


def _company(number: int, lang: Lang, chance: Random) -> tuple[str, str]:
    """A name that no other number has, and the letter of its industry."""
    say = {name: _words()[name][lang.value] for name in ("first", "second", "mark", "form")}
    trades = _words()["trades"]
    parts = len(say["first"]), len(say["second"]), len(say["mark"]), len(trades)
    turn, place = divmod(number, prod(parts))
    first, second, mark, trade = _digits(place * _STRIDE % prod(parts), parts)
    ja, en, industry = trades[trade]
    words = (say["first"][first] + say["second"][second], say["mark"][mark])
    name = "".join((*words, ja)) if lang is Lang.JA else " ".join((*words, en))
    return chance.choice(say["form"]).format(f"{name} {turn + 1}" if turn else name), industry


def _digits(number: int, bases: Sequence[int]) -> Iterator[int]:
    """The number, written in mixed bases; the lowest digit comes first."""
    for base in bases:
        number, digit = divmod(number, base)
        yield digit


def _people(chance: Random, lang: Lang) -> dict[str, str]:
    return {
        "department": chance.choice(_words()["department"][lang]),
        "respondent": chance.choice(_words()["person"][lang]),
        "email": f"info{chance.randrange(10_000)}@example.co.jp",
        "phone": f"03-0000-{chance.randrange(10_000):04}",
    }


def _profile(
    catalog: Catalog, known: Mapping[str, str], chance: Random, lang: Lang, day: date
) -> dict[str, str]:
    """What is entered by field id: dates in ISO form, all else as it is typed."""
    entered = {}
    for field in catalog.profile:
        value = _entered(field, known.get(field.id), chance, lang, day)
        if value and (field.required or chance.random() < _FIELD_FILLED):
            entered[field.id] = value
    return entered


def _entered(
    field: ProfileField, known: str | None, chance: Random, lang: Lang, day: date
) -> str | None:
    match field.kind:
        case FieldKind.CHOICE:
            choice = field.by_id[known] if known else chance.choice(field.choices)
            return choice.label[lang]
        case FieldKind.DATE:
            return day.isoformat()
        case FieldKind.NUMBER:
            return str(chance.randrange(1, 40))
        case FieldKind.TEXT | FieldKind.EMAIL:
            return known


def _letter(item: Item, level: float, chance: Random) -> str:
    """What is meant: yes, partial, no, unknown or not applicable (a)."""
    if item.na_allowed and chance.random() < _NOT_APPLICABLE:
        return "a"
    if chance.random() < level:
        return "y"
    return "u" if chance.random() < _UNKNOWN else chance.choice("pn")


def _labels(catalog: Catalog, lang: Lang) -> dict[str, dict[str, str]]:
    """By item, the drop-down's word for each letter; for one it lacks, its first word."""
    labels = {}
    for item in catalog.items.values():
        offered = [(_meant(choice), choice.label[lang]) for choice in catalog.offered(item)]
        labels[item.id] = dict.fromkeys("ypnua", offered[0][1]) | dict(offered)
    return labels


def _meant(choice: Choice) -> str:
    if choice.role is ChoiceRole.UNKNOWN:
        return "u"
    if choice.value is None:
        return "a"
    return {0: "n", 1: "y"}[int(choice.value)] if choice.value in (0, 1) else "p"


def _remark(chance: Random, lang: Lang) -> str:
    """A few words mostly, a paragraph now and then."""
    space, stop = ("", "。") if lang is Lang.JA else (" ", ".")
    clauses = [
        chance.choice(_words()["who"][lang])
        + space
        + chance.choice(_words()["what"][lang])
        + chance.choice(_words()["else"][lang])
        for _ in range(_one_of(_CLAUSES, chance))
    ]
    return (stop + space).join(clauses) + stop


def _one_of(weights: Mapping[_T, int], chance: Random) -> _T:
    return chance.choices(list(weights), list(weights.values()))[0]


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(_WORDS.read_text("utf-8"))
    return words
