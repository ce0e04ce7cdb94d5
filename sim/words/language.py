"""One language: its catalogue, its numbers, its lists. Passed to whoever speaks, never found."""

from __future__ import annotations

import ast
import gettext
import locale
import math
import os
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.errors import OptionError, PlannerError
from sim.files import entrance
from sim.text import PAGE, Message, Name, plain, shown

HERE = Path(__file__).parent
ENGLISH = "en"
VARIABLE = "TENTHIRTY_LANG"
ALIASES = {
    "english": "en", "eng": "en", "英文": "en", "英语": "en", "英語": "en",
    "chinese": "zh", "zho": "zh", "chi": "zh", "中文": "zh", "简体中文": "zh",
    "汉语": "zh", "简体": "zh", "漢語": "zh", "中文(简体)": "zh", "繁體中文": "zh",
}  # fmt: skip
PSEUDO = "qps"  # ⟦every text in brackets⟧, to see what bypasses the catalogue or does not fit


class Language:
    """How a reader is spoken to. `say("No call was measured.")` is the text in her language.

    The English sentence is its own id; values are filled in after it is looked up. A value that
    is a Message is said in the same language, and of a Name the reader's one is taken.
    """

    def __init__(
        self, code: str, texts: gettext.NullTranslations, letters: Callable[[str], str] = str
    ):
        self.code, self._texts, self._letters = code, texts, letters

    def __reduce__(self) -> tuple[Any, ...]:  # to another process, by its code
        return language, (self.code,)

    def with_letters(self, letters: Callable[[str], str]) -> Language:
        """The same, whose texts pass through `letters`: of a figure, whose fonts lack some."""
        return Language(self.code, self._texts, letters)

    def __call__(self, text: str, /, **values: Any) -> str:
        message = isinstance(text, Message)
        if isinstance(text, Message):
            values = {key: shown(value) for key, value in text.values.items()} | values
            text = text.text
        if not text:
            return ""
        found = self._texts.gettext(text)
        if values:
            return self._letters(found.format(**self._said(values)))
        # What is no Message may be a planner's own: its braces are hers.
        return self._letters(plain(found) if message else found)

    def count(self, number: float, one: str, many: str, **values: Any) -> str:
        """`one` or `many` as the number asks for, which both name as {n}: "{n} stations"."""
        found = self._texts.ngettext(one, many, 1 if number == 1 else 2)
        return self._letters(found.format(**self._said({"n": f"{number:g}"} | values)))

    def _said(self, values: dict[str, Any]) -> dict[str, Any]:
        return {key: self._one(value) for key, value in values.items()}

    def _one(self, value: Any) -> Any:
        if isinstance(value, Name):
            return self.name(value)
        return self(value) if isinstance(value, Message) else shown(value, PAGE)

    # ── names, lists ─────────────────────────────────────────────────────────────────────────

    def name(self, name: Name) -> str:
        """The reader's name of something; of one that is blank, that it has none."""
        return self._letters(name.within(self.code)) or self("(unnamed)")

    def joined(self, parts: Iterable[str]) -> str:
        """Clauses side by side: "; " or "；"."""
        return self("; ").join(parts)

    def listed(self, names: Sequence[str], most: int | None = None) -> str:
        """A, B and C; of more than `most` + 1 names only these: A, B and 3 more."""
        if not names:
            return ""
        if most is not None and len(names) > most + 1:
            shown = self(", ").join(names[:most])
            return self(
                "{names} and {more} more", names=shown, more=len(names) - most, all=len(names)
            )
        if len(names) == 1:
            return names[0]
        return self("{names} and {last}", names=self(", ").join(names[:-1]), last=names[-1])

    def shortened(self, name: str, most: int = 36) -> str:
        """A name that leaves room for the rest of a headline; a Chinese character takes two."""
        room, kept = most, ""
        for letter in name:
            room -= 2 if ord(letter) > 0x2E80 else 1
            if room < 0:
                return f"{kept.rstrip()}…"
            kept += letter
        return kept

    # ── numbers ──────────────────────────────────────────────────────────────────────────────

    def number(self, value: float, digits: int = 1, *, sign: bool = False) -> str:
        """75.2; with `sign` +3.7 or −0.4; – for what is not known. A minus is a minus."""
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return "∞"
        text = f"{value:+.{digits}f}" if sign else f"{value:.{digits}f}"
        if float(text) == 0:  # no sign before nothing
            text = text.lstrip("+-")
        return text.replace("-", "−")

    def percent(self, share: float, digits: int = 1) -> str:
        """75.2 % of a share between 0 and 1."""
        return self("{number} %", number=self.number(100 * share, digits))


