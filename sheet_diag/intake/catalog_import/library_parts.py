"""The parts of a library workbook of CISO Assistant: its sheets, requirements and questions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Final

from sheet_diag.intake.cells import Grid
from sheet_diag.text.normalize import fold_text, tidy_text

MOST_CATEGORIES: Final = 40
_META: Final = "library_meta"
KINDS: Final = {
    "unique_choice": "single",
    "single_choice": "single",
    "multiple_choice": "multiple",
    "text": "text",
    "date": "date",
    "number": "number",
}
_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?")


@dataclass(frozen=True)
class Part:
    """An object of a library: its type, what its `_meta` says, its rows with their number."""

    kind: str
    meta: Mapping[str, str]
    rows: Sequence[tuple[int, Mapping[str, str]]]
    place: str

    def count(self, column: str) -> int:
        """Count the rows in which a column is filled."""
        return sum(bool(row.get(column)) for _, row in self.rows)


@dataclass(frozen=True, slots=True)
class Node:
    """A row of a framework: its number on the sheet, its cells, what stands over it."""

    row: int
    cells: Mapping[str, str]
    above: tuple[Node, ...]

    @property
    def is_asked(self) -> bool:
        """Whether it is a requirement to be assessed."""
        return bool(self.cells.get("assessable"))

    @property
    def name(self) -> str:
        """Its name, or what stands for one."""
        cells = self.cells
        return cells.get("name") or cells.get("description") or cells.get("ref_id", "")


def is_library(grids: Sequence[Grid]) -> bool:
    """Whether a workbook is a library."""
    return any(fold_text(grid.name) == _META for grid in grids)


def read_parts(grids: Sequence[Grid]) -> Iterator[Part]:
    """Read every object of a library."""
    by_name = {fold_text(grid.name): grid for grid in grids}
    for name, grid in by_name.items():
        if not name.endswith("_meta"):
            continue
        meta = {
            fold_text(cells[0]): tidy_text(cells[1])
            for cells in grid.rows
            if len(cells) > 1 and cells[0]
        }
        content = by_name.get(name.removesuffix("_meta") + "_content")
        rows = list(_read_rows(content)) if content else []
        kind = meta.get("type") or name.removesuffix("_meta")
        yield Part(kind, meta, rows, content.name if content else grid.name)


def _read_rows(grid: Grid) -> Iterator[tuple[int, Mapping[str, str]]]:
    heads = [fold_text(text) for text in (grid.rows[0] if grid.rows else ())]
    for row, cells in enumerate(grid.rows[1:], 2):
        pairs = zip(heads, cells, strict=False)
        found = {head: text for head, cell in pairs if head and (text := tidy_text(cell))}
        if found:
            yield row, found


@dataclass(slots=True)
class LibraryQuestion:
    """A question: its row of the sheet and its line in it, its number, its answer."""

    node: Node
    line: int
    number: str
    answer: Mapping[str, str] | None
    cells: dict[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> str:
        """How it is answered."""
        return KINDS.get((self.answer or {}).get("question_type", "unique_choice"), "text")

    @property
    def labels(self) -> list[str]:
        """The choices."""
        return split_lines((self.answer or {}).get("question_choices", ""))

    @property
    def points(self) -> list[Fraction]:
        """What each choice is worth, where that is said."""
        return [to_number(text) for text in split_lines((self.answer or {}).get("add_score", ""))]


def split_lines(text: str) -> list[str]:
    """Split a cell into its entries, a line each; a line that begins with | goes on the last."""
    found: list[str] = []
    for line in text.split("\n"):
        if line.startswith("|") and found:
            found[-1] += "\n" + line[1:].strip()
        elif line.strip():
            found.append(line.strip())
    return found


def to_number(text: str) -> Fraction:
    """Read the number in a text; 0 where there is none."""
    found = _NUMBER.search(text)
    return Fraction(found[0].replace(",", ".")) if found else Fraction(0)


@dataclass(frozen=True)
class RequirementTree:
    """The rows of a framework in their order of depth, and the categories that they become."""

    framework: Part

    @cached_property
    def nodes(self) -> list[Node]:
        """List the rows of the framework, each with those over it, by their depths."""
        nodes: list[Node] = []
        opennodes: list[tuple[int, Node]] = []
        for row, cells in self.framework.rows:
            depth = int(to_number(cells.get("depth", "1")))
            opennodes = [(at, node) for at, node in opennodes if at < depth]
            node = Node(row, cells, tuple(node for _, node in opennodes))
            nodes.append(node)
            opennodes.append((depth, node))
        return nodes

    @cached_property
    def _level(self) -> int:
        """Find how deep categories may lie so that there are not too many."""
        asked = [node for node in self.nodes if node.is_asked]
        deepest = max((len(node.above) for node in asked), default=1)
        for level in range(deepest, 0, -1):
            paths = {tuple(each.row for each in node.above[:level]) for node in asked}
            if len(paths) <= MOST_CATEGORIES:
                return level
        return 0

    def category_of(self, node: Node) -> Node | None:
        """Find the row over another one that becomes its category."""
        above = [each for each in node.above[: self._level] if not each.is_asked]
        return above[-1] if above else None

    @cached_property
    def category_names(self) -> Mapping[int, str]:
        """Name the categories by their rows; two of one name by their numbers, too."""
        found = {
            each.row: each for node in self.nodes if node.is_asked
            if (each := self.category_of(node))
        }  # fmt: skip
        names = Counter(fold_text(node.name) for node in found.values())
        return {
            row: node.name
            if names[fold_text(node.name)] == 1
            else " ".join(filter(None, (node.cells.get("ref_id", str(row)), node.name)))
            for row, node in found.items()
        }

    def write_topic(self, node: Node, suffix: str) -> str:
        """Write the name of a requirement, with what stands between it and its category."""
        category = self.category_of(node)
        between = node.above[node.above.index(category) + 1 :] if category else node.above
        names = [each.cells.get("name" + suffix, "") for each in (*between, node)]
        return " / ".join(filter(None, names))
