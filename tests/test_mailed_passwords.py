"""An archive in one mail, its password in the next: tried, told, and written nowhere."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

import py7zr
import pytest
import pyzipper

from sheet_diag.intake.containers.mail_passwords import find_words
from sheet_diag.intake.containers.msg import read_msg
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import IntakeSettings, MailOrigin, Passwords
from sheet_diag.pipeline.ingest import check_files
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.reports.encryption import encrypt_workbook
from tests.compound import ole_file
from tests.hostile.zips import zip_of
from tests.returned import SMALL, make_return

SHEET = make_return()
WORD = "Ab12#xyZ"
TELLS = f"パスワード：{WORD}\n"
SENT = datetime(2026, 11, 23, 9, 0, 30, tzinfo=timezone(timedelta(hours=9)))


def mail(
    sender: str, *attachments: tuple[str, bytes], text: str = "x", after: timedelta = timedelta()
) -> bytes:
    made = EmailMessage()
    made["From"], made["Subject"], made["Date"] = sender, "ご回答", SENT + after
    made.set_content(text)
    for name, content in attachments:
        made.add_attachment(content, "application", "octet-stream", filename=name)
    return made.as_bytes()


def aes(password: str) -> bytes:
    buffer = io.BytesIO()
    with pyzipper.AESZipFile(buffer, "w", encryption=pyzipper.WZ_AES) as archive:
        archive.setpassword(password.encode())
        archive.writestr("a.xlsx", SHEET)
    return buffer.getvalue()


def seven(password: str) -> bytes:
    buffer = io.BytesIO()
    with py7zr.SevenZipFile(buffer, "w", password=password) as archive:
        archive.writestr(SHEET, "a.xlsx")
    return buffer.getvalue()


def put(folder: Path, **mails: bytes) -> list[Path]:
    paths = []
    for name, content in mails.items():
        paths.append(folder / f"{name}.eml")
        paths[-1].write_bytes(content)
    return paths


def told(outcomes: list[ReturnOutcome]) -> dict[str, list[str]]:
    """What is said of each file about passwords and mails."""
    return {
        each.received.label: [
            problem.code.value
            for problem in each.problems
            if problem.code.value.startswith(("PASSWORD", "MAIL"))
        ]
        for each in outcomes
    }


def check(paths: list[Path], *passwords: str) -> dict[str, list[str]]:
    reading = IntakeSettings(passwords=Passwords(passwords))
    return told(check_files(paths, SMALL, reading))


DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


def test_the_password_of_a_later_mail_of_the_same_sender_is_tried(tmp_path: Path) -> None:
    lock = [("a.zip", aes(WORD))]
    paths = put(
        tmp_path,
        a1=mail("A <a@x.example>", *lock),
        a2=mail("a@X.example", text=TELLS, after=MINUTE),
        b1=mail("b@x.example", *lock),
        b2=mail("b@x.example", text=TELLS, after=7 * DAY),
        c1=mail("c@x.example", *lock),
        c2=mail("c@x.example", text=TELLS, after=7 * DAY + MINUTE),
        d1=mail("d@x.example", *lock),
        d2=mail("d@x.example", text=TELLS, after=-MINUTE),
        e1=mail("e@x.example", *lock),
        e2=mail("e@x.example", text=TELLS, after=-timedelta(seconds=20)),
        f1=mail("f@x.example", *lock),
        f2=mail("f@x.example", text="パスワード：another1", after=MINUTE),
    )
    found = check(paths)
    opened = {name[0] for name, codes in found.items() if codes == ["PASSWORD_MAILED"]}
    assert opened == set("abe")
    assert [found[f"{each}1.eml › a.zip › a.xlsx"] for each in "cdf"] == [
        ["PASSWORD_NEEDED"],
        ["PASSWORD_NEEDED"],
        ["PASSWORD_WRONG"],
    ]
    assert {tuple(found[f"{each}2.eml"]) for each in "abcdef"} == {("MAIL_AUTOMATIC",)}


def test_every_kind_of_lock_is_tried_wherever_both_mails_lie(tmp_path: Path) -> None:
    listed = mail("l@x.example", ("a.zip", aes(WORD)), ("b.zip", aes("listed")))
    seven_zip, book = mail("s@x.example", ("a.7z", seven(WORD))), encrypt_workbook(SHEET, WORD)
    paths = put(
        tmp_path,
        listed=listed,
        tells=mail("l@x.example", text=TELLS, after=MINUTE),
    )
    pair = mail("s@x.example", text=f"解凍用\n\n{WORD}\n", after=DAY)
    (tmp_path / "both.zip").write_bytes(zip_of(("1.eml", seven_zip), ("2.eml", pair)))
    box = [mail("m@x.example", ("a.xlsx", book)), mail("m@x.example", text=TELLS, after=MINUTE)]
    (tmp_path / "box.mbox").write_bytes(b"".join(b"From x 2026\n" + each + b"\n" for each in box))
    assert check([*paths, tmp_path / "both.zip", tmp_path / "box.mbox"], "listed") == {
        "listed.eml › a.zip › a.xlsx": ["PASSWORD_MAILED"],
        "listed.eml › b.zip › a.xlsx": ["PASSWORD_USED"],
        "tells.eml": ["MAIL_AUTOMATIC"],
        "both.zip › 1.eml › a.7z › a.xlsx": ["PASSWORD_MAILED"],
        "both.zip › 2.eml": ["MAIL_WITHOUT_SHEET"],
        "box.mbox › 1 ご回答.eml › a.xlsx": ["PASSWORD_MAILED"],
        "box.mbox › 2 ご回答.eml": ["MAIL_AUTOMATIC"],
    }


def _files(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def test_a_mailed_password_is_written_nowhere(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "input"
    source.mkdir()
    put(
        source,
        a=mail("a@x.example", ("a.zip", aes(WORD))),
        b=mail("a@x.example", text=TELLS, after=MINUTE),
    )
    kept: list[bytes] = []

    def look(stage: str, done: int, total: int) -> None:
        del stage, done, total
        kept.extend(_files(tmp_path / "output"))

    result = run(RunConfig(source, tmp_path / "output", catalog=SMALL, jobs=1), look)
    assert [each.status.value for each in result.outcomes] == ["held", "ignored"]
    written = [*kept, *_files(tmp_path / "output"), *map(str.encode, capfd.readouterr())]
    assert len(written) > 9
    assert not [each for each in written if WORD.encode() in each]
    assert WORD not in repr(result)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("パスワード：Ab12#xyZ", ["Ab12#xyZ"]),
        ("パスワードは「Ab12#xyZ」です。", ["Ab12#xyZ", "Ab12#xyZ」です", "「Ab12#xyZ」です。"]),
        ("Password = Ab12#xyZ", ["Ab12#xyZ"]),
        ("The password is\nAb12#xyZ.", ["Ab12#xyZ", "Ab12#xyZ."]),
        ("ＰＷ：Ａｂ１２#xyZ", ["Ab12#xyZ"]),
        ("【ﾊﾟｽﾜｰﾄﾞ】\n\nAb12#xyZ", ["Ab12#xyZ"]),
        ("下記のとおりです\nAb12#xyZ\n\n=======\nhttps://x.example\na@x.example\n03-1234-5678",
         ["Ab12#xyZ", "下記のとおりです"]),
        ("パスワード：ひみつ2026", ["ひみつ2026"]),
        ("a word\nshort\n" + "x" * 65, []),
    ],
)  # fmt: skip
def test_words_that_may_be_a_password(text: str, words: list[str]) -> None:
    assert list(find_words(text)) == words


def test_at_most_twenty_words_are_tried(tmp_path: Path) -> None:
    many = "\n".join(f"word{n:04}" for n in range(30))
    assert len(find_words(many)) == 20
    paths = put(
        tmp_path,
        a=mail("a@x.example", ("a.zip", aes(WORD))),
        b=mail("a@x.example", text=many, after=MINUTE),
        c=mail("a@x.example", text=TELLS, after=2 * MINUTE),
    )
    outcomes = check_files(paths, SMALL, IntakeSettings())
    assert [(each.code.value, each.value) for each in outcomes[0].problems] == [
        ("PASSWORD_WRONG", "20")
    ]


def test_an_outlook_mail_tells_who_sent_it_and_when() -> None:
    """By its own headers, or by what Outlook notes where it never left Exchange."""
    seconds = int(SENT.timestamp())
    sent = struct.pack("<IIQ", 0x00390040, 6, (seconds + 11_644_473_600) * 10**7)
    texts = {"0C1F": "A@x.example", "1000": TELLS}
    noted = {f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in texts.items()}
    mail = read_msg(ole_file({"__properties_version1.0": bytes(32) + sent, **noted}))
    assert mail.origin == MailOrigin("a@x.example", seconds)
    assert find_words(mail.read_text()) == (WORD,)
    head = f"From: b@x.example\r\nDate: {format_datetime(SENT + DAY)}\r\n".encode("utf-16-le")
    named = ole_file({"__properties_version1.0": bytes(32), "__substg1.0_007D001F": head})
    assert read_msg(named).origin == MailOrigin("b@x.example", seconds + 24 * 3600)
