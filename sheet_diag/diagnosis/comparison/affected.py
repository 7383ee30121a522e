"""Which clients another version of the catalogue scores otherwise. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from sheet_diag.diagnosis.comparison.previous import carry_answers
from sheet_diag.diagnosis.scoring.score import OverallResult, score_overall
from sheet_diag.model.applicability import mark_not_asked
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.versions import VersionMap


@dataclass(frozen=True, slots=True)
class GivenAnswers:
    """What a client answered: choice ids by item id, and by field of the company sheet."""

    name: str
    answers: Mapping[str, str | None]
    profile: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AffectedClient:
    """A client by both catalogues; `asked` is how many questions are asked again, or are new."""

    name: str
    before: OverallResult
    after: OverallResult
    asked: int

    @property
    def is_changed(self) -> bool:
        """Whether score, rank, or having one changes; labels of ranks are compared."""
        is_held = self.before.rank is None and self.after.rank is None
        return not is_held and self.before != self.after


def score_by_both(
    old: Catalog, new: Catalog, versions: VersionMap, given: Iterable[GivenAnswers]
) -> Iterator[AffectedClient]:
    """Score the answers of each client by both catalogues, in their order."""
    for each in given:
        then = mark_not_asked(old, each.answers, each.profile)
        carried = carry_answers(new, versions, each.answers)
        now = mark_not_asked(new, {n: carried.get(n) for n in new.items}, each.profile)
        asked = sum(1 for item in new.items if now[item] is None and item not in carried)
        yield AffectedClient(each.name, score_overall(old, then), score_overall(new, now), asked)
