"""run.json: what became of every file, and the numbers of its diagnosis.

The schema is a contract for scripts (docs/run-json.md): additions are fine, changes are not. What
one return tells is worked out where its whole record is at hand, and written as it comes.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import Any, Final

from sheet_diag import __version__
from sheet_diag.diagnosis.comparison.previous import entries_digest, item_fingerprint
from sheet_diag.diagnosis.improvement.plan import find_due_day
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Item
from sheet_diag.model.comparison import (
    Comparison,
    Movement,
    PastDiagnosis,
    PeerGroup,
    PeerStanding,
    PreviousDiagnosis,
)
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.results import (
    Diagnosis,
    PlannedItem,
    ReturnOutcome,
    ReturnStatus,
    Scores,
    Way,
    list_unassigned_attachments,
)
from sheet_diag.model.returns import Attachment, Problem, ProblemCode
from sheet_diag.storage.run_json_file import RunJsonWriter, dump_json_line
from sheet_diag.text import problems
from sheet_diag.text.numbers import format_score

_SCHEMA: Final = 1
_LEFT_OVER: Final = (ProblemCode.LEFT_OVER, ProblemCode.LEFT_OVER_MANY)


def dump_checked_files(catalog: Catalog, outcomes: Sequence[ReturnOutcome], lang: Lang) -> bytes:
    """Write the same about single files, which no date and no output belong to."""
    file = io.BytesIO()
    with RunJsonWriter(file, describe_run(catalog, outcomes, None)) as document:
        for outcome in outcomes:
            document.add(dump_return(catalog, outcome, lang))
    return file.getvalue()


def dump_return(
    catalog: Catalog,
    outcome: ReturnOutcome,
    lang: Lang,
    points: int | None = None,
    as_of: date | None = None,
) -> bytes:
    """One return, as a line of the file; the outcome must be whole. `points` are those of its
    correction (None: it has none), `as_of` the day of the diagnosis (None: nothing is due)."""
    return dump_json_line({**_entry(catalog, outcome, lang, as_of), "points": points})


def describe_run(
    catalog: Catalog, outcomes: Sequence[ReturnOutcome], as_of: date | None
) -> dict[str, Any]:
    """Make everything of the file but its returns; without a date for single files."""
    counts = Counter(outcome.status for outcome in outcomes)
    unassigned = list_unassigned_attachments(outcomes)
    dated = {"as_of": as_of.isoformat()} if as_of else {}
    return {
        **dated,
        "schema": _SCHEMA,
        "sheet_diag": __version__,
        "catalog": {
            "id": catalog.id,
            "version": catalog.version,
            "sha256": catalog.sha256,
            "items": {
                name: item_fingerprint(catalog, item) for name, item in catalog.items.items()
            },
        },
        "counts": {
            "files": len(outcomes),
            **{s.value: counts.get(s, 0) for s in ReturnStatus},
        },
        "attachments": [{"container": e.container, **_attachment(e)} for e in unassigned],
    }


def _entry(
    catalog: Catalog, outcome: ReturnOutcome, lang: Lang, as_of: date | None
) -> dict[str, Any]:
    received = outcome.received
    sheet = received.sheet
    profile = dict(sheet.profile) if sheet else {}
    client = {**profile, "id": sheet.identity.client, "name": sheet.name} if sheet else None
    return {
        "file": received.file,
        "member": received.member,
        "received": received.received or None,
        "sender": received.sender or None,
        "dmarc": received.dmarc or None,
        "sha256": received.sha256,
        "file_sha256": received.file_sha256 or None,
        "status": outcome.status.value,
        "client": client,
        "lang": sheet.lang.value if sheet else None,
        "problems": [_problem(problem, lang) for problem in outcome.problems],
        "result": outcome.result,
        "correction": outcome.correction,
        "pdf": outcome.pdf,
        "pdf_sha256": outcome.pdf_sha256,
        "answers": sheet.answers if sheet else {},
        "entries": entries_digest(received),
        "attachments": [_attachment(e) for e in received.attachments if not e.container],
        "overrides": [_override(override) for override in received.judgement.overrides],
        "comment_sha256": _comment_digest(received.judgement),
        "comparison": _comparison(outcome.comparison),
        "history": [_past(each) for each in outcome.history],
        "left_over": [_left_over(p) for p in outcome.problems if p.code in _LEFT_OVER],
        "diagnosis": _diagnosis(catalog, outcome.diagnosis, as_of) if outcome.diagnosis else None,
    }


def _problem(problem: Problem, lang: Lang) -> dict[str, Any]:
    return {
        "code": problem.code.value,
        "severity": problems.problem_severity(problem.code).value,
        "sheet": problem.sheet,
        "cell": problem.cell,
        "item": problem.item,
        "value": problem.value,
        "message": problems.problem_message(problem, lang),
        "todo": problems.problem_advice(problem, lang),
    }


def _left_over(problem: Problem) -> dict[str, Any]:
    return {"sheet": problem.sheet, "cell": problem.cell, "text": problem.value}


def _past(each: PastDiagnosis) -> dict[str, Any]:
    return {
        "as_of": each.as_of.isoformat(),
        "catalog": each.catalog,
        "score": _score(each.score),
        "rank": each.rank,
    }


def _attachment(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "kind": attachment.kind,
        "size": attachment.size,
        "sha256": attachment.sha256,
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


def _comment_digest(decided: Judgement) -> str | None:
    """SHA-256 of the consultant's comment, to tell a changed one; the report alone tells it."""
    if not decided.comment:
        return None
    return hashlib.sha256(decided.comment.encode("utf-8", "replace")).hexdigest()


