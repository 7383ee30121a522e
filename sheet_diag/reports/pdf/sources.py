"""Keeps what PDFs are set from, so that a later command sets those that a run has not made.

All stand in one archive: a member for each report, packed where it was made, and one for what they
have in common.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self
from zipfile import ZipFile, ZipInfo

from pydantic import ConfigDict, TypeAdapter

from sheet_diag.model.basics import Lang
from sheet_diag.model.report_view import ReportView
from sheet_diag.model.settings import Issuer

PDF_SOURCES: Final = "data/pdf-sources.zip"  # in the output folder
_COMMON: Final = "common.json.gz"
_STRICT: Final = ConfigDict(extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")


@dataclass(frozen=True, slots=True)
class PdfSource:
    """What one PDF is set from; `owner` are the properties that tell whose it is."""

    __pydantic_config__ = _STRICT

    view: ReportView
    owner: Mapping[str, str]

    @property
    def lang(self) -> Lang:
        """The language of the report."""
        return Lang(self.view.lang)

    def pack(self) -> bytes:
        """Pack it; the same source gives the same bytes."""
        unused = {} if self.view.rank_colours else {"view": {"rank_colours"}}
        return _pack(_SOURCE.dump_json(self, exclude=unused))

    @staticmethod
    def unpack(content: bytes) -> PdfSource:
        """Unpack it. Raises `ValueError` where another version has packed it."""
        return _SOURCE.validate_json(gzip.decompress(content))


@dataclass(frozen=True, slots=True)
class PdfStyle:
    """What all PDFs of a run have in common: the logo by language, the font to prefer."""

    __pydantic_config__ = _STRICT

    logos: Mapping[Lang, bytes | None]
    font: str = ""

    @classmethod
    def of(cls, issuer: Issuer, font: str) -> Self:
        """Make it of the issuer of reports and the font that is set (empty: our own)."""
        return cls({lang: issuer.in_lang(lang).logo for lang in Lang}, font)


_SOURCE: Final = TypeAdapter(PdfSource)
_STYLE: Final = TypeAdapter(PdfStyle)


class PdfSourcesWriter:
    """Writes the archive; what it holds depends on what is added alone."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, packed: bytes) -> None:
        """Add the packed source of the PDF of that name."""
        self._archive.writestr(ZipInfo(_member(name)), packed)


@contextmanager
def write_pdf_sources(path: Path, style: PdfStyle) -> Iterator[PdfSourcesWriter]:
    """Write the archive of the PDFs of one style. Raises `OSError`."""
    with ZipFile(path, "w") as archive:
        archive.writestr(ZipInfo(_COMMON), _pack(_STYLE.dump_json(style)))
        yield PdfSourcesWriter(archive)


@dataclass(frozen=True, slots=True)
class PdfSources:
    """An archive that is read."""

    archive: ZipFile

    def read_style(self) -> PdfStyle:
        """Read what the PDFs have in common. Raises `ValueError` for that of another version."""
        return _STYLE.validate_json(gzip.decompress(self.archive.read(_COMMON)))

    def read_packed(self, name: str) -> bytes:
        """Read the packed source of the PDF of that name. Raises `KeyError`."""
        return self.archive.read(_member(name))


@contextmanager
def read_pdf_sources(path: Path) -> Iterator[PdfSources]:
    """Open the archive. Raises `OSError` and `BadZipFile`."""
    with ZipFile(path) as archive:
        yield PdfSources(archive)


def _pack(content: bytes) -> bytes:
    return gzip.compress(content, mtime=0)


def _member(name: str) -> str:
    return f"{name}.json.gz"
