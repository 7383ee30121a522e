"""Small catalogues and their answers, written as text that can be read at a glance.

A category is a line of items; an item is its weight, then `!` where critical, `n` where 該当なし
is allowed, `c` where its note is a case, `p` and its priority (3): "3! 2 1nc 2p1".
Ids are C1, C2, … and C1-1, C1-2, …
An answer is one sign: ○ はい, △ 一部, × いいえ, ? わからない, - 該当なし, . 未回答.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import strategies as st

from sheet_diag.catalog.load import list_built_in_versions, load_catalog
from sheet_diag.model.catalog import Catalog, Category, Item, ReportTexts
from sheet_diag.model.record import Text

JIS = load_catalog()
FORMER_JIS = load_catalog(Path("jis-q-27002@2026.1"))

SIGNS = {"○": "yes", "△": "partial", "×": "no", "?": "unknown", "-": "na", ".": None}

# The numbers of the rule, written down a second time: the built-in catalogue must agree.
SCORING: Mapping[str, Any] = {
    "ranks": {"A": 85, "B": 70, "C": 50, "D": 30, "E": 0},
    "gates": {"category_answered": "2/3", "total_answered": "4/5", "applicable_categories": 4},
    "caps": {
        "category_below": [{"score": 70, "at_most": "B"}, {"score": 50, "at_most": "C"}],
        "categories_below": [{"score": 30, "count": 3, "at_most": "D"}],
        "critical_missed": [
            {"count": 1, "at_most": "B"},
            {"count": 3, "at_most": "C"},
            {"count": 6, "at_most": "D"},
        ],
        "critical_partial": [],
        "na_share": {"over": "1/2", "at_most": "B"},
    },
    "review": {"na_share_over": "3/10"},
    "comments": {"categories": 3, "items": 2},
    "contradictions": [],
}

Answers = dict[str, str | None]

_TEXT = Text(ja="文", en="Words")
_Given = TypeVar("_Given")


def present(value: _Given | None) -> _Given:
    """Something optional that a test knows to be there."""
    assert value is not None
    return value


def catalog(
    *lines: str,
    scoring: Mapping[str, Any] = SCORING,
    variant: str = "C1-1",
    weights: Mapping[str, int] | None = None,
    worth: str = "",
) -> Catalog:
    """A catalogue with one category a line; `weights` are those of categories (1 elsewhere).

    `worth` are the values of はい, 一部, いいえ and わからない, as "1 1/2 0 0".
    """
    # The company sheet of 2026.1 has a field of every kind.
    insurance = present(FORMER_JIS.insurance).variant.model_copy(update={"item": variant})
    names = [f"C{number}" for number in range(1, len(lines) + 1)]
    categories = [
        {
            "id": name,
            "weight": (weights or {}).get(name, 1),
            **dict.fromkeys(("name", "short", "introduction", "example"), _TEXT),
            "items": [_item(f"{name}-{i}", item) for i, item in enumerate(line.split(), 1)],
        }
        for name, line in zip(names, lines, strict=True)
    ]
    return Catalog.model_validate(
        {
            "id": "small",
            "version": "1",
            "sha256": "",
            "title": _TEXT,
            "purpose": _TEXT,
            "standards": [],
            "answer_sets": _value_choices(worth) if worth else JIS.answer_sets,
            "profile": FORMER_JIS.profile,
            "categories": categories,
            "scoring": {**scoring, "ranks": list_ranks(scoring["ranks"])},
            "insurance": present(FORMER_JIS.insurance).model_copy(update={"variant": insurance}),
            "report": JIS.report,
        }
    )


def _value_choices(worth: str) -> Mapping[str, Any]:
    values = dict(zip(("yes", "partial", "no", "unknown"), worth.split(), strict=True))
    return {
        name: [{**each.model_dump(), "value": values.get(each.id)} for each in choices]
        for name, choices in JIS.answer_sets.items()
    }


# はい, 一部, いいえ, わからない of 10, 5, 0 and -2 points; of the levels 4 to 1; of 3, 0, -1, -1.
TENS, LEVELS, THREES = "1 1/2 0 -1/5", "1 3/4 1/2 1/4", "1 0 -1/3 -1/3"


def scaled(scoring: Mapping[str, Any], method: str, full: Fraction) -> dict[str, Any]:
    """The numbers of a rule on another scale; categories have 100 where points are summed."""
    overall, part = full / 100, Fraction(1) if method == "sum" else full / 100
    caps = {
        **scoring["caps"],
        **{
            name: [{**cap, "score": part * cap["score"]} for cap in scoring["caps"][name]]
            for name in ("category_below", "categories_below")
        },
    }
    ranks = {label: overall * low for label, low in scoring["ranks"].items()}
    return {**scoring, "method": method, "full": full, "ranks": ranks, "caps": caps}


def list_ranks(lows: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Ranks as a catalogue holds them, from the lowest score of each."""
    return [{"label": label, "from": low} for label, low in lows.items()]


