"""検出事項: what the answers themselves raise, to be confirmed with the client."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.diagnosis.scoring.item_scores import CategorySums
from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.model.results import Finding, FindingCode


def find_findings(
    catalog: Catalog, sums: Mapping[str, CategorySums], strict_differs: bool
) -> Iterator[Finding]:
    """Find everything to confirm; `strict_differs`: 該当なし as 0 would make another rank."""
    roles = {answer.item: answer.role for each in sums.values() for answer in each.answers}
    left_out = [item for item, role in roles.items() if role is ChoiceRole.NOT_APPLICABLE]
    about_items = {
        FindingCode.UNANSWERED: [item for item, role in roles.items() if role is None],
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
    for rule in catalog.scoring.contradictions:
        answered = roles[rule.answered] in (ChoiceRole.ANSWERED, ChoiceRole.UNKNOWN)
        if answered and rule.na in left_out:
            yield Finding(FindingCode.CONTRADICTION, "CONTRADICTION", (rule.na, rule.answered))
    if strict_differs:
        yield Finding(FindingCode.STRICT_RANK_DIFFERS, "STRICT_RANK_DIFFERS")


def _percentage(share: Fraction) -> str:
    """Write a percentage (`30` for 3/10), or the fraction where it is no whole one."""
    return str(share * 100) if (share * 100).denominator == 1 else str(share)
