"""設問カタログ: loads what is asked, how it counts and what reports say, and refuses faults.

A catalogue is a folder with a `catalog.yaml` (or such a file by itself). Wherever `profile`,
`report`, `standards`, the `items` of a category or the `requirements` of a standard is a string, it
names a file beside it. The built-in one has several versions in one folder, each a file by its
version.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sheet_diag.catalog import raw_tree as tree
from sheet_diag.catalog.conditions import read_conditions
from sheet_diag.catalog.consistency import check_consistency
from sheet_diag.catalog.errors import (
    CatalogError,
    CatalogFault,
    CatalogFaultCode,
    CatalogPath,
    LocatedCatalogFault,
    find_nearest,
)
from sheet_diag.catalog.flat_rows import FLAT_NAMES, find_flat_path, nest_item
from sheet_diag.catalog.yaml_rows import is_rows_folder, read_rows
from sheet_diag.model import catalog, damage, rules, standards
from sheet_diag.model.basics import UserError
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.record import Record
from sheet_diag.text.glosses import explain_questions

BUILT_IN = "jis-q-27002"
DEFAULT_VERSION = "2026.2"
_TOP = "catalog.yaml"
_MOST_FILES = 100
_MOST_BYTES = 1024 * 1024  # of one file; ours have a fifth of it in all


class UnknownVersionError(UserError):
    """A version that the built-in catalogue does not have; the sentence names those it has."""


def load_catalog(source: Path | None = None) -> Catalog:
    """Load the catalogue of a folder or its `catalog.yaml`, or a built-in one.

    `source` may also be `NAME` or `NAME@VERSION` of a built-in one, where nothing else is called
    so; None is the newest. Raises `CatalogError` with every fault found, each with its file and
    path, and `UnknownVersionError`.
    """
    version = DEFAULT_VERSION if source is None else find_built_in_version(source)
    if version:
        files = _CatalogFiles(_built_in_folder(), f"{version}.yaml")
    elif source is not None and source.is_dir() and is_rows_folder(source):
        return _load_rows(source)
    elif source is None or source.is_dir():
        files = _CatalogFiles(source or Path(), _TOP)
    else:
        files = _CatalogFiles(source.parent, source.name)
    catalog, found = _validate_files(files)
    if found or catalog is None:
        raise CatalogError(files.located(fault) for fault in dict.fromkeys(found))
    return explain_questions(catalog)


def _load_rows(folder: Path) -> Catalog:
    """Load a catalogue of rows. Raises `BookError`."""
    from sheet_diag.catalog.builder.build import build_catalog, require_catalog

    tables, faults = read_rows(folder)
    return require_catalog(build_catalog(tables, folder.name, faults), folder.name)


def find_built_in_version(source: Path) -> str | None:
    """Find which version of the built-in catalogue is meant; None: it is a path.

    Raises `UnknownVersionError`.
    """
    name, at, version = str(source).partition("@")
    if name != BUILT_IN or source.exists():
        return None
    known = list_built_in_versions()
    if at and version not in known:
        raise UnknownVersionError(
            "cli.error.catalog.version", value=version, name=name, known=", ".join(known)
        )
    return version or DEFAULT_VERSION


@lru_cache(maxsize=4)
def load_built_in_version(version: str) -> Catalog:
    """Load a version of the built-in catalogue, once in a process."""
    return load_catalog(Path(f"{BUILT_IN}@{version}"))


def list_built_in_versions() -> tuple[str, ...]:
    """List the versions of the built-in catalogue, the oldest first."""
    names = {each.name for each in _built_in_folder().iterdir()}
    return tuple(sorted(name for name in names if f"{name}.yaml" in names))


def load_sent_texts(catalog: Catalog) -> tuple[str, ...]:
    """Load the texts of the blank sheets of every version of a built-in catalogue."""
    folder = _built_in_folder() / "sent"
    if catalog.id != BUILT_IN or not folder.is_dir():
        return ()
    files = sorted(folder.iterdir(), key=lambda each: each.name)
    return tuple(text for each in files for text in json.loads(each.read_text("utf-8")))


def _built_in_folder() -> Traversable:
    return resources.files("sheet_diag.catalog") / "data" / BUILT_IN


def _validate_files(source: _CatalogFiles) -> tuple[Catalog | None, tuple[CatalogFault, ...]]:
    if not isinstance(source.raw, dict):
        return None, source.faults or (CatalogFault((), CatalogFaultCode.WRONG_TYPE),)
    reserved = CatalogFault(("sha256",), CatalogFaultCode.UNKNOWN_NAME, "sha256")
    faults = [reserved] if "sha256" in source.raw else []
    of_conditions = read_conditions(source.raw)
    catalog, of_shape = validate_shape({**source.raw, "sha256": source.sha256()})
    for fault in (*of_conditions, *of_shape, *check_consistency(source.raw)):
        if not source.is_broken(fault.path):
            faults.append(fault)
    return catalog, (*source.faults, *faults)


class _CatalogFiles:
    """The files of one catalogue: their joined content, and the file of each part."""

    def __init__(self, folder: Traversable, top: str) -> None:
        self._folder = folder
        self._files: dict[CatalogPath, str] = {(): top}
        self._contents: dict[str, bytes] = {}
        self._rows: dict[CatalogPath, Any] = {}  # the items as they stand in the file
        self.faults: tuple[CatalogFault, ...] = ()
        self.raw: Any = self._read((), top)
        if isinstance(self.raw, dict):
            self._join()

    def sha256(self) -> str:
        """Digest names and contents of the files; line ends do not count."""
        digest = hashlib.sha256()
        for name, content in sorted(self._contents.items()):
            digest.update(name.encode() + b"\0" + content.replace(b"\r\n", b"\n") + b"\0")
        return digest.hexdigest()

    def is_broken(self, path: CatalogPath) -> bool:
        """Whether a path lies in a file that could not be read, which has its own fault."""
        return any(path[: len(fault.path)] == fault.path for fault in self.faults)

    def located(self, fault: CatalogFault) -> LocatedCatalogFault:
        """Find the file of a fault, and the path inside it with ids for positions."""
        start = max(
            (prefix for prefix in self._files if fault.path[: len(prefix)] == prefix), key=len
        )
        labels, node, path = [], self.raw, self._as_written(fault.path)
        for end, part in enumerate(path, 1):
            labels.append(tree.label(node, part))
            node = self._rows.get(path[:end], tree.child(node, part))
        return LocatedCatalogFault(self._files[start], ".".join(labels[len(start) :]), fault)

    def _join(self) -> None:
        tree.list_ranks(self.raw)
        for key in ("profile", "report", "standards", "threats", "damage", "glossary", "earlier"):
            self._include(self.raw, key, (key,))
        for path, category in tree.records(self.raw, "categories"):
            self._include(category, "items", (*path, "items"))
            self._nest_items(category, (*path, "items"))
        for path, frame in tree.frames(self.raw):
            self._include(frame, "requirements", (*path, "requirements"))

    def _nest_items(self, category: dict[str, Any], path: CatalogPath) -> None:
        if not isinstance(rows := category.get("items"), list):
            return
        self._rows |= {(*path, place): row for place, row in enumerate(rows)}
        name, standards = tree.record_id(category), self._standards()
        category["items"] = [nest_item(row, name, standards) for row in rows]

    def _as_written(self, path: CatalogPath) -> CatalogPath:
        """Write a path as it is called in the files, where rows of items are flat."""
        for place, row in self._rows.items():
            if path[: len(place)] == place:
                return (*place, *find_flat_path(path[len(place) :], row, self._standards()))
        return path

    def _standards(self) -> list[str] | None:
        return tree.names(tree.mapping(self.raw).get("standards"))

    def _include(self, holder: dict[str, Any], key: str, path: CatalogPath) -> None:
        name = holder.get(key)
        if isinstance(name, str):
            holder[key] = self._read(path, name)
            if name in self._contents:
                self._files[path] = name

    def _read(self, path: CatalogPath, name: str) -> Any:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            return self._broken(CatalogFault(path, CatalogFaultCode.FILE_MISSING, name))
        try:
            with self._folder.joinpath(name).open("rb") as file:
                content = file.read(_MOST_BYTES + 1)
        except (OSError, ValueError):  # ValueError: a NUL in the name
            return self._broken(CatalogFault(path, CatalogFaultCode.FILE_MISSING, name))
        self._contents[name] = content
        if len(content) > _MOST_BYTES or len(self._files) > _MOST_FILES:
            return self._broken(CatalogFault(path, CatalogFaultCode.NOT_PLAIN, name))
        try:
            return tree.read_yaml(content)
        except tree.NotYamlError as error:
            return self._broken(CatalogFault(path, error.code, str(error)))

    def _broken(self, fault: CatalogFault) -> None:
        self.faults += (fault,)


_CODES = {
    "missing": CatalogFaultCode.MISSING,
    "too_short": CatalogFaultCode.MISSING,
    "string_too_short": CatalogFaultCode.EMPTY_TEXT,
    "string_too_long": CatalogFaultCode.NOT_AN_ID,
    "value_error": CatalogFaultCode.NOT_EXACT,
    "greater_than_equal": CatalogFaultCode.OUT_OF_RANGE,
    "less_than_equal": CatalogFaultCode.OUT_OF_RANGE,
    "invalid_key": CatalogFaultCode.WRONG_TYPE,
}


def validate_shape(raw: Any) -> tuple[Catalog | None, tuple[CatalogFault, ...]]:
    """Build the catalogue, or list every fault of its shape."""
    try:
        return Catalog.model_validate(raw), ()
    except ValidationError as error:
        details = error.errors(include_url=False)
        return None, tuple(_fault(raw, detail) for detail in details)


def _fault(raw: Any, detail: ErrorDetails) -> CatalogFault:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    kind = detail["type"]
    value = _shown(detail["input"])
    if kind == "extra_forbidden":
        name = str(path[-1])
        return CatalogFault(
            path, CatalogFaultCode.UNKNOWN_NAME, name, find_nearest(name, _free_names(raw, path))
        )
    if detail["input"] is None or _CODES.get(kind) is CatalogFaultCode.MISSING:
        return CatalogFault(path, CatalogFaultCode.MISSING)
    if kind == "string_pattern_mismatch":
        code = CatalogFaultCode.EMPTY_TEXT if not value.strip() else CatalogFaultCode.NOT_AN_ID
        return CatalogFault(path, code, value)
    if kind in ("enum", "literal_error"):
        expected = str(detail.get("ctx", {}).get("expected", ""))
        near = expected.replace("'", "").replace(" or ", ", ")
        return CatalogFault(path, CatalogFaultCode.NOT_ONE_OF, value, near)
    if kind.endswith(("_type", "_parsing")):
        return CatalogFault(path, CatalogFaultCode.WRONG_TYPE, value)
    return CatalogFault(path, _CODES.get(kind, CatalogFaultCode.WRONG_VALUE), value)


def _shown(value: Any) -> str:
    text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _free_names(raw: Any, path: CatalogPath) -> tuple[str, ...]:
    """List names still free where `path` ends, of the records that share most names."""
    parent = raw
    for part in path[:-1]:
        parent = tree.child(parent, part)
    present = set(tree.mapping(parent))
    shared = max(len(present & names) for names in _records())
    best = [names for names in _records() if len(present & names) == shared]
    standards = tree.names(tree.mapping(raw).get("standards")) or ()  # names of a row of an item
    return tuple(set(standards).union(*best) - present)


def _records() -> Iterator[set[str]]:
    modules = (catalog, damage, rules, standards)
    for record in (each for module in modules for each in vars(module).values()):
        if isinstance(record, type) and issubclass(record, Record) and record is not Record:
            yield {info.alias or name for name, info in record.model_fields.items()}
    yield {*catalog.Item.model_fields, *FLAT_NAMES}
