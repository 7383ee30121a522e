"""A return as a run keeps it: in memory what all returns are compared by, the rest on disk.

Answers as typed and all that follows from each of them are most of a return, and only its own
report, its entry in run.json and its rows in the tables need them. A worker takes them out
(`strip_return`), the parent keeps them in a `RecordStore`, a worker puts them back
(`load_outcome`). Whoever looks at one of them meanwhile gets it from the store, slowly.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import date
from enum import Enum
from fractions import Fraction
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NoReturn, Self, TypeVar

from sheet_diag.model import (
    basics,
    catalog,
    comparison,
    overrides,
    results,
    returns,
    rules,
    threats,
)
from sheet_diag.model.results import Diagnosis, ReturnOutcome
from sheet_diag.model.returns import ReceivedFile, Response, ReturnedSheet
from sheet_diag.model.settings import MIB

DiagnosedReturn = tuple[ReceivedFile, Diagnosis | None]
_Value = TypeVar("_Value")

_RESPONSES: Final = "responses"
_ITEMS: Final = "items"
_SEQUENCES: Final = ("comments", "plan", "ways")
_MAX_RECORD_BYTES: Final = 64 * MIB  # no record comes near; more would be there to fill the memory


def _list_types() -> Iterator[type]:
    """List the records and enums of the model, and the exact kinds of number that they hold."""
    yield from (Fraction, date, basics.Rank)
    for module in (basics, catalog, comparison, overrides, results, returns, rules, threats):
        for entry in vars(module).values():
            own = isinstance(entry, type) and entry.__module__ == module.__name__
            if own and (is_dataclass(entry) or issubclass(entry, Enum)):
                yield entry


def _pickle_as_call(record: type, names: Sequence[str]) -> None:
    """Pickle a record as a call of its class.

    As a state to be set, which is what pickle makes of frozen records with slots, it takes
    three times as long both ways.
    """
    values = attrgetter(*names) if len(names) > 1 else lambda one: (getattr(one, names[0]),)
    copyreg.pickle(record, lambda one: (record, values(one)))


_pickle_as_call(Fraction, ("numerator", "denominator"))  # Python 3.11 would write and parse text
# Nothing else is unpickled from a record.
_TYPES: Final = {(each.__module__, each.__name__): each for each in _list_types()}
for _type in _TYPES.values():
    if is_dataclass(_type) and fields(_type):
        _pickle_as_call(_type, [each.name for each in fields(_type)])


@dataclass(frozen=True, slots=True)
class StrippedReturn:
    """One return without what `record` holds, which is empty where nothing could be read.

    `diagnosis` is None as long as nobody knows whether the return counts.
    """

    received: ReceivedFile
    diagnosis: Diagnosis | None
    record: bytes


def strip_return(received: ReceivedFile, diagnosis: Diagnosis | None = None) -> StrippedReturn:
    """Take out of a return what its record holds."""
    sheet = received.sheet
    if sheet is None:
        return StrippedReturn(received, None, b"")
    thin = diagnosis and _replace_parts(diagnosis, items={}, others=dict.fromkeys(_SEQUENCES, ()))
    stripped = replace(received, sheet=replace(sheet, responses=()))
    return StrippedReturn(stripped, thin, _pack((sheet.responses, diagnosis)))


def load_sheet(received: ReceivedFile, record: bytes) -> ReturnedSheet:
    """Put what its record holds back into the sheet of a return that was read."""
    sheet = received.require_sheet()
    return replace(sheet, responses=_unpack(record)[0]) if record else sheet


def load_outcome(outcome: ReturnOutcome, record: bytes) -> ReturnOutcome:
    """Put what its record holds back into an outcome."""
    sheet = outcome.received.sheet
    if not record or sheet is None:
        return outcome
    responses, diagnosis = _unpack(record)
    return replace(
        outcome,
        received=replace(outcome.received, sheet=replace(sheet, responses=responses)),
        diagnosis=diagnosis if outcome.diagnosis else None,
    )


def _pack(parts: tuple[Sequence[Response], Diagnosis | None]) -> bytes:
    """Pickle and compress the parts: three times smaller in a tenth of a millisecond."""
    return zlib.compress(pickle.dumps(parts, protocol=pickle.HIGHEST_PROTOCOL), level=1)


def _unpack(record: bytes) -> tuple[Sequence[Response], Diagnosis | None]:
    content = zlib.decompressobj().decompress(record, _MAX_RECORD_BYTES)
    responses, diagnosis = load_records(content)
    return responses, diagnosis


def load_records(content: bytes) -> Any:
    """Unpickle records of the model, numbers, texts and lists of them.

    Raises `pickle.UnpicklingError` for anything else.
    """
    try:
        return _Unpickler(io.BytesIO(content)).load()
    except Exception as error:  # a pickle made by hand makes it raise all sorts
        raise pickle.UnpicklingError(str(error)) from error


class _Unpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        try:
            return _TYPES[module, name]  # never by walking dots from one name to another
        except KeyError:
            raise pickle.UnpicklingError(f"{module}.{name} is no record of the model") from None


class RecordStore:
    """The records of a run in one file, in a folder that is deleted with it."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("x+b")
        self._known: dict[Any, Any] = {}

    def keep(self, each: StrippedReturn) -> DiagnosedReturn:
        """Store the record of a return.

        Returns the return without it, whose parts are read from the store where they are
        used.
        """
        sheet, diagnosis = each.received.sheet, each.diagnosis
        if not each.record or sheet is None:
            return each.received, None
        place = _RecordLocation(self, self._file.seek(0, 2), len(each.record))
        self._file.write(each.record)
        kept = replace(
            sheet,
            responses=_StoredSequence(place, _RESPONSES),
            profile={self._one(name): self._one(entry) for name, entry in sheet.profile.items()},
        )
        received = replace(each.received, sheet=kept, problems=self._ones(each.received.problems))
        return received, self._thin(diagnosis, place) if diagnosis else None

    def record_of(self, received: ReceivedFile) -> bytes:
        """Read the record of a return; empty where its answers are not kept here."""
        responses = received.sheet.responses if received.sheet else ()
        return responses.place.content() if isinstance(responses, _StoredSequence) else b""

    def read(self, offset: int, length: int) -> bytes:
        """Read a piece of the file."""
        self._file.seek(offset)
        return self._file.read(length)

    def _thin(self, diagnosis: Diagnosis, place: _RecordLocation) -> Diagnosis:
        scores = diagnosis.scores
        thin = _replace_parts(
            diagnosis,
            items=_StoredMapping(place, _ITEMS),
            others={name: _StoredSequence(place, name) for name in _SEQUENCES},
        )
        categories = {self._one(name): self._one(each) for name, each in scores.categories.items()}
        return replace(
            thin,
            scores=replace(
                thin.scores,
                categories=categories,
                gates=self._ones(scores.gates),
                caps=self._ones(scores.caps),
                findings=self._ones(scores.findings),
            ),
            insurance=self._one(thin.insurance),
        )

    def _one(self, value: _Value) -> _Value:
        """Return the first of all equal values.

        Scores of a category, problems and names repeat by the thousand, and came from the
        workers as objects of their own.
        """
        return self._known.setdefault(value, value)  # type: ignore[no-any-return]

    def _ones(self, values: tuple[_Value, ...]) -> tuple[_Value, ...]:
        return tuple(self._one(each) for each in values)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()  # Windows removes no open file


