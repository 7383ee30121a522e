"""A catalogue is tried on simulated returns and invented clients before anybody gets it."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import mean
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.diagnosis.occurrence import Matter, compute_reach, find_absences
from sheet_diag.diagnosis.simulation import simulate_returns
from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.conditions import Condition, Term
from sheet_diag.reports.preview import make_preview_workbook
from sheet_diag.text.wording import Wording
from tests.catalog_files import KITCHEN
from tests.catalogs import JIS, SCORING, catalog
from tests.workbooks import open_workbook

_CALM: Final = {"gates": {**SCORING["gates"], "applicable_categories": 1}}


def _absent(tried: Catalog, count: int = 60) -> set[tuple[str, tuple[str, ...], bool]]:
    found = find_absences(tried, list(simulate_returns(tried, count)))
    return {(each.matter.value, each.about, each.is_certain) for each in found}


def _with(caps: Mapping[str, Any], **more: Any) -> Mapping[str, Any]:
    return {**SCORING, **_CALM, "caps": {**SCORING["caps"], **caps}, **more}


def _ask_if(tried: Catalog, item: str, source: str, answer: str) -> Catalog:
    """Ask an item only where another was answered so."""
    condition = Condition(terms=(Term(source=source, values=(answer,)),))
    categories = tuple(
        category.model_copy(
            update={
                "items": tuple(
                    each.model_copy(update={"condition": condition}) if each.id == item else each
                    for each in category.items
                )
            }
        )
        for category in tried.categories
    )
    return tried.model_copy(update={"categories": categories})


def test_simulated_returns_are_always_the_same_of_a_catalogue_and_differ_between_two() -> None:
    small = catalog("1 2 1n", "3 1!")
    first, second = ([each.answers for each in simulate_returns(small, 30)] for _ in range(2))
    other = small.model_copy(update={"sha256": "another"})
    assert first == second
    assert first != [each.answers for each in simulate_returns(other, 30)]


def test_firms_differ_in_how_much_they_do_and_some_answers_are_blank() -> None:
    small = catalog(*["1 1 1 1 1 1 1 1 1 1"] * 4)
    rows = [list(each.answers.values()) for each in simulate_returns(small, 200)]
    shares = sorted(row.count("yes") / len(row) for row in rows)
    blank = mean(row.count(None) / len(row) for row in rows)
    assert shares[4] < 0.15
    assert shares[-5] > 0.85
    assert 0.02 < blank < 0.04


def test_a_simulated_return_is_asked_only_what_its_answers_lead_to() -> None:
    tried = _ask_if(catalog("1 1", "1 1"), "C1-2", "C1-1", "no")
    for each in simulate_returns(tried, 60):
        assert (each.answers["C1-2"] == NOT_ASKED) is (each.answers["C1-1"] != "no")


def test_na_is_drawn_only_where_it_is_allowed() -> None:
    drawn = Counter(
        (item, answer)
        for each in simulate_returns(catalog("1 1n", "1"), 200)
        for item, answer in each.answers.items()
    )
    assert drawn["C1-2", "na"] > 0
    assert drawn["C1-1", "na"] == 0


def test_a_rank_that_even_the_best_answers_do_not_reach_can_never_occur() -> None:
    held_down = {"category_below": [{"score": 100, "at_most": "B"}], "critical_missed": []}
    ranks = {"A": 120, "B": 70, "C": 50, "D": 30, "E": 0}
    tried = catalog("1 1", "1 1", scoring=_with(held_down, ranks=ranks))
    assert str(compute_reach(tried).best) == "B"
    assert ("rank", ("A",), True) in _absent(tried)


def test_caps_that_no_answers_bring_about_can_never_occur() -> None:
    caps = {
        "category_below": [{"score": 70, "at_most": "B"}],
        "categories_below": [{"score": 30, "count": 3, "at_most": "D"}],  # of two categories
        "critical_missed": [{"count": 1, "at_most": "B"}, {"count": 3, "at_most": "C"}],  # of two
        "na_share": {"over": "1/2", "at_most": "B"},  # one of three
    }
    tried = catalog("1! 1! 1n", "1 1", scoring=_with(caps))
    found = {
        about for matter, about, certain in _absent(tried) if (matter, certain) == ("cap", True)
    }
    assert found == {("CATEGORIES_LT_30_GE_3",), ("CRITICAL_GE_3",), ("NA_SHARE",)}


def test_a_condition_that_no_return_met_and_a_comment_that_nobody_got_are_told() -> None:
    tried = _ask_if(catalog("1 1", "1 1", scoring=_with({})), "C1-2", "C1-1", "nobody")
    found = _absent(tried)
    assert ("condition", ("C1-2",), False) in found
    assert ("comment", ("C1-2",), False) in found
    assert ("comment", ("C1-1",), False) not in found


def test_a_contradiction_that_cannot_be_given_is_told() -> None:
    rules = [{"na": "C1-1", "answered": "C1-2"}, {"na": "C2-1", "answered": "C2-2"}]
    tried = catalog("1 1", "1n 1", scoring=_with({}, contradictions=rules))
    found = {about for matter, about, _ in _absent(tried, 300) if matter == "contradiction"}
    assert found == {("C1-1", "C1-2")}


def test_a_gate_that_is_switched_off_can_never_hold() -> None:
    gates = {"category_answered": 0, "total_answered": "4/5", "applicable_categories": 1}
    found = _absent(catalog("1 1", "1 1", scoring=_with({}, gates=gates)))
    assert ("gate", ("CATEGORY_ANSWERED", "0"), True) in found


def test_every_kind_of_what_does_not_occur_has_its_sentence_in_the_workbook() -> None:
    tried = _ask_if(catalog("1 1n", "1 1", scoring=_with({})), "C1-1", "C1-2", "nobody")
    returns = list(simulate_returns(tried, 40))
    for lang in Lang:
        content = make_preview_workbook(tried, returns, Wording(lang))
        sheet: Any = open_workbook(content).worksheets[0]
        texts = [[cell.value for cell in row] for row in sheet.iter_rows()]
        kinds = {Wording(lang)(f"preview.matter.{each.value}") for each in Matter}
        heading = Wording(lang)("preview.section.absences")
        texts = texts[next(at for at, row in enumerate(texts) if row[0] == heading) :]
        told = [row[1] for row in texts if row[0] in kinds]
        assert len(told) == len(list(find_absences(tried, returns)))
        ends = tuple(Wording(lang)(f"preview.{key}") for key in ("absent", "never"))
        assert all(text.endswith(ends) for text in told)


def test_the_workbook_counts_the_ranks_of_all_returns() -> None:
    returns = list(simulate_returns(JIS, 40))
    content = make_preview_workbook(JIS, returns, Wording(Lang.JA))
    sheet: Any = open_workbook(content).worksheets[0]
    rows = {row[0].value: row[1].value for row in sheet.iter_rows()}
    counts = Counter(each.scores.rank for each in returns)
    expected: dict[str, int] = {rank: counts[rank] for rank in JIS.ranks}
    expected["判定保留"] = counts[None]
    assert {key: rows[key] for key in expected} == expected


@pytest.mark.usefixtures("tasks_here")
def test_the_command_writes_sheet_reports_and_figures_and_no_folder_twice(tmp_path: Path) -> None:
    (tmp_path / "kitchen.yaml").write_text(KITCHEN, encoding="utf-8")

    def preview(*arguments: str) -> Any:
        with contextlib.chdir(tmp_path):
            return CliRunner().invoke(app, ["catalog", "preview", "kitchen.yaml", *arguments])

    done = preview()
    folder = tmp_path / "kitchen_プレビュー"
    assert (done.exit_code, folder.is_dir()) == (0, True), done.output
    run = json.loads((folder / "output/run.json").read_bytes())
    assert {each["file"]: each["status"] for each in run["returns"]} == dict.fromkeys(
        ("strong.xlsx", "middling.xlsx", "weak.xlsx"), "ranked"
    )
    assert len(list((folder / "output/results").glob("*.xlsx"))) == 3
    assert len(list((folder / "output/pdf").glob("*.pdf"))) == 3
    assert (folder / "hearing_sheet.xlsx").exists()
    assert (folder / "確認.xlsx").exists()
    assert "模擬の回答500件のランク：" in done.stdout
    again = preview("--output", folder.name)
    assert (again.exit_code, "空ではありません。" in again.stderr) == (2, True)
