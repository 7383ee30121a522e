"""The rule a second time: its words in plain loops, to compare the product with.

Slow and simple. It takes the numbers from the catalogue and nothing else of the product.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from sheet_diag.model.catalog import Catalog, ChoiceRole
from sheet_diag.model.rules import PlanRule
from tests.catalogs import present

Answers = Mapping[str, str | None]
_NOTHING, _FULL = Fraction(0), Fraction(1)
_LABELS = {1: "high", 2: "mid"}


class Row(NamedTuple):
    """An item and its answer; `value` is None where the item leaves the sums (該当なし)."""

    item: str
    category: str
    weight: int | Fraction
    critical: bool
    priority: int
    answer: str  # answered, unknown, na, refused (該当なし that is not allowed) or blank
    value: Fraction | None
    low: Fraction  # the least that an answer is worth
    least: Fraction  # the least of all choices, which a blank is worth, too
    lost: Fraction = _NOTHING

    def worth(self, value: Fraction | None) -> Row:
        """The row with this value, and the points that it loses so."""
        lost = _NOTHING if value is None else self.weight * (1 - value)
        return self._replace(value=value, lost=lost)

    @property
    def missed(self) -> bool:
        done = self.value is None or self.value > self.low
        return self.critical and self.weight > 0 and not done

    @property
    def begun(self) -> bool:
        open_ = self.value not in (None, _FULL) and not self.missed
        return self.critical and self.weight > 0 and open_


class World(NamedTuple):
    """Scores, caps and rank as if no gate held the return; a cap: rule, at most, because."""

    scores: dict[str, Fraction | None]
    overall: Fraction | None
    base: str
    caps: list[tuple[str, str, tuple[str, ...]]]
    rank: str


def judge(catalog: Catalog, answers: Answers, profile: Mapping[str, str]) -> dict[str, Any]:
    """The whole verdict by the numbers of the rule's sections."""
    rows = read_rows(catalog, answers)
    record = world_of(catalog, rows)
    gates = gates_of(catalog, rows)
    rank = None if gates else record.rank
    upper = world_of(catalog, [r.worth(_FULL) if _is_open(r) else r for r in rows])
    strict = world_of(catalog, [r.worth(r.least) if r.value is None else r for r in rows])
    verdict: dict[str, Any] = {
        "1 findings": findings_of(catalog, rows) + contradictions_of(catalog, rows, profile),
        "2 scores": {
            "categories": record.scores,
            "overall": (record.overall, upper.overall, strict.overall),
        },
        "3 gates": gates,
        "9 insurance": insurance_of(catalog, answers, profile, rank or "none"),
        "10 shown": shown(record.overall),
    }
    if rank and strict.rank != rank:
        verdict["1 findings"].append(("STRICT_RANK_DIFFERS", ()))
    verdict["1 findings"].sort()
    if rank is None:
        return verdict
    unknown = unknown_of(catalog, rows, rank)
    return verdict | {
        "5 ranks": (record.base, rank, upper.rank, strict.rank),
        "5 caps": {
            (*cap, cap[1] == rank != record.base, cap[1] == rank != "A") for cap in record.caps
        },
        "6-8 comments": comments_of(catalog, rows, record),
        "13 unknown": unknown,
        "14 text": text_of(unknown, record),
    }


# --- 1. answers


def read_rows(catalog: Catalog, answers: Answers) -> list[Row]:
    """A row an item, in the order of the sheet."""
    rows = []
    for category in catalog.categories:
        for item in category.items:
            choices = catalog.choices_of(item).values()
            given = [c for c in choices if c.id == answers.get(item.id)]
            worth = {c: Fraction(c.value) for c in choices if c.value is not None}
            low = min(value for c, value in worth.items() if c.role is ChoiceRole.ANSWERED)
            least = min(worth.values())
            answer: str = "blank"
            value: Fraction | None = least
            for choice in given:
                if choice.role is not ChoiceRole.NOT_APPLICABLE:
                    answer, value = choice.role.value, Fraction(choice.value or 0)
                elif not item.na_allowed:
                    answer = "refused"
                else:
                    answer, value = "na", None
            facts = (category.id, item.weight, item.critical, item.priority)
            rows.append(Row(item.id, *facts, answer, None, low, least).worth(value))
    return rows


