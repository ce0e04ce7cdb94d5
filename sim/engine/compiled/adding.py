"""What became of the calls and of their answers, added up by area and township."""

from __future__ import annotations

import numpy as np

from sim.engine.compiled.cache import compiled, entry
from sim.model.totals import MEAN, WITHIN
from sim.policies.clock import NONE
from sim.policies.targets import in_time, reached


@compiled
def _add(above, below, area, township, response_s, target_s, times):
    """One response, so many times, to the sums of everything that is counted."""
    below[WITHIN, area, township] += times
    if in_time(response_s, target_s):
        above[WITHIN, area, township] += times
    if reached(response_s):
        below[MEAN, area, township] += times
        above[MEAN, area, township] += times * response_s


@entry
def add_up(calls, where, state, home, target_s, totals):
    """Add the calls received within the window, and what their answers say, to the totals."""
    duty, asked_s = state.duty, state.log.asked_s
    answers = asked_s.shape[1]
    for call in range(len(calls)):
        received_at = calls[call].received_at
        if not duty.start_s <= received_at < duty.end_s:
            continue
        area, own = where.area[call], where.township[call]
        response_s, target = state.arrives_at[call] - received_at, target_s[area]
        _add(totals.above, totals.below, area, own, response_s, target, 1.0)
        if state.comes[call] != NONE:
            totals.served[home[state.comes[call]]] += 1
        for which in range(answers):
            answer_s = np.float64(np.float32(asked_s[call, which]))
            township, times = own, 1.0 - answers
            if which > 0:
                township, times = where.other_township[call, which - 1], 1.0
            _add(
                totals.control_above, totals.control_below, area, township, answer_s, target, times
            )
