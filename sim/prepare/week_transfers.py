"""How many ambulances transfers keep busy in a week, without an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sim.model.calendar import HOUR_S, HOURS_PER_WEEK
from sim.model.calls import CallStream
from sim.prepare import call_laws, reach, ways
from sim.prepare.transfers import TransferLaw, moved_into_hours
from sim.scenario import transfers
from sim.scenario.patients import transferred
from sim.scenario.settings.transfers import Capable

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings import Transfers

PARTS: Final = 60  # of an hour, and of how long it takes until transfers are due


def busy_with_transfers(scenario: Scenario) -> np.ndarray:
    """[168] how many ambulances transfers keep busy in each hour, if each is served at once.

    From when an ambulance is sent until it is free: turnout, the drive from the nearest station,
    the loading, the drive to the hospital, the handover, and the way to a hospital outside the map
    and back. Planned ones begin in their hours.
    """
    found = np.zeros(HOURS_PER_WEEK)
    for one, law in zip(
        scenario.settings.transfers, call_laws.transfer_laws(scenario), strict=True
    ):
        if law.per_hour.any():
            found += _spread(_sent_for(law), _busy_s(scenario, one, law))
    return found


def _sent_for(law: TransferLaw) -> np.ndarray:
    """[168, part of an hour] how many are sent for."""
    parts = (np.arange(HOURS_PER_WEEK * PARTS) + 0.5) * HOUR_S / PARTS
    many = np.repeat(law.per_hour / PARTS, PARTS)
    found = np.zeros(len(parts))
    if law.stream != CallStream.PLANNED_TRANSFER:
        return many.reshape(HOURS_PER_WEEK, PARTS)
    for due_s in law.due.seconds((np.arange(PARTS) + 0.5) / PARTS).tolist():
        at = moved_into_hours(parts + max(0.0, due_s - law.lead_s), law.wait_h, 0.0)
        part = (at // (HOUR_S / PARTS)).astype(int) % len(found)
        found += np.bincount(part, many, len(found)) / PARTS
    return found.reshape(HOURS_PER_WEEK, PARTS)


def _spread(sent: np.ndarray, busy_s: float) -> np.ndarray:
    """[168] how many are busy in the mean of each hour, of those that begin in parts of hours."""
    begun = sent.ravel()
    part_s = HOUR_S / PARTS
    whole, rest = divmod(busy_s / part_s, 1)
    weeks, whole = divmod(int(whole), len(begun))
    twice = np.concatenate([[0.0], np.cumsum(np.concatenate([begun, begun]))])
    now = np.arange(len(begun), 2 * len(begun))  # those begun in this part and in others before it
    busy = weeks * begun.sum() + twice[now + 1] - twice[now + 1 - whole]
    busy += rest * begun[(now - whole) % len(begun)]
    found: np.ndarray = busy.reshape(sent.shape).mean(axis=1)
    return found


def _busy_s(scenario: Scenario, one: Transfers, law: TransferLaw) -> float:
    """How long a transfer keeps ambulances busy: the mean over where it may begin and go.

    All that it needs are there until it leaves, and one of them drives on.
    """
    travel, hospitals = scenario.settings.travel, scenario.hospitals
    homes = [scenario.stations[row] for row in sorted({one.station for one in scenario.fleet})]
    spots = ways.at_roads(hospitals, scenario.map)
    there_s = reach.seconds_to(scenario, homes, spots)[0]
    there_s = there_s if not one.planned else there_s / travel.ordinary
    there_s = (there_s + reach.later_s(scenario, homes)).min(axis=0, initial=np.inf)
    on_s = reach.seconds_to(scenario, hospitals, spots)[0]
    on_s = on_s if travel.to_hospital == "siren" else on_s / travel.ordinary
    on_s = on_s + 2 * np.array([at.away_s or 0.0 for at in hospitals])
    usual_s = scenario.settings.durations.turnout.mean() + law.loading.mean()
    needed = max(1, len(one.needs))
    found = []
    for number, origin in enumerate(transfers.origins(scenario, one)):
        ends = law.to[law.indptr[number] : law.indptr[number + 1]].tolist()
        if isinstance(one.to, Capable):
            ends = _nearest(scenario, one, origin, on_s[origin])
        for end in ends:
            found.append(needed * (usual_s + there_s[origin]) + on_s[origin, end])
    reached = [seconds for seconds in found if np.isfinite(seconds)]  # roads may be closed
    return float((np.mean(reached) if reached else needed * usual_s) + law.handover.mean())


def _nearest(scenario: Scenario, one: Transfers, origin: int, on_s: np.ndarray) -> list[int]:
    """The hospital that has the capability and is reached first, as patients of calls go."""
    patient = transferred(one)
    able = [row for row, at in enumerate(scenario.hospitals)
            if row != origin and patient.treated_at(at)]  # fmt: skip
    return sorted(able, key=lambda row: float(on_s[row]))[:1]
