"""How calls end against each other, and the desk against the rest of the demand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.model.calendar import HOUR_S
from sim.scenario import callers, profiles
from sim.scenario.settings import Condition, DemandSettings, Settings
from sim.scenario.settings.endings import ending_of
from sim.scenario.validation import Problems
from sim.text import Message

if TYPE_CHECKING:
    from sim.geography.bundle import Map

NEARLY: Final = 1e-6  # shares add up to 100 % but for rounding


def check(settings: Settings, problems: Problems) -> None:
    """Tell of shares of one condition that are more than all, and of a desk for records."""
    demand, here = settings.demand, problems.at("demand")
    for number, condition in enumerate(demand.conditions):
        _at_most_all(demand, condition, here.at("conditions", number))
    if not demand.conditions:
        _at_most_all(demand, None, here)
    if demand.desk is not None and demand.replay is not None:
        here.at("desk").tell(
            Message("recorded calls say how long call taking took: leave out `desk` or `replay`")
        )


def of_condition(demand: DemandSettings, condition: Condition | None, name: str) -> Any:
    """What a condition says of how its calls end, else what all calls do."""
    own = None if condition is None else getattr(condition, name)
    return getattr(demand, name) if own is None else own


def _at_most_all(demand: DemandSettings, condition: Condition | None, problems: Problems) -> None:
    transported = of_condition(demand, condition, "transported")
    nobody = ending_of(of_condition(demand, condition, "nobody_found"))
    treated = ending_of(of_condition(demand, condition, "treated_at_scene"))
    shares = [transported, *(one.share if one else 0.0 for one in (nobody, treated))]
    if sum(shares) > 1 + NEARLY and (nobody is not None or treated is not None):
        said = [round(100 * share, 6) for share in (*shares, sum(shares))]
        problems.at("nobody_found" if treated is None else "treated_at_scene").tell(
            Message(
                "{transported:g} % are transported, {nobody:g} % find nobody and {treated:g} % are "
                "treated at the scene: {total:g} % in all, which is more than 100 %",
                transported=said[0], nobody=said[1], treated=said[2], total=said[3],
            )
        )  # fmt: skip


# ── the desk ─────────────────────────────────────────────────────────────────────────────────


def doubts(settings: Settings, on: Map) -> Iterator[Message]:
    """That nobody is at the desk when calls come, or more come than can be handled."""
    desk = settings.demand.desk
    if desk is None:
        return
    seats, calls = desk.by_hour, calls_per_hour(settings, on) / desk.needing_ambulance
    closed = int(((seats == 0) & (calls > 0)).sum())
    if closed:
        yield Message(
            "the desk has no seat in {hours} of the 168 hours of a week, and calls come then: they "
            "wait",
            hours=closed,
        )
    law = settings.durations.call_taking if desk.handling is None else desk.handling
    work = calls * law.mean() / HOUR_S
    values = {"calls": float(calls.sum()), "minutes": law.mean() / 60}
    if work.sum() >= seats.sum():
        yield Message(
            "more calls come than the desk can handle: {calls:,.0f} a week of {minutes:.1f} min "
            "each are {work:,.0f} hours of work, and the seats of a week have {seats:,.0f} hours",
            work=float(work.sum()), seats=int(seats.sum()), **values,
        )  # fmt: skip
    elif over := int(((work >= seats) & (seats > 0)).sum()):
        yield Message(
            "in {hours} of the 168 hours of a week more calls come than the desk can handle: they "
            "wait until fewer come",
            hours=over,
        )


def calls_per_hour(settings: Settings, on: Map) -> np.ndarray:
    """[hour of the week] calls to be expected that need an ambulance."""
    mean = callers.calls_an_hour(settings, on).sum()
    found: np.ndarray = mean * profiles.factors(settings.demand.profile)
    return found
