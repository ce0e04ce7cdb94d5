"""How what is wrong with a map is told: the layer and column, the first rows, what stands there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from sim.text import Message

FEW: Final = 5  # rows in a message


def layer_field(name: str) -> Message:
    return Message("layer {layer}", layer=name)


def column_field(layer: str, column: str) -> Message:
    return Message("layer {layer}, column {column}", layer=layer, column=column)


def rows_shown(odd: np.ndarray) -> str:
    """The first rows that are meant, counted from 1, and how many more there are."""
    at = np.flatnonzero(odd)
    shown = ", ".join(str(row + 1) for row in at[:FEW].tolist())
    if len(at) <= FEW:
        return shown
    return Message("{names} … ({all:,} in all)", names=shown, all=len(at))


def shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.12g}"
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"


NOTHING: Final = Message("nothing")


def found_shown(found: Sequence[str]) -> str:
    """What stands in the first rows that are meant, each once; "" where there is nothing."""
    some = ", ".join(dict.fromkeys(one for one in found if one))
    if not some:
        return NOTHING
    return some if all(found) else Message("{found} and nothing", found=some)


def listed(values: Any) -> str:
    return ", ".join(dict.fromkeys(shown(one) for one in list(values)[:FEW]))
