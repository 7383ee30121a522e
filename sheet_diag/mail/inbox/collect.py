"""Collects returns: goes through a folder of the mailbox and says what became of each message.

Heads decide first, so that most messages stay where they are. A mail is logged once its file is
safely in place, with all its entries at once, so that a kill loses nothing and nothing comes twice.
What was collected and deleted before any run had read it is fetched again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from sheet_diag.intake.discovery import find_input_files
from sheet_diag.mail.imap.connection import MailboxError
from sheet_diag.mail.imap.mailbox import Mailbox
from sheet_diag.mail.inbox.bounces import DeliveryFailure, SentMailIndex
from sheet_diag.mail.inbox.contents import MailReader
from sheet_diag.mail.inbox.headers import MessageHeaders, read_message_headers
from sheet_diag.mail.inbox.mail_owner import ClientMatcher
from sheet_diag.mail.inbox.store import MailStore, format_file_label
from sheet_diag.mail.log.mail_log import MailLog
from sheet_diag.model.basics import Message
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.settings import MIB, IntakeSettings
from sheet_diag.pipeline.input_files import find_missing_mails
from sheet_diag.reports.response_status.read_files import ReadFiles

_DELAYS_MATTER: Final = timedelta(days=5)  # then a server has given up, and has said so


@dataclass(frozen=True, slots=True)
class CollectedMail:
    """A mail that was put into the input folder; one with sheets of several clients is several.

    `client` is an id of the client list (empty: nobody knows), `file` is its place below the input
    folder. `again`: it was collected before and was no longer there.
    """

    client: str
    file: str
    sender: str
    warnings: tuple[Message, ...] = ()
    again: bool = False


@dataclass(frozen=True, slots=True)
class UncollectedMail:
    """A mail that was left where it is and that a person has to see to."""

    client: str
    sender: str
    subject: str


@dataclass(slots=True)
class CollectResult:
    """What one search of a folder has found.

    `without_sheet` are mails that bring no return and that nobody has read yet: those of clients,
    and reports of mail servers that are not understood. `too_large` are above the limit of the
    settings, whoever sent them. Counted only: `known` were collected before, `own` are copies of
    our mails, `automatic` are replies of machines and known bounces, `others` bring nothing and
    were read, or come from nobody we know. `lost` are mails that were collected before, that no run
    has read, and that are neither in the input folder nor in this one any more. `stopped` is why
    the search ended early; what was collected until then is in its place.
    """

    new: list[CollectedMail] = field(default_factory=list)
    without_sheet: list[UncollectedMail] = field(default_factory=list)
    too_large: list[UncollectedMail] = field(default_factory=list)
    bounces: list[DeliveryFailure] = field(default_factory=list)
    lost: tuple[MailLogEntry, ...] = ()
    known: int = 0
    own: int = 0
    automatic: int = 0
    others: int = 0
    stopped: MailboxError | None = None

    @property
    def skipped(self) -> int:
        """The number of mails that nobody has to know of."""
        return self.own + self.automatic + self.others


def collect_returned_mails(
    box: Mailbox,
    input: Path,
    log: MailLog,
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

    `read` is what the last run has read, `own` are our own addresses. Messages that arrived before
    the day `since` are left; `progress` gets the number of messages so far. The result says where
    the connection broke (`stopped`). Raises `OSError` where a file or the log cannot be written.
    """
    addresses = frozenset(each.casefold() for each in (*own, box.user))
    with ExitStack() as closing:
        reader = closing.enter_context(MailReader(catalog, reading))
        store = MailStore(input)
        closing.callback(store.clear)
        found = find_input_files(input, apart_from=log.path.parent) if input.is_dir() else ()
        missing = find_missing_mails(log.entries, read, found)
        collector = _Collector(box, log, clients, addresses, reader, store, reading, missing)
        try:
            for done, head in enumerate(box.heads(since), 1):
                collector.decide(read_message_headers(head))
                progress(done)
        except MailboxError as error:
            collector.result.stopped = error
        else:
            collector.result.lost = collector.find_lost(since)
        return collector.result


