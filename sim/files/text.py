"""Text files as people have them: Unicode, or a code page of a Chinese or Western Windows.

What is not Unicode is tried as GB 18030, as Big5 and as Windows-1252, and the reading that looks
like something that people write is taken: a Chinese code page gives a meaning to almost any two
bytes, so that they can be read proves nothing.
"""

from __future__ import annotations

import codecs
import re
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from sim.text import Message

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
TITLES: Final = {
    "utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16-le": "UTF-16",
    "utf-16-be": "UTF-16", "utf-32": "UTF-32", "gb18030": "GB 18030", "cp950": "Big5",
    "cp1252": "Windows-1252",
}  # fmt: skip
# What tables of places and people are full of, in both scripts.
USUAL: Final = frozenset(
    "名称稱经經度纬緯人口站点點医醫院急救中心镇鎮乡鄉县縣市区區村街道路东東南西北上下大小新老"
    "类類型编編号號时時间間分秒年月日公里米万萬合计計总總数數地址第一二三四五六七八九十"
    "甲乙丙丁社会會卫衛生局所室号長长山河湖江海城关關门門龙龍石金木水火土白黄黃红紅家国國民安平高桥橋山港湾灣台臺州阳陽"
)
PLAUSIBLE: Final = 0.75  # of the characters
SOME_BYTES: Final = 200_000  # are judged; a file is in one encoding


class Decoded(NamedTuple):
    """A file's text, and in which encoding it was found."""

    text: str
    encoding: str  # by Python's name

    @property
    def title(self) -> str:
        """The encoding as people call it."""
        return TITLES.get(self.encoding, self.encoding)


class EncodingError(ValueError):
    """No encoding that we know makes text of the bytes, or several do; says which to name."""


NO_TEXT = Message("this is not a text file in UTF-8, UTF-16, GB 18030, Big5 or Windows-1252")
UNSURE = Message(
    "its encoding is not clear: as {first} it begins with {text}, as {second} with {other}; "
    "write --encoding {first} or --encoding {second}, or save it as UTF-8"
)


def read_text(path: Path, encoding: str = "") -> str:
    """A text file in the encoding that is named, else in the one that it looks like."""
    return read_decoded(path, encoding).text


def read_decoded(path: Path, encoding: str = "") -> Decoded:
    """The same with the encoding. EncodingError, OSError."""
    return decode(path.read_bytes(), encoding)


def decode(data: bytes, encoding: str = "") -> Decoded:
    """Bytes as text. `encoding`: what they are in unless they are Unicode; by default found out.

    EncodingError, with a Message, where that cannot be done or cannot be known.
    """
    named = codec(encoding) if encoding else ""
    unicode = _as_unicode(data)
    if unicode is not None:
        return unicode
    return Decoded(_as_named(data, encoding), named) if named else _guessed(data)


def codec(name: str) -> str:
    """Python's name of an encoding; EncodingError if there is none of that name."""
    try:
        found = codecs.lookup(re.sub(r"[\s_-]", "", name)).name
        "".encode(found)  # some codecs make no text
    except (LookupError, UnicodeError):
        message = Message(
            "no encoding is called {name}; write utf-8, gb18030, big5 or cp1252", name=name
        )
        raise EncodingError(message) from None
    return {"gb2312": "gb18030", "gbk": "gb18030", "big5": "cp950", "iso8859-1": "cp1252"}.get(
        found, found
    )


def note(path: Path, found: Decoded, asked: str = "") -> Message | None:
    """What there is to say of an encoding: nothing where it is UTF-8, or the one asked for."""
    if found.title == "UTF-8":
        if not asked or codec(asked).startswith("utf-8") or found.text.isascii():
            return None
        return Message(
            "{file} is UTF-8 and read as such, not as {asked}", file=path.name, asked=asked
        )
    return Message("{file} is read as {encoding}", file=path.name, encoding=found.title)


def _as_named(data: bytes, encoding: str) -> str:
    try:
        return data.decode(codec(encoding))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = Message(
            "line {line} is no text in {encoding}: name another encoding",
            line=line,
            encoding=encoding,
        )
        raise EncodingError(message) from None


def _as_unicode(data: bytes) -> Decoded | None:
    """UTF-8, UTF-16 or UTF-32, by their mark or by what their bytes look like."""
    marked = [name for mark, name in MARKS if data.startswith(mark)]
    try:
        if marked:
            text = data.decode(marked[0])
            return Decoded(text, marked[0]) if _printable(text) else None
        if b"\0" in data:  # of commas and line ends in UTF-16
            _check_few_zeros(data)
            return _as_utf16(data)
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return None


