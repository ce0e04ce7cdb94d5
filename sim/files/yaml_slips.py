"""What input methods and editors put into YAML that looks right and is not; and what to write.

Full-width marks, wide blanks, tabs, a colon without its blank. In a text they are as good as any
other letter, so they are looked for only where they would part keys from values, and told only
where something is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from sim.text import Message
from sim.units import NOTHING, usual

_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\']|\'\')*\'')
_COMMENT: Final = re.compile(r"(?:^|\s)#.*")
_BLOCK: Final = re.compile(r"(\s*)(?:-\s+)?[^#]*:\s*[|>][-+\d]*\s*(?:#.*)?")
_START: Final = r"\s*(?:[-－]\s*)?"
_MARKS: Final = {
    "，": ",", "：": ":", "“": '"', "”": '"', "‘": "'", "’": "'", "「": '"', "」": '"',
    "｛": "{", "｝": "}", "［": "[", "］": "]", "【": "[", "】": "]", "、": ",",
}  # fmt: skip
MOST_SIGNS: Final = 1_000  # of a line that are looked at
_WIDE: Final = "\u3000\xa0"


def in_structure(text: str) -> dict[int, Message]:
    """What to write instead, by the line (1 is the first), where a mark would part keys, values
    or entries."""
    found = {}
    block: int | None = None  # the indentation of the key whose text stands below it
    for number, whole in enumerate(text.splitlines(), start=1):
        line = whole[:MOST_SIGNS]
        indent = len(line) - len(line.lstrip())
        if block is not None and (not line.strip() or indent > block):
            continue
        match = _BLOCK.fullmatch(line)
        block = len(match[1]) if match else None
        bare = _COMMENT.sub("", _QUOTED.sub('""', line))
        if slip := next(_of_structure(bare), None):
            found[number] = slip
    return found


def in_value(told: str) -> Message | None:
    """What to write instead in a value that cannot be read, as it was told."""
    for wrong in re.findall("[０-９Ａ-Ｚａ-ｚ％＃＋－−．]", told):
        return _instead(usual(wrong), wrong)
    return None


def is_other(told: str) -> bool:
    """Whether something wrong is a mistake of its own: no mark in what was found may be why."""
    found = told.values.get("found") if isinstance(told, Message) else None
    if not isinstance(found, str) or found in ("", NOTHING):
        return False
    return usual(found) == found.strip() and not set(found) & {*_MARKS, *_WIDE, ":", "\t", "—", "•"}


def _of_structure(line: str) -> Iterator[Message]:
    margin = line[: len(line) - len(line.lstrip())]
    if "\t" in margin or re.match(r"[^#]*?:\s*\t", line):
        yield Message("write blanks instead of the tab")
    if any(blank in margin for blank in _WIDE) or re.match(rf"{_START}\w+[:：][{_WIDE}]", line):
        yield Message("write ordinary blanks instead of the wide ones")
    if re.match(r"\s*[－—•](?=\s*\S)", line):
        yield _instead("-", line.strip()[0])
    if match := re.match(rf"{_START}([A-Za-z_]\w*)\s*：", line, re.ASCII):
        yield Message(
            'write ":" and a blank after {key} instead of the full-width "："', key=match[1]
        )
    if match := re.match(rf"{_START}([A-Za-z_]\w*):(?!//)[^\s]", line, re.ASCII):
        yield Message("write a blank after the colon of {key}", key=match[1])
    value = re.match(rf"{_START}\w+:\s+([“”‘’「｛［【])", line)
    if value:
        yield _instead(_MARKS[value[1]], value[1])
    if re.search(r"[\[{｛［]", line):
        for wrong in re.findall("[，：“”‘’「」｛｝［］【】、]", line):
            yield _instead(_MARKS[wrong], wrong)
        if re.search(rf"[{{,]\s*\w+:[{_WIDE}]", line):
            yield Message("write ordinary blanks instead of the wide ones")
        if match := re.search(r"[{,]\s*([A-Za-z_]\w*):(?!//)[^\s]", line, re.ASCII):
            yield Message("write a blank after the colon of {key}", key=match[1])


def _instead(right: str, wrong: str) -> Message:
    return Message("write {right} instead of the full-width {wrong}", right=right, wrong=wrong)
