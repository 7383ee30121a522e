"""Finds faults that span several records of a catalogue: repeats, orders, numbers, spellings.

Works on the raw tree, so that it finds them even where the shape is wrong elsewhere; what has the
wrong shape is passed over here, because `schema` reports it. `references` checks the names that
must exist elsewhere.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sheet_diag.catalog import frames, references
from sheet_diag.catalog import raw_tree as tree
from sheet_diag.catalog.errors import CatalogFault, CatalogFaultCode, CatalogPath
from sheet_diag.text.normalize import item_key, normalize_text
from sheet_diag.text.wording import find_label

_LABELS: tuple[CatalogPath, ...] = (("labels",), ("report", "labels"))
_WORDED = ("sheet.", "report.", "view.", "portfolio.")  # labels that a catalogue may word
_CAP_ORDERS = (
    ("category_below", "score", -1),
    ("critical_missed", "count", 1),
    ("critical_partial", "count", 1),
)
_RANK_PLACEHOLDERS = {"capped": ("base", "weak", "rank"), "unknown": ("count", "score", "rank")}


def check_consistency(raw: Any) -> tuple[CatalogFault, ...]:
    """Find every fault that concerns more than one record."""
    rules: tuple[Callable[[Any], Iterator[CatalogFault]], ...] = (
        _check_ids,
        _check_not_applicable,
        _check_choice_values,
        _check_spellings,
        _check_headings,
        _check_ranks,
        _check_marks,
        _check_required_categories,
        _check_weights,
        _check_cap_orders,
        _check_profile,
        _check_placeholders,
        _check_labels,
        _check_insurance,
        references.check_references,
        frames.check_frames,
    )
    return tuple(fault for rule in rules for fault in rule(raw))


def _check_ids(raw: Any) -> Iterator[CatalogFault]:
    for part in ("standards", "profile", "categories"):
        yield from _check_unique(tree.records(raw, part))
    yield from _check_unique(tree.records(tree.mapping(raw, "threats"), "threats", ("threats",)))
    for part in ("ranges", "figures"):
        yield from _check_unique(tree.records(tree.mapping(raw, "damage"), part, ("damage",)))
    yield from _check_unique(tree.items(raw), item_key)
    for choices in tree.choice_lists(raw):
        yield from _check_unique(choices)
    for path, frame in tree.frames(raw):
        for part in ("groups", "requirements"):
            yield from _check_unique(tree.records(frame, part, path))


def _check_unique(
    records: list[tree.PlacedRecord], fold: Callable[[str], str] = str
) -> Iterator[CatalogFault]:
    seen = set()
    for path, record in records:
        name = tree.record_id(record)
        if name is not None and fold(name) in seen:
            yield CatalogFault((*path, "id"), CatalogFaultCode.DUPLICATE_ID, name)
        seen.add(fold(name or ""))


def _check_not_applicable(raw: Any) -> Iterator[CatalogFault]:
    sets = tree.answer_sets(raw)
    for path, item in tree.items(raw):
        allowed = item.get("na_allowed") is True
        if not allowed and item.get("na_when"):
            yield CatalogFault((*path, "na_when"), CatalogFaultCode.CONDITION_WITHOUT_NA)
        choices = sets.get(str(item.get("answer_set")))
        if allowed and choices and not any(_is_left_out(choice) for _, choice in choices):
            yield CatalogFault((*path, "na_allowed"), CatalogFaultCode.NO_NA_CHOICE)


def _is_left_out(choice: dict[Any, Any]) -> bool:
    return choice.get("role") == "not_applicable"


def _check_choice_values(raw: Any) -> Iterator[CatalogFault]:
    for name, choices in tree.answer_sets(raw).items():
        values = []
        for path, choice in choices:
            value = choice.get("value")
            if _is_left_out(choice):
                if value is not None:
                    yield CatalogFault(
                        (*path, "value"), CatalogFaultCode.VALUE_UNWANTED, str(value)
                    )
                continue
            if value is None:
                yield CatalogFault((*path, "value"), CatalogFaultCode.VALUE_MISSING)
            values.append(tree.number(value))
        if None not in values and not {Fraction(0), Fraction(1)} <= set(values):
            yield CatalogFault(("answer_sets", name), CatalogFaultCode.NO_FULL_VALUE)


def _check_spellings(raw: Any) -> Iterator[CatalogFault]:
    for choices in tree.choice_lists(raw):
        owner: dict[str, str] = {}
        for path, choice in choices:
            name = tree.record_id(choice) or ""
            for word in _spellings_of(choice):
                folded = normalize_text(word)
                if not folded and word.strip():
                    yield CatalogFault(path, CatalogFaultCode.EMPTY_TEXT, word)
                elif owner.setdefault(folded, name) != name:
                    yield CatalogFault(path, CatalogFaultCode.SAME_SPELLING, word, owner[folded])


def _check_headings(raw: Any) -> Iterator[CatalogFault]:
    """Find short names (headings of columns) and labels of fields that stand twice."""
    for part, key in (("categories", "short"), ("profile", "label")):
        for lang in ("ja", "en"):
            owner: dict[str, str] = {}
            for path, record in tree.records(raw, part):
                texts, name = tree.mapping(record, key), tree.record_id(record) or ""
                given = lang if lang in texts else next(iter(texts), lang)
                text = texts.get(given)
                if isinstance(text, str) and owner.setdefault(normalize_text(text), name) != name:
                    place = (*path, key, given)
                    yield CatalogFault(
                        place, CatalogFaultCode.SAME_SPELLING, text, owner[normalize_text(text)]
                    )


def _spellings_of(choice: dict[Any, Any]) -> list[str]:
    labels = tree.strings(list(tree.mapping(choice, "label").values()))
    aliases = tree.mapping(choice, "aliases").values()
    return labels + [word for words in aliases for word in tree.strings(words)]


def _check_ranks(raw: Any) -> Iterator[CatalogFault]:
    path: CatalogPath = ("scoring", "ranks")
    owner: dict[str, str] = {}
    for label in tree.rank_labels(raw):
        if owner.setdefault(normalize_text(label), label) != label:
            first = owner[normalize_text(label)]
            yield CatalogFault(path, CatalogFaultCode.SAME_SPELLING, label, first)
    for place, rank in tree.ranks(raw)[:-1]:
        if rank.get("from") is None:
            yield CatalogFault((*place, "from"), CatalogFaultCode.MISSING)
    lows = [rank.get("from") for _, rank in tree.ranks(raw)]
    if not _is_falling([*lows[:-1], lows[-1] or 0] if lows else lows):
        yield CatalogFault(path, CatalogFaultCode.NOT_DESCENDING)


def _check_marks(raw: Any) -> Iterator[CatalogFault]:
    marks = tree.records(tree.mapping(raw, "report"), "marks")
    if not _is_falling([mark.get("score") for _, mark in marks]):
        yield CatalogFault(("report", "marks"), CatalogFaultCode.NOT_DESCENDING)


def _is_falling(values: list[Any]) -> bool:
    """Whether values fall strictly to 0; what is no number is reported elsewhere."""
    numbers = [number for value in values if (number := tree.number(value)) is not None]
    if not numbers or len(numbers) < len(values):
        return True
    return all(a > b for a, b in pairwise(numbers)) and numbers[-1] == 0


def _check_required_categories(raw: Any) -> Iterator[CatalogFault]:
    path: CatalogPath = ("scoring", "gates", "applicable_categories")
    required = tree.mapping(raw, *path[:-1]).get(path[-1])
    categories = tree.mapping(raw).get("categories")
    if isinstance(required, int) and isinstance(categories, list) and required > len(categories):
        yield CatalogFault(
            path, CatalogFaultCode.TOO_MANY_REQUIRED, str(required), str(len(categories))
        )


def _check_weights(raw: Any) -> Iterator[CatalogFault]:
    weights = [item.get("weight") for _, item in tree.items(raw)]
    if weights and not any(weights):
        yield CatalogFault(("categories",), CatalogFaultCode.NO_WEIGHT)


def _check_cap_orders(raw: Any) -> Iterator[CatalogFault]:
    path: CatalogPath = ("scoring", "caps")
    caps = tree.mapping(raw, *path)
    ranks = {label: place for place, label in enumerate(tree.rank_labels(raw))}
    for name, key, direction in _CAP_ORDERS:
        for (_, first), (place, second) in pairwise(tree.records(caps, name, path)):
            a, b = tree.number(first.get(key)), tree.number(second.get(key))
            if a is None or b is None:
                continue
            labels = [str(each.get("at_most")) for each in (first, second)]
            places = [ranks[label] for label in labels if label in ranks]
            stronger = len(places) < 2 or places[0] < places[1]
            if (b - a) * direction <= 0 or not stronger:
                yield CatalogFault(place, CatalogFaultCode.CAP_ORDER)


def _check_profile(raw: Any) -> Iterator[CatalogFault]:
    fields = tree.records(raw, "profile")
    names = tree.names(tree.mapping(raw).get("profile"))
    if names is not None and "company" not in names:
        yield CatalogFault(("profile", "company"), CatalogFaultCode.MISSING)
    for path, field in fields:
        choices = [choice for _, choice in tree.records(field, "choices")]
        if field.get("kind") == "choice" and not choices:
            yield CatalogFault((*path, "choices"), CatalogFaultCode.CHOICES_MISSING)
        if field.get("kind") != "choice" and choices:
            yield CatalogFault((*path, "choices"), CatalogFaultCode.CHOICES_UNWANTED)
        ranges = [(choice.get("from"), choice.get("to")) for choice in choices]
        if _has_overlap([pair for pair in ranges if pair != (None, None)]):
            yield CatalogFault((*path, "choices"), CatalogFaultCode.RANGES_OVERLAP)


def _has_overlap(ranges: list[tuple[Any, Any]]) -> bool:
    """Whether ranges run backwards or overlap; None is open, only at the ends."""
    bounds = [bound for pair in ranges for bound in pair]
    if not all(bound is None or isinstance(bound, int) for bound in bounds):
        return False
    backwards = any(None not in pair and pair[0] > pair[1] for pair in ranges)
    between = [(end, start) for (_, end), (start, _) in pairwise(ranges)]
    return None in bounds[1:-1] or backwards or any(end >= start for end, start in between)


def _check_placeholders(raw: Any) -> Iterator[CatalogFault]:
    for path, names in _list_filled_texts(raw):
        for lang, text in tree.mapping(raw, *path).items():
            if isinstance(text, str) and not _asks_only_for(text, names):
                near = ", ".join(f"{{{name}}}" for name in names)
                yield CatalogFault((*path, lang), CatalogFaultCode.BAD_PLACEHOLDER, "", near)


def _list_filled_texts(raw: Any) -> Iterator[tuple[CatalogPath, tuple[str, ...]]]:
    """List the texts into which something is filled, and what."""
    for rank in tree.mapping(raw, "report", "ranks"):
        for name, names in _RANK_PLACEHOLDERS.items():
            yield ("report", "ranks", rank, name), names
    for path in _LABELS:
        for key in tree.mapping(raw, *path):
            parts = string.Formatter().parse(find_label(str(key)).get("ja", ""))
            yield (*path, key), tuple(name for _, name, _, _ in parts if name)


def _check_labels(raw: Any) -> Iterator[CatalogFault]:
    for path in _LABELS:
        for key in tree.mapping(raw, *path):
            if not (str(key).startswith(_WORDED) and find_label(str(key))):
                yield CatalogFault((*path, key), CatalogFaultCode.UNKNOWN_NAME, str(key))


def _check_insurance(raw: Any) -> Iterator[CatalogFault]:
    """Check that the rule and the texts of the insurance notice are both there, or neither."""
    paths: tuple[CatalogPath, ...] = (("insurance",), ("report", "insurance"))
    missing = [path for path in paths if not tree.mapping(raw, *path[:-1]).get(path[-1])]
    if len(missing) == 1:
        yield CatalogFault(missing[0], CatalogFaultCode.MISSING)


def _asks_only_for(text: str, names: tuple[str, ...]) -> bool:
    try:
        parts = [part[1:] for part in string.Formatter().parse(text)]
    except ValueError:
        return False
    return set(parts) <= {(None, None, None), *((name, "", None) for name in names)}
