"""The sheet 会社情報: the fields of the company sheet, or the standard ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sheet_diag.catalog.builder.cells import LONGEST_LABEL, CellReader
from sheet_diag.catalog.builder.choices import COMPANY_SETS, ChoiceSet, ChoiceSets, make_id
from sheet_diag.catalog.builder.standard import load_standard
from sheet_diag.catalog.builder.values import split_list
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import fold_text

_TEXTUAL: Final = "text"


def build_profile(cells: CellReader, sets: ChoiceSets) -> list[dict[str, Any]]:
    """Build the fields of the company sheet."""
    rows = cells.rows("company")
    if not rows:
        return list(_list_standard_fields(cells, sets))
    owners: dict[str, Row] = {}
    uses: dict[str, Row] = {}
    fields = []
    for row in rows:
        made = _build_field(row, cells, sets, owners, uses)
        if made:
            fields.append(made)
    blocked = any(cells.is_broken(row, key) for row in rows for key in ("field", "used as"))
    if "company" not in uses and not blocked:
        head = cells.header("company")
        key = "used as" if cells.has_column("company", "used as") else "field"
        cells.tell(
            BookFaultCode.CELL_REQUIRED,
            head,
            key,
            stands="",
            says="book.fault.CELL_REQUIRED.company",
        )
    return fields


def _build_field(
    row: Row, cells: CellReader, sets: ChoiceSets, owners: dict[str, Row], uses: dict[str, Row]
) -> dict[str, Any] | None:
    label = cells.required(row, "field", LONGEST_LABEL)
    labels = cells.texts(row, "field", LONGEST_LABEL)
    found = sets.find(row, "choices", COMPANY_SETS)
    has_choices = found is not None or cells.is_broken(row, "choices")
    kind = cells.word(row, "kind") or ("choice" if has_choices else _TEXTUAL)
    use = cells.word(row, "used as") or find_use(label)
    if not label or labels is None:
        return None
    if owners.setdefault(fold_text(label), row) is not row:
        cells.tell(BookFaultCode.DUPLICATE, row, "field", expected=Message("book.expect.unique"))
        return None
    if use and uses.setdefault(use, row) is not row:
        key = "used as" if row.cells.get("used as") else "field"
        cells.tell(BookFaultCode.DUPLICATE, row, key, expected=Message("book.expect.unique"))
    if kind == "choice" and not has_choices:
        expected = Message("book.expect.choices")
        cells.tell(BookFaultCode.CELL_REQUIRED, row, "choices", expected=expected)
    if kind != "choice" and has_choices:
        cells.unwanted(row, ("choices",), "book.fault.CELL_UNWANTED.choices")
    record: dict[str, Any] = {
        "id": use or make_id(label),
        "kind": kind,
        "required": cells.yes(row, "required", default=False),
        "label": labels,
    }
    if use and (aliases := _list_aliases(use)):
        record["aliases"] = aliases
    if hint := cells.texts(row, "hint"):
        record["hint"] = hint
    if found is not None and kind == "choice":
        record["choices"] = list(write_profile_choices(found, cells))
    return record


def find_use(label: str) -> str | None:
    """Find what a field is used as by its label: one of the standard ones, or a spelling of it."""
    folded = fold_text(label)
    for lang in Lang:
        for row in load_standard(lang)["company"]:
            words = (row["field"], *split_list(row.get("synonyms", "")))
            if folded in map(fold_text, words):
                return row["id"]
    return None


def write_profile_choices(found: ChoiceSet, cells: CellReader) -> Iterator[dict[str, Any]]:
    """Write the choices of a field as the model has them."""
    for choice in found.choices:
        record: dict[str, Any] = {
            "id": choice.id,
            "label": cells.both(choice.label, choice.label_second),
        }
        aliases = {lang: tuple(words) for lang, words in choice.aliases.items() if words}
        if aliases:
            record["aliases"] = aliases
        if choice.lowest is not None:
            record["from"] = choice.lowest
        if choice.highest is not None:
            record["to"] = choice.highest
        yield record


def _list_aliases(use: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for lang in Lang:
        for row in load_standard(lang)["company"]:
            if row["id"] == use and row.get("synonyms"):
                found[lang.value] = tuple(split_list(row["synonyms"]))
    return found


def _list_standard_fields(cells: CellReader, sets: ChoiceSets) -> Iterator[dict[str, Any]]:
    other = Lang.EN if cells.lang is Lang.JA else Lang.JA
    pairs = zip(load_standard(cells.lang)["company"], load_standard(other)["company"], strict=True)
    for own, second in pairs:
        record: dict[str, Any] = {
            "id": own["id"],
            "kind": own["kind"],
            "required": "required" in own,
            "label": cells.both(own["field"], second["field"]),
        }
        if aliases := _list_aliases(own["id"]):
            record["aliases"] = aliases
        if "hint" in own:
            record["hint"] = cells.both(own["hint"], second["hint"])
        if "choices" in own:
            record["choices"] = list(write_profile_choices(sets.built_in(own["choices"]), cells))
        yield record
