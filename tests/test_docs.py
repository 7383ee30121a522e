"""What the documents name exists: tests, problem codes, files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sheet_diag.model.returns import ProblemCode

ROOT = Path(__file__).parents[1]
HAZARDS = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize(("file", "test"), re.findall(r"`(test_\w+\.py)::(test_\w+)`", HAZARDS))
def test_a_test_that_is_named_exists(file: str, test: str) -> None:
    source = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {test}\(", source, re.MULTILINE)


def test_every_hazard_has_its_row() -> None:
    rows = re.findall(r"^\| (\d+) \|", HAZARDS, re.MULTILINE)
    assert rows == [str(number) for number in range(1, len(rows) + 1)]
    assert len(rows) > 55
    assert len(re.findall(r"`test_\w+\.py::test_\w+`", HAZARDS)) == len(rows)


def test_every_place_that_the_architecture_names_exists() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    places = set(re.findall(r"`([\w/]+/[\w/]*(?:\.py)?)`", text)) - {
        "data/"
    }  # of the output folder
    package = ROOT / "sheet_diag"
    assert len(places) > 60
    assert [
        each for each in sorted(places) if not any((top / each).exists() for top in (ROOT, package))
    ] == []


def test_the_architecture_tells_of_every_package() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    packages = {path.parent.name for path in (ROOT / "sheet_diag").glob("*/__init__.py")}
    assert packages == set(re.findall(r"^\| `(\w+)` \| .+\? ", text, re.MULTILINE))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_codes_and_links_of_a_document_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    codes = set(re.findall(r"`(?!SHEET_DIAG_)([A-Z]+(?:_[A-Z]+)+)`", text))
    others = {"RLIMIT_AS", "NA_SHARE", "NA_SHARE_GT_30"}  # a system's limit, rules of the scoring
    assert codes - others <= {code.value for code in ProblemCode}
    for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (path.parent / link).exists(), link
