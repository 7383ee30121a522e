"""Signs an account in with a code that a person types into any browser (RFC 8628)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from sheet_diag.mail.auth.providers import (
    SignInError,
    clean_server_text,
    find_endpoints,
    format_scopes,
    login_error,
    require_registration,
    sign_in_error,
)
from sheet_diag.mail.auth.tokens import TokenGrant, post_form, request_tokens
from sheet_diag.model.mail import MailProtocol
from sheet_diag.model.settings import MailServer

_WAITING: Final = "authorization_pending"
_SLOWER: Final = "slow_down"
_STEP: Final = 5  # seconds between two questions, and so many more after slow_down (3.5)
_LIFE: Final = 900  # seconds, where the server names none
_LONGEST: Final = 3600  # seconds, whatever the server names


@dataclass(frozen=True, slots=True)
class DeviceCode:
    """A code to type at an address.

    It is good for `seconds`; `interval` are the seconds between two questions to the server, which
    is asked with `secret`.
    """

    address: str
    code: str
    seconds: int
    interval: int
    secret: str = field(repr=False)


def request_device_code(server: MailServer, uses: Iterable[MailProtocol]) -> DeviceCode:
    """Request a code that a person types to sign the account in. Raises `SignInError`."""
    registration = require_registration(server)
    form = {"client_id": registration.client_id, "scope": format_scopes(registration, uses)}
    answer = post_form(server, find_endpoints(registration).codes, urlencode(form))
    if "error" in answer:
        raise login_error(server, str(answer["error"]), answer.get("error_description"))
    return _parse_device_code(server, answer)


def wait_for_tokens(
    server: MailServer,
    code: DeviceCode,
    *,
    sleep: Callable[[float], object] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> TokenGrant:
    """Wait for the tokens until the person has signed in. Raises `SignInError`."""
    from oauthlib.oauth2 import DeviceClient, OAuth2Error

    client = DeviceClient(require_registration(server).client_id)
    form = client.prepare_request_body(code.secret, include_client_id=True)
    last, interval = sign_in_error(server, "signin.expired"), code.interval
    end = clock() + code.seconds
    while clock() + interval < end:
        sleep(interval)
        try:
            return request_tokens(server, form)
        except OAuth2Error as error:
            if error.error not in (_WAITING, _SLOWER):
                raise login_error(server, error.error, error.description) from None
            interval += _STEP if error.error == _SLOWER else 0
            last = sign_in_error(server, "signin.expired")
        except SignInError as error:
            if not error.passing:
                raise
            last, interval = error, interval + _STEP  # the network is away for a moment
    raise last


def _parse_device_code(server: MailServer, answer: Mapping[str, Any]) -> DeviceCode:
    address = answer.get("verification_uri") or answer.get("verification_url") or ""
    code, secret = answer.get("user_code") or "", answer.get("device_code") or ""
    if not (address and code and secret):
        raise sign_in_error(server, "signin.server.strange", passing=True, reply="user_code")
    return DeviceCode(
        address=clean_server_text(str(address)),
        code=clean_server_text(str(code)),
        seconds=_parse_seconds(answer.get("expires_in"), _LIFE),
        interval=_parse_seconds(answer.get("interval"), _STEP),
        secret=str(secret),
    )


def _parse_seconds(value: object, usual: int) -> int:
    """Parse a number of seconds, within reason."""
    text = str(value)
    return max(1, min(int(text), _LONGEST)) if text.isdecimal() and len(text) < 10 else usual
