"""Detect what a file is by its content; its name counts only where content leaves it open.

Knows marks at the start of files and the names inside zip and OLE containers. Never unpacks more
than the few bytes that name a package, and never decides whether a file is sound or safe.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Callable
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from sheet_diag.intake.zip_entries import (
    ZipDirectoryError,
    ZipEntry,
    is_split_zip,
    list_zip_entries,
    peek_entry,
)


class FileKind(StrEnum):
    """Kinds of files; the values of those that cannot be read are keys of `problem.kind.*`."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ENCRYPTED = "encrypted"  # a package or workbook in OLE, behind a password or a label
    ZIP = "archive"
    SEVEN_ZIP = "sevenzip"
    EML = "eml"
    MBOX = "mbox"  # several mails
    MSG = "msg"
    SMIME = "smime"  # a mail that was signed as a whole, or encrypted
    WINMAIL = "winmail"
    PDF = "pdf"
    IMAGE = "image"
    VIDEO = "video"
    TAR = "tar"  # and other archives that are not opened
    RAR = "rar"
    LZH = "lzh"
    NUMBERS = "numbers"
    WPS = "wps"
    OPENDOCUMENT = "opendocument"
    DOCUMENT = "document"
    SHORTCUT = "shortcut"
    WEBARCHIVE = "webarchive"
    HTML = "html"
    XML_SHEET = "xmlsheet"
    SPLIT = "split"  # a part of an archive
    RPMSG = "rpmsg"
    PST = "pst"
    EXECUTABLE = "executable"
    TEXT = "text"
    DAMAGED = "damaged"  # a container whose directory cannot be read
    UNKNOWN = "unknown"


# Workbooks that can be read, those of them that are zip packages, and files that hold others.
WORKBOOK_KINDS: Final = (FileKind.XLSX, FileKind.XLSB, FileKind.XLS, FileKind.ODS)
PACKAGE_KINDS: Final = (FileKind.XLSX, FileKind.XLSB, FileKind.ODS)
MAIL_KINDS: Final = (FileKind.EML, FileKind.MSG)
CONTAINER_KINDS: Final = (
    FileKind.ZIP, FileKind.SEVEN_ZIP, *MAIL_KINDS, FileKind.MBOX, FileKind.SMIME, FileKind.WINMAIL,
)  # fmt: skip

OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STARTS: Final = (
    (b"\x89PNG", FileKind.IMAGE),
    (b"\xff\xd8\xff", FileKind.IMAGE),
    (b"GIF8", FileKind.IMAGE),
    (b"II*\0", FileKind.IMAGE),
    (b"MM\0*", FileKind.IMAGE),
    (b"8BPS", FileKind.IMAGE),
    (b"Rar!", FileKind.RAR),
    (b"7z\xbc\xaf\x27\x1c", FileKind.SEVEN_ZIP),
    (b"{\\rtf", FileKind.DOCUMENT),
    (b"\x4c\0\0\0\x01\x14\x02\0", FileKind.SHORTCUT),
    (b"\x78\x9f\x3e\x22", FileKind.WINMAIL),
    (b"\x1f\x8b", FileKind.TAR),
    (b"BZh", FileKind.TAR),
    (b"\xfd7zXZ\0", FileKind.TAR),
    (b"\x28\xb5\x2f\xfd", FileKind.TAR),
    (b"MSCF", FileKind.TAR),
    (b"\x1aE\xdf\xa3", FileKind.VIDEO),
    (b"OggS", FileKind.VIDEO),
    (b"ID3", FileKind.VIDEO),
    (b"fLaC", FileKind.VIDEO),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", FileKind.VIDEO),
    (b"\x76\xe8\x04\x60\xc4\x11\xe3\x86", FileKind.RPMSG),
    (b"!BDN", FileKind.PST),
    (b"\x7fELF", FileKind.EXECUTABLE),
    (b"#!", FileKind.EXECUTABLE),
)
_RIFF: Final = {b"WEBP": FileKind.IMAGE, b"AVI ": FileKind.VIDEO, b"WAVE": FileKind.VIDEO}
_PICTURE_BRANDS: Final = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")
# BOF records of Excel 2 to 97 that stand in no container: type, then length.
_BARE_XLS: Final = re.compile(
    rb"\x09[\x00\x02\x04]\x04\x00|\x09[\x02\x04]\x06\x00|\x09\x08[\x08\x10]\x00"
)
_PKCS7: Final = b"\x2a\x86\x48\x86\xf7\x0d\x01\x07"
_SHORTCUT_NAMES: Final = (".gsheet", ".gdoc", ".gslides", ".url", ".webloc", ".desktop")
# Parts of an archive that a program has split, by their names; the last one of a zip is a .zip.
_SPLIT_NAME: Final = re.compile(r"\.(part\d+\.(rar|exe)|[rz]\d\d|\d{3})$", re.IGNORECASE)
_SPLIT_ZIP: Final = b"PK\x07\x08"
_START: Final = 2048  # bytes that tell the kinds of text
_TAIL: Final = 66_000  # bytes among which a zip ends


