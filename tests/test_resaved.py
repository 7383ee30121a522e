"""The demo's returns as they come back: saved by LibreOffice as .xlsx, .xls and .ods, zipped,
mailed, encrypted, sorted, with rows inserted. All give the answers that were typed.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

import pytest
import pyzipper
from msoffcrypto.format.ooxml import OOXMLFile
from openpyxl.workbook import Workbook

from sheet_diag.catalog.load import load_catalog
from sheet_diag.cli.demo.returns import write_demo_sheets
from sheet_diag.forms.layout import FIRST_QUESTION_ROW, HEADER_ROW, QUESTION_COLUMNS
from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.receive import open_file, receive_return
from sheet_diag.model.returns import ProblemCode, ReceivedFile, ReturnedSheet
from sheet_diag.model.settings import IntakeSettings, Passwords
from tests.office import Office
from tests.returned import QUESTIONS, edit_workbook, page_at

pytestmark = pytest.mark.slow("LibreOffice saves returns of the demonstration")

CATALOG = load_catalog()
PASSWORD = "表計算2026"
READING = IntakeSettings(passwords=Passwords((PASSWORD,)))


@dataclass(frozen=True, slots=True)
class _Said:
    """What a return says, whatever it was saved with."""

    answers: Mapping[str, str | None]
    remarks: Mapping[str, str]
    profile: Mapping[str, str]
    client: str | None


def _said(sheet: ReturnedSheet) -> _Said:
    remarks = {each.item: each.remark for each in sheet.responses if each.remark}
    return _Said(sheet.answers, remarks, sheet.profile, sheet.identity.client)


def _read(path: Path, spool: Path) -> list[ReceivedFile]:
    found = InputFile(path, path.name, ignored=False)
    folder = spool / path.name
    folder.mkdir(parents=True)
    leaves = open_file(found, folder, READING)
    return [receive_return(found, leaf, CATALOG, READING) for leaf in leaves]


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The demo's hearing sheets, each under a plain name."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo_sheets(folder, CATALOG)
    paths = sorted((folder / "input").rglob("*.xlsx"))
    sheets = [path for path in paths if "見積書" not in path.name]
    plain = folder / "plain"
    plain.mkdir()
    assert len(sheets) >= 20
    for place, path in enumerate(sheets[:2] + sheets[2::5]):  # the first are in English
        shutil.copy(path, plain / f"r{place:02d}.xlsx")
    return {path.stem: path for path in sorted(plain.iterdir())}


@pytest.fixture(scope="module")
def typed(returns: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, _Said]:
    spool = tmp_path_factory.mktemp("spool")
    found = {name: _read(path, spool)[0].sheet for name, path in returns.items()}
    said = {name: _said(sheet) for name, sheet in found.items() if sheet}
    assert len(said) == len(returns)
    return said


def _require_same(paths: Mapping[str, Path], typed: Mapping[str, _Said], spool: Path) -> None:
    for name, path in paths.items():
        received = [each for each in _read(path, spool) if not each.ignored]
        assert len(received) == 1, [each.label for each in received]
        sheet = received[0].sheet
        assert sheet, (name, received[0].problems)
        codes = {problem.code for problem in received[0].problems}
        assert not codes & {ProblemCode.IDENTITY_DISAGREES, ProblemCode.IDENTITY_MISSING}, name
        assert _said(sheet) == typed[name], name


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_a_return_saved_by_libreoffice_reads_the_same(
    returns: dict[str, Path], typed: dict[str, _Said], tmp_path: Path, form: str, office: Office
) -> None:
    contents = {name: path.read_bytes() for name, path in returns.items()}
    saved = {name: tmp_path / f"{name}.{form}" for name in returns}
    for name, content in office.convert(contents, "xlsx", form).items():
        saved[name].write_bytes(content)
    _require_same(saved, typed, tmp_path / "spool")


def _zipped(content: bytes) -> bytes:
    return _archive(content, encrypted=False)


def _locked_zip(content: bytes) -> bytes:
    return _archive(content, encrypted=True)


def _archive(content: bytes, *, encrypted: bool) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", pyzipper.ZIP_DEFLATED) as archive:
        if encrypted:
            archive.setpassword(PASSWORD.encode("cp932"))
            archive.setencryption(pyzipper.WZ_AES)
        archive.writestr("ヒアリングシート.xlsx", content)
        archive.writestr("__MACOSX/._ヒアリングシート.xlsx", b"\0\5\x16\7")
    return buffer.getvalue()


def _mailed(content: bytes) -> bytes:
    mail = EmailMessage()
    mail["Subject"] = "Re: ヒアリングシートの件"
    mail["From"] = "soumu@example.co.jp"
    mail.set_content("お世話になっております。添付のとおり返送いたします。")
    mail.add_attachment(
        content, maintype="application", subtype="octet-stream", filename="回答_ヒアリング.xlsx"
    )
    return mail.as_bytes()


def _encrypted(content: bytes) -> bytes:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(content)).encrypt(PASSWORD, buffer)
    return buffer.getvalue()


def _sorted_by_answer(content: bytes) -> bytes:
    """As Excel sorts: rows by their answers, so that questions leave their categories."""

    def change(book: Workbook) -> None:
        page = page_at(book, QUESTIONS)
        width, first = len(QUESTION_COLUMNS), FIRST_QUESTION_ROW + 1
        rows = [
            [page.cell(row, column).value for column in range(1, width)]
            for row in range(first, page.max_row + 1)
        ]
        rows.sort(key=lambda row: (str(row[4] or "~"), str(row[0] or "")))
        for place, values in enumerate(rows, first):
            for column, value in enumerate(values, 1):
                page.cell(place, column).value = value

    return edit_workbook(content, change)


def _with_rows_inserted(content: bytes) -> bytes:
    """A title on top, a client's own line among the questions, an extra column."""

    def change(book: Workbook) -> None:
        page = page_at(book, QUESTIONS)
        for merged in list(page.merged_cells.ranges):
            page.unmerge_cells(str(merged))
        page.insert_rows(20, 2)
        page.cell(20, 3).value = "（社内メモ：ここから下は情報システム部が記入）"
        page.insert_rows(HEADER_ROW, 3)
        page.insert_cols(3)
        page.cell(HEADER_ROW + 4, 3).value = "担当"

    return edit_workbook(content, change)


@pytest.mark.parametrize(
    ("change", "ending"),
    [
        pytest.param(_zipped, "zip", id="zipped"),
        pytest.param(_locked_zip, "zip", id="zipped with a password"),
        pytest.param(_mailed, "eml", id="mailed"),
        pytest.param(_encrypted, "xlsx", id="encrypted"),
        pytest.param(lambda content: _zipped(_encrypted(content)), "zip", id="encrypted in a zip"),
        pytest.param(lambda content: _mailed(_zipped(content)), "eml", id="zipped in a mail"),
        pytest.param(_sorted_by_answer, "xlsx", id="sorted"),
        pytest.param(_with_rows_inserted, "xlsx", id="rows and a column inserted"),
    ],
)
def test_a_packed_or_edited_return_reads_the_same(
    returns: dict[str, Path],
    typed: dict[str, _Said],
    tmp_path: Path,
    change: Callable[[bytes], bytes],
    ending: str,
) -> None:
    changed = {}
    for name, path in list(returns.items())[1:3]:  # encrypting and editing take long
        changed[name] = tmp_path / f"{name}.{ending}"
        changed[name].write_bytes(change(path.read_bytes()))
    _require_same(changed, typed, tmp_path / "spool")
