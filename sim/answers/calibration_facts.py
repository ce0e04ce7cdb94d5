"""A calibration for other programs: every number with its interval, and how much it rests on."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sim.answers.answer import FileTable, or_none
from sim.fitting import shown_cells
from sim.fitting.laws import LawFit
from sim.fitting.shares import ShareRow
from sim.measures.intervals import NOTHING_KNOWN, Estimate

if TYPE_CHECKING:
    from sim.answers.calibration import Calibration

HIDDEN: Final = "hidden"
AREAS: Final = ("urban", "rural")
NUMBERS: Final = ("part", "name", "value", "low", "high", "unit", "n", "source")


def facts(of: Calibration) -> dict[str, Any]:
    """Everything, as one object of plain values; nan is None."""
    fits = of.fits
    found: dict[str, Any] = {
        "records": _records(of),
        "cleaning": [_rule(one) for one in of.clean],
        "rates": _rates(of),
        "speeds": None if fits.speeds is None else _speeds(of),
        "durations": _durations(of),
        "shares": _shares(of),
        "history": _history(of),
        "assumed": [str(one) for one in fits.written.assumed],
        "settings": fits.written.plain(),
        "hidden_below": of.least,
    }
    return found


def _records(of: Calibration) -> dict[str, Any]:
    read, balance = of.records, of.records.balance
    return {
        "file": read.file,
        "rows": balance.rows,
        "calls": balance.calls,
        "further_units": balance.further_units,
        "left_out": {str(reason): n for reason, n in balance.left_out},
        "lines": {str(reason): list(lines[:20]) for reason, lines in read.lost_lines.items()},
        "values_dropped": {str(one.reason): len(one.lines) for one in read.dropped},
        "first": read.first,
        "last": read.last,
        "columns": sorted(read.columns),
        "columns_not_read": list(read.unread),
        "priorities": list(read.priorities),
        "order_of_priorities_guessed": read.urgency_guessed,
        "conditions": list(read.conditions),
        "notes": [str(note) for note in read.notes],
        "warnings": [str(one.whole) for one in read.odd],
    }


def _rule(one: Any) -> dict[str, Any]:
    return {
        "rule": int(one.rule), "name": one.rule.name.lower(), "rows": one.rows,
        "stamps": one.stamps, "rows_dropped": one.rows_dropped, "lines": list(one.lines),
        "of": list(one.names), "value": one.value,
    }  # fmt: skip


def estimate(one: Estimate | None) -> dict[str, Any] | None:
    """A value with its interval."""
    if one is None:
        return None
    return {"value": or_none(one.mean), "low": or_none(one.low), "high": or_none(one.high)}


def _rates(of: Calibration) -> dict[str, Any]:
    rates = of.fits.rates
    profile = rates.profile
    dispersion, trend = rates.dispersion, rates.trend
    areas = {}
    told = shown_cells.shown((one.calls for one in rates.areas), of.least)
    for name, area, seen in zip(AREAS, rates.areas, told, strict=True):
        areas[name] = {
            "per_1000_per_year": None, "calls": HIDDEN, "people": area.people, "dispersion": None,
        } if not seen else {
            "per_1000_per_year": estimate(area.per_1000_per_year), "calls": area.calls,
            "people": area.people, "dispersion": or_none(area.dispersion),
        }  # fmt: skip
    return {
        "days": rates.days,
        "days_counted": rates.exposure_days,
        "days_left_out": [str(day) for day in rates.left_out.day],
        "calls_left_out": int(rates.left_out.calls.sum()),
        "areas": areas,
        "hours": _numbers(profile.hours),
        "hours_low": _numbers(profile.hours_low),
        "hours_high": _numbers(profile.hours_high),
        "weekdays": _numbers(profile.days),
        "weekdays_low": _numbers(profile.days_low),
        "weekdays_high": _numbers(profile.days_high),
        "smoothing": profile.weight,
        "weekend_differs": bool(profile.weekend.differs),
        "urban_and_rural_differ": bool(profile.urban_rural.differs),
        "townships": [dict(zip(TOWNSHIPS, row, strict=True)) for row in townships(of).rows],
        "townships_alike": bool(rates.townships.flat),
        "calls_where_nobody_lives": rates.townships.calls_where_nobody_lives,
        "variance_over_mean": {
            "hour": or_none(dispersion.by_hour), "day": or_none(dispersion.by_day),
        },
        "day_factor_cv": estimate(dispersion.day_factor),
        "trend_per_year": estimate(trend.per_year),
        "trend_told": bool(trend.told),
    }  # fmt: skip


TOWNSHIPS: Final = ("township", "calls", "expected", "raw", "factor", "low", "high")


def townships(of: Calibration) -> FileTable:
    """Calls of townships over what is expected by their people; few calls are hidden."""
    found, rows = of.fits.rates.townships, []
    told = shown_cells.shown(found.calls, of.least)
    for row, one in enumerate(of.provenance.base.map.townships):
        calls = int(found.calls[row])
        values = [
            or_none(float(column[row]))
            for column in (found.expected, found.raw, found.factor, found.low, found.high)
        ]
        if not told[row]:
            rows.append([one.name.zh, HIDDEN, values[0], None, None, None, None])
        else:
            rows.append([one.name.zh, calls, *values])
    return FileTable(TOWNSHIPS, rows)


def _numbers(values: np.ndarray) -> list[float | None]:
    return [or_none(round(float(value), 5)) for value in values]


def _speeds(of: Calibration) -> dict[str, Any]:
    fit, missing = of.fits.speeds, of.fits.not_counted
    assert fit is not None
    return {
        "classes": [
            {
                "class": one.road,
                "kmh": estimate(one.kmh) if one.trips >= of.least else None,
                "km": round(one.km, 1), "trips": one.trips if one.trips >= of.least else HIDDEN,
                "share": round(one.share, 5),
                "identified": not one.tied_to and not one.avoided, "tied_to": one.tied_to or None,
                "much_slower_fits_as_well": one.avoided,
            }
            for one in fit.classes
        ],
        "usual_hours": _hours(fit.usual),
        "bands": [
            {
                "hours_of_week": _hours(one.hours), "share": estimate(one.share),
                "trips": one.trips if one.trips >= of.least else HIDDEN,
                "classes": {road: estimate(share) for road, share in one.classes},
            }
            for one in fit.bands
        ],
        "overall": estimate(fit.overall),
        "posted": estimate(fit.posted),
        "ordinary": estimate(fit.ordinary),
        "sigma": estimate(fit.sigma),
        "sigma_to_hospital": estimate(fit.sigma_to_hospital),
        "turnout_min": estimate(fit.turnout_min),
        "drives": fit.drives,
        "to_hospital": fit.to_hospital,
        "used": fit.used,
        "much_slower": fit.beyond[0],
        "much_faster": fit.beyond[1],
        "not_counted": missing._asdict(),
        "unknown_stations": list(of.fits.strangers),
        "further_unknown_stations": of.fits.untold,
        "rounds": fit.rounds,
        "moved": or_none(fit.moved),
    }  # fmt: skip


def _hours(some: np.ndarray) -> list[int]:
    return [int(hour) for hour in np.flatnonzero(some)]


def _durations(of: Calibration) -> dict[str, Any]:
    fit = of.fits.durations
    return {
        "laws": [
            {"stage": one.stage, "of": one.of, "reading": one.reading, **_law(one.law)}
            for one in fit.laws
            if one.law.n >= of.least
        ],
        "groups": [
            {
                "stage": one.stage, "together": list(one.keys), "n": one.n,
                "mean_s": or_none(one.mean_s), "pooled": list(one.pooled),
            }
            for one, seen in shown_cells.groups(fit.groups, of.least)
            if seen
        ],
        "turnout_by_station": [
            {"station": one.station, "n": one.n, "factor": estimate(one.factor)}
            for one in _shown_stations(of)
        ],
        "dead_time_s": fit.dead_s,
        "turnouts_below_zero": fit.below_zero,
        "call_taking_has_waiting": fit.queueing,
    }  # fmt: skip


def _shown_stations(of: Calibration) -> list[Any]:
    some = of.fits.durations.stations
    told = shown_cells.shown((one.n for one in some), of.least)
    return [one for one, seen in zip(some, told, strict=True) if seen]


def _shown_shares(some: Sequence[ShareRow], least: int) -> list[ShareRow]:
    told = shown_cells.shown((one.having for one in some), least)
    return [one for one, seen in zip(some, told, strict=True) if seen or one.n < 1]


def _law(law: LawFit) -> dict[str, Any]:
    least = min((value for value in law.aic.values() if math.isfinite(value)), default=0.0)
    parameters = {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in law.parameters.items()
    }
    return {
        "n": law.n, "censored": law.censored, "family": law.family, "parameters": parameters,
        "mean_s": estimate(law.mean), "median_s": estimate(law.median), "p90_s": estimate(law.p90),
        "delta_aic": {name: or_none(value - least) for name, value in law.aic.items()},
        "families_told_apart": law.distinguishable, "empirical": law.fallback,
        "quantiles": [
            {"share": one.share, "observed_s": or_none(one.observed_s),
             "fitted_s": or_none(one.fitted_s)}
            for one in law.quantiles
        ],
    }  # fmt: skip


def _shares(of: Calibration) -> dict[str, Any]:
    fit = of.fits.shares

    def rows(some: Any) -> list[dict[str, Any]]:
        return [row(one) for one in _shown_shares(some, of.least)]

    def row(one: Any) -> dict[str, Any]:
        return {"name": one.name, "share": estimate(one.share), "n": one.n, "having": one.having}

    def one(of_calls: Any) -> dict[str, Any] | None:
        if of_calls is None or not shown_cells.share_shown(of_calls, of.least):
            return None
        return row(of_calls)

    return {
        "priorities": rows(fit.priorities), "conditions": rows(fit.conditions),
        "conveyed": one(fit.conveyed), "cancelled": one(fit.cancelled),
        "nobody_found": one(fit.nobody_found), "treated": one(fit.treated),
        "units": rows(fit.units), "hospitals": rows(fit.hospitals), "siren": one(fit.siren),
    }  # fmt: skip


def _history(of: Calibration) -> dict[str, Any] | None:
    found = of.history
    if found is None:
        return None
    return {
        "weeks": found.weeks, "fitted_weeks": found.fitted_weeks, "calls": found.calls,
        "replications": found.replications, "repeats": found.repeats,
        "compliance": found.compliance, "replayed": estimate(found.replayed),
        "drawn": estimate(found.drawn),
        "townships": [
            {"township": one.township, "calls": one.calls, "recorded": one.recorded,
             "simulated": estimate(one.simulated), "outside": one.outside}
            for one in found.shown_townships(of.least)
        ],
        "townships_outside": sum(one.outside for one in found.townships),
        "quantiles": [
            {"percent": one.percent, "recorded_s": one.recorded,
             "replayed_s": estimate(one.replayed), "drawn_s": estimate(one.drawn)}
            for one in found.quantiles
        ],
        "hours": [
            {"hour": one.hour, "calls": one.calls, "recorded_s": or_none(one.recorded),
             "replayed_s": estimate(one.replayed)}
            for one in found.shown_hours(of.least)
        ],
        "busy_hours_a_day": [
            {"station": one.station, "ambulances": one.ambulances, "recorded": one.recorded,
             "simulated": estimate(one.simulated)}
            for one in found.busy
        ],
        "same_station": estimate(found.same_station), "same_vehicle": estimate(found.same_vehicle),
        "out_of_area": None if found.out_of_area is None else {
            "recorded": found.out_of_area[0], "simulated": estimate(found.out_of_area[1])
        },
        "kolmogorov_distance": found.distance,
        "checks": [
            {"name": one.name, "where": one.where, "recorded": or_none(one.recorded),
             "simulated": estimate(one.simulated), "bound": one.bound, "holds": one.holds}
            for one in _shown_checks(of)
        ],
    }  # fmt: skip


def _shown_checks(of: Calibration) -> list[Any]:
    """Those of all calls and of townships that are shown."""
    assert of.history is not None
    some = {one.township for one in of.history.shown_townships(of.least)}
    return [one for one in of.history.checks if not one.where or one.where in some]


# ── tables ──────────────────────────────────────────────────────────────────────────────────────


def tables(of: Calibration) -> dict[str, FileTable]:
    """The tables of its folder."""
    found = {
        "calibration": numbers(of),
        "townships": townships(of),
        "cleaning": FileTable(
            ("rule", "name", "rows", "stamps", "rows_dropped"),
            [
                [int(o.rule), o.rule.name.lower(), o.rows, o.stamps, o.rows_dropped]
                for o in of.clean
            ],
        ),
    }
    if of.history is not None:
        found["history"] = FileTable(
            ("check", "where", "recorded", "simulated", "low", "high", "bound", "holds"),
            [[o.name, o.where, or_none(o.recorded), *o.simulated, o.bound, o.holds]
             for o in _shown_checks(of)],
        )  # fmt: skip
    return found


def numbers(of: Calibration) -> FileTable:
    """One row a fitted number."""
    source = f"fitted from {of.records.file}"
    rows = [[part, name, *map(or_none, value), unit, n, source]
            for part, name, value, unit, n in _all(of)]  # fmt: skip
    return FileTable(NUMBERS, rows)


def _all(of: Calibration) -> Iterator[tuple[str, str, Estimate, str, int]]:
    fits = of.fits
    told = shown_cells.shown((one.calls for one in fits.rates.areas), of.least)
    for name, area, seen in zip(AREAS, fits.rates.areas, told, strict=True):
        if not seen:
            continue
        yield "rate", name, area.per_1000_per_year, "per 1000 people per year", area.calls
    profile = fits.rates.profile
    for hour in range(24):
        value = Estimate(*(float(c[hour]) for c in (profile.hours, profile.hours_low,
                                                    profile.hours_high)))  # fmt: skip
        yield "hour", f"{hour:02d}", value, "of the mean", fits.rates.calls
    for day in range(7):
        value = Estimate(*(float(c[day]) for c in (profile.days, profile.days_low,
                                                   profile.days_high)))  # fmt: skip
        yield "weekday", f"{day}", value, "of the mean", fits.rates.calls
    for name, calls, _, _, *factor in townships(of).rows:
        if calls != HIDDEN:
            value = Estimate(*(math.nan if one is None else one for one in factor))
            yield "township", name, value, "of its area", calls
    yield from _of_speeds(of)
    for one in fits.durations.laws:
        if one.law.n < of.least:
            continue
        for which in ("mean", "median", "p90"):
            yield one.stage, f"{one.of} {which}", getattr(one.law, which), "s", one.law.n
    for station in _shown_stations(of):
        yield "turnout at", station.station, station.factor, "of the mean", station.n
    shares = fits.shares
    for part, some in (("priority", shares.priorities), ("condition", shares.conditions),
                       ("units", shares.units), ("hospital", shares.hospitals)):  # fmt: skip
        for row in _shown_shares(some, of.least):
            yield part, row.name, row.share, "share", row.n
    for end in (shares.conveyed, shares.cancelled, shares.nobody_found, shares.treated):
        if end is not None and shown_cells.share_shown(end, of.least):
            yield "ending", end.name, end.share, "share", end.n


def _of_speeds(of: Calibration) -> Iterator[tuple[str, str, Estimate, str, int]]:
    fit = of.fits.speeds
    if fit is None:
        return
    for one in fit.classes:
        if one.trips < of.least:
            continue
        yield "speed", one.road, one.kmh, "km/h", one.trips
    for number, band in enumerate(fit.bands, 1):
        yield "band", f"{number}", band.share, "of the usual speed", band.trips
    for name, value in (
        ("overall", fit.overall), ("posted", fit.posted), ("ordinary", fit.ordinary),
        ("sigma", fit.sigma), ("sigma to hospital", fit.sigma_to_hospital),
    ):  # fmt: skip
        if value is not None:
            yield "travel", name, value or NOTHING_KNOWN, "", fit.used
