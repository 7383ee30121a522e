"""Signs an account in with the browser of this machine (RFC 8252).

The browser is sent back to a port on loopback with a code, which is good for the process that began
(PKCE, RFC 7636) and nobody else.
"""

from __future__ import annotations

import html
import queue
import secrets
import threading
import time
import webbrowser
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qs, urlsplit

from sheet_diag.mail.auth.providers import (
    find_endpoints,
    format_scopes,
    login_error,
    require_registration,
    sign_in_error,
)
from sheet_diag.mail.auth.tokens import TokenGrant, request_tokens, secret_parameter
from sheet_diag.model.mail import MailProtocol
from sheet_diag.model.settings import MailServer

if TYPE_CHECKING:  # loaded where somebody signs in
    from oauthlib.oauth2 import WebApplicationClient

SIGN_IN_TIMEOUT: Final = 600.0  # seconds for a person to sign in
_POLL_INTERVAL: Final = 0.25  # seconds; Windows notices Ctrl-C only between two of them
_LOOPBACK: Final = "127.0.0.1"
_VERIFIER: Final = 64  # characters: 43 to 128
_S256: Final = "S256"
_PAGE: Final = (
    '<!doctype html><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
    "<title>sheet-diag</title><p>{text}</p>"
)


@dataclass(frozen=True, slots=True)
class BrowserPrompt:
    """How a person is asked to sign in.

    `begin` gets the address to sign in at, `opened` opens it, `text` stands on the page that the
    browser ends up on; `patience` is how many seconds the person has.
    """

    begin: Callable[[str], None]
    text: str
    opened: Callable[[str], object] = webbrowser.open
    patience: float = SIGN_IN_TIMEOUT


def sign_in_with_browser(
    server: MailServer, uses: Iterable[MailProtocol], secret: str, prompt: BrowserPrompt
) -> TokenGrant:
    """Have a person sign in, and get the tokens for some uses.

    `secret` is the application's (empty: it has none). Raises `SignInError`.
    """
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    registration = require_registration(server)
    places, state = find_endpoints(registration), secrets.token_urlsafe(32)
    client = WebApplicationClient(registration.client_id)
    verifier = client.create_code_verifier(_VERIFIER)
    with _run_redirect_server(state, prompt.text) as redirect:
        back = f"http://{places.here}:{redirect.port}"
        address = client.prepare_request_uri(
            places.page,
            redirect_uri=back,
            scope=format_scopes(registration, uses),
            state=state,
            login_hint=server.user,
            **_format_challenge(client, verifier),
            **places.more,
        )
        prompt.begin(address)
        prompt.opened(address)
        answer = redirect.answer(prompt.patience)
    if not answer:
        raise sign_in_error(server, "signin.expired")
    try:
        # The library knows of no loopback, where nothing needs to be encrypted.
        code = client.parse_request_uri_response(f"https://{_LOOPBACK}{answer}", state)["code"]
        form = client.prepare_request_body(
            code=code, redirect_uri=back, code_verifier=verifier, **secret_parameter(secret)
        )
        return request_tokens(server, form)
    except OAuth2Error as error:
        raise login_error(server, error.error, error.description) from None


def _format_challenge(client: WebApplicationClient, verifier: str) -> dict[str, str]:
    """Format the parameters by which the page knows the verifier."""
    challenge = client.create_code_challenge(verifier, _S256)
    return {"code_challenge": challenge, "code_challenge_method": _S256}


class _RedirectServer(ThreadingHTTPServer):
    """The server on loopback that the browser is sent back to."""

    daemon_threads = True  # browsers open lines that they never use
    block_on_close = False

    def __init__(self, state: str, text: str) -> None:
        super().__init__((_LOOPBACK, 0), _RedirectHandler)
        self.state = state
        self.page = _PAGE.format(text=html.escape(text)).encode("utf-8")
        self.answers: queue.SimpleQueue[str] = queue.SimpleQueue()

    @property
    def port(self) -> int:
        """The port it listens on."""
        return self.server_port

    def answer(self, patience: float) -> str:
        """Wait for the path the browser comes back with (empty: it does not in so many seconds)."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            try:
                return self.answers.get(timeout=_POLL_INTERVAL)
            except queue.Empty:
                continue
        return ""


class _RedirectHandler(BaseHTTPRequestHandler):
    """A request of the browser; one that does not know the state is rejected."""

    timeout = 10
    server: _RedirectServer

    def do_GET(self) -> None:
        """Keep the answer and show the page."""
        given = parse_qs(urlsplit(self.path).query).get("state", [""])
        if not secrets.compare_digest(given[0].encode(), self.server.state.encode()):
            self.send_error(HTTPStatus.NOT_FOUND)
            return
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(self.server.page)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(self.server.page)
        self.server.answers.put(self.path)

    def log_message(self, *_: object) -> None:
        """Log nothing: the request is a secret."""


@contextmanager
def _run_redirect_server(state: str, text: str) -> Iterator[_RedirectServer]:
    with _RedirectServer(state, text) as redirect:
        threading.Thread(target=redirect.serve_forever, args=(_POLL_INTERVAL,), daemon=True).start()
        try:
            yield redirect
        finally:
            redirect.shutdown()
