"""Whose return it is, and where it has gone: by what the mails say and files hold, not by names."""

from __future__ import annotations

import csv
import json
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path

import pytest

from sheet_diag.model.basics import Lang
from tests.mail_firm import (
    XLSX,
    Firm,
    attached_workbook,
    by_address,
    fill_in,
    open_firm,
    reply_mail,
)
from tests.returned import reopen_workbook
from tests.test_mail_commands import LIST, PROFILE, SETTINGS, call, drafts
from tests.test_mail_commands import here as here
from tests.test_mail_loop import ROWS, SMITH, SUZUKI, YAMADA, answer, files, stages

pytestmark = [
    pytest.mark.slow("a run of the whole product in most tests"),
    pytest.mark.usefixtures("tasks_here"),
]

OTHER, OWN, COLLEAGUE = "smith@example-robotics.jp", "yamada@mihon.co.jp", "jiro@firm.example"


def sheet() -> bytes:
    """What the Japanese client answers."""
    blank = next(Path("output/outbox").glob("*C-001.xlsx")).read_bytes()
    return fill_in(blank, Lang.JA, profile=PROFILE)


def mail(sender: str, content: bytes, **headers: str) -> EmailMessage:
    """A mail with the workbook."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "shindan@example.co.jp"
    for name, text in headers.items():
        message[name.replace("_", "-")] = text
    message.set_content("お送りします。\n")
    message.add_attachment(content, *XLSX, filename="回答.xlsx")
    return message


def forwarded(sender: str, inner: EmailMessage) -> EmailMessage:
    """A mail with a mail attached to it."""
    message = EmailMessage()
    message["From"] = sender
    message.set_content("転送します。\n")
    message.add_attachment(inner)
    return message


def zipped(name: str, content: bytes) -> bytes:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, content)
    return packed.getvalue()


# --- mails that were put in by hand

DROPPED: dict[str, tuple[str, Callable[[bytes, str], bytes], bool]] = {
    "from its own address": ("eml", lambda x, own: mail(own, x).as_bytes(), False),
    "from another client's": ("eml", lambda x, _: mail(OTHER, x).as_bytes(), True),
    "in other letters": ("eml", lambda x, _: mail(f"J <{OTHER.upper()}>", x).as_bytes(), True),
    "answers go to another client": (
        "eml", lambda x, _: mail("scan@service.example", x, Reply_To=OTHER).as_bytes(), True,
    ),
    "from an address of nobody": ("eml", lambda x, _: mail("x@y.example", x).as_bytes(), False),
    "forwarded by a colleague, the attachment alone": (
        "eml", lambda x, _: mail(COLLEAGUE, x).as_bytes(), False,
    ),
    "forwarded by a colleague, from its own address": (
        "eml", lambda x, own: forwarded(COLLEAGUE, mail(own, x)).as_bytes(), False,
    ),
    "forwarded by a colleague, from another client's": (
        "eml", lambda x, _: forwarded(COLLEAGUE, mail(OTHER, x)).as_bytes(), True,
    ),
    "another client has its mail": (
        "eml", lambda x, own: forwarded(OTHER, mail(own, x)).as_bytes(), True,
    ),
    "the answer has our mail in it": (
        "eml", lambda x, own: forwarded(own, mail("shindan@example.co.jp", x)).as_bytes(), False,
    ),
    "in an archive": (
        "zip", lambda x, _: zipped("a.eml", mail(OTHER, x).as_bytes()), True,
    ),
    "no mail at all": ("xlsx", lambda x, _: x, False),
}  # fmt: skip


def test_the_sender_of_a_mail_put_in_by_hand_is_checked(here: Path) -> None:
    """A campaign with a client for each case, and the other one whose addresses are used."""
    own = {case: f"info@mihon{n}.co.jp" for n, case in enumerate(DROPPED)}
    head, _, other = (here / "clients.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    rows = [f"D-{n:02},見本{n}商事,,{own[case]},,,,\n" for n, case in enumerate(DROPPED)]
    (here / "clients.csv").write_text("".join([head, *rows, other]), encoding="utf-8")
    call("issue")
    (here / "input").mkdir()
    files = {}
    for number, (case, (ending, make, _)) in enumerate(DROPPED.items()):
        blank = next((here / "output/outbox").glob(f"*D-{number:02}.xlsx")).read_bytes()
        files[case] = here / "input" / f"{number:02}.{ending}"
        files[case].write_bytes(make(fill_in(blank, Lang.JA, profile=PROFILE), own[case]))
    said = call("run")
    assert said.count("authserv_id") == 1  # nobody judges, which is said once
    strange = {case for case, (_, _, is_strange) in DROPPED.items() if is_strange}
    assert f"別の診断先のメールアドレスから届いた回収票が{len(strange)}件" in said
    assert {case for case in DROPPED if files[case].name in said} == strange
    said = call("deliver", "--unprotected", status=1)
    held = {case for n, case in enumerate(DROPPED) if f"D-{n:02}" in said}
    assert ("両社に確認" in said, held) == (True, strange)
    assert set(drafts("result")) == {own[case] for case in DROPPED if case not in strange}


# --- a second return, instead of the client's own

NOT_LISTED = "アドレスではありません"
NEVER, LATER, EARLIER = "evil@stranger.example", "Mon, 9 Nov 2026 10:00:00 +0900", (
    "Mon, 19 Oct 2026 10:00:00 +0900"
)  # fmt: skip


def judged(result: str) -> dict[str, str]:
    """Headers of a later mail, about which our server has said something."""
    return {"Date": LATER, "Authentication-Results": f"mx.firm.example; {result}"}


SECOND: dict[str, tuple[Callable[[bytes, str], bytes], str]] = {
    "its own": (lambda x, own: mail(own, x, Date=LATER).as_bytes(), ""),
    "a stranger's": (lambda x, _: mail(NEVER, x, Date=LATER).as_bytes(), NOT_LISTED),
    "a stranger's, in an archive": (
        lambda x, _: zipped("a.eml", mail(NEVER, x, Date=LATER).as_bytes()), NOT_LISTED,
    ),
    "a stranger's that is older": (lambda x, _: mail(NEVER, x, Date=EARLIER).as_bytes(), ""),
    "a stranger's, answers to its own": (
        lambda x, own: mail(NEVER, x, Date=LATER, Reply_To=own).as_bytes(), NOT_LISTED,
    ),
    "no mail at all": (lambda x, _: x, ""),
    "its own, DMARC fails": (
        lambda x, own: mail(own, x, **judged("spf=pass; dmarc=fail (p=none)")).as_bytes(), "DMARC",
    ),
    "its own, DMARC passes": (
        lambda x, own: mail(own, x, **judged("dmarc=pass")).as_bytes(), "",
    ),
}  # fmt: skip


def test_a_doubtful_return_instead_of_the_clients_own_is_held_until_named(here: Path) -> None:
    """A campaign with a client for each case."""
    own = {case: f"info@mihon{n}.co.jp" for n, case in enumerate(SECOND)}
    head = LIST.splitlines(keepends=True)[0]
    rows = [f"D-{n:02},見本{n}商事,,{own[case]},,,,\n" for n, case in enumerate(SECOND)]
    (here / "clients.csv").write_text("".join([head, *rows]), encoding="utf-8")
    imap = '[imap]\nhost = "mx.firm.example"\nauthserv_id = "MX.firm.example"\n'
    (here / "sheet-diag.toml").write_text(SETTINGS + imap, encoding="utf-8")
    call("issue")
    (here / "input").mkdir()
    for number, (case, (make, _)) in enumerate(SECOND.items()):
        blank = next((here / "output/outbox").glob(f"*D-{number:02}.xlsx")).read_bytes()
        first = fill_in(blank, Lang.JA, profile=PROFILE)
        second = fill_in(blank, Lang.JA, profile={**PROFILE, "industry": "情報通信業"})
        sent = mail(own[case], first, Date="Mon, 2 Nov 2026 10:00:00 +0900").as_bytes()
        (here / f"input/{number:02}a.eml").write_bytes(sent)
        content = make(second, own[case])
        ending = {b"PK": "zip" if "archive" in case else "xlsx"}.get(content[:2], "eml")
        (here / f"input/{number:02}b.{ending}").write_bytes(content)
    said = call("run")
    held = {f"D-{n:02}" for n, (_, why) in enumerate(SECOND.values()) if why}
    assert f"診断先の回収票に代わっています（{len(held)}件" in said
    assert "authserv_id" not in said
    found, results = {}, []
    for line in (here / "output/run.json").read_text(encoding="utf-8").splitlines():
        told = json.loads(line.rstrip(",")) if line.startswith('{"answers"') else {}
        for problem in told.get("problems", ()):
            if problem["code"] == "SENDER_UNPROVEN":
                found[told["client"]["id"]] = problem["message"]
        results.append(told.get("dmarc"))
    assert set(found) == held
    assert sorted(filter(None, results)) == ["fail", "pass"]
    assert all(why in found[f"D-{n:02}"] for n, (_, why) in enumerate(SECOND.values()) if why)
    said = call("deliver", "--unprotected", status=1)
    assert all((id_ in said) is (id_ in held) for id_ in (f"D-{n:02}" for n in range(len(SECOND))))
    assert len(drafts("result")) == len(SECOND) - len(held)
    call("deliver", "--unprotected", "--only", "D-01", status=1)
    assert own["a stranger's"] in drafts("result")


@pytest.mark.usefixtures("here")
def test_a_sheet_without_an_id_belongs_to_the_sender_of_its_mail() -> None:
    call("template")
    blank = Path("hearing_sheet.xlsx").read_bytes()
    content = fill_in(blank, Lang.JA, profile=PROFILE)  # neither an id nor a company
    Path("input").mkdir()
    Path("input/a.eml").write_bytes(mail(OWN, content).as_bytes())
    call("run")
    assert re.search(r"判定済み +│ +1 │", call("status"))


# --- one address of several clients


def test_clients_that_share_an_address_get_each_its_own(here: Path) -> None:
    """A first request went out before the second client was listed."""
    head = "診断先番号,会社名,メールアドレス,共用アドレス\n"
    one, two = (f"C-00{n},見本{name},{OWN},はい\n" for n, name in ((1, "商事"), (2, "物流")))
    (here / "clients.csv").write_text(head + one, encoding="utf-8")
    call("issue")
    call("issue", "--sent-by-hand")
    (here / "clients.csv").write_text(head + one + two.replace("はい", ""), encoding="utf-8")
    assert "C3" in call("issue", status=2)  # both lines have to say so
    (here / "clients.csv").write_text(head + one + two, encoding="utf-8")
    assert "診断先2件を確認しました" in call("clients")
    call("issue")
    (here / "input").mkdir()
    for id_ in ("C-001", "C-002"):
        blank = next((here / "output/outbox").glob(f"*{id_}.xlsx")).read_bytes()
        content = mail(OWN, fill_in(blank, Lang.JA, profile=PROFILE)).as_bytes()
        (here / f"input/{id_}.eml").write_bytes(content)
    assert "別の診断先のメールアドレス" not in call("run")
    call("deliver", "--unprotected")
    made = sorted(path.name for path in (here / "output/drafts/result").glob("*.eml"))
    assert ["C-001" in made[0], "C-002" in made[1], len(made)] == [True, True, 2]


# --- what is told at once


@pytest.mark.usefixtures("here")
def test_the_run_shows_returns_that_may_be_another_clients() -> None:
    call("issue")
    Path("input").mkdir()
    other = {**PROFILE, "company": "株式会社別会社"}
    blank = next(Path("output/outbox").glob("*C-001.xlsx")).read_bytes()
    Path("input/a.xlsx").write_bytes(fill_in(blank, Lang.JA, profile=other))
    said = call("run")
    assert "会社名が診断先一覧と異なる回収票が1件あります（a.xlsx）" in said
    listed = Path("clients.csv").read_text(encoding="utf-8").replace("C-001", "C-009")
    Path("clients.csv").write_text(listed, encoding="utf-8")
    said = call("run", "--lang", "en")
    assert "It is not known whose of the client list 1 return(s) are (a.xlsx)" in said


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("lang", "field", "choice"), [("ja", "業種", "情報通信業"), ("en", "Industry", "Information")]
)
def test_differences_from_the_list_are_shown_in_words(lang: str, field: str, choice: str) -> None:
    call("issue")
    blank = next(Path("output/outbox").glob("*C-001.xlsx")).read_bytes()
    Path("input").mkdir()
    profile = {**PROFILE, "industry": "情報通信業"}
    Path("input/a.xlsx").write_bytes(fill_in(blank, Lang.JA, profile=profile))
    call("run", "--lang", lang)
    book = reopen_workbook(Path("output/portfolio.xlsx").read_bytes(), values=True)
    page = book["要確認" if lang == "ja" else "Attention"]
    rows = [[str(cell.value) for cell in row] for row in page.iter_rows()]
    (row,) = [row for row in rows if field in row]
    assert any(cell.startswith(choice) for cell in row)
    assert "industry" not in row
    with Path("output/data/attention.csv").open(encoding="utf-8-sig", newline="") as file:
        codes = [(row["item"], row["value"]) for row in csv.DictReader(file)]
    assert ("industry", "G") in codes  # programs get codes


# --- files replaced and moved


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("name", ["回収票.zip", "回答.eml"])
def test_a_replaced_archive_or_mail_is_unread(name: str) -> None:
    call("issue")
    call("issue", "--sent-by-hand")
    Path("input").mkdir()
    file = Path("input", name)
    wrap = zipped if name.endswith("zip") else (lambda _, x: mail(OWN, x).as_bytes())
    file.write_bytes(wrap("a.xlsx", b"no sheet"))
    call("run", status=1)
    call("return", status=1)
    file.write_bytes(wrap("a.xlsx", sheet()))
    for command in ("remind", "return", "deliver"):
        assert "sheet-diag run" in call(command, "--as-of", "2027-01-20", status=2)
    call("run")
    call("deliver", "--unprotected")


@pytest.mark.usefixtures("here")
def test_a_moved_file_counts_as_read() -> None:
    call("issue")
    Path("input").mkdir()
    Path("input/a.zip").write_bytes(zipped("a.xlsx", sheet()))
    call("run")
    Path("input/済").mkdir()
    Path("input/a.zip").rename("input/済/b.zip")
    call("return")
    Path("input/済/c.zip").write_bytes(zipped("b.xlsx", sheet()))
    assert "済/c.zip" in call("return", status=2)


@pytest.mark.usefixtures("here")
def test_members_of_an_old_run_are_known_by_their_file_name() -> None:
    call("issue")
    Path("input").mkdir()
    file = Path("input/a.zip")
    file.write_bytes(zipped("a.xlsx", sheet()))
    call("run")
    told = Path("output/run.json")
    lines = told.read_text(encoding="utf-8").splitlines(keepends=True)
    old = [line.replace('"file_sha256":"', '"of_no_matter":"') for line in lines]
    assert old != lines
    told.write_text("".join(old), encoding="utf-8")
    file.write_bytes(zipped("b.xlsx", sheet()))
    call("return")


# --- over real servers


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    with open_firm(tmp_path, *ROWS) as office:
        yield office


def test_a_sender_stays_known_when_its_mail_is_moved_or_taken_apart(firm: Firm) -> None:
    asked = by_address(firm.send("issue", count=3))
    profile = {"industry": "製造業", "employees": "51〜100人"}
    content = fill_in(attached_workbook(asked[YAMADA]), Lang.JA, profile=profile)
    firm.dovecot.put(reply_mail(SUZUKI, asked[SUZUKI], content, "a.xlsx"))
    assert firm.type("collect", status=1).count("authserv_id") == 1
    (collected,) = (firm.folder / "input/mail").glob("*.eml")
    done = firm.folder / "input/済"
    done.mkdir()
    moved = Path(shutil.move(collected, done))
    for is_apart in (False, True):
        if is_apart:
            moved.unlink()
            (done / "回答.xlsx").write_bytes(content)
        said = firm.type("run", "--protect")
        assert "別の診断先のメールアドレス" in said
        assert "両社に確認" in firm.type("deliver", status=1)
        assert list((firm.folder / "output/drafts").glob("result/*.eml")) == []
        assert stages(firm, "2026-12-01") == {"依頼済み": 2, "判定済み": 1}


def test_a_strangers_return_stays_doubted_without_its_mail(firm: Firm) -> None:
    """The log keeps who sent the sheet that was saved from it."""
    asked = by_address(firm.send("issue", count=3))
    blank, mails = attached_workbook(asked[YAMADA]), firm.folder / "input/mail"
    for day, sender, industry in ((2, YAMADA, "製造業"), (9, NEVER, "情報通信業")):
        content = fill_in(blank, Lang.JA, profile={**PROFILE, "industry": industry})
        sent = reply_mail(sender, asked[YAMADA], content, "a.xlsx")
        firm.dovecot.put(f"Date: Mon, {day} Nov 2026 10:00:00 +0900\r\n".encode() + sent)
    assert NEVER in firm.type("collect", status=1)
    (firm.folder / "input/保存.xlsx").write_bytes(content)
    for path in mails.glob("*"):
        if NEVER.encode() in path.read_bytes():
            path.unlink()
    said = firm.type("run", "--protect")
    assert "診断先の回収票に代わっています（1件：保存.xlsx）" in said
    assert "--only C-001" in firm.type("deliver", status=1)


def test_a_mail_deleted_before_a_run_is_fetched_again(firm: Firm) -> None:
    asked = by_address(firm.send("issue", count=3))
    for address in (YAMADA, SMITH):
        firm.dovecot.put(answer(address, asked[address], ""))
    firm.type("collect")
    source = firm.folder / "input"
    before = files(firm)
    for path in (source / "mail").glob("*.eml"):
        path.unlink()
    assert stages(firm, "2026-12-01") == {"依頼済み": 3}
    assert "なくなっている診断先（2社）" in firm.said[-1]
    said = firm.type("remind", "--as-of", "2027-01-10")
    assert "sheet-diag collect" in said
    assert "3通" in said

    # Back they come, each once, and count.
    said = firm.type("collect")
    assert "このうち2通は以前に受信したもの" in said
    assert files(firm) == before
    assert "新しいメールを0通" in firm.type("collect")
    assert stages(firm, "2026-12-01") == {"依頼済み": 1, "受領（判定待ち）": 2}

    # Moved unread, they are there; read, they may go; and what is nowhere any more is told.
    (source / "済").mkdir()
    first, second = sorted((source / "mail").glob("*.eml"))
    shutil.move(first, source / "済")
    assert stages(firm, "2026-12-01") == {"依頼済み": 1, "受領（判定待ち）": 2}
    firm.type("run", "--protect")
    second.unlink()
    assert stages(firm, "2026-12-01") == {"依頼済み": 1, "判定済み": 2}
    assert "新しいメールを0通" in firm.type("collect")
    (firm.folder / "output/run.json").unlink()
    firm.dovecot.empty()
    said = firm.type("collect", status=1)
    assert f"C-002：mail/{second.name}" in said.replace(": ", "：")
    assert first.name not in said
    assert stages(firm, "2026-12-01") == {"依頼済み": 2, "受領（判定待ち）": 1}