def _check_few_zeros(data: bytes) -> None:
    """EncodingError of a text in which a zero byte stands by itself: in UTF-16 there are many."""
    at = data.index(0)
    if data.count(0) * 5 < len(data):
        with suppress(UnicodeDecodeError):
            data.decode("utf-8")
            line = data.count(b"\n", 0, at) + 1
            raise EncodingError(
                Message("line {line} has a zero byte, which no text has: delete it", line=line)
            )


def _as_utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: of which byte of each pair the zeros are."""
    sample = data[:SOME_BYTES]
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    name = "utf-16-le" if high > low else "utf-16-be"
    text = data.decode(name)
    return Decoded(text, name) if _printable(text) else None


def _printable(text: str) -> bool:
    """No control characters or unassigned signs, as bytes of something else give."""
    return not re.search("[\0-\x08\x0e-\x1a\x1c-\x1f\ufffe\uffff]", text)


# ── which of the old code pages ──────────────────────────────────────────────────────────────


def _guessed(data: bytes) -> Decoded:
    """The most plausible reading; EncodingError if there is none, or two."""
    if b"\0" in data:
        raise EncodingError(NO_TEXT)
    sample = data[:SOME_BYTES]
    sample = sample[: sample.rfind(b"\n") + 1] or sample
    scores = {
        "gb18030": _chinese_score(sample, "gb18030"),
        "cp950": _chinese_score(sample, "cp950"),
        "cp1252": _western_score(sample),
    }
    best, second = sorted(scores, key=lambda name: scores[name], reverse=True)[:2]
    if scores[best] < PLAUSIBLE:
        raise EncodingError(NO_TEXT)
    try:
        text = data.decode(best)
    except UnicodeDecodeError:
        raise EncodingError(NO_TEXT) from None
    if scores[second] >= PLAUSIBLE and scores[best] - scores[second] < 0.1:
        mine, other = _strange(text), _strange(data.decode(second, "replace"))
        names = [{"cp950": "big5"}.get(name, name) for name in (best, second)]
        raise EncodingError(
            Message(UNSURE, first=names[0], text=mine, second=names[1], other=other)
        )
    return Decoded(text, best)


def _strange(text: str) -> str:
    """The first word that is not plain ASCII."""
    found = re.search(r"[^\s,;|\t]*[^\x00-\x7f][^\s,;|\t]*", text)
    return found[0][:12] if found else ""


def _chinese_score(data: bytes, name: str) -> float:
    """0 to 1 (more with usual words): how far the bytes read as Chinese in an old code page."""
    try:
        text = data.decode(name)
    except UnicodeDecodeError:
        return 0.0
    worth, usual, number = 0.0, 0, 0
    for at, sign in enumerate(text):
        if sign.isascii():
            continue
        number += 1
        glued = _is_letter(text[at - 1 : at]) and _is_letter(text[at + 1 : at + 2])
        worth += _commonness(sign, name) * (0.3 if glued else 1.0)
        usual += sign in USUAL
    return (worth + usual) / number if number else 0.0


def _is_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _commonness(sign: str, name: str) -> float:
    """How usual a character is in what is written in that code page: by its place in it."""
    code = sign.encode(name)
    if len(code) != 2:
        return 0.2
    lead, trail = code
    if name == "cp950":  # 5,401 common characters up to C67E
        return 1.0 if 0xA4 <= lead <= 0xC6 else 0.9 if lead in (0xA1, 0xA2) else 0.3
    if trail < 0xA1:  # of GBK: thousands of rare ones, most of them traditional
        return 0.5 if trail >= 0x80 and lead <= 0xFD and sign in USUAL else 0.3
    if 0xB0 <= lead <= 0xD7:  # 3,755 common characters
        return 1.0
    return 0.9 if lead in (0xA1, 0xA3) else 0.6 if 0xD8 <= lead <= 0xF7 else 0.2


_RUN = re.compile(rb"[\x80-\xff]+")
_SIGNS = "°ºª²³’‘“”–—…€£«»§·½\u00a0"
_LETTERS = frozenset("ŠšŽžŒœŸ") | {chr(n) for n in range(0xC0, 0x100)} - {"×", "÷"}


def _western_score(data: bytes) -> float:
    """0 to 1: of the bytes beyond ASCII, those that stand alone or in twos within a word."""
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        return 0.0
    fitting, number = 0.0, 0
    for run in _RUN.finditer(data):
        number += len(run[0])
        around = data[run.start() - 1 : run.start()] if run.start() else b""
        in_word = around.isalpha() or data[run.end() : run.end() + 1].isalpha()
        text = run[0].decode("cp1252")
        letters = all(sign in _LETTERS for sign in text)
        if len(text) == 1:
            fitting += 1.0 if letters else 0.8 if text in _SIGNS else 0.3
        elif len(text) == 2 and letters and in_word:
            fitting += 2
    return fitting / number if number else 0.0
