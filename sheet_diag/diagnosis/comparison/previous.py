"""Compares a client's diagnosis with the one of an earlier run. Pure.

Clients are the same by their id. Without an id on both sides they are the same by their company
name, where exactly one client had it then and has it now; never by a guess. Items are compared only
where they are the same: asked in the same words, with the same weight and the same choices.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import islice, takewhile
from typing import Any, Final, TypeVar

from sheet_diag.diagnosis.scoring.score import score_overall
from sheet_diag.model.applicability import NOT_ASKED
from sheet_diag.model.catalog import (
    Catalog,
    Category,
    Item,
    ItemKind,
    cached_per_catalog,
)
from sheet_diag.model.comparison import (
    CommonScores,
    ItemChange,
    Movement,
    PastDiagnosis,
    PreviousDiagnosis,
    PreviousReturn,
    PreviousRun,
    PreviousRunFacts,
)
from sheet_diag.model.conditions import split_chosen
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile
from sheet_diag.model.versions import Relation, VersionMap, match_versions
from sheet_diag.text.normalize import company_key, normalize_text
from sheet_diag.text.question_digests import digest_questions, is_same_question, spell_as_asked

_MOST_PAST: Final = 5  # diagnoses that a history keeps
_KEPT: Final = 64  # sets of common items; merged ones are common where a client's answers agree


def match_previous(
    outcomes: Sequence[ReturnOutcome], run: PreviousRun
) -> Mapping[str, PreviousReturn]:
    """Match clients with those of the earlier run, by the label of the return.

    Needs no answers, so that they need not be in memory.
    """
    present = [each for each in outcomes if each.status in (ReturnStatus.RANKED, ReturnStatus.HELD)]
    pairs = _pair_clients(present, run.returns)
    return {outcome.received.label: before for outcome, before in pairs}


def add_previous(
    catalog: Catalog, outcome: ReturnOutcome, before: PreviousReturn, run: PreviousRunFacts
) -> ReturnOutcome:
    """Add the history of its client to an outcome, and the previous diagnosis if both are ranked.

    Where answers and remarks are all the same as then, a problem says so. Ranks or scores on
    another scale are not compared.
    """
    outcome = replace(outcome, history=_make_history(catalog, before, run))
    if outcome.status is not ReturnStatus.RANKED or before.rank is None or before.score is None:
        return outcome
    if not _is_comparable(catalog, run):
        return outcome
    previous = _previous(catalog, outcome.received, before, run)
    problems = outcome.problems
    if previous.copied:
        copied = Problem(ProblemCode.COPIED_FROM_PREVIOUS, value=previous.as_of.isoformat())
        problems = (*problems, copied)
    comparison = replace(outcome.comparison, previous=previous)
    return replace(outcome, problems=problems, comparison=comparison)


def _make_history(
    catalog: Catalog, before: PreviousReturn, run: PreviousRunFacts
) -> tuple[PastDiagnosis, ...]:
    """Carry the history on, one diagnosis a day; another catalogue or scale of ranks ends it."""
    if not _has_same_ranks(catalog, run):
        return ()
    past = {each.as_of: each for each in before.history}
    if before.rank is not None and before.score is not None:
        past[run.as_of] = PastDiagnosis(run.as_of, run.catalog, before.score, before.rank)
    newest_first = reversed(past.values())
    same = takewhile(lambda each: each.catalog.startswith(f"{catalog.id}@"), newest_first)
    return tuple(islice(same, _MOST_PAST))[::-1]


def _has_same_ranks(catalog: Catalog, run: PreviousRunFacts) -> bool:
    """Whether ranks of a run begin where those of the catalogue do."""
    lows = tuple(rule.lowest for rule in catalog.scoring.ranks[:-1])
    return _is_comparable(catalog, run) and (run.scale is None or run.scale.lows == lows)


def _is_comparable(catalog: Catalog, run: PreviousRunFacts) -> bool:
    """Whether ranks and scores of a run are on one scale; the first runs had A to E of 100."""
    ranks, full = (run.scale.ranks, run.scale.full) if run.scale else (tuple("ABCDE"), 100)
    return ranks == catalog.ranks and full == catalog.scoring.full


def item_fingerprint(catalog: Catalog, item: Item) -> str:
    """Digest what makes an item the same: question, weight, 重大 and the values of its choices."""
    choices = [
        (choice.id, choice.role.value, None if choice.value is None else str(choice.value))
        for choice in catalog.offered(item)
    ]
    question = [normalize_text(item.question.ja), normalize_text(item.question.en)]
    weight = item.weight if isinstance(item.weight, int) else str(item.weight)
    return _digest([question, weight, item.critical, choices])


def entries_digest(received: ReceivedFile) -> str:
    """Digest the client's own answers and remarks (SHA-256); empty where nothing was read.

    Answers that the consultant set do not count.
    """
    if received.sheet is None:
        return ""
    own = {each.item: (each.before, each.raw) for each in received.judgement.overrides}
    entries = []
    for response in sorted(received.sheet.responses, key=lambda each: each.item):
        choice, raw = own.get(response.item, (response.choice, response.raw))
        entries.append((response.item, choice or normalize_text(raw), response.remark))
    return _digest(entries)


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


# --- the same client

_Entry = TypeVar("_Entry")


def _pair_clients(
    now: Sequence[ReturnOutcome], then: Sequence[PreviousReturn]
) -> Iterator[tuple[ReturnOutcome, PreviousReturn]]:
    """Pair the returns of one client; no return is in two pairs."""
    present = _keep_unique((_client(each), each) for each in now)
    earlier = _keep_unique((normalize_text(each.client), each) for each in then)
    ids = present.keys() & earlier.keys()
    yield from ((outcome, earlier[name]) for name, outcome in present.items() if name in ids)
    present = _keep_unique((company_key(_name(each)), each) for each in now)
    earlier = _keep_unique((company_key(each.name), each) for each in then)
    for name, outcome in present.items():
        before = earlier.get(name)
        if before is not None and _may_be_one(normalize_text(before.client), _client(outcome), ids):
            yield outcome, before


def _may_be_one(before: str, now: str, matched: Collection[str]) -> bool:
    """Two ids are never one client, and a return that was matched by its id has no other match."""
    return not (before and now) and before not in matched and now not in matched


def _keep_unique(entries: Iterable[tuple[str, _Entry]]) -> dict[str, _Entry]:
    """Keep the ids or names that stand exactly once; an empty name is none."""
    found: dict[str, list[_Entry]] = {}
    for name, entry in entries:
        found.setdefault(name, []).append(entry)
    return {name: only[0] for name, only in found.items() if name and len(only) == 1}


def _client(outcome: ReturnOutcome) -> str:
    sheet = outcome.received.sheet
    return normalize_text(sheet.identity.client or "") if sheet else ""


def _name(outcome: ReturnOutcome) -> str:
    sheet = outcome.received.sheet
    return sheet.name if sheet else ""


# --- the changes


def _previous(
    catalog: Catalog, received: ReceivedFile, before: PreviousReturn, run: PreviousRunFacts
) -> PreviousDiagnosis:
    if before.rank is None or before.score is None or received.sheet is None:
        raise ValueError(f"{received.label} is compared without a rank")
    return PreviousDiagnosis(
        as_of=run.as_of,
        rank=before.rank,
        score=before.score,
        categories=before.categories,
        changes=tuple(_changes(catalog, received.sheet.answers, before, run)),
        same_catalog=_is_same_catalog(catalog, run),
        copied=before.entries == entries_digest(received) and not received.sheet.confirmed,
        common=_common_scores(catalog, received.sheet.answers, before, run),
    )


def _changes(
    catalog: Catalog,
    answers: Mapping[str, str | None],
    before: PreviousReturn,
    run: PreviousRunFacts,
) -> Iterator[ItemChange]:
    """List the changes of every item in catalogue order, then the items no longer asked.

    What the catalogue itself says is new or gone is not listed, nor what was not asked.
    """
    versions = map_run(catalog, run, before.answers)
    carried = carry_answers(catalog, versions, before.answers)
    stated = {step.new for step in versions.told}
    for item in catalog.items.values():
        then, now = before.answers.get(item.id), answers.get(item.id)
        if now == NOT_ASKED or carried.get(item.id) == NOT_ASKED:
            continue
        if item.id in carried:
            then = carried[item.id]
            yield ItemChange(item.id, _movement(catalog, item, then, now), then, now)
        elif item.id in versions.undecided or item.id in versions.sources:
            yield ItemChange(item.id, Movement.NOT_COMPARED, then, now)
        elif olds := versions.changed.get(item.id):
            yield ItemChange(item.id, Movement.REWORDED, before.answers.get(olds[-1]), now)
        elif item.id not in stated:
            yield ItemChange(item.id, Movement.NEW, None, now)
    for step in versions.matched:
        if step.relation is Relation.RETIRED and step.old:
            yield ItemChange(step.old, Movement.GONE, before.answers.get(step.old), None)


# --- another version of the catalogue


def map_run(catalog: Catalog, run: PreviousRunFacts, answered: Collection[str] = ()) -> VersionMap:
    """Find what became of the questions of an earlier run.

    Those of a run that kept nothing of them are those that were `answered`.
    """
    name, _, version = run.catalog.rpartition("@")
    is_same = _is_same_catalog(catalog, run)
    asked = answered if run.items is None else run.items
    former = {item: is_same or _is_same_question(catalog, item, run) for item in asked}
    is_earlier = name == catalog.id and version != catalog.version
    told = spell_as_asked(catalog.earlier.rows_of(version), asked) if is_earlier else ()
    return match_versions(told, catalog.items, former)


def carry_answers(
    catalog: Catalog, versions: VersionMap, answers: Mapping[str, str | None]
) -> dict[str, str | None]:
    """Carry answers of then over to the items of now, as far as these know them."""
    return {
        item: answer
        for item, answer in versions.carry(answers).items()
        if answer in (None, NOT_ASKED) or _knows(catalog, catalog.items[item], answer)
    }


def _knows(catalog: Catalog, item: Item, answer: str) -> bool:
    """Whether an answer is one that an item takes now."""
    if item.kind not in (ItemKind.SINGLE, ItemKind.MULTIPLE):
        return True
    return set(split_chosen(answer)) <= catalog.choices_of(item).keys()


def _is_same_catalog(catalog: Catalog, run: PreviousRunFacts) -> bool:
    """Whether a run was made with this catalogue: by id, version and what makes items the same."""
    if run.catalog != f"{catalog.id}@{catalog.version}":
        return False
    if run.items is None:
        return run.sha256 == catalog.sha256
    return run.items == _fingerprints(catalog)


def _is_same_question(catalog: Catalog, item: str, run: PreviousRunFacts) -> bool:
    """Whether an item has the text of then; where only its fingerprint is known, by that."""
    if item not in catalog.items:
        return False
    if run.questions:
        return is_same_question(run.questions.get(item), digest_questions(catalog)[item])
    return run.items is not None and run.items.get(item) == _fingerprints(catalog)[item]


def _common_scores(
    catalog: Catalog,
    answers: Mapping[str, str | None],
    before: PreviousReturn,
    run: PreviousRunFacts,
) -> CommonScores | None:
    """Score both years by this year's weights over the items that mean the same."""
    if _is_same_catalog(catalog, run):
        return None
    carried = carry_answers(catalog, map_run(catalog, run, before.answers), before.answers)
    asked = {name for name in carried if NOT_ASKED not in (carried[name], answers.get(name))}
    common = _common_catalogs(catalog)(frozenset(asked))
    if common is None:
        return None
    then, now = score_overall(common, carried), score_overall(common, answers)
    if then.overall is None or now.overall is None:
        return None
    count = sum(1 for item in common.items.values() if item.is_scored)
    return CommonScores(then.overall, now.overall, count)


