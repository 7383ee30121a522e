"""The input folder: which files are returns, what the others are, and that none is changed."""

from __future__ import annotations

import csv
import hashlib
import io
import os
import tempfile
import unicodedata
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl
import pytest

from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.discovery import InputFile, find_input_files, hash_file
from sheet_diag.intake.receive import failed_return, open_file, read_content, receive_return
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, Severity
from sheet_diag.model.settings import IntakeSettings, Issuer, Limits
from sheet_diag.pipeline.execution.workers import WorkerDied, WorkerProcesses, Workers
from sheet_diag.pipeline.tasks import WorkerContext
from sheet_diag.text.problems import problem_severity
from tests.catalogs import JIS
from tests.returned import (
    SMALL,
    as_google_saves,
    make_return,
    problems_in,
    read_return,
    signs_of,
    zip_parts,
)
from tests.samples import client, portfolio, report, resolve_all

CORPUS = "SHEET_DIAG_CORPUS"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _table(encoding: str) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([["No.", "回答"], ["C1-1", "はい"]])
    return text.getvalue().encode(encoding)


def _receive(found: InputFile, catalog: Catalog) -> ReceivedFile:
    """A file that is one return."""
    with tempfile.TemporaryDirectory() as spool:
        (leaf,) = open_file(found, Path(spool), IntakeSettings())
        return receive_return(found, leaf, catalog, IntakeSettings())


# --- kinds of files, told by content


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("empty.xlsx", b"", "EMPTY_FILE"),
        ("paper.xlsx", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "WRONG_FORMAT pdf"),
        ("screen.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "WRONG_FORMAT image"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "WRONG_FORMAT image"),
        ("letter.rtf", b"{\\rtf1\\ansi}", "WRONG_FORMAT document"),
        ("all.rar", b"Rar!\x1a\x07\x01\0", "WRONG_FORMAT rar"),
        ("all.7z", b"7z\xbc\xaf\x27\x1c\0\x04", "WRONG_FORMAT sevenzip"),
        ("all.zip", zip_parts("a.xlsx", "b.xlsx"), "WRONG_FORMAT archive"),
        ("nothing.zip", zip_parts(), "WRONG_FORMAT archive"),
        (
            "letter.docx",
            zip_parts("[Content_Types].xml", "_rels/.rels", "word/document.xml"),
            "WRONG_FORMAT document",
        ),
        (
            "slides.xlsx",
            zip_parts("[Content_Types].xml", "ppt/presentation.xml", "ppt/slides/slide1.xml"),
            "WRONG_FORMAT document",
        ),
        (
            "binary.xlsx",
            zip_parts("[Content_Types].xml", "xl/workbook.bin", "xl/worksheets/sheet1.bin"),
            "UNREADABLE Cannot detect file format",
        ),
        ("sheet.ods", zip_parts("mimetype", "content.xml"), "WRONG_FORMAT opendocument"),
        (
            "sheet.numbers",
            zip_parts("Index/Document.iwa", "Metadata/Properties.plist"),
            "WRONG_FORMAT numbers",
        ),
        ("old.xls", OLE + bytes(504), "UNREADABLE damaged"),
        ("secret.xlsx", OLE + bytes(504), "UNREADABLE damaged"),
        ("portal.xls", b"<html><body><table>", "WRONG_FORMAT html"),
        ("portal.xlsx", b"\xef\xbb\xbf\r\n <!DOCTYPE HTML>\n<html>", "WRONG_FORMAT html"),
        ("export.xls", b"<table border=1>", "WRONG_FORMAT html"),
        ("list.csv", _table("utf-8-sig"), "WRONG_FORMAT text"),
        ("list.xlsx", _table("cp932"), "WRONG_FORMAT text"),
        ("note.xlsx", "回答はメールで送ります。".encode(), "WRONG_FORMAT text"),
        ("bytes.xlsx", bytes(range(256)), "WRONG_FORMAT unknown"),
    ],
)
def test_a_file_is_what_its_content_says(name: str, content: bytes, problem: str) -> None:
    received = read_return(content, name=name)
    assert (received.file, received.sheet, problems_in(received)) == (name, None, [problem])
    assert received.sha256 == hashlib.sha256(content).hexdigest()
    assert not received.ignored
    assert problem_severity(received.problems[0].code) is Severity.ERROR


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(make_return()[:-200], id="cut near the end"),
        pytest.param(make_return()[:2000], id="cut at the start"),
        pytest.param(b"PK\x03\x04", id="only the first bytes"),
        pytest.param(zip_parts("[Content_Types].xml", "xl/workbook.xml"), id="no sheet inside"),
        pytest.param(
            make_return().replace(b"PK\x03\x04", b"PK\x03\x05"), id="damaged in the middle"
        ),
    ],
)
def test_a_damaged_workbook_is_unreadable(content: bytes) -> None:
    received = read_return(content)
    assert received.sheet is None
    assert [problem.code for problem in received.problems] == [ProblemCode.UNREADABLE]
    assert received.problems[0].value