def detect_file_kind(content: bytes, name: str) -> FileKind:
    """Detect the kind of a file with this content, called `name`. Raises nothing."""
    ending = PurePosixPath(name.replace("\\", "/")).suffix.lower()
    if content.startswith(OLE_MAGIC):
        return _ole_kind(content, ending)
    kind = _zip_kind(content, ending) if content.startswith(b"PK") else _kind_by_mark(content)
    kind = kind or _kind_by_text(content, ending)
    if kind in (FileKind.TEXT, None) and b"PK\x05\x06" in content[-_TAIL:]:
        behind = _zip_kind(content, ending)  # a zip behind a prefix
        kind = kind if behind is FileKind.DAMAGED else behind
    if _SPLIT_NAME.search(name) and _may_be_part(content, kind):
        return FileKind.SPLIT
    return kind or (FileKind.WPS if ending == ".et" else FileKind.UNKNOWN)


def _may_be_part(content: bytes, kind: FileKind | None) -> bool:
    """Whether a file that is named as a part of an archive is no whole one."""
    if kind is FileKind.SEVEN_ZIP:
        offset, size = struct.unpack_from("<QQ", content.ljust(28), 12)
        return bool(32 + offset + size > len(content))
    return kind in (FileKind.RAR, FileKind.DAMAGED, FileKind.UNKNOWN, None)


def _kind_by_mark(content: bytes) -> FileKind | None:
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content.startswith(b"RIFF"):
        return _RIFF.get(content[8:12], FileKind.VIDEO)
    if content[4:8] == b"ftyp":
        return FileKind.IMAGE if content[8:12] in _PICTURE_BRANDS else FileKind.VIDEO
    if re.match(rb"-l[hz][0-9a-z]-", content[2:7]):
        return FileKind.LZH
    if content.startswith(b"BM") and b"\0" in content[6:10]:
        return FileKind.IMAGE
    if content.startswith(b"bplist00"):
        return FileKind.WEBARCHIVE if b"WebMainResource" in content else FileKind.UNKNOWN
    if content.startswith(b"\x30") and _PKCS7 in content[:64]:
        return FileKind.SMIME
    if content[257:262] == b"ustar":
        return FileKind.TAR
    return _kind_by_loose_mark(content)


def _kind_by_loose_mark(content: bytes) -> FileKind | None:
    if content.startswith(b"MZ") and b"\0" in content[:_START]:
        return FileKind.EXECUTABLE
    if b"%PDF-" in content[:1024]:
        return FileKind.PDF
    return FileKind.XLS if _BARE_XLS.match(content) else None


# --- OLE containers

_OLE_STREAMS: Final = (
    ("encryptedpackage", FileKind.ENCRYPTED),
    ("\x09drmcontent", FileKind.ENCRYPTED),
    ("workbook", FileKind.XLS),
    ("book", FileKind.XLS),
    ("__properties_version1.0", FileKind.MSG),
    ("worddocument", FileKind.DOCUMENT),
    ("powerpoint document", FileKind.DOCUMENT),
    ("visiodocument", FileKind.DOCUMENT),
    ("documenttext", FileKind.DOCUMENT),
    ("fileheader", FileKind.DOCUMENT),
)
_OLE_ENDINGS: Final = {".et": FileKind.WPS, ".msg": FileKind.MSG, ".doc": FileKind.DOCUMENT}


