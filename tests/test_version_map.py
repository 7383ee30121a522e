"""What becomes of answers, comparisons and plans when a firm changes its questions."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from sheet_diag.catalog.versions import is_packaged
from sheet_diag.diagnosis.comparison.previous import add_previous, item_fingerprint
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.forms.overrides import make_overrides_workbook
from sheet_diag.intake.overrides import read_overrides
from sheet_diag.intake.receive import read_content
from sheet_diag.intake.resolution.action_plans import attach_plans
from sheet_diag.intake.returns.other_versions import follow_number
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    CommonScores,
    PreviousDiagnosis,
    PreviousReturn,
    PreviousRunFacts,
)
from sheet_diag.model.record import Text
from sheet_diag.model.returns import PlanEntry, ProblemCode, ReceivedFile, ReturnedPlan
from sheet_diag.model.settings import IntakeSettings, Limits
from sheet_diag.reports.run_json.reader import load_previous_run
from sheet_diag.reports.run_json.writer import dump_checked_files
from sheet_diag.text.problems import problem_message
from sheet_diag.text.question_digests import digest_questions
from tests import ranks
from tests.catalogs import FORMER_JIS, JIS, SCORING, Answers, catalog
from tests.samples import ISSUER, client, labels, resolve_all

COMPANY = "株式会社見本"
ONE_CATEGORY = {**SCORING, "gates": {**SCORING["gates"], "applicable_categories": 1}}
Rows = Sequence[str]


def questions(
    texts: Mapping[str, str], rows: Rows = (), *, version: str = "2", weight: int = 1
) -> Catalog:
    """One category with these questions by number; a row is `old relation new`, - for none."""
    line = " ".join([str(weight)] * len(texts))
    content = catalog(line, scoring=ONE_CATEGORY, variant="-").model_dump()
    content |= {"id": "firm", "version": version}
    content["insurance"]["variant"]["item"] = next(iter(texts))
    items = content["categories"][0]["items"]
    for item, (number, text) in zip(items, texts.items(), strict=True):
        item |= {"id": number, "question": {"ja": text, "en": text}}
    split = (row.split() for row in rows)
    content["earlier"]["items"] = [
        {"version": "1", "relation": relation, "old": _none(old), "new": _none(new)}
        for old, relation, new in split
    ]
    return Catalog.model_validate(content)


def _none(number: str) -> str | None:
    return None if number == "-" else number


OLD_TEXTS = {"1": "規程", "2": "教育", "3": "施錠", "4": "復元", "5": "台帳", "6": "委託"}
OLD = questions(OLD_TEXTS, version="1")


def sheet(given: Answers, old: Catalog = OLD) -> bytes:
    entries = Entries({"company": COMPANY}, labels(old, given))
    return make_hearing_sheet(old, Lang.JA, ISSUER, entries)


def read(given: Answers, new: Catalog, old: Catalog = OLD) -> ReceivedFile:
    return read_content("a.xlsx", sheet(given, old), new)


def answers_of(received: ReceivedFile) -> Mapping[str, str | None]:
    assert received.sheet
    return received.sheet.answers


def told(received: ReceivedFile, *codes: str) -> list[str]:
    found = [p for p in received.problems if p.code in codes]
    return [f"{p.code} {p.item}" if p.item else f"{p.code} {p.value}" for p in found]


def version_2(*rows: str, **texts: str) -> Catalog:
    """The old questions with these changes (n1 is number 1; an empty text: asked no more)."""
    changed = {**OLD_TEXTS, **{name.removeprefix("n"): text for name, text in texts.items()}}
    return questions({number: text for number, text in changed.items() if text}, rows)


GIVEN: Answers = {"1": "yes", "2": "no", "3": "no", "4": "yes", "5": "partial", "6": "yes"}
OPEN = (ProblemCode.QUESTION_REPLACED, ProblemCode.ITEM_NEW)


# --- sheets


def test_a_question_that_changed_under_its_number_is_asked_again_without_a_row() -> None:
    received = read(GIVEN, version_2(n2="訓練"))
    assert answers_of(received) == {**GIVEN, "2": None}
    assert told(received, *OPEN) == ["QUESTION_REPLACED 2"]
    assert told(received, ProblemCode.VERSION_MATCHED) == ["VERSION_MATCHED 1"]


@pytest.mark.parametrize(
    ("row", "counts"), [("2 reworded 2", True), ("2 same 2", True), ("2 changed 2", False)]
)
def test_a_row_says_whether_the_answer_to_another_wording_counts(row: str, counts: bool) -> None:
    received = read(GIVEN, version_2(row, n2="訓練"))
    assert answers_of(received)["2"] == ("no" if counts else None)
    assert told(received, *OPEN) == ([] if counts else ["ITEM_NEW 2"])


def test_an_answer_follows_the_new_number_of_its_question() -> None:
    new = version_2("2 same 7", "- new 2", n2="訓練", n7="教育")
    received = read(GIVEN, new)
    assert answers_of(received) == {**GIVEN, "2": None, "7": "no"}
    assert told(received, *OPEN) == ["ITEM_NEW 2"]


@pytest.mark.parametrize(("third", "merged"), [("no", "no"), ("yes", None), (None, None)])
def test_merged_questions_count_where_all_old_answers_agree(
    third: str | None, merged: str | None
) -> None:
    new = version_2("2 merged 2", "3 merged 2", n2="教育と施錠", n3="")
    assert answers_of(read({**GIVEN, "3": third}, new))["2"] == merged


def test_a_question_that_was_split_is_asked_in_all_its_parts() -> None:
    new = version_2("2 split 2", "2 split 7", n2="新人の教育", n7="全員の教育")
    received = read(GIVEN, new)
    assert (answers_of(received)["2"], answers_of(received)["7"]) == (None, None)
    assert told(received, *OPEN) == ["ITEM_NEW 2", "ITEM_NEW 7"]


def test_a_retired_question_is_left_out_and_told() -> None:
    received = read(GIVEN, version_2("2 retired -", n2=""))
    assert answers_of(received) == {number: each for number, each in GIVEN.items() if number != "2"}
    (problem,) = [p for p in received.problems if p.code is ProblemCode.VERSION_MATCHED]
    assert dict(problem.details)["items"] == "2"
    assert ProblemCode.UNKNOWN_ITEM not in [p.code for p in received.problems]


def test_a_catalogue_that_was_edited_without_a_new_version_scores_no_old_answer() -> None:
    edited = questions({**OLD_TEXTS, "2": "訓練"}, version="1")
    received = read(GIVEN, edited)
    assert answers_of(received)["2"] is None
    assert told(received, *OPEN) == ["QUESTION_REPLACED 2"]


@pytest.mark.parametrize(("ja", "counts"), [("規程", True), ("規則", False)])
def test_a_second_language_that_is_added_changes_no_question(ja: str, counts: bool) -> None:
    content = questions(OLD_TEXTS).model_dump()
    content["categories"][0]["items"][0]["question"] = {"ja": ja, "en": "Are there rules?"}
    received = read(GIVEN, Catalog.model_validate(content))
    assert (answers_of(received)["1"] is not None) is counts


def test_what_the_old_catalogue_wrote_on_the_sheet_is_no_entry_of_the_client() -> None:
    texts = {"title": Text(ja="旧の題名", en="A"), "purpose": Text(ja="旧の目的", en="B")}
    received = read(GIVEN, questions(OLD_TEXTS), OLD.model_copy(update=texts))
    assert answers_of(received) == GIVEN
    assert not told(received, ProblemCode.LEFT_OVER, ProblemCode.LEFT_OVER_MANY)


def test_an_edited_copy_of_a_built_in_catalogue_is_told_from_it() -> None:
    content = JIS.model_dump()
    content["categories"][0]["items"][0]["question"]["ja"] = "別の設問ですか。"
    assert is_packaged(JIS)
    assert is_packaged(FORMER_JIS)
    assert not is_packaged(Catalog.model_validate(content))


def test_another_weight_or_order_changes_nothing_of_what_was_asked() -> None:
    received = read(GIVEN, questions(OLD_TEXTS, weight=3))
    assert answers_of(received) == GIVEN
    assert told(received, ProblemCode.OTHER_VERSION, *OPEN) == ["OTHER_VERSION 1"]


# --- runs


def compare(given_then: Answers, given_now: Mapping[str, str], new: Catalog) -> PreviousDiagnosis:
    signs = {"yes": "○", "partial": "△", "no": "×"}
    rows = {item: signs[answer] for item, answer in given_now.items()}
    (now,) = resolve_all(client(COMPANY, rows, catalog=new), catalog=new)
    before = PreviousReturn("", COMPANY, given_then, ranks.A, Fraction(95), {})
    fingerprints = {name: item_fingerprint(OLD, item) for name, item in OLD.items.items()}
    run = PreviousRunFacts(date(2025, 11, 1), "firm@1", "x", fingerprints)
    run = replace(run, questions=digest_questions(OLD))
    previous = add_previous(new, replace(now, comparison=now.comparison), before, run)
    assert previous.comparison.previous
    return previous.comparison.previous


def moved(previous: PreviousDiagnosis) -> dict[str, str]:
    return {each.item: each.movement.value for each in previous.changes}


def test_both_years_are_scored_over_the_questions_that_are_common() -> None:
    new = version_2("1 reworded 1", "2 changed 2", n1="規程類", n2="訓練", n3="別", n6="", n7="新")
    previous = compare(GIVEN, {"5": "yes"}, new)
    # 1 (reworded), 4 and 5 (same) are common; 2, 3, 6 and 7 are not.
    assert previous.common == CommonScores(Fraction(250, 3), Fraction(100), 3)
    assert moved(previous) == {
        "1": "same", "2": "reworded", "3": "not_compared", "4": "same", "5": "improved",
        "7": "new", "6": "gone",
    }  # fmt: skip


@pytest.mark.parametrize(("third", "count"), [("no", 5), ("yes", 4)])
def test_merged_questions_are_common_where_the_old_answers_agree(third: str, count: int) -> None:
    new = version_2("2 merged 2", "3 merged 2", n2="教育と施錠", n3="")
    previous = compare({**GIVEN, "3": third}, {}, new)
    assert previous.common
    assert previous.common.count == count


def test_a_question_that_weighs_more_is_still_the_same() -> None:
    previous = compare({**GIVEN, "2": "yes"}, {}, questions(OLD_TEXTS, weight=2))
    assert previous.common
    assert previous.common.count == len(OLD_TEXTS)


def test_the_same_catalogue_is_known_by_id_version_and_items_not_by_its_files() -> None:
    same = OLD.model_copy(update={"sha256": "another digest"})
    assert compare(GIVEN, {}, same).same_catalog
    assert not compare(GIVEN, {}, questions(OLD_TEXTS)).same_catalog
    assert not compare(GIVEN, {}, questions(OLD_TEXTS, version="1", weight=2)).same_catalog


# --- what people entered


def overrides(old: Catalog, number: str) -> bytes:
    """A workbook of the old questions in which the answer to one of them is set."""
    line = {"client": COMPANY, "item": number, "after": "はい", "reason": "確認", "by": "担当"}
    return make_overrides_workbook(old, Lang.JA, ISSUER, {"amendments": [line]})


@pytest.mark.parametrize(
    ("number", "becomes"),
    [("1", "1"), ("2", "7"), ("3", "8"), ("4", "OVERRIDE_ITEM_CHANGED"), ("5", "5")],
)
def test_a_decision_follows_the_new_number_of_its_question(number: str, becomes: str) -> None:
    # 2 has moved to 7, which its text tells, 3 has moved and was reworded, 4 asks something else.
    new = version_2("3 reworded 8", n2="別", n3="別の", n4="試験", n7="教育", n8="施錠や警備")
    content, faults = read_overrides(
        overrides(OLD, number), "overrides.xlsx", new, IntakeSettings(Limits())
    )
    assert content
    found = [line.item for line in content.overrides] or [fault.code.value for fault in faults]
    assert found == [becomes]


@pytest.mark.parametrize(
    ("number", "becomes"), [("1", "1"), ("2", "7"), ("3", "3"), ("4", "4@1"), ("7", "7@1")]
)
def test_a_line_of_a_plan_follows_the_new_number_of_its_question(number: str, becomes: str) -> None:
    new = version_2("2 same 7", "3 changed 3", "4 retired -", n4="", n7="教育")
    assert follow_number(new, "1", number) == becomes
    assert follow_number(new, new.version, number) == number


def test_an_entry_about_a_question_that_is_gone_is_told() -> None:
    (outcome,) = resolve_all(client(COMPANY, {}, catalog=OLD), catalog=OLD)
    plan = ReturnedPlan((PlanEntry("4@1", owner="総務"),), name=COMPANY)
    received = replace(outcome.received, plan=plan)
    (told_of,) = attach_plans(OLD, [replace(outcome, received=received)])
    problem = told_of.problems[-1]
    assert (problem.code, problem.value) == (ProblemCode.PLAN_QUESTION_GONE, "総務")
    assert "改善計画の4への記入（総務）" in problem_message(problem, Lang.JA)


# --- other scales


def test_weights_that_are_no_whole_numbers_make_an_item_another_one() -> None:
    content = OLD.model_dump()
    content["categories"][0]["items"][0]["weight"] = "1/2"
    half = Catalog.model_validate(content)
    assert item_fingerprint(half, half.items["1"]) != item_fingerprint(OLD, OLD.items["1"])
    assert item_fingerprint(half, half.items["2"]) == item_fingerprint(OLD, OLD.items["2"])


@pytest.mark.parametrize("score", ["-7/2", "130"])
def test_a_score_of_any_scale_is_read_from_an_earlier_run(tmp_path: Path, score: str) -> None:
    (outcome,) = resolve_all(client(COMPANY, {}, catalog=OLD), catalog=OLD)
    head = json.loads(dump_checked_files(OLD, [outcome], Lang.JA))
    head["as_of"] = "2025-11-01"
    head["returns"][0]["diagnosis"]["overall"]["exact"] = score
    (tmp_path / "run.json").write_text(json.dumps(head), "utf-8")
    (before,) = load_previous_run(tmp_path, OLD).returns
    assert before.score == Fraction(score)
