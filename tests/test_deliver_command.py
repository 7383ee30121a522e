"""Reports by mail in every form, typed as a person does."""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from email.message import EmailMessage
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from pypdf import PdfReader

from sheet_diag.cli.mail import report_pdfs as completing
from sheet_diag.forms.layout import unpack_owner
from sheet_diag.mail.outgoing_checks import documents as opening
from sheet_diag.model.basics import Lang
from sheet_diag.model.report_view import ReportView
from sheet_diag.pipeline import report_pdf
from sheet_diag.pipeline.execution.workers import WorkerProcesses
from sheet_diag.reports.pdf import maker
from sheet_diag.reports.pdf.maker import SetPdf, set_pdf
from sheet_diag.reports.pdf.sources import PDF_SOURCES
from sheet_diag.storage.report_passwords.fingerprints import matches_fingerprint
from tests.mail_firm import _server as server_settings
from tests.mail_firm import attachments, by_address, fill_in
from tests.mailservers import PASSWORD, USER, Authority, SmtpServer
from tests.passwords import password_rows, write_password_rows
from tests.test_cli import ENVIRONMENT
from tests.test_mail_commands import LIST, PROFILE, SETTINGS, call, drafts

pytestmark = [
    pytest.mark.slow("encrypted reports are opened and mailed"),
    pytest.mark.usefixtures("tasks_here", "blank_pdfs"),
]

YAMADA, SMITH = "yamada@mihon.co.jp", "smith@example-robotics.jp"
OUTPUT = Path("output")
OURS = ("results", "pdf", "data", "portfolio", "run.json")


def _set_japanese(view: ReportView, **parts: Any) -> SetPdf:
    """Set PDFs in Japanese alone."""
    if view.lang != "ja":
        raise RuntimeError("no PDF")
    return set_pdf(view, **parts)


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A campaign whose two clients have answered; nothing was run yet."""
    folder = tmp_path_factory.mktemp("answered")
    (folder / "sheet-diag.toml").write_text(SETTINGS, encoding="utf-8")
    (folder / "clients.csv").write_text(LIST, encoding="utf-8")
    with contextlib.chdir(folder):
        call("issue")
    (folder / "input").mkdir()
    english = {"industry": "Manufacturing", "employees": "51 to 100"}
    for number, lang, profile in (("1", Lang.JA, PROFILE), ("2", Lang.EN, english)):
        sheet = next((folder / "output" / "outbox").glob(f"*C-00{number}.xlsx")).read_bytes()
        answer = folder / "input" / f"{number}.xlsx"
        answer.write_bytes(fill_in(sheet, lang, profile=profile))
    return folder


def _go_on(before: Path, folder: Path, patch: pytest.MonkeyPatch) -> None:
    """Work on in a copy of the campaign."""
    shutil.copytree(before, folder)
    patch.chdir(folder)


@pytest.fixture(scope="module")
def after_run(answered: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The campaign with its reports in both forms, encrypted."""
    folder = tmp_path_factory.mktemp("after_run") / "campaign"
    with pytest.MonkeyPatch.context() as patch:
        _go_on(answered, folder, patch)
        call("run", "--pdf", "--protect")
    return folder


