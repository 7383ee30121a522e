"""OLE files: old workbooks, passwords, labels, and counts that lie."""

from __future__ import annotations

import io
import struct

import msoffcrypto.format.ooxml
import python_calamine

from tests.compound import ole_file
from tests.hostile.case import RANKED, REJECTED, Case, case, filled, noise

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _counting() -> bytes:
    """A header whose every count is the largest number."""
    most = 0xFFFFFFFF
    head = _OLE + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", most, most, 1, 0, 4_096, most, most, most, most)
    return head + struct.pack("<109I", *[0] * 109) + bytes(4_096)


def _looping() -> bytes:
    """A table in which every sector follows itself."""
    content = bytearray(ole_file({"Workbook": bytes(8_192)}))
    content[512:1024] = struct.pack("<128I", *range(128))
    return bytes(content)


def encrypted(company: str, password: str) -> bytes:
    """The filled sheet protected by a password, as Excel does it."""
    target = io.BytesIO()
    source = msoffcrypto.format.ooxml.OOXMLFile(io.BytesIO(filled(company)))
    source.encrypt(password, target)
    return target.getvalue()


def excel_2() -> bytes:
    """The questions and answers as Excel 2 kept them: one sheet, texts of one byte a letter."""
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(filled("excel 2")))
    rows = book.get_sheet_by_index(2).to_python(skip_empty_area=False)
    records = [(0x09, struct.pack("<HH", 2, 0x10)), (0x42, struct.pack("<H", 932))]
    for row, values in enumerate(rows):
        for column, value in enumerate(values):
            text = str(value)[:40].encode("cp932", "replace")
            place = struct.pack("<HH3xB", row, column, len(text))
            records += [(0x04, place + text)] if text else []
    records.append((0x0A, b""))
    return b"".join(struct.pack("<HH", kind, len(body)) + body for kind, body in records)


_BIFF = struct.pack("<HHHHHHII", 0x809, 16, 0x600, 5, 0, 0, 0, 0)

CASES: tuple[Case, ...] = (
    case("ole/counts.xls", _counting, REJECTED),
    case("ole/loop.xls", _looping, REJECTED),
    case("ole/noise.xls", _OLE + noise(20_000, "ole"), REJECTED),
    case(
        "ole/workbook_of_noise.xls", ole_file({"Workbook": _BIFF + noise(9_000, "biff")}), REJECTED
    ),
    case("ole/empty_workbook.xls", ole_file({"Workbook": _BIFF}), REJECTED),
    case("ole/excel_2.xls", excel_2, RANKED, "SECOND_READER"),
    case("ole/no_workbook.xls", ole_file({"WordDocument": noise(5_000, "doc")}), REJECTED),
    case(
        "ole/label.xlsx",
        ole_file({"EncryptedPackage": noise(9_000, "irm"), "\x06DataSpaces": bytes(100)}),
        REJECTED,
        "SENSITIVITY_LABEL",
    ),
    case(
        "ole/password.xlsx",
        lambda: encrypted("password", "nobody knows"),
        REJECTED,
        "PASSWORD_NEEDED PASSWORD_WRONG",
    ),
    case("ole/password_default.xlsx", lambda: encrypted("default", "VelvetSweatshop"), RANKED),
    case(
        "ole/password_of_noise.xlsx",
        ole_file(
            {"EncryptionInfo": noise(900, "info"), "EncryptedPackage": noise(9_000, "package")}
        ),
        REJECTED,
    ),
    case(
        "ole/mail_of_noise.msg",
        ole_file({"__properties_version1.0": noise(5_000, "msg")}),
        REJECTED,
    ),
)
