"""Mixed-integer programmes in rows and columns, solved by HiGHS until the best is proven."""

from __future__ import annotations

import time as clock
from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_matrix, hstack, vstack

from sim.answers.siting.problem import Infeasible, OutOfTime, known_bound

INFEASIBLE, TIME_OUT, OPTIMAL = 2, 1, 0

# HiGHS takes what differs by 1e-6 as the same, whatever the unit. So the greatest coefficients of
# the objective and of each row are brought to about these, by powers of two, which round nothing.
OBJECTIVE_SCALE, ROW_SCALE = 2.0**16, 2.0**10


class Columns(NamedTuple):
    """Neighbouring columns of a programme."""

    start: int
    stop: int

    def of(self, x: np.ndarray) -> np.ndarray:
        return x[self.start : self.stop]


class Solution(NamedTuple):
    x: np.ndarray  # [column]
    proven: bool
    bound: float  # no solution has a lower objective

    @property
    def best(self) -> float | None:
        """What a plan tells of the bound: None if it is proven, or there is none."""
        return None if self.proven else known_bound(self.bound)

    @property
    def most(self) -> float | None:
        """The same of a model that makes most: its objective is the negative of that."""
        return None if self.best is None else 0.0 - self.best


class Relaxed(NamedTuple):
    """The best solution if no column had to be whole."""

    x: np.ndarray  # [column]
    value: float
    prices: np.ndarray  # [row] what the objective changes by when its limit rises by one


class Programme:
    """Least of objective @ x, with rows low ≤ A x ≤ high; columns and rows are added freely."""

    def __init__(self, ends_at: float | None = None, objective_scale: float = OBJECTIVE_SCALE):
        self._objective: list[np.ndarray] = []
        self._low: list[np.ndarray] = []
        self._high: list[np.ndarray] = []
        self._whole: list[np.ndarray] = []
        self._rows: list[tuple[Any, np.ndarray, np.ndarray]] = []
        self.columns = 0
        self.rows = 0
        self._ends_at, self._objective_scale = ends_at, objective_scale

    def add_columns(
        self, objective: np.ndarray, low: Any = 0.0, high: Any = 1.0, whole: bool = False
    ) -> Columns:
        """Variables and their part in the objective; where they are."""
        count = len(objective)
        self._objective.append(np.asarray(objective, float))
        self._low.append(np.broadcast_to(np.asarray(low, float), count))
        self._high.append(np.broadcast_to(np.asarray(high, float), count))
        self._whole.append(np.full(count, int(whole)))
        self.columns += count
        return Columns(self.columns - count, self.columns)

    def add_rows(self, parts: dict[Columns, Any], low: Any, high: Any) -> None:
        """`parts`: by columns the matrix or the row over them."""
        blocks, at = [], 0
        matrices = {one.start: csr_matrix(np.atleast_2d(m) if isinstance(m, np.ndarray) else m)
                    for one, m in parts.items()}  # fmt: skip
        rows = next(iter(matrices.values())).shape[0]
        for start in sorted(matrices):
            if start > at:
                blocks.append(csr_matrix((rows, start - at)))
            blocks.append(matrices[start])
            at = start + matrices[start].shape[1]
        both = (np.broadcast_to(np.asarray(edge, float), rows) for edge in (low, high))
        self._rows.append((hstack(blocks, "csr"), *both))
        self.rows += rows

    def solve(self) -> Solution:
        """The best; Infeasible if there is none, OutOfTime if none was found in time."""
        objective = np.concatenate(self._objective)
        factor = _factor(np.abs(objective).max(), self._objective_scale)
        rows = self._all_rows()
        found = milp(
            objective * factor,
            integrality=np.concatenate(self._whole),
            bounds=Bounds(np.concatenate(self._low), np.concatenate(self._high)),
            constraints=None
            if rows is None
            else LinearConstraint(rows.matrix, rows.low, rows.high),
            options=self._options(mip_rel_gap=0.0),
        )
        bound = getattr(found, "mip_dual_bound", None)
        bound = -np.inf if bound is None else float(bound) / factor
        if found.x is None:
            _raise_why_not(found, bound)
        proven = found.status == OPTIMAL
        return Solution(found.x, proven, float(objective @ found.x) if proven else bound)

    def relax(self) -> Relaxed:
        """The best if no column had to be whole; Infeasible, OutOfTime as in `solve`."""
        objective = np.concatenate(self._objective)
        factor = _factor(np.abs(objective).max(), self._objective_scale)
        rows = self._all_rows()
        assert rows is not None
        equal = rows.low == rows.high
        under, over = ~equal & np.isfinite(rows.high), ~equal & np.isfinite(rows.low)
        bounds: Any = np.column_stack([np.concatenate(self._low), np.concatenate(self._high)])
        found = linprog(
            objective * factor,
            A_ub=vstack([rows.matrix[under], -rows.matrix[over]], "csr"),
            b_ub=np.concatenate([rows.high[under], -rows.low[over]]),
            A_eq=rows.matrix[equal], b_eq=rows.low[equal],
            bounds=bounds,
            method="highs-ipm", options=self._options(),
        )  # fmt: skip
        if found.x is None or found.status != OPTIMAL:
            _raise_why_not(found, -np.inf)
        prices, unders = np.zeros(len(rows.low)), int(under.sum())
        prices[equal] = found.eqlin.marginals
        prices[under] += found.ineqlin.marginals[:unders]
        prices[over] -= found.ineqlin.marginals[unders:]
        return Relaxed(found.x, float(objective @ found.x), prices * rows.factor / factor)

    def _options(self, **more: float) -> Any:
        """What HiGHS is told, with the time that is left."""
        if self._ends_at is None:
            return more
        return more | {"time_limit": max(0.01, self._ends_at - clock.monotonic())}

    def _all_rows(self) -> _Rows | None:
        """All rows over all columns, to scale; None if there is no row."""
        if not self._rows:
            return None
        whole = [csr_matrix((m.data, m.indices, m.indptr), (m.shape[0], self.columns))
                 for m, _, _ in self._rows]  # fmt: skip
        low = np.concatenate([edge for _, edge, _ in self._rows])
        high = np.concatenate([edge for _, _, edge in self._rows])
        return _scaled(vstack(whole, "csr"), low, high)


