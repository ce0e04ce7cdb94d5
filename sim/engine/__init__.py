"""While the clock runs: one contract, `run(system, calls) -> Log`, kept by two engines."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sim.files.cache import cache_folder
from sim.model.calendar import Window
from sim.model.calls import Calls
from sim.model.log import Log
from sim.model.system import System
from sim.model.totals import Totals

NAMES = ("compiled", "reference")  # the first is what studies use unless told otherwise


class Engine(Protocol):
    """`run` for one layout and many replications."""

    def pack(self, calls: Calls) -> Any:
        """Calls in the form in which this kind of engine reads them, whatever the layout.

        A study takes the same calls through many layouts, and packs them once.
        """

    def run(self, calls: Any) -> Log:
        """What the layout does with these Calls, packed or not."""

    def totals(
        self, calls: Any, window: Window, target_s: tuple[float, float], townships: int
    ) -> Totals | None:
        """The same added up; None of an engine that writes logs only."""


def make(name: str, systems: Iterable[System], like: Engine | None = None) -> list[Engine]:
    """An engine of this name for each layout; only that one is imported.

    `like`: that of another layout, of the same name: what is the same is taken over from it.
    """
    if name == "reference":
        from sim.engine import reference

        return [reference.Engine(system) for system in systems]

    from sim.engine import compiled

    known = like if isinstance(like, compiled.Engine) else None
    return [compiled.Engine(system, known) for system in systems]


class OwnEngineRules(NamedTuple):
    """Rules of one's own as functions of numbers: see `reference.own_rules`; None: the model's."""

    dispatch: Callable[..., Any] | None = None
    standby: Callable[..., Any] | None = None


def make_own(system: System, rules: OwnEngineRules) -> Engine:
    """An engine that follows rules of one's own: functions of Python, so the reference engine."""
    from sim.engine import reference

    return reference.Engine(system, *rules)


def cannot_keep(name: str) -> Path | None:
    """The folder in which compiled rules should be kept, if it cannot be written and has none."""
    if name == "reference":
        return None
    from sim.engine.compiled import cache

    return None if cache.can_keep() else cache_folder()


def is_keeping() -> bool:
    """Whether what is compiled is kept for the next command."""
    from sim.engine.compiled import cache

    return cache.is_keeping()


@contextmanager
def telling_of_compiling(name: str, tell: Callable[[], None]) -> Iterator[None]:
    """Call `tell`, once, when this process has to compile rules for an engine.

    There are two kinds: those of the plain service, and those of all that goes beyond it.
    """
    if name == "reference":
        yield
        return
    from sim.engine.compiled.cache import told_of_compiling

    told: list[bool] = []

    def once() -> None:
        if not told:
            told.append(True)
            tell()

    told_of_compiling.append(once)
    try:
        yield
    finally:
        told_of_compiling.remove(once)


def is_ready(name: str) -> bool:
    """Whether an engine can begin at once; otherwise it is compiled first, in half a minute."""
    if name == "reference":
        return True
    from sim.engine.compiled.cache import is_kept

    return is_kept()
