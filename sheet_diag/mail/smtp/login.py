"""Mails over SMTP with TLS, each of them once, whatever happens meanwhile.

`delivery` sends mails in order, `attempt` one of them once, `session` speaks with the server that
`connecting` has reached; `settling` finds out at the next start what a kill has left open.
"""

from __future__ import annotations

from sheet_diag.mail.smtp.session import SmtpSession
from sheet_diag.model.mail_access import MailCredential
from sheet_diag.model.settings import MailServer


def try_smtp_login(server: MailServer, access: MailCredential) -> None:
    """Log in and leave again. Raises `MailServerError`."""
    SmtpSession.open(server, access).leave()
