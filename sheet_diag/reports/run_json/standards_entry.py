"""The answers of one return beside other standards, as run.json tells them."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.standards import RequirementState


def describe_standards(catalog: Catalog, outcome: ReturnOutcome) -> dict[str, Any]:
    """Describe the standards as the report shows them; none unless the return is ranked."""
    sheet = outcome.received.sheet
    if sheet is None or outcome.status is not ReturnStatus.RANKED:
        return {}
    return {
        each.standard.id: {
            **_counts(each.size, each.counts),
            "groups": {g.group.id: _counts(g.group.size, g.counts) for g in each.groups},
            "requirements": {
                covered.requirement.id: covered.state
                for group in each.groups
                for covered in group.requirements
            },
        }
        for each in cover_standards(catalog, sheet.answers)
    }


def _counts(size: int, counts: Counter[RequirementState]) -> dict[str, int]:
    states = {state.value: counts[state] for state in RequirementState}
    return {"size": size, "treated": counts.total(), **states}
