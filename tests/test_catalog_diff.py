"""What `catalog diff` finds between two questionnaires, and whom it concerns."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sheet_diag.catalog.differences import find_differences, match_catalogs, propose_rows
from sheet_diag.catalog.load import load_built_in_version
from sheet_diag.catalog.version_rows import add_version_rows, list_version_rows
from sheet_diag.cli.catalog_diff import show_differences
from sheet_diag.cli.main import app
from sheet_diag.diagnosis.comparison.affected import GivenAnswers, score_by_both
from sheet_diag.forms.catalog_workbook import make_catalog_workbook
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import IntakeSettings, Limits
from sheet_diag.model.versions import Relation
from sheet_diag.pipeline.catalog_source import load_catalog_source
from sheet_diag.text.wording import Wording
from tests.catalogs import Answers
from tests.samples import ISSUER, resolve_all
from tests.test_version_map import GIVEN, OLD, OLD_TEXTS, questions, sheet, version_2


def found(new: Catalog, old: Catalog = OLD) -> list[str]:
    differences = find_differences(old, new, match_catalogs(old, new))
    return [" ".join(filter(None, (d.kind, d.place, d.what))) for d in differences]


def edited(change: Callable[[dict[str, Any]], None]) -> Catalog:
    """The old catalogue as version 2, with the content of its first item changed."""
    content = questions(OLD_TEXTS).model_dump()
    change(content)
    return Catalog.model_validate(content)


def first_item(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: content["categories"][0]["items"][0].update(fields)


def test_a_new_version_without_a_change_differs_in_nothing() -> None:
    assert found(questions(OLD_TEXTS)) == []


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (version_2(n7="委託"), ["added 7"]),
        (version_2(n6=""), ["removed 6"]),
        (version_2(n2="訓練"), ["undecided 2 changed"]),
        (version_2("2 changed 2", n2="訓練"), ["changed 2 changed"]),
        (version_2("2 reworded 2", n2="訓練"), ["reworded 2 reworded"]),
        (version_2(n2="", n7="教育"), ["shown 7 number"]),
        (version_2("2 split 2", "2 split 7", n7="訓練"), ["added 2", "added 7"]),
        (
            version_2("2 merged 2", "3 merged 2", n2="両方", n3=""),
            ["changed 2 merged", "changed 2 merged", "shown 2 number"],
        ),
    ],
)
def test_each_question_is_told_by_what_became_of_it(new: Catalog, expected: list[str]) -> None:
    assert found(new) == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"weight": 2}, ["scoring 1 weight"]),
        ({"critical": True}, ["scoring 1 critical"]),
        ({"na_when": {"ja": "文", "en": "W"}}, ["shown 1 na_when"]),
        ({"topic": {"ja": "別", "en": "B"}}, ["shown 1 topic"]),
    ],
)  # fmt: skip
def test_what_counts_is_told_apart_from_what_is_shown(
    fields: dict[str, Any], expected: list[str]
) -> None:
    assert sorted(found(edited(first_item(**fields)))) == expected


def test_changed_choices_and_limits_change_scores_and_other_spellings_do_not() -> None:
    def half(content: dict[str, Any]) -> None:
        content["answer_sets"]["implementation"][1]["value"] = "2/3"

    def spelling(content: dict[str, Any]) -> None:
        content["answer_sets"]["implementation"][1]["aliases"] = {"ja": ["部分"]}

    def limit(content: dict[str, Any]) -> None:
        content["scoring"]["gates"]["total_answered"] = "1/2"

    assert found(edited(half)) == [f"scoring {number} choices" for number in OLD_TEXTS]
    assert found(edited(spelling)) == [f"shown {number} choices" for number in OLD_TEXTS]
    assert found(edited(limit)) == ["scoring gates"]


def test_a_proposal_counts_no_answer_that_nobody_decided_on() -> None:
    new = version_2(
        "1 reworded 1", n1="規程類", n2="訓練", n3="", n6="", n7="施錠", n8="新しい設問"
    )
    rows = propose_rows(match_catalogs(OLD, new), "1")
    told = {(row.old, row.relation.value, row.new, open_) for row, open_ in rows}
    assert told == {
        ("2", "changed", "2", True),
        ("3", "same", "7", False),  # moved, in the same words
        ("6", "retired", None, False),
        (None, "new", "8", False),
    }


# --- clients


def affected(new: Catalog, given: Answers) -> tuple[str, str, int]:
    answers = [GivenAnswers("見本", given, {})]
    (client,) = score_by_both(OLD, new, match_catalogs(OLD, new), answers)
    before, after = (
        f"{each.overall} {each.rank}" if each.rank else "held"
        for each in (client.before, client.after)
    )
    return before, after, client.asked


ALL_YES: Answers = dict.fromkeys(OLD_TEXTS, "yes")


@pytest.mark.parametrize(
    ("new", "given", "expected"),
    [
        (questions(OLD_TEXTS), ALL_YES, ("100 A", "100 A", 0)),
        (edited(first_item(weight=6)), {**ALL_YES, "1": "no"}, ("250/3 B", "500/11 D", 0)),
        (version_2(n1="別", n2="訓練"), ALL_YES, ("100 A", "held", 2)),
    ],
)
def test_a_client_is_scored_by_both(
    new: Catalog, given: Answers, expected: tuple[str, str, int]
) -> None:
    assert affected(new, given) == expected


def shown(
    capsys: pytest.CaptureFixture[str], old: Catalog, new: Catalog, folder: Path | None
) -> str:
    show_differences(old, new, folder, IntakeSettings(Limits()), Wording(Lang.JA))
    return capsys.readouterr().out


def test_the_returns_of_a_folder_are_scored_by_both(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_here(
        files: Sequence[Path], catalog: Catalog, _: IntakeSettings
    ) -> list[ReturnOutcome]:
        read = [read_content(path.name, path.read_bytes(), catalog) for path in files]
        return list(resolve_all(*read, catalog=catalog))

    monkeypatch.setattr("sheet_diag.pipeline.ingest.check_files", check_here)  # no processes
    (tmp_path / "a.xlsx").write_bytes(sheet(GIVEN))
    text = shown(capsys, OLD, version_2(n1="別", n2="訓練"), tmp_path)
    assert "要判断（2件）" in text
    assert "1　規程 → 別" in text
    assert "回答のあった1件のうち、1件で" in text
    assert "株式会社見本　58.3点（C） → 判定保留（あらためて伺う設問：2問）" in text


def test_the_versions_of_the_built_in_catalogue_are_told_apart(
    capsys: pytest.CaptureFixture[str],
) -> None:
    old, new = load_built_in_version("2026.1"), load_built_in_version("2026.2")
    text = shown(capsys, old, new, None)
    assert "追加（9件）" in text
    assert "廃止（8件）" in text
    assert "AST-09　重み：3 → 2" in text
    assert "要判断" not in text


def test_an_output_folder_of_another_catalogue_is_refused(tmp_path: Path) -> None:
    head = {"schema": 1, "as_of": "2025-11-01", "returns": []}
    catalog = {"id": "jis-q-27002", "version": "2026.2", "sha256": "x"}
    (tmp_path / "run.json").write_text(json.dumps({**head, "catalog": catalog}), "utf-8")
    names = ["jis-q-27002@2026.1", "jis-q-27002@2026.2"]
    result = CliRunner().invoke(app, ["catalog", "diff", *names, "--returns", str(tmp_path)])
    assert result.exit_code == 2
    assert "別の設問カタログ（jis-q-27002@2026.2）" in result.output


def test_a_proposal_is_written_as_rows_of_the_new_workbook() -> None:
    new = version_2("1 reworded 1", n1="規程類", n2="訓練", n3="", n7="施錠", n8="新しい設問")
    rows = list_version_rows(match_catalogs(OLD, new), "1", Lang.JA, "要確認")
    own = {"old no.": "1", "relation": "言い回し", "new no.": "1"}
    settings = [{"item": "ID", "value": "firm"}, {"item": "前の版"}]
    sheets = add_version_rows({"settings": settings, "versions": [own]}, rows, "1", Lang.JA)
    assert sheets["settings"] == [
        {"item": "ID", "value": "firm"},
        {"item": "前の版", "value": "1"},
    ]
    assert list(sheets["versions"]) == [
        own,
        {"old no.": "2", "relation": "変更", "new no.": "2", "remarks": "要確認"},
        {"relation": "新規", "new no.": "8"},
        {"old no.": "3", "relation": "同じ", "new no.": "7"},
    ]


# --- workbooks


def book(path: Path, version: str, *rows: tuple[str, str]) -> Path:
    """A workbook of questions by number, with its version."""
    cells = [{"no.": number, "question": text} for number, text in rows]
    settings = [{"item": "ID", "value": "firm"}, {"item": "版", "value": version}]
    sheets = {"questions": cells, "settings": settings}
    path.write_bytes(make_catalog_workbook(sheets, Lang.JA, path.stem))
    return path


def test_the_proposal_makes_a_copy_of_the_new_workbook_that_can_be_used(tmp_path: Path) -> None:
    old = book(
        tmp_path / "旧.xlsx", "1", ("Q1", "規程がありますか。"), ("Q2", "教育していますか。")
    )
    new = book(
        tmp_path / "新.xlsx", "2", ("Q1", "規則がありますか。"), ("Q3", "教育していますか。")
    )
    result = CliRunner().invoke(app, ["catalog", "diff", str(old), str(new)])
    assert result.exit_code == 0, result.output
    assert "要判断（1件）" in result.output
    loaded = load_catalog_source(tmp_path / "新_版の対応案.xlsx")
    assert [(row.version, row.old, row.relation, row.new) for row in loaded.earlier.items] == [
        ("1", "Q1", Relation.CHANGED, "Q1"),
        ("1", "Q2", Relation.SAME, "Q3"),
    ]
    assert "新_版の対応案.xlsx" in result.output


def test_without_another_version_no_proposal_is_written(tmp_path: Path) -> None:
    old = book(tmp_path / "旧.xlsx", "1", ("Q1", "規程がありますか。"))
    new = book(tmp_path / "新.xlsx", "1", ("Q1", "規則がありますか。"))
    result = CliRunner().invoke(app, ["catalog", "diff", str(old), str(new)])
    assert "新旧の「版」が同じ（1）です。" in result.output
    assert len(list(tmp_path.iterdir())) == 2


def test_a_sheet_of_the_old_workbook_follows_the_new_one(tmp_path: Path) -> None:
    asked = [("Q1", "規程がありますか。"), ("Q2", "教育していますか。")]
    old = load_catalog_source(book(tmp_path / "a.xlsx", "1", *asked))
    questions = [
        {"no.": "Q1", "question": "規程はありますか。"},
        {"no.": "Q5", "question": "教育していますか。"},
    ]
    rows = [("ｑ1", "言い回し", "Q1"), ("Q2", "同じ", "Q5")]  # as a person may spell a number
    cells = tuple({"old no.": o, "relation": r, "new no.": n} for o, r, n in rows)
    settings = [{"item": "ID", "value": "firm"}, {"item": "版", "value": "2"}]
    own = {"questions": questions, "settings": settings}
    sheets = add_version_rows(own, cells, "1", Lang.JA)
    path = tmp_path / "b.xlsx"
    path.write_bytes(make_catalog_workbook(sheets, Lang.JA, "b"))
    new = load_catalog_source(path)
    given = {item.id: next(old.offered(item)).label.ja for item in old.items.values()}
    entries = Entries({"company": "株式会社見本"}, given)
    received = read_content("a.xlsx", make_hearing_sheet(old, Lang.JA, ISSUER, entries), new)
    assert received.sheet
    full = next(iter(old.offered(old.items["Q1"]))).id
    assert received.sheet.answers == {"Q1": full, "Q5": full}
