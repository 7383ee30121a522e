"""What a run has read and what lies there still is told by what files hold, not by their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from sheet_diag.intake.discovery import find_input_files
from sheet_diag.model.client_list import ClientList
from sheet_diag.model.client_status import ReturnFacts, Stage
from sheet_diag.model.mail import MailLogEntry
from sheet_diag.pipeline.input_files import find_missing_mails, find_missing_mails_in
from sheet_diag.reports.response_status.read_files import ReadFiles, list_collected_mails
from sheet_diag.reports.response_status.statuses import compute_response_status
from tests.campaigns import AS_OF, RAN_ON, day, list_row, parse_fact, parse_log

NONE = ReadFiles.of((), None)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def mail(
    file: str = "mail/a.eml", content: str = "mail", holds: Sequence[str] = ("one",)
) -> MailLogEntry:
    """A mail that was collected; without content, by a version that noted no digests."""
    (line,) = parse_log(f"11/21 collected {file}")
    if not content:
        return line
    return replace(line, sha256=digest(content), holds=tuple(map(digest, holds)))


def member(file: str, content: str, returned: str) -> ReturnFacts:
    """A return in a mail or an archive; without content, by a run that told only its name."""
    facts = replace(
        parse_fact("ranked s1 11/21 B"), file=file, member="a.xlsx", sha256=digest(returned)
    )
    return replace(facts, file_sha256=digest(content)) if content else facts


def alone(file: str, content: str) -> ReturnFacts:
    return replace(parse_fact("ranked s1 11/21 B"), file=file, sha256=digest(content))


READ: dict[str, tuple[MailLogEntry, list[ReturnFacts], bool]] = {
    "nothing was run": (mail(), [], False),
    "the very file": (mail(), [member("mail/a.eml", "mail", "one")], True),
    "moved": (mail(), [member("done/b.eml", "mail", "one")], True),
    "in an archive that holds the same return": (mail(), [member("b.zip", "zip", "one")], True),
    "another file under its name": (mail(), [member("mail/a.eml", "other", "two")], False),
    "its attachment, saved": (mail(), [alone("a.xlsx", "one")], True),
    "one of two attachments": (mail(holds=["one", "two"]), [alone("a.xlsx", "one")], False),
    "both": (mail(holds=["one", "two"]), [alone("a", "one"), alone("b", "two")], True),
    "a mail without any": (mail(holds=[]), [alone("a.xlsx", "one")], False),
    "a mail without any, itself": (mail(holds=[]), [alone("b.eml", "mail")], True),
    "a run that told only its name": (mail(), [member("mail/a.eml", "", "two")], True),
    "such a run, another name": (mail(), [member("mail/b.eml", "", "two")], False),
    "an old line": (mail(content=""), [member("mail/a.eml", "other", "two")], True),
    "an old line, moved": (mail(content=""), [member("done/a.eml", "mail", "one")], False),
}


@pytest.mark.parametrize("case", READ)
def test_a_mail_is_read_where_what_it_holds_was_read(case: str) -> None:
    line, facts, is_read = READ[case]
    assert ReadFiles.of(facts, RAN_ON).has_read_mail(line) is is_read


THERE: dict[str, tuple[MailLogEntry, dict[str, str], bool]] = {
    "nothing": (mail(), {}, False),
    "itself": (mail(), {"mail/a.eml": "mail"}, True),
    "something under its name": (mail(), {"mail/a.eml": "other"}, True),
    "moved": (mail(), {"done/b.eml": "mail"}, True),
    "another file": (mail(), {"done/a.eml": "other"}, False),
    "its attachment, saved": (mail(), {"a.xlsx": "one"}, True),
    "one of two attachments": (mail(holds=["one", "two"]), {"a.xlsx": "one"}, False),
    "a mail without any": (mail(holds=[]), {"a.xlsx": "one"}, False),
    "what programs leave beside": (mail(), {"~$b.eml": "mail"}, False),
    "an old line": (mail(content=""), {"mail/a.eml": "other"}, True),
    "an old line, moved": (mail(content=""), {"done/a.eml": "mail"}, False),
    "no file was noted": (mail(file="-"), {}, True),
}


@pytest.mark.parametrize("case", THERE)
def test_a_mail_is_missing_where_nothing_of_it_is_left(case: str, tmp_path: Path) -> None:
    line, contents, is_there = THERE[case]
    for name, content in contents.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")
    found = find_input_files(tmp_path, apart_from=tmp_path / "output")
    assert find_missing_mails([line], NONE, found) == (frozenset() if is_there else {line})


def test_a_mail_that_was_read_may_be_deleted(tmp_path: Path) -> None:
    line = mail()
    read = ReadFiles.of([member("mail/a.eml", "mail", "one")], RAN_ON)
    assert find_missing_mails([line], read, ()) == frozenset()
    assert find_missing_mails_in(tmp_path, tmp_path / "output", [line], NONE) == {line}
    assert find_missing_mails_in(tmp_path, tmp_path / "output", [line], read) == frozenset()
    assert (
        find_missing_mails_in(tmp_path / "none", tmp_path / "output", [line], NONE) == frozenset()
    )


def test_a_mail_that_was_fetched_again_counts_as_it_lies_there_now() -> None:
    first = replace(mail(content=""), message_id="<1@x>")
    other = replace(mail("mail/b.eml"), message_id="<2@x>")
    again = replace(mail("mail/c.eml"), message_id="<1@x>")
    for_two = replace(again, client="C-002")
    assert list_collected_mails([first, other, again, for_two]) == (other, again, for_two)
    nameless = mail(content="")
    assert list_collected_mails([nameless, nameless]) == (nameless, nameless)


def test_a_client_whose_answer_is_missing_has_not_answered() -> None:
    lines = [*parse_log("11/2 sent request"), mail()]
    clients = ClientList([list_row(due="11/24")])
    found = compute_response_status(
        clients, lines, [], ran_on=None, as_of=AS_OF, missing_mails=[mail()]
    )
    (standing,) = found.clients
    assert (standing.stage, standing.lost) == (Stage.SENT, day("11/21"))
    assert (standing.received, standing.overdue) == (None, 2)
    assert found.total.received == 0
    (standing,) = compute_response_status(clients, lines, [], ran_on=None, as_of=AS_OF).clients
    assert (standing.stage, standing.lost) == (Stage.RECEIVED, None)


def test_a_return_whose_report_was_sent_may_be_deleted() -> None:
    lines = [*parse_log("11/2 sent request"), mail(holds=["two"])]
    about = f"result/{digest('two')}"
    clients = ClientList([list_row(due="11/24")])
    for more, is_read in ((f"11/25 sent {about}", True), (f"11/25 refused {about}", False)):
        posted = [*lines, *parse_log(more)]
        read = ReadFiles.of((), RAN_ON, posted)
        lost = find_missing_mails(posted, read, ())
        assert lost == (frozenset() if is_read else {lines[-1]})
        found = compute_response_status(
            clients, posted, [], ran_on=RAN_ON, as_of=AS_OF, missing_mails=lost
        )
        (standing,) = found.clients
        assert standing.stage is (Stage.DELIVERED if is_read else Stage.SENT)
        assert (standing.overdue, standing.lost) == ((0, None) if is_read else (2, day("11/21")))


def test_a_new_return_beside_one_whose_report_was_sent_is_unread() -> None:
    old, both = mail(holds=["old"]), mail("mail/b.eml", "other", ["old", "new"])
    posted = [old, *parse_log(f"11/22 sent result/{digest('old')}"), both]
    for facts in ([], [member("mail/a.eml", "mail", "old")]):
        read = ReadFiles.of(facts, RAN_ON, posted)
        assert (read.has_read_mail(old), read.has_read_mail(both)) == (True, False)
        assert find_missing_mails(posted, read, ()) == {both}
    assert ReadFiles.of([alone("c.xlsx", "new")], RAN_ON, posted).has_read_mail(both)


def test_a_missing_mail_does_not_hide_a_return_that_was_read() -> None:
    lines = [mail(), mail("mail/b.eml", "other", ["two"])]
    facts = [member("mail/a.eml", "mail", "one")]
    clients = ClientList([list_row()])
    found = compute_response_status(
        clients, lines, facts, ran_on=RAN_ON, as_of=AS_OF, missing_mails=lines[1:]
    )
    (standing,) = found.clients
    assert (standing.stage, standing.lost) == (Stage.RANKED, day("11/21"))
