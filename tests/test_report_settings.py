"""The settings of who signs a report and how it is set: what they mean, and their faults."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from sheet_diag.cli.settings_file import Settings, SettingsError, load_settings
from sheet_diag.forms.hearing_sheet.workbook import make_hearing_sheet
from sheet_diag.model.basics import Lang
from sheet_diag.model.settings import Issuer
from sheet_diag.text.wording import Wording
from tests.returned import SMALL
from tests.workbooks import open_workbook, texts_on

ROOT = Path(__file__).resolve().parents[1]
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)


def _load(folder: Path, text: str) -> Settings:
    path = folder / "sheet-diag.toml"
    path.write_text(text, encoding="utf-8")
    return load_settings(path)


def _describe_faults(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        _load(folder, text)
    return caught.value.describe(Wording(Lang.JA))


def test_who_signs_is_set(tmp_path: Path) -> None:
    text = '[issuer]\nauthor = "山田"\nreviewer = "佐藤"\napprover = "鈴木"\nsign = true\n'
    signs = Issuer(author="山田", reviewer="佐藤", approver="鈴木", sign=True)
    assert _load(tmp_path, text).issuer == signs


JAPANESE = '[issuer]\nname = "見本株式会社"\nphone = "03-0000-0000"\nauthor = "山田"\nsign = true\n'


def test_the_issuer_in_english_is_as_in_japanese_but_for_what_is_said(tmp_path: Path) -> None:
    text = f'deadline = 2026-12-25\n{JAPANESE}[issuer.en]\nname = "Sample K.K."\nauthor = ""\n'
    japanese = Issuer(
        name="見本株式会社",
        phone="03-0000-0000",
        author="山田",
        sign=True,
        deadline=date(2026, 12, 25),
    )
    issuer = _load(tmp_path, text).issuer
    assert issuer.in_lang(Lang.EN) == replace(japanese, name="Sample K.K.", author="")
    assert issuer.in_lang(Lang.JA) == replace(japanese, english=issuer.english)


def test_without_an_english_issuer_english_documents_have_the_only_one(tmp_path: Path) -> None:
    issuer = _load(tmp_path, JAPANESE).issuer
    assert issuer.in_lang(Lang.EN) is issuer


def test_an_english_logo_is_looked_for_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "en.png").write_bytes(PNG)
    issuer = _load(tmp_path, JAPANESE + '[issuer.en]\nlogo = "en.png"\n').issuer
    assert (issuer.logo, issuer.in_lang(Lang.EN).logo) == (None, PNG)


@pytest.mark.parametrize(("lang", "name"), [(Lang.JA, "見本株式会社"), (Lang.EN, "Sample K.K.")])
def test_a_sheet_names_the_issuer_in_its_language(lang: Lang, name: str) -> None:
    issuer = Issuer(name="見本株式会社", english=Issuer(name="Sample K.K."))
    book = open_workbook(make_hearing_sheet(SMALL, lang, issuer))
    assert book.properties.creator == name
    assert any(name in text for text in texts_on(book.worksheets[0]))


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        pytest.param("[issuer]\nathor = 1", "「issuer.athor」という項目はありません（候補：a"),
        pytest.param("[issuer.en]\nnmae = 1", "「issuer.en.nmae」という項目はありません（候補：n"),
        pytest.param("[issuer.en.ja]\n", "「issuer.en.ja」という項目はありません"),
        pytest.param('[issuer]\nsign = "yes"', "issuer.sign"),
        pytest.param("[issuer]\nauthor = 1", "issuer.author は引用符で囲んだ文字で"),
        pytest.param('[issuer]\nauthor = "a\\nb"', "issuer.author は改行などを含めず、1行で"),
        pytest.param('[issuer]\nen = "x"', "issuer.en は [issuer.en] という見出しの下に"),
        pytest.param('[issuer.en]\nlogo = "no.png"', "ロゴ「no.png」は"),
        pytest.param('[issuer]\nlogo = "logo.gif"', "ロゴ「logo.gif」はPNGまたはJPEGの"),
        pytest.param('[report]\npdf = "yes"', "report.pdf"),
        pytest.param("[report]\nfont = 1", "report.font は引用符で囲んだ文字で"),
        pytest.param('[report]\nfnt = "x"', "「report.fnt」という項目はありません（候補：font）"),
    ],
)
def test_a_fault_is_a_sentence_with_its_key(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "logo.gif").write_bytes(b"GIF89a\n\0\n\0" + bytes(50))
    assert fault in _describe_faults(tmp_path, text)


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_the_settings_of_the_readme_can_be_used_as_they_are(tmp_path: Path, readme: str) -> None:
    """No file that they name has to be there."""
    text = (ROOT / readme).read_text(encoding="utf-8")
    sample = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert sample
    settings = _load(tmp_path, sample[1])
    assert settings.issuer.author
    assert settings.issuer.in_lang(Lang.EN).name.isascii()
