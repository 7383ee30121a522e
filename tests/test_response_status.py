"""Where everyone stands: stages, dates, lateness, addresses in trouble, groups and weeks."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import ClientStatus, ResponseStatus, ReturnFacts, Stage
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnStatus
from sheet_diag.reports.response_status.statuses import compute_response_status
from tests.campaigns import AS_OF, JST, RAN_ON, A, B, day, list_row, parse_fact, parse_log


def one(
    lines: str,
    *facts: str,
    client: ListedClient | None = None,
    ran_on: date | None = RAN_ON,
    deadline: date | None = None,
) -> ClientStatus:
    """Where a single client stands."""
    known = ClientList([client or list_row()])
    given = [parse_fact(each) for each in facts]
    found = compute_response_status(
        known, parse_log(lines), given, ran_on=ran_on, as_of=AS_OF, deadline=deadline
    )
    return found.clients[0]


# --- stages

STAGES = {
    "nothing happened": ("", [], "unsent"),
    "asked": ("11/2 sent request", [], "sent"),
    "asked by hand": ("11/2 by_hand request", [], "sent"),
    "nobody knows whether it went": ("11/2 sending request", [], "unsent"),
    "it did not go": ("11/2 sending request\n11/2 unsent request", [], "unsent"),
    "to be tried again": ("11/2 deferred request", [], "unsent"),
    "refused": ("11/2 sending request\n11/2 refused request", [], "unsent"),
    "came back": ("11/2 sent request\n11/3 bounced request", [], "unsent"),
    "came back, nobody says from where": (
        "11/2 sent request\n11/3 bounced request nobody", [], "unsent",
    ),
    "came back before it was known to have gone": (
        f"11/2 sending request {A} {B}\n11/3 bounced request {A}", [], "sent",
    ),
    "one address of two refused": (
        f"11/2 sent request {A} {B}\n11/2 refused request {A}", [], "sent",
    ),
    "one address of two came back": (
        f"11/2 sent request {A} {B}\n11/3 bounced request {B}", [], "sent",
    ),
    "both came back": (
        f"11/2 sent request {A} {B}\n11/3 bounced request {A}\n11/4 bounced request {B}", [],
        "unsent",
    ),
    "healed by the next attempt": (
        "11/2 sent request\n11/3 bounced request\n11/4 sent request #2", [], "sent",
    ),
    "an old attempt came back late": (
        "11/2 sent request\n11/4 sent request #2\n11/5 bounced request #1", [], "sent",
    ),
    "reminded": ("11/2 sent request\n11/9 sent reminder/1", [], "reminded"),
    "the reminder came back": (
        "11/2 sent request\n11/9 sent reminder/1\n11/9 bounced reminder/1", [], "sent",
    ),
    "only a reminder arrived": ("11/9 sent reminder/1", [], "reminded"),
    "a mail that the run has not read": ("11/21 collected mail/a.eml", [], "received"),
    "a mail older than the run that it has not read": ("11/9 collected mail/a.eml", [], "received"),
    "a mail without a file, older": ("11/9 collected -", [], "unsent"),
    "a mail without a file, newer": ("11/21 collected -", [], "received"),
    "a mail that the run has read": ("11/21 collected s1.xlsx", ["ranked s1 11/21 B"], "ranked"),
    "a mail whose file is nothing": ("11/9 collected s1.xlsx", ["ignored s1 11/9"], "unsent"),
    "corrected, not run yet": (
        "11/9 collected s1.xlsx\n11/22 collected mail/b.eml", ["held s1 11/9"], "received",
    ),
    "held": ("11/2 sent request", ["held s1 11/9"], "correcting"),
    "rejected": ("11/2 sent request", ["rejected s1 11/9"], "correcting"),
    "ranked": ("11/2 sent request", ["ranked s1 11/9 B"], "ranked"),
    "delivered": ("11/25 sent result/s1", ["ranked s1 11/9 B"], "delivered"),
    "delivered by hand": ("11/25 by_hand result/s1", ["ranked s1 11/9 B"], "delivered"),
    "the result came back": (
        "11/25 sent result/s1\n11/25 bounced result/s1", ["ranked s1 11/9 B"], "ranked",
    ),
    "the result of an earlier return was sent": (
        "11/25 sent result/s1", ["superseded s1 11/9", "ranked s2 11/19 A"], "ranked",
    ),
    "superseded ones do not count": ("", ["superseded s1 11/9", "ranked s2 11/10 B"], "ranked"),
    "only a superseded one": ("11/2 sent request", ["superseded s1 11/9"], "sent"),
    "two departments, one held": ("", ["ranked s1 11/9 B", "held s2 11/9"], "correcting"),
    "two ranked, one delivered": (
        "11/25 sent result/s1", ["ranked s1 11/9 B", "ranked s2 11/9 C"], "ranked",
    ),
    "unreadable first, then good": ("", ["rejected s1 11/9", "ranked s2 11/10 B"], "ranked"),
    "unreadable on the same day": ("", ["rejected s1 11/9", "ranked s2 11/9 B"], "ranked"),
    "unreadable last": ("", ["rejected s1 11/11", "ranked s2 11/10 B"], "correcting"),
    "unreadable, nobody knows when": ("", ["rejected s1 -", "ranked s2 11/10 B"], "ranked"),
}  # fmt: skip


@pytest.mark.parametrize("name", STAGES)
def test_each_stage(name: str) -> None:
    lines, facts, stage = STAGES[name]
    assert one(lines, *facts).stage is Stage(stage)


def test_without_a_run_every_collected_mail_lies_unread() -> None:
    assert one("11/9 collected -", ran_on=None).stage is Stage.RECEIVED


def test_ids_are_compared_without_case_and_others_are_nobody() -> None:
    clients = ClientList([list_row("c-001"), list_row("C-002", addresses=[B])])
    facts = [
        parse_fact("ranked s1 11/9 B", "C-001"),
        parse_fact("held s2 11/9", ""),
        parse_fact("held s3 11/9", "X"),
    ]
    posted = parse_log("11/2 sent request", "C-002") + parse_log("11/2 sent request", "X")
    found = compute_response_status(clients, posted, facts, ran_on=RAN_ON, as_of=AS_OF)
    assert [each.stage for each in found.clients] == [Stage.RANKED, Stage.SENT]
    assert found.stages[Stage.RANKED] == found.stages[Stage.SENT] == 1
    assert sum(found.stages.values()) == 2
    assert set(found.stages) == set(Stage)


# --- days


def test_the_days_of_the_whole_course() -> None:
    lines = """
        11/2 sent request
        11/9 sent reminder/1
        11/12 sent reminder/2
        11/13 collected s1.xlsx
        11/14 sent correction/s1
        11/16 collected s2.xlsx
        11/24 sent result/s2
        11/25 sent password/s2
    """
    found = one(lines, "superseded s1 11/13", "ranked s2 11/16 B")
    assert found.stage is Stage.DELIVERED
    assert (found.sent, found.reminded, found.reminders) == (day("11/2"), day("11/12"), 2)
    assert (found.received, found.correction_sent) == (day("11/16"), day("11/14"))
    assert (found.ranked, found.rank) == (RAN_ON, "B")
    assert (found.result_sent, found.password_sent) == (day("11/24"), day("11/25"))
    assert found.fact == parse_fact("ranked s2 11/16 B")


def test_the_day_that_people_saw_is_that_of_the_offset() -> None:
    time = datetime(2026, 11, 2, 0, 30, tzinfo=JST)  # still the first in London
    posted = [MailLogEntry(time, MailEvent.SENT, "C-001", MailKind.REQUEST, addresses=(A,))]
    found = compute_response_status(ClientList([list_row()]), posted, [], ran_on=None, as_of=AS_OF)
    assert found.clients[0].sent == day("11/2")


def test_the_mail_log_tells_the_day_where_the_run_does_not() -> None:
    assert one("11/9 collected s1.xlsx", "ranked s1 - B").received == day("11/9")
    assert one("", "ranked s1 - B").received is None


def test_what_lies_unread_was_received_on_its_day() -> None:
    lines = "11/9 collected s1.xlsx\n11/22 collected m.eml\n11/21 collected n.eml"
    assert one(lines, "held s1 11/9").received == day("11/22")


def test_a_request_about_an_earlier_return_is_none_about_this_one() -> None:
    found = one("11/10 sent correction/s1", "superseded s1 11/9", "held s2 11/12")
    assert (found.stage, found.correction_sent) == (Stage.CORRECTING, None)


def test_of_two_bad_returns_the_one_not_sent_back_decides() -> None:
    found = one("11/10 sent correction/s1", "held s1 11/9", "held s2 11/9")
    assert found.fact == parse_fact("held s2 11/9")
    assert found.correction_sent is None


def test_reminders_go_on_counting_where_an_earlier_one_came_back() -> None:
    lines = "11/9 sent reminder/1\n11/12 sent reminder/2\n11/13 bounced reminder/1"
    found = one(lines)
    assert (found.reminders, found.reminded) == (2, day("11/12"))


def test_a_result_that_was_sent_is_not_forgotten_when_a_newer_return_is_held() -> None:
    lines = "11/10 sent result/s1\n11/11 sent password/s1"
    found = one(lines, "superseded s1 11/9", "held s2 11/12")
    assert found.stage is Stage.CORRECTING
    assert (found.result_sent, found.password_sent) == (day("11/10"), day("11/11"))
    newer = one(lines, "superseded s1 11/9", "ranked s2 11/12 B")
    assert newer.stage is Stage.RANKED
    assert (newer.result_sent, newer.password_sent) == (None, None)


def test_reminders_of_a_correction_count_beside_those_of_the_first_answer() -> None:
    lines = "11/2 sent request\n11/5 sent reminder/1\n11/6 sent reminder/2"
    later = "\n11/10 sent correction/s1\n11/16 sent reminder/s1/1\n11/21 sent reminder/s1/2"
    found = one(lines + later, "held s1 11/9")
    assert found.stage is Stage.CORRECTING
    assert (found.reminders, found.reminded) == (4, day("11/21"))
    (awaited,) = found.awaited
    assert (awaited.reminders, awaited.asked) == (2, day("11/10"))
    assert (awaited.reminded, awaited.written) == (day("11/21"), day("11/21"))


def test_a_reminder_of_a_correction_alone_makes_nobody_reminded() -> None:
    """The return that it was about is gone from the input folder."""
    found = one("11/2 sent request\n11/10 sent correction/s1\n11/16 sent reminder/s1/1")
    assert found.stage is Stage.SENT
    assert [(each.fact, each.reminders) for each in found.awaited] == [(None, 0)]


# --- late

LATE = {
    "not yet": ("11/2 sent request", [], "11/26", 0),
    "a day": ("11/2 sent request", [], "11/25", 1),
    "reminded": ("11/2 sent request\n11/9 sent reminder/1", [], "11/16", 10),
    "never written to": ("", [], "11/16", 10),
    "to be corrected": ("", ["held s1 11/9"], "11/16", 10),
    "correction asked for before the day": (
        "11/10 sent correction/s1", ["held s1 11/9"], "11/16", 10,
    ),
    "correction asked for after it, a week": (
        "11/18 sent correction/s1", ["held s1 11/9"], "11/16", 1,
    ),
    "correction lately asked for": ("11/19 sent correction/s1", ["held s1 11/9"], "11/16", 0),
    "one of two corrections to be asked for yet": (
        "11/19 sent correction/s1", ["held s1 11/9", "held s2 11/9"], "11/16", 10,
    ),
    "two corrections, the earlier day": (
        "11/18 sent correction/s1\n11/19 sent correction/s2", ["held s1 11/9", "held s2 11/9"],
        "11/16", 1,
    ),
    "corrected, not run yet": ("11/22 collected m.eml", ["held s1 11/9"], "11/16", 0),
    "ranked, though it came late": ("", ["ranked s1 11/19 B"], "11/16", 0),
    "no date": ("11/2 sent request", [], "", 0),
    "no date, but a correction, a week": ("11/18 sent correction/s1", ["held s1 11/9"], "", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", LATE)
def test_days_late(name: str) -> None:
    lines, facts, due, overdue = LATE[name]
    assert one(lines, *facts, client=list_row(due=due)).overdue == overdue


def test_the_deadline_holds_for_those_without_a_date_of_their_own() -> None:
    assert one("", client=list_row(), deadline=day("11/20")).overdue == 6
    assert one("", client=list_row(due="11/25"), deadline=day("11/20")).overdue == 1
    assert one("", client=list_row(due="11/30"), deadline=day("11/20")).overdue == 0


# --- addresses in trouble

TROUBLE = {
    "none": (f"11/2 sent request {A}", [A], ()),
    "refused": (f"11/2 refused request {A}: 550 unknown", [A], (f"{A}: 550 unknown",)),
    "came back, without a word": (f"11/2 sent request {A}\n11/2 bounced request {A}", [A], (A,)),
    "odd spaces become one": (
        f"11/2 refused request {A}: 550\t no  user", [A], (f"{A}: 550 no user",),
    ),
    "nobody says from where": (f"11/2 sent request {A}\n11/2 bounced request nobody", [A], (A,)),
    "one of two": (
        f"11/2 refused request {B}: 550\n11/2 sent request {A} {B}", [A, B], (f"{B}: 550",),
    ),
    "healed by a later mail": (
        f"11/2 refused request {A}: 550\n11/9 sent request #2 {A}", [A], (),
    ),
    "healed by hand": (f"11/2 refused request {A}: 550\n11/9 by_hand request {A}", [A], ()),
    "not tried again": (
        f"11/2 refused request {B}: 550\n11/9 sent reminder/1 {A}", [A, B], (f"{B}: 550",),
    ),
    "not listed any more": (
        f"11/2 sent request {A}\n11/2 bounced request {A}: 550", [B], (),
    ),
    "the mail was forwarded": (
        f"11/2 sent request {A}\n11/2 bounced request x@else.example: 550", [A],
        ("x@else.example: 550",),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLE)
def test_addresses_in_trouble(name: str) -> None:
    lines, addresses, trouble = TROUBLE[name]
    assert one(lines, client=list_row(addresses=addresses)).mail_failures == trouble


def test_a_forwarded_mail_that_came_back_has_arrived() -> None:
    lines = f"11/2 sent request {A}\n11/2 bounced request x@else.example: 550"
    assert one(lines).stage is Stage.SENT


# --- groups and weeks


def campaign(*clients: tuple[str, str, list[str]], as_of: str = "11/26") -> ResponseStatus:
    """Clients as (group, mail log, returns); everything is due on 11/20."""
    ids = [f"C-{number:03}" for number in range(1, len(clients) + 1)]
    known = [
        list_row(id_, "11/20", group, [f"{id_}@x.example"])
        for id_, (group, _, _) in zip(ids, clients, strict=True)
    ]
    posted, facts = [], []
    for id_, (_, lines, returns) in zip(ids, clients, strict=True):
        posted += parse_log(lines, id_)
        facts += [parse_fact(each, id_) for each in returns]
    return compute_response_status(
        ClientList(known), posted, facts, ran_on=RAN_ON, as_of=day(as_of)
    )


def test_groups_in_order_of_appearance_and_the_blank_last() -> None:
    found = campaign(
        ("", "11/2 sent request", []),
        ("西", "11/2 sent request", ["ranked s1 11/9 B"]),
        ("東", "11/2 sent request", ["held s2 11/9"]),
        ("西", "11/2 sent request", []),
        ("西", "", []),
        ("西", "", ["ranked s3 11/9 C"]),  # must have been asked, though nobody noted it
    )
    columns = ("group", "clients", "sent", "received", "ranked", "overdue")
    table = [tuple(getattr(each, name) for name in columns) for each in found.groups]
    assert table == [
        ("西", 4, 3, 2, 2, 2),
        ("東", 1, 1, 1, 0, 1),
        ("", 1, 1, 0, 0, 1),
    ]
    assert [round(each.rate, 2) for each in found.groups] == [0.67, 1, 0]
    total = found.total
    assert (total.clients, total.sent, total.received, total.ranked, total.overdue) == (
        6,
        5,
        3,
        2,
        4,
    )


def test_where_nothing_was_noted_but_answers_came_everybody_was_asked() -> None:
    found = campaign(("", "", ["ranked s1 11/9 B"]), ("", "", []), ("", "", []))
    assert (found.total.sent, found.total.received) == (3, 1)
    assert [standing.stage for standing in found.clients[1:]] == [Stage.UNSENT] * 2
    assert weeks(found)[0] == ("11/9", 3, 1, 3, 1)


def weeks(found: ResponseStatus) -> list[tuple[str, int, int, int, int]]:
    """The weeks as a table."""
    return [
        (f"{w.monday.month}/{w.monday.day}", w.sent, w.received, w.sent_so_far, w.received_so_far)
        for w in found.weeks
    ]


def test_every_week_from_the_first_to_the_day() -> None:
    found = campaign(
        ("", "11/1 sent request", ["ranked s1 11/9 B"]),  # a Sunday: still the week before
        (
            "",
            "11/2 sent request\n11/10 collected s2.xlsx",
            ["superseded s2 11/10", "held s3 11/24"],
        ),
        ("", "11/2 sent request", []),
        ("", "11/4 sent request\n11/24 collected m.eml", []),
    )
    assert weeks(found) == [
        ("10/26", 1, 0, 1, 0),
        ("11/2", 3, 0, 4, 0),
        ("11/9", 0, 2, 4, 2),  # the day of the first answer, not of the corrected one
        ("11/16", 0, 0, 4, 2),
        ("11/23", 0, 1, 4, 3),
    ]


def test_nobody_answers_before_the_first_request_or_tomorrow() -> None:
    found = campaign(
        ("", "11/9 sent request", ["ranked s1 1/1 B"]),  # its clock is wrong
        ("", "11/9 sent request", ["ranked s2 12/31 B"]),
        ("", "11/9 sent request", ["ranked s3 - B"]),
    )
    assert weeks(found) == [
        ("11/9", 3, 1, 3, 1), ("11/16", 0, 0, 3, 1), ("11/23", 0, 2, 3, 3),
    ]  # fmt: skip


def test_a_clock_that_is_centuries_wrong_makes_no_thousand_weeks() -> None:
    old = ReturnFacts("C-001", "", ReturnStatus.RANKED, "s1", "s1.xlsx", received=date(1601, 1, 1))
    found = compute_response_status(ClientList([list_row()]), [], [old], ran_on=RAN_ON, as_of=AS_OF)
    assert len(found.weeks) == 104
    assert (found.weeks[0].received, found.weeks[-1].received_so_far) == (1, 1)


def test_weeks_go_on_where_the_day_lies_before_the_mails() -> None:
    found = campaign(("", "11/9 sent request", []), as_of="11/2")
    assert weeks(found) == [("11/9", 1, 0, 1, 0)]


def test_nothing_at_all() -> None:
    empty = compute_response_status(ClientList(), [], [], ran_on=None, as_of=AS_OF)
    assert (empty.clients, empty.groups, empty.weeks) == ((), (), ())
    quiet = campaign(("西", "", []))
    assert (quiet.weeks, quiet.groups[0].rate) == ((), 0)
