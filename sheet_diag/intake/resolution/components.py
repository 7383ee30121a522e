"""What leads to what: corrections over several steps, and returns that belong together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from sheet_diag.intake.resolution.candidates import Candidate

CorrectionLinks = Mapping[str, frozenset[str]]


def link_corrections(candidates: Mapping[str, Candidate]) -> dict[str, frozenset[str]]:
    """What each correction stands for, a correction of a correction for both; keys are SHA-256.

    Only returns of this run are told, and only those that correct one. A return that leads back
    to itself (hashes cannot, but a file may say so) is among its own.
    """
    direct = {
        key: tuple(old for old in each.replaces if old in candidates)
        for key, each in candidates.items()
    }
    return {key: frozenset(_reachable_keys(direct, old)) for key, old in direct.items() if old}


def connected_groups(links: Iterable[tuple[str, str]], keys: Iterable[str]) -> list[list[str]]:
    """The keys in groups: those that links join, over any number of steps."""
    beside: dict[str, list[str]] = defaultdict(list)
    for one, other in links:
        beside[one].append(other)
        beside[other].append(one)
    groups: list[list[str]] = []
    seen: set[str] = set()
    for key in keys:
        if key not in beside:  # most are linked to none
            groups.append([key])
        elif key not in seen:
            group = sorted({key} | _reachable_keys(beside, beside[key]))
            seen.update(group)
            groups.append(group)
    return groups


def _reachable_keys(links: Mapping[str, Collection[str]], first: Iterable[str]) -> set[str]:
    reached: set[str] = set()
    waiting = list(first)
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting.extend(links[key])
    return reached
