"""Returns, runs and comparisons across versions of the built-in catalogue."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sheet_diag.catalog.load import load_built_in_version
from sheet_diag.catalog.versions import map_version
from sheet_diag.cli.main import app
from sheet_diag.diagnosis.comparison.previous import add_previous
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.comparison import (
    CommonScores,
    Movement,
    PreviousDiagnosis,
    PreviousReturn,
    PreviousRunFacts,
)
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from tests import ranks
from tests.catalogs import answers
from tests.samples import ISSUER, client, labels, resolve_all

OLD, NEW = load_built_in_version("2026.1"), load_built_in_version("2026.2")
PROFILE = {"company": "株式会社見本", "industry": "製造業"}


def old_sheet(rows: dict[str, str], **profile: str) -> bytes:
    entries = Entries({**PROFILE, **profile}, labels(OLD, answers(OLD, rows)))
    return make_hearing_sheet(OLD, Lang.JA, ISSUER, entries)


def read_old(rows: dict[str, str], **profile: str) -> ReceivedFile:
    return read_content("old.xlsx", old_sheet(rows, **profile), NEW)


def test_answers_of_an_old_sheet_count_where_the_question_means_the_same() -> None:
    received = read_old({"POL-03": "×", "POL-08": "×", "CRI-04": "△", "HUM-06": "×"})
    assert received.sheet
    given = received.sheet.answers
    assert given["POL-03"] == "no"  # the same question
    assert [given[name] for name in ("POL-08", "CRI-04", "POL-10", "POL-01")] == [None] * 4
    assert set(given) == set(NEW.items)


def test_what_an_old_sheet_answers_otherwise_is_told_once_and_holds_the_return() -> None:
    (outcome,) = resolve_all(read_old({}), catalog=NEW)
    assert outcome.status is ReturnStatus.HELD
    (told,) = [p for p in outcome.problems if p.code is ProblemCode.VERSION_CARRIED_OVER]
    items = dict(told.details)["items"].split(", ")
    common = map_version(NEW, OLD, "2026.1", {}).sources
    assert items == [name for name in OLD.items if (name,) not in common.values()]
    assert {"POL-02", "HUM-06", "CRI-04"} <= set(items)
    open_items = {p.item for p in outcome.problems if p.code is ProblemCode.ITEM_NEW}
    assert open_items == set(NEW.items) - set(common)
    assert not {p.item for p in outcome.problems} & (OLD.items.keys() - NEW.items.keys())


def test_a_new_sheet_in_a_run_of_the_old_version_is_not_read_by_its_numbers() -> None:
    entries = Entries(PROFILE, labels(NEW, answers(NEW, {"POL-03": "×", "CRI-04": "×"})))
    content = make_hearing_sheet(NEW, Lang.JA, ISSUER, entries)
    sheet = read_content("new.xlsx", content, OLD).sheet
    assert sheet
    assert (sheet.answers["POL-03"], sheet.answers["CRI-04"]) == ("no", None)


@pytest.mark.parametrize(
    ("typed", "sensitive", "card", "asks"),
    [
        pytest.param("なし", "none", "none", False, id="neither"),
        pytest.param("あり", "clients", "none", True, id="one of both"),
        pytest.param("わからない", "unknown", "unknown", False, id="not known"),
    ],
)
def test_the_old_field_of_sensitive_and_card_data_is_read_as_two(
    typed: str, sensitive: str, card: str, asks: bool
) -> None:
    received = read_old({}, sensitive_data=typed)
    assert received.sheet
    profile = received.sheet.profile
    assert (profile["sensitive_data"], profile["card_data"]) == (sensitive, card)
    codes = [problem.code for problem in received.problems]
    assert (ProblemCode.PROFILE_CONFIRM in codes) is asks


def test_the_corrected_sheet_of_an_old_one_asks_what_is_open(tmp_path: Path) -> None:
    source, output = tmp_path / "input", tmp_path / "output"
    source.mkdir()
    (source / "old.xlsx").write_bytes(old_sheet({}))
    named = ("run", "--input", str(source), "--output", str(output), "--jobs", "1")
    result = CliRunner().invoke(app, [*named, "--catalog", "jis-q-27002@2026.2"])
    assert result.exit_code == 1
    assert len([*(output / "corrections").iterdir()]) == 1


@pytest.mark.parametrize(("old", "refused"), [(2, True), (1, False)])
def test_a_run_in_which_most_sheets_are_of_another_version_writes_nothing(
    tmp_path: Path, old: int, refused: bool
) -> None:
    source, output = tmp_path / "input", tmp_path / "output"
    source.mkdir()
    for number in range(old):
        (source / f"old{number}.xlsx").write_bytes(old_sheet({}, company=f"例示{number}社"))
    entries = Entries(PROFILE, labels(NEW, answers(NEW, {})))
    (source / "new.xlsx").write_bytes(make_hearing_sheet(NEW, Lang.JA, ISSUER, entries))
    command = ["run", "--input", str(source), "--output", str(output), "--jobs", "1"]
    result = CliRunner().invoke(app, command)
    assert (result.exit_code == 2) is refused
    assert ("--catalog jis-q-27002@2026.1" in result.output) is refused
    assert (output / "run.json").exists() is not refused


def compare(rows_then: dict[str, str], rows_now: dict[str, str]) -> PreviousDiagnosis:
    (now,) = resolve_all(client("株式会社見本", rows_now, catalog=NEW), catalog=NEW)
    then = answers(OLD, rows_then)
    before = PreviousReturn("", "株式会社見本", then, ranks.A, Fraction(95), {})
    run = PreviousRunFacts(date(2025, 11, 1), "jis-q-27002@2026.1", OLD.sha256, None)
    previous = add_previous(NEW, now, before, run).comparison.previous
    assert previous
    return previous


def test_only_questions_that_mean_the_same_are_compared_across_versions() -> None:
    previous = compare({"POL-03": "×", "POL-01": "×", "CRI-04": "×"}, {"COM-01": "△"})
    moved = {change.item: change.movement for change in previous.changes}
    assert moved["POL-03"] is Movement.IMPROVED
    assert moved["COM-01"] is Movement.WORSENED
    assert moved["POL-01"] is Movement.REWORDED  # in part the same
    assert not {"CRI-04", "POL-08", "POL-10", "POL-02", "HUM-06"} & set(moved)


def test_the_common_score_takes_the_same_questions_and_weights_for_both_years() -> None:
    everything = compare({}, {})
    assert everything.common == CommonScores(Fraction(100), Fraction(100), 34)
    # POL: 03 (3), 04 (2), 05 (2), 06 (2), 07 (1), 09 (2) mean the same: 3 of 12 points are lost.
    lost = compare({"POL-03": "×", "POL-01": "×", "CRI-09": "×"}, {"CRI-09": "△"}).common
    assert lost
    assert lost.then == 100 - Fraction(100 * 3, 12 * 6)
    assert lost.now == 100


def test_what_became_of_earlier_questions_names_items_and_choices_that_exist() -> None:
    for row in NEW.earlier.items:
        assert row.old is None or row.old in OLD.items
        assert row.new is None or row.new in NEW.items
    assert {row.old for row in NEW.earlier.items if row.old} == set(OLD.items)
    assert {row.new for row in NEW.earlier.items if row.new} == set(NEW.items)
    for entry in NEW.earlier.entries:
        assert entry.choice in OLD.field_by_id[entry.field].by_id
        for field, choice in entry.means.items():
            assert choice in NEW.field_by_id[field].by_id
