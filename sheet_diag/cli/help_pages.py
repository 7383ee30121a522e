"""Help pages in the language of their reader, aligned in every terminal.

Knows how a command is called from the command itself. (The pages of typer and of Rich break lines
at spaces, which Japanese has none of, and count a full-width character as one column.)
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches
from typing import Any, Final, NoReturn

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup
from typer.exceptions import TyperException

from sheet_diag.text.terminal_text import printable_text
from sheet_diag.text.wording import Wording

_WIDEST: Final = 100  # columns
_LEAST: Final = 24  # columns for a text beside its term, else it goes below
_INDENT: Final = 2
# A word or a full-width character, with the marks that must not be parted from it.
_WORDS: Final = re.compile(r"[（「『]*(?:[!-~À-ɏ]+|.)[、。，．）」』：…]* ?")

HelpRow = tuple[str, str]


# The types of `ctx` and `formatter` are private to typer. The root's `ctx.obj` is the `Wording`.
_STATUS: Final = 2
_MIN_SIMILARITY: Final = 0.6  # from here on a name may be a slip of another one


class LocalizedCommand(TyperCommand):
    """A command with such a page, and with our sentences for usage errors."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take in what was typed after the command."""
        ctx.allow_extra_args = True  # told by us
        with _report_usage_errors(ctx):
            extra = super().parse_args(ctx, args)
        if extra and not ctx.resilient_parsing:
            _fail_extra_words(ctx, extra)
        return extra

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write("\n".join(_page(self, ctx)) + "\n")


class LocalizedGroup(TyperGroup):
    """All commands, on such a page, with our sentences for usage errors."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Take in what stands before the command."""
        with _report_usage_errors(ctx):
            return super().parse_args(ctx, args)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that was typed."""
        if args[0][:1] != "-" and self.get_command(ctx, args[0]) is None:
            _fail_unknown_command(ctx, args[0])
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: Any) -> Any:
        """Run it, if there is one."""
        with _report_usage_errors(ctx):
            return super().invoke(ctx)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the page."""
        formatter.write("\n".join(_page(self, ctx)) + "\n")


def _page(command: TyperCommand | TyperGroup, ctx: Any) -> Iterator[str]:
    say: Wording = ctx.find_root().obj
    params = command.get_params(ctx)
    arguments = [_argument(each) for each in params if isinstance(each, TyperArgument)]
    options = [_option(each, say) for each in params if not isinstance(each, TyperArgument)]
    commands = _commands(command, ctx)
    parts = [name for name, _ in arguments] + [say("cli.help.usage.options")]
    if commands:
        parts.append(say("cli.help.usage.command"))
    yield say("cli.help.usage", command=" ".join([ctx.command_path, *parts]))
    yield ""
    yield from wrapped(command.help or "", _columns())
    for key, rows in (("arguments", arguments), ("commands", commands), ("options", options)):
        if rows:
            yield ""
            yield say(f"cli.help.{key}")
            yield from table(rows, _columns())


def _argument(param: Any) -> HelpRow:
    return param.metavar or param.name.upper(), param.help or ""


def _option(param: Any, say: Wording) -> HelpRow:
    term = " ".join([", ".join(param.opts), param.metavar or ""]).strip()
    text = say("cli.help.help") if "--help" in param.opts else param.help or ""
    if param.default not in (None, False, ()) and not param.is_flag:
        text += say("cli.help.default", value=param.default)
    return term, text


def _commands(command: TyperCommand | TyperGroup, ctx: Any) -> list[HelpRow]:
    if not isinstance(command, TyperGroup):
        return []
    found = [(name, command.get_command(ctx, name)) for name in command.list_commands(ctx)]
    return [(name, each.help or "") for name, each in found if each and not each.hidden]


def _columns() -> int:
    return min(shutil.get_terminal_size().columns, _WIDEST)


# --- layout


def table(rows: Iterable[HelpRow], columns: int) -> Iterator[str]:
    """Lay out terms and texts side by side, or below each other where there is no room."""
    rows = list(rows)
    first = max(_width(term) for term, _ in rows) + 2 * _INDENT
    for term, text in rows:
        head = " " * _INDENT + term
        if columns - first < _LEAST:
            yield head
            head, start = "", 3 * _INDENT
        else:
            start = first
        for line in wrapped(text, columns - start):
            yield head + " " * (start - _width(head)) + line
            head = ""


def wrapped(text: str, columns: int) -> Iterator[str]:
    """Break a text into lines; a full-width character takes two columns."""
    line = ""
    for word in _WORDS.findall(text):
        if line and _width(line) + _width(word.rstrip()) > columns:
            yield line.rstrip()
            line = ""
        line += word
    yield line.rstrip()


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


# The types of `ctx` and `error` are private to typer. The root's `ctx.obj` is the `Wording`.
@contextmanager
def _report_usage_errors(ctx: Any) -> Iterator[None]:
    """Describe what is wrong with the typed words, and end with exit status 2."""
    try:
        yield
    except TyperException as error:
        if error.exit_code != _STATUS or _is_help(error):
            raise
        _fail_usage(ctx, _usage_error_text(error, ctx))


def _fail_unknown_command(ctx: Any, typed: str) -> NoReturn:
    """End over a name that no command has."""
    say: Wording = ctx.find_root().obj
    near = _find_nearest(typed, ctx.command.list_commands(ctx))
    _fail_usage(ctx, say("cli.slip.command", name=typed) + _suggestion_text(near, say))


def _fail_extra_words(ctx: Any, typed: Iterable[str]) -> NoReturn:
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
