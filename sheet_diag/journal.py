"""run.json: what became of every file, and the numbers of its diagnosis.

The schema is a contract for scripts (docs/run-json.md): additions are fine, changes are not.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from typing import Any, Final

from sheet_diag import problems
from sheet_diag.figures import exact, shown
from sheet_diag.history import entries_digest, fingerprint
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import Comparison, Movement, Peers, Previous, Standing
from sheet_diag.model.judgement import Override
from sheet_diag.model.results import Diagnosis, Outcome, Scores, Status, Way
from sheet_diag.model.returns import Problem

SCHEMA: Final = 1


def journal(catalog: Catalog, outcomes: Sequence[Outcome], as_of: date, lang: Lang) -> bytes:
    """The whole file: UTF-8, sorted keys, no machine paths."""
    return _written({"as_of": as_of.isoformat(), **_content(catalog, outcomes, lang)})


def verdicts(catalog: Catalog, outcomes: Sequence[Outcome], lang: Lang) -> bytes:
    """The same of single files, which no date and no output belong to."""
    return _written(_content(catalog, outcomes, lang))


def _written(content: dict[str, Any]) -> bytes:
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    return (text + "\n").encode("utf-8", "replace")


def _content(catalog: Catalog, outcomes: Sequence[Outcome], lang: Lang) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "catalog": {
            "id": catalog.id,
            "version": catalog.version,
            "sha256": catalog.sha256,
            "items": {name: fingerprint(catalog, item) for name, item in catalog.items.items()},
        },
        "counts": {
            "files": len(outcomes),
            **{s.value: sum(1 for o in outcomes if o.status is s) for s in Status},
        },
        "returns": [outcome_entry(catalog, outcome, lang) for outcome in outcomes],
    }


def outcome_entry(catalog: Catalog, outcome: Outcome, lang: Lang) -> dict[str, Any]:
    """One entry of `returns`."""
    received = outcome.received
    sheet = received.sheet
    profile = dict(sheet.profile) if sheet else {}
    client = {**profile, "id": sheet.identity.client, "name": sheet.name} if sheet else None
    return {
        "file": received.file,
        "member": received.member,
        "sha256": received.sha256,
        "status": outcome.status.value,
        "client": client,
        "lang": sheet.lang.value if sheet else None,
        "problems": [_problem(problem, lang) for problem in outcome.problems],
        "result": outcome.result,
        "correction": outcome.correction,
        "pdf": outcome.pdf,
        "answers": sheet.answers if sheet else {},
        "entries": entries_digest(received),
        "overrides": [_override(override) for override in received.judgement.overrides],
        "comparison": _comparison(outcome.comparison),
        "diagnosis": _diagnosis(catalog, outcome.diagnosis) if outcome.diagnosis else None,
    }


def _problem(problem: Problem, lang: Lang) -> dict[str, Any]:
    return {
        "code": problem.code.value,
        "severity": problems.severity(problem.code).value,
        "sheet": problem.sheet,
        "cell": problem.cell,
        "item": problem.item,
        "value": problem.value,
        "message": problems.message(problem, lang),
        "todo": problems.advice(problem, lang),
    }


def _override(override: Override) -> dict[str, Any]:
    return {
        "item": override.item,
        "from": override.before,
        "raw": override.raw,
        "to": override.after,
        "reason": override.reason,
        "by": override.by,
    }


def _diagnosis(catalog: Catalog, diagnosis: Diagnosis) -> dict[str, Any]:
    scores = diagnosis.scores
    ranked = scores.rank is not None
    return {
        "gates": [{"rule": gate.rule, "category": gate.category} for gate in scores.gates],
        "overall": _overall(scores),
        "base_rank": scores.base_rank,
        "rank": scores.rank,
        "rank_interval": [scores.rank, scores.upper_rank] if ranked else None,
        "strict_rank": scores.strict_rank,
        "caps": [
            {"rule": cap.rule, "at_most": cap.at_most, "because": list(cap.because)}
            for cap in scores.caps
        ],
        "findings": [{"rule": f.rule, "about": list(f.about)} for f in scores.findings],
        "categories": {c.id: _score(scores.categories[c.id].score) for c in catalog.categories},
        "comments": [
            {
                "category": comment.category,
                "items": list(comment.items),
                "note": {"kind": comment.note_kind, "of": comment.note_of},
            }
            for comment in diagnosis.comments
        ],
        "open_items": list(diagnosis.open_items),
        "ways": [_way(way) for way in diagnosis.ways],
        "insurance": {
            "exposure": diagnosis.insurance.exposure,
            "level": diagnosis.insurance.level,
            "variant": diagnosis.insurance.variant,
        },
    }


def _way(way: Way) -> dict[str, Any]:
    return {
        "target": way.target,
        "items": list(way.items),
        "overall": _score(way.score),
        "rank": way.rank,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "peers": [_peers(group) for group in comparison.peers],
        "previous": _previous(comparison.previous) if comparison.previous else None,
        "reference": comparison.reference or None,
        "reference_version": comparison.reference_version or None,
    }


def _peers(group: Peers) -> dict[str, Any]:
    measures = {name or "overall": _standing(each) for name, each in group.standings.items()}
    return {"kind": group.kind, "choice": group.choice or None, "measures": measures}


def _standing(each: Standing) -> dict[str, Any]:
    """As the report shows it: statistics in whole points, the 偏差値 to one decimal."""
    return {
        "count": each.count,
        "mean": round(each.mean),
        "lower": round(each.lower),
        "median": round(each.median),
        "upper": round(each.upper),
        "position": each.position,
        "deviation": None if each.deviation is None else round(each.deviation, 1),
    }


def _previous(previous: Previous) -> dict[str, Any]:
    return {
        "as_of": previous.as_of.isoformat(),
        "rank": previous.rank,
        "overall": _score(previous.score),
        "categories": {name: _score(score) for name, score in previous.categories.items()},
        "same_catalog": previous.same_catalog,
        "copied": previous.copied,
        "changes": [
            {"item": c.item, "movement": c.movement, "from": c.before, "to": c.now}
            for c in previous.changes
            if c.movement is not Movement.SAME or c.before != c.now
        ],
    }


def _overall(scores: Scores) -> dict[str, str] | None:
    if scores.overall is None or scores.upper is None:
        return None
    return {
        "exact": exact(scores.overall),
        "shown": shown(scores.overall),
        "upper": shown(scores.upper),
        "strict": shown(scores.strict),
    }


def _score(score: Fraction | None) -> dict[str, str] | None:
    return None if score is None else {"exact": exact(score), "shown": shown(score)}
