"""The client list beside what was sent so far: as the command `clients` tells it, and as the
mailing commands heed it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree

import pytest
from typer.testing import CliRunner

from sheet_diag.cli.main import app
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog
from sheet_diag.model.mail import MailEvent, MailLogEntry
from sheet_diag.model.mail_kinds import MailKind

HEAD = "診断先番号,会社名,メールアドレス\n"
LIST = HEAD + "001,株式会社甲,a@gmail.com\n002,株式会社乙,b@gmail.com\n"
SETTINGS = '[issuer]\nname = "見本株式会社"\nemail = "shindan@example.co.jp"\n'
SLIPPED = "a@gmail.com は、これまで 001 株式会社甲 への送付に使っていたアドレスです"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with settings and a list of two clients."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "clients.csv").write_text(LIST, encoding="utf-8")
    return tmp_path


def call(*words: str, status: int = 0) -> str:
    done = CliRunner().invoke(app, list(words), env={"COLUMNS": "200"})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    assert done.exit_code == status, done.output
    return done.output


def list_is(*lines: str) -> None:
    Path("clients.csv").write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")


def sent(*mails: tuple[str, str], folder: str = "output") -> None:
    """The requests that have gone out, by id and address."""
    with MailLog.open(Path(folder) / MAIL_LOG_NAME) as book:
        for client, address in mails:
            time = datetime(2026, 11, 2, tzinfo=UTC)
            book.add(
                MailLogEntry(time, MailEvent.SENT, client, MailKind.REQUEST, addresses=(address,))
            )


BOTH = (("001", "a@gmail.com"), ("002", "b@gmail.com"))


def test_a_list_that_agrees_with_the_log_is_good() -> None:
    sent(*BOTH)
    said = call("clients")
    assert "これまで" not in said
    assert "依頼済み" not in said
    assert "2件を確認しました" in said


def test_checking_the_list_makes_no_log(here: Path) -> None:
    assert "確認しました" in call("clients")
    assert not (here / "output").exists()


@pytest.mark.parametrize("folder", ["output", "last"])
def test_a_slipped_column_is_shown(folder: str) -> None:
    sent(*BOTH, folder=folder)
    list_is("001,株式会社甲,b@gmail.com", "002,株式会社乙,a@gmail.com")
    output = ("--output", folder) if folder != "output" else ()
    said = call("clients", *output)
    assert f"002 株式会社乙：{SLIPPED}" in said
    assert "送付済みの宛先と合わない" in said
    assert "001 株式会社甲：b@gmail.com は、これまで 002 株式会社乙" in said


def test_an_address_of_another_client_last_year_is_shown() -> None:
    sent(*BOTH, folder="last")
    Path("last/run.json").write_text(_RUN, encoding="utf-8")
    list_is("001,株式会社甲,a2@gmail.com", "002,株式会社乙,a@gmail.com")
    assert f"002 株式会社乙：{SLIPPED}" in call("clients", "--previous", "last")


_CATALOG = '{"id": "jis", "sha256": "0"}'
_RUN = f'{{"schema": 1, "as_of": "2025-11-20", "catalog": {_CATALOG}, "returns": []}}'


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        pytest.param(
            ("1,株式会社甲,a@gmail.com", "2,株式会社乙,b@gmail.com"),
            ("1 株式会社甲：a@gmail.com には、番号 001 として依頼済みです。CSV",
             "2 株式会社乙：b@gmail.com には、番号 002 として依頼済みです。CSV"),
            id="zeros lost in Excel",
        ),
        pytest.param(
            ("K-1,株式会社甲,a@gmail.com", "002,株式会社乙,b@gmail.com"),
            ("K-1 株式会社甲：a@gmail.com には、番号 001 として依頼済みです。番号を変え",),
            id="another id",
        ),
    ],
)  # fmt: skip
def test_changed_ids_are_shown_and_nobody_is_asked_twice(
    here: Path, lines: Sequence[str], says: Sequence[str]
) -> None:
    sent(*BOTH)
    list_is(*lines)
    told = call("clients")
    assert all(each in told for each in says)
    assert "これまで" not in told  # once is enough
    assert "送付済みの宛先と合わない" in told
    stopped = call("issue", status=2)
    assert all(each in stopped for each in says)
    assert "--only" in stopped
    assert not (here / "output" / "drafts").exists()


def test_only_asks_a_client_with_a_changed_id(here: Path) -> None:
    sent(*BOTH)
    list_is("K-1,株式会社甲,a@gmail.com", "002,株式会社乙,b@gmail.com")
    call("issue", "--only", "K-1", status=1)
    assert len(list((here / "output/drafts/request").glob("*.eml"))) == 1
    rmtree(here / "output/drafts")
    sent(("K-1", "a@gmail.com"))
    assert "依頼済み" not in call("clients")
    call("issue")


def test_other_commands_show_changed_ids_and_go_on() -> None:
    sent(*BOTH)
    list_is("1,株式会社甲,a@gmail.com", "2,株式会社乙,b@gmail.com")
    assert "番号 001 として依頼済みです" in call("remind")


def test_a_client_with_our_own_address_is_told() -> None:
    list_is("001,株式会社甲,a@gmail.com", "002,株式会社乙,Shindan@example.co.jp")
    said = call("clients")
    assert "002 株式会社乙：メールアドレス Shindan@example.co.jp は、メールの差出人" in said
    assert "001" not in said
