"""What the lines of the consultant's tables share: what they are about, and where they disagree."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, TypeVar

from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.wording import Wording

TextByLang = Mapping[Lang, str]

_JOINTS: Final = re.compile(r"\s*[/\\›>]\s*")


class PlacedLine(Protocol):
    """A line of a table, which stands in a row (counted from 1) of a sheet."""

    @property
    def sheet(self) -> str:
        """The name of the sheet."""

    @property
    def row(self) -> int:
        """The row."""


_Line = TypeVar("_Line", bound=PlacedLine)


def file_key(label: str) -> str:
    """Spell the name of a file, or of its member, as the lines of the tables are compared."""
    return _JOINTS.sub("/", normalize_text(label))


def compare_lines(
    lines: Sequence[_Line],
    keys_of: Callable[[_Line], Iterable[Hashable]],
    says: Callable[[_Line], object],
) -> Iterator[tuple[_Line, list[_Line], list[_Line]]]:
    """Yield each line with those about the same that say otherwise, and all earlier ones."""
    rivals: dict[Hashable, list[_Line]] = defaultdict(list)
    for line in lines:
        for key in keys_of(line):
            rivals[key].append(line)
    for line in lines:
        groups = [rivals[key] for key in keys_of(line)]
        against = [other for group in groups for other in group if says(other) != says(line)]
        yield line, against, [other for g in groups for other in g[: g.index(line)]]


def keep_agreeing(
    lines: Sequence[_Line],
    keys_of: Callable[[_Line], Iterable[Hashable]],
    says: Callable[[_Line], object],
    place_of: Callable[[_Line], tuple[str, str]],
) -> tuple[list[_Line], list[Problem]]:
    """Keep the first of lines that agree, none of those that disagree; tell of the others.

    `place_of` gives the cell of a line, and what it is about.
    """
    kept: list[_Line] = []
    problems: list[Problem] = []
    for line, against, earlier in compare_lines(lines, keys_of, says):
        if not (against or earlier):
            kept.append(line)
            continue
        code = ProblemCode.OVERRIDE_LINES_DIFFER if against else ProblemCode.OVERRIDE_LINE_TWICE
        cell, value = place_of(line)
        details = what_details(format_places(against or earlier))
        problems.append(Problem(code, line.sheet, cell, value=value, details=details))
    return kept, problems


def format_places(lines: Sequence[PlacedLine]) -> TextByLang:
    """Name the rows of lines, each once."""
    places = dict.fromkeys((line.sheet, line.row) for line in lines)
    return {
        lang: Wording(lang)("overrides.joint").join(
            Wording(lang)("overrides.place", sheet=sheet, row=row) for sheet, row in places
        )
        for lang in Lang
    }


def what_details(texts: TextByLang) -> tuple[tuple[str, str], ...]:
    """Make the details of a problem that name what another line says, or where it stands."""
    return tuple((f"what_{lang.value}", text) for lang, text in texts.items())
