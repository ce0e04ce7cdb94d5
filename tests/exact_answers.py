"""What tests against exact answers share: measuring, comparing, and Markov chains."""

from __future__ import annotations

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import spsolve

from sim.policies.clock import NONE
from sim.prepare import demand, draws, system

REPLICATIONS = 10
WARM_UP_S = 3 * 86_400.0


def measured(scenario, engine, of):
    """[replication, value] what `of(calls, log, assigned_at, some)` says of calls after the
    warm-up; `assigned_at`: [call] to whom an ambulance was sent, when; nan of others."""
    made, source = system.build(scenario), demand.build(scenario)
    found = []
    for number in range(REPLICATIONS):
        calls = draws.draw(source, 11, number)
        log = engine(made, calls)
        assigned_at = np.full(len(calls.place), np.nan)
        sent = np.flatnonzero(log.call != NONE)[::-1]  # of several the first
        assigned_at[log.call[sent]] = log.assigned_at[sent]
        found.append(of(calls, log, assigned_at, calls.received_at >= WARM_UP_S))
    return np.array(found)


def hold(values, exact, most_error=0.03):
    """The mean lies within four standard errors, which are small enough to mean something."""
    mean = values.mean(axis=0)
    error = values.std(axis=0, ddof=1) / len(values) ** 0.5
    assert np.all(error < most_error), error
    assert np.all(np.abs(mean - exact) <= 4 * error + 0.002), (mean, exact, error)


def chain(start, moves):
    """The states of a Markov chain and how likely each is in the long run.

    `moves(state)`: (rate, state) of each way out; a state may move to itself.
    """
    states, known, ways = [start], {start: 0}, []
    for state in states:
        for rate, after in moves(state):
            if after not in known:
                known[after] = len(states)
                states.append(after)
            ways.append((known[state], known[after], rate))
    tail, head, rate = (np.array(column) for column in zip(*ways, strict=True))
    size = len(states)
    flow = sparse.csr_matrix((rate, (head, tail)), (size, size))
    flow = (flow - sparse.diags(np.bincount(tail, rate, size))).tolil()
    flow[0] = 1  # instead of one balance, which follows from the others
    wanted = np.zeros(size)
    wanted[0] = 1
    return dict(zip(states, spsolve(flow.tocsc(), wanted), strict=True))


def waiting_line(units, load):
    """Chance to wait, and mean wait in mean busy times, of M/M/c."""
    chance = 1.0
    for busy in range(1, units + 1):
        chance = load * chance / (busy + load * chance)  # Erlang's loss
    waits = chance * units / (units - load * (1 - chance))
    return waits, waits / (units - load)
