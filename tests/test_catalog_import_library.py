"""A library workbook of CISO Assistant becomes a questionnaire, and what is lost is counted."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from sheet_diag.catalog.proposal import CatalogProposal
from sheet_diag.intake.catalog_import.read import propose_catalog
from sheet_diag.model.basics import UserError
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.wording import Wording
from tests.firm_sheets import list_import_faults

_META: Final = [["type", "library"], ["ref_id", "lib"], ["version", 3], ["locale", "en"]]
_HEADS: Final = ["assessable", "depth", "ref_id", "name", "description"]


def _write(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]]) -> Path:
    book = openpyxl.Workbook()
    for name, rows in sheets.items():
        sheet: Any = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.remove(book.worksheets[0])
    book.save(path)
    return path


def _propose(
    tmp_path: Path, rows: Sequence[Sequence[Any]], heads: Any = (), **more: Any
) -> CatalogProposal:
    """Read a framework of these rows; `more` are other sheets, `framework` more of its meta."""
    meta = [["type", "framework"], ["name", "Check"], ["ref_id", "check"]]
    sheets = {
        "library_meta": _META,
        "f_meta": [*meta, *more.pop("framework", [])],
        "f_content": [[*_HEADS, *heads], *rows],
        **more,
    }
    return propose_catalog(_write(tmp_path / "lib.xlsx", sheets), None, IntakeSettings())


def _answers(*rows: Sequence[Any], columns: Sequence[str] = ("add_score",)) -> dict[str, Any]:
    head = ["id", "question_type", "question_choices", *columns]
    return {"a_meta": [["type", "answers"], ["name", "answers"]], "a_content": [head, *rows]}


def _column(found: CatalogProposal, key: str) -> list[str]:
    return [row.get(key, "") for row in found.rows["questions"]]


def _lost(found: CatalogProposal) -> dict[str, int]:
    return {Wording(found.lang)(told.key, **told.parts): count for told, count in found.lost}


_OFFICE: Final = ["", 1, "1", "Office", ""]


def test_a_requirement_without_question_is_asked_by_its_description_with_the_scores(
    tmp_path: Path,
) -> None:
    scores = {
        "s_meta": [["type", "scores"], ["name", "levels"]],
        "s_content": [["score", "name", "description"], [0, "None", "-"], [2, "All", "Everywhere"]],
    }
    found = _propose(
        tmp_path,
        [_OFFICE, ["x", 2, "1.1", "Doors", "Doors are locked."], ["x", 2, "1.2", "Keys", ""]],
        framework=[["scores_definition", "levels"], ["max_score", 2]],
        **scores,
    )
    assert _column(found, "question") == ["Doors are locked.", "Keys"]
    assert _column(found, "choices") == ["levels", "levels"]
    assert found.rows["choices"] == [
        {"set": "levels", "choice": "All", "points": "2", "meaning": "Everywhere"},
        {"set": "levels", "choice": "None", "points": "0"},
    ]
    assert {"item": "Full score", "value": "2"} in found.rows["settings"]


def test_the_deepest_rows_are_categories_as_long_as_there_are_no_more_than_40(
    tmp_path: Path,
) -> None:
    few = [_OFFICE, ["", 2, "1.1", "Entrance", ""], ["x", 3, "a", "Doors", "Locked?"]]
    found = _propose(tmp_path, few)
    assert (_column(found, "category"), _column(found, "topic")) == (["Entrance"], ["Doors"])
    many = [_OFFICE]
    for n in range(41):
        many += [["", 2, f"1.{n}", f"Room {n}", ""], ["x", 3, f"r{n}", "Door", "Locked?"]]
    found = _propose(tmp_path, many)
    assert set(_column(found, "category")) == {"Office"}
    assert _column(found, "topic")[:2] == ["Room 0 / Door", "Room 1 / Door"]


def test_two_categories_of_one_name_keep_their_numbers(tmp_path: Path) -> None:
    rows = [
        _OFFICE,
        ["x", 2, "a", "", "Locked?"],
        ["", 1, "2", "Office", ""],
        ["x", 2, "b", "", "Lit?"],
    ]
    assert _column(_propose(tmp_path, rows), "category") == ["1 Office", "2 Office"]


@pytest.mark.parametrize(
    ("depends", "condition"),
    [
        ("2:1:1", "a=Yes"),
        ("2:1:1,3", "a=Yes, 「No, never」"),
        ("2:1:1,2:any", "a=Yes, Partly"),
        ("2:1:1,2:all", "a=Yes and a=Partly"),
        ("undefined", ""),
        ("3:1:1", ""),  # itself
        ("2:1:9", ""),
        ("something", ""),
    ],
)
def test_a_dependency_becomes_a_condition_or_is_counted(
    tmp_path: Path, depends: str, condition: str
) -> None:
    rows = [
        ["x", 1, "a", "", "", "Locked?", "yn", ""],
        ["x", 1, "b", "", "", "Lit?", "yn", depends],
    ]
    more = _answers(["yn", "unique_choice", "Yes\nPartly\nNo, never", "2\n1\n0"])
    found = _propose(tmp_path, rows, ("questions", "answer", "depends_on"), **more)
    assert _column(found, "shown if") == ["", condition]
    is_lost = not condition and depends != "undefined"
    assert ("depends_on that cannot be written as a condition" in _lost(found)) is is_lost


def test_a_sum_that_could_leave_the_scale_is_told(tmp_path: Path) -> None:
    rows = [["x", 1, "a", "", "", "Locked?\nLit?", "yn"], ["x", 1, "b", "", "", "Warm?", "yn"]]
    more = _answers(["yn", "unique_choice", "Yes\nNo", "3\n0"])
    scale = [["min_score", 0], ["max_score", 4]]
    found = _propose(tmp_path, rows, ("questions", "answer"), framework=scale, **more)
    assert _lost(found) == {"clipping of a summed score to 0..4 (Σ gives 6 here, 4 there)": 1}
    assert _column(found, "no.") == ["a", "a-2", "b"]


def test_a_mapping_becomes_a_yardstick(tmp_path: Path) -> None:
    mapping = {
        "m_meta": [["type", "requirement_mapping_set"], ["target_framework_ref_id", "SCS"]],
        "m_content": [
            ["source_node_id", "target_node_id"],
            ["a", "3-1"],
            ["b", "3-1"],
            ["c", "3-2"],
        ],
    }
    rows = [["x", 1, "a", "", "Locked?"], ["x", 1, "b", "", "Lit?"]]
    assert _propose(tmp_path, rows, **mapping).rows["yardsticks"] == [
        {"framework": "SCS", "requirement": "3-1", "questions": "a, b"},
        {"framework": "SCS", "requirement": "3-2"},
    ]


def test_texts_in_other_languages_are_counted(tmp_path: Path) -> None:
    rows = [["x", 1, "a", "Doors", "Locked?", "施錠", "施錠していますか。", "Portes"]]
    heads = ("name[ja]", "description[ja]", "name[fr]")
    found = _propose(tmp_path, rows, heads)
    assert _column(found, "question (japanese)") == ["施錠していますか。"]
    assert _column(found, "topic (japanese)") == ["施錠"]
    assert _lost(found) == {"texts in other languages": 1}


def test_a_library_without_requirements_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no_framework"):
        _propose(tmp_path, [_OFFICE])


def test_an_imported_library_is_a_catalogue_that_can_be_used(tmp_path: Path) -> None:
    rows = [
        _OFFICE,
        ["x", 2, "a", "Doors", "", "Locked?\nWho has keys?", "yn\nfree", "undefined\n3:1:1"],
        ["x", 2, "b", "Visitors", "", "Which come?", "kinds", ""],
    ]
    more = _answers(
        ["yn", "unique_choice", "Yes\nNo, never", "4\n-1"],
        ["kinds", "multiple_choice", "Customers\nSuppliers\n|and carriers", "1\n1"],
        ["free", "text", "-", ""],
    )
    heads = ("questions", "answer", "depends_on")
    found = _propose(tmp_path, rows, heads, framework=[["max_score", 4]], **more)
    assert list_import_faults(found, tmp_path) == []


_SAMPLES: Final = os.environ.get("SHEET_DIAG_CATALOGS")


@pytest.mark.skipif(not _SAMPLES, reason="SHEET_DIAG_CATALOGS names no folder of samples")
def test_the_sample_library_is_read_to_its_last_entry() -> None:
    folder = Path(_SAMPLES or "")
    expected = json.loads((folder / "ciso-library.expected.json").read_bytes())
    found = propose_catalog(folder / "ciso-library.xlsx", None, IntakeSettings())
    settings = {row["item"]: row["value"] for row in found.rows["settings"]}
    settings["Title (Japanese)"] = found.rows["settings"][0]["value (japanese)"]
    assert settings == {key: str(value) for key, value in expected["settings"].items()}
    assert found.rows["categories"] == _lower(expected["categories"])
    for row, wanted in zip(found.rows["questions"], _lower(expected["questions"]), strict=True):
        wanted["key"] = wanted.get("key", "").split(" ")[0]
        assert {key: row.get(key, "") for key in wanted} == wanted
    assert _sets(found) == expected["choices"]
    assert _lost(found) == expected["not_carried"]


def _lower(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    return [
        {key.casefold(): "" if text is None else str(text) for key, text in row.items()}
        for row in rows
    ]


def _sets(found: CatalogProposal) -> dict[str, list[list[Any]]]:
    sets: dict[str, list[list[Any]]] = {}
    for row in found.rows["choices"]:
        points = row.get("points")
        worth = None if points is None else int(points)
        sets.setdefault(row["set"], []).append([row["choice"], worth])
    return sets
