"""Reads reports of mails that came back: which of ours, at which addresses, and why.

Reports come as RFC 3464 has them, and as qmail, Exim, Exchange and providers write them in words.
Pure. A report is believed where it quotes the Message-ID of a mail in the log, or returns the To
and Subject of one of the last days; of any other, nobody knows who wrote it.
"""

from __future__ import annotations

import email
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import Message
from email.policy import compat32
from enum import Enum, auto
from typing import Final

from sheet_diag.intake.containers.mail_headers import (
    clean_line,
    decode_header_text,
    decode_subject,
    decode_text,
    parse_header_addresses,
)
from sheet_diag.mail.inbox.headers import find_message_ids
from sheet_diag.model.mail import MailEvent, MailLogEntry

_RETURNED: Final = ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers",
                    "message/global", "message/global-headers")  # fmt: skip
_DELIVERY: Final = ("message/delivery-status", "message/global-delivery-status")
_LOCAL: Final = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]"
_ADDRESS: Final = re.compile(
    rf"(?<!{_LOCAL}){_LOCAL}{{1,64}}@[A-Za-z0-9-]{{1,63}}(?:\.[A-Za-z0-9-]{{1,63}}){{1,9}}"
)
# Enhanced status codes; the replies of SMTP, where such a code is missing.
_FAILED: Final = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|(?<![\d.-])5[0-5]\d[ -]")
_PASSING: Final = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|(?<![\d.-])4[0-5]\d[ -]")
_DELAYED: Final = re.compile(
    r"delay|not yet been|still (trying|being retried)|will (be|keep) (re)?tr(y|ied)|"
    r"(配送|配信|送信)(が|の)?遅延|遅れて|再送(信)?(を試み|します)",
    re.IGNORECASE,
)
_GIVEN_UP: Final = re.compile(
    r"undeliver|not (be )?deliver|delivery (has )?failed|failure notice|returned mail|"
    r"mail delivery failed|delivery status notification \(failure\)|permanent (fatal )?error|"
    r"did not reach|配信(不能|できま|に失敗)|送信(できま|エラー|に失敗)|配送(不能|できま|に失敗)|"
    r"届(けられま|きませ)|エラーのため|あて先(不明|が見つか)|宛先(不明|が見つか)|ユーザー?が存在し",
    re.IGNORECASE,
)
_ANSWER: Final = re.compile(r"(re|fwd?|返信|転送)[ \u3000]*[:：]", re.IGNORECASE)  # of a person
_COPY: Final = re.compile(
    r"^-+ *(this is a copy|below this line|the (original|header)|original message|"
    r"元のメール|送信メール|以下).*",
    re.IGNORECASE | re.MULTILINE,
)
_LONGEST_DELIVERY: Final = timedelta(days=6)  # servers try for five days
_TEXT: Final = 300  # characters of a reason
_MOST: Final = 50_000  # characters of a report in words; the mail that it returns is longer
# RFC 3463: class 4, a full mailbox, a mail too large, the system, the content, the policy, no time.
_ENHANCED: Final = re.compile(r"(?<![\d.])([245])\.(\d{1,3}\.\d{1,3})(?!\.?\d)")
_PASSING_DETAIL: Final = re.compile(r"2\.[23]|[367]\.\d+|4\.7")
_VAGUE: Final = "0.0"
_FULL: Final = re.compile(
    r"(?<![\d.-])(4\d\d|552)[ -]|quota|(mailbox|inbox) (is )?full|容量|満杯|いっぱい", re.IGNORECASE
)


class FailureKind(Enum):
    """What a report says of an address.

    `ADDRESS`: it is wrong. `PASSING`: the mail did not arrive this time, and may be sent again.
    `DELAYED`: the server keeps trying.
    """

    ADDRESS = auto()
    PASSING = auto()
    DELAYED = auto()


@dataclass(frozen=True, slots=True)
class DeliveryFailure:
    """A mail of ours that did not arrive, and why as the server says.

    `mail` is None where the report shows none of ours: anybody may have written it.
    """

    mail: MailLogEntry | None
    addresses: tuple[str, ...]
    text: str
    kind: FailureKind = FailureKind.ADDRESS


