"""run.json: what became of every file, and the numbers of its diagnosis.

The schema is a contract for scripts (docs/run-json.md): additions are fine, changes are not. What
one return tells is worked out where its whole record is at hand, and written as it comes.
"""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, Final

from sheet_diag import __version__
from sheet_diag.catalog.versions import is_packaged
from sheet_diag.diagnosis.comparison.previous import entries_digest, item_fingerprint
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import (
    CommonScores,
    Comparison,
    Movement,
    PastDiagnosis,
    PeerGroup,
    PeerStanding,
    PreviousDiagnosis,
)
from sheet_diag.model.overrides import Judgement, Override
from sheet_diag.model.results import (
    ReturnOutcome,
    ReturnStatus,
    list_unassigned_attachments,
)
from sheet_diag.model.returns import Attachment, Problem, ProblemCode
from sheet_diag.reports.run_json.diagnosis_entry import (
    describe_diagnosis,
    describe_score,
    describe_standards,
)
from sheet_diag.storage.run_json_file import RunJsonWriter, dump_json_line
from sheet_diag.text import problems
from sheet_diag.text.question_digests import digest_questions

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
            "full_score": str(catalog.scoring.full),
            "ranks": [
                {"label": rule.label, "from": None if rule.lowest is None else str(rule.lowest)}
                for rule in catalog.scoring.ranks
            ],
            "items": {
                name: item_fingerprint(catalog, item) for name, item in catalog.items.items()
            },
            # What a later version of the catalogue would else not know.
            **({} if is_packaged(catalog) else {"questions": digest_questions(catalog)}),
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
        **({"confirmed": list(sheet.confirmed)} if sheet and sheet.confirmed else {}),
        "entries": entries_digest(received),
        "attachments": [_attachment(e) for e in received.attachments if not e.container],
        "overrides": [_override(override) for override in received.judgement.overrides],
        "comment_sha256": _comment_digest(received.judgement),
        "comparison": _comparison(outcome.comparison),
        "history": [_past(each) for each in outcome.history],
        "left_over": [_left_over(p) for p in outcome.problems if p.code in _LEFT_OVER],
        "diagnosis": describe_diagnosis(catalog, outcome.diagnosis, as_of)
        if outcome.diagnosis
        else None,
        "standards": describe_standards(catalog, outcome),
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
        "score": describe_score(each.score),
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
    """Digest the consultant's comment and who wrote it, to tell a changed one."""
    if not decided.comment:
        return None
    text = "\n".join(filter(None, (decided.comment, decided.comment_by)))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


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


def _common(common: CommonScores) -> dict[str, Any]:
    then, now = describe_score(common.then), describe_score(common.now)
    return {"then": then, "now": now, "count": common.count}


def _previous(previous: PreviousDiagnosis) -> dict[str, Any]:
    return {
        "as_of": previous.as_of.isoformat(),
        "rank": previous.rank,
        "overall": describe_score(previous.score),
        "categories": {name: describe_score(score) for name, score in previous.categories.items()},
        "common": _common(previous.common) if previous.common else None,
        "same_catalog": previous.same_catalog,
        "copied": previous.copied,
        "changes": [
            {"item": c.item, "movement": c.movement, "from": c.before, "to": c.now}
            for c in previous.changes
            if c.movement is not Movement.SAME or c.before != c.now
        ],
    }
