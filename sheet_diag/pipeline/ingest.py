"""From files to what stands in each return: opened, unpacked, read and diagnosed by workers.

One file is one or more returns; whatever any of them holds costs that one alone. Files are opened
by processes of this machine, which unpack archives onto its disk; a cluster gets contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from sheet_diag.intake.discovery import Found
from sheet_diag.intake.receive import failed
from sheet_diag.intake.stable_read import ChangingError, read_stable
from sheet_diag.model.returns import Code, Problem
from sheet_diag.pipeline.execution.executor import Died, Workers
from sheet_diag.pipeline.read_cache import Recollection
from sheet_diag.pipeline.record_store import Examined, Read, Shelf, examined
from sheet_diag.pipeline.tasks import (
    Bench,
    Member,
    Members,
    Opening,
    examine,
    open_only,
    open_or_examine,
)

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works: `near` are processes of this machine, `far` does the bulk and is the same ones
    unless there is a cluster."""

    near: Workers[Bench]
    far: Workers[Bench]


def receive_all(
    crew: Crew,
    found: Sequence[Found],
    spool: Path,
    shelf: Shelf,
    progress: Progress,
    known: Recollection | None = None,
) -> list[Read]:
    """Every return of the files, in the order of the files and of the members in them; their
    records are on the shelf. What is `known` of an earlier run is not read again."""
    progress("read", 0, len(found))
    returns: dict[str, list[Read]] = {}
    for file in found:
        if known and (recalled := known.of(file)) is not None:
            returns[file.name] = [shelf.keep(each) for each in recalled]
    unread = [file for file in found if file.name not in returns]
    wrapped: list[tuple[Found, list[Member]]] = []
    opened = zip(unread, _open(crew, unread, spool), strict=True)
    for done, (file, each) in enumerate(opened, len(returns) + 1):
        if isinstance(each, Examined):
            returns[file.name] = _kept(file, [each], shelf, known)
        else:
            wrapped.append((file, each))
        progress("read", done, len(found))
    members = _examine(crew, [member for _, each in wrapped for member in each], progress)
    for file, each in wrapped:
        returns[file.name] = _kept(file, list(islice(members, len(each))), shelf, known)
    return [each for file in found for each in returns[file.name]]


def _kept(
    file: Found, returns: Sequence[Examined], shelf: Shelf, known: Recollection | None
) -> list[Read]:
    if known:
        known.keep(file, returns)
    return [shelf.keep(each) for each in returns]


def _open(crew: Crew, found: Sequence[Found], spool: Path) -> Iterator[Examined | list[Member]]:
    openings = (Opening(file, spool / str(place)) for place, file in enumerate(found))
    results = crew.near.map(open_only if crew.far.remote else open_or_examine, openings)
    for file, result in zip(found, results, strict=True):
        if isinstance(result, Died):
            yield examined(failed(file, _death(result)), None)
        elif isinstance(result, Members):
            yield [Member(file, leaf) for leaf in result.leaves]
        else:
            yield result


def _examine(crew: Crew, members: Sequence[Member], progress: Progress) -> Iterator[Examined]:
    if members:
        progress("unpack", 0, len(members))
    near, far = _told_apart(crew, members)
    results = (next(near if member.leaf.problem else far) for member in members)
    for done, (member, result) in enumerate(zip(members, results, strict=True), 1):
        progress("unpack", done, len(members))
        if isinstance(result, Died):
            yield examined(failed(member.found, _death(result), member.leaf), None)
        else:
            yield result


_Results = Iterator[Examined | Died]


def _told_apart(crew: Crew, members: Sequence[Member]) -> tuple[_Results, _Results]:
    """What this machine has to say of members that are not to be read, and all others."""
    unread = (member for member in members if member.leaf.problem)
    rest = (member for member in members if not member.leaf.problem)
    brought = map(_brought, rest) if crew.far.remote else rest
    return crew.near.map(examine, unread), crew.far.map(examine, brought)


def _brought(member: Member) -> Member:
    """The member with its content, which a machine of a cluster cannot see; without where this
    one cannot read it either."""
    leaf = member.leaf
    try:
        content = read_stable(leaf.path) if leaf.path else None
    except (OSError, ChangingError):
        return member
    return replace(member, leaf=replace(leaf, content=content))


def _death(death: Died) -> Problem:
    kind = "timeout" if death.out_of_time else "died"
    return Problem(Code.READER_DIED, value=death.reason, details=(("kind", kind),))
