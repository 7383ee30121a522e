"""A wrong catalogue: all faults are reported at once, each in its file and place."""

from __future__ import annotations

import copy
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sheet_diag.catalog.errors import CatalogError, CatalogFaultCode
from sheet_diag.catalog.load import load_catalog
from sheet_diag.catalog.raw_tree import read_yaml
from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording, labels
from tests.catalog_files import FILES, KITCHEN, NEWEST, TOP, copy_of_built_in

C = CatalogFaultCode
Told = tuple[str, str, CatalogFaultCode, str, str]


@pytest.fixture
def top(tmp_path: Path) -> Path:
    return copy_of_built_in(tmp_path)


def faults_of(path: Path) -> list[Told]:
    """(file, path, code, value, near) of every fault; none where the catalogue loads."""
    try:
        load_catalog(path)
    except CatalogError as error:
        return [(f.file, f.path, f.fault.code, f.fault.value, f.fault.near) for f in error.faults]
    return []


def edit(top: Path, file: str, old: str, new: str) -> None:
    """Replace the one place where `old` stands; behind the id of an item: the first after it."""
    path = top.parent / file
    item, _, part = old.rpartition(" > ")
    text = path.read_text("utf-8")
    at = text.index(part, text.index(f"id: {item}\n") if item else 0)
    assert item or text.count(part) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    path.write_text(text[:at] + new + text[at + len(part) :], "utf-8", newline="")


@dataclass(frozen=True)
class Broken:
    """Edits (file, old, new) of the built-in catalogue, and the faults that they must raise."""

    edits: Sequence[tuple[str, str, str]]
    faults: Sequence[Told]


def broken(file: str, old: str, new: str, *faults: Told) -> Broken:
    return Broken([(file, old, new)], faults)


REPORT, PROFILE = "report.yaml", f"{NEWEST}/profile.yaml"
DAMAGE = f"{NEWEST}/damage.yaml"
AST, COM, HUM = (f"{NEWEST}/items/{name}.yaml" for name in ("AST", "COM", "HUM"))
PHY, STANDARDS = f"{NEWEST}/items/PHY.yaml", "standards.yaml"

_AST_01 = 'en: "Asset inventory"}\n  answer_set: implementation\n  weight: 2\n'
_PLAIN = """  plain:
    - {id: yes, value: 1, label: {ja: は, en: Y}, meaning: {ja: 実, en: Y}}
    - {id: partial, value: 0, label: {ja: 否, en: N}, meaning: {ja: 無, en: N}}
"""

_LABELS = "はい、Yes、一部、Partly、いいえ、No、わからない、Don't know、該当なし、N/A"

