"""What is worked out of a catalogue once."""

from __future__ import annotations

from sheet_diag.diagnosis.scoring.score import score_answers
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.per_catalog import cached_per_catalog
from tests.catalogs import answers, catalog


def test_once_a_catalogue() -> None:
    asked: list[Catalog] = []

    @cached_per_catalog
    def names(catalog: Catalog) -> tuple[str, ...]:
        asked.append(catalog)
        return tuple(catalog.items)

    one, other = catalog("1 1"), catalog("1 1")
    assert [names(each) for each in (one, one, other, one)] == [("C1-1", "C1-2")] * 4
    assert [id(each) for each in asked] == [id(one), id(other)]


def test_catalogues_of_one_digest_are_told_apart() -> None:
    one, other = catalog("1 1"), catalog("3 1")
    assert one.sha256 == other.sha256
    for each, expected in ((one, 50), (other, 75), (one, 50)):
        assert score_answers(each, answers(each, {"C1": "○×"})).overall == expected