class _Rows(NamedTuple):
    """low ≤ matrix @ x ≤ high, each row times its factor."""

    matrix: csr_matrix
    low: np.ndarray
    high: np.ndarray
    factor: np.ndarray


def _raise_why_not(found: Any, bound: float) -> NoReturn:
    if found.status == TIME_OUT:
        raise OutOfTime("no plan was found within the time limit", bound)
    if found.status != INFEASIBLE:
        raise RuntimeError(f"HiGHS ended without an answer: {found.message}")
    raise Infeasible("no plan keeps all that was asked for at once")


def _scaled(rows: csr_matrix, low: np.ndarray, high: np.ndarray) -> _Rows:
    """The same rows; those that only count are left as they are."""
    top = abs(rows).max(axis=1).toarray().ravel()
    factor = np.where(top == 1, 1.0, _factor(top, ROW_SCALE))
    scaled = csr_matrix(rows.multiply(factor[:, None]))
    return _Rows(scaled, low * factor, high * factor, factor)


def _factor(top: Any, wanted: float) -> Any:
    """The power of two that brings a number to about what is wanted; 1 for 0."""
    exponent = np.floor(np.log2(wanted / np.where(top > 0, top, wanted)))
    return np.exp2(exponent)


def best_plans(
    count: int,
    solve: Callable[[], Solution],
    plan_of: Callable[[Solution], Any],
    exclude: Callable[[Any], None],
) -> list[Any]:
    """The best plan, then the best of the others, and so on; fewer if there are no more.

    Nothing follows a plan that is not proven: its time is up, and a better one may be left.
    """
    plans: list[Any] = []
    while len(plans) < count and (not plans or plans[-1].proven):
        try:
            plans.append(plan_of(solve()))
        except Infeasible:
            if plans:
                break
            raise
        exclude(plans[-1])
    return plans


def not_again(programme: Programme, which: Columns, chosen: np.ndarray) -> None:
    """At least one of these 0-1 columns must be other than in `chosen`."""
    row = np.where(chosen, 1.0, -1.0)
    programme.add_rows({which: row}, -np.inf, float(chosen.sum()) - 1)
