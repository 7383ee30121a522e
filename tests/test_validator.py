"""Microsoft's Open XML SDK finds nothing wrong with what we write.

The validator is a program of its own, named by SHEET_DIAG_OOXML_VALIDATOR (`make validate`); CI
always has it. It judges schema and semantics, `tests.lint` what it does not see. Not for
workbooks of strangers: hostile XML overflows its stack.
"""

from __future__ import annotations

import json
import os
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.returned import repack_parts
from tests.written import KINDS, demonstration_workbooks

VALIDATOR = os.environ.get("SHEET_DIAG_OOXML_VALIDATOR", "")
OLDEST = "Office2016"  # of the versions that clients open our workbooks with

pytestmark = [
    pytest.mark.slow("a program judges forty workbooks"),
    pytest.mark.skipif(not VALIDATOR, reason="SHEET_DIAG_OOXML_VALIDATOR is not set"),
]


def errors_in(path: Path) -> list[str]:
    """List the errors that the validator finds in a workbook, a line each."""
    command = [VALIDATOR, str(path), OLDEST]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    told: Any = json.loads(done.stdout)
    found = [f"{each['path']} {each['xPath']}: {each['description']}" for each in told["errors"]]
    assert told["ok"] is (not found), done
    return found


def errors_by_file(paths: list[Path]) -> dict[str, list[str]]:
    """Collect the errors by the name of the workbook; leave out those without any."""
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        found = dict(zip((path.name for path in paths), threads.map(errors_in, paths), strict=True))
    return {name: lines for name, lines in found.items() if lines}


def test_every_kind_of_workbook_is_valid(every_kind: dict[str, Path]) -> None:
    assert errors_by_file(list(every_kind.values())) == {}


def test_the_workbooks_of_the_demonstration_are_valid(demonstration: Path) -> None:
    """Issued sheets, returns, reports, corrections, the portfolio and the client list."""
    paths = demonstration_workbooks(demonstration)
    folders = {path.parent.name for path in paths}
    assert folders > {"output", "outbox", "input", "results", "corrections"}
    assert errors_by_file(paths) == {}


BROKEN = {
    "an unknown element": ("xl/worksheets/sheet1.xml", "<sheetData", "<nonsense/><sheetData"),
    "a style that is not there": ("xl/worksheets/sheet1.xml", ' s="', ' s="9'),
    "a sheet's name too long": ("xl/workbook.xml", '<sheet name="', f'<sheet name="{"n" * 30}'),
}


@pytest.mark.parametrize("defect", BROKEN)
def test_the_validator_sees_a_defect(
    every_kind: dict[str, Path], tmp_path: Path, defect: str
) -> None:
    part, old, new = BROKEN[defect]
    content = every_kind[KINDS[0]].read_bytes()
    broken = repack_parts(
        content, lambda name, text: text.replace(old, new) if name == part else text
    )
    path = tmp_path / "broken.xlsx"
    path.write_bytes(broken)
    assert errors_in(path) != []
