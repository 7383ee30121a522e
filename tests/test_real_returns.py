"""Returns typed into and saved by real programs give back what was typed.

Each workbook of `data/returns` is of 2026.1 and has a YAML file beside it with what was typed and
what is read; its README says how they are made.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from sheet_diag.model.returns import ReceivedFile
from tests.catalogs import FORMER_JIS
from tests.returned import problems_in, read_return, sheet_of, signs_of

FOLDER = Path(__file__).parent / "data" / "returns"
NAMES = sorted(path.stem for path in FOLDER.glob("*.xlsx"))


@pytest.fixture(scope="module", params=NAMES)
def real(request: pytest.FixtureRequest) -> tuple[Any, ReceivedFile]:
    """What was typed (every leaf a string), and what was read."""
    path = FOLDER / f"{request.param}.yaml"
    typed = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    return typed, read_return(path.with_suffix(".xlsx").read_bytes(), FORMER_JIS, path.name)


def test_returns_of_both_languages_are_there() -> None:
    assert {name.partition("_")[0] for name in NAMES} == {"ja", "en"}


def test_the_answers_are_those_that_were_typed(real: tuple[Any, ReceivedFile]) -> None:
    typed, received = real
    sheet, areas = sheet_of(received), FORMER_JIS.categories
    entered = [text for area in areas for text in typed["answers"][area.id]["typed"]]
    assert [response.raw for response in sheet.responses] == entered
    assert signs_of(received) == "".join(typed["answers"][area.id]["read"] for area in areas)


def test_the_remarks_are_those_that_were_typed(real: tuple[Any, ReceivedFile]) -> None:
    typed, received = real
    remarks = {r.item: r.remark for r in sheet_of(received).responses if r.remark}
    assert remarks == typed["remarks"]


def test_the_profile_is_what_was_typed(real: tuple[Any, ReceivedFile]) -> None:
    typed, received = real
    expected = {field: entry["read"] for field, entry in typed["profile"].items()}
    assert sheet_of(received).profile == expected


def test_the_sheet_says_what_it_is(real: tuple[Any, ReceivedFile]) -> None:
    typed, received = real
    sheet = sheet_of(received)
    assert (sheet.lang.value, sheet.identity.catalog) == (typed["lang"], FORMER_JIS.id)


def test_only_the_expected_problems_are_found(real: tuple[Any, ReceivedFile]) -> None:
    typed, received = real
    assert problems_in(received) == typed["problems"]
