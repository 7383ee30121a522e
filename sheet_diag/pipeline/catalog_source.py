"""Loads a catalogue wherever it stands: a workbook, a folder, or a built-in one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sheet_diag.catalog.load import load_catalog
from sheet_diag.catalog.rows import is_workbook
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import IntakeSettings


def load_catalog_source(
    source: Path | None, reading: Callable[[], IntakeSettings] = IntakeSettings
) -> Catalog:
    """Load the catalogue of a workbook, or of whatever else `load_catalog` takes.

    `reading` gives the settings with which a workbook is opened. Raises `BookError`,
    `UnreadableBookError`, and as `load_catalog`.
    """
    if source is None or not is_workbook(source):
        return load_catalog(source)
    from sheet_diag.catalog.builder.build import build_catalog, require_catalog
    from sheet_diag.intake.catalog_workbook import read_book

    book = read_book(source, reading())
    return require_catalog(build_catalog(book.tables, book.name, book.faults), book.name)
