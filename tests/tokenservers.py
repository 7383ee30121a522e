"""Who signs accounts in, on loopback: pages, codes and tokens over TLS, as Microsoft and Google
give them, and whose a token is for the mail servers that it opens.

It behaves as it is told to: lets people take their time, says no, is away, forgets.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from tests.mailservers import HOST, USER, Authority

TENANT = "mihon.example"
CLIENT = "0f1e2d3c-0000-4000-8000-5b5b5b5b5b5b"
USER_CODE = "FJC3QWKD"
SECRET = "GOCSPX-not-much-of-a-secret"
SMTP = "https://outlook.office.com/SMTP.Send"
IMAP = "https://outlook.office.com/IMAP.AccessAsUser.All"
GOOGLE = "https://mail.google.com/"

Answer = tuple[int, dict[str, Any]]


@dataclass
class ReceivedForm:
    """A form that has come in."""

    path: str
    form: dict[str, str] = field(default_factory=dict)


class TokenServer:
    """The server, running while entered.

    `pending` are the answers to the next questions after a code (the code is good after that),
    `denial` is the answer to every question for tokens, `raw` that to everything.
    """

    def __init__(self, authority: Authority, *names: str) -> None:
        self._context = authority.context(*names)
        self.asked: list[ReceivedForm] = []
        self.pending: list[str] = []
        self.denial: tuple[str, str] | None = None
        self.raw: tuple[int, str] | None = None
        self.rotates = True
        self.gives_refresh = True
        self.user = USER
        self.refused = ""  # what the page says instead of a code
        self.given: list[str] = []  # every token, however long ago
        self._access: dict[str, tuple[str, str]] = {}
        self._refresh: dict[str, str] = {}
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def address(self) -> str:
        """Where Microsoft is, for a test."""
        return f"https://{HOST}:{self._tls.server_port}"

    @property
    def introspection(self) -> str:
        """Where mail servers ask whose a token is: without TLS, on loopback."""
        return f"http://{HOST}:{self._plain.server_port}/introspect"

    def owner(self, token: str, scope: str = SMTP) -> str:
        """Whose account a token opens (empty: nobody's)."""
        user, scopes = self._access.get(token, ("", ""))
        return user if {scope, GOOGLE} & set(scopes.split()) else ""

    def expire(self) -> None:
        """An hour passes: no access token is good any more."""
        self._access.clear()

    def revoke(self) -> None:
        """An administrator ends all sign-ins."""
        self.expire()
        self._refresh.clear()

    def forms(self, path: str) -> list[dict[str, str]]:
        """What was asked for at an address."""
        return [asked.form for asked in self.asked if asked.path.endswith(path)]

    def __enter__(self) -> Self:
        self._tls, self._plain = _Httpd(self.answer), _Httpd(self.answer)
        # Not until somebody reads: a line that is no TLS holds nobody else up.
        self._tls.socket = self._context.wrap_socket(
            self._tls.socket, server_side=True, do_handshake_on_connect=False
        )
        for each in (self._tls, self._plain):
            threading.Thread(target=each.serve_forever, args=(0.005,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for each in (self._tls, self._plain):
            each.shutdown()
            each.server_close()

    def answer(self, path: str, form: dict[str, str]) -> Answer | str:
        """A status and an object, or where to go on."""
        self.asked.append(ReceivedForm(path, form))
        if path.endswith("/introspect"):
            user = self.owner(form.get("token", ""), IMAP)
            return 200, {"active": bool(user), "username": user}
        if path in (f"/{TENANT}/oauth2/v2.0/authorize", "/google/page"):
            return self._page(form)
        if path == f"/{TENANT}/oauth2/v2.0/devicecode":
            return self._code(form)
        if path in (f"/{TENANT}/oauth2/v2.0/token", "/google/token"):
            return self._tokens(form)
        return 404, {"error": "invalid_request", "error_description": "no such page"}

    def _page(self, form: dict[str, str]) -> str:
        """What happens once the person has signed in: back to where the browser came from."""
        told = {"error": self.refused} if self.refused else {"code": secrets.token_urlsafe(24)}
        if "code" in told:
            self._codes[told["code"]] = form
        return f"{form['redirect_uri']}/?{urlencode({**told, 'state': form['state']})}"

    def _code(self, form: dict[str, str]) -> Answer:
        if self.denial:
            return _no(*self.denial)
        code = secrets.token_urlsafe(64)
        self._codes[code] = form
        return 200, {
            "user_code": USER_CODE,
            "device_code": code,
            "verification_uri": "https://microsoft.example/devicelogin",
            "expires_in": 900,
            "interval": 1,
            "message": "in the server's words",
        }

    def _tokens(self, form: dict[str, str]) -> Answer:
        if self.denial:
            return _no(*self.denial)
        grant = form["grant_type"].rpartition(":")[2]
        if grant == "refresh_token":
            return self._renewed(form)
        key = "device_code" if grant == "device_code" else "code"
        if grant == "device_code" and self.pending:
            return _no(self.pending.pop(0))
        begun = self._codes.pop(form[key], None)
        if begun is None or begun["client_id"] != form["client_id"]:
            return _no("invalid_grant")
        if key == "code" and not _proves(form, begun):
            return _no("invalid_grant", "PKCE")
        return self._granted(begun["scope"], self._new_refresh(begun["scope"]))

    def _renewed(self, form: dict[str, str]) -> Answer:
        allowed = self._refresh.get(form["refresh_token"])
        if allowed is None:
            said = "AADSTS50173: The provided grant has expired.\r\nTrace ID: 0000\r\n"
            return _no("invalid_grant", said)
        if not set(form["scope"].split()) <= set(allowed.split()):
            return _no("invalid_grant", "AADSTS65001: no consent")
        return self._granted(form["scope"], self._new_refresh(allowed) if self.rotates else "")

    def _granted(self, scope: str, refresh: str) -> Answer:
        access = "EwB" + secrets.token_urlsafe(1500)  # as long as theirs
        self._access[access] = (self.user, scope)
        self.given += [access, *([refresh] if refresh else [])]
        tokens = {"access_token": access, "refresh_token": refresh}
        return 200, {
            "token_type": "Bearer",
            "scope": scope.removesuffix(" offline_access"),
            "expires_in": 3599,
            **{key: token for key, token in tokens.items() if token},
        }

    def _new_refresh(self, scope: str) -> str:
        if not self.gives_refresh:
            return ""
        refresh = "1.AUE" + secrets.token_urlsafe(1200)
        self._refresh[refresh] = scope
        return refresh


def _no(code: str, said: str = "") -> Answer:
    return 400, {"error": code, "error_description": said or f"AADSTS0000: {code}"}


def _proves(form: dict[str, str], begun: dict[str, str]) -> bool:
    """Whether who asks for the tokens is who opened the page."""
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    same = form["redirect_uri"] == begun["redirect_uri"]
    return same and (challenge, "S256") == (begun["code_challenge"], begun["code_challenge_method"])


class _Httpd(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, answer: Callable[[str, dict[str, str]], Answer | str]) -> None:
        super().__init__((HOST, 0), _Visit)
        self.answer = answer

    def handle_error(self, *_: object) -> None:
        """Nothing: clients that do not trust us hang up."""


class _Visit(BaseHTTPRequestHandler):
    server: _Httpd

    def do_GET(self) -> None:
        split = urlsplit(self.path)
        self._answer(split.path, dict(parse_qsl(split.query)))

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        self._answer(self.path, dict(parse_qsl(content)))

    def _answer(self, path: str, form: dict[str, str]) -> None:
        owner = self.server.answer.__self__  # type: ignore[attr-defined]
        if owner.raw and not path.endswith("/introspect"):
            owner.asked.append(ReceivedForm(path, form))
            self._write(owner.raw[0], owner.raw[1].encode())
            return
        answer = self.server.answer(path, form)
        if isinstance(answer, str):
            self.send_response(302)
            self.send_header("Location", quote(answer, safe=":/?&=%"))
            self.end_headers()
            return
        self._write(answer[0], json.dumps(answer[1]).encode())

    def _write(self, status: int, content: bytes) -> None:
        self.send_response(status)
        if status in (301, 302, 307):
            self.send_header("Location", content.decode())
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Nothing."""
