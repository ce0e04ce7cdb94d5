"""What a measure or a term is called and means."""

from __future__ import annotations

from typing import NamedTuple

from sim.text import Message


class Definition(NamedTuple):
    """A measure or a term: its name, its meaning, and other names it goes by."""

    name: Message
    meaning: Message
    others: tuple[Message, ...] = ()