def _is_open(row: Row) -> bool:
    return row.answer in ("blank", "refused")


def findings_of(catalog: Catalog, rows: Sequence[Row]) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    for code, answer in (
        ("UNANSWERED", "blank"),
        ("UNKNOWN_STATE", "unknown"),
        ("NA_NOT_ALLOWED", "refused"),
    ):
        if about := tuple(row.item for row in rows if row.answer == answer):
            found.append((code, about))
    limit = catalog.scoring.review.na_share_over
    if high := more_na_than(catalog, rows, limit):
        found.append((f"NA_SHARE_GT_{limit * 100}", high))
    return found


def contradictions_of(
    catalog: Catalog, rows: Sequence[Row], profile: Mapping[str, str]
) -> list[tuple[str, tuple[str, ...]]]:
    found: list[tuple[str, tuple[str, ...]]] = []
    said = {row.item: row.answer for row in rows}
    na = [item for item, answer in said.items() if answer in ("na", "refused")]
    answered = [item for item, answer in said.items() if answer in ("answered", "unknown")]
    done = {
        row.item: row.value is not None and row.value > row.low
        for row in rows
        if row.answer == "answered"
    }
    rule = catalog.scoring
    for pair in rule.contradictions:
        if pair.na in na and pair.answered in answered:
            found.append(("NA_CONTRADICTION", (pair.na, pair.answered)))
    for group in rule.na_together:
        left, kept = [i for i in group if i in na], [i for i in group if i in answered]
        if left and kept:
            found.append(("NA_CONTRADICTION", (left[0], kept[0])))
    for needing in rule.prerequisites:
        if done.get(needing.item) and all(done.get(item) is False for item in needing.needs):
            found.append(("ANSWER_CONTRADICTION", (needing.item, *needing.needs)))
    for condition in rule.na_by_company:
        if profile.get(condition.field) in condition.choices:
            found += [
                ("NA_CONTRADICTION", (i, condition.field)) for i in condition.items if i in na
            ]
    return found


def more_na_than(catalog: Catalog, rows: Sequence[Row], limit: Fraction) -> tuple[str, ...]:
    names = []
    for category in catalog.categories:
        mine = [row for row in rows if row.category == category.id]
        whole = sum(row.weight for row in mine)
        na = sum(row.weight for row in mine if row.value is None)
        if na < whole and na > limit * whole:
            names.append(category.id)
    return tuple(names)


# --- 2 to 5. scores, gates, ranks and caps


def world_of(catalog: Catalog, rows: Sequence[Row]) -> World:
    rule, scores = catalog.scoring, dict[str, Fraction | None]()
    full = Fraction(100) if rule.method == "sum" else Fraction(rule.full)
    total, weights = _NOTHING, _NOTHING
    for category in catalog.categories:
        mine = [row for row in rows if row.category == category.id and row.value is not None]
        whole = sum(row.weight for row in mine)
        scores[category.id] = None
        if whole:
            score = full - full * sum((row.lost for row in mine), _NOTHING) / whole
            scores[category.id] = score
            weight = category.weight if rule.method == "category_mean" else whole
            total, weights = total + weight * score, weights + weight
    overall = total / weights * rule.full / full if weights else None
    last = rule.ranks[-1]  # every score reaches it
    reached = [
        each.label for each in rule.ranks if each is last or (overall or 0) >= (each.lowest or 0)
    ]
    caps = caps_of(catalog, rows, scores)
    return World(scores, overall, reached[0], caps, max([reached[0], *(cap[1] for cap in caps)]))


