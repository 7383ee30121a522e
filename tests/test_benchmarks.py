"""The benchmark measures what it says: returns read as they were entered, and whole outputs."""

from __future__ import annotations

from pathlib import Path

from benchmarks.clients import Campaign, Filled
from benchmarks.returns import contents, write_returns
from benchmarks.stamping import Press
from sheet_diag.demo import ISSUER
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import FieldKind
from sheet_diag.model.returns import Code
from sheet_diag.sheet import hearing_sheet
from tests.catalogs import JIS
from tests.office import convert
from tests.returned import read, reopened

CLIENTS = Campaign(JIS, 7)
PRESS = Press(JIS)
_USUAL = {Code.UNANSWERED, Code.ANSWER_READ_AS}


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
        given = read(PRESS.workbook(filled), JIS)
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
    return hearing_sheet(JIS, filled.lang, ISSUER, filled.entries, filled.id)


def _cells(content: bytes) -> list[list[tuple[object, ...]]]:
    book = reopened(content, values=True)
    return [
        [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        for sheet in book.worksheets
    ]
