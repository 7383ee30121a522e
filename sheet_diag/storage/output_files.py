"""What runs have written into an output folder, and what people have changed of it since.

run.json tells the digest of each output, and the list of a run that stopped while it moved files
tells those of its own. What has another digest was changed by hand. Version 0.1.0 told none: there
a file was changed where it is newer than run.json.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, Final, Self

from sheet_diag.model.client_status import EditedFile
from sheet_diag.storage.run_json_file import read_run_json_head, read_run_json_returns

RUN_JSON: Final = "run.json"
MOVING_FILE: Final = ".sheet-diag-moving.json"
EDITED: Final = "edited"  # in the output folder: what people had changed, before it was made anew
# Folders that are ours alone, and what we write there.
_OWN_FOLDERS: Final = {
    "results": (".xlsx",),
    "corrections": (".xlsx",),
    "pdf": (".pdf",),
    "data": (".csv", ".parquet", ".zip"),
}
_OWN_FILES: Final = ("portfolio.xlsx", "benchmark.json")
_MADE: Final = ("result", "correction", "pdf")  # keys of a return
_TIME: Final = "%Y-%m-%d_%H%M%S"
# What reading a file may raise that anybody may have written.
_FAULTS: Final = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError)
_SLOW: Final = 2.0  # seconds that run.json of 0.1.0 may be older than what it tells of


@dataclass(frozen=True, slots=True)
class FormerOutputs:
    """What earlier runs wrote into a folder.

    `digests` are those that each output may have by its name (none: not known), `edited` what
    people had changed and the folder still holds, the `untold` ones by a run that was stopped.
    `plans` is what run.json tells of entries in plans, `version` that of its catalogue; `written`
    is when it was, in seconds, where it tells no digests.
    """

    folder: Path
    digests: Mapping[str, set[str]] = field(default_factory=dict)
    edited: tuple[EditedFile, ...] = ()
    untold: tuple[EditedFile, ...] = ()
    plans: Any = None
    version: str = ""
    written: float | None = None

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read it, as far as it can be read: anybody may have written these files."""
        head = _read_head(folder / RUN_JSON)
        moving = _read_json(folder / MOVING_FILE)
        digests: defaultdict[str, set[str]] = defaultdict(set)
        written = None
        if isinstance(told := head.get("outputs"), dict):
            for name, digest in told.items():
                digests[name].add(str(digest))
        elif head:
            written = (folder / RUN_JSON).stat().st_mtime
            digests.update((name, set()) for name in _list_made_files(folder / RUN_JSON))
        for name, several in _read_moving_digests(moving):
            digests[name] |= several
        own = {name: found for name, found in digests.items() if is_own_output(name)}
        untold = tuple(_read_edited(moving, folder))
        edited = {each.kept: each for each in (*_read_edited(head, folder), *untold)}
        return cls(
            folder=folder,
            digests=own,
            edited=tuple(edited.values()),
            untold=untold,
            plans=head.get("plans"),
            version=_read_version(head),
            written=written,
        )

    @property
    def removable(self) -> set[str]:
        """The outputs that go where they are not made again."""
        return {name for name in self.digests if name not in _OWN_FILES}

    def is_edited(self, name: str, digest: str, modified: float) -> bool:
        """Whether the file of that name was changed by hand, by its digest and its time now."""
        known = self.digests.get(name, set())
        if known or self.written is None:
            return digest not in known
        return modified > self.written + _SLOW

    def dump_moving(self, digests: Mapping[str, str], edited: Iterable[EditedFile] = ()) -> bytes:
        """Write the list of what moves: the digests that outputs may have until all is done."""
        names = sorted({*self.digests, *digests})
        known = {
            n: sorted({*self.digests.get(n, ()), *filter(None, [digests.get(n)])}) for n in names
        }
        kept = [each.dump() for each in (*self.untold, *edited)]
        return json.dumps({"outputs": known, "edited": kept}).encode()

    def find_client(self, name: str) -> str:
        """Find the id of the client that an output was made for; empty where there is none."""
        with suppress(*_FAULTS):
            for entry in read_run_json_returns(self.folder / RUN_JSON):
                if name in (entry.get(key) for key in _MADE):
                    return str(entry["client"].get("id") or "")
        return ""


def _read_version(head: Mapping[str, Any]) -> str:
    """Read the version of the catalogue that run.json tells."""
    catalog = head.get("catalog")
    return str(catalog.get("version") or "") if isinstance(catalog, dict) else ""


def hash_output(path: Path) -> str:
    """Compute the SHA-256 of a file. Raises `OSError`."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def is_own_output(name: object) -> bool:
    """Whether a name is one that only a run writes, and may remove."""
    parts = PurePosixPath(str(name)).parts
    place = len(parts) == 2 and parts[1].endswith(_OWN_FOLDERS.get(parts[0], ()))
    return str(name) in _OWN_FILES or (place and "\\" not in parts[1])


def choose_kept_names(
    folder: Path, names: Sequence[str], moment: datetime
) -> Iterator[tuple[str, str]]:
    """Choose where files that were changed by hand are kept, in a folder of that moment."""
    base = f"{EDITED}/{moment:{_TIME}}"
    places = (base, *(f"{base}_{number}" for number in range(2, 1000)))
    place = next(each for each in places if not (folder / each).exists())
    for name in names:
        yield name, f"{place}/{PurePosixPath(name).name}"


def _read_head(path: Path) -> dict[str, Any]:
    """Read run.json but for its returns; nothing where it is missing or not ours."""
    with suppress(*_FAULTS):
        head = read_run_json_head(path)
        return head if isinstance(head, dict) else {}
    return {}


def _read_json(path: Path) -> Any:
    with suppress(OSError, ValueError, RecursionError):
        return json.loads(path.read_text(encoding="utf-8"))
    return None


def _list_made_files(run_json: Path) -> list[str]:
    """List the files that the returns of a run.json name."""
    with suppress(*_FAULTS):
        return [e[key] for e in read_run_json_returns(run_json) for key in _MADE if e.get(key)]
    return []


def _read_moving_digests(moving: Any) -> Iterator[tuple[str, set[str]]]:
    """Read what a run that stopped while moving files may have moved; 0.1.0 told names alone."""
    names = moving.get("outputs") if isinstance(moving, dict) else moving
    if isinstance(names, dict):
        yield from ((n, set(map(str, d))) for n, d in names.items() if isinstance(d, list))
    elif isinstance(names, list):
        yield from ((str(name), set()) for name in names)


def _read_edited(told: Any, folder: Path) -> Iterator[EditedFile]:
    """Read which files were changed by hand, as far as they are still kept."""
    entries = told.get("edited") if isinstance(told, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        with suppress(IndexError, KeyError, TypeError, ValueError):
            edited = EditedFile.parse(entry)
            inside = PurePosixPath(edited.kept).parts
            if inside[0] == EDITED and ".." not in inside and (folder / edited.kept).is_file():
                yield edited
