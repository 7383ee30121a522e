"""Which mail servers are trusted: those with a certificate of somebody that this machine trusts."""

from __future__ import annotations

import ssl
from typing import Final

from sheet_diag.model.settings import MailServer

# What OpenSSL says of a certificate: not valid yet, not any more; for another name or address.
_DATES: Final = (9, 10)
_NAMES: Final = (62, 64)


def create_tls_context(server: MailServer) -> ssl.SSLContext:
    """What a connection to the server needs. Raises `OSError` or `ValueError` for its `ca`."""
    context = ssl.create_default_context(cafile=server.ca)
    # From Python 3.13 on this is set, and certificates of firms and providers fail for formalities.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def classify_certificate_error(error: ssl.SSLCertVerificationError) -> str:
    """What is wrong with a certificate: `date`, `name`, or else that its maker is `unknown`."""
    if error.verify_code in _DATES:
        return "date"
    return "name" if error.verify_code in _NAMES else "unknown"
