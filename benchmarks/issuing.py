"""A sheet for every listed client, stamped and built from nothing: seconds of the processor.

python -m benchmarks.issuing [--clients 1000 10000] [--built 1000]

Both ways make sheets of the same clients in the same process, which takes turns between them so
that a busy machine slows down both. Building from nothing takes the same time for every client:
beyond so many it is not repeated, but reckoned. Every sheet that is built is compared with the
stamped one.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final

from benchmarks.clients import Campaign, Filled
from sheet_diag.catalog.load import load_catalog
from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_workbook
from sheet_diag.forms.issue import make_sheet_content
from sheet_diag.forms.write import FormerAnswers, SheetOrder, issue_sheets
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ListedClient

_AT_ONCE: Final = 50  # sheets made one way before the other way takes its turn
_SEED: Final = 7
_LAST_YEAR: Final = date(2025, 11, 23)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds of the processor for `clients` sheets; building was measured for `built` of them."""

    clients: int
    built: int
    stamping: float
    building: float

    @property
    def ratio(self) -> float:
        """How many times faster a stamped sheet is."""
        return (self.building / self.built) / (self.stamping / self.clients)


def measure(catalog: Catalog, clients: int, built: int, *, former: bool) -> Taken:
    """Make the sheets both ways; AssertionError where they are not the same."""
    todo = list(orders(catalog, clients, former=former))
    sheets = issue_sheets(catalog, ISSUER, todo)
    stamping = building = 0.0
    done = 0
    while done < clients:
        start = time.process_time()
        stamped = list(islice(sheets, _AT_ONCE))
        stamping += time.process_time() - start
        some = todo[done : min(done + len(stamped), built)]
        start = time.process_time()
        made = [make_hearing_workbook(make_sheet_content(catalog, ISSUER, order)) for order in some]
        building += time.process_time() - start
        if made != stamped[: len(made)]:
            raise AssertionError("a stamped sheet is not the one that is built")
        done += len(stamped)
    return Taken(clients, min(built, clients), stamping, building)


def orders(catalog: Catalog, count: int, *, former: bool) -> Iterator[SheetOrder]:
    """The first clients of the benchmark's campaign, as a list has them."""
    campaign = Campaign(catalog, _SEED)
    for number in range(count):
        filled = campaign.client(number)
        answers = FormerAnswers(_LAST_YEAR, _choices(catalog, filled)) if former else None
        yield SheetOrder(listed(number, filled), answers)


def listed(number: int, filled: Filled) -> ListedClient:
    """The client as the list has it."""
    profile = filled.entries.profile
    return ListedClient(
        f"C-{number:06}",
        filled.name,
        filled.lang,
        (profile.get("email", f"info{number}@example.co.jp"),),
        contact=profile.get("respondent", ""),
        title=profile.get("department", ""),
    )


def _choices(catalog: Catalog, filled: Filled) -> dict[str, str | None]:
    given = filled.entries.answers
    return {
        id_: next(
            (c.id for c in catalog.offered(item) if c.label[filled.lang] == given.get(id_)), None
        )
        for id_, item in catalog.items.items()
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--built", type=int, default=1000, help="sheets built from nothing at most")
    chosen = parser.parse_args(arguments)
    catalog = load_catalog()
    for count in chosen.clients:
        for former in (False, True):
            taken = measure(catalog, count, min(chosen.built, count), former=former)
            print(_line(taken, former=former))  # noqa: T201  # what the command is for


def _line(taken: Taken, *, former: bool) -> str:
    kind = "with former answers" if former else "plain"
    built = taken.building / taken.built
    return (
        f"{taken.clients:>6} sheets, {kind}: stamped {taken.stamping:.1f} s, "
        f"built {built * taken.clients:.1f} s ({1000 * built:.1f} ms each), {taken.ratio:.1f} times"
    )


if __name__ == "__main__":
    main()
