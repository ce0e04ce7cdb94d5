"""Text files as people have them: UTF-8, or GB 18030 as Chinese Windows writes it."""

from __future__ import annotations

from pathlib import Path


def read_text(path: Path) -> str:
    """A text file as UTF-8, or as GB 18030 as Chinese Windows writes it."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")  # UnicodeDecodeError again if it is no text at all
