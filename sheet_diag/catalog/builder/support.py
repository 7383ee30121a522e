"""What a workbook may ask for and the engine cannot do yet: told at its cell, never ignored."""

from __future__ import annotations

from typing import Final, get_args

from sheet_diag.catalog.builder.cells import CellReader
from sheet_diag.catalog.builder.settings import SettingsReader
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.model.basics import Named
from sheet_diag.model.catalog import MailTexts
from sheet_diag.model.mail_kinds import MailKind

_SETTINGS: Final[dict[str, tuple[str, ...]]] = {
    # The values that do what is done anyway.
    "chart": ("auto",),
}
_TEXTS: Final = (
    "opening of key questions", "opening of advice:", "sheet title", "sheet purpose",
    *(f"name of {named}" for named in get_args(Named)),
    *(f"{part}: {kind}" for part in MailTexts.model_fields for kind in MailKind),
)  # fmt: skip


def check_support(cells: CellReader, settings: SettingsReader) -> None:
    """Tell every cell that asks for what the engine cannot do."""
    for key, values in _SETTINGS.items():
        said = settings.row(key)
        if said is None or cells.is_blank(said, "value") or cells.is_broken(said, "value"):
            continue
        found = settings.word(key)
        if found is not None and found not in values:
            cells.tell(BookFaultCode.NOT_SUPPORTED, said, "value")
    _check_texts(cells)


def _check_texts(cells: CellReader) -> None:
    for row in cells.rows("texts"):
        form = load_sheet_forms()["texts"]
        key = form.find_entry(row.cells.get("place", ""))
        heading = form.heading_of(key) if key else None
        known = heading is None or heading.labels or heading.key in _TEXTS
        if not known and not cells.is_blank(row, "text") and not cells.is_broken(row, "place"):
            cells.tell(BookFaultCode.NOT_SUPPORTED, row, "place")
