"""Gets tokens from a provider: an access token for now, a refresh token for later.

Forms go to the token server over TLS with a certificate that can be verified, or not at all.
"""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from sheet_diag.mail.auth.providers import (
    SignInError,
    find_endpoints,
    format_scopes,
    renewal_error,
    require_registration,
    sign_in_error,
)
from sheet_diag.mail.auth.tls import create_tls_context, describe_network_error
from sheet_diag.model.mail import MailProtocol
from sheet_diag.model.settings import MailServer

_TIMEOUT: Final = 60.0  # seconds for an answer
_MAX_ANSWER: Final = 1024 * 1024  # bytes
_TOO_MANY: Final = 429
_HEADERS: Final = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
}
_KNOWN_FIELDS: Final = (
    "access_token", "refresh_token", "token_type", "error", "error_description",
)  # fmt: skip
# What RFC 6750 lets a token be, and a bit more; nothing that would end it where it is written.
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")
_TEMPORARY: Final = ("unknown", "slow", "unreachable")


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Tokens: `access` is good for about an hour, `refresh` for months."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


def renew_tokens(
    server: MailServer, protocol: MailProtocol, refresh: str, secret: str
) -> TokenGrant:
    """Get new tokens for one use of an account that was signed in once.

    `secret` is the application's (empty: it has none). Raises `SignInError`.
    """
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    registration = require_registration(server)
    form = WebApplicationClient(registration.client_id).prepare_refresh_body(
        refresh_token=refresh,
        scope=format_scopes(registration, [protocol]),
        client_id=registration.client_id,
        **secret_parameter(secret),
    )
    try:
        return request_tokens(server, form, refresh)
    except OAuth2Error as error:
        raise renewal_error(server, protocol, error.error, error.description) from None


def request_tokens(server: MailServer, form: str, refresh: str = "") -> TokenGrant:
    """Get the tokens that a form asks for; `refresh` stays good where no other one comes.

    Raises `SignInError`, and `OAuth2Error` for a no.
    """
    from oauthlib.oauth2 import WebApplicationClient

    answer = post_form(server, find_endpoints(require_registration(server)).tokens, form)
    # As text, so that the library does not stumble whatever a field holds.
    known = {key: str(answer[key]) for key in _KNOWN_FIELDS if answer.get(key)}
    tokens = WebApplicationClient("").parse_request_body_response(json.dumps(known))
    access, kept = tokens["access_token"], tokens.get("refresh_token") or refresh
    if not kept:
        raise sign_in_error(server, "signin.registration", reply="no refresh_token")
    if not _TOKEN.fullmatch(access) or not _TOKEN.fullmatch(kept):
        raise sign_in_error(server, "signin.server.strange", passing=True, reply="access_token")
    return TokenGrant(access, kept)


def secret_parameter(secret: str) -> dict[str, str]:
    """Return the secret as a part of a form, where there is one."""
    return {"client_secret": secret} if secret else {}


def post_form(server: MailServer, address: str, form: str) -> dict[str, Any]:
    """Send a form and return the JSON object of the answer, be it yes or no.

    Raises `SignInError` where there is no such answer.
    """
    request = Request(address, form.encode("ascii"), _HEADERS)
    with _translate_errors(server):
        opener = build_opener(HTTPSHandler(context=_create_context(server)), _NoRedirects)
        try:
            with opener.open(request, timeout=_TIMEOUT) as answer:
                return _parse_object(server, answer.read(_MAX_ANSWER), answer.status)
        except HTTPError as error:
            with error:
                if error.code == _TOO_MANY or error.code >= 500:
                    raise _unusable_answer_error(server, error.code) from None
                return _parse_object(server, error.read(_MAX_ANSWER), error.code)


class _NoRedirects(HTTPRedirectHandler):
    """Sends a form with a token to one place only."""

    def redirect_request(self, *_: object) -> None:
        """Follow no redirect."""


def _parse_object(server: MailServer, content: bytes, status: int) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        raise _unusable_answer_error(server, status) from None
    if not isinstance(found, dict):
        raise _unusable_answer_error(server, status)
    return found


def _unusable_answer_error(server: MailServer, status: int) -> SignInError:
    return sign_in_error(server, "signin.server.strange", passing=True, reply=f"HTTP {status}")


def _create_context(server: MailServer) -> ssl.SSLContext:
    """Trust the firm's own authority beside the system's: a proxy may leave providers alone."""
    try:
        context = create_tls_context(server)
    except (OSError, ValueError) as error:
        raise sign_in_error(server, "signin.server.authority", path=server.ca or "") from error
    context.load_default_certs()
    return context


@contextmanager
def _translate_errors(server: MailServer) -> Iterator[None]:
    """Raise what may go wrong on the way as `SignInError`."""
    try:
        yield
    except URLError as error:  # around the reason, where there was no way to the server
        reason = error.reason if isinstance(error.reason, Exception) else error
        raise _network_error(server, reason) from error
    except (OSError, HTTPException) as error:
        raise _network_error(server, error) from error


def _network_error(server: MailServer, error: Exception) -> SignInError:
    key, parts = describe_network_error(error)
    if key == "no_tls":
        key, parts = (
            "unreachable",
            {"reason": getattr(error, "strerror", None) or type(error).__name__},
        )
    return sign_in_error(server, f"signin.server.{key}", passing=key in _TEMPORARY, **parts)
