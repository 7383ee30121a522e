"""Which report shows which 改善計画: each goes to the return of its own client. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sheet_diag.folding import company_key, fold
from sheet_diag.model.plan import Plan
from sheet_diag.model.results import Outcome, Status
from sheet_diag.model.returns import Code, Problem


def attach_plans(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes in the same order, each with the newest plan of its client.

    A plan belongs to the client whose id it carries, else to the only one of its name. Every plan
    that is not shown is told where it was found.
    """
    plans = {at: each.received.plan for at, each in enumerate(outcomes)}
    chosen: dict[int, list[int]] = defaultdict(list)
    told: dict[int, Problem] = {}
    for at, plan in plans.items():
        if plan is None:
            continue
        owners = _owners(plan, outcomes)
        if len(owners) == 1:
            chosen[owners[0]].append(at)
        else:
            shown = plan.name or plan.client or plan.number
            told[at] = Problem(Code.PLAN_WITHOUT_CLIENT, value=shown or "-")
    newest: dict[int, Plan] = {}
    for owner, found in chosen.items():
        best = max(found, key=lambda at: _age(plans[at], outcomes[at]))
        newest[owner] = plans[best] or Plan(())
        label = outcomes[best].received.label
        told |= {at: Problem(Code.PLAN_OLDER, value=label) for at in found if at != best}
    return [
        replace(each, plan=newest.get(at), problems=(*each.problems, *_of(told, at)))
        for at, each in enumerate(outcomes)
    ]


def _of(told: dict[int, Problem], at: int) -> tuple[Problem, ...]:
    return (told[at],) if at in told else ()


def _age(plan: Plan | None, outcome: Outcome) -> tuple[str, str, int, str]:
    """What makes a plan newer: the day in its report's number, then the file's own time."""
    number = plan.number if plan else ""
    received = outcome.received
    return number[:11], received.modified, received.file_time, received.label


def _owners(plan: Plan, outcomes: Sequence[Outcome]) -> list[int]:
    """The outcomes that may be the plan's client; what is superseded has its client elsewhere."""
    sheets = {
        at: each.received.sheet
        for at, each in enumerate(outcomes)
        if each.status in (Status.RANKED, Status.HELD) and each.received.sheet
    }
    client, name = fold(plan.client), company_key(plan.name) if plan.name else ""
    by_id = [at for at, s in sheets.items() if client and fold(s.identity.client or "") == client]
    if by_id:
        return by_id
    return [at for at, s in sheets.items() if name and s.name and company_key(s.name) == name]