def _item(name: str, item: str) -> dict[str, Any]:
    marks, _, priority = item.partition("p")
    return {
        "id": name,
        "topic": _TEXT,
        "answer_set": "implementation",
        "weight": marks.rstrip("!nc"),
        "critical": "!" in marks,
        "priority": int(priority or 3),
        "na_allowed": "n" in marks,
        "na_when": _TEXT if "n" in marks else None,
        "question": _TEXT,
        "comment": {"title": _TEXT, "text": _TEXT},
        "note": {"kind": "case" if "c" in marks else "advice", "text": _TEXT},
    }


def answer_row(catalog: Catalog, signs: str) -> Answers:
    """Answers to every item in order; blanks only help the eye."""
    row = signs.replace(" ", "")
    return {item: SIGNS[sign] for item, sign in zip(catalog.items, row, strict=True)}


def answers(catalog: Catalog, rows: Mapping[str, str], rest: str = "○") -> Answers:
    """Answers by category (a sign an item, or one for all) or by item; later rows win."""
    signs = dict.fromkeys(catalog.items, rest)
    for name, row in rows.items():
        category = catalog.category_by_id.get(name)
        items = category.items if category else (catalog.items[name],)
        row = row * len(items) if len(row) == 1 else row
        signs.update((item.id, sign) for item, sign in zip(items, row, strict=True))
    return {item: SIGNS[sign] for item, sign in signs.items()}


# --- random catalogues and answers

ITEMS = ("1", "2p1", "3", "3!", "3!p2", "3!p1", "1n", "2np2", "3n", "3!n", "2cp1", "3!c", "0")
LEAVABLE = tuple(item for item in ITEMS if "n" in item)
_MOODS = (
    "○○○○○○○△",
    "○○△×?",
    "○△△×",
    "×××?△",
    "○○○○△○○×.",
    "○○○○○○○.",
    "○○○△×-.",
    "○--",
    "-",
    "○△×?-.",
)


@dataclass(frozen=True)
class Sample:
    """A random return in the notation above: short to read where a test fails."""

    lines: tuple[str, ...]
    shift: tuple[int, ...]
    variant: str
    signs: str

    @cached_property
    def catalog(self) -> Catalog:
        numbers, weights = scoring_near(*self.shift), {"C2": 1 + self.shift[4] % 3}
        return catalog(*self.lines, scoring=numbers, variant=self.variant, weights=weights)

    @cached_property
    def answers(self) -> Answers:
        return answer_row(self.catalog, self.signs)


def scoring_near(*shift: int) -> Mapping[str, Any]:
    """Numbers near those of the rule that keep its meaning; all 0: the rule itself."""
    a, b, c, d, e, f = shift
    return {
        **SCORING,
        "ranks": {"A": 85 + a, "B": 70 - b, "C": 50 - c, "D": 30 + d, "E": 0},
        "gates": {
            "category_answered": ("2/3", "1/2", "3/4")[a % 3],
            "total_answered": ("4/5", "7/10", "5/6")[b % 3],
            "applicable_categories": 4 - c % 3,
        },
        "caps": {
            "category_below": [
                {"score": 70 + d, "at_most": "B"},
                {"score": 50 - e, "at_most": "C"},
            ],
            "categories_below": [{"score": 30 + f, "count": 3 - a % 2, "at_most": "D"}],
            "critical_missed": [
                {"count": 1 + b % 2, "at_most": "B"},
                {"count": 3 + c % 2, "at_most": "C"},
                {"count": 6 - d % 2, "at_most": "D"},
            ],
            "critical_partial": [{"count": 1 + c % 3, "at_most": "CB"[d % 2]}][: a % 2],
            "na_share": {"over": ("1/2", "2/5", "3/5")[e % 3], "at_most": "B"},
        },
        "comments": {"categories": 3 - f % 2, "items": 2 + a % 2},
        "plan": {"now": 3 - b % 2, "later": 12 - 2 * f},
        "contradictions": [{"na": "C1-1", "answered": "C2-1"}][: b % 2],
        "na_together": [["C1-1", "C3-1", "C4-1"]][: c % 2],
        "na_by_company": [_NOT_ALONE][: d % 2],
        "prerequisites": [{"item": "C2-1", "needs": ["C1-1", "C3-1"][: 1 + e % 2]}],
    }


