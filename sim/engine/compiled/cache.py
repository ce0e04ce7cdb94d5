"""Compiling once per machine: what numba makes is kept on disk, under a hash of its sources.

Numba notices an edit of the file that holds a compiled function, but not of the files whose
functions it calls: it would go on with old rules. So the folder in which it keeps its work is named
by the text of the rules and of every room of this engine.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any

import numba
from numba.core import config
from numba.extending import register_jitable

from sim import policies
from sim.files.cache import cache_folder
from sim.geography.roads import folding
from sim.model import calendar, log
from sim.policies import clock, dispatch, hospitals, standby

RULES = (
    clock.on_grid,
    clock.turn_back_s,
    clock.serving_seconds,
    dispatch.is_first,
    dispatch.can_be_sent,
    dispatch.waiting_key,
    dispatch.nearest_point,
    hospitals.choose_hospital,
    standby.standby_station,
    folding.stretch_s,
    calendar.band_at,
)
for _rule in RULES:
    register_jitable(_rule)


def _sources() -> list[Path]:
    """Every file of the rules and of this engine, and the rooms elsewhere of which it compiles."""
    elsewhere = {Path(rule.__code__.co_filename) for rule in RULES}
    elsewhere |= {Path(log.__file__)}  # its fields are passed by their order
    folders = (Path(policies.__path__[0]), Path(__file__).parent)
    return sorted(elsewhere.union(*(folder.glob("*.py") for folder in folders)))


def _folder() -> Path:
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source.read_bytes())
    return cache_folder() / "compiled" / digest.hexdigest()[:16]


FOLDER = _folder()


def is_kept() -> bool:
    """Whether this machine has compiled these rules before."""
    return FOLDER.is_dir() and any(FOLDER.rglob("*.nbc"))


@lru_cache
def can_keep() -> bool:
    """Whether the folder can be written. The first time that it is asked, the folder is made."""
    try:
        FOLDER.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(FOLDER, os.W_OK)


_njit: Any = numba.njit  # whose types do not know all of its options
_config: Any = config
# No function here allocates. Counting references to arrays, and passing all of them to a function
# that is not inlined, would each cost more than the function itself.
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "_nrt": False,
    "forceinline": True,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,
}


def compiled(function: Callable[..., Any]) -> Any:
    """The function compiled, to be called from compiled functions only."""
    return _njit(function, no_cpython_wrapper=True, **_OPTIONS)


def entry(function: Callable[..., Any]) -> Any:
    """The function compiled when it is first called, and kept; other threads run beside it."""
    wrapped: list[Any] = []

    @wraps(function)
    def call(*arguments: Any) -> Any:
        if not wrapped:
            with _one_at_a_time:
                if not wrapped:
                    wrapped.append(_kept(function))
        return wrapped[0](*arguments)

    return call


_one_at_a_time = threading.Lock()


def _kept(function: Callable[..., Any]) -> Any:
    before = _config.CACHE_DIR
    _config.CACHE_DIR = str(FOLDER)  # read when the function is wrapped, and only then
    try:
        return _njit(function, cache=can_keep(), **_OPTIONS)
    finally:
        _config.CACHE_DIR = before
