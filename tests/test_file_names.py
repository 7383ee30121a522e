"""File names of results, whatever the client calls himself."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sheet_diag.storage.file_names import report_number, result_name, safe_name

NUMBER = "SD-20261123-0dd95d12"


def test_a_report_number_is_date_and_digest() -> None:
    assert report_number(date(2026, 11, 3), "0dd95d1234" + "0" * 54) == "SD-20261103-0dd95d12"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        pytest.param("株式会社見本", "株式会社見本", id="as it is"),
        pytest.param("Sample K.K.", "Sample K.K", id="trailing dot"),
        pytest.param("見本 ", "見本", id="trailing space"),
        pytest.param("見本　商事", "見本 商事", id="ideographic space"),
        pytest.param("株式会社\n見本", "株式会社_見本", id="line break"),
        pytest.param("a\tb\0c\x1fd\x7fe", "a_b_c_d_e", id="control characters"),
        pytest.param("a\x80b\x9fc", "a_b_c", id="more control characters"),
        pytest.param("a\ufffeb\uffffc", "a_b_c", id="what XML cannot hold"),
        pytest.param("../../etc/passwd", "etc_passwd", id="traversal"),
        pytest.param("..\\..\\windows", "windows", id="traversal on Windows"),
        pytest.param("/etc/passwd", "etc_passwd", id="absolute"),
        pytest.param("C:\\temp", "C__temp", id="drive"),
        pytest.param('<A>"B"|?*', "A__B", id="what Windows forbids"),
        pytest.param("A&B (株)!'+=@,;[]{}~^`", "A&B (株)!'+=@,;[]{}~^`", id="what it allows"),
        pytest.param("CON", "_CON", id="reserved"),
        pytest.param("con.txt", "_con.txt", id="reserved with an ending"),
        pytest.param("Com1", "_Com1", id="reserved port"),
        pytest.param("LPT²", "_LPT²", id="reserved port with a superscript"),
        pytest.param("nul.tar.gz", "_nul.tar.gz", id="reserved with two endings"),
        pytest.param("Contoso", "Contoso", id="only begins like one"),
        pytest.param("evil\u202excod.exe", "evil_xcod.exe", id="right-to-left override"),
        pytest.param("\u2066a\u2069\u200b\ufeff", "a", id="bidi and invisible marks"),
        pytest.param("か\u3099く\u3099", "がぐ", id="NFD"),
        pytest.param("#1 商店 50%", "1 商店 50", id="what a link would cut"),
        pytest.param("☃ 雪だるま😀", "☃ 雪だるま😀", id="emoji"),
        pytest.param("a\ud800b", "ab", id="lone surrogate"),
        pytest.param("か\ud800\u3099", "が", id="NFD around a surrogate"),
        pytest.param("~$見本", "見本", id="like an Excel lock file"),
        pytest.param(".hidden", "hidden", id="hidden"),
        pytest.param("-rf", "-rf", id="like an option"),
        pytest.param("", "", id="empty"),
        pytest.param("#", "", id="nothing left"),
        pytest.param("　\u200b..", "", id="only blanks and dots"),
    ],
)
def test_a_client_name_is_made_safe_for_file_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_long_names_are_cut() -> None:
    assert safe_name("a" * 300) == "a" * 80
    assert len(safe_name("か\u3099" * 300)) <= 80


def test_a_name_ends_in_the_report_number() -> None:
    assert result_name("株式会社見本", NUMBER) == f"株式会社見本_{NUMBER}.xlsx"
    assert result_name("..", NUMBER) == f"{NUMBER}.xlsx"


_ODD = st.sampled_from('./\\:*?"<>|#% \u3000\t\n\0\u202e\u200f~$_かガ\u3099aA1é😀')
_NAMES = st.text(_ODD, max_size=120) | st.text(max_size=120)
_RESERVED = {"CON", "PRN", "AUX", "NUL"} | {f"{p}{n}" for p in ("COM", "LPT") for n in range(10)}


@given(_NAMES)
def test_any_name_is_one_file_in_its_folder(name: str) -> None:
    made = result_name(name, NUMBER)
    assert made == result_name(name, NUMBER)
    assert made.endswith(f"{NUMBER}.xlsx")
    assert not set(made) & set('<>:"/\\|?*#%')
    assert made == unicodedata.normalize("NFC", made)
    assert made.encode("utf-8")
    assert made.strip(". ") == made
    assert made.split(".", maxsplit=1)[0].upper() not in _RESERVED
    assert min(made) >= " "
    assert (Path("/results") / made).resolve().parent == Path("/results")


@pytest.mark.parametrize(
    "name", ["株式会社" * 50, "が" * 300, "☃" * 200, "😀" * 200], ids=["漢字", "NFC", "☃", "😀"]
)
def test_long_names_can_be_written(name: str, tmp_path: Path) -> None:
    (tmp_path / result_name(name, NUMBER)).write_bytes(b"")