@pytest.mark.parametrize("name", ["a.xls", "a.csv", "回答", "a.xlsx.download"])
def test_a_return_is_read_whatever_its_name(name: str) -> None:
    received = read_return(make_return(), name=name)
    assert (received.file, signs_of(received), problems_in(received)) == (name, "○-△×", [])


@pytest.mark.parametrize("limit", ["file", "inflated"])
def test_a_file_over_a_limit_is_refused(limit: str) -> None:
    content = b" " * 2**20 + make_return() if limit == "file" else _wordy()
    assert problems_in(read_return(content)) == []
    limits = Limits(**{limit: 1})
    received = read_content("a.xlsx", content, SMALL, IntakeSettings(limits))
    assert received.sheet is None
    assert received.problems[0].code in (ProblemCode.TOO_LARGE, ProblemCode.UNSAFE_FILE)


def _wordy() -> bytes:
    """A return with 2 MiB of other text, unpacked."""
    words = "".join(chr(0x4E00 + n * 7 % 20000) for n in range(700_000))
    buffer = io.BytesIO(make_return())
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("docProps/words.xml", f"<x>{words}</x>")
    return buffer.getvalue()


def test_another_workbook_is_no_hearing_sheet() -> None:
    received = read_return(_quotation())
    assert (received.sheet, problems_in(received)) == (None, ["NOT_HEARING_SHEET"])


def _quotation() -> bytes:
    book = openpyxl.Workbook()
    for row in (["見積書"], ["印刷費", 120000], ["合計", 120000]):
        book.worksheets[0].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# --- our own output, dropped into the input folder


@pytest.mark.parametrize("lang", Lang)
def test_our_reports_and_portfolios_are_no_returns(lang: Lang) -> None:
    outcomes = resolve_all(client("株式会社見本", lang=lang))
    for content in (report(outcomes[0], lang=lang), portfolio(outcomes, lang=lang)):
        received = read_return(content, JIS)
        assert (received.sheet, problems_in(received)) == (None, ["OWN_OUTPUT"])


@pytest.mark.parametrize("lang", Lang)
def test_outputs_are_known_without_their_properties(lang: Lang) -> None:
    outcomes = resolve_all(client("株式会社見本", lang=lang))
    for content in (report(outcomes[0], lang=lang), portfolio(outcomes, lang=lang)):
        received = read_return(as_google_saves(content), JIS)
        assert (received.sheet, problems_in(received)) == (None, ["OWN_OUTPUT"])


# --- the folder


def _tree(folder: Path, names: Sequence[str]) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def _listing(found: Sequence[InputFile]) -> list[str]:
    """Names in order, those ignored with a minus."""
    return [f"- {each.name}" if each.ignored else each.name for each in found]


