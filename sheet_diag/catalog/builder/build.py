"""Rows -> catalogue: the one builder, with the one set of checks, whatever holds the rows.

What is wrong is collected as faults at their cells. Where nothing must be mended, the catalogue is
there beside them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, get_args

from pydantic import ValidationError

from sheet_diag.catalog.builder.cells import CellReader
from sheet_diag.catalog.builder.choices import ChoiceSets, write_choice_set
from sheet_diag.catalog.builder.company import build_profile
from sheet_diag.catalog.builder.conditions import ConditionReader
from sheet_diag.catalog.builder.insurance import InsuranceReader
from sheet_diag.catalog.builder.questions import Question, QuestionsReader
from sheet_diag.catalog.builder.ranks import RanksReader
from sheet_diag.catalog.builder.relations import (
    check_threats,
    read_frameworks,
    read_glossary,
    read_threats,
    read_versions,
)
from sheet_diag.catalog.builder.rules import (
    RulesReader,
    check_answer_caps,
    write_caps,
    write_contradictions,
)
from sheet_diag.catalog.builder.settings import SECTION_SETTINGS, SettingsReader
from sheet_diag.catalog.builder.support import check_support
from sheet_diag.catalog.builder.texts import TextsReader, write_labels
from sheet_diag.catalog.builder.values import simplify
from sheet_diag.catalog.faults import BookError, BookFault, BookFaultCode, FaultKind, list_errors
from sheet_diag.catalog.rows import Place, Tables
from sheet_diag.model.basics import Message, Named
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.normalize import fold_text
from sheet_diag.text.numbers import write_number

_MAIL: Final = ("subject", "body")  # what a catalogue may word of a mail


@dataclass(frozen=True, slots=True)
class BuiltCatalog:
    """A catalogue of rows (None: something must be mended), all faults, and what was read."""

    catalog: Catalog | None
    faults: tuple[BookFault, ...]
    counts: Mapping[str, str]


def build_catalog(tables: Tables, name: str, faults: Iterable[BookFault] = ()) -> BuiltCatalog:
    """Build the catalogue of some rows; `name` is that of the file, `faults` are those so far."""
    builder = _Builder(tables, name)
    raw = builder.build()
    found = (*faults, *builder.cells.faults)
    catalog = None
    if not list_errors(found):
        try:
            catalog = Catalog.model_validate({**raw, "sha256": digest_tables(tables)})
        except ValidationError as error:
            found = (*found, *_tell_refused(error, name))
    return BuiltCatalog(catalog, _sort_faults(found, tables), builder.counts)


def _tell_refused(error: ValidationError, name: str) -> Iterator[BookFault]:
    """Tell what the model refuses and no check has found: a limit of the program."""
    for detail in error.errors(include_url=False):
        path = ".".join(str(part) for part in detail["loc"])
        yield BookFault(
            BookFaultCode.NOT_SUPPORTED, Place(name), path, says="book.fault.NOT_SUPPORTED.model"
        )


def require_catalog(built: BuiltCatalog, name: str) -> Catalog:
    """Return the catalogue. Raises `BookError` where something must be mended."""
    if built.catalog is None:
        raise BookError(name, built.faults)
    return built.catalog


def digest_tables(tables: Tables) -> str:
    """Digest the rows in canonical form, whatever holds them."""
    canonical = {
        key: [sorted(row.cells.items()) for row in table.rows]
        for key, table in sorted(tables.items())
        if table.rows
    }
    text = json.dumps(canonical, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _sort_faults(faults: tuple[BookFault, ...], tables: Tables) -> tuple[BookFault, ...]:
    """Order faults: what must be mended first, then as the sheets are read."""
    order = {table.source: place for place, table in enumerate(tables.values())}
    kinds = list(FaultKind)
    return tuple(
        sorted(
            faults,
            key=lambda each: (kinds.index(each.kind), order.get(each.place.sheet, len(order))),
        )
    )


class _Builder:
    """Reads sheet after sheet, each over what those before it hold."""

    def __init__(self, tables: Tables, name: str) -> None:
        self.cells = CellReader(tables)
        self._name = name
        self.counts: dict[str, str] = {}

    def build(self) -> dict[str, Any]:
        """Build the tree that the model takes."""
        cells = self.cells
        settings = SettingsReader(cells, self._name)
        synonyms = settings.word("built-in synonyms") != "no"
        sets = ChoiceSets(cells, built_in_synonyms=synonyms)
        questions = QuestionsReader(cells, sets, settings)
        questions.read()
        profile = build_profile(cells, sets)
        conditions = ConditionReader(cells, questions.questions, profile)
        for each in questions.questions:
            condition = conditions.read(each.row, "shown if", each)
            if condition is not None:
                each.record["condition"] = condition
        self._read_required(questions.questions)
        mode = settings.word("scoring") or "category_mean"
        full, full_category = self._read_full(settings, questions, mode)
        ranks = RanksReader(cells, full, full_category)
        rules = RulesReader(cells, ranks.by_label, questions.categories, conditions, full_category)
        insurance = InsuranceReader(cells, settings, ranks.by_label, questions.by_key)
        notice = insurance.build(sets, profile)
        title = settings.title()
        texts = self._read_texts(questions, full, title, sets)
        for each in questions.questions:
            weight = each.full_points if mode == "sum" else each.share
            each.record["weight"] = simplify(weight) if each.scored else 0
        self._check_weights(questions, mode)
        self._check_second()
        check_answer_caps(rules, cells, {each.id: each for each in questions.questions})
        check_support(cells, settings)
        self._count(questions, full, ranks)
        threats = read_threats(cells)
        check_threats(cells, [each["id"] for each in (threats or {}).get("threats", ())])
        raw: dict[str, Any] = {
            "id": settings.id(),
            "version": settings.version(),
            "title": title,
            "answer_sets": dict(_write_sets(questions, cells)),
            "profile": profile,
            "categories": list(_write_categories(questions)),
            "scoring": {
                **_write_method(mode, full),
                "ranks": [
                    {"label": each.name, "from": each.lowest, **each.record} for each in ranks.ranks
                ],
                "gates": {
                    "category_answered": rules.gate("category_answered"),
                    "total_answered": rules.gate("total_answered"),
                    "applicable_categories": _read_needed(rules),
                    "by_category": {
                        name: each.limit
                        for each in rules.of("category_answered")
                        for name in each.categories
                    },
                },
                **write_contradictions(rules, _list_na(questions)),
                "caps": write_caps(rules, [each.name for each in ranks.ranks]),
                "review": {"na_share_over": rules.gate("na_review")},
                "comments": {
                    "categories": settings.whole("categories commented", 0, 40, 3),
                    "items": settings.whole("questions commented", 1, 10, 2),
                },
            },
            "report": {
                "labels": write_labels(texts),
                "ranks": {each.name: each.texts for each in ranks.ranks if each.texts},
                "marks": ranks.read_marks(),
            },
            "standards": read_frameworks(cells, questions.by_key),
            "glossary": read_glossary(cells),
            "sections": {
                name: settings.word(key) != "no" for name, key in SECTION_SETTINGS.items()
            },
        }
        for name, key in (("purpose", "sheet purpose"), ("title", "sheet title")):
            if text := texts.find(key):
                raw[name] = text
        raw["names"] = {
            named: text for named in get_args(Named) if (text := texts.find(f"name of {named}"))
        }
        raw["survey"] = title
        raw["mails"] = {
            kind.value: words
            for kind in MailKind
            if any(
                (words := {part: texts.find(f"{part}: {kind.value}") for part in _MAIL}).values()
            )
        }
        if text := texts.find("opening of key questions"):
            raw["report"]["key_measure"] = text
        _open_advice(questions.questions, texts)
        if threats:
            raw["threats"] = threats
        if notice:
            raw["insurance"] = notice["rule"]
            raw["report"]["insurance"] = notice["texts"]
        steps = read_versions(cells, settings, questions.by_key)
        if steps:
            raw["earlier"] = {"items": steps}
        self._set_targets(raw, settings)
        return raw

    # --- what spans several sheets

    def _read_required(self, questions: list[Question]) -> None:
        """Give 必須: scored questions and those that conditions refer to, unless it is said."""
        named = {
            item
            for each in questions
            if (condition := each.record.get("condition")) is not None
            for item in condition.items
        }
        for each in questions:
            default = each.scored or each.id in named
            each.record["required"] = self.cells.yes(each.row, "required", default=default)

    def _read_full(
        self, settings: SettingsReader, questions: QuestionsReader, mode: str
    ) -> tuple[Fraction, Fraction]:
        """Read the full score of all, and of a category."""
        given = settings.number("full score", above=0)
        if mode != "sum":
            full = given if given is not None else Fraction(100)
            return full, full
        total = self._sum_points(questions)
        row = settings.row("full score")
        if given is not None and total is not None and given != total and row is not None:
            parts = {"total": write_number(total)}
            expected = Message("book.expect.total", parts)
            self.cells.tell(
                BookFaultCode.TOTAL_DIFFERS, row, "value", expected=expected, parts=parts
            )
        return given or total or Fraction(100), Fraction(100)

    def _sum_points(self, questions: QuestionsReader) -> Fraction | None:
        """Add up the full points; None while some of them are broken."""
        total = Fraction(0)
        for each in questions.questions:
            if not each.scored:
                continue
            broken = any(
                self.cells.is_broken(each.row, key) for key in ("weight", "points", "choices")
            )
            if broken or each.choices is None or each.choices.broken:
                return None
            total += each.full_points
        return total

    def _read_texts(
        self, questions: QuestionsReader, full: Fraction, title: Mapping[str, str], sets: ChoiceSets
    ) -> TextsReader:
        scored = [each for each in questions.categories.values()
                  if any(question.scored for question in each.questions)]  # fmt: skip
        values = {
            "categories": str(len(scored)),
            "questions": str(len(questions.questions)),
            "full": write_number(full),
            "title": title.get(self.cells.lang.value, ""),
        }
        labels = {label for each in sets.used.values() for label in each.by_label}
        return TextsReader(self.cells, labels, values)

    def _check_weights(self, questions: QuestionsReader, mode: str) -> None:
        """Weights of categories count in the mean of categories alone."""
        if mode == "category_mean":
            return
        for each in questions.categories.values():
            if each.row is not None and each.record["weight"] != 1:
                self.cells.tell(
                    BookFaultCode.CELL_UNWANTED,
                    each.row,
                    "weight",
                    says="book.fault.CELL_UNWANTED.weight",
                )

    def _check_second(self) -> None:
        """Tell columns of a second language that is not named, and texts that are missing in it."""
        cells = self.cells
        suffixes = (" (english)", " (japanese)")
        for sheet, table in cells.tables.items():
            for key in table.columns:
                if key.endswith(suffixes) and not cells.second:
                    cells.tell(
                        BookFaultCode.HEADING_UNKNOWN, cells.header(sheet), key,
                        stands=cells.heading_text(cells.header(sheet), key),
                        kind=FaultKind.WARNING, says="book.fault.HEADING_UNKNOWN.second",
                    )  # fmt: skip
        if cells.second and cells.missing_second:
            counts = "、".join(f"{sheet} {count}" for sheet, count in cells.missing_second.items())
            place = cells.header("questions").place("question")
            total = str(sum(cells.missing_second.values()))
            cells.note("book.fault.SECOND_MISSING", place, total=total, counts=counts)

    def _count(self, questions: QuestionsReader, full: Fraction, ranks: RanksReader) -> None:
        self.counts = {
            "categories": str(len(questions.categories)),
            "questions": str(len(questions.questions)),
            "full": write_number(full),
            "ranks": "/".join(each.name for each in ranks.ranks),
        }

    def _set_targets(self, raw: dict[str, Any], settings: SettingsReader) -> None:
        """Give every category the target of the settings that has none of its own."""
        target = settings.number("target")
        for category in raw["categories"]:
            if target is not None:
                category.setdefault("target", target)


def _write_sets(questions: QuestionsReader, cells: CellReader) -> Iterator[tuple[str, Any]]:
    """Write the sets of choices that questions use, each once."""
    done: set[str] = set()
    for each in questions.questions:
        if each.choices is not None and each.set_id not in done:
            done.add(each.set_id)
            choices = write_choice_set(each.choices, cells, reverse=each.is_reversed)
            yield each.set_id, list(choices)


def _write_method(mode: str, full: Fraction) -> dict[str, Any]:
    """Write how answers add up, where it is not the mean of categories of 100."""
    if mode == "category_mean" and full == Fraction(100):
        return {}
    return {"method": mode, "full": simplify(full)}


def _write_categories(questions: QuestionsReader) -> Iterator[dict[str, Any]]:
    for each in questions.categories.values():
        if each.questions:
            yield {**each.record, "items": [question.record for question in each.questions]}


def _open_advice(questions: list[Question], texts: TextsReader) -> None:
    """Give each question one of the sentences that open an advice, in turn."""
    openings = texts.openings()
    for place, each in enumerate(questions):
        for choice in each.choices.choices if each.choices else ():
            found = openings.get(fold_text(choice.label))
            if found and each.kind == "single":
                own = each.record.setdefault("openings", {})
                own.setdefault(choice.id, found[place % len(found)])


def _list_na(questions: QuestionsReader) -> dict[str, str]:
    """List the choice that means 該当なし, by question."""
    return {
        each.id: choice.id
        for each in questions.questions
        if each.choices is not None
        for choice in each.choices.choices
        if choice.role == "not_applicable"
    }


def _read_needed(rules: RulesReader) -> int:
    found = rules.of("applicable_categories")
    return found[-1].count if found else 1
