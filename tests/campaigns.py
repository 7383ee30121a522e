"""Campaigns as a person would tell them, for tests: the mail log, returns and the client list.

A line of the log is an event: day, event, kind and what it is about, then the number of the attempt
where there are several, and addresses where they matter.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from sheet_diag.mail.log.chain import LOG_HEAD_NAME
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ResponseStatus, ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.response_status.statuses import compute_response_status

JST = timezone(timedelta(hours=9))
RAN_ON = date(2026, 11, 20)
AS_OF = date(2026, 11, 26)
COMPANY = "株式会社見本商事"
A, B = "a@mihon.example", "b@mihon.example"


def day(text: str) -> date:
    """`11/2` of the year of the campaign."""
    month, number = text.split("/")
    return date(2026, int(month), int(number))


def parse_log(text: str, client: str = "C-001") -> list[MailLogEntry]:
    """`11/2 sent reminder/1 #2 a@x: what the server said`, a line each."""
    return [
        _parse_log_line(line.strip(), client) for line in text.strip().splitlines() if line.strip()
    ]


def date_mails(log: Path, on: str, kind: str) -> None:
    """Date all mails of a kind in the log of a test, which else tells the day on which it ran.

    The log is then one of version 0.1.0: without digests, and without a head.
    """
    lines = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    for each in lines:
        each.pop("previous", None)
        if each.get("kind") == kind:
            each["time"] = f"{on}T10:00:00+09:00"
    text = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in lines)
    log.write_text(text, encoding="utf-8", newline="\n")
    log.with_name(LOG_HEAD_NAME).unlink()


def _parse_log_line(line: str, client: str) -> MailLogEntry:
    line, _, text = line.partition(": ")
    when, event, subject, *rest = line.split()
    time = datetime.combine(day(when), datetime.min.time(), JST)
    if event == "collected":
        file = "" if subject == "-" else subject
        return MailLogEntry(time, MailEvent.COLLECTED, client, addresses=(A,), file=file)
    kind, _, about = subject.partition("/")
    attempt = next((part for part in rest if part.startswith("#")), "#1")
    addresses = tuple(part for part in rest if "@" in part) or (A,)
    if "nobody" in rest:
        addresses = ()
    message = "" if event == "by_hand" else f"<{kind}-{about}-{attempt}@firm.example>"
    return MailLogEntry(
        time,
        MailEvent(event),
        client,
        MailKind(kind),
        MailSubject.parse(MailKind(kind), about),
        message,
        addresses,
        text=text,
    )


def parse_fact(text: str, client: str = "C-001") -> ReturnFacts:
    """`ranked s1 11/2 B`: status, digest and file, day of receipt (`-`: unknown), rank."""
    status, digest, received, *rank = text.split()
    return ReturnFacts(
        client,
        COMPANY,
        ReturnStatus(status),
        sha256=digest,
        file=f"{digest}.xlsx",
        received=None if received == "-" else day(received),
        rank=rank[0] if rank else "",
    )


def list_row(
    id_: str = "C-001",
    due: str = "",
    group: str = "",
    addresses: Sequence[str] = (A,),
    company: str = COMPANY,
    contact: str = "",
    password: str = "",
) -> ListedClient:
    """A client of the list."""
    when = day(due) if due else None
    return ListedClient(
        id_,
        company,
        Lang.JA,
        tuple(addresses),
        contact=contact,
        due=when,
        group=group,
        password=password,
    )


def responses_of(
    *clients: tuple[ListedClient, str, Sequence[str]], ran_on: date = RAN_ON
) -> ResponseStatus:
    """Where clients stand, each with its mail log and its returns."""
    posted = [line for client, lines, _ in clients for line in parse_log(lines, client.id)]
    facts = [parse_fact(each, client.id) for client, _, returns in clients for each in returns]
    known = ClientList([client for client, _, _ in clients])
    return compute_response_status(known, posted, facts, ran_on=ran_on, as_of=AS_OF)


def six_clients() -> ResponseStatus:
    """Six clients at six stages, in two groups and none; texts of clients look like formulas."""
    return responses_of(
        (
            list_row("C-001", "11/20", "東京", company="=a&b", contact="+山田"),
            "11/2 sent request\n11/25 sent result/s1\n11/26 sent password/s1",
            ["ranked s1 11/9 B"],
        ),
        (
            list_row("C-002", "11/20", "=1+1"),
            "11/2 sent request\n11/9 sent reminder/1\n11/16 sent reminder/2",
            [],
        ),
        (
            list_row("C-003", "11/20", "東京", ["c@x.example"]),
            "11/2 sent request c@x.example\n"
            "11/3 bounced request c@x.example: =550 <b>unknown</b> [red]",
            [],
        ),
        (
            list_row("C-004", "11/24", "=1+1"),
            "11/2 sent request\n11/17 sent correction/s4",
            ["held s4 11/16"],
        ),
        (list_row("C-005", "11/24"), "11/9 sent request", ["ranked s5 11/18 C"]),
        (list_row("C-006", "11/24"), "11/9 sent request\n11/25 collected mail/x.eml", []),
    )
