"""JSON of people's files: whatever is wrong with it is a ValueError, however deep it is nested."""

from __future__ import annotations

import json
from typing import Any

from sim.text import Message


def loads(text: str | bytes) -> Any:
    """The value of a JSON text; ValueError, also of thousands of brackets within each other."""
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError(Message("it is nested too deeply")) from None
