"""The mail log: entries are on the disk at once, and what a kill leaves is mended."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from sheet_diag.mail.log.address_history import collect_address_owners
from sheet_diag.mail.log.chain import LOG_HEAD_NAME
from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME, MailLog, MailLogError
from sheet_diag.model.basics import Lang
from sheet_diag.model.mail import MailEvent, MailKey, MailLogEntry, MailSubject
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.wording import Wording

KEY = MailKey.of(MailKind.REQUEST, "C-001")
NOON = datetime(2026, 11, 26, 12, tzinfo=timezone(timedelta(hours=9)))
S, T, U, D, R, B, N, H = (
    MailEvent.SENDING, MailEvent.SENT, MailEvent.UNSENT, MailEvent.DEFERRED, MailEvent.REFUSED,
    MailEvent.BOUNCED, MailEvent.UNDELIVERED, MailEvent.BY_HAND,
)  # fmt: skip
A = "a@x.jp"
AB = "a@x.jp b@x.jp"


def line(
    event: MailEvent, addresses: str = A, message_id: str = "<1@x>", **more: object
) -> MailLogEntry:
    id_ = "" if event is H else message_id
    about = {"client": "C-001", "kind": MailKind.REQUEST, "message_id": id_}
    return MailLogEntry(NOON, event, addresses=tuple(addresses.split()), **{**about, **more})  # type: ignore[arg-type]


def written(path: Path, lines: Iterable[MailLogEntry]) -> MailLog:
    with MailLog.open(path) as book:
        for each in lines:
            book.add(each)
    return MailLog.read(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "output" / MAIL_LOG_NAME


# --- lines


def test_added_entries_are_read_back(path: Path) -> None:
    lines = [
        line(S, AB, text="Bcc: s@x.jp"),
        line(T, AB, file="ヒアリングシート_甲.xlsx", text='250 "OK"\u2028'),
        MailLogEntry(
            NOON, MailEvent.COLLECTED, message_id="<r@y>", addresses=("c@y.jp",), file="a\udc80.eml"
        ),
        line(B, kind=MailKind.RESULT, subject=MailSubject("ab12")),
        line(H, kind=MailKind.CORRECTION, subject=MailSubject("ab12"), due=date(2026, 12, 10)),
        MailLogEntry(NOON, MailEvent.COLLECTED, size=9, locked=True, attachments=("ab", "cd")),
        line(T, AB, attachments=("ab",), subject_line="ご依頼"),
    ]
    assert written(path, lines).entries == tuple(lines)
    assert written(path, []).entries == tuple(lines)


def test_entries_that_belong_together_are_written_in_one_piece(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [line(S), replace(line(S), client="C-002")]
    with MailLog.open(path) as book:
        sizes: list[int] = []
        with monkeypatch.context() as patch:
            patch.setattr(os, "fsync", lambda _: sizes.append(path.stat().st_size))
            book.add_all(lines)
        assert set(sizes) == {path.stat().st_size}
        with pytest.raises(ValueError, match="timezone"):
            book.add_all([line(T), replace(line(T), time=datetime(2026, 11, 26))])
        book.add_all([])
        assert book.entries == MailLog.read(path).entries == tuple(lines)
        assert len(book.uncertain()) == 2


def test_an_entry_is_in_the_file_at_once(path: Path) -> None:
    with MailLog.open(path) as book:
        assert MailLog.read(path).token == book.token
        book.add(line(S))
        assert MailLog.read(path).entries == (line(S),)


def test_every_entry_is_synchronised(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = []
    monkeypatch.setattr(os, "fsync", lambda _: sizes.append(path.stat().st_size))
    with MailLog.open(path) as book:
        begun = len(sizes)
        book.add(line(S))
        assert set(sizes[begun:]) == {path.stat().st_size}


def test_a_campaign_keeps_a_token_of_its_own(path: Path, tmp_path: Path) -> None:
    token = written(path, []).token
    assert token
    assert written(path, [line(S)]).token == token
    assert written(tmp_path / "other" / MAIL_LOG_NAME, []).token not in ("", token)


def test_reading_creates_no_file(path: Path) -> None:
    book = MailLog.read(path)
    assert (book.token, book.entries, book.uncertain(), book.state(KEY).last) == ("", (), (), None)
    assert not path.parent.exists()
    with pytest.raises(ValueError, match="reading"):
        book.add(line(S))


def test_a_time_without_offset_is_rejected(path: Path) -> None:
    with MailLog.open(path) as book:
        with pytest.raises(ValueError, match="timezone"):
            book.add(replace(line(S), time=datetime(2026, 11, 26)))
        assert MailLog.read(path).entries == ()


# --- one at a time


def test_only_one_command_writes(path: Path) -> None:
    with MailLog.open(path):
        with pytest.raises(MailLogError) as raised:
            MailLog.open(path)
        assert raised.value.key == "send.log.busy"
    MailLog.open(path).close()


# --- what a kill leaves


def test_a_log_that_is_cut_off_anywhere_can_be_used(path: Path) -> None:
    whole = written(path, [line(S), line(T, text="250 漢字")])
    content = path.read_bytes()
    first = content.index(b"\n") + 1
    for size in range(len(content)):
        path.write_bytes(content[:size])
        path.with_name(LOG_HEAD_NAME).unlink(missing_ok=True)
        left = MailLog.read(path).entries
        assert left == whole.entries[: len(left)]
        assert len(left) >= content[first:size].count(b"\n")
        with MailLog.open(path) as book:
            assert book.entries == left
            assert (book.token == whole.token) == (size >= first - 1)
            book.add(line(D))
        assert MailLog.read(path).entries == (*left, line(D))


def test_a_disk_that_is_full_leaves_no_half_line(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """Takes half of what it is given, then nothing more."""

        def __init__(self, file: object) -> None:
            self._file = file

        def __getattr__(self, name: str) -> object:
            return getattr(self._file, name)

        def write(self, content: bytes) -> int:
            return int(self._file.write(content[: len(content) // 2]))  # type: ignore[attr-defined]

    with MailLog.open(path) as book:
        book.add(line(S))
        with monkeypatch.context() as patch:
            patch.setattr(book, "_file", Full(book._file))
            with pytest.raises(OSError, match="space"):
                book.add(line(T))
        assert book.entries == MailLog.read(path).entries == (line(S),)
        book.add(line(T))
    assert MailLog.read(path).entries == (line(S), line(T))


# --- what is not ours, or no longer


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"hello", "foreign"),
        (b"hello\n", "foreign"),
        (b"{}\n", "foreign"),
        (b"[" * 100_000 + b"\n", "foreign"),
        (b"[" * 100_000, "foreign"),
        (b'{"sheet_diag_mail_log": 2, "token": "x"}\n', "foreign"),
        (b'{"sheet_diag_mail_log": 1, "token": ""}\n', "foreign"),
        (b"\xef\xbb\xbf{}\n", "foreign"),
        ("診断先,会社名\n".encode("cp932"), "foreign"),
    ],
)
def test_a_file_of_somebody_else_is_rejected(path: Path, content: bytes, key: str) -> None:
    require_told(path, content, key)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"\0\0\0",
        b"{",
        b"[]",
        b'{"event": "sent"}',
        b'{"time": "yesterday", "event": "sent"}',
        b'{"time": "2026-11-26T12:00:00", "event": "sent"}',
        b'{"time": "9999-12-31T23:59:59+00:00", "event": "sent"}',
        b'{"time": "2026-11-26T12:00:00+09:00", "event": "sent", "due": "0001-01-01"}',
        b'{"time": "2026-11-26T12:00:00+09:00", "event": "eaten"}',
        b'{"time": "2026-11-26T12:00:00+09:00", "event": "sent", "kind": "poem"}',
        b'{"time": "2026-11-26T12:00:00+09:00", "event": "sent", "client": 1}',
        b'{"time": "2026-11-26T12:00:00+09:00", "event": "sent", "addresses": "a@x"}',
        b'{"time": "2026-11-26T12:00:00+09:00", "event": "sent", "addresses": [1]}',
    ],
)
def test_an_unreadable_line_is_reported(path: Path, bad: bytes) -> None:
    written(path, [line(S), line(T)])
    head, first, second = path.read_bytes().splitlines()
    require_told(path, b"\n".join([head, first, bad, second, b""]), "broken")


def require_told(path: Path, content: bytes, key: str) -> None:
    """The error is told in words, and the file stays as it is."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    for way in (MailLog.read, MailLog.open):
        with pytest.raises(MailLogError) as raised:
            way(path)
        assert raised.value.key == f"send.log.{key}"
        for lang in Lang:
            text = Wording(lang)(raised.value.key, **raised.value.parts)
            assert str(path) in text
            assert key == "foreign" or "3" in text.replace(str(path), "")
    assert path.read_bytes() == content