# --- parts that are fetched when somebody looks at them


def _replace_parts(diagnosis: Diagnosis, *, items: Any, others: Mapping[str, Any]) -> Diagnosis:
    """Replace those parts of a diagnosis that a record holds."""
    return replace(diagnosis, scores=replace(diagnosis.scores, items=items), **others)


@dataclass(frozen=True, slots=True)
class _RecordLocation:
    """Where a record stands in the file."""

    store: RecordStore
    offset: int
    length: int

    def content(self) -> bytes:
        return self.store.read(self.offset, self.length)

    def fetch(self) -> tuple[Sequence[Response], Diagnosis | None]:
        return _unpack(self.content())


class _StoredPart:
    """A part of a return that is read from the store each time it is used."""

    __slots__ = ("_part", "place")

    def __init__(self, place: _RecordLocation, part: str) -> None:
        self.place = place
        self._part = part

    def __getitem__(self, key: Any) -> Any:
        return self.fetched()[key]

    def __len__(self) -> int:
        return len(self.fetched())

    def __iter__(self) -> Iterator[Any]:
        return iter(self.fetched())

    def fetched(self) -> Any:
        """Read the part."""
        responses, diagnosis = self.place.fetch()
        if self._part == _RESPONSES:
            return responses
        if diagnosis is None:
            raise ValueError("a return that was not diagnosed has no such part")
        return getattr(diagnosis.scores if self._part == _ITEMS else diagnosis, self._part)

    def __reduce__(self) -> tuple[type, tuple[()]]:
        return _MissingPart, ()  # the record goes along by itself


class _StoredSequence(_StoredPart, Sequence[Any]):
    __slots__ = ()


class _StoredMapping(_StoredPart, Mapping[str, Any]):
    __slots__ = ()


class _MissingPart:
    """Stands for a part of a return that was sent to another process without its record."""

    __slots__ = ()

    def _refuse(self, *_: object) -> NoReturn:
        raise LookupError("the result of a run keeps no answers: see run.json, or use read_returns")

    __getitem__ = __len__ = __iter__ = _refuse