class SentMailIndex:
    """The mails that went out, by Message-ID and by address, one of which a report may show.

    `own` are our own addresses, folded: that a copy to ourselves failed is no failure of a mail.
    """

    def __init__(self, entries: Iterable[MailLogEntry], own: frozenset[str]) -> None:
        self.by_id: dict[str, MailLogEntry] = {}
        self._by_address: dict[str, list[MailLogEntry]] = {}
        self._own = own
        for each in entries:
            self._note(each)

    def failures(self, content: bytes, when: datetime) -> Iterator[DeliveryFailure]:
        """Find the failures that a message reports; none where it is no report."""
        report = email.message_from_bytes(content, policy=compat32)
        reported = list(_read_failures(report))
        named = _find_reported_mail(report, self.by_id)
        mails = [named] if named else list(self._find_returned(report, when))
        for each in reported:
            address = each.address.casefold()
            if address in self._own and all(address not in m.folded_addresses for m in mails):
                continue
            for mail in mails or (None,):
                shown = _match_address(mail, each.address) if mail else each.address
                yield DeliveryFailure(mail, (shown,), each.text, each.kind)

    def _note(self, entry: MailLogEntry) -> None:
        if entry.kind is None:
            return
        if entry.message_id and (entry.says_sent or entry.event is MailEvent.SENDING):
            self.by_id[entry.message_id] = entry
        if entry.says_sent:
            for address in entry.folded_addresses:
                self._by_address.setdefault(address, []).append(entry)

    def _find_returned(self, report: Message, when: datetime) -> Collection[MailLogEntry]:
        """Find the mails whose To and Subject a report returns, of each client the last one.

        Some servers leave the Message-ID out, and of a draft that a person sent we do not know it.
        """
        found: dict[str, MailLogEntry] = {}
        for head in _find_returned_headers(report):
            subject = _join(decode_subject(head))
            for address in parse_header_addresses(head, ("to",)):
                for each in self._by_address.get(address.casefold(), ()):
                    same = subject and subject == _join(each.subject_line)
                    # Where a person noted it too late, it is the first one after the report.
                    is_later = each.time > when and each.client in found
                    if same and abs(when - each.time) <= _LONGEST_DELIVERY and not is_later:
                        found[each.client] = each
        return found.values()


@dataclass(frozen=True, slots=True)
class _ReportedFailure:
    address: str
    text: str
    kind: FailureKind


def _read_failures(report: Message) -> list[_ReportedFailure]:
    """Read what a report says of each address, in fields or else in words."""
    fields = [fields for part in report.walk() for fields in _find_recipient_fields(part)]
    if fields:
        found = [reported for reported in map(_read_fields, fields) if reported]
        return list({each.address.casefold(): each for each in found}.values())
    return list(_read_words(report))


def _find_recipient_fields(part: Message) -> Iterator[Message]:
    """Find the groups of fields about a recipient in a delivery report."""
    if part.get_content_type() in _DELIVERY:
        payload = part.get_payload()
        groups = payload if isinstance(payload, list) else [email.message_from_string(str(payload))]
        yield from (each for each in groups if isinstance(each, Message) and "action" in each)


def _read_fields(fields: Message) -> _ReportedFailure | None:
    action = str(fields["action"]).partition(";")[0].strip().lower()
    if action not in ("failed", "delayed"):
        return None
    recipients = (fields.get(f"{kind}-recipient") for kind in ("original", "final"))
    address = next((m[0] for each in recipients if each and (m := _ADDRESS.search(str(each)))), "")
    reason = str(fields.get("diagnostic-code") or "").partition(";")[2]
    status = str(fields.get("status") or "").strip()
    text = reason if status and status in reason else f"{status} {reason}"
    kind = FailureKind.DELAYED if action == "delayed" else _judge(f"{status} {reason}")
    return _ReportedFailure(address, _shorten(text), kind) if address else None


