"""What was fitted as settings of a scenario: each number with its source, as a file has them."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim import units
from sim.fitting import allowed, call_ends, class_shares, hours, shown_cells
from sim.fitting.allowed import OF_A_SPEED, OF_ALL, OF_CALLS, OF_PEOPLE, OF_TURNOUT, SIGMA, SPEED
from sim.fitting.rates import AreaRate, RatesFit
from sim.fitting.shares import SharesFit
from sim.fitting.speeds import SpeedFit
from sim.fitting.stages import DurationsFit
from sim.fitting.written_fit import Fitted, Fragment
from sim.measures.intervals import Estimate
from sim.scenario.settings.travel import FAST_ROADS, MAIN_ROADS, TravelSettings
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

AREAS: Final = ("urban", "rural")
STAGES: Final = ("call_taking", "turnout", "handover")
LEAST_WRONG: Final = 0.001
MOST_WRONG: Final = 0.9
YEAR_DAYS: Final = 365.25
MOST_PRIORITIES: Final = 9
YEAR_S: Final = YEAR_DAYS * 86_400
MANY_CALLS: Final = 100  # of which none says that few come from there
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
    sections["study"] = {"wrong": _wrong(rates, speeds, durations, assumed)}
    return Fragment(sections, tuple(assumed), least)


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
    _priorities(base, shares, demand, assumed, least)
    call_ends.write(base, durations, shares, demand, assumed, least)
    return demand


def _relative(numbers: np.ndarray, n: int) -> list[Fitted]:
    known = np.where(np.isfinite(numbers), numbers, 1.0)
    return [Fitted(round(float(one), 4), n) for one in known]


def _rate(base: Scenario, rates: RatesFit, least: int, assumed: list[Message]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    before = base.settings.demand.rate
    for name, area in zip(AREAS, rates.areas, strict=True):
        if not area.calls and area.people > 0:
            written = _of_no_calls(area, rates, getattr(before, name), name, assumed)
        elif not getattr(before, name).per_person:
            written = _per_day(area, name, assumed)
        elif area.people > 0:
            written = _per_person(area, name, assumed)
        else:
            written = None
        if written is not None:
            found[name] = written
        elif not area.people > 0 and area.calls:
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
    told = shown_cells.shown(factors.calls, least)
    for row, township in enumerate(base.map.townships):
        factor = float(factors.factor[row])
        if not told[row] or not np.isfinite(factor) or abs(factor - 1) < SMALL:
            continue
        setting = f"demand.rate.townships.{township.name.zh}"
        interval = Estimate(factor, float(factors.low[row]), float(factors.high[row]))
        townships[township.name.zh] = Fitted(
            allowed.quantity(100 * factor, OF_CALLS, setting, assumed), int(factors.calls[row]),
            allowed.percent(interval),
        )  # fmt: skip
    if townships:
        found["townships"] = townships
    if townships and not factors.areas_kept:
        assumed.append(
            Message(
                "Town and country are so mixed in townships that only the calls of both together "
                "are as many as were recorded."
            )
        )
    return found


def _of_no_calls(
    area: AreaRate, rates: RatesFit, before: units.Rate, name: str, assumed: list[Message]
) -> Fitted | None:
    """The rate of an area from which nobody called: not nothing, but as in the base.

    Of many calls it is the upper end of its interval, where the base has more.
    """
    high, people = area.per_1000_per_year.high, area.people / 1000 / YEAR_DAYS
    base = before.per_second * YEAR_S * 1000 / (1.0 if before.per_person else area.people)
    if rates.calls < MANY_CALLS or not math.isfinite(high) or base <= high:
        assumed.append(
            Message(
                "`demand.rate.{area}` is not identified, as in the base: the records have no call "
                "from there (calls: {n}).",
                area=name, n=rates.calls,
            )
        )  # fmt: skip
        return None
    assumed.append(
        Message(
            "`demand.rate.{area}` is not identified, for the records have no call from there "
            "(calls: {n}): it is the most that they leave possible.",
            area=name, n=rates.calls,
        )
    )  # fmt: skip
    if before.per_person:
        text = allowed.quantity(high, OF_PEOPLE, f"demand.rate.{name}", assumed)
    else:
        text = allowed.quantity(high * people, OF_ALL, f"demand.rate.{name}", assumed)
    return None if text is None else Fitted(text, 0, note="not identified")


def _per_day(area: AreaRate, name: str, assumed: list[Message]) -> Fitted | None:
    """A rate that a scenario writes for an area in all, whoever lives there."""
    one, people = area.per_1000_per_year, area.people / 1000 / YEAR_DAYS
    known = one.known and people > 0
    each = one.mean * people if known else area.calls / max(area.exposure_days, 1)
    text = allowed.quantity(each, OF_ALL, f"demand.rate.{name}", assumed)
    interval = allowed.span(one, people, 4) if known else ""
    return None if text is None else Fitted(text, area.calls, interval)


def _per_person(area: AreaRate, name: str, assumed: list[Message]) -> Fitted | None:
    one = area.per_1000_per_year
    text = allowed.quantity(one.mean, OF_PEOPLE, f"demand.rate.{name}", assumed)
    return None if text is None else Fitted(text, area.calls, allowed.span(one, digits=4))


def _priorities(
    base: Scenario, shares: SharesFit, demand: dict[str, Any], assumed: list[Message], least: int
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
    rows = [row for row in shares.priorities if row.having or row.name.casefold() in known]
    if len(rows) > MOST_PRIORITIES:
        assumed.append(
            Message(
                "Shares of priorities are those of the base: the records have {n}, and a scenario "
                "has at most {most}.",
                n=len(rows), most=MOST_PRIORITIES,
            )
        )  # fmt: skip
        return
    before = {name: one.share for name, one in known.items()}
    each = class_shares.written(rows, before, "demand.priorities", assumed, least)
    percent = call_ends.to_hundred([one.share for one in each])
    written = []
    for row, value, one in zip(rows, percent, each, strict=True):
        interval = "" if one.hidden else allowed.percent(row.share)
        said: dict[str, Any] = {
            "name": row.name, "share": Fitted(value, row.n, interval, one.note),
        }  # fmt: skip
        in_base = known.get(row.name.casefold())
        if in_base is not None and not in_base.siren:
            said["siren"] = False
        written.append(said)
    demand["priorities"] = written


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
            found[stage] = allowed.law(one, f"durations.{stage}", assumed)
    gone = durations.of("on_scene", "conveyed") or durations.of("on_scene", "stays")
    if gone is not None:
        found["on_scene"] = allowed.law(gone, "durations.on_scene", assumed)
    found = {stage: law for stage, law in found.items() if law is not None}
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
    stations = {one.name.zh for one in base.stations}
    apart = {}
    for name, n, factor in durations.stations:
        if name in stations and not _may_be_alike(factor):
            setting = f"durations.turnout_at.{name}"
            text = allowed.quantity(100 * factor.mean, OF_TURNOUT, setting, assumed)
            apart[name] = Fitted(text, n, allowed.percent(factor))
    if apart and "turnout" in found:
        found["turnout_at"] = apart
    return found


def _may_be_alike(factor: Estimate) -> bool:
    """Whether a station's factor may be 1, or is not known."""
    known = math.isfinite(factor.mean) and factor.known
    return not known or factor.low <= 1 <= factor.high


