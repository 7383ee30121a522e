"""Read a questionnaire from a library workbook of CISO Assistant."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from sheet_diag.catalog.headings import load_sheet_forms, second_key
from sheet_diag.catalog.proposal import CatalogProposal, Gap, TakenColumn
from sheet_diag.catalog.rows import Cells
from sheet_diag.intake.catalog_import.choices import show_number, write_word
from sheet_diag.intake.catalog_import.library_losses import count_losses
from sheet_diag.intake.catalog_import.library_parts import (
    LibraryQuestion,
    Node,
    Part,
    RequirementTree,
    read_parts,
    split_lines,
    to_number,
)
from sheet_diag.intake.cells import Grid
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import fold_text

_DEPENDENCY: Final = re.compile(r"(\d+):(\d+):(\d+(?:,\s*\d+)*)(?::(any|all))?")
_SEPARATORS: Final = re.compile(r"[、,，;；\n「」=≠<>]|かつ|または|\b(?:and|or)\b", re.IGNORECASE)


def propose_from_library(grids: Sequence[Grid], name: str) -> CatalogProposal | None:
    """Make the rows of a questionnaire; None where the library holds no framework."""
    parts = list(read_parts(grids))
    library = next((part.meta for part in parts if part.kind == "library"), {})
    framework = next((part for part in parts if part.kind == "framework"), None)
    if framework is None or not any(row.get("assessable") for _, row in framework.rows):
        return None
    reader = _LibraryReader(framework, library, parts)
    return reader.propose(name)


class _LibraryReader:
    """Makes the rows of the new workbook from a framework and what it refers to."""

    def __init__(self, framework: Part, library: Mapping[str, str], parts: Sequence[Part]) -> None:
        self._framework, self._library, self._parts = framework, library, parts
        self._tree = RequirementTree(framework)
        locale = library.get("locale", "en").casefold()[:2]
        self._lang = Lang.JA if locale == "ja" else Lang.EN
        self._other = Lang.EN if self._lang is Lang.JA else Lang.JA
        self._unwritten = 0  # dependencies
        self._gaps: list[Gap] = []

    def propose(self, name: str) -> CatalogProposal:
        """Make all rows."""
        asked = self._list_asked()
        rows = {
            "questions": [self._write_question(at, each, asked) for at, each in enumerate(asked)],
            "settings": self._make_settings(name),
            "categories": self._make_categories(),
            "choices": self._make_choices(asked),
            "yardsticks": self._make_yardsticks(asked),
        }
        return CatalogProposal(
            name,
            self._lang,
            {key: found for key, found in rows.items() if found},
            tuple(self._list_taken()),
            tuple(self._gaps),
            lost=count_losses(self._framework, self._parts, asked, self._unwritten),
        )

    # --- requirements and questions

    def _list_asked(self) -> list[LibraryQuestion]:
        found: list[LibraryQuestion] = []
        taken: Counter[str] = Counter()
        for node in self._tree.nodes:
            if not node.is_asked:
                continue
            ref = node.cells.get("ref_id") or f"R{node.row}"
            lines = split_lines(node.cells.get("questions", "")) or [""]
            for line in range(len(lines)):
                taken[ref] += 1
                number = ref if taken[ref] == 1 else f"{ref}-{taken[ref]}"
                found.append(LibraryQuestion(node, line, number, self._find_answer(node, line)))
        return found

    def _find_answer(self, node: Node, line: int) -> Mapping[str, str] | None:
        names = split_lines(node.cells.get("answer", ""))
        if not names:
            return None
        return self._answers.get(names[min(line, len(names) - 1)])

    @cached_property
    def _answers(self) -> Mapping[str, Mapping[str, str]]:
        return {
            row.get("id", ""): row
            for part in self._parts
            if part.kind == "answers"
            for _, row in part.rows
        }

    @cached_property
    def _scores(self) -> Part | None:
        name = self._framework.meta.get("scores_definition", "")
        found = [part for part in self._parts if part.kind == "scores" and part.rows]
        return next((part for part in found if part.meta.get("name") == name), None)

    def _write_question(
        self, at: int, asked: LibraryQuestion, others: Sequence[LibraryQuestion]
    ) -> Cells:
        node, lang = asked.node, self._lang
        cells = asked.cells
        category = self._tree.category_of(node)
        if category:
            cells["category"] = self._tree.category_names[category.row]
        cells["no."] = asked.number
        cells |= self._write_texts(asked)
        cells["kind"] = write_word("questions", "kind", asked.kind, lang)
        cells |= self._write_choices(asked)
        if asked.kind == "single":
            if weight := node.cells.get("weight"):
                cells["weight"] = weight
            if asked.line == 0 and fold_text(node.cells.get("importance", "")) == "mandatory":
                cells["key"] = "○" if lang is Lang.JA else "yes"
                self._gaps.append(Gap("questions", at, "key", Message("import.gap.mandatory")))
        if condition := self._write_condition(asked, others):
            cells["shown if"] = condition
        return {key: text for key, text in cells.items() if text}

    def _write_texts(self, asked: LibraryQuestion) -> Iterator[tuple[str, str]]:
        """Write the question and its short name, in both languages as far as they stand there."""
        node, code = asked.node, self._other.value
        for key, suffix in (("{}", ""), (second_key("{}", self._lang), f"[{code}]")):
            lines = split_lines(node.cells.get("questions" + suffix, ""))
            if not node.cells.get("questions"):
                column = "description" if node.cells.get("description") else "name"
                lines = [node.cells.get(column + suffix, "")]
            text = lines[asked.line] if asked.line < len(lines) else ""
            yield key.format("question"), text
            yield key.format("topic"), self._tree.write_topic(node, suffix)

    def _write_choices(self, asked: LibraryQuestion) -> Cells:
        if asked.answer is None:
            return {"choices": self._scores.meta["name"]} if self._scores else {}
        return {"choices": asked.answer["id"]} if asked.kind in ("single", "multiple") else {}

    # --- conditions

    def _write_condition(self, asked: LibraryQuestion, others: Sequence[LibraryQuestion]) -> str:
        lines = split_lines(asked.node.cells.get("depends_on", ""))
        text = lines[asked.line] if asked.line < len(lines) else ""
        if not text or text == "undefined":
            return ""
        condition = self._spell(text, asked, others)
        if not condition:
            self._unwritten += 1
        return condition

    def _spell(self, text: str, asked: LibraryQuestion, others: Sequence[LibraryQuestion]) -> str:
        """Spell a dependency as a condition; empty where that cannot be done."""
        found = _DEPENDENCY.fullmatch(text.strip())
        if not found:
            return ""
        row, line, wanted = int(found[1]), int(found[2]) - 1, found[3].split(",")
        above = others[: others.index(asked)]
        source = next((e for e in above if (e.node.row, e.line) == (row, line)), None)
        labels = self._labels_of(source) if source else []
        if source is None or any(not 1 <= int(each) <= len(labels) for each in wanted):
            return ""
        chosen = [_quote(labels[int(each) - 1]) for each in wanted]
        if found[4] != "all" or len(chosen) == 1:
            return f"{source.number}={(', ' if self._lang is Lang.EN else '、').join(chosen)}"
        joint = " and " if self._lang is Lang.EN else " かつ "
        return joint.join(f"{source.number}={label}" for label in chosen)

    def _labels_of(self, asked: LibraryQuestion) -> list[str]:
        if asked.answer is None and self._scores:
            return [row.get("name", "") for _, row in self._scores.rows]
        return asked.labels

    # --- the other sheets

    def _make_settings(self, name: str) -> list[Cells]:
        meta, lang, library = self._framework.meta, self._lang, self._library
        title = meta.get("name") or library.get("name") or name
        entries, code = load_sheet_forms()["settings"].by_key, f"name[{self._other.value}]"
        other = meta.get(code) or library.get(code, "")
        values = {
            "title": title,
            "id": meta.get("ref_id") or library.get("ref_id", ""),
            "version": library.get("version") or meta.get("version", ""),
            "language": write_word("settings", "language", lang.value, lang),
            "second language": self._write_second_language(),
            "full score": meta.get("max_score", ""),
        }
        return [
            {"item": entries[key][lang], "value": value}
            | ({second_key("value", lang): other} if key == "title" and other else {})
            for key, value in values.items()
            if value
        ]

    def _write_second_language(self) -> str:
        suffix = f"[{self._other.value}]"
        used = any(key.endswith(suffix) for _, row in self._framework.rows for key in row)
        if not used and not any(key.endswith(suffix) for key in self._library):
            return ""
        return write_word("settings", "second language", self._other.value, self._lang)

    def _make_categories(self) -> list[Cells]:
        by_row = {node.row: node for node in self._tree.nodes}
        second = second_key("category", self._lang)
        found: list[Cells] = []
        for row, name in self._tree.category_names.items():
            other = by_row[row].cells.get(f"name[{self._other.value}]", "")
            found.append({"category": name, **({second: other} if other else {})})
        return found

    def _make_choices(self, asked: Sequence[LibraryQuestion]) -> list[Cells]:
        """Make the sets that are used, those of answers and that of the scores."""
        found: list[Cells] = []
        used = {each.cells.get("choices"): each for each in asked}
        for name, each in used.items():
            if name and each.answer is not None:
                points = each.points if each.kind == "single" else []
                for at, label in enumerate(each.labels):
                    worth = {"points": show_number(points[at])} if at < len(points) else {}
                    found.append({"set": name, "choice": label, **worth})
            elif name and self._scores:
                found += self._list_scores(name)
        return found

    def _list_scores(self, name: str) -> Iterator[Cells]:
        """List the scores as choices, the best first."""
        rows = [row for _, row in self._scores.rows] if self._scores else []
        for row in sorted(rows, key=lambda each: -to_number(each.get("score", "0"))):
            meaning = row.get("description", "")
            yield {
                "set": name,
                "choice": row.get("name") or row.get("score", ""),
                "points": show_number(to_number(row.get("score", "0"))),
                **({"meaning": meaning} if meaning not in ("", "-") else {}),
            }

    def _make_yardsticks(self, asked: Sequence[LibraryQuestion]) -> list[Cells]:
        """Make a list of requirements of each mapping from this framework to another."""
        numbers: dict[str, list[str]] = {}
        for each in asked:
            if each.kind == "single":
                numbers.setdefault(fold_text(each.node.cells.get("ref_id", "")), []).append(
                    each.number
                )
        found: list[Cells] = []
        for part in self._parts:
            if part.kind == "requirement_mapping_set":
                found += _list_mapped(part, numbers, self._lang)
        return found

    # --- what is told

    def _list_taken(self) -> Iterator[TakenColumn]:
        place = self._framework.place
        named = {"ref_id": "no.", "name": "topic", "weight": "weight", "depends_on": "shown if"}
        yield TakenColumn(place, "questions, description", _became("question"))
        yield TakenColumn(place, "depth", _became("category"))
        for column, key in named.items():
            if self._framework.count(column):
                yield TakenColumn(place, column, _became(key))
        if self._framework.count("importance"):
            yield TakenColumn(place, "importance", Message("import.taken.importance"))
        for part in self._parts:
            if part.kind in ("answers", "scores") and part.rows:
                yield TakenColumn(part.place, part.meta.get("name", ""), _became("choices"))


def _became(key: str) -> Message:
    return Message("import.taken.column", {"key": key})


def _list_mapped(part: Part, numbers: Mapping[str, Sequence[str]], lang: Lang) -> Iterator[Cells]:
    """List the requirements of the other framework with the questions that lead to them."""
    name = next(
        (
            part.meta[key]
            for key in ("target_framework_ref_id", "ref_id", "name")
            if part.meta.get(key)
        ),
        part.place,
    )
    found: dict[str, list[str]] = {}
    for _, row in part.rows:
        source, target = row.get("source_node_id", ""), row.get("target_node_id", "")
        found.setdefault(target, []).extend(numbers.get(fold_text(source), ()))
    for target, questions in found.items():
        listed = ("、" if lang is Lang.JA else ", ").join(dict.fromkeys(questions))
        yield {
            "framework": name,
            "requirement": target,
            **({"questions": listed} if listed else {}),
        }


def _quote(label: str) -> str:
    """Quote a label in a condition where it holds what separates others."""
    plain = " ".join(label.split())
    return f"「{plain}」" if _SEPARATORS.search(plain) else plain