# --- how a mail stands

ONE, TWO = "<1@x>", "<2@x>"
B_ONLY = "b@x.jp"
PARTS = [line(D, B_ONLY), line(S), line(T), line(S, B_ONLY, TWO), line(T, B_ONLY, TWO)]


@pytest.mark.parametrize(
    ("lines", "done", "attempts", "pending"),
    [
        ([], False, 0, None),
        ([line(S)], False, 1, ONE),
        ([line(S), line(T)], True, 1, None),
        ([line(S), line(U)], False, 1, None),
        ([line(S), line(D)], False, 1, None),
        ([line(S), line(R)], False, 1, None),
        ([line(S), line(D), line(S, A, TWO)], False, 2, TWO),
        ([line(S), line(U), line(S, A, TWO), line(T, A, TWO)], True, 2, None),
        ([line(H)], True, 0, None),
        ([line(S), line(H)], True, 1, None),
        ([line(R)], False, 0, None),
        ([line(R), line(S, "b@x.jp"), line(T, "b@x.jp")], True, 1, None),
        # what came back
        ([line(S), line(T), line(B)], False, 1, None),
        ([line(S), line(T), line(B, "A@X.JP")], False, 1, None),
        ([line(S), line(T), line(B, "")], False, 1, None),
        ([line(S), line(B)], False, 1, None),
        ([line(H), line(B)], False, 0, None),
        ([line(H, ""), line(B)], False, 0, None),
        ([line(S, AB), line(T, AB), line(B)], True, 1, None),
        ([line(S, AB), line(T, AB), line(B), line(B, "b@x.jp")], False, 1, None),
        ([line(S, AB), line(T, AB), line(B, "forwarded@y.jp")], True, 1, None),
        ([line(S), line(T), line(B), line(S, A, TWO)], False, 2, TWO),
        ([line(S), line(T), line(B), line(S, A, TWO), line(T, A, TWO)], True, 2, None),
        ([line(S), line(T), line(N)], False, 1, None),
        ([line(S, AB), line(T, AB), line(N)], True, 1, None),
        # the rest goes out later; it comes back, and so do both
        ([*PARTS, line(N, B_ONLY, TWO)], True, 2, None),
        ([*PARTS, line(N, B_ONLY, TWO), line(B)], False, 2, None),
        # an old one comes back late
        ([line(S), line(U), line(S, A, TWO), line(T, A, TWO), line(B)], True, 2, None),
        ([line(S), line(U), line(S, A, TWO), line(B)], False, 2, TWO),
    ],
)
def test_the_state_of_a_mail_follows_from_its_entries(
    path: Path, lines: list[MailLogEntry], done: bool, attempts: int, pending: str | None
) -> None:
    others = [
        line(S, message_id="<o@x>", client="C-002"),
        line(R, kind=MailKind.REMINDER, subject=MailSubject(reminder=1)),
        MailLogEntry(NOON, MailEvent.COLLECTED, client="C-001", message_id="<r@y>", addresses=(A,)),
    ]
    book = written(path, [*lines, *others])
    assert (book.state(KEY).is_done, book.state(KEY).attempts) == (done, attempts)
    found = book.state(KEY).pending
    assert (found.message_id if found else None) == pending
    assert {each.message_id for each in book.uncertain()} == {
        "<o@x>",
        *([pending] if pending else []),
    }
    assert book.state(KEY).last == (lines[-1] if lines else None)