BROKEN = {
    # files
    "a file that is not there": broken(
        TOP,
        f"items: {HUM}",
        "items: items/HUMAN.yaml",
        (TOP, "categories.HUM.items", C.FILE_MISSING, "items/HUMAN.yaml", ""),
    ),
    "a file out of the folder": broken(
        TOP,
        "report: report.yaml",
        "report: ../catalog/report.yaml",
        (TOP, "report", C.FILE_MISSING, "../catalog/report.yaml", ""),
    ),
    "a folder in place of a file": broken(
        TOP,
        f"profile: {PROFILE}",
        "profile: sent",
        (TOP, "profile", C.FILE_MISSING, "sent", ""),
    ),
    "a file name that no system takes": broken(
        TOP,
        f"profile: {PROFILE}",
        r'profile: "a\0b"',
        (TOP, "profile", C.FILE_MISSING, "a\0b", ""),
    ),
    "a key twice": broken(
        AST,
        _AST_01,
        _AST_01 + "  weight: 3\n",
        (AST, "", C.NOT_YAML, "line 6, column 3: the key 'weight' stands twice", ""),
    ),
    "lists in lists in lists": broken(
        PROFILE,
        'label: {ja: "部署名", en: "Department"}',
        "label: " + "[" * 40 + "]" * 40,
        (PROFILE, "", C.NOT_PLAIN, "line 11, column 37", ""),
    ),
    "braces without quotes": broken(
        PROFILE,
        'label: {ja: "部署名", en: "Department"}',
        "label: {{client}: 1}",
        (PROFILE, "", C.NOT_YAML, "line 11, column 11: found unhashable key", ""),
    ),
    # shape
    "a line left out": broken(TOP, 'version: "2026.2"\n', "", (TOP, "version", C.MISSING, "", "")),
    "a value left out": broken(
        TOP, 'version: "2026.2"', "version:", (TOP, "version", C.MISSING, "", "")
    ),
    "no lines in a list": broken(
        TOP,
        f"items: {NEWEST}/items/PHY.yaml",
        "items: []",
        (TOP, "categories.PHY.items", C.MISSING, "", ""),
        (TOP, "scoring.contradictions.6.na", C.UNKNOWN_REFERENCE, "PHY-01", "POL-01"),
        (TOP, "scoring.contradictions.6.answered", C.UNKNOWN_REFERENCE, "PHY-08", "POL-08"),
    ),
    "a misspelt required name": broken(
        AST,
        _AST_01,
        _AST_01.replace("weight", "wieght"),
        (AST, "AST-01.weight", C.MISSING, "", ""),
        (AST, "AST-01.wieght", C.UNKNOWN_NAME, "wieght", "weight"),
    ),
    "a misspelt optional name": broken(
        AST,
        "AST-03 > critical",
        "critcal",
        (AST, "AST-03.critcal", C.UNKNOWN_NAME, "critcal", "critical"),
    ),
    "a misspelt name beside one other": broken(
        AST,
        "AST-01 > title:",
        "titel:",
        (AST, "AST-01.titel", C.UNKNOWN_NAME, "titel", "title"),
    ),
    "a misspelt name under a number": broken(
        REPORT,
        '    1:\n      new: {ja: "対策を尽くしても',
        '    1:\n      new: {jp: "x", ja: "対策を尽くしても',
        (REPORT, "insurance.notices.1.new.jp", C.UNKNOWN_NAME, "jp", ""),
    ),
    "a name of another world": broken(
        TOP,
        "standards:",
        "mascot: 3\nstandards:",
        (TOP, "mascot", C.UNKNOWN_NAME, "mascot", "mails"),
    ),
    "a digest by hand": broken(
        TOP, "standards:", "sha256: abc\nstandards:", (TOP, "sha256", C.UNKNOWN_NAME, "sha256", "")
    ),
    "a text without words": broken(
        TOP,
        'short: {ja: "物理・環境"',
        'short: {ja: "　 "',
        (TOP, "categories.PHY.short.ja", C.EMPTY_TEXT, "　 ", ""),
    ),
    "an alias that is blank to the reader": broken(
        TOP,
        '"該当無し"',
        '"該当無し", "。"',
        (TOP, "answer_sets.implementation.na", C.EMPTY_TEXT, "。", ""),
    ),
    "an id in Japanese": broken(
        PROFILE, "id: phone", 'id: " 電話"', (PROFILE, " 電話.id", C.NOT_AN_ID, " 電話", "")
    ),
    "an id of 41 letters": broken(
        PROFILE,
        "id: phone",
        f"id: {'x' * 41}",
        (PROFILE, f"{'x' * 41}.id", C.NOT_AN_ID, "x" * 39 + "…", ""),
    ),
    "a word for true": broken(
        AST,
        "AST-03 > critical: true",
        "critical: yes",
        (AST, "AST-03.critical", C.WRONG_TYPE, "yes", ""),
    ),
    "a number for a text": broken(
        TOP, '"2026.2"', "2026.2", (TOP, "version", C.WRONG_TYPE, "2026.2", "")
    ),
    "true for a text": broken(TOP, '"2026.2"', "true", (TOP, "version", C.WRONG_TYPE, "true", "")),
    "an id that is a list": broken(
        PROFILE, "id: phone", "id: [phone]", (PROFILE, "6.id", C.WRONG_TYPE, "['phone']", "")
    ),
    "a weight over 10,000": broken(
        AST,
        _AST_01,
        _AST_01.replace("2", "10001"),
        (AST, "AST-01.weight", C.OUT_OF_RANGE, "10001", ""),
    ),
    "a score over 100": broken(
        TOP,
        "{score: 30, count: 3,",
        "{score: 101, count: 3,",
        (TOP, "scoring.caps.categories_below.1.score", C.OUT_OF_RANGE, "101", ""),
    ),
    "a decimal": broken(
        TOP,
        "value: 1/2",
        "value: 0.5",
        (TOP, "answer_sets.implementation.partial.value", C.NOT_EXACT, "0.5", ""),
    ),
    "a decimal where 1 must be": broken(
        TOP,
        "value: 1\n",
        "value: 1.0\n",
        (TOP, "answer_sets.implementation.yes.value", C.NOT_EXACT, "1.0", ""),
    ),
    "a word where 0 must be": broken(
        TOP,
        "levels: {low: 0,",
        "levels: {low: zero,",
        (TOP, "insurance.exposure.levels.low", C.WRONG_TYPE, "zero", ""),
    ),
    "a kind that is none": broken(
        PROFILE,
        "kind: email",
        "kind: mail",
        (PROFILE, "email.kind", C.NOT_ONE_OF, "mail", "text, email, choice, number, date"),
    ),
    "a rank that is none": broken(
        TOP,
        "na_share: {over: 1/2, at_most: B}",
        "na_share: {over: 1/2, at_most: F}",
        (TOP, "scoring.caps.na_share.at_most", C.NOT_ONE_OF, "F", "A, B, C, D, E"),
    ),
    "half a level": broken(
        REPORT,
        "    3:\n      new:",
        "    3.5:\n      new:",
        (REPORT, "insurance.notices.3.5", C.WRONG_VALUE, "3.5", ""),
        (REPORT, "insurance.notices.3", C.TABLE_GAP, "3", ""),
    ),
    # names
    "an id twice": broken(
        AST, "id: AST-02", "id: AST-01", (AST, "AST-01.id", C.DUPLICATE_ID, "AST-01", "")
    ),
    "an id twice in two files": broken(
        COM, "id: COM-02", "id: HUM-02", (COM, "HUM-02.id", C.DUPLICATE_ID, "HUM-02", "")
    ),
    "a misspelt answer set": broken(
        AST,
        _AST_01,
        _AST_01.replace("implementation", "implementaton"),
        (AST, "AST-01.answer_set", C.UNKNOWN_REFERENCE, "implementaton", "implementation"),
    ),
    "a misspelt choice in a hint": broken(
        AST,
        "AST-01 > hint_partial:",
        "hint_partly:",
        (AST, "AST-01.hint_partly", C.UNKNOWN_REFERENCE, "partly", "partial"),
    ),
    "a misspelt standard": broken(
        AST,
        "AST-01 > jis_2024:",
        "jis_2025:",
        (AST, "AST-01.jis_2025", C.UNKNOWN_NAME, "jis_2025", "jis_2024"),
    ),
    "a range of costs for no exposure": broken(
        DAMAGE,
        "exposure: mid,",
        "exposure: middle,",
        (DAMAGE, "ranges.R2.exposure", C.UNKNOWN_REFERENCE, "middle", "mid"),
    ),
    "a range of costs for no choice": broken(
        DAMAGE,
        "choice: handled,",
        "choice: handld,",
        (DAMAGE, "ranges.R8.choice", C.UNKNOWN_REFERENCE, "handld", "handled"),
    ),
    "a range of costs that rests on no figure": broken(
        DAMAGE,
        "basis: [F8]",
        "basis: [F80]",
        (DAMAGE, "ranges.R8.basis", C.UNKNOWN_REFERENCE, "F80", "F8"),
    ),
    "a figure that stands twice": broken(
        DAMAGE,
        "- id: F5\n",
        "- id: F22\n",
        (DAMAGE, "figures.F22.id", C.DUPLICATE_ID, "F22", ""),
    ),
    "a contradiction with no item": broken(
        TOP,
        "{na: AST-09, answered: AST-08}",
        "{na: AST-9, answered: AST-08}",
        (TOP, "scoring.contradictions.1.na", C.UNKNOWN_REFERENCE, "AST-9", "AST-09"),
    ),
    "points for no field": broken(
        TOP,
        "sensitive_data: {clients: 1}",
        "sensitiv_data: {clients: 1}",
        (
            TOP,
            "insurance.exposure.points.sensitiv_data",
            C.UNKNOWN_REFERENCE,
            "sensitiv_data",
            "sensitive_data",
        ),
    ),
    "points for no choice": broken(
        TOP,
        "over_1000: 1,",
        "over_100: 1,",
        (
            TOP,
            "insurance.exposure.points.personal_records.over_100",
            C.UNKNOWN_REFERENCE,
            "over_100",
            "over_1000",
        ),
    ),
    "points for a field without choices": broken(
        TOP,
        "sensitive_data: {clients: 1}",
        "company: {yes: 1}",
        (TOP, "insurance.exposure.points.company.yes", C.UNKNOWN_REFERENCE, "yes", ""),
    ),
    "a misspelt level": broken(
        TOP,
        "no_profile: mid",
        "no_profile: middle",
        (TOP, "insurance.exposure.no_profile", C.UNKNOWN_REFERENCE, "middle", "mid"),
    ),
    "a variant for no answer": broken(
        TOP,
        "no: new, unknown: confirm}",
        "non: new, unknown: confirm}",
        (TOP, "insurance.variant.answers.non", C.UNKNOWN_REFERENCE, "non", "no"),
    ),
    # answers
    "a condition without 該当なし": broken(
        AST,
        "AST-06 > na_allowed: true",
        "na_allowed: false",
        (AST, "AST-06.na_when", C.CONDITION_WITHOUT_NA, "", ""),
    ),
    "該当なし that is no choice": Broken(
        [
            (TOP, "\ncategories:\n", f"{_PLAIN}\ncategories:\n"),
            (AST, "AST-07 > implementation", "plain"),
        ],
        [
            (AST, "AST-07.na_allowed", C.NO_NA_CHOICE, "", ""),
            (AST, "AST-07.hint_no", C.UNKNOWN_REFERENCE, "no", ""),
            (AST, "AST-07.opening_unknown", C.UNKNOWN_REFERENCE, "unknown", ""),
        ],
    ),
    "a choice without value": broken(
        TOP,
        "      value: 1/2\n",
        "",
        (TOP, "answer_sets.implementation.partial.value", C.VALUE_MISSING, "", ""),
    ),
    "a choice with a blank value": broken(
        TOP,
        "value: 1/2",
        "value:",
        (TOP, "answer_sets.implementation.partial.value", C.VALUE_MISSING, "", ""),
    ),
    "該当なし with a value": broken(
        TOP,
        "- id: na\n",
        "- id: na\n      value: 0\n",
        (TOP, "answer_sets.implementation.na.value", C.VALUE_UNWANTED, "0", ""),
    ),
    "no answer is worth 1": broken(
        TOP,
        "value: 1\n",
        "value: 9/10\n",
        (TOP, "answer_sets.implementation", C.NO_FULL_VALUE, "", ""),
    ),
    "one word for two answers": broken(
        TOP,
        '"該当無し"',
        '"ＵＮＫＮＯＷＮ。"',
        (TOP, "answer_sets.implementation.na", C.SAME_SPELLING, "ＵＮＫＮＯＷＮ。", "unknown"),
    ),
    "one short name for two categories": broken(
        TOP,
        'short: {ja: "人的",',
        'short: {ja: "ポリシー",',
        (TOP, "categories.HUM.short.ja", C.SAME_SPELLING, "ポリシー", "POL"),
    ),
    # numbers
    "ranks out of order": broken(
        TOP, "{A: 85, B: 70,", "{A: 85, B: 85,", (TOP, "scoring.ranks", C.NOT_DESCENDING, "", "")
    ),
    "marks that end above 0": broken(
        REPORT,
        '{score: 0, mark: "×"',
        '{score: 1, mark: "×"',
        (REPORT, "marks", C.NOT_DESCENDING, "", ""),
    ),
    "a rank in the middle without score": broken(
        TOP, "C: 50,", "C: ,", (TOP, "scoring.ranks.3.from", C.MISSING, "", "")
    ),
    "no ranks at all": broken(
        TOP,
        "ranks: {A: 85, B: 70, C: 50, D: 30, E: 0}",
        "ranks: {}",
        (TOP, "scoring.ranks", C.MISSING, "", ""),
    ),
    "a weaker cap for a worse score": broken(
        TOP,
        "{score: 50, at_most: C}",
        "{score: 50, at_most: A}",
        (TOP, "scoring.caps.category_below.2", C.CAP_ORDER, "", ""),
    ),
    "a higher count above a lower one": broken(
        TOP,
        "{count: 6, at_most: D}",
        "{count: 2, at_most: D}",
        (TOP, "scoring.caps.critical_missed.3", C.CAP_ORDER, "", ""),
    ),
    "seven categories of six": broken(
        TOP,
        "applicable_categories: 4",
        "applicable_categories: 7",
        (TOP, "scoring.gates.applicable_categories", C.TOO_MANY_REQUIRED, "7", "6"),
    ),
    "a notice for no rank": broken(
        TOP,
        "mid: {A: 1, B: 1, C: 2, D: 3, E: 3, none: 1}",
        "mid: {A: 1, B: 1, C: 2, D: 3, E: 3}",
        (TOP, "insurance.level.mid.none", C.TABLE_GAP, "none", ""),
    ),
    "a misspelt row": broken(
        TOP,
        "mid: {A: 1,",
        "midd: {A: 1,",
        (TOP, "insurance.level.mid", C.TABLE_GAP, "mid", ""),
        (TOP, "insurance.level.midd", C.UNKNOWN_REFERENCE, "midd", "mid"),
    ),
    "a notice in no variant": broken(
        REPORT,
        '    1:\n      new: {ja: "対策を尽くしても',
        '    1:\n      now: {ja: "対策を尽くしても',
        (REPORT, "insurance.notices.1.new", C.TABLE_GAP, "new", ""),
        (REPORT, "insurance.notices.1.now", C.UNKNOWN_REFERENCE, "now", "new"),
    ),
    "no level for 0 points": broken(
        TOP,
        "levels: {low: 0,",
        "levels: {low: 1,",
        (TOP, "insurance.exposure.levels", C.TABLE_GAP, "0", ""),
    ),
    # company sheet
    "no company": broken(
        PROFILE, "id: company", "id: firm", (PROFILE, "company", C.MISSING, "", "")
    ),
    "an empty company sheet": broken(
        TOP,
        f"profile: {PROFILE}",
        "profile: []",
        (TOP, "profile.company", C.MISSING, "", ""),
        *(
            (TOP, f"insurance.exposure.{path}", C.UNKNOWN_REFERENCE, name, "")
            for path, name in (
                ("points.personal_records", "personal_records"),
                ("points.sensitive_data", "sensitive_data"),
                ("points.card_data", "card_data"),
                ("points.entrusted_data", "entrusted_data"),
                ("points.it_dependence", "it_dependence"),
                ("unknown.field", "personal_records"),
            )
        ),
        (TOP, "scoring.na_by_company.1.field", C.UNKNOWN_REFERENCE, "employees", ""),
        *(
            (DAMAGE, f"ranges.{number}.field", C.UNKNOWN_REFERENCE, name, "")
            for number, name in (
                *((f"R{number}", "personal_records") for number in range(4, 8)),
                ("R8", "card_data"),
            )
        ),
    ),
    "a list without choices": broken(
        PROFILE,
        "- id: phone\n  kind: text",
        "- id: phone\n  kind: choice",
        (PROFILE, "phone.choices", C.CHOICES_MISSING, "", ""),
    ),
    "choices without a list": broken(
        PROFILE,
        "- id: it_dependence\n  kind: choice",
        "- id: it_dependence\n  kind: text",
        (PROFILE, "it_dependence.choices", C.CHOICES_UNWANTED, "", ""),
    ),
    "one number in two ranges": broken(
        PROFILE,
        "from: 6, to: 20",
        "from: 5, to: 20",
        (PROFILE, "employees.choices", C.RANGES_OVERLAP, "", ""),
    ),
    "a range that runs backwards": broken(
        PROFILE,
        "from: 1001, label",
        "from: 1001, to: 9, label",
        (PROFILE, "employees.choices", C.RANGES_OVERLAP, "", ""),
    ),
    "a range open in the middle": broken(
        PROFILE,
        "from: 6, to: 20",
        "from: 6",
        (PROFILE, "employees.choices", C.RANGES_OVERLAP, "", ""),
    ),
    # conditions
    **{
        f"a condition {condition}": broken(
            AST,
            "AST-02 > weight: ",
            f'condition: "{condition}"\n  weight: ',
            (AST, "AST-02.condition", code, value, near),
        )
        for condition, code, value, near in (
            ("はい", C.CONDITION_SYNTAX, "はい", ""),
            (
                "AST-01=はい かつ AST-01=一部 または AST-01=いいえ",
                C.CONDITION_MIXED,
                "AST-01=はい かつ AST-01=一部 または AST-01=いいえ",
                "",
            ),
            ("AST-O1=はい", C.CONDITION_UNKNOWN, "AST-O1", "AST-10"),
            ("AST-02=はい", C.CONDITION_FORWARD, "AST-02", ""),
            ("AST-01=済", C.CHOICE_NOT_IN_SET, "済", _LABELS),
        )
    },
    # standards
    "a control number of no group": broken(
        PHY,
        'jis_2024: ["7.5"]',
        'jis_2024: ["9.5"]',
        (PHY, "PHY-09.jis_2024.1", C.GROUP_UNCLEAR, "9.5", ""),
    ),
    "a group without a name": broken(
        STANDARDS,
        ', name: {ja: "検知", en: "Detect"}',
        "",
        (STANDARDS, "csf2.frame.groups.DE.name", C.MISSING, "", ""),
    ),
    "a group that cannot hold its control numbers": broken(
        STANDARDS,
        "id: Part1, size: 5",
        "id: Part1, size: 4",
        (STANDARDS, "ipa25.frame.groups.Part1.size", C.GROUP_TOO_SMALL, "4", "5"),
    ),
    "two groups of one id": broken(
        STANDARDS,
        "id: ID, size: 21",
        "id: GV, size: 21",
        (STANDARDS, "csf2.frame.groups.GV.id", C.DUPLICATE_ID, "GV", ""),
    ),
    "a table of items that are not asked": broken(
        STANDARDS,
        "groups:\n      - {id: Part1",
        'requirements: [{id: "1", items: [POL-99]}]\n    groups:\n      - {id: Part1',
        (STANDARDS, "ipa25.frame.requirements.1.items", C.UNKNOWN_REFERENCE, "POL-99", "POL-09"),
    ),
    # texts
    "a word to fill in that nobody gives": broken(
        REPORT,
        "次の{count}つ",
        "次の{number}つ",
        (REPORT, "labels.report.categories.intro.ja", C.BAD_PLACEHOLDER, "", "{count}"),
    ),
    "a brace left open": broken(
        REPORT,
        "following {count} categories",
        "following {count categories",
        (REPORT, "labels.report.categories.intro.en", C.BAD_PLACEHOLDER, "", "{count}"),
    ),
    "a word that the text of a capped rank is not given": broken(
        REPORT,
        "ですが、{weak}が評価",
        "ですが、{score}が評価",
        (REPORT, "ranks.B.capped.ja", C.BAD_PLACEHOLDER, "", "{base}, {weak}, {rank}"),
    ),
    "a word that the text of unknown answers is not given": broken(
        REPORT,
        "the score is {score} and the rating is {rank}. Before",
        "the score is {weak} and the rating is {rank}. Before",
        (REPORT, "ranks.C.unknown.en", C.BAD_PLACEHOLDER, "", "{count}, {score}, {rank}"),
    ),
    "a label of the sheet that does not exist": broken(
        TOP,
        "standards:",
        "labels: {sheet.name.question: {ja: 設問, en: Questions}}\nstandards:",
        (TOP, "labels.sheet.name.question", C.UNKNOWN_NAME, "sheet.name.question", ""),
    ),
    "a label that is none of the sheet and of no document": broken(
        TOP,
        "standards:",
        "labels: {cli.help: {ja: 手引き, en: Help}}\nstandards:",
        (TOP, "labels.cli.help", C.UNKNOWN_NAME, "cli.help", ""),
    ),
    "a word that a label of the sheet is not given": broken(
        TOP,
        "standards:",
        'labels: {sheet.invalid.date: {ja: "{date}", en: Date}}\nstandards:',
        (TOP, "labels.sheet.invalid.date.ja", C.BAD_PLACEHOLDER, "", ""),
    ),
}


