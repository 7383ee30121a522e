"""Which return counts, from the files to the screen: mails, requests that came back, file names.

The rules themselves stand in `test_resolution`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from sheet_diag.cli.output import show_result
from sheet_diag.forms.hearing_sheet.content import Entries
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.intake.resolution.return_times import ReturnTimes, TimeReason, compare_times
from sheet_diag.model.basics import Lang
from sheet_diag.model.returns import ReceivedFile
from sheet_diag.model.settings import Issuer
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.storage.managed_folder import OUTBOX, ManagedFolder
from sheet_diag.text.wording import Wording
from tests.catalogs import JIS as CATALOG
from tests.returned import repack_parts
from tests.samples import CLOCK

pytestmark = pytest.mark.usefixtures("tasks_here")
YES, NO, NONE = (dict.fromkeys(CATALOG.items, word) for word in ("はい", "いいえ", ""))
PROFILE = {"company": "株式会社見本", "industry": "製造業", "employees": "6〜20人"}
NEWER, OLDER = datetime(2026, 11, 20, tzinfo=UTC), datetime(2026, 11, 10, tzinfo=UTC)


def sheet(
    answers: dict[str, str], modified: datetime | None = None, *, client: str = "", **profile: str
) -> bytes:
    """A hearing sheet whose own time is `modified`."""
    entries = Entries({**PROFILE, **profile}, answers)
    made = make_hearing_sheet(CATALOG, Lang.JA, Issuer(), entries, client)
    if modified is None:
        return made
    ours, theirs = (
        "2026-01-01T00:00:00Z</dcterms:modified>",
        f"{modified:%FT%TZ}</dcterms:modified>",
    )
    return repack_parts(
        made, lambda name, text: text.replace(ours, theirs) if name == "docProps/core.xml" else text
    )


def mail(sent: datetime, *attachments: bytes | EmailMessage) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["Date"], made["Subject"] = "a@x.example", format_datetime(sent), "ご回答"
    made.set_content("ご確認ください。")
    for each in attachments:
        if isinstance(each, EmailMessage):
            made.add_attachment(each)
        else:
            made.add_attachment(each, "application", "octet-stream", filename="回答.xlsx")
    return made


def put(folder: Path, name: str, content: bytes, time: datetime = OLDER) -> None:
    path = folder / "input" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    os.utime(path, (time.timestamp(), time.timestamp()))


def fates(folder: Path) -> dict[str, str]:
    """By file (with its place in a mail) the status, and the codes that tell why."""
    config = RunConfig(
        folder / "input", folder / "output", CATALOG, as_of=date(2026, 11, 30), jobs=1
    )
    run(config, lambda *_: None)
    journal = json.loads((folder / "output" / "run.json").read_text(encoding="utf-8"))
    return {
        " › ".join(filter(None, (each["file"], each["member"]))): " ".join(
            (each["status"], *(p["code"] for p in each["problems"] if p["code"] in TOLD))
        )
        for each in journal["returns"]
    }


TOLD = (
    "NEWER_RETURN", "BLANK_SUPERSEDED", "ORDER_UNCLEAR", "OWN_REQUEST", "BLANK_RETURN",
    "NAME_SHARED", "LEGAL_FORM_MOVED",
)  # fmt: skip


# --- times


@pytest.mark.parametrize(
    ("modified", "file_day", "mail_day", "believed"),
    [
        pytest.param("2026-11-20T00:00:00Z", 20, 20, "mail workbook file", id="all of them"),
        pytest.param("", 0, 0, "", id="none"),
        pytest.param("2027-01-01T00:00:00Z", 0, 0, "workbook", id="a clock one day ahead"),
        pytest.param("2027-01-02T00:00:00Z", 0, 0, "", id="a workbook of the future"),
        pytest.param("", 99, 99, "", id="a file and a mail of the future"),
        pytest.param(
            "2026-01-01T00:00:00Z", 0, 0, "", id="a workbook with the time that we gave it"
        ),
        pytest.param("1980-01-01T00:00:00Z", 0, 0, "", id="the first day of archives"),
        pytest.param("yesterday", 0, 0, "", id="no time"),
    ],
)
def test_a_time_that_cannot_be_true_is_not_believed(
    modified: str, file_day: int, mail_day: int, believed: str
) -> None:
    first = datetime(2026, 11, 1, tzinfo=UTC)
    file, sent = (
        int((first + timedelta(days=day)).timestamp()) if day else 0 for day in (file_day, mail_day)
    )
    received = ReceivedFile(
        "a.xlsx", "1", modified=modified, file_time=file * 10**9, mail_time=sent
    )
    times = ReturnTimes.of(received, CLOCK)
    found = [kind for kind in ("mail", "workbook", "file") if getattr(times, kind)]
    assert " ".join(found) == believed


@pytest.mark.parametrize(
    ("one", "other", "order"),
    [
        pytest.param("2026-11-20T12:00:00Z", "2026-11-20T11:59:59Z", 1, id="both of one zone"),
        pytest.param("2026-11-20T12:00:00", "2026-11-20T11:00:00", 1, id="both without a zone"),
        pytest.param("2026-11-20T12:00:00", "2026-11-20T03:00:01Z", 0, id="within the zones"),
        pytest.param("2026-11-20T12:00:00", "2026-11-19T03:00:00Z", 1, id="more than all zones"),
    ],
)
def test_a_workbook_time_without_a_zone_tells_days_only(one: str, other: str, order: int) -> None:
    first, second = (
        ReturnTimes.of(ReceivedFile("a", "1", modified=each), CLOCK) for each in (one, other)
    )
    assert compare_times(first, second)[0] == order
    assert compare_times(second, first)[0] == -order


def test_files_that_were_copied_together_are_in_no_order() -> None:
    start = int(NEWER.timestamp())
    one, other = ReturnTimes(file=start), ReturnTimes(file=start + 60)
    assert compare_times(one, other) == (0, TimeReason.UNTIMED)
    assert compare_times(one, replace(other, file=start + 61)) == (-1, TimeReason.FILE_TIME)


# --- from the files


def test_a_workbook_without_a_time_is_ordered_by_its_file(tmp_path: Path) -> None:
    put(tmp_path, "1回目.xlsx", sheet(NO, OLDER), OLDER)
    put(tmp_path, "2回目.xlsx", sheet(YES), NEWER)
    assert fates(tmp_path) == {"1回目.xlsx": "superseded NEWER_RETURN", "2回目.xlsx": "ranked"}


def test_returns_in_no_order_are_held_until_one_is_taken_out(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", sheet(NO))
    put(tmp_path, "b.xlsx", sheet(YES))
    assert fates(tmp_path) == {"a.xlsx": "held ORDER_UNCLEAR", "b.xlsx": "held ORDER_UNCLEAR"}
    assert not (tmp_path / "output" / "corrections").exists() or not list(
        (tmp_path / "output" / "corrections").iterdir()
    )
    (tmp_path / "input" / "a.xlsx").unlink()
    assert fates(tmp_path) == {"b.xlsx": "ranked"}


@pytest.mark.parametrize(
    ("modified", "expected"),
    [
        pytest.param(NEWER, ("superseded NEWER_RETURN", "ranked"), id="which agree with the mails"),
        pytest.param(None, ("superseded NEWER_RETURN", "ranked"), id="of which one has none"),
        pytest.param(
            OLDER - timedelta(days=1), ("held ORDER_UNCLEAR",) * 2, id="which say the opposite"
        ),
    ],
)
def test_mails_and_workbooks_order_returns(
    tmp_path: Path, modified: datetime | None, expected: Sequence[str]
) -> None:
    put(tmp_path, "1.eml", mail(OLDER, sheet(NO, OLDER)).as_bytes(), NEWER)
    put(tmp_path, "2.eml", mail(NEWER, sheet(YES, modified)).as_bytes(), OLDER)
    found = fates(tmp_path)
    assert [found["1.eml › 回答.xlsx"], found["2.eml › 回答.xlsx"]] == list(expected)


# --- our own request


def quoted(request: bytes) -> bytes:
    """A reply with the answers, and with the mail that it answers."""
    return mail(NEWER, sheet(YES), mail(OLDER, request)).as_bytes()


ANSWER, REQUEST = "a.eml › 回答.xlsx", "a.eml › ご回答.eml › 回答.xlsx"


def test_the_blank_sheet_of_today_is_no_return_beside_answers(tmp_path: Path) -> None:
    put(tmp_path, "a.eml", quoted(make_hearing_sheet(CATALOG, Lang.JA, Issuer())))
    assert fates(tmp_path) == {ANSWER: "ranked", REQUEST: "ignored OWN_REQUEST"}


def test_an_issued_sheet_is_no_return_beside_answers(tmp_path: Path) -> None:
    request = make_hearing_sheet(CATALOG, Lang.JA, Issuer(name="昨年の名称"), Entries({}), "C-01")
    with ManagedFolder(tmp_path / "output" / OUTBOX) as folder:
        folder.write("a.xlsx", request)
    put(tmp_path, "a.eml", quoted(request))
    assert fates(tmp_path) == {ANSWER: "ranked", REQUEST: "ignored OWN_REQUEST"}


def test_a_blank_sheet_of_the_same_client_gives_way(tmp_path: Path) -> None:
    put(tmp_path, "a.eml", quoted(sheet({}, NEWER + timedelta(days=1))))
    assert fates(tmp_path) == {ANSWER: "ranked", REQUEST: "superseded BLANK_SUPERSEDED"}


def test_a_blank_sheet_that_came_alone_is_told(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", make_hearing_sheet(CATALOG, Lang.JA, Issuer()))
    assert fates(tmp_path) == {"a.xlsx": "held BLANK_RETURN"}


# --- the screen


def test_every_superseded_return_with_other_answers_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(20):
        put(tmp_path, f"{number}.xlsx", sheet(NO, OLDER, company=f"会社{number}"))
        put(tmp_path, f"{number}b.xlsx", sheet(YES, NEWER, company=f"会社{number}"))
    config = RunConfig(tmp_path / "input", tmp_path / "output", CATALOG, as_of=date(2026, 11, 30))
    show_result(run(config, lambda *_: None), config, Wording(Lang.JA))
    shown = capsys.readouterr().out
    for number in range(20):
        assert f"採用しなかった回収票「{number}.xlsx」" in shown
    assert "ブックの更新日時が新しいため" in shown


# --- names


def test_legal_forms_tell_clients_apart(tmp_path: Path) -> None:
    put(tmp_path, "a.xlsx", sheet(YES, OLDER, company="株式会社青葉"))
    put(tmp_path, "b.xlsx", sheet(NO, NEWER, company="(有)青葉"))
    assert fates(tmp_path) == {"a.xlsx": "ranked NAME_SHARED", "b.xlsx": "ranked NAME_SHARED"}


def test_a_return_without_a_company_is_named_by_its_file(tmp_path: Path) -> None:
    put(tmp_path, "青葉さま.xlsx", sheet(YES, OLDER, company="別紙参照"))
    put(tmp_path, "若葉さま.xlsx", sheet({**YES, "POL-01": "?"}, NEWER, company="別紙参照"))
    assert fates(tmp_path) == {"青葉さま.xlsx": "ranked", "若葉さま.xlsx": "held"}
    (result,) = (tmp_path / "output" / "results").iterdir()
    (correction,) = (tmp_path / "output" / "corrections").iterdir()
    assert result.name.startswith("青葉さま_")
    assert correction.name.startswith("若葉さま_")
    shown = texts_of(result)
    assert "（会社名未記入）　ご回答ファイル：青葉さま.xlsx" in shown


def texts_of(path: Path) -> set[Any]:
    book = openpyxl.load_workbook(path)
    return {cell for page in book.worksheets for row in page.values for cell in row}
