"""The folder of drafts: what is read of its note, which anybody may have edited."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from sheet_diag.mail.campaign.drafts import DraftFolder
from sheet_diag.model.mail import ReportForm
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.storage.managed_folder import NOTE_FILE

NAME = "報告書_株式会社見本商事_C-001.eml"
NOTE = {
    "kind": "result",
    "client": "C-001",
    "about": "0a1b/pdf",
    "addresses": "a@ko.example",
    "file": "報告書.pdf",
    "seal": "",
}


def make_folder(output: Path, note: Mapping[str, object]) -> DraftFolder:
    folder = DraftFolder(output, MailKind.RESULT)
    folder.path.mkdir(parents=True)
    (folder.path / NAME).write_bytes(b"")
    (folder.path / NOTE_FILE).write_text(json.dumps({NAME: note}), encoding="utf-8")
    return folder


def test_a_draft_is_listed_with_what_its_note_says(tmp_path: Path) -> None:
    (draft,) = make_folder(tmp_path, NOTE).list_drafts()
    assert (draft.name, draft.entry.client) == (NAME, "C-001")
    assert draft.entry.subject.form is ReportForm.PRINTED


@pytest.mark.parametrize(
    "note",
    [
        pytest.param({**NOTE, "about": "0a1b/docx"}, id="an unknown form of the report"),
        pytest.param({**NOTE, "kind": "letter"}, id="an unknown kind"),
        pytest.param({**NOTE, "client": 1}, id="a number for the client"),
        pytest.param({**NOTE, "due": None}, id="no text for the day"),
        pytest.param({key: NOTE[key] for key in NOTE if key != "file"}, id="no file"),
    ],
)
def test_a_note_that_is_not_ours_names_no_draft(tmp_path: Path, note: Mapping[str, object]) -> None:
    assert make_folder(tmp_path, note).list_drafts() == []
