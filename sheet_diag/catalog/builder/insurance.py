"""The sheets 保険 and 保険の文: when insurance is mentioned, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sheet_diag.catalog.builder.cells import LONGEST_LABEL, CellReader
from sheet_diag.catalog.builder.choices import ChoiceSets, SetChoice, make_id
from sheet_diag.catalog.builder.questions import Question
from sheet_diag.catalog.builder.ranks import RankEntry
from sheet_diag.catalog.builder.settings import SettingsReader
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.headings import RANK, load_sheet_forms
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Message
from sheet_diag.text.normalize import fold_text, item_key

_SHEETS: Final = ("insurance", "insurance texts")
_NOTE: Final = ("注", "note")
_CASES: Final = ("new", "review", "confirm")


@dataclass(slots=True)
class _Level:
    """An exposure level while it is read."""

    name: str
    id: str
    names: dict[str, str]
    points: int
    row: Row


class InsuranceReader:
    """Reads both sheets; without them nothing is said of insurance."""

    def __init__(
        self,
        cells: CellReader,
        settings: SettingsReader,
        ranks: Mapping[str, RankEntry],
        questions: Mapping[str, Question],
    ) -> None:
        self._cells, self._settings = cells, settings
        self._ranks, self._questions = ranks, questions
        self.is_there = self._check_sheets()
        self.levels = self._read_levels() if self.is_there else {}

    def _check_sheets(self) -> bool:
        there = [sheet for sheet in _SHEETS if self._cells.rows(sheet)]
        if len(there) == 1:
            missing = next(sheet for sheet in _SHEETS if sheet not in there)
            head, key = (
                self._cells.header(there[0]),
                next(iter(self._cells.tables[there[0]].columns)),
            )
            name = load_sheet_forms()[missing][self._cells.lang]
            self._cells.tell(
                BookFaultCode.SHEET_MISSING, head, key, stands="",
                says="book.fault.SHEET_MISSING.insurance",
                parts={"name": name},
            )  # fmt: skip
        return len(there) == len(_SHEETS)

    def _read_levels(self) -> dict[str, _Level]:
        cells, found, above = self._cells, dict[str, _Level](), -1
        for row in cells.rows("insurance"):
            name = cells.required(row, "exposure", LONGEST_LABEL)
            cells.required(row, "from points")
            points = cells.whole(row, "from points")
            if points is not None and (points <= above or (above < 0 and points != 0)):
                expected = Message("book.expect.rising")
                cells.tell(
                    BookFaultCode.NOT_FALLING,
                    row,
                    "from points",
                    expected=expected,
                    says="book.fault.NOT_FALLING.rising",
                )
            above = above if points is None else points
            names = cells.texts(row, "exposure", LONGEST_LABEL)
            if not name or names is None:
                continue
            if fold_text(name) in found:
                cells.tell(
                    BookFaultCode.DUPLICATE, row, "exposure", expected=Message("book.expect.unique")
                )
            found[fold_text(name)] = _Level(name, make_id(name), names, points or 0, row)
        return found

    def build(self, sets: ChoiceSets, profile: list[dict[str, Any]]) -> dict[str, Any]:
        """Write the rule and its texts, as the model has them; empty where there are none."""
        if not self.is_there:
            return {}
        table = {level.id: self._read_notices(level) for level in self.levels.values()}
        variant = self._read_variant()
        texts = self._read_texts(table, variant)
        exposure = {
            "points": self._list_points(sets, profile),
            "levels": {level.id: level.points for level in self.levels.values()},
            "no_profile": self._read_no_profile(),
            "assumption": texts.pop("assumption", None),
        }
        unknown = self._read_unknown(profile)
        if unknown:
            exposure["unknown"] = unknown
        rule = {"exposure": {k: v for k, v in exposure.items() if v is not None},
                "level": table, "variant": variant}  # fmt: skip
        texts["exposure"] = {level.id: level.names for level in self.levels.values()}
        return {"rule": rule, "texts": texts}

    def _read_notices(self, level: _Level) -> dict[str, int]:
        """Read the level of the notice by rank."""
        cells, found = self._cells, {}
        for key in cells.tables["insurance"].columns:
            if not key.startswith(RANK):
                continue
            rank = self._ranks.get(fold_text(key.removeprefix(RANK)))
            if rank is None:
                head = cells.header("insurance")
                if not cells.is_broken(head, key) and not cells.has_broken("ranks", "rank"):
                    known = [each.name for each in self._ranks.values()]
                    cells.unknown(
                        head, key, key.removeprefix(RANK), known, BookFaultCode.RANK_UNKNOWN
                    )
                continue
            found[rank.name] = cells.whole(level.row, key) or 0
        for rank in self._ranks.values():
            found.setdefault(rank.name, 0)
        found["none"] = cells.whole(level.row, "not ranked") or 0
        return found

    def _read_variant(self) -> dict[str, Any] | None:
        """Read which question tells whether there is insurance, and by which answers."""
        row = self._settings.row("insurance question")
        if row is None or self._cells.is_blank(row, "value"):
            return None
        number = self._cells.text(row, "value")
        question = self._questions.get(item_key(number))
        if question is None:
            known = [each.id for each in self._questions.values()]
            self._cells.unknown(row, "value", number, known)
            return None
        answers = self._default_answers(question)
        for key, variant in (("answers for review", "review"), ("answers for new", "new")):
            named = self._read_answers(key, question)
            if named is not None:
                answers = {each: to for each, to in answers.items() if to != variant}
                answers |= dict.fromkeys(named, variant)
        return {"item": question.id, "answers": answers, "otherwise": "confirm"}

    def _default_answers(self, question: Question) -> dict[str, str]:
        choices = question.choices.answers if question.choices else []
        worth = {each.id: question.worth(each) or 0 for each in choices}
        lowest = min(worth.values(), default=0)
        return {name: "new" if points == lowest else "review" for name, points in worth.items()}

    def _read_answers(self, key: str, question: Question) -> list[str] | None:
        row = self._settings.row(key)
        if row is None or self._cells.is_blank(row, "value"):
            return None
        found = []
        labels = question.choices.by_label if question.choices else dict[str, SetChoice]()
        for label in self._cells.entries(row, "value"):
            choice = labels.get(fold_text(label))
            if choice is None:
                known = [each.label for each in labels.values()]
                self._cells.unknown(row, "value", label, known, BookFaultCode.CHOICE_NOT_IN_SET)
            else:
                found.append(choice.id)
        return found

    def _read_texts(
        self, table: Mapping[str, Mapping[str, int]], variant: dict[str, Any] | None
    ) -> dict[str, Any]:
        cells = self._cells
        notices: dict[int, dict[str, dict[str, str]]] = {}
        texts: dict[str, Any] = {}
        for row in cells.rows("insurance texts"):
            level = cells.required(row, "level", LONGEST_LABEL)
            text = cells.texts(row, "text")
            cells.required(row, "text")
            if fold_text(level) in map(fold_text, _NOTE):
                texts["assumption"] = text
                continue
            cells.required(row, "case")
            number, case = cells.whole(row, "level"), cells.word(row, "case")
            if number is not None and case and text:
                notices.setdefault(number, {})[case] = text
        self._check_notices(table, variant, notices)
        return {**texts, "notices": notices}

    def _check_notices(
        self,
        table: Mapping[str, Mapping[str, int]],
        variant: dict[str, Any] | None,
        notices: Mapping[int, Mapping[str, Any]],
    ) -> None:
        """Require a text for every level and case that can occur."""
        cases = {"new"} if variant is None else {*variant["answers"].values(), variant["otherwise"]}
        rows = self._cells.rows("insurance texts")
        if any(
            row.broken or self._cells.is_broken(row, key)
            for row in rows
            for key in ("level", "case", "text")
        ):
            return
        heading = load_sheet_forms()["insurance texts"].by_key["case"]
        for level in sorted({n for row in table.values() for n in row.values() if n}):
            for case in _CASES:
                if case in cases and case not in notices.get(level, {}):
                    head = self._cells.header("insurance texts")
                    parts = {"level": str(level), "case": heading.words[case][self._cells.lang]}
                    self._cells.tell(
                        BookFaultCode.TEXT_MISSING, head, "text", stands="", parts=parts
                    )

    def _read_no_profile(self) -> str:
        row = self._settings.row("exposure without company")
        found = self._cells.name(row, "value", self.levels) if row else None
        return found.id if found else next(iter(self.levels.values())).id

    def _read_unknown(self, profile: list[dict[str, Any]]) -> dict[str, str] | None:
        """Read which field says at least what exposure where it is unknown."""
        by_label = {fold_text(label): each for each in profile for label in each["label"].values()}
        for row in self._cells.rows("company"):
            if self._cells.is_blank(row, "exposure if unknown"):
                continue
            level = self._cells.name(row, "exposure if unknown", self.levels)
            field = by_label.get(fold_text(row.cells.get("field", "")))
            if level and field:
                return {"field": field["id"], "at_least": level.id}
        return None

    def _list_points(
        self, sets: ChoiceSets, profile: list[dict[str, Any]]
    ) -> dict[str, dict[str, int]]:
        """List the points of exposure by field and choice."""
        found: dict[str, dict[str, int]] = {}
        by_label = {fold_text(label): each for each in profile for label in each["label"].values()}
        for row in self._cells.rows("company"):
            named = sets.by_name.get(fold_text(row.cells.get("choices", "")))
            field = by_label.get(fold_text(row.cells.get("field", "")))
            points = (
                {each.id: each.exposure for each in named.choices if each.exposure} if named else {}
            )
            if field and points:
                found[field["id"]] = points
        return found
