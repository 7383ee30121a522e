"""7z archives, with or without a password."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import py7zr
from py7zr.io import BytesIOFactory

from sheet_diag.intake.passwords import candidates
from sheet_diag.intake.wrappings.members import Budget, Member, SpentError, damaged
from sheet_diag.model.returns import Code, Problem
from sheet_diag.model.settings import Reading


def members_of_seven_zip(
    content: bytes, name: str, reading: Reading, budget: Budget
) -> Iterator[Member]:
    """Every file in the archive. Raises `SpentError`."""
    words = candidates(reading.passwords, name)
    for word in (None, *words):
        try:
            members = list(_members(content, word, budget))
        except (SpentError, MemoryError):
            raise
        except py7zr.exceptions.PasswordRequired:
            continue
        except Exception as error:  # noqa: BLE001 - a wrong password shows as any damage
            if word is None:
                yield Member("", None, problem=damaged(error))
                return
            continue
        yield from members
        return
    wrong = Problem(Code.PASSWORD_WRONG, value=str(len(words)))
    yield Member("", None, problem=wrong if words else Problem(Code.PASSWORD_NEEDED))


def _members(content: bytes, password: str | None, budget: Budget) -> Iterator[Member]:
    """What one password opens. The sizes are checked before, and the library's limit holds."""
    with py7zr.SevenZipFile(io.BytesIO(content), password=password) as archive:
        if archive.needs_password() and password is None:
            raise py7zr.exceptions.PasswordRequired
        entries: list[Any] = [entry for entry in archive.list() if not entry.is_directory]
        if sum(entry.uncompressed or 0 for entry in entries) > budget.bytes:
            raise SpentError(f"> {budget.bytes // 2**20} MiB")
        for _ in entries:
            budget.take_member()
        factory = BytesIOFactory(max(budget.bytes, 1))
        archive.extractall(factory=factory)
        for entry in entries:
            product: Any = factory.products.get(entry.filename)
            if product is None:
                yield Member(entry.filename, None, problem=Problem(Code.UNREADABLE, value="absent"))
                continue
            product.seek(0)
            yield Member(entry.filename, budget.read(product), _time(entry))


def _time(entry: Any) -> int:
    made = entry.creationtime
    return int(made.timestamp()) * 10**9 if made else 0