def _travel(base: Scenario, speeds: SpeedFit, assumed: list[Message]) -> dict[str, Any]:
    n = speeds.used
    whole = 1.0
    if speeds.posted is not None:
        shown = allowed.held(100 * speeds.posted.mean, OF_A_SPEED, "travel.bands", assumed)
        whole = 1.0 if shown is None else shown / 100
    classes = {}
    for one in speeds.classes:
        interval = allowed.span(one.kmh, unit="km/h") if one.kmh.known else ""
        note = f"tied to {one.tied_to}" if one.tied_to else ""
        if one.avoided:
            note = "much slower fits as well"
        text = allowed.quantity(one.kmh.mean / whole, SPEED, f"travel.speeds.{one.road}", assumed)
        if text is not None:
            classes[one.road] = Fitted(text, one.trips, interval, note)
    found: dict[str, Any] = {"speeds": classes} if classes else {}
    if speeds.ordinary is not None:
        mean = 100 * speeds.ordinary.mean
        text = allowed.quantity(mean, OF_A_SPEED, "travel.ordinary", assumed)
        if text is not None:
            found["ordinary"] = Fitted(text, n, allowed.percent(speeds.ordinary))
    else:
        assumed.append(
            Message("Driving without siren is as in the base: drives of both kinds are not known.")
        )
    found["bands"] = _bands(speeds, whole, assumed)
    found["factor"] = {}
    for key, spread, count in (
        ("sigma", speeds.sigma, speeds.drives),
        ("to_hospital", speeds.sigma_to_hospital, speeds.to_hospital),
    ):  # fmt: skip
        if spread is not None:
            value = allowed.held(spread.mean, SIGMA, f"travel.factor.{key}", assumed)
            if value is not None:
                found["factor"][key] = Fitted(round(value, 4), count, allowed.span(spread))
    if "sigma" not in found["factor"]:
        del found["factor"]
    off_road = 3.6 * base.settings.travel.off_road
    assumed.append(
        Message("Off the road {kmh} km/h are driven, as in the base.", kmh=f"{off_road:g}")
    )
    return found


