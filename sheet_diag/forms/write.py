"""Catalogue -> hearing sheet: blank, with entries in place, or to be corrected.

Knows what a client sees and may change. `sheet_diag.intake` reads it again; both agree through
`sheet_diag.forms.layout` alone.
"""

from __future__ import annotations

from sheet_diag.forms.correction.workbook import correction_sheet, points_to_correct
from sheet_diag.forms.hearing_sheet.content import Entries, SheetContent
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_workbook
from sheet_diag.forms.issue import FormerAnswers, SheetOrder, issue_sheets
from sheet_diag.forms.overrides import overrides_workbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import SheetIdentity
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import Wording

__all__ = [
    "Entries",
    "FormerAnswers",
    "SheetOrder",
    "correction_sheet",
    "issue_sheets",
    "make_hearing_sheet",
    "overrides_workbook",
    "points_to_correct",
]

_BLANK = Entries()


def make_hearing_sheet(
    catalog: Catalog, lang: Lang, issuer: Issuer, entries: Entries = _BLANK, client: str = ""
) -> bytes:
    """Make the workbook to be mailed. The same arguments give the same bytes."""
    identity = SheetIdentity(catalog.id, catalog.version, client or None)
    return make_hearing_workbook(SheetContent(catalog, Wording(lang), issuer, entries, identity))
