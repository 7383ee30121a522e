"""Every code of a problem: its severity, what it says, and what to do about it, in each language.

Sentences take `{value}` (what stands there), `{item}`, and the details named by the finder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sheet_diag.model.catalog import Lang
from sheet_diag.model.returns import Code, Problem, Severity

_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO


@dataclass(frozen=True, slots=True)
class _Entry:
    severity: Severity
    says: tuple[str, str]
    todo: tuple[str, str] = ("", "")

    def message(self, lang: Lang) -> str:
        return self.says[lang is Lang.EN]

    def advice(self, lang: Lang) -> str:
        return self.todo[lang is Lang.EN]


def severity(code: Code) -> Severity:
    """How much the problem matters."""
    return _CATALOGUE[code].severity


def message(problem: Problem, lang: Lang) -> str:
    """One sentence that says what is wrong, without the place."""
    return _CATALOGUE[problem.code].message(lang).format(**_parts(problem, lang))


def advice(problem: Problem, lang: Lang) -> str:
    """What to do about it; empty where nothing needs to be done."""
    return _CATALOGUE[problem.code].advice(lang).format(**_parts(problem, lang))


def _parts(problem: Problem, lang: Lang) -> dict[str, str]:
    parts = {"value": problem.value or "", "item": problem.item or "", **dict(problem.details)}
    for name, words in _TERMS.items():
        if parts.get(name) in words:
            parts[name] = words[parts[name]][lang is Lang.EN]
    return parts


# Details that are names of ours, and how people read them.
_TERMS: Final = {
    "kind": {
        "pdf": ("PDF", "a PDF"),
        "image": ("画像", "a picture"),
        "archive": ("圧縮ファイル", "an archive"),
        "document": ("文書ファイル", "a document"),
        "xlsb": ("Excelバイナリブック（.xlsb）", "an Excel binary workbook (.xlsb)"),
        "opendocument": ("OpenDocument形式（.odsなど）", "an OpenDocument file (such as .ods)"),
        "numbers": ("Numbersの書類", "a Numbers document"),
        "html": ("Webページ（HTML）", "a web page (HTML)"),
        "text": ("テキストファイル", "a text file"),
        "unknown": ("形式が不明なファイル", "a file of an unknown format"),
    },
    "field": {
        "catalog": ("設問カタログ", "catalogue"),
        "version": ("版", "version"),
        "client": ("診断先番号", "client"),
    },
}


_CATALOGUE: Final = {
    Code.UNANSWERED: _Entry(
        _W,
        ("{item} が未回答です。", "{item} is not answered."),
        ("回答をご確認のうえ、選択肢から選んでください。", "Please choose one of the answers."),
    ),
    Code.NOT_UNDERSTOOD: _Entry(
        _E,
        (
            "{item} の回答「{value}」を読み取れません。",
            '{item}: the answer "{value}" cannot be understood.',
        ),
        ("次の選択肢から選び直してください：{expected}", "Please choose one of: {expected}"),
    ),
    Code.NA_NOT_ALLOWED: _Entry(
        _W,
        (
            "{item} では「該当なし」を選べません。未回答として扱いました。",
            "{item}: N/A is not available for this question; it was treated as unanswered.",
        ),
        ("次の選択肢から選び直してください：{expected}", "Please choose one of: {expected}"),
    ),
    Code.DUPLICATE_ITEM: _Entry(
        _E,
        (
            "{item} の行が複数あり、回答が異なります（{value}）。",
            "{item} stands in several rows with different answers ({value}).",
        ),
        ("正しい回答の行だけを残してください。", "Please keep only the row with the right answer."),
    ),
    Code.DUPLICATE_SAME: _Entry(
        _I,
        (
            "{item} の行が複数あります。回答に食い違いはないため、1問として採点しました。",
            "{item} stands in several rows; they do not disagree, so it was scored once.",
        ),
    ),
    Code.UNKNOWN_ITEM: _Entry(
        _W,
        (
            "設問番号「{value}」は設問カタログにありません。この行は採点していません。",
            'The question number "{value}" is not in the catalogue; the row was not scored.',
        ),
        (
            "設問番号の書き換えがないかご確認ください。",
            "Please check whether the number was altered.",
        ),
    ),
    Code.ITEM_ROW_MISSING: _Entry(
        _W,
        (
            "{item} の行がシートにありません。未回答として扱いました。",
            "{item} has no row in the sheet; it was treated as unanswered.",
        ),
        (
            "新しいヒアリングシートで、この設問にお答えください。",
            "Please answer this question in a fresh hearing sheet.",
        ),
    ),
    Code.ANSWER_READ_AS: _Entry(
        _I,
        (
            "{item} の回答「{value}」を「{read}」と読み取りました。",
            '{item}: "{value}" was read as "{read}".',
        ),
    ),
    Code.COMPANY_MISSING: _Entry(
        _W,
        (
            "会社名が記入されていません。報告書の宛名が空欄になります。",
            "The company name is missing, so the report has no addressee.",
        ),
        ("会社情報シートに会社名をご記入ください。", "Please enter the company name."),
    ),
    Code.PROFILE_MISSING: _Entry(
        _I,
        ("会社情報の「{field}」が未記入です。", '"{field}" is blank on the company sheet.'),
    ),
    Code.PROFILE_NOT_UNDERSTOOD: _Entry(
        _W,
        (
            "会社情報の「{field}」の記入「{value}」を読み取れません。空欄として扱いました。",
            '"{field}": the entry "{value}" cannot be understood; it was treated as blank.',
        ),
        ("{expected}", "{expected}"),
    ),
    Code.PROFILE_READ_AS: _Entry(
        _I,
        (
            "会社情報の「{field}」の記入「{value}」を「{read}」と読み取りました。",
            '"{field}": "{value}" was read as "{read}".',
        ),
    ),
    Code.PROFILE_SHEET_MISSING: _Entry(
        _W,
        ("会社情報のシートが見つかりません。", "The company sheet was not found."),
        (
            "会社名・業種・規模が空欄のまま集計されます。シートを削除していないかご確認ください。",
            "The company is listed without name, industry and size. Please check whether the sheet was deleted.",
        ),
    ),
    Code.SHEET_TWICE: _Entry(
        _W,
        (
            "設問のあるシートが複数あります（{value}）。回答の最も多い「{read}」を採用しました。",
            'Several sheets hold the questions ({value}); "{read}", which has most answers, was used.',
        ),
        ("使わないシートを削除してください。", "Please delete the sheets that are not meant."),
    ),
    Code.IDENTITY_MISSING: _Entry(
        _I,
        (
            "シートの識別情報が失われています。設問番号から設問カタログを判定しました。",
            "The sheet's identity was lost; the catalogue was told from the question numbers.",
        ),
    ),
    Code.IDENTITY_DISAGREES: _Entry(
        _W,
        (
            "シートの識別情報（{field}）が一致していません（{value}）。「{read}」を採用しました。",
            'The sheet says different things about its {field} ({value}); "{read}" was used.',
        ),
        (
            "ほかの診断先のシートを流用していないかご確認ください。",
            "Please check whether another client's sheet was reused.",
        ),
    ),
    Code.OTHER_VERSION: _Entry(
        _W,
        (
            "別の版（{value}）のヒアリングシートです。設問番号が同じ設問だけを採点しました（現在の版：{read}）。",
            "The sheet is of another version ({value}); questions were matched by number (present version: {read}).",
        ),
        (
            "設問の内容が変わっていないかご確認ください。",
            "Please check whether the questions have changed.",
        ),
    ),
    Code.FOREIGN_CATALOG: _Entry(
        _E,
        (
            "別の設問カタログ（{value}）のヒアリングシートです。今回の診断（{read}）では採点できません。",
            "The sheet belongs to another catalogue ({value}) and cannot be scored by this one ({read}).",
        ),
        (
            "該当する設問カタログを --catalog で指定して実行してください。",
            "Run again with --catalog and the catalogue that the sheet was made from.",
        ),
    ),
    Code.NOT_HEARING_SHEET: _Entry(
        _E,
        (
            "ヒアリングシートではありません（設問番号と回答の列が見つかりません）。",
            "This is not a hearing sheet: no column of question numbers and answers was found.",
        ),
        (
            "お送りしたヒアリングシートにご記入のうえ、ご返送いただくよう依頼してください。",
            "Ask the client to fill in and return the hearing sheet that you sent.",
        ),
    ),
    Code.NO_ANSWER_COLUMN: _Entry(
        _E,
        (
            "設問番号はありますが、「回答」の列が見つかりません。",
            'The question numbers are there, but no column headed "Answer".',
        ),
        (
            "見出しを「回答」に戻すか、新しいヒアリングシートにご記入ください。",
            'Please restore the heading "Answer", or use a fresh hearing sheet.',
        ),
    ),
    Code.UNREADABLE: _Entry(
        _E,
        (
            "ファイルが壊れているため開けません（{value}）。",
            "The file is damaged and cannot be opened ({value}).",
        ),
        ("もう一度お送りいただくよう依頼してください。", "Ask the client to send it again."),
    ),
    Code.WRONG_FORMAT: _Entry(
        _E,
        (
            "Excelブック（.xlsx）ではありません（{kind}）。",
            "This is not an Excel workbook (.xlsx) but {kind}.",
        ),
        (
            "Excelで開き「名前を付けて保存」で「Excelブック（.xlsx）」を選んで送り直すよう依頼してください。",
            'Ask the client to open it in Excel, save it as "Excel Workbook (.xlsx)" and send it again.',
        ),
    ),
    Code.PROTECTED_OR_OLD: _Entry(
        _E,
        (
            "パスワードで保護されているか、古い形式（.xls）のブックです。",
            "The workbook is protected by a password or in the old format (.xls).",
        ),
        (
            "パスワードを外し、「Excelブック（.xlsx）」で保存して送り直すよう依頼してください。",
            'Ask the client to remove the password, save it as "Excel Workbook (.xlsx)" and send it again.',
        ),
    ),
    Code.TOO_LARGE: _Entry(
        _E,
        ("ファイルが大きすぎます（{value}）。", "The file is too large ({value})."),
        (
            "貼り付けた画像や不要なシートを削除して送り直すよう依頼してください。",
            "Ask the client to remove pictures and extra sheets and send it again.",
        ),
    ),
    Code.EMPTY_FILE: _Entry(
        _E,
        ("ファイルが空です（0バイト）。", "The file is empty (0 bytes)."),
        ("もう一度お送りいただくよう依頼してください。", "Ask the client to send it again."),
    ),
    Code.NOT_A_RETURN: _Entry(
        _I,
        (
            "回収票ではないファイル（Excelの一時ファイルなど）のため、読み飛ばしました。",
            "Not a return (such as a temporary file of Excel); it was passed over.",
        ),
    ),
    Code.SAME_FILE: _Entry(
        _I,
        (
            "「{value}」と同じ内容のファイルです。一方だけを採点しました。",
            'The file is the same as "{value}", which was scored instead.',
        ),
    ),
    Code.SAME_CLIENT: _Entry(
        _W,
        (
            "同じ診断先の回収票がほかにもあります（{value}）。それぞれ別に採点しました。",
            "There are other returns of the same client ({value}); each was scored by itself.",
        ),
        ("どちらを採用するかをご確認ください。", "Please decide which one counts."),
    ),
    Code.OWN_OUTPUT: _Entry(
        _E,
        (
            "sheet-diagが作成した報告書または集計です。回収票ではありません。",
            "This is a report made by sheet-diag, not a returned hearing sheet.",
        ),
        ("入力フォルダーから取り除いてください。", "Please take it out of the input folder."),
    ),
    Code.CATEGORY_INCOMPLETE: _Entry(
        _E,
        (
            "「{name_ja}」の回答が、判定に必要な割合（重みで{limit}以上）に達していないため、判定を保留しました。",
            'Too few questions of "{name_en}" are answered (at least {limit} by weight are needed), so the ranking is withheld.',
        ),
        (
            "「{name_ja}」の未回答の設問にお答えください。",
            'Please answer the open questions of "{name_en}".',
        ),
    ),
    Code.TOTAL_INCOMPLETE: _Entry(
        _E,
        (
            "全体の回答が、判定に必要な割合（重みで{limit}以上）に達していないため、判定を保留しました。",
            "Too few questions are answered (at least {limit} by weight are needed), so the ranking is withheld.",
        ),
        ("未回答の設問にお答えください。", "Please answer the open questions."),
    ),
    Code.TOO_FEW_CATEGORIES: _Entry(
        _E,
        (
            "評価の対象となる分野が{limit}つに満たないため、判定を保留しました。",
            "Fewer than {limit} categories apply, so the ranking is withheld.",
        ),
        (
            "「該当なし」とした設問が条件に当てはまるかご確認ください。",
            "Please check whether the questions answered N/A meet the stated condition.",
        ),
    ),
}
