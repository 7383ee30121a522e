"""Makes what a command works with from what was typed; each function loads only what it needs."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from sheet_diag.cli.errors import fail
from sheet_diag.cli.options import MailOptions, RunOptions
from sheet_diag.model.basics import FIRST_DAY, LAST_DAY, Lang
from sheet_diag.text.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.cli.settings_file import Settings
    from sheet_diag.diagnosis.comparison.compare import ComparisonBasis
    from sheet_diag.forms.page_writer import FormContext
    from sheet_diag.mail.log.mail_log import MailLog
    from sheet_diag.model.catalog import Catalog
    from sheet_diag.model.client_list import ClientList
    from sheet_diag.model.mail import MailLogEntry
    from sheet_diag.model.settings import ComparisonSettings, IntakeSettings, Limits
    from sheet_diag.pipeline.run import RunConfig

SETTINGS_FILE: Final = "sheet-diag.toml"  # of the working folder
_MOST_CHARS: Final = 200_000  # of that file
_MOST_DOTS: Final = 200  # of a line: the parser takes hours over a key of many parts
CLIENT_LISTS: Final = (Path("clients.xlsx"), Path("clients.csv"))


def build_run_config(options: RunOptions, say: Wording) -> RunConfig:
    """Build the run that the options ask for. Ends where that cannot be."""
    from sheet_diag.forms.page_writer import FormContext
    from sheet_diag.mail.log.mail_log import MAIL_LOG_NAME as LOG
    from sheet_diag.mail.log.mail_log import MailLog
    from sheet_diag.pipeline.input_files import require_folders
    from sheet_diag.pipeline.run import RunConfig

    settings = read_settings(options.config)
    source, target = Path(options.input), Path(options.output)
    require_folders(source, target)
    if options.previous and options.previous.resolve() == target.resolve():
        fail(say("cli.error.same_previous", path=target), say)
    as_of = parse_day(options.as_of, say)
    catalog = load_chosen_catalog(options.catalog, settings, options.passwords)
    clients = load_client_list(options.clients, catalog, settings.limits)
    form = FormContext(catalog, settings.issuer, say)
    path = target / LOG
    log = MailLog.read(path) if clients or options.protect else MailLog(path)
    if log.fault:
        typer.echo(log.fault.describe(say), err=True)
    return RunConfig(
        input=source,
        output=target,
        catalog=catalog,
        is_catalog_named=bool(options.catalog or settings.catalog),
        issuer=settings.issuer,
        as_of=as_of,
        lang=say.lang,
        report_lang=settings.report_language,
        damage_estimate=settings.damage_estimate,
        jobs=options.jobs,
        intake=build_intake_settings(settings, options.passwords),
        comparison=load_comparison_basis(
            catalog, settings.comparing, options.previous, options.benchmark
        ),
        pdf=(options.pdf or settings.pdf) and _can_set_pdf(say, settings.font),
        font=settings.font,
        protect=options.protect,
        scheduler=options.scheduler,
        clients=clients,
        mail_log=(*log.entries, *_find_entered_calls(target, clients, log, form, as_of)),
        fingerprints=log.report_fingerprints(),
    )


def _find_entered_calls(
    output: Path, clients: ClientList | None, log: MailLog, form: FormContext, today: date
) -> Sequence[MailLogEntry]:
    """Find the calls that stand in the list of passwords alone; what is wrong with that is told
    where it is needed."""
    from sheet_diag.mail.campaign.password_calls import find_entered_calls
    from sheet_diag.pipeline.report_passwords import PasswordsFile
    from sheet_diag.storage.report_passwords.faults import PasswordListError

    sent = log.report_fingerprints()
    if not clients or not sent:
        return ()
    with suppress(PasswordListError):
        file = PasswordsFile.load(output, clients, sent, form)
        return find_entered_calls(clients, file.passwords.told_cells(), log, today)[0]
    return ()


def _can_set_pdf(say: Wording, font: str) -> bool:
    """Tell whether PDFs can be set here; where they cannot, or in another font, say so."""
    from sheet_diag.reports.pdf.maker import can_set_pdf, has_font

    if not can_set_pdf():
        typer.echo(say("cli.no_pdf"), err=True)
        return False
    if font and not has_font(font):
        typer.echo(say("cli.no_font", font=font), err=True)
    return True


@contextmanager
def use_local_folders(options: RunOptions) -> Iterator[RunOptions]:
    """Replace URLs among the folders by folders of this disk; outputs are uploaded.

    Raises `ObjectStoreError` and, for its limits, `SettingsError`.
    """
    from sheet_diag.model.settings import MIB
    from sheet_diag.storage.object_store import is_url, mirror_folders

    if not (is_url(options.input) or is_url(options.output)):
        yield options
        return
    limits = read_settings(options.config).limits
    with mirror_folders(options.input, options.output, limits.file * MIB) as (source, target):
        yield replace(options, input=str(source), output=str(target))


def as_url(place: str) -> str | None:
    """Return a place without its last slash if it is a URL."""
    from sheet_diag.storage.object_store import is_url

    return place.rstrip("/") if is_url(place) else None


def read_settings(path: Path | None) -> Settings:
    """Read the settings file. Raises `SettingsError`."""
    from sheet_diag.cli.settings_file import load_settings

    return load_settings(path)


def load_chosen_catalog(
    typed: Path | None, settings: Settings, passwords: Path | None = None
) -> Catalog:
    """Load the catalogue that was typed or is set, or the built-in one.

    Raises `CatalogError`, `UnknownVersionError`, `BookError` and `UnreadableBookError`.
    """
    from sheet_diag.pipeline.catalog_source import load_catalog_source

    return load_catalog_source(
        typed or settings.catalog, lambda: build_intake_settings(settings, passwords)
    )


def load_campaign_catalog(options: MailOptions, settings: Settings, say: Wording) -> Catalog:
    """Load the catalogue that was typed or is set, else that with which the campaign began.

    Raises as `load_chosen_catalog`.
    """
    from sheet_diag.catalog.load import BUILT_IN, DEFAULT_VERSION, load_catalog

    version = _find_campaign_version(options.output)
    if options.catalog or settings.catalog or version in (None, DEFAULT_VERSION):
        return load_chosen_catalog(options.catalog, settings)
    typer.echo(say("cli.catalog.followed", version=version), err=True)
    return load_catalog(Path(f"{BUILT_IN}@{version}"))


def _find_campaign_version(output: Path) -> str | None:
    """Find the built-in version of the last run in an output folder, or of its issued sheets."""
    from sheet_diag.catalog.load import BUILT_IN, list_built_in_versions
    from sheet_diag.reports.run_json.reader import read_run_catalog
    from sheet_diag.storage.managed_folder import OUTBOX, find_issued_catalog

    known = list_built_in_versions()
    used = read_run_catalog(output) or find_issued_catalog(
        output / OUTBOX, f"{BUILT_IN}@{known[0]}"
    )
    name, _, version = (used or "").partition("@")
    return version if name == BUILT_IN and version in known else None


def find_client_list(path: Path | None) -> Path | None:
    """Find the client list: the named one, or the one in the working folder."""
    return path or next((each for each in CLIENT_LISTS if each.is_file()), None)


def load_client_list(path: Path | None, catalog: Catalog, limits: Limits) -> ClientList | None:
    """Load the client list (None: there is none). Raises `ClientListError`."""
    found = find_client_list(path)
    if found is None:
        return None
    from sheet_diag.intake.client_list.reader import read_client_list

    clients, _ = read_client_list(found, catalog, limits)
    return clients


def build_intake_settings(settings: Settings, passwords: Path | None) -> IntakeSettings:
    """Build the settings of intake. Raises `PasswordsFileError`."""
    from sheet_diag.intake.passwords import load_passwords
    from sheet_diag.model.settings import IntakeSettings

    return IntakeSettings(
        settings.limits,
        load_passwords(passwords, os.environ),
        settings.correspondence.authserv_id,
    )


def load_comparison_basis(
    catalog: Catalog, comparing: ComparisonSettings, previous: Path | None, benchmark: Path | None
) -> ComparisonBasis:
    """Load what clients are compared with.

    Raises `RunJsonError` and `BenchmarkError`.
    """
    from sheet_diag.diagnosis.comparison.compare import ComparisonBasis
    from sheet_diag.reports.benchmark import load_benchmark
    from sheet_diag.reports.run_json.reader import load_previous_run

    return ComparisonBasis(
        minimum=comparing.minimum,
        previous=load_previous_run(previous, catalog) if previous else None,
        reference=load_benchmark(benchmark, catalog) if benchmark else None,
    )


def choose_language(typed: str | None, settings: Path | None, say: Wording) -> Lang:
    """Choose the language: as typed, else of the settings file, else Japanese.

    Ends where what was typed is no language; a file that cannot be used is told by who uses it.
    """
    return parse_lang(typed, say) if typed is not None else _configured_language(settings)


def parse_lang(typed: str | None, say: Wording) -> Lang:
    """Parse the language that was typed, Japanese if none was. Ends where it is none."""
    try:
        return Lang(typed or Lang.JA)
    except ValueError:
        fail(say("cli.error.lang", value=typed), say)


def _configured_language(settings: Path | None) -> Lang:
    try:
        return Lang(read_toml(settings or Path(SETTINGS_FILE)).get("language", Lang.JA))
    except (OSError, ValueError):
        return Lang.JA


class TooMuchTomlError(ValueError):
    """A file that is too large, or holds too deep a table or too long a number."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises `OSError`, `UnicodeDecodeError`, `TOMLDecodeError` and `TooMuchTomlError`.
    """
    with path.open(encoding="utf-8-sig") as file:
        text = file.read(_MOST_CHARS + 1)
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    if len(text) > _MOST_CHARS or any(line.count(".") > _MOST_DOTS for line in lines):
        raise TooMuchTomlError
    try:
        read = tomllib.loads(text)
        repr(read)  # which refuses what no message could show: a long number that is hexadecimal
        return read
    except tomllib.TOMLDecodeError:
        raise
    except (RecursionError, ValueError) as error:
        raise TooMuchTomlError from error


def parse_day(value: str | None, say: Wording, option: str = "--as-of") -> date:
    """Parse the date that was typed after the option; today if none was."""
    if value is None:
        return date.today()
    try:
        day = datetime.strptime(value, "%Y-%m-%d").date()  # fromisoformat also takes 2026-W47-1
    except ValueError:
        day = date.min
    if not FIRST_DAY <= day <= LAST_DAY:
        fail(say("cli.error.day", option=option, value=value), say)
    return day
