"""A mistyped command line -> one sentence in the language of the help pages, and what was meant.

Knows the mistakes by what they carry, not by their English sentences, which are those of typer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from sheet_diag.text.terminal_text import printable
from sheet_diag.text.wording import Wording

_STATUS: Final = 2
_ALIKE: Final = 0.6  # from here on a name may be a slip of another one


# The types of `ctx` and `error` are private to typer. The root's `ctx.obj` is the `Wording`.
@contextmanager
def slips_told(ctx: Any) -> Iterator[None]:
    """Tell what is wrong with what was typed after the command, and end with exit status 2."""
    try:
        yield
    except TyperException as error:
        if error.exit_code != _STATUS or _is_help(error):
            raise
        _end(ctx, _sentence(error, ctx))


def no_such_command(ctx: Any, typed: str) -> NoReturn:
    """End over a name that no command has."""
    say: Wording = ctx.find_root().obj
    near = _nearest(typed, ctx.command.list_commands(ctx))
    _end(ctx, say("cli.slip.command", name=typed) + _meant(near, say))


def too_many(ctx: Any, typed: Iterable[str]) -> NoReturn:
    """End over words that no option and no argument takes, as of a name with spaces."""
    say: Wording = ctx.find_root().obj
    _end(ctx, say("cli.slip.extra", words=" ".join(typed)))


def _end(ctx: Any, text: str) -> NoReturn:
    """Tell the sentence and where the command is explained."""
    say: Wording = ctx.find_root().obj
    typer.echo(say("cli.error.head", text=printable(text)), err=True)
    typer.echo(say("cli.slip.help", command=f"{ctx.command_path} --help"), err=True)
    raise typer.Exit(_STATUS)


def _sentence(error: Any, ctx: Any) -> str:
    """What is wrong, by the kind of the mistake."""
    say: Wording = ctx.find_root().obj
    name: str = getattr(error, "option_name", "")
    param = getattr(error, "param", None)
    if hasattr(error, "possibilities"):
        return _no_such_option(name, ctx, say)
    if name:
        return _half_an_option(name, ctx, say)
    if hasattr(error, "param_type"):
        return say("cli.slip.missing", name=_name_of(param))
    if isinstance(error, typer.BadParameter):
        least = getattr(param, "min", None)
        key = "cli.slip.value" if least is None else "cli.slip.number"
        return say(key, name=_name_of(param), least=least)
    return say("cli.slip.other")


def _no_such_option(name: str, ctx: Any, say: Wording) -> str:
    text = say("cli.slip.option", name=name)
    if near := _nearest(name, _options(ctx.command, ctx)):
        return text + _meant(near, say)
    if isinstance(ctx.command, TyperGroup):
        for each in ctx.command.list_commands(ctx):
            if name in _options(ctx.command.get_command(ctx, each), ctx):
                return say("cli.slip.before", name=name, command=f"{ctx.command_path} {each}")
    return text


def _half_an_option(name: str, ctx: Any, say: Wording) -> str:
    """An option without its value, or with a value that it does not take."""
    param = next((each for each in ctx.command.get_params(ctx) if name in each.opts), None)
    if param is None or param.is_flag:
        return say("cli.slip.flag", name=name)
    return say("cli.slip.valueless", name=name, value=param.metavar or "…")


def _is_help(error: Any) -> bool:
    """Whether it is no mistake, but the page of all commands."""
    return type(error).__name__ == "NoArgsIsHelpError"


def _options(command: Any, ctx: Any) -> list[str]:
    return [name for param in command.get_params(ctx) for name in param.opts if name[:1] == "-"]


def _name_of(param: Any) -> str:
    """An option, or what help pages call an argument."""
    if param is None:
        return "…"
    name: str = param.opts[0]
    return name if name[:1] == "-" else str(param.metavar or param.name.upper())


def _nearest(typed: str, names: Iterable[str]) -> str:
    """The name that was probably meant; hyphens and capitals count for little."""
    found = {name.replace("-", ""): name for name in names}
    key = typed.replace("-", "").replace("_", "").casefold()
    near = get_close_matches(key, list(found), n=1, cutoff=_ALIKE)
    return found[near[0]] if near else ""


def _meant(near: str, say: Wording) -> str:
    return say("cli.slip.near", name=near) if near else ""
