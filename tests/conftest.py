"""How random tests run, which tests are slow, and what a whole session makes once."""

import gc
import io
import os
import pickle
import re
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import iterparse

import pytest
from filelock import FileLock
from hypothesis import settings
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from openpyxl.worksheet.merge import MergedCellRange
from typer import Typer
from typer.main import get_command

from sheet_diag.catalog import load, raw_tree
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from tests.merged_cells import format_merge, take_last_borders
from tests.office import Office, find_soffice

# The same examples every time, and few enough to be fast.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=50)
settings.load_profile("ci")

# A test may load the built-in catalogue a dozen times: it is loaded once, and parsed once for those
# that read its files from a folder.
_load_catalog = load.load_catalog
_read_yaml = raw_tree.read_yaml


@cache
def _built_in(version: str) -> Catalog:
    return _load_catalog(Path(f"{load.BUILT_IN}@{version}"))


def _load_once(source: Path | None = None) -> Catalog:
    version = load.DEFAULT_VERSION if source is None else load.find_built_in_version(source)
    return _built_in(version) if version else _load_catalog(source)


@cache
def _parsed(content: bytes) -> bytes:
    return pickle.dumps(_read_yaml(content))


def _copy_parsed(content: bytes) -> Any:
    return pickle.loads(_parsed(content))


@cache
def _commands(app: Typer, _lang: Lang) -> object:
    return get_command(app)


def _make_commands_once(app: Typer) -> object:
    settings: Any = app.info.context_settings
    return _commands(app, settings["obj"].lang)


_ALL_SLOW = re.compile(r"^pytestmark = [^)\]]*mark\.slow\(", re.M)
_patch = pytest.MonkeyPatch()
_patch.setattr(raw_tree, "read_yaml", _copy_parsed)
_patch.setattr(load, "load_catalog", _load_once)
_patch.setattr("typer.testing._get_command", _make_commands_once)
_derive = "_derive_iterated_hash_from_password"  # a tenth of a second; most are asked for again
_patch.setattr(ECMA376Agile, _derive, staticmethod(cache(getattr(ECMA376Agile, _derive))))
_patch.setattr(ECMA376Agile.encrypt, "__defaults__", (None, 1000))  # rounds: a hundredth of them
_patch.setattr(os, "fsync", lambda _: None)  # no test pulls the plug of the machine
_patch.setattr(MergedCellRange, "_get_borders", take_last_borders)
_patch.setattr(MergedCellRange, "format", format_merge)
for _reader in ("worksheet._reader", "reader.strings"):  # that of defusedxml is in Python
    _patch.setattr(f"openpyxl.{_reader}.iterparse", iterparse)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave modules unread in which all tests are slow, where those are left out."""
    if config.option.markexpr != "not slow" or collection_path.suffix != ".py":
        return None
    return bool(_ALL_SLOW.search(collection_path.read_text(encoding="utf-8"))) or None


def pytest_collection_finish() -> None:
    """Look for cycles of garbage seldom, and not among what was imported: a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Require a reason of every test that `make test` leaves out."""
    for item in items:
        for mark in item.iter_markers("slow"):
            if not mark.args:
                raise pytest.UsageError(f"{item.nodeid}: `slow` needs a reason")


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for what the product keeps of its user, here and in the processes of tests."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all workers of the session see."""
    folder = tmp_path_factory.getbasetemp()
    return folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder


@pytest.fixture(scope="session")
def make_once(common: Path) -> Callable[[str, Callable[[Path], object]], Path]:
    """Have a folder made by the first worker that needs it; it is for reading only."""

    def make(name: str, fill: Callable[[Path], object]) -> Path:
        folder, done = common / name, common / f"{name}.done"
        with FileLock(common / f"{name}.lock"):
            if not done.exists():
                folder.mkdir()
                fill(folder)
                done.touch()
        return folder

    return make


@pytest.fixture
def tasks_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the tasks of a run done by this process: none is started, and caches serve all runs."""
    from sheet_diag.pipeline.execution import workers

    class Here(workers.CancellingExecutor):
        def __init__(self, jobs: int, context: Any, limits: Any) -> None:
            del jobs, limits
            self._context = context

        def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
            workers.set_worker_context(self._context)
            done: Future[Any] = Future()
            try:
                done.set_result(fn(*args, **kwargs))
            except Exception as error:  # noqa: BLE001 - raised where the result is awaited
                done.set_exception(error)
            return done

    for user in ("pipeline.run", "pipeline.ingest", "pipeline.missing_pdfs", "mail.inbox.contents"):
        monkeypatch.setattr(f"sheet_diag.{user}.WorkerProcesses", Here)


@pytest.fixture
def blank_pdfs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have reports as PDF be blank pages that tell whose they are: they are set at once."""
    from pypdf import PdfWriter

    from sheet_diag.forms.layout import pack_owner
    from sheet_diag.reports.pdf.maker import SetPdf

    def set_blank(view: Any, *, logo: Any, owner: Mapping[str, str], font: str = "") -> SetPdf:
        del view, logo, font
        writer, content = PdfWriter(), io.BytesIO()
        writer.add_blank_page(100, 100)
        writer.add_metadata({"/Keywords": pack_owner(owner)})
        writer.write(content)
        return SetPdf(content.getvalue(), "")

    monkeypatch.setattr("sheet_diag.pipeline.report_pdf.set_pdf", set_blank)


@pytest.fixture(scope="session")
def demonstration(make_once: Callable[[str, Callable[[Path], object]], Path]) -> Path:
    """A folder with `demo` in it and, as `demo.txt`, what the command said; for reading only."""
    from tests.written import make_demonstration  # here: most modules need no whole product

    return make_once("demonstration", make_demonstration)


@pytest.fixture(scope="session")
def every_kind(make_once: Callable[[str, Callable[[Path], object]], Path]) -> dict[str, Path]:
    """A workbook of every kind that we write."""
    from tests.written import KINDS, write_every_kind

    folder = make_once("every_kind", write_every_kind)
    return {kind: folder / f"{kind}.xlsx" for kind in KINDS}


@pytest.fixture(scope="session")
def soffice() -> str:
    """The program of LibreOffice."""
    return find_soffice()


@pytest.fixture(scope="session")
def office(
    soffice: str, common: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    """LibreOffice, open for all conversions of this session."""
    office = Office(soffice, tmp_path_factory.mktemp("office"), common)
    yield office
    office.close()
