"""Accounts signed in at their provider (OAuth 2) instead of with a password.

A person signs in once, on the provider's own pages: `device` shows a code that is typed into any
browser (RFC 8628), `browser` opens one here (RFC 8252). The refresh token that is granted then
gives access tokens from there on (`grants`). Where it is kept is no concern of this package, and
nothing in it writes a token anywhere.
"""

from __future__ import annotations

from sheet_diag.signin.browser import Shown, sign_in_here
from sheet_diag.signin.device import DeviceCode, begin, wait_for
from sheet_diag.signin.faults import SignInError
from sheet_diag.signin.grants import Grant, renew
from sheet_diag.signin.providers import gives_codes

__all__ = [
    "DeviceCode",
    "Grant",
    "Shown",
    "SignInError",
    "begin",
    "gives_codes",
    "renew",
    "sign_in_here",
    "wait_for",
]
