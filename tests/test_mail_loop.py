"""The whole loop: from the list to results and passwords, over real servers."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import getaddresses
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile
from pypdf import PdfReader

from sheet_diag.model.basics import Lang
from tests.campaigns import date_mails
from tests.mail_firm import (
    Firm,
    attached_workbook,
    attachments,
    by_address,
    fill_in,
    open_firm,
    reply_mail,
)
from tests.mailservers import USER
from tests.passwords import password_rows
from tests.returned import reopen_workbook

pytestmark = [pytest.mark.slow("whole campaigns by mail"), pytest.mark.usefixtures("tasks_here")]

LOG = "output/mail-log.jsonl"
YAMADA, SMITH, SUZUKI = "yamada@mihon.co.jp", "smith@example-robotics.jp", "suzuki@sample.or.jp"
ROWS = (
    {
        "診断先番号": "C-001", "会社名": "株式会社見本商事", "ご担当者名": "山田太郎",
        "役職": "情報システム部長", "メールアドレス": YAMADA, "業種": "製造業",
        "従業員数": "51〜100人", "グループ": "関東",
    },
    {
        "診断先番号": "C-002", "会社名": "Example Robotics Ltd.", "ご担当者名": "Jane Smith",
        "メールアドレス": SMITH, "言語": "英語", "グループ": "関西",
    },
    {
        "診断先番号": "C-003", "会社名": "サンプル髙橋薬局", "ご担当者名": "鈴木花子",
        "メールアドレス": SUZUKI, "提出期限": "2026/12/10", "グループ": "関東",
    },
)  # fmt: skip
PROFILES = {
    YAMADA: {},  # industry and size are on the list alone
    SMITH: {"industry": "Manufacturing", "employees": "51 to 100"},
    SUZUKI: {"industry": "医療，福祉", "employees": "6〜20人"},
}
LANGS = {YAMADA: Lang.JA, SMITH: Lang.EN, SUZUKI: Lang.JA}


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with open_firm(tmp_path, *ROWS) as office:
        yield office


def test_a_campaign_runs_from_the_list_to_reports_and_passwords(firm: Firm) -> None:
    firm.type("clients")

    # Everybody gets the own sheet, and nobody a second time.
    firm.type("issue")
    asked = by_address(firm.send("issue", count=3))
    assert list((firm.folder / "output" / "drafts" / "request").glob("*.eml")) == []
    assert set(asked) == {YAMADA, SMITH, SUZUKI}
    for address, mail in asked.items():
        check(mail, address)
    assert firm.send("issue", count=0) == []

    # Two answer, one of them not to the end; the third does not.
    for address, skip in ((YAMADA, ""), (SMITH, "PHY")):
        firm.dovecot.put(answer(address, asked[address], skip))
    firm.type("collect")
    collected = files(firm)
    assert len(collected) == 2
    firm.type("collect")
    assert files(firm) == collected
    firm.type("run", "--as-of", "2026-12-12", status=1)
    assert told(firm) == {"C-001": "ranked", "C-002": "held"}
    assert client(firm, "C-001")["client"]["industry"] == "E"

    # What is to be corrected goes back, who is late is reminded.
    date_mails(firm.folder / LOG, "2026-12-01", "request")
    corrections = by_address(firm.send("return", "--as-of", "2026-12-12", count=1))
    assert set(corrections) == {SMITH}
    check(corrections[SMITH], SMITH)
    reminders = by_address(firm.send("remind", "--as-of", "2026-12-12", count=1))
    assert set(reminders) == {SUZUKI}
    check(reminders[SUZUKI], SUZUKI)
    assert stages(firm, "2026-12-12") == {"判定済み": 1, "要修正": 1, "督促済み": 1}

    # The correction comes corrected, the late one at last.
    firm.dovecot.put(answer(SMITH, corrections[SMITH], ""))
    firm.dovecot.put(answer(SUZUKI, reminders[SUZUKI], ""))
    firm.type("collect")
    assert len(files(firm)) == 4
    firm.type("run", "--protect", "--as-of", "2026-12-15")
    assert told(firm) == dict.fromkeys(("C-001", "C-002", "C-003"), "ranked")

    # Results go out encrypted, passwords apart from them.
    results = by_address(firm.send("deliver", count=3))
    passwords = by_address(firm.send("deliver", "--passwords", "--by-mail", count=3))
    assert set(results) == set(passwords) == {YAMADA, SMITH, SUZUKI}
    check_results(firm, results, passwords)

    # All is done, and everybody was written to just as often as told.
    assert firm.send("deliver", count=0) == []
    assert firm.send("deliver", "--passwords", "--by-mail", count=0) == []
    assert stages(firm, "2026-12-16") == {"結果送付済み": 3}
    assert len(firm.smtpd.accepted) == 3 + 1 + 1 + 3 + 3
    firm.type("run", "--protect", "--as-of", "2026-12-16")
    table = turnout(firm)
    assert [row["診断先番号"] for row in table] == ["C-001", "C-002", "C-003"]
    assert {row["状況"] for row in table} == {"結果送付済み"}
    assert [bool(row["修正依頼日"]) for row in table] == [False, True, False]
    assert [bool(row["最終督促日"]) for row in table] == [False, False, True]


def test_nothing_leaves_unless_the_number_of_mails_is_typed(firm: Firm) -> None:
    for typed in ("", "\n", "y\n", "2\n"):
        assert "送信しませんでした" in firm.type("issue", "--send", answer=typed, status=1)
        assert firm.smtpd.accepted == []


def test_a_domain_never_written_to_is_asked_about(firm: Firm) -> None:
    firm.send("issue", count=3)
    date_mails(firm.folder / LOG, "2026-12-01", "request")
    moved = "yamada@another-firm.co.jp"
    firm.listed({**ROWS[0], "メールアドレス": moved}, *ROWS[1:])
    late = ("remind", "--send", "--as-of", "2026-12-28")
    said = firm.type(*late, answer="n\n2\n", status=1)
    assert "another-firm.co.jp" in said
    assert set(by_address(firm.smtpd.accepted[3:])) == {SMITH, SUZUKI}
    firm.type(*late, "--only", "C-001", answer="y\n1\n")
    assert set(by_address(firm.smtpd.accepted[5:])) == {moved}


# --- what is looked at


def answer(address: str, mail: EmailMessage, skip: str) -> bytes:
    content = fill_in(attached_workbook(mail), LANGS[address], skip=skip, profile=PROFILES[address])
    return reply_mail(address, mail, content, "回答.xlsx")


def check(mail: EmailMessage, address: str) -> None:
    """A mail is to one client, from the firm, in the client's language."""
    recipients = getaddresses([str(mail["To"]), str(mail["Cc"] or ""), str(mail["Bcc"] or "")])
    assert [each for _, each in recipients if each] == [address]
    assert getaddresses([str(mail["From"])])[0][1] == USER
    assert mail["X-Unsent"] is None
    assert mail["Message-ID"]
    row = next(row for row in ROWS if row["メールアドレス"] == address)
    for kind in ("plain", "html"):
        body = mail.get_body((kind,))
        assert body
        text = body.get_content()
        assert row["会社名"] in text
        assert ("お世話になっております" in text) is (LANGS[address] is Lang.JA)
    others = [each["会社名"] for each in ROWS if each is not row]
    assert not any(name in everything(mail) for name in others)


