"""Findings of the checks on an outgoing mail; every reason is a label key `guard.*`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sheet_diag.model.mail import OutgoingMail


@dataclass(frozen=True, slots=True)
class MailCheckFinding:
    """A reason why a mail must not leave, or (a warning) why a person is to look at it first."""

    key: str
    parts: Mapping[str, str] = field(default_factory=dict)
    is_warning: bool = False


@dataclass(frozen=True, slots=True)
class CheckedMail:
    """A mail with what the checks found in it; without errors it may leave."""

    mail: OutgoingMail
    findings: tuple[MailCheckFinding, ...] = ()

    @property
    def errors(self) -> tuple[MailCheckFinding, ...]:
        """The reasons why it must not leave."""
        return tuple(each for each in self.findings if not each.is_warning)

    @property
    def warnings(self) -> tuple[MailCheckFinding, ...]:
        """The reasons why a person is to look at it."""
        return tuple(each for each in self.findings if each.is_warning)


def check_error(key: str, **parts: str) -> MailCheckFinding:
    """Build an error."""
    return MailCheckFinding(key, parts)


def check_warning(key: str, **parts: str) -> MailCheckFinding:
    """Build a warning."""
    return MailCheckFinding(key, parts, is_warning=True)
