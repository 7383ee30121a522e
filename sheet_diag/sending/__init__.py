"""Mails over SMTP with TLS, each of them once, whatever happens meanwhile.

`delivery` sends mails in order, `attempt` one of them once, `session` speaks with the server that
`connecting` has reached; `settling` finds out at the next start what a kill has left open.
"""

from __future__ import annotations

from sheet_diag.model.access import Access
from sheet_diag.model.settings import MailServer
from sheet_diag.sending.connecting import MailServerError
from sheet_diag.sending.delivery import send_all
from sheet_diag.sending.records import Outgoing, SendReport, TooBig
from sheet_diag.sending.session import Session
from sheet_diag.sending.settling import Answer, Settled, settle_uncertain

__all__ = [
    "Answer",
    "MailServerError",
    "Outgoing",
    "SendReport",
    "Settled",
    "TooBig",
    "send_all",
    "settle_uncertain",
    "try_login",
]


def try_login(server: MailServer, access: Access) -> None:
    """Log in and leave again. Raises `MailServerError`."""
    Session.open(server, access).leave()