def caps_of(
    catalog: Catalog, rows: Sequence[Row], scores: Mapping[str, Fraction | None]
) -> list[tuple[str, str, tuple[str, ...]]]:
    rule, caps = catalog.scoring.caps, []
    known = {name: score for name, score in scores.items() if score is not None}
    left = dict(known)
    for line in sorted(rule.category_below, key=lambda each: each.score):
        below = tuple(name for name, score in left.items() if score < line.score)
        left = {name: score for name, score in left.items() if name not in below}
        if below:
            caps.append((f"CATEGORY_LT_{line.score}", line.at_most, below))
    for crowd in rule.categories_below:
        below = tuple(name for name, score in known.items() if score < crowd.score)
        if len(below) >= crowd.count:
            code = f"CATEGORIES_LT_{crowd.score}_GE_{crowd.count}"
            caps.append((code, crowd.at_most, below))
    missed = tuple(row.item for row in rows if row.missed)
    begun = tuple(row.item for row in rows if row.begun)
    for name, lines, items in (
        ("CRITICAL", rule.critical_missed, missed),
        ("CRITICAL_PARTIAL", rule.critical_partial, begun),
    ):
        fired = [each for each in lines if len(items) >= each.count]
        if fired:
            strongest = max(fired, key=lambda each: each.count)
            caps.append((f"{name}_GE_{strongest.count}", strongest.at_most, items))
    if rule.na_share and (over := more_na_than(catalog, rows, rule.na_share.over)):
        caps.append(("NA_SHARE", rule.na_share.at_most, over))
    return caps


def gates_of(catalog: Catalog, rows: Sequence[Row]) -> set[tuple[str, str | None]]:
    limits = catalog.scoring.gates
    gates: set[tuple[str, str | None]] = set()
    total_answered = total_asked = _NOTHING
    applicable = 0
    for category in catalog.categories:
        mine = [row for row in rows if row.category == category.id and row.value is not None]
        asked = sum(row.weight for row in mine)
        answered = sum(row.weight for row in mine if not _is_open(row))
        applicable += asked > 0
        total_answered, total_asked = total_answered + answered, total_asked + asked
        if asked and Fraction(answered, asked) < limits.category_answered:
            gates.add((f"CATEGORY_ANSWERED_LT_{limits.category_answered}", category.id))
    if total_asked and Fraction(total_answered, total_asked) < limits.total_answered:
        gates.add((f"TOTAL_ANSWERED_LT_{limits.total_answered}", None))
    if applicable < limits.applicable_categories:
        gates.add((f"APPLICABLE_CATEGORIES_LT_{limits.applicable_categories}", None))
    return gates


# --- 6 to 8. comments


def comments_of(
    catalog: Catalog, rows: Sequence[Row], record: World
) -> list[tuple[str, tuple[str, ...], str]]:
    """The commented categories: items in the order of print, kind and item of the note."""
    counts = catalog.scoring.comments
    pool = []
    for at, category in enumerate(catalog.categories):
        mine = [row for row in rows if row.category == category.id]
        candidates = [row for row in mine if row.answer in ("answered", "unknown") and row.lost > 0]
        if not candidates:
            continue
        key = (
            -sum(row.missed for row in candidates),
            record.scores[category.id],
            -sum(row.lost for row in mine),
            -sum(row.missed for row in mine),
            at,
        )
        pool.append((key, category, candidates))
    comments = []
    for key, category, candidates in sorted(pool, key=lambda entry: entry[0])[: counts.categories]:
        urgent = sorted(candidates, key=lambda r: (_turn(r), r.priority, -r.lost))[: counts.items]
        most = max(row.lost for row in urgent)
        closing = next(row.item for row in urgent if row.lost == most)
        printed = tuple(row.item for row in rows if row in urgent)
        comments.append((key[-1], (category.id, printed, closing)))
    return [comment for _, comment in sorted(comments)]


def _turn(row: Row) -> int:
    return 0 if row.missed else 1 if row.begun else 2


# --- 9 and 10. insurance, shown numbers


