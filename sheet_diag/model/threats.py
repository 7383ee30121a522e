"""A published list of threats, and how many items against each of them are done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated

from pydantic import Field

from sheet_diag.model.record import Id, Record, Text


class Threat(Record):
    """A kind of incident that items may work against."""

    id: Id
    name: Text


class ThreatList(Record):
    """A published list of threats, in its order; `source` says by whom and when."""

    name: Text
    source: Text
    threats: Annotated[tuple[Threat, ...], Field(min_length=1)]

    @cached_property
    def by_id(self) -> Mapping[str, Threat]:
        """The threats by id."""
        return {threat.id: threat for threat in self.threats}


@dataclass(frozen=True, slots=True)
class ThreatCount:
    """The scored items against a threat that apply, those done in full, and those not known."""

    threat: str
    items: int
    done: int
    unknown: int
