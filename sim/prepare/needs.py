"""What conditions need of ambulances, as rows: kinds of need, one list of classes in tiers each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.prepare.conditions import Kinds
from sim.scenario import transfers
from sim.scenario.conditions import classes_of
from sim.scenario.settings import CrewSettings
from sim.scenario.settings.conditions import Condition, Need, share_of

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

ANY = Condition(name="any", share="100 %")  # where a scenario names no conditions


class Requirements(NamedTuple):
    """The conditions of a scenario and the kinds of their needs."""

    conditions: tuple[Condition, ...]  # of calls, at least one; then those of transfers
    penalty_s: np.ndarray  # [kind of need, class]; the first kind is any class that transports
    indptr: np.ndarray  # [condition + 1] needs of each, the first one first
    kind: np.ndarray  # [need of a condition]
    delay_s: np.ndarray  # [need of a condition]
    capable: np.ndarray  # [condition, class] in the first tier of its first need

    @property
    def special(self) -> bool:
        """Whether some condition needs more than one ambulance of any class."""
        return bool(len(self.kind) > len(self.conditions) or self.penalty_s.any())


def needed(scenario: Scenario) -> Requirements:
    """What each condition needs; of a scenario without any, what every call does."""
    settings = scenario.settings
    conditions = (*(settings.demand.conditions or (ANY,)), *transfers.conditions(settings))
    classes = range(len(settings.crews.classes))
    transports = np.array([one.transports for one in settings.crews.classes], bool)
    kinds: dict[tuple[float, ...], int] = {tuple(np.where(transports, 0.0, np.inf).tolist()): 0}
    indptr, kind, delay_s, capable = [0], [], [], []
    for condition in conditions:
        for need in condition.needs:
            kind.append(kinds.setdefault(_penalties(need, settings.crews), len(kinds)))
            delay_s.append(need.delay)
        if condition.needs:
            first = classes_of(condition.needs[0].classes, settings.crews)
            capable.append([row in first for row in classes])
        else:
            kind.append(0)
            delay_s.append(0.0)
            capable.append(transports.tolist())
        indptr.append(len(kind))
    return Requirements(
        conditions, np.array(list(kinds)), np.array(indptr), np.array(kind),
        np.array(delay_s, float), np.array(capable, bool),
    )  # fmt: skip


def _penalties(need: Need, crews: CrewSettings) -> tuple[float, ...]:
    """[class] seconds; inf of what is in no tier."""
    found = np.full(len(crews.classes), np.inf)
    for tier in need.or_:
        found[classes_of(tier.classes, crews)] = tier.penalty
    found[classes_of(need.classes, crews)] = 0.0
    return tuple(found.tolist())


def kinds(scenario: Scenario) -> Kinds | None:
    """What the conditions of calls are drawn from; None where all calls are alike."""
    found, demand = needed(scenario), scenario.settings.demand
    if not demand.conditions and not found.special:
        return None
    of_calls = found.conditions[: len(demand.conditions) or 1]
    share = np.array([[share_of(one, p.name) for one in of_calls] for p in demand.priorities])
    usual = demand.transported
    made = Kinds(
        share=share,
        conveyed_share=np.array(
            [usual if one.transported is None else one.transported for one in of_calls]
        ),
    )
    if not found.special:
        return made
    return made._replace(indptr=found.indptr, kind=found.kind, delay_s=found.delay_s)
