"""JSON of people's files: whatever is wrong with it is a ValueError, however deep it is nested."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sim.text import Message

Look = Callable[[list[tuple[str, Any]]], dict[str, Any]]


def loads(text: str | bytes, look: Look | None = None) -> Any:
    """The value of a JSON text; ValueError, also of thousands of brackets within each other.

    `look`: what makes an object of its pairs, keys that stand twice among them.
    """
    try:
        return json.loads(text, object_pairs_hook=look)
    except RecursionError:
        raise ValueError(Message("it is nested too deeply")) from None
