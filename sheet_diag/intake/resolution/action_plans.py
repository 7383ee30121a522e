"""Which report shows which 改善計画: each goes to the return of its own client. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sheet_diag.model.action_plan import ReturnedPlan
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode
from sheet_diag.text.normalize import company_key, normalize_text


def attach_plans(outcomes: Sequence[ReturnOutcome]) -> list[ReturnOutcome]:
    """The outcomes in the same order, each with the newest plan of its client.

    A plan belongs to the client whose id it carries, else to the only one of its name. Every plan
    that is not shown is told where it was found; one inside another client's return is not shown.
    """
    plans = {at: each.received.plan for at, each in enumerate(outcomes)}
    clients = _PlanClients.of(outcomes)
    chosen: dict[int, list[int]] = defaultdict(list)
    told: dict[int, Problem] = {}
    for at, plan in plans.items():
        if plan is None:
            continue
        owners, sheet = clients.known_as(plan.client, plan.name), outcomes[at].received.sheet
        foreign = sheet and owners != clients.known_as(sheet.identity.client or "", sheet.name)
        if len(owners) == 1 and not foreign:
            chosen[owners[0]].append(at)
        else:
            shown = plan.name or plan.client or plan.number
            told[at] = Problem(ProblemCode.PLAN_WITHOUT_CLIENT, value=shown or "-")
    newest: dict[int, ReturnedPlan] = {}
    for owner, found in chosen.items():
        best = max(found, key=lambda at: _plan_age(plans[at], outcomes[at]))
        newest[owner] = plans[best] or ReturnedPlan(())
        label = outcomes[best].received.label
        told |= {at: Problem(ProblemCode.PLAN_OLDER, value=label) for at in found if at != best}
    return [
        replace(each, plan=newest.get(at), problems=(*each.problems, *_problems_at(told, at)))
        if at in newest or at in told
        else each
        for at, each in enumerate(outcomes)
    ]


def _problems_at(told: dict[int, Problem], at: int) -> tuple[Problem, ...]:
    return (told[at],) if at in told else ()


def _plan_age(plan: ReturnedPlan | None, outcome: ReturnOutcome) -> tuple[str, str, int, str]:
    """What makes a plan newer: the day in its report's number, then the file's own time."""
    number = plan.number if plan else ""
    received = outcome.received
    return number[:11], received.modified, received.file_time, received.label


@dataclass(frozen=True, slots=True)
class _PlanClients:
    """Where the clients stand, by folded id and by name; what is superseded stands elsewhere."""

    by_id: Mapping[str, list[int]]
    by_name: Mapping[str, list[int]]

    @classmethod
    def of(cls, outcomes: Sequence[ReturnOutcome]) -> _PlanClients:
        by_id: dict[str, list[int]] = defaultdict(list)
        by_name: dict[str, list[int]] = defaultdict(list)
        for at, each in enumerate(outcomes):
            sheet = each.received.sheet
            if sheet and each.status in (ReturnStatus.RANKED, ReturnStatus.HELD):
                by_id[normalize_text(sheet.identity.client or "")].append(at)
                by_name[company_key(sheet.name) if sheet.name else ""].append(at)
        return cls(by_id, by_name)

    def known_as(self, client: str, name: str) -> list[int]:
        """The outcomes that may be the client of that id, else of that name."""
        if client and (found := self.by_id.get(normalize_text(client))):
            return found
        return self.by_name.get(company_key(name), []) if name else []
