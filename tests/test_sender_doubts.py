"""Whether a mail speaks for its client: of returns, and of mails that are collected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sheet_diag.cli.output import show_changes, show_result
from sheet_diag.intake.resolution.resolve import resolve_returns
from sheet_diag.intake.resolution.sender_doubts import mark_sender_doubts
from sheet_diag.mail.imap.mailbox import MessageHead
from sheet_diag.mail.inbox.headers import read_message_headers
from sheet_diag.mail.inbox.mail_owner import ClientMatcher
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.model.results import ReturnOutcome, ReturnStatus
from sheet_diag.model.returns import (
    ProblemCode,
    ReceivedFile,
    Response,
    ReturnedSheet,
    SheetIdentity,
)
from sheet_diag.model.settings import IntakeSettings
from sheet_diag.pipeline.run import RunConfig, RunResult
from sheet_diag.pipeline.run_diff import compare_runs, list_return_states
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS

NOW = datetime(2026, 11, 30, tzinfo=UTC)
OWN, LISTED, STRANGER = "us@firm.example", "a@ko.example", "x@evil.example"
CLIENTS = ClientList((ListedClient("C-01", "甲", Lang.JA, (LISTED, "ko@gmail.com")),))


def came(*senders: str, sha256: str = "1", day: int = 1, dmarc: str = "") -> ReceivedFile:
    """A return of the client, with a mail of the day around it."""
    item = next(iter(JIS.items))
    choice = list(JIS.offered(JIS.items[item]))[day % 2].id
    identity = SheetIdentity(client="c-01")
    sheet = ReturnedSheet(identity, Lang.JA, {}, (Response(item, choice, choice),), "回答")
    sent = int(datetime(2026, 11, day, tzinfo=UTC).timestamp())
    return ReceivedFile(
        f"{sha256}.eml", sha256, sheet=sheet, mail_senders=senders, mail_time=sent, dmarc=dmarc
    )


@pytest.mark.parametrize(
    ("returns", "doubt"),
    [
        pytest.param([came(LISTED)], "", id="listed"),
        pytest.param([came("b@tokyo.ko.example")], "", id="of the firm"),
        pytest.param([came("KO@gmail.com")], "", id="public mail, the listed address"),
        pytest.param([came("b@gmail.com")], "sender_unlisted", id="public mail, another"),
        pytest.param([came("a@ko.example.evil.example")], "sender_unlisted", id="a name in front"),
        pytest.param([came()], "", id="no mail"),
        pytest.param([came("")], "sender_unlisted", id="a mail without a sender"),
        pytest.param([came(OWN, "")], "sender_unlisted", id="a mail without a sender, forwarded"),
        pytest.param([came(LISTED, dmarc="fail")], "sender_failed", id="listed, and fails"),
        pytest.param([came(LISTED, dmarc="temperror")], "", id="not judged by the server"),
        pytest.param([came(STRANGER), came(LISTED)], "", id="a copy of what the client sent"),
        pytest.param([came(OWN)], "", id="a sheet alone, forwarded by our own people"),
        pytest.param([came("b@firm.example", LISTED)], "", id="a client's, forwarded by them"),
        pytest.param([came(OWN, STRANGER)], "sender_unlisted", id="a stranger's, forwarded"),
        pytest.param([came(STRANGER, LISTED)], "sender_unlisted", id="a client's, by a stranger"),
    ],
)
def test_a_sender_is_doubted_unless_it_is_the_clients(
    returns: Sequence[ReceivedFile], doubt: str
) -> None:
    found = mark_sender_doubts(returns, CLIENTS, OWN)
    assert {each.sender_doubt for each in found} == {doubt}


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        pytest.param([LISTED], [STRANGER], True, id="a stranger's, after the client's"),
        pytest.param([], [STRANGER], True, id="after a file without a mail"),
        pytest.param(["b@gmail.com"], [STRANGER], True, id="after another stranger's"),
        pytest.param([STRANGER], [STRANGER], False, id="after his own"),
        pytest.param([""], [""], True, id="after another without a sender"),
        pytest.param([OWN, STRANGER], [OWN, "b@gmail.com"], True, id="both forwarded by us"),
        pytest.param([STRANGER], [LISTED], False, id="the client's, after a stranger's"),
    ],
)
def test_only_a_return_that_replaces_anothers_is_told(
    first: Sequence[str], second: Sequence[str], told: bool
) -> None:
    returns = [came(*first, sha256="1"), came(*second, sha256="2", day=2)]
    _, new = resolve_returns(JIS, mark_sender_doubts(returns, CLIENTS, OWN), NOW)
    codes = [problem.code for problem in new.problems]
    assert (ProblemCode.SENDER_UNPROVEN in codes) is told
    assert ProblemCode.REPLACES in codes


def test_without_a_client_list_a_failure_is_told() -> None:
    returns = [came(LISTED), came(LISTED, sha256="2", day=2, dmarc="fail")]
    _, new = resolve_returns(JIS, mark_sender_doubts(returns, None, ""), NOW)
    assert ProblemCode.SENDER_UNPROVEN in [problem.code for problem in new.problems]


def test_a_watch_tells_it_too(capsys: pytest.CaptureFixture[str]) -> None:
    returns = mark_sender_doubts([came(LISTED), came(STRANGER, sha256="2", day=2)], CLIENTS, OWN)
    _, new = resolve_returns(JIS, returns, NOW)
    outcome = ReturnOutcome(new.received, ReturnStatus.RANKED, new.problems)
    tables: Any = SimpleNamespace(counts=dict.fromkeys(ReturnStatus, 0), files=2)
    changes = compare_runs([], list_return_states([outcome]))
    show_changes(changes, RunResult((outcome,), tables), NOW, Wording(Lang.JA))
    assert "診断先の回収票に代わっています（1件：2.eml）" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("server", "dmarc", "told"),
    [
        pytest.param("", "", "確かめていません", id="none is named"),
        pytest.param("mx.firm.example", "", "mx.firm.example", id="the named one says nothing"),
        pytest.param("mx.firm.example", "none", "", id="it says something"),
    ],
)
def test_senders_that_nobody_judged_are_told_once(
    server: str, dmarc: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outcomes = [ReturnOutcome(came(LISTED, dmarc=dmarc), ReturnStatus.HELD, ())] * 2
    tables: Any = SimpleNamespace(counts=dict.fromkeys(ReturnStatus, 0), files=2, responses=None)
    config = RunConfig(Path(), Path(), intake=IntakeSettings(authserv_id=server))
    show_result(RunResult(tuple(outcomes), tables), config, Wording(Lang.JA))
    said = capsys.readouterr().out
    assert said.count("DMARC") == bool(told)
    assert told in said


# --- mails that are collected

PAIR = ClientList(
    (
        ListedClient("C-01", "甲", Lang.JA, (LISTED,), shared=(LISTED,)),
        ListedClient("C-02", "乙", Lang.JA, (LISTED,), shared=(LISTED,)),
    )
)
ASKED = MailLogEntry(NOW, MailEvent.SENT, "C-02", MailKind.REQUEST, message_id="<2@firm>")


@pytest.mark.parametrize(
    ("ids", "answers", "found"),
    [
        pytest.param(["C-02"], "", "C-02", id="by the sheet"),
        pytest.param([], "<2@firm>", "C-02", id="by what it answers"),
        pytest.param([], "", "", id="by nothing"),
    ],
)
def test_a_mail_from_a_shared_address_is_of_the_client_that_it_names(
    ids: Sequence[str], answers: str, found: str
) -> None:
    header = f"From: {LISTED}\r\nIn-Reply-To: {answers}\r\n\r\n".encode()
    headers = read_message_headers(MessageHead("1", frozenset(), NOW, 1, b"", header))
    matcher = ClientMatcher(PAIR, {ASKED.message_id: ASKED})
    (match,) = matcher.match_sheets(headers, ids)
    assert (match.client.id if match.client else "", match.warnings) == (found, ())
    assert matcher.is_of_client(headers)


def test_another_address_at_public_mail_is_warned_of() -> None:
    header = b"From: b@gmail.com\r\n\r\n"
    headers = read_message_headers(MessageHead("1", frozenset(), NOW, 1, b"", header))
    (match,) = ClientMatcher(CLIENTS, {}).match_sheets(headers, ["C-01"])
    assert [each.key for each in match.warnings] == ["collect.doubt.unknown_domain"]
