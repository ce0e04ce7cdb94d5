"""The arrays of calls, of a log or of tallies by their names, whichever of them are there."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np


class NamedColumns(Protocol):
    """A named tuple of arrays, numbers, None, and more such tuples."""

    def _asdict(self) -> dict[str, Any]: ...


def columns(of: NamedColumns) -> dict[str, np.ndarray]:
    """Every array by its name, those of tuples within it as `needs.call`; None is left out."""
    found: dict[str, np.ndarray] = {}
    for name, value in of._asdict().items():
        if hasattr(value, "_asdict"):
            found |= {f"{name}.{part}": column for part, column in columns(value).items()}
        elif value is not None:
            found[name] = np.asarray(value)
    return found
