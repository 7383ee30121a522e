"""A catalogue -> the rows that say the same: what a workbook of it holds.

What a workbook has no place for is counted, so that it can be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

from sheet_diag.catalog.builder.settings import SECTION_SETTINGS
from sheet_diag.catalog.headings import RANK, load_sheet_forms, second_key
from sheet_diag.catalog.rows import Cells, SheetRows
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, Category, Item, RankTexts
from sheet_diag.model.conditions import Condition, Term
from sheet_diag.model.record import Text
from sheet_diag.text.condition_words import write_condition
from sheet_diag.text.numbers import write_number

_SEPARATORS: Final = "、,，;；\n"
_SPECIAL: Final = (
    "company",
    "industry",
    "employees",
    "department",
    "respondent",
    "email",
    "phone",
    "date",
)


@dataclass(frozen=True, slots=True)
class DescribedCatalog:
    """The rows, and how many things of each kind have no place in them."""

    rows: SheetRows
    left_out: Mapping[str, int]


def describe_catalog(catalog: Catalog, lang: Lang) -> DescribedCatalog:
    """Write the rows of a catalogue, in a language first."""
    writer = _RowWriter(catalog, lang)
    rows: dict[str, Sequence[Cells]] = {
        "questions": writer.list_questions(),
        "settings": writer.list_settings(),
        "categories": writer.list_categories(),
        "choices": writer.list_choices(),
        "company": writer.list_company(),
        "ranks": writer.list_ranks(),
        "marks": writer.list_marks(),
        "rules": writer.list_rules(),
        "texts": writer.list_texts(),
        "insurance": writer.list_exposure(),
        "insurance texts": writer.list_notices(),
        "yardsticks": writer.list_requirements(),
        "versions": writer.list_versions(),
        "glossary": writer.list_terms(),
        "threats": writer.list_threats(),
    }
    return DescribedCatalog(
        {key: found for key, found in rows.items() if found}, _count_left_out(catalog)
    )


def _count_left_out(catalog: Catalog) -> dict[str, int]:
    scoring = catalog.scoring
    counts = {
        "sheet_labels": len(catalog.labels),
        "company_rules": len(scoring.na_by_company),
        "together": len(scoring.na_together),
        "prerequisites": len(scoring.prerequisites),
        "groups": sum(len(each.frame.groups) for each in catalog.standards if each.frame),
        "damage": len(catalog.damage.ranges) if catalog.damage else 0,
        "entries": len(catalog.earlier.entries),
    }
    return {key: count for key, count in counts.items() if count}


class _RowWriter:
    """Writes the cells of one catalogue, in one language with the other beside it."""

    def __init__(self, catalog: Catalog, lang: Lang) -> None:
        self._catalog, self._lang = catalog, lang
        self._forms = load_sheet_forms()
        self._yes = "○" if lang is Lang.JA else "yes"
        self._no = "×" if lang is Lang.JA else "no"
        self._set_names = self._name_sets()

    # --- cells

    def _word(self, sheet: str, key: str, word: str) -> str:
        return self._forms[sheet].by_key[key].words[word][self._lang]

    def _texts(self, key: str, text: Text | None) -> dict[str, str]:
        """Write a text in its column, and in that of the other language."""
        if text is None:
            return {}
        first, second = text[self._lang], text[_other(self._lang)]
        return {key: first} | ({second_key(key, self._lang): second} if second != first else {})

    def _list(self, entries: Iterable[str]) -> str:
        """Write a list; an entry that holds a separator stands in brackets."""
        joint = "、" if self._lang is Lang.JA else ", "
        return joint.join(
            f"「{each}」" if any(char in each for char in _SEPARATORS) else each for each in entries
        )

    # --- sheets

    def list_settings(self) -> Sequence[Cells]:
        """Write what holds for the whole catalogue."""
        catalog, scoring = self._catalog, self._catalog.scoring
        rows = [
            self._setting("title", catalog.title),
            self._setting("id", catalog.id),
            self._setting("version", catalog.version),
            self._setting("language", self._word("settings", "language", self._lang.value)),
            self._setting(
                "second language",
                self._word("settings", "second language", _other(self._lang).value),
            ),
            self._setting("categories commented", str(scoring.comments.categories)),
            self._setting("questions commented", str(scoring.comments.items)),
        ]
        previous = next((row.version for row in catalog.earlier.items), None)
        if previous:
            rows.insert(3, self._setting("previous version", previous))
        return [*rows, *self._list_sections(), *self._list_insurance_settings()]

    def _list_sections(self) -> Iterator[Cells]:
        for name, key in SECTION_SETTINGS.items():
            if not getattr(self._catalog.sections, name):
                yield self._setting(key, self._word("settings", key, "no"))

    def _setting(self, key: str, value: Text | str) -> Cells:
        name = {"item": self._forms["settings"].by_key[key][self._lang]}
        return (
            {**name, "value": value}
            if isinstance(value, str)
            else {**name, **self._texts("value", value)}
        )

    def _list_insurance_settings(self) -> Iterator[Cells]:
        rule = self._catalog.insurance
        if rule is None or rule.variant is None:
            return
        item = self._catalog.items[rule.variant.item]
        labels = {
            each.id: each.label[self._lang] for each in self._catalog.choices_of(item).values()
        }
        yield self._setting("insurance question", item.id)
        level = self._exposure_names()[rule.exposure.no_profile]
        yield self._setting("exposure without company", level)
        for key, variant in (("answers for review", "review"), ("answers for new", "new")):
            named = [labels[each] for each, to in rule.variant.answers.items() if to == variant]
            if named:
                yield self._setting(key, self._list(named))

    def list_categories(self) -> Sequence[Cells]:
        """Write the categories."""
        return [
            {
                **self._texts("category", each.name),
                **self._texts("short name", each.short),
                "id": each.id,
                "weight": write_number(each.weight),
                **({"target": write_number(each.target)} if each.target is not None else {}),
                **self._texts("introduction", each.introduction),
                **self._texts("example", each.example),
            }
            for each in self._catalog.categories
        ]

    def list_questions(self) -> Sequence[Cells]:
        """Write the questions."""
        return [
            self._write_question(category, item)
            for category in self._catalog.categories
            for item in category.items
        ]

    def _write_question(self, category: Category, item: Item) -> Cells:
        choices = self._catalog.choices_of(item)
        cells: dict[str, str] = {
            "category": category.name[self._lang],
            "no.": item.id,
            **self._texts("question", item.question),
        }
        if item.answer_set:
            cells["choices"] = self._set_names[item.answer_set]
        cells |= (
            {"weight": write_number(item.weight)}
            if item.weight
            else {"scored": "×" if self._lang is Lang.JA else "no"}
        )
        if item.condition:
            cells["shown if"] = self._write_condition(item.condition)
        if item.critical:
            cells["key"] = self._yes
        if item.na_allowed:
            cells |= self._texts("n/a", item.na_when) or {"n/a": self._yes}
        for choice, text in item.hint.items():
            cells |= self._texts(f"guidance: {choices[choice].label[self._lang]}", text)
        cells |= self._texts("topic", item.topic)
        cells |= self._texts("advice title", item.comment.title)
        cells |= self._texts("advice", item.comment.text)
        for choice, text in item.openings.items():
            cells |= self._texts(f"opening: {choices[choice].label[self._lang]}", text)
        if item.note:
            cells["closing note"] = self._word("questions", "closing note", item.note.kind.value)
            cells |= self._texts("note text", item.note.text)
        return cells | self._write_measures(item)

    def _write_measures(self, item: Item) -> dict[str, str]:
        cells: dict[str, str] = {}
        names = {each.id: each.name[self._lang] for each in self._catalog.standards}
        for standard, numbers in item.controls.items():
            if numbers:
                cells[f"controls: {names[standard]}"] = self._list(numbers)
        if item.priority != 3:
            cells["priority"] = str(item.priority)
        if item.effort:
            cells["effort"] = self._word("questions", "effort", item.effort.value)
        if item.cost:
            cells["cost"] = self._word("questions", "cost", item.cost.value)
        cells |= self._texts("first step", item.first_step)
        cells |= self._texts("first step (short)", item.first_step_short)
        if item.threats:
            cells["threats"] = self._list(item.threats)
        if item.links:
            cells["links"] = "\n".join(f"{each.title} {each.url}" for each in item.links)
        return cells

    # --- choices and the company sheet

    def _name_sets(self) -> dict[str, str]:
        """Name the sets of answers: the first is the standard one."""
        first = "標準" if self._lang is Lang.JA else "Standard"
        names = list(self._catalog.answer_sets)
        return {name: first if name == names[0] else name for name in names}

    def list_choices(self) -> Sequence[Cells]:
        """Write the sets of answers, then those of the company sheet."""
        rows = [
            self._write_choice(self._set_names[name], each)
            for name, choices in self._catalog.answer_sets.items()
            for each in choices
        ]
        points = self._catalog.insurance.exposure.points if self._catalog.insurance else {}
        for field in self._catalog.profile:
            for each in field.choices:
                cells = dict(self._write_choice(field.label[self._lang], each))
                exposure = points.get(field.id, {}).get(each.id)
                rows.append(cells | ({"exposure": str(exposure)} if exposure else {}))
        return rows

    def _write_choice(self, name: str, choice: Any) -> Cells:
        cells = {"set": name, **self._texts("choice", choice.label)}
        if hasattr(choice, "role"):
            if choice.value is not None:
                cells["points"] = write_number(choice.value)
            cells["role"] = self._word("choices", "role", choice.role.value)
            cells |= self._texts("meaning", choice.meaning)
        for lang in (self._lang, _other(self._lang)):
            if words := choice.aliases[lang]:
                key = "synonyms" if lang is self._lang else second_key("synonyms", self._lang)
                cells[key] = self._list(words)
        for key, bound in (("from", "lowest"), ("to", "highest")):
            if (value := getattr(choice, bound, None)) is not None:
                cells[key] = str(value)
        return cells

    def list_company(self) -> Sequence[Cells]:
        """Write the fields of the company sheet."""
        rule = self._catalog.insurance
        unknown = rule.exposure.unknown if rule else None
        rows = []
        for field in self._catalog.profile:
            cells = {
                **self._texts("field", field.label),
                "kind": self._word("company", "kind", field.kind.value),
            }
            if field.required:
                cells["required"] = self._yes
            if field.choices:
                cells["choices"] = field.label[self._lang]
            if field.id in _SPECIAL:
                cells["used as"] = self._word("company", "used as", field.id)
            cells |= self._texts("hint", field.hint)
            if unknown and unknown.field == field.id:
                cells["exposure if unknown"] = self._exposure_names()[unknown.at_least]
            rows.append(cells)
        return rows

    # --- how it counts, and what is said

    def list_ranks(self) -> Sequence[Cells]:
        """Write the ranks."""
        rows = []
        for rule in self._catalog.scoring.ranks:
            own = self._catalog.report.ranks.get(rule.label) or RankTexts()
            cells = {"rank": rule.label}
            if rule.lowest is not None:
                cells["from"] = write_number(rule.lowest)
            cells |= self._texts("meaning", own.legend)
            cells |= self._texts("overall comment", own.overall)
            cells |= self._texts("overall: capped", own.capped)
            cells |= self._texts("overall: unknown", own.unknown)
            if rule.follow_up is not None:
                cells["follow-up"] = self._yes if rule.follow_up else self._no
            if rule.colour:
                cells["colour"] = rule.colour
            rows.append(cells)
        return rows

    def list_marks(self) -> Sequence[Cells]:
        """Write the marks of category scores."""
        return [
            {
                "mark": each.mark,
                **({"from": write_number(each.score)} if each.score is not None else {}),
                **self._texts("meaning", each.meaning),
            }
            for each in self._catalog.report.marks
        ]

    def list_rules(self) -> Sequence[Cells]:
        """Write the caps and gates."""
        scoring = self._catalog.scoring
        caps, gates = scoring.caps, scoring.gates
        rows: list[Cells] = [
            {
                **self._rule("category_below", limit=each.score, at_most=each.at_most),
                **self._applies_to(each.categories),
            }
            for each in caps.category_below
        ]
        rows += [
            self._rule("categories_below", limit=each.score, count=each.count, at_most=each.at_most)
            for each in caps.categories_below
        ]
        for kind, found in (
            ("critical_missed", caps.critical_missed),
            ("critical_partial", caps.critical_partial),
        ):
            rows += [self._rule(kind, count=each.count, at_most=each.at_most) for each in found]
        if caps.na_share:
            rows.append(
                self._rule("na_share", limit=caps.na_share.over, at_most=caps.na_share.at_most)
            )
        for cap in caps.answers:
            given = Condition(terms=(Term(source=cap.item, values=cap.choices),))
            said = self._write_condition(given)
            rows.append({**self._rule("answer", at_most=cap.at_most), "if": said})
        rows.append(self._rule("na_review", limit=scoring.review.na_share_over))
        rows.append(self._rule("category_answered", limit=gates.category_answered))
        for name, share in gates.by_category.items():
            own = self._rule("category_answered", limit=share)
            rows.append({**own, **self._applies_to((name,))})
        rows.append(self._rule("total_answered", limit=gates.total_answered))
        rows.append(self._rule("applicable_categories", count=gates.applicable_categories))
        return [*rows, *self._list_contradictions()]

    def _rule(
        self,
        kind: str,
        *,
        limit: Fraction | None = None,
        count: int | None = None,
        at_most: object = None,
    ) -> Cells:
        cells = {"kind": self._word("rules", "kind", kind)}
        if limit is not None:
            cells["limit"] = write_number(limit)
        if count is not None:
            cells["count"] = str(count)
        if at_most is not None:
            cells["at most"] = str(at_most)
        return cells

    def _list_contradictions(self) -> Iterator[Cells]:
        """Write contradictions: one 該当なし asks for the other."""
        for each in self._catalog.scoring.contradictions:
            na, answered = (self._not_applicable(item) for item in (each.na, each.answered))
            yield {
                **self._rule("contradiction"),
                "if": f"{each.na}={na}",
                "then": f"{each.answered}={answered}",
            }

        for pair in self._catalog.scoring.pairs:
            yield {
                **self._rule("contradiction"),
                "if": self._write_condition(pair.condition),
                "then": self._write_condition(pair.requires),
                **self._texts("text", pair.text),
            }

    def _write_condition(self, condition: Condition) -> str:
        return write_condition(condition, self._name_term, self._lang)

    def _name_term(self, term: Term) -> str:
        if term.of_company:
            field = self._catalog.field_by_id[term.source]
            return (field.by_id[term.values[0]] if term.values else field).label[self._lang]
        if not term.values:
            return term.source
        item = self._catalog.items[term.source]
        return self._catalog.choices_of(item)[term.values[0]].label[self._lang]

    def _applies_to(self, categories: Sequence[str]) -> Cells:
        names = [self._catalog.category_by_id[each].name[self._lang] for each in categories]
        return {"applies to": self._list(names)} if names else {}

    def _not_applicable(self, item: str) -> str:
        choices = self._catalog.choices_of(self._catalog.items[item]).values()
        return next(
            each.label[self._lang] for each in choices if each.role.value == "not_applicable"
        )

    def list_texts(self) -> Sequence[Cells]:
        """Write titles and sentences."""
        labels = self._catalog.report.labels
        rows: list[Cells] = []
        for entry in self._forms["texts"].entries:
            text = labels.get(entry.labels[0]) if entry.labels else None
            if text is not None:
                rows.append(self._write_text(entry.key, text))
        others = (
            ("opening of key questions", self._catalog.report.key_measure),
            ("sheet purpose", self._catalog.purpose),
        )
        return [*rows, *(self._write_text(key, text) for key, text in others if text)]

    def _write_text(self, key: str, text: Text) -> Cells:
        place = self._forms["texts"].by_key[key][self._lang]
        own = self._name_counts(key, self._texts("text", text))
        return {"place": place, **own}

    def _name_counts(self, key: str, cells: Cells) -> dict[str, str]:
        """Write {count} by its name of a workbook."""
        names = {
            "introduction of categories": {Lang.JA: "{分野数}", Lang.EN: "{categories}"},
            "introduction of comments": {Lang.JA: "{コメント数}", Lang.EN: "{comments}"},
        }
        name = names.get(key, {}).get(self._lang, "{count}")
        return {at: text.replace("{count}", name) for at, text in cells.items()}

    # --- insurance

    def _exposure_names(self) -> dict[str, str]:
        texts = self._catalog.report.insurance
        return {key: text[self._lang] for key, text in texts.exposure.items()} if texts else {}

    def list_exposure(self) -> Sequence[Cells]:
        """Write the level of the notice by exposure and rank."""
        rule, texts = self._catalog.insurance, self._catalog.report.insurance
        if rule is None or texts is None:
            return []
        rows = []
        for level, points in rule.exposure.levels.items():
            cells = {**self._texts("exposure", texts.exposure[level]), "from points": str(points)}
            for rank, notice in rule.level[level].items():
                cells["not ranked" if rank == "none" else RANK + rank] = str(notice)
            rows.append(cells)
        return rows

    def list_notices(self) -> Sequence[Cells]:
        """Write the texts of the notice."""
        rule, texts = self._catalog.insurance, self._catalog.report.insurance
        if rule is None or texts is None:
            return []
        rows: list[Cells] = [
            {
                "level": str(level),
                "case": self._word("insurance texts", "case", case),
                **self._texts("text", text),
            }
            for level, cases in texts.notices.items()
            for case, text in cases.items()
        ]
        note = "注" if self._lang is Lang.JA else "Note"
        return [*rows, {"level": note, **self._texts("text", rule.exposure.assumption)}]

    # --- beside other catalogues

    def list_requirements(self) -> Sequence[Cells]:
        """Write the requirements of the frameworks that have a table of their own."""
        return [
            {
                **self._texts("framework", standard.name),
                "requirement": each.id,
                **self._texts("requirement text", each.name),
                **({"questions": self._list(each.items)} if each.items else {}),
                **({"level needed": write_number(each.level)} if each.level != 1 else {}),
            }
            for standard in self._catalog.standards
            if standard.frame
            for each in standard.frame.requirements
        ]

    def list_versions(self) -> Sequence[Cells]:
        """Write what became of the questions of the version before."""
        return [
            {
                **({"old no.": row.old} if row.old else {}),
                "relation": self._word("versions", "relation", row.relation.value),
                **({"new no.": row.new} if row.new else {}),
            }
            for row in self._catalog.earlier.items
        ]

    def list_terms(self) -> Sequence[Cells]:
        """Write the terms that documents explain."""
        rows = []
        for entry in self._catalog.glossary:
            forms = {
                key: self._list(entry.forms[lang])
                for key, lang in (
                    ("term", self._lang),
                    (second_key("term", self._lang), _other(self._lang)),
                )
                if entry.forms[lang]
            }
            rows.append({**forms, **self._texts("meaning", entry.gloss)})
        return rows

    def list_threats(self) -> Sequence[Cells]:
        """Write the list of threats."""
        threats = self._catalog.threats
        if threats is None:
            return []
        rows: list[dict[str, str]] = [
            {"no.": each.id, **self._texts("name", each.name)} for each in threats.threats
        ]
        rows[0] |= self._texts("source", threats.source)
        return list(rows)


def _other(lang: Lang) -> Lang:
    return Lang.EN if lang is Lang.JA else Lang.JA
