"""What the guard says of a mail; every reason is a key of `guard.*` with its parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class MailCheckError:
    """Why a mail must not leave."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailCheckWarning:
    """Why a person is to look at a mail before it leaves."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailCheckResult:
    """What was found; a mail without refusals may leave."""

    errors: tuple[MailCheckError, ...] = ()
    warnings: tuple[MailCheckWarning, ...] = ()


MailCheckFinding = MailCheckError | MailCheckWarning


def check_error(key: str, **parts: str) -> MailCheckError:
    """A refusal for the reason of this key."""
    return MailCheckError(key, parts)


def check_warning(key: str, **parts: str) -> MailCheckWarning:
    """A doubt for the reason of this key."""
    return MailCheckWarning(key, parts)
