"""What the studies of one command have in common: its workers, and a folder of what is finished."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from sim.errors import OptionError, PlannerError
from sim.files.whole import MARK, alone, real
from sim.study.checkpoints import Checkpoints
from sim.study.effort import Effort
from sim.study.workers import Pool
from sim.text import Message


@contextmanager
def shared(effort: Effort) -> Iterator[Effort]:
    """An effort whose workers, and folder of finished replications, several `Runs` share.

    Both are let go of at the end, unless the effort had them already. OptionError for a folder to
    keep replications in that is none of its own.
    """
    with ExitStack() as open_now:
        checkpoints = effort.checkpoints
        if checkpoints is None:
            folder = None if effort.keep is None else real(Path(effort.keep))
            checkpoints = Checkpoints(folder)
            if folder is not None:
                if os.path.isfile(folder) or os.path.lexists(folder / MARK):
                    text = Message(
                        "a folder of its own; {folder} is a file or holds results",
                        folder=str(folder),
                    )
                    raise OptionError("keep", text)
                open_now.enter_context(alone(folder))
                open_now.enter_context(_mentioned(checkpoints))
        pool = effort.pool
        if pool is None:
            pool = Pool(effort.workers, effort.executor, effort.scheduler)
            open_now.enter_context(pool)
        yield replace(effort, pool=pool, checkpoints=checkpoints)


@contextmanager
def _mentioned(checkpoints: Checkpoints) -> Iterator[None]:
    try:
        yield
    except PlannerError as error:
        checkpoints.mention(error)
        raise
