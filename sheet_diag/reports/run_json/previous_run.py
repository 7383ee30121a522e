"""An earlier output folder -> what its run.json tells of that run.

Reads every run.json of schema 1, also those that do not tell yet what later ones do.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from sys import intern
from typing import Any

from sheet_diag.model.basics import Rank
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.comparison import PreviousReturn, PreviousRun
from sheet_diag.model.errors import UserError
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.run_json.writer import SCHEMA
from sheet_diag.storage.run_json_file import read_run_json_head, read_run_json_returns
from sheet_diag.storage.staging import RUN_JSON


class PreviousRunError(UserError):
    """An earlier run that cannot be used."""


def load_previous_run(folder: Path, catalog: Catalog) -> PreviousRun:
    """Read the run.json of an output folder.

    Raises `PreviousRunError`: missing, not readable, not ours, or of another catalogue.
    """
    path = folder / RUN_JSON
    if not path.is_file():
        raise PreviousRunError("comparison.previous.missing", folder=str(folder))
    try:
        run = _run(read_run_json_head(path), read_run_json_returns(path))
    except (OSError, json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise PreviousRunError("comparison.previous.unreadable", folder=str(folder)) from error
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise PreviousRunError("comparison.previous.foreign", folder=str(folder)) from error
    if run.catalog != catalog.id:
        parts = {"folder": str(folder), "other": run.catalog, "own": catalog.id}
        raise PreviousRunError("comparison.previous.other_catalog", **parts)
    return run


def _run(head: Any, returns: Iterable[Any]) -> PreviousRun:
    if head["schema"] != SCHEMA:
        raise ValueError("another schema")
    catalog = head["catalog"]
    items = catalog.get("items")
    return PreviousRun(
        as_of=date.fromisoformat(head["as_of"]),
        catalog=str(catalog["id"]),
        sha256=str(catalog["sha256"]),
        items=None if items is None else {str(k): str(v) for k, v in items.items()},
        returns=tuple(
            _return(entry)
            for entry in returns
            if entry["status"] in (ReturnStatus.RANKED, ReturnStatus.HELD)
        ),
    )


def _return(entry: Any) -> PreviousReturn:
    client, diagnosis = entry["client"], entry["diagnosis"]
    ranked = entry["status"] == ReturnStatus.RANKED
    return PreviousReturn(
        client=str(client.get("id") or ""),
        name=str(client.get("name") or ""),
        answers={_word(k): None if v is None else _word(v) for k, v in entry["answers"].items()},
        rank=Rank(diagnosis["rank"]) if ranked else None,
        score=_score(diagnosis["overall"]) if ranked else None,
        categories={str(k): _score(v) for k, v in diagnosis["categories"].items()}
        if ranked
        else {},
        entries=str(entry.get("entries") or ""),
    )


def _word(text: Any) -> str:
    """The text; ids, which every line of the file repeats, are kept once."""
    return intern(str(text))


def _score(value: Any) -> Fraction | None:
    return None if value is None else Fraction(str(value["exact"]))
