"""Who is told the password of his report now. The mail log knows who has got a report, whatever has
become of his return since.

Whether a password opens what went out costs a twentieth of a second, so it is asked only of those
who may have to be told, and of many side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sheet_diag.mail.campaign.due_mails import LeftOut
from sheet_diag.mail.log.mail_log import Postbook, Went
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import MailKind, Parcel, return_in
from sheet_diag.storage.report_passwords.fingerprints import unfitting


@dataclass(frozen=True, slots=True)
class _Bearer:
    """A client who has a report: the mails that brought it in whatever form, the last one last,
    and the mail that told its password (None: none did)."""

    client: ListedClient
    reports: tuple[Went, ...]
    told: Went | None
    password: str

    @property
    def about(self) -> str:
        """The SHA-256 of the return."""
        return return_in(self.reports[-1].line.about)

    @property
    def has_moved(self) -> bool:
        """Whether nobody who is listed now has the report."""
        return not self.reports[-1].line.went_to(self.client)

    @property
    def knows(self) -> bool:
        """Whether the password was told after the report went out last."""
        return self.told is not None and self.told.place > self.reports[-1].place

    @property
    def sealed(self) -> tuple[Went, ...]:
        """What went out encrypted, and the mail that told how to open it."""
        return tuple(mail for mail in (*self.reports, self.told) if mail and mail.line.seal)


def passwords_of(
    reports: Iterable[Parcel | LeftOut],
    clients: ClientList,
    passwords: Mapping[str, str],
    book: Postbook,
    only: frozenset[str] = frozenset(),
) -> Iterator[Parcel | LeftOut]:
    """A mail with the password to everybody who has a report: of several forms, for those that it
    opens. `reports` are those of the last run, `passwords` are by folded id, `only` are folded ids
    (empty: all)."""
    reports = list(reports)
    bearers = {each.client.id.casefold(): each for each in _bearers(clients, passwords, book, only)}
    for report in reports:
        if _id_of(report) not in bearers and not (only and _id_of(report) not in only):
            yield _waiting(report)
    closed = _closed([each for each in bearers.values() if not each.knows])
    strange = {_id_of(report) for report in reports if _is_strange(report)}
    for name, bearer in bearers.items():
        yield _mail(bearer, closed, strange=name in strange)


def _bearers(
    clients: ClientList, passwords: Mapping[str, str], book: Postbook, only: frozenset[str]
) -> Iterator[_Bearer]:
    delivered, told = book.went(MailKind.RESULT), book.went(MailKind.PASSWORD)
    for client in clients.clients:
        name = client.id.casefold()
        mails = delivered.get(name)
        if not mails or (only and name not in only):
            continue
        about = return_in(mails[-1].line.about)
        same = tuple(mail for mail in mails if return_in(mail.line.about) == about)
        knows = [mail for mail in told.get(name, ()) if mail.line.about == about]
        yield _Bearer(client, same, knows[-1] if knows else None, passwords.get(name, ""))


def _closed(bearers: Sequence[_Bearer]) -> frozenset[int]:
    """The places in the log of what does not open with, or has not told, the password of now."""
    pairs = [(bearer.password, mail) for bearer in bearers for mail in bearer.sealed]
    wrong = unfitting([(password, mail.line.seal) for password, mail in pairs])
    return frozenset(pairs[place][1].place for place in wrong)


def _mail(bearer: _Bearer, closed: frozenset[int], *, strange: bool) -> Parcel | LeftOut:
    client, told, parts = bearer.client, bearer.told, {"id": bearer.client.id}
    opened = [mail.line for mail in bearer.reports if mail.place not in closed]
    if bearer.has_moved:
        addresses = ", ".join(bearer.reports[-1].line.addresses)
        return LeftOut.of(client, "report_moved", {**parts, "addresses": addresses})
    if not opened:
        return LeftOut.of(client, "password_changed" if bearer.password else "password_lost", parts)
    if not bearer.password:
        return LeftOut.of(client, "no_password")
    return Parcel(
        MailKind.PASSWORD,
        client,
        bearer.about,
        password=bearer.password,
        facts={"file": " / ".join(dict.fromkeys(line.file for line in opened if line.file))},
        again=told is not None and not bearer.knows and _is_due_again(bearer, told, closed),
        strange=strange,
    )


def _is_due_again(bearer: _Bearer, told: Went, closed: frozenset[int]) -> bool:
    """Whether the report went out once more since, or under another password than was told."""
    return told.place in closed or any(mail.resent_at > told.place for mail in bearer.reports)


def _waiting(report: Parcel | LeftOut) -> LeftOut:
    if isinstance(report, LeftOut):
        return report
    return LeftOut.of(report.client, "result_first" if report.password else "no_password")


def _is_strange(report: Parcel | LeftOut) -> bool:
    return report.key == "mail.left.sender" if isinstance(report, LeftOut) else report.strange


def _id_of(report: Parcel | LeftOut) -> str:
    return (report.client if isinstance(report, LeftOut) else report.client.id).casefold()