def _ole_kind(content: bytes, ending: str) -> FileKind:
    import olefile

    try:
        with olefile.OleFileIO(io.BytesIO(content)) as ole:
            streams = {entry[0].lower() for entry in ole.listdir(streams=True, storages=False)}
    except Exception:  # noqa: BLE001 - olefile raises all sorts on a damaged directory
        return FileKind.DAMAGED
    for stream, kind in _OLE_STREAMS:
        if stream in streams:
            return kind
    return _OLE_ENDINGS.get(ending, FileKind.UNKNOWN if streams else FileKind.DAMAGED)


# --- zip containers

# What the content types call the main part, whatever its name.
_MAIN_TYPES: Final = (
    (b"spreadsheetml.sheet.main", FileKind.XLSX),
    (b"spreadsheetml.template.main", FileKind.XLSX),
    (b"ms-excel.sheet.macroenabled.main", FileKind.XLSX),
    (b"ms-excel.template.macroenabled.main", FileKind.XLSX),
    (b"ms-excel.sheet.binary", FileKind.XLSB),
    (b"wordprocessingml", FileKind.DOCUMENT),
    (b"presentationml", FileKind.DOCUMENT),
    (b"visio", FileKind.DOCUMENT),
)
_MOST_PEEKED: Final = 65_536  # bytes of a package that are read to name it


def _zip_kind(content: bytes, ending: str) -> FileKind:
    if is_split_zip(content):
        return FileKind.SPLIT
    try:
        parts = {part.name.lower(): part for part in list_zip_entries(content)}
    except ZipDirectoryError:
        return FileKind.SPLIT if content.startswith(_SPLIT_ZIP) else FileKind.DAMAGED
    if any(part.encrypted for part in parts.values()):
        return FileKind.ZIP
    if "[content_types].xml" in parts or "xl/workbook.xml" in parts or "xl/workbook.bin" in parts:
        return _ooxml_kind(content, parts)
    if "content.xml" in parts or "mimetype" in parts or "encrypted-package" in parts:
        return _odf_kind(content, parts, ending)
    if _is_numbers(parts, ending):
        return FileKind.NUMBERS
    return FileKind.ZIP


def _ooxml_kind(content: bytes, parts: dict[str, ZipEntry]) -> FileKind:
    for main, kind in (("xl/workbook.xml", FileKind.XLSX), ("xl/workbook.bin", FileKind.XLSB)):
        if main in parts:
            return kind
    types = parts.get("[content_types].xml")
    text = peek_entry(content, types, _MOST_PEEKED).replace(b"\0", b"").lower() if types else b""
    for mark, kind in _MAIN_TYPES:
        if mark in text:
            return kind
    if any("worksheets/" in name and name.endswith(".xml") for name in parts):
        return FileKind.XLSX
    documents = ("word/", "ppt/", "visio/")
    return FileKind.DOCUMENT if any(name.startswith(documents) for name in parts) else FileKind.ZIP


def _odf_kind(content: bytes, parts: dict[str, ZipEntry], ending: str) -> FileKind:
    """Detect by the mimetype, or where a writer leaves it out, by the content."""
    tellers: tuple[tuple[str, bytes], ...] = (
        ("mimetype", b"opendocument.spreadsheet"),
        ("meta-inf/manifest.xml", b"opendocument.spreadsheet"),
        ("content.xml", b"<office:spreadsheet"),
    )
    for name, mark in tellers:
        if name in parts and mark in peek_entry(content, parts[name], _MOST_PEEKED):
            return FileKind.ODS
    is_odf = "mimetype" in parts or "meta-inf/manifest.xml" in parts
    if ending == ".ods" and not is_odf:
        return FileKind.ODS
    return FileKind.OPENDOCUMENT if is_odf else FileKind.ZIP


def _is_numbers(parts: dict[str, ZipEntry], ending: str) -> bool:
    iwa = any(name.startswith("index/") and name.endswith(".iwa") for name in parts)
    return iwa or "index.zip" in parts or ending == ".numbers"


# --- text

