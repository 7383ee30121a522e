"""Odd clients: no text of their reports is cut, and no printed page is empty."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.gallery import odd_clients, run_gallery
from tests.lint import lint
from tests.workbooks import cut_texts, open_workbook

pytestmark = pytest.mark.slow("twenty reports and their PDFs")


@pytest.fixture(scope="module")
def output(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    return make_once("gallery", run_gallery) / "output"


def test_every_odd_client_is_ranked_and_printed(output: Path) -> None:
    returns = json.loads((output / "run.json").read_text("utf-8"))["returns"]
    assert [entry["status"] for entry in returns] == ["ranked"] * (len(odd_clients()) + 1)
    assert {entry["diagnosis"]["rank"] for entry in returns} == set("ABCDE")
    assert all((output / entry["pdf"]).exists() for entry in returns)
    flags = {finding["rule"] for e in returns for finding in e["diagnosis"]["findings"]}
    flags |= {problem["code"] for e in returns for problem in e["problems"]}
    assert flags >= {
        "UNANSWERED", "UNKNOWN_STATE", "NA_CONTRADICTION", "NA_SHARE_HIGH", "STRICT_RANK_DIFFERS",
        "COPIED_FROM_PREVIOUS",
    }  # fmt: skip


def test_no_text_is_cut(output: Path) -> None:
    for path in sorted((output / "results").iterdir()):
        book = open_workbook(path.read_bytes(), values=True)
        cut = [text for page in book.worksheets for text in cut_texts(page, margin=0.6)]
        assert cut == [], path.name


def test_no_printed_page_is_nearly_empty(output: Path) -> None:
    for path in sorted((output / "pdf").iterdir()):
        pages = [page.extract_text() for page in PdfReader(path).pages]
        assert 3 <= len(pages) <= 9, path.name
        assert min(len(text) for text in pages) > 300, path.name


def test_every_workbook_is_sound(output: Path) -> None:
    for path in sorted(output.rglob("*.xlsx")):
        assert lint(path.read_bytes()) == [], path.name
