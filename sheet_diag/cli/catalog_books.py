"""What the commands of `catalog` do, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from pathlib import Path

import typer

from sheet_diag.catalog.builder.build import BuiltCatalog, build_catalog
from sheet_diag.catalog.faults import (
    BookError,
    BookFault,
    FaultKind,
    describe_faults,
    list_errors,
)
from sheet_diag.catalog.headings import load_sheet_forms
from sheet_diag.catalog.raw_tree import read_yaml
from sheet_diag.catalog.rows import SheetRows, Tables, is_workbook
from sheet_diag.catalog.yaml_rows import is_rows_folder, list_rows, read_rows, write_rows
from sheet_diag.cli.errors import fail
from sheet_diag.forms.catalog_workbook import make_catalog_workbook
from sheet_diag.intake.catalog_marks import mark_book
from sheet_diag.intake.catalog_workbook import ReadBook, read_book
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.text.wording import Wording


def write_new_book(
    target: Path,
    source: Path | None,
    reading: IntakeSettings,
    say: Wording,
    *,
    empty: bool,
    chosen: bool,
) -> None:
    """Write a workbook: the example, headings alone, or what another catalogue holds.

    `chosen` says that the language was typed, and does not follow the source.
    """
    if target.exists():
        fail(say("book.new.exists", path=target), say)
    lang = say.lang
    if empty:
        rows: SheetRows = dict.fromkeys(load_sheet_forms(), ())
    elif source is None:
        rows = complete_settings(load_example(lang), lang)
    else:
        rows, lang = read_source(source, reading, say, chosen=chosen)
        rows = complete_settings(rows, lang)
    write_book(target, make_catalog_workbook(rows, lang, target.stem))
    typer.echo(say("book.new.done", path=target))
    typer.echo(say("book.new.next", path=target))


def load_example(lang: Lang) -> SheetRows:
    """Load the example that a new workbook holds."""
    data = resources.files("sheet_diag.catalog") / "data" / "example" / f"{lang.value}.yaml"
    rows: SheetRows = read_yaml(data.read_bytes())
    return rows


def complete_settings(rows: SheetRows, lang: Lang) -> SheetRows:
    """Add the settings that are not there, so that nobody need know their names."""
    form = load_sheet_forms()["settings"]
    own = list(rows.get("settings", ()))
    there = {form.find_entry(row.get("item", "")) for row in own}
    missing = [{"item": each[lang]} for each in form.entries if each.key not in there]
    return {**rows, "settings": [*own, *missing]}


def read_source(
    source: Path, reading: IntakeSettings, say: Wording, *, chosen: bool
) -> tuple[SheetRows, Lang]:
    """Read the rows of a workbook, of a folder of rows, or of a catalogue of the former kind."""
    if is_workbook(source) and source.is_file():
        book = read_book(source, reading)
        _require_rows(book.name, book.tables, book.faults)
        return list_rows(book.tables), book.tables["questions"].lang
    if source.is_dir() and is_rows_folder(source):
        tables, faults = read_rows(source)
        _require_rows(source.name, tables, faults)
        return list_rows(tables), _find_language(tables, say.lang)
    from sheet_diag.catalog.describe import describe_catalog
    from sheet_diag.catalog.load import find_built_in_version, load_catalog

    catalog = load_catalog(source)
    lang = say.lang if chosen else Lang.JA
    described = describe_catalog(catalog, lang)
    if find_built_in_version(source) is None:
        typer.echo(say("book.new.former", path=source), err=True)
    for key, count in described.left_out.items():
        typer.echo(
            say("book.new.left_out", what=say(f"book.left_out.{key}"), count=count), err=True
        )
    return described.rows, lang


def _find_language(tables: Tables, usual: Lang) -> Lang:
    """Find the language of rows by the words of their settings."""
    form = load_sheet_forms()["settings"]
    for row in tables["settings"].rows if "settings" in tables else ():
        for lang in Lang:
            if any(
                row.cells.get("item") == each[lang] != each[_other(lang)] for each in form.entries
            ):
                return lang
    return usual


def _other(lang: Lang) -> Lang:
    return Lang.EN if lang is Lang.JA else Lang.JA


def _require_rows(name: str, tables: Tables, faults: Sequence[BookFault]) -> None:
    """Refuse rows that were not all read. Raises `BookError`."""
    if list_errors(faults) or "questions" not in tables:
        raise BookError(name, faults)


def check_book(path: Path, reading: IntakeSettings, say: Wording) -> bool:
    """Tell what is wrong with a catalogue and what was read; whether it can be used."""
    if path.is_dir() and is_rows_folder(path):
        tables, faults = read_rows(path)
        built = build_catalog(tables, path.name, faults)
        _show_check(path.name, built, say)
        return built.catalog is not None
    if not path.is_file():
        fail(say("book.missing", path=path), say)
    book = read_book(path, reading)
    built = build_catalog(book.tables, book.name, book.faults)
    _show_check(book.name, built, say)
    _write_marked(path, book, built, say)
    return built.catalog is not None


def _show_check(name: str, built: BuiltCatalog, say: Wording) -> None:
    errors = list_errors(built.faults)
    warnings = [each for each in built.faults if each.kind is FaultKind.WARNING]
    notes = [each for each in built.faults if each.kind is FaultKind.NOTE]
    if errors:
        _show(say("book.refused", name=name, count=len(errors)), errors, say)
    else:
        typer.echo(say("book.usable", name=name))
    if warnings:
        _show(say("book.warnings", count=len(warnings)), warnings, say)
    if built.counts:
        typer.echo(say("book.read", **built.counts))
    if notes:
        _show(say("book.notes"), notes, say)


def _show(head: str, faults: Sequence[BookFault], say: Wording) -> None:
    typer.echo("\n".join([head, *describe_faults(faults, say)]))


def _write_marked(path: Path, book: ReadBook, built: BuiltCatalog, say: Wording) -> None:
    """Write the marked copy beside the workbook, under a name that is free."""
    if not any(fault.kind is not FaultKind.NOTE for fault in built.faults):
        return
    target = find_free(path, say("book.marked.suffix"))
    write_book(target, mark_book(book, built.faults, say))
    typer.echo(say("book.marked.done", path=target))


def find_free(path: Path, suffix: str) -> Path:
    """Find a free name for the marked copy; one that is there may have been worked in."""
    stem = path.stem.split(suffix)[0] or path.stem
    target, number = path.with_name(f"{stem}{suffix}.xlsx"), 1
    while target.exists():
        number += 1
        target = path.with_name(f"{stem}{suffix}{number}.xlsx")
    return target


def export_book(path: Path, folder: Path, reading: IntakeSettings, say: Wording) -> None:
    """Write the rows of a workbook as text; nothing that is there is replaced."""
    if folder.exists() and any(folder.iterdir()):
        fail(say("book.export.exists", path=folder), say)
    book = read_book(path, reading)
    built = build_catalog(book.tables, book.name, book.faults)
    if built.catalog is None:
        raise BookError(book.name, built.faults)
    files = write_rows(list_rows(book.tables))
    for name, content in files.items():
        write_book(folder / name, content)
    typer.echo(say("book.export.done", path=folder, count=len(files)))


def write_book(path: Path, content: bytes) -> None:
    """Write a file, and the folders around it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
