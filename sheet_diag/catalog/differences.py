"""What differs between two catalogues: in what is asked, in how it counts, in what is shown.

Whatever is not known to be for show counts as a change of the scores, so that nothing new is
overlooked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from sheet_diag.catalog.versions import map_version
from sheet_diag.model.catalog import Catalog, Choice, Item
from sheet_diag.model.versions import EarlierItem, Relation, Step, VersionMap
from sheet_diag.text.normalize import normalize_text
from sheet_diag.text.question_digests import digest_questions, is_same_question

# Fields that change no score.
_SHOWN_OF_ITEM: Final = frozenset((
    "topic", "na_when", "hint", "comment", "note", "openings", "effort", "cost", "first_step",
    "first_step_short", "threats", "links", "controls", "priority", "unit",
))  # fmt: skip
_SHOWN_OF_CATEGORY: Final = frozenset(("name", "short", "introduction", "example", "target"))
_SHOWN_OF_RULES: Final = frozenset(("comments", "plan"))
# Fields of an item that are told apart from the others.
_TOLD_APART: Final = frozenset(("id", "question", "answer_set", "condition"))
# Parts of a catalogue that change no score, and are no part of its identity.
_PARTS: Final = (
    "title", "purpose", "standards", "threats", "damage", "profile", "insurance", "report",
    "glossary", "labels",
)  # fmt: skip


class DifferenceKind(StrEnum):
    """追加, 廃止, 意味の変更, 要判断, 言い回し, 採点の変更, 表示だけ."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    UNDECIDED = "undecided"
    REWORDED = "reworded"
    SCORING = "scoring"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: the number or name of what differs, what of it (a word of
    `book.diff.what`), and how it was and is."""

    kind: DifferenceKind
    place: str
    what: str = ""
    before: str = ""
    after: str = ""


def match_catalogs(old: Catalog, new: Catalog) -> VersionMap:
    """Find what became of the questions; what has only moved to another number is the same."""
    then, now = digest_questions(old), digest_questions(new)
    former = {item: is_same_question(digest, now.get(item)) for item, digest in then.items()}
    found = map_version(new, old, old.version, former)
    gone = {step.old for step in found.matched if step.relation is Relation.RETIRED}
    fresh = {step.new for step in found.matched if step.relation is Relation.NEW}
    by_digest = {digest: item for item, digest in now.items() if item in fresh}
    moved = {old_: by_digest[then[old_]] for old_ in gone if old_ and then[old_] in by_digest}
    kept = [s for s in found.matched if s.old not in moved and s.new not in moved.values()]
    steps = (Step(Relation.SAME, before, after) for before, after in moved.items())
    return replace(found, matched=(*kept, *steps))


def find_differences(old: Catalog, new: Catalog, versions: VersionMap) -> Iterator[Difference]:
    """Find all differences: question by question, then of categories, rules and texts."""
    for step in (*versions.told, *versions.matched):
        yield from _tell_question(old, new, step, versions)
    yield from _compare_categories(old, new)
    yield from _compare_rules(old, new)
    for name in _PARTS:
        if getattr(old, name) != getattr(new, name):
            yield Difference(DifferenceKind.SHOWN, "", name)


def propose_rows(versions: VersionMap, version: str) -> Iterator[tuple[EarlierItem, bool]]:
    """Propose a row for what no row tells and numbers alone do not; whether a person must decide.

    A question that reads otherwise is proposed as changed: then no answer is counted by mistake.
    """
    for step in versions.matched:
        if step.relation is Relation.SAME and step.old == step.new:
            continue
        row = EarlierItem(version=version, relation=step.relation, old=step.old, new=step.new)
        yield row, step.relation is Relation.CHANGED


def _tell_question(
    old: Catalog, new: Catalog, step: Step, versions: VersionMap
) -> Iterator[Difference]:
    before = old.items.get(step.old or "")
    after = new.items.get(step.new or "")
    texts = (_question(before), _question(after))
    if after and (before is None or step.relation in (Relation.NEW, Relation.SPLIT)):
        yield Difference(DifferenceKind.ADDED, after.id, "", *texts)
    elif before and after is None:
        yield Difference(DifferenceKind.REMOVED, before.id, "", *texts)
    elif before and after:
        if kind := _find_kind(before, after, step, versions):
            yield Difference(kind, after.id, step.relation.value, *texts)
        if before.id != after.id:
            yield Difference(DifferenceKind.SHOWN, after.id, "number", before.id, after.id)
        yield from _compare_items(old, new, before, after)


def _find_kind(
    before: Item, after: Item, step: Step, versions: VersionMap
) -> DifferenceKind | None:
    if after.id in versions.undecided:
        return DifferenceKind.UNDECIDED
    if step.relation in (Relation.CHANGED, Relation.MERGED):
        return DifferenceKind.CHANGED
    same = normalize_text(_question(before)) == normalize_text(_question(after))
    return None if same else DifferenceKind.REWORDED


def _question(item: Item | None) -> str:
    return item.question.ja if item else ""


def _compare_items(old: Catalog, new: Catalog, before: Item, after: Item) -> Iterator[Difference]:
    place, scoring, shown = after.id, DifferenceKind.SCORING, DifferenceKind.SHOWN
    for name in Item.model_fields:
        then, now = getattr(before, name), getattr(after, name)
        if then == now or name in _TOLD_APART:
            continue
        if name in _SHOWN_OF_ITEM:
            yield Difference(shown, place, name)
        else:
            yield Difference(scoring, place, name, _show(then), _show(now))
    conditions = (str(before.condition or ""), str(after.condition or ""))
    if before.condition != after.condition:
        yield Difference(scoring, place, "condition", *conditions)
    choices = (tuple(old.choices_of(before).values()), tuple(new.choices_of(after).values()))
    if _counting(choices[0]) != _counting(choices[1]):
        yield Difference(scoring, place, "choices", *map(_show_choices, choices))
    elif choices[0] != choices[1]:
        yield Difference(shown, place, "choices")
    categories = (old.category_of[before.id].name.ja, new.category_of[after.id].name.ja)
    if old.category_of[before.id].id != new.category_of[after.id].id:
        yield Difference(scoring, place, "category", *categories)


def _counting(choices: tuple[Choice, ...]) -> list[dict[str, Any]]:
    return [choice.model_dump(exclude={"meaning", "aliases"}) for choice in choices]


def _show_choices(choices: tuple[Choice, ...]) -> str:
    """Write choices as a cell holds them: `はい=1／いいえ=0`."""
    shown = (f"{c.label.ja}={c.value}" if c.value is not None else c.label.ja for c in choices)
    return "／".join(shown)


def _compare_categories(old: Catalog, new: Catalog) -> Iterator[Difference]:
    for name, after in new.category_by_id.items():
        before = old.category_by_id.get(name)
        if before is None:
            continue
        for field in type(after).model_fields:
            then, now = getattr(before, field), getattr(after, field)
            if then == now or field == "items":
                continue
            if field in _SHOWN_OF_CATEGORY:
                yield Difference(DifferenceKind.SHOWN, after.name.ja, field)
            else:
                kind = DifferenceKind.SCORING
                yield Difference(kind, after.name.ja, field, _show(then), _show(now))


def _compare_rules(old: Catalog, new: Catalog) -> Iterator[Difference]:
    then: Mapping[str, Any] = old.scoring.model_dump()
    now: Mapping[str, Any] = new.scoring.model_dump()
    for name in dict.fromkeys((*then, *now)):
        if then.get(name) != now.get(name):
            is_shown = name in _SHOWN_OF_RULES
            yield Difference(DifferenceKind.SHOWN if is_shown else DifferenceKind.SCORING, "", name)


def _show(value: object) -> str:
    """Write a value of a field: ○ and － for yes and no."""
    if isinstance(value, bool):
        return "○" if value else "－"
    return "－" if value is None else str(value)
