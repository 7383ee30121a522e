"""Reports printed by LibreOffice: what is on them, and what a bad file costs."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from sheet_diag.forms.layout import SOFTWARE_SIGNATURE
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ClientReport, ReturnOutcome
from sheet_diag.reports import office as pdf
from sheet_diag.reports.client.workbook import build_print_copy
from sheet_diag.reports.office import normalize_pdf, print_workbooks
from tests.catalogs import JIS
from tests.samples import AS_OF, ISSUER, client, resolve_all

pytestmark = pytest.mark.slow("LibreOffice prints reports")


def _copy(outcome: ReturnOutcome) -> bytes:
    sheet, diagnosis = outcome.received.sheet, outcome.diagnosis
    assert sheet
    assert diagnosis
    report = ClientReport(outcome.received, sheet, diagnosis, (), "SD-1", AS_OF, sheet.lang)
    return build_print_copy(report, JIS, ISSUER, SOFTWARE_SIGNATURE)


def _printed(soffice: str, folder: Path, contents: Sequence[bytes]) -> list[bytes | None]:
    """The PDFs of workbooks."""
    work = folder / "work"
    work.mkdir()
    paths = [folder / f"{number}.xlsx" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    printed = print_workbooks(soffice, paths, work)
    return [path.read_bytes() if path else None for path in printed]


def _finished(content: bytes) -> bytes:
    return normalize_pdf(content, title="報告書", author="見本リスク", as_of=date(2026, 11, 23))


def _text(content: bytes | None) -> list[str]:
    assert content
    return [page.extract_text() for page in PdfReader(io.BytesIO(content)).pages]


@pytest.fixture(scope="module")
def pages(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> list[bytes | None]:
    """A Japanese and an English report, and between them a file that is none."""
    japanese = resolve_all(client("見本", {"PHY": "×"}))[0]
    english = resolve_all(client("Sample K.K.", {"PHY": "×"}, lang=Lang.EN))[0]
    contents = [_copy(japanese), b"PK\x03\x04 no workbook", _copy(english)]
    return _printed(soffice, tmp_path_factory.mktemp("pdf"), contents)


def test_the_report_is_printed_and_nothing_else(pages: list[bytes | None]) -> None:
    japanese, english = _text(pages[0]), _text(pages[2])
    assert "情報セキュリティ診断報告書" in japanese[0].replace(" ", "")
    assert "Information Security Assessment Report" in english[0]
    assert not [text for text in (*japanese, *english) if "SHA-256" in text]
    for content in (pages[0], pages[2]):
        boxes = [page.mediabox for page in PdfReader(io.BytesIO(content or b"")).pages]
        assert not [box for box in boxes if box.width > box.height]  # as the other sheets are
    assert min(len(text) for text in (*japanese, *english)) > 100  # no page is as good as empty


def test_values_come_from_the_hidden_sheets(pages: list[bytes | None]) -> None:
    """The page shows cells of 回答と採点, which is not printed."""
    first = _text(pages[0])[0]
    assert "83.3" in first
    assert "#" not in first.replace("#1", "")


def test_a_file_that_cannot_be_printed_costs_itself_alone(pages: list[bytes | None]) -> None:
    assert [page is None for page in pages] == [False, True, False]


def test_the_same_report_gives_the_same_bytes(
    soffice: str, tmp_path_factory: pytest.TempPathFactory, pages: list[bytes | None]
) -> None:
    copy = _copy(resolve_all(client("見本", {"PHY": "×"}))[0])
    again = _printed(soffice, tmp_path_factory.mktemp("again"), [copy])[0]
    assert again
    assert pages[0]
    one, other = (_finished(content) for content in (again, pages[0]))
    assert one == other
    told = PdfReader(io.BytesIO(one)).metadata
    assert told
    assert (told.title, told.author) == ("報告書", "見本リスク")


def test_an_office_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    office = tmp_path / "office"
    office.write_text("#!/bin/sh\nsleep 600\n")
    office.chmod(0o755)
    monkeypatch.setattr(pdf, "_START_SECONDS", 0.2)
    monkeypatch.setattr(pdf, "_FILE_SECONDS", 0)
    source = tmp_path / "0.xlsx"
    source.write_bytes(b"")
    work = tmp_path / "work"
    work.mkdir()
    assert list(print_workbooks(str(office), [source], work)) == [None]


def test_where_there_is_no_office(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(pdf, "_PLACES", ("/nowhere/soffice",))
    assert pdf.find_office() is None


@pytest.mark.parametrize(
    ("families", "font"),
    [
        pytest.param("游ゴシック,Yu Gothic\nNoto Sans CJK JP", None, id="the house's own"),
        pytest.param("DejaVu Sans\nIPAGothic\nNoto Sans CJK JP", "Noto Sans CJK JP", id="best"),
        pytest.param("DejaVu Sans\nIPAGothic,IPAゴシック", "IPAGothic", id="the only one"),
        pytest.param("DejaVu Sans", None, id="none of the right width"),
    ],
)
@pytest.mark.skipif(sys.platform == "win32", reason="has no fontconfig and has the font")
def test_a_font_of_the_same_width_stands_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, families: str, font: str | None
) -> None:
    """The office is told so in its own profile."""
    tools = tmp_path / "tools"
    work = tmp_path / "work"
    tools.mkdir()
    work.mkdir()
    for name, script in (("fc-list", f"printf '{families}'"), ("office", "exit 0")):
        (tools / name).write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        (tools / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    assert not list(print_workbooks(str(tools / "office"), [], work))
    profile = work / "profile" / "user" / "registrymodifications.xcu"
    told = profile.read_text("utf-8") if profile.exists() else ""
    assert (f"<value>{font}</value>" in told) if font else not told
