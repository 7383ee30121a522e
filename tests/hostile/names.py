"""Names, links and permissions: what a folder can hold beside honest files."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.hostile.case import HELD, RANKED, REJECTED, Case, case, filled

_FORMULA = "=cmd|' /C calc'!A0"
_BIDI = "株式会社\u202exslx.見本\u202c"
_CONTROL = "株式会社\x1b[31m\r\n見\x00本"


def _made(name: str, make: Callable[[Path], None], statuses: frozenset[str], codes: str) -> Case:
    return Case(name, make, statuses, frozenset(codes.split()))


def _link(target: str) -> Callable[[Path], None]:
    return lambda path: path.symlink_to(target)


def _closed(path: Path) -> None:
    """Root may read it all the same."""
    path.write_bytes(filled("closed"))
    path.chmod(0)


def _link_out(path: Path) -> None:
    """To a sheet that nobody handed in."""
    outside = path.parent.parent.parent / "outside.xlsx"
    outside.write_bytes(filled("outside"))
    path.symlink_to(outside)


def _raw(name: bytes) -> str:
    """A name that is no text, as the file system gives it."""
    return os.fsdecode(name)


NAMES: tuple[Case, ...] = (
    case("name/CON.xlsx", lambda: filled("CON"), RANKED),
    case("name/trailing. .xlsx", lambda: filled("..\\..\\trailing. "), RANKED),
    case("name/" + "長" * 80 + ".xlsx", lambda: filled("長" * 300), RANKED),
    case("name/a\x1b]0;x\x07\n.xlsx", lambda: filled(_CONTROL), RANKED),
    case("name/\u202exslx.exe", lambda: filled(_BIDI), RANKED),
    case("name/=cmd.xlsx", lambda: filled(_FORMULA), RANKED),
    case("name/@SUM(1).xlsx", lambda: filled("@SUM(1)"), RANKED),
    case("name/A&B.xlsx", lambda: filled("&P A&B <b>"), RANKED),
    case("name/ガ.xlsx", lambda: filled("組み合わせ"), RANKED),
    case("name/カ\u3099.xlsx", lambda: filled("分かち書き"), RANKED),
    # One client twice, with other answers, and nothing says which came first.
    case("name/UPPER.xlsx", lambda: filled("Same K.K."), HELD, "ORDER_UNCLEAR"),
    case("name/upper.xlsx", lambda: filled("ＳＡＭＥ　Ｋ．Ｋ．", "△"), HELD, "ORDER_UNCLEAR"),
    case("name/ .xlsx", lambda: filled(" "), RANKED),
    case("name/" + _raw(b"\xff\xfe\x83\x5c.xlsx"), lambda: filled("raw name"), RANKED),
    case("name/folder.xlsx/inside.xlsx", lambda: filled("folder"), RANKED),
)

LINKS: tuple[Case, ...] = (
    _made("link/outside.xlsx", _link_out, REJECTED, "LINK_OUTSIDE"),
    _made("link/loop.xlsx", _link("loop.xlsx"), REJECTED, "LINK_OUTSIDE NO_ACCESS"),
    _made("link/nowhere.xlsx", _link("gone.xlsx"), REJECTED, "LINK_OUTSIDE NO_ACCESS"),
    _made("link/folder_above", _link(".."), REJECTED, "LINK_OUTSIDE NO_ACCESS"),
    _made("link/root", _link("/"), REJECTED, "LINK_OUTSIDE NO_ACCESS"),
    _made("link/closed.xlsx", _closed, RANKED | REJECTED, ""),
)

PIPE = _made("link/pipe.xlsx", lambda path: os.mkfifo(path), REJECTED, "NO_ACCESS")

CASES: tuple[Case, ...] = (*NAMES, *LINKS)
