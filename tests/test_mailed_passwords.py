"""An archive in one mail, its password in the next: tried, told, and written nowhere."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path

import py7zr
import pytest
import pyzipper

from sheet_diag.intake.containers.mail_passwords import find_words
from sheet_diag.intake.containers.msg import read_msg
from sheet_diag.model.results import ReturnOutcome
from sheet_diag.model.settings import IntakeSettings, MailOrigin, MailWords, Passwords
from sheet_diag.pipeline.ingest import check_files
from sheet_diag.pipeline.run import RunConfig, run
from sheet_diag.reports.encryption import encrypt_workbook
from tests.compound import Tree, ole_file
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


pytestmark = pytest.mark.usefixtures("tasks_here")
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
         ["Ab12#xyZ"]),
        ("パスワード：ひみつ2026", ["ひみつ2026"]),
        ("下記のとおりです\r\nhimitsu\r\n", ["himitsu"]),
        ("a word\nshort\n" + "x" * 65, []),
    ],
)  # fmt: skip
def test_words_that_may_be_a_password(text: str, words: list[str]) -> None:
    found = find_words(text) or MailWords()
    assert [*found.named, *found.lone] == words


def test_at_most_twenty_words_are_tried(tmp_path: Path) -> None:
    many = "\n".join(f"word{n:04}" for n in range(30))
    assert len((find_words(many) or MailWords()).lone) == 20
    paths = put(
        tmp_path,
        a=mail("a@x.example", ("a.zip", aes(WORD))),
        b=mail("a@x.example", text=many, after=MINUTE),
        c=mail("a@x.example", text="word1234", after=2 * MINUTE),
    )
    outcomes = check_files(paths, SMALL, IntakeSettings())
    assert [(each.code.value, each.value) for each in outcomes[0].problems] == [
        ("PASSWORD_WRONG", "20")
    ]


def test_what_is_called_a_password_is_tried_before_single_lines(tmp_path: Path) -> None:
    paths = put(
        tmp_path,
        a=mail("a@x.example", ("a.zip", aes(WORD))),
        b=mail("a@x.example", text="\n".join(f"word{n:04}" for n in range(30)), after=MINUTE),
        c=mail("a@x.example", text=TELLS, after=2 * MINUTE),
        d=mail("d@x.example", ("a.zip", aes(WORD))),
        e=mail("d@x.example", text="\n".join("あいうえおか" + "ん" * n for n in range(30))),
        f=mail("d@x.example", text=f"解凍用です\n{WORD}\n", after=2 * MINUTE),
    )
    found = check(paths)
    assert found["a.eml › a.zip › a.xlsx"] == ["PASSWORD_MAILED"]
    assert found["d.eml › a.zip › a.xlsx"] == ["PASSWORD_MAILED"]


def test_a_password_in_a_subject_or_a_mails_name_is_tried_and_in_no_label(tmp_path: Path) -> None:
    told = mail("a@x.example", text="件名をご覧ください。", after=MINUTE)
    told = b"Subject: PW:" + WORD.encode() + b"\n" + told.replace(b"\nSubject:", b"\nX-Topic:")
    attached = message_from_bytes(mail("c@x.example"), policy=default)
    attached.add_attachment(
        message_from_bytes(told, policy=default), filename=f"パスワード {WORD}.eml"
    )
    texts = {"0C1F": "a@x.example", "3001": f"PW: {WORD}", "1000": "x"}
    inner: Tree = {
        f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in texts.items()
    }
    props: Tree = {"__properties_version1.0": bytes(32)}
    held: Tree = {**props, "__substg1.0_3701000D": props, **inner}
    box = b"".join(
        b"From x 2026\n" + each + b"\n\n"
        for each in (mail("a@x.example", ("a.zip", aes(WORD))), told, attached.as_bytes())
    )
    (tmp_path / "box.mbox").write_bytes(box)
    (tmp_path / "o.msg").write_bytes(ole_file({**props, "__attach_version1.0_#00000000": held}))
    (tmp_path / "z.zip").write_bytes(zip_of((f"PW {WORD}.eml", told)))
    found = check([tmp_path / name for name in ("box.mbox", "o.msg", "z.zip")])
    assert found == {
        "box.mbox › 1 ご回答.eml › a.zip › a.xlsx": ["PASSWORD_MAILED"],
        "box.mbox › 2 mail.eml": ["MAIL_AUTOMATIC"],
        "box.mbox › 3 ご回答.eml › mail-1.eml": ["MAIL_AUTOMATIC"],
        "box.mbox › 3 ご回答.eml": ["MAIL_WITHOUT_SHEET"],
        "o.msg › mail-1": ["MAIL_WITHOUT_SHEET"],
        "z.zip › mail.eml": ["MAIL_AUTOMATIC"],
    }


def test_an_outlook_mail_tells_who_sent_it_and_when() -> None:
    """By its own headers, or by what Outlook notes where it never left Exchange."""
    seconds = int(SENT.timestamp())
    sent = struct.pack("<IIQ", 0x00390040, 6, (seconds + 11_644_473_600) * 10**7)
    texts = {"0C1F": "A@x.example", "1000": TELLS}
    noted = {f"__substg1.0_{tag}001F": text.encode("utf-16-le") for tag, text in texts.items()}
    mail = read_msg(ole_file({"__properties_version1.0": bytes(32) + sent, **noted}))
    assert mail.origin == MailOrigin("a@x.example", seconds)
    assert find_words(mail.read_text()) == MailWords(named=(WORD,))
    head = f"From: b@x.example\r\nDate: {format_datetime(SENT + DAY)}\r\n".encode("utf-16-le")
    named = ole_file({"__properties_version1.0": bytes(32), "__substg1.0_007D001F": head})
    assert read_msg(named).origin == MailOrigin("b@x.example", seconds + 24 * 3600)
