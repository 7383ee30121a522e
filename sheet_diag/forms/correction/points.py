"""Problems of a return -> what its client is asked to do, in the order of the letter.

Knows which problems are the client's, and which of them must be corrected. A question is asked
once, whatever is wrong with it, and so is a field of the company sheet. Where the cells stand,
and what the page looks like, is left to `sheet_diag.forms.correction.letter`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.model.catalog import Catalog, Category, FieldKind
from sheet_diag.model.returns import Problem, ProblemCode, Severity
from sheet_diag.text.answer_words import describe_entry
from sheet_diag.text.problems import PointKind, client_advice, problem_severity, problem_spec
from sheet_diag.text.wording import Wording

_PROFILE_CODES: Final = (
    ProblemCode.COMPANY_MISSING,
    ProblemCode.COMPANY_TWICE,
    ProblemCode.COMPANY_UNNAMED,
    ProblemCode.PROFILE_MISSING,
    ProblemCode.PROFILE_NOT_UNDERSTOOD,
    ProblemCode.PROFILE_UNPRINTABLE,
)
_MAX_LISTED: Final = 8  # choices of a field; more are left to its drop-down
# What the questions that are asked say one by one.
_ANSWERS_LACK: Final = (
    ProblemCode.BLANK_RETURN, ProblemCode.CATEGORY_INCOMPLETE, ProblemCode.TOTAL_INCOMPLETE
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class CorrectionPoint:
    """One thing that the client is asked to do.

    `item`, `field` and `category` are ids; at most one is set, none for the sheet as a whole.
    `entry` is what stands in the cell, or, where `kept` is false, in the returned sheet only.
    """

    code: ProblemCode
    kind: PointKind
    must: bool
    text: str
    item: str | None = None
    field: str | None = None
    category: str | None = None
    entry: str = ""
    kept: bool = True
    expected: str = ""


@dataclass(frozen=True, slots=True)
class CorrectionPoints:
    """What a client is asked to do, and why more answers are needed (empty: they are not)."""

    reason: str
    points: tuple[CorrectionPoint, ...]

    @property
    def question_count(self) -> int:
        """How many questions are to be answered or looked at again."""
        return sum(1 for point in self.points if point.item)


def list_correction_points(
    catalog: Catalog,
    problems: Sequence[Problem],
    entries: Entries,
    lost: Mapping[str, str],
    say: Wording,
) -> CorrectionPoints:
    """List what must be corrected first, then the rest, in the order of the sheet.

    `entries` are what stands in the new sheet's cells; `lost` are answers that could not be put
    there, by item id.
    """
    source = _PointBuilder(catalog, problems, entries, lost, say)
    found = [point for problem in problems for point in source.of(problem)]
    lacking = [point for point in found if point.code in _ANSWERS_LACK]
    others = [point for point in found if point not in lacking]
    if not any(point.item for point in others):  # then nothing else says what is to be done
        lacking, others = [], found
    kept = _merge_points(others)
    return CorrectionPoints(_explain_lack(lacking, catalog, say), _sort_points(kept, catalog))


def _merge_points(points: Iterable[CorrectionPoint]) -> Iterator[CorrectionPoint]:
    """Make one point of all that concern a cell; what is open has nothing to be corrected."""
    places: dict[object, list[CorrectionPoint]] = defaultdict(list)
    for point in points:
        places[(point.item, point.field) if point.item or point.field else point].append(point)
    for found in places.values():
        first_kind = min(point.kind for point in found)
        same = [point for point in found if point.kind is first_kind]
        yield replace(
            same[0],
            must=any(point.must for point in found),
            text=_join_lines(point.text for point in same),
            entry=_join_lines(point.entry for point in same),
            kept=all(point.kept for point in same),
        )


def _join_lines(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(filter(None, texts)))


def _explain_lack(points: Sequence[CorrectionPoint], catalog: Catalog, say: Wording) -> str:
    """Say why more answers are needed, with the areas where they lack."""
    blank = [point.text for point in points if point.code is ProblemCode.BLANK_RETURN]
    if blank or not points:
        return "".join(blank[:1])
    areas = [
        catalog.category_by_id[point.category].name[say.lang]
        if point.category
        else say("sheet.request.lack.total")
        for point in points
    ]
    return say("sheet.request.lack", areas=say("sheet.request.comma").join(dict.fromkeys(areas)))


def _sort_points(
    points: Iterable[CorrectionPoint], catalog: Catalog
) -> tuple[CorrectionPoint, ...]:
    items, fields = list(catalog.items), list(catalog.field_by_id)

    def place(point: CorrectionPoint) -> tuple[bool, PointKind, int, int]:
        field = fields.index(point.field) if point.field else len(fields)
        item = items.index(point.item) if point.item else len(items)
        return not point.must, point.kind, field, item

    return tuple(sorted(points, key=place))


class _PointBuilder:
    """The problems of a return, and all that a point is made from."""

    def __init__(
        self,
        catalog: Catalog,
        problems: Sequence[Problem],
        entries: Entries,
        lost: Mapping[str, str],
        say: Wording,
    ) -> None:
        self._catalog = catalog
        self._entries = entries
        self._lost = lost
        self._say = say
        self._category = {i.id: c for c in catalog.categories for i in c.items}
        codes = {problem.code for problem in problems}
        self._all_open = ProblemCode.TOTAL_INCOMPLETE in codes
        self._short = {
            category.id
            for problem in problems
            if problem.code is ProblemCode.CATEGORY_INCOMPLETE
            and (category := self._named(problem))
        }

    def of(self, problem: Problem) -> Iterator[CorrectionPoint]:
        """Yield the points of a problem: none, one, or one for each cell concerned."""
        kind = problem_spec(problem.code).point
        if kind is None:
            return
        if problem.code is ProblemCode.DEPARTMENTS_DISAGREE:
            yield from self._departments(problem)
        elif problem.code in _PROFILE_CODES:
            yield self._of_field(problem)
        elif problem.item in self._catalog.items and problem.item:
            yield self._of_item(problem, problem.item, kind)
        else:
            yield self._general(problem)

    def _departments(self, problem: Problem) -> Iterator[CorrectionPoint]:
        typed = re.split(r"[\s,、・/]+", dict(problem.details).get("items", ""))
        items = [item for item in typed if item in self._catalog.items]
        for item in items:
            yield self._of_item(problem, item, PointKind.ENTRY)
        if str(len(items)) != dict(problem.details).get("count"):
            yield self._general(problem)

    def _of_item(self, problem: Problem, name: str, kind: PointKind) -> CorrectionPoint:
        item = self._catalog.items[name]
        lang, category = self._say.lang, self._category[name].id
        entry = self._entries.answers.get(name, "")
        offered = describe_entry(self._catalog, item, self._say)
        gated = kind is PointKind.OPEN and (self._all_open or category in self._short)
        return CorrectionPoint(
            problem.code,
            kind,
            must=gated or problem_severity(problem.code) is Severity.ERROR,
            text=client_advice(problem, lang),
            item=name,
            entry=entry or self._left_entry(problem, name),
            kept=bool(entry),
            expected=offered,
        )

    def _left_entry(self, problem: Problem, item: str) -> str:
        """Return what stood in the returned sheet and is not in the new one."""
        value = problem.value if problem_spec(problem.code).shows_value else None
        return "\n".join(dict.fromkeys(filter(None, (self._lost.get(item), value))))

    def _of_field(self, problem: Problem) -> CorrectionPoint:
        name = problem.item or "company"
        field = self._catalog.field_by_id.get(name)
        if field is None:
            return self._general(problem)
        lang, say = self._say.lang, self._say
        labels = [choice.label[lang] for choice in field.choices]
        match field.kind:
            case FieldKind.CHOICE if len(labels) <= _MAX_LISTED:
                expected = " / ".join(labels)
            case FieldKind.TEXT:
                expected = field.label[lang]
            case _:
                expected = say(f"sheet.request.expected.{field.kind.value}")
        entry = self._entries.profile.get(name, "")
        text = client_advice(problem, lang)
        return CorrectionPoint(
            problem.code, PointKind.ENTRY, field.required, text, field=name, entry=entry,
            expected=expected,
        )  # fmt: skip

    def _general(self, problem: Problem) -> CorrectionPoint:
        category = self._named(problem)
        entry = problem.value if problem_spec(problem.code).shows_value else None
        if problem.code is ProblemCode.UNKNOWN_ITEM:
            entry = self._left_over(problem)
        return CorrectionPoint(
            problem.code,
            PointKind.GENERAL,
            must=problem_severity(problem.code) is Severity.ERROR,
            text=client_advice(problem, self._say.lang),
            category=category.id if category else None,
            entry=entry or "",
            kept=False,
        )

    def _left_over(self, problem: Problem) -> str:
        """Write all that stood in a row which the new sheet does not have."""
        say, details = self._say, dict(problem.details)
        parts = [(say("sheet.column.id"), problem.value or "")]
        parts += [
            (say(f"sheet.column.{each}"), details.get(each, "")) for each in _LEFT_OVER_COLUMNS
        ]
        line = "sheet.request.part"
        return "\n".join(say(line, label=label, text=text) for label, text in parts if text)

    def _named(self, problem: Problem) -> Category | None:
        """Find the category that a problem names in its details."""
        name = dict(problem.details).get("name_ja")
        return next((each for each in self._catalog.categories if each.name.ja == name), None)


_LEFT_OVER_COLUMNS: Final = ("answer", "remark")
