"""What the consultant decides beside the answers, with reason and name."""

from __future__ import annotations

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
    """All that the consultant decided on one client."""

    overrides: tuple[Override, ...] = ()
    comment: str = ""


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
    """One line with a free comment on a client, whose name stands in `cell`."""

    client: str
    text: str
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class OverridesContent:
    """The lines of overrides.xlsx that can be read without fault, in their order."""

    overrides: tuple[AnswerOverride, ...] = ()
    comments: tuple[ClientComment, ...] = ()
