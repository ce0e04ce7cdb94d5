"""What the page says by itself on which a station is dragged: one text for each of its places."""

from __future__ import annotations

from typing import Final

from sim.text import Message

TEXTS: Final[dict[str, Message]] = {}
