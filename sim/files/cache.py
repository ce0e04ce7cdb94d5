"""What is kept between runs under the user's cache folder, and hashes by which it is found."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path


def cache_folder() -> Path:
    """Where tables are kept: TENTHIRTY_CACHE, else the user's cache folder."""
    if named := os.environ.get("TENTHIRTY_CACHE"):
        return Path(named)
    return user_cache_path("tenthirty", appauthor=False)


def add_array(digest: hashlib._Hash, array: np.ndarray) -> None:
    """Add an array to a hash: the kind of its numbers, its shape, and the numbers."""
    digest.update(str((array.dtype, array.shape)).encode())
    digest.update(np.ascontiguousarray(array).tobytes())