def check_results(
    firm: Firm, results: dict[str, EmailMessage], passwords: dict[str, EmailMessage]
) -> None:
    """Each report opens with the password that its client alone was told, in another mail."""
    for address, mail in results.items():
        word = password_of(firm, address)
        check(mail, address)
        check(passwords[address], address)
        assert word not in everything(mail)
        assert word in everything(passwords[address])
        assert attachments(passwords[address]) == []
        pdf, workbook = attached_report(mail, word)
        assert company(address) in pdf
        assert company(address) in workbook
        others = {password_of(firm, other) for other in results} - {word}
        assert len(others) == 2
        assert not any(each in everything(passwords[address]) for each in others)


def everything(mail: EmailMessage) -> str:
    """All that a mail says: headers, texts, names of attachments."""
    texts = [str(value) for value in mail.values()]
    texts += [p.get_content() for p in mail.walk() if p.get_content_maintype() == "text"]
    return "\n".join([*texts, *(name for name, _ in attachments(mail))])


def files(firm: Firm) -> list[str]:
    return sorted(path.name for path in (firm.folder / "input").rglob("*.eml"))


def returns(firm: Firm) -> list[dict[str, Any]]:
    run = json.loads((firm.folder / "output" / "run.json").read_text(encoding="utf-8"))
    return [entry for entry in run["returns"] if entry["status"] != "superseded"]


def told(firm: Firm) -> dict[str, str]:
    return {entry["client"]["id"]: entry["status"] for entry in returns(firm)}


def client(firm: Firm, id_: str) -> dict[str, Any]:
    return next(entry for entry in returns(firm) if entry["client"]["id"] == id_)


def stages(firm: Firm, day: str) -> dict[str, int]:
    """How many clients stand where, as `status` tells it."""
    rows = re.findall(r"│ (\S+) +│ +(\d+) │ +\d+% │", firm.type("status", "--as-of", day))
    return {stage: int(count) for stage, count in rows if int(count)}


def turnout(firm: Firm) -> list[dict[str, Any]]:
    """The table of clients on the sheet 回収状況, by its headings."""
    book = reopen_workbook((firm.folder / "output" / "portfolio.xlsx").read_bytes(), values=True)
    rows = [[cell.value for cell in row] for row in book["回収状況"].iter_rows()]
    head = next(n for n, row in enumerate(rows) if "診断先番号" in row)
    table = (dict(zip(map(str, rows[head]), row, strict=True)) for row in rows[head + 1 :])
    return list(takewhile(lambda row: row["診断先番号"], table))


def company(address: str) -> str:
    return next(row["会社名"] for row in ROWS if row["メールアドレス"] == address)


def password_of(firm: Firm, address: str) -> str:
    rows = password_rows(firm.folder / "output")
    (password,) = [word for _, name, word in rows if name == company(address)]
    return password


def attached_report(mail: EmailMessage, word: str) -> tuple[str, str]:
    """The words of the first page, of the encrypted PDF and of the encrypted workbook."""
    (first, pdf), (second, workbook) = attachments(mail)
    assert first.removesuffix(".pdf") == second.removesuffix(".xlsx")
    printed = PdfReader(io.BytesIO(pdf))
    assert printed.decrypt(word)
    assert not workbook.startswith(b"PK")
    file, plain = OOXMLFile(io.BytesIO(workbook)), io.BytesIO()
    file.load_key(password=word, verify_password=True)
    file.decrypt(plain)
    page = reopen_workbook(plain.getvalue()).worksheets[0]
    cells = [str(cell.value) for row in page.iter_rows() for cell in row if cell.value]
    return printed.pages[0].extract_text(), "\n".join(cells)
