"""The pages of the reference client's report look as those that are kept."""

from __future__ import annotations

from pathlib import Path

from tests.pictures import draw_reference

KEPT = Path(__file__).parents[1] / "docs" / "pictures"


def test_pages_look_as_those_that_are_kept() -> None:
    """Where a change of pages is meant, `make pictures` keeps the new ones."""
    kept = {path.name: path.read_bytes() for path in KEPT.glob("report-*.png")}
    drawn = draw_reference()
    assert set(kept) == set(drawn)
    assert [name for name in kept if kept[name] != drawn[name]] == []


def test_pictures_are_small_in_all() -> None:
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < 3_000_000
