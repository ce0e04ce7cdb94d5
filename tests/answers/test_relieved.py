"""Who has less to do under a proposal: known answers, and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest
from studies import days

from sim.answers.comparison import compare
from sim.answers.relieved import Load, loads
from sim.measures.verdicts import Verdict
from sim.words.language import language
from sim.words.relieved import sentence

EN, ZH = language("en"), language("zh")


@pytest.fixture(scope="module")
def closed():
    base = days()
    return compare(base, base.close("市妇幼"), replications=8, workers=1)


def test_the_shares_are_time_on_calls_over_time_on_duty(closed):
    base, station = closed.base, closed.base.station("湘东医院")
    rows = [row for row, one in enumerate(base.fleet) if one.station == station]
    busy = sum(tally.busy_s[rows].sum() for tally in closed.tallies[0][: closed.replications])
    duty = sum(tally.on_duty_s[rows].sum() for tally in closed.tallies[0][: closed.replications])
    (found,) = (one for one in loads(closed) if one.station.name.zh == "湘东医院")
    assert found.before == pytest.approx(busy / duty)


def test_closing_a_station_leaves_its_calls_to_others(closed):
    found = loads(closed)
    assert "市妇幼" not in {one.station.name.zh for one in found}
    assert any(one.verdict == Verdict.WORSE for one in found)
    assert not any(one.verdict == Verdict.BETTER for one in found)
    assert sum(one.after - one.before for one in found) > 0


def test_a_station_more_relieves_somebody():
    base = days()
    found = loads(compare(base, base.add("枫林镇", ambulances=2), replications=8, workers=1))
    assert any(one.verdict == Verdict.BETTER for one in found)
    assert not any(one.verdict == Verdict.WORSE for one in found)


def test_the_same_layout_relieves_nobody_and_few_replications_say_nothing():
    base = days()
    same = compare(base, base.move("市妇幼", to="市妇幼"), replications=6, workers=1)
    assert sentence(loads(same), EN) == ""
    few = compare(base, base.close("市妇幼"), replications=3, workers=1)
    assert {one.verdict for one in loads(few)} == {Verdict.FEW_REPLICATIONS}
    one = compare(base, base.close("市妇幼"), replications=1, workers=1)
    assert {one.verdict for one in loads(one)} == {Verdict.FEW_REPLICATIONS}


def test_what_is_said_names_the_greatest_first():
    stations = days().open_stations()
    changes = [(0.2, 0.1), (0.3, 0.1), (0.1, 0.3), (0.2, 0.2), (0.5, 0.4), (0.6, 0.2), (0.3, 0.28)]
    verdicts = [Verdict.BETTER, Verdict.BETTER, Verdict.WORSE, Verdict.UNDECIDED, Verdict.BETTER,
                Verdict.BETTER, Verdict.BETTER]  # fmt: skip
    found = [
        Load(station, *change, verdict)
        for station, change, verdict in zip(stations, changes, verdicts, strict=False)
    ]
    english, chinese = sentence(found, EN), sentence(found, ZH)
    first = stations[5].name
    assert english.startswith(f"Relieved: {first.en} (on calls for 20.0 % of its time, not 60.0 %)")
    assert "and 2 more. Busier:" in english
    assert stations[3].name.en not in english
    assert chinese.startswith(f"减负：{first.zh}")
    assert sentence(found[2:3], EN).startswith("Busier: ")
    assert sentence(found[3:4], EN) == sentence([], EN) == ""
    assert np.isfinite([one.before for one in found]).all()
