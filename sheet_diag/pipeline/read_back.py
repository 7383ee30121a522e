"""Reads back what people entered into outputs, before these are made anew.

An output that was only saved again, or filled in where it is meant to be, was not changed. What was
entered stands in run.json, and in each later report of its client.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sheet_diag.intake.discovery import read_stable_file
from sheet_diag.intake.open_workbook import open_workbook_bytes, read_workbook
from sheet_diag.intake.passwords import load_passwords
from sheet_diag.intake.returns.action_plan import read_filled_plan
from sheet_diag.intake.returns.other_versions import follow_number
from sheet_diag.model.basics import UserError
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.returns import PlanEntry, ReturnedPlan
from sheet_diag.model.settings import Passwords
from sheet_diag.pipeline.execution.workers import WorkerDied, Workers
from sheet_diag.pipeline.report_passwords import find_passwords_file
from sheet_diag.pipeline.tasks import WorkerContext
from sheet_diag.storage.staging import Staging
from sheet_diag.text.normalize import company_key, normalize_text

_WORKBOOK: Final = ".xlsx"


@dataclass(frozen=True, slots=True)
class ReadBackJob:
    """One output that was saved since, and the passwords that may open it."""

    path: Path
    passwords: Passwords = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """What an output says now: its digest, whether that is what it said, and its plan."""

    sha256: str
    is_as_written: bool = False
    plan: ReturnedPlan | None = None


def read_entries(
    workers: Workers[WorkerContext], staging: Staging, output: Path, catalog: Catalog
) -> tuple[ReturnedPlan, ...]:
    """Read what was entered into the plans of reports, lately and before.

    Outputs that say what they said are accepted as they are.
    """
    told = _parse_plans(staging.former.plans)
    plans = {_owner_key(plan): _follow(catalog, staging.former.version, plan) for plan in told}
    paths = [path for path in staging.find_changed() if path.suffix == _WORKBOOK]
    passwords = _load_passwords(output) if paths else Passwords()
    jobs = [ReadBackJob(path, passwords) for path in paths]
    for path, result in zip(paths, workers.map(read_back, jobs), strict=True):
        if isinstance(result, WorkerDied):
            continue
        if result.is_as_written:
            staging.accept(path, result.sha256)
        if result.plan:
            key = _owner_key(result.plan)
            plans[key] = _merge(plans.get(key), result.plan)
    return tuple(plan for plan in plans.values() if plan.entries)


def read_back(context: WorkerContext, job: ReadBackJob) -> ReadBack:
    """Read an output that was saved since. Raises nothing for whatever it may hold now."""
    from sheet_diag.intake.saved_content import is_as_written  # here: it is rarely needed

    sha256, plan = "", None
    reading = replace(context.reading, passwords=job.passwords)
    with suppress(Exception):
        content = read_stable_file(job.path)
        sha256 = hashlib.sha256(content).hexdigest()
        opened = open_workbook_bytes(content, job.path.name, reading)
        book = read_workbook(opened, reading.limits)
        plan = read_filled_plan(book, context.catalog)
        return ReadBack(sha256, is_as_written(opened.content, book), plan)
    return ReadBack(sha256, plan=plan)


def dump_plans(plans: Sequence[ReturnedPlan]) -> list[dict[str, Any]]:
    """Write plans as run.json has them."""
    return [asdict(plan) for plan in plans]


def _parse_plans(told: Any) -> Iterator[ReturnedPlan]:
    """Read plans as run.json has them, as far as they can be read."""
    for each in told if isinstance(told, list) else ():
        with suppress(AttributeError, KeyError, TypeError):
            entries = [PlanEntry(**{k: str(v) for k, v in e.items()}) for e in each["entries"]]
            keys = {key: str(each[key]) for key in ("client", "name", "number")}
            yield ReturnedPlan(tuple(entries), **keys)


def _follow(catalog: Catalog, version: str, plan: ReturnedPlan) -> ReturnedPlan:
    """Write the lines of a plan under the numbers of now."""
    entries = (replace(e, item=follow_number(catalog, version, e.item)) for e in plan.entries)
    return replace(plan, entries=tuple(entries))


def _merge(former: ReturnedPlan | None, read: ReturnedPlan) -> ReturnedPlan:
    """Put the lines of a plan over former ones; one that is empty now was emptied."""
    before = former.entries if former else ()
    entries = {entry.item: entry for entry in (*before, *read.entries)}
    filled = tuple(entry for entry in entries.values() if entry.is_filled)
    return ReturnedPlan(filled, read.client, read.name, read.number)


def _owner_key(plan: ReturnedPlan) -> tuple[str, str]:
    return normalize_text(plan.client), "" if plan.client else company_key(plan.name)


def _load_passwords(output: Path) -> Passwords:
    """Load the passwords of reports, as far as they can be read."""
    with suppress(UserError, OSError):
        return load_passwords(find_passwords_file(output), {})
    return Passwords()
