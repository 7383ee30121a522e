"""One look through a folder: what becomes of each message.

Heads decide first, so that most messages stay where they are; the log tells of a mail once its
file is safely in place, in all its lines at once, so that whatever stops us, nothing is lost and
nothing comes twice. What was collected and thrown away before any run had read it is fetched again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.imap.mailbox import Mailbox
from sheet_diag.mail.inbox.bounces import DeliveryFailure, SentMailIndex
from sheet_diag.mail.inbox.client_matching import ClientMatcher
from sheet_diag.mail.inbox.contents import MailReader
from sheet_diag.mail.inbox.headers import MessageHeaders, read_message_headers
from sheet_diag.mail.inbox.records import BouncedMail, CollectedMail, CollectResult, UncollectedMail
from sheet_diag.mail.inbox.store import MailStore, format_file_label
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import MIB, IntakeSettings
from sheet_diag.pipeline.input_files import find_missing_mails
from sheet_diag.reports.response_status.read_files import ReadFiles

_DELAYS_MATTER: Final = timedelta(days=5)  # then a server has given up, and has said so


def collect_returned_mails(
    box: Mailbox,
    input: Path,
    book: MailLog,
    clients: ClientList,
    catalog: Catalog,
    reading: IntakeSettings,
    *,
    read: ReadFiles,
    own: Iterable[str] = (),
    since: date | None = None,
    progress: Callable[[int], object],
) -> CollectResult:
    """Put the returns in an open folder of a mailbox into the input folder, each message once.

    `read` is what the last run has read, `own` are our own addresses; `since` leaves what arrived
    before a day; `progress` is told how many messages were looked at. A connection that breaks is
    told in the result (`stopped`). Raises `OSError` where a file or the log cannot be written.
    """
    addresses = frozenset(each.casefold() for each in (*own, box.user))
    with ExitStack() as ending:
        reader = ending.enter_context(MailReader(catalog, reading))
        cabinet = MailStore(input)
        ending.callback(cabinet.clear)
        found = find_input_files(input, apart_from=book.path.parent) if input.is_dir() else ()
        missing = find_missing_mails(book.entries, read, found)
        tour = _Collector(box, book, clients, addresses, reader, cabinet, reading, missing)
        try:
            for done, head in enumerate(box.heads(since), 1):
                tour.take(read_message_headers(head))
                progress(done)
        except MailboxError as error:
            return tour.result(error)
        return tour.result(lost=tour.lost(since))


class _Collector:
    """What has been found so far."""

    def __init__(
        self,
        box: Mailbox,
        book: MailLog,
        clients: ClientList,
        own: frozenset[str],
        reader: MailReader,
        cabinet: MailStore,
        reading: IntakeSettings,
        missing: Iterable[MailLogEntry],
    ) -> None:
        self._box = box
        self._book = book
        self._own = own
        self._listed = frozenset(clients.by_address())
        self._reader = reader
        self._cabinet = cabinet
        self._most = reading.limits.file * MIB
        self._mailed = SentMailIndex(book.entries, own)
        self._matcher = ClientMatcher(clients, self._mailed.by_id)
        self._missing = {each.message_id: each for each in missing}
        self._collected = set(book.collected()) - self._missing.keys()
        self._told = {_bounce_key(each) for each in book.entries if each.event is MailEvent.BOUNCED}
        self._new: list[CollectedMail] = []
        self._without: list[UncollectedMail] = []
        self._large: list[UncollectedMail] = []
        self._bounces: list[BouncedMail] = []
        self._counts = {"known": 0, "own": 0, "automatic": 0, "others": 0}

    def result(
        self, stopped: MailboxError | None = None, lost: tuple[MailLogEntry, ...] = ()
    ) -> CollectResult:
        """All of it."""
        return CollectResult(
            tuple(self._new),
            tuple(self._without),
            tuple(self._large),
            tuple(self._bounces),
            **self._counts,
            lost=lost,
            stopped=stopped,
        )

    def lost(self, since: date | None) -> tuple[MailLogEntry, ...]:
        """What was missing, and was not among the mails that were looked through."""
        lost = (each for key, each in self._missing.items() if key not in self._collected)
        return tuple(each for each in lost if since is None or each.time.date() >= since)

    def take(self, note: MessageHeaders) -> None:
        """Decide about one message. Raises `MailboxError`, `OSError`."""
        if note.message_id and note.message_id in self._collected:
            self._counts["known"] += 1
        elif self._is_own(note):
            self._counts["own"] += 1
        elif note.is_receipt:  # it may return our mail with all that was attached
            self._counts["automatic"] += 1
        elif not note.may_bring_files and not note.is_report:
            self._pass(note)
        elif note.size > self._most:
            self._large.append(self._passed(note))
        elif (content := self._box.message(note.uid)) is not None:
            self._open(note, content)

    def _is_own(self, note: MessageHeaders) -> bool:
        """Whether it is a copy of a mail of ours; what we forward to ourselves is none."""
        if note.message_id in self._mailed.by_id:
            return True
        to_clients = any(each.casefold() in self._listed for each in note.recipients)
        return note.sender.casefold() in self._own and to_clients

    def _open(self, note: MessageHeaders, content: bytes) -> None:
        identity = note.message_id or f"sha256:{hashlib.sha256(content).hexdigest()}"
        if identity in self._collected:
            self._counts["known"] += 1
        elif note.is_report:  # what it returns is ours, and no answer
            self._report(note, content)
        elif note.may_bring_files:
            self._read(note, content, identity)
        else:
            self._pass(note)

    def _report(self, note: MessageHeaders, content: bytes) -> None:
        """Note what it tells of mails of ours; a person has to understand what we do not."""
        try:
            failures = list(self._mailed.failures(content, note.when))
        except Exception:  # noqa: BLE001 - damaged mails make the library raise all sorts
            failures = []
        news = [failure for failure in failures if self._is_news(failure, note.when)]
        for failure in news:
            self._bounce(failure, note.when)
        if failures and not news:
            self._counts["automatic"] += 1
        elif not failures:
            self._pass(note)

    def _is_news(self, failure: DeliveryFailure, when: datetime) -> bool:
        if failure.delayed:
            return datetime.now().astimezone() - when < _DELAYS_MATTER
        return _bounce_key(_create_bounce_entry(failure, when)) not in self._told

    def _bounce(self, failure: DeliveryFailure, when: datetime) -> None:
        if not failure.delayed:
            posted = _create_bounce_entry(failure, when)
            self._book.add(posted)
            self._told.add(_bounce_key(posted))
        mail = failure.mail
        self._bounces.append(
            BouncedMail(
                mail.client, mail.kind, failure.addresses, failure.text, when, failure.delayed
            )
        )

    def _read(self, note: MessageHeaders, content: bytes, identity: str) -> None:
        guess = self._matcher.of_note(note)
        name = f"{format_file_label(guess, note.sender)}.eml"
        contents = self._reader.contents(self._cabinet.draft(content), name)
        if not contents.has_return:
            self._pass(note)
            return
        matches = self._matcher.matches(note, contents.clients)
        client = matches[0].client if len(matches) == 1 else guess
        label = format_file_label(client, note.sender)
        file = self._cabinet.keep(content, identity, label, note.when)
        self._collected.add(identity)
        line = MailLogEntry(
            time=note.when,
            event=MailEvent.COLLECTED,
            message_id=identity,
            addresses=(note.sender,) if note.sender else (),
            file=file,
            sha256=hashlib.sha256(content).hexdigest(),
            holds=contents.digests,
        )
        ids = [match.client.id if match.client else "" for match in matches]
        self._book.add_all(replace(line, client=id_) for id_ in ids)
        for id_, match in zip(ids, matches, strict=True):
            told = (file, note.sender, note.subject, note.when, match.warnings)
            self._new.append(CollectedMail(id_, match.how, *told, again=identity in self._missing))

    def _pass(self, note: MessageHeaders) -> None:
        """It brings no return; what people write wants an answer, until somebody has read it."""
        if note.is_automatic and not note.is_report:
            self._counts["automatic"] += 1
        elif (self._matcher.of_note(note) or note.is_report) and not note.is_seen:
            self._without.append(self._passed(note))
        else:
            self._counts["others"] += 1

    def _passed(self, note: MessageHeaders) -> UncollectedMail:
        client = self._matcher.of_note(note)
        id_ = client.id if client else ""
        return UncollectedMail(id_, note.sender, note.subject, note.when, note.size)


def _create_bounce_entry(failure: DeliveryFailure, when: datetime) -> MailLogEntry:
    mail = failure.mail
    return MailLogEntry(
        time=when,
        event=MailEvent.BOUNCED,
        client=mail.client,
        kind=mail.kind,
        subject=mail.subject,
        message_id=mail.message_id,
        addresses=failure.addresses,
        file=mail.file,
        text=failure.text,
    )


def _bounce_key(posted: MailLogEntry) -> tuple[object, ...]:
    """What tells the failure of one attempt at one address from all others."""
    addresses = tuple(each.casefold() for each in posted.addresses)
    return posted.key, posted.message_id, addresses
