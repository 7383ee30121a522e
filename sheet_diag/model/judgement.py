"""What the consultant decides beside the answers, with a name under it."""

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
    """Everything the consultant decided on one client."""

    overrides: tuple[Override, ...] = ()
    comment: str = ""


NO_JUDGEMENT: Final = Judgement()
