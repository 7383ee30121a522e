"""Give each returned 改善計画 to the return of its own client, and check what it says. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from sheet_diag.forms.layout import PLAN_COLUMNS
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import PLAN_CHOICES, Problem, ProblemCode, ReturnedPlan
from sheet_diag.text.normalize import company_key, normalize_text
from sheet_diag.text.wording import Wording

_DONE: Final = "done"


def attach_plans(catalog: Catalog, outcomes: Sequence[ReturnOutcome]) -> list[ReturnOutcome]:
    """Add to each outcome the newest plan of its client.

    A plan belongs to the client whose id it carries, else to the only one of its name. A plan that
    is not shown is reported where it was found; one in another client's return is not shown. What
    a plan says that its lists do not offer, or the answers contradict, is told of its client.
    """
    clients = _PlanClients.of(outcomes)
    plans: dict[int, list[int]] = defaultdict(list)  # positions, by that of the client's outcome
    problems: dict[int, list[Problem]] = defaultdict(list)
    for at, each in enumerate(outcomes):
        if plan := each.received.plan:
            owner = _owner_of(plan, each, clients)
            if owner is not None:
                plans[owner].append(at)
            else:
                shown = plan.name or plan.client or plan.number or "-"
                problems[at].append(Problem(ProblemCode.PLAN_WITHOUT_CLIENT, value=shown))
    newest = {
        owner: max(found, key=lambda at: _plan_age(outcomes[at])) for owner, found in plans.items()
    }
    for owner, found in plans.items():
        label = outcomes[newest[owner]].received.label
        older = Problem(ProblemCode.PLAN_OLDER, value=label)
        for at in found:
            if at != newest[owner]:
                problems[at].append(older)
        if plan := outcomes[newest[owner]].received.plan:
            problems[owner] += _check_plan(catalog, plan, outcomes[owner])
    return [
        replace(
            each,
            plan=outcomes[newest[at]].received.plan if at in newest else None,
            problems=(*each.problems, *problems.get(at, ())),
        )
        if at in newest or at in problems
        else each
        for at, each in enumerate(outcomes)
    ]


def attach_entries(
    outcomes: Sequence[ReturnOutcome], plans: Sequence[ReturnedPlan]
) -> list[ReturnOutcome]:
    """Add to each outcome what was entered into the last report of its client."""
    clients = _PlanClients.of(outcomes)
    found = ((clients.find(plan.client, plan.name), plan) for plan in plans)
    entries = {owners[0]: plan.entries for owners, plan in found if len(owners) == 1}
    return [replace(each, entries=entries.get(at, ())) for at, each in enumerate(outcomes)]


def _owner_of(plan: ReturnedPlan, found_in: ReturnOutcome, clients: _PlanClients) -> int | None:
    """The position of the one client of a plan; None where there is none, or several."""
    owners, sheet = clients.find(plan.client, plan.name), found_in.received.sheet
    is_foreign = sheet and owners != clients.find(sheet.identity.client or "", sheet.name)
    return owners[0] if len(owners) == 1 and not is_foreign else None


def _plan_age(outcome: ReturnOutcome) -> tuple[str, str, int, str]:
    """What makes a plan newer: the day in its report's number, then the file's own time."""
    received = outcome.received
    number = received.plan.number if received.plan else ""
    return number[:11], received.modified, received.file_time, received.label


@dataclass(frozen=True, slots=True)
class _PlanClients:
    """The positions of the ranked and held outcomes, by normalised id and by name."""

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

    def find(self, client: str, name: str) -> list[int]:
        """Find the outcomes that may be the client of that id, else of that name."""
        if client and (found := self.by_id.get(normalize_text(client))):
            return found
        return self.by_name.get(company_key(name), []) if name else []


# --- what a plan says


@cache
def _words_of(column: str) -> Mapping[str, str]:
    """The choices of a column of the plan by their words in every language."""
    return {
        normalize_text(Wording(lang)(f"plan.{column}.{choice}")): choice
        for choice in PLAN_CHOICES[column]
        for lang in Lang
    }


def _find_questions_gone(catalog: Catalog, plan: ReturnedPlan) -> Iterator[Problem]:
    """Find entries of questions that are asked no more, which no report shows."""
    for entry in plan.entries:
        if entry.item not in catalog.items:
            texts = [str(getattr(entry, column)).strip() for column in PLAN_COLUMNS]
            shown = " / ".join(filter(None, texts))
            number = (("number", entry.item.partition("@")[0]),)
            yield Problem(ProblemCode.PLAN_QUESTION_GONE, value=shown, details=number)


def _check_plan(catalog: Catalog, plan: ReturnedPlan, owner: ReturnOutcome) -> Iterator[Problem]:
    """Find entries that no list offers, and measures that are done by the plan alone."""
    for entry in plan.entries:
        for column in PLAN_CHOICES:
            typed = str(getattr(entry, column)).strip()
            if typed and normalize_text(typed) not in _words_of(column):
                details = [(f"column_{e.value}", Wording(e)(f"plan.column.{column}")) for e in Lang]
                code = ProblemCode.PLAN_ENTRY_UNKNOWN
                yield Problem(code, item=entry.item, value=typed, details=tuple(details))
    yield from _find_questions_gone(catalog, plan)
    done = [e for e in plan.entries if _words_of("status").get(normalize_text(e.status)) == _DONE]
    answers = owner.received.require_sheet().answers if done else {}
    for entry in done:
        item, given = catalog.items.get(entry.item), answers.get(entry.item)
        choice = catalog.choices_of(item).get(given) if item and given else None
        if choice and choice.role is ChoiceRole.ANSWERED and choice.value == 0:
            told = tuple((f"answer_{lang.value}", choice.label[lang]) for lang in Lang)
            code = ProblemCode.PLAN_DONE_OPEN
            yield Problem(code, item=entry.item, value=entry.status, details=told)
