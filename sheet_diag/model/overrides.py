"""What the consultant decides beside the answers, with reason and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Override:
    """One answer set by the consultant. `before` is the choice that the client gave (None: none,
    or none that could be understood), `raw` the client's own words, `after` the new choice."""

    item: str
    before: str | None
    raw: str
    after: str
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """All that the consultant decided on one client.

    `comment_by` are the names of those who wrote the comment (empty: not told), and
    `selection` is the reason why this return is to count (empty: nothing was decided on that).
    """

    overrides: tuple[Override, ...] = ()
    comment: str = ""
    comment_by: str = ""
    selection: str = ""


NO_JUDGEMENT: Final = Judgement()


@dataclass(frozen=True, slots=True)
class AnswerOverride:
    """One line that sets an answer: for `client` (an id or a company name, as typed) the choice
    `after` on `item`. `row` is the line's row from 1, `cells` those of client and item."""

    client: str
    item: str
    after: str
    reason: str
    by: str
    sheet: str
    row: int
    cells: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ClientComment:
    """One line with a free comment on a client, whose name stands in `cell`.

    `by` is who wrote it (empty: not told).
    """

    client: str
    text: str
    by: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class WordMeaning:
    """One line that says which choice a word of clients stands for, in the whole campaign.

    `key` is the word as words are compared, `choices` the ids of the choice by answer set. `row` is
    the line's row from 1, `cell` that of the word.
    """

    word: str
    key: str
    choices: Mapping[str, str]
    reason: str
    by: str
    sheet: str
    row: int
    cell: str


@dataclass(frozen=True, slots=True)
class FileAssignment:
    """One line that says whose return a file is; `client` is empty where it is left out.

    `row` is the line's row from 1, `cells` those of file and client.
    """

    file: str
    client: str
    sheet: str
    row: int
    cells: tuple[str, str]


@dataclass(frozen=True, slots=True)
class ReturnSelection:
    """One line that says which file of a client counts. `cells` are those of client and file."""

    client: str
    file: str
    reason: str
    sheet: str
    row: int
    cells: tuple[str, str]


@dataclass(frozen=True, slots=True)
class OverridesContent:
    """The lines of overrides.xlsx that can be read without fault, in their order."""

    overrides: tuple[AnswerOverride, ...] = ()
    comments: tuple[ClientComment, ...] = ()
    words: tuple[WordMeaning, ...] = ()
    assignments: tuple[FileAssignment, ...] = ()
    selections: tuple[ReturnSelection, ...] = ()


# The lines of the workbook as texts: by table (`forms.layout`) and line, then by column.
OverrideLine = Mapping[str, str]
OverrideLines = Mapping[str, Sequence[OverrideLine]]
