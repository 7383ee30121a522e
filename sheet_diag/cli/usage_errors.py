"""Turns a mistyped command line into one sentence that says what was probably meant.

Tells the mistakes apart by their attributes, not by typer's English sentences.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from sheet_diag.text.terminal_text import printable_text
from sheet_diag.text.wording import Wording

_STATUS: Final = 2
_MIN_SIMILARITY: Final = 0.6  # from here on a name may be a slip of another one


# The types of `ctx` and `error` are private to typer. The root's `ctx.obj` is the `Wording`.
@contextmanager
def report_usage_errors(ctx: Any) -> Iterator[None]:
    """Describe what is wrong with the typed words, and end with exit status 2."""
    try:
        yield
    except TyperException as error:
        if error.exit_code != _STATUS or _is_help(error):
            raise
        _fail_usage(ctx, _usage_error_text(error, ctx))


def fail_unknown_command(ctx: Any, typed: str) -> NoReturn:
    """End over a name that no command has."""
    say: Wording = ctx.find_root().obj
    near = _find_nearest(typed, ctx.command.list_commands(ctx))
    _fail_usage(ctx, say("cli.slip.command", name=typed) + _suggestion_text(near, say))


def fail_extra_words(ctx: Any, typed: Iterable[str]) -> NoReturn:
    """End over words that no option or argument takes, such as a name with spaces."""
    say: Wording = ctx.find_root().obj
    _fail_usage(ctx, say("cli.slip.extra", words=" ".join(typed)))


def _fail_usage(ctx: Any, text: str) -> NoReturn:
    """Show the sentence and the help page of the command, and end."""
    say: Wording = ctx.find_root().obj
    typer.echo(say("cli.error.head", text=printable_text(text)), err=True)
    typer.echo(say("cli.slip.help", command=f"{ctx.command_path} --help"), err=True)
    raise typer.Exit(_STATUS)


def _usage_error_text(error: Any, ctx: Any) -> str:
    """Describe the mistake by its kind."""
    say: Wording = ctx.find_root().obj
    name: str = getattr(error, "option_name", "")
    param = getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        return _unknown_option_text(name, ctx, say)
    if name:
        return _incomplete_option_text(name, ctx, say)
    if hasattr(error, "param_type"):
        return say("cli.slip.missing", name=_parameter_name(param))
    if isinstance(error, typer.BadParameter):
        least = getattr(param, "min", None)
        key = "cli.slip.value" if least is None else "cli.slip.number"
        return say(key, name=_parameter_name(param), least=least)
    return say("cli.slip.other")


def _unknown_option_text(name: str, ctx: Any, say: Wording) -> str:
    text = say("cli.slip.option", name=name)
    if near := _find_nearest(name, _list_options(ctx.command, ctx)):
        return text + _suggestion_text(near, say)
    if isinstance(ctx.command, TyperGroup):
        for each in ctx.command.list_commands(ctx):
            if name in _list_options(ctx.command.get_command(ctx, each), ctx):
                return say("cli.slip.before", name=name, command=f"{ctx.command_path} {each}")
    return text


def _incomplete_option_text(name: str, ctx: Any, say: Wording) -> str:
    """Describe an option without its value, or with one that it does not take."""
    param = next((each for each in ctx.command.get_params(ctx) if name in each.opts), None)
    if param is None or param.is_flag:
        return say("cli.slip.flag", name=name)
    return say("cli.slip.valueless", name=name, value=param.metavar or "…")


def _is_help(error: Any) -> bool:
    """Whether it is the help page of all commands and no mistake."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _list_options(command: Any, ctx: Any) -> list[str]:
    return [name for param in command.get_params(ctx) for name in param.opts if name[:1] == "-"]


def _parameter_name(param: Any) -> str:
    """Return the name of an option, or of an argument as help pages write it."""
    if param is None:
        return "…"
    name: str = param.opts[0]
    return name if name[:1] == "-" else str(param.metavar or param.name.upper())


def _find_nearest(typed: str, names: Iterable[str]) -> str:
    """Find the name that was probably meant, ignoring hyphens and capitals."""
    found = {name.replace("-", ""): name for name in names}
    key = typed.replace("-", "").replace("_", "").casefold()
    near = get_close_matches(key, list(found), n=1, cutoff=_MIN_SIMILARITY)
    return found[near[0]] if near else ""


def _suggestion_text(near: str, say: Wording) -> str:
    return say("cli.slip.near", name=near) if near else ""
