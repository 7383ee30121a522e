"""What opens the accounts on mail servers, asked for, tried and kept: `sheet-diag login`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final

import typer

from sheet_diag.cli.arguments import SETTINGS_FILE, read_settings
from sheet_diag.cli.errors import fail
from sheet_diag.cli.options import LoginOptions
from sheet_diag.mail.auth.credentials import (
    find_client_secret,
    store_client_secret,
    store_mail_password,
    store_refresh_token,
)
from sheet_diag.mail.imap.mailbox import try_imap_login as try_mailbox
from sheet_diag.mail.smtp.connection import try_smtp_login as try_server
from sheet_diag.model.mail import MailProtocol
from sheet_diag.model.settings import CorrespondenceSettings, MailServer
from sheet_diag.text.wording import Wording

_SERVERS: Final[tuple[MailProtocol, ...]] = ("smtp", "imap")


def keep_login(options: LoginOptions, say: Wording) -> None:
    """Ask for the password of a server, or have its account signed in; try it, and keep it.

    Ends where there is no such server; raises what its parts raise.
    """
    if options.server not in _SERVERS:
        fail(say("mail.error.server", value=options.server), say)
    protocol: MailProtocol = "imap" if options.server == "imap" else "smtp"
    settings = read_settings(options.config).correspondence
    account = settings.imap if protocol == "imap" else settings.smtp
    if account is None:
        fail(say(f"mail.error.no_{protocol}", name=SETTINGS_FILE), say)
    if account.registration:
        _sign_in(options, protocol, account, settings, say)
    else:
        _ask_password(protocol, account, settings, say)


def _ask_password(
    protocol: MailProtocol, account: MailServer, settings: CorrespondenceSettings, say: Wording
) -> None:
    question = say("mail.login.ask", host=account.host, user=account.user)
    password = typer.prompt(question, hide_input=True)
    _try_login(protocol, account, settings, password)
    store_mail_password(account, protocol, password)
    typer.echo(say("mail.login.kept", host=account.host, user=account.user))


def _sign_in(
    options: LoginOptions,
    protocol: MailProtocol,
    account: MailServer,
    settings: CorrespondenceSettings,
    say: Wording,
) -> None:
    """Have a person sign the account in, for every server that it is good for."""
    from sheet_diag.mail.auth.providers import (
        supports_device_codes,  # here: passwords need none of it
    )

    if not account.user:
        fail(say("mail.error.no_sender", name=SETTINGS_FILE), say)
    known = find_client_secret(account, protocol, os.environ)
    secret = known
    if secret is None:
        secret = typer.prompt(say("signin.ask_secret"), hide_input=True)
    uses = _servers_of_account(account, settings)
    by_code = account.registration is not None and supports_device_codes(account.registration)
    if by_code and not options.browser:
        access, refresh = _sign_in_by_code(protocol, account, uses, say)
    else:
        access, refresh = _sign_in_by_browser(account, uses, secret, say)
    _try_login(protocol, account, settings, access)
    if known is None:
        store_client_secret(account, protocol, secret)
    store_refresh_token(account, protocol, refresh)
    typer.echo(say("signin.kept", host=account.host, user=account.user))
    if len(uses) > 1:
        typer.echo(say("signin.kept.both"))


def _servers_of_account(
    account: MailServer, settings: CorrespondenceSettings
) -> Sequence[MailProtocol]:
    """What the account is used for, as far as one sign-in is good for it."""
    mine = (account.registration, account.user)
    servers: Sequence[tuple[MailProtocol, MailServer | None]] = [
        ("smtp", settings.smtp),
        ("imap", settings.imap),
    ]
    return [use for use, each in servers if each and (each.registration, each.user) == mine]


def _sign_in_by_code(
    protocol: MailProtocol, account: MailServer, uses: Sequence[MailProtocol], say: Wording
) -> tuple[str, str]:
    """The access token and the refresh token, once a person has typed a code somewhere."""
    from sheet_diag.mail.auth.device import request_device_code, wait_for_tokens

    code = request_device_code(account, uses)
    minutes = code.seconds // 60
    place = {"address": code.address, "code": code.code, "user": account.user}
    typer.echo(say("signin.code", minutes=minutes, which=protocol, **place))
    grant = wait_for_tokens(account, code)
    return grant.access, grant.refresh


def _sign_in_by_browser(
    account: MailServer, uses: Sequence[MailProtocol], secret: str, say: Wording
) -> tuple[str, str]:
    """The same, once a person has signed in with the browser of this machine."""
    from sheet_diag.mail.auth.browser import BrowserPrompt, sign_in_with_browser

    def begin(address: str) -> None:
        typer.echo(say("signin.browser", address=address, user=account.user))

    grant = sign_in_with_browser(account, uses, secret, BrowserPrompt(begin, say("signin.page")))
    return grant.access, grant.refresh


def _try_login(
    protocol: MailProtocol, account: MailServer, settings: CorrespondenceSettings, secret: str
) -> None:
    if protocol == "imap":
        try_mailbox(account, settings.folder, secret)
    else:
        try_server(account, secret)
