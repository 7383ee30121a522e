"""The benchmark measures what it says: returns read as they were entered, and whole outputs."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.cell import MergedCell

from benchmarks import delivering, floor, issuing, naive
from benchmarks.clients import Campaign, Filled
from benchmarks.prepared import load, prepared, save
from benchmarks.returns import contents, write_returns
from benchmarks.stamping import Press
from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.diagnosis.evaluate import evaluate
from sheet_diag.forms.write import make_hearing_sheet
from sheet_diag.mail.outgoing_checks import documents as opening
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import FieldKind
from sheet_diag.model.returns import ProblemCode, ReceivedFile
from tests.catalogs import JIS
from tests.office import convert
from tests.returned import read_return, reopen_workbook
from tests.samples import report

CLIENTS = Campaign(JIS, 7)
PRESS = Press(JIS)
_USUAL = {ProblemCode.UNANSWERED, ProblemCode.ANSWER_READ_AS}


def test_the_same_number_is_the_same_client_and_the_same_bytes() -> None:
    first, again = (dict(contents(range(40, 44), JIS, 7)) for _ in range(2))
    other = dict(contents(range(40, 44), JIS, 8))
    assert first == again
    assert not set(first.values()) & set(other.values())


def test_every_number_has_a_name_of_its_own() -> None:
    names = [CLIENTS.client(number).name for number in range(3000)]
    assert len(set(names)) == len(names)


def test_clients_differ_as_clients_do() -> None:
    clients = [CLIENTS.client(number) for number in range(400)]
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
    for number in range(60):
        filled = CLIENTS.client(number)
        given = read_return(PRESS.workbook(filled), JIS)
        assert given.sheet
        assert {problem.code for problem in given.problems} <= _USUAL
        entered = {r.item: r.raw for r in given.sheet.responses if r.raw}
        remarks = {r.item: r.remark for r in given.sheet.responses if r.remark}
        assert (entered, remarks) == (filled.entries.answers, filled.entries.remarks)
        assert given.sheet.profile == _as_read(filled)
        assert (given.sheet.identity.client or "", given.sheet.lang) == (filled.id, filled.lang)
        assert given.modified == filled.saved.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_return_is_the_sheet_that_the_product_would_fill_in() -> None:
    """Cell by cell but for the cover, whose counts Excel works out anew."""
    for filled in map(CLIENTS.client, range(12)):
        assert _cells(PRESS.workbook(filled))[1:] == _cells(_laid_out(filled))[1:]


def test_libreoffice_reads_the_same(tmp_path: Path, soffice: str) -> None:
    """Cover and check column included, which it works out itself."""
    clients = {str(number): CLIENTS.client(number) for number in range(6)}
    stamped = {name: PRESS.workbook(filled) for name, filled in clients.items()}
    saved = convert(soffice, tmp_path, stamped, "xlsx", "xlsx")
    for name, filled in clients.items():
        assert _cells(saved[name]) == _cells(_laid_out(filled))


def test_all_are_written_and_fewer_are_the_first_of_more(tmp_path: Path) -> None:
    for folder, count in (("few", 3), ("more", 6)):
        write_returns(tmp_path / folder, count, jobs=2)
    few, more = (
        {path.name: path.read_bytes() for path in sorted((tmp_path / folder).iterdir())}
        for folder in ("few", "more")
    )
    assert len(few) == 3
    assert len(more) == 6
    assert list(few.items()) == list(more.items())[:3]


# --- a sheet for every listed client


@pytest.mark.parametrize("former", [False, True])
def test_both_ways_make_the_same_sheets(former: bool) -> None:
    taken = issuing.measure(JIS, 60, 55, former=former)
    assert (taken.clients, taken.built) == (60, 55)
    assert taken.stamping > 0
    assert taken.building > 0


def test_a_wrong_sheet_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "hearing_book", lambda content: content.identity.client.encode())
    with pytest.raises(AssertionError, match="not the one"):
        issuing.measure(JIS, 2, 2, former=False)


def test_the_line_tells_how_many_times_faster(capsys: pytest.CaptureFixture[str]) -> None:
    issuing.main(["--clients", "4", "--built", "2"])
    plain, former = capsys.readouterr().out.splitlines()
    assert plain.startswith("     4 sheets, plain: stamped ")
    assert former.startswith("     4 sheets, with former answers: stamped ")
    assert plain.endswith(" times")
    assert issuing.Taken(clients=100, built=10, stamping=2.0, building=1.0).ratio == 5


# --- reports opened before they are mailed


def test_both_ways_of_opening_reports_come_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(opening, "_WORTH_IT", 0.0)  # few reports are opened without processes
    delivery = delivering.prepared(JIS, tmp_path, 4)
    taken = delivering.measure(delivery, 3, 2)
    assert (taken.reports, taken.alone, taken.jobs) == (4, 3, 2)
    assert taken.together_seconds > 0
    assert taken.alone_seconds > 0
    swapped = [delivery.parcels[1].attachment, delivery.parcels[0].attachment]
    mixed = [
        replace(each, attachment=path)
        for each, path in zip(delivery.parcels, swapped, strict=False)
    ]
    with pytest.raises(AssertionError, match="stopped"):
        delivering.measure(replace(delivery, parcels=tuple(mixed)), 0, 1)
    delivering.main(["--reports", "2", "--alone", "2", "--jobs", "1"])
    said = capsys.readouterr().out
    assert said.startswith("     2 encrypted reports, looked at twice: 1 process(es) ")
    assert said.endswith(" times\n")
    assert delivering.Taken(100, 10, 2, together_seconds=2.0, alone_seconds=1.0).ratio == 5


# --- the plain pipeline and the floor


@pytest.fixture(scope="module")
def reports() -> list[tuple[Filled, ReceivedFile, bytes]]:
    """Clients, their returns read, and their reports."""
    read_as = [
        (filled, read_return(PRESS.workbook(filled), JIS, f"{filled.name}.xlsx"))
        for filled in map(CLIENTS.client, range(3))
    ]
    return [(filled, given, report(given)) for filled, given in read_as]


@pytest.mark.parametrize("way", naive.WAYS)
def test_the_plain_pipeline_writes_the_same_report(
    way: str, reports: list[tuple[Filled, ReceivedFile, bytes]], tmp_path: Path
) -> None:
    for _, _, content in reports:
        naive.write(prepared(content), tmp_path / "a.xlsx", naive.WAYS[way])
        written = (tmp_path / "a.xlsx").read_bytes()
        assert _content(written) == _content(content)
        assert _charts(written) == _charts(content)


@pytest.mark.filterwarnings("ignore:.* extension is not supported:UserWarning")
def test_the_plain_pipeline_scores_the_same(
    reports: list[tuple[Filled, ReceivedFile, bytes]], tmp_path: Path
) -> None:
    plain = naive.Naive(JIS, naive.assigned)
    for filled, given, content in reports:
        (tmp_path / "return.xlsx").write_bytes(PRESS.workbook(filled))
        found = plain.client(tmp_path / "return.xlsx", prepared(content), tmp_path / "a.xlsx")
        assert given.sheet
        assert found == evaluate(JIS, given.sheet)
    plain.portfolio(tmp_path / "portfolio.xlsx")
    tables = reopen_workbook((tmp_path / "portfolio.xlsx").read_bytes())
    assert tables["clients"].max_row == 1 + len(reports)
    assert tables["answers"].max_row == 1 + len(reports) * len(JIS.items)


def test_a_look_names_only_what_differs(reports: list[tuple[Filled, ReceivedFile, bytes]]) -> None:
    looks = prepared(reports[0][2]).looks
    assert {name for look in looks for name in look} > {"font", "fill", "border"}
    assert sum("protection" in look for look in looks) < len(looks) / 4


def test_reports_are_handed_over_whole(
    reports: list[tuple[Filled, ReceivedFile, bytes]], tmp_path: Path
) -> None:
    save((prepared(content) for *_, content in reports), tmp_path / "prepared")
    handed = list(load(tmp_path / "prepared"))
    assert len(handed) == len(reports)
    naive.write(handed[0], tmp_path / "a.xlsx", naive.copied)
    assert _content((tmp_path / "a.xlsx").read_bytes()) == _content(reports[0][2])


def test_the_floor_reads_every_row_and_deflates_every_byte(
    reports: list[tuple[Filled, ReceivedFile, bytes]], tmp_path: Path
) -> None:
    returns, output = tmp_path / "returns", tmp_path / "output"
    write_returns(returns, 2, jobs=1)
    (output / "results").mkdir(parents=True)
    for number, (*_, content) in enumerate(reports):
        (output / "results" / f"{number}.xlsx").write_bytes(content)
    taken = floor.run(returns, output)
    book = reopen_workbook(PRESS.workbook(CLIENTS.client(0)))
    assert floor.parsed(PRESS.workbook(CLIENTS.client(0))) == sum(
        s.max_row for s in book.worksheets
    )
    assert taken["clients"] == 2
    assert taken["read"] == sum(path.stat().st_size for path in returns.iterdir())
    assert taken["inflated"] == sum(_inflated(content) for *_, content in reports)
    assert 0 < taken["deflated"] < taken["inflated"]


def _share_of_yes(filled: Filled) -> float:
    answers = list(filled.entries.answers.values())
    return sum(answer in ("はい", "Yes", "○") for answer in answers) / len(answers)


def _as_read(filled: Filled) -> dict[str, str]:
    """Of fields with choices, the id."""
    read_as = dict(filled.entries.profile)
    for field in JIS.profile:
        if field.kind is FieldKind.CHOICE and field.id in read_as:
            ids = {choice.label[filled.lang]: choice.id for choice in field.choices}
            read_as[field.id] = ids[read_as[field.id]]
    return read_as


def _laid_out(filled: Filled) -> bytes:
    return make_hearing_sheet(JIS, filled.lang, ISSUER, filled.entries, filled.id)


def _cells(content: bytes) -> list[list[tuple[object, ...]]]:
    book = reopen_workbook(content, values=True)
    return [
        [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    ]


def _content(content: bytes) -> list[tuple[object, ...]]:
    """Everything of a workbook that openpyxl can hold, but for charts."""
    book = reopen_workbook(content)
    return [
        (
            page.title,
            [[_looks(cell) for cell in row] for row in page.iter_rows()],
            {str(area) for area in page.merged_cells.ranges},
            {n: row.height for n, row in page.row_dimensions.items() if row.height},
            {n: column.width for n, column in page.column_dimensions.items()},
            sorted(str((d.sqref, d.formula1)) for d in page.data_validations.dataValidation),
            [(str(a.sqref), [r.type for r in a.rules]) for a in page.conditional_formatting],
            (page.freeze_panes, page.auto_filter.ref, page.print_area, page.print_title_rows),
            (page.page_setup.orientation, page.protection.sheet, _texts(page.HeaderFooter)),
        )
        for page in book.worksheets
    ]


def _looks(cell: Any) -> tuple[object, ...]:
    """The value, and the look where it is not that of the whole workbook.

    Of cells hidden under merged ones openpyxl keeps no more than borders.
    """
    if not cell.has_style or isinstance(cell, MergedCell):
        return cell.value, repr(cell.border)
    look = (cell.font, cell.fill, cell.border, cell.alignment, cell.protection)
    return (cell.value, cell.number_format, *map(repr, look))


def _texts(papers: Any) -> list[str]:
    items = (papers.oddHeader, papers.oddFooter)
    return [getattr(item, part).text for item in items for part in ("left", "center", "right")]


def _charts(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(name.startswith("xl/charts/chart") for name in archive.namelist())


def _inflated(content: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(info.file_size for info in archive.infolist())
