"""Folders of an object store (s3://, gs://, abfs://, what fsspec knows) as folders of this disk.

The input is fetched before a run and what the run wrote is put back after it, so that no other
module knows of stores. Credentials are found as their own tools do, never taken from options.
What is guaranteed of a run that stops half-way is told in docs/object-store.md.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from sheet_diag.model.basics import UserError
from sheet_diag.storage.object_paths import assign_paths
from sheet_diag.storage.output_files import (
    EDITED,
    MOVING_FILE,
    RUN_JSON,
    FormerOutputs,
    hash_output,
    is_own_output,
)
from sheet_diag.storage.report_passwords.password_list import (
    OLD_PASSWORDS_FILE,
    PASSWORDS_FILE,
    is_kept_list,
)
from sheet_diag.storage.scratch import open_scratch_folder
from sheet_diag.storage.staging import LOCK_FILE

_URL: Final = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_MAX_STAND_IN_BYTES: Final = 1024**3  # bytes; a larger file is said to be of this size
_TIME_FIELDS: Final = ("LastModified", "last_modified", "mtime", "updated", "created")
_THREADS: Final = 32  # a removal is one short question each


class ObjectStoreError(UserError):
    """A store that cannot be used."""


class PartialUploadError(KeyboardInterrupt):
    """Stopped by Ctrl-C while outputs were uploaded."""


def is_url(place: str) -> bool:
    """Whether a place is a URL, not a path of this machine."""
    return bool(_URL.match(place))


@contextmanager
def mirror_folders(source: str, target: str, largest: int) -> Iterator[tuple[Path, Path]]:
    """Folders of this disk for an input and an output, each a URL or a path, which stays as it is.

    Files of more than `largest` bytes are not fetched; they stand there with their size alone.
    What is in the output folder at the end is put in its place, unless an error ends it all.
    Raises `ObjectStoreError`.
    """
    with ExitStack() as stack:
        scratch = stack.enter_context(open_scratch_folder())
        output: Path | None = None
        there = _Store.at(target) if is_url(target) else None
        if there:
            output = there.local or scratch / "output"
            if not there.local:
                stack.enter_context(_upload_output(there, output))
        yield _fetch_input(source, there, scratch / "input", largest), output or Path(target)


def _fetch_input(source: str, output: _Store | None, folder: Path, largest: int) -> Path:
    if not is_url(source):
        return Path(source)
    store = _Store.at(source)
    if output and store.root == output.root:
        raise ObjectStoreError("cli.error.same_folder", path=source)
    if store.local:
        return store.local
    store.fetch(folder, largest, output)
    return folder


@contextmanager
def _upload_output(store: _Store, folder: Path) -> Iterator[None]:
    folder.mkdir()
    with store.locked():
        store.copy((RUN_JSON, MOVING_FILE, PASSWORDS_FILE, OLD_PASSWORDS_FILE), folder)
        times = store.list_times()
        store.copy(filter(_is_kept, times), folder)
        former = FormerOutputs.read(folder)
        store.copy_edited(former, times)
        previous = former.removable
        if (folder / OLD_PASSWORDS_FILE).exists():
            previous.add(OLD_PASSWORDS_FILE)  # goes once it was saved as a workbook, and kept
        yield
        try:
            store.replace(folder, former, previous)
        except ObjectStoreError as error:
            raise ObjectStoreError("cli.error.remote.half", **error.parts) from error
        except KeyboardInterrupt:
            raise PartialUploadError from None


@dataclass(frozen=True, slots=True)
class _Store:
    """A folder of a store.

    `root` is its path there, `local` the same folder if it is on this disk.
    """

    url: str
    system: Any
    root: str
    local: Path | None

    @classmethod
    def at(cls, url: str) -> _Store:
        with _translate_store_errors(url):
            from fsspec.core import url_to_fs
            from fsspec.implementations.local import LocalFileSystem

            system, root = url_to_fs(url)
            system.invalidate_cache()
        local = Path(root) if isinstance(system, LocalFileSystem) else None
        return cls(url, system, root.rstrip("/"), local)

    def fetch(self, folder: Path, largest: int, apart_from: _Store | None) -> None:
        """Download everything below, with the times of the store."""
        with _translate_store_errors(self.url):
            facts = self._listing(apart_from)
            places = dict(zip(facts, assign_paths(facts), strict=True))
            for name, place in places.items():
                (folder / place).parent.mkdir(parents=True, exist_ok=True)
                if facts[name]["size"] > largest:
                    _write_stand_in(folder / place, facts[name]["size"])
            wanted = [name for name in facts if facts[name]["size"] <= largest]
            if wanted:  # many at a time, and no name is taken for a pattern
                self.system.get(
                    [self._path(n) for n in wanted], [str(folder / places[n]) for n in wanted]
                )
            for name, place in places.items():
                time = _modified_ns(facts[name])
                os.utime(folder / place, ns=(time, time))

    def _listing(self, apart_from: _Store | None) -> dict[str, Mapping[str, Any]]:
        """List what is known of each file below, by its name relative to the folder."""
        start = f"{self.root}/"
        hidden = f"{apart_from.root}/" if apart_from else None
        listed: Mapping[str, Mapping[str, Any]] = self.system.find(self.root, detail=True)
        found = {
            path.removeprefix(start): facts
            for path, facts in sorted(listed.items())
            if path.startswith(start) and not (hidden and path.startswith(hidden))
        }
        files = {
            name: facts
            for name, facts in found.items()
            if name and not name.endswith("/") and facts.get("type") == "file"
        }
        if not files:
            raise ObjectStoreError("cli.error.empty", path=self.url)
        return files

    def copy(self, names: Iterable[str], folder: Path) -> None:
        """Download those of the files that are there, with the times of the store."""
        with _translate_store_errors(self.url):
            for name in names:
                with suppress(FileNotFoundError):
                    content = self.system.cat_file(self._path(name))
                    time = _modified_ns(self.system.info(self._path(name)))
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    (folder / name).write_bytes(content)
                    os.utime(folder / name, ns=(time, time))

    def copy_edited(self, former: FormerOutputs, times: Mapping[str, int]) -> None:
        """Download the outputs that were changed by hand since run.json."""
        for name, time in times.items():
            if is_own_output(name) and time > times.get(RUN_JSON, 0):
                with _translate_store_errors(self.url):
                    digest = hashlib.sha256(self.system.cat_file(self._path(name))).hexdigest()
                if former.is_edited(name, digest, time / 1e9):
                    self.copy([name], former.folder)

    def list_times(self) -> dict[str, int]:
        """List when each file below was last changed, by its name relative to the folder."""
        with _translate_store_errors(self.url):
            listed = self.system.find(self.root, detail=True).items()
            return {p.removeprefix(f"{self.root}/"): _modified_ns(facts) for p, facts in listed}

    def replace(self, folder: Path, former: FormerOutputs, previous: set[str]) -> None:
        """Upload the files of the folder, run.json last, and remove those not made again."""
        made = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        names = sorted(name for name in made if not name.startswith("."))
        with _translate_store_errors(self.url):
            digests = {name: hash_output(folder / name) for name in filter(is_own_output, names)}
            edited = [e for e in FormerOutputs.read(folder).edited if e not in former.edited]
            self.system.pipe_file(self._path(MOVING_FILE), former.dump_moving(digests, edited))
            for group in _group_uploads(names):
                self.system.put([str(folder / n) for n in group], [self._path(n) for n in group])
            self._remove((previous - set(names)) | {MOVING_FILE})

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs out, where the store can create a file only if there is none."""
        since = datetime.now(UTC).isoformat(timespec="seconds").encode()
        lock = self._path(LOCK_FILE)
        with _translate_store_errors(self.url):
            try:
                self.system.pipe_file(lock, since, mode="create")
            except FileExistsError as error:
                raise ObjectStoreError(
                    "cli.error.remote.busy", path=f"{self.url.rstrip('/')}/{LOCK_FILE}"
                ) from error
        try:
            yield
        finally:
            with _translate_store_errors(self.url):
                self._remove({LOCK_FILE})

    def _remove(self, names: Iterable[str]) -> None:
        def remove(name: str) -> None:
            with suppress(FileNotFoundError):
                self.system.rm_file(self._path(name))

        with ThreadPoolExecutor(_THREADS) as threads:
            list(threads.map(remove, sorted(names)))

    def _path(self, name: str) -> str:
        return f"{self.root}/{name}"


