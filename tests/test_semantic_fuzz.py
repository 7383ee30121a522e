"""Whatever office people do to a filled-in sheet: no answer changes without a word.

Each file is a sheet of the built-in catalogue with random answers and one or two kinds of edits of
`tests.edits`. Every answer that is read is the one that its client means, or a problem names its
question or its cell; and what says the same in another way never holds a return.
"""

from __future__ import annotations

import random
from itertools import islice
from pathlib import Path

import pytest

from sheet_diag.cli.demo.returns import write_demo_sheets
from sheet_diag.intake.receive import read_content
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Severity
from sheet_diag.text.problems import problem_severity
from tests.catalogs import JIS
from tests.edited_sheets import UNCLEAR, DoesNotFitError, HearingSheet
from tests.edits import CHANGING, GROUPS, HARMLESS
from tests.returned import problem_line, problems_in

KINDS = {**HARMLESS, **CHANGING}
# Problems of where answers stand, which no honest return has.
HOLDING = (
    ProblemCode.SECOND_ANSWER,
    ProblemCode.ANSWERS_SHIFTED,
    ProblemCode.QUESTION_MISPLACED,
    ProblemCode.ANSWER_COLUMN_TWICE,
    ProblemCode.NO_ANSWER_COLUMN,
    ProblemCode.SHEETS_DISAGREE,
    ProblemCode.DUPLICATE_ITEM,
    ProblemCode.COMPANY_TWICE,
    ProblemCode.LEFT_OVER,
)
DATA = Path(__file__).parent / "data" / "returns"


def _edit_sheet(kinds: tuple[str, ...], seed: int) -> HearingSheet:
    """A sheet with these edits; one that does not fit to the others is left out."""
    chance = random.Random(f"{kinds} {seed}")
    sheet = HearingSheet(chance, Lang.EN if chance.random() < 0.2 else Lang.JA)
    for kind in kinds:
        try:
            KINDS[kind](sheet)
        except DoesNotFitError:
            continue
    return sheet


def _tells(problem: Problem, item: str, text: str | None) -> bool:
    """Whether a problem names an item, holds all answers, or shows a text."""
    severity = problem_severity(problem.code)
    if severity is Severity.INFO:
        return False
    shown = (problem.value or "", *(each for _, each in problem.details))
    of_all = problem.item is None and severity is Severity.ERROR
    return problem.item == item or of_all or bool(text and any(text in each for each in shown))


def find_silent_changes(sheet: HearingSheet, received: ReceivedFile) -> list[str]:
    """Find the answers that are neither those that were meant nor told."""
    if received.sheet is None:
        return [] if received.problems else ["refused without a reason"]
    answers, name = received.sheet.answers, received.sheet.name
    found = [
        f"{item}: {answers.get(item)} for {truth}"
        for item, truth in sheet.truth.items()
        if answers.get(item, "missing") != truth
        and not (
            any(_tells(each, item, sheet.told.get(item)) for each in received.problems)
            and (truth != UNCLEAR or answers[item] is None or _is_held_as_a_whole(received))
        )
    ]
    if name != sheet.name and not any(each.item == "company" for each in received.problems):
        found.append(f"{name} for {sheet.name}")
    return found


def _is_held_as_a_whole(received: ReceivedFile) -> bool:
    return any(p.item is None for p in _errors(received))


def _errors(received: ReceivedFile) -> list[Problem]:
    return [p for p in received.problems if problem_severity(p.code) is Severity.ERROR]


def _check(kinds: tuple[str, ...], seed: int) -> None:
    sheet = _edit_sheet(kinds, seed)
    received = read_content("a.xlsx", sheet.save(), JIS)
    assert find_silent_changes(sheet, received) == [], (kinds, seed, problems_in(received))
    if all(kind in HARMLESS for kind in kinds):
        held = [problem_line(each) for each in _errors(received)]
        assert (kinds, seed, held) == (kinds, seed, [])
        assert received.sheet
        assert received.sheet.answers == sheet.truth


def _draw_pairs(count: int, seed: str) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    drawn = (chance.sample([*KINDS], 2) for _ in iter(int, 1))
    pairs = ((first, second) for first, second in drawn)
    fit = (pair for pair in pairs if not any(group.issuperset(pair) for group in GROUPS))
    return list(islice(fit, count))


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_changes_no_answer_without_a_word(kind: str) -> None:
    _check((kind,), 0)


@pytest.mark.parametrize("pair", _draw_pairs(150 - len(KINDS), "quick"), ids=" ".join)
def test_two_edits_change_no_answer_without_a_word(pair: tuple[str, str]) -> None:
    _check(pair, 0)


def test_columns_headed_by_choices_hold_no_words_of_answers() -> None:
    """Even where a second table puts words below one of them."""
    _check(("second_table_below", "columns_of_choices"), 2)
    _check(("columns_of_choices", "second_table_below"), 42)


@pytest.mark.slow("hundreds of files are read")
@pytest.mark.parametrize("part", range(10))
def test_hundreds_of_edited_files_change_no_answer_without_a_word(part: int) -> None:
    singles = [(kind,) for kind in KINDS]
    pairs = _draw_pairs(20, f"slow {part}")
    kinds = [*singles[part::10], *pairs]
    for seed, each in enumerate(kinds, 1):
        _check(each, seed)


def test_no_return_of_a_real_program_is_held_for_nothing() -> None:
    for path in sorted(DATA.glob("*.xlsx")):
        received = read_content(path.name, path.read_bytes(), JIS)
        told = [*map(problem_line, received.problems)]
        assert not [each for each in told if each.startswith(HOLDING)], path.name


def test_no_return_of_the_demonstration_is_held_for_nothing(tmp_path: Path) -> None:
    """What holds one there is what its client did: a word that is no choice, say."""
    write_demo_sheets(tmp_path, JIS)
    for path in sorted((tmp_path / "input").glob("*.xlsx")):
        received = read_content(path.name, path.read_bytes(), JIS)
        told = [*map(problem_line, received.problems)]
        assert not [each for each in told if each.startswith(HOLDING)], path.name
