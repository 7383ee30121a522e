"""Returns fetched from a mailbox into the input folder, each message once.

`heads` understands what a folder tells of a message, `rounds` decides what becomes of it,
`reading` opens it in a process that may die alone, `matching` tells whose it is, `filing` lays it
into the input folder, `bounces` understands mails that came back.
"""

from __future__ import annotations

from sheet_diag.collecting.records import Bounce, Collected, Collection, Doubt, Passed
from sheet_diag.collecting.rounds import collect

__all__ = ["Bounce", "Collected", "Collection", "Doubt", "Passed", "collect"]
