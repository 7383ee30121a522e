"""Match the returns with the client list and the mail log.

Finds whose a return is that does not say so, what the list knows and the sheet leaves blank, and
where the two disagree. Who sent a return is known from the mail that it lies in, or else from the
log of what was collected: by digest, because people move files and save attachments.

Pure. An id on the sheet always counts. A return without one gets that of a listed client only
where exactly one fits and nothing speaks against it: a result that goes to the wrong firm cannot
be taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final, Self

from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog, ProfileField
from sheet_diag.model.client_list import ClientList, ListedClient, find_clients_by_address
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, ReturnedSheet
from sheet_diag.text.normalize import company_key, firm_domain, is_one_firm, normalize_text
from sheet_diag.text.wording import join_first

_NANO: Final = 10**9
_FROM_LIST: Final = ("industry", "employees")  # profile fields that the client list knows, too


@dataclass(frozen=True, slots=True)
class KnownSenders:
    """The client list, and what the mail log knows of collected files: the ids of the clients
    whose addresses sent one, and the last mail that brought it. Both by the SHA-256 of the file and
    of each return in it; by the name of the file below the input folder where the log is old."""

    clients: ClientList
    senders: Mapping[str, Collection[str]] = field(default_factory=dict)
    mails: Mapping[str, MailLogEntry] = field(default_factory=dict)

    @classmethod
    def of(cls, clients: ClientList, log: Sequence[MailLogEntry]) -> Self:
        """Take from the log what was collected, and who sent it where the address is listed."""
        by_address = clients.by_address()
        senders: dict[str, set[str]] = defaultdict(set)
        mails: dict[str, MailLogEntry] = {}
        for entry in log:
            if entry.event is not MailEvent.COLLECTED or not entry.file:
                continue
            ids = [each.id for each in find_clients_by_address(entry.addresses, by_address)]
            for key in (entry.sha256, *entry.holds) if entry.sha256 else (entry.file,):
                mails[key] = entry
                if ids:
                    senders[key].update(ids)
        return cls(clients, dict(senders), mails)

    def mail(self, received: ReceivedFile) -> MailLogEntry | None:
        """The mail that brought a return, as the log has it."""
        return next((self.mails[key] for key in _log_keys(received) if key in self.mails), None)

    def sender_ids(self, received: ReceivedFile) -> Collection[str]:
        """The ids of the clients that sent a return, as the log has it."""
        keys = _log_keys(received)
        return next((self.senders[key] for key in keys if key in self.senders), ())


def match_clients(
    catalog: Catalog, read: Sequence[ReceivedFile], known: KnownSenders
) -> list[ReceivedFile]:
    """Add to each return, in the same order, what the list and the log know of it."""
    directory = _ClientDirectory(known, read)
    return [_match_return(catalog, each, directory) for each in read]


class _ClientDirectory:
    """The listed clients by id, name and address, and the senders of every content.

    Copies of one file share their senders: only one of them counts, and what it gets must not
    depend on which one that is.
    """

    def __init__(self, known: KnownSenders, read: Sequence[ReceivedFile]) -> None:
        self._known = known
        self._by_id = known.clients.by_id()
        self._by_address = known.clients.by_address()
        self._by_name: dict[str, list[ListedClient]] = defaultdict(list)
        for client in known.clients.clients:
            self._by_name[company_key(client.company)].append(client)
        self._senders: dict[str, set[str]] = defaultdict(set)
        for received in read:
            for sender in self._senders_of_file(received):
                self._senders[received.sha256].add(sender.id.casefold())

    def find_by_id(self, typed: str) -> ListedClient | None:
        """Find the client of an id as it was read from a sheet."""
        return self._by_id.get(typed.casefold()) or self._by_id.get(normalize_text(typed))

    def find_by_name(self, name: str) -> Sequence[ListedClient]:
        """Find the clients that have a company name."""
        return self._by_name.get(company_key(name), ()) if name else ()

    def find_senders(self, received: ReceivedFile) -> list[ListedClient]:
        """Find the clients that sent the content, in any of its copies."""
        return list(self._clients_of(self._senders.get(received.sha256, ())))

    def with_arrival(self, received: ReceivedFile) -> ReceivedFile:
        """Add when a return came, and who sent this very file."""
        logged = self._known.mail(received)
        day = logged.time.date() if logged else _day_of(received.file_time)
        senders = self._senders_of_file(received)
        if logged and not received.mail_senders:
            named = logged.addresses or ("",)
            received = replace(received, mail_senders=named, dmarc=logged.dmarc)
        return replace(
            received,
            received=day.isoformat() if day else "",
            sender=senders[0].id if len(senders) == 1 else "",
            mail_time=received.mail_time or (int(logged.time.timestamp()) if logged else 0),
        )

    def _senders_of_file(self, received: ReceivedFile) -> list[ListedClient]:
        """Find who sent this very file: the sender of its mail, else those in the log."""
        if clients := find_clients_by_address(received.mail_senders, self._by_address):
            return list(clients)
        return list(self._clients_of(self._known.sender_ids(received)))

    def _clients_of(self, ids: Iterable[str]) -> Iterator[ListedClient]:
        found = (self._by_id.get(each.casefold()) for each in sorted(ids))
        return (client for client in found if client)


def _log_keys(received: ReceivedFile) -> tuple[str, ...]:
    """What the log may know a return by, the file that it lies in first."""
    return tuple(filter(None, (received.file_sha256, received.sha256, received.file)))


def _day_of(file_time: int) -> date | None:
    """The local day of a time in nanoseconds; None where it is 0, or no time."""
    try:
        return datetime.fromtimestamp(file_time // _NANO).date() if file_time else None
    except (OverflowError, OSError, ValueError):
        return None


def _match_return(
    catalog: Catalog, received: ReceivedFile, directory: _ClientDirectory
) -> ReceivedFile:
    received = directory.with_arrival(received)
    sheet = received.sheet
    if sheet is None:
        return received
    match = _find_client(sheet, directory, directory.find_senders(received))
    if match.client and match.client.id != sheet.identity.client:
        sheet = replace(sheet, identity=replace(sheet.identity, client=match.client.id))
    received = replace(received, sheet=sheet, problems=(*received.problems, *match.problems))
    if match.client is None or not match.is_certain:
        return received
    return _fill_from_list(catalog, received, sheet, match.client)


# --- whose it is


@dataclass(frozen=True, slots=True)
class _Match:
    """The listed client of a return, what is to be said of that, and whether it is certain."""

    client: ListedClient | None
    problems: tuple[Problem, ...] = ()
    is_certain: bool = False


def _find_client(
    sheet: ReturnedSheet, directory: _ClientDirectory, senders: Sequence[ListedClient]
) -> _Match:
    if sheet.identity.client:
        return _match_by_id(sheet, directory.find_by_id(sheet.identity.client), senders)
    return _match_by_name_or_sender(sheet, directory.find_by_name(sheet.name), senders)


def _match_by_id(
    sheet: ReturnedSheet, client: ListedClient | None, senders: Sequence[ListedClient]
) -> _Match:
    if client is None:
        return _Match(None, (Problem(ProblemCode.ID_NOT_LISTED, value=sheet.identity.client),))
    problems = []
    if sheet.name and company_key(sheet.name) != company_key(client.company):
        details = (("id", client.id), ("listed", client.company))
        problems.append(Problem(ProblemCode.LISTED_NAME_DIFFERS, value=sheet.name, details=details))
    others = [each for each in senders if each.id != client.id]
    if others and client not in senders:
        listed = (("client", _client_label(client)),)
        value = _client_labels(others)
        problems.append(Problem(ProblemCode.SENDER_DISAGREES, value=value, details=listed))
    return _Match(client, tuple(problems), is_certain=not problems)


def _match_by_name_or_sender(
    sheet: ReturnedSheet, of_name: Sequence[ListedClient], senders: Sequence[ListedClient]
) -> _Match:
    senders = [each for each in senders if each in of_name] or senders  # some share an address
    if doubt := _find_doubt(sheet, of_name, senders):
        value = _client_labels(tuple(dict.fromkeys((*senders, *of_name))))
        problem = Problem(ProblemCode.LISTED_UNSURE, value=value, details=(("reason", doubt),))
        return _Match(None, (problem,))
    candidates = senders or of_name
    if not candidates:
        return _Match(None, (Problem(ProblemCode.NOT_LISTED, value=sheet.name or None),))
    (client,) = candidates
    details = (("reason", "listed_sender" if senders else "listed_name"),)
    problem = Problem(ProblemCode.LISTED_AS, value=_client_label(client), details=details)
    return _Match(client, (problem,), is_certain=True)


def _find_doubt(
    sheet: ReturnedSheet, of_name: Sequence[ListedClient], senders: Sequence[ListedClient]
) -> str:
    """Why none of the clients may be taken, as a key of `problem.reason`; empty where one may."""
    if len(senders) > 1:
        return "listed_senders"
    if senders:
        is_equal = not sheet.name or company_key(sheet.name) == company_key(senders[0].company)
        return "" if is_equal else "listed_sender_name"
    if len(of_name) > 1:
        return "listed_namesakes"
    return next((reason for client in of_name for reason in _differences(sheet, client)), "")


def _differences(sheet: ReturnedSheet, client: ListedClient) -> Iterator[str]:
    """What sets a client of the same name apart, as between two returns: mail of another firm,
    or another industry where the mail does not tell."""
    own = firm_domain(sheet.profile.get("email", ""))
    domains = {firm_domain(address) for address in client.addresses} - {""}
    is_same = any(is_one_firm(own, domain) for domain in domains) if own else False
    industry = sheet.profile.get("industry", "")
    if own and domains and not is_same:
        yield "listed_domain"
    elif not is_same and industry and client.industry and industry != client.industry:
        yield "listed_industry"


def _client_label(client: ListedClient) -> str:
    return f"{client.id} {client.company}"


def _client_labels(clients: Sequence[ListedClient]) -> str:
    return join_first([_client_label(client) for client in clients])


# --- what the list knows


def _fill_from_list(
    catalog: Catalog, received: ReceivedFile, sheet: ReturnedSheet, client: ListedClient
) -> ReceivedFile:
    """Fill the blanks of a return from the list, and report where the two disagree."""
    filled: dict[str, str] = {}
    problems: list[Problem] = []
    for name in _FROM_LIST:
        asked, listed = catalog.field_by_id.get(name), getattr(client, name)
        if asked is None or listed not in asked.by_id:
            continue
        own = sheet.profile.get(name, "")
        if not own:
            filled[name] = listed
            problems.append(_list_problem(ProblemCode.TAKEN_FROM_LIST, asked, listed))
        elif own != listed:
            problems.append(_list_problem(ProblemCode.LIST_DISAGREES, asked, listed, own))
    left = (
        problem
        for problem in received.problems
        if problem.code is not ProblemCode.PROFILE_MISSING or problem.item not in filled
    )
    if filled:
        sheet = replace(sheet, profile={**sheet.profile, **filled})
    return replace(received, sheet=sheet, problems=(*left, *problems))


def _list_problem(code: ProblemCode, asked: ProfileField, listed: str, own: str = "") -> Problem:
    details = []
    for lang in Lang:
        details.append((f"field_{lang.value}", asked.label[lang]))
        details.append((f"listed_{lang.value}", asked.by_id[listed].label[lang]))
        if own in asked.by_id:
            details.append((f"own_{lang.value}", asked.by_id[own].label[lang]))
    return Problem(code, item=asked.id, value=own or listed, details=tuple(details))
