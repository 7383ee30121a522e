"""What a file is: by its content, whatever its name."""

from __future__ import annotations

import io
import zipfile

import pytest

from sheet_diag.intake.file_types import Kind, kind_of
from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording
from tests.compound import compound
from tests.hostile.mails import message
from tests.hostile.zips import raw_zip, stored
from tests.returned import returned, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
TYPES = b'<Types><Override PartName="/main.xml" ContentType="application/vnd.%s+xml"/></Types>'
READ = (Kind.XLSX, Kind.XLS, Kind.ODS, Kind.ENCRYPTED, Kind.DAMAGED)


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


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        # workbooks
        ("a.xls", returned(), Kind.XLSX),
        ("a", returned(), Kind.XLSX),
        ("a.xlsx", b"MZ a program that unpacks itself\0" + returned(), Kind.XLSX),
        ("a.xlsx", zipped("XL\\Workbook.xml", "[Content_Types].xml"), Kind.XLSX),
        ("a.xlsx", typed(b"openxmlformats-officedocument.spreadsheetml.sheet.main"), Kind.XLSX),
        ("a.xlsx", typed(b"ms-excel.sheet.macroEnabled.main"), Kind.XLSX),
        ("a.xlsx", typed(b"ms-excel.sheet.binary.macroEnabled.main"), Kind.XLSB),
        ("a.xlsx", zipped("[Content_Types].xml", "xl/workbook.bin"), Kind.XLSB),
        ("a.xls", compound({"Workbook": b""}), Kind.XLS),
        ("a.xls", compound({"Book": b""}), Kind.XLS),
        ("a.et", compound({"Workbook": b""}), Kind.XLS),
        ("a.xls", b"\x09\x08\x08\x00\x00\x05\x05\x00", Kind.XLS),
        ("a.xls", b"\x09\x00\x04\x00\x07\x00\x10\x00", Kind.XLS),
        ("a.xlsx", package(mimetype=ODS, content__xml=b"<x/>"), Kind.ODS),
        ("a.ods", package(content__xml=b"<x/>"), Kind.ODS),
        ("a.zip", package(content__xml=b"<a><office:spreadsheet/></a>"), Kind.ODS),
        ("a.ods", zipped("mimetype", "content.xml"), Kind.OPENDOCUMENT),
        ("a.xlsx", compound({"EncryptedPackage": b"", "EncryptionInfo": b""}), Kind.ENCRYPTED),
        ("a.xlsx", compound({"EncryptedPackage": b""}), Kind.ENCRYPTED),
        ("a.xls", compound({"\x09DRMContent": b"", "Workbook": b""}), Kind.ENCRYPTED),
        # wrappings
        ("a.zip", zipped("a.xlsx", "b.xlsx"), Kind.ZIP),
        ("a.xlsx", zipped("a.xlsx"), Kind.ZIP),
        ("a.zip", zipped(), Kind.ZIP),
        ("a.7z", b"7z\xbc\xaf\x27\x1c\0\x04", Kind.SEVEN_ZIP),
        ("a", message(("a.xlsx", b"x")).as_bytes(), Kind.EML),
        ("a.eml", b"Subject: a\r\n\r\nb", Kind.EML),
        ("a.txt", b"Subject: a\r\n\r\nb", Kind.TEXT),
        ("a.eml", b"From - Mon Nov 23 2026\r\n" + message().as_bytes(), Kind.EML),
        ("a", b'Content-Type: multipart/signed; boundary="b"\r\n\r\n--b', Kind.EML),
        ("a", compound({"__properties_version1.0": b""}), Kind.MSG),
        # what cannot be read
        ("a.xlsx", b"%PDF-1.7", Kind.PDF),
        ("a.pdf", b"\r\n%PDF-1.4", Kind.PDF),
        ("a", b"\xff\xd8\xff\xe1", Kind.IMAGE),
        ("a.xlsx", b"\0\0\0\x18ftypheic", Kind.IMAGE),
        ("a", b"\0\0\0\x18ftypmp42", Kind.VIDEO),
        ("a", b"RIFF\0\0\0\0WEBPVP8 ", Kind.IMAGE),
        ("a", b"RIFF\0\0\0\0WAVEfmt ", Kind.VIDEO),
        ("a", b"BM\x36\0\0\0\0\0\0\0", Kind.IMAGE),
        ("a.csv", b"BMW,1,2", Kind.TEXT),
        ("a", b"MM\0*\0\0\0\x08", Kind.IMAGE),
        ("a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Kind.IMAGE),
        ("a.rar", b"Rar!\x1a\x07\x01\0", Kind.RAR),
        ("a.lzh", b"\x16\x9c-lh5-", Kind.LZH),
        ("a.tgz", b"\x1f\x8b\x08", Kind.TAR),
        ("a.docx", zipped("[Content_Types].xml", "word/document.xml"), Kind.DOCUMENT),
        ("a.doc", compound({"WordDocument": b""}), Kind.DOCUMENT),
        ("a.odt", package(mimetype=b"application/vnd.oasis.opendocument.text"), Kind.OPENDOCUMENT),
        ("a.fods", b"<?xml version='1.0'?><office:document>", Kind.OPENDOCUMENT),
        ("a.xlsx", zipped("Index/Document.iwa"), Kind.NUMBERS),
        ("a.numbers", zipped("Data/a.jpg"), Kind.NUMBERS),
        ("a.et", b"\x01\x02\0\x03", Kind.WPS),
        ("a.et", compound({"ET": b""}), Kind.WPS),
        ("a.gsheet", b'{"doc_id":"1"}', Kind.SHORTCUT),
        ("a", b"[InternetShortcut]\r\nURL=https://x.example", Kind.SHORTCUT),
        ("a.lnk", b"\x4c\0\0\0\x01\x14\x02\0\0", Kind.SHORTCUT),
        ("a", b"bplist00\xd1\x01\x02_\x10\x0fWebMainResource", Kind.WEBARCHIVE),
        ("a.xls", b"MIME-Version: 1.0\r\nSnapshot-Content-Location: x\r\n", Kind.WEBARCHIVE),
        ("a.xls", b"\xff\xfe" + "<html>".encode("utf-16-le"), Kind.HTML),
        ("a.xls", b"<?xml version='1.0'?>\n<!-- a -->\n<html xmlns='x'>", Kind.HTML),
        (
            "a.xls",
            b'<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>',
            Kind.XML_SHEET,
        ),
        ("a.csv", "No.,回答".encode("utf-16"), Kind.TEXT),
        ("a.p7m", b"\x30\x82\x01\0\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", Kind.SMIME),
        ("winmail.dat", b"\x78\x9f\x3e\x22\x01", Kind.WINMAIL),
        ("a", b"\x01\x02\0\x03", Kind.UNKNOWN),
        # containers without a directory
        ("a.xlsx", returned()[:-200], Kind.DAMAGED),
        ("a.xls", OLE + bytes(504), Kind.DAMAGED),
        ("a.zip", raw_zip([stored("a.xlsx", returned())])[:-30], Kind.DAMAGED),
    ],
)  # fmt: skip
def test_the_kind_of_a_file(name: str, content: bytes, kind: Kind) -> None:
    assert kind_of(content, name) is kind


def test_a_package_locked_part_by_part_is_an_archive() -> None:
    content = bytearray(zipped("xl/workbook.xml"))
    content[content.index(b"PK\x01\x02") + 8] |= 1
    assert kind_of(bytes(content), "a.xlsx") is Kind.ZIP


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind not in READ])
def test_every_other_kind_has_a_name(kind: Kind) -> None:
    assert Wording(Lang.JA)(f"problem.kind.{kind}")