_NOT_ALONE = {"field": "employees", "choices": ["upto_20", "upto_50"], "items": ["C1-1", "C4-1"]}


@st.composite
def samples(draw: st.DrawFn, *, moods: tuple[str, ...] = _MOODS) -> Sample:
    """4 to 7 categories of 1 to 8 items, answered in one mood or in a mood each."""
    usual = st.binary(min_size=1, max_size=8).map(lambda row: _pick(ITEMS, row))
    usual = usual.filter(lambda line: set(line) != {"0"})
    leavable = st.binary(min_size=1, max_size=3).map(lambda row: _pick(LEAVABLE, row))
    lines = draw(st.lists(usual | usual | leavable, min_size=4, max_size=7))
    ids = [f"C{c}-{i}" for c, line in enumerate(lines, 1) for i, _ in enumerate(line, 1)]
    one_mood, tidy = draw(st.sampled_from((*moods, ""))), draw(st.booleans())
    rows = []
    for line in lines:
        mood = one_mood or draw(st.sampled_from(moods))
        row = _pick(mood, draw(st.binary(min_size=len(line), max_size=len(line))))
        answered = zip(line, row, strict=True)
        rows.append(
            "".join("○" if tidy and s == "-" and "n" not in item else s for item, s in answered)
        )
    return Sample(
        lines=tuple(" ".join(line) for line in lines),
        shift=tuple(at % 6 for at in draw(st.just(bytes(6)) | st.binary(min_size=6, max_size=6))),
        variant=draw(st.sampled_from(ids)),
        signs=" ".join(rows),
    )


@cache
def built_in_catalogs() -> Mapping[str, Catalog]:
    """The built-in catalogues by version."""
    versions = list_built_in_versions()
    return {v: JIS if v == JIS.version else load_catalog(Path(f"{JIS.id}@{v}")) for v in versions}


@dataclass(frozen=True)
class BuiltIn:
    """A random return over a built-in catalogue."""

    version: str
    signs: str

    @property
    def catalog(self) -> Catalog:
        return built_in_catalogs()[self.version]

    @cached_property
    def answers(self) -> Answers:
        return answer_row(self.catalog, self.signs)


@st.composite
def built_in(draw: st.DrawFn, *, moods: tuple[str, ...] = _MOODS) -> BuiltIn:
    """A return over a built-in catalogue, answered in one mood or in a mood each."""
    one_mood, rows = draw(st.sampled_from((*moods, ""))), []
    version = draw(st.sampled_from(list(built_in_catalogs())))
    for category in built_in_catalogs()[version].categories:
        mood, count = one_mood or draw(st.sampled_from(moods)), len(category.items)
        rows.append("".join(_pick(mood, draw(st.binary(min_size=count, max_size=count)))))
    return BuiltIn(version, " ".join(rows))


Return = Sample | BuiltIn


def returns(*, moods: tuple[str, ...] = _MOODS) -> st.SearchStrategy[Return]:
    """Random returns over random and built-in catalogues."""
    return samples(moods=moods) | built_in(moods=moods)


def _pick(entries: Sequence[str], row: bytes) -> list[str]:
    """One entry a byte: a whole row in a single draw keeps the random tests fast."""
    return [entries[at % len(entries)] for at in row]


def bare_catalog(*lines: str, **parts: Any) -> Catalog:
    """A catalogue of the notation above with nothing that may be left out, but `parts`."""
    gates = {**SCORING["gates"], "applicable_categories": 1}
    full = catalog(*lines, scoring={**SCORING, "gates": gates})
    categories = tuple(
        Category(
            id=each.id,
            weight=each.weight,
            name=Text(ja=f"分野{each.id}", en=f"Area {each.id}"),
            short=Text(ja=each.id, en=each.id),
            items=tuple(map(_bare_item, each.items)),
        )
        for each in full.categories
    )
    choices = {
        name: tuple(each.model_copy(update={"meaning": None}) for each in found)
        for name, found in full.answer_sets.items()
    }
    report = ReportTexts(ranks=JIS.report.ranks, marks=JIS.report.marks)
    left_out = {"purpose": None, "insurance": None, "report": report, "answer_sets": choices}
    return full.model_copy(update={**left_out, "categories": categories, **parts})


def _bare_item(item: Item) -> Item:
    return Item(
        id=item.id,
        topic=Text(ja=f"項目{item.id}", en=f"Topic {item.id}"),
        question=Text(ja=f"{item.id}を行っていますか。", en=f"Is {item.id} done?"),
        answer_set=item.answer_set,
        weight=item.weight,
        critical=item.critical,
        na_allowed=item.na_allowed,
    )
