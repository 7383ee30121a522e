"""Faults that span several records of a catalogue: references, orders, tables without gaps.

Works on the raw tree, so that it speaks even where the shape is wrong elsewhere; what has the
wrong shape is passed over here, because `structure` tells it.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sheet_diag.catalog.faults import Fault, FaultCode, Path, nearest
from sheet_diag.folding import fold

_RANKS = "ABCDE"
_Check = Callable[[Any], Iterator[Fault]]


def check(raw: Any) -> tuple[Fault, ...]:
    """Every fault that concerns more than one record."""
    return tuple(fault for rule in _RULES for fault in rule(raw))


def _duplicate_ids(raw: Any) -> Iterator[Fault]:
    yield from _repeats([(("standards", i), x) for i, x in _listed(raw, "standards")])
    yield from _repeats([(("profile", i), x) for i, x in _listed(raw, "profile")])
    yield from _repeats([(("categories", i), x) for i, x in _listed(raw, "categories")])
    yield from _repeats(list(_items(raw)))
    for name, choices in _answer_sets(raw):
        yield from _repeats([(("answer_sets", name, i), x) for i, x in enumerate(choices)])
    for index, field in _listed(raw, "profile"):
        yield from _repeats([(("profile", index, "choices", i), x) for i, x in _choices(field)])


def _item_references(raw: Any) -> Iterator[Fault]:
    sets = dict(_answer_sets(raw))
    standards = {x.get("id") for _, x in _listed(raw, "standards")}
    for path, item in _items(raw):
        name = item.get("answer_set")
        if isinstance(name, str) and name not in sets:
            yield _unknown((*path, "answer_set"), name, sets)
            continue
        choice_ids = [choice.get("id") for choice in sets.get(str(name), [])]
        for key in _mapping(item, "hint"):
            if key not in choice_ids:
                yield _unknown((*path, "hint", key), key, choice_ids)
        for key in _mapping(item, "controls"):
            if key not in standards:
                yield _unknown((*path, "controls", key), key, standards)
        yield from _not_applicable(path, item, sets.get(str(name), []))


def _not_applicable(path: Path, item: Any, choices: list[Any]) -> Iterator[Fault]:
    allowed = item.get("na_allowed") is True
    if allowed and not item.get("na_when"):
        yield Fault((*path, "na_when"), FaultCode.NA_WITHOUT_CONDITION)
    if not allowed and item.get("na_when"):
        yield Fault((*path, "na_when"), FaultCode.CONDITION_WITHOUT_NA)
    if allowed and choices and not any(c.get("role") == "not_applicable" for c in choices):
        yield Fault((*path, "na_allowed"), FaultCode.NO_NA_CHOICE)


def _choice_values(raw: Any) -> Iterator[Fault]:
    for name, choices in _answer_sets(raw):
        path: Path = ("answer_sets", name)
        values = []
        for index, choice in enumerate(choices):
            left_out = choice.get("role") == "not_applicable"
            if left_out and "value" in choice:
                yield Fault((*path, index, "value"), FaultCode.VALUE_UNWANTED)
            if not left_out and "value" not in choice:
                yield Fault((*path, index, "value"), FaultCode.VALUE_MISSING)
            values.append(_number(choice.get("value")))
        if not {Fraction(0), Fraction(1)} <= set(values):
            yield Fault(path, FaultCode.NO_FULL_VALUE)


def _spellings(raw: Any) -> Iterator[Fault]:
    for name, choices in _answer_sets(raw):
        yield from _same_spelling([(("answer_sets", name, i), c) for i, c in enumerate(choices)])
    for index, field in _listed(raw, "profile"):
        yield from _same_spelling(
            [(("profile", index, "choices", i), c) for i, c in _choices(field)]
        )


def _same_spelling(choices: list[tuple[Path, Any]]) -> Iterator[Fault]:
    owner: dict[str, Any] = {}
    for path, choice in choices:
        labels = list(_mapping(choice, "label").values())
        aliases = [a for words in _mapping(choice, "aliases").values() for a in _strings(words)]
        for word in _strings(labels) + aliases:
            first = owner.setdefault(fold(word), choice.get("id"))
            if first != choice.get("id"):
                yield Fault(path, FaultCode.SAME_SPELLING, word, str(first))


def _thresholds(raw: Any) -> Iterator[Fault]:
    scoring = _mapping(raw, "scoring")
    ranks = _mapping(scoring, "ranks")
    for rank in _RANKS:
        if rank not in ranks:
            yield Fault(("scoring", "ranks", rank), FaultCode.MISSING)
    if not _falls([ranks.get(rank) for rank in _RANKS]):
        yield Fault(("scoring", "ranks"), FaultCode.NOT_DESCENDING)
    marks = _mapping(raw, "report").get("marks")
    if isinstance(marks, list) and not _falls([_mapping_or_empty(m).get("score") for m in marks]):
        yield Fault(("report", "marks"), FaultCode.NOT_DESCENDING)
    gate = _mapping(scoring, "gates").get("applicable_categories")
    count = len(list(_listed(raw, "categories")))
    if isinstance(gate, int) and gate > count:
        path = ("scoring", "gates", "applicable_categories")
        yield Fault(path, FaultCode.TOO_MANY_REQUIRED, str(gate), str(count))


def _cap_orders(raw: Any) -> Iterator[Fault]:
    caps = _mapping(_mapping(raw, "scoring"), "caps")
    for name, key, direction in (("category_below", "score", -1), ("critical_missed", "count", 1)):
        lines = [line for line in _strings_or_dicts(caps.get(name)) if isinstance(line, dict)]
        for number, (first, second) in enumerate(pairwise(lines), 1):
            a, b = _number(first.get(key)), _number(second.get(key))
            if a is None or b is None:
                continue
            stronger = str(second.get("at_most")) > str(first.get("at_most"))
            if (b - a) * direction <= 0 or not stronger:
                yield Fault(("scoring", "caps", name, number), FaultCode.CAP_ORDER)


def _contradictions(raw: Any) -> Iterator[Fault]:
    items = {item.get("id") for _, item in _items(raw)}
    for index, rule in _listed(_mapping(raw, "scoring"), "contradictions"):
        for key in ("na", "answered"):
            if rule.get(key) not in items:
                path = ("scoring", "contradictions", index, key)
                yield _unknown(path, rule.get(key), items)


def _profile(raw: Any) -> Iterator[Fault]:
    fields = [field for _, field in _listed(raw, "profile")]
    if fields and "company" not in [field.get("id") for field in fields]:
        yield Fault(("profile", "company"), FaultCode.MISSING)
    for index, field in enumerate(fields):
        path: Path = ("profile", index)
        choices = [choice for _, choice in _choices(field)]
        if field.get("kind") == "choice" and not choices:
            yield Fault((*path, "choices"), FaultCode.CHOICES_MISSING)
        if field.get("kind") != "choice" and choices:
            yield Fault((*path, "choices"), FaultCode.CHOICES_UNWANTED)
        ends = [(c.get("from", 0), c.get("to")) for c in choices if "from" in c or "to" in c]
        for (_, end), (start, _) in pairwise(ends):
            if not isinstance(end, int) or not isinstance(start, int) or start <= end:
                yield Fault((*path, "choices"), FaultCode.RANGES_OVERLAP)


def _insurance(raw: Any) -> Iterator[Fault]:
    rule = _mapping(raw, "insurance")
    exposure = _mapping(rule, "exposure")
    levels = _mapping(exposure, "levels")
    base: Path = ("insurance", "exposure")
    unknown = _mapping(exposure, "unknown")
    fields = {field.get("id"): field for _, field in _listed(raw, "profile")}
    yield from _points(base, exposure, fields)
    yield from _refer((*base, "unknown", "field"), unknown.get("field"), fields)
    yield from _refer((*base, "unknown", "at_least"), unknown.get("at_least"), levels)
    yield from _refer((*base, "no_profile"), exposure.get("no_profile"), levels)
    if levels and 0 not in levels.values():
        yield Fault((*base, "levels"), FaultCode.TABLE_GAP, "0")
    for level in levels:
        row = _mapping(_mapping(rule, "level"), level)
        for column in (*_RANKS, "none"):
            if column not in row:
                yield Fault(("insurance", "level", level, column), FaultCode.TABLE_GAP, column)
        if level not in _mapping(_mapping(_mapping(raw, "report"), "insurance"), "exposure"):
            yield Fault(("report", "insurance", "exposure", level), FaultCode.TABLE_GAP, level)
    yield from _variants(raw, rule)


def _points(base: Path, exposure: Any, fields: Any) -> Iterator[Fault]:
    for name, points in _mapping(exposure, "points").items():
        path = (*base, "points", name)
        if name not in fields:
            yield _unknown(path, name, fields)
            continue
        choices = [choice.get("id") for _, choice in _choices(fields[name])]
        for choice in points if isinstance(points, dict) else ():
            yield from _refer((*path, choice), choice, choices)


def _variants(raw: Any, rule: Any) -> Iterator[Fault]:
    variant = _mapping(rule, "variant")
    items = {item.get("id"): item for _, item in _items(raw)}
    yield from _refer(("insurance", "variant", "item"), variant.get("item"), items)
    item = items.get(variant.get("item"), {})
    choices = [c.get("id") for c in dict(_answer_sets(raw)).get(item.get("answer_set"), [])]
    for answer in _mapping(variant, "answers") if choices else ():
        yield from _refer(("insurance", "variant", "answers", answer), answer, choices)
    names = {*_mapping(variant, "answers").values(), variant.get("otherwise")} - {None}
    notices = _mapping(_mapping(_mapping(raw, "report"), "insurance"), "notices")
    rows = [row for row in _mapping(rule, "level").values() if isinstance(row, dict)]
    for level in sorted({level for row in rows for level in row.values()}, key=str):
        for name in sorted(names, key=str):
            if name not in _mapping(notices, level):
                path = ("report", "insurance", "notices", level, name)
                yield Fault(path, FaultCode.TABLE_GAP, str(name))


def _rank_texts(raw: Any) -> Iterator[Fault]:
    report = _mapping(raw, "report")
    for rank in _RANKS if report else ():
        if rank not in _mapping(report, "ranks"):
            yield Fault(("report", "ranks", rank), FaultCode.MISSING)
    for name in ("categories_intro", "comments_intro"):
        for lang, text in _mapping(report, name).items():
            if isinstance(text, str) and not _only_count(text):
                yield Fault(("report", name, lang), FaultCode.BAD_PLACEHOLDER)


def _only_count(text: str) -> bool:
    try:
        return {field for _, field, _, _ in string.Formatter().parse(text)} <= {None, "count"}
    except ValueError:
        return False


_RULES: tuple[_Check, ...] = (
    _duplicate_ids,
    _item_references,
    _choice_values,
    _spellings,
    _thresholds,
    _cap_orders,
    _contradictions,
    _profile,
    _insurance,
    _rank_texts,
)


def _refer(path: Path, name: Any, known: Iterable[Any]) -> Iterator[Fault]:
    known = list(known)
    if name is not None and known and name not in known:
        yield _unknown(path, name, known)


def _unknown(path: Path, name: Any, known: Iterable[Any]) -> Fault:
    near = nearest(str(name), [str(k) for k in known])
    return Fault(path, FaultCode.UNKNOWN_REFERENCE, str(name), near)


def _repeats(records: list[tuple[Path, Any]]) -> Iterator[Fault]:
    seen = set()
    for path, record in records:
        name = record.get("id")
        if name is not None and name in seen:
            yield Fault((*path, "id"), FaultCode.DUPLICATE_ID, str(name))
        seen.add(name)


def _falls(values: list[Any]) -> bool:
    """Strictly falling and ending at 0; what is no number is told elsewhere."""
    numbers = [_number(value) for value in values]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return True
    return all(a > b for a, b in pairwise(known)) and known[-1] == 0


def _number(value: Any) -> Fraction | None:
    try:
        return None if isinstance(value, bool | float) else Fraction(value)
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _mapping(node: Any, key: Any) -> dict[Any, Any]:
    return _mapping_or_empty(node.get(key) if isinstance(node, dict) else None)


def _mapping_or_empty(node: Any) -> dict[Any, Any]:
    return node if isinstance(node, dict) else {}


def _listed(node: Any, key: str) -> Iterator[tuple[int, dict[Any, Any]]]:
    found = node.get(key) if isinstance(node, dict) else None
    for index, entry in enumerate(found if isinstance(found, list) else []):
        if isinstance(entry, dict):
            yield index, entry


def _items(raw: Any) -> Iterator[tuple[Path, dict[Any, Any]]]:
    for c, category in _listed(raw, "categories"):
        for i, item in _listed(category, "items"):
            yield ("categories", c, "items", i), item


def _answer_sets(raw: Any) -> Iterator[tuple[str, list[Any]]]:
    for name, choices in _mapping(raw, "answer_sets").items():
        yield name, [c for c in choices if isinstance(c, dict)] if isinstance(choices, list) else []


def _choices(field: Any) -> Iterator[tuple[int, dict[Any, Any]]]:
    return _listed(field, "choices")


def _strings(words: Any) -> list[str]:
    return [w for w in words if isinstance(w, str)] if isinstance(words, list) else []


def _strings_or_dicts(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
