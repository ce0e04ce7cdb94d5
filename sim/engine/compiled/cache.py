"""Compiling once per machine: what numba makes is kept on disk, under a hash of its sources.

Numba notices an edit of the file that holds a compiled function, but not of the files whose
functions it calls: it would go on with old rules. So the folder in which it keeps its work is named
by the text of the rules and of every room of this engine.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
import threading
from collections.abc import Callable
from functools import lru_cache, wraps
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.environment import Environment
from numba.core.serialize import dumps
from numba.extending import register_jitable

from sim import policies
from sim.engine.compiled import inlining
from sim.files.cache import keep, kept, kept_at
from sim.files.private import make_private
from sim.geography.roads import folding
from sim.model import calendar, log
from sim.policies import assignment, clock, dispatch, eligibility, hospitals, standby, targets

RULES = (
    clock.on_grid,
    clock.turn_back_s,
    clock.serving_seconds,
    dispatch.is_first,
    dispatch.can_be_sent,
    dispatch.waiting_key,
    dispatch.nearest_point,
    eligibility.takes_calls,
    eligibility.is_kept_back,
    eligibility.may_help,
    eligibility.is_within,
    hospitals.choose_hospital,
    hospitals.is_closed,
    hospitals.expected_wait_s,
    hospitals.choose_destination,
    standby.standby_station,
    standby.has_room,
    standby.count_covered,
    standby.gain_of_one_more,
    standby.dmexclp_station,
    standby.uncovered,
    assignment.assign,
    assignment._least_total,
    assignment._settle_ties,
    assignment._same_drives,
    assignment.post_of,
    targets.in_time,
    targets.reached,
    folding.stretch_s,
    calendar.band_at,
    calendar.next_band_at,
)
ENDING = ".code"
# What the names of numba's own runtime begin with. Code that names none is complete as it is: the
# third of a second stays unspent in which numba gets ready to compile.
RUNTIME = b"NRT_"
VERSIONS = (numba.__version__, version("llvmlite"), sys.version)
for _rule in RULES:
    register_jitable(_rule)


def _sources() -> list[Path]:
    """Every file of the rules and of this engine, and the rooms elsewhere of which it compiles."""
    elsewhere = {Path(rule.__code__.co_filename) for rule in RULES}
    elsewhere |= {Path(log.__file__)}  # its fields are passed by their order
    folders = (Path(policies.__path__[0]), Path(__file__).parent)
    return sorted(elsewhere.union(*(folder.glob("*.py") for folder in folders)))


@lru_cache
def _sources_hash() -> str:
    digest = hashlib.sha256()
    for source in _sources():
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _folder() -> Path | None:
    """Where these rules are kept, if they may be."""
    return kept_at("compiled", _sources_hash())


LONGEST = ".serve"  # the entry that takes more than a moment
told_of_compiling: list[Callable[[], None]] = []  # each time that it is compiled


def is_keeping() -> bool:
    """Whether what is compiled now is there for the next process: there is a folder for it."""
    return _folder() is not None and can_keep()


def is_kept() -> bool:
    """Whether this machine has compiled these rules before."""
    folder = _folder()
    try:
        return folder is not None and any(map(kept, folder.glob(f"*{ENDING}")))
    except OSError:
        return False


def can_keep() -> bool:
    """Whether compiled rules can be kept, or are already. The folder is made if need be."""
    folder = _folder()
    if folder is None:  # why not was told when that was found
        return True
    try:
        make_private(folder)
    except OSError:
        return False
    return os.access(folder, os.W_OK) or is_kept()


_njit: Any = numba.njit  # whose types do not know all of its options
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
    return _njit(function, no_cpython_wrapper=True, **inlining.options(), **_OPTIONS)


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
    dispatcher = _njit(function, **_OPTIONS)
    folder = _folder()
    if folder is not None:
        dispatcher._cache = KeptCode(function, folder)  # as its `enable_caching` would
    return dispatcher


def _is_numbas(surroundings: Environment) -> bool:
    """Whether these are of a function of numba's own."""
    return str(surroundings.globals.get("__name__")).partition(".")[0] == "numba"


class KeptCode(_Cache):
    """What numba makes of one function, a file for each kind of arguments and of processor.

    Numba's own cache unpickles whatever lies in its folder. Here that is done only with what
    vouches for itself, in a folder that nobody else may change.
    """

    def __init__(self, function: Callable[..., Any], folder: Path):
        self._name = f"{Path(function.__code__.co_filename).stem}.{function.__qualname__}"
        self._folder = folder

    @property
    def cache_path(self) -> str:
        return str(self._folder)

    def load_overload(self, sig: Any, target_context: Any) -> Any:
        """The compiled function, or None, whatever may be wrong with what was kept."""
        data = kept(self._path(sig, target_context.codegen()))
        if data is None:
            if self._name.endswith(LONGEST):
                for told in told_of_compiling:
                    told()
            return None
        if RUNTIME in data:  # none of it is, for nothing here allocates
            target_context.refresh()
        try:
            return CompileResult._rebuild(target_context, *pickle.loads(data))
        except Exception:  # of a version that no name tells apart: it is compiled again
            return None

    def save_overload(self, sig: Any, data: Any) -> None:
        """Keep a compiled function, if the disk lets us.

        Without the surroundings of what numba itself put into it, unless they hold a value: nothing
        looks into them, and numba would open half of its rooms to set them up again.
        """
        *parts, surroundings = data._reduce()
        needed = [one for one in surroundings if one.consts or not _is_numbas(one)]
        keep(self._path(sig, data.codegen), [dumps((*parts, tuple(needed)))])

    def _path(self, sig: Any, codegen: Any) -> Path:
        follows_from = (sig, codegen.magic_tuple(), VERSIONS)
        return (
            self._folder
            / f"{self._name}-{hashlib.sha256(repr(follows_from).encode()).hexdigest()[:16]}{ENDING}"
        )

    def enable(self) -> None:
        """Nothing to do: it is."""

    def disable(self) -> None:
        """Nothing to do: nobody does."""

    def flush(self) -> None:
        """Nothing to do: what is kept has a name of its own."""
