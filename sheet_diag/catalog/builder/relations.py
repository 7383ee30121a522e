"""The sheets that set this catalogue beside others: 対応表, 版の対応, 用語, 脅威."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from sheet_diag.catalog.builder.cells import LONGEST_LABEL, CellReader
from sheet_diag.catalog.builder.choices import make_id
from sheet_diag.catalog.builder.questions import Question
from sheet_diag.catalog.builder.settings import SettingsReader
from sheet_diag.catalog.builder.values import expand_numbers, parse_number, split_list
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import second_key
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Message
from sheet_diag.text.normalize import fold_text, item_key

MOST_FRAMEWORKS, MOST_REQUIREMENTS = 40, 400
_LEVELS: Final = {
    "満点": Fraction(1), "full": Fraction(1), "一部以上": Fraction(1, 2), "half": Fraction(1, 2),
}  # fmt: skip
# What each relation needs of old and new numbers: at least, at most.
_SHAPES: Final[Mapping[str, tuple[tuple[int, int], tuple[int, int]]]] = {
    "same": ((1, 1), (1, 1)),
    "reworded": ((1, 1), (1, 1)),
    "changed": ((1, 1), (1, 1)),
    "merged": ((1, 99), (1, 1)),
    "split": ((1, 1), (2, 99)),
    "retired": ((1, 99), (0, 0)),
    "new": ((0, 0), (1, 99)),
}


def read_versions(
    cells: CellReader, settings: SettingsReader, questions: Mapping[str, Question]
) -> list[dict[str, Any]]:
    """Read what became of the questions of the version before."""
    rows = cells.rows("versions")
    previous = settings.previous()
    if rows and not previous:
        head = cells.header("versions")
        cells.tell(
            BookFaultCode.CELL_REQUIRED,
            head,
            "relation",
            stands="",
            says="book.fault.CELL_REQUIRED.previous",
        )
    found = []
    for row in rows:
        for record in _read_relation(row, cells, questions):
            found.append({"version": previous or "?", **record})
    return found if previous else []


def _read_relation(
    row: Row, cells: CellReader, questions: Mapping[str, Question]
) -> list[dict[str, Any]]:
    cells.required(row, "relation")
    relation = cells.word(row, "relation")
    olds = split_list(cells.text(row, "old no."))
    news = _read_numbers(row, "new no.", cells, questions)
    if relation is None or news is None or cells.is_broken(row, "old no."):
        return []
    for key, count, (least, most) in (
        ("old no.", len(olds), _SHAPES[relation][0]),
        ("new no.", len(news), _SHAPES[relation][1]),
    ):
        if not least <= count <= most:
            _tell_shape(row, key, relation, cells, least, most)
            return []
    if relation == "retired":
        return [{"relation": relation, "old": old} for old in olds]
    if relation == "new":
        return [{"relation": relation, "new": new} for new in news]
    return [{"relation": relation, "old": old, "new": new} for old in olds for new in news]


def _tell_shape(
    row: Row, key: str, relation: str, cells: CellReader, least: int, most: int
) -> None:
    bound = "none" if most == 0 else "several" if least > 1 else "one"
    parts = {"relation": row.cells.get("relation", ""), "heading": cells.heading_text(row, key)}
    expected = Message(f"book.expect.shape.{bound}", parts)
    says = f"book.fault.RELATION_SHAPE.{bound}"
    cells.tell(BookFaultCode.RELATION_SHAPE, row, key, expected=expected, says=says, parts=parts)
    del relation


def _read_numbers(
    row: Row, key: str, cells: CellReader, questions: Mapping[str, Question]
) -> list[str] | None:
    """Read numbers of questions; None where one is told, or was told where it stands."""
    known = [each.id for each in questions.values()]
    found = []
    for entry, number in expand_numbers(cells.text(row, key), known):
        if number is None:
            if not cells.has_broken("questions", "no."):
                cells.unknown(row, key, entry, known)
            return None
        found.append(number)
    return found


def read_frameworks(cells: CellReader, questions: Mapping[str, Question]) -> list[dict[str, Any]]:
    """Read the frameworks whose requirements are counted, and those that questions refer to."""
    found: dict[str, dict[str, Any]] = {}
    for name in cells.following("questions", "controls:"):
        found[make_id(name)] = {"id": make_id(name), "name": cells.both(name)}
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in cells.rows("yardsticks"):
        name = cells.required(row, "framework", LONGEST_LABEL)
        names = cells.texts(row, "framework", LONGEST_LABEL)
        number = cells.required(row, "requirement", LONGEST_LABEL)
        record = _read_requirement(row, cells, questions)
        if name and names and number:
            found.setdefault(make_id(name), {"id": make_id(name), "name": names})
            own = rows.setdefault(make_id(name), [])
            if any(item_key(each["id"]) == item_key(number) for each in own):
                cells.tell(BookFaultCode.DUPLICATE, row, "requirement")
            own.append({"id": number, **record})
            if len(own) > MOST_REQUIREMENTS and not cells.is_broken(row, "requirement"):
                parts = {"count": str(len(own)), "most": str(MOST_REQUIREMENTS)}
                cells.tell(
                    BookFaultCode.TOO_MANY,
                    row,
                    "requirement",
                    says="book.fault.TOO_MANY.requirements",
                    parts=parts,
                )
    for key, requirements in rows.items():
        found[key]["frame"] = {"requirements": requirements}
    return list(found.values())


def _read_requirement(
    row: Row, cells: CellReader, questions: Mapping[str, Question]
) -> dict[str, Any]:
    record: dict[str, Any] = {}
    if text := cells.texts(row, "requirement text"):
        record["name"] = text
    items = _read_numbers(row, "questions", cells, questions)
    for item in items or ():
        if not questions[item_key(item)].scored and not cells.is_broken(row, "questions"):
            cells.tell(
                BookFaultCode.KIND_NOT_SCORED,
                row,
                "questions",
                stands=item,
                says="book.fault.KIND_NOT_SCORED.yardstick",
            )
    if items:
        record["items"] = tuple(items)
    level = cells.text(row, "level needed")
    if level:
        share = _LEVELS.get(fold_text(level))
        number = parse_number(level)
        if share is None and number is not None:
            share = number[0] / 100 if number[1] else number[0]
        if share is None or not 0 < share <= 1:
            expected = Message("book.expect.level")
            cells.tell(
                BookFaultCode.OUT_OF_RANGE,
                row,
                "level needed",
                expected=expected,
                says="book.fault.OUT_OF_RANGE.share",
            )
        else:
            record["level"] = share
    return record


def read_glossary(cells: CellReader) -> list[dict[str, Any]]:
    """Read the terms that documents explain."""
    found = []
    for row in cells.rows("glossary"):
        cells.required(row, "term")
        cells.required(row, "meaning")
        forms = {cells.lang.value: tuple(cells.entries(row, "term"))}
        if cells.second:
            other = "en" if cells.lang.value == "ja" else "ja"
            forms[other] = tuple(split_list(cells.text(row, second_key("term", cells.lang))))
        gloss = cells.texts(row, "meaning")
        if gloss:
            found.append({"forms": {k: v for k, v in forms.items() if v}, "gloss": gloss})
    return found


def read_threats(cells: CellReader) -> dict[str, Any] | None:
    """Read the list of threats that questions refer to."""
    rows: Sequence[Row] = cells.rows("threats")
    found = []
    for row in rows:
        number = cells.required(row, "no.", LONGEST_LABEL)
        cells.required(row, "name")
        name = cells.texts(row, "name", 200)
        if number and name:
            found.append({"id": number, "name": name})
    if not found:
        return None
    source = next((text for row in rows if (text := cells.texts(row, "source"))), None)
    title = cells.both("脅威", "Threats")
    return {"name": title, "source": source or title, "threats": found}


def check_threats(cells: CellReader, known: Sequence[str]) -> None:
    """Tell numbers of threats that the list does not hold."""
    for row in cells.rows("questions"):
        for number in cells.entries(row, "threats"):
            if number not in known:
                cells.unknown(row, "threats", number, known)
                break
