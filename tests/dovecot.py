"""Debian's Dovecot on loopback: a real IMAP server with TLS and a Maildir, gone after the test.

Everything of it lies in a folder of its own; it runs as whoever runs the tests, several of them at
once on free ports.
"""

from __future__ import annotations

import grp
import os
import pwd
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from imap_tools import MailBox
from imap_tools.imap_utf7 import utf7_encode

from sheet_diag.model.settings import ConnectionSecurity, MailServer
from tests.mailservers import HOST, PASSWORD, USER, Authority

__all__ = ["PASSWORD", "USER", "Dovecot"]

_PROGRAM = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
_CONFIG = """
base_dir = {top}/run
state_dir = {top}/state
log_path = {top}/log
protocols = imap
listen = 127.0.0.1
login_greeting = ready
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
first_valid_uid = 0
first_valid_gid = 0

disable_plaintext_auth = yes
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
mail_location = maildir:{top}/mail
mailbox_list_index = no
mail_max_userip_connections = 50
auth_failure_delay = 0
auth_mechanisms = plain login{token_mechanisms}
{token_passdb}
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%u {top}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={top}/home
}}
namespace inbox {{
  inbox = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox Drafts {{
    special_use = \\Drafts
    auto = create
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {plain_port}
  }}
  inet_listener imaps {{
    port = {port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""
# Tokens are asked about at an address of the test.
_TOKEN_PASSDB = """
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {top}/oauth2
}}
"""
_TOKENS = """
introspection_mode = post
introspection_url = {address}
username_attribute = username
active_attribute = active
active_value = true
"""


class Dovecot:
    """The server, running while entered, with one account. `files` show what it really holds.

    It takes tokens as well where it is told an address that tells whose they are (RFC 7662)."""

    def __init__(self, authority: Authority, introspection: str = "") -> None:
        self._authority = authority
        self._introspection = introspection
        self._process: subprocess.Popen[bytes] | None = None

    def settings(
        self, security: ConnectionSecurity = ConnectionSecurity.TLS, **more: Any
    ) -> MailServer:
        """How to reach it."""
        port = self.port if security is ConnectionSecurity.TLS else self.plain_port
        given = {
            "host": HOST,
            "port": port,
            "security": security,
            "user": USER,
            "ca": self._authority.file,
        }
        return MailServer(**{**given, **more})

    def put(self, *mails: bytes, folder: str = "INBOX", when: datetime | None = None) -> None:
        """Have mails arrive."""
        with self._client() as box:
            for mail in mails:
                box.append(mail, folder, dt=when or datetime.now(UTC))

    def make(self, folder: str) -> None:
        """Make a folder."""
        with self._client() as box:
            box.folder.create(folder)

    def mark(self, flag: str, folder: str = "INBOX") -> None:
        """Flag all mails of a folder."""
        with self._client() as box:
            box.folder.set(folder)
            box.flag(box.uids(), flag, True)

    def empty(self) -> None:
        """Take all mails and folders away."""
        with self._client() as box:
            for folder in box.folder.list():
                box.folder.set(folder.name)
                box.delete(box.uids())
            for folder in box.folder.list():
                if folder.name not in ("INBOX", "Sent", "Drafts"):
                    box.folder.set("INBOX")
                    box.folder.delete(folder.name)

    def files(self, folder: str = "INBOX") -> list[str]:
        """The files of a folder: whether a mail is new, and all its flags, are in their names."""
        place = self.mail if folder == "INBOX" else self.mail / f".{utf7_encode(folder).decode()}"
        found = [each for part in ("new", "cur") for each in (place / part).iterdir()]
        return sorted(str(each.relative_to(place)) for each in found)

    def deliver(self, mails: Iterable[bytes]) -> None:
        """Lay mails into the inbox as a delivery agent does: new, and recent to nobody yet."""
        for number, mail in enumerate(mails):
            path = self.mail / "new" / f"{time.time_ns()}.{number}.test"
            path.write_bytes(mail)
            _give_away(path)

    def log(self) -> str:
        """What it wrote down."""
        return (self._top / "log").read_text(encoding="utf-8", errors="replace")

    def __enter__(self) -> Self:
        # Not pytest's: the names of sockets must be short.
        self._top = Path(tempfile.mkdtemp(prefix="dovecot-"))
        self.mail = self._top / "mail"
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if process := self._process:
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(self._top, ignore_errors=True)

    def _start(self) -> None:
        assert _PROGRAM, "Dovecot is not installed (package dovecot-imapd)"
        self._top.chmod(0o755)
        for name in ("run", "home", *(f"mail/{part}" for part in ("cur", "new", "tmp"))):
            (self._top / name).mkdir(parents=True)
        _give_away(self.mail)
        _give_away(self._top / "home")
        config = self._top / "dovecot.conf"
        (self._top / "users").write_text(f"{USER}:{PASSWORD}\n", encoding="utf-8")
        certificate, key = self._authority.files(self._top)
        for _ in range(5):  # until nobody else has taken the ports meanwhile
            self.port, self.plain_port = _free_ports()
            text = _CONFIG.format(
                top=self._top,
                certificate=certificate,
                key=key,
                port=self.port,
                plain_port=self.plain_port,
                **self._tokens(),
                **_users(),
            )
            config.write_text(text, encoding="utf-8")
            with (self._top / "errors").open("wb") as errors:
                self._process = subprocess.Popen(
                    [_PROGRAM, "-F", "-c", str(config)],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=errors,
                )
            if self._is_up():
                return
        raise AssertionError(self.log() + (self._top / "errors").read_text())

    def _tokens(self) -> dict[str, str]:
        """What its settings say of tokens."""
        if not self._introspection:
            return {"token_mechanisms": "", "token_passdb": ""}
        text = _TOKENS.format(address=self._introspection)
        (self._top / "oauth2").write_text(text, encoding="utf-8")
        passdb = _TOKEN_PASSDB.format(top=self._top)
        return {"token_mechanisms": " xoauth2", "token_passdb": passdb}

    def _is_up(self) -> bool:
        """Whether it answers, once it does or has ended."""
        assert self._process
        while self._process.poll() is None:
            try:
                with self._client():
                    return True
            except OSError:
                time.sleep(0.02)
        return False

    def _client(self) -> MailBox:
        context = ssl.create_default_context(cafile=self._authority.file)
        box = MailBox(HOST, self.port, timeout=60, ssl_context=context)
        return box.login(USER, PASSWORD)


def _users() -> dict[str, object]:
    """Whom its processes run as: root gives its rights away, as on every server."""
    if os.getuid() == 0:
        mail = pwd.getpwnam("mail")
        names = {"internal": "dovecot", "internal_group": "dovecot", "login": "dovenull"}
        return {"uid": mail.pw_uid, "gid": mail.pw_gid, **names}
    own, group = pwd.getpwuid(os.getuid()).pw_name, grp.getgrgid(os.getgid()).gr_name
    names = {"internal": own, "internal_group": group, "login": own}
    return {"uid": os.getuid(), "gid": os.getgid(), **names}


def _give_away(folder: Path) -> None:
    """Let the server own its mails where it runs as somebody else."""
    if os.getuid() == 0:
        mail = pwd.getpwnam("mail")
        for each in (folder, *folder.rglob("*")):
            os.chown(each, mail.pw_uid, mail.pw_gid)


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind((HOST, 0))
        other.bind((HOST, 0))
        return one.getsockname()[1], other.getsockname()[1]


def message_id(mail: bytes) -> str:
    """The Message-ID of a mail, as written."""
    match = re.search(rb"^Message-ID:\s*(\S+)", mail, re.MULTILINE | re.IGNORECASE)
    assert match
    return match[1].decode()
