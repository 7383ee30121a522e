"""What a file is: by its content, whatever its name."""

from __future__ import annotations

import io
import zipfile

import pytest

from sheet_diag.intake.cells import wrong_format_error
from sheet_diag.intake.file_types import WORKBOOK_KINDS, FileKind, detect_file_kind
from sheet_diag.model.basics import Lang
from sheet_diag.text.problems import client_request, problem_advice
from sheet_diag.text.wording import Wording
from tests.compound import ole_file
from tests.hostile.mails import message
from tests.hostile.zips import raw_zip, stored
from tests.returned import make_return, zip_parts

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
TYPES = b'<Types><Override PartName="/main.xml" ContentType="application/vnd.%s+xml"/></Types>'
READ = (*WORKBOOK_KINDS, FileKind.ENCRYPTED, FileKind.DAMAGED)


def package(**parts: bytes) -> bytes:
    """A zip of parts; `_` in a name stands for a slash, `__` for a dot."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", ".").replace("_", "/"), content)
    return buffer.getvalue()


def typed(main: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", TYPES % main)
        archive.writestr("main.xml", "<x/>")
    return buffer.getvalue()


def on_disk(number: int, content: bytes) -> bytes:
    """The last part of a zip that takes several disks."""
    return content[:-18] + number.to_bytes(2, "little") + content[-16:]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        # workbooks
        ("a.xls", make_return(), FileKind.XLSX),
        ("a", make_return(), FileKind.XLSX),
        ("a.xlsx", b"bytes that a proxy put before\0" + make_return(), FileKind.XLSX),
        ("a.xlsx", zip_parts("XL\\Workbook.xml", "[Content_Types].xml"), FileKind.XLSX),
        ("a.xlsx", typed(b"openxmlformats-officedocument.spreadsheetml.sheet.main"), FileKind.XLSX),
        ("a.xlsx", typed(b"ms-excel.sheet.macroEnabled.main"), FileKind.XLSX),
        ("a.xlsx", typed(b"ms-excel.sheet.binary.macroEnabled.main"), FileKind.XLSB),
        ("a.xlsx", zip_parts("[Content_Types].xml", "xl/workbook.bin"), FileKind.XLSB),
        ("a.xls", ole_file({"Workbook": b""}), FileKind.XLS),
        ("a.xls", ole_file({"Book": b""}), FileKind.XLS),
        ("a.et", ole_file({"Workbook": b""}), FileKind.XLS),
        ("a.xls", b"\x09\x08\x08\x00\x00\x05\x05\x00", FileKind.XLS),
        ("a.xls", b"\x09\x00\x04\x00\x07\x00\x10\x00", FileKind.XLS),
        ("a.xlsx", package(mimetype=ODS, content__xml=b"<x/>"), FileKind.ODS),
        ("a.ods", package(content__xml=b"<x/>"), FileKind.ODS),
        ("a.zip", package(content__xml=b"<a><office:spreadsheet/></a>"), FileKind.ODS),
        ("a.ods", zip_parts("mimetype", "content.xml"), FileKind.OPENDOCUMENT),
        ("a.xlsx", ole_file({"EncryptedPackage": b"", "EncryptionInfo": b""}), FileKind.ENCRYPTED),
        ("a.xlsx", ole_file({"EncryptedPackage": b""}), FileKind.ENCRYPTED),
        ("a.xls", ole_file({"\x09DRMContent": b"", "Workbook": b""}), FileKind.ENCRYPTED),
        # wrappings
        ("a.zip", zip_parts("a.xlsx", "b.xlsx"), FileKind.ZIP),
        ("a.xlsx", zip_parts("a.xlsx"), FileKind.ZIP),
        ("a.zip", zip_parts(), FileKind.ZIP),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04", FileKind.SEVEN_ZIP),
        ("a", message(("a.xlsx", b"x")).as_bytes(), FileKind.EML),
        ("a.eml", b"Subject: a\r\n\r\nb", FileKind.EML),
        ("a.txt", b"Subject: a\r\n\r\nb", FileKind.TEXT),
        ("a.eml", b"From - Mon Nov 23 2026\r\n" + message().as_bytes(), FileKind.EML),
        ("a.eml", b"\xef\xbb\xbf\r\n \n" + message().as_bytes(), FileKind.EML),
        ("a.eml", message().as_string().encode("utf-16"), FileKind.EML),
        ("a.emlx", b"20      \nSubject: a\r\n\r\nb", FileKind.EML),
        ("a", b"From - Mon Nov 23 2026\nTo: a\nSubject: b\n\nFrom x 2026\nTo: a\n", FileKind.MBOX),
        ("a", b"From - Mon Nov 23 2026\nTo: a\nSubject: b\n\nFrom 9 to 12 o'clock\n", FileKind.EML),
        ("a", b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b', FileKind.EML),
        ("a", ole_file({"__properties_version1.0": b""}), FileKind.MSG),
        # what cannot be read
        ("a.xlsx", b"%PDF-1.7", FileKind.PDF),
        ("a.pdf", b"\r\n%PDF-1.4", FileKind.PDF),
        ("a", b"\xff\xd8\xff\xe1", FileKind.IMAGE),
        ("a.xlsx", b"\0\0\0\x18ftypheic", FileKind.IMAGE),
        ("a", b"\0\0\0\x18ftypmp42", FileKind.VIDEO),
        ("a", b"RIFF\0\0\0\0WEBPVP8 ", FileKind.IMAGE),
        ("a", b"RIFF\0\0\0\0WAVEfmt ", FileKind.VIDEO),
        ("a", b"BM\x36\0\0\0\0\0\0\0", FileKind.IMAGE),
        ("a.csv", b"BMW,1,2", FileKind.TEXT),
        ("a", b"MM\0*\0\0\0\x08", FileKind.IMAGE),
        ("a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", FileKind.IMAGE),
        ("a.rar", b"Rar!\x1a\x07\x01\0", FileKind.RAR),
        ("a.lzh", b"\x16\x9c-lh5-", FileKind.LZH),
        ("a.tgz", b"\x1f\x8b\x08", FileKind.TAR),
        ("a.docx", zip_parts("[Content_Types].xml", "word/document.xml"), FileKind.DOCUMENT),
        ("a.doc", ole_file({"WordDocument": b""}), FileKind.DOCUMENT),
        ("a.odt", package(mimetype=b"application/vnd.oasis.opendocument.text"),
        FileKind.OPENDOCUMENT),
        ("a.fods", b"<?xml version='1.0'?><office:document>", FileKind.OPENDOCUMENT),
        ("a.xlsx", zip_parts("Index/Document.iwa"), FileKind.NUMBERS),
        ("a.numbers", zip_parts("Data/a.jpg"), FileKind.NUMBERS),
        ("a.et", b"\x01\x02\0\x03", FileKind.WPS),
        ("a.et", ole_file({"ET": b""}), FileKind.WPS),
        ("a.gsheet", b'{"doc_id":"1"}', FileKind.SHORTCUT),
        ("a", b"[InternetShortcut]\r\nURL=https://x.example", FileKind.SHORTCUT),
        ("a.lnk", b"\x4c\0\0\0\x01\x14\x02\0\0", FileKind.SHORTCUT),
        ("a", b"bplist00\xd1\x01\x02_\x10\x0fWebMainResource", FileKind.WEBARCHIVE),
        ("a.xls", b"MIME-Version: 1.0\r\nSnapshot-Content-Location: x\r\n", FileKind.WEBARCHIVE),
        ("a.xls", b"\xff\xfe" + "<html>".encode("utf-16-le"), FileKind.HTML),
        ("a.xls", b"<?xml version='1.0'?>\n<!-- a -->\n<html xmlns='x'>", FileKind.HTML),
        (
            "a.xls",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
            FileKind.XML_SHEET,
        ),
        ("a.csv", "No.,回答".encode("utf-16"), FileKind.TEXT),
        ("a.p7m", b"\x30\x82\x01\0\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", FileKind.SMIME),
        ("winmail.dat", b"\x78\x9f\x3e\x22\x01", FileKind.WINMAIL),
        ("a", b"\x01\x02\0\x03", FileKind.UNKNOWN),
        ("message.rpmsg", b"\x76\xe8\x04\x60\xc4\x11\xe3\x86\0", FileKind.RPMSG),
        ("archive.pst", b"!BDN\0\0\0\0SM", FileKind.PST),
        ("a.exe", b"MZ\x90\0" + bytes(60) + zip_parts("a.xlsx"), FileKind.EXECUTABLE),
        ("a", b"\x7fELF\x02" + zip_parts("a.xlsx"), FileKind.EXECUTABLE),
        ("a.sh", b"#!/bin/sh\n" + zip_parts("a.xlsx"), FileKind.EXECUTABLE),
        ("MZ.txt", b"MZ is no program", FileKind.TEXT),
        # parts of archives
        ("a.part1.rar", b"Rar!\x1a\x07\x01\0", FileKind.SPLIT),
        ("a.r00", b"Rar!\x1a\x07\x01\0", FileKind.SPLIT),
        ("a.zip.001", zip_parts("a.xlsx")[:-40], FileKind.SPLIT),
        ("a.zip.002", b"\x01\x02\0\x03", FileKind.SPLIT),
        ("a.zip.001", zip_parts("a.xlsx"), FileKind.ZIP),
        ("a.7z.001", b"7z\xbc\xaf\x27\x1c\0\x04" + bytes(4) + b"\xff\0\0\0" + bytes(99),
        FileKind.SPLIT),
        ("a.z01", b"PK\x07\x08" + zip_parts("a.xlsx")[:-40], FileKind.SPLIT),
        ("a", b"PK\x07\x08" + zip_parts("a.xlsx")[:-40], FileKind.SPLIT),
        ("a.z02", b"\x01\x02\0\x03", FileKind.SPLIT),
        ("a.zip", b"\x01\x02\0\x03" + on_disk(2, zip_parts("a.xlsx")), FileKind.SPLIT),
        ("a.zip", on_disk(1, zip_parts("a.xlsx")), FileKind.SPLIT),
        ("memo.001", b"text", FileKind.TEXT),
        # containers without a directory
        ("a.xlsx", make_return()[:-200], FileKind.DAMAGED),
        ("a.xls", OLE + bytes(504), FileKind.DAMAGED),
        ("a.zip", raw_zip([stored("a.xlsx", make_return())])[:-30], FileKind.DAMAGED),
    ],
)  # fmt: skip
def test_content_decides_on_the_kind_of_a_file(name: str, content: bytes, kind: FileKind) -> None:
    assert detect_file_kind(content, name) is kind


def test_a_package_locked_part_by_part_is_an_archive() -> None:
    content = bytearray(zip_parts("xl/workbook.xml"))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert detect_file_kind(bytes(content), "a.xlsx") is FileKind.ZIP


@pytest.mark.parametrize(
    ("kind", "asked"),
    [
        (FileKind.SPLIT, "ファイルを分割せず"),
        (FileKind.RPMSG, "保護（転送不可・暗号化など）を設定していないメール"),
        (FileKind.PST, "ヒアリングシートだけ"),
        (FileKind.EXECUTABLE, "zip形式"),
        (FileKind.PDF, "Excelのヒアリングシートに記入"),
        (FileKind.UNKNOWN, "名前を付けて保存"),
    ],
)
def test_what_to_ask_for_depends_on_the_kind_of_file(kind: FileKind, asked: str) -> None:
    problem = wrong_format_error(kind).problem
    assert asked in problem_advice(problem, Lang.JA)
    assert "Ask the client" in problem_advice(problem, Lang.EN) or "ask for" in problem_advice(
        problem, Lang.EN
    )
    assert "恐れ入りますが" in client_request(problem, Lang.JA, "a")


@pytest.mark.parametrize("kind", [kind for kind in FileKind if kind not in READ])
def test_every_other_kind_has_a_name(kind: FileKind) -> None:
    assert Wording(Lang.JA)(f"problem.kind.{kind}")
