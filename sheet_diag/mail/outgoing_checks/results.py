"""What the guard says of a mail; every reason is a key of `guard.*` with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a mail must not leave."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a person is to look at a mail before it leaves."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found; a mail without refusals may leave."""

    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Doubt, ...] = ()


Finding = Refusal | Doubt


def refusal(key: str, **parts: str) -> Refusal:
    """A refusal for the reason of this key."""
    return Refusal(key, parts)


def doubt(key: str, **parts: str) -> Doubt:
    """A doubt for the reason of this key."""
    return Doubt(key, parts)
