"""Turns errors into one sentence and an exit status, never a traceback."""

from __future__ import annotations

import tempfile
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

import typer

from sheet_diag.model.basics import Lang
from sheet_diag.text.wording import Wording

if TYPE_CHECKING:  # what a command needs is loaded once its words are understood
    from sheet_diag.catalog.errors import CatalogError
    from sheet_diag.cli.settings_file import SettingsError
    from sheet_diag.intake.client_list.headings import ClientListError
    from sheet_diag.storage.report_passwords.password_list import PasswordListError

_OPEN_IN_EXCEL: Final = (".xlsx", ".csv")
_LOG: Final = Path("sheet-diag-error.log")


@contextmanager
def report_failures(lang: Lang, interrupted: str = "cli.error.interrupted") -> Iterator[Wording]:
    """Turn what can go wrong outside of returns into a sentence and an exit status.

    `interrupted` is the label of what is shown after Ctrl-C, also at a question, and where an
    answer that has to be typed ends.
    """
    say = Wording(lang)
    try:
        yield say
    except (KeyboardInterrupt, typer.Abort) as stopped:  # a question makes the one of the other
        typer.echo("\n" + _describe_interrupt(stopped, say, interrupted), err=True)
        raise typer.Exit(130) from None
    except Exception as error:
        text = describe_error(error, say)
        if text is None:
            raise
        typer.echo(say("cli.error.head", text=text), err=True)
        raise typer.Exit(2) from error


def _describe_interrupt(stopped: BaseException, say: Wording, key: str) -> str:
    from sheet_diag.storage.object_store import PartialUploadError

    halfway = isinstance(stopped, PartialUploadError)
    return say("cli.error.interrupted.halfway" if halfway else key)


def describe_error(error: Exception, say: Wording) -> str | None:
    """Describe an error that is not our fault in a sentence; None for any other."""
    from sheet_diag.catalog.errors import CatalogError
    from sheet_diag.cli.settings_file import SettingsError
    from sheet_diag.intake.client_list.headings import ClientListError
    from sheet_diag.intake.passwords import PasswordsFileError
    from sheet_diag.mail.templates.files import MailTemplateError
    from sheet_diag.model.basics import UserError
    from sheet_diag.storage.report_passwords.password_list import PasswordListError
    from sheet_diag.storage.staging import OutputBusyError

    match error:
        case CatalogError():
            return _catalog_text(error, say)
        case SettingsError():
            return _config_text(error, say)
        case ClientListError():
            return _list_text(error, say)
        case MailTemplateError():
            return "\n".join(say(key, **parts) for key, parts in error.faults)
        case UserError():
            return say(error.key, **error.parts)
        case PasswordsFileError():
            why = say(error.fault.key, **error.fault.parts)
            return say("cli.error.passwords", path=error.path, why=why)
        case PasswordListError():
            return _password_list_text(error, say)
        case OutputBusyError():
            return say("cli.error.busy", path=error.args[0])
        case OSError():
            path = error.filename2 or error.filename or ""
            reason = error.strerror or type(error).__name__
            may_be_open = Path(str(path)).suffix in _OPEN_IN_EXCEL
            key = "cli.error.write.open" if may_be_open else "cli.error.write"
            return say(key, path=path, reason=reason)
    return None


def describe_unexpected(error: Exception, say: Wording) -> str:
    """Describe a fault of ours, and keep its traceback in a file."""
    return say("cli.error.unexpected", reason=type(error).__name__, path=_keep_trace(error))


def _keep_trace(error: Exception) -> Path:
    """Write the traceback where there is room for it."""
    for path in (_LOG, Path(tempfile.gettempdir()) / _LOG):
        try:
            path.write_text("".join(traceback.format_exception(error)), encoding="utf-8")
        except OSError:
            continue
        return path
    return _LOG


def fail(text: str, say: Wording) -> NoReturn:
    """End with the sentence and exit status 2."""
    typer.echo(say("cli.error.head", text=text), err=True)
    raise typer.Exit(2)


def require_office(say: Wording) -> str:
    """Find the program that prints; end where there is none."""
    from sheet_diag.reports.pdf import find_office

    return find_office() or fail(say("cli.error.no_office"), say)


def _config_text(error: SettingsError, say: Wording) -> str:
    lines = [say("cli.error.config", path=error.path)]
    lines += [f"  {say(key, **parts)}" for key, parts in error.faults]
    return "\n".join(lines)


def _list_text(error: ClientListError, say: Wording) -> str:
    from sheet_diag.intake.client_list.headings import format_list_message

    lines = [say("mail.error.list", path=error.path, count=len(error.faults))]
    lines += [f"  {format_list_message(fault, say.lang)}" for fault in error.faults]
    return "\n".join(lines)


def _password_list_text(error: PasswordListError, say: Wording) -> str:
    why = [say(fault.key, **fault.parts) for fault in error.faults]
    if len(why) == 1:
        return say("cli.error.password_list", path=error.path, why=why[0])
    lines = [say("cli.error.password_list.many", path=error.path, count=len(why))]
    return "\n".join([*lines, *(f"  {text}" for text in why)])


def _catalog_text(error: CatalogError, say: Wording) -> str:
    from sheet_diag.catalog.errors import CatalogFaultCode

    lines = [say("cli.error.catalog", count=len(error.faults))]
    for located in error.faults:
        fault = located.fault
        text = say(f"catalog.fault.{fault.code.value}", value=fault.value, near=fault.near)
        if fault.near and fault.code in (
            CatalogFaultCode.UNKNOWN_NAME,
            CatalogFaultCode.UNKNOWN_REFERENCE,
        ):
            text += say("catalog.near", near=fault.near)
        place = {"file": located.file, "path": located.path}
        lines.append("  " + say("cli.error.catalog.line", text=text, **place))
    return "\n".join(lines)