@pytest.mark.parametrize("row", BROKEN.values(), ids=BROKEN)
def test_every_fault_is_reported_in_its_place(top: Path, row: Broken) -> None:
    for file, old, new in row.edits:
        edit(top, file, old, new)
    assert sorted(faults_of(top)) == sorted(row.faults)


def test_every_code_has_a_row() -> None:
    with_rows = {fault[2] for row in BROKEN.values() for fault in row.faults}
    assert with_rows == set(CatalogFaultCode) - {C.NO_WEIGHT}  # has a test of its own


def test_faults_of_several_files_are_reported_together(top: Path) -> None:
    rows = [
        BROKEN[name]
        for name in (
            "a file that is not there",
            "a misspelt required name",
            "a misspelt standard",
            "an id twice in two files",
            "a decimal",
            "a kind that is none",
            "seven categories of six",
            "a misspelt level",
            "a notice for no rank",
            "a brace left open",
        )
    ]
    for row in rows:
        for file, old, new in row.edits:
            edit(top, file, old, new)
    # HUM.yaml is not read, so that its HUM-02 is no longer there twice.
    gone = BROKEN["an id twice in two files"].faults
    expected = [fault for row in rows for fault in row.faults if fault not in gone]
    assert sorted(faults_of(top)) == sorted(expected)


