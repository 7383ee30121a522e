"""Which files the last run has read, and which mails of clients it has: by what they hold, because
people move files, save attachments, and put a new file under an old name.

Pure. Runs and mail logs of earlier versions tell less; what they do not tell goes by name, as then.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from sheet_diag.model.client_status import ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """The files that the last run has read, each with its SHA-256 by its name below the input
    folder (empty: it was not told), and the SHA-256 of every return in them. `on` is its date of
    diagnosis (None: nothing was run yet). `settled` are the returns whose result has gone out:
    some run has read them, whatever lies there now; what came beside them it need not have read.
    """

    on: date | None
    by_name: Mapping[str, frozenset[str]]
    files: frozenset[str]
    returns: frozenset[str]
    settled: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, facts: Iterable[ReturnFacts], on: date | None, posted: Iterable[MailLogEntry] = ()
    ) -> Self:
        """Collect what the facts of a run tell, and the mail log."""
        by_name: dict[str, set[str]] = defaultdict(set)
        returns = set()
        for fact in facts:
            by_name[fact.file].add(fact.file_sha256 if fact.member else fact.sha256)
            returns.add(fact.sha256)
        return cls(
            on,
            {name: frozenset(digests) for name, digests in by_name.items()},
            frozenset().union(*by_name.values()) - {""},
            frozenset(returns - {""}),
            frozenset(
                each.subject.return_sha256
                for each in posted
                if each.kind is MailKind.RESULT and each.says_sent
            ),
        )

    def is_known_by_name_only(self, name: str) -> bool:
        """Whether nothing but its name is known of a file that was read."""
        return self.by_name.get(name) == frozenset({""})

    def has_read_mail(self, mail: MailLogEntry) -> bool:
        """Whether a collected mail was read: itself under whatever name, or all returns in it; one
        without a file is told by its day."""
        if not mail.file:
            return self.on is not None and mail.time.date() <= self.on
        if not mail.sha256:
            return mail.file in self.by_name
        known = self.returns | self.settled
        read_apart = bool(mail.holds) and known.issuperset(mail.holds)
        return mail.sha256 in self.files or read_apart or self.is_known_by_name_only(mail.file)


# What tells one mail from all others: its Message-ID, and the SHA-256 of the files in it.
MailIdentity = tuple[str, tuple[str, ...]]


def group_collected_mails(
    posted: Iterable[MailLogEntry],
) -> dict[MailIdentity, list[MailLogEntry]]:
    """Group the lines of collected mails by mail, in order.

    Lines of earlier versions name no attachments; a later line about the same file does.
    """
    lines = [each for each in posted if each.event is MailEvent.COLLECTED]
    own = [(identify_mail(each.message_id, each.sha256), each.attachments) for each in lines]
    told = {
        key: identity
        for each, identity in zip(lines, own, strict=True)
        if each.attachments
        for key in (each.file, each.sha256)
    }
    found: dict[MailIdentity, list[MailLogEntry]] = defaultdict(list)
    for number, (each, (id_, attachments)) in enumerate(zip(lines, own, strict=True)):
        later = told.get(each.sha256 or each.file) or told.get(each.file)
        older = later if later and not attachments else None
        found[older or (id_ or f"#{number}", attachments)].append(each)
    return found


def identify_mail(message_id: str, sha256: str) -> str:
    """Return the Message-ID; where it has no character, the SHA-256 of the mail instead."""
    if any(char.isalnum() for char in message_id):
        return message_id
    return f"sha256:{sha256}" if sha256 else ""


def select_latest(lines: Sequence[MailLogEntry]) -> list[MailLogEntry]:
    """Select of the lines of one mail those of its last place, each client once."""
    last = {each.client.casefold(): each for each in lines if each.file == lines[-1].file}
    return list(last.values())


def list_collected_mails(posted: Iterable[MailLogEntry]) -> Sequence[MailLogEntry]:
    """List the mails that were collected, each once a client, in the order of the log.

    One that was fetched again counts as it was put in last.
    """
    lines = list(posted)
    groups = group_collected_mails(lines).values()
    latest = {id(each) for group in groups for each in select_latest(group)}
    return tuple(each for each in lines if id(each) in latest)
