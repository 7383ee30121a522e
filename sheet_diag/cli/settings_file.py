"""sheet-diag.toml: who issues, in which language, how much a file may take.

All optional; unknown keys are refused.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from sheet_diag.mail.config import TABLES as MAIL_TABLES
from sheet_diag.mail.config import build_mail_settings
from sheet_diag.mail.config import find_mail_setting_faults as mail_faults
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import ComparisonSettings, CorrespondenceSettings, Issuer, Limits

FILE_NAME: Final = "sheet-diag.toml"
_ISSUER: Final = ("name", "department", "address", "phone", "email", "contact")
_TABLES: Final = {
    "issuer": (*_ISSUER, "logo"),
    "limits": tuple(limit.name for limit in fields(Limits)),
    "comparing": tuple(setting.name for setting in fields(ComparisonSettings)),
    **MAIL_TABLES,
}
_TOP_KEYS: Final = ("language", "report_language", "deadline", *_TABLES)


class SettingsError(Exception):
    """A configuration that cannot be used; `faults` are (wording key, parts) pairs."""

    def __init__(self, path: Path, faults: list[tuple[str, dict[str, str]]]) -> None:
        self.path = path
        self.faults = faults
        super().__init__(f"{path}: {faults}")


@dataclass(frozen=True, slots=True)
class Settings:
    """What the file says. `report_language` None: the language of each returned sheet."""

    issuer: Issuer = field(default_factory=Issuer)
    language: Lang | None = None
    report_language: Lang | None = None
    limits: Limits = field(default_factory=Limits)
    comparing: ComparisonSettings = field(default_factory=ComparisonSettings)
    correspondence: CorrespondenceSettings = field(default_factory=CorrespondenceSettings)


def load_settings(path: Path | None) -> Settings:
    """Read `path`, or `sheet-diag.toml` of the working folder where there is one.

    Raises `SettingsError` with every fault.
    """
    chosen = path or Path(FILE_NAME)
    if path is None and not chosen.is_file():
        return _config({}, chosen.parent)
    try:
        raw = tomllib.loads(chosen.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(chosen, [("config.unreadable", {"reason": str(error)})]) from error
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(chosen, [("config.not_toml", {"reason": str(error)})]) from error
    faults = [*_unknown_keys(raw), *_wrong_values(raw, chosen.parent)]
    if faults:
        raise SettingsError(chosen, faults)
    return _config(raw, chosen.parent)


def _config(raw: Mapping[str, Any], folder: Path) -> Settings:
    issuer = raw.get("issuer", {})
    logo = issuer.get("logo")
    report = raw.get("report_language", "client")
    issuing = Issuer(
        **{key: issuer.get(key, "") for key in _ISSUER},
        deadline=raw.get("deadline"),
        logo=(folder / logo).read_bytes() if logo else None,
    )
    return Settings(
        issuer=issuing,
        language=Lang(raw["language"]) if "language" in raw else None,
        report_language=None if report == "client" else Lang(report),
        limits=Limits(**raw.get("limits", {})),
        comparing=ComparisonSettings(**raw.get("comparing", {})),
        correspondence=build_mail_settings(raw, issuing, folder),
    )


def _unknown_keys(raw: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    keys: list[tuple[str, str, tuple[str, ...]]] = [(key, "", _TOP_KEYS) for key in raw]
    for name, known in _TABLES.items():
        table = raw.get(name)
        keys += [(key, f"{name}.", known) for key in table] if isinstance(table, dict) else []
    for key, prefix, known in keys:
        if key not in known:
            near = get_close_matches(key, list(known), n=1)
            parts = {"key": prefix + key, "near": near[0] if near else ", ".join(known)}
            yield "config.unknown_key", parts


def _wrong_values(raw: Mapping[str, Any], folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    for key, allowed in (("language", ("ja", "en")), ("report_language", ("client", "ja", "en"))):
        if raw.get(key, allowed[0]) not in allowed:
            parts = {"key": key, "value": str(raw[key]), "allowed": ", ".join(allowed)}
            yield "config.not_one_of", parts
    if "deadline" in raw and type(raw["deadline"]) is not date:
        yield "config.not_a_date", {"key": "deadline", "value": str(raw["deadline"])}
    for name in _TABLES:
        if not isinstance(raw.get(name, {}), dict):
            yield "config.not_a_table", {"key": name}
    for name in ("limits", "comparing"):
        yield from _wrong_numbers(name, raw.get(name))
    yield from _wrong_issuer(raw.get("issuer"), folder)
    yield from mail_faults(raw, folder)


def _wrong_numbers(table: str, values: object) -> Iterator[tuple[str, dict[str, str]]]:
    for key, value in values.items() if isinstance(values, dict) else ():
        if key in _TABLES[table] and (type(value) is not int or value < 1):
            yield "config.not_a_number", {"key": f"{table}.{key}", "value": str(value)}


def _wrong_issuer(issuer: object, folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    if not isinstance(issuer, dict):
        return
    for key in (*_ISSUER, "logo"):
        if not isinstance(issuer.get(key, ""), str):
            yield "config.not_text", {"key": f"issuer.{key}"}
    logo = issuer.get("logo")
    if isinstance(logo, str) and not _is_picture(folder / logo):
        yield "config.not_a_picture", {"value": logo}


def _is_picture(path: Path) -> bool:
    from sheet_diag.xlsx.page import is_picture  # here: most configurations name none

    return path.is_file() and is_picture(path.read_bytes())
