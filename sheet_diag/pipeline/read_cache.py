"""What an earlier run read of a file that is the same still: looked up instead of read again."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sheet_diag.intake.discovery import InputFile
from sheet_diag.intake.stable_read import file_state, hash_file
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import MIB, IntakeSettings
from sheet_diag.pipeline.cache import Cache, is_lasting, program_digest, reading_key
from sheet_diag.pipeline.record_store import StrippedReturn
from sheet_diag.storage.restricted_pickle import restricted_loads

FILE_NAME: Final = ".sheet-diag-readings"


@dataclass(frozen=True, slots=True)
class _Seen:
    """A file as it was when its content was looked at: the key of its reading, SHA-256 of the
    content, and what would tell that it has changed since."""

    key: str
    sha256: str
    state: tuple[int, int]


class Recollection:
    """The readings of the files of one folder, in a cache that may be lost at any time."""

    def __init__(self, cache: Cache, catalog: Catalog, reading: IntakeSettings) -> None:
        self._cache = cache
        self._catalog = catalog
        self._reading = reading
        self._seen: dict[str, _Seen] = {}

    def of(self, found: InputFile) -> tuple[StrippedReturn, ...] | None:
        """Every return of the file as it was read before; None where it has to be read."""
        seen = self._look(found)
        if seen is None:
            return None
        value = self._cache.get(seen.key)
        try:
            if value is not None:
                return tuple(StrippedReturn(*parts) for parts in restricted_loads(value))
        except (pickle.UnpicklingError, TypeError):
            pass  # none of ours, however it came there
        self._seen[found.name] = seen
        return None

    def keep(self, found: InputFile, returns: Sequence[StrippedReturn]) -> None:
        """Remember every return of a file that had to be read."""
        seen = self._seen.pop(found.name, None)
        if seen is None or not all(is_lasting(each.received) for each in returns):
            return
        alone = returns[0].received if len(returns) == 1 else None
        if alone and alone.member is None and alone.sha256 != seen.sha256:
            return  # it changed between the two looks
        if _state(found) == seen.state:
            parts = [(each.received, each.diagnosis, each.record) for each in returns]
            self._cache.put(seen.key, pickle.dumps(parts, protocol=pickle.HIGHEST_PROTOCOL))

    def _look(self, found: InputFile) -> _Seen | None:
        if found.ignored or found.blocked or found.outside:
            return None
        state = _state(found)
        if state is None or state[0] > self._reading.limits.file * MIB:
            return None
        digest = hash_file(found.path)
        key = reading_key(
            digest, found.name, state[1], self._catalog.sha256, self._reading, program_digest()
        )
        return _Seen(key, digest, state) if digest else None


def _state(found: InputFile) -> tuple[int, int] | None:
    """Size and time of the file; None where it is not to be had."""
    try:
        return file_state(found.path)
    except OSError:
        return None
