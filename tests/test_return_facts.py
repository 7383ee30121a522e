"""What a run tells of its returns is the same from its outcomes and from its run.json."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.client_list import ClientList, ListedClient
from sheet_diag.model.client_status import Stage
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.results import ReturnStatus
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.reports.run_json.reader import (
    RunJsonError,
    extract_return_facts,
    load_return_facts,
)
from sheet_diag.storage.output_files import RUN_JSON
from tests.catalogs import JIS, answers
from tests.samples import AS_OF, ISSUER, PROFILE, labels
from tests.workbooks import open_workbook

pytestmark = pytest.mark.usefixtures("tasks_here")
FULL = labels(JIS, answers(JIS, {}, "○"))
CLIENTS = ClientList(
    (
        ListedClient("C-01", "株式会社見本", Lang.JA, ("a@mihon.example",)),
        ListedClient("C-02", "乙商事", Lang.JA, ("b@otsu.example",)),
    )
)


def order(tmp_path: Path) -> RunConfig:
    """A ranked, a held and an unreadable return."""
    folder = tmp_path / "input"
    folder.mkdir()
    email = {"email": "x@mihon.example"}
    (folder / "a.xlsx").write_bytes(
        make_hearing_sheet(JIS, Lang.JA, ISSUER, Entries(PROFILE | email, FULL))
    )
    held = Entries({**PROFILE, "company": "丙"}, {})
    (folder / "b.xlsx").write_bytes(make_hearing_sheet(JIS, Lang.JA, ISSUER, held))
    (folder / "c.xlsx").write_bytes(b"no workbook")
    return RunConfig(folder, tmp_path / "output", JIS, ISSUER, AS_OF, Lang.JA, jobs=1)


def quiet(*_: object) -> None:
    pass


def test_the_same_from_a_run_and_from_its_folder(tmp_path: Path) -> None:
    time = datetime(2026, 11, 5, tzinfo=UTC)
    collected = MailLogEntry(
        time, MailEvent.COLLECTED, addresses=("b@otsu.example",), file="c.xlsx"
    )
    asked = replace(order(tmp_path), clients=CLIENTS, mail_log=(collected,))
    facts = tuple(map(extract_return_facts, run(asked, quiet).outcomes))
    assert load_return_facts(asked.output) == (AS_OF, facts)
    assert [(f.client, f.status) for f in facts] == [
        ("C-01", ReturnStatus.RANKED), ("", ReturnStatus.HELD), ("C-02", ReturnStatus.REJECTED),
    ]  # fmt: skip
    assert Counter(fact.received is None for fact in facts) == {False: 3}
    assert (facts[2].received, facts[0].email) == (date(2026, 11, 5), "x@mihon.example")
    assert facts[0].rank
    assert (asked.output / facts[0].result).is_file()
    assert (asked.output / facts[1].correction).is_file()


def test_a_return_in_an_archive_tells_which_one(tmp_path: Path) -> None:
    asked = order(tmp_path)
    archive = asked.input / "d.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.write(asked.input / "b.xlsx", "b.xlsx")
    facts = tuple(map(extract_return_facts, run(asked, quiet).outcomes))
    assert load_return_facts(asked.output) == (AS_OF, facts)
    digests = {fact.file: fact.file_sha256 for fact in facts}
    whole = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert digests == {"a.xlsx": "", "b.xlsx": "", "c.xlsx": "", "d.zip": whole}


def test_what_was_collected_and_is_gone_does_not_count_as_received(tmp_path: Path) -> None:
    times = [datetime(2026, 11, day, tzinfo=UTC) for day in (4, 5)]
    mails = [
        MailLogEntry(
            time, MailEvent.COLLECTED, "C-02", message_id=f"<{time.day}>", file=f"mail/{time.day}"
        )
        for time in times
    ]
    clients = replace(CLIENTS, clients=[replace(CLIENTS.clients[1], company="丙")])
    asked = replace(order(tmp_path), clients=clients, mail_log=mails)
    turnout = run(asked, quiet).portfolio.responses
    assert turnout
    (standing,) = turnout.clients
    assert (standing.stage, standing.lost) == (Stage.CORRECTING, date(2026, 11, 5))
    book = open_workbook((asked.output / "portfolio.xlsx").read_bytes())
    told = [str(cell.value) for row in book["回収状況"].iter_rows() for cell in row]
    assert any("2026-11-05に受信した回収票が" in text for text in told)


def test_without_a_list_nothing_of_it_is_told(tmp_path: Path) -> None:
    asked = order(tmp_path)
    facts = tuple(map(extract_return_facts, run(asked, quiet).outcomes))
    assert load_return_facts(asked.output) == (AS_OF, facts)
    assert {(fact.client, fact.received) for fact in facts} == {("", None)}


def test_a_run_json_that_tells_no_comments_gives_the_edition_that_it_gave(tmp_path: Path) -> None:
    asked = order(tmp_path)
    run(asked, quiet)
    path = asked.output / RUN_JSON
    (_, facts), text = load_return_facts(asked.output), path.read_text(encoding="utf-8")
    former = text.replace('"comment_sha256":null,', "")
    assert former != text
    path.write_text(former, encoding="utf-8")
    assert [each.edition for each in load_return_facts(asked.output)[1]] == [
        e.edition for e in facts
    ]
    path.write_text(text.replace('"comment_sha256":null', '"comment_sha256":"1"'), encoding="utf-8")
    others = [each.edition for each in load_return_facts(asked.output)[1]]
    assert [bool(edition) for edition in others] == [True, False, False]
    assert others[0] != facts[0].edition


def test_a_report_of_another_month_is_no_other_edition(tmp_path: Path) -> None:
    """Only the days on which measures are due differ from those of an earlier month."""
    asked = order(tmp_path)
    run(asked, quiet)
    path = asked.output / RUN_JSON
    text, editions = path.read_text(encoding="utf-8"), []
    for plan in ('{"due":"2026-12-31"}', '{"due":"2027-01-31"}', '{"due":null,"phase":"now"}'):
        path.write_text(text.replace('"plan":[]', f'"plan":[{plan}]'), encoding="utf-8")
        editions.append(load_return_facts(asked.output)[1][0].edition)
    assert editions[0] == editions[1] != editions[2]


GONE = "comparison.previous.missing"
CUT = "comparison.previous.unreadable"
FOREIGN = "comparison.previous.foreign"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        pytest.param(None, GONE, id="none"),
        pytest.param("{", CUT, id="cut off"),
        pytest.param("[]", FOREIGN, id="a list"),
        pytest.param('{"a": 1}', FOREIGN, id="another document"),
        pytest.param(
            json.dumps({"schema": 2, "as_of": "2026-01-01", "returns": []}), FOREIGN, id="2"
        ),
    ],
)
def test_a_folder_of_no_use(tmp_path: Path, content: str | None, key: str) -> None:
    if content is not None:
        (tmp_path / RUN_JSON).write_text(content, encoding="utf-8")
    with pytest.raises(RunJsonError) as told:
        load_return_facts(tmp_path)
    assert (told.value.key, told.value.parts) == (key, {"folder": str(tmp_path)})
