"""PDFs of a run: set in the task that writes the report, and what one costs that cannot be."""

from __future__ import annotations

import hashlib
import json
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from sheet_diag.cli.arguments import build_run_config
from sheet_diag.cli.options import RunOptions
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.report_view import ReportView
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline import report_pdf
from sheet_diag.pipeline.execution.workers import WorkerDied, Workers
from sheet_diag.pipeline.report_pdf import make_pdf
from sheet_diag.pipeline.run import RunConfig, RunResult, run
from sheet_diag.pipeline.tasks import publish
from sheet_diag.reports.pdf.maker import SetPdf
from sheet_diag.reports.pdf.sources import (
    PDF_SOURCES,
    PdfSource,
    PdfStyle,
    read_pdf_sources,
    write_pdf_sources,
)
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS, answers
from tests.report_views import ODD, view_of
from tests.samples import AS_OF, PROFILE, labels
from tests.test_report_settings import PNG

pytestmark = pytest.mark.usefixtures("tasks_here")

ISSUER = Issuer(name="見本リスク", logo=PNG, english=Issuer(name="Sample Risk"))


def _fake(view: ReportView, **parts: Any) -> SetPdf:
    """Stand in for a PDF: what it would be set from."""
    if view.head.company.startswith("乙"):
        raise RuntimeError("no PDF")
    return SetPdf(f"%PDF {view.head.company} {parts}".encode(), "")


def _put(folder: Path, *companies: str) -> None:
    (folder / "input").mkdir()
    for number, company in enumerate(companies):
        given = Entries(
            {**PROFILE, "company": company}, labels(JIS, answers(JIS, {}, "△"), Lang.JA)
        )
        path = folder / "input" / f"{number}.xlsx"
        path.write_bytes(make_hearing_sheet(JIS, Lang.JA, Issuer(), given))


def _run(folder: Path, **changes: Any) -> RunResult:
    config = RunConfig(
        folder / "input", folder / "output", JIS, ISSUER, AS_OF, Lang.JA, jobs=1, pdf=True
    )
    return run(replace(config, **changes), lambda *_: None)


def _returns(folder: Path) -> list[Any]:
    entries = json.loads((folder / "output" / "run.json").read_text("utf-8"))["returns"]
    assert isinstance(entries, list)
    return entries


def test_a_run_writes_each_report_as_pdf_too(tmp_path: Path) -> None:
    _put(tmp_path, "甲社", "乙社")
    result = _run(tmp_path)
    for entry, outcome in zip(_returns(tmp_path), result.outcomes, strict=True):
        content = (tmp_path / "output" / entry["pdf"]).read_bytes()
        assert content.startswith(b"%PDF-")
        assert entry["pdf"] == entry["result"].replace("results/", "pdf/").replace("xlsx", "pdf")
        assert entry["pdf_sha256"] == hashlib.sha256(content).hexdigest()
        assert (outcome.pdf, outcome.pdf_sha256) == (entry["pdf"], entry["pdf_sha256"])


@pytest.mark.parametrize("pdf", [True, False])
def test_what_a_pdf_is_set_from_is_kept_with_and_without_pdfs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pdf: bool
) -> None:
    """The firm's logo and font are kept, too: they may be others when a PDF is set."""
    monkeypatch.setattr(report_pdf, "set_pdf", _fake)
    _put(tmp_path, "甲社")
    _run(tmp_path, font="Yu Gothic")
    (entry,) = _returns(tmp_path)
    expected = (tmp_path / "output" / entry["pdf"]).read_bytes()
    _run(tmp_path, pdf=pdf, font="Yu Gothic")
    with read_pdf_sources(tmp_path / "output" / PDF_SOURCES) as sources:
        style = sources.read_style()
        source = PdfSource.unpack(sources.read_packed(entry["pdf"]))
    made = make_pdf(style, source, "")
    assert made
    assert made.content == expected
    assert b"Yu Gothic" in expected
    assert "PNG" in repr(expected)


def test_the_same_sources_give_the_same_archive(tmp_path: Path) -> None:
    source = PdfSource(view_of(ODD["english"]), {"b": "=1+1", "a": "見本"})
    assert PdfSource.unpack(source.pack()) == source
    style = PdfStyle({Lang.JA: PNG, Lang.EN: None}, "Meiryo")
    for name in ("one.zip", "two.zip"):
        with write_pdf_sources(tmp_path / name, style) as archive:
            archive.add("pdf/見本.pdf", source.pack())
        os.utime(tmp_path / name, (0, 0))
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with read_pdf_sources(tmp_path / "one.zip") as sources:
        assert sources.read_style() == style


def test_a_pdf_that_cannot_be_set_costs_that_pdf_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_pdf, "set_pdf", _fake)
    _put(tmp_path, "甲社", "乙社")
    result = _run(tmp_path)
    assert not result.needs_attention
    good, bad = _returns(tmp_path)
    assert (good["pdf"] is None, bad["pdf"], bad["pdf_sha256"]) == (False, None, None)
    assert (tmp_path / "output" / bad["result"]).is_file()
    codes = [[problem["code"] for problem in each["problems"]] for each in (good, bad)]
    assert ["NOT_PRINTED" in each for each in codes] == [False, True]


class _Panic(BaseException):
    """As Typst raises it where it has a fault of its own."""


