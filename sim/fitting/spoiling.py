"""What goes wrong in records, done on purpose and counted: noise, slips, gaps, clocks apart."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from sim.errors import OptionError
from sim.fitting.trip_rows import ROW_STAMPS
from sim.study import arguments
from sim.text import Message

VEHICLE_STAMPS: Final = ("mobile_at", "arrived_at", "left_scene_at", "at_hospital_at", "cleared_at")
OF_VEHICLE: Final = np.isin(ROW_STAMPS, VEHICLE_STAMPS)
ROUNDED, CUT_OFF = "rounded", "cut off"
WEEK_S, DAY, MINUTE = 7 * 86_400.0, np.timedelta64(1, "D"), np.timedelta64(60_000_000, "us")
GONE_IN_A_GAP: Final = 0.7  # of the rows of a day on which the feed was down
AGAIN_S: Final = (60.0, 540.0)  # after the first record comes the second one of the same incident
UNIT_TEXTS: Final = ("conveyed", "hospital", "station", "vehicle", "outcome")
WRONG_YEARS: Final = (2019, 2091)  # one typed for the other
FAR_DEGREES: Final = (1.0, 3.0)  # how far east or west, north or south another city lies
SHARES: Final = (
    "gross_errors", "missing_rows", "missing_stamps", "clocks_apart_weeks", "duplicates",
    "off_fastest", "wrong_city", "default_point", "day_wrap", "wrong_years",
)  # fmt: skip


class Spoiling(NamedTuple):
    """What is done to records; as it stands nothing. Shares are from 0 to 1."""

    off_fastest: float = 0.0
    """Share of the drives from stations whose path need not be the fastest one. What follows is as
    much later, so that a vehicle may be sent again a little before it is cleared."""
    clocks_apart_s: float = 0.0
    """So many seconds is the vehicles' clock ahead of the dispatchers'."""
    clocks_apart_weeks: float = 1.0
    """In this share of weeks."""
    blur_s: float = 0.0
    """Standard deviation of normal noise on every instant."""
    whole_minutes: str | None = None
    """`rounded` or `cut off`; None: seconds are kept."""
    minutes_of: tuple[str, ...] = ROW_STAMPS
    """Of which instants."""
    gross_errors: float = 0.0
    """Share of rows with one instant hours or days off, or two in the wrong order."""
    day_wrap: float = 0.0
    """Share of the rows that run past midnight with the date of the day before in what follows."""
    wrong_years: float = 0.0
    """Share of rows in which one instant has the year 2019 or 2091."""
    missing_stamps: float = 0.0
    """Share of instants that are left out; receipt is always there."""
    wrong_city: float = 0.0
    """Share of incidents whose point lies in another city."""
    default_point: float = 0.0
    """Share of incidents whose point is that of the whole place."""
    duplicates: float = 0.0
    """Share of incidents recorded again within minutes, under another number, at the same place."""
    feed_down_days: int = 0
    """Days on which 70 % of the rows were lost."""
    missing_rows: float = 0.0
    """Share of rows that are left out besides."""
    zone: str | None = None
    """The time zone on whose clock, daylight saving included, instants are written."""


class RecordTable(NamedTuple):
    """Rows of records in the order in which they are written."""

    incident: np.ndarray  # [row] number
    at: np.ndarray  # [row, stamp of ROW_STAMPS] datetime64[us] by the clock; NaT = none
    point: np.ndarray  # [row, 2] longitude and latitude
    said: dict[str, np.ndarray]  # [row] texts, by column


_Step = Callable[[RecordTable, float, np.random.Generator], int]  # how much it changed


def check(how: Spoiling) -> None:
    """OptionError of what cannot be done."""
    for name in SHARES:
        arguments.within(name, getattr(how, name), 0, 1)
    arguments.within("blur_s", how.blur_s, 0, 3600)
    arguments.within("clocks_apart_s", how.clocks_apart_s, -86_400, 86_400)
    arguments.whole("feed_down_days", how.feed_down_days)
    if how.whole_minutes is not None:
        arguments.one_of("whole_minutes", how.whole_minutes, (ROUNDED, CUT_OFF))
    for name in how.minutes_of:
        arguments.one_of("minutes_of", name, ROW_STAMPS)
    if how.zone is not None:
        _zone(how.zone)


def stream(seed: int, option: str) -> np.random.Generator:
    """The random numbers of one option: each has its own, so that none changes another's."""
    key = np.array([seed, Spoiling._fields.index(option)], np.uint64)
    return np.random.Generator(np.random.Philox(key=key))


def chosen(rng: np.random.Generator, count: int, share: float) -> np.ndarray:
    """That share of so many rows, at random, in order."""
    return np.sort(rng.permutation(count)[: round(share * count)])


# ── while instants are seconds ───────────────────────────────────────────────────────────────


