"""What a file is, told by its content; a name only helps where content says nothing."""

from __future__ import annotations

import io
import zipfile
from enum import StrEnum
from pathlib import PurePath
from typing import Final

import olefile


class Kind(StrEnum):
    """Kinds of files; the values of those that cannot be read are keys of `problem.kind.*`."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ENCRYPTED = "encrypted"
    ZIP = "archive"
    SEVEN_ZIP = "sevenzip"
    EML = "eml"
    MSG = "msg"
    PDF = "pdf"
    IMAGE = "image"
    RAR = "rar"
    LZH = "lzh"
    NUMBERS = "numbers"
    WPS = "wps"
    SHORTCUT = "shortcut"
    WEBARCHIVE = "webarchive"
    HTML = "html"
    TEXT = "text"
    DOCUMENT = "document"
    VIDEO = "video"
    SMIME = "smime"
    WINMAIL = "winmail"
    OPENDOCUMENT = "opendocument"
    DAMAGED = "damaged"
    UNKNOWN = "unknown"


_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC: Final = (
    (b"7z\xbc\xaf\x27\x1c", Kind.SEVEN_ZIP),
    (b"%PDF", Kind.PDF),
    (b"\x89PNG", Kind.IMAGE),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"GIF8", Kind.IMAGE),
    (b"BM", Kind.IMAGE),
    (b"II*\0", Kind.IMAGE),
    (b"MM\0*", Kind.IMAGE),
    (b"Rar!", Kind.RAR),
    (b"{\\rtf", Kind.DOCUMENT),
    (b"bplist00", Kind.WEBARCHIVE),
    (b"\x78\x9f\x3e\x22", Kind.WINMAIL),
)
_MAIL_HEADS: Final = (
    b"received:", b"return-path:", b"from:", b"to:", b"subject:", b"date:", b"message-id:",
    b"mime-version:", b"x-", b"delivered-to:", b"content-type:", b"dkim-signature:",
)  # fmt: skip
# BIFF2 to BIFF5 begin with a record of their own instead of an OLE header.
_BIFF: Final = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")


def kind_of(content: bytes, name: str) -> Kind:
    """The kind of a file by its content, and by the end of its name where that is not enough."""
    if content.startswith(_OLE):
        return _kind_of_ole(content, name)
    if content.startswith(_BIFF):
        return Kind.XLS
    kind = next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)
    if kind:
        return kind
    if content[4:8] == b"ftyp":
        picture = content[8:12] in (b"heic", b"heix", b"mif1", b"msf1", b"avif", b"hevc")
        return Kind.IMAGE if picture else Kind.VIDEO
    if content[:4] == b"RIFF":
        return Kind.IMAGE if content[8:12] == b"WEBP" else Kind.VIDEO
    if content[2:5] == b"-lh" and content[6:7] == b"-":
        return Kind.LZH
    if content.startswith(b"PK") or zipfile.is_zipfile(io.BytesIO(content)):
        return _kind_of_zip(content, name)
    return _kind_of_text(content, name)


def _kind_of_ole(content: bytes, name: str) -> Kind:
    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            entries = {entry[0].lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it is an OLE file and damaged
        return Kind.DAMAGED
    if "encryptedpackage" in entries or "encryptioninfo" in entries:
        return Kind.ENCRYPTED
    if entries & {"workbook", "book"}:
        return Kind.XLS
    if "__properties_version1.0" in entries:
        return Kind.MSG
    if entries & {"worddocument", "powerpoint document"}:
        return Kind.DOCUMENT
    return Kind.WPS if _ending(name) == ".et" else Kind.UNKNOWN


def _kind_of_zip(content: bytes, name: str) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            entries = package.infolist()
    except Exception:  # noqa: BLE001 - a damaged directory raises all sorts
        return Kind.DAMAGED
    names = {entry.filename.replace("\\", "/").lower() for entry in entries}
    if any(entry.flag_bits & 1 for entry in entries):
        return Kind.ZIP
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if _has_workbook(names):
        return Kind.XLSX
    if "content.xml" in names and {"mimetype", "meta-inf/manifest.xml"} & names:
        return _kind_of_opendocument(content)
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        return Kind.DOCUMENT
    if any(each.endswith(".iwa") for each in names) or "index.zip" in names:
        return Kind.NUMBERS
    return Kind.NUMBERS if _ending(name) == ".numbers" else Kind.ZIP


def _has_workbook(names: set[str]) -> bool:
    """Some writers name the main part differently; the sheets give the package away."""
    sheets = any("worksheets/" in name and name.endswith(".xml") for name in names)
    return "xl/workbook.xml" in names or ("[content_types].xml" in names and sheets)


def _kind_of_opendocument(content: bytes) -> Kind:
    """A package without a legible type is taken for a sheet: its reader will tell."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("mimetype") as part:
            told = part.read(100).decode("ascii", "replace")
    except Exception:  # noqa: BLE001 - an absent or damaged part tells nothing
        return Kind.ODS
    return Kind.ODS if "spreadsheet" in told else Kind.OPENDOCUMENT


def _kind_of_text(content: bytes, name: str) -> Kind:
    start = content[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<head")):
        return Kind.HTML
    heads = [line for line in start.split(b"\n")[:12] if line[:1] not in b" \t"]
    known = sum(line.startswith(_MAIL_HEADS) for line in heads)
    if known >= 2 or (_ending(name) == ".eml" and known):
        return Kind.EML
    if _ending(name) in (".gsheet", ".url", ".webloc", ".lnk"):
        return Kind.SHORTCUT
    if _ending(name) == ".p7m":
        return Kind.SMIME
    return Kind.UNKNOWN if b"\0" in content[:4096] else Kind.TEXT


def _ending(name: str) -> str:
    return PurePath(name).suffix.lower()
