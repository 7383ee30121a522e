"""The sample with conditions, without its rules: every figure is the one expected."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheet_diag.diagnosis.evaluate import diagnose
from sheet_diag.model.applicability import find_not_asked
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.rules import ItemGate
from sheet_diag.pipeline.catalog_source import load_catalog_source

_SAMPLES = Path(os.environ.get("SHEET_DIAG_CATALOGS", "."))
pytestmark = pytest.mark.skipif(
    not (_SAMPLES / "gated8.xlsx").exists(), reason="needs the samples of catalogues"
)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    book = openpyxl.load_workbook(_SAMPLES / "gated8.xlsx")
    del book["ルール"]
    path = tmp_path_factory.mktemp("book") / "gated8.xlsx"
    book.save(path)
    return load_catalog_source(path)


def _answer(catalog: Catalog, name: str, given: Any) -> str | None:
    item = catalog.items[name]
    ids = {choice.label.ja: choice.id for choice in catalog.choices_of(item).values()}
    if isinstance(given, list):
        return ",".join(id_ for label, id_ in ids.items() if label in given)
    return ids.get(given, None if given is None else str(given))


def test_what_is_asked_and_every_score_are_as_expected(catalog: Catalog) -> None:
    told = json.loads((_SAMPLES / "gated8.expected.json").read_text("utf-8"))
    for each in told["sets"]:
        answers = {name: _answer(catalog, name, given) for name, given in each["answers"].items()}
        expected, scores = each["expected"], diagnose(catalog, answers, {}).scores
        assert find_not_asked(catalog, answers, {}) == set(expected["not_asked"])
        overall = (str(scores.overall), str(scores.upper), str(scores.strict))
        wanted = (expected[key]["exact"] for key in ("overall", "upper", "strict"))
        assert overall == tuple(wanted), each["name"]
        categories = [score.score for score in scores.categories.values()]
        assert [None if score is None else str(score) for score in categories] == [
            category["exact"] for category in expected["categories"].values()
        ]
        held = [gate["about"] for gate in expected["held"] if gate["kind"] == "GATE_UNANSWERED"]
        assert [gate.item for gate in scores.gates if isinstance(gate, ItemGate)] == held
