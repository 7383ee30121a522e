"""What a provider grants: an access token for now, a refresh token for later."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sheet_diag.mail.auth.oauth.errors import renewal_error, require_registration, sign_in_error
from sheet_diag.mail.auth.oauth.providers import find_endpoints, format_scopes
from sheet_diag.mail.auth.oauth.token_request import post_form
from sheet_diag.model.mail_access import MailProtocol
from sheet_diag.model.settings import MailServer

if TYPE_CHECKING:  # loaded where somebody signs in
    from collections.abc import Mapping

# What RFC 6750 lets a token be, and a bit more; nothing that would end it where it is written.
_TOKEN: Final = re.compile(r"[\x21-\x7e]+")


@dataclass(frozen=True, slots=True)
class TokenGrant:
    """Tokens; `access` is good for about an hour, `refresh` for months."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)


def renew_tokens(server: MailServer, which: MailProtocol, refresh: str, secret: str) -> TokenGrant:
    """New tokens for an account that was signed in once, for one use; `secret` is the application's
    (empty: it has none). Raises `SignInError`."""
    from oauthlib.oauth2 import OAuth2Error, WebApplicationClient

    registration = require_registration(server)
    form = WebApplicationClient(registration.client_id).prepare_refresh_body(
        refresh_token=refresh,
        scope=format_scopes(registration, [which]),
        client_id=registration.client_id,
        **secret_parameter(secret),
    )
    try:
        return request_tokens(server, form, refresh)
    except OAuth2Error as error:
        raise renewal_error(server, which, error.error, error.description) from None


def request_tokens(server: MailServer, form: str, refresh: str = "") -> TokenGrant:
    """The tokens that a form asks for; `refresh` is the one that goes on being good where no other
    is given. Raises `SignInError`, and `OAuth2Error` for a no."""
    from oauthlib.oauth2 import WebApplicationClient

    answer = post_form(server, find_endpoints(require_registration(server)).tokens, form)
    client = WebApplicationClient("")
    tokens = client.parse_request_body_response(json.dumps(_select_fields(answer)))
    access, kept = tokens["access_token"], tokens.get("refresh_token") or refresh
    if not kept:
        raise sign_in_error(server, "signin.registration", reply="no refresh_token")
    if not _TOKEN.fullmatch(access) or not _TOKEN.fullmatch(kept):
        raise sign_in_error(server, "signin.server.strange", passing=True, reply="access_token")
    return TokenGrant(access, kept)


def secret_parameter(secret: str) -> dict[str, str]:
    """The secret as a part of a form, where there is one."""
    return {"client_secret": secret} if secret else {}


def _select_fields(answer: Mapping[str, Any]) -> dict[str, str]:
    """What is looked at of an answer, as text: whatever it is, nothing below trips over it."""
    known = ("access_token", "refresh_token", "token_type", "error", "error_description")
    return {key: str(answer[key]) for key in known if answer.get(key)}
