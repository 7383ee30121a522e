"""Zip archives: Japanese names, ZipCrypto and AES passwords."""

from __future__ import annotations

import calendar
import io
from collections.abc import Iterator
from typing import Any, Final

import pyzipper

from sheet_diag.intake.passwords import candidates
from sheet_diag.intake.wrappings.members import Budget, Member, SpentError, damaged
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading

_MIB: Final = 1024 * 1024
_ENCRYPTED: Final = 0x1
_UTF8: Final = 0x800


def members_of_zip(content: bytes, name: str, reading: Reading, budget: Budget) -> Iterator[Member]:
    """Every file in the archive; folders are none. Raises `SpentError`."""
    try:
        archive: Any = pyzipper.AESZipFile(io.BytesIO(content))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    except Exception as error:  # noqa: BLE001 - a damaged directory raises all sorts
        yield Member("", None, problem=damaged(error))
        return
    words = _encoded(candidates(reading.passwords, name))
    for entry in entries:
        budget.take_member()
        yield _member(archive, entry, words, reading, budget)


def _encoded(words: tuple[str, ...]) -> tuple[bytes, ...]:
    """Each password as programs encode it: UTF-8, or the Japanese code page of Windows."""
    forms = (word.encode(code, "ignore") for word in words for code in ("utf-8", "cp932"))
    return tuple(dict.fromkeys(forms))


def _member(
    archive: Any, entry: Any, words: tuple[bytes, ...], reading: Reading, budget: Budget
) -> Member:
    name, time = _name(entry), _time(entry)
    if not entry.flag_bits & _ENCRYPTED:
        try:
            with archive.open(entry) as stream:
                return Member(name, budget.read(stream), time)
        except (SpentError, MemoryError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever is wrong, it is this member's
            return Member(name, None, time, damaged(error))
    if not words:
        return Member(name, None, time, Problem(Code.PASSWORD_NEEDED))
    if entry.compress_size > reading.limits.encrypted * _MIB:
        size = f"{entry.compress_size / _MIB:.0f} MiB"
        return Member(name, None, time, Problem(Code.TOO_LARGE, value=size))
    return _opened(archive, entry, words, budget)


def _opened(archive: Any, entry: Any, words: tuple[bytes, ...], budget: Budget) -> Member:
    """The member by the first password that fits; the checksum finds those that only seem to."""
    name, time = _name(entry), _time(entry)
    for word in words:
        try:
            with archive.open(entry, pwd=word) as stream:
                return Member(name, budget.read(stream), time)
        except (SpentError, MemoryError):
            raise
        except Exception:  # noqa: BLE001 - a wrong password shows in many ways
            continue
    tried = str(len({word.decode("utf-8", "replace") for word in words}))
    return Member(name, None, time, Problem(Code.PASSWORD_WRONG, value=tried))


def _name(entry: Any) -> str:
    """The name as typed: programs in Japan that do not say UTF-8 write the code page of Windows."""
    if entry.flag_bits & _UTF8:
        return str(entry.filename)
    raw = entry.orig_filename.encode("cp437", "replace")
    for code in ("cp932", "utf-8"):
        try:
            return str(raw.decode(code))
        except UnicodeDecodeError:
            continue
    return str(entry.filename)


def _time(entry: Any) -> int:
    try:
        return calendar.timegm((*entry.date_time, 0, 0, 0)) * 10**9
    except (ValueError, OverflowError):
        return 0
