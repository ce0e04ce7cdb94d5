"""Totals: what an engine adds up of one replication where nobody asks for its log."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

WITHIN, MEAN, COUNTED = 0, 1, 2  # what is counted: reached in time; seconds of those reached


class Totals(NamedTuple):
    """Sums over the calls received within a window, and of the ambulances' time in it.

    The control is the sum over all answers (see `sim.model.log.answers`), less as often the answer
    of each call's own place; without columns where nothing is asked. Answers count in float32.
    """

    above: np.ndarray  # [counted, area, township]
    below: np.ndarray  # [counted, area, township] the calls among which
    control_above: np.ndarray  # [counted, area, township]
    control_below: np.ndarray  # [counted, area, township]
    answers: int  # of each call; 1 where nothing is asked
    served: np.ndarray  # [station] calls reached by its ambulances
    busy_s: np.ndarray  # [ambulance] assigned → cleared or diverted, while on shift
