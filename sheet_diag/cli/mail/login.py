"""What opens the accounts on mail servers, asked for, tried and kept: `sheet-diag login`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import typer

from sheet_diag.cli.arguments import configured
from sheet_diag.cli.config import FILE_NAME
from sheet_diag.cli.errors import fail
from sheet_diag.mail.auth.credentials import keep_password, keep_secret, keep_sign_in, secret_for
from sheet_diag.mail.imap.mailbox import try_login as try_mailbox
from sheet_diag.mail.smtp.login import try_login as try_server
from sheet_diag.model.mail_access import Which
from sheet_diag.model.settings import Correspondence, MailServer
from sheet_diag.text.wording import Wording

_SERVERS: Final[tuple[Which, ...]] = ("smtp", "imap")


@dataclass(frozen=True, slots=True)
class LoginAsked:
    """What was typed. `browser` wants the browser of this machine instead of a code."""

    server: str
    browser: bool = False
    lang: str | None = None
    config: Path | None = None


def keep_login(asked: LoginAsked, say: Wording, words: Wording) -> None:
    """Ask for the password of a server, or have its account signed in; try it, and keep it.

    Ends where there is no such server; raises what its parts raise.
    """
    if asked.server not in _SERVERS:
        fail(say("mail.error.server", value=asked.server), say)
    which: Which = "imap" if asked.server == "imap" else "smtp"
    settings = configured(asked.config, asked.lang, say, words).correspondence
    account = settings.imap if which == "imap" else settings.smtp
    if account is None:
        fail(say(f"mail.error.no_{which}", name=FILE_NAME), say)
    if account.registration:
        _sign_in(asked, which, account, settings, say)
    else:
        _ask_password(which, account, settings, say)


def _ask_password(
    which: Which, account: MailServer, settings: Correspondence, say: Wording
) -> None:
    question = say("mail.login.ask", host=account.host, user=account.user)
    password = typer.prompt(question, hide_input=True)
    _try(which, account, settings, password)
    keep_password(account, which, password)
    typer.echo(say("mail.login.kept", host=account.host, user=account.user))


def _sign_in(
    asked: LoginAsked, which: Which, account: MailServer, settings: Correspondence, say: Wording
) -> None:
    """Have a person sign the account in, for every server that it is good for."""
    from sheet_diag.mail.auth.oauth.providers import gives_codes  # here: passwords need none of it

    if not account.user:
        fail(say("mail.error.no_sender", name=FILE_NAME), say)
    known = secret_for(account, which, os.environ)
    secret = known
    if secret is None:
        secret = typer.prompt(say("signin.ask_secret"), hide_input=True)
    uses = _uses(account, settings)
    by_code = account.registration is not None and gives_codes(account.registration)
    if by_code and not asked.browser:
        access, refresh = _by_code(which, account, uses, say)
    else:
        access, refresh = _by_browser(account, uses, secret, say)
    _try(which, account, settings, access)
    if known is None:
        keep_secret(account, which, secret)
    keep_sign_in(account, which, refresh)
    typer.echo(say("signin.kept", host=account.host, user=account.user))
    if len(uses) > 1:
        typer.echo(say("signin.kept.both"))


def _uses(account: MailServer, settings: Correspondence) -> Sequence[Which]:
    """What the account is used for, as far as one sign-in is good for it."""
    mine = (account.registration, account.user)
    servers: Sequence[tuple[Which, MailServer | None]] = [
        ("smtp", settings.smtp),
        ("imap", settings.imap),
    ]
    return [use for use, each in servers if each and (each.registration, each.user) == mine]


def _by_code(
    which: Which, account: MailServer, uses: Sequence[Which], say: Wording
) -> tuple[str, str]:
    """The access token and the refresh token, once a person has typed a code somewhere."""
    from sheet_diag.mail.auth.oauth.device import begin, wait_for

    code = begin(account, uses)
    minutes = code.seconds // 60
    place = {"address": code.address, "code": code.code, "user": account.user}
    typer.echo(say("signin.code", minutes=minutes, which=which, **place))
    grant = wait_for(account, code)
    return grant.access, grant.refresh


def _by_browser(
    account: MailServer, uses: Sequence[Which], secret: str, say: Wording
) -> tuple[str, str]:
    """The same, once a person has signed in with the browser of this machine."""
    from sheet_diag.mail.auth.oauth.browser import Shown, sign_in_here

    def begin(address: str) -> None:
        typer.echo(say("signin.browser", address=address, user=account.user))

    grant = sign_in_here(account, uses, secret, Shown(begin, say("signin.page")))
    return grant.access, grant.refresh


def _try(which: Which, account: MailServer, settings: Correspondence, secret: str) -> None:
    if which == "imap":
        try_mailbox(account, settings.folder, secret)
    else:
        try_server(account, secret)
