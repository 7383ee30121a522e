"""The mail tables of sheet-diag.toml: what they mean, and every fault at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from sheet_diag.cli.settings_file import SettingsError, load_settings
from sheet_diag.model.settings import (
    AppRegistration,
    ConnectionSecurity,
    CorrespondenceSettings,
    MailProvider,
    MailServer,
)

ISSUER = '[issuer]\nname = "見本株式会社"\ndepartment = "診断室"\nemail = "shindan@example.co.jp"\n'


def _settings(folder: Path, text: str) -> CorrespondenceSettings:
    path = folder / "sheet-diag.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path).correspondence


def _faults(folder: Path, text: str) -> list[tuple[str, str]]:
    with pytest.raises(SettingsError) as caught:
        _settings(folder, text)
    return [(each.key.removeprefix("config."), each.parts["key"]) for each in caught.value.faults]


def test_the_issuer_is_the_default_sender(tmp_path: Path) -> None:
    settings = _settings(tmp_path, ISSUER)
    assert (settings.sender, settings.name) == ("shindan@example.co.jp", "見本株式会社 診断室")
    assert (settings.smtp, settings.imap, settings.letters) == (None, None, None)


def test_port_and_user_have_defaults(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path, ISSUER + '[smtp]\nhost = "out.example.co.jp"\n[imap]\nhost = "in.example.co.jp"\n'
    )
    user = "shindan@example.co.jp"
    assert settings.smtp == MailServer("out.example.co.jp", 587, ConnectionSecurity.STARTTLS, user)
    assert settings.imap == MailServer("in.example.co.jp", 993, ConnectionSecurity.TLS, user)


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


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").touch()
    (tmp_path / "texts").mkdir()
    settings = _settings(
        tmp_path,
        ISSUER
        + '[mail]\nsender = "a@b.example"\nname = "係"\ncopies = false\ncopy_seconds = 5\n'
        + "reminder_days = 10\n"
        + 'letters = "texts"\n[smtp]\nhost = "o"\nport = 25\nuser = "u"\nca = "ca.pem"\n'
        + 'per_minute = 5\n[imap]\nhost = "i"\nfolder = "回答"\ndrafts = "下書き"\n'
        + 'authserv_id = " mx.b.example "\n',
    )
    assert settings == CorrespondenceSettings(
        sender="a@b.example",
        name="係",
        copies=False,
        copy_seconds=5,
        reminder_days=10,
        letters=tmp_path / "texts",
        smtp=MailServer("o", 25, ConnectionSecurity.STARTTLS, "u", tmp_path / "ca.pem"),
        per_minute=5,
        imap=MailServer("i", 993, ConnectionSecurity.TLS, "a@b.example"),
        authserv_id="mx.b.example",
        folder="回答",
        drafts="下書き",
    )


def test_templates_beside_the_settings_are_found(tmp_path: Path) -> None:
    (tmp_path / "letters").mkdir()
    assert _settings(tmp_path, ISSUER).letters == tmp_path / "letters"


MICROSOFT = '[smtp]\nhost="o"\nsign_in="microsoft"\n'


def test_accounts_can_be_signed_in(tmp_path: Path) -> None:
    settings = _settings(
        tmp_path,
        ISSUER
        + f'{MICROSOFT}[imap]\nhost = "i"\nsign_in = "google"\n[google]\nclient_id = "g"\n'
        + '[microsoft]\nclient_id = "m"\ntenant = "example.co.jp"\n',
    )
    assert settings.smtp
    assert settings.imap
    assert settings.smtp.registration == AppRegistration(
        MailProvider.MICROSOFT, "m", "example.co.jp"
    )
    assert settings.imap.registration == AppRegistration(MailProvider.GOOGLE, "g")


def test_an_application_may_serve_every_firm(tmp_path: Path) -> None:
    settings = _settings(tmp_path, f'{ISSUER}{MICROSOFT}[microsoft]\nclient_id = "m"\n')
    assert settings.smtp
    assert settings.smtp.registration == AppRegistration(
        MailProvider.MICROSOFT, "m", "organizations"
    )


def test_a_password_needs_no_application(tmp_path: Path) -> None:
    text = '[smtp]\nhost = "o"\nsign_in = "password"\n[microsoft]\nclient_id = "m"\n'
    settings = _settings(tmp_path, ISSUER + text)
    assert settings.smtp
    assert settings.smtp.registration is None


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        pytest.param(MICROSOFT, [("no_client_id", "microsoft.client_id")], id="no application"),
        pytest.param(
            MICROSOFT + '[microsoft]\nclient_id=""',
            [("no_client_id", "microsoft.client_id")],
            id="an application without an id",
        ),
        pytest.param(
            MICROSOFT + '[google]\nclient_id="g"',
            [("no_client_id", "microsoft.client_id")],
            id="another provider",
        ),
        pytest.param(
            MICROSOFT + "[microsoft]\nclient_id=1\ntenant=2",
            [("not_text", "microsoft.client_id"), ("not_text", "microsoft.tenant")],
            id="no texts",
        ),
        pytest.param(
            MICROSOFT + '[microsoft]\nclient_id="m"\ntenant="a/../b"',
            [("not_a_tenant", "microsoft.tenant")],
            id="tenant",
        ),
        pytest.param(
            MICROSOFT + '[microsoft]\nclient_id="m"\nclient_secret="s"',
            [("unknown_key", "microsoft.client_secret")],
            id="a secret",
        ),
        pytest.param(
            '[google]\nclient_id="g"\ntenant="t"', [("unknown_key", "google.tenant")], id="google"
        ),
        pytest.param('microsoft = "m"', [("not_a_table", "microsoft")], id="no table of it"),
        pytest.param(
            '[smtp]\nhost="o"\nsign_in="office"', [("not_one_of", "smtp.sign_in")], id="who"
        ),
        pytest.param('[smtp]\nhost="o"\nsign_in=[1]', [("not_one_of", "smtp.sign_in")], id="list"),
        pytest.param(
            '[imap]\nhost="i"\nsign_in="google"\nuser="診断"\n[google]\nclient_id="g"',
            [("not_an_address", "imap.user")],
            id="user",
        ),
        pytest.param('[smtp]\nhost="x"\npassword="p"', [("unknown_key", "smtp.password")], id="p"),
        pytest.param('[mail]\nsender="nobody"', [("not_an_address", "mail.sender")], id="sender"),
        pytest.param('[mail]\nletters="no"', [("not_a_folder", "mail.letters")], id="letters"),
        pytest.param('[smtp]\nuser="u"', [("no_host", "smtp.host")], id="host"),
        pytest.param('[imap]\nhost="x"\nca="no"', [("not_a_file", "imap.ca")], id="ca"),
        pytest.param('mail = "x"', [("not_a_table", "mail")], id="no table"),
        pytest.param(
            '[mail]\ncopies="yes"\nreminder_days=0\n[smtp]\nhost=1\nport=0\nsecurity="none"',
            [
                ("not_yes_or_no", "mail.copies"),
                ("not_a_number", "mail.reminder_days"),
                ("not_text", "smtp.host"),
                ("not_a_number", "smtp.port"),
                ("not_one_of", "smtp.security"),
            ],
            id="all at once",
        ),
    ],
)
def test_faults_are_reported_with_their_keys(
    tmp_path: Path, text: str, faults: list[tuple[str, str]]
) -> None:
    assert _faults(tmp_path, text + "\n") == faults


def test_a_misspelt_key_is_reported_with_the_nearest(tmp_path: Path) -> None:
    path = tmp_path / "sheet-diag.toml"
    path.write_text(MICROSOFT.replace("sign_in", "signin") + "[microsft]\n", encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(path)
    near = {each.parts["key"]: each.parts["near"] for each in caught.value.faults}
    assert near == {"smtp.signin": "sign_in", "microsft": "microsoft"}