_HTML: Final = re.compile(
    r"\s*(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body|meta|table|style)\b",
    re.IGNORECASE | re.DOTALL,
)
_XML_SHEET: Final = re.compile(
    r"progid=.Excel\.Sheet|urn:schemas-microsoft-com:office:spreadsheet[\"'](?!.*<html)", re.DOTALL
)
# What stands before some mails; Apple Mail writes the length there.
_BEFORE_MAIL: Final = re.compile(
    r"\A(?:\xef\xbb\xbf|\ufeff)?(?:[ \t]*\r?\n)*(?:(?P<length>\d{1,9})[ \t]*\r?\n)?"
)
_HEADER: Final = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}):[ \t\r\n]")
_MAIL_HEADERS: Final = {
    "from", "to", "subject", "date", "received", "mime-version", "content-type", "message-id",
    "return-path", "delivered-to", "reply-to", "cc",
}  # fmt: skip


def _kind_by_text(content: bytes, ending: str) -> FileKind | None:
    """Detect the kind of a text; None where the content is no text."""
    text = _start_of_text(content)
    if text is None:
        return None
    tests: tuple[tuple[FileKind, Callable[[str], object]], ...] = (
        (FileKind.XML_SHEET, _XML_SHEET.search),
        (FileKind.HTML, _HTML.match),
        (FileKind.OPENDOCUMENT, lambda start: "<office:document" in start),
        (FileKind.SHORTCUT, lambda start: ending in _SHORTCUT_NAMES or _is_shortcut(start)),
        (FileKind.IMAGE, lambda start: "<svg" in start and "<html" not in start),
        (FileKind.WEBARCHIVE, lambda start: _is_saved_page(start, ending)),
        (FileKind.MBOX, lambda start: _is_mail(start, ending) and is_mbox(content)),
        (FileKind.EML, lambda start: _is_mail(start, ending)),
        (FileKind.SMIME, lambda start: start.startswith("-----BEGIN PKCS7")),
    )
    return next((kind for kind, test in tests if test(text)), FileKind.TEXT)


def _start_of_text(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content[:_START].decode("utf-16", "replace")
    start = content[:_START].removeprefix(b"\xef\xbb\xbf")
    return None if b"\0" in start else start.decode("latin-1")


def _is_shortcut(start: str) -> bool:
    return start.lstrip().startswith(("[InternetShortcut]", "[Desktop Entry]"))


def _is_saved_page(start: str, ending: str) -> bool:
    if ending in (".mht", ".mhtml"):
        return "mime-version" in start.lower()
    marks = ("snapshot-content-location:", "produced by microsoft mhtml", "<saved by ")
    return "mime-version:" in start.lower() and any(mark in start.lower() for mark in marks)


def _is_mail(start: str, ending: str) -> bool:
    """Whether it starts with two headers of mails; with one if its name says so or parts follow."""
    lines = _BEFORE_MAIL.sub("", start).splitlines()
    if lines and lines[0].startswith("From "):
        lines = lines[1:]
    known: set[str] = set()
    for line in lines:
        if line[:1] in (" ", "\t") and known:
            continue
        header = _HEADER.match(line + "\n")
        if not header:
            break
        known.add(header[1].lower())
    sure = ending in (".eml", ".emlx") or "content-type: multipart/" in start.lower()
    return len(known & _MAIL_HEADERS) >= (1 if sure else 2)


# The line before each later mail of an mbox, and a header, lest it is a sentence.
_MBOX_LINE: Final = re.compile(
    rb"\n\r?\nFrom [^\r\n]{0,200}\d[^\r\n]{0,50}\r?\n(?=[!-9;-~]{1,76}:)"
)


def trim_mail(content: bytes) -> bytes:
    """Cut off what programs leave around a mail: a mark of the encoding, empty lines, and the
    length that Apple Mail writes before it with the list that follows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        content = content.decode("utf-16", "replace").encode()
    before = _BEFORE_MAIL.match(content[:_START].decode("latin-1"))
    start = before.end() if before else 0
    length = int(before["length"] or 0) if before else 0
    return content[start : start + length] if length else content[start:]


def is_mbox(content: bytes) -> bool:
    """Whether there are several mails."""
    return len(split_mbox(content)) > 1


def split_mbox(content: bytes) -> list[bytes]:
    """Split an mbox into its mails."""
    content = trim_mail(content)
    if not content.startswith(b"From "):
        return [content]
    later = list(_MBOX_LINE.finditer(content))
    starts = [content.find(b"\n") + 1, *(line.end() for line in later)]
    ends = [*(line.start() for line in later), len(content)]
    return [content[start:end] for start, end in zip(starts, ends, strict=True)]