class _Catalogue(gettext.NullTranslations):
    """A catalogue read from its .po file, for a checkout in which none was compiled."""

    def __init__(self, texts: dict[str, list[str]], plural: Any):
        super().__init__()
        self._known, self._plural = texts, plural

    def gettext(self, message: str) -> str:
        return self._known.get(message, [message])[0]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        if msgid1 not in self._known:
            return super().ngettext(msgid1, msgid2, n)
        forms = self._known[msgid1]
        return forms[min(self._plural(n), len(forms) - 1)]


class _Pseudo(gettext.NullTranslations):
    """Every text in brackets and a third longer, as a wordier language would be."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}{'·' * (len(message) // 3)}⟧" if message.strip() else message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def available() -> tuple[str, ...]:
    """English, and each language that has a catalogue beside this file."""
    return (ENGLISH, *sorted({path.stem for path in HERE.glob("*.[pm]o")}))


def code_of(text: str) -> str:
    """The code of a language as people write it: zh-CN, zh_CN.UTF-8, ZH and 中文 are zh."""
    plain_text = unicodedata.normalize("NFKC", str(text)).strip().casefold()
    code = re.split(r"[-_.@\s]", plain_text, maxsplit=1)[0]
    known = ALIASES.get(plain_text, ALIASES.get(code, code))
    return known if known in (*available(), PSEUDO) else str(text)


def language(code: str = ENGLISH) -> Language:
    """The language of a code, or of another way to write it; OptionError if there is none."""
    return _language(code_of(code))


@lru_cache(maxsize=8)
def _language(code: str) -> Language:
    if code == ENGLISH:
        return Language(code, gettext.NullTranslations())
    if code == PSEUDO:
        return Language(code, _Pseudo())
    if code not in available():
        known = ", ".join(available())
        raise OptionError(
            "--lang", Message("write one of {known}; found {found}", known=known, found=code)
        )
    return Language(code, _catalogue(code))


def usual() -> str:
    """The language that the environment asks for: TENTHIRTY_LANG, else the locale, else English.

    A language that there is no catalogue for is English, for nobody asked for it by name.
    """
    if asked := os.environ.get(VARIABLE):
        try:
            return language(asked).code
        except OptionError as error:
            raise OptionError(VARIABLE, error.problems) from None
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if found := os.environ.get(variable):
            code = code_of(found)
            return code if code in available() else ENGLISH
    code = code_of(locale.getlocale()[0] or "")  # on Windows "Chinese (Simplified)_China"
    return code if code in available() else ENGLISH


def _catalogue(code: str) -> gettext.NullTranslations:
    """The compiled catalogue; the .po file itself where that is newer, or none was compiled."""
    source, compiled = HERE / f"{code}.po", HERE / f"{code}.mo"
    stale = source.is_file() and (
        not compiled.is_file() or source.stat().st_mtime > compiled.stat().st_mtime
    )
    if not stale:
        with compiled.open("rb") as file:
            return gettext.GNUTranslations(file)
    with entrance.reading(source, PlannerError):
        texts = read_po(source)
    header = texts.get("", [""])[0]
    plural = "n != 1"
    for line in header.splitlines():
        if line.startswith("Plural-Forms:"):
            plural = line.partition("plural=")[2].rstrip("; ")
    return _Catalogue(texts, gettext.c2py(plural))


def read_po(path: Path) -> dict[str, list[str]]:
    """[id] its translations, one for each plural form, from a .po file; empty ones left out."""
    found: dict[str, list[str]] = {}
    entry: dict[str, str] = {}
    field, fuzzy = "", False

    def keep() -> None:
        forms = [entry[key] for key in sorted(entry) if key.startswith("msgstr")]
        if "msgid" in entry and all(forms) and not fuzzy:
            found[entry["msgid"]] = forms

    for line in [*path.read_text("utf-8").splitlines(), ""]:
        line = line.strip()
        if not line or (line.startswith(("#", "msgid ")) and "msgid" in entry):
            keep()  # an empty line between entries is usual, and may be missing
            entry, fuzzy = {}, False
        if line.startswith("#"):
            fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
        elif line.startswith("msg"):
            field, _, rest = line.partition(" ")
            entry[field] = ast.literal_eval(rest)
        elif line.startswith('"'):
            entry[field] += ast.literal_eval(line)
    return found
