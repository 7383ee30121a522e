"""The sets of choices: of the sheet 選択肢, written in a cell, or built in."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from sheet_diag.catalog.builder.cells import LONGEST_LABEL, CellReader
from sheet_diag.catalog.builder.standard import WordFamily, load_families, load_standard
from sheet_diag.catalog.builder.values import parse_number, split_list
from sheet_diag.catalog.errors import find_nearest
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import second_key
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Lang, Message
from sheet_diag.model.record import Id
from sheet_diag.text.normalize import fold_text

FEWEST, MOST, MOST_SETS = 2, 12, 60
_ID: Final = TypeAdapter[str](Id)
_JOINTS: Final = re.compile(r"／|\n|(?<!\bN)/(?!A\b)", re.IGNORECASE)


@dataclass(slots=True)
class SetChoice:
    """A choice while it is read; `at` is the row and the key where its label stands."""

    label: str
    label_second: str = ""
    role: str = "answered"
    points: Fraction | None = None
    meaning: dict[str, str] | None = None
    aliases: dict[str, list[str]] = field(default_factory=dict)
    lowest: int | None = None
    highest: int | None = None
    exposure: int = 0
    at: tuple[Row, str] | None = None
    id: str = ""

    @property
    def name(self) -> str:
        """The label, as other places name it."""
        return self.label


@dataclass(slots=True)
class ChoiceSet:
    """A set of choices. `broken`: a fault of it is told, so that nothing follows from it.

    `shared`: its points fall evenly, as none was written.
    """

    name: str
    id: str
    choices: list[SetChoice]
    at: tuple[Row, str] | None = None
    broken: bool = False
    shared: bool = False

    @property
    def by_label(self) -> dict[str, SetChoice]:
        """The choices by their folded labels, in both languages."""
        found = {fold_text(each.label): each for each in self.choices}
        return {
            fold_text(each.label_second): each for each in self.choices if each.label_second
        } | found

    @property
    def answers(self) -> list[SetChoice]:
        """The choices that answer."""
        return [each for each in self.choices if each.role == "answered"]

    @property
    def high(self) -> Fraction:
        """The highest points of an answer."""
        return max((each.points or Fraction(0) for each in self.answers), default=Fraction(0))

    @property
    def low(self) -> Fraction:
        """The lowest points of an answer."""
        return min((each.points or Fraction(0) for each in self.answers), default=Fraction(0))

    @property
    def has_not_applicable(self) -> bool:
        """Whether 該当なし is among the choices."""
        return any(each.role == "not_applicable" for each in self.choices)


class ChoiceSets:
    """All sets by name, and those that are written in a cell."""

    def __init__(self, cells: CellReader, *, built_in_synonyms: bool) -> None:
        self._cells = cells
        self._families = load_families() if built_in_synonyms else ()
        self._synonyms = [row for row in cells.rows("synonyms") if row.cells]
        self.by_name: dict[str, ChoiceSet] = {}
        self.used: dict[str, ChoiceSet] = {}
        self._read_sheet()
        self.names = [each.name for each in self.by_name.values()]
        self._check_synonyms()

    # --- which set is meant

    def find(self, row: Row, key: str, built_in: Mapping[str, str]) -> ChoiceSet | None:
        """Find the set that a cell names or holds; None where it is told that there is none."""
        text = self._cells.text(row, key)
        if not text:
            return None
        found = self.by_name.get(fold_text(text))
        if found is None and fold_text(text) in built_in:
            found = self.built_in(built_in[fold_text(text)])
        if found is None and len(_JOINTS.split(text)) > 1:
            found = self._read_inline(row, key, text)
        if found is None:
            self._cells.unknown(row, key, text, self.names or list(built_in))
            return None
        self.used[found.id] = found
        return found

    def built_in(self, name: str) -> ChoiceSet:
        """Return a set of the product: the standard answers, 業種, 従業員数."""
        lang = self._cells.lang
        if name not in self.by_name:
            rows = load_standard(lang)["choices"]
            others = load_standard(Lang.EN if lang is Lang.JA else Lang.JA)["choices"]
            pairs = [
                (own, other) for own, other in zip(rows, others, strict=True) if own["id"] == name
            ]
            self.by_name[name] = self._make_built_in(name, pairs)
        found = self.by_name[name]
        self.used[found.id] = found
        return found

    def default(self, row: Row | None, key: str) -> ChoiceSet:
        """Return the set of questions that name none."""
        named = self.find(row, key, _STANDARD) if row is not None else None
        if named is not None:
            return named
        for name in ("標準", "standard"):
            if name in self.by_name:
                return self._use(self.by_name[name])
        company = {fold_text(each.cells.get("choices", "")) for each in self._cells.rows("company")}
        sets = [
            each
            for name, each in self.by_name.items()
            if each.at is not None and name not in company
        ]
        if len(sets) == 1:
            return self._use(sets[0])
        return self.built_in("standard")

    def _use(self, found: ChoiceSet) -> ChoiceSet:
        self.used[found.id] = found
        return found

    # --- reading

    def _read_sheet(self) -> None:
        groups: dict[str, list[Row]] = {}
        for row in self._cells.rows("choices"):
            name = self._cells.required(row, "set", LONGEST_LABEL)
            if name:
                groups.setdefault(fold_text(name), []).append(row)
        for folded, rows in groups.items():
            name = self._cells.text(rows[0], "set")
            choices = [each for row in rows if (each := self._read_choice(row))]
            made = ChoiceSet(name, make_id(name), choices, (rows[0], "set"))
            self._finish(made)
            self.by_name[folded] = made
        if len(groups) > MOST_SETS:
            row = list(groups.values())[MOST_SETS][0]
            parts = {"count": str(len(groups)), "most": str(MOST_SETS)}
            self._cells.tell(
                BookFaultCode.TOO_MANY, row, "set", says="book.fault.TOO_MANY.sets", parts=parts
            )

    def _read_choice(self, row: Row) -> SetChoice | None:
        cells = self._cells
        label = cells.required(row, "choice", LONGEST_LABEL)
        second = cells.text(row, second_key("choice", cells.lang)) if cells.second else ""
        role = cells.word(row, "role") or self._role_of(label)
        amount = cells.amount(row, "points")
        if amount and role == "not_applicable":
            cells.tell(BookFaultCode.POINTS_UNWANTED, row, "points")
        aliases = {cells.lang.value: cells.entries(row, "synonyms")}
        if cells.second:
            key = second_key("synonyms", cells.lang)
            aliases[_other(cells.lang).value] = split_list(cells.text(row, key))
        if not label:
            return None
        return SetChoice(
            label,
            second,
            role,
            amount[0] if amount else None,
            cells.texts(row, "meaning"),
            aliases,
            cells.whole(row, "from"),
            cells.whole(row, "to"),
            cells.whole(row, "exposure") or 0,
            (row, "choice"),
        )

    def _read_inline(self, row: Row, key: str, text: str) -> ChoiceSet | None:
        """Read choices that are written in a cell, with or without points."""
        choices = []
        seconds = [
            part.strip()
            for part in _JOINTS.split(self._cells.text(row, second_key(key, self._cells.lang)))
        ]
        parts = [part.strip() for part in _JOINTS.split(text) if part.strip()]
        for place, part in enumerate(parts):
            label, _, points = part.replace("＝", "=").partition("=")
            number = parse_number(points) if points.strip() else None
            if points.strip() and number is None:
                expected = Message("book.expect.number")
                self._cells.tell(
                    BookFaultCode.NOT_A_NUMBER, row, key, stands=part, expected=expected
                )
                return ChoiceSet("", make_id(text), [], (row, key), broken=True)
            second = seconds[place] if len(seconds) == len(parts) else ""
            choices.append(
                SetChoice(
                    label.strip(),
                    second.partition("=")[0].strip(),
                    self._role_of(label.strip()),
                    number[0] if number else None,
                    at=(row, key),
                )
            )
        digest = hashlib.sha256(fold_text(text).encode()).hexdigest()[:8]
        made = ChoiceSet(
            "／".join(each.label for each in choices), f"set-{digest}", choices, (row, key)
        )
        if made.id in self.used:
            return self.used[made.id]
        self._finish(made)
        return made

    def _make_built_in(self, name: str, pairs: Sequence[tuple[Any, Any]]) -> ChoiceSet:
        lang, choices = self._cells.lang, []
        for own, other in pairs:
            aliases = {
                lang.value: split_list(own.get("synonyms", "")),
                _other(lang).value: split_list(other.get("synonyms", "")),
            }
            points = parse_number(own.get("points", ""))
            meaning = (
                self._cells.both(own["meaning"], other["meaning"]) if "meaning" in own else None
            )
            choices.append(
                SetChoice(
                    own["choice"],
                    other["choice"],
                    own.get("role", "answered"),
                    points[0] if points else None,
                    meaning,
                    aliases,
                    int(own["from"]) if "from" in own else None,
                    int(own["to"]) if "to" in own else None,
                    id=own["choice id"],
                )
            )
        return ChoiceSet(pairs[0][0]["set"], name, choices)

    def _role_of(self, label: str) -> str:
        family = self._family_of(label)
        return family.role if family else "answered"

    def _family_of(self, label: str) -> WordFamily | None:
        folded = fold_text(label)
        return next((each for each in load_families() if folded in each.words), None)

    # --- checks and defaults

    def _finish(self, made: ChoiceSet) -> None:
        """Check a set, and give what its cells leave out."""
        before = len(self._cells.faults)
        self._check_labels(made)
        self._share_points(made)
        self._give_ids(made)
        self._add_synonyms(made)
        made.broken = made.broken or any(
            fault.kind.value == "error" for fault in self._cells.faults[before:]
        )

    def _check_count(self, made: ChoiceSet) -> None:
        """Limit the choices of a set that a question uses."""
        if made.at and not made.broken and not FEWEST <= len(made.choices) <= MOST:
            row, key = made.at
            says = (
                "book.fault.TOO_MANY.choices"
                if len(made.choices) > MOST
                else "book.fault.TOO_MANY.few_choices"
            )
            parts = {"count": str(len(made.choices)), "most": str(MOST), "name": made.name}
            self._cells.tell(BookFaultCode.TOO_MANY, row, key, says=says, parts=parts)
            made.broken = True

    def _check_labels(self, made: ChoiceSet) -> None:
        """Find labels that stand twice, and synonyms that mean two choices."""
        owner: dict[str, SetChoice] = {}
        for choice in made.choices:
            folded = fold_text(choice.label)
            if folded in owner and choice.at:
                expected = Message("book.expect.unique")
                self._cells.tell(
                    BookFaultCode.DUPLICATE, *choice.at, stands=choice.label, expected=expected
                )
            owner.setdefault(folded, choice)
        for choice in made.choices:
            for lang, words in choice.aliases.items():
                choice.aliases[lang] = [
                    word for word in words if self._owns(word, choice, owner, lang)
                ]

    def _owns(self, word: str, choice: SetChoice, owner: dict[str, SetChoice], lang: str) -> bool:
        first = owner.setdefault(fold_text(word), choice)
        if first is choice:
            return fold_text(word) != fold_text(choice.label)
        if choice.at:
            key = "synonyms"
            if lang != self._cells.lang.value:
                key = second_key(key, self._cells.lang)
            self._tell_shared(choice.at[0], key, word, first.label, choice.label)
        return False

    def _tell_shared(self, row: Row, key: str, word: str, first: str, second: str) -> None:
        self._cells.tell(
            BookFaultCode.SAME_SPELLING, row, key, stands=word,
            expected=Message("book.expect.other_synonym", {"choice": first}),
            parts={"first": first, "second": second},
        )  # fmt: skip

    def _share_points(self, made: ChoiceSet) -> None:
        """Give points where none is written: evenly from 1 to 0; the unknown get the lowest."""
        answers = made.answers
        blank = [each for each in answers if each.points is None]
        if blank and len(blank) < len(answers):
            for each in blank:
                if each.at and not self._cells.is_broken(each.at[0], "points"):
                    row, key = each.at
                    at = "points" if key == "choice" else key
                    self._cells.tell(
                        BookFaultCode.POINTS_PARTLY, row, at, parts={"name": made.name}
                    )
                    break
            made.broken = True
        elif blank and not any(self._is_points_broken(each) for each in answers):
            steps = max(1, len(answers) - 1)
            for place, each in enumerate(answers):
                each.points = Fraction(steps - place, steps)
            made.shared = True
        for each in made.choices:
            if each.role == "unknown" and each.points is None:
                each.points = made.low
            if each.role == "not_applicable":
                each.points = None

    def _is_points_broken(self, choice: SetChoice) -> bool:
        return choice.at is not None and self._cells.is_broken(choice.at[0], "points")

    def check_use(self, made: ChoiceSet, *, scored: bool) -> None:
        """Check a set that a question uses, once; a scored one needs points to tell apart."""
        self._check_count(made)
        if made.broken or made.at is None or not scored:
            return
        if made.shared:
            self._cells.note(
                "book.fault.DEFAULT_TAKEN.points", made.at[0].place(made.at[1]), name=made.name
            )
            made.shared = False
        if made.high <= 0 or made.high == made.low:
            row, key = made.at
            at = "points" if key == "set" and self._cells.has_column("choices", "points") else key
            self._cells.tell(BookFaultCode.NO_FULL_POINTS, row, at, parts={"name": made.name})
            made.broken = True

    def _give_ids(self, made: ChoiceSet) -> None:
        """Give each choice an id: by its family of words, else by its label."""
        taken: set[str] = set()
        families = [self._family_of(each.label) for each in made.choices]
        for choice, family in zip(made.choices, families, strict=True):
            name = family.id if family and families.count(family) == 1 else make_id(choice.label)
            while name in taken:
                name += "-2"
            taken.add(name)
            choice.id = choice.id or name

    def _add_synonyms(self, made: ChoiceSet) -> None:
        """Add the spellings that hold for every set, then those of the product."""
        owner = {fold_text(each.label): each for each in made.choices}
        for choice in made.choices:
            for words in choice.aliases.values():
                owner |= {fold_text(word): choice for word in words}
        for row in self._synonyms:
            self._add_shared(row, made, owner)
        families = [self._family_of(each.label) for each in made.choices]
        for choice, family in zip(made.choices, families, strict=True):
            if family and family in self._families and families.count(family) == 1:
                _add_family(choice, family, owner)

    def _add_shared(self, row: Row, made: ChoiceSet, owner: dict[str, SetChoice]) -> None:
        """Add a row of 言い換え to the choice that it names, where the set has it."""
        word, label = row.cells.get("word", ""), row.cells.get("choice", "")
        choice = made.by_label.get(fold_text(label))
        if not word or choice is None:
            return
        first = owner.setdefault(fold_text(word), choice)
        if first is not choice:
            if not self._cells.is_broken(row, "word"):
                self._tell_shared(row, "word", word, first.label, choice.label)
        elif fold_text(word) != fold_text(choice.label):
            choice.aliases.setdefault(self._cells.lang.value, []).append(word)

    def _check_synonyms(self) -> None:
        """Tell rows of 言い換え that are not whole, or whose choice stands in no set."""
        labels = {
            fold_text(label): label
            for each in self.by_name.values()
            for choice in each.choices
            for label in (choice.label, choice.label_second)
            if label
        }
        labels |= {fold_text(label): label for label in _list_standard_labels(self._cells.lang)}
        for row in self._synonyms:
            self._cells.required(row, "word", LONGEST_LABEL)
            label = self._cells.required(row, "choice", LONGEST_LABEL)
            if label and fold_text(label) not in labels and not self._is_inline(label):
                self._cells.tell(
                    BookFaultCode.NAME_UNKNOWN, row, "choice",
                    near=find_nearest(label, labels.values()),
                    expected=self._cells.one_of(labels.values()),
                )  # fmt: skip

    def _is_inline(self, label: str) -> bool:
        rows = (*self._cells.rows("questions"), *self._cells.rows("company"))
        return any(fold_text(label) in fold_text(row.cells.get("choices", "")) for row in rows)


def _add_family(choice: SetChoice, family: WordFamily, owner: dict[str, SetChoice]) -> None:
    """Add the words of a family that no other choice has."""
    for lang, words in family.spellings.items():
        own = choice.aliases.setdefault(lang, [])
        for word in words:
            is_free = owner.setdefault(fold_text(word), choice) is choice
            if is_free and word not in own and fold_text(word) != fold_text(choice.label):
                own.append(word)


_STANDARD: Final = {"標準": "standard", "standard": "standard"}
COMPANY_SETS: Final = {
    "業種": "industry", "industry": "industry",
    "従業員数": "employees", "employees": "employees",
}  # fmt: skip
QUESTION_SETS: Final = _STANDARD


def is_id(text: str) -> bool:
    """Whether a text can be an id of the model."""
    with suppress(ValidationError):
        return bool(_ID.validate_python(text))
    return False


def make_id(text: str) -> str:
    """Make an id of a name: its letters and digits of any script."""
    folded = fold_text(text)
    plain = re.sub(r"[^\w.-]+", "-", folded).strip("-._")
    if len(plain) > 40 or not plain:
        digest = hashlib.sha256(folded.encode()).hexdigest()[:8]
        plain = f"{plain[:30]}-{digest}".strip("-")
    return plain if is_id(plain) else "x" + hashlib.sha256(plain.encode()).hexdigest()[:10]


def write_choice_set(
    found: ChoiceSet, cells: CellReader, *, reverse: bool = False
) -> Iterator[dict[str, Any]]:
    """Write a set as the model has it, with points as shares of the highest; or turned round."""
    for choice in found.choices:
        record: dict[str, Any] = {
            "id": choice.id,
            "role": choice.role,
            "label": cells.both(choice.label, choice.label_second),
        }
        points = choice.points
        if points is not None:
            if reverse and choice.role == "answered":
                points = found.high + found.low - points
            record["value"] = points / found.high if found.high else points
        if choice.meaning:
            record["meaning"] = choice.meaning
        aliases = {lang: tuple(words) for lang, words in choice.aliases.items() if words}
        if aliases:
            record["aliases"] = aliases
        yield record


def _list_standard_labels(lang: Lang) -> Iterable[str]:
    return [row["choice"] for row in load_standard(lang)["choices"] if row["id"] == "standard"]


def _other(lang: Lang) -> Lang:
    return Lang.EN if lang is Lang.JA else Lang.JA
