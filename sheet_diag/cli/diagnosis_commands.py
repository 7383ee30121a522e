"""The commands of a diagnosis: hearing sheet, run, watch, single files, overrides, demo."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sheet_diag.cli.arguments import (
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
    PasswordsOption,
    RunOptions,
    command,
)


def _write_file(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@command("cli.help.template")
def template(
    output: FileOption = Path("hearing_sheet.xlsx"),
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the blank hearing sheet."""
    from sheet_diag.cli.settings_file import FILE_NAME
    from sheet_diag.forms.write import make_hearing_sheet

    with report_failures(choose_language(lang, config, HELP)) as say:
        settings = read_settings(config)
        content = make_hearing_sheet(load_chosen_catalog(catalog), say.lang, settings.issuer)
        _write_file(output, content)
        typer.echo(say("cli.template.done", path=output))
        if settings.issuer.deadline is None:
            typer.echo(say("cli.template.config", name=FILE_NAME))


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
        from sheet_diag.cli import watch as watching
    watching.watch_folder(config, options, say, polling=poll)


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
        from sheet_diag.pipeline.check import check_files
        from sheet_diag.reports.run_json.writer import dump_checked_files

        loaded = load_chosen_catalog(catalog)
        outcomes = check_files(files, loaded, build_intake_settings(settings.limits, passwords))
        if as_json:
            typer.echo(dump_checked_files(loaded, outcomes, say.lang).decode("utf-8"), nl=False)
        else:
            from sheet_diag.cli.output import show_verdicts

            show_verdicts(outcomes, say)
    raise typer.Exit(1 if any(outcome.needs_attention for outcome in outcomes) else 0)


@command("cli.help.overrides")
def overrides(
    output: FileOption = Path("input/overrides.xlsx"),
    lang: LangOption = None,
    catalog: CatalogOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the blank workbook for the consultant's own decisions; overwrite none."""
    from sheet_diag.forms.write import overrides_workbook

    with report_failures(choose_language(lang, config, HELP)) as say:
        settings = read_settings(config)
        if output.exists():
            fail(say("cli.error.overrides", path=output), say)
        content = overrides_workbook(load_chosen_catalog(catalog), say.lang, settings.issuer)
        _write_file(output, content)
        typer.echo(say("cli.overrides.done", path=output))


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
        from sheet_diag.pipeline.execution import forkserver as nursery

        nursery.prepare()
        from sheet_diag.cli.demo.campaign import (
            DemoCampaign,
            begin_campaign,
            draft_due_mails,
            show_next_steps,
        )
        from sheet_diag.cli.demo.folder import is_free_for_demo
        from sheet_diag.cli.demo.returns import prepare
        from sheet_diag.pipeline.run import run as run_batch

        if not is_free_for_demo(folder):
            fail(say("cli.error.demo", path=folder), say)
        campaign = DemoCampaign(folder, parse_day(as_of, say), say, catalog)
        loaded = load_chosen_catalog(catalog)
        sheet = prepare(folder, loaded)
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
