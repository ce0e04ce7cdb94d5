"""What was fitted as settings of a scenario: each number with its source, as a file has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.fitting import hours, laws
from sim.fitting.rates import AreaRate, RatesFit
from sim.fitting.shares import ShareRow, SharesFit
from sim.fitting.speeds import SpeedFit
from sim.fitting.stages import DurationsFit, StageLaw
from sim.fitting.written_fit import Fitted, Fragment
from sim.measures.intervals import Estimate
from sim.scenario.settings.endings import ending_of
from sim.scenario.settings.travel import FAST_ROADS, MAIN_ROADS
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

AREAS: Final = ("urban", "rural")
STAGES: Final = ("call_taking", "turnout", "handover")
LEAST_FACTOR: Final = 0.01
LEAST_WRONG: Final = 0.001
MOST_WRONG: Final = 0.9
YEAR_DAYS: Final = 365.25
SMALL: Final = 0.005  # a factor of a township so near to 1 is not written


def of(
    base: Scenario, rates: RatesFit, speeds: SpeedFit | None, durations: DurationsFit,
    shares: SharesFit, least: int = 0,
) -> Fragment:  # fmt: skip
    """The settings that records say something of; all others stay those of the base.

    `least`: townships with fewer calls are not written.
    """
    assumed: list[Message] = []
    demand = _demand(base, rates, durations, shares, least, assumed)
    sections: dict[str, Any] = {"demand": demand}
    stages = _durations(base, durations, assumed)
    if stages:
        sections["durations"] = stages
    if speeds is None:
        assumed.append(
            Message("Speeds are those of the base: too few drives have both ends and instants.")
        )
        if base.settings.travel.factor is None:
            assumed.append(
                Message(
                    "No drive takes longer or shorter than expected, as in the base: intervals of "
                    "simulated history are too narrow."
                )
            )
    else:
        sections["travel"] = _travel(base, speeds, assumed)
    sections["study"] = {"wrong": _wrong(rates, speeds, durations)}
    return Fragment(sections, tuple(assumed))


# ── demand ──────────────────────────────────────────────────────────────────────────────────────


def _demand(
    base: Scenario, rates: RatesFit, durations: DurationsFit, shares: SharesFit, least: int,
    assumed: list[Message],
) -> dict[str, Any]:  # fmt: skip
    demand: dict[str, Any] = {"rate": _rate(base, rates, least, assumed)}
    demand["profile"] = {
        "hours": _relative(rates.profile.hours, rates.calls),
        "days": _relative(rates.profile.days, rates.calls),
    }
    _priorities(base, shares, demand, assumed)
    _endings(base, durations, shares, demand, assumed)
    return demand


def _relative(numbers: np.ndarray, n: int) -> list[Fitted]:
    known = np.where(np.isfinite(numbers), numbers, 1.0)
    return [Fitted(round(float(one), 4), n) for one in known]


def _rate(base: Scenario, rates: RatesFit, least: int, assumed: list[Message]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    before = base.settings.demand.rate
    for name, area in zip(AREAS, rates.areas, strict=True):
        if not getattr(before, name).per_person:
            found[name] = _per_day(area)
        elif area.people > 0:
            found[name] = _per_person(area)
        elif area.calls:
            assumed.append(
                Message(
                    "Nobody lives in the {area} part of the map: its {n} calls have no rate.",
                    area=name, n=area.calls,
                )
            )  # fmt: skip
    factors = rates.townships
    if factors.flat:
        assumed.append(
            Message("Townships cannot be told apart by their calls: all have the rate of the area.")
        )
        return found
    townships = {}
    for row, township in enumerate(base.map.townships):
        factor = float(factors.factor[row])
        few = factors.calls[row] < least
        if few or not np.isfinite(factor) or abs(factor - 1) < SMALL:
            continue
        written = max(factor, LEAST_FACTOR)
        interval = f"{100 * factors.low[row]:.3g} to {100 * factors.high[row]:.3g} %"
        townships[township.name.zh] = Fitted(
            f"{100 * written:.4g} %", int(factors.calls[row]), interval
        )
    if townships:
        found["townships"] = townships
    return found


def _per_day(area: AreaRate) -> Fitted:
    """A rate that a scenario writes for an area in all, whoever lives there."""
    one, people = area.per_1000_per_year, area.people / 1000 / YEAR_DAYS
    if not one.known or not people:
        each = area.calls / max(area.exposure_days, 1)
        return Fitted(f"{each:.4g} per day", area.calls)
    low, high = one.low * people, one.high * people
    return Fitted(f"{one.mean * people:.4g} per day", area.calls, f"{low:.4g} to {high:.4g}")


def _per_person(area: AreaRate) -> Fitted:
    one = area.per_1000_per_year
    return Fitted(
        f"{one.mean:.4g} per 1000 people per year", area.calls, f"{one.low:.4g} to {one.high:.4g}"
    )


def _priorities(
    base: Scenario, shares: SharesFit, demand: dict[str, Any], assumed: list[Message]
) -> None:
    if not shares.priorities:
        assumed.append(
            Message("Shares of priorities are those of the base: the records have none.")
        )
        return
    known = {one.name.casefold(): one for one in base.settings.demand.priorities}
    names = [row.name for row in shares.priorities]
    own = "priorities" in (base.written.get("demand") or {})
    if not {name.casefold() for name in names} <= known.keys() and own:
        assumed.append(
            Message(
                "Shares of priorities are those of the base: it calls them {known}, the records "
                "{names}; say which is which with `--priority`.",
                known=", ".join(one.name for one in base.settings.demand.priorities),
                names=", ".join(names),
            )
        )  # fmt: skip
        return
    rows = [row for row in shares.priorities if row.having]
    percent = _to_hundred([row.share.mean for row in rows])
    written = []
    for row, value in zip(rows, percent, strict=True):
        one: dict[str, Any] = {
            "name": row.name, "share": Fitted(value, row.n, _percent(row.share)),
        }  # fmt: skip
        before = known.get(row.name.casefold())
        if before is not None and not before.siren:
            one["siren"] = False
        written.append(one)
    demand["priorities"] = written


def _endings(
    base: Scenario, durations: DurationsFit, shares: SharesFit, demand: dict[str, Any],
    assumed: list[Message],
) -> None:  # fmt: skip
    """Who is conveyed, who stays and how long that takes; by condition if the base has some."""
    if shares.cancelled is not None:
        assumed.append(
            Message(
                "Calls that were cancelled ({n}) are calls like others: nobody knows how long "
                "their callers would have waited.",
                n=shares.cancelled.having,
            )
        )
    stays = durations.of("on_scene", "stays")
    conveyed = shares.conveyed
    if conveyed is None:
        assumed.append(
            Message("The share that is conveyed is that of the base: the records do not say it.")
        )
        return
    rest = 1.0
    if shares.nobody_found is not None:
        demand["nobody_found"] = _share(shares.nobody_found)
        rest -= shares.nobody_found.share.mean
    elif (before := ending_of(base.settings.demand.nobody_found)) is not None:
        rest -= before.share
    conditions = base.settings.demand.conditions
    named = [row for row in shares.conditions if row.having]
    if conditions and {row.name for row in named} == {one.name for one in conditions}:
        demand["conditions"] = _conditions(base, shares, stays, rest)
    elif conditions:
        assumed.append(
            Message("Shares of conditions are those of the base: the records have not the same.")
        )
    share = min(conveyed.share.mean, int(1e4 * rest) / 1e4)
    demand["transported"] = Fitted(f"{100 * share:.2f} %", conveyed.n, _percent(conveyed.share))
    if stays is not None:
        staying = max(int(1e4 * (rest - share)) / 1e4 - 1e-4, 0.0)
        n = conveyed.n - conveyed.having
        demand["treated_at_scene"] = {
            "share": Fitted(f"{100 * staying:.2f} %", n),
            "on_scene": _law(stays),
        }


def _conditions(
    base: Scenario, shares: SharesFit, stays: StageLaw | None, rest: float
) -> list[dict[str, Any]]:  # fmt: skip
    before = {one["name"]: dict(one) for one in base.written["demand"]["conditions"]}
    priorities = [row.name for row in shares.priorities if row.having]
    found = []
    by_priority = [
        _to_hundred([row.share.mean for row in rows]) if rows else []
        for rows in shares.conditions_of
    ]
    whole = _to_hundred([row.share.mean for row in shares.conditions])
    for number, row in enumerate(shares.conditions):
        one = before[row.name]
        one["share"] = Fitted(whole[number], row.n, _percent(row.share))
        if len(priorities) == len(shares.conditions_of) and all(by_priority):
            one["share"] = {
                name: Fitted(by_priority[p][number], shares.conditions_of[p][number].n)
                for p, name in enumerate(priorities)
            }
        taken = shares.conveyed_of[number]
        if taken is not None:
            one.pop("nobody_found", None)
            share = min(taken.share.mean, int(1e4 * rest) / 1e4)
            one["transported"] = Fitted(f"{100 * share:.2f} %", taken.n, _percent(taken.share))
            one.pop("treated_at_scene", None)
            if stays is not None:
                staying = max(int(1e4 * (rest - share)) / 1e4 - 1e-4, 0.0)
                one["treated_at_scene"] = {
                    "share": Fitted(f"{100 * staying:.2f} %", taken.n), "on_scene": _law(stays),
                }  # fmt: skip
        found.append(one)
    return found


# ── durations and travel ────────────────────────────────────────────────────────────────────────


def _durations(
    base: Scenario, durations: DurationsFit, assumed: list[Message]
) -> dict[str, Any]:  # fmt: skip
    found: dict[str, Any] = {}
    if base.settings.demand.desk is not None:
        assumed.append(Message("The call desk is that of the base."))
    for stage in STAGES:
        one = durations.of(stage)
        if one is not None:
            found[stage] = _law(one)
    gone = durations.of("on_scene", "conveyed") or durations.of("on_scene", "stays")
    if gone is not None:
        found["on_scene"] = _law(gone)
    missing = [s for s in (*STAGES, "on_scene") if s not in found]
    if missing:
        assumed.append(
            Message(
                "The durations of {stages} are those of the base: the records have too few.",
                stages=", ".join(missing),
            )
        )
    if durations.queueing and "call_taking" in found:
        assumed.append(
            Message(
                "Call taking is taken to last until an ambulance was assigned: waiting for a free "
                "one is part of it, for no instant says when it was over."
            )
        )
    stations = {one.name.zh: one for one in base.stations}
    stations |= {one.name.en: one for one in base.stations}
    apart = {
        stations[one.station].name.zh: Fitted(
            f"{100 * one.factor.mean:.4g} %", one.n, _percent(one.factor)
        )
        for one in durations.stations
        if one.station in stations and not one.factor.low <= 1 <= one.factor.high
    }
    if apart and "turnout" in found:
        found["turnout_at"] = apart
    return found


def _law(one: StageLaw) -> dict[str, Any]:
    written = laws.as_setting(one.law)
    mean = one.law.mean
    interval = f"mean {mean.low:.4g} to {mean.high:.4g} s"
    return {
        key: value if key == "distribution" else Fitted(value, one.law.n, interval)
        for key, value in written.items()
    }


def _travel(base: Scenario, speeds: SpeedFit, assumed: list[Message]) -> dict[str, Any]:
    n = speeds.used
    whole = 1.0 if speeds.posted is None else speeds.posted.mean
    classes = {}
    for one in speeds.classes:
        interval = f"{one.kmh.low:.3g} to {one.kmh.high:.3g} km/h" if one.kmh.known else ""
        note = f"tied to {one.tied_to}" if one.tied_to else ""
        if one.avoided:
            note = "much slower fits as well"
        classes[one.road] = Fitted(f"{one.kmh.mean / whole:.4g} km/h", one.trips, interval, note)
    found: dict[str, Any] = {"speeds": classes} if classes else {}
    if speeds.ordinary is not None:
        found["ordinary"] = Fitted(
            f"{100 * speeds.ordinary.mean:.4g} %", n, _percent(speeds.ordinary)
        )
    else:
        assumed.append(
            Message("Driving without siren is as in the base: drives of both kinds are not known.")
        )
    bands: list[dict[str, Any]] = []
    if speeds.posted is not None:
        bands.append({
            "hours": "00-24",
            "speed": Fitted(f"{100 * whole:.4g} %", n, _percent(speeds.posted)),
        })  # fmt: skip
    for band in speeds.bands:
        for days, clock in hours.rectangles(band.hours):
            usual = {"hours": clock, "days": days}
            speed = Fitted(f"{100 * band.share.mean:.4g} %", band.trips, _percent(band.share))
            bands.append({**usual, "speed": speed})
            for road, share in band.classes:
                more = share.mean / band.share.mean
                bands.append({
                    **usual,
                    "speed": Fitted(f"{100 * more:.4g} %", band.trips),
                    "classes": [road],
                })  # fmt: skip
    found["bands"] = bands
    found["factor"] = {
        "sigma": Fitted(round(speeds.sigma.mean, 4), speeds.drives, _both(speeds.sigma))
    }
    if speeds.sigma_to_hospital is not None:
        found["factor"]["to_hospital"] = Fitted(
            round(speeds.sigma_to_hospital.mean, 4), speeds.to_hospital,
            _both(speeds.sigma_to_hospital),
        )  # fmt: skip
    off_road = 3.6 * base.settings.travel.off_road
    assumed.append(
        Message("Off the road {kmh} km/h are driven, as in the base.", kmh=f"{off_road:g}")
    )
    return found


def _wrong(
    rates: RatesFit, speeds: SpeedFit | None, durations: DurationsFit
) -> dict[str, Fitted]:  # fmt: skip
    """How far what was fitted may be wrong, which is half of each interval."""
    found: dict[str, tuple[float, int]] = {}
    areas = [one for one in rates.areas if one.per_1000_per_year.known and one.calls]
    if areas:
        found["demand"] = max(_half(one.per_1000_per_year) for one in areas), rates.calls
    if speeds is not None:
        found["speed"] = _half(speeds.overall), speeds.used
        small = {one.road for one in speeds.classes} - {*FAST_ROADS, *MAIN_ROADS}
        groups = {"fast-roads": FAST_ROADS, "main-roads": MAIN_ROADS, "small-roads": small}
        for key, roads in groups.items():
            some = [one for one in speeds.classes if one.kmh.known and one.road in roads]
            if some:
                found[key] = max(_half(one.kmh) for one in some), sum(one.trips for one in some)
        if speeds.bands:
            found["rush-hours"] = max(_half(one.share) for one in speeds.bands), speeds.used
    for key, stage, of in (
        ("turnout", "turnout", "all"), ("on-scene", "on_scene", "conveyed"),
        ("handover", "handover", "all"),
    ):  # fmt: skip
        law = durations.of(stage, of)
        if law is not None and law.law.mean.known:
            found[key] = _half(law.law.mean), law.law.n
    return {
        key: Fitted(f"{100 * min(max(wrong, LEAST_WRONG), MOST_WRONG):.3g} %", n)
        for key, (wrong, n) in found.items()
    }


def _half(one: Estimate) -> float:
    return one.half_width / abs(one.mean) if one.mean else 0.0


# ── how it is written ───────────────────────────────────────────────────────────────────────────


def _share(row: ShareRow) -> Fitted:
    return Fitted(f"{100 * row.share.mean:.2f} %", row.n, _percent(row.share))


def _percent(one: Estimate) -> str:
    return f"{100 * one.low:.3g} to {100 * one.high:.3g} %"


def _both(one: Estimate) -> str:
    return f"{one.low:.3g} to {one.high:.3g}"


def _to_hundred(shares: Sequence[float]) -> list[str]:
    """Percentages of two decimals that are 100 together, the largest takes the rest."""
    hundredths = [round(1e4 * share) for share in shares]
    hundredths[int(np.argmax(hundredths))] += 10_000 - sum(hundredths)
    return [f"{value / 100:.2f} %" for value in hundredths]