class _Collector:
    """Decides about one message after the other."""

    def __init__(
        self,
        box: Mailbox,
        log: MailLog,
        clients: ClientList,
        own: frozenset[str],
        reader: MailReader,
        store: MailStore,
        reading: IntakeSettings,
        missing: Iterable[MailLogEntry],
    ) -> None:
        self.result = CollectResult()
        self._box = box
        self._log = log
        self._own = own
        self._listed = frozenset(clients.by_address())
        self._reader = reader
        self._store = store
        self._max_size = reading.limits.file * MIB
        self._sent = SentMailIndex(log.entries, own)
        self._matcher = ClientMatcher(clients, self._sent.by_id)
        self._missing = {each.message_id: each for each in missing}
        self._collected = set(log.collected()) - self._missing.keys()
        bounces = (each for each in log.entries if each.event is MailEvent.BOUNCED)
        self._known_bounces = {_bounce_key(each) for each in bounces}

    def find_lost(self, since: date | None) -> tuple[MailLogEntry, ...]:
        """Find the missing mails that are not in the folder of the mailbox either."""
        lost = (each for key, each in self._missing.items() if key not in self._collected)
        return tuple(each for each in lost if since is None or each.time.date() >= since)

    def decide(self, headers: MessageHeaders) -> None:
        """Decide about one message. Raises `MailboxError`, `OSError`."""
        if headers.message_id and headers.message_id in self._collected:
            self.result.known += 1
        elif self._is_own(headers):
            self.result.own += 1
        elif headers.is_receipt:  # it may return our mail with all that was attached
            self.result.automatic += 1
        elif not headers.may_bring_files and not headers.is_report:
            self._leave(headers)
        elif headers.size > self._max_size:
            self.result.too_large.append(self._uncollected(headers))
        elif (content := self._box.message(headers.uid)) is not None:
            self._decide_by_content(headers, content)

    def _is_own(self, headers: MessageHeaders) -> bool:
        """Whether it is a copy of a mail of ours; what we forward to ourselves is none."""
        if headers.message_id in self._sent.by_id:
            return True
        to_clients = any(each.casefold() in self._listed for each in headers.recipients)
        return headers.sender.casefold() in self._own and to_clients

    def _decide_by_content(self, headers: MessageHeaders, content: bytes) -> None:
        identity = headers.message_id or f"sha256:{hashlib.sha256(content).hexdigest()}"
        if identity in self._collected:
            self.result.known += 1
        elif headers.is_report:  # what it returns is ours, and no answer
            self._read_report(headers, content)
        elif headers.may_bring_files:
            self._collect(headers, content, identity)
        else:
            self._leave(headers)

    def _read_report(self, headers: MessageHeaders, content: bytes) -> None:
        """Log the failures in a report; leave a report without any for a person to read."""
        try:
            failures = list(self._sent.failures(content, headers.when))
        except Exception:  # noqa: BLE001 - damaged mails make the library raise all sorts
            failures = []
        news = [failure for failure in failures if self._is_news(failure, headers.when)]
        for failure in news:
            self._log_bounce(failure, headers.when)
        if failures and not news:
            self.result.automatic += 1
        elif not failures:
            self._leave(headers)

    def _is_news(self, failure: DeliveryFailure, when: datetime) -> bool:
        if failure.delayed:
            return datetime.now().astimezone() - when < _DELAYS_MATTER
        return _bounce_key(_create_bounce_entry(failure, when)) not in self._known_bounces

    def _log_bounce(self, failure: DeliveryFailure, when: datetime) -> None:
        if not failure.delayed:
            entry = _create_bounce_entry(failure, when)
            self._log.add(entry)
            self._known_bounces.add(_bounce_key(entry))
        self.result.bounces.append(failure)

    def _collect(self, headers: MessageHeaders, content: bytes, identity: str) -> None:
        by_headers = self._matcher.match_headers(headers)
        name = f"{format_file_label(by_headers, headers.sender)}.eml"
        contents = self._reader.read_contents(self._store.write_draft(content), name)
        if not contents.has_return:
            self._leave(headers)
            return
        matches = self._matcher.match_sheets(headers, contents.clients)
        client = matches[0].client if len(matches) == 1 else by_headers
        label = format_file_label(client, headers.sender)
        file = self._store.keep_draft(content, identity, label, headers.when)
        self._collected.add(identity)
        entry = MailLogEntry(
            time=headers.when,
            event=MailEvent.COLLECTED,
            message_id=identity,
            addresses=(headers.sender,) if headers.sender else (),
            file=file,
            sha256=hashlib.sha256(content).hexdigest(),
            holds=contents.digests,
            dmarc=contents.dmarc,
        )
        ids = [match.client.id if match.client else "" for match in matches]
        self._log.add_all(replace(entry, client=id_) for id_ in ids)
        for id_, match in zip(ids, matches, strict=True):
            again = identity in self._missing
            collected = CollectedMail(id_, file, headers.sender, match.warnings, again)
            self.result.new.append(collected)

    def _leave(self, headers: MessageHeaders) -> None:
        """Leave a mail without a return; what people write needs a reader until it has one."""
        needs_reader = self._matcher.is_of_client(headers) or headers.is_report
        if headers.is_automatic and not headers.is_report:
            self.result.automatic += 1
        elif needs_reader and not headers.is_seen:
            self.result.without_sheet.append(self._uncollected(headers))
        else:
            self.result.others += 1

    def _uncollected(self, headers: MessageHeaders) -> UncollectedMail:
        client = self._matcher.match_headers(headers)
        id_ = client.id if client else ""
        return UncollectedMail(id_, headers.sender, headers.subject)


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


def _bounce_key(entry: MailLogEntry) -> tuple[object, ...]:
    """Return what tells the failure of one attempt at one address from all others."""
    addresses = tuple(each.casefold() for each in entry.addresses)
    return entry.key, entry.message_id, addresses
