"""Count what the form of our workbooks cannot hold of a library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final

from sheet_diag.intake.catalog_import.choices import show_number
from sheet_diag.intake.catalog_import.library_parts import (
    KINDS,
    LibraryQuestion,
    Part,
    to_number,
)
from sheet_diag.model.basics import Lang, Message

_LANGUAGE: Final = re.compile(r"(.+)\[(\w+(?:[-_]\w+)?)\]")
# What is counted of each sheet and column that nothing here stands for, and how it is called.
_LOST_ROWS: Final = {
    "threats": "threats",
    "reference_controls": "reference_controls",
    "risk_matrix": "risk_matrix",
    "implementation_groups": "groups",
    "metric_definitions": "metrics",
}
_LOST_COLUMNS: Final = {
    "implementation_groups": "rows_with_groups",
    "typical_evidence": "typical_evidence",
    "annotation": "annotation",
    "threats": "rows_with_threats",
    "reference_controls": "rows_with_controls",
    "urn_id": "urns",
}
_LOST_OF_ANSWERS: Final = {
    "select_implementation_groups": "selection",
    "compute_result": "compute_result",
    "color": "colours",
}
# In what order the losses are told.
_ORDER: Final = (
    *_LOST_ROWS.values(), "rows_with_groups", "selection", "compute_result", "colours",
    "typical_evidence",
)  # fmt: skip


Losses = tuple[tuple[Message, int], ...]


def count_losses(
    framework: Part, parts: Sequence[Part], asked: Sequence[LibraryQuestion], dependencies: int
) -> Losses:
    """Count what is lost, by what it is; `dependencies` are those that were not written."""
    lost: Counter[str] = Counter({"dependencies": dependencies})
    for part in parts:
        if key := _LOST_ROWS.get(part.kind):
            lost[key] += len(part.rows)
        if part.kind == "answers":
            _count_of_answers(part, lost)
    for column, key in _LOST_COLUMNS.items():
        lost[key] += framework.count(column)
    lost["languages"] = _count_other_languages(framework)
    clipped = list(_list_clipped(framework, asked))
    lost["clipping"] = len(clipped)
    order = [*_ORDER, *(key for key in lost if key not in _ORDER)]
    return tuple(
        (clipped[0] if key == "clipping" else Message(f"import.lost.{key}"), lost[key])
        for key in order
        if lost[key]
    )


def _count_of_answers(answers: Part, lost: Counter[str]) -> None:
    for column, key in _LOST_OF_ANSWERS.items():
        lost[key] += answers.count(column)
    for _, row in answers.rows:
        multiple = KINDS.get(row.get("question_type", "")) == "multiple"
        lost["multiple_points"] += multiple and bool(row.get("add_score"))


def _count_other_languages(framework: Part) -> int:
    keys = (
        found[2] for _, row in framework.rows for key in row if (found := _LANGUAGE.fullmatch(key))
    )
    return sum(key not in set(Lang) for key in keys)


def _list_clipped(framework: Part, asked: Sequence[LibraryQuestion]) -> Iterator[Message]:
    """List the requirements whose sum could leave the scale, to which it would be cut back."""
    meta = framework.meta
    if not (meta.get("min_score") and meta.get("max_score")):
        return
    low, high = to_number(meta["min_score"]), to_number(meta["max_score"])
    by_row: dict[int, list[LibraryQuestion]] = {}
    for each in asked:
        if each.kind == "single" and each.points:
            by_row.setdefault(each.node.row, []).append(each)
    for group in by_row.values():
        least, most = (sum((pick(e.points) for e in group), Fraction(0)) for pick in (min, max))
        if least < low:
            yield _tell_clipped(group, least, low, (low, high))
        elif most > high:
            yield _tell_clipped(group, most, high, (low, high))


def _tell_clipped(
    group: Sequence[LibraryQuestion],
    points: Fraction,
    edge: Fraction,
    scale: tuple[Fraction, Fraction],
) -> Message:
    """Tell what leaves the scale: a choice of one question, or the sum of several."""
    label = "Σ" if len(group) > 1 else group[0].labels[group[0].points.index(points)]
    low, high = map(show_number, scale)
    return Message(
        "import.lost.clipping",
        {
            "low": low,
            "high": high,
            "label": label,
            "points": show_number(points),
            "edge": show_number(edge),
        },
    )
