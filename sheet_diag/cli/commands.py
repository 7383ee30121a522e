"""The commands, in the order of the help page: as they follow each other in a campaign."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Annotated, Final, NoReturn

import typer

from sheet_diag.cli.arguments import (
    SETTINGS_FILE,
    as_url,
    build_intake_settings,
    build_run_config,
    choose_language,
    load_chosen_catalog,
    parse_day,
    parse_lang,
    read_settings,
    use_local_folders,
)
from sheet_diag.cli.errors import fail, report_failures
from sheet_diag.cli.options import (
    FOLDER,
    HELP,
    AsOfOption,
    CatalogOption,
    ConfigOption,
    FileOption,
    JobsOption,
    LangOption,
    LoginOptions,
    MailOptions,
    PasswordsOption,
    RunOptions,
    command,
)
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.wording import Wording

_INTERRUPTED: Final = "mail.error.interrupted"
_WHO: Final = ("clients", "previous", "only")
_GENERAL: Final = ("lang", "catalog", "config")
_HOW: Final = ("send", "to_mailbox", "sent_by_hand", "not_sent", "as_of", *_GENERAL)
_REPORT: Final = ("passwords", "by_mail", "unprotected", "attach", "jobs")


@command("cli.help.template")
def template(
    output: FileOption = Path("hearing_sheet.xlsx"),
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the blank hearing sheet."""
    from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet

    with report_failures(choose_language(lang, config, HELP)) as say:
        settings = read_settings(config)
        content = make_hearing_sheet(
            load_chosen_catalog(catalog, settings), say.lang, settings.issuer
        )
        if output.exists() and output.read_bytes() != content:
            fail(say("cli.template.edited", path=output), say)
        _write_file(output, content)
        typer.echo(say("cli.template.done", path=output))
        if settings.issuer.deadline is None:
            typer.echo(say("cli.template.config", name=SETTINGS_FILE))


@command("cli.help.clients_command", "clients", ("file", "new", "output", "previous", *_GENERAL))
def clients_command(options: MailOptions) -> None:
    """Check the client list, or make a blank one."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.client_list import check_client_list, write_blank_list

        (write_blank_list if options.new else check_client_list)(options, say)


@command("cli.help.issue", takes=("output", *_WHO, "again", *_HOW))
def issue(options: MailOptions) -> None:
    """Make a hearing sheet per client, and the mails that ask for it."""
    _run(MailKind.REQUEST, options)


@command("cli.help.collect", takes=("input", "output", "since", "clients", *_GENERAL))
def collect(options: MailOptions) -> None:
    """Fetch the mails with returns into the input folder."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.run import collect_mails

        done = collect_mails(options, say)
    raise typer.Exit(0 if done else 1)


@command("cli.help.run")
def run(options: RunOptions) -> None:
    """Run the whole batch."""
    with report_failures(choose_language(options.lang, options.config, HELP)) as say:
        from sheet_diag.pipeline.execution.forkserver import prepare

        prepare()
        from sheet_diag.cli.output import run_with_progress, show_result
        from sheet_diag.pipeline.input_files import require_input_files
        from sheet_diag.pipeline.run import run_files

        with use_local_folders(options) as here:
            config = build_run_config(here, say)
            found = require_input_files(config.input, config.output)
            result = run_with_progress(say, lambda progress: run_files(found, config, progress))
    show_result(result, config, say, url=as_url(options.output))
    raise typer.Exit(1 if result.needs_attention else 0)


@command("cli.help.watch")
def watch(
    options: RunOptions,
    poll: Annotated[bool, typer.Option("--poll", help=HELP("cli.help.poll"))] = False,
) -> None:
    """Run now and after every change."""
    with report_failures(choose_language(options.lang, options.config, HELP)) as say:
        from sheet_diag.pipeline.execution.forkserver import prepare

        for place in filter(as_url, (options.input, options.output)):
            fail(say("cli.error.watch_url", path=place), say)
        prepare()
        config = build_run_config(options, say)
        from sheet_diag.cli.watch import watch_folder
    watch_folder(config, options, say, polling=poll)


