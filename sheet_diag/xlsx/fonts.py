"""The Japanese font of what XlsxWriter names a Latin one for only: the theme, texts of charts."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from sheet_diag.text.text_metrics import FONT

_LATIN: Final = re.compile(r'<a:latin typeface="([^"]*)"[^>]*/>')
_EMPTY: Final = '<a:ea typeface=""/>'
_JAPANESE: Final = re.compile(r'(?<=<a:font script="Jpan" typeface=")[^"]*')
_NAMED: Final = f'<a:latin typeface="{FONT}"/><a:ea typeface="{FONT}"/>'
# What a text of a chart is set in that names no font itself.
_DEFAULT: Final = (
    "<c:txPr><a:bodyPr/><a:lstStyle/><a:p><a:pPr><a:defRPr>"
    f"{_NAMED}</a:defRPr></a:pPr>"
    '<a:endParaRPr lang="ja-JP"/></a:p></c:txPr>'
)
_AFTER_TEXT: Final = "<c:printSettings>"


@cache
def name_theme_fonts(theme: str) -> str:
    """Name the house's font for Japanese in a theme's fonts."""
    named = theme.replace(_EMPTY, f'<a:ea typeface="{FONT}"/>')
    return _JAPANESE.sub(FONT, named)


def name_chart_fonts(chart: str) -> str:
    """Name in each text of a chart the font of its East Asian letters."""
    named = _LATIN.sub(r'\g<0><a:ea typeface="\g<1>"/>', chart)
    return named.replace(_AFTER_TEXT, _DEFAULT + _AFTER_TEXT)
