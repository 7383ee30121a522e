"""Rows of the sheet 版の対応 for the workbook of a new version, to be checked by its author."""

from __future__ import annotations

from typing import Final

from sheet_diag.catalog.differences import propose_rows
from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.catalog.rows import Cells, SheetRows
from sheet_diag.model.basics import Lang
from sheet_diag.model.versions import VersionMap

_VERSIONS: Final = "versions"
_PREVIOUS: Final = "previous version"


def list_version_rows(
    versions: VersionMap, version: str, lang: Lang, remark: str
) -> tuple[Cells, ...]:
    """Write the rows that are proposed; `remark` stands where a person must decide."""
    words = load_sheet_forms()[_VERSIONS].by_key["relation"].words
    return tuple(
        {
            **({"old no.": row.old} if row.old else {}),
            "relation": words[row.relation.value][lang],
            **({"new no.": row.new} if row.new else {}),
            **({"remarks": remark} if is_open else {}),
        }
        for row, is_open in propose_rows(versions, version)
    )


def add_version_rows(
    sheets: SheetRows, rows: tuple[Cells, ...], version: str, lang: Lang
) -> SheetRows:
    """Add rows to what a workbook holds, and the version that they are about."""
    heading = next(e for e in load_sheet_forms()["settings"].entries if e.key == _PREVIOUS)
    names = {heading[each] for each in Lang}
    own = [row for row in sheets.get("settings", ()) if row.get("item") not in names]
    settings = [*own, {"item": heading[lang], "value": version}]
    return {**sheets, "settings": settings, _VERSIONS: (*sheets.get(_VERSIONS, ()), *rows)}
