"""検出事項 that the answers themselves raise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction

from sheet_diag.diagnosis.scoring.item_scores import CategorySums
from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.model.results import Finding, FindingCode


def find_findings(
    catalog: Catalog, sums: Mapping[str, CategorySums], strict_differs: bool
) -> Iterator[Finding]:
    """What is to be confirmed with the client; `strict_differs` where 該当なし as 0 would make
    another rank."""
    marks = {mark.item: mark for s in sums.values() for mark in s.marks}
    for code, role in _BY_ROLE.items():
        about = tuple(item for item, mark in marks.items() if mark.role is role)
        if about:
            yield Finding(code, code.value, about)
    refused = tuple(
        item
        for item, mark in marks.items()
        if mark.role is ChoiceRole.NOT_APPLICABLE and not catalog.items[item].na_allowed
    )
    if refused:
        yield Finding(FindingCode.NA_NOT_ALLOWED, "NA_NOT_ALLOWED", refused)
    limit = catalog.scoring.review.na_share_over
    high = tuple(name for name, s in sums.items() if s.leaves_out_over(limit))
    if high:
        yield Finding(FindingCode.NA_SHARE_HIGH, f"NA_SHARE_GT_{_format_percentage(limit)}", high)
    for rule in catalog.scoring.contradictions:
        answered = marks[rule.answered].role in (ChoiceRole.ANSWERED, ChoiceRole.UNKNOWN)
        if answered and marks[rule.na].role is ChoiceRole.NOT_APPLICABLE:
            yield Finding(FindingCode.CONTRADICTION, "CONTRADICTION", (rule.na, rule.answered))
    if strict_differs:
        yield Finding(FindingCode.STRICT_RANK_DIFFERS, "STRICT_RANK_DIFFERS")


_BY_ROLE = {FindingCode.UNANSWERED: None, FindingCode.UNKNOWN_STATE: ChoiceRole.UNKNOWN}


def _format_percentage(share: Fraction) -> str:
    """`30` for 3/10; the plain fraction where it is no whole percentage."""
    return str(share * 100) if (share * 100).denominator == 1 else str(share)
