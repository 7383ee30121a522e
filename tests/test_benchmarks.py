"""The benchmark measures what it says: whole returns, the same reports, families of processes."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.cell import MergedCell

from benchmarks import floor, plain_pipeline, publishing
from benchmarks.clients import InventedClient, invent_client, write_returns
from benchmarks.measuring import CommandError, cores, measure
from benchmarks.report_layout import load_layouts, save_layouts, take_apart
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import FieldKind
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from tests.catalogs import JIS
from tests.returned import read_return, reopen_workbook
from tests.samples import report

pytestmark = pytest.mark.slow("the benchmark on a small scale")

_USUAL = {ProblemCode.UNANSWERED, ProblemCode.ANSWER_READ_AS}
Reports = Sequence[tuple[InventedClient, bytes, ReceivedFile, bytes]]


def test_every_number_has_a_name_of_its_own() -> None:
    names = [invent_client(JIS, number).name for number in range(1000)]
    assert len(set(names)) == len(names)


def test_clients_differ_as_clients_do() -> None:
    clients = [invent_client(JIS, number) for number in range(400)]
    shares = [_share_of_yes(client) for client in clients]
    remarks = [text for client in clients for text in client.entries.remarks.values()]
    assert min(shares) < 0.15 < 0.9 < max(shares)
    assert {client.lang for client in clients} == set(Lang)
    assert {bool(client.id) for client in clients} == {True, False}
    counts = {len(client.entries.answers) for client in clients}
    assert counts == {len(JIS.items), len(JIS.items) - 2}
    assert any("○" in client.entries.answers.values() for client in clients)
    assert min(len(client.entries.remarks) for client in clients) == 0
    assert max(len(client.entries.remarks) for client in clients) > 25
    assert min(map(len, remarks)) < 15 < 120 < max(map(len, remarks))


def test_a_return_is_read_as_it_was_entered() -> None:
    for number in range(30):
        client = invent_client(JIS, number)
        received = read_return(client.write_return(JIS), JIS)
        sheet = received.sheet
        assert sheet
        assert {problem.code for problem in received.problems} <= _USUAL
        answers = {r.item: r.raw for r in sheet.responses if r.raw}
        remarks = {r.item: r.remark for r in sheet.responses if r.remark}
        assert (answers, remarks) == (client.entries.answers, client.entries.remarks)
        assert sheet.profile == _profile_as_read(client)
        assert (sheet.identity.client or "", sheet.lang) == (client.id, client.lang)


def test_fewer_returns_are_the_first_of_more(tmp_path: Path) -> None:
    for folder, count in (("few", 3), ("more", 6)):
        write_returns(tmp_path / folder, count, jobs=2)
    few, more = (
        {path.name: path.read_bytes() for path in sorted((tmp_path / folder).iterdir())}
        for folder in ("few", "more")
    )
    assert (len(few), len(more)) == (3, 6)
    assert list(few.items()) == list(more.items())[:3]


# --- the plain pipeline and the floor


@pytest.fixture(scope="module")
def reports() -> Reports:
    """Clients, their returns, these read, and their reports."""
    clients = [invent_client(JIS, number) for number in range(2)]
    returns = [(client, client.write_return(JIS)) for client in clients]
    read = [(c, content, read_return(content, JIS, f"{c.name}.xlsx")) for c, content in returns]
    return [(*each, report(each[2])) for each in read]


@pytest.mark.parametrize("way", plain_pipeline.WAYS)
def test_the_plain_pipeline_writes_the_same_report(
    way: str, reports: Reports, tmp_path: Path
) -> None:
    content, path = reports[0][3], tmp_path / "a.xlsx"
    save_layouts([take_apart(content)], tmp_path / "layouts")
    (layout,) = load_layouts(tmp_path / "layouts")
    plain_pipeline.write_report(layout, path, plain_pipeline.WAYS[way])
    assert _content(path.read_bytes()) == _content(content)
    assert _charts(path.read_bytes()) == _charts(content)


@pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")
def test_the_plain_pipeline_scores_the_same(reports: Reports, tmp_path: Path) -> None:
    plain = plain_pipeline.PlainPipeline(JIS, plain_pipeline.set_each)
    for _, returned, received, content in reports:
        (tmp_path / "return.xlsx").write_bytes(returned)
        found = plain.process(tmp_path / "return.xlsx", take_apart(content), tmp_path / "a.xlsx")
        assert received.sheet
        assert found == evaluate(JIS, received.sheet)
    plain.portfolio(tmp_path / "portfolio.xlsx")
    tables = reopen_workbook((tmp_path / "portfolio.xlsx").read_bytes())
    assert tables["clients"].max_row == 1 + len(reports)
    assert tables["answers"].max_row == 1 + len(reports) * len(JIS.items)


def test_a_style_names_only_what_differs(reports: Reports) -> None:
    styles = take_apart(reports[0][3]).styles
    assert {name for style in styles for name in style} > {"font", "fill", "border"}
    assert sum("protection" in style for style in styles) < len(styles) / 4


def test_the_floor_reads_every_row_and_deflates_every_byte(
    reports: Reports, tmp_path: Path
) -> None:
    returns, output = tmp_path / "returns", tmp_path / "output"
    for folder in (returns, output):
        folder.mkdir()
    for number, (_, returned, _, content) in enumerate(reports):
        (returns / f"{number}.xlsx").write_bytes(returned)
        (output / f"{number}.xlsx").write_bytes(content)
    facts = floor.run(returns, output)
    books = [reopen_workbook(returned) for _, returned, *_ in reports]
    assert facts["rows"] == sum(sheet.max_row for book in books for sheet in book.worksheets)
    assert facts["clients"] == len(reports)
    assert facts["inflated"] == sum(_inflated_size(content) for *_, content in reports)
    assert 0 < facts["deflated"] < facts["inflated"]


def _share_of_yes(client: InventedClient) -> float:
    answers = list(client.entries.answers.values())
    return sum(answer in ("はい", "Yes", "○") for answer in answers) / len(answers)


def _profile_as_read(client: InventedClient) -> dict[str, str]:
    """Of fields with choices, the id."""
    profile = dict(client.entries.profile)
    for field in JIS.profile:
        if field.kind is FieldKind.CHOICE and field.id in profile:
            ids = {choice.label[client.lang]: choice.id for choice in field.choices}
            profile[field.id] = ids[profile[field.id]]
    return profile


def _content(content: bytes) -> list[tuple[object, ...]]:
    """Everything of a workbook that openpyxl can hold, but for charts."""
    book = reopen_workbook(content)
    return [
        (
            page.title,
            [[_cell(cell) for cell in row] for row in page.iter_rows()],
            {str(area) for area in page.merged_cells.ranges},
            {n: row.height for n, row in page.row_dimensions.items() if row.height},
            {n: column.width for n, column in page.column_dimensions.items()},
            sorted(str((d.sqref, d.formula1)) for d in page.data_validations.dataValidation),
            [(str(a.sqref), [r.type for r in a.rules]) for a in page.conditional_formatting],
            (page.freeze_panes, page.auto_filter.ref, page.print_area, page.print_title_rows),
            (page.page_setup.orientation, page.protection.sheet, _margin_texts(page.HeaderFooter)),
        )
        for page in book.worksheets
    ]


def _cell(cell: Any) -> tuple[object, ...]:
    """The value, and the style where it is not that of the whole workbook.

    Of cells hidden under merged ones openpyxl keeps no more than borders.
    """
    if not cell.has_style or isinstance(cell, MergedCell):
        return cell.value, repr(cell.border)
    style = (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)
    return (cell.value, cell.number_format, *map(repr, style))


def _margin_texts(papers: Any) -> list[str]:
    items = (papers.oddHeader, papers.oddFooter)
    return [getattr(item, part).text for item in items for part in ("left", "center", "right")]


def _charts(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(name.startswith("xl/charts/chart") for name in archive.namelist())


def _inflated_size(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(info.file_size for info in archive.infolist())


# --- a command that is measured


def test_a_command_is_measured_with_all_its_descendants(tmp_path: Path) -> None:
    script = "x = bytearray(80_000_000); import time; time.sleep(2); print('there')"
    for _ in range(2):
        script = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {script!r}])"
    seen = measure([sys.executable, "-c", script], tmp_path, cores()[0])
    assert seen.output.strip() == "there"
    assert 80_000_000 < seen.memory < 200_000_000


def test_a_command_that_fails_is_an_error(tmp_path: Path) -> None:
    failing = [sys.executable, "-c", "raise SystemExit('the reason')"]
    with pytest.raises(CommandError, match="the reason"):
        measure(failing, tmp_path)
    measure(failing, tmp_path, expected=(0, 1))


# --- the page


def test_the_page_is_written_from_the_results() -> None:
    before = f"# Page\n\n{publishing.BEGIN}\n\nformer\n\n{publishing.END}\n\nText.\n"
    page = publishing.fill_page(before, RESULTS)
    assert page == publishing.fill_page(page, RESULTS)
    assert page.startswith("# Page\n")
    assert page.endswith("\n\nText.\n")
    assert "former" not in page
    lines = page.splitlines()
    assert "| sheet-diag, one core | 1,000 | 20.0 | 19.0 | 1.00 × | 1.00 × |" in lines
    label = "the floor: parsing and deflating alone, one core"
    assert f"| {label} | 200 | 8.0 | 7.6 | 0.40 × | 0.40 × |" in lines
    assert "| throughput, one core, against pandas and openpyxl | ≥ 10 × | 25.0 × | met |" in lines
    assert "| 2 cores against one | ≥ 1.8 × | 1.7 × | **missed** |" in lines
    assert "| `sheet-diag --help` | ≤ 0.25 s | 0.20 s | met |" in lines
    assert "| 1,000 | 12.0 | 12.0 | 300 |" in lines
    assert "| peak memory at 20,000 returns | ≤ 1.2 GiB | 0.32 GiB | met |" in lines
    assert "| 200 | 250 | 220 | 340 |" in lines
    assert "busy" not in page
    assert publishing.BEGIN in publishing.PAGE.read_text("utf-8")


def test_the_page_says_that_the_machine_was_busy() -> None:
    ways = {**RESULTS["ways"], "floor": [_run(200, 3, 1.5)]}
    page = publishing.fill_page(publishing.BEGIN + publishing.END, {**RESULTS, "ways": ways})
    assert "2.0 times" in page


def _run(clients: int, wall: float, cpu: float, memory: int = 0) -> dict[str, float]:
    return {"clients": clients, "wall": wall, "cpu": cpu, "memory": memory * 2**20}


RESULTS: dict[str, Any] = {
    "machine": {"processor": "A processor", "cores": 2, "memory_gib": 8.0, "system": "A system"},
    "versions": {"sheet-diag": "0.0.0"},
    "plan": {"repeats": 3},
    "ways": {
        "plain": [_run(50, 25, 25)],
        "tuned": [_run(50, 10, 10)],
        "floor": [_run(200, 1.6, 1.52)],
        "one": [_run(1000, seconds, 19) for seconds in (19, 20, 90)],
        "all": [_run(1000, seconds, 19, 300) for seconds in (11.9, 12, 30)],
    },
    "sizes": [_run(100, 3, 1.9, 250), _run(20_000, 202, 380, 330)],
    "starts": {"help": [0.2, 0.1, 0.9], "check": [0.7, 0.8, 0.9]},
    "pdfs": {"clients": 200, "wall": 50, "cpu": 44, "size": 340_123},
}