def test_a_panic_of_typst_costs_the_pdf_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def panic(view: ReportView, **parts: Any) -> SetPdf:
        raise _Panic(view, parts)

    monkeypatch.setattr(report_pdf, "set_pdf", panic)
    assert make_pdf(PdfStyle({}), PdfSource(view_of(ODD["english"]), {}), "") is None


def test_where_a_worker_dies_of_a_pdf_the_report_is_written_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker of the second client dies each time that it sets the PDF."""

    class Dying(Workers[Any]):
        def map(self, task: Callable[..., Any], entries: Iterable[Any]) -> Iterator[Any]:
            for entry in entries:
                second = task is publish and entry.outcome.received.label == "1.xlsx"
                if second and not entry.is_pdf_fatal:
                    yield WorkerDied("exit -11")
                else:
                    yield from super().map(task, [entry])

    def start(executor: Executor, *_: Any, **__: Any) -> Dying:
        return Dying(executor)

    class _Workers:
        def __class_getitem__(cls, _: Any) -> Callable[..., Dying]:
            return start

    monkeypatch.setattr(report_pdf, "set_pdf", _fake)
    monkeypatch.setattr("sheet_diag.pipeline.run.Workers", _Workers)
    _put(tmp_path, "甲社", "丙社")
    _run(tmp_path)
    good, bad = _returns(tmp_path)
    assert (good["pdf"] is None, bad["pdf"]) == (False, None)
    assert (tmp_path / "output" / bad["result"]).is_file()
    assert "NOT_PRINTED" in [problem["code"] for problem in bad["problems"]]


def test_characters_that_no_font_has_are_told_once_a_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        report_pdf, "set_pdf", lambda view, **parts: replace(_fake(view, **parts), missing="𠮷葛")
    )
    _put(tmp_path, "甲社")
    _run(tmp_path)
    (entry,) = _returns(tmp_path)
    (told,) = [each for each in entry["problems"] if each["code"] == "CHARACTERS_NOT_SHOWN"]
    assert (told["severity"], told["value"]) == ("warning", "𠮷葛")
    assert "〓" in told["message"]
    assert entry["pdf"]
    assert _run(tmp_path, pdf=False)
    assert not [e for e in _returns(tmp_path)[0]["problems"] if e["code"] == told["code"]]


def _config(folder: Path, settings: str, *, pdf: bool = False) -> RunConfig:
    (folder / "input").mkdir(exist_ok=True)
    path = folder / "sheet-diag.toml"
    path.write_text(settings, encoding="utf-8")
    options = RunOptions(str(folder / "input"), str(folder / "output"), pdf=pdf, config=path)
    return build_run_config(options, Wording(Lang.JA))


@pytest.mark.parametrize(
    ("typed", "settings", "pdf"),
    [
        (False, "", False),
        (True, "", True),
        (False, "pdf = true", True),
        (True, "pdf = false", True),
    ],
)
def test_the_settings_make_pdfs_the_rule(
    tmp_path: Path, typed: bool, settings: str, pdf: bool
) -> None:
    config = _config(tmp_path, f'[report]\nfont = " Yu Gothic "\n{settings}\n', pdf=typed)
    assert (config.pdf, config.font) == (pdf, "Yu Gothic")


def test_where_no_pdf_can_be_set_a_run_says_so_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Windows on ARM: there is no Typst."""
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "typst" else name)
    assert not _config(tmp_path, "[report]\npdf = true\n").pdf
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "PDFを作成できないため、報告書はExcelだけを作成します。" in line
    assert not _config(tmp_path, "").pdf
    assert not capsys.readouterr().err


@pytest.mark.parametrize(("font", "told"), [("No Such Font", 1), ("biz udpgothic", 0), ("", 0)])
def test_a_font_of_the_settings_that_is_not_here_is_told(
    tmp_path: Path, font: str, told: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _config(tmp_path, f'[report]\npdf = true\nfont = "{font}"\n').pdf
    lines = capsys.readouterr().err.strip().splitlines()
    assert [
        f"「{font}」がこのPCにないため、PDFには付属のフォントを使います。" in line for line in lines
    ] == [True] * told


WINDOWS = {"sys_platform": "win32"}


@pytest.mark.parametrize(
    ("system", "wanted"),
    [
        pytest.param({**WINDOWS, "platform_machine": "AMD64"}, True, id="Windows"),
        pytest.param({**WINDOWS, "platform_machine": "ARM64"}, False, id="Windows on ARM"),
        pytest.param({**WINDOWS, "platform_machine": "x86"}, False, id="Windows of 32 bits"),
        pytest.param({"sys_platform": "darwin", "platform_machine": "arm64"}, True, id="Mac"),
        pytest.param({"sys_platform": "darwin", "platform_machine": "x86_64"}, True, id="old Mac"),
        pytest.param({"sys_platform": "linux", "platform_machine": "aarch64"}, True, id="Linux"),
    ],
)
def test_typst_is_installed_where_there_is_one(system: dict[str, str], wanted: bool) -> None:
    """Elsewhere pip would fail to build it."""
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    lines = map(Requirement, project["project"]["dependencies"])
    (typst,) = [each for each in lines if each.name == "typst"]
    assert str(typst.specifier) == "<0.16,>=0.15.2"
    assert typst.marker
    assert typst.marker.evaluate(system) is wanted
