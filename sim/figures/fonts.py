"""The fonts of figures: looked for anew when a Chinese one is missing; what is said if none is."""

from __future__ import annotations

import unicodedata
import warnings
from functools import lru_cache
from pathlib import Path
from typing import Final

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from sim.errors import PlannerWarning
from sim.text import Message
from sim.words.language import ENGLISH, Language, language

CHINESE: Final = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN",
    "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "WenQuanYi Micro Hei", "SimHei",
)  # fmt: skip
LATIN: Final = ("Source Sans 3", "Noto Sans", "Arial", "Helvetica", "DejaVu Sans")
SAMPLE: Final = frozenset((0x4E61, 0x9547, 0x6025, 0x6551, 0x7AD9, 0x91B4))  # common, and rare
CHINESE_LETTERS: Final = ((0x2E80, 0x9FFF), (0xF900, 0xFAFF), (0xFF00, 0xFFEF), (0x20000, 0x3FFFF))
BOX: Final = "□"
MISSING: Final = Message(
    "No Chinese font was found, so figures are labelled in English. Install one and run this "
    "again. Debian, Ubuntu: sudo apt install fonts-noto-cjk. Windows: Settings, Optional features, "
    "Chinese (Simplified) Supplemental Fonts. macOS: open the file of Noto Sans SC in Font Book. "
    "conda, or without administrator rights: put the file of Noto Sans SC (fonts.google.com/noto) "
    "into ~/.local/share/fonts."
)
MISSING_ON_PAPER: Final = Message(
    "no Chinese font was found, and a PDF in Chinese has none but boxes without one. Install one, "
    "like Noto Sans CJK SC (Debian, Ubuntu: sudo apt install fonts-noto-cjk), or leave pdf out: "
    "HTML and Word take the fonts of whoever opens them"
)


def families() -> list[str]:
    """A Chinese font first, whose Latin letters fit it; DejaVu Sans is always there."""
    first, latin = chinese(), [name for name in LATIN if name in _installed()]
    return [*latin] if first is None else [first, *latin]


def chinese() -> str | None:
    """The font in which Chinese is drawn: one that is known to look well, else any that has it."""
    for name in CHINESE:
        if name in _installed():
            return name
    return _with_chinese(_installed())


def drawable(say: Language) -> Language:
    """The language of a figure: English, after saying so once, where the reader's has no font.

    Its texts hold only letters that the fonts have; a box stands for others, as emoji.
    """
    if not is_chinese(say("Station")) or chinese() is not None:
        return say.with_letters(_drawn)
    warn(say)
    return language(ENGLISH).with_letters(_drawn)


def _drawn(text: str) -> str:
    """A text in letters that the fonts have; of what only joins or changes others, nothing.

    Says what to install if they lack Chinese ones, as names may be Chinese in English texts too.
    """
    if text.isascii():
        return text
    known = _letters(tuple(families()))
    if chinese() is None and is_chinese("".join(one for one in text if ord(one) not in known)):
        warn(language(ENGLISH))
    return "".join(
        one
        if ord(one) in known or one == "\n"
        else ""
        if unicodedata.category(one)[0] in "MC"
        else BOX
        for one in text
    )


@lru_cache(maxsize=4)
def _letters(names: tuple[str, ...]) -> frozenset[int]:
    """The letters that fonts of these names have, in the regular and in the bold one."""
    found: frozenset[int] = frozenset()
    for weight in ("normal", "bold"):
        one: set[int] = set()
        for name in names:
            properties = font_manager.FontProperties(family=name, weight=weight)
            one |= font_manager.get_font(font_manager.findfont(properties)).get_charmap().keys()
        found = found & one if found else frozenset(one)
    return found


def is_chinese(text: str) -> bool:
    return any(low <= ord(letter) <= high for letter in text for low, high in CHINESE_LETTERS)


@lru_cache(maxsize=1)
def _said() -> list[bool]:
    return []


def warn(say: Language) -> None:
    """Say once what is missing and how to mend it; matplotlib says it of every single letter."""
    if _said():
        return
    _said().append(True)
    warnings.warn(PlannerWarning(say(MISSING)), stacklevel=2)


@lru_cache(maxsize=1)
def _installed() -> frozenset[str]:
    """The names of all fonts; where no Chinese one is known, of those installed since, too.

    Matplotlib keeps a list of fonts and does not notice that one was added to the machine.
    """
    known = _known()
    if known.isdisjoint(CHINESE):
        there = {Path(font.fname) for font in font_manager.fontManager.ttflist}
        for path in map(Path, font_manager.findSystemFonts()):
            if path not in there:
                _add(path)
        known = _known()
    return known


def _known() -> frozenset[str]:
    return frozenset(font.name for font in font_manager.fontManager.ttflist)


def _add(path: Path) -> None:
    try:
        font_manager.fontManager.addfont(path)
    except (OSError, RuntimeError, ValueError):  # a broken file is no font
        return


@lru_cache(maxsize=4)
def _with_chinese(names: frozenset[str]) -> str | None:
    """The first of these fonts, by name, that has the characters."""
    found = [font for font in font_manager.fontManager.ttflist if font.name in names]
    for font in sorted(found, key=lambda font: font.name):
        try:
            has = FT2Font(font.fname, face_index=font.index).get_charmap()
        except (OSError, RuntimeError, ValueError):
            continue
        if has.keys() >= SAMPLE:
            return font.name
    return None
