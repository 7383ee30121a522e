"""The public functions as Python programs call them: scripts, notebooks, files that do harm."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import sheet_diag
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from tests.catalogs import JIS

ROOT = Path(__file__).parents[1]
EXAMPLES = re.findall(
    r"```python\n(.*?)```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.S
)
ABORT = """
import multiprocessing, os
original = os.open
def open_or_abort(path, *more, **options):
    if os.fspath(path).endswith("abort.xlsx") and multiprocessing.parent_process():
        os.abort()
    return original(path, *more, **options)
os.supports_dir_fd.add(open_or_abort)
os.open = open_or_abort
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A working folder with two returns that are ranked and one that is held."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "input").mkdir()
    for name, answer in {"a": "はい", "b": "一部", "c": "検討中"}.items():
        entries = Entries({"company": f"株式会社{name}"}, dict.fromkeys(JIS.items, answer))
        content = make_hearing_sheet(JIS, Lang.JA, Issuer(), entries)
        (folder / "input" / f"{name}.xlsx").write_bytes(content)
    return folder


def call(
    folder: Path, *arguments: str, code: str = "", paths: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        input=code,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        env={**os.environ, "PYTHONPATH": os.pathsep.join({str(paths): 0, str(ROOT): 0})},
    )


@pytest.mark.slow("programs that load the product in processes of their own")
def test_the_examples_run_as_a_script_without_a_main_guard(folder: Path) -> None:
    script = folder / "examples.py"
    script.write_text("print('begun')\n" + "\n".join(EXAMPLES), encoding="utf-8")
    done = call(folder, "examples.py")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("begun") == 1, "the caller's main program is not run again"
    assert "A 100.0" in done.stdout
    assert "b.xlsx ranked" in done.stdout
    assert "nowhere.xlsx" in done.stdout.splitlines()[-1]
    assert {path.name for path in (folder / "output").iterdir()} >= {"run.json", "portfolio.xlsx"}


@pytest.mark.slow("programs that load the product in processes of their own")
def test_a_program_without_a_file_reads_returns(folder: Path) -> None:
    code = (
        "import sheet_diag\n"
        "returns = sheet_diag.read_returns('input', jobs=1, lang=sheet_diag.Lang.EN)\n"
        "print(len(returns.answers), list(returns.clients['rank']))\n"
        "print(sorted(set(returns.problems['file'])), 'as_of' in returns.answers)\n"
    )
    done = call(folder, "-", code=code)
    assert done.stdout.splitlines() == [f"{2 * len(JIS.items)} ['A', 'C']", "['c.xlsx'] True"], (
        done.stderr
    )


@pytest.mark.slow("programs that load the product in processes of their own")
@pytest.mark.skipif(sys.platform == "win32", reason="an abort asks a person there")
def test_a_file_that_aborts_its_reader_costs_itself_only(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(ABORT, encoding="utf-8")
    for name in ("a.xlsx", "abort.xlsx"):
        (tmp_path / name).write_bytes((folder / "input" / "a.xlsx").read_bytes())
    code = (
        "import sheet_diag\n"
        "for each in sheet_diag.check(['abort.xlsx', 'a.xlsx']):\n"
        "    print(each.status, [problem.code.value for problem in each.problems])\n"
        "try:\n"
        "    sheet_diag.diagnose('abort.xlsx')\n"
        "except sheet_diag.SheetDiagError as error:\n"
        "    print(error)\n"
    )
    done = call(tmp_path, "-", code=code, paths=tmp_path)
    first, second, sentence = done.stdout.splitlines()
    assert first == "rejected ['READER_DIED']", done.stderr
    assert second.startswith("ranked")
    assert sentence.startswith("abort.xlsx を診断できません。")


@pytest.mark.slow("programs that load the product in processes of their own")
def test_a_module_beside_the_caller_is_not_taken_for_one_of_ours(
    folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "fractions.py").write_text("raise SystemExit(7)\n", encoding="utf-8")
    path = folder / "input" / "a.xlsx"
    code = f"import sheet_diag\nprint(sheet_diag.diagnose({str(path)!r}).scores.rank)\n"
    done = call(tmp_path, "-P", "-", code=code)
    assert done.stdout == "A\n", done.stderr


def test_what_a_caller_can_mend_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    english = sheet_diag.Lang.EN
    with pytest.raises(sheet_diag.SheetDiagError, match="There is no folder"):
        sheet_diag.read_returns(tmp_path / "none", lang=english)
    with pytest.raises(sheet_diag.SheetDiagError, match="There are no files in"):
        sheet_diag.read_returns(tmp_path / "empty", lang=english)
    same = sheet_diag.RunConfig(tmp_path / "empty", tmp_path / "empty", lang=english)
    with pytest.raises(sheet_diag.SheetDiagError, match="is the input folder"):
        sheet_diag.run(same)
    with pytest.raises(sheet_diag.SheetDiagError, match="catalogue"):
        sheet_diag.load_catalog(tmp_path / "none", lang=english)


def test_wrong_arguments_are_type_errors_with_a_sentence() -> None:
    with pytest.raises(TypeError, match=r"check\(\[path\]\)"):
        sheet_diag.check("a.xlsx")
    with pytest.raises(TypeError, match="run takes a RunConfig, not str"):
        sheet_diag.run("input")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        sheet_diag.diagnose(3)  # type: ignore[arg-type]


def test_a_file_with_several_returns_is_for_check(folder: Path, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("a.xlsx", "b.xlsx"):
            archive.write(folder / "input" / name, name)
    with pytest.raises(sheet_diag.SheetDiagError, match="holds 2 returns; use check"):
        sheet_diag.diagnose(tmp_path / "two.zip", lang=sheet_diag.Lang.EN)


def test_the_result_of_a_run_says_that_it_keeps_no_answers(folder: Path, tmp_path: Path) -> None:
    result = sheet_diag.run(sheet_diag.RunConfig(folder / "input", tmp_path / "output", jobs=1))
    assert [each.status for each in result.outcomes] == ["ranked", "ranked", "held"]
    sheet, diagnosis = result.outcomes[0].received.sheet, result.outcomes[0].diagnosis
    assert sheet
    assert diagnosis
    assert diagnosis.scores.rank == "A"
    with pytest.raises(LookupError, match=r"run\.json"):
        list(sheet.responses)
    with pytest.raises(LookupError, match=r"run\.json"):
        len(diagnosis.open_items)


def test_every_public_name_is_there_and_none_is_loaded_before() -> None:
    code = "import sys, sheet_diag; print([n for n in sys.modules if n.startswith('sheet_diag')])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "['sheet_diag']\n"
    assert set(sheet_diag.__all__) < set(dir(sheet_diag))
    for name in sheet_diag.__all__:
        assert getattr(sheet_diag, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        import_module("sheet_diag").nothing  # noqa: B018
    assert (ROOT / "sheet_diag" / "py.typed").is_file()
