"""One way to run the random tests, and one campaign that several modules judge."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# The same examples every time, and few enough to be fast.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("ci")


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for what the product keeps of its user, here and in the processes of tests."""
    folder = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with its outputs, for reading only."""
    from tests.written import run_campaign  # here: most modules need no whole product

    return run_campaign(tmp_path_factory.mktemp("campaign"))


@pytest.fixture(scope="session")
def soffice() -> str:
    """The program of LibreOffice."""
    from tests.office import find_soffice

    return find_soffice()
