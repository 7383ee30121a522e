"""The sheet ルール: caps, gates, contradictions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from sheet_diag.catalog.builder.cells import CellReader
from sheet_diag.catalog.builder.conditions import ConditionReader
from sheet_diag.catalog.builder.questions import CategoryEntry, Question
from sheet_diag.catalog.builder.ranks import RankEntry
from sheet_diag.catalog.faults import BookFaultCode
from sheet_diag.catalog.rows import Row
from sheet_diag.model.basics import Message
from sheet_diag.model.conditions import Condition, Relation
from sheet_diag.text.normalize import fold_text

MOST_RULES: Final = 300
_USES: Final[Mapping[str, tuple[str, ...]]] = {
    "category_below": ("applies to", "limit", "at most"),
    "categories_below": ("limit", "count", "at most"),
    "critical_missed": ("count", "at most"),
    "critical_partial": ("count", "at most"),
    "answer": ("if", "at most"),
    "na_share": ("limit", "at most"),
    "na_review": ("limit",),
    "category_answered": ("applies to", "limit"),
    "total_answered": ("limit",),
    "applicable_categories": ("count",),
    "contradiction": ("if", "then", "text"),
}
_NEEDED: Final = {
    "category_below": ("limit",), "categories_below": ("limit",), "na_share": ("limit",),
    "answer": ("if",), "contradiction": ("if", "then"),
}  # fmt: skip
_COLUMNS: Final = ("applies to", "limit", "count", "at most", "if", "then", "text")
_ONE_ANSWER: Final = "book.fault.NOT_ONE_OF.answer"
_FULL_ANSWER: Final = "book.fault.CHOICE_NOT_IN_SET.full"
_POINTS: Final = ("category_below", "categories_below")
_SINGLE: Final = (
    "na_share", "na_review", "category_answered", "total_answered", "applicable_categories",
)  # fmt: skip
_DEFAULTS: Final = {
    "na_review": Fraction(3, 10),
    "category_answered": Fraction(2, 3),
    "total_answered": Fraction(4, 5),
}


@dataclass(slots=True)
class RuleEntry:
    """A rule as it was read; what its kind does not use stays empty."""

    kind: str
    row: Row
    categories: list[str] = field(default_factory=list)
    limit: Fraction | None = None
    count: int = 1
    at_most: str = ""
    condition: Condition | None = None
    requires: Condition | None = None
    text: dict[str, str] | None = None


class RulesReader:
    """Reads the rules, over what the other sheets hold."""

    def __init__(
        self,
        cells: CellReader,
        ranks: Mapping[str, RankEntry],
        categories: Mapping[str, CategoryEntry],
        conditions: ConditionReader,
        full_category: Fraction,
    ) -> None:
        self._cells, self._ranks, self._categories = cells, ranks, categories
        self._conditions, self._full = conditions, full_category
        rows = cells.rows("rules")
        if len(rows) > MOST_RULES:
            parts = {"count": str(len(rows)), "most": str(MOST_RULES)}
            cells.tell(
                BookFaultCode.TOO_MANY,
                rows[MOST_RULES],
                "kind",
                says="book.fault.TOO_MANY.rules",
                parts=parts,
            )
        self.rules = [each for row in rows if (each := self._read(row))]
        self._check_single()

    def of(self, kind: str) -> list[RuleEntry]:
        """List the rules of a kind."""
        return [each for each in self.rules if each.kind == kind]

    def gate(self, kind: str) -> Fraction:
        """Return the share of a gate, or its default."""
        found = [
            each.limit for each in self.of(kind) if each.limit is not None and not each.categories
        ]
        return found[-1] if found else _DEFAULTS[kind]

    def _check_single(self) -> None:
        """Tell a second line of a kind of which only one can hold."""
        seen: set[str] = set()
        for each in self.rules:
            if each.kind in _SINGLE and not each.categories:
                if each.kind in seen:
                    self._cells.tell(BookFaultCode.DUPLICATE, each.row, "kind")
                seen.add(each.kind)

    def _read(self, row: Row) -> RuleEntry | None:
        cells = self._cells
        cells.required(row, "kind")
        kind = cells.word(row, "kind")
        if kind is None:
            return None
        heading = row.cells.get("kind", "")
        unused = [key for key in _COLUMNS if key not in _USES[kind]]
        cells.unwanted(row, unused, "book.fault.CELL_UNWANTED.rule", rule=heading)
        for key in _NEEDED.get(kind, ()):
            cells.required(row, key)
        made = RuleEntry(kind, row)
        if "applies to" in _USES[kind]:
            made.categories = self._read_categories(row)
        if "limit" in _USES[kind]:
            made.limit = self._read_limit(row, kind)
        if "count" in _USES[kind]:
            made.count = cells.whole(row, "count", 1, 500) or 1
        if "at most" in _USES[kind]:
            made.at_most = self._read_rank(row)
        if "if" in _USES[kind]:
            made.condition = self._conditions.read(row, "if")
            made.requires = self._conditions.read(row, "then")
            made.text = cells.texts(row, "text")
        return made if self._is_whole(made) else None

    def _is_whole(self, made: RuleEntry) -> bool:
        return not any(self._cells.is_broken(made.row, key) for key in _USES[made.kind])

    def _read_categories(self, row: Row) -> list[str]:
        found = []
        for name in self._cells.entries(row, "applies to"):
            entry = self._categories.get(fold_text(name))
            if entry is None:
                names = [each.name for each in self._categories.values()]
                if names and not self._cells.has_broken("categories", "category"):
                    self._cells.unknown(row, "applies to", name, names)
            else:
                found.append(entry.record["id"])
        return found

    def _read_rank(self, row: Row) -> str:
        label = self._cells.required(row, "at most", 60)
        found = self._ranks.get(fold_text(label)) if label else None
        if label and found is None:
            names = [each.name for each in self._ranks.values()]
            if not self._cells.has_broken("ranks", "rank"):
                self._cells.unknown(row, "at most", label, names, BookFaultCode.RANK_UNKNOWN)
        return found.name if found else ""

    def _read_limit(self, row: Row, kind: str) -> Fraction | None:
        found = self._cells.amount(row, "limit")
        if found is None:
            return _DEFAULTS.get(kind)
        number, percent = found
        if kind in _POINTS:
            return number * self._full / 100 if percent else number
        share = number / 100 if percent else number
        if not 0 <= share <= 1:
            says = (
                "book.fault.OUT_OF_RANGE.percent"
                if number > 1 and not percent
                else "book.fault.OUT_OF_RANGE.share"
            )
            expected = Message("book.expect.share")
            self._cells.tell(BookFaultCode.OUT_OF_RANGE, row, "limit", expected=expected, says=says)
            return None
        return share


Writer = Callable[[RuleEntry], dict[str, Any]]


def write_caps(rules: RulesReader, ranks: list[str]) -> dict[str, Any]:
    """Write the caps as the model has them; those of a ladder from the weakest on."""
    caps: dict[str, Any] = {
        "category_below": [
            _with_categories({"score": each.limit, "at_most": each.at_most}, each)
            for each in sorted(rules.of("category_below"), key=_falling)
        ],
        "categories_below": [
            {"score": each.limit, "count": each.count, "at_most": each.at_most}
            for each in rules.of("categories_below")
        ],
    }
    for kind in ("critical_missed", "critical_partial"):
        caps[kind] = [
            {"count": each.count, "at_most": each.at_most}
            for each in sorted(rules.of(kind), key=lambda each: each.count)
        ]
    caps["answers"] = [
        {"item": term.source, "choices": term.values, "at_most": each.at_most}
        for each in rules.of("answer")
        if each.condition
        for term in each.condition.terms
    ]
    shares = rules.of("na_share")
    if shares:
        strongest = max(shares, key=lambda each: ranks.index(each.at_most))
        caps["na_share"] = {"over": strongest.limit, "at_most": strongest.at_most}
    return {name: found for name, found in caps.items() if found}


def check_answer_caps(
    rules: RulesReader, cells: CellReader, questions: Mapping[str, Question]
) -> None:
    """Tell where 設問の回答 is not one question with its answers, or names the full answer."""
    for each in rules.of("answer"):
        terms = each.condition.terms if each.condition else ()
        for term in terms:
            asked = questions.get(term.source)
            is_plain = len(terms) == 1 and term.relation is Relation.IS and not term.of_company
            if not is_plain or asked is None or asked.kind != "single":
                cells.tell(BookFaultCode.NOT_ONE_OF, each.row, "if", says=_ONE_ANSWER)
            elif asked.scored and set(term.values) & set(asked.full_answers):
                cells.tell(BookFaultCode.CHOICE_NOT_IN_SET, each.row, "if", says=_FULL_ANSWER)


def write_contradictions(rules: RulesReader, na: Mapping[str, str]) -> dict[str, Any]:
    """Write contradictions as the model has them.

    `na` is the choice that means 該当なし, by question: where it asks for that of another question,
    the model has a kind of its own.
    """
    found: dict[str, Any] = {"contradictions": [], "pairs": []}
    for each in rules.of("contradiction"):
        if each.condition is None or each.requires is None:
            continue  # what they name is broken
        first, second = (_find_na(part, na) for part in (each.condition, each.requires))
        if first and second and not each.text:
            found["contradictions"].append({"na": first, "answered": second})
        else:
            pair = {"condition": each.condition, "requires": each.requires}
            found["pairs"].append({**pair, "text": each.text} if each.text else pair)
    return found


def _find_na(condition: Condition | None, na: Mapping[str, str]) -> str | None:
    """Find the question that a condition wants 該当なし of, and nothing else."""
    if condition is None or len(condition.terms) != 1:
        return None
    term = condition.terms[0]
    if term.of_company or term.relation is not Relation.IS:
        return None
    return term.source if term.values == (na.get(term.source),) else None


def _falling(each: RuleEntry) -> Fraction:
    return -(each.limit or Fraction(0))


def _with_categories(record: dict[str, Any], each: RuleEntry) -> dict[str, Any]:
    return {**record, "categories": tuple(each.categories)} if each.categories else record
