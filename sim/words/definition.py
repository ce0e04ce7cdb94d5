"""What a measure or a term is called and means."""

from __future__ import annotations

from typing import NamedTuple

from sim.text import Message


class Definition(NamedTuple):
    """A measure or a term: its name, its meaning, other names it goes by, and its formula.

    A formula is the same in every language; `sim.words.symbols` says what its letters stand for.
    """

    name: Message
    meaning: Message
    others: tuple[Message, ...] = ()
    formula: str = ""  # only of measures