def test_two_faults_of_one_item_are_both_reported(top: Path) -> None:
    edit(top, AST, _AST_01, _AST_01.replace("implementation", "implementaton"))
    edit(top, AST, 'jis_2024: ["5.9"]', 'jis_2025: ["5.9"]')
    expected = [*BROKEN["a misspelt answer set"].faults, *BROKEN["a misspelt standard"].faults]
    assert sorted(faults_of(top)) == sorted(expected)


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_cannot_be_read_is_one_fault(top: Path, file: str) -> None:
    (top.parent / file).write_bytes("id: 設問".encode("cp932"))
    assert faults_of(top) == [(file, "", C.NOT_YAML, "byte 5: not UTF-8", "")]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        pytest.param(None, ("", C.FILE_MISSING, "catalog.yaml", ""), id="no file"),
        pytest.param("", ("", C.WRONG_TYPE, "", ""), id="an empty file"),
        pytest.param("- a\n- b\n", ("", C.WRONG_TYPE, "", ""), id="a list"),
    ],
)
def test_a_file_that_is_no_catalogue_is_one_fault(
    tmp_path: Path, content: str | None, fault: tuple[str, CatalogFaultCode, str, str]
) -> None:
    if content is not None:
        (tmp_path / "catalog.yaml").write_text(content, "utf-8")
    assert faults_of(tmp_path) == [("catalog.yaml", *fault)]


