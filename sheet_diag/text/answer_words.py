"""Answers, what may be entered, and conditions, in the words of the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from fractions import Fraction

from sheet_diag.model.basics import Lang, parse_iso_day
from sheet_diag.model.catalog import Catalog, Choice, Item, ItemKind
from sheet_diag.model.conditions import Condition, Relation, Term, split_chosen
from sheet_diag.text.wording import Wording

MARK = "○"  # in the line of a choice that is chosen


def line_id(item: Item, choice: Choice, lang: Lang) -> str:
    """Write the number of the line of a choice below its question."""
    return f"{item.id}/{choice.label[lang]}"


def show_answer(catalog: Catalog, item: Item, answer: str, say: Wording) -> str:
    """Write an answer as people read it: labels, a number with its unit, a day, a text."""
    match item.kind:
        case ItemKind.SINGLE | ItemKind.MULTIPLE:
            return _show_choices(catalog, item, answer, say)
        case ItemKind.NUMBER:
            return f"{answer}{item.unit[say.lang] if item.unit else ''}"
        case ItemKind.DATE:
            day = parse_iso_day(answer)
            return (
                say("report.date", year=day.year, month=day.month, day=day.day) if day else answer
            )
        case ItemKind.TEXT:
            return answer


def _show_choices(catalog: Catalog, item: Item, answer: str, say: Wording) -> str:
    choices = catalog.choices_of(item)
    labels = [choices[each].label[say.lang] for each in split_chosen(answer) if each in choices]
    return say("sheet.request.comma").join(labels)


def enter_answer(catalog: Catalog, item: Item, answer: str, say: Wording) -> str:
    """Write an answer as its cell holds it."""
    if item.kind in (ItemKind.SINGLE, ItemKind.MULTIPLE):
        return _show_choices(catalog, item, answer, say)
    return answer


def describe_entry(catalog: Catalog, item: Item, say: Wording) -> str:
    """Say what may be entered as the answer to a question."""
    if item.kind is ItemKind.SINGLE:
        return " / ".join(choice.label[say.lang] for choice in catalog.offered(item))
    if item.kind is ItemKind.MULTIPLE:
        labels = " / ".join(choice.label[say.lang] for choice in catalog.offered(item))
        return say("sheet.entry.multiple", labels=labels)
    limits = "".join(_describe_limits(item, say))
    return say(f"sheet.entry.{item.kind.value}") + (
        say("sheet.entry.limits", limits=limits) if limits else ""
    )


def _describe_limits(item: Item, say: Wording) -> Iterator[str]:
    lowest, highest = (
        None if limit is None else _write_limit(limit) for limit in (item.lowest, item.highest)
    )
    unit = item.unit[say.lang] if item.unit else ""
    parts = {"lowest": lowest, "highest": highest}
    if unit:
        yield say("sheet.entry.unit", unit=unit)
    if unit and (lowest or highest):
        yield say("sheet.request.comma")
    if lowest and highest:
        yield say("sheet.entry.between", **parts)
    elif lowest:
        yield say("sheet.entry.least", **parts)
    elif highest:
        yield say("sheet.entry.most", **parts)


def _write_limit(limit: Fraction | date) -> str:
    if isinstance(limit, date):
        return f"{limit.year}/{limit.month}/{limit.day}"
    return str(limit) if limit.denominator == 1 else f"{float(limit):g}"


def entry_hints(catalog: Catalog, item: Item, say: Wording) -> Iterator[str]:
    """Yield what the sheet says of how, and under what condition, a question is answered."""
    if item.condition:
        yield say("sheet.hint.when", condition=describe_condition(catalog, item.condition, say))
    if item.kind not in (ItemKind.SINGLE, ItemKind.TEXT):
        entry = "" if item.kind is ItemKind.MULTIPLE else describe_entry(catalog, item, say)
        yield say(f"sheet.hint.{item.kind.value}", entry=entry)


def describe_condition(catalog: Catalog, condition: Condition, say: Wording) -> str:
    """Write a condition in a sentence's words."""
    joint = say("sheet.condition.or" if condition.any_of else "sheet.condition.and")
    return joint.join(_describe_term(catalog, term, say) for term in condition.terms)


def _describe_term(catalog: Catalog, term: Term, say: Wording) -> str:
    source, labels, many = _describe_source(catalog, term, say)
    if not term.is_number:
        labels = [say("sheet.condition.value", value=each) for each in labels]
    relation, named = term.relation.name.lower(), term.relation in (Relation.IS, Relation.IS_NOT)
    several = many and named
    return say(
        f"sheet.condition.{relation}.many" if several else f"sheet.condition.{relation}",
        source=source,
        values=say("sheet.condition.any").join(labels),
    )


def _describe_source(catalog: Catalog, term: Term, say: Wording) -> tuple[str, list[str], bool]:
    """Name a source and the values of a term; tell whether several may be chosen."""
    if term.of_company:
        field = catalog.field_by_id[term.source]
        choices = {each.id: each.label[say.lang] for each in field.choices}
        name, many = field.label[say.lang], False
    else:
        item = catalog.items[term.source]
        choices = {each.id: each.label[say.lang] for each in catalog.choices_of(item).values()}
        name, many = item.id, item.kind is ItemKind.MULTIPLE
    return name, [choices.get(each, each) for each in term.values], many
