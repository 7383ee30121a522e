"""What a command loads before it works: seconds depend on the machine, modules do not."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline.execution.forkserver import READING_MODULES, WRITING_MODULES
from tests.test_cli import ENVIRONMENT

_COMMAND = """
import json, sys
sys.argv = ["sheet-diag", *sys.argv[1:]]
from sheet_diag.__main__ import main
try:
    main()
except SystemExit:
    pass
print()
print(json.dumps(sorted(sys.modules)))
"""
_STOPPED_IN_A_CLUSTER = """
import sys, threading, types
sys.modules["distributed"] = types.ModuleType("distributed")
threading.Thread(target=threading.Event().wait).start()
import sheet_diag.cli.main
def stopped():
    print("stopped", end="")
    sys.exit(130)
sheet_diag.cli.main.main = stopped
from sheet_diag.__main__ import main
main()
"""
_IMPORT = """
import importlib, json, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps(sorted(sys.modules)))
"""

# Libraries that take long to load, by what needs them.
_TABLES = {"pandas", "pyarrow", "numpy"}
_WRITERS = {"xlsxwriter", "openpyxl", "pypdf"}
_RARE_READERS = {"openpyxl", "xlrd", "pyxlsb", "pyzipper", "py7zr", "oxmsg", "asn1crypto"}
_SCREEN = {"rich", "typer.rich_utils"}
_REST = {
    "pydantic", "pebble", "multiprocessing", "watchfiles", "distributed", "fsspec", "sqlite3",
    "keyring", "oauthlib", "webbrowser",
}  # fmt: skip


def _loaded(code: str, *arguments: str, folder: Path) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        env=ENVIRONMENT,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["run", "--help"], ["watch", "--lang", "en", "--help"], ["ran"]],
    ids=" ".join,
)
def test_help_pages_load_almost_nothing(tmp_path: Path, arguments: list[str]) -> None:
    loaded = _loaded(_COMMAND, *arguments, folder=tmp_path)
    heavy = _TABLES | _WRITERS | _RARE_READERS | _SCREEN | _REST
    # Where a command is named, typer loads pydantic itself to understand what follows.
    known = set() if arguments[0].startswith("-") else {"pydantic"}
    assert loaded & heavy <= known


def test_a_check_loads_neither_tables_nor_writers(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(make_hearing_sheet(load_catalog(), Lang.JA, Issuer()))
    loaded = _loaded(_COMMAND, "check", "a.xlsx", folder=tmp_path)
    assert "sheet_diag.pipeline.tasks" in loaded, "it has worked"
    heavy = _TABLES | _WRITERS | _RARE_READERS | {"typer.rich_utils", "watchfiles", "distributed"}
    assert loaded & heavy == set()


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        pytest.param(READING_MODULES, _TABLES | _WRITERS | _RARE_READERS | _SCREEN, id="to read"),
        pytest.param(
            WRITING_MODULES, _TABLES | _RARE_READERS | _SCREEN | {"pypdf"}, id="to write, too"
        ),
    ],
)
def test_a_worker_loads_what_every_return_needs(
    tmp_path: Path, modules: tuple[str, ...], absent: set[str]
) -> None:
    loaded = _loaded(_IMPORT, *modules, folder=tmp_path)
    assert loaded & absent == set()


def test_ctrl_c_in_a_cluster_run_waits_for_no_thread() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED_IN_A_CLUSTER],
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "stopped", "")
