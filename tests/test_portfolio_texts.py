"""Texts that no UTF-8 file can hold go through the tables and into the files all the same."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyarrow import parquet

from sheet_diag.reports.portfolio.tables.text_repair import replace_surrogates
from tests.samples import client, export_files, resolve_all, reword

_TEXTS = {
    "plain": ("株式会社見本", "株式会社見本"),
    "empty": ("", ""),
    "a character of two units": ("𠮷野", "𠮷野"),
    "half of one": ("\ud842野", "?野"),
    "the other half": ("吉\udfb7", "吉?"),
}


@pytest.mark.parametrize("which", _TEXTS)
def test_sound(which: str) -> None:
    given, expected = _TEXTS[which]
    assert replace_surrogates(given) == expected


def test_half_a_character_stops_no_run(tmp_path: Path) -> None:
    given = reword(client("a", {"POL": "△"}), "\ud842野")
    export_files(resolve_all(given), tmp_path)
    rows = parquet.read_table(tmp_path / "data" / "answers.parquet").to_pylist()
    assert {row[key] for row in rows for key in ("file", "client", "name", "raw", "remark")} == {
        "?野"
    }
    assert "?野" in (tmp_path / "data" / "clients.csv").read_text(encoding="utf-8-sig")
