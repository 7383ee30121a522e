"""From files to what stands in each return: opened, unpacked, read and diagnosed by workers.

One file is one or more returns; whatever any of them holds costs that one alone. Files are opened
by processes of this machine, which unpack archives onto its disk; a cluster gets contents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sheet_diag.intake import Found, failed
from sheet_diag.model.returns import Code, Problem
from sheet_diag.records import Examined, Read, Shelf, examined
from sheet_diag.tasks import Bench, Member, Members, Opening, examine, open_only, open_or_examine
from sheet_diag.workers import Died, Workers

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Crew:
    """Who works: `near` are processes of this machine, `far` does the bulk and is the same ones
    unless there is a cluster."""

    near: Workers[Bench]
    far: Workers[Bench]


def receive_all(
    crew: Crew, found: Sequence[Found], spool: Path, shelf: Shelf, progress: Progress
) -> list[Read]:
    """Every return of the files, in the order of the files and of the members in them; their
    records are on the shelf."""
    progress("read", 0, len(found))
    opened: list[Read | list[Member]] = []
    for done, each in enumerate(_open(crew, found, spool), 1):
        opened.append(shelf.keep(each) if isinstance(each, Examined) else each)
        progress("read", done, len(found))
    members = [member for each in opened if isinstance(each, list) for member in each]
    read = _examine(crew, members, progress)
    return [one for each in opened for one in _in_place(each, read, shelf)]


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
        if isinstance(result, Died):
            yield examined(failed(member.found, _death(result), member.leaf), None)
        else:
            yield result
        progress("unpack", done, len(members))


_Results = Iterator[Examined | Died]


def _told_apart(crew: Crew, members: Sequence[Member]) -> tuple[_Results, _Results]:
    """What this machine has to say of members that are not to be read, and all others."""
    unread = (member for member in members if member.leaf.problem)
    rest = (member for member in members if not member.leaf.problem)
    brought = map(_brought, rest) if crew.far.remote else rest
    return crew.near.map(examine, unread), crew.far.map(examine, brought)


def _brought(member: Member) -> Member:
    """The member with its content, which a machine of a cluster cannot see."""
    leaf = member.leaf
    if leaf.path is None or leaf.content is not None:
        return member
    return replace(member, leaf=replace(leaf, content=leaf.path.read_bytes()))


def _in_place(
    each: Read | list[Member], members: Iterator[Examined], shelf: Shelf
) -> Iterator[Read]:
    if isinstance(each, list):
        for _ in each:
            yield shelf.keep(next(members))
    else:
        yield each


def _death(death: Died) -> Problem:
    kind = "timeout" if death.out_of_time else "died"
    return Problem(Code.READER_DIED, value=death.reason, details=(("kind", kind),))
