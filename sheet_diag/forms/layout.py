"""Where things stand on the hearing sheet: all that its writer and its reader share.

The writer places by these names and positions; the reader finds by header text and id wherever
the client moved them, and uses positions only for the identity.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date
from enum import StrEnum
from typing import Final

from sheet_diag import __version__
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import PlanEntry, SheetIdentity
from sheet_diag.text.normalize import company_key

# The time in the properties of what is made to be filled in: fixed, so that the same sheet has the
# same bytes.
FIXED_CREATED: Final = date(2026, 1, 1)


class QuestionColumn(StrEnum):
    """Columns of the question sheet, from left to right; headers are `sheet.column.*`."""

    ID = "id"
    CATEGORY = "category"
    QUESTION = "question"
    HINT = "hint"
    FORMER = "former"
    ANSWER = "answer"
    REMARK = "remark"
    EVIDENCE = "evidence"
    CHECK = "check"


# Last year's answer stands left of the answer: on its right the open drop-down would cover it.
COLUMNS_WITH_PREVIOUS: Final = tuple(QuestionColumn)
QUESTION_COLUMNS: Final = tuple(
    column for column in QuestionColumn if column is not QuestionColumn.FORMER
)
HEADER_ROW: Final = 4  # zero-based, on the question sheet
FIRST_QUESTION_ROW: Final = 5
STAMP_CELL: Final = (1, 0)  # the visible identity, near the title of the question sheet

PROFILE_LABEL_COLUMN: Final = 1  # zero-based; the input cell is the next one to the right
PROFILE_FIRST_ROW: Final = 5

IDENTITY_SHEET: Final = "_sheet_diag"
LISTS_SHEET: Final = "_lists"
# Keys down column A of the identity sheet, values beside them; also names of custom properties.
IDENTITY_KEYS: Final = ("sheet_diag_catalog", "sheet_diag_version", "sheet_diag_client")
# Beside them on a correction sheet: the SHA-256 of the returns it corrects, parted by spaces.
REPLACES_KEY: Final = "sheet_diag_replaces"

# On one that shows answers of last time: their day, ISO 8601.
FORMER_DAY_KEY: Final = "sheet_diag_former_day"
FORMER_JOINT: Final = "／"  # between several of them
# And on a sheet whose catalogue a later one may not know: the digests of its questions as JSON.
QUESTIONS_KEY: Final = "sheet_diag_questions"
TEXTS_KEY: Final = "sheet_diag_texts"  # and those of its other texts, parted by spaces

# A custom property of every report: one dropped into the input folder is known for what it is.
OUTPUT_KEY: Final = "sheet_diag_output"
# Beside the identity in the properties of a report, as workbook and as PDF: whose it is.
COMPANY_KEY: Final = "sheet_diag_company"
LANG_KEY: Final = "sheet_diag_lang"
_MAX_PROPERTY: Final = 255  # of a document property, as Excel counts characters
_MAX_ID: Final = 100  # ids of ours never are; what a return says may be

# The consultant's decisions lie at the top of the input folder under this name, in any letter case.
OVERRIDES_FILE: Final = "overrides.xlsx"
# Its tables, each on the sheet `overrides.sheet.*`, and the columns that a line needs, from left to
# right; headers are `overrides.column.*`.
OVERRIDE_TABLES: Final = {
    "amendments": ("client", "item", "after", "reason", "by"),
    "words": ("word", "meaning", "reason", "set_by"),
    "assignments": ("file", "client"),
    "selections": ("client", "file", "reason"),
    "remarks": ("client", "text"),
}
# What a line may also say.
OVERRIDE_OPTIONAL: Final = {"remarks": ("comment_by",)}
# What the product itself writes beside these, to be decided upon.
OVERRIDE_REFERENCES: Final = {
    "amendments": ("company", "question", "found"),
    "assignments": ("company", "found"),
    "selections": ("company", "found"),
}

# Columns of the improvement plan that its client fills in; headers are `plan.column.*`.
PLAN_COLUMNS: Final = ("effort", "cost", "owner", "due", "status")
# Keys in a row at the top of the plan, each with its value in the next column to the right.
PLAN_KEYS: Final = ("sheet_diag_plan", "sheet_diag_plan_client", "sheet_diag_plan_name")
# Beside them, what was proposed in those columns: what still stands so, nobody entered.
PROPOSALS_KEY: Final = "sheet_diag_plan_proposed"

# The same told in a cell, for programs that drop properties when they save.
SOFTWARE_SIGNATURE: Final = f"sheet-diag {__version__}"
_SIGNATURE = re.compile(r"sheet-diag \d+\.\d+\.\d+")

_ID: Final = r"\s*([\w.-]{1,100})\s*"
_STAMP = re.compile(rf"\[SD:{_ID}/{_ID}(?:/{_ID})?\]")


def cell_name(row: int, col: int) -> str:
    """Write the name of a cell: `D12` for the zero-based (11, 3)."""
    letters = ""
    col += 1
    while col:
        col, rest = divmod(col - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row + 1}"


def format_stamp(identity: SheetIdentity) -> str:
    """Write the visible identity: `[SD: catalogue / version / client]`."""
    parts = [identity.catalog, identity.version, identity.client]
    return "[SD: " + " / ".join(part for part in parts if part) + "]"


def owner_properties(identity: SheetIdentity, company: str, lang: Lang) -> dict[str, str]:
    """Return what a report says of its owner: properties by their keys, none empty."""
    told = dict(
        zip(IDENTITY_KEYS, (identity.catalog, identity.version, identity.client), strict=True)
    )
    ids = {key: value[:_MAX_ID] for key, value in told.items() if value}
    name = {COMPANY_KEY: company_property(company)} if company else {}
    return {**ids, **name, LANG_KEY: lang.value}


def pack_owner(properties: Mapping[str, str]) -> str:
    """Write the properties of an owner as the keywords of a PDF."""
    return json.dumps(dict(properties), ensure_ascii=False)


def unpack_owner(keywords: str) -> dict[str, str]:
    """Read the keywords of a PDF; empty where they are not ours."""
    try:
        told = json.loads(keywords)
    except ValueError:
        return {}
    return {str(key): str(each) for key, each in told.items()} if isinstance(told, dict) else {}


def company_property(company: str) -> str:
    """Write a company's name as a property; of one that is too long, its digest."""
    units = len(company.encode("utf-16-le", "surrogatepass")) // 2
    if units <= _MAX_PROPERTY:
        return company
    return f"sha256:{hashlib.sha256(company_key(company).encode()).hexdigest()}"


