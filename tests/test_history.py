"""Comparison with an earlier run: the same client, the same item, and its change."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.diagnosis.comparison.peers import compare_with_peers
from sheet_diag.diagnosis.comparison.previous import (
    add_previous,
    entries_digest,
    item_fingerprint,
    match_previous,
)
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    Comparison,
    Movement,
    PastDiagnosis,
    PreviousDiagnosis,
    PreviousRun,
)
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import (
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.model.settings import IntakeSettings, Issuer
from sheet_diag.pipeline.tasks import DocumentSettings, PublishJob, WorkerContext, publish
from sheet_diag.reports.pdf.sources import PdfSource
from sheet_diag.reports.run_json.reader import RunJsonError, load_previous_run
from sheet_diag.reports.run_json.writer import dump_checked_files
from sheet_diag.text.wording import Wording, labels
from tests import ranks
from tests.catalogs import SIGNS, answer_row, catalog

THEN = date(2025, 11, 23)
NOW = date(2026, 11, 23)
SMALL = catalog("3! 2 1n", "1 1 1", "1 1 1", "1 1 1")
ALL_YES = "○○○ ○○○ ○○○ ○○○"


def with_previous(
    catalog: Catalog, outcomes: Sequence[ReturnOutcome], run: PreviousRun
) -> list[ReturnOutcome]:
    """The outcomes with the previous diagnosis of each client."""
    found = match_previous(outcomes, run)
    return [
        add_previous(catalog, outcome, before, run.head)
        if (before := found.get(outcome.received.label))
        else outcome
        for outcome in outcomes
    ]


def outcome(
    name: str = "株式会社見本",
    signs: str = ALL_YES,
    *,
    client: str = "",
    small: Catalog = SMALL,
    remark: str = "",
    file: str = "",
    judgement: Judgement | None = None,
) -> ReturnOutcome:
    """A client who answered so; ranked unless a gate holds it."""
    given = answer_row(small, signs)
    responses = tuple(Response(i, choice, choice or "", remark) for i, choice in given.items())
    identity = SheetIdentity("small", "1", client or None)
    sheet = ReturnedSheet(identity, Lang.JA, {"company": name}, responses, "回答")
    diagnosis = evaluate(small, sheet)
    status = ReturnStatus.HELD if diagnosis.scores.gates else ReturnStatus.RANKED
    received = ReceivedFile(file or f"{name}{client}.xlsx", "", sheet=sheet)
    if judgement:
        received = replace(received, judgement=judgement)
    return ReturnOutcome(received, status, (), diagnosis)


def run_of(
    tmp_path: Path, outcomes: Sequence[ReturnOutcome], small: Catalog = SMALL, **edits: Any
) -> PreviousRun:
    """The run as read from its own run.json."""
    run = json.loads(dump_checked_files(small, outcomes, Lang.JA))
    content = {"as_of": THEN.isoformat(), **run}
    content["catalog"].update(edits)
    (tmp_path / "run.json").write_text(json.dumps(content), encoding="utf-8")
    return load_previous_run(tmp_path, SMALL)


def compare(
    small: Catalog, outcomes: Sequence[ReturnOutcome], run: PreviousRun
) -> dict[str, PreviousDiagnosis]:
    """The previous diagnosis of every client that has one, by the label of its return."""
    found = with_previous(small, outcomes, run)
    return {o.received.label: o.comparison.previous for o in found if o.comparison.previous}


def moved(previous: PreviousDiagnosis) -> dict[str, str]:
    return {
        change.item: change.movement.value
        for change in previous.changes
        if change.movement is not Movement.SAME
    }


# --- the history of a client


def told(outcomes: Sequence[ReturnOutcome]) -> list[str]:
    """What run.json tells of the history of the first return."""
    (entry, *_) = json.loads(dump_checked_files(SMALL, outcomes, Lang.JA))["returns"]
    return [
        f"{each['as_of']} {each['catalog']} {each['score']['shown']} {each['rank']}"
        for each in entry["history"]
    ]


def test_a_history_goes_from_run_to_run_and_keeps_five(tmp_path: Path) -> None:
    yearly = ["×××", "××△", "△△△", "△△○", "△○○", "○○○", "○○○"]
    found = [outcome()]
    for year, signs in enumerate(yearly, 2019):
        run = replace(run_of(tmp_path, found), as_of=date(year, 11, 23))
        found = with_previous(SMALL, [outcome(signs=signs + "○" * 9)], run)
    assert told(found) == [
        "2021-11-23 small@1 77.0 C",
        "2022-11-23 small@1 87.5 B",
        "2023-11-23 small@1 89.5 B",
        "2024-11-23 small@1 93.7 A",
        "2025-11-23 small@1 100.0 A",
    ]


def test_a_year_without_a_rank_ends_no_history(tmp_path: Path) -> None:
    first = run_of(tmp_path, [outcome()])
    held = with_previous(SMALL, [outcome(signs="..." * 4)], first)
    assert (held[0].status, told(held)) == ("held", ["2025-11-23 small@1 100.0 A"])
    second = replace(run_of(tmp_path, held), as_of=date(2026, 1, 1))
    again = with_previous(SMALL, [outcome()], second)
    assert told(again) == ["2025-11-23 small@1 100.0 A"]
    assert again[0].comparison.previous is None


def test_a_day_stands_in_a_history_once(tmp_path: Path) -> None:
    first = run_of(tmp_path, with_previous(SMALL, [outcome()], run_of(tmp_path, [outcome()])))
    assert told(with_previous(SMALL, [outcome()], first)) == ["2025-11-23 small@1 100.0 A"]


def test_other_ranks_end_a_history(tmp_path: Path) -> None:
    same = run_of(tmp_path, [outcome()])
    assert same.scale
    assert same.scale.ranks == SMALL.ranks
    other = run_of(tmp_path, [outcome()], ranks={**dict.fromkeys("ABCD", "60"), "E": "0"})
    assert told(with_previous(SMALL, [outcome()], same)) == ["2025-11-23 small@1 100.0 A"]
    assert told(with_previous(SMALL, [outcome()], other)) == []


def test_another_catalogue_ends_a_history_and_another_version_is_told(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome()], version="2")
    past = [
        PastDiagnosis(date(year, 11, 23), name, Fraction(50), ranks.C)
        for year, name in ((2021, "small@0"), (2022, "smaller@9"), (2023, "small@1"))
    ]
    returns = (replace(run.returns[0], history=tuple(past)),)
    found = with_previous(SMALL, [outcome()], replace(run, returns=returns))
    assert told(found) == ["2023-11-23 small@1 50.0 C", "2025-11-23 small@2 100.0 A"]


def test_without_an_earlier_run_there_is_no_history() -> None:
    assert told([outcome()]) == []


def test_the_report_gets_the_history_of_its_client(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome()])
    (found,) = with_previous(SMALL, [outcome()], run)
    documents = DocumentSettings(Issuer(), NOW, Lang.JA)
    job = PublishJob(replace(found, result="results/a.xlsx"), b"")
    source = publish(WorkerContext(SMALL, IntakeSettings(), documents), job).pdf_source
    assert source
    view = PdfSource.unpack(source).view
    assert view.comparisons
    assert view.comparisons.previous
    assert [each.day for each in view.comparisons.previous.history] == ["2025年11月", "2026年11月"]


# --- there and back


def test_rank_and_scores_are_read_from_the_earlier_run(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome(signs="×△○ ○○○ ○○○ ○○△")])
    (previous,) = compare(SMALL, [outcome()], run).values()
    assert (previous.as_of, previous.rank) == (THEN, ranks.C)
    assert previous.score == (Fraction(200, 6) + 100 + 100 + Fraction(500, 6)) / 4
    assert previous.categories == {
        "C1": Fraction(100, 3), "C2": 100, "C3": 100, "C4": Fraction(250, 3),
    }  # fmt: skip
    assert moved(previous) == {"C1-1": "improved", "C1-2": "improved", "C4-3": "improved"}
    assert (previous.same_catalog, previous.copied) == (True, False)


def test_run_json_holds_what_the_report_shows(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome(signs="×○○ ○○○ ○○○ ○○○")])
    override = Override("C1-2", "yes", "はい", "partial", "証跡なし", "山田")
    judged = outcome(signs="○△○ ○○○ ○○○ ○○×", judgement=Judgement((override,)))
    found = with_previous(SMALL, [judged, *(outcome(f"x{n}") for n in range(4))], run)
    label = judged.received.label
    peers = compare_with_peers(SMALL, found, 5)[label]
    first = replace(found[0], comparison=replace(found[0].comparison, peers=peers))
    entry = json.loads(dump_checked_files(SMALL, [first], Lang.JA))["returns"][0]
    assert entry["overrides"] == [
        {
            "item": "C1-2",
            "from": "yes",
            "raw": "はい",
            "to": "partial",
            "reason": "証跡なし",
            "by": "山田",
        }
    ]
    assert entry["diagnosis"]["open_items"] == ["C4-3", "C1-2"]
    assert entry["diagnosis"]["ways"] == [
        {
            "items": ["C4-3"],
            "overall": {"exact": "575/6", "shown": "95.8"},
            "rank": "A",
            "target": "A",
        }
    ]
    previous = entry["comparison"]["previous"]
    assert (previous["as_of"], previous["rank"]) == ("2025-11-23", "B")
    assert previous["changes"] == [
        {"item": "C1-1", "movement": "improved", "from": "no", "to": "yes"},
        {"item": "C1-2", "movement": "worsened", "from": "yes", "to": "partial"},
        {"item": "C4-3", "movement": "worsened", "from": "yes", "to": "no"},
    ]
    overall = entry["comparison"]["peers"][0]["measures"]["overall"]
    assert (overall["count"], overall["position"], overall["deviation"]) == (5, 5, 30.0)
    assert isinstance(overall["mean"], int)


def test_a_client_without_an_earlier_return_has_no_previous_diagnosis() -> None:
    entry = json.loads(dump_checked_files(SMALL, [outcome()], Lang.JA))["returns"][0]
    assert entry["comparison"] == {
        "peers": [], "previous": None, "reference": None, "reference_version": None,
    }  # fmt: skip
    assert outcome().comparison == Comparison()


# --- the same client

# Clients then and now as (id, name); who of now is found, by their names.
MATCHES: dict[str, tuple[list[tuple[str, str]], list[tuple[str, str]], list[tuple[str, str]]]] = {
    "by id, under another name": ([("1", "旧社名")], [("1", "新社名")], [("新社名", "旧社名")]),
    "by name": ([("", "株式会社見本")], [("", "見本（株）")], [("見本（株）", "株式会社見本")]),
    "by name where the id is new": ([("", "見本")], [("1", "見本")], [("見本", "見本")]),
    "by name where the id is lost": ([("1", "見本")], [("", "見本")], [("見本", "見本")]),
    "two ids are never one client": ([("1", "見本")], [("2", "見本")], []),
    "a name that two bore then": ([("1", "見本"), ("2", "見本")], [("", "見本")], []),
    "a name that two bear now": ([("", "見本")], [("", "見本"), ("1", "見本")], []),
    "found by id already": (
        [("1", "見本")], [("1", "新社名"), ("", "見本")], [("新社名", "見本")],
    ),
    "an id that two bear": ([("1", "甲"), ("1", "乙")], [("1", "甲")], []),
    "no name at all": ([("", "")], [("", "")], []),
    "nobody": ([("1", "甲")], [("2", "乙")], []),
}  # fmt: skip


@pytest.mark.parametrize("case", MATCHES)
def test_clients_match_by_id_or_by_a_unique_name(case: str, tmp_path: Path) -> None:
    then, now, expected = MATCHES[case]
    # Each answered its last questions differently, so that its score identifies it.
    signs = [f"○○○ ○○○ ○○○ {'×' * n}{'○' * (3 - n)}" for n in range(1, 4)]
    earlier = [outcome(name, signs[n], client=id_) for n, (id_, name) in enumerate(then)]
    names = {
        o.diagnosis.scores.overall: n
        for o, (_, n) in zip(earlier, then, strict=True)
        if o.diagnosis
    }
    present = [outcome(name, client=id_, file=f"{n}.xlsx") for n, (id_, name) in enumerate(now)]
    found = compare(SMALL, present, run_of(tmp_path, earlier))
    assert [
        (each.received.sheet.name, names[found[each.received.label].score])
        for each in present
        if each.received.sheet and each.received.label in found
    ] == expected


HELD = "... ○○○ ○○○ ○○○"


def test_held_returns_make_names_ambiguous_too(tmp_path: Path) -> None:
    """They have a name, but no rank to compare."""
    held, ranked = outcome("見本", HELD, file="1"), outcome("見本", file="2")
    assert held.status is ReturnStatus.HELD
    assert compare(SMALL, [ranked], run_of(tmp_path, [held])) == {}
    assert compare(SMALL, [ranked], run_of(tmp_path, [held, ranked])) == {}
    assert compare(SMALL, [held, ranked], run_of(tmp_path, [ranked])) == {}
    assert compare(SMALL, [held], run_of(tmp_path, [ranked])) == {}


# --- the same item, and what became of it

MOVES: Mapping[str, tuple[str, str, Movement]] = {
    "better": ("×", "△", Movement.IMPROVED),
    "worse": ("○", "?", Movement.WORSENED),
    "no longer unknown, but no better": ("?", "×", Movement.SAME),
    "answered at last": (".", "○", Movement.IMPROVED),
    "no longer answered": ("○", ".", Movement.WORSENED),
    "left open as before": (".", ".", Movement.SAME),
    "now N/A": ("×", "-", Movement.SAME),
    "N/A no longer": ("-", "○", Movement.SAME),
}


@pytest.mark.parametrize("case", MOVES)
def test_each_item_improves_worsens_or_stays(case: str, tmp_path: Path) -> None:
    then, now, movement = MOVES[case]
    run = run_of(tmp_path, [outcome(signs=f"○○{then} ○○○ ○○○ ○○○")])
    (previous,) = compare(SMALL, [outcome(signs=f"○○{now} ○○○ ○○○ ○○○")], run).values()
    change = next(each for each in previous.changes if each.item == "C1-3")
    assert (change.before, change.now) == (SIGNS[then], SIGNS[now])
    assert change.movement is movement


def test_refused_na_is_worth_nothing(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome(signs="○-○ ○○○ ○○○ ○○○")])
    (previous,) = compare(SMALL, [outcome()], run).values()
    assert moved(previous) == {"C1-2": "improved"}


def other_version() -> Catalog:
    """C1-2 asks something else, C2-1 weighs more, C4-3 is no longer asked, C5 is new."""
    content = SMALL.model_dump()
    content |= {"version": "0", "sha256": "other"}
    first, second, _, fourth = content["categories"]
    first["items"][1]["question"] = {"ja": "別の設問", "en": "Another question"}
    second["items"][0]["weight"] = 2
    old = fourth["items"][2]
    fourth["items"] = (*fourth["items"][:2], {**old, "id": "C4-9"})
    return Catalog.model_validate(content)


def test_only_unchanged_items_are_compared_across_versions(tmp_path: Path) -> None:
    old = other_version()
    then = outcome(signs="△×○ ×○○ ○○○ ○○×", small=old)
    assert then.status is ReturnStatus.RANKED
    run = run_of(tmp_path, [then], small=old)
    (previous,) = compare(SMALL, [outcome()], run).values()
    assert not previous.same_catalog
    assert moved(previous) == {
        "C1-1": "improved",
        "C1-2": "not_compared",
        "C2-1": "improved",
        "C4-3": "new",
        "C4-9": "gone",
    }


def test_a_run_without_fingerprints_compares_no_items_of_another_version(tmp_path: Path) -> None:
    """An older run.json: the same catalogue is enough, another leaves nothing to compare."""
    then = [outcome(signs="×○○ ○○○ ○○○ ○○○")]
    run = run_of(tmp_path, then)
    (previous,) = compare(SMALL, [outcome()], replace(run, items=None, questions={})).values()
    assert moved(previous) == {"C1-1": "improved"}
    (previous,) = compare(
        SMALL, [outcome()], replace(run, items=None, questions={}, sha256="x")
    ).values()
    assert set(moved(previous).values()) == {"not_compared"}


EDITS: Mapping[str, tuple[dict[str, Any], bool]] = {
    "another wording": ({"question": {"ja": "別の設問", "en": "Words"}}, False),
    "another weight": ({"weight": 2}, False),
    "no longer critical": ({"critical": False}, False),
    "N/A allowed": ({"na_allowed": True, "na_when": {"ja": "文", "en": "Words"}}, False),
    "another hint": ({"hint": {"yes": {"ja": "文", "en": "Words"}}}, True),
    "white space": ({"question": {"ja": "文 ", "en": " Words"}}, True),
}


@pytest.mark.parametrize("case", EDITS)
def test_question_weight_and_choices_make_an_item_the_same(case: str) -> None:
    edit, same = EDITS[case]
    content = SMALL.model_dump()
    content["categories"][0]["items"][0].update(edit)
    other = Catalog.model_validate(content)
    before, after = SMALL.items["C1-1"], other.items["C1-1"]
    assert (item_fingerprint(SMALL, before) == item_fingerprint(other, after)) is same


# --- merely copied


def test_a_copy_of_the_previous_answers_is_a_problem(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome(signs="△○○ ○○○ ○○○ ○○○", remark="済")])
    (copied,) = with_previous(SMALL, [outcome(signs="△○○ ○○○ ○○○ ○○○", remark="済")], run)
    assert [(p.code, p.value) for p in copied.problems] == [
        (ProblemCode.COPIED_FROM_PREVIOUS, "2025-11-23")
    ]
    assert copied.comparison.previous
    assert copied.comparison.previous.copied


@pytest.mark.parametrize("change", [{"remark": "未"}, {"signs": "×○○ ○○○ ○○○ ○○○"}])
def test_another_answer_or_remark_is_no_copy(change: dict[str, str], tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome(signs="△○○ ○○○ ○○○ ○○○", remark="済")])
    given = {"signs": "△○○ ○○○ ○○○ ○○○", "remark": "済", **change}
    (other,) = with_previous(SMALL, [outcome(**given)], run)  # type: ignore[arg-type]
    assert other.problems == ()
    assert other.comparison.previous


def test_a_run_without_digests_finds_no_copy(tmp_path: Path) -> None:
    run = run_of(tmp_path, [outcome()])
    returns = tuple(replace(each, entries="") for each in run.returns)
    (other,) = with_previous(SMALL, [outcome()], replace(run, returns=returns))
    assert other.problems == ()


def test_answers_set_by_the_consultant_do_not_hide_a_copy() -> None:
    override = Override("C1-2", "yes", "yes", "no", "証跡なし", "山田")
    judged = outcome(signs="○×○ ○○○ ○○○ ○○○", judgement=Judgement((override,)))
    assert entries_digest(judged.received) == entries_digest(outcome().received)
    assert entries_digest(ReceivedFile("a", "")) == ""


# --- what cannot be used

BROKEN: Mapping[str, tuple[str, str]] = {
    "not JSON": ("{", "unreadable"),
    "not text": ("\x00", "unreadable"),
    "another file": ("[]", "foreign"),
    "another schema": ('{"schema": 2}', "foreign"),
    "no returns": ('{"schema": 1, "as_of": "2025-11-23", "catalog": {"id": "a"}}', "foreign"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_unusable_run_is_refused(case: str, tmp_path: Path) -> None:
    text, key = BROKEN[case]
    (tmp_path / "run.json").write_text(text, encoding="utf-8")
    assert refusal(tmp_path) == f"comparison.previous.{key}"


def test_a_missing_run_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "comparison.previous.missing"


def test_a_run_of_another_catalogue_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunJsonError) as raised:
        run_of(tmp_path, [outcome()], id="other")
    assert raised.value.key == "comparison.previous.other_catalog"
    assert refusal(tmp_path) == raised.value.key


def refusal(folder: Path) -> str:
    with pytest.raises(RunJsonError) as raised:
        load_previous_run(folder, SMALL)
    assert raised.value.key in labels()
    for lang in Lang:
        assert str(folder) in Wording(lang)(raised.value.key, **raised.value.parts)
    return raised.value.key
