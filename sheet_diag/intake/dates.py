"""Parse dates as people in Japan write them into ISO dates.

Own code: libraries for the imperial calendar parse one given format at a time, while an entry may
come in any of these, and the limits of the eras, which decide here, are three lines.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from sheet_diag.text.normalize import normalize_text

# Of each era the year before its first, its first day and its last.
_ERAS: Final = {
    "令和": (2018, date(2019, 5, 1), date.max),
    "平成": (1988, date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (1925, date(1926, 12, 25), date(1989, 1, 7)),
}
_LETTERS: Final = {"r": "令和", "h": "平成", "s": "昭和"}
_WEEKDAYS: Final = "月火水木金土日"
_OLDEST: Final = 1900  # an earlier year is a typing error

_DAY: Final = re.compile(
    r"""(?: (?P<era>令和|平成|昭和|[rhs]) \s* (?P<of>\d{1,2}|元) | (?:西暦)? \s* (?P<year>\d{4}) )
        (?: \s*年\s* (?P<m1>\d{1,2}) \s*月\s* (?P<d1>\d{1,2}) \s*日?
          | \s*(?P<sep>[-/.])\s* (?P<m2>\d{1,2}) \s*(?P=sep)\s* (?P<d2>\d{1,2}) )
        (?: \s*\(? (?P<weekday>[月火水木金土日]) (?:曜日?)? \)? )?
        (?: (?:\s+|t) (?P<time>\d{1,2}:\d{2} (?: :\d{2} (?:\.\d+)? )?)
            (?:z|[+-]\d{2}:?\d{2})? )?""",
    re.VERBOSE,
)
_DIGITS: Final = re.compile(r"(\d{4})(\d{2})(\d{2})")
_NOT_PLAIN: Final = ("era", "weekday")


def parse_typed_date(typed: str) -> tuple[str, bool]:
    """Parse a date into ISO, and whether it was typed as year, month and day.

    Empty where it is no date, or one that does not exist: a 30 February, a day outside its era, a
    weekday that is not that day's.
    """
    text = normalize_text(typed)
    if has_digit_marks(typed):
        return "", False
    if digits := _DIGITS.fullmatch(text):
        year, month, day = map(int, digits.groups())
        found = _make_date(year, month, day)
        return (found.isoformat() if found else ""), False
    match = _DAY.fullmatch(text)
    day_found = _date_of_parts(match.groupdict()) if match else None
    if match is None or day_found is None:
        return "", False
    return day_found.isoformat(), not any(match[part] for part in _NOT_PLAIN) and _is_midnight(
        match
    )


def has_digit_marks(typed: str) -> bool:
    """Whether it holds digits that are marks, such as ①, which normalising turns into numbers."""
    return any(char.isdigit() and not char.isdecimal() for char in typed)


def _date_of_parts(parts: dict[str, str | None]) -> date | None:
    month, day = int(parts["m1"] or parts["m2"] or 0), int(parts["d1"] or parts["d2"] or 0)
    if parts["era"]:
        of = parts["of"] or ""
        found = _date_in_era(parts["era"], 1 if of == "元" else int(of), month, day)
    else:
        found = _make_date(int(parts["year"] or 0), month, day)
    weekday = parts["weekday"]
    if found and weekday and _WEEKDAYS[found.weekday()] != weekday:
        return None
    return found


def _date_in_era(name: str, of: int, month: int, day: int) -> date | None:
    before, first, last = _ERAS[_LETTERS.get(name, name)]
    found = _make_date(before + of, month, day)
    return found if found and first <= found <= last else None


def _make_date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _OLDEST else None
    except ValueError:
        return None


def _is_midnight(match: re.Match[str]) -> bool:
    return not re.search(r"[1-9]", match["time"] or "")
