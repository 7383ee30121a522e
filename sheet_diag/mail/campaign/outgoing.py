"""From the mails that are due to drafts in a folder, or to what goes out over SMTP.

Every mail is written, then read again from its bytes and looked at by the guard. A mail that is
sent is written and looked at a second time right before it leaves: files may have changed between
the question and the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from sheet_diag.mail.compose.message import (
    Sender,
    compose,
    draft,
    draft_name,
    new_message_id,
    sendable,
)
from sheet_diag.mail.log.mail_log import Postbook
from sheet_diag.mail.outgoing_checks.check import Guard
from sheet_diag.mail.outgoing_checks.results import Doubt, Refusal
from sheet_diag.mail.smtp.records import Outgoing
from sheet_diag.mail.templates.letters import Letters
from sheet_diag.mail.templates.render import Letter
from sheet_diag.model.mail import Event, MailKind, Parcel, Posted, return_in
from sheet_diag.model.settings import Issuer
from sheet_diag.storage.managed_folder import Facts, OwnFolder, made_in, remove
from sheet_diag.storage.report_passwords.fingerprints import seals_of

DRAFTS: Final = "drafts"
_KIND, _CLIENT, _ABOUT, _ADDRESSES = "kind", "client", "about", "addresses"
_FILE, _SEAL, _DUE, _EDITION, _AGAIN = "file", "seal", "due", "edition", "again"
_NOTED: Final = {_KIND, _CLIENT, _ABOUT, _ADDRESSES, _FILE, _SEAL}

Step = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Office:
    """What every mail is written with. `jobs` is how many processes open attachments (None: one per
    core)."""

    issuer: Issuer
    sender: Sender
    letters: Letters
    guard: Guard
    output: Path
    today: date
    jobs: int | None = None

    def drafts(self, kind: MailKind) -> Path:
        """The folder of the drafts of a kind."""
        return drafts_folder(self.output, kind)


@dataclass(frozen=True, slots=True)
class Looked:
    """A mail that the guard has looked at, and where its draft stands (None: it has none)."""

    parcel: Parcel
    refusals: tuple[Refusal, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    path: Path | None = None


def drafts_folder(output: Path, kind: MailKind) -> Path:
    """Where the drafts of a kind lie in an output folder."""
    return output / DRAFTS / kind.value


def write_drafts(
    office: Office, kind: MailKind, parcels: Sequence[Parcel], only: frozenset[str], step: Step
) -> list[Looked]:
    """Make the folder of drafts anew, or of those of some clients (`only`, folded ids); a mail
    that the guard refuses has none. Raises `OSError`."""
    found = []
    drafts = _drafts(office.output, kind)
    kept = {n: facts for n, facts in drafts.items() if only and not _is_of(facts, only)}
    with (
        OwnFolder(office.drafts(kind), kept) as folder,
        seals_of(parcels) as seals,
        office.guard.ahead(parcels, office.jobs) as ready,
    ):
        for done, (parcel, seal) in enumerate(zip(ready, seals, strict=True), 1):
            content = draft(compose(parcel, _letter(office, parcel), office.sender))
            looked = _look(office, parcel, content)
            if not looked.refusals:
                path = folder.write(draft_name(parcel), content, _facts(parcel, seal))
                looked = Looked(parcel, doubts=looked.doubts, path=path)
            found.append(looked)
            step(done)
    return found


def look_at(office: Office, parcels: Sequence[Parcel], step: Step) -> list[Looked]:
    """What the guard says of mails that are to be sent."""
    found = []
    with office.guard.ahead(parcels, office.jobs) as ready:
        for done, parcel in enumerate(ready, 1):
            found.append(_look(office, parcel, _final(office, parcel, "", None)))
            step(done)
    return found


class Dispatch:
    """The mails on their way out; `stopped` are those that the guard stopped at the last moment."""

    def __init__(self, office: Office, book: Postbook) -> None:
        self._office = office
        self._book = book
        self.stopped: list[Looked] = []

    def outgoing(self, parcels: Iterable[Parcel]) -> Iterator[Outgoing]:
        """Each mail as it leaves; its draft is taken away once it has, or may have."""
        domain = self._office.sender.address.rpartition("@")[2]
        for parcel in parcels:
            attempt = self._book.attempts(parcel.key)
            message_id = new_message_id(self._book.token, parcel, domain, attempt)
            content = _final(self._office, parcel, message_id, datetime.now().astimezone())
            looked = _look(self._office, parcel, content)
            if looked.refusals:
                self.stopped.append(looked)
                continue
            try:
                yield Outgoing(parcel, content, message_id)
            finally:
                if self._book.is_done(parcel.key) or self._book.pending(parcel.key):
                    drop_drafts(self._office, [parcel])


def mark_sent(office: Office, kind: MailKind, book: Postbook, only: frozenset[str]) -> list[Posted]:
    """Note that a person has sent the drafts that lie in the folder, and take them away.

    `only` names clients by folded id (empty: all). Raises `OSError`.
    """
    drafts = _drafts(office.output, kind, only)
    again = {(f[_CLIENT], f[_ABOUT]) for f in drafts.values() if f.get(_AGAIN)}
    # Noted already, and still there, where the command was stopped right here.
    marked = [
        line
        for line in _by_hand(drafts, kind)
        if (line.client, line.about) in again or not book.is_done((kind, line.client, line.about))
    ]
    for line in marked:
        book.add(line)
    remove(office.drafts(kind), set(drafts))
    return marked


def lying(output: Path, kind: MailKind, only: frozenset[str]) -> tuple[Posted, ...]:
    """The drafts of a kind that lie there, each as the line that notes it as sent by a person now;
    `only` names clients by folded id (empty: all)."""
    return tuple(_by_hand(_drafts(output, kind, only), kind))


def drafts_of(office: Office, parcels: Sequence[Parcel]) -> set[str]:
    """The names of the drafts that lie there of these mails, which are of one kind; a draft with
    the report in another form is one too."""
    keys = {(parcel.kind, parcel.client.id, return_in(parcel.about)) for parcel in parcels}
    return {
        name
        for kind in {parcel.kind for parcel in parcels}
        for name, facts in _drafts(office.output, kind).items()
        if (kind, facts[_CLIENT], return_in(facts[_ABOUT])) in keys
    }


def drop_drafts(office: Office, parcels: Sequence[Parcel]) -> None:
    """Take away the drafts of mails that are about to be sent otherwise. Raises `OSError`."""
    names = drafts_of(office, parcels)
    for kind in {parcel.kind for parcel in parcels}:
        remove(office.drafts(kind), names)


def _drafts(output: Path, kind: MailKind, only: frozenset[str] = frozenset()) -> dict[str, Facts]:
    """The drafts that lie in the folder, as far as its note tells all of them; `only` names clients
    by folded id (empty: all)."""
    made = made_in(drafts_folder(output, kind))
    return {
        name: facts
        for name, facts in made.items()
        if facts.keys() >= _NOTED and facts[_KIND] == kind.value and _is_of(facts, only)
    }


def _is_of(facts: Facts, only: frozenset[str]) -> bool:
    return not only or facts[_CLIENT].casefold() in only


def _by_hand(drafts: Mapping[str, Facts], kind: MailKind) -> Iterator[Posted]:
    """The lines that note drafts as sent by a person now, in the order of their names."""
    now = datetime.now().astimezone()
    return (_line(drafts[name], kind, now) for name in sorted(drafts))


def _line(facts: Facts, kind: MailKind, now: datetime) -> Posted:
    return Posted(
        time=now,
        event=Event.BY_HAND,
        client=facts[_CLIENT],
        kind=kind,
        about=facts[_ABOUT],
        addresses=tuple(facts[_ADDRESSES].split()),
        file=facts[_FILE],
        seal=facts[_SEAL],
        due=_day(facts.get(_DUE, "")),
        edition=facts.get(_EDITION, ""),
    )


def _day(iso: str) -> date | None:
    """The day that a note tells; notes of earlier versions tell none."""
    with suppress(ValueError):
        return date.fromisoformat(iso)
    return None


def _letter(office: Office, parcel: Parcel) -> Letter:
    return office.letters.write(parcel, office.issuer, office.today)


def _final(office: Office, parcel: Parcel, message_id: str, when: datetime | None) -> bytes:
    letter = _letter(office, parcel)
    return sendable(compose(parcel, letter, office.sender, message_id=message_id, date=when))


def _look(office: Office, parcel: Parcel, content: bytes) -> Looked:
    verdict = office.guard.inspect(content, parcel)
    return Looked(parcel, verdict.refusals, verdict.doubts)


def _facts(parcel: Parcel, seal: str) -> dict[str, str]:
    """What the folder notes of a draft, so that it can be marked as sent."""
    return {
        _KIND: parcel.kind.value,
        _CLIENT: parcel.client.id,
        _ABOUT: parcel.about,
        _ADDRESSES: " ".join(parcel.client.addresses),
        _FILE: parcel.file_names,
        _SEAL: seal,
        _DUE: parcel.due.isoformat() if parcel.due else "",
        _EDITION: parcel.edition,
        _AGAIN: "1" if parcel.again else "",
    }
