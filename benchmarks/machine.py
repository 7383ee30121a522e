"""The machine and the programs that were measured, told without names or paths."""

from __future__ import annotations

import platform
import zlib
from importlib import metadata
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from benchmarks.measuring import cores

_PROGRAMS: Final = ("pandas", "openpyxl", "XlsxWriter", "python-calamine", "pyarrow")


def machine() -> dict[str, str | int | float]:
    """Processor, cores that may be used, memory, system."""
    return {
        "processor": _processor(),
        "cores": len(cores()),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": _system(),
    }


def versions() -> dict[str, str]:
    """What the measured programs are made of."""
    return {
        "sheet-diag": metadata.version("sheet-diag"),
        "Python": platform.python_version(),
        "zlib": zlib.ZLIB_RUNTIME_VERSION,
        **{name: metadata.version(name) for name in _PROGRAMS},
    }


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text("utf-8").splitlines() if facts.exists() else []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or platform.machine())


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return f"{platform.system()} {platform.release()}"
