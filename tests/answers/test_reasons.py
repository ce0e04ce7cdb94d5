"""Why a site gains what it gains: people behind it counted one by one, calls off other stations."""

from __future__ import annotations

import numpy as np
import pytest
from rankings import ranked
from studies import days

from sim.answers.reasons import reasons_for
from sim.prepare import reach as coverage
from sim.study.effort import Effort
from sim.study.runs import Runs

NAMES = ["枫林镇", "官庄镇", "石亭镇", "均楚镇", "白兔潭镇"]


def plans():
    return tuple(days().add(name) for name in NAMES)


def tried(upto):
    found = Runs(days(), plans(), Effort(workers=1))
    found.extend(upto)
    return found


def test_people_behind_a_site_counted_one_by_one():
    base, found = days(), ranked()
    before_s = coverage.seconds_before(base)
    old_s, _ = coverage.seconds_from(base, base.stations)
    cells = base.map.cells
    target_s = np.array([600.0, 1800.0])
    for one in found.sites[:3]:
        new_s, _ = coverage.seconds_from(base, one.layout.stations[-1:])
        people = newly = 0.0
        for cell in range(len(cells.people)):
            now, then = min(old_s[:, cell]), new_s[0, cell]
            if then < now:
                people += cells.people[cell]
                limit = target_s[cells.area[cell]]
                if before_s + then <= limit < before_s + now:
                    newly += cells.people[cell]
        assert (one.reason.people, one.reason.newly) == pytest.approx((people, newly))
        assert 0 < one.reason.newly < one.reason.people


def test_a_site_relieves_the_station_it_takes_most_calls_from():
    found = tried(4)
    one = reasons_for(days(), plans(), found)[0]
    before, after = (found.summed(row).served.sum(axis=0) / 12 for row in (0, 1))
    fewer = before - after[: len(before)]
    assert one.calls_per_day == pytest.approx(fewer.max())
    assert one.relieves == fewer.argmax()
    assert one.of_calls == pytest.approx(before[one.relieves])


def test_what_a_site_takes_off_a_station_is_of_the_calls_that_both_met():
    """The base has met more calls than layouts dropped early; those say nothing of the site."""
    found = tried(2)
    few = reasons_for(days(), plans(), found)
    found.extend(9, [1])
    assert reasons_for(days(), plans(), found)[1:] == few[1:]


def test_a_site_that_is_a_station_already_has_no_people_behind_it():
    base = days()
    station = base.stations[5]
    lon, lat = base.map.lonlat(station.x, station.y)
    twin = base.add("Twin", [float(lon), float(lat)])
    found = Runs(base, [twin], Effort(workers=1))
    found.extend(2)
    (one,) = reasons_for(base, [twin], found)
    assert (one.people, one.newly, one.nearest) == (0, 0, 5)
    assert one.minutes == pytest.approx(0, abs=1)
