"""The sheets 設問 and 分野: categories with their questions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from sheet_diag.catalog.builder.cells import LONGEST_LABEL, CellReader
from sheet_diag.catalog.builder.choices import (
    QUESTION_SETS,
    ChoiceSet,
    ChoiceSets,
    SetChoice,
    is_id,
    make_id,
)
from sheet_diag.catalog.builder.settings import SettingsReader
from sheet_diag.catalog.builder.values import (
    cut_width,
    cut_words,
    parse_yes,
    simplify,
    split_list,
    width_of,
)
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import second_key
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Lang, Message
from sheet_diag.text.normalize import fold_text, item_key

MOST_QUESTIONS, MOST_CATEGORIES, LONGEST_NUMBER = 500, 40, 40
SHORT_WIDTH: Final = 16
_TOPIC: Final = 24
REVERSED: Final = "-reversed"
_WITH_CHOICES: Final = ("single", "multiple")
_LINK: Final = re.compile(r"(.*?)\s*(https://[!-~]+)\s*$")


@dataclass(slots=True)
class Question:
    """A question while it is read: its row, its number, its choices, what the model takes."""

    row: Row
    id: str
    category: str
    kind: str
    choices: ChoiceSet | None
    scored: bool
    reverse: bool = False
    weight: Fraction = Fraction(0)
    points: Fraction | None = None
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def full_points(self) -> Fraction:
        """The points of the full answer: 配点, else the weight times the highest of its choices."""
        high = self.choices.high if self.choices else Fraction(0)
        return self.points if self.points is not None else self.weight * high

    @property
    def share(self) -> Fraction:
        """What it counts in a mean: 配点, else the weight."""
        return self.points if self.points is not None else self.weight

    @property
    def full_answers(self) -> tuple[str, ...]:
        """The ids of the answers that are worth most."""
        answers = self.choices.answers if self.choices else []
        worth = [(-1 if self.is_reversed else 1) * (each.points or 0) for each in answers]
        return tuple(each.id for each, w in zip(answers, worth, strict=True) if w == max(worth))

    @property
    def set_id(self) -> str:
        """The id of its set of choices, where 逆 has one of its own."""
        if self.choices is None:
            return ""
        return f"{self.choices.id}{REVERSED}" if self.is_reversed else self.choices.id

    @property
    def is_reversed(self) -> bool:
        """Whether its points are turned round."""
        return self.reverse and self.scored

    def worth(self, choice: SetChoice) -> Fraction | None:
        """Return the points of a choice of this question, after 逆."""
        if self.choices is None or choice.points is None:
            return None
        if self.reverse and choice.role == "answered":
            return self.choices.high + self.choices.low - choice.points
        return choice.points


@dataclass(slots=True)
class CategoryEntry:
    """A category while it is read."""

    name: str
    record: dict[str, Any]
    row: Row | None = None
    questions: list[Question] = field(default_factory=list)


class QuestionsReader:
    """Reads the questions and the categories to which they belong."""

    def __init__(self, cells: CellReader, sets: ChoiceSets, settings: SettingsReader) -> None:
        self._cells, self._sets, self._settings = cells, sets, settings
        self._default: ChoiceSet | None = None
        self.questions: list[Question] = []
        self.categories: dict[str, CategoryEntry] = {}

    def read(self) -> None:
        """Read every question, then the categories."""
        rows = self._cells.rows("questions")
        self._check_count(rows)
        numbers = self._read_numbers(rows)
        for row, number in zip(rows, numbers, strict=True):
            self.questions.append(self._read_question(row, number))
        self._read_categories()
        self._check_sets()

    @property
    def by_key(self) -> Mapping[str, Question]:
        """The questions by their numbers as compared."""
        return {item_key(each.id): each for each in self.questions}

    def _check_count(self, rows: tuple[Row, ...]) -> None:
        table = self._cells.table("questions")
        if table is not None and not rows:
            head = self._cells.header("questions")
            self._cells.tell(
                BookFaultCode.CELL_REQUIRED,
                head,
                "question",
                says="book.fault.CELL_REQUIRED.questions",
            )
        if len(rows) > MOST_QUESTIONS:
            parts = {"count": str(len(rows)), "most": str(MOST_QUESTIONS)}
            self._cells.tell(
                BookFaultCode.TOO_MANY, rows[MOST_QUESTIONS], "question",
                says="book.fault.TOO_MANY.questions", parts=parts,
            )  # fmt: skip

    # --- numbers

    def _read_numbers(self, rows: tuple[Row, ...]) -> list[str]:
        """Read the numbers of the questions, or count them where there are none."""
        blank = [row for row in rows if self._cells.is_blank(row, "no.")]
        if rows and len(blank) == len(rows):
            self._cells.note(
                "book.fault.DEFAULT_TAKEN.numbers", rows[0].place("no."), count=str(len(rows))
            )
            return [str(place) for place in range(1, len(rows) + 1)]
        seen: dict[str, Row] = {}
        return [self._read_number(row, place, seen) for place, row in enumerate(rows, 1)]

    def _read_number(self, row: Row, place: int, seen: dict[str, Row]) -> str:
        number = self._cells.required(row, "no.", LONGEST_NUMBER)
        if not number:
            return f"?{place}"
        first = seen.setdefault(item_key(number), row)
        if first is not row:
            expected = Message("book.expect.other_number", {"cell": first.place("no.").cell})
            self._cells.tell(BookFaultCode.DUPLICATE, row, "no.", expected=expected)
            return f"?{place}"
        if not is_id(number):
            self._cells.tell(BookFaultCode.NOT_SUPPORTED, row, "no.")
        return number

    # --- one question

    def _read_question(self, row: Row, number: str) -> Question:
        cells = self._cells
        question = cells.required(row, "question")
        kind = cells.word(row, "kind") or "single"
        choices = self._find_choices(row, kind)
        scored = cells.yes(row, "scored", default=kind == "single")
        if scored and kind != "single" and not cells.is_broken(row, "kind"):
            cells.tell(BookFaultCode.KIND_NOT_SCORED, row, "scored")
            scored = False
        reverse = cells.yes(row, "reverse", default=False)
        category = cells.text(row, "category", LONGEST_LABEL)
        if not category and not cells.is_broken(row, "category"):
            if cells.has_column("questions", "category") and any(
                each.cells.get("category") for each in cells.rows("questions")
            ):
                cells.required(row, "category")
            else:
                category = "全体" if cells.lang is Lang.JA else "All"
        made = Question(row, number, category, kind, choices, scored, reverse)
        made.record = self._write_record(made, question)
        return made

    def _find_choices(self, row: Row, kind: str) -> ChoiceSet | None:
        if kind not in _WITH_CHOICES:
            self._cells.unwanted(row, ("choices",), "book.fault.CELL_UNWANTED.kind")
            return None
        if not self._cells.is_blank(row, "choices"):
            return self._sets.find(row, "choices", QUESTION_SETS)
        if self._default is None:
            self._default = self._sets.default(self._settings.row("default choices"), "value")
        return self._default

    def _write_record(self, made: Question, question: str) -> dict[str, Any]:
        cells, row = self._cells, made.row
        record: dict[str, Any] = {
            "id": made.id,
            "kind": made.kind,
            "question": cells.texts(row, "question") or cells.both(question or made.id),
            "topic": cells.texts(row, "topic", 200) or self._cut_topic(row, question or made.id),
            "critical": cells.yes(row, "key", default=False, star=True),
        }
        if made.choices is not None:
            record["answer_set"] = made.set_id
        self._read_weights(made)
        record |= self._read_not_applicable(made)
        record |= self._read_comment(made)
        record |= self._read_measures(row)
        record |= self._read_by_choice(made)
        record["controls"] = self._read_controls(row)
        if made.kind in ("number", "date"):
            record |= self._read_bounds(row, made.kind)
        else:
            cells.unwanted(row, ("unit", "from", "to"), "book.fault.CELL_UNWANTED.kind")
        if guidance := cells.texts(row, "guidance"):
            record["guidance"] = guidance
        return record

    def _cut_topic(self, row: Row, question: str) -> dict[str, str]:
        second = self._cells.text(row, second_key("question", self._cells.lang))
        return self._cells.both(
            cut_words(question, _TOPIC),
            cut_words(second, 2 * _TOPIC) if self._cells.second else "",
        )

    def _read_weights(self, made: Question) -> None:
        cells, row = self._cells, made.row
        both = not (cells.is_blank(row, "weight") or cells.is_blank(row, "points"))
        if both and not (cells.is_broken(row, "weight") or cells.is_broken(row, "points")):
            cells.tell(BookFaultCode.EXCLUSIVE, row, "points")
        weight = cells.number(row, "weight", above=0)
        points = cells.number(row, "points", above=0)
        if made.scored:
            made.weight, made.points = weight or Fraction(1), points

    def _read_not_applicable(self, made: Question) -> dict[str, Any]:
        """Read whether 該当なし is allowed, and when."""
        cells, row = self._cells, made.row
        knows = made.choices is not None and made.choices.has_not_applicable
        if not cells.has_column("questions", "n/a"):
            return {"na_allowed": knows}
        text = cells.text(row, "n/a")
        if not text or parse_yes(text) is False:
            return {"na_allowed": False}
        if not knows:
            if made.choices is not None and not made.choices.broken:
                cells.tell(
                    BookFaultCode.CHOICE_NOT_IN_SET,
                    row,
                    "n/a",
                    says="book.fault.CHOICE_NOT_IN_SET.na",
                )
            return {"na_allowed": False}
        if parse_yes(text):
            return {"na_allowed": True}
        return {"na_allowed": True, "na_when": cells.texts(row, "n/a")}

    def _read_comment(self, made: Question) -> dict[str, Any]:
        cells, row = self._cells, made.row
        comment = {
            "title": cells.texts(row, "advice title", 200),
            "text": cells.texts(row, "advice"),
        }
        record: dict[str, Any] = {"comment": {k: v for k, v in comment.items() if v}}
        note = cells.texts(row, "note text")
        kind = cells.word(row, "closing note")
        if note:
            record["note"] = {"kind": kind or "advice", "text": note}
        elif kind and cells.is_blank(row, "note text"):
            cells.required(row, "note text")
        return record

    def _read_measures(self, row: Row) -> dict[str, Any]:
        cells = self._cells
        record = {
            "priority": cells.whole(row, "priority", 1, 3),
            "effort": cells.word(row, "effort"),
            "cost": cells.word(row, "cost"),
            "first_step": cells.texts(row, "first step"),
            "first_step_short": cells.texts(row, "first step (short)", 80),
            "threats": tuple(cells.entries(row, "threats")),
            "links": tuple(self._read_links(row)),
        }
        return {key: value for key, value in record.items() if value not in (None, ())}

    def _read_links(self, row: Row) -> Iterator[dict[str, str]]:
        for line in self._cells.text(row, "links").splitlines():
            found = _LINK.match(line.strip())
            if found is None and line.strip():
                self._cells.tell(
                    BookFaultCode.OUT_OF_RANGE,
                    row,
                    "links",
                    stands=line,
                    says="book.fault.OUT_OF_RANGE.link",
                )
            elif found:
                yield {"title": found[1] or found[2], "url": found[2]}

    def _read_by_choice(self, made: Question) -> dict[str, Any]:
        """Read what is said of each choice: hints, advice, openings."""
        found: dict[str, dict[str, Any]] = {}
        for start, name in (("guidance:", "hint"), ("advice:", "advice"), ("opening:", "openings")):
            for label in self._cells.following("questions", start):
                key = f"{start} {label}"
                text = self._cells.texts(made.row, key)
                choice = made.choices.by_label.get(fold_text(label)) if made.choices else None
                if text and choice is None and not (made.choices and made.choices.broken):
                    if made.choices is not None or made.kind not in _WITH_CHOICES:
                        self._tell_no_choice(made, key)
                elif text and choice is not None:
                    found.setdefault(name, {})[choice.id] = text
        return dict(found)

    def _tell_no_choice(self, made: Question, key: str) -> None:
        labels = [each.label for each in made.choices.choices] if made.choices else []
        expected = self._cells.one_of(labels) if labels else None
        self._cells.tell(BookFaultCode.CHOICE_NOT_IN_SET, made.row, key, expected=expected)

    def _read_controls(self, row: Row) -> dict[str, tuple[str, ...]]:
        found = {}
        for name in self._cells.following("questions", "controls:"):
            numbers = split_list(self._cells.text(row, f"controls: {name}"))
            if numbers:
                found[make_id(name)] = tuple(numbers)
        return found

    def _read_bounds(self, row: Row, kind: str) -> dict[str, Any]:
        cells = self._cells
        record: dict[str, Any] = {}
        if unit := cells.texts(row, "unit", LONGEST_LABEL):
            record["unit"] = unit
        for key, name in (("from", "lowest"), ("to", "highest")):
            value = cells.text(row, key) if kind == "date" else cells.number(row, key)
            if value not in ("", None):
                record[name] = value
        return record

    # --- categories

    def _read_categories(self) -> None:
        rows = self._cells.rows("categories")
        for row in rows:
            self._read_category(row)
        for question in self.questions:
            self._place_question(question, listed=bool(rows))
        self._check_categories()
        self._shorten_names()
        self._tell_regrouped()

    def _read_category(self, row: Row) -> None:
        cells = self._cells
        name = cells.required(row, "category", LONGEST_LABEL)
        names = cells.texts(row, "category", LONGEST_LABEL)
        if not name or names is None:
            return
        if fold_text(name) in self.categories:
            cells.tell(
                BookFaultCode.DUPLICATE, row, "category", expected=Message("book.expect.unique")
            )
            return
        weight = cells.number(row, "weight", above=0)
        record: dict[str, Any] = {
            "id": self._read_id(row) or make_id(name),
            "name": names,
            "weight": 1 if weight is None else simplify(weight),
        }
        for key, at in (("introduction", "introduction"), ("example", "example")):
            if text := cells.texts(row, at):
                record[key] = text
        target = cells.number(row, "target")
        if target is not None:
            record["target"] = target
        if short := cells.texts(row, "short name"):
            if any(width_of(text) > SHORT_WIDTH for text in list(short.values())[:1]):
                cells.tell(
                    BookFaultCode.TOO_LONG,
                    row,
                    "short name",
                    parts={"most": str(SHORT_WIDTH)},
                    says="book.fault.TOO_LONG.short",
                )
            record["short"] = short
        self.categories[fold_text(name)] = CategoryEntry(name, record, row)

    def _read_id(self, row: Row) -> str:
        text = self._cells.text(row, "id", 40)
        return text if not text or is_id(text) else make_id(text)

    def _place_question(self, question: Question, *, listed: bool) -> None:
        name = question.category
        if not name:
            return
        found = self.categories.get(fold_text(name))
        if found is None and listed:
            names = [each.name for each in self.categories.values()]
            if not self._cells.has_broken("categories", "category"):
                self._cells.unknown(question.row, "category", name, names)
            return
        if found is None:
            record: dict[str, Any] = {
                "id": make_id(name),
                "name": self._cells.both(name),
                "weight": 1,
            }
            found = self.categories[fold_text(name)] = CategoryEntry(name, record)
        found.questions.append(question)

    def _check_categories(self) -> None:
        for each in self.categories.values():
            lost = any(not question.category for question in self.questions)
            if not each.questions and each.row is not None and not lost:
                self._cells.tell(BookFaultCode.CATEGORY_EMPTY, each.row, "category")
        if len(self.categories) > MOST_CATEGORIES:
            extra = list(self.categories.values())[MOST_CATEGORIES]
            row = extra.row or extra.questions[0].row
            parts = {"count": str(len(self.categories)), "most": str(MOST_CATEGORIES)}
            self._cells.tell(
                BookFaultCode.TOO_MANY,
                row,
                "category",
                says="book.fault.TOO_MANY.categories",
                parts=parts,
            )

    def _shorten_names(self) -> None:
        """Give a short name to each category; each must be told from the others."""
        owners: dict[str, CategoryEntry] = {}
        for each in self.categories.values():
            short = each.record.setdefault(
                "short",
                {lang: cut_width(text, SHORT_WIDTH) for lang, text in each.record["name"].items()},
            )
            first = owners.setdefault(fold_text(next(iter(short.values()))), each)
            if first is not each:
                row = each.row or each.questions[0].row
                key = "short name" if each.row else "category"
                if not self._cells.is_broken(row, key):
                    self._cells.tell(
                        BookFaultCode.DUPLICATE, row, key, stands=next(iter(short.values())),
                        says="book.fault.DUPLICATE.short", expected=Message("book.expect.unique"),
                    )  # fmt: skip

    def _tell_regrouped(self) -> None:
        names = [fold_text(each.category) for each in self.questions if each.category]
        runs = [name for place, name in enumerate(names) if place == 0 or names[place - 1] != name]
        if len(runs) > len(set(runs)):
            place = self.questions[0].row.place("category")
            self._cells.note("book.fault.ROWS_REGROUPED", place)

    def _check_sets(self) -> None:
        """Check every set that a question uses."""
        for question in self.questions:
            if question.choices is not None:
                self._sets.check_use(question.choices, scored=question.scored)
        keys = [each for each in self.questions if each.record.get("critical")]
        rules = [row.cells.get("kind", "") for row in self._cells.rows("rules")]
        if keys and not any("重要" in rule or "key" in rule.casefold() for rule in rules):
            self._cells.note(
                "book.fault.DEFAULT_TAKEN.key", keys[0].row.place("key"), count=str(len(keys))
            )
