"""What comes beside a return: listed with it where it is no return for certain, else told."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from datetime import date
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import IntakeSettings, Issuer
from sheet_diag.pipeline.ingest import check_files
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.reports.encryption import encrypt_workbook
from tests.compound import ole_file
from tests.hostile.zips import zip_of
from tests.returned import PROFILE, QUESTIONS, SMALL, edit_workbook, make_return, zip_parts

pytestmark = pytest.mark.usefixtures("tasks_here")
SHEET = make_return()
OTHER = make_return(profile={**PROFILE, "company": "株式会社別"})
PDF = b"%PDF-1.7 rules"


def book(**cells: str) -> bytes:
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for cell, text in cells.items():
        page[cell] = text
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def mail(files: Mapping[str, bytes]) -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"], made["Date"] = "a@x.example", "s", "Mon, 23 Nov 2026 09:00 +0900"
    made.set_content("x")
    for name, content in files.items():
        made.add_attachment(content, "application", "octet-stream", filename=name)
    return made.as_bytes()


def check(folder: Path, name: str, content: bytes) -> list[ReturnOutcome]:
    (folder / name).write_bytes(content)
    return check_files([folder / name], SMALL, IntakeSettings())


def told(outcomes: list[ReturnOutcome]) -> dict[str, list[str]]:
    """Each file that has a status, and what is listed with it."""
    return {
        each.received.label: [
            " ".join(filter(None, (a.name, a.kind, a.container))) for a in each.received.attachments
        ]
        for each in outcomes
    }


EVIDENCE = {
    "規程.pdf": (PDF, "pdf"),
    "体制図.docx": (zip_parts("[Content_Types].xml", "word/document.xml"), "document"),
    "研修.ppt": (ole_file({"PowerPoint Document": b""}), "document"),
    "写真.png": (b"\x89PNG\r\n\x1a\n" + bytes(9), "image"),
    "メモ.txt": ("添付します。".encode("cp932"), "text"),
    "台帳.xlsx": (book(A1="機器", B1="台数", A2="PC", B2="12"), "workbook"),
}


def test_what_is_no_return_is_listed_with_the_return_beside_it(tmp_path: Path) -> None:
    files = {"a.xlsx": SHEET, **{name: content for name, (content, _) in EVIDENCE.items()}}
    (outcome,) = check(tmp_path, "a.eml", mail(files))
    found = [(a.name, a.kind, a.size, a.sha256) for a in outcome.received.attachments]
    assert found == [
        (name, kind, len(content), sha256(content).hexdigest())
        for name, (content, kind) in EVIDENCE.items()
    ]
    assert told(check(tmp_path, "a.zip", zip_of(*files.items()))) == {
        "a.zip › a.xlsx": [f"{name} {kind}" for name, (_, kind) in EVIDENCE.items()]
    }


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.xlsx", make_return()[:-200]),
        ("b.xlsx", encrypt_workbook(OTHER, "x")),
        ("b.zip", zip_of(("c", b"x"))[:-30]),
        ("b.rar", b"Rar!\x1a\x07\x01\0"),
        ("b.xls", b"<html><table></table></html>"),
        ("b.numbers", zip_parts("Data/a.jpg")),
        ("b.gsheet", b'{"doc_id":"1"}'),
        ("b.xlsx", book(A1="No.", A2="C1-1", A3="C1-2", A4="C2-1", A5="C2-2")),
    ],
)
def test_what_may_be_a_newer_return_stays_rejected(
    tmp_path: Path, name: str, content: bytes
) -> None:
    found = check(tmp_path, "a.eml", mail({"a.xlsx": SHEET, name: content}))
    assert told(found) == {"a.eml › a.xlsx": [], f"a.eml › {name}": []}
    assert found[1].status.value == "rejected"


def test_a_sheet_of_ours_without_its_questions_stays_rejected(tmp_path: Path) -> None:
    without = edit_workbook(
        make_return(client="A-1"), lambda book: book.remove(book.worksheets[QUESTIONS])
    )
    found = check(tmp_path, "a.eml", mail({"a.xlsx": SHEET, "b.xlsx": without}))
    assert [each.status.value for each in found][1:] == ["rejected"]


def test_without_a_return_beside_it_a_file_is_told(tmp_path: Path) -> None:
    """Of several mails in an archive each stands alone."""
    first, second = mail({"a.xlsx": SHEET}), mail({"scan.pdf": PDF})
    archive = zip_of(("1.eml", first), ("2.eml", second), ("rules.pdf", PDF))
    found = check(tmp_path, "a.zip", archive)
    assert told(found) == {
        "a.zip › 1.eml › a.xlsx": [],
        "a.zip › 2.eml › scan.pdf": [],
        "a.zip › rules.pdf": [],
    }
    assert [each.status.value for each in found][1:] == ["rejected", "rejected"]


def test_what_came_with_returns_of_several_clients_is_listed_with_its_mail(tmp_path: Path) -> None:
    inner = mail({"a.xlsx": SHEET, "b.xlsx": OTHER, "x.pdf": PDF})
    found = told(check(tmp_path, "a.zip", zip_of(("1.eml", inner))))
    listed = ["x.pdf pdf a.zip › 1.eml"]
    assert found == {"a.zip › 1.eml › a.xlsx": listed, "a.zip › 1.eml › b.xlsx": listed}


def _run(folder: Path, **mails: bytes) -> Any:
    source = folder / "input"
    source.mkdir()
    for name, content in mails.items():
        (source / f"{name}.eml").write_bytes(content)
    result = run(
        RunConfig(source, folder / "output", as_of=date(2026, 11, 30), jobs=1), lambda *_: None
    )
    assert not result.needs_attention
    return json.loads((folder / "output" / "run.json").read_text(encoding="utf-8"))


def _texts(path: Path, sheet: str) -> list[str]:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    cells = (cell for row in rows for cell in row if cell != "")
    return [str(int(cell) if isinstance(cell, float) else cell) for cell in cells]


def test_attachments_stand_in_the_report_the_portfolio_and_run_json(tmp_path: Path) -> None:
    catalog = load_catalog()
    answers = dict.fromkeys(catalog.items, "はい")

    def filled(company: str) -> bytes:
        profile = {**PROFILE, "company": company}
        return make_hearing_sheet(catalog, Lang.JA, Issuer(), Entries(profile, answers))

    journal = _run(
        tmp_path,
        one=mail({"a.xlsx": filled("株式会社甲"), "規程.pdf": PDF}),
        two=mail({"b.xlsx": filled("株式会社乙"), "c.xlsx": filled("株式会社丙"), "共通.pdf": PDF}),
    )
    digest = sha256(PDF).hexdigest()
    listed = {"name": "規程.pdf", "kind": "pdf", "size": len(PDF), "sha256": digest}
    assert journal["counts"]["files"] == 3
    assert [each["attachments"] for each in journal["returns"]] == [[listed], [], []]
    assert journal["attachments"] == [{**listed, "name": "共通.pdf", "container": "two.eml"}]
    first, second, _ = (tmp_path / "output" / each["result"] for each in journal["returns"])
    assert f"規程.pdf（{len(PDF)}バイト）" in _texts(first, "診断条件")
    assert "共通.pdf" not in " ".join(_texts(second, "診断条件"))
    shown = _texts(tmp_path / "output" / "portfolio.xlsx", "添付資料")
    assert shown[-11:] == [
        *("one.eml › a.xlsx", "株式会社甲", "規程.pdf", "PDF", str(len(PDF)), digest),
        *("two.eml", "共通.pdf", "PDF", str(len(PDF)), digest),
    ]
