"""The files of mail templates: ours, the firm's own, and copies of ours for a firm to edit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from sheet_diag.mail.templates.variables import SIGNATURE, explain_variables
from sheet_diag.model.basics import Lang, Message, UserError
from sheet_diag.model.catalog import MailTexts
from sheet_diag.model.mail_kinds import MailKind
from sheet_diag.text.wording import Wording

FRAME: Final = "frame.html"
TOO_MUCH: Final = "letter.error.too_much"
MOST_CHARS: Final = 200_000  # of a file, and of what is made of it

# Editors in Japan save in the code page of Windows, in UTF-8 with a mark, or in UTF-16.
_MARKED: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_UNMARKED: Final = ("utf-8", "cp932")
_SUFFIXES: Final = (".md", ".txt", ".html", ".htm")

# Editors on Windows know UTF-8 by its mark, and old ones see no line end but their own.
_MARK: Final = "\ufeff"


class MailTemplateError(UserError):
    """Templates that cannot be used.

    `key` and `parts` are those of the first of the `faults`.
    """

    def __init__(self, faults: Sequence[Message]) -> None:
        self.faults = tuple(faults)
        super().__init__(faults[0].key, **faults[0].parts)

    def describe(self, say: Wording) -> str:
        """Write each fault on a line."""
        return "\n".join(say(fault.key, **fault.parts) for fault in self.faults)


_RAW: Final = "{{% raw %}}{}{{% endraw %}}"


@dataclass(frozen=True, slots=True)
class TemplateSource:
    """The text of a template, its lines ending in LF; `path` is shown to people."""

    name: str
    text: str
    path: str

    @property
    def kind(self) -> str:
        """`request` of `request.ja.md`."""
        return self.name.split(".", maxsplit=1)[0]

    @property
    def lang(self) -> Lang:
        """`ja` of `request.ja.md`."""
        return Lang(self.name.split(".")[1])

    def fault(self, key: str, line: int, parts: Mapping[str, str] | None = None) -> Message:
        """Describe a fault in a line, counted from 1."""
        lines = self.text.split("\n")
        text = lines[line - 1].strip() if 0 < line <= len(lines) else ""
        return Message(key, {"path": self.path, "line": str(line), "text": text, **(parts or {})})


def format_template_name(kind: str, lang: Lang) -> str:
    """Format a file name, such as `request.ja.md`."""
    return f"{kind}.{lang.value}.md"


def list_template_names(lang: Lang) -> tuple[str, ...]:
    """List the files of a language, without the frame."""
    return tuple(format_template_name(kind, lang) for kind in (*MailKind, SIGNATURE))


@cache
def load_default_template(name: str) -> TemplateSource:
    """Load a template of ours."""
    file = resources.files("sheet_diag.mail.templates") / "texts" / name
    return TemplateSource(name, _decode(file.read_bytes()) or "", name)


def word_templates(mails: Mapping[MailKind, MailTexts]) -> dict[str, TemplateSource]:
    """Word our templates as a catalogue does, by name; its texts are no programs."""
    found: dict[str, TemplateSource] = {}
    for kind, texts in mails.items():
        for lang in Lang:
            source = load_default_template(format_template_name(kind, lang))
            subject, _, body = source.text.partition("\n")
            if texts.subject:
                label, line = subject.partition(":")[0], " ".join(texts.subject[lang].split())
                subject = f"{label}: {_RAW.format(line)}"
            if texts.body:
                body = f"\n{{{{ addressee }}}}\n\n{_RAW.format(texts.body[lang])}\n"
            found[source.name] = TemplateSource(source.name, f"{subject}\n{body}", source.path)
    return found


def load_custom_templates(folder: Path) -> dict[str, TemplateSource]:
    """Load the firm's own templates by name.

    Raises `MailTemplateError` where one cannot be read, or is misnamed so that ours would go out in
    its place unnoticed.
    """
    known = {name.casefold(): name for lang in Lang for name in (*list_template_names(lang), FRAME)}
    found: dict[str, TemplateSource] = {}
    faults: list[Message] = []
    unknown: list[Path] = []
    for path in _list_files(folder):
        name = known.get(path.name.casefold())
        if name is None:
            unknown.append(path)
            continue
        text = _read(path, faults)
        if text is not None:
            found[name] = TemplateSource(name, text, str(path))
    faults += _find_misnamed(unknown, [name for name in known.values() if name not in found])
    if faults:
        raise MailTemplateError(faults)
    return found


def _list_files(folder: Path) -> list[Path]:
    try:
        return sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise MailTemplateError([Message("letter.error.folder", {"path": str(folder)})]) from error


def _read(path: Path, faults: list[Message]) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(MOST_CHARS + 1)
    except OSError:
        faults.append(Message("letter.error.unreadable", {"path": str(path)}))
        return None
    if len(content) > MOST_CHARS:
        faults.append(Message(TOO_MUCH, {"path": str(path)}))
        return None
    text = _decode(content)
    if text is None:
        faults.append(Message("letter.error.encoding", {"path": str(path)}))
    return text


def _decode(content: bytes) -> str | None:
    """Decode a file, with LF at line ends (None: its encoding is unknown)."""
    marked = [code for mark, code in _MARKED if content.startswith(mark)]
    for code in marked or _UNMARKED:
        try:
            text = content.decode(code)
        except UnicodeDecodeError:
            continue
        return text.replace("\r\n", "\n").replace("\r", "\n")
    return None


def _find_misnamed(unknown: Sequence[Path], missing: Sequence[str]) -> list[Message]:
    """Find files that seem to be meant for a missing template; ignore all others."""
    faults: list[Message] = []
    for path in unknown:
        near = get_close_matches(path.name.casefold(), missing, n=1, cutoff=0.8)
        if near and path.suffix.casefold() in _SUFFIXES:
            faults.append(Message("letter.error.name", {"path": str(path), "near": near[0]}))
    return faults


def copy_templates(folder: Path, lang: Lang | None = None) -> tuple[Path, ...]:
    """Write the templates of a language (None: of all) and the frame into a folder.

    A file that is there stays as it is. Returns the files that were written; raises `OSError`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    there = {path.name.casefold() for path in folder.iterdir()}
    langs = [lang] if lang else list(Lang)
    names = [name for each in langs for name in list_template_names(each)] + [FRAME]
    missing = [name for name in names if name.casefold() not in there]
    return tuple(_copy(load_default_template(name), folder / name) for name in missing)


def _copy(source: TemplateSource, path: Path) -> Path:
    text = source.text if source.name == FRAME else f"{_head(source)}\n{source.text}"
    content = f"{_MARK}{text}".replace("\n", "\r\n").encode("utf-8")
    with path.open("xb") as file:
        file.write(content)
    return path


def _head(source: TemplateSource) -> str:
    """Format the comment on top, which is in no mail."""
    say = Wording(source.lang)
    key = "signature" if source.kind == SIGNATURE else "letter"
    words = [
        say("letter.head.word", name=name, text=text)
        for name, text in explain_variables(source.kind, say)
    ]
    return "\n".join(("{#", say(f"letter.head.{key}"), say("letter.head.words"), *words, "#}"))
