"""Shows what to look at and to type after the demonstration."""

from __future__ import annotations

import os
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from sheet_diag.cli.demo.campaign import DemoCampaign
from sheet_diag.cli.mail.context import outbox_folder
from sheet_diag.mail.campaign.drafts import DRAFTS

_PROGRAM: Final = "sheet-diag"
_COMMANDS: Final = {
    "status": "status",
    "remind": "remind --sent-by-hand",
    "return": "return --sent-by-hand",
    "run": "run --protect",
    "deliver": "deliver",
}


def show_next_steps(campaign: DemoCampaign) -> None:
    """Show where the mails of the campaign are, and commands that work in its folder."""
    console, say = Console(highlight=False), campaign.say
    places = {
        "clients": campaign.clients,
        "outbox": outbox_folder(campaign.output),
        "drafts": campaign.output / DRAFTS,
    }
    console.print()
    console.print(say("cli.demo.mails"), soft_wrap=True)
    for key, path in places.items():
        line = say(f"cli.demo.where.{key}", path=escape(str(path)))
        console.print("  " + line, soft_wrap=True)
    console.print()
    console.print(say("cli.demo.next"), soft_wrap=True)
    console.print(escape(f"  cd {_quote(str(campaign.folder))}"), soft_wrap=True)
    program, options = _program(campaign.folder), _options(campaign)
    typed = {key: f"{program} {command}{options}" for key, command in _COMMANDS.items()}
    width = max(map(len, typed.values()))
    for key, command in typed.items():
        text = escape(f"  {command:<{width}}  {say(f'cli.demo.next.{key}')}")
        console.print(text, soft_wrap=True)


def _program(folder: Path) -> str:
    """Return how this program is called in the folder, as it was installed."""
    if shutil.which(_PROGRAM):
        return _PROGRAM
    if os.name == "nt":
        return "py -m sheet_diag"
    return _quote(_path_from(folder, Path(sys.executable).with_name(_PROGRAM)))


def _options(campaign: DemoCampaign) -> str:
    """Return the options that are needed again for the same day and questions."""
    day = "" if campaign.as_of == date.today() else f" --as-of {campaign.as_of}"
    if campaign.catalog is None:
        return day
    return f"{day} --catalog {_quote(_path_from(campaign.folder, campaign.catalog))}"


def _path_from(folder: Path, path: Path) -> str:
    try:
        return os.path.relpath(path, folder)
    except ValueError:  # another drive
        return str(path.absolute())


def _quote(text: str) -> str:
    return f'"{text}"' if " " in text else text
