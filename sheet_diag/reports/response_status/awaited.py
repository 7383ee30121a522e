"""What a client was asked for and has not sent, and by when: the first answer, or a correction.

A day counts as told where the mail that asked for an answer can have named it: no letter names one
that has passed, but for reminders.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sheet_diag.model.client_status import AwaitedAnswer, ReturnFacts
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.reports.response_status.client_mails import ClientMails

_USUAL: Final = timedelta(days=7)  # for a correction that was asked for without a day


def expect_first_answer(letters: ClientMails, due: date | None) -> AwaitedAnswer:
    """The first answer, due on the day of the client or of all."""
    asked = letters.days(MailKind.REQUEST)
    reminders = letters.list_reminders("")
    is_told = not asked or due is None or asked[0] <= due
    return AwaitedAnswer(
        asked=max(asked, default=None),
        reminded=max((each.time.date() for each in reminders), default=None),
        reminders=letters.numbers.get("", 0),
        due=due if is_told else None,
        expected=due,
    )


def expect_correction(
    letters: ClientMails, fact: ReturnFacts, due: date | None
) -> AwaitedAnswer | None:
    """The correction of a return, due on the day that was named for it, else on that of the client
    or of all (None: it has not been asked for)."""
    requests = letters.list_arrived(MailKind.CORRECTION, fact.sha256)
    if not requests:
        return None
    last = requests[-1]
    asked = last.time.date()
    told = last.due or (due if due and due >= asked else None)
    reminders = letters.list_reminders(fact.sha256)
    return AwaitedAnswer(
        asked=asked,
        reminded=max((each.time.date() for each in reminders), default=None),
        reminders=letters.numbers.get(fact.sha256, 0),
        due=told,
        expected=told or asked + _USUAL,
        fact=fact,
    )
