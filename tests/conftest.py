"""One way to run the random tests, and one campaign that several modules judge."""

from pathlib import Path

import pytest
from hypothesis import settings

from tests.written import run_campaign

# The same examples every time, and few enough to be fast.
settings.register_profile("ci", derandomize=True, deadline=None, max_examples=100)
settings.load_profile("ci")


@pytest.fixture(scope="session")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration with its outputs, for reading only."""
    return run_campaign(tmp_path_factory.mktemp("campaign"))
