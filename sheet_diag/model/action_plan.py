"""改善計画 as a client filled it in and sent it along."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One line of the plan, as typed. `due` is ISO 8601 where it could be read as a date."""

    item: str
    effort: str = ""
    owner: str = ""
    due: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class ReturnedPlan:
    """A plan. `client` and `name` say whose it is, as far as the file tells; `number` is that of
    the report it belongs to. Lines without any entry are left out."""

    entries: tuple[PlanEntry, ...]
    client: str = ""
    name: str = ""
    number: str = ""
