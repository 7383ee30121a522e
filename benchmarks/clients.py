"""Returns of invented clients: `python -m benchmarks.clients 1000 FOLDER`.

The n-th client of the seed is always the same, so a folder of more returns holds those of a folder
of fewer.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any, Final, TypeVar

import yaml

from sheet_diag.catalog.load import load_catalog
from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole, FieldKind, Item, ProfileField

_T = TypeVar("_T")

_SEED: Final = 20261116
_CHUNK: Final = 100  # returns a task
_WORDS: Final = Path(__file__).with_name("words.yaml")
_DAY: Final = "2026-11-02"

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
class InventedClient:
    """What a client enters; `id` is empty where the sheet was mailed without one."""

    name: str
    id: str
    lang: Lang
    entries: Entries

    def write_return(self, catalog: Catalog) -> bytes:
        """Build the client's workbook."""
        return make_hearing_sheet(catalog, self.lang, ISSUER, self.entries, self.id)


def write_returns(folder: Path, count: int, jobs: int | None = None) -> None:
    """Write the first `count` returns, with all cores."""
    folder.mkdir(parents=True, exist_ok=True)
    # Fresh processes: the caller may have threads, which do not survive a fork.
    with ProcessPoolExecutor(jobs or os.cpu_count(), get_context("spawn")) as pool:
        parts = (range(at, min(at + _CHUNK, count)) for at in range(0, count, _CHUNK))
        for task in [pool.submit(_write_part, folder, part) for part in parts]:
            task.result()


def _write_part(folder: Path, numbers: range) -> None:
    catalog = load_catalog(None)
    for number in numbers:
        client = invent_client(catalog, number)
        path = folder / f"{number:06}_{client.name}.xlsx"
        path.write_bytes(client.write_return(catalog))


def invent_client(catalog: Catalog, number: int) -> InventedClient:
    """Invent the client of that number, counted from 0."""
    chance = Random(f"{_SEED}/{number}")
    lang = Lang.EN if chance.random() < _ENGLISH else Lang.JA
    name, industry = _company(number, lang, chance)
    known = {"company": name, "industry": industry, **_person(chance, lang)}
    profile = _profile(catalog, known, chance, lang)
    entries = Entries(profile, _answers(catalog, chance, lang), _remarks(catalog, chance, lang))
    return InventedClient(
        name, f"C-{number:06}" if chance.random() < _WITH_ID else "", lang, entries
    )


def _company(number: int, lang: Lang, chance: Random) -> tuple[str, str]:
    """Invent a name that no other number has, and the letter of its industry."""
    first, second, mark, form = (
        chance.choice(_words()[name][lang]) for name in ("first", "second", "mark", "form")
    )
    ja, en, industry = chance.choice(_words()["trades"])
    name = f"{mark}{first}{second}{ja}" if lang is Lang.JA else f"{mark} {first}{second} {en}"
    return form.format(f"{name}{number + 1}"), industry


def _person(chance: Random, lang: Lang) -> dict[str, str]:
    return {
        "department": chance.choice(_words()["department"][lang]),
        "respondent": chance.choice(_words()["person"][lang]),
        "email": f"info{chance.randrange(10_000)}@example.co.jp",
        "phone": f"03-0000-{chance.randrange(10_000):04}",
    }


def _profile(
    catalog: Catalog, known: Mapping[str, str], chance: Random, lang: Lang
) -> dict[str, str]:
    """Invent the entries by field id: dates in ISO form, all else as it is typed."""
    filled = (
        field for field in catalog.profile if field.required or chance.random() < _FIELD_FILLED
    )
    values = {field.id: _field_entry(field, known.get(field.id), chance, lang) for field in filled}
    return {id_: value for id_, value in values.items() if value}


def _field_entry(field: ProfileField, known: str | None, chance: Random, lang: Lang) -> str | None:
    match field.kind:
        case FieldKind.CHOICE:
            choice = field.by_id[known] if known else chance.choice(field.choices)
            return choice.label[lang]
        case FieldKind.DATE:
            return _DAY
        case FieldKind.NUMBER:
            return str(chance.randrange(1, 40))
        case FieldKind.TEXT | FieldKind.EMAIL:
            return known


def _answers(catalog: Catalog, chance: Random, lang: Lang) -> dict[str, str]:
    """Answer as a client of some maturity, which differs a little from category to category."""
    maturity = chance.betavariate(2.2, 1.6)
    marks = _MARKS if chance.random() < _MARKING else {}
    open_items = chance.sample(list(catalog.items), 2) if chance.random() < _LEAVING_OPEN else ()
    answers = {}
    for category in catalog.categories:
        level = min(max(maturity + chance.gauss(0, 0.12), 0.02), 0.98)
        for item in category.items:
            letter = _letter(item, level, chance)
            if item.id not in open_items:
                answers[item.id] = marks.get(letter) or _label(catalog, item, letter, lang)
    return answers


def _letter(item: Item, level: float, chance: Random) -> str:
    """Choose what is meant: yes, partial, no, unknown or not applicable (a)."""
    if item.na_allowed and chance.random() < _NOT_APPLICABLE:
        return "a"
    if chance.random() < level:
        return "y"
    return "u" if chance.random() < _UNKNOWN else chance.choice("pn")


def _label(catalog: Catalog, item: Item, letter: str, lang: Lang) -> str:
    """Find the drop-down's word for the letter; for one it lacks, its first word."""
    offered = list(catalog.offered(item))
    choice = next((each for each in offered if _meaning(each) == letter), offered[0])
    return choice.label[lang]


def _meaning(choice: Choice) -> str:
    if choice.role is ChoiceRole.UNKNOWN:
        return "u"
    if choice.value is None:
        return "a"
    return {0: "n", 1: "y"}[int(choice.value)] if choice.value in (0, 1) else "p"


def _remarks(catalog: Catalog, chance: Random, lang: Lang) -> dict[str, str]:
    share = _choose(_REMARKING, chance)
    items = [item for item in catalog.items if chance.random() < share]
    return {item: _remark(chance, lang) for item in items}


def _remark(chance: Random, lang: Lang) -> str:
    """Write a few words mostly, a paragraph now and then."""
    space, stop = ("", "。") if lang is Lang.JA else (" ", ".")
    clauses: Iterator[str] = (
        space.join(chance.choice(_words()[part][lang]) for part in ("who", "what"))
        + chance.choice(_words()["else"][lang])
        for _ in range(_choose(_CLAUSES, chance))
    )
    return (stop + space).join(clauses) + stop


def _choose(weights: Mapping[_T, int], chance: Random) -> _T:
    return chance.choices(list(weights), list(weights.values()))[0]


@cache
def _words() -> dict[str, Any]:
    words: dict[str, Any] = yaml.safe_load(_WORDS.read_text("utf-8"))
    return words


if __name__ == "__main__":
    write_returns(Path(sys.argv[2]), int(sys.argv[1]))
