"""A form to the server of tokens, and the JSON object that it answers: over TLS with a certificate
that can be verified, or not at all."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from sheet_diag.mail.auth.oauth.errors import sign_in_error
from sheet_diag.mail.auth.tls import classify_certificate_error, create_tls_context
from sheet_diag.model.settings import MailServer

_TIMEOUT: Final = 60.0  # seconds for an answer
_LONGEST: Final = 1024 * 1024  # bytes of an answer
_TOO_MANY: Final = 429
_FORM: Final = {
    "Accept": "application/json",
    "Content-Type": "application/x-www-form-urlencoded",
}


def post_form(server: MailServer, address: str, form: str) -> dict[str, Any]:
    """The answer to a form, be it yes or no. Raises `SignInError` where there is none."""
    request = Request(address, form.encode("ascii"), _FORM)
    with _translate_errors(server):
        opener = build_opener(HTTPSHandler(context=_create_context(server)), _NoRedirects)
        try:
            with opener.open(request, timeout=_TIMEOUT) as answer:
                return _parse_object(server, answer.read(_LONGEST), answer.status)
        except HTTPError as error:
            with error:
                if error.code == _TOO_MANY or error.code >= 500:
                    raise _unusable_answer_error(server, error.code) from None
                return _parse_object(server, error.read(_LONGEST), error.code)


class _NoRedirects(HTTPRedirectHandler):
    """A form with a token goes to one place only."""

    def redirect_request(self, *_: object) -> None:
        """Not followed."""


def _parse_object(server: MailServer, content: bytes, status: int) -> dict[str, Any]:
    try:
        found = json.loads(content)
    except ValueError:
        raise _unusable_answer_error(server, status) from None
    if not isinstance(found, dict):
        raise _unusable_answer_error(server, status)
    return found


def _unusable_answer_error(server: MailServer, status: int) -> Exception:
    return sign_in_error(server, "signin.server.strange", passing=True, reply=f"HTTP {status}")


def _create_context(server: MailServer) -> ssl.SSLContext:
    """The firm's own authority counts beside the system's: a proxy may leave providers alone."""
    try:
        context = create_tls_context(server)
    except (OSError, ValueError) as error:
        raise sign_in_error(server, "signin.server.authority", path=server.ca or "") from error
    context.load_default_certs()
    return context


@contextmanager
def _translate_errors(server: MailServer) -> Iterator[None]:
    """Tell in our words what may go wrong on the way."""
    try:
        yield
    except URLError as error:  # around the reason, where the way there has failed
        reason = error.reason if isinstance(error.reason, Exception) else error
        raise _translate_error(server, reason) from error
    except (OSError, HTTPException) as error:
        raise _translate_error(server, error) from error


def _translate_error(server: MailServer, error: Exception) -> Exception:
    if isinstance(error, ssl.SSLCertVerificationError):
        key = f"signin.server.certificate.{classify_certificate_error(error)}"
        return sign_in_error(server, key, reason=error.verify_message)
    if isinstance(error, socket.gaierror | UnicodeError):
        return sign_in_error(server, "signin.server.unknown", passing=True)
    if isinstance(error, TimeoutError):
        return sign_in_error(server, "signin.server.slow", passing=True)
    reason = getattr(error, "strerror", None) or type(error).__name__
    return sign_in_error(server, "signin.server.unreachable", passing=True, reason=reason)
