"""From files to what stands in each return: opened, unpacked, read and diagnosed by workers.

One file is one or more returns; whatever any of them holds costs that one alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sheet_diag.intake import Found, failed
from sheet_diag.model.returns import Code, Problem
from sheet_diag.tasks import Bench, Member, Members, Opening, Read, examine, open_or_examine
from sheet_diag.workers import Died, Workers

Progress = Callable[[str, int, int], None]


def receive_all(
    workers: Workers[Bench], found: Sequence[Found], spool: Path, progress: Progress
) -> list[Read]:
    """Every return of the files, in the order of the files and of the members in them."""
    progress("read", 0, len(found))
    opened: list[Read | list[Member]] = []
    for done, each in enumerate(_open(workers, found, spool), 1):
        opened.append(each)
        progress("read", done, len(found))
    members = [member for each in opened if isinstance(each, list) for member in each]
    examined = _examine(workers, members, progress)
    return [read for each in opened for read in _in_place(each, examined)]


def _open(
    workers: Workers[Bench], found: Sequence[Found], spool: Path
) -> Iterator[Read | list[Member]]:
    openings = [Opening(file, spool / str(place)) for place, file in enumerate(found)]
    results = workers.map(open_or_examine, openings)
    for file, result in zip(found, results, strict=True):
        if isinstance(result, Died):
            yield failed(file, _death(result)), None
        elif isinstance(result, Members):
            yield [Member(file, leaf) for leaf in result.leaves]
        else:
            yield result


def _examine(
    workers: Workers[Bench], members: Sequence[Member], progress: Progress
) -> Iterator[Read]:
    if members:
        progress("unpack", 0, len(members))
    results = workers.map(examine, members)
    for done, (member, result) in enumerate(zip(members, results, strict=True), 1):
        if isinstance(result, Died):
            yield failed(member.found, _death(result), member.leaf), None
        else:
            yield result
        progress("unpack", done, len(members))


def _in_place(each: Read | list[Member], examined: Iterator[Read]) -> Iterator[Read]:
    if isinstance(each, list):
        for _ in each:
            yield next(examined)
    else:
        yield each


def _death(death: Died) -> Problem:
    kind = "timeout" if death.out_of_time else "died"
    return Problem(Code.READER_DIED, value=death.reason, details=(("kind", kind),))
