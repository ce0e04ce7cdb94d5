"""How often, with which calls, and by whom: one value for Python, the prompt and the scenario."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict

from sim import engine as engines
from sim import limits, units
from sim.errors import OptionError
from sim.study import arguments
from sim.study.checkpoints import Checkpoints
from sim.study.stopping import DRAFT, Stopping
from sim.study.workers import Pool
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Watch = Callable[[int, int], None]  # told (runs finished, all that are known of)


class EffortOptions(TypedDict, total=False):
    """The keyword arguments of `sim.rank` and its like; meanings and defaults are `Effort`'s."""

    replications: int | None
    most: int | None
    draft: bool
    seed: int | None
    workers: int | None
    executor: Executor | None
    scheduler: str | None
    engine: str
    watch: Watch | None
    keep: Path | str | None
    pool: Pool | None
    checkpoints: Checkpoints | None
    reuse: bool


@dataclass(frozen=True)
class Effort:
    """How often, with which calls, and by whom. OptionError for what cannot be.

    The result is the same to the last bit wherever it is computed.
    """

    replications: int | None = None
    """How many; None: as the base's study says, else until the headline is precise enough."""
    most: int | None = None
    """At most so many, where precision decides; None: as the base's study says."""
    draft: bool = False
    """Five replications; every figure says so."""
    seed: int | None = None
    """Of the random calls; None: the base's."""
    workers: int | None = None
    """Processes; None: as many as the machine has cores, if there is enough to do."""
    executor: Executor | None = None
    """One of your own instead; then `workers` is how many of its can work at once."""
    scheduler: str | None = None
    """The address of a Dask scheduler instead."""
    engine: str = engines.NAMES[0]
    """`compiled`, or `reference`, which is the model's documentation; both give the same."""
    watch: Watch | None = None
    """Told (runs finished, all that are known of); a run is one replication of one layout."""
    keep: Path | str | None = None
    """A folder for finished replications: what was stopped goes on from there."""
    pool: Pool | None = None
    """Workers that are there already, so that several studies share them."""
    checkpoints: Checkpoints | None = None
    """Finished replications in a folder that is this process's already, instead of `keep`."""
    reuse: bool = True
    """Take up, and leave, finished replications of the base in the user's cache folder."""
    fresh: bool = False
    """Other calls of the same seed: those on which nothing was chosen."""
    keep_tables: bool = True
    """Keep tables of travel seconds on disk; not for roads that are tried once."""
    supposed: bool = False
    """Layouts of a world that nobody proposes, like one without a station: simulated even where
    nobody may meet a need."""

    @classmethod
    def of(cls, options: EffortOptions) -> Effort:
        """The effort of keyword arguments; OptionError of one that there is not, too."""
        arguments.known_names(options, EffortOptions.__annotations__)
        return cls(**options)

    def __post_init__(self) -> None:
        arguments.truth("draft", self.draft)
        if self.draft and (self.replications is not None or self.most is not None):
            raise OptionError("draft", Message("it means {n} replications: name it alone", n=DRAFT))
        if self.replications is not None:
            arguments.whole("replications", self.replications, *limits.REPLICATIONS)
        if self.most is not None:
            arguments.whole("most", self.most, *limits.AT_MOST)
        if self.replications is not None and self.most is not None:
            raise OptionError(
                "most",
                Message("it bounds a number chosen by precision: leave out replications"),
            )
        if self.seed is not None:
            arguments.whole("seed", self.seed, *limits.SEED)
        if self.keep is not None:
            arguments.path("keep", self.keep)
        if self.watch is not None and not callable(self.watch):
            message = Message("write a function; found {found}", found=units.spelt(self.watch))
            raise OptionError("watch", message)
        if not isinstance(self.engine, str) or self.engine not in engines.NAMES:
            one, other = engines.NAMES
            raise OptionError(
                "engine",
                Message("write {one} or {other}; found {found}", one=one, other=other,
                        found=units.shown(self.engine)),
            )  # fmt: skip
        self._check_who_works()

    def _check_who_works(self) -> None:
        workers, executor, scheduler = self.workers, self.executor, self.scheduler
        if scheduler is not None and (executor is not None or workers is not None):
            raise OptionError("scheduler", Message("name it alone, without workers or an executor"))
        if workers is not None and (not isinstance(workers, int) or workers < 1):
            text = Message(
                "a number of processes, at least 1; found {found}", found=units.spelt(workers)
            )
            raise OptionError("workers", text)
        if workers is not None:
            arguments.whole("workers", workers, *limits.WORKERS)
        if executor is not None and (isinstance(executor, type) or not hasattr(executor, "submit")):
            text = Message(
                "an executor that has `submit`; found {found}", found=units.spelt(executor)
            )
            raise OptionError("executor", text)
        if scheduler is not None and (not isinstance(scheduler, str) or ":" not in scheduler):
            text = Message(
                "an address like {example}; found {found}",
                example="tcp://10.0.0.5:8786", found=units.spelt(scheduler),
            )  # fmt: skip
            raise OptionError("scheduler", text)

    def stopping(self, base: Scenario) -> Stopping:
        """When there are enough replications: as is asked for, else as the base's study says."""
        study = base.settings.study
        fixed = DRAFT if self.draft else self.replications
        if fixed is None and self.most is None:
            fixed = study.replications
        aim = study.matters.share / 2
        return Stopping(fixed, self.most or study.most_replications, aim, self.draft)

    def seed_of(self, base: Scenario) -> int:
        """The seed that was asked for, else the base's."""
        return base.settings.study.seed if self.seed is None else self.seed