def test_a_wrong_path_is_reported_by_its_own_name(tmp_path: Path) -> None:
    assert faults_of(tmp_path / "mine.yaml") == [("mine.yaml", "", C.FILE_MISSING, "mine.yaml", "")]


def test_the_message_of_the_error_lists_every_fault(top: Path) -> None:
    edit(top, PROFILE, "kind: email", "kind: mail")
    edit(top, AST, "id: AST-02", "id: AST-01")
    with pytest.raises(CatalogError) as caught:
        load_catalog(top)
    assert str(caught.value).splitlines() == [
        f"{PROFILE}: email.kind: not_one_of",
        f"{AST}: AST-01.id: duplicate_id",
    ]


def test_faults_of_a_single_file_are_reported_in_it(tmp_path: Path) -> None:
    single = tmp_path / "kitchen.yaml"
    single.write_text(KITCHEN.replace("answer_set: how_often", "answer_set: often"), "utf-8")
    assert faults_of(single) == [
        ("kitchen.yaml", f"categories.{path}.answer_set", C.UNKNOWN_REFERENCE, "often", "how_often")
        for path in ("kitchen.items.hands", "store.items.fridge")
    ]


def test_a_catalogue_whose_questions_weigh_nothing_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "kitchen.yaml"
    weightless = KITCHEN.replace("weight: 5", "weight: 0").replace("weight: 1", "weight: 0")
    file.write_text(weightless, "utf-8")
    assert faults_of(file) == [("kitchen.yaml", "categories", C.NO_WEIGHT, "", "")]


