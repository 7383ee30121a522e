"""Rows in YAML: a folder with one list of flat records a sheet, questions one file a category.

A key is the English heading in small letters, a value a cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any, Final

import yaml

from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFault, BookFaultCode, FaultKind
from sheet_diag.catalog.headings import RANK, SheetForm, load_sheet_forms
from sheet_diag.catalog.raw_tree import NotYamlError, read_yaml
from sheet_diag.catalog.rows import Cells, Place, Row, SheetRows, Table, Tables
from sheet_diag.model.basics import Lang
from sheet_diag.text.normalize import fold_text, tidy_text

_SUFFIX: Final = ".yaml"
_MOST_BYTES: Final = 4 * 1024 * 1024
_LANGUAGES: Final = (" (english)", " (japanese)")
_NUMBERED: Final = "questions"


def is_rows_folder(folder: Traversable) -> bool:
    """Whether a folder holds rows: it has questions of its own."""
    return (folder / f"{_NUMBERED}{_SUFFIX}").is_file() or (folder / _NUMBERED).is_dir()


def read_rows(folder: Traversable) -> tuple[Tables, tuple[BookFault, ...]]:
    """Read the rows of a folder, and tell what is no row."""
    reader = _FolderReader(folder)
    return reader.read(), tuple(reader.faults)


class _FolderReader:
    def __init__(self, folder: Traversable) -> None:
        self.faults: list[BookFault] = []
        self._folder = folder
        self._forms = {_file_name(form.key): form for form in load_sheet_forms().values()}

    def read(self) -> Tables:
        """Read every file of a sheet; the others are told."""
        tables: dict[str, Table] = {}
        for each in sorted(self._folder.iterdir(), key=lambda each: each.name):
            name = each.name.removesuffix(_SUFFIX)
            form = self._forms.get(name)
            if each.is_dir() and name == _NUMBERED:
                files = sorted(each.iterdir(), key=lambda file: file.name)
                tables[name] = self._read_files(self._forms[name], files, f"{name}/")
            elif form is not None and each.name.endswith(_SUFFIX):
                tables[form.key] = self._read_files(form, [each], "")
            elif each.name.endswith(_SUFFIX):
                near = find_nearest(name, self._forms)
                kind = FaultKind.ERROR if near else FaultKind.WARNING
                says = "book.fault.SHEET_UNKNOWN.near" if near else ""
                self.faults.append(
                    BookFault(
                        BookFaultCode.SHEET_UNKNOWN, Place(each.name), each.name, None, near,
                        kind, says,
                    )
                )  # fmt: skip
        return {key: tables[key] for key in load_sheet_forms() if key in tables}

    def _read_files(self, form: SheetForm, files: list[Traversable], start: str) -> Table:
        columns: dict[str, None] = {}
        rows = [row for file in files for row in self._read_file(form, file, start, columns)]
        source = start.rstrip("/") or files[0].name
        head = Row(form.key, source, "", {})
        return Table(form.key, source, Lang.EN, tuple(columns), tuple(rows), head)

    def _read_file(
        self, form: SheetForm, file: Traversable, start: str, columns: dict[str, None]
    ) -> Iterator[Row]:
        name = start + file.name
        try:
            with file.open("rb") as opened:
                records = read_yaml(opened.read(_MOST_BYTES))
        except (OSError, NotYamlError) as error:
            self._tell(BookFaultCode.NOT_ROWS, Place(name), str(error))
            return
        for place, record in enumerate(records if isinstance(records, list) else [records], 1):
            if not isinstance(record, dict):
                self._tell(BookFaultCode.NOT_ROWS, Place(name, str(place)), str(record)[:40])
                continue
            label = self._label(form, record, place)
            cells = dict(self._read_cells(form, record, Place(name, label), columns))
            yield Row(form.key, name, label, cells)

    def _read_cells(
        self, form: SheetForm, record: Mapping[Any, Any], place: Place, columns: dict[str, None]
    ) -> Iterator[tuple[str, str]]:
        for name, value in record.items():
            key = _find_key(form, str(name))
            here = Place(place.sheet, f"{place.cell}, {name}")
            if key is None:
                known = [each.key for each in form.columns if each.of is None]
                near = find_nearest(str(name), known)
                self._tell(BookFaultCode.HEADING_UNKNOWN, here, str(name), near=near)
            elif isinstance(value, dict | list):
                self._tell(BookFaultCode.NOT_ROWS, here, str(value)[:40])
            else:
                columns[key] = None
                if text := _write_cell(value):
                    yield key, text

    def _label(self, form: SheetForm, record: Mapping[Any, Any], place: int) -> str:
        first = "no." if form.key == "questions" else form.columns[0].key
        return str(record.get(first) or place)

    def _tell(self, code: BookFaultCode, place: Place, stands: str, *, near: str = "") -> None:
        says = "book.fault.HEADING_UNKNOWN.key" if code is BookFaultCode.HEADING_UNKNOWN else ""
        self.faults.append(BookFault(code, place, stands, near=near, says=says))


def _find_key(form: SheetForm, name: str) -> str | None:
    plain = name.strip()
    if plain.casefold().startswith(RANK) and any(each.of == "rank" for each in form.columns):
        return RANK + plain[len(RANK) :]
    for suffix in _LANGUAGES:
        if plain.casefold().endswith(suffix):
            key = form.find_column(plain[: -len(suffix)], Lang.EN)
            return key + suffix if key and form.heading_of(key).second else None
    return form.find_column(plain, Lang.EN)


def _write_cell(value: Any) -> str:
    if value is None:
        return ""
    return str(value).upper() if isinstance(value, bool) else tidy_text(str(value))


# --- writing


def write_rows(sheets: SheetRows) -> Mapping[str, bytes]:
    """Write rows as the files of a folder, by their names in it."""
    files: dict[str, bytes] = {}
    for key, form in load_sheet_forms().items():
        rows = [_in_order(row, form) for row in sheets.get(key, ())]
        if not rows:
            continue
        if key != _NUMBERED:
            files[_file_name(key) + _SUFFIX] = _dump(rows)
            continue
        for place, (name, own) in enumerate(_group(rows).items(), 1):
            files[f"{key}/{place:02}-{_safe_name(name)}{_SUFFIX}"] = _dump(own)
    return files


def list_rows(tables: Tables) -> SheetRows:
    """List the cells of tables; a column that tells something by being there is kept."""
    forms = load_sheet_forms()
    found: dict[str, list[Cells]] = {}
    for key in forms:
        table = tables.get(key)
        if table is None or not table.rows:
            continue
        rows: list[Cells] = [_in_order(row.cells, forms[key]) for row in table.rows]
        for column in forms[key].columns:
            told = column.telling and column.key in table.columns
            if told and not any(column.key in row for row in rows):
                rows[0] = {**rows[0], column.key: ""}
        found[key] = rows
    return found


def _in_order(cells: Cells, form: SheetForm) -> dict[str, str]:
    order = [each.key for each in form.columns]
    return dict(sorted(cells.items(), key=lambda each: order.index(form.heading_of(each[0]).key)))


def _group(rows: Any) -> dict[str, list[Cells]]:
    found: dict[str, list[Cells]] = {}
    for row in rows:
        found.setdefault(row.get("category", ""), []).append(row)
    return found


def _file_name(key: str) -> str:
    return key.replace(" ", "-")


def _safe_name(name: str) -> str:
    """Write a category as a part of a file's name."""
    kept = "".join(char if char.isalnum() else "-" for char in fold_text(name))
    return kept.strip("-")[:40] or "questions"


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as blocks."""


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _represent_text)


def _dump(rows: Any) -> bytes:
    records = [{key: text or None for key, text in row.items()} for row in rows]
    text = yaml.dump(
        records, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=10_000,
        default_flow_style=False,
    )  # fmt: skip
    return str(text).encode()
