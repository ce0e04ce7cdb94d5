"""The first line of a scenario that was fitted: by whom, and the hash of all that follows.

A file that only mentions the command, or that was changed by hand since, is not written over.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

MARK: Final = re.compile(rb"# written by tenthirty calibrate, sha256 ([0-9a-f]{64})\r?\n")


def marked(text: str) -> bytes:
    """The file of a text, with its mark as the first line."""
    return f"# written by tenthirty calibrate, sha256 {_hash(text.encode())}\n{text}".encode()


def is_ours(content: bytes) -> bool:
    """Whether a file was once written here."""
    return MARK.match(content) is not None


def is_whole(content: bytes) -> bool:
    """Whether it still is as it was written, but for how its lines end."""
    found = MARK.match(content)
    return found is not None and found[1].decode() == _hash(content[found.end() :])


def _hash(content: bytes) -> str:
    return hashlib.sha256(content.replace(b"\r\n", b"\n")).hexdigest()
