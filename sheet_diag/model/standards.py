"""The standards beside which answers are set, and what the answers say of their requirements."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Annotated

from pydantic import Field, StrictInt

from sheet_diag.model.record import Id, NonEmptyText, Record, Share, Text


class Requirement(Record):
    """A requirement, and the items that ask for it (none: those that bear its number).

    `level` is the share of its full points that each item needs.
    """

    id: NonEmptyText
    name: Text | None = None
    items: tuple[Id, ...] = ()
    level: Share = Fraction(1)


class RequirementGroup(Record):
    """A part of a standard; `size` is how many requirements it has there, asked for or not.

    `covers` lists their ids; one that ends in `*` stands for all that begin so.
    """

    id: Id
    name: Text
    size: Annotated[StrictInt, Field(ge=1, le=9999)]
    covers: Annotated[tuple[NonEmptyText, ...], Field(min_length=1)]

    def has(self, requirement: str) -> bool:
        """Whether a requirement belongs to it."""
        return any(covers_id(pattern, requirement) for pattern in self.covers)


def covers_id(pattern: str, requirement: str) -> bool:
    """Whether an entry of `covers` means a requirement."""
    start = pattern.removesuffix("*")
    return requirement.startswith(start) if start != pattern else requirement == pattern


class Frame(Record):
    """The structure of a standard: what its requirements are called, and how they are grouped.

    Without `requirements` they are the control numbers that the items bear; without `groups` all of
    them stand together.
    """

    unit: Text | None = None
    groups: tuple[RequirementGroup, ...] = ()
    requirements: tuple[Requirement, ...] = ()


class Standard(Record):
    """A standard that control numbers refer to, by a name that tells its edition.

    Answers are set beside one with a frame.
    """

    id: Id
    name: Text
    frame: Frame | None = None


class RequirementState(StrEnum):
    """What the answers say of a requirement."""

    MET = "met"
    PARTLY = "partly"
    NOT_MET = "not_met"
    NOT_CONFIRMED = "not_confirmed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class RequirementCoverage:
    """A requirement and its state; None where none of its items is scored."""

    requirement: Requirement
    state: RequirementState | None


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """A group of a standard, and its requirements in their order."""

    group: RequirementGroup
    requirements: tuple[RequirementCoverage, ...]

    @property
    def counts(self) -> Counter[RequirementState]:
        """How many requirements are in each state."""
        return Counter([each.state for each in self.requirements if each.state])


@dataclass(frozen=True, slots=True)
class StandardCoverage:
    """A standard with a frame, and what the answers say of it group by group."""

    standard: Standard
    frame: Frame
    groups: tuple[GroupCoverage, ...]

    @property
    def size(self) -> int:
        """How many requirements the standard has."""
        return sum(each.group.size for each in self.groups)

    @property
    def counts(self) -> Counter[RequirementState]:
        """How many requirements are in each state; all that have at least one scored item."""
        return sum((each.counts for each in self.groups), Counter[RequirementState]())

    @property
    def unasked(self) -> int:
        """How many of the listed requirements have no scored item."""
        rows = (row for each in self.groups for row in each.requirements)
        return sum(1 for row in rows if row.state is None)