T2, H2 = line(T, A, TWO), line(H, "b@x.jp")
UNDO, DRAFT = replace(H2, event=U), line(MailEvent.DRAFTED)


@pytest.mark.parametrize(
    ("lines", "sent", "resent_at", "draft"),
    [
        ([H2, UNDO], None, 0, None),
        ([line(S), line(T), H2], H2, 3, None),
        ([line(S), line(T), H2, UNDO], line(T), 0, None),
        ([line(S), line(T), H2, UNDO, H2], H2, 5, None),
        ([DRAFT], None, 0, DRAFT),
        ([DRAFT, replace(DRAFT, event=U)], None, 0, None),
        ([DRAFT, replace(DRAFT, event=H), replace(DRAFT, event=U)], None, 0, None),
        ([line(T), DRAFT, replace(DRAFT, event=U)], line(T), 0, None),
        # what a server took is taken back by nobody
        ([line(S), line(T), line(U)], line(T), 0, None),
        ([H2, line(S, A, TWO), line(U, A, TWO)], H2, 0, None),
    ],
)
def test_what_a_person_has_sent_can_be_taken_back(
    path: Path,
    lines: list[MailLogEntry],
    sent: MailLogEntry | None,
    resent_at: int,
    draft: MailLogEntry | None,
) -> None:
    state = written(path, lines).state(KEY)
    assert (state.sent, state.resent_at, state.draft) == (sent, resent_at, draft)


def test_a_mail_that_was_taken_back_went_to_no_address(path: Path) -> None:
    book = written(path, [H2, UNDO, line(H, "c@x.jp")])
    assert set(collect_address_owners(book.entries)) == {"c@x.jp"}


def test_the_case_of_a_client_id_does_not_matter(path: Path) -> None:
    book = written(path, [line(S), line(T)])
    assert book.state(MailKey.of(MailKind.REQUEST, "c-001")).is_done
    assert not book.state(MailKey.of(MailKind.REQUEST, "C-001", MailSubject("1"))).is_done
    assert not book.state(MailKey.of(MailKind.RESULT, "C-001")).is_done


def test_addresses_that_refused_a_mail_are_known(path: Path) -> None:
    lines = [line(R, "A@x.jp"), line(S, "b@x.jp"), line(B, "b@x.jp"), line(D, "c@x.jp")]
    book = written(path, lines)
    assert book.state(KEY).refused == {"a@x.jp", "b@x.jp"}
    assert book.state(KEY).deferred == {"c@x.jp"}
    book = written(path, [line(T, AB, TWO)])
    assert book.state(KEY).refused == set()
    assert book.state(MailKey.of(MailKind.REMINDER, "C-001")).refused == frozenset()