@pytest.mark.parametrize(
    ("names", "listing"),
    [
        pytest.param(["b.xlsx", "a.xlsx", "ｂ.xlsx"], ["a.xlsx", "b.xlsx", "ｂ.xlsx"], id="order"),
        pytest.param(
            ["追加分/二回目/c.xlsx", "追加分/b.xlsx", "a.zip", "README"],
            ["README", "a.zip", "追加分/b.xlsx", "追加分/二回目/c.xlsx"],
            id="subfolders, any kind of file",
        ),
        pytest.param(
            ["a.xlsx", "~$a.xlsx", "._a.xlsx", ".~lock.a.xlsx#"],
            ["- ._a.xlsx", "- .~lock.a.xlsx#", "a.xlsx", "- ~$a.xlsx"],
            id="lock files",
        ),
        pytest.param(
            ["x/.DS_Store", "x/Thumbs.db", "x/desktop.ini", "x/a.xlsx"],
            ["- x/.DS_Store", "- x/Thumbs.db", "x/a.xlsx", "- x/desktop.ini"],
            id="what systems leave in folders",
        ),
        pytest.param(
            ["__MACOSX/a.xlsx", "z/__MACOSX/._b.xlsx", "MACOSX/c.xlsx"],
            ["MACOSX/c.xlsx", "- __MACOSX/a.xlsx", "- z/__MACOSX/._b.xlsx"],
            id="what archives of macOS leave",
        ),
        pytest.param(
            ["a.xlsx.crdownload", "b.XLSX.PART", "c.tmp", "temp.xlsx"],
            ["- a.xlsx.crdownload", "- b.XLSX.PART", "- c.tmp", "temp.xlsx"],
            id="half downloaded",
        ),
        pytest.param([".gitkeep", "x/.gitignore", "a.xlsx"], ["a.xlsx"], id="placeholders"),
        pytest.param([], [], id="nothing"),
    ],
)
def test_every_file_is_found_in_the_order_of_names(
    tmp_path: Path, names: list[str], listing: list[str]
) -> None:
    _tree(tmp_path, names)
    assert _listing(find_input_files(tmp_path, tmp_path / "output")) == listing


def test_links_are_read_inside_of_the_folder_and_followed_nowhere_else(tmp_path: Path) -> None:
    _tree(tmp_path, ["in/a.xlsx", "in/sub/b.xlsx", "out/c.xlsx"])
    folder = tmp_path / "in"
    links = {
        "inside.xlsx": folder / "sub/b.xlsx",
        "out.xlsx": tmp_path / "out/c.xlsx",
        "up.xlsx": Path("../out/c.xlsx"),
        "folder": tmp_path / "out",
        "broken.xlsx": folder / "gone.xlsx",
        "loop.xlsx": Path("loop.xlsx"),
    }
    for name, target in links.items():
        (folder / name).symlink_to(target)
    found = find_input_files(folder, tmp_path / "output")
    assert [each.name for each in found if not each.outside and not each.blocked] == [
        "a.xlsx",
        "inside.xlsx",
        "sub/b.xlsx",
    ]
    assert {each.name for each in found if each.outside} == links.keys() - {"inside.xlsx"}
    assert len(found) == 8


def test_a_link_that_takes_the_place_of_a_file_is_not_followed(tmp_path: Path) -> None:
    folder, secret = tmp_path / "in", tmp_path / "out/b.xlsx"
    _tree(tmp_path, ["in/a.xlsx", "in/sub/b.xlsx", "in/z.xlsx", "out/a.xlsx", "out/b.xlsx"])
    (folder / "inside.xlsx").symlink_to(folder / "z.xlsx")
    (tmp_path / "link").symlink_to(folder)  # the folder itself may be one
    found = find_input_files(tmp_path / "link", tmp_path / "output")
    for swapped, aim in (("a.xlsx", secret), ("z.xlsx", secret), ("sub", tmp_path / "out")):
        (folder / swapped).rename(tmp_path / f"former {swapped}")
        (folder / swapped).symlink_to(aim)
    received = [_receive(each, SMALL) for each in found]
    assert [each.file for each in received] == ["a.xlsx", "inside.xlsx", "sub/b.xlsx", "z.xlsx"]
    for each in received:
        assert (each.sha256, each.problems) == ("", _problems("LINK_OUTSIDE"))
    assert {hash_file(each.path) for each in found} == {""}


def test_a_pipe_that_takes_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    _tree(tmp_path, ["a.xlsx"])
    (found,) = find_input_files(tmp_path, tmp_path / "output")
    found.path.unlink()
    os.mkfifo(found.path)
    received = _receive(found, SMALL)
    assert (received.sha256, received.problems) == ("", _problems("NO_ACCESS"))


def test_names_are_in_composed_characters(tmp_path: Path) -> None:
    typed = "株式会社ガラス_ヒアリング.xlsx"
    _tree(tmp_path, [unicodedata.normalize("NFD", typed)])
    (found,) = find_input_files(tmp_path, tmp_path / "output")
    assert found.name == typed
    assert _receive(found, SMALL).file == typed


