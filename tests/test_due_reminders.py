"""Who is reminded, told as a person would tell it: by the mail log, the returns and the day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sheet_diag.mail.campaign.due_mails import ReminderRules, Skipped, due_reminders
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ClientStatus, ResponseStatus, ReturnFacts
from sheet_diag.model.mail import MailEvent, MailLogEntry, OutgoingMail
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.reports.response_status.statuses import compute_response_status
from tests.campaigns import RAN_ON, day, list_row, parse_fact, parse_log

DUE = "11/20"
SHEETS = {"C-001": Path("outbox/sheet.xlsx")}
OUTPUT = Path("output")


def held(digest: str = "s1", **more: object) -> ReturnFacts:
    """A return that was held, with its correction and the points that it lists."""
    back = parse_fact(f"held {digest} 11/9")
    whole = replace(back, correction=f"corrections/{digest}.xlsx", points=3)
    return replace(whole, **more)  # type: ignore[arg-type]  # a table of names and values


def campaign(
    lines: str | Sequence[MailLogEntry],
    *returns: ReturnFacts,
    as_of: str,
    client: ListedClient | None = None,
    deadline: str = "",
) -> ResponseStatus:
    """Where the only client stands."""
    posted = parse_log(lines) if isinstance(lines, str) else lines
    return compute_response_status(
        ClientList([client or list_row(due=DUE)]),
        posted,
        returns,
        ran_on=RAN_ON,
        as_of=day(as_of),
        deadline=day(deadline) if deadline else None,
    )


def mails(turnout: ResponseStatus, **how: object) -> list[OutgoingMail | Skipped]:
    """What `remind` makes of it, five days after the last mail where nothing else is said."""
    asked = ReminderRules(**{"gap": 5, **how})  # type: ignore[arg-type]  # a table of names and values
    return list(due_reminders(turnout, SHEETS, OUTPUT, asked))


def told(found: Iterable[OutgoingMail | Skipped]) -> list[str]:
    """A line each: what it is about, the day that it names and what is attached; or why not."""
    return [
        each.key.removeprefix("mail.left.")
        if isinstance(each, Skipped)
        else f"{each.subject.text} {_day(each)} {each.attachment and each.attachment.as_posix()}"
        for each in found
    ]


def _day(mail: OutgoingMail) -> str | None:
    return f"{mail.due.month}/{mail.due.day}" if mail.due else None


def alone(turnout: ResponseStatus) -> ClientStatus:
    (standing,) = turnout.clients
    return standing


# --- of the first answer

FIRST = {
    "late": ("11/2 sent request", [], "11/21", 0, ["1 11/20 outbox/sheet.xlsx"]),
    "the last day is not late": ("11/2 sent request", [], "11/20", 0, []),
    "a day ahead": ("11/2 sent request", [], "11/20", 1, ["1 11/20 outbox/sheet.xlsx"]),
    "again": (
        "11/2 sent request\n11/21 sent reminder/1", [], "11/26", 0, ["2 11/20 outbox/sheet.xlsx"],
    ),
    "the next day": ("11/2 sent request\n11/21 sent reminder/1", [], "11/22", 0, ["rests"]),
    "a day too early": ("11/2 sent request\n11/21 sent reminder/1", [], "11/25", 0, ["rests"]),
    "twice on one day": ("11/2 sent request\n11/21 sent reminder/1", [], "11/21", 0, ["rests"]),
    "it came back": (
        "11/2 sent request\n11/21 sent reminder/1\n11/21 bounced reminder/1", [], "11/22", 0,
        ["1 11/20 outbox/sheet.xlsx"],
    ),
    "announced a day ahead": (
        "11/2 sent request\n11/19 sent reminder/1", [], "11/21", 0, ["rests"],
    ),
    "asked a day before": ("11/20 sent request", [], "11/21", 0, ["rests"]),
    "asked too late, so that no day was told": (
        "11/22 sent request", [], "11/28", 0, ["1 None outbox/sheet.xlsx"],
    ),
    "asked once more": ("11/2 sent request\n11/24 sent request #2", [], "11/26", 0, ["rests"]),
    "only a reminder arrived": (
        "11/9 sent reminder/1", [], "11/21", 0, ["2 11/20 outbox/sheet.xlsx"],
    ),
    "never asked": ("", [], "11/26", 0, []),
    "answered": ("11/2 sent request", [parse_fact("ranked s1 11/9 B")], "11/26", 0, []),
    "to be corrected, not asked for yet": ("11/2 sent request", [held()], "11/26", 0, []),
    "a mail lies unread": ("11/2 sent request\n11/22 collected m.eml", [], "11/26", 0, []),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "returns", "as_of", "ahead", "says"), FIRST.values(), ids=FIRST)
def test_a_client_late_with_the_first_answer_is_reminded(
    lines: str, returns: list[ReturnFacts], as_of: str, ahead: int, says: list[str]
) -> None:
    assert told(mails(campaign(lines, *returns, as_of=as_of), ahead=ahead)) == says


def test_daily_reminders_write_to_a_client_every_fifth_day() -> None:
    """Whoever runs it daily writes to each client every fifth day."""
    posted = parse_log("11/2 sent request")
    written = []
    for after in range(20):
        today = day("11/21") + timedelta(days=after)
        for mail in mails(campaign(posted, as_of=f"{today:%m/%d}")):
            if isinstance(mail, OutgoingMail):
                posted += parse_log(f"{today:%m/%d} sent reminder/{mail.subject.text}")
                written.append(f"{today:%m/%d}")
    assert written == ["11/21", "11/26", "12/01", "12/06"]


def test_a_client_within_the_gap_is_skipped_with_its_days() -> None:
    (left,) = mails(campaign("11/2 sent request\n11/21 sent reminder/1", as_of="11/23"))
    assert isinstance(left, Skipped)
    assert left.parts == {"last": "2026-11-21", "gap": "5", "next": "2026-11-26"}
    assert left.is_final
    assert told(mails(campaign("11/2 sent request\n11/21 sent reminder/1", as_of="11/23"), gap=2))


def test_the_common_deadline_counts_for_a_client_without_one() -> None:
    found = campaign("11/2 sent request", as_of="11/21", client=list_row(), deadline="11/20")
    assert told(mails(found)) == ["1 11/20 outbox/sheet.xlsx"]
    assert told(mails(campaign("11/2 sent request", as_of="11/21", client=list_row()))) == [
        "no_due"
    ]


def test_a_client_without_a_sheet_is_not_reminded() -> None:
    found = campaign("11/2 sent request", as_of="11/21")
    assert told(due_reminders(found, {}, OUTPUT, ReminderRules())) == ["no_sheet"]


# --- of a correction

CORRECTION = {
    "late": ("11/17 sent correction/s1", "11/23", ["s1/1 11/20 output/corrections/s1.xlsx"]),
    "the last day is not late": ("11/10 sent correction/s1", "11/20", []),
    "lately asked for": ("11/17 sent correction/s1", "11/21", ["rests"]),
    "again": (
        "11/10 sent correction/s1\n11/21 sent reminder/s1/1", "11/26",
        ["s1/2 11/20 output/corrections/s1.xlsx"],
    ),
    "the next day": ("11/10 sent correction/s1\n11/21 sent reminder/s1/1", "11/22", ["rests"]),
    "reminders of the first answer do not count": (
        "11/3 sent reminder/1\n11/8 sent reminder/2\n11/10 sent correction/s1", "11/21",
        ["s1/1 11/20 output/corrections/s1.xlsx"],
    ),
    "nor do those of an earlier correction": (
        "11/3 sent correction/s0\n11/8 sent reminder/s0/1\n11/10 sent correction/s1", "11/21",
        ["s1/1 11/20 output/corrections/s1.xlsx"],
    ),
    "asked for too late to name a day: within the week": ("11/22 sent correction/s1", "11/29", []),
    "and after it": (
        "11/22 sent correction/s1", "11/30", ["s1/1 None output/corrections/s1.xlsx"],
    ),
    "it came back": ("11/10 sent correction/s1\n11/10 bounced correction/s1", "11/26", []),
    "nobody knows whether it went": ("11/10 sending correction/s1", "11/26", []),
    "answered, not run yet": (
        "11/10 sent correction/s1\n11/22 collected m.eml", "11/26", [],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "as_of", "says"), CORRECTION.values(), ids=CORRECTION)
def test_a_client_late_with_a_correction_is_reminded(
    lines: str, as_of: str, says: list[str]
) -> None:
    assert told(mails(campaign(f"11/2 sent request\n{lines}", held(), as_of=as_of))) == says


def sent_back(on: str, due: str, event: MailEvent = MailEvent.BY_HAND) -> list[MailLogEntry]:
    """The line of a correction that named a day of its own."""
    (line,) = parse_log(f"{on} sent correction/s1")
    return [replace(line, event=event, due=day(due))]


@pytest.mark.parametrize("event", [MailEvent.BY_HAND, MailEvent.SENT])
@pytest.mark.parametrize(
    ("on", "due", "as_of", "says"),
    [
        pytest.param("11/22", "11/30", "11/30", [], id="after the client's, not over"),
        pytest.param("11/22", "11/30", "12/1", ["s1/1 11/30"], id="after the client's, over"),
        pytest.param("11/10", "11/15", "11/16", ["s1/1 11/15"], id="before the client's"),
    ],
)
def test_a_correction_is_late_after_the_day_that_its_mail_named(
    event: MailEvent, on: str, due: str, as_of: str, says: list[str]
) -> None:
    found = campaign(sent_back(on, due, event), held(), as_of=as_of)
    assert told(mails(found)) == [f"{each} output/corrections/s1.xlsx" for each in says]
    assert (alone(found).due, alone(found).overdue) == (day(due), len(says))


def test_a_correction_is_late_after_the_day_of_its_last_mail() -> None:
    lines = [*sent_back("11/10", "11/15"), *sent_back("11/16", "11/28")]
    assert told(mails(campaign(lines, held(), as_of="11/26"))) == []


def test_a_bounce_keeps_the_day_of_the_interrupted_mail() -> None:
    """A bounce tells that it went out; the day stands in the line before it."""
    (line,) = sent_back("11/10", "11/15", MailEvent.SENDING)
    both = replace(line, addresses=("a@mihon.example", "b@mihon.example"))
    bounced = replace(line, event=MailEvent.BOUNCED, addresses=("b@mihon.example",), due=None)
    found = campaign([both, bounced], held(), as_of="11/16")
    assert alone(found).due == day("11/15")


def test_a_reminder_of_a_correction_carries_its_workbook() -> None:
    (mail,) = mails(campaign("11/10 sent correction/s1", held(), as_of="11/21"))
    assert isinstance(mail, OutgoingMail)
    assert (mail.kind, mail.subject.reminder, mail.asks_for_correction) == (
        MailKind.REMINDER,
        1,
        True,
    )
    assert (mail.points, mail.file_names) == (3, "s1.xlsx")
    (mail,) = mails(campaign("11/2 sent request", as_of="11/21"))
    assert isinstance(mail, OutgoingMail)
    assert not mail.asks_for_correction


def test_each_of_two_returns_is_reminded_by_itself() -> None:
    lines = "11/10 sent correction/s1\n11/12 sent correction/s2\n11/21 sent reminder/s2/1"
    found = campaign(lines, held("s1"), held("s2"), as_of="11/22")
    assert told(mails(found)) == ["s1/1 11/20 output/corrections/s1.xlsx", "rests"]
    assert alone(found).reminders == 1


def test_a_correction_from_another_clients_address_needs_only() -> None:
    found = campaign("11/10 sent correction/s1", held(sender_doubt="sender"), as_of="11/21")
    assert told(mails(found)) == ["sender"]
    named = mails(found, only=frozenset({"c-001"}))
    assert told(named) == ["s1/1 11/20 output/corrections/s1.xlsx"]


def test_a_correction_without_a_workbook_is_skipped() -> None:
    found = campaign("11/10 sent correction/s1", held(correction=""), as_of="11/21")
    assert told(mails(found)) == ["undecided"]
