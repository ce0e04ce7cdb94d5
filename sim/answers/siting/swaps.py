"""Good plans of p-median found quickly: a greedy choice, then swaps of one site for another."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.answers.siting.problem import SitingProblem

BETTER = 1e-12  # share by which a swap must be better, or rounding could swap for ever

Plans = dict[tuple[int, ...], float]


class Served(NamedTuple):
    """From where the open sites of a plan serve: [point]."""

    first: np.ndarray  # cost from the nearest
    second: np.ndarray  # from the next, inf where only one is open
    by: np.ndarray  # place of the nearest in the list of open sites


def costs_of(problem: SitingProblem) -> np.ndarray:
    """Weight × time of each [point, site]; inf where there is no way, or none may be open."""
    return problem.weight[:, None] * np.where(problem.allowed, problem.time, np.inf)


def improved(
    problem: SitingProblem, costs: np.ndarray, start: np.ndarray | None, plans: Plans
) -> list[int]:
    """Swap sites of a plan as long as that helps; put the plans near the last one into `plans`.

    `start`: open sites, as many as asked for, fixed ones included; None for a greedy choice. Every
    round finds the best of all swaps at once (Resende & Werneck 2007).
    """
    # Dearer than all plans that serve everyone, and still a number to count with.
    lost = 2 * float(np.where(np.isfinite(costs), costs, 0.0).max(axis=1, initial=0.0).sum()) + 1.0
    priced = np.where(np.isfinite(costs), costs, lost)
    chosen = _greedy(problem, priced) if start is None else np.flatnonzero(start).tolist()
    closed = problem.fixed[chosen]
    while True:
        served = _served(priced, chosen)
        value = float(served.first.sum())
        change = _changes(priced, chosen, served)
        change[~problem.allowed] = np.inf
        change[chosen] = np.inf
        change[:, closed] = np.inf
        order = np.argpartition(change, min(problem.best, change.size) - 1, axis=None)
        site, place = np.unravel_index(np.argmin(change), change.shape)
        if not change[site, place] < -BETTER * value:
            break
        chosen[place] = int(site)
    _note(problem, costs, chosen, plans)
    for at in order[: problem.best].tolist():
        site, place = np.unravel_index(at, change.shape)
        if np.isfinite(change[site, place]):
            _note(problem, costs, [*chosen[:place], int(site), *chosen[place + 1 :]], plans)
    return chosen


def _note(problem: SitingProblem, costs: np.ndarray, chosen: list[int], plans: Plans) -> None:
    value = float(costs[:, chosen].min(axis=1).sum())
    if np.isfinite(value):
        plans[tuple(sorted(chosen))] = value


def _greedy(problem: SitingProblem, priced: np.ndarray) -> list[int]:
    """The fixed sites, then each time the site that takes off the most."""
    assert problem.p is not None
    chosen = np.flatnonzero(problem.fixed).tolist()
    nearest = priced[:, chosen].min(axis=1, initial=np.inf)
    while len(chosen) < problem.p:
        sums = np.minimum(priced, nearest[:, None]).sum(axis=0)
        sums[~problem.allowed] = np.inf
        sums[chosen] = np.inf
        chosen.append(int(np.argmin(sums)))
        nearest = np.minimum(nearest, priced[:, chosen[-1]])
    return chosen


def _served(priced: np.ndarray, chosen: list[int]) -> Served:
    own = priced[:, chosen]
    by, every = own.argmin(axis=1), np.arange(len(own))
    first = own[every, by]
    own[every, by] = np.inf
    return Served(first, own.min(axis=1), by)


def _changes(priced: np.ndarray, chosen: list[int], served: Served) -> np.ndarray:
    """What it changes to open a site and close one of the chosen: [site, place in `chosen`]."""
    opening = np.minimum(priced, served.first[:, None])
    change = np.empty((priced.shape[1], len(chosen)))
    # A point whose nearest site closes goes to the new one or to its second; the others gain.
    moved = np.minimum(priced, served.second[:, None]) - opening
    everywhere = opening.sum(axis=0) - served.first.sum()
    for place in range(len(chosen)):
        change[:, place] = everywhere + moved[served.by == place].sum(axis=0)
    return change
