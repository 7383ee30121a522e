"""Catalogues written by others score as an independent calculation says, to the last figure."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.applicability import NOT_ASKED, mark_not_asked
from sheet_diag.model.catalog import Catalog, Item, ItemKind
from sheet_diag.model.conditions import CHOSEN_JOINT
from sheet_diag.model.results import Scores
from sheet_diag.pipeline.catalog_source import load_catalog_source
from sheet_diag.text.numbers import format_score

_FOLDER = Path(os.environ.get("SHEET_DIAG_CATALOGS", ""))
_NAMES = ("points10", "gated8") if "SHEET_DIAG_CATALOGS" in os.environ else ()


@cache
def _load(name: str) -> tuple[Catalog, Mapping[str, Any]]:
    expected = json.loads((_FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))
    return load_catalog_source(_FOLDER / f"{name}.xlsx"), expected


def _sets() -> Iterator[Any]:
    for name in _NAMES:
        sets = json.loads((_FOLDER / f"{name}.expected.json").read_text(encoding="utf-8"))["sets"]
        yield from (pytest.param(name, each, id=f"{name}: {each['name']}") for each in sets)


def _answer(catalog: Catalog, item: Item, given: Any) -> str | None:
    """An answer as it is kept: ids of choices for labels."""
    if given is None:
        return None
    by_label = {each.label.ja: each.id for each in catalog.choices_of(item).values()}
    if item.kind is ItemKind.MULTIPLE:
        return CHOSEN_JOINT.join(by_label[each] for each in given)
    return by_label[given] if item.kind is ItemKind.SINGLE else str(given)


def _scores(scores: Scores) -> dict[str, Any]:
    found = {"overall": scores.overall, "upper": scores.upper, "strict": scores.strict}
    return {
        "categories": {name: each.score for name, each in scores.categories.items()},
        "uppers": {name: each.upper for name, each in scores.categories.items()},
        **found,
        "ranks": [scores.base_rank, scores.rank, scores.upper_rank, scores.strict_rank],
        "missed": sorted(i for each in scores.categories.values() for i in each.critical_missed),
        "caps": [(str(cap.at_most), *cap.because) for cap in scores.caps],
    }


def _exact(value: Any) -> Fraction | None:
    return None if value is None else Fraction(value)


@pytest.mark.parametrize(("name", "given"), list(_sets()))
def test_answers_score_as_an_independent_calculation_says(name: str, given: Any) -> None:
    catalog, _ = _load(name)
    typed = {
        item.id: _answer(catalog, item, given["answers"].get(item.id))
        for item in catalog.items.values()
    }
    answers = mark_not_asked(catalog, typed, {})
    expected = given["expected"]
    left_out = [item for item, answer in answers.items() if answer == NOT_ASKED]
    assert left_out == expected["not_asked"]
    assert [item for item in left_out if typed[item]] == expected["ignored_answers"]

    scores = diagnose(catalog, answers, {}).scores
    ids = {category.name.ja: category.id for category in catalog.categories}
    categories = {ids[label]: each for label, each in expected["categories"].items()}
    caps = [(cap["at_most"], *(ids.get(x, x) for x in cap["about"])) for cap in expected["caps"]]
    assert _scores(scores) == {
        "categories": {label: _exact(each["exact"]) for label, each in categories.items()},
        "uppers": {label: _exact(each["upper"]) for label, each in categories.items()},
        **{key: _exact(expected[key]["exact"]) for key in ("overall", "upper", "strict")},
        "ranks": [expected[key] for key in ("base_rank", "rank", "upper_rank", "strict_rank")],
        "missed": sorted(expected["missed_key"]),
        "caps": caps,
    }
    shown = {ids[label]: each["shown"] for label, each in expected["categories"].items()}
    assert shown == {
        name: None if each.score is None else format_score(each.score)
        for name, each in scores.categories.items()
    }
    assert len(scores.gates) == len(expected["held"])