def insurance_of(
    catalog: Catalog, answers: Answers, profile: Mapping[str, str], rank: str
) -> tuple[str, int, str]:
    """Exposure, level and variant."""
    rule = present(catalog.insurance)
    points, seen = 0, False
    for field, choices in rule.exposure.points.items():
        seen = seen or bool(profile.get(field))
        points += choices.get(profile.get(field, ""), 0)
    order = sorted(rule.exposure.levels, key=lambda name: rule.exposure.levels[name])
    exposure = [name for name in order if points >= rule.exposure.levels[name]][-1]
    doubt = rule.exposure.unknown
    count = profile.get(doubt.field, "")
    if count not in rule.exposure.points[doubt.field]:
        exposure = order[max(order.index(exposure), order.index(doubt.at_least))]
    if not seen:
        exposure = rule.exposure.no_profile
    variant = rule.variant.answers.get(answers.get(rule.variant.item) or "", rule.variant.otherwise)
    level = next(level for name, level in rule.level[exposure].items() if name == rank)
    return exposure, level, variant


def shown(score: Fraction | None) -> str | None:
    """One decimal, cut."""
    if score is None:
        return None
    tenths = score.numerator * 10 // score.denominator
    sign = "-" if tenths < 0 else ""
    return f"{sign}{abs(tenths) // 10}.{abs(tenths) % 10}"


# --- 12. plan


def plan_of(
    catalog: Catalog, rows: Sequence[Row], way: Sequence[str]
) -> list[tuple[str, int, str, Fraction, str]]:
    """All open items in the one order: group, label, effect, phase."""
    rule, full = catalog.scoring.plan, catalog.scoring.full
    whole = dict.fromkeys(catalog.category_by_id, _NOTHING)
    for row in rows:
        whole[row.category] += 0 if row.value is None else row.weight
    weights = {c.id: c.weight for c in catalog.categories if whole[c.id]}
    entries = []
    for at, row in enumerate(rows):
        if row.lost:
            group = 1 if row.missed else 2 if row.item in way else 3 if row.critical else 4
            share = Fraction(weights[row.category], sum(weights.values()))
            effect = full * row.lost / whole[row.category] * share
            if catalog.scoring.method != "category_mean":
                effect = full * row.lost / sum(whole.values())
            entries.append((group, row.priority, -effect, at, row.item))
    plan: list[tuple[str, int, str, Fraction, str]] = []
    phases: list[str] = []
    for group, priority, negative, _, item in sorted(entries):
        label = "top" if group == 1 else "high" if group < 4 else _LABELS.get(priority, "low")
        phases.append(next_phase(rule, phases, urgent=group <= 3 or priority <= 2))
        plan.append((item, group, label, -negative, phases[-1]))
    return plan


def next_phase(rule: PlanRule, before: Sequence[str], *, urgent: bool) -> str:
    if len(before) < rule.now:
        return "now"
    if urgent and before.count("half") < rule.later and "year" not in before:
        return "half"
    return "year" if before.count("year") < rule.later else "later"


def mended(rows: Sequence[Row], items: Sequence[str]) -> list[Row]:
    return [row.worth(_FULL) if row.item in items else row for row in rows]


# --- 13 and 14. わからない, and the text of the overall assessment


def unknown_of(
    catalog: Catalog, rows: Sequence[Row], rank: str
) -> tuple[tuple[str, ...], Fraction | None, str, bool, Fraction] | None:
    """Items, score, rank, whether it decides, share of what is lost; None where all is known."""
    unknown = [row for row in rows if row.answer == "unknown" and row.weight > 0]
    if not unknown:
        return None
    items = tuple(row.item for row in unknown)
    after = world_of(catalog, mended(rows, items))
    share = sum((r.lost for r in unknown), _NOTHING) / sum((r.lost for r in rows), _NOTHING)
    return items, after.overall, after.rank, after.rank != rank, share


def text_of(unknown: tuple[Any, ...] | None, record: World) -> str:
    if unknown and unknown[3] and unknown[4] >= Fraction(1, 2):
        return "unknown"
    return "capped" if record.rank != record.base else "plain"
