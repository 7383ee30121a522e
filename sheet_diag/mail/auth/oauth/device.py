"""Signing in with a code that a person types into a browser, on whatever machine (RFC 8628)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from sheet_diag.mail.auth.oauth.errors import (
    SignInError,
    fault,
    login_fault,
    one_line,
    registration_of,
)
from sheet_diag.mail.auth.oauth.providers import places_of, scopes_of
from sheet_diag.mail.auth.oauth.token_request import ask
from sheet_diag.mail.auth.oauth.tokens import Grant, granted
from sheet_diag.model.mail_access import Which
from sheet_diag.model.settings import MailServer

_WAITING: Final = "authorization_pending"
_SLOWER: Final = "slow_down"
_STEP: Final = 5  # seconds longer between two questions (RFC 8628, 3.5), and usual at first
_LIFE: Final = 900  # seconds, where none are told
_LONGEST: Final = 3600  # seconds that anything may take, whatever is told


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """Where to go, what to type there, and for how many seconds it is good; `interval` are the
    seconds between two questions, `secret` is what the server is asked with."""

    address: str
    code: str
    seconds: int
    interval: int
    secret: str = field(repr=False)


def begin(server: MailServer, uses: Iterable[Which]) -> DeviceCode:
    """A code for somebody to type, to sign the account in for some uses. Raises `SignInError`."""
    registration = registration_of(server)
    form = {"client_id": registration.client_id, "scope": scopes_of(registration, uses)}
    answer = ask(server, places_of(registration).codes, urlencode(form))
    if "error" in answer:
        raise login_fault(server, str(answer["error"]), answer.get("error_description"))
    return _code(server, answer)


def wait_for(
    server: MailServer,
    code: DeviceCode,
    *,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> Grant:
    """The tokens, once the person has signed in. Raises `SignInError`: refused, or too late."""
    from oauthlib.oauth2 import DeviceClient, OAuth2Error

    client = DeviceClient(registration_of(server).client_id)
    form = client.prepare_request_body(code.secret, include_client_id=True)
    last, interval = fault(server, "signin.expired"), code.interval
    end = clock() + code.seconds
    while clock() + interval < end:
        sleep(interval)
        try:
            return granted(server, form)
        except OAuth2Error as error:
            if error.error not in (_WAITING, _SLOWER):
                raise login_fault(server, error.error, error.description) from None
            interval += _STEP if error.error == _SLOWER else 0
            last = fault(server, "signin.expired")
        except SignInError as error:
            if not error.passing:
                raise
            last, interval = error, interval + _STEP  # the network is away for a moment
    raise last


def _code(server: MailServer, answer: Mapping[str, Any]) -> DeviceCode:
    address = answer.get("verification_uri") or answer.get("verification_url") or ""
    code, secret = answer.get("user_code") or "", answer.get("device_code") or ""
    if not (address and code and secret):
        raise fault(server, "signin.server.strange", passing=True, reply="user_code")
    return DeviceCode(
        address=one_line(str(address)),
        code=one_line(str(code)),
        seconds=_seconds(answer.get("expires_in"), _LIFE),
        interval=_seconds(answer.get("interval"), _STEP),
        secret=str(secret),
    )


def _seconds(told: object, usual: int) -> int:
    """What is told, within reason."""
    text = str(told)
    return max(1, min(int(text), _LONGEST)) if text.isdecimal() and len(text) < 10 else usual