# What may stand anywhere by mistake: each crashed the loader once, or might have.
WRONG: Mapping[str, object] = {
    "nothing": None,
    "a decimal": 1.5,
    "below zero": -1,
    "a full stop": "。",
    "an empty list": [],
    "an empty mapping": {},
    "a list of lists": [["x"], None],
    "a strange key": {1.5: {"ja": "x", "x": 1}},
}


@pytest.mark.slow("every value of the catalogue is replaced by nonsense")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_no_value_anywhere_crashes_the_loader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: object
) -> None:
    file = tmp_path / "kitchen.yaml"
    file.write_text(KITCHEN, "utf-8")
    tree = read_yaml(KITCHEN.encode())
    # Parsing takes nine tenths of the time and is not what is tested here.
    monkeypatch.setattr("sheet_diag.catalog.raw_tree.read_yaml", lambda _: copy.deepcopy(tree))
    found = 0
    for holder, key in list(_places(tree)):
        right, holder[key] = holder[key], wrong
        found += len(faults_of(file))
        holder[key] = right
    assert found  # the values reach the loader
    assert faults_of(file) == []


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) below the node."""
    for key, entry in node.items() if isinstance(node, dict) else enumerate(node):
        yield node, key
        if isinstance(entry, dict | list):
            yield from _places(entry)


# --- wording of the faults


def test_every_code_has_a_sentence_in_both_languages() -> None:
    for code in CatalogFaultCode:
        texts = labels()[f"catalog.fault.{code.value}"]
        assert set(texts) == set(Lang), code
        for text in texts.values():
            fields = {field for _, field, _, _ in string.Formatter().parse(text)} - {None}
            assert fields <= {"value", "near"}, code
            asks_near = code in (
                C.NOT_ONE_OF,
                C.SAME_SPELLING,
                C.TOO_MANY_REQUIRED,
                C.BAD_PLACEHOLDER,
                C.GROUP_TOO_SMALL,
                C.CHOICE_NOT_IN_SET,
            )
            assert ("near" in fields) == asks_near, code


def test_every_sentence_belongs_to_a_code() -> None:
    keys = {key for key in labels() if key.startswith("catalog.")}
    assert keys == {"catalog.near", *(f"catalog.fault.{code.value}" for code in CatalogFaultCode)}


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        (
            Lang.JA,
            "「wieght」という項目はありません。項目名のつづりを直すか、"
            "この項目を削除してください。（もしかして：weight）",
        ),
        (
            Lang.EN,
            'There is no entry called "wieght". Correct its spelling or remove it.'
            ' (did you mean "weight"?)',
        ),
    ],
)
def test_a_likely_name_is_suggested_in_a_sentence(lang: Lang, sentence: str) -> None:
    say = Wording(lang)
    text = say("catalog.fault.unknown_name", value="wieght", near="weight")
    assert text + say("catalog.near", near="weight") == sentence


@pytest.mark.parametrize("lang", Lang)
def test_the_words_that_a_text_is_given_are_shown_with_their_braces(lang: Lang) -> None:
    say = Wording(lang)
    assert " {base}, {weak} " in say(
        "catalog.fault.bad_placeholder", value="", near="{base}, {weak}"
    )
