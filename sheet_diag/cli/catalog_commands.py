"""The commands for questionnaires: `sheet-diag catalog …`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from sheet_diag.cli.arguments import (
    build_intake_settings,
    choose_language,
    load_chosen_catalog,
    read_settings,
)
from sheet_diag.cli.errors import fail, report_failures
from sheet_diag.cli.options import (
    FILE,
    FOLDER,
    HELP,
    AsOfOption,
    ConfigOption,
    JobsOption,
    LangOption,
    PasswordsOption,
    RunOptions,
    catalog_app,
    command,
)
from sheet_diag.text.wording import Wording

if TYPE_CHECKING:
    from sheet_diag.catalog.proposal import CatalogProposal

BOOK: Final = "BOOK"
_MENDED: Final = 2  # the exit status where something must be mended

BookArgument = Annotated[Path, typer.Argument(help=HELP("cli.help.book"), metavar=BOOK)]


@command("cli.help.catalog_new", "new", group=catalog_app)
def new(
    book: Annotated[
        Path | None, typer.Argument(help=HELP("cli.help.new_book"), metavar=BOOK)
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help=HELP("cli.help.from"), metavar=f"NAME|{BOOK}|{FOLDER}"),
    ] = None,
    empty: Annotated[bool, typer.Option("--empty", help=HELP("cli.help.empty"))] = False,
    passwords: PasswordsOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Write a workbook to be filled in."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.cli.catalog_books import write_new_book

        reading = build_intake_settings(read_settings(config), passwords)
        target = book or Path(say("book.new.name"))
        write_new_book(target, source, reading, say, empty=empty, chosen=bool(lang))


@command("cli.help.catalog_check", "check", group=catalog_app)
def check(
    book: BookArgument,
    passwords: PasswordsOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Check a workbook, and mark in a copy what must be mended."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.cli.catalog_books import check_book

        reading = build_intake_settings(read_settings(config), passwords)
        usable = check_book(book, reading, say)
    raise typer.Exit(0 if usable else _MENDED)


@command("cli.help.catalog_import", "import", group=catalog_app)
def import_catalog(
    file: Annotated[Path, typer.Argument(help=HELP("cli.help.import_file"), metavar=FILE)],
    sheet: Annotated[
        str | None, typer.Option(help=HELP("cli.help.import_sheet"), metavar="NAME")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help=HELP("cli.help.import_output"), metavar=FILE)
    ] = None,
    passwords: PasswordsOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Make the workbook of a questionnaire from a hearing sheet of one's own."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.forms.catalog_workbook import make_imported_workbook
        from sheet_diag.intake.catalog_import.read import propose_catalog
        from sheet_diag.pipeline.input_files import require_file
        from sheet_diag.storage.file_moves import write_whole_file

        require_file(file)
        path = output or file.with_name(say("import.file", name=file.stem))
        if path.exists():
            fail(say("import.error.exists", path=path), say)
        reading = build_intake_settings(read_settings(config), passwords)
        proposal = propose_catalog(file, sheet, reading)
        write_whole_file(path, make_imported_workbook(proposal))
        _tell_imported(proposal, path, say)


@command("cli.help.catalog_diff", "diff", group=catalog_app)
def diff_catalogs(
    old: Annotated[Path, typer.Argument(help=HELP("cli.help.diff_old"), metavar="OLD")],
    new: Annotated[Path, typer.Argument(help=HELP("cli.help.diff_new"), metavar="NEW")],
    returns: Annotated[
        Path | None, typer.Option(help=HELP("cli.help.diff_returns"), metavar=FOLDER)
    ] = None,
    passwords: PasswordsOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Tell what differs between two questionnaires, and which clients it concerns."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.cli.catalog_diff import show_differences, write_proposal

        settings = read_settings(config)
        reading = build_intake_settings(settings, passwords)
        before, after = (load_chosen_catalog(each, settings, passwords) for each in (old, new))
        versions = show_differences(before, after, returns, reading, say)
        write_proposal(versions, before, after, new, reading, say)


@command("cli.help.catalog_preview", "preview", group=catalog_app)
def preview_catalog(
    book: Annotated[
        Path | None, typer.Argument(help=HELP("cli.help.preview_book"), metavar="BOOK")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help=HELP("cli.help.preview_output"), metavar=FOLDER)
    ] = None,
    as_of: AsOfOption = None,
    jobs: JobsOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Try a questionnaire on invented clients."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.pipeline.execution.forkserver import prepare

        prepare()
        from sheet_diag.cli.catalog_preview import choose_folder, write_preview

        catalog = load_chosen_catalog(book, read_settings(config))
        folder = choose_folder(output, book or Path(catalog.id), say)
        (folder / "returns").mkdir(parents=True, exist_ok=True)
        options = RunOptions(
            input=str(folder / "returns"), output=str(folder / "output"), as_of=as_of, pdf=True,
            jobs=jobs, lang=lang, catalog=book, config=config,
        )  # fmt: skip
        write_preview(catalog, options, folder, say)


@command("cli.help.catalog_export", "export", group=catalog_app)
def export(
    book: BookArgument,
    folder: Annotated[Path, typer.Argument(help=HELP("cli.help.rows_folder"), metavar=FOLDER)],
    passwords: PasswordsOption = None,
    lang: LangOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the rows of a workbook as text."""
    with report_failures(choose_language(lang, config, HELP)) as say:
        from sheet_diag.cli.catalog_books import export_book

        reading = build_intake_settings(read_settings(config), passwords)
        export_book(book, folder, reading, say)


def _tell_imported(proposal: CatalogProposal, path: Path, say: Wording) -> None:
    from sheet_diag.forms.import_results import count_points

    typer.echo(say("import.done", questions=len(proposal.rows["questions"]), path=path))
    gaps, left = count_points(proposal), len(proposal.left_out) + len(proposal.lost)
    sheet = Wording(proposal.lang)("import.sheet")
    typer.echo(say("import.done.look", gaps=gaps, left=left, sheet=sheet))
