"""Computes file names: readable, safe on every system, the same for the same return."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from pathlib import PurePosixPath
from typing import Final

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient
from sheet_diag.text.wording import Wording, word_catalog

_MAX_CHARS: Final = 80
_MAX_BYTES: Final = 200
_MAX_TOTAL_BYTES: Final = 240
_EDGES: Final = " \u3000._~$"
_FORBIDDEN = re.compile(
    r'[<>:"/\\|?*#%\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff]'
)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\..*)?$", re.IGNORECASE)


def report_number(as_of: date, sha256: str) -> str:
    """Compute the number of a report: `SD-20261123-0dd95d12`.

    The date and the start of the return's SHA-256.
    """
    return f"SD-{as_of:%Y%m%d}-{sha256[:8]}"


def result_name(client: str, number: str) -> str:
    """Compute the name of a report: `株式会社見本_SD-20261123-0dd95d12.xlsx`.

    The number alone where nothing is left of the client's name.
    """
    name = safe_name(client)
    return f"{name}_{number}.xlsx" if name else f"{number}.xlsx"


def pdf_name(result: str) -> str:
    """Compute the name of the PDF of a report: `pdf/株式会社見本_SD-20261123-0dd95d12.pdf`."""
    return f"pdf/{PurePosixPath(result).stem}.pdf"


def correction_name(client: str, number: str, lang: Lang) -> str:
    """Compute the name of a correction: `株式会社見本_修正のお願い_SD-20261123-0dd95d12.xlsx`."""
    return result_name(client, f"{Wording(lang)('sheet.correction.file')}_{number}")


def issued_name(client: ListedClient, catalog: Catalog) -> str:
    """Compute the name of an issued sheet: `ヒアリングシート_株式会社見本_C-001.xlsx`.

    Unique in a client list, since it ends with the id.
    """
    say = word_catalog(catalog, client.lang)
    sheet, id_ = say("sheet.name.questions"), safe_name(client.id)
    others = len(f"{sheet}__{id_}.xlsx".encode())
    name = _cut(safe_name(client.company), _MAX_TOTAL_BYTES - others).strip(_EDGES)
    return "_".join(filter(None, (sheet, name, id_))) + ".xlsx"


def safe_name(text: str) -> str:
    """Make a text part of a file name.

    NFC, without separators, control or bidi marks, not too long.
    """
    whole = text.encode("utf-8", "ignore").decode("utf-8")
    plain = unicodedata.normalize("NFC", " ".join(_FORBIDDEN.sub("_", whole).split()))
    name = _cut(plain).strip(_EDGES)
    return f"_{name}" if _RESERVED.match(name) else name


def _cut(name: str, most: int = _MAX_BYTES) -> str:
    """Cut a name to 80 characters, and to few enough bytes for every file system (255)."""
    kept = name[:_MAX_CHARS]
    while len(kept.encode("utf-8")) > most:
        kept = kept[:-1]
    return kept