def _read_words(report: Message) -> Iterator[_ReportedFailure]:
    """Read the addresses in a text that reports failures, up to the copy of the mail."""
    if _ANSWER.match(decode_subject(report)):
        return
    words = "\n".join((decode_subject(report), *_find_texts(report)))[:_MOST]
    said = _COPY.split(words, maxsplit=1)[0]
    failed = bool(_FAILED.search(said) or _GIVEN_UP.search(said))
    delayed = bool(_DELAYED.search(said)) and not _FAILED.search(said)
    if not failed and not delayed and not _PASSING.search(said):
        return
    named = parse_header_addresses(report, ("x-failed-recipients",))
    froms = {each.casefold() for each in parse_header_addresses(report, ("from", "to", "reply-to"))}
    found = named or [each for each in _ADDRESS.findall(said) if each.casefold() not in froms]
    for address in dict.fromkeys(each.strip(".'") for each in found):
        reason = _find_reason(said, address)
        kind = FailureKind.DELAYED if delayed or not failed else _judge(reason)
        yield _ReportedFailure(address, reason, kind)


def _judge(text: str) -> FailureKind:
    """Judge by the codes, or else the words, whether an address is wrong."""
    codes = [(match[1], match[2]) for match in _ENHANCED.finditer(text)]
    told = [code for code in codes if code[1] != _VAGUE] or codes
    if not told:
        return FailureKind.PASSING if _FULL.search(text) else FailureKind.ADDRESS
    level, detail = told[0]
    passing = level == "4" or _PASSING_DETAIL.fullmatch(detail)
    return FailureKind.PASSING if passing else FailureKind.ADDRESS


def _find_reason(said: str, address: str) -> str:
    """Find the lines behind an address, or the line with a status."""
    behind = said.partition(address)[2].lstrip(">:)」 \t")
    near = " ".join(line.strip() for line in behind.splitlines()[:6] if line.strip())
    lines = (line for line in said.splitlines() if _FAILED.search(line))
    return _shorten(near if _FAILED.search(near) else next(lines, near))


def _find_texts(report: Message) -> Iterator[str]:
    """Find the texts of the server, without those of the mail that it returns."""
    if report.get_content_type() in (*_RETURNED, *_DELIVERY):
        return
    if report.is_multipart():
        for part in report.get_payload():
            if isinstance(part, Message):
                yield from _find_texts(part)
    elif report.get_content_maintype() == "text":
        yield decode_text(report)


def _find_reported_mail(report: Message, known: Mapping[str, MailLogEntry]) -> MailLogEntry | None:
    """Find our mail that a report is about: returned, answered or quoted."""
    return next((known[each] for each in _find_message_ids(report) if each in known), None)


def _find_message_ids(report: Message) -> Iterator[str]:
    for part in report.walk():
        if part is not report:
            yield from find_message_ids(decode_header_text(part, "message-id"))
            yield from find_message_ids(decode_header_text(part, "x-original-message-id"))
    for name in ("in-reply-to", "references"):
        yield from find_message_ids(decode_header_text(report, name))
    for part in report.walk():
        if not part.is_multipart() and part.get_content_maintype() in ("text", "message"):
            yield from find_message_ids(decode_text(part))


def _find_returned_headers(report: Message) -> Iterator[Message]:
    """Find the headers of the mail that a report returns: in a part, or below its words."""
    for part in report.walk():
        if part is not report and part.get_content_type() in _RETURNED:
            inner = part.get_payload()
            if isinstance(inner, list):
                yield from (each for each in inner if isinstance(each, Message))
            else:
                yield email.message_from_bytes(decode_text(part).encode(), policy=compat32)
    words = "\n".join(_find_texts(report))[:_MOST]
    if mark := _COPY.search(words):
        yield email.message_from_bytes(words[mark.end() :].lstrip().encode(), policy=compat32)


def _join(text: str) -> str:
    return "".join(text.split())


def _match_address(mail: MailLogEntry, address: str) -> str:
    """Return the address as the mail has it; a single recipient may have forwarded the mail."""
    if len(mail.addresses) == 1:
        return mail.addresses[0]
    same = (each for each in mail.addresses if each.casefold() == address.casefold())
    return next(same, address)


def _shorten(text: str) -> str:
    return clean_line(text)[:_TEXT]