@contextmanager
def _translate_store_errors(url: str) -> Iterator[None]:
    try:
        yield
    except ObjectStoreError:
        raise
    except ImportError as error:
        raise ObjectStoreError("cli.error.remote.extra", url=url, reason=str(error)) from error
    except Exception as error:  # each store has errors of its own, which are no faults of ours
        reason = " ".join(str(error).split()) or type(error).__name__
        raise ObjectStoreError("cli.error.remote", url=url, reason=reason) from error


def _group_uploads(names: Sequence[str]) -> Iterator[list[str]]:
    """Group uploads: what is kept, passwords, the documents that they open, run.json last."""
    order = {PASSWORDS_FILE: 0, RUN_JSON: 3, **{name: -1 for name in names if _is_kept(name)}}
    by_rank: dict[int, list[str]] = {}
    for name in names:
        by_rank.setdefault(order.get(name, 1 if "/" in name else 2), []).append(name)
    return (by_rank[rank] for rank in sorted(by_rank))


def _is_kept(name: str) -> bool:
    """Whether a file is kept as it was before a change."""
    return is_kept_list(name) or name.startswith(f"{EDITED}/")


def _write_stand_in(path: Path, size: int) -> None:
    """Write an empty file of the object's size, which is refused for its size unread."""
    with path.open("wb") as file:
        file.truncate(min(size, _MAX_STAND_IN_BYTES))


def _modified_ns(facts: Mapping[str, Any]) -> int:
    """Read when an object was last changed, in nanoseconds since 1970."""
    given = next((facts[name] for name in _TIME_FIELDS if facts.get(name)), 0)
    if isinstance(given, str):
        given = datetime.fromisoformat(given)
    if isinstance(given, datetime):
        given = (given if given.tzinfo else given.replace(tzinfo=UTC)).timestamp()
    return round(given * 1_000_000) * 1_000