def _bands(speeds: SpeedFit, whole: float, assumed: list[Message]) -> list[dict[str, Any]]:
    """Hours in which speeds are other than usual, and of what share of posted ones all are."""
    of_all: list[dict[str, Any]] = []
    if speeds.posted is not None:
        speed = Fitted(f"{100 * whole:.4g} %", speeds.used, allowed.percent(speeds.posted))
        of_all.append({"hours": "00-24", "speed": speed})
    by_hour, by_class = [], []
    for band in speeds.bands:
        for days, clock in hours.rectangles(band.hours):
            usual = {"hours": clock, "days": days}
            setting = f"travel.bands {days} {clock}"
            text = allowed.quantity(100 * band.share.mean, OF_A_SPEED, setting, assumed)
            if text is None:
                continue
            one = {**usual, "speed": Fitted(text, band.trips, allowed.percent(band.share))}
            by_hour.append(one)
            by_class.append(one)
            for road, share in band.classes:
                more = 100 * share.mean / band.share.mean
                text = allowed.quantity(more, OF_A_SPEED, f"{setting} {road}", assumed)
                if text is not None:
                    speed = Fitted(text, band.trips)
                    by_class.append({**usual, "speed": speed, "classes": [road]})
    if _taken([*of_all, *by_class]):
        return [*of_all, *by_class]
    if _taken([*of_all, *by_hour]):
        assumed.append(
            Message(
                "`travel.bands` hold for all roads alike: those of single classes are more, or "
                "further from the usual speed, than a scenario takes."
            )
        )
        return [*of_all, *by_hour]
    assumed.append(
        Message(
            "No hours are slower or faster than others: `travel.bands` would be more, or further "
            "from the usual speed, than a scenario takes."
        )
    )
    return of_all


def _taken(bands: list[dict[str, Any]]) -> bool:
    return allowed.taken(TravelSettings, Fragment({"bands": bands}, ()).plain())


def _wrong(
    rates: RatesFit, speeds: SpeedFit | None, durations: DurationsFit, assumed: list[Message]
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
    for key, (wrong, _) in found.items():
        if wrong > MOST_WRONG:  # infinitely, too
            assumed.append(
                Message(
                    "`study.wrong.{key}` is {most}, the most that a scenario takes: what was "
                    "fitted may be wrong by more, by {found} to each side.",
                    key=key, most=f"{100 * MOST_WRONG:.3g} %", found=f"{100 * wrong:.3g} %",
                )
            )  # fmt: skip
    return {
        key: Fitted(f"{100 * min(max(wrong, LEAST_WRONG), MOST_WRONG):.3g} %", n)
        for key, (wrong, n) in found.items()
        if not math.isnan(wrong)
    }


def _half(one: Estimate) -> float:
    return one.half_width / abs(one.mean) if one.mean else 0.0