@pytest.mark.parametrize(
    ("output", "listing"),
    [
        ("output", ["a.xlsx", "sub/output/b.xlsx"]),
        ("sub", ["a.xlsx", "output/results/r.xlsx"]),
        ("elsewhere", ["a.xlsx", "output/results/r.xlsx", "sub/output/b.xlsx"]),
    ],
)
def test_the_output_folder_is_no_input(tmp_path: Path, output: str, listing: list[str]) -> None:
    _tree(tmp_path, ["a.xlsx", "output/results/r.xlsx", "sub/output/b.xlsx"])
    assert _listing(find_input_files(tmp_path, tmp_path / output)) == listing


@pytest.mark.parametrize("output", [".", ".."])
def test_an_output_folder_around_the_input_hides_nothing(tmp_path: Path, output: str) -> None:
    folder = tmp_path / "input"
    _tree(folder, ["a.xlsx"])
    assert _listing(find_input_files(folder, folder / output)) == ["a.xlsx"]


def test_ignored_files_are_reported_and_not_opened(tmp_path: Path) -> None:
    received = _receive(InputFile(tmp_path / "gone" / "~$a.xlsx", "~$a.xlsx", ignored=True), SMALL)
    assert received == ReceivedFile(
        "~$a.xlsx", "", ignored=True, problems=_problems("NOT_A_RETURN")
    )


def test_a_file_that_cannot_be_opened_is_reported(tmp_path: Path) -> None:
    received = _receive(InputFile(tmp_path / "gone.xlsx", "gone.xlsx", ignored=False), SMALL)
    assert received.sheet is None
    assert [problem.code for problem in received.problems] == [ProblemCode.NO_ACCESS]


def test_a_file_whose_reader_died_keeps_its_digest(tmp_path: Path) -> None:
    _tree(tmp_path, ["a.xlsx"])
    found = InputFile(tmp_path / "a.xlsx", "a.xlsx", ignored=False)
    received = failed_return(found, Problem(ProblemCode.READER_DIED, value="exit -6"))
    assert (received.file, problems_in(received)) == ("a.xlsx", ["READER_DIED exit -6"])
    assert received.sha256 == hashlib.sha256(b"x").hexdigest()


def _problems(code: str) -> tuple[Problem, ...]:
    return (Problem(ProblemCode(code)),)


def test_reading_changes_no_file(tmp_path: Path) -> None:
    contents: Mapping[str, bytes] = {
        "a.xlsx": make_return(),
        "b/おかしい.xlsx": make_return()[:-200],
        "c.pdf": b"%PDF-1.7",
        "~$a.xlsx": b"x" * 165,
        "d.xlsx": make_hearing_sheet(JIS, Lang.EN, Issuer()),
    }
    for name, content in contents.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    before = _states(tmp_path)
    received = [_receive(found, SMALL) for found in find_input_files(tmp_path, tmp_path / "output")]
    assert [each.file for each in received] == sorted(contents)
    assert _states(tmp_path) == before


def _states(folder: Path) -> dict[str, tuple[bytes, int]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


# --- other people's workbooks


@pytest.mark.skipif(
    CORPUS not in os.environ, reason=f"{CORPUS} names no folder of other people's workbooks"
)
def test_foreign_workbooks_are_rejected_and_nothing_raises() -> None:
    """Whole processes may die on some of them; each file still ends with its reason."""
    folder = Path(os.environ[CORPUS])
    found = find_input_files(folder, folder / "output")
    assert len(found) >= 100
    bench = WorkerContext(JIS, IntakeSettings())
    with WorkerProcesses(min(os.cpu_count() or 1, 4), bench, bench.reading.limits) as processes:
        results = list(Workers[WorkerContext](processes).map(_receive_foreign, found))
    received = [
        failed_return(file, Problem(ProblemCode.READER_DIED, value=result.reason))
        if isinstance(result, WorkerDied)
        else result
        for file, result in zip(found, results, strict=True)
    ]
    assert [each.file for each in received] == [each.name for each in found]
    assert {each.file: problems_in(each) for each in received if not _is_rejected(each)} == {}


def _receive_foreign(bench: WorkerContext, found: InputFile) -> ReceivedFile:
    return _receive(found, bench.catalog)


def _is_rejected(received: ReceivedFile) -> bool:
    errors = [p for p in received.problems if problem_severity(p.code) is Severity.ERROR]
    return received.sheet is None and not received.ignored and len(errors) == 1
