"""The formats of a report: how each is written, and how one that was written here is known."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import OptionError, OutputError
from sim.report import as_html, as_pdf, as_word
from sim.text import Message

if TYPE_CHECKING:
    from sim.report.content import Content
    from sim.words.language import Language

Writer = Callable[["Content"], bytes]
OURS: Final = {"html": as_html.is_ours, "docx": as_word.is_ours, "pdf": as_pdf.is_ours}


def writer(ending: str, say: Language, template: Path | None = None) -> Writer:
    """What makes a file of a format; OptionError of a PDF that cannot be set, or a bad template."""
    if ending == "pdf":
        return _pdf(say)
    if ending == "docx":
        return partial(as_word.made, of=None if template is None else as_word.template(template))
    return as_html.made


def _pdf(say: Language) -> Writer:
    from sim.figures import fonts

    as_pdf.check()
    if fonts.is_chinese(say("Station")) and fonts.chinese() is None:
        raise OptionError("--to", Message(fonts.MISSING_ON_PAPER))
    return partial(as_pdf.made, fonts=fonts.families())


def refuse(path: Path) -> None:
    """OutputError where a report cannot be: nothing but one of ours is written over."""
    if path.is_dir():
        raise OutputError(path, Message("it is a folder: name a file"))
    if not path.parent.is_dir():
        raise OutputError(path, Message("there is no such folder"))
    if path.exists() and not OURS[path.suffix.lstrip(".").lower()](path.read_bytes()):
        raise OutputError(path, Message("it exists and is no report: name another file"))
