"""`templates/hearing_sheet.xlsx` is what `make template` builds, byte for byte."""

import io
import zipfile
import zlib
from pathlib import Path

import pytest

from sheet_diag.catalog.load import load_catalog
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer

TEMPLATE = Path(__file__).parents[1] / "templates" / "hearing_sheet.xlsx"


def _parts(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as package:
        return [(name, package.read(name)) for name in package.namelist()]


def test_every_part_is_rebuilt() -> None:
    built = make_hearing_sheet(load_catalog(), Lang.JA, Issuer())
    assert _parts(built) == _parts(TEMPLATE.read_bytes()), "run `make template`"


@pytest.mark.skipif(
    hasattr(zlib, "ZLIBNG_VERSION"), reason="zlib-ng compresses the same parts to other bytes"
)
def test_the_bytes_are_the_same() -> None:
    built = make_hearing_sheet(load_catalog(), Lang.JA, Issuer())
    assert built == TEMPLATE.read_bytes(), "run `make template`"