def _diagnosis(catalog: Catalog, diagnosis: Diagnosis, as_of: date | None) -> dict[str, Any]:
    scores = diagnosis.scores
    ranked = scores.rank is not None
    return {
        "gates": [{"rule": gate.code, "category": gate.category} for gate in scores.gates],
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
        "categories": {c.id: _score(scores.categories[c.id].score) for c in catalog.categories},
        "comments": [
            {
                "category": comment.category,
                "items": list(comment.items),
                "note": {"kind": comment.note_kind, "of": comment.note_of},
            }
            for comment in diagnosis.comments
        ],
        "first": list(diagnosis.top_items),
        "open_items": list(diagnosis.open_items),
        "plan": [_planned(catalog.items[each.item], each, as_of) for each in diagnosis.plan],
        "ways": [_way(way) for way in diagnosis.ways],
        "threats": [asdict(each) for each in diagnosis.threats],
        "insurance": {
            "exposure": diagnosis.insurance.exposure,
            "level": diagnosis.insurance.level,
            "variant": diagnosis.insurance.variant,
        },
    }


def _unknown(diagnosis: Diagnosis) -> dict[str, Any]:
    """Describe what is not known; where nothing is, score and rank are those of record."""
    unknown, scores = diagnosis.unknown, diagnosis.scores
    score = scores.overall if scores.rank else None
    return {
        "count": len(unknown.items) if unknown else 0,
        "items": list(unknown.items) if unknown else [],
        **(_score(unknown.score if unknown else score) or {"exact": None, "shown": None}),
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
        "effect": _score(each.effect),
        "phase": each.phase,
        "due": due and due.isoformat(),
        "effort": item.effort,
        "cost": item.cost,
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


def _peers(group: PeerGroup) -> dict[str, Any]:
    measures = {name or "overall": _standing(each) for name, each in group.standings.items()}
    return {"kind": group.kind, "choice": group.choice or None, "measures": measures}


def _standing(each: PeerStanding) -> dict[str, Any]:
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


def _previous(previous: PreviousDiagnosis) -> dict[str, Any]:
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
        "exact": str(scores.overall),
        "shown": format_score(scores.overall),
        "upper": format_score(scores.upper),
        "strict": format_score(scores.strict),
    }


def _score(score: Fraction | None) -> dict[str, str] | None:
    return None if score is None else {"exact": str(score), "shown": format_score(score)}
