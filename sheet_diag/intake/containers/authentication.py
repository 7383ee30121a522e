"""Read what the firm's own mail server says of a sender (Authentication-Results, RFC 8601).

Everybody can write such a header into a mail, so only that of the server is believed that the
settings name.
"""

from __future__ import annotations

import re
from email.message import Message
from typing import Final

from sheet_diag.model.settings import TOPMOST

_HEADER: Final = "authentication-results"
_RESULT: Final = re.compile(r"\s*dmarc\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)


def read_dmarc_result(head: Message, authserv_id: str) -> str:
    """Read the DMARC result of a mail: `pass`, `fail` and the like; empty where nothing is said."""
    headers = (str(value) for name, value in head.raw_items() if name.lower() == _HEADER)
    for header in headers if authserv_id else ():
        server, *results = _strip_comments(header).split(";")
        if authserv_id == TOPMOST:  # some servers leave their name out
            return _find_dmarc([server, *results])
        is_believed = [authserv_id.casefold()] == server.casefold().split()[:1]
        if is_believed and (found := _find_dmarc(results)):
            return found
    return ""


def _find_dmarc(results: list[str]) -> str:
    """Find the result of DMARC, a failure first."""
    found = [match[1].lower() for each in results if (match := _RESULT.match(each))]
    return "fail" if "fail" in found else next(iter(found), "")


def _strip_comments(header: str) -> str:
    """Strip comments in brackets, and what is quoted; none where they do not end."""
    kept, depth, quoted, escaped = [], 0, False, False
    for char in header:
        if escaped or char == "\\":
            escaped = not escaped
        elif char == '"' and not depth:
            quoted = not quoted
        elif char in "()" and not quoted:
            depth = max(0, depth + (1 if char == "(" else -1))
        elif not (depth or quoted):
            kept.append(char)
    return header if depth or quoted else "".join(kept)
