"""How random tests run, which tests are slow, and what a whole session makes once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from tests.office import Office, find_soffice

# The same examples every time, and few enough to be fast.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("ci")


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
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `demo` in it and, as `demo.txt`, what the command said; for reading only."""
    from tests.written import make_demonstration  # here: most modules need no whole product

    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent  # that of all workers
    with FileLock(folder / "demonstration.lock"):
        return make_demonstration(folder / "demonstration")


@pytest.fixture(scope="session")
def soffice() -> str:
    """The program of LibreOffice."""
    return find_soffice()


@pytest.fixture(scope="session")
def office(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """LibreOffice, open for all conversions of this session."""
    office = Office(soffice, tmp_path_factory.mktemp("office"))
    yield office
    office.close()
