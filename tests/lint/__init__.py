"""What Excel repairs, drops or refuses in a workbook, and the Open XML SDK does not see.

For workbooks that we write: every finding is one line, `rule: place: what is there`; a sound
workbook gives none. Schema, styles and content types are left to the SDK (`test_validator`).
"""

from __future__ import annotations

from collections.abc import Iterator

from tests.lint.names import bad_defined_names, bad_sheet_names, bad_table_names
from tests.lint.notes import bad_anchors, bad_notes
from tests.lint.package import Package, Page, bad_package
from tests.lint.places import bad_formulas, bad_links, bad_validations
from tests.lint.sheets import bad_areas, bad_cells, bad_margins, bad_tables, bad_texts


def lint(content: bytes) -> list[str]:
    """Everything wrong in an .xlsx, one line each; a part that is not well-formed raises."""
    package = Package(content)
    return [
        *bad_package(package),
        *bad_sheet_names(package),
        *bad_defined_names(package),
        *bad_table_names(package),
        *bad_texts(package),
        *(line for page in package.pages for line in _bad_page(package, page)),
    ]


def _bad_page(package: Package, page: Page) -> Iterator[str]:
    yield from bad_cells(package, page)
    yield from bad_areas(page)
    yield from bad_tables(package, page)
    yield from bad_margins(page)
    yield from bad_formulas(package, page)
    yield from bad_validations(package, page)
    yield from bad_links(package, page)
    yield from bad_notes(package, page)
    yield from bad_anchors(package, page)
