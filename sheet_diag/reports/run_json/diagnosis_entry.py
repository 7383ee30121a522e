"""The diagnosis of one return as run.json tells it: every number that the report shows."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import Any

from sheet_diag.diagnosis.coverage import cover_standards
from sheet_diag.diagnosis.improvement.plan import find_due_day
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.results import (
    Diagnosis,
    PlannedItem,
    ReturnOutcome,
    ReturnStatus,
    Scores,
    Way,
)
from sheet_diag.model.rules import Gate, ItemGate
from sheet_diag.model.standards import RequirementState, StandardCoverage
from sheet_diag.text.numbers import format_score


def describe_diagnosis(
    catalog: Catalog, diagnosis: Diagnosis, as_of: date | None
) -> dict[str, Any]:
    """Describe a diagnosis; `as_of` is its day (None: nothing is due)."""
    scores = diagnosis.scores
    ranked = scores.rank is not None
    return {
        "gates": [_gate(gate) for gate in scores.gates],
        "overall": _overall(scores),
        "base_rank": scores.base_rank,
        "rank": scores.rank,
        "rank_interval": [scores.rank, scores.upper_rank] if ranked else None,
        "strict_rank": scores.strict_rank,
        "caps": [
            {
                "rule": cap.rule.code,
                "at_most": cap.at_most,
                "because": list(cap.because),
                "binding": cap in scores.binding_caps,
                "blocks_next": cap in scores.blocking_caps,
            }
            for cap in scores.caps
        ],
        "text": diagnosis.text if ranked else None,
        "unknown": _unknown(diagnosis),
        "findings": [{"rule": f.rule, "about": list(f.about)} for f in scores.findings],
        "categories": {
            c.id: describe_score(scores.categories[c.id].score) for c in catalog.scored_categories
        },
        "comments": [
            {
                "category": comment.category,
                "items": list(comment.items),
                "note": _note(catalog, comment.note_of),
            }
            for comment in diagnosis.comments
        ],
        "first": list(diagnosis.top_items),
        "open_items": list(diagnosis.open_items),
        "plan": [_planned(catalog.items[each.item], each, as_of) for each in diagnosis.plan],
        "ways": [_way(way) for way in diagnosis.ways],
        "threats": [asdict(each) for each in diagnosis.threats],
        "insurance": asdict(diagnosis.insurance) if diagnosis.insurance else None,
    }


def _gate(gate: Gate) -> dict[str, Any]:
    about = {"item": gate.item} if isinstance(gate, ItemGate) else {}
    return {"rule": gate.code, "category": gate.category, **about}


def _note(catalog: Catalog, item: str | None) -> dict[str, Any] | None:
    note = catalog.items[item].note if item else None
    return {"kind": note.kind, "of": item} if note else None


def _unknown(diagnosis: Diagnosis) -> dict[str, Any]:
    """Describe what is not known; where nothing is, score and rank are those of record."""
    unknown, scores = diagnosis.unknown, diagnosis.scores
    score = scores.overall if scores.rank else None
    return {
        "count": len(unknown.items) if unknown else 0,
        "items": list(unknown.items) if unknown else [],
        **(describe_score(unknown.score if unknown else score) or {"exact": None, "shown": None}),
        "rank": unknown.rank if unknown else scores.rank,
        "decides": diagnosis.is_decided_by_unknown,
        "share_of_lost": str(unknown.share_of_lost if unknown else 0),
    }


def _planned(item: Item, each: PlannedItem, as_of: date | None) -> dict[str, Any]:
    due = as_of and find_due_day(each.phase, as_of)
    return {
        "item": each.item,
        "group": each.group,
        "label": each.label,
        "effect": describe_score(each.effect),
        "phase": each.phase,
        "due": due and due.isoformat(),
        "effort": item.effort,
        "cost": item.cost,
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "target": way.target,
        "items": list(way.items),
        "overall": describe_score(way.score),
        "rank": way.rank,
    }


def _overall(scores: Scores) -> dict[str, str] | None:
    if scores.overall is None or scores.upper is None:
        return None
    return {
        "exact": str(scores.overall),
        "shown": format_score(scores.overall),
        "upper": format_score(scores.upper),
        "strict": format_score(scores.strict),
    }


def describe_score(score: Fraction | None) -> dict[str, str] | None:
    """Describe a score, exactly and as it is shown."""
    return None if score is None else {"exact": str(score), "shown": format_score(score)}


def describe_standards(catalog: Catalog, outcome: ReturnOutcome) -> dict[str, Any]:
    """Describe the standards as the report shows them; none unless the return is ranked."""
    sheet = outcome.received.sheet
    if sheet is None or outcome.status is not ReturnStatus.RANKED:
        return {}
    return {
        each.standard.id: {
            **_counts(each.size, each.counts),
            **(_describe_groups(each) if each.frame.groups else {"unasked": each.unasked}),
            "requirements": {
                covered.requirement.id: covered.state
                for group in each.groups
                for covered in group.requirements
            },
        }
        for each in cover_standards(catalog, sheet.answers)
    }


def _describe_groups(coverage: StandardCoverage) -> dict[str, Any]:
    groups = {each.group.id: _counts(each.group.size, each.counts) for each in coverage.groups}
    return {"groups": groups}


def _counts(size: int, counts: Counter[RequirementState]) -> dict[str, int]:
    states = {state.value: counts[state] for state in RequirementState}
    return {"size": size, "treated": counts.total(), **states}
