"""The mail tables of sheet-diag.toml: what they mean, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheet_diag.config import ConfigError, load_config
from sheet_diag.model.settings import Correspondence, MailServer, Security

ISSUER = '[issuer]\nname = "見本株式会社"\ndepartment = "診断室"\nemail = "shindan@example.co.jp"\n'


def _settings(folder: Path, text: str) -> Correspondence:
    path = folder / "sheet-diag.toml"
    path.write_text(text, encoding="utf-8")
    return load_config(path).correspondence


def _faults(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(ConfigError) as caught:
        _settings(folder, text)
    return [(key.removeprefix("config."), parts["key"]) for key, parts in caught.value.faults]


def test_the_issuer_writes_where_nothing_else_is_said(tmp_path: Path) -> None:
    settings = _settings(tmp_path, ISSUER)
    assert (settings.sender, settings.name) == ("shindan@example.co.jp", "見本株式会社 診断室")
    assert (settings.smtp, settings.imap, settings.letters) == (None, None, None)


def test_usual_ports_and_the_users_name(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path, ISSUER + '[smtp]\nhost = "out.example.co.jp"\n[imap]\nhost = "in.example.co.jp"\n'
    )
    user = "shindan@example.co.jp"
    assert settings.smtp == MailServer("out.example.co.jp", 587, Security.STARTTLS, user)
    assert settings.imap == MailServer("in.example.co.jp", 993, Security.TLS, user)


@pytest.mark.parametrize(
    ("table", "security", "port"),
    [("smtp", "tls", 465), ("smtp", "starttls", 587), ("imap", "starttls", 143)],
)
def test_the_port_follows_the_kind_of_tls(
    tmp_path: Path, table: str, security: str, port: int
) -> None:
    text = f'[{table}]\nhost = "x.example"\nsecurity = "{security}"\n'
    settings = _settings(tmp_path, ISSUER + text)
    server = settings.smtp if table == "smtp" else settings.imap
    assert server
    assert server.port == port


def test_everything_can_be_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "texts").mkdir()
    settings = _settings(
        tmp_path,
        ISSUER
        + '[mail]\nsender = "a@b.example"\nname = "係"\ncopies = false\ncopy_seconds = 5\n'
        + 'letters = "texts"\n[smtp]\nhost = "o"\nport = 25\nuser = "u"\nca = "ca.pem"\n'
        + 'per_minute = 5\n[imap]\nhost = "i"\nfolder = "回答"\n',
    )
    assert settings == Correspondence(
        sender="a@b.example",
        name="係",
        copies=False,
        copy_seconds=5,
        letters=tmp_path / "texts",
        smtp=MailServer("o", 25, Security.STARTTLS, "u", tmp_path / "ca.pem"),
        per_minute=5,
        imap=MailServer("i", 993, Security.TLS, "a@b.example"),
        folder="回答",
    )


def test_letters_beside_the_settings_are_found(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    assert _settings(tmp_path, ISSUER).letters == tmp_path / "letters"


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param('[smtp]\nhost="x"\npassword="p"', [("unknown_key", "smtp.password")], id="p"),
        pytest.param('[mail]\nsender="nobody"', [("not_an_address", "mail.sender")], id="sender"),
        pytest.param('[mail]\nletters="no"', [("not_a_folder", "mail.letters")], id="letters"),
        pytest.param('[smtp]\nuser="u"', [("no_host", "smtp.host")], id="host"),
        pytest.param('[imap]\nhost="x"\nca="no"', [("not_a_file", "imap.ca")], id="ca"),
        pytest.param('mail = "x"', [("not_a_table", "mail")], id="no table"),
        pytest.param(
            '[mail]\ncopies="yes"\n[smtp]\nhost=1\nport=0\nsecurity="none"',
            [
                ("not_yes_or_no", "mail.copies"),
                ("not_text", "smtp.host"),
                ("not_a_number", "smtp.port"),
                ("not_one_of", "smtp.security"),
            ],
            id="all at once",
        ),
    ],
)
def test_faults(tmp_path: Path, text: str, faults: list[tuple[str, str]]) -> None:
    assert _faults(tmp_path, text + "\n") == faults
