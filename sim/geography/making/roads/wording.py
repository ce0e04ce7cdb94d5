"""How road data write a word: letters of any width and case, lists in any brackets."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

EMPTY: Final = frozenset({"", "nan", "null", "<na>", "n/a"})  # what tables write for nothing


@lru_cache(maxsize=8192)
def word(text: str) -> str:
    """The word in small letters of usual width, without spaces around it."""
    plain = unicodedata.normalize("NFKC", text).replace("\u2212", "-")
    return plain.strip().strip("'\"").strip().casefold()


def pieces(text: str) -> list[str]:
    """What is said of each piece of a road that was joined of several, as "['yes', 'no']".

    A text that is no such list is its only piece.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain[:1] + plain[-1:] not in ("[]", "()", "{}"):
        return [text]
    inside = plain[1:-1]
    quoted = re.findall(r"'([^']*)'|\"([^\"]*)\"", inside)
    return [a or b for a, b in quoted] or re.split(r"[,;|]", inside)


def values(text: str) -> list[str]:
    """The words of a list: "agricultural;forestry", "a|b", "a, b", "['a', 'b']"."""
    found = [word(part) for piece in pieces(text) for part in re.split(r"[;|,、；，]", piece)]
    return [one for one in found if one not in EMPTY]


def said(tags: Mapping[str, str | None]) -> dict[str, str]:
    """The tags that say something: texts of no value are left out."""
    return {key: text for key, text in tags.items() if text is not None and word(text) not in EMPTY}
