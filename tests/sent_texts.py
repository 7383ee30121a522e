"""Keep the texts of the sheets that go out, by which returns of every version are understood.

`python -m tests.sent_texts` adds those of this version to the file of the version; a text that was
sent once stays.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from sheet_diag.catalog.load import BUILT_IN, load_catalog
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import IntakeSettings, Issuer
from sheet_diag.text.wording import Wording

FOLDER: Final = Path("sheet_diag/catalog/data") / BUILT_IN / "sent"
_FIRST_SHEETS: Final = 3  # cover, company, questions; the others are hidden


def list_blank_texts(catalog: Catalog) -> set[str]:
    """The texts of the cells of the sheet, blank or issued, in both languages, a line each."""
    reading, texts = IntakeSettings(), set()
    for lang in Lang:
        blank = make_hearing_sheet(catalog, lang, Issuer())
        book = read_workbook(open_workbook_bytes(blank, "blank.xlsx", reading), reading.limits)
        cells = (text for grid in book.grids[:_FIRST_SHEETS] for row in grid.rows for text in row)
        texts |= {line for text in cells for line in text.splitlines() if not line.isdigit()}
        texts |= {Wording(lang)("sheet.profile.lead.listed")}
    return texts - {""}


def main() -> None:
    catalog = load_catalog()
    file = FOLDER / f"{catalog.version}.json"
    known = set(json.loads(file.read_text("utf-8"))) if file.exists() else set()
    texts = sorted(known | list_blank_texts(catalog))
    FOLDER.mkdir(exist_ok=True)
    file.write_text(json.dumps(texts, ensure_ascii=False, indent=0) + "\n", "utf-8")


if __name__ == "__main__":
    main()
