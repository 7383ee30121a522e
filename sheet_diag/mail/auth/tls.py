"""TLS to mail servers and token servers, and what is wrong with a connection."""

from __future__ import annotations

import socket
import ssl
from typing import Final

from sheet_diag.model.settings import MailServer

# What OpenSSL says of a certificate: not valid yet, not any more; for another name or address.
_DATES: Final = (9, 10)
_NAMES: Final = (62, 64)


def create_tls_context(server: MailServer) -> ssl.SSLContext:
    """Create the context of a connection. Raises `OSError` or `ValueError` for its `ca`."""
    context = ssl.create_default_context(cafile=server.ca)
    # From Python 3.13 on this is set, and certificates of firms and providers fail for formalities.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    return context


def describe_network_error(error: Exception) -> tuple[str, dict[str, str]]:
    """Return the last part of a label key, and its parts, for a connection that has failed."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_fault(error), {"reason": error.verify_message}
    if isinstance(error, ssl.SSLError):
        return "no_tls", {}
    if isinstance(error, socket.gaierror | UnicodeError):
        return "unknown", {}
    if isinstance(error, TimeoutError):
        return "slow", {}
    return "unreachable", {"reason": getattr(error, "strerror", None) or type(error).__name__}


def _certificate_fault(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code in _DATES:
        return "certificate.date"
    return "certificate.name" if error.verify_code in _NAMES else "certificate.unknown"
