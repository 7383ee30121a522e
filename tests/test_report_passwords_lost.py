"""The list of passwords after Excel, a mishap or a wrong grip: what a person is told, and that a
report that has gone out keeps its password."""

from __future__ import annotations

import contextlib
import shutil
from email.message import EmailMessage
from pathlib import Path

import pytest

from sheet_diag.intake.passwords import load_passwords
from sheet_diag.model.basics import Lang
from sheet_diag.storage.object_store import _group_uploads
from tests.mail_firm import fill_in
from tests.passwords import password_rows, write_password_rows
from tests.test_mail_commands import LIST, PROFILE, SETTINGS, call, drafts

pytestmark = [
    pytest.mark.slow("reports are encrypted and mailed in most tests"),
    pytest.mark.usefixtures("tasks_here", "blank_pdfs"),
]

YAMADA = "yamada@mihon.co.jp"
OUTPUT = Path("output")
PASSWORDS = OUTPUT / "passwords.xlsx"
OLD = OUTPUT / "passwords.csv"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign with ids such as 001; the report of the first client has gone out encrypted."""
    folder = tmp_path_factory.mktemp("campaign")
    with contextlib.chdir(folder):
        Path("sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
        Path("clients.csv").write_text(LIST.replace("C-00", "00"), encoding="utf-8")
        call("issue")
        Path("input").mkdir()
        answer(1, Lang.JA, PROFILE)
        call("run", "--protect")
        call("deliver")
        call("deliver", "--sent-by-hand")
    return folder


@pytest.fixture
def sent(campaign: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(campaign, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


def answer(number: int, lang: Lang, profile: dict[str, str]) -> None:
    """A client answers."""
    sheet = next(Path("output/outbox").glob(f"*00{number}.xlsx")).read_bytes()
    Path(f"input/{number}.xlsx").write_bytes(fill_in(sheet, lang, profile=profile))


def save_as_csv(code: str, separator: str) -> bytes:
    """The list as an earlier version kept it and Excel has saved it: numbers are numbers."""
    lines = [["診断先番号", "診断先", "パスワード"]]
    lines += [[row[0].lstrip("0"), *row[1:]] for row in password_rows(OUTPUT)]
    PASSWORDS.unlink()
    OLD.write_bytes("\r\n".join(map(separator.join, lines)).encode(code))
    return OLD.read_bytes()


def kept_lists() -> list[Path]:
    return sorted(OUTPUT.glob("passwords-*"))


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(("code", "sign"), [("cp932", ","), ("utf-16", "\t"), ("utf-8-sig", ";")])
def test_deliver_makes_the_workbook_of_a_csv_that_excel_saved(code: str, sign: str) -> None:
    ((number, name, word),) = password_rows(OUTPUT)
    assert number == "001"
    content = save_as_csv(code, sign)
    said = call("deliver", "--passwords", "--by-mail")
    assert word in text_of(drafts("password")[YAMADA])
    (kept,) = kept_lists()
    assert kept.name in said
    assert kept.read_bytes() == content
    assert not OLD.exists()
    assert password_rows(OUTPUT) == [["001", name, word]]
    answer(2, Lang.EN, {"industry": "Manufacturing", "employees": "51 to 100"})
    said = call("run", "--protect")
    assert password_rows(OUTPUT)[0] == ["001", name, word]
    assert [row[0] for row in password_rows(OUTPUT)[1:]] == ["002"]
    assert "ご注意" not in said
    assert "passwords-" not in said
    call("deliver", "--passwords", "--by-mail", answer="y", status=1)
    assert word in text_of(drafts("password")[YAMADA])
    assert kept_lists() == [kept]


@pytest.mark.usefixtures("sent")
def test_a_run_makes_the_workbook_of_a_csv() -> None:
    before = password_rows(OUTPUT)
    content = save_as_csv("cp932", ",")
    assert "passwords" not in call("run")
    assert OLD.read_bytes() == content
    said = call("run", "--protect")
    (kept,) = kept_lists()
    assert kept.name in said
    assert kept.read_bytes() == content
    assert password_rows(OUTPUT) == before
    assert not OLD.exists()
    assert "ご注意" not in said


@pytest.mark.usefixtures("sent")
def test_a_csv_beside_the_workbook_is_not_used_and_that_is_said() -> None:
    before = password_rows(OUTPUT)
    OLD.write_text("診断先番号,診断先,パスワード\n001,甲,A\n", encoding="utf-8")
    for command in (("run", "--protect"), ("deliver", "--passwords", "--by-mail")):
        assert "古い passwords.csv は使われません" in call(*command)
    assert password_rows(OUTPUT) == before
    assert OLD.exists()


@pytest.mark.usefixtures("sent")
def test_other_mails_leave_a_csv_alone() -> None:
    content = save_as_csv("utf-8", ",")
    call("remind")
    assert OLD.read_bytes() == content
    assert not PASSWORDS.exists()


@pytest.mark.usefixtures("sent")
def test_a_list_that_was_lost_is_told_before_and_after() -> None:
    PASSWORDS.rename("elsewhere.xlsx")
    for command in (("deliver",), ("deliver", "--passwords", "--by-mail")):
        said = call(*command, status=2)
        assert "1社に送付済み" in said
        assert "全員が新しいパスワード" in said
    call("deliver", "--unprotected")
    assert "見つかりません" not in call("remind")
    said = call("run", "--protect")
    assert "001 株式会社見本商事" in said
    assert "再送する" in said
    assert "再送" in call("deliver", "--passwords", "--by-mail", status=1)
    assert drafts("password") == {}
    Path("elsewhere.xlsx").replace(PASSWORDS)
    assert "ご注意" not in call("run", "--protect")
    call("deliver", "--passwords", "--by-mail")
    assert list(drafts("password")) == [YAMADA]


@pytest.mark.usefixtures("sent")
def test_after_a_loss_report_and_password_go_out_again() -> None:
    PASSWORDS.unlink()
    call("run", "--protect")
    assert "--again --only 001" in call("deliver", "--passwords", "--by-mail", status=1)
    call("deliver", "--again", "--only", "001")
    call("deliver", "--sent-by-hand")
    call("deliver", "--passwords", "--by-mail")
    assert password_rows(OUTPUT)[0][2] in text_of(drafts("password")[YAMADA])
    assert "ご注意" not in call("run", "--protect")


@pytest.mark.usefixtures("sent")
def test_a_line_that_was_lost_is_told() -> None:
    ((_, _, word),) = password_rows(OUTPUT)
    write_password_rows(OUTPUT, [("009", "別の会社", word)])
    said = call("deliver", "--passwords", "--by-mail", status=1)
    assert "その行を戻してください" in said
    assert "再送が必要" in said
    assert drafts("password") == {}
    assert "001 株式会社見本商事" in call("run", "--protect")


@pytest.mark.usefixtures("sent")
def test_of_two_rows_that_an_earlier_version_left_the_one_that_went_out_counts() -> None:
    ((_, name, word),) = password_rows(OUTPUT)
    write_password_rows(OUTPUT, [("001", name, "NEW"), ("1", name, word)])
    content = PASSWORDS.read_bytes()
    call("deliver", "--passwords", "--by-mail")
    assert word in text_of(drafts("password")[YAMADA])
    assert "ご注意" not in call("run", "--protect")
    assert password_rows(OUTPUT) == [["001", name, word]]
    assert kept_lists()[0].read_bytes() == content


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param([("1", "別の会社", "A")], "2行目の診断先番号「1」", id="whose"),
        pytest.param([("001", "甲", "")], "2行目にパスワードがありません", id="no password"),
        pytest.param([("001", "甲", "A"), ("001", "甲", "B")], "2, 3行目", id="two"),
    ],
)
def test_why_a_list_cannot_be_read_is_told(lines: list[tuple[str, str, str]], says: str) -> None:
    write_password_rows(OUTPUT, lines)
    content = PASSWORDS.read_bytes()
    for command in (("run", "--protect"), ("deliver", "--passwords", "--by-mail"), ("remind",)):
        assert says in call(*command, status=2)
    assert PASSWORDS.read_bytes() == content


@pytest.mark.usefixtures("sent")
def test_several_faults_are_told_row_by_row() -> None:
    write_password_rows(OUTPUT, [("1", "甲", ""), ("2", "乙", "")])
    lines = call("run", "--protect", status=2).splitlines()
    assert [line[:5] for line in lines[1:]] == ["  2行目", "  3行目"]
    assert "2か所" in lines[0]


def test_a_list_for_returns_that_cannot_be_read_tells_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("input").mkdir()
    Path("input/a.xlsx").write_bytes(b"")
    Path("list.csv").write_text("甲,a\n乙,b,c\n", encoding="utf-8")
    said = call("run", "--passwords", "list.csv", status=2)
    assert "list.csv" in said
    assert "2行目" in said


@pytest.mark.usefixtures("sent")
def test_the_list_opens_reports_that_come_back() -> None:
    word = password_rows(OUTPUT)[0][2]
    expected = (("001", word), ("株式会社見本商事", word))
    assert load_passwords(PASSWORDS, {}).by_client == expected


def test_a_store_has_the_kept_list_before_the_new_one() -> None:
    names = ["results/a.xlsx", "run.json", "passwords.xlsx", "passwords-20261127-000000.csv"]
    first = ["passwords-20261127-000000.csv"], ["passwords.xlsx"]
    assert [*_group_uploads(names)][:2] == [*first]
