"""sheet-diag.toml of the demonstration: what a firm would set, but no mail server."""

from __future__ import annotations

import json
from typing import Final

from sheet_diag.cli.demo.returns import ISSUER
from sheet_diag.text.wording import Wording

_ISSUER: Final = ("name", "department", "address", "phone", "email", "contact")


def build_settings_text(say: Wording) -> str:
    """The whole file, in the language of `say`."""
    lines = [
        f"# {say('cli.demo.settings')}",
        f'language = "{say.lang.value}"',
        f"deadline = {ISSUER.deadline}",
        "",
        "[issuer]",
        # A text of JSON is one of TOML, too.
        *(f"{key} = {json.dumps(getattr(ISSUER, key), ensure_ascii=False)}" for key in _ISSUER),
    ]
    return "\n".join(lines) + "\n"
