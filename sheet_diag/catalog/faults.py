"""What can be wrong with a questionnaire in a workbook or in rows: faults at their cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from sheet_diag.catalog.rows import Place
from sheet_diag.model.basics import Message, UserError
from sheet_diag.text.wording import Wording

MOST_TOLD: Final = 20


class FaultKind(StrEnum):
    """要修正: it is refused. 要確認: it may not be meant. 記録: a default, a derivation."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class BookFaultCode(StrEnum):
    """Every kind of fault; its sentence is the label `book.fault.<code>`."""

    SHEET_MISSING = "SHEET_MISSING"
    SHEET_UNKNOWN = "SHEET_UNKNOWN"
    HEADER_MISSING = "HEADER_MISSING"
    HEADING_MISSING = "HEADING_MISSING"
    HEADING_UNKNOWN = "HEADING_UNKNOWN"
    HEADING_TWICE = "HEADING_TWICE"
    CELL_REQUIRED = "CELL_REQUIRED"
    NOT_A_NUMBER = "NOT_A_NUMBER"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    NOT_YES_NO = "NOT_YES_NO"
    NOT_ONE_OF = "NOT_ONE_OF"
    DUPLICATE = "DUPLICATE"
    DATE_IN_NUMBER = "DATE_IN_NUMBER"
    ERROR_VALUE = "ERROR_VALUE"
    NOT_CALCULATED = "NOT_CALCULATED"
    MERGED_ROWS = "MERGED_ROWS"
    NAME_UNKNOWN = "NAME_UNKNOWN"
    SAME_SPELLING = "SAME_SPELLING"
    POINTS_PARTLY = "POINTS_PARTLY"
    POINTS_UNWANTED = "POINTS_UNWANTED"
    NO_FULL_POINTS = "NO_FULL_POINTS"
    NOT_FALLING = "NOT_FALLING"
    TOTAL_DIFFERS = "TOTAL_DIFFERS"
    EXCLUSIVE = "EXCLUSIVE"
    CELL_UNWANTED = "CELL_UNWANTED"
    CONDITION_SYNTAX = "CONDITION_SYNTAX"
    CONDITION_FORWARD = "CONDITION_FORWARD"
    CONDITION_UNKNOWN = "CONDITION_UNKNOWN"
    CONDITION_MIXED = "CONDITION_MIXED"
    CHOICE_NOT_IN_SET = "CHOICE_NOT_IN_SET"
    CATEGORY_EMPTY = "CATEGORY_EMPTY"
    KIND_NOT_SCORED = "KIND_NOT_SCORED"
    RANK_UNKNOWN = "RANK_UNKNOWN"
    PLACE_UNKNOWN = "PLACE_UNKNOWN"
    PLACEHOLDER_UNKNOWN = "PLACEHOLDER_UNKNOWN"
    TEXT_MISSING = "TEXT_MISSING"
    TOO_MANY = "TOO_MANY"
    TOO_LONG = "TOO_LONG"
    UNREACHABLE = "UNREACHABLE"
    RELATION_SHAPE = "RELATION_SHAPE"
    NOT_ROWS = "NOT_ROWS"
    NOT_SUPPORTED = "NOT_SUPPORTED"
    DEFAULT_TAKEN = "DEFAULT_TAKEN"
    HIDDEN_ROWS = "HIDDEN_ROWS"
    ROWS_REGROUPED = "ROWS_REGROUPED"
    SECOND_MISSING = "SECOND_MISSING"


@dataclass(frozen=True, slots=True)
class BookFault:
    """One fault at its cell: what stands there, what is expected, a likely word.

    `says` is the label of its sentence, where it is not `book.fault.` and the code.
    """

    code: BookFaultCode
    place: Place
    stands: str = ""
    expected: Message | None = None
    near: str = ""
    kind: FaultKind = FaultKind.ERROR
    says: str = ""
    parts: Mapping[str, str] = field(default_factory=dict)

    def sentence(self, say: Wording) -> str:
        """Write the sentence."""
        key = self.says or f"book.fault.{self.code.value}"
        return say(key, stands=self.stands, near=self.near, **self.parts)

    def expectation(self, say: Wording) -> str:
        """Write what is expected at the cell; empty where the sentence says it all."""
        return say(self.expected.key, **self.expected.parts) if self.expected else ""


class BookError(UserError):
    """A questionnaire that cannot be used; `faults` are all that was found."""

    def __init__(self, name: str, faults: Iterable[BookFault]) -> None:
        self.name = name
        self.faults = tuple(faults)
        super().__init__("book.refused", name=name, count=str(len(list_errors(self.faults))))

    def describe(self, say: Wording) -> str:
        """Write what must be mended, each with its place on a line."""
        return "\n".join([super().describe(say), *describe_faults(list_errors(self.faults), say)])


def list_errors(faults: Iterable[BookFault]) -> list[BookFault]:
    """List the faults for which a catalogue is refused."""
    return [fault for fault in faults if fault.kind is FaultKind.ERROR]


def describe_faults(faults: Sequence[BookFault], say: Wording) -> list[str]:
    """Write faults on lines: place, what stands there, the sentence, a likely word."""
    lines = [_describe(fault, say) for fault in faults[:MOST_TOLD]]
    if len(faults) > MOST_TOLD:
        lines.append(say("book.line.more", count=len(faults) - MOST_TOLD))
    return lines


def _describe(fault: BookFault, say: Wording) -> str:
    stands = say("book.line.stands", stands=_shorten(fault.stands)) if fault.stands else ""
    near = say("book.line.near", near=fault.near) if fault.near else ""
    return say(
        "book.line",
        place=str(fault.place),
        stands=stands,
        says=fault.sentence(say),
        near=near,
    )


def _shorten(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 40 else line[:39] + "…"
