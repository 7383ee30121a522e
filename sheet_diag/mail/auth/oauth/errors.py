"""What can go wrong with signing in, in sentences; never a token among their parts."""

from __future__ import annotations

from typing import Final

from sheet_diag.mail.auth.oauth.providers import places_of
from sheet_diag.model.mail_access import AccessError, Which
from sheet_diag.model.settings import MailServer, Registration

_MOST: Final = 300  # characters of a server's words that are kept
_DECLINED: Final = frozenset({"access_denied", "authorization_declined"})
_LATE: Final = frozenset({"expired_token", "code_expired", "bad_verification_code"})
_OVER: Final = frozenset(
    {"invalid_grant", "interaction_required", "login_required", "consent_required"}
)
_STRANGE: Final = frozenset({"temporarily_unavailable", "server_error", "missing_token"})


class SignInError(AccessError):
    """An account that could not be signed in, or no longer is."""


def fault(server: MailServer, key: str, *, passing: bool = False, **parts: object) -> SignInError:
    """What is wrong; the account and the host of the token server are among the parts."""
    told = {name: one_line(str(part)) for name, part in parts.items()}
    place = {"host": places_of(registration_of(server)).host, "user": server.user}
    return SignInError(key, passing=passing, **place, **told)


def login_fault(server: MailServer, no: str, said: object = None) -> SignInError:
    """Why a person could not be signed in: the provider's no (RFC 6749, 5.2), and its words."""
    reply = _reply(no, said)
    if no in _STRANGE:
        return fault(server, "signin.server.strange", passing=True, reply=reply)
    if no in _LATE:
        return fault(server, "signin.expired")
    if no in _DECLINED:
        return fault(server, "signin.declined", reply=reply)
    key = "signin.not_allowed" if no in _OVER else "signin.registration"
    return fault(server, key, reply=reply)


def renewal_fault(server: MailServer, which: Which, no: str, said: object) -> SignInError:
    """Why there is no new access token for an account that was signed in once."""
    reply = _reply(no, said)
    if no in _STRANGE:
        return fault(server, "signin.server.strange", passing=True, reply=reply)
    key = "signin.over" if no in _OVER | _DECLINED else "signin.registration"
    return fault(server, key, which=which, reply=reply)


def one_line(text: str) -> str:
    """Words of a server, without what could upset a screen."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:_MOST]


def registration_of(server: MailServer) -> Registration:
    """As which application the account of a server is signed in. Raises `ValueError`: with a
    password."""
    if server.registration is None:
        raise ValueError("this account has a password")
    return server.registration


def _reply(no: str, said: object) -> str:
    """Of the provider's words the first line: the others are numbers for its own people."""
    return " ".join([no, *str(said or "").strip().splitlines()[:1]])