@cached_per_catalog
def _common_catalogs(catalog: Catalog) -> Callable[[frozenset[str]], Catalog | None]:
    """Make the function that keeps some items of a catalogue, once for the same ones."""

    @lru_cache(maxsize=_KEPT)
    def keep(names: frozenset[str]) -> Catalog | None:
        parts = {name: getattr(catalog, name) for name in Catalog.model_fields}
        categories = tuple(_keep_items(catalog, names))
        return Catalog.model_validate({**parts, "categories": categories}) if categories else None

    return keep


def _keep_items(catalog: Catalog, names: Collection[str]) -> Iterator[Category]:
    """Keep these items, in the categories that they score."""
    for category in catalog.categories:
        items = tuple(item for item in category.items if item.id in names)
        if any(item.is_scored for item in items):
            yield category.model_copy(update={"items": items})


@cached_per_catalog
def _fingerprints(catalog: Catalog) -> Mapping[str, str]:
    return {name: item_fingerprint(catalog, item) for name, item in catalog.items.items()}


def _movement(catalog: Catalog, item: Item, then: str | None, now: str | None) -> Movement:
    """Compare two answers; 該当なし has no value, so a change to or from it is neither."""
    if then == now:
        return Movement.SAME
    before, after = _value(catalog, item, then), _value(catalog, item, now)
    if before is None or after is None or before == after:
        return Movement.SAME
    return Movement.IMPROVED if after > before else Movement.WORSENED


def _value(catalog: Catalog, item: Item, answer: str | None) -> Fraction | None:
    """The value as scored: 未回答 and 該当なし where it is not allowed bring nothing."""
    choice = catalog.choices_of(item).get(answer or "")
    if choice is None:
        return Fraction(0)
    if choice.value is None:
        return None if item.na_allowed else Fraction(0)
    return choice.value
