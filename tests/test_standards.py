"""Answers beside the requirements of other standards: states, sheet, columns, run.json."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.worksheet.worksheet import Worksheet

from sheet_diag.catalog.load import load_catalog
from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.results import ReturnStatus
from sheet_diag.model.standards import RequirementState, StandardCoverage
from sheet_diag.reports.run_json.writer import dump_return
from sheet_diag.text.wording import Wording, labels
from tests.catalog_files import KITCHEN, copy_of_built_in
from tests.catalogs import JIS, SCORING, Answers, BuiltIn, answer_row, catalog
from tests.catalogs import built_in as built_in_returns
from tests.samples import client, portfolio, report, resolve_all, summary
from tests.workbooks import open_workbook, sheet

MET, PARTLY, NOT_MET, NOT_CONFIRMED, NOT_APPLICABLE = RequirementState
ONE_CATEGORY = {**SCORING, "gates": {**SCORING["gates"], "applicable_categories": 1}}
DOCS = Path(__file__).parents[1] / "docs" / "catalog.md"

# Requirement -> items; r5 has one that is not scored, r6 no other, r7 none.
TABLE = {
    "r1": "C1-1",
    "r2": "C1-1 C1-2",
    "r3": "C1-2 C2-1",
    "r4": "C2-1",
    "r5": "C1-3 C2-2",
    "r6": "C2-2",
    "r7": "",
}


@cache
def small() -> Catalog:
    """Scored items C1-1 to C2-1, of which C1-3 and C2-1 may be 該当なし; C2-2 is not scored."""
    rows = [{"id": name, "items": items.split()} for name, items in TABLE.items()]
    text = {"ja": "文", "en": "Words"}
    groups = [
        {"id": "low", "name": text, "size": 5, "covers": ["r1", "r2", "r3"]},
        {"id": "high", "name": text, "size": 7, "covers": ["r4", "r5", "r6", "r7"]},
    ]
    frame = {"unit": text, "groups": groups, "requirements": rows}
    content = catalog("3 2 1n", "2n 0").model_dump()
    content["standards"] = [{"id": "table", "name": text, "frame": frame}]
    return Catalog.model_validate(content)


def cover(signs: str) -> StandardCoverage:
    """The only standard of `small`, with an answer a sign in the order of its items."""
    (found,) = cover_standards(small(), answer_row(small(), signs))
    return found


def states(coverage: StandardCoverage) -> dict[str, RequirementState | None]:
    """The state of each requirement by its id."""
    return {
        row.requirement.id: row.state for group in coverage.groups for row in group.requirements
    }


# --- the states


def test_a_standard_is_covered_as_worked_out_by_hand() -> None:
    # C1-1 はい, C1-2 一部, C1-3 いいえ | C2-1 わからない, C2-2 (not scored) はい
    coverage = cover("○△× ?○")
    assert states(coverage) == {
        "r1": MET,
        "r2": PARTLY,  # はい and 一部
        "r3": NOT_CONFIRMED,  # 一部 and わからない
        "r4": NOT_CONFIRMED,
        "r5": NOT_MET,  # いいえ; what is not scored does not count
        "r6": None,
        "r7": None,
    }
    assert coverage.size == 5 + 7
    assert coverage.counts.total() == 5
    assert coverage.counts == {MET: 1, PARTLY: 1, NOT_CONFIRMED: 2, NOT_MET: 1}
    assert [group.counts for group in coverage.groups] == [
        Counter({MET: 1, PARTLY: 1, NOT_CONFIRMED: 1}),
        Counter({NOT_CONFIRMED: 1, NOT_MET: 1}),
    ]


@pytest.mark.parametrize(
    ("first", "second", "state"),
    [
        ("○", "○", MET),
        ("○", "△", PARTLY),
        ("△", "○", PARTLY),
        ("△", "△", PARTLY),
        ("○", "×", NOT_MET),
        ("○", "?", NOT_CONFIRMED),
        ("○", ".", NOT_CONFIRMED),
        ("△", "?", NOT_CONFIRMED),
        ("△", ".", NOT_CONFIRMED),
        ("?", ".", NOT_CONFIRMED),
        ("×", "?", NOT_MET),
        ("×", ".", NOT_MET),
        ("○", "-", MET),
        ("△", "-", PARTLY),
        ("×", "-", NOT_MET),
        ("?", "-", NOT_CONFIRMED),
        (".", "-", NOT_CONFIRMED),
    ],
)
def test_of_several_items_the_lowest_counts(
    first: str, second: str, state: RequirementState
) -> None:
    assert states(cover(f"○{first}○ {second}○"))["r3"] is state


def test_a_requirement_is_not_applicable_where_all_its_items_are() -> None:
    assert states(cover("○○- -○")) == {
        "r1": MET,
        "r2": MET,
        "r3": MET,
        "r4": NOT_APPLICABLE,
        "r5": NOT_APPLICABLE,
        "r6": None,
        "r7": None,
    }


def test_not_applicable_where_it_is_not_allowed_is_not_confirmed() -> None:
    assert states(cover("-○○ ○○"))["r1"] is NOT_CONFIRMED


@pytest.mark.parametrize(("value", "state"), [("1/2", PARTLY), ("2/3", PARTLY), ("1/3", NOT_MET)])
def test_half_or_more_is_partly(value: str, state: RequirementState) -> None:
    content = small().model_dump()
    for choice in content["answer_sets"]["implementation"]:
        if choice["id"] == "partial":
            choice["value"] = value
    changed = Catalog.model_validate(content)
    (found,) = cover_standards(changed, answer_row(changed, "△○○ ○○"))
    assert states(found)["r1"] is state


_RISES = {"×": "△", "?": "△", ".": "△", "△": "○"}
_LEVELS = {NOT_MET: 0, NOT_CONFIRMED: 1, PARTLY: 2, MET: 3}


@given(st.text("○△×?.", min_size=5, max_size=5), st.integers(0, 4))
def test_a_better_answer_never_lowers_a_state(signs: str, at: int) -> None:
    better = signs[:at] + _RISES.get(signs[at], "○") + signs[at + 1 :]
    before, now = (
        {name: _LEVELS[state] for name, state in states(cover(each)).items() if state}
        for each in (signs, better)
    )
    assert all(now[name] >= level for name, level in before.items())


@given(st.text("○△×?.-", min_size=5, max_size=5))
def test_the_states_add_up_to_the_requirements_with_a_scored_item(signs: str) -> None:
    coverage = cover(signs)
    assert coverage.counts.total() == 5
    assert [group.counts.total() for group in coverage.groups] == [3, 2]


@given(st.sampled_from("○△×?.-"))
def test_an_item_that_is_not_scored_changes_nothing(sign: str) -> None:
    assert cover(f"○△× ?{sign}") == cover("○△× ?○")


# --- the built-in standards


def built_in(signs: str) -> dict[str, StandardCoverage]:
    """The standards of the built-in catalogue, where every item is answered with one sign."""
    given: Answers = answer_row(JIS, signs * len(JIS.items))
    return {each.standard.id: each for each in cover_standards(JIS, given)}


def test_the_standards_have_as_many_requirements_as_their_editions() -> None:
    sizes = {name: each.size for name, each in built_in("○").items()}
    assert sizes == {"jis_2024": 93, "csf2": 106, "ipa25": 25}
    groups = {
        name: [(group.group.id, group.group.size) for group in each.groups]
        for name, each in built_in("○").items()
    }
    assert groups == {
        "jis_2024": [("5", 37), ("6", 8), ("7", 14), ("8", 34)],
        "csf2": [("GV", 31), ("ID", 21), ("PR", 22), ("DE", 11), ("RS", 13), ("RC", 8)],
        "ipa25": [("Part1", 5), ("Part2", 13), ("Part3", 7)],
    }


@pytest.mark.parametrize(
    ("sign", "state"), [("○", MET), ("△", PARTLY), ("×", NOT_MET), ("?", NOT_CONFIRMED)]
)
def test_one_answer_to_everything_gives_one_state(sign: str, state: RequirementState) -> None:
    for each in built_in(sign).values():
        assert set(each.counts) == {state}


def test_control_numbers_stand_in_their_order_each_with_all_its_items() -> None:
    for name, each in built_in("○").items():
        rows = [row.requirement for group in each.groups for row in group.requirements]
        items = {row.id: set(row.items) for row in rows}
        assert len(items) == len(rows)
        assert items == {
            number: {i.id for i in JIS.items.values() if number in i.controls.get(name, ())}
            for item in JIS.items.values()
            for number in item.controls.get(name, ())
        }
    numbers = [row.requirement.id for row in built_in("○")["jis_2024"].groups[0].requirements]
    assert numbers == sorted(numbers, key=lambda number: int(number.split(".")[1]))


@given(built_in_returns())
def test_the_states_are_those_of_the_answers_read_one_by_one(returned: BuiltIn) -> None:
    items = returned.catalog.items.values()
    for each in cover_standards(returned.catalog, returned.answers):
        for number, state in states(each).items():
            asked = [i for i in items if number in i.controls.get(each.standard.id, ())]
            assert state is _read_state({_read(i, returned) for i in asked if i.weight}), number


def _read(item: Item, returned: BuiltIn) -> str:
    answer = returned.answers[item.id] or "open"
    return "open" if answer == "na" and not item.na_allowed else answer


def _read_state(given: set[str]) -> RequirementState | None:
    if "no" in given:
        return NOT_MET
    if given & {"unknown", "open"}:
        return NOT_CONFIRMED
    if "partial" in given:
        return PARTLY
    if "yes" in given:
        return MET
    return NOT_APPLICABLE if given else None


def test_every_standard_tells_its_edition() -> None:
    for standard in JIS.standards:
        for lang in Lang:
            assert re.search(r"20\d\d|\d\.\d", standard.name[lang]), standard.id


def test_no_label_says_that_a_standard_is_met_officially() -> None:
    wrong = re.compile("準拠|適合|complian|complies|conform", re.IGNORECASE)
    texts = {key: text for key, both in labels().items() for text in both.values()}
    for standard in JIS.standards:
        frame = standard.frame
        parts = (frame.unit, *(g.name for g in frame.groups)) if frame else ()
        named = [standard.name, *filter(None, parts)]
        texts |= {f"{standard.id} {lang}": str([n[lang] for n in named]) for lang in Lang}
    assert {key for key, text in texts.items() if wrong.search(text)} == set()


# --- a table of one's own


def examples() -> list[str]:
    """The YAML of the section on standards in the guide."""
    section = DOCS.read_text("utf-8").split("## Standards")[1]
    return re.findall(r"```yaml\n(.*?)```", section, re.DOTALL)


def with_example(folder: Path) -> Catalog:
    """The built-in catalogue with the example of the guide."""
    path = copy_of_built_in(folder)  # of its newest version
    standard, rows = examples()
    with (path.parent / "standards.yaml").open("a", encoding="utf-8") as file:
        file.write(standard)
    (path.parent / "buyer.yaml").write_text(rows, "utf-8")
    return load_catalog(path)


def test_the_example_of_the_guide_is_loaded_and_printed(tmp_path: Path) -> None:
    own = with_example(tmp_path)
    given = client("見本", {"COM-05": "△"}, catalog=own)
    texts = rows_of(page(report(given, catalog=own)))
    assert own.standards[-1].id == "buyer"
    assert [
        "2-1",
        "外部からの利用者を複数の方法で確認している\nCOM-05 多要素認証の利用",
        None,
        "△",
        None,
        None,
        None,
    ] in texts
    assert "見本製作所 取引先基準（第2版）" in [row[0] for row in texts]


def test_a_requirement_that_nothing_asks_for_is_listed_and_not_counted(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.yaml"
    file.write_text(KITCHEN, "utf-8")
    (found,) = cover_standards(load_catalog(file), {"hands": "always", "fridge": "mostly"})
    assert states(found) == {"a1": MET, "a2": PARTLY, "b1": None}
    assert (found.size, found.counts.total()) == (5, 2)


# --- a yardstick: a list with levels and without groups

# Requirement -> the share of full points that it needs, and its items; without any it is asked for
# by those that bear its number.
YARDSTICK = {
    "k1": ("1", "C1-1"),
    "k2": ("1/2", "C1-1"),
    "k3": ("4/5", "C1-1 C1-2"),
    "k4": ("1", ""),
    "k5": ("1", ""),
}


@cache
def with_yardstick() -> Catalog:
    """C1-3, which may be 該当なし, bears the number k4; nothing bears k5."""
    content = catalog("3 2 1n", scoring=ONE_CATEGORY).model_dump()
    content["categories"][0]["items"][2]["controls"] = {"scs": ["k4"]}
    rows = [
        {"id": name, "level": level, "items": items.split()}
        for name, (level, items) in YARDSTICK.items()
    ]
    frame = {"requirements": rows}
    content["standards"] = [{"id": "scs", "name": {"ja": "SCS ★3", "en": "SCS"}, "frame": frame}]
    return Catalog.model_validate(content)


@pytest.mark.parametrize(
    ("signs", "expected"),
    [
        ("○○○", [MET, MET, MET, MET]),
        ("△○○", [PARTLY, MET, PARTLY, MET]),  # half is enough for k2, not for 4/5
        ("×○-", [NOT_MET, NOT_MET, NOT_MET, NOT_APPLICABLE]),
        ("?○.", [NOT_CONFIRMED, NOT_CONFIRMED, NOT_CONFIRMED, NOT_CONFIRMED]),
    ],
)
def test_a_requirement_is_met_at_its_own_level(
    signs: str, expected: list[RequirementState]
) -> None:
    own = with_yardstick()
    (found,) = cover_standards(own, answer_row(own, signs))
    assert list(states(found).values()) == [*expected, None]


def test_a_yardstick_is_printed_with_what_does_not_count_apart() -> None:
    own = with_yardstick()
    rows = rows_of(
        page(report(client("見本", {"C1-1": "△", "C1-3": "-"}, catalog=own), catalog=own))
    )
    told = [str(row[0]) for row in rows if str(row[0]).startswith("SCS ★3：")]
    assert told == [
        "SCS ★3：3項目中1項目を充足（一部充足2、未充足0、未確認0、対象外1、対応する設問なし1）。"
        "対象外と対応する設問なしは、項目数に含みません。"
    ]
    assert [row[0] for row in rows if row[0] in YARDSTICK] == list(YARDSTICK)
    assert [
        "番号",
        "区分、対応する設問",
        "充足",
        "一部\n充足",
        "未充足",
        "未確認",
        "対象外",
    ] in rows


def test_run_json_tells_what_of_a_yardstick_nothing_asks_for() -> None:
    own = with_yardstick()
    (outcome,) = resolve_all(client("見本", {}, catalog=own), catalog=own)
    told = json.loads(dump_return(own, outcome, Lang.JA))["standards"]["scs"]
    assert (told["treated"], told["met"], told["unasked"]) == (4, 4, 1)
    assert "groups" not in told


def test_forty_yardsticks_of_400_rows_are_counted_and_printed() -> None:
    content = with_yardstick().model_dump()
    rows = [{"id": f"r{n}", "items": ["C1-1"]} for n in range(400)]
    name = {"ja": "枠組み", "en": "List"}
    content["standards"] = [
        {"id": f"f{n}", "name": name, "frame": {"requirements": rows}} for n in range(40)
    ]
    content["categories"][0]["items"][2]["controls"] = {}
    own = Catalog.model_validate(content)
    found = cover_standards(own, answer_row(own, "○○○"))
    assert [each.counts[MET] for each in found] == [400] * 40
    assert own.numbered_standards == ()  # no column of numbers beside the answers


# --- the sheet


def page(content: bytes, lang: Lang = Lang.JA) -> Worksheet:
    return sheet(open_workbook(content), Wording(lang)("standards.sheet"))


def rows_of(worksheet: Worksheet) -> list[list[Any]]:
    return [list(row) for row in worksheet.iter_rows(values_only=True)]


@cache
def of_mixed() -> bytes:
    return report(client("見本", {"POL": "△", "HUM": "×", "AST": "?", "AST-09": "-"}))


def test_the_sheet_says_how_much_of_a_standard_is_treated() -> None:
    found = built_in("○")["jis_2024"].counts.total()
    wanted = f"JIS Q 27002:2024の93の管理策のうち、本診断が扱うのは{found}です。"
    assert any(str(row[0]).startswith(wanted) for row in rows_of(page(of_mixed())))
    assert any(
        str(row[0]).startswith("Of the 106 subcategories of NIST CSF 2.0, this assessment covers")
        for row in rows_of(page(report(client("A", lang=Lang.EN)), Lang.EN))
    )


def test_a_requirement_has_its_mark_in_the_column_of_its_state() -> None:
    rows = rows_of(page(of_mixed()))
    heads = next(row for row in rows if row[0] == "番号")
    joined = [str(head).replace("\n", "") for head in heads[2:]]
    assert joined == ["満たしている", "一部", "満たしていない", "確認できない", "該当なし"]
    marks = {str(row[0]): row[2:] for row in rows}
    assert marks["5.2"] == [None, "△", None, None, None]  # POL-03
    assert marks["6.7"] == [None, None, "×", None, None]  # HUM-07
    assert marks["5.9"] == [None, None, None, "？", None]  # AST-01
    assert marks["5.20"] == [None, None, None, None, "－"]  # AST-09
    assert marks["8.15"] == ["○", None, None, None, None]  # COM-08


@pytest.mark.parametrize("standard", ["jis_2024", "csf2", "ipa25"])
def test_the_figures_of_the_groups_count_the_marks_below(standard: str) -> None:
    rows, each = rows_of(page(of_mixed())), built_in("○")[standard]
    start = next(at for at, row in enumerate(rows) if row[0] == each.standard.name.ja) + 2
    end = start + len(each.groups)
    listed = rows[end + 1 :][: sum(len(group.requirements) for group in each.groups)]
    marks = [[int(mark is not None) for mark in row[2:]] for row in listed]
    assert _sums(row[2:] for row in rows[start:end]) == _sums(marks) == rows[end][2:]


def _sums(rows: Iterable[list[int]]) -> list[int]:
    """Add up the rows column by column."""
    return [sum(column) for column in zip(*rows, strict=True)]


def test_each_standard_begins_a_page_under_the_same_headings() -> None:
    worksheet = page(of_mixed())
    rows = rows_of(worksheet)
    heading = next(at for at, row in enumerate(rows, 1) if row[0] == "番号")
    starts = [
        at
        for at, row in enumerate(rows)
        if row[0] in ("NIST CSF 2.0", "IPA情報セキュリティ自社診断（第3.1版）")
    ]
    assert worksheet.print_title_rows == f"${heading}:${heading}"
    assert [each.id for each in worksheet.row_breaks.brk] == starts
    assert worksheet.page_setup.paperSize == 9
    assert worksheet.page_setup.orientation == "portrait"


def test_without_a_framed_standard_there_is_no_sheet() -> None:
    plain = catalog("3 2", "2", "1", "1")
    content = report(client("A", catalog=plain), catalog=plain)
    assert Wording(Lang.JA)("standards.sheet") not in open_workbook(content).sheetnames
    (entry,) = resolve_all(client("A", catalog=plain), catalog=plain)
    assert json.loads(dump_return(plain, entry, Lang.JA))["standards"] == {}


# --- for programs, and for the consultant


def test_run_json_tells_the_states_and_their_counts() -> None:
    (outcome,) = resolve_all(client("見本", {"POL": "△"}))
    told = json.loads(dump_return(JIS, outcome, Lang.JA))["standards"]
    assert list(told) == ["csf2", "ipa25", "jis_2024"]
    jis = told["jis_2024"]
    assert jis["size"] == 93
    assert jis["requirements"]["5.2"] == "partly"
    found = [state for state in jis["requirements"].values() if state]
    assert jis["treated"] == len(found) == jis["met"] + jis["partly"]
    for key in ("treated", "met", "partly"):
        assert sum(group[key] for group in jis["groups"].values()) == jis[key]


def test_a_held_return_is_not_set_beside_a_standard() -> None:
    (outcome,) = resolve_all(client("途中", {"POL": "."}))
    assert outcome.status is ReturnStatus.HELD
    assert json.loads(dump_return(JIS, outcome, Lang.JA))["standards"] == {}


def test_the_portfolio_has_a_column_for_each_standard() -> None:
    outcomes = resolve_all(client("甲"), client("乙", rest="×"))
    met = built_in("○")["jis_2024"].counts.total()
    clients = summary(outcomes).clients
    assert clients["met:jis_2024"].tolist() == [met, 0]
    listing = sheet(open_workbook(portfolio(outcomes)), Wording(Lang.JA)("portfolio.sheet.clients"))
    heads, *rows = (list(row) for row in listing[next(iter(listing.tables.values())).ref])
    at = [cell.value for cell in heads].index(f"JIS Q 27002:2024：満たす数（{met}中）")
    assert [row[at].value for row in rows] == [met, 0]
