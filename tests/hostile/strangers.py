"""What is no workbook at all, whatever its name says, and what programs leave behind."""

from __future__ import annotations

from tests.hostile.case import IGNORED, REJECTED, Case, case, noise
from tests.hostile.zips import zip_of

_NUMBERS = zip_of(("Index/Document.iwa", b"x" * 50), ("Metadata/Properties.plist", b"x"))
_WORD = zip_of(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", b"<x/>"))
_BINARY = zip_of(("[Content_Types].xml", b"<Types/>"), ("xl/workbook.bin", noise(3_000, "xlsb")))
_PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
WRONG = "WRONG_FORMAT"

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

CASES: tuple[Case, ...] = (
    case("other/empty.xlsx", b"", REJECTED, "EMPTY_FILE"),
    case("other/one_byte.xlsx", b"P", REJECTED),
    case("other/noise.xlsx", noise(50_000, "xlsx"), REJECTED),
    case("other/zeros.xlsx", bytes(50_000), REJECTED),
    case(
        "other/page.xls",
        b"<html><body><table><tr><td>POL-01</td></tr></table></body></html>",
        REJECTED,
        WRONG,
    ),
    case("other/table.csv", "No.,回答\nPOL-01,はい\n".encode("cp932"), REJECTED, WRONG),
    case("other/table.xlsx", "No.\t回答\nPOL-01\tはい\n".encode("utf-16"), REJECTED),
    case("other/paper.pdf", b"%PDF-1.7\n" + bytes(200), REJECTED, WRONG),
    case("other/photo.jpg", b"\xff\xd8\xff\xe0" + bytes(200), REJECTED, WRONG),
    case("other/photo.xlsx", _PNG, REJECTED, WRONG),
    case("other/archive.rar", b"Rar!\x1a\x07\x01\x00" + bytes(200), REJECTED, WRONG),
    case("other/archive.lzh", b"\x20\x00-lh5-" + bytes(200), REJECTED, WRONG),
    case("other/archive.tar.gz", b"\x1f\x8b\x08\x00" + bytes(200), REJECTED, WRONG),
    case("other/sheet.numbers", _NUMBERS, REJECTED, WRONG),
    case("other/letter.docx", _WORD, REJECTED, WRONG),
    case("other/binary.xlsb", _BINARY, REJECTED),
    case("other/old.xls", b"\x09\x08\x08\x00\x00\x06\x05\x00" + bytes(100), REJECTED),
    case("other/link.gsheet", b'{"url": "https://x.example/"}', REJECTED, WRONG),
    case("other/saved.webarchive", b"bplist00" + bytes(200), REJECTED, WRONG),
    case("other/text.txt", "よろしくお願いします。".encode(), REJECTED, WRONG),
    case("other/~$sheet.xlsx", b"\x05admin" + bytes(159), IGNORED, "NOT_A_RETURN"),
    case("other/.DS_Store", b"\0\0\0\1Bud1" + bytes(100), IGNORED, "NOT_A_RETURN"),
    case("other/Thumbs.db", _OLE + bytes(100), IGNORED, "NOT_A_RETURN"),
    case("other/desktop.ini", b"[.ShellClassInfo]", IGNORED, "NOT_A_RETURN"),
    case("other/half.xlsx.crdownload", b"PK", IGNORED, "NOT_A_RETURN"),
    case("other/.~lock.sheet.ods#", b",user,host,;", IGNORED, "NOT_A_RETURN"),
    case("other/__MACOSX/._sheet.xlsx", b"\0\5\x16\7", IGNORED, "NOT_A_RETURN"),
)
