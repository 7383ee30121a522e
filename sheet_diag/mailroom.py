"""What was typed after a mailing command -> what it works with."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from sheet_diag.arguments import client_list, configured, load_asked, parse_day
from sheet_diag.complaints import fail
from sheet_diag.config import FILE_NAME, Config
from sheet_diag.guard import Guard
from sheet_diag.intake.clientlist import read_clients
from sheet_diag.lastyear import domains
from sheet_diag.letters import Letters
from sheet_diag.mailing import Office
from sheet_diag.messages import Sender
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.clientlist import ClientList
from sheet_diag.model.post import Posted
from sheet_diag.model.settings import MailServer, Reading
from sheet_diag.model.standing import ReturnFacts, Turnout
from sheet_diag.postbook import FILE_NAME as LOG
from sheet_diag.postbook import Postbook
from sheet_diag.protection import FILE_NAME as PASSWORDS
from sheet_diag.protection import PasswordList
from sheet_diag.runfacts import facts_in
from sheet_diag.staging import JOURNAL
from sheet_diag.standings import standings
from sheet_diag.wording import Wording

OUTBOX: Final = "outbox"


@dataclass(frozen=True, slots=True)
class MailAsked:
    """What was typed. `only` are client ids, `unprotected` lets results go out open."""

    output: Path
    clients: Path | None = None
    previous: Path | None = None
    as_of: str | None = None
    only: Sequence[str] | None = None
    lang: str | None = None
    catalog: Path | None = None
    config: Path | None = None
    unprotected: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """The last run: its date of diagnosis (None: there was none) and what it tells of returns."""

    on: date | None
    facts: tuple[ReturnFacts, ...]


@dataclass(frozen=True, slots=True)
class Mailroom:
    """Everything at hand. `only` are folded ids of clients of the list (empty: all)."""

    say: Wording
    catalog: Catalog
    config: Config
    clients: ClientList
    run: Run
    output: Path
    today: date
    only: frozenset[str]

    @property
    def log(self) -> Path:
        """Where the mail log stands."""
        return self.output / LOG

    @property
    def deadline(self) -> date | None:
        """By when those are to answer who have no date of their own."""
        return self.config.issuer.deadline

    def turnout(self, posted: tuple[Posted, ...]) -> Turnout:
        """Where everyone stands."""
        return standings(
            self.clients,
            posted,
            self.run.facts,
            ran_on=self.run.on,
            as_of=self.today,
            deadline=self.deadline,
        )

    def passwords(self) -> Mapping[str, str]:
        """The passwords of the reports by folded client id. Raises `PasswordListError`."""
        return PasswordList.load(self.output / PASSWORDS).by_id()


def mailroom(asked: MailAsked, say: Wording, words: Wording) -> Mailroom:
    """Read what every mailing command needs, with `say` set to its language.

    Ends where there is no client list; raises what its parts raise.
    """
    config = configured(asked.config, asked.lang, say, words)
    catalog = load_asked(asked.catalog)
    path = client_list(asked.clients) or fail(say("mail.error.no_list"), say)
    clients, _ = read_clients(path, catalog, config.limits)
    only = frozenset(each.casefold() for each in asked.only or ())
    if unknown := only - clients.by_id().keys():
        fail(say("mail.error.only", ids=", ".join(sorted(unknown)), path=path), say)
    return Mailroom(
        say=say,
        catalog=catalog,
        config=config,
        clients=clients,
        run=last_run(asked.output),
        output=asked.output,
        today=parse_day(asked.as_of, say),
        only=only,
    )


def office(room: Mailroom, asked: MailAsked, book: Postbook) -> Office:
    """Where mails are written. Ends where nobody is set as their sender."""
    say, settings = room.say, room.config.correspondence
    if not settings.sender:
        fail(say("mail.error.no_sender", name=FILE_NAME), say)
    posted, facts = list(book.posted), list(room.run.facts)
    if asked.previous:
        posted += Postbook.read(asked.previous / LOG).posted
        facts += facts_in(asked.previous)[1]
    guard = Guard(
        catalog=room.catalog,
        clients=room.clients,
        sender=settings.sender,
        former_domains=domains(posted, facts),
        passwords=room.passwords(),
        reading=Reading(room.config.limits),
        unprotected=asked.unprotected,
    )
    return Office(
        issuer=replace(room.config.issuer, email=settings.sender),
        sender=Sender(settings.sender, settings.name),
        letters=Letters(settings.letters),
        guard=guard,
        output=room.output,
        today=room.today,
    )


def last_run(output: Path) -> Run:
    """What the run.json of an output folder tells; nothing where there is none."""
    if not (output / JOURNAL).is_file():
        return Run(None, ())
    return Run(*facts_in(output))


def require_mailbox(room: Mailroom) -> tuple[MailServer, str]:
    """The server that mail is fetched from, and its password. Ends where none is set; raises
    `CredentialsError`."""
    from sheet_diag.credentials import password_for

    server = room.config.correspondence.imap
    if server is None:
        fail(room.say("mail.error.no_imap", name=FILE_NAME), room.say)
    return server, password_for(server, "imap", os.environ)