@command("cli.help.check")
def check(
    files: Annotated[list[Path], typer.Argument(help=HELP("cli.help.files"), metavar="FILE…")],
    as_json: Annotated[bool, typer.Option("--json", help=HELP("cli.help.json"))] = False,
    passwords: PasswordsOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Show the results of single files; write nothing."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.pipeline.input_files import require_file

        for path in files:
            require_file(path)
        from sheet_diag.pipeline.execution.forkserver import READING_MODULES, prepare

        prepare(READING_MODULES)
        settings = read_settings(config)
        from sheet_diag.pipeline.ingest import check_files
        from sheet_diag.reports.run_json.writer import dump_checked_files

        loaded = load_chosen_catalog(catalog, settings, passwords)
        outcomes = check_files(files, loaded, build_intake_settings(settings, passwords))
        if as_json:
            typer.echo(dump_checked_files(loaded, outcomes, say.lang).decode("utf-8"), nl=False)
        else:
            from sheet_diag.cli.output import show_verdicts

            show_verdicts(outcomes, say)
    raise typer.Exit(1 if any(outcome.needs_attention for outcome in outcomes) else 0)


@command("cli.help.overrides", takes=("input", "output", *_GENERAL))
def overrides(options: MailOptions) -> None:
    """Write the workbook for the consultant's own decisions, with all that is to be decided."""
    with _report_failures(options) as say:
        from sheet_diag.cli.overrides import write_overrides

        write_overrides(options, say)


@command("cli.help.status", takes=("output", "input", "accept_log", "clients", "as_of", *_GENERAL))
def status(options: MailOptions) -> None:
    """Tell where everyone stands."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.run import show_status

        is_whole = show_status(options, say)
    raise typer.Exit(0 if is_whole else 1)


@command("cli.help.remind", takes=("output", "input", "days", "again_after", *_WHO, *_HOW))
def remind(options: MailOptions) -> None:
    """Write to the clients that are late."""
    _run(MailKind.REMINDER, options)


@command("cli.help.return", "return", ("output", "input", "due", *_WHO, "again", *_HOW))
def send_back(options: MailOptions) -> None:
    """Send back what is to be corrected."""
    _run(MailKind.CORRECTION, options)


@command("cli.help.deliver", takes=("output", "input", *_REPORT, *_WHO, "again", *_HOW))
def deliver(options: MailOptions) -> None:
    """Send the reports; have the passwords told by telephone."""
    if not options.passwords or options.by_mail:
        _run(MailKind.PASSWORD if options.passwords else MailKind.RESULT, options)
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.passwords import keep_call_list

        done = keep_call_list(options, say)
    raise typer.Exit(0 if done else 1)


@command("cli.help.login")
def login(options: LoginOptions) -> None:
    """Keep what opens a mail account where the system keeps passwords."""
    with _report_failures(options, "signin.interrupted") as say:
        from sheet_diag.cli.mail.login import keep_login

        keep_login(options, say)


@command("cli.help.letters")
def letters(
    folder: Annotated[
        Path, typer.Argument(help=HELP("cli.help.letters_folder"), metavar=FOLDER)
    ] = Path("letters"),
    lang: LangOption = None,
) -> None:
    """Copy the letters out, to be edited."""
    with report_failures(parse_lang(lang, HELP), _INTERRUPTED) as say:
        from sheet_diag.mail.templates.files import copy_templates

        made = copy_templates(folder, say.lang if lang else None)
        key = "mail.letters.made" if made else "mail.letters.none"
        typer.echo(say(key, count=len(made), path=folder))


@command("cli.help.demo")
def demo(
    folder: Annotated[Path, typer.Argument(help=HELP("cli.help.folder"), metavar=FOLDER)] = Path(
        "demo"
    ),
    as_of: AsOfOption = None,
    jobs: JobsOption = None,
    lang: LangOption = None,
    catalog: CatalogOption = None,
) -> None:
    """Make a sample campaign and run over it; that some returns need attention is no failure."""
    from sheet_diag.cli.output import run_with_progress, show_result

    with report_failures(parse_lang(lang, HELP), "cli.error.interrupted.demo") as say:
        from sheet_diag.pipeline.execution.forkserver import prepare

        prepare()
        from sheet_diag.cli.demo.campaign import (
            DemoCampaign,
            begin_campaign,
            draft_due_mails,
            show_next_steps,
        )
        from sheet_diag.cli.demo.returns import is_free_for_demo, write_demo_sheets
        from sheet_diag.pipeline.catalog_source import load_catalog_source
        from sheet_diag.pipeline.run import run as run_batch

        if not is_free_for_demo(folder):
            fail(say("cli.error.demo", path=folder), say)
        campaign = DemoCampaign(folder, parse_day(as_of, say), say, catalog)
        loaded = load_catalog_source(catalog)
        sheet = write_demo_sheets(folder, loaded)
        begin_campaign(campaign, loaded)
        options = RunOptions(
            input=str(campaign.input), output=str(campaign.output), as_of=as_of,
            clients=campaign.clients, jobs=jobs, lang=lang, catalog=catalog,
            config=campaign.settings,
        )  # fmt: skip
        run_config = build_run_config(options, say)
        result = run_with_progress(say, lambda progress: run_batch(run_config, progress))
        draft_due_mails(campaign)
    show_result(result, run_config, say, sheet)
    show_next_steps(campaign)


def _report_failures(
    options: MailOptions | LoginOptions, interrupted: str = _INTERRUPTED
) -> AbstractContextManager[Wording]:
    return report_failures(choose_language(options.lang, options.config, HELP), interrupted)


def _run(kind: MailKind, options: MailOptions) -> NoReturn:
    """Write or send the mails of a kind; the exit status says whether all of them were."""
    with _report_failures(options) as say:
        from sheet_diag.cli.mail.run import run_mail_command

        done = run_mail_command(kind, options, say)
    raise typer.Exit(0 if done else 1)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