@pytest.fixture
def campaign(answered: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _go_on(answered, tmp_path / "campaign", monkeypatch)


@pytest.fixture
def printed(after_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    _go_on(after_run, tmp_path / "campaign", monkeypatch)
    return tmp_path / "campaign"


def password(client: str) -> str:
    (found,) = [word for number, _, word in password_rows(Path("output")) if number == client]
    return found


def by_hand() -> None:
    """Note all drafts as sent, and type how many they are."""
    count = len(list((OUTPUT / "drafts" / "result").glob("*.eml")))
    call("deliver", "--sent-by-hand", answer=f"{count}\n")


def throw_away() -> None:
    """Delete the drafts: they count as not sent."""
    shutil.rmtree(OUTPUT / "drafts" / "result", ignore_errors=True)


def log() -> list[dict[str, str]]:
    lines = Path("output/mail-log.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines[1:]]


def names(mail: EmailMessage) -> list[str]:
    """The endings of what is attached."""
    return [name.rpartition(".")[2] for name, _ in attachments(mail)]


@pytest.mark.usefixtures("printed")
def test_a_pdf_goes_out_encrypted_and_its_password_after_it() -> None:
    call("deliver", "--attach", "pdf")
    made = drafts("result")
    assert {address: names(mail) for address, mail in made.items()} == {
        YAMADA: ["pdf"], SMITH: ["pdf"],
    }  # fmt: skip
    for address, client in ((YAMADA, "C-001"), (SMITH, "C-002")):
        ((name, content),) = attachments(made[address])
        assert (OUTPUT / "pdf" / name).read_bytes() == content
        file = PdfReader(io.BytesIO(content))
        assert file.is_encrypted
        assert file.decrypt(password(client))
        assert file.metadata
        owner = unpack_owner(str(file.metadata["/Keywords"]))
        assert owner["sheet_diag_client"] == client
        (part,) = made[address].iter_attachments()
        assert part.get_content_type() == "application/pdf"
    assert "先に" in call("deliver", "--passwords", "--by-mail", status=1)
    by_hand()
    assert [line["file"].rpartition(".")[2] for line in log()] == ["pdf", "pdf"]
    assert all(line["about"].endswith("/pdf") for line in log())
    assert re.search(r"│ 結果送付済み +│ +2 │", call("status"))
    call("deliver", "--passwords", "--by-mail")
    (mail,) = [mail for address, mail in drafts("password").items() if address == YAMADA]
    body = mail.get_body(("plain",))
    assert body
    assert password("C-001") in body.get_content()
    assert ".pdf" in body.get_content()
    assert ".xlsx" not in body.get_content()


@pytest.mark.usefixtures("printed")
def test_both_forms_go_out_in_one_mail() -> None:
    call("deliver", "--attach", "both")
    for mail in drafts("result").values():
        assert names(mail) == ["pdf", "xlsx"]
        (first, second) = attachments(mail)
        assert first[0].removesuffix(".pdf") == second[0].removesuffix(".xlsx")
    by_hand()
    for form in ("xlsx", "pdf", "both"):
        assert "2件はすでに済んでいる" in call(
            "deliver", "--attach", form, "--only", "C-001", "--only", "C-002"
        )


@pytest.mark.usefixtures("printed")
def test_a_client_with_the_workbook_gets_the_pdf_if_named() -> None:
    call("deliver", "--attach", "xlsx")
    by_hand()
    said = call("deliver")
    assert "2通は、別の形式" in said
    assert "--only" in said
    assert drafts("result") == {}
    assert "別の形式" not in call("deliver", "--attach", "xlsx")
    call("deliver", "--attach", "both", "--only", "C-001")
    assert {address: names(mail) for address, mail in drafts("result").items()} == {YAMADA: ["pdf"]}
    by_hand()
    assert [line["about"].partition("/")[2] for line in log()] == ["", "", "pdf"]
    assert "別の形式" not in call("deliver", "--attach", "both", "--only", "C-001")
    assert drafts("result") == {}


def test_the_settings_set_the_form_of_reports(printed: Path) -> None:
    settings = printed / "sheet-diag.toml"
    settings.write_text(SETTINGS + '[mail]\nattach = "pdf"\n', encoding="utf-8")
    call("deliver")
    assert {tuple(names(mail)) for mail in drafts("result").values()} == {("pdf",)}
    throw_away()
    call("deliver", "--attach", "xlsx")
    assert {tuple(names(mail)) for mail in drafts("result").values()} == {("xlsx",)}
    throw_away()
    assert "xlsx, pdf, both" in call("deliver", "--attach", "docx", status=2)
    settings.write_text(SETTINGS + '[mail]\nattach = "docx"\n', encoding="utf-8")
    said = call("deliver", status=2)
    assert "mail.attach" in said
    assert "xlsx, pdf, both" in said


# --- what is stopped


def _swap() -> None:
    first, second = sorted((OUTPUT / "pdf").glob("*.pdf"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)


def _older() -> None:
    """Put back what an earlier run has made; the names are the same."""
    kept = {path: path.read_bytes() for path in (OUTPUT / "pdf").glob("*.pdf")}
    call("run", "--pdf", "--protect")
    assert set((OUTPUT / "pdf").glob("*.pdf")) == kept.keys()
    for path, content in kept.items():
        path.write_bytes(content)


def _open() -> None:
    """The PDFs of a run that was not to encrypt, though there are passwords of an earlier one."""
    call("run", "--pdf")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (_swap, "パスワードでは開きません"),
        (_older, "直近の sheet-diag run"),
        (_open, "保護されていません"),
    ],
)
@pytest.mark.parametrize("form", ["pdf", "both"])
@pytest.mark.usefixtures("printed")
def test_a_pdf_that_is_not_the_clients_own_is_stopped(change: object, says: str, form: str) -> None:
    assert callable(change)
    change()
    said = call("deliver", "--attach", form, status=1)
    assert "止めました（" in said
    assert says in said
    assert "sheet-diag run --protect" in said
    assert drafts("result") == {}


# --- PDFs that the run has not made


def _outputs() -> dict[str, bytes]:
    """The output folder but for the mails."""
    files = {path.relative_to(OUTPUT).as_posix(): path for path in OUTPUT.rglob("*")}
    ours = {name: path for name, path in files.items() if name.startswith(OURS) and path.is_file()}
    return {name: path.read_bytes() for name, path in ours.items()}


@pytest.mark.usefixtures("campaign")
def test_deliver_sets_the_pdfs_that_the_run_would_have_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same bytes, and run.json tells of them as after `run --pdf`."""
    monkeypatch.setattr(report_pdf, "set_pdf", set_pdf)
    day = ("--as-of", "2026-11-23")
    call("run", "--pdf", *day)
    expected = _outputs()
    call("run", *day)
    assert not list(OUTPUT.glob("pdf/*"))
    call("deliver", "--unprotected")
    assert _outputs() == expected
    assert {tuple(names(mail)) for mail in drafts("result").values()} == {("pdf", "xlsx")}


@pytest.mark.usefixtures("campaign")
def test_the_next_run_knows_the_pdfs_of_deliver() -> None:
    """They are no files that somebody has put there."""
    call("run")
    call("deliver", "--unprotected")
    assert "手で変更" not in call("run")
    assert not list(OUTPUT.glob("pdf/*"))
    assert not (OUTPUT / "edited").exists()


@pytest.mark.usefixtures("campaign")
def test_a_pdf_of_deliver_has_the_password_of_its_client() -> None:
    call("run", "--protect")
    call("deliver")
    for address, client in ((YAMADA, "C-001"), (SMITH, "C-002")):
        (_, content), _ = attachments(drafts("result")[address])
        file = PdfReader(io.BytesIO(content))
        assert file.is_encrypted
        assert file.decrypt(password(client))


@pytest.mark.usefixtures("campaign")
def test_pdfs_are_set_for_mails_that_go_out() -> None:
    """For the others they would be in vain."""
    call("run", "--protect")
    call("deliver", "--only", "C-001")
    (made,) = OUTPUT.glob("pdf/*")
    assert "見本商事" in made.name
    by_hand()
    made.unlink()
    call("deliver")
    (made,) = OUTPUT.glob("pdf/*")
    assert "Robotics" in made.name


@pytest.mark.parametrize("form", ["both", "pdf"])
@pytest.mark.usefixtures("campaign")
def test_a_pdf_that_cannot_be_set_costs_that_pdf_alone(
    monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(report_pdf, "set_pdf", _set_japanese)
    call("run", "--pdf", "--protect")
    said = call("deliver", "--attach", form, status=0 if form == "both" else 1)
    assert "C-002 Example Robotics Ltd." in said
    found = {address: names(mail) for address, mail in drafts("result").items()}
    if form == "both":
        assert "Excelの報告書だけ" in said
        assert found == {YAMADA: ["pdf", "xlsx"], SMITH: ["xlsx"]}
    else:
        assert "--attach xlsx --only C-002" in said
        assert found == {YAMADA: ["pdf"]}


@pytest.mark.usefixtures("campaign")
def test_where_no_pdf_can_be_set_the_workbook_goes_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows on ARM or of 32 bits: told once, and the exit status is as ever."""
    monkeypatch.setattr(maker, "can_set_pdf", lambda: False)
    monkeypatch.setattr(completing, "can_set_pdf", lambda: False)
    said = call("run", "--pdf", "--protect")
    assert said.count("PDFを作成できない") == 1
    assert not list(OUTPUT.glob("pdf/*"))
    said = call("deliver")
    assert said.count("PDFを作成できません") == 1
    assert {tuple(names(mail)) for mail in drafts("result").values()} == {("xlsx",)}


@pytest.mark.usefixtures("campaign")
def test_a_workbook_that_was_changed_by_hand_is_not_mixed_with_its_pdf() -> None:
    call("run", "--protect")
    path = next((OUTPUT / "results").glob("*見本商事*"))
    path.write_bytes(path.read_bytes() + b"\0")
    said = call("deliver", status=1)
    assert "--attach xlsx --only C-001" in said
    assert set(drafts("result")) == {SMITH}
    call("deliver", "--attach", "xlsx", "--only", "C-001")
    assert {address: names(mail) for address, mail in drafts("result").items()} == {
        YAMADA: ["xlsx"], SMITH: ["pdf", "xlsx"],
    }  # fmt: skip


def _lose_sources() -> None:
    (OUTPUT / PDF_SOURCES).unlink()


def _change_sources() -> None:
    """As those of another run."""
    path = OUTPUT / PDF_SOURCES
    path.write_bytes(path.read_bytes() + b"\0")


def _keep_sources(is_kept: Callable[[str], bool], change: bytes = b"") -> None:
    """Keep some of them, or write something else in their place, as if a run had done so."""
    path = OUTPUT / PDF_SOURCES
    run_json, former = OUTPUT / "run.json", sha256(path.read_bytes()).hexdigest()
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w") as archive:
        for name, content in members.items():
            if name.startswith("common") or is_kept(name):
                archive.writestr(name, change or content)
    told = run_json.read_text("utf-8").replace(former, sha256(path.read_bytes()).hexdigest())
    run_json.write_text(told, "utf-8")


def _age_sources() -> None:
    """As a version has written them whose reports say something else."""
    _keep_sources(lambda name: bool(name), gzip.compress(b'{"view": {}}'))


@pytest.mark.parametrize("change", [_lose_sources, _change_sources, _age_sources])
@pytest.mark.usefixtures("campaign")
def test_pdfs_are_set_from_what_the_last_run_has_kept_and_nothing_else(
    change: Callable[[], None],
) -> None:
    call("run", "--protect")
    change()
    said = call("deliver", status=2)
    assert "sheet-diag run を、前回と同じ指定でもう一度" in said
    assert drafts("result") == {}
    call("deliver", "--attach", "xlsx")
    assert set(drafts("result")) == {YAMADA, SMITH}


@pytest.mark.usefixtures("campaign")
def test_a_report_of_which_nothing_is_kept_goes_out_as_workbook() -> None:
    call("run", "--protect")
    first = next((OUTPUT / "results").glob("*見本商事*"))
    _keep_sources(lambda name: first.stem in name)
    said = call("deliver")
    assert "Excelの報告書だけ" in said
    assert {address: names(mail) for address, mail in drafts("result").items()} == {
        YAMADA: ["pdf", "xlsx"], SMITH: ["xlsx"],
    }  # fmt: skip


@pytest.mark.usefixtures("campaign")
def test_a_file_that_lies_in_the_place_of_a_pdf_is_kept() -> None:
    call("run", "--protect")
    name = next((OUTPUT / "results").glob("*見本商事*")).stem
    (OUTPUT / "pdf").mkdir()
    (OUTPUT / "pdf" / f"{name}.pdf").write_bytes(b"saved by hand from Excel")
    assert f"pdf/{name}.pdf" in call("deliver")
    (kept,) = (OUTPUT / "edited").glob("*/*.pdf")
    assert kept.read_bytes() == b"saved by hand from Excel"


@pytest.mark.usefixtures("printed")
def test_a_pdf_that_is_gone_is_set_anew() -> None:
    gone = next(path for path in (OUTPUT / "pdf").glob("*見本商事*"))
    gone.unlink()
    call("deliver", "--attach", "pdf")
    assert gone.exists()
    assert set(drafts("result")) == {YAMADA, SMITH}


@pytest.mark.usefixtures("campaign")
def test_characters_that_no_font_has_are_told_before_a_report_goes_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        report_pdf, "set_pdf", lambda view, **parts: SetPdf(set_pdf(view, **parts).content, "𠮷")
    )
    call("run", "--protect")
    said = call("deliver", "--only", "C-001")
    assert "〓" in said
    assert "C-001 株式会社見本商事: 𠮷" in said


@pytest.mark.usefixtures("campaign")
def test_an_open_pdf_needs_unprotected() -> None:
    call("run", "--pdf")
    call("deliver", "--attach", "pdf", status=1)
    assert drafts("result") == {}
    call("deliver", "--attach", "pdf", "--unprotected")
    assert set(drafts("result")) == {YAMADA, SMITH}


# --- through the server


def test_a_pdf_is_checked_by_workers_and_again_before_it_leaves(
    printed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "_WORTH_IT", 0.0)
    monkeypatch.setenv("SHEET_DIAG_SMTP_PASSWORD", PASSWORD)
    sending = ("deliver", "--jobs", "2", "--send")
    with SmtpServer(Authority(tmp_path)) as smtpd:
        server = f"[smtp]\n{server_settings(smtpd.settings())}per_minute = 6000\n"
        settings = SETTINGS.replace("shindan@example.co.jp", USER)
        (printed / "sheet-diag.toml").write_text(settings + server, encoding="utf-8")
        call("deliver", "--attach", "pdf")
        said = call(*sending, "--attach", "both", answer="2\n")
        assert "2通には下書きがあります" in said
        assert {address: names(mail) for address, mail in by_address(smtpd.accepted).items()} == {
            YAMADA: ["pdf", "xlsx"],
            SMITH: ["pdf", "xlsx"],
        }
        assert drafts("result") == {}
        assert "別の形式" not in call(*sending, "--attach", "pdf")
        call(*sending, "--attach", "pdf", "--only", "C-001")
        assert len(smtpd.accepted) == 2
    sent = [line for line in log() if line["event"] == "sent"]
    assert [len(line["file"].split(" / ")) for line in sent] == [2, 2]


# --- many at once


@pytest.mark.usefixtures("printed")
def test_drafts_are_the_same_with_and_without_workers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = []
    started: list[int] = []

    def noted(jobs: int, *rest: Any) -> WorkerProcesses:
        started.append(jobs)
        return WorkerProcesses(jobs, *rest)

    monkeypatch.setattr(opening, "WorkerProcesses", noted)
    for jobs, worth in (("1", 0.0), ("2", 0.0), ("2", 1e9)):
        monkeypatch.setattr(opening, "_WORTH_IT", worth)
        throw_away()
        said = call("deliver", "--attach", "both", "--jobs", jobs)
        folder = OUTPUT / "drafts" / "result"
        found.append((said, {path.name: path.read_bytes() for path in folder.glob("*.eml")}))
    assert started == [2]
    assert len(found[0][1]) == 2
    assert found[0] == found[1] == found[2]
    by_hand()
    for line in log():
        assert matches_fingerprint(password(line["client"]), line["seal"])


@pytest.mark.skipif(sys.platform == "win32", reason="a console's Ctrl-C cannot be sent there")
def test_ctrl_c_leaves_no_worker_and_no_draft(printed: Path) -> None:
    many = "\n".join(f"C-{n:03},見本{n}株式会社,,a@{n}.example.jp,,,,," for n in range(3, 60))
    (printed / "clients.csv").write_text(f"{LIST}{many}\n", encoding="utf-8")
    run = json.loads(Path("output/run.json").read_text(encoding="utf-8"))
    first = run["returns"][0]
    for n in range(3, 60):
        client = {**first["client"], "id": f"C-{n:03}"}
        run["returns"].append({**first, "client": client, "sha256": f"{n:064}"})
    Path("output/run.json").write_text(json.dumps(run), encoding="utf-8")
    listed = [(f"C-{n:03}", "x", f"AAAAA-{n:05}-AAAAA-AAAAA") for n in range(3, 60)]
    write_password_rows(Path("output"), [*password_rows(Path("output")), *listed])
    command = [sys.executable, "-m", "sheet_diag", "deliver", "--jobs", "2"]
    running = subprocess.Popen(
        command, cwd=printed, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        encoding="utf-8", env=ENVIRONMENT, start_new_session=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    drafts_of = OUTPUT / "drafts" / "result"
    while not list(drafts_of.rglob("*.eml")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.killpg(running.pid, signal.SIGINT)
    said, errors = running.communicate(timeout=60)
    assert running.returncode == 130, said + errors
    assert "中断しました" in errors
    assert "Traceback" not in errors
    assert list(drafts_of.iterdir()) == []
    assert _is_gone(running.pid)


def _is_gone(group: int) -> bool:
    """Whether the processes of a group end by themselves."""
    for _ in range(200):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False
