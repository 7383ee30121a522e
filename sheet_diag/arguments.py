"""What was typed -> what a command works with; each loads no more than it needs."""

from __future__ import annotations

import os
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sheet_diag.complaints import fail
from sheet_diag.model.basics import Lang
from sheet_diag.model.catalog import Catalog
from sheet_diag.model.settings import Comparing, Limits, Reading
from sheet_diag.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.comparing import Beside
    from sheet_diag.config import Config


def configured(path: Path | None, lang: str | None, say: Wording, words: Wording) -> Config:
    """The configuration, with `say` set to the language that follows. Raises `ConfigError`."""
    from sheet_diag.config import load_config

    settings = load_config(path)
    say.lang = parse_lang(lang, words, settings.language)
    return settings


def load_asked(path: Path | None) -> Catalog:
    """The catalogue in a folder, or the built-in one. Raises `CatalogError`."""
    from sheet_diag.catalog import load_catalog

    return load_catalog(path)


def reading(limits: Limits, passwords: Path | None) -> Reading:
    """Settings of intake, with the passwords listed. Raises `PasswordsError`."""
    from sheet_diag.intake.passwords import load_passwords

    return Reading(limits, load_passwords(passwords, os.environ))


def beside(
    catalog: Catalog, comparing: Comparing, previous: Path | None, benchmark: Path | None
) -> Beside:
    """What clients are compared with. Raises `PreviousRunError` and `BenchmarkError`."""
    from sheet_diag.benchmark import load
    from sheet_diag.comparing import Beside
    from sheet_diag.previous import load_previous

    return Beside(
        minimum=comparing.minimum,
        previous=load_previous(previous, catalog) if previous else None,
        reference=load(benchmark, catalog) if benchmark else None,
    )


def parse_lang(value: str | None, say: Wording, configured: Lang | None = None) -> Lang:
    """The language asked for, else the configured one, else Japanese."""
    if value is None:
        return configured or Lang.JA
    try:
        return Lang(value)
    except ValueError:
        fail(say("cli.error.lang", value=value), say)


def parse_day(value: str | None, say: Wording) -> date:
    """The date asked for, else today."""
    if value is None:
        return date.today()
    try:
        return datetime.strptime(value, "%Y-%m-%d").date()  # fromisoformat also takes 2026-W47-1
    except ValueError:
        fail(say("cli.error.as_of", value=value), say)