def blurred(seconds: np.ndarray, how: Spoiling, seed: int, counts: dict[str, int]) -> np.ndarray:
    """[row, stamp] the instants with clocks apart and noise."""
    seconds = seconds.copy()
    if how.clocks_apart_s:
        week = (seconds[:, 0] // WEEK_S).astype(int)
        weeks = np.unique(week)
        rng = stream(seed, "clocks_apart_weeks")
        apart = np.isin(week, weeks[chosen(rng, len(weeks), how.clocks_apart_weeks)])
        moved = apart[:, None] & OF_VEHICLE
        seconds[moved] += how.clocks_apart_s
        counts["clocks_apart_s"] = int(np.isfinite(seconds[moved]).sum())
    if how.blur_s:
        seconds += how.blur_s * stream(seed, "blur_s").standard_normal(seconds.shape)
        counts["blur_s"] = int(np.isfinite(seconds).sum())
    return seconds


def by_the_clock(seconds: np.ndarray, start: datetime, zone: str | None) -> np.ndarray:
    """[row, stamp] datetime64[us] of seconds since a start; NaT of nan.

    The start is a local time of the zone; without a zone the clock is never changed.
    """
    known = np.isfinite(seconds)
    since = np.zeros(seconds.shape, "timedelta64[us]")
    since[known] = np.round(seconds[known] * 1e6).astype(np.int64).astype("timedelta64[us]")
    at = np.datetime64(start, "us") + since
    if zone is not None and known.any():
        of = _zone(zone)
        begin = start.replace(tzinfo=of)
        quarter = np.timedelta64(15 * 60, "s")
        # Clocks are changed at full quarters of an hour of UTC.
        offset = begin.utcoffset() or timedelta(0)
        utc = at - np.timedelta64(offset)
        first = utc[known].min().astype("datetime64[h]").astype("datetime64[us]")
        number = ((utc - first) // quarter)[known].astype(int)
        quarters, which = np.unique(number, return_inverse=True)
        moments = [(first + one * quarter).astype(datetime).replace(tzinfo=UTC) for one in quarters]
        offsets = np.array(
            [moment.astimezone(of).utcoffset() or timedelta(0) for moment in moments],
            "timedelta64[us]",
        )
        at[known] = utc[known] + offsets[which]
    at[~known] = np.datetime64("NaT")
    return at


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        text = Message("no such time zone; found {found}", found=name)
        raise OptionError("zone", text) from None


# ── while they are times of a clock ──────────────────────────────────────────────────────────


def spoiled(table: RecordTable, how: Spoiling, seed: int, counts: dict[str, int]) -> RecordTable:
    """The table with everything else that goes wrong; what was done is added to `counts`.

    First wrong points, then rows that are there twice, then wrong instants, then rows that are
    not there.
    """
    table = table._replace(at=table.at.copy(), point=table.point.copy())
    _in_place(
        table, how, seed, counts, {"wrong_city": _wrong_city, "default_point": _default_point}
    )
    if how.duplicates:
        before = len(table.incident)
        table = _with_duplicates(table, how.duplicates, stream(seed, "duplicates"))
        counts["duplicates"] = len(table.incident) - before
    received = table.at[:, 0].copy()  # by which a feed is down
    if how.whole_minutes is not None:
        counts["whole_minutes"] = _to_minutes(table.at, how)
    slips: dict[str, _Step] = {
        "day_wrap": _day_wrap,
        "gross_errors": _gross_errors,
        "wrong_years": _wrong_years,
        "missing_stamps": _missing_stamps,
    }
    _in_place(table, how, seed, counts, slips)
    kept = np.ones(len(received), bool)
    if how.feed_down_days:
        kept[_in_gaps(received, how.feed_down_days, stream(seed, "feed_down_days"))] = False
        counts["feed_down_days"] = int((~kept).sum())
    if how.missing_rows:
        there = np.flatnonzero(kept)
        gone = chosen(stream(seed, "missing_rows"), len(there), how.missing_rows)
        kept[there[gone]] = False
        counts["missing_rows"] = len(gone)
    return taken(table, np.flatnonzero(kept))


def _in_place(
    table: RecordTable, how: Spoiling, seed: int, counts: dict[str, int], steps: dict[str, _Step]
) -> None:
    """What changes cells of a table, by option."""
    for name, step in steps.items():
        if getattr(how, name):
            counts[name] = step(table, getattr(how, name), stream(seed, name))


def taken(table: RecordTable, rows: np.ndarray) -> RecordTable:
    """Some rows, in that order."""
    said = {name: column[rows] for name, column in table.said.items()}
    return RecordTable(table.incident[rows], table.at[rows], table.point[rows], said)


def _to_minutes(at: np.ndarray, how: Spoiling) -> int:
    """How many instants are whole minutes now."""
    columns = np.flatnonzero(np.isin(ROW_STAMPS, how.minutes_of))
    of = at[:, columns]
    if how.whole_minutes == ROUNDED:
        of = of + MINUTE // 2
    at[:, columns] = of.astype("datetime64[m]").astype("datetime64[us]")
    return int((~np.isnat(of)).sum())


def _gross_errors(table: RecordTable, share: float, rng: np.random.Generator) -> int:
    """One instant after receipt hours or days off, or changed for the next one of its row."""
    there = ~np.isnat(table.at)
    there[:, 0] = False
    eligible = np.flatnonzero(there.sum(axis=1) >= 2)
    rows = eligible[chosen(rng, len(eligible), share)]
    kinds = rng.integers(0, 3, len(rows))
    spots, sizes, signs = (
        rng.random(len(rows)),
        rng.random(len(rows)),
        rng.integers(0, 2, len(rows)),
    )
    for row, kind, spot, size, sign in zip(rows, kinds, spots, sizes, signs, strict=True):
        some = np.flatnonzero(there[row])
        if kind == 2:  # never two that are the same
            at = table.at[row]
            pairs = [[one, two] for one, two in pairwise(some) if at[one] != at[two]]
            if pairs:
                pair = pairs[int(spot * len(pairs))]
                table.at[row, pair] = table.at[row, pair[::-1]]
                continue
            kind = 0
        hours = 1 + int(size * 12) if kind == 0 else 24 * (1 + int(size * 30))
        off = np.timedelta64(hours if sign else -hours, "h")
        table.at[row, some[int(spot * len(some))]] += off
    return len(rows)


def _day_wrap(table: RecordTable, share: float, rng: np.random.Generator) -> int:
    """Instants after the midnight that follows receipt, a day early."""
    day = table.at.astype("datetime64[D]")
    later = day > day[:, :1]  # False where there is none
    crossing = np.flatnonzero(later.any(axis=1))
    rows = crossing[chosen(rng, len(crossing), share)]
    table.at[rows] = np.where(later[rows], table.at[rows] - DAY, table.at[rows])
    return len(rows)


def _wrong_years(table: RecordTable, share: float, rng: np.random.Generator) -> int:
    rows = chosen(rng, len(table.at), share)
    wrong = rng.integers(0, len(WRONG_YEARS), len(rows))
    for row, which, spot in zip(rows, wrong, rng.random(len(rows)), strict=True):
        some = np.flatnonzero(~np.isnat(table.at[row]))
        column = some[int(spot * len(some))]
        moment: datetime = table.at[row, column].astype(datetime)
        year = WRONG_YEARS[which] if WRONG_YEARS[which] != moment.year else WRONG_YEARS[1 - which]
        table.at[row, column] = moment.replace(year=year, day=min(moment.day, 28))
    return len(rows)


def _missing_stamps(table: RecordTable, share: float, rng: np.random.Generator) -> int:
    row, column = np.nonzero(~np.isnat(table.at[:, 1:]))
    some = chosen(rng, len(row), share)
    table.at[row[some], column[some] + 1] = np.datetime64("NaT")
    return len(some)


def _incidents(table: RecordTable, share: float, rng: np.random.Generator) -> np.ndarray:
    """That share of the incidents."""
    known = np.unique(table.incident)
    return known[chosen(rng, len(known), share)]


def _wrong_city(table: RecordTable, share: float, rng: np.random.Generator) -> int:
    """Every point as far away, each in a direction of its own."""
    some = _incidents(table, share, rng)
    off = rng.uniform(*FAR_DEGREES, (len(some), 2)) * rng.choice([-1.0, 1.0], (len(some), 2))
    rows = np.flatnonzero(np.isin(table.incident, some))
    moved = table.point[rows] + off[np.searchsorted(some, table.incident[rows])]
    table.point[rows] = np.round(np.clip(moved, (-180, -85), (180, 85)), 5)
    return len(some)


def _default_point(table: RecordTable, share: float, rng: np.random.Generator) -> int:
    """One point for all: in the midst of those that were recorded."""
    some = _incidents(table, share, rng)
    rows = np.isin(table.incident, some)
    if len(some):
        table.point[rows] = np.round(np.median(table.point, axis=0), 5)
    return len(some)


def _with_duplicates(table: RecordTable, share: float, rng: np.random.Generator) -> RecordTable:
    """The rows, and those of second records of an incident, to which nobody was sent."""
    some = _incidents(table, share, rng)
    _, first = np.unique(table.incident, return_index=True)
    first = first[np.isin(table.incident[first], some)]
    again = taken(table, first)
    again.at[:, 0] += np.round(rng.uniform(*AGAIN_S, len(first))).astype("timedelta64[s]")
    again.at[:, 1:] = np.datetime64("NaT")
    for name in set(UNIT_TEXTS) & set(again.said):
        again.said[name][:] = ""
    last = int(table.incident.max(initial=0))
    again = again._replace(incident=last + 1 + np.arange(len(first)))
    every = RecordTable(
        np.concatenate([table.incident, again.incident]),
        np.concatenate([table.at, again.at]),
        np.concatenate([table.point, again.point]),
        {name: np.concatenate([column, again.said[name]]) for name, column in table.said.items()},
    )
    return taken(every, np.argsort(every.at[:, 0], kind="stable"))


def _in_gaps(received: np.ndarray, days: int, rng: np.random.Generator) -> np.ndarray:
    """Rows lost on days on which the feed was down."""
    day = received.astype("datetime64[D]")
    every = np.unique(day)
    down = every[np.sort(rng.permutation(len(every))[:days])]
    gone = [np.zeros(0, int)]
    for one in down:
        rows = np.flatnonzero(day == one)
        gone.append(rows[chosen(rng, len(rows), GONE_IN_A_GAP)])
    return np.concatenate(gone)
