"""検出事項: what the answers themselves raise, to be confirmed with the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.diagnosis.scoring.item_scores import CategorySums
from sheet_diag.model.applicability import condition_holds, counting_answer, must_answer
from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.model.results import Answers, Finding, FindingCode


def find_findings(
    catalog: Catalog, sums: Mapping[str, CategorySums], strict_differs: bool
) -> Iterator[Finding]:
    """Find everything to confirm; `strict_differs`: 該当なし as 0 would make another rank."""
    roles = {answer.item: answer.role for each in sums.values() for answer in each.answers}
    left_out = [item for item, role in roles.items() if role is ChoiceRole.NOT_APPLICABLE]
    about_items = {
        FindingCode.UNANSWERED: [
            item
            for item, role in roles.items()
            if role is None and must_answer(catalog, catalog.items[item])
        ],
        FindingCode.UNKNOWN_STATE: [
            item for item, role in roles.items() if role is ChoiceRole.UNKNOWN
        ],
        FindingCode.NA_NOT_ALLOWED: [i for i in left_out if not catalog.items[i].na_allowed],
    }
    for code, items in about_items.items():
        if items:
            yield Finding(code, code.value, tuple(items))
    limit = catalog.scoring.review.na_share_over
    high = tuple(
        name for name, s in sums.items() if s.left_out and s.applicable and s.na_share > limit
    )
    if high:
        yield Finding(FindingCode.NA_SHARE_HIGH, f"NA_SHARE_GT_{_percentage(limit)}", high)
    yield from _find_contradictions(catalog, sums)
    if strict_differs:
        yield Finding(FindingCode.STRICT_RANK_DIFFERS, "STRICT_RANK_DIFFERS")


def find_company_contradictions(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str]
) -> Iterator[Finding]:
    """Find 該当なし that the company sheet contradicts."""
    for rule in catalog.scoring.na_by_company:
        for item in rule.items if profile.get(rule.field) in rule.choices else ():
            choice = catalog.choices_of(catalog.items[item]).get(answers.get(item) or "")
            if choice and choice.role is ChoiceRole.NOT_APPLICABLE:
                yield _na_finding(item, rule.field)


def find_condition_contradictions(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str]
) -> Iterator[Finding]:
    """Find conditions that hold while what they require does not.

    Nothing is found while a question of what is required is open or not asked.
    """
    code = FindingCode.CONTRADICTION
    for rule in catalog.scoring.pairs:
        given = (
            counting_answer(catalog, catalog.items[i], answers.get(i)) for i in rule.requires.items
        )
        holds, met = (
            condition_holds(catalog, each, answers, profile)
            for each in (rule.condition, rule.requires)
        )
        if holds and not met and all(given):
            about = dict.fromkeys((*rule.condition.items, *rule.requires.items))
            yield Finding(code, code.value, tuple(about), rule.text)


def _find_contradictions(catalog: Catalog, sums: Mapping[str, CategorySums]) -> Iterator[Finding]:
    scored = {answer.item: answer for each in sums.values() for answer in each.answers}
    left_out = {i for i, each in scored.items() if each.role is ChoiceRole.NOT_APPLICABLE}
    answered = {i for i, each in scored.items() if each.role and i not in left_out}
    known = [
        (i, each.score.value) for i, each in scored.items() if each.role is ChoiceRole.ANSWERED
    ]
    is_done = {i: v is not None and v > catalog.lowest_value(catalog.items[i]) for i, v in known}
    for rule in catalog.scoring.contradictions:
        if rule.na in left_out and rule.answered in answered:
            yield _na_finding(rule.na, rule.answered)
    for group in catalog.scoring.na_together:
        na, other = ([i for i in group if i in among] for among in (left_out, answered))
        if na and other:
            yield _na_finding(na[0], other[0])
    for needing in catalog.scoring.prerequisites:
        if is_done.get(needing.item) and all(is_done.get(each) is False for each in needing.needs):
            code = FindingCode.ANSWER_CONTRADICTION
            yield Finding(code, code.value, (needing.item, *needing.needs))


def _na_finding(item: str, against: str) -> Finding:
    code = FindingCode.NA_CONTRADICTION
    return Finding(code, code.value, (item, against))


def _percentage(share: Fraction) -> str:
    """Write a percentage (`30` for 3/10), or the fraction where it is no whole one."""
    return str(share * 100) if (share * 100).denominator == 1 else str(share)
