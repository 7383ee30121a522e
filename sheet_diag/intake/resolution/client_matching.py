"""The client list beside the returns: whose a return is that does not say so, what the list knows
that the sheet leaves blank, and where the two disagree.

Who sent a return is told by the mail that it lies in, or where it lies there without one, by the
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
from sheet_diag.model.client_list import ClientList, ListedClient, find_client_by_address
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.returns import Problem, ProblemCode, ReceivedFile, ReturnedSheet
from sheet_diag.text.normalize import company_key, firm_domain, normalize_text

_MOST_NAMED: Final = 5
_NANO: Final = 10**9


@dataclass(frozen=True, slots=True)
class KnownSenders:
    """The list, and what the mail log tells of what was collected: the clients whose addresses sent
    it (their ids), and the day on which it came. Both by the SHA-256 of the file and of each return
    in it; by the name of the file below the input folder where the log is too old to tell them."""

    clients: ClientList
    senders: Mapping[str, Collection[str]] = field(default_factory=dict)
    days: Mapping[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, clients: ClientList, posted: Sequence[MailLogEntry]) -> Self:
        """What list and mail log tell; of senders only those whose address is listed count."""
        by_address = clients.by_address()
        senders: dict[str, set[str]] = defaultdict(set)
        days: dict[str, date] = {}
        for each in posted:
            if each.event is not MailEvent.COLLECTED or not each.file:
                continue
            owner = find_client_by_address(each.addresses, by_address)
            for key in (each.sha256, *each.holds) if each.sha256 else (each.file,):
                days[key] = each.time.date()
                if owner:
                    senders[key].add(owner.id)
        return cls(clients, dict(senders), days)

    def day(self, received: ReceivedFile) -> date | None:
        """The day on which a return came, as the log has it."""
        return next((self.days[key] for key in _log_keys(received) if key in self.days), None)

    def sent(self, received: ReceivedFile) -> Collection[str]:
        """The ids of the clients that a return came from, as the log has it."""
        return next((self.senders[key] for key in _log_keys(received) if key in self.senders), ())


def match_clients(
    catalog: Catalog, read: Sequence[ReceivedFile], known: KnownSenders
) -> list[ReceivedFile]:
    """Add to each return, in the same order, what the list and the mail log tell of it."""
    directory = _ClientDirectory(known, read)
    return [_match_return(catalog, each, directory) for each in read]


class _ClientDirectory:
    """The list by all that a return may say. Copies of one file share their senders: only one of
    them counts, and it must not depend on which."""

    def __init__(self, known: KnownSenders, read: Sequence[ReceivedFile]) -> None:
        self._known = known
        self._by_id = known.clients.by_id()
        self._by_address = known.clients.by_address()
        self._by_name: dict[str, list[ListedClient]] = defaultdict(list)
        for client in known.clients.clients:
            self._by_name[company_key(client.company)].append(client)
        self._senders: dict[str, set[str]] = defaultdict(set)
        for received in read:
            for sender in self._sent(received):
                self._senders[received.sha256].add(sender.id.casefold())

    def of_id(self, typed: str) -> ListedClient | None:
        """The client of an id as it was read from a sheet."""
        return self._by_id.get(typed.casefold()) or self._by_id.get(normalize_text(typed))

    def of_name(self, name: str) -> Sequence[ListedClient]:
        """The clients that bear a company name."""
        return self._by_name.get(company_key(name), ()) if name else ()

    def senders(self, received: ReceivedFile) -> list[ListedClient]:
        """The clients from whose addresses the content came."""
        return list(self._of_ids(self._senders.get(received.sha256, ())))

    def stamped(self, received: ReceivedFile) -> ReceivedFile:
        """The return with the day on which it came, and the client that sent it."""
        day = self._known.day(received) or _day_of(received.file_time)
        senders = self._sent(received)
        return replace(
            received,
            received=day.isoformat() if day else "",
            sender=senders[0].id if len(senders) == 1 else "",
        )

    def _sent(self, received: ReceivedFile) -> list[ListedClient]:
        """The clients that this very file came from: one, if its mail tells."""
        if client := find_client_by_address(received.mail_senders, self._by_address):
            return [client]
        return list(self._of_ids(self._known.sent(received)))

    def _of_ids(self, ids: Iterable[str]) -> Iterator[ListedClient]:
        found = (self._by_id.get(each.casefold()) for each in sorted(ids))
        return (client for client in found if client)


def _log_keys(received: ReceivedFile) -> tuple[str, ...]:
    """What the log may know a return by, the file that it lies in first."""
    return tuple(filter(None, (received.file_sha256, received.sha256, received.file)))


def _day_of(file_time: int) -> date | None:
    """The day that people here saw; none where the time of the file is not told, or is no time."""
    try:
        return datetime.fromtimestamp(file_time // _NANO).date() if file_time else None
    except (OverflowError, OSError, ValueError):
        return None


def _match_return(
    catalog: Catalog, received: ReceivedFile, directory: _ClientDirectory
) -> ReceivedFile:
    received = directory.stamped(received)
    sheet = received.sheet
    if sheet is None:
        return received
    client, told, is_certain = _client_of(sheet, directory, directory.senders(received))
    if client and client.id != sheet.identity.client:
        sheet = replace(sheet, identity=replace(sheet.identity, client=client.id))
    received = replace(received, sheet=sheet, problems=(*received.problems, *told))
    if client is None or not is_certain:
        return received
    return _fill_from_list(catalog, received, sheet, client)


# --- whose it is

_Match = tuple[ListedClient | None, tuple[Problem, ...], bool]


def _client_of(
    sheet: ReturnedSheet, directory: _ClientDirectory, senders: Sequence[ListedClient]
) -> _Match:
    """The listed client, what is told of it, and whether nothing raises a doubt."""
    if sheet.identity.client:
        return _match_by_id(sheet, directory.of_id(sheet.identity.client), senders)
    return _match_by_name_or_sender(sheet, directory.of_name(sheet.name), senders)


def _match_by_id(
    sheet: ReturnedSheet, client: ListedClient | None, senders: Sequence[ListedClient]
) -> _Match:
    if client is None:
        return None, (Problem(ProblemCode.ID_NOT_LISTED, value=sheet.identity.client),), False
    told = []
    if sheet.name and company_key(sheet.name) != company_key(client.company):
        details = (("id", client.id), ("listed", client.company))
        told.append(Problem(ProblemCode.LISTED_NAME_DIFFERS, value=sheet.name, details=details))
    others = [each for each in senders if each.id != client.id]
    if others and client not in senders:
        of = (("client", _client_label(client)),)
        told.append(Problem(ProblemCode.SENDER_DISAGREES, value=_client_labels(others), details=of))
    return client, tuple(told), not told


def _match_by_name_or_sender(
    sheet: ReturnedSheet, namesakes: Sequence[ListedClient], senders: Sequence[ListedClient]
) -> _Match:
    doubt = _ambiguity(sheet, namesakes, senders)
    candidates = senders or namesakes
    if doubt:
        details = (("reason", doubt),)
        value = _client_labels(tuple(dict.fromkeys((*senders, *namesakes))))
        return None, (Problem(ProblemCode.LISTED_UNSURE, value=value, details=details),), False
    if not candidates:
        return None, (Problem(ProblemCode.NOT_LISTED, value=sheet.name or None),), False
    (client,) = candidates
    details = (("reason", "listed_sender" if senders else "listed_name"),)
    return (
        client,
        (Problem(ProblemCode.LISTED_AS, value=_client_label(client), details=details),),
        True,
    )


def _ambiguity(
    sheet: ReturnedSheet, namesakes: Sequence[ListedClient], senders: Sequence[ListedClient]
) -> str:
    """Why none of those who come into question is taken; empty where nothing speaks against it."""
    if len(senders) > 1:
        return "listed_senders"
    if senders:
        is_equal = not sheet.name or company_key(sheet.name) == company_key(senders[0].company)
        return "" if is_equal else "listed_sender_name"
    if len(namesakes) > 1:
        return "listed_namesakes"
    return next((why for client in namesakes for why in _contradicting_traits(sheet, client)), "")


def _contradicting_traits(sheet: ReturnedSheet, client: ListedClient) -> Iterator[str]:
    """What speaks against a namesake, as between two returns: other firms' mail, or where mail
    does not tell, another industry."""
    own = firm_domain(sheet.profile.get("email", ""))
    domains = {firm_domain(address) for address in client.addresses} - {""}
    is_same = any(_is_one_firm(own, domain) for domain in domains) if own else False
    industry = sheet.profile.get("industry", "")
    if own and domains and not is_same:
        yield "listed_domain"
    elif not is_same and industry and client.industry and industry != client.industry:
        yield "listed_industry"


def _is_one_firm(one: str, other: str) -> bool:
    """mail.example.jp and example.jp are of one firm."""
    return one == other or one.endswith(f".{other}") or other.endswith(f".{one}")


def _client_label(client: ListedClient) -> str:
    return f"{client.id} {client.company}"


def _client_labels(clients: Sequence[ListedClient]) -> str:
    more = ("…",) if len(clients) > _MOST_NAMED else ()
    return ", ".join((*map(_client_label, clients[:_MOST_NAMED]), *more))


# --- what the list knows


def _fill_from_list(
    catalog: Catalog,
    received: ReceivedFile,
    sheet: ReturnedSheet,
    client: ListedClient,
) -> ReceivedFile:
    """Fill the blanks of a return from the list."""
    taken: dict[str, str] = {}
    told: list[Problem] = []
    for name, listed in (("industry", client.industry), ("employees", client.employees)):
        asked = catalog.field_by_id.get(name)
        if asked is None or listed not in asked.by_id:
            continue
        own = sheet.profile.get(name, "")
        if not own:
            taken[name] = listed
            told.append(_list_problem(ProblemCode.TAKEN_FROM_LIST, asked, listed))
        elif own != listed:
            told.append(_list_problem(ProblemCode.LIST_DISAGREES, asked, listed, own))
    blank = (
        p
        for p in received.problems
        if p.code is not ProblemCode.PROFILE_MISSING or p.item not in taken
    )
    if taken:
        sheet = replace(sheet, profile={**sheet.profile, **taken})
    return replace(received, sheet=sheet, problems=(*blank, *told))


def _list_problem(code: ProblemCode, asked: ProfileField, listed: str, own: str = "") -> Problem:
    details = []
    for lang in Lang:
        details.append((f"field_{lang.value}", asked.label[lang]))
        details.append((f"listed_{lang.value}", asked.by_id[listed].label[lang]))
        if own in asked.by_id:
            details.append((f"own_{lang.value}", asked.by_id[own].label[lang]))
    return Problem(code, item=asked.id, value=own or listed, details=tuple(details))
