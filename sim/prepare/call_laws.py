"""The laws of what calls meet: the desk, endings, surges and transfers, of a scenario."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK, hours_of_week
from sim.model.calls import CallStream
from sim.policies.clock import NONE, on_grid
from sim.prepare.desk import DeskLaw
from sim.prepare.endings import EndingLaws
from sim.prepare.patients import kinds
from sim.prepare.surges import SurgeLaw
from sim.prepare.transfers import TransferLaw
from sim.scenario import endings, profiles, transfers
from sim.scenario.patients import transferred
from sim.scenario.settings.endings import NOBODY_THERE, ending_of
from sim.scenario.settings.transfers import Capable
from sim.scenario.surges import nearest_cell

if TYPE_CHECKING:
    from sim.scenario.distributions import Distribution
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Condition, DemandSettings, Settings, Transfers


def desk_law(scenario: Scenario) -> DeskLaw | None:
    """The desk of a scenario; None where calls wait for nobody."""
    desk = scenario.settings.demand.desk
    if desk is None:
        return None
    return DeskLaw(desk.by_hour, 1 / desk.needing_ambulance - 1)


def handling(settings: Settings) -> Distribution:
    """How long somebody takes a call for, from when he answers it."""
    desk = settings.demand.desk
    own = None if desk is None else desk.handling
    return settings.durations.call_taking if own is None else own


# ── how calls end ───────────────────────────────────────────────────────────────────────────────


def ending_laws(scenario: Scenario) -> EndingLaws | None:
    """Those of a scenario; None where it says nothing of how calls end but who is conveyed."""
    demand = scenario.settings.demand
    of_each = [_of(demand, one) for one in demand.conditions or (None,)]
    if not any(one.nobody or one.treated or one.withdrawn for one in of_each):
        return None
    return EndingLaws(
        np.array([one.nobody for one in of_each]),
        np.array([one.treated for one in of_each]),
        np.array([one.conveyed for one in of_each]),
        tuple(one.when_nobody for one in of_each),
        tuple(one.when_treated for one in of_each),
        np.array([one.withdrawn for one in of_each]),
        tuple(one.patience for one in of_each),
    )


class _Ends(NamedTuple):
    """How the calls of one condition end."""

    nobody: float = 0.0
    treated: float = 0.0
    conveyed: float = 0.0
    when_nobody: Distribution | None = None
    when_treated: Distribution | None = None
    withdrawn: float = 0.0
    patience: Distribution | None = None


def _of(demand: DemandSettings, condition: Condition | None) -> _Ends:
    """What a condition says, else what all calls do."""

    def said(name: str) -> Any:
        return endings.of_condition(demand, condition, name)

    nobody, treated = ending_of(said("nobody_found")), ending_of(said("treated_at_scene"))
    found = _Ends(conveyed=said("transported"))
    if nobody is not None:
        found = found._replace(nobody=nobody.share, when_nobody=nobody.on_scene or NOBODY_THERE)
    if treated is not None:
        found = found._replace(treated=treated.share, when_treated=treated.on_scene)
    cancelled = said("cancelled")
    if cancelled is not None:
        found = found._replace(withdrawn=cancelled.share, patience=cancelled.after)
    return found


# ── surges ──────────────────────────────────────────────────────────────────────────────────────


def surge_laws(scenario: Scenario) -> tuple[SurgeLaw, ...]:
    """All surges of a scenario."""
    settings, cells = scenario.settings, scenario.map.cells
    priorities = [one.name for one in settings.demand.priorities]
    conditions = [one.name for one in settings.demand.conditions]
    measured_s = settings.study.warm_up + settings.study.length
    found = []
    for surge in settings.demand.surges:
        first = (surge.at - settings.start) / timedelta(seconds=1)
        # One that ends with what is measured is the last.
        more = 0.0 if surge.every is None else (measured_s - surge.within - first) // surge.every
        again = first + np.arange(max(0.0, more) + 1) * (surge.every or 0.0)
        place = nearest_cell(surge.place, scenario.map)
        found.append(SurgeLaw(
            surge.name,
            on_grid(again),
            surge.within,
            surge.calls,
            place,
            int(cells.area[place]),
            int(cells.township[place]),
            priorities.index(surge.priority) if surge.priority else NONE,
            conditions.index(surge.condition) if surge.condition else NONE,
        ))  # fmt: skip
    return tuple(found)


# ── transfers ───────────────────────────────────────────────────────────────────────────────────


def transfer_laws(scenario: Scenario) -> tuple[TransferLaw, ...]:
    """All streams of transfers of a scenario."""
    return tuple(
        _law(scenario, number, one) for number, one in enumerate(scenario.settings.transfers)
    )


def _law(scenario: Scenario, number: int, one: Transfers) -> TransferLaw:
    settings, ground = scenario.settings, scenario.map
    origins = transfers.origins(scenario, one)
    to = [transfers.destinations(scenario, one, row) for row in origins]
    kind_of = kinds(scenario).number
    before = len(ground.cells.people)
    if scenario.recorded is not None:  # whose places come between
        before += len(scenario.recorded.calls.place)
    xy = np.array([(ground.hospitals[row].x, ground.hospitals[row].y) for row in origins])
    names = [priority.name for priority in settings.demand.priorities]
    urgent = 0 if one.priority is None else names.index(one.priority)
    return TransferLaw(
        name=one.name,
        place=before + np.array(origins),
        area=ground.areas_at(xy),
        township=ground.townships_at(xy),
        indptr=np.concatenate([[0], np.cumsum([len(some) for some in to])]),
        to=np.concatenate(to).astype(int),
        patient=kind_of[transferred(one)] if isinstance(one.to, Capable) else 0,
        condition=transfers.condition_row(settings, number),
        per_hour=one.rate.per_second * HOUR_S * profiles.factors(one.profile),
        priority=len(names) if one.planned else urgent,
        stream=CallStream.PLANNED_TRANSFER if one.planned else CallStream.URGENT_TRANSFER,
        due=one.due,
        lead_s=float(on_grid(one.lead)),
        wait_h=_wait_h(one),
        loading=one.loading,
        handover=settings.durations.handover if one.handover is None else one.handover,
    )


def _wait_h(one: Transfers) -> np.ndarray:
    """[hour of the week] how many hours later they are sent for; 0 within their hours."""
    if one.hours is None:
        return np.zeros(HOURS_PER_WEEK, int)
    open_ = np.flatnonzero(hours_of_week(one.hours, one.days))
    hour = np.arange(HOURS_PER_WEEK)
    return ((open_[None, :] - hour[:, None]) % HOURS_PER_WEEK).min(axis=1)