def read_stamp(text: str) -> SheetIdentity | None:
    """Read the identity in a visible cell; None where it holds none."""
    found = _STAMP.search(text)
    return SheetIdentity(*found.groups()) if found else None


def format_questions(digests: Mapping[str, str]) -> str:
    """Write the digests of questions by their numbers as JSON."""
    return json.dumps(dict(digests), ensure_ascii=False, separators=(",", ":"))


def read_questions(text: str) -> Mapping[str, str]:
    """Read the digests of questions by their numbers; empty where they cannot be read."""
    with suppress(ValueError, RecursionError):
        told = json.loads(text)
        if isinstance(told, dict) and all(isinstance(each, str) for each in told.values()):
            return told
    return {}


def format_proposals(proposed: Iterable[PlanEntry]) -> str:
    """Write what a plan proposes: item and columns of each line as JSON."""
    lines = [[each.item, *(getattr(each, column) for column in PLAN_COLUMNS)] for each in proposed]
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def read_proposals(text: str) -> Mapping[str, PlanEntry]:
    """Read what a plan proposed, by item; empty where it cannot be read."""
    with suppress(ValueError, TypeError, RecursionError):
        keys = ("item", *PLAN_COLUMNS)
        lines = [dict(zip(keys, map(str, line), strict=True)) for line in json.loads(text)]
        return {line["item"]: PlanEntry(**line) for line in lines}
    return {}


def is_software_signature(text: str) -> bool:
    """Tell whether a cell says that the workbook is a report of ours, of any version."""
    return text.startswith("sheet-diag ") and _SIGNATURE.fullmatch(text) is not None
