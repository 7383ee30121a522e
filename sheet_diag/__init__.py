"""Information security diagnosis from Excel hearing sheets.

What Python programs use of it (docs/api.md); each name is loaded when it is first asked for. The
packages, and where to change what, stand in ARCHITECTURE.md.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sheet_diag.api import SheetDiagError, check, diagnose, load_catalog, read_returns, run
    from sheet_diag.model.basics import Lang, Rank
    from sheet_diag.model.catalog import Catalog
    from sheet_diag.model.results import Diagnosis, ReturnOutcome, ReturnStatus
    from sheet_diag.model.settings import IntakeSettings, Issuer, Limits, Passwords
    from sheet_diag.pipeline.read_returns import Returns
    from sheet_diag.pipeline.run import RunConfig, RunResult

__version__ = "0.1.0"
__all__ = [
    "Catalog",
    "Diagnosis",
    "IntakeSettings",
    "Issuer",
    "Lang",
    "Limits",
    "Passwords",
    "Rank",
    "ReturnOutcome",
    "ReturnStatus",
    "Returns",
    "RunConfig",
    "RunResult",
    "SheetDiagError",
    "check",
    "diagnose",
    "load_catalog",
    "read_returns",
    "run",
]
_MODULES = {
    **dict.fromkeys(("Lang", "Rank"), "model.basics"),
    "Catalog": "model.catalog",
    **dict.fromkeys(("Diagnosis", "ReturnOutcome", "ReturnStatus"), "model.results"),
    **dict.fromkeys(("IntakeSettings", "Issuer", "Limits", "Passwords"), "model.settings"),
    "Returns": "pipeline.read_returns",
    **dict.fromkeys(("RunConfig", "RunResult"), "pipeline.run"),
}


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'api')}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return [*__all__, "__version__"]
