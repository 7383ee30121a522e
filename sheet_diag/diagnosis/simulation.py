"""Simulated returns of a catalogue: what they say, and what became of them. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

from sheet_diag.diagnosis.evaluate import choose_comments
from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.applicability import mark_not_asked
from sheet_diag.model.catalog import Catalog, Choice, ChoiceRole, FieldKind, Item, ItemKind
from sheet_diag.model.conditions import CHOSEN_JOINT
from sheet_diag.model.results import Answers, CommentedCategory, Scores

COUNT: Final = 500
_LEAST, _MOST = 5, 95  # percent of the answers that are full
_OPEN: Final = 0.03
_BESIDE: Final = 0.04  # わからない, and 該当なし where it is allowed
_FIRST_DAY: Final = date(2020, 1, 1)


@dataclass(frozen=True, slots=True)
class SimulatedReturn:
    """A return that nobody sent: its answers, with those not asked marked, and its scores."""

    answers: Answers
    profile: Mapping[str, str]
    scores: Scores
    comments: tuple[CommentedCategory, ...]


def simulate_returns(catalog: Catalog, count: int = COUNT) -> Iterator[SimulatedReturn]:
    """Simulate returns: always the same ones of a catalogue, each of a firm that does more or
    less of what is asked."""
    chance = random.Random(catalog.sha256)
    for _ in range(count):
        propensity = chance.uniform(_LEAST, _MOST) / 100
        profile = draw_profile(catalog, chance)
        answers = draw_answers(catalog, propensity, chance, left_open=_OPEN)
        yield score_return(catalog, answers, profile)


def draw_answers(
    catalog: Catalog, propensity: float, chance: random.Random, *, left_open: float = 0
) -> dict[str, str | None]:
    """Draw the answers of a firm that does so much of what is asked, and leaves so many open."""
    return {
        item.id: None if chance.random() < left_open else _draw(catalog, item, propensity, chance)
        for item in catalog.items.values()
    }


def score_return(catalog: Catalog, answers: Answers, profile: Mapping[str, str]) -> SimulatedReturn:
    """Score the answers of a return that nobody sent."""
    asked = mark_not_asked(catalog, answers, profile)
    scores = score_answers(catalog, asked)
    comments = choose_comments(catalog, asked, scores) if scores.rank is not None else ()
    return SimulatedReturn(asked, profile, scores, tuple(comments))


def draw_profile(catalog: Catalog, chance: random.Random) -> dict[str, str]:
    """Draw the choices and numbers of the company sheet."""
    found = {}
    for field in catalog.profile:
        if field.kind is FieldKind.CHOICE and field.choices:
            found[field.id] = chance.choice(field.choices).id
        elif field.kind is FieldKind.NUMBER:
            found[field.id] = str(chance.randint(1, 300))
    return found


def _draw(catalog: Catalog, item: Item, propensity: float, chance: random.Random) -> str:
    match item.kind:
        case ItemKind.SINGLE | ItemKind.MULTIPLE:
            return _draw_choice(catalog, item, propensity, chance)
        case ItemKind.NUMBER:
            return _draw_number(item, chance)
        case ItemKind.DATE:
            return (_FIRST_DAY + timedelta(chance.randint(0, 3000))).isoformat()
        case ItemKind.TEXT:
            return "…"


def _draw_number(item: Item, chance: random.Random) -> str:
    lowest, highest = (
        int(each) if isinstance(each, Fraction) else default
        for each, default in ((item.lowest, 0), (item.highest, 300))
    )
    return str(chance.randint(lowest, max(lowest, highest)))


def _draw_choice(catalog: Catalog, item: Item, propensity: float, chance: random.Random) -> str:
    choices = list(catalog.offered(item))
    if item.kind is ItemKind.MULTIPLE:
        chosen = [each.id for each in choices if chance.random() < propensity]
        return CHOSEN_JOINT.join(chosen or [chance.choice(choices).id])
    beside = [each for each in choices if each.role is not ChoiceRole.ANSWERED]
    if beside and chance.random() < _BESIDE * len(beside):
        return chance.choice(beside).id
    if not item.is_scored:
        return chance.choice(choices).id
    return _draw_answer(choices, propensity, chance)


def _draw_answer(choices: list[Choice], propensity: float, chance: random.Random) -> str:
    """Draw an answer, the full one first, then as far down as the firm falls short of it."""
    answers = [each for each in choices if each.role is ChoiceRole.ANSWERED]
    falling = sorted(answers, key=lambda each: -(each.value or 0))
    return next((each.id for each in falling if chance.random() < propensity), falling[-1].id)


def answer_all(catalog: Catalog, *, best: bool) -> dict[str, str]:
    """Answer every scored question with the most, or the least, that it can bring."""
    pick = max if best else min
    found = {}
    for item in catalog.items.values():
        answers = [c for c in catalog.offered(item) if c.role is ChoiceRole.ANSWERED]
        if answers:
            found[item.id] = pick(answers, key=lambda choice: choice.value or 0).id
    return found
