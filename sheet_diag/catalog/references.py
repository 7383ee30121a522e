"""Finds names in a catalogue that must exist elsewhere in it, and gaps in its tables.

A name is looked up only in a part that can be read: where that part is broken, `schema` or the
reader of the files reports it, and a name in it is no second fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from sheet_diag.catalog import raw_tree as tree
from sheet_diag.catalog.errors import CatalogFault, CatalogFaultCode, CatalogPath, find_nearest


def check_references(raw: Any) -> Iterator[CatalogFault]:
    """Find every unknown name, and every gap in a table of the insurance notice."""
    yield from _check_items(raw)
    yield from _check_contradictions(raw)
    yield from _check_ranks(raw)
    yield from _check_exposure(raw)
    yield from _check_points(raw)
    yield from _check_levels(raw)
    yield from _check_variants(raw)
    yield from _check_damage(raw)
    yield from _check_requirements(raw)


def _check_items(raw: Any) -> Iterator[CatalogFault]:
    sets = tree.mapping(raw).get("answer_sets")
    standards = tree.names(tree.mapping(raw).get("standards"))
    threats = tree.names(tree.mapping(raw, "threats").get("threats"))
    for path, item in tree.items(raw):
        name = item.get("answer_set")
        yield from _check_name((*path, "answer_set"), name, tree.names(sets))
        choices = tree.names(tree.mapping(sets).get(name)) if isinstance(name, str) else None
        for part in ("hint", "openings", "advice"):
            for key in tree.mapping(item, part):
                yield from _check_name((*path, part, key), key, choices)
        for key in tree.mapping(item, "controls"):
            yield from _check_name((*path, "controls", key), key, standards)
        named = item.get("threats")
        for name in named if isinstance(named, list) else ():  # numbers need no quotes
            yield from _check_name((*path, "threats"), str(name), threats)


def _check_contradictions(raw: Any) -> Iterator[CatalogFault]:
    items = tree.item_names(raw)
    scoring = tree.mapping(raw, "scoring")
    for path, rule in tree.records(scoring, "contradictions", ("scoring",)):
        for key in ("na", "answered"):
            yield from _check_name((*path, key), rule.get(key), items)
    for path, rule in tree.records(scoring, "prerequisites", ("scoring",)):
        yield from _check_name((*path, "item"), rule.get("item"), items)
        for name in tree.strings(rule.get("needs")):
            yield from _check_name((*path, "needs"), name, items)
    for path, rule in tree.records(scoring, "na_by_company", ("scoring",)):
        fields = tree.names(tree.mapping(raw).get("profile"))
        yield from _check_name((*path, "field"), rule.get("field"), fields)
        for name in tree.strings(rule.get("items")):
            yield from _check_name((*path, "items"), name, items)
    groups = scoring.get("na_together")
    for group in groups if isinstance(groups, list) else ():
        for name in tree.strings(group):
            yield from _check_name(("scoring", "na_together"), name, items)


def _check_ranks(raw: Any) -> Iterator[CatalogFault]:
    """Check the ranks of caps and of texts."""
    ranks, base = tree.rank_labels(raw), ("scoring", "caps")
    if not ranks:
        return
    caps = tree.mapping(raw, *base)
    placed = [each for kind in caps for each in tree.records(caps, kind, base)]
    for path, cap in [*placed, ((*base, "na_share"), tree.mapping(caps, "na_share"))]:
        if isinstance(label := cap.get("at_most"), str) and label not in ranks:
            near = ", ".join(ranks)
            yield CatalogFault((*path, "at_most"), CatalogFaultCode.NOT_ONE_OF, label, near)
    for label in tree.mapping(raw, "report", "ranks"):
        yield from _check_name(("report", "ranks", label), label, ranks)


def _check_exposure(raw: Any) -> Iterator[CatalogFault]:
    base: CatalogPath = ("insurance", "exposure")
    exposure = tree.mapping(raw, *base)
    unknown = tree.mapping(exposure, "unknown")
    fields = tree.names(tree.mapping(raw).get("profile"))
    levels = tree.names(exposure.get("levels"))
    yield from _check_name((*base, "unknown", "field"), unknown.get("field"), fields)
    yield from _check_name((*base, "unknown", "at_least"), unknown.get("at_least"), levels)
    yield from _check_name((*base, "no_profile"), exposure.get("no_profile"), levels)


def _check_points(raw: Any) -> Iterator[CatalogFault]:
    base: CatalogPath = ("insurance", "exposure", "points")
    names = tree.names(tree.mapping(raw).get("profile"))
    fields = {tree.record_id(field): field for _, field in tree.records(raw, "profile")}
    for name, points in tree.mapping(raw, *base).items():
        yield from _check_name((*base, name), name, names)
        choices = tree.names(fields[name].get("choices", [])) if name in fields else None
        for choice in tree.mapping(points):
            yield from _check_name((*base, name, choice), choice, choices)


def _check_levels(raw: Any) -> Iterator[CatalogFault]:
    path: CatalogPath = ("insurance", "exposure", "levels")
    levels = tree.mapping(raw, *path[:-1]).get(path[-1])
    if not isinstance(levels, dict):
        return
    fewest = [tree.number(points) for points in levels.values()]
    if None not in fewest and 0 not in fewest:
        yield CatalogFault(path, CatalogFaultCode.TABLE_GAP, "0")
    rows = tree.mapping(raw, "insurance").get("level")
    yield from _check_table(("insurance", "level"), rows, levels)
    for level, row in tree.mapping(rows).items():
        if ranks := tree.rank_labels(raw):
            yield from _check_table(("insurance", "level", level), row, (*ranks, "none"))
    texts = tree.mapping(raw, "report", "insurance").get("exposure")
    yield from _check_table(("report", "insurance", "exposure"), texts, levels)


def _check_variants(raw: Any) -> Iterator[CatalogFault]:
    base: CatalogPath = ("insurance", "variant")
    variant = tree.mapping(raw, *base)
    yield from _check_name((*base, "item"), variant.get("item"), tree.item_names(raw))
    choices = _choices_of(raw, variant.get("item"))
    for answer in tree.mapping(variant, "answers"):
        yield from _check_name((*base, "answers", answer), answer, choices)
    names = tree.strings([*tree.mapping(variant, "answers").values(), variant.get("otherwise")])
    rows = tree.mapping(raw, "insurance", "level").values()
    levels = {n for row in rows for n in tree.mapping(row).values() if isinstance(n, int)}
    path: CatalogPath = ("report", "insurance", "notices")
    notices = tree.mapping(raw, "report", "insurance").get("notices")
    for level in sorted(levels):
        if isinstance(notices, dict) and level not in notices:
            yield CatalogFault((*path, level), CatalogFaultCode.TABLE_GAP, str(level))
        yield from _check_table((*path, level), tree.mapping(notices).get(level), names)


def _check_damage(raw: Any) -> Iterator[CatalogFault]:
    damage = tree.mapping(raw, "damage")
    figures = tree.names(damage.get("figures"))
    levels = tree.names(tree.mapping(raw, "insurance", "exposure").get("levels"))
    fields = {tree.record_id(field): field for _, field in tree.records(raw, "profile")}
    for path, each in tree.records(damage, "ranges", ("damage",)):
        yield from _check_name((*path, "exposure"), each.get("exposure"), levels)
        name = each.get("field")
        yield from _check_name((*path, "field"), name, tree.names(raw.get("profile")))
        choices = tree.names(fields[name].get("choices", [])) if name in fields else None
        yield from _check_name((*path, "choice"), each.get("choice"), choices)
        for figure in tree.strings(each.get("basis")):
            yield from _check_name((*path, "basis"), figure, figures)


def _check_requirements(raw: Any) -> Iterator[CatalogFault]:
    """Check the items of the tables of standards."""
    items = tree.item_names(raw)
    for path, frame in tree.frames(raw):
        for place, row in tree.records(frame, "requirements", path):
            for name in tree.strings(row.get("items")):
                yield from _check_name((*place, "items"), name, items)


def _choices_of(raw: Any, item: Any) -> list[str] | None:
    """List the choice ids of an item, where both can be read."""
    sets = tree.mapping(raw, "answer_sets")
    for _, found in tree.items(raw):
        if tree.record_id(found) == item and isinstance(found.get("answer_set"), str):
            return tree.names(sets.get(found["answer_set"]))
    return None


def _check_table(path: CatalogPath, table: Any, names: Iterable[Any]) -> Iterator[CatalogFault]:
    """Check that a table has a cell for each name, and no other."""
    names = tree.strings(list(names))
    yield from _check_gaps(path, table, names)
    for name in tree.mapping(table):
        yield from _check_name((*path, name), name, names)


def _check_gaps(path: CatalogPath, table: Any, names: Iterable[str]) -> Iterator[CatalogFault]:
    for name in dict.fromkeys(names) if isinstance(table, dict) else ():
        if name not in table:
            yield CatalogFault((*path, name), CatalogFaultCode.TABLE_GAP, name)


def _check_name(path: CatalogPath, name: Any, known: list[str] | None) -> Iterator[CatalogFault]:
    if isinstance(name, str) and known is not None and name not in known:
        yield CatalogFault(
            path, CatalogFaultCode.UNKNOWN_REFERENCE, name, find_nearest(name, known)
        )
