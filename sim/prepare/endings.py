"""How calls end: conveyed, treated at the scene, nobody found; and which are withdrawn, and when.

Each share is one of all calls of a condition. Who is conveyed is drawn first, as ever; so whatever
else is said of the others leaves those who are conveyed as they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.calls import Ending
from sim.policies.clock import on_grid

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution


class EndingLaws(NamedTuple):
    """How the calls of each condition end; of one condition where all calls are alike."""

    nobody_found: np.ndarray  # [condition] share of its calls
    treated: np.ndarray  # [condition] share of its calls that are treated in a time of their own
    conveyed: np.ndarray  # [condition] share of its calls
    when_nobody: tuple[Distribution | None, ...]  # [condition] at the scene; None: as ever
    when_treated: tuple[Distribution | None, ...]
    withdrawn: np.ndarray  # [condition] share of its calls
    patience: tuple[Distribution | None, ...]  # [condition] from receipt on; None: without end

    @property
    def more_than_conveyed(self) -> bool:
        """Whether more is said of how calls end than who is conveyed and who is withdrawn."""
        return bool(self.nobody_found.any() or self.treated.any())


class Ends(NamedTuple):
    """How some calls end."""

    ending: np.ndarray  # [call] Ending
    own_time: np.ndarray  # [call] bool: it is treated at the scene in a time of its own


def ends(laws: EndingLaws, condition: np.ndarray, conveyed: np.ndarray, chance: np.ndarray) -> Ends:
    """How calls end. `chance`: [call] a quantile among those who are not conveyed."""
    others = np.maximum(1 - laws.conveyed, 1e-12)
    nobody = ~conveyed & (chance < (laws.nobody_found / others)[condition])
    upto = ((laws.nobody_found + laws.treated) / others)[condition]
    ending = np.where(conveyed, Ending.CONVEYED, Ending.TREATED_AT_SCENE)
    ending = np.where(nobody, Ending.NOBODY_FOUND, ending).astype(np.int8)
    return Ends(ending, ~conveyed & ~nobody & (chance < upto))


class AtScene(NamedTuple):
    """How long ambulances are at the scene of some calls: as usual, or by how each call ends."""

    usual: Distribution
    laws: EndingLaws
    condition: np.ndarray  # [call]
    how: Ends

    def seconds(self, q: np.ndarray) -> np.ndarray:
        """[call] seconds at quantiles; the same quantile gives a longer or a shorter time."""
        found = on_grid(self.usual.seconds(q))
        nobody = self.how.ending == Ending.NOBODY_FOUND
        for row in range(len(self.laws.conveyed)):
            of_row = self.condition == row
            for law, some in (
                (self.laws.when_nobody[row], nobody),
                (self.laws.when_treated[row], self.how.own_time),
            ):
                if law is not None:
                    found[some & of_row] = on_grid(law.seconds(q[some & of_row]))
        return found


def withdrawn_at(
    laws: EndingLaws, condition: np.ndarray, received_at: np.ndarray,
    quantiles: tuple[np.ndarray, np.ndarray],
) -> np.ndarray | None:  # fmt: skip
    """[call] from when on nobody is needed; inf of those who wait; None if all do.

    `quantiles`: whether a call is withdrawn, and after what time.
    """
    if not laws.withdrawn.any():
        return None
    whether, q = quantiles
    found = np.full(len(received_at), np.inf)
    for row, law in enumerate(laws.patience):
        here = (condition == row) & (whether < laws.withdrawn[row])
        if law is not None:
            found[here] = received_at[here] + on_grid(law.seconds(q[here]))
    return found
