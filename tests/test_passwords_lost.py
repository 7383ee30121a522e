"""The list of passwords after Excel, a mishap or a wrong grip: what a person is told, and that a
report that has gone out keeps its password."""

from __future__ import annotations

import csv
import io
from email.message import EmailMessage
from pathlib import Path

import pytest

from sheet_diag.intake.decryption import load_passwords
from sheet_diag.model.basics import Lang
from sheet_diag.storage.object_store import _group_uploads
from tests.loops import fill_in
from tests.test_errands import LIST, PROFILE, SETTINGS, call, drafts

YAMADA = "yamada@mihon.co.jp"
PASSWORDS = Path("output/passwords.csv")


@pytest.fixture
def sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A campaign with ids such as 001; the report of the first client has gone out encrypted."""
    monkeypatch.chdir(tmp_path)
    Path("sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    Path("clients.csv").write_text(LIST.replace("C-00", "00"), encoding="utf-8")
    call("issue")
    Path("input").mkdir()
    answer(1, Lang.JA, PROFILE)
    call("run", "--protect")
    call("deliver")
    call("deliver", "--sent-by-hand")


def answer(number: int, lang: Lang, profile: dict[str, str]) -> None:
    """A client answers."""
    sheet = next(Path("output/outbox").glob(f"*00{number}.xlsx")).read_bytes()
    Path(f"input/{number}.xlsx").write_bytes(fill_in(sheet, lang, profile=profile))


def rows() -> list[list[str]]:
    return list(csv.reader(io.StringIO(PASSWORDS.read_text("utf-8-sig"))))


def as_excel_saves(code: str, sign: str) -> None:
    """An older list without apostrophes, opened and saved: numbers are numbers."""
    lines = [
        [cell.lstrip("'0") if cell.strip("'").isdecimal() else cell for cell in row]
        for row in rows()
    ]
    PASSWORDS.write_bytes("\r\n".join(map(sign.join, lines)).encode(code))


def formers() -> list[Path]:
    return sorted(PASSWORDS.parent.glob("passwords-*.csv"))


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body
    return str(body.get_content())


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(("code", "sign"), [("cp932", ","), ("utf-16", "\t"), ("utf-8-sig", ";")])
def test_a_list_that_excel_saved_still_tells_what_went_out(code: str, sign: str) -> None:
    ((number, name, word),) = rows()[1:]
    assert number == "'001"
    as_excel_saves(code, sign)
    content = PASSWORDS.read_bytes()
    call("deliver", "--passwords")
    assert word in text_of(drafts("password")[YAMADA])
    assert PASSWORDS.read_bytes() == content
    answer(2, Lang.EN, {"industry": "Manufacturing", "employees": "51 to 100"})
    said = call("run", "--protect")
    assert rows()[1] == ["'001", name, word]
    assert [row[0] for row in rows()[2:]] == ["'002"]
    (former,) = formers()
    assert former.name in said
    assert former.read_bytes() == content
    assert "ご注意" not in said
    call("deliver", "--passwords", answer="y", status=1)
    assert word in text_of(drafts("password")[YAMADA])
    assert "passwords-" not in call("run", "--protect")
    assert formers() == [former]


@pytest.mark.usefixtures("sent")
def test_a_list_that_was_lost_is_told_before_and_after() -> None:
    PASSWORDS.rename("elsewhere.csv")
    for command in (("deliver",), ("deliver", "--passwords")):
        said = call(*command, status=2)
        assert "1 社に送付済み" in said
        assert "全員が新しいパスワード" in said
    call("deliver", "--unprotected")
    assert "見つかりません" not in call("remind")
    said = call("run", "--protect")
    assert "001 株式会社見本商事" in said
    assert "送り直す" in said
    assert "送り直し" in call("deliver", "--passwords", status=1)
    assert drafts("password") == {}
    Path("elsewhere.csv").replace(PASSWORDS)
    assert "ご注意" not in call("run", "--protect")
    call("deliver", "--passwords")
    assert list(drafts("password")) == [YAMADA]


@pytest.mark.usefixtures("sent")
def test_after_a_loss_report_and_password_go_out_again() -> None:
    PASSWORDS.unlink()
    call("run", "--protect")
    assert "--again --only 001" in call("deliver", "--passwords", status=1)
    call("deliver", "--again", "--only", "001")
    call("deliver", "--sent-by-hand")
    call("deliver", "--passwords")
    assert rows()[1][2] in text_of(drafts("password")[YAMADA])
    assert "ご注意" not in call("run", "--protect")


@pytest.mark.usefixtures("sent")
def test_a_line_that_was_lost_is_told() -> None:
    head, line = PASSWORDS.read_text("utf-8-sig").splitlines()
    PASSWORDS.write_text(f"{head}\n009,別の会社,{line.rpartition(',')[2]}\n", encoding="utf-8")
    said = call("deliver", "--passwords", status=1)
    assert "その行を戻してください" in said
    assert "送り直しが必要" in said
    assert drafts("password") == {}
    assert "001 株式会社見本商事" in call("run", "--protect")


@pytest.mark.usefixtures("sent")
def test_of_two_lines_that_an_earlier_version_left_the_one_that_went_out_counts() -> None:
    ((_, name, word),) = rows()[1:]
    text = f"診断先番号,診断先,パスワード\n001,{name},NEW\n1,{name},{word}\n"
    PASSWORDS.write_text(text, encoding="utf-8-sig")
    call("deliver", "--passwords")
    assert word in text_of(drafts("password")[YAMADA])
    assert "ご注意" not in call("run", "--protect")
    assert rows()[1:] == [["'001", name, word]]
    assert formers()[0].read_text("utf-8-sig") == text


@pytest.mark.usefixtures("sent")
@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param("1,別の会社,A\n", "2行目の診断先番号「1」", id="whose"),
        pytest.param("001,甲,\n", "2行目にパスワードがありません", id="no password"),
        pytest.param("001,甲,A\n001,甲,B\n", "2, 3行目", id="two"),
    ],
)
def test_why_a_list_cannot_be_read_is_told(lines: str, says: str) -> None:
    content = f"診断先番号,診断先,パスワード\n{lines}".encode("cp932")
    PASSWORDS.write_bytes(content)
    for command in (("run", "--protect"), ("deliver", "--passwords"), ("remind",)):
        assert says in call(*command, status=2)
    assert PASSWORDS.read_bytes() == content


@pytest.mark.usefixtures("sent")
def test_several_faults_are_told_line_by_line() -> None:
    PASSWORDS.write_text("診断先番号,診断先,パスワード\n1,甲,\n2,乙,\n", encoding="utf-8")
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
    word = rows()[1][2]
    expected = (("001", word), ("株式会社見本商事", word))
    assert load_passwords(PASSWORDS, {}).by_client == expected


def test_a_store_has_the_former_list_before_the_new_one() -> None:
    names = ["results/a.xlsx", "run.json", "passwords.csv", "passwords-20261127-000000.csv"]
    assert [*_group_uploads(names)][:2] == [["passwords-20261127-000000.csv"], ["passwords.csv"]]
