"""What can go wrong with signing in, in sentences; never a token among their parts."""

from __future__ import annotations

from typing import Final

from sheet_diag.mail.auth.oauth.providers import find_endpoints
from sheet_diag.model.mail_access import MailAccessError, MailProtocol
from sheet_diag.model.settings import AppRegistration, MailServer

_MOST: Final = 300  # characters of a server's words that are kept
_DECLINED: Final = frozenset({"access_denied", "authorization_declined"})
_LATE: Final = frozenset({"expired_token", "code_expired", "bad_verification_code"})
_OVER: Final = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
_STRANGE: Final = frozenset({"temporarily_unavailable", "server_error", "missing_token"})


class SignInError(MailAccessError):
    """An account that could not be signed in, or no longer is."""


def sign_in_error(
    server: MailServer, key: str, *, passing: bool = False, **parts: object
) -> SignInError:
    """What is wrong; the account and the host of the token server are among the parts."""
    told = {name: clean_server_text(str(part)) for name, part in parts.items()}
    place = {"host": find_endpoints(require_registration(server)).host, "user": server.user}
    return SignInError(key, passing=passing, **place, **told)


def login_error(server: MailServer, no: str, said: object = None) -> SignInError:
    """Why a person could not be signed in: the provider's no (RFC 6749, 5.2), and its words."""
    reply = _reply(no, said)
    if no in _STRANGE:
        return sign_in_error(server, "signin.server.strange", passing=True, reply=reply)
    if no in _LATE:
        return sign_in_error(server, "signin.expired")
    if no in _DECLINED:
        return sign_in_error(server, "signin.declined", reply=reply)
    key = "signin.not_allowed" if no in _OVER else "signin.registration"
    return sign_in_error(server, key, reply=reply)


def renewal_error(server: MailServer, which: MailProtocol, no: str, said: object) -> SignInError:
    """Why there is no new access token for an account that was signed in once."""
    reply = _reply(no, said)
    if no in _STRANGE:
        return sign_in_error(server, "signin.server.strange", passing=True, reply=reply)
    key = "signin.over" if no in _OVER | _DECLINED else "signin.registration"
    return sign_in_error(server, key, which=which, reply=reply)


def clean_server_text(text: str) -> str:
    """Words of a server, without what could upset a screen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MOST]


def require_registration(server: MailServer) -> AppRegistration:
    """As which application the account of a server is signed in. Raises `ValueError`: with a
    password."""
    if server.registration is None:
        raise ValueError("this account has a password")
    return server.registration


def _reply(no: str, said: object) -> str:
    """Of the provider's words the first line: the others are numbers for its own people."""
    return " ".join([no, *str(said or "").strip().splitlines()[:1]])
