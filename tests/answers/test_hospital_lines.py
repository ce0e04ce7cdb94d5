"""Bays, destinations, transfers and cancelled calls in tables, rows and sentences."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.answers.comparison import compare
from sim.measures.features import Feature
from sim.measures.groups import Group
from sim.measures.hospital_measures import HOSPITALS
from sim.measures.hospitals import HospitalTally
from sim.measures.measures import BY_KEY, SPOKEN_OF
from sim.measures.other_measures import OTHER_CALLS
from sim.measures.service import CallColumns, ServiceTally
from sim.measures.streams import OtherCalls
from sim.measures.verdicts import Harm
from sim.words import page_of
from sim.words.comparison_sentence import changes_of, is_spoken_of
from sim.words.language import language
from sim.words.measure_changes import CHANGES

EVERYTHING = Feature((1 << 25) - 1) & ~(Feature(1023))
MIN = 60.0


def described(tally, number, more):
    """A plain tally as if there were hospitals with bays, transfers and withdrawn calls."""
    calls, crews = len(tally.call), len(tally.busy_s)
    zero, two = np.zeros(calls, np.int16), np.arange(calls, dtype=np.int16) % 2
    many, share = 60, np.arange(60) % 3
    hospitals = HospitalTally(
        hospital=share % 2, condition=share % 2, wait_s=share * (10.0 + number % 2 + more) * MIN,
        passed_over=share == 1, clinic=np.zeros(many, bool),
        waiting_s=np.array([3600.0, 0.0]) + 900.0 * more, bays=np.array([2, 0]),
        bay_s=np.array([40_000.0, 0.0]), icu=np.array([4, 0]), icu_s=np.array([86_400.0, 0.0]),
        walk_ins=np.array([10.0, 0.0]), refused=np.array([1.0 + number % 2, 0.0]),
    )  # fmt: skip
    others = OtherCalls(
        np.repeat([1, 2, 3], 40), np.zeros(120, np.int8), np.arange(120) * 9.0,
        np.full(120, np.inf), (np.arange(120) % 2) * (30.0 + more * 20 + number % 3) * MIN,
    )  # fmt: skip
    gone = np.where(np.arange(calls) % 9 == number % 3, 60.0 - more, np.inf)
    return tally._replace(
        response_s=np.where(np.isfinite(gone), np.inf, tally.response_s),
        withdrawn_s=gone, sent=two > 0, waited_s=two * (30.0 + more), answered_s=two * 20.0,
        ending=two.astype(np.int8),
        service=ServiceTally(
            int(EVERYTHING),
            CallColumns(
                tally.response_s, tally.response_s, zero + 1, zero + 1, zero, two > 1, two > 1,
                two, tally.response_s + (1500.0 + 60 * more),
            ),
            np.zeros(crews, np.int16), np.zeros(crews, np.int16), np.zeros(0),
            30.0, 0, 0, 0.0, 0.0, 0, 0, 0, 0.0, 0, 0.0, 0, 0.0, 7200.0, others, hospitals,
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(liling):
    day = liling.with_study(length=2 * 86_400.0)
    return compare(day, day.add("枫林镇"), replications=6, workers=1)


@pytest.fixture(scope="module")
def found(plain):
    tallies = tuple(
        tuple(described(tally, n, layout * (5.0 + n % 3)) for n, tally in enumerate(own))
        for layout, own in enumerate(plain.tallies)
    )
    halves = [{"name": name, "share": "50 %"} for name in ("one", "two")]
    layouts = tuple(one.with_settings(demand={"conditions": halves}) for one in plain.layouts)
    return replace(plain, layouts=layouts, tallies=tallies)


def test_every_measure_of_what_there_is_has_a_line(found):
    lines = [line.key for line in found.service_lines() if line.group.by == "all"]
    assert lines == [measure.key for measure in (*OTHER_CALLS, *HOSPITALS)]
    own = [line.key for line in found.service_lines() if line.group == ("condition", 1)]
    assert own == ["hospital_60", "hospital_p50", "hospital_p90"]


def test_a_plain_service_says_none_of_it(plain):
    text = page_of(plain, language()).text()
    assert "cancelled" not in text
    assert "bay" not in text
    assert {row.by for row in plain.rows()} == {"all", "area", "township", "priority", "hour"}


def test_hospitals_and_conditions_have_rows_by_their_names(found):
    names = [hospital.name.zh for hospital in found.base.map.hospitals[:2]]
    rows = {
        (r.by, r.area, r.measure): r.mean for r in found.rows() if r.layout == found.base.name.en
    }
    assert rows["hospital", names[0], "destination"] == pytest.approx(2 / 3)
    assert rows["hospital", names[1], "destination"] == pytest.approx(1 / 3)
    assert ("hospital", names[0], "bay_waits") in rows
    assert ("condition", "one", "hospital_60") in rows
    assert found.to_frame().query("group == @names[0]")["measure"].nunique() == 8


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_run_has_a_table_of_its_hospitals(found, code):
    say = language(code)
    alone = replace(found, layouts=found.layouts[:1], tallies=found.tallies[:1])
    _, table, *_ = page_of(alone, say).body
    spots = found.base.map.hospitals[:2]
    assert [row[0] for row in table.rows] == [say.name(spot.name) for spot in spots]
    assert table.rows[0][1] == say("{number} %", number="66.7")
    assert table.rows[1][-1] == "–"
    assert all(column.head for column in table.columns)
    assert "nan" not in page_of(alone, say).text()


@pytest.mark.parametrize("code", ["en", "zh"])
def test_a_sentence_names_what_gets_worse_at_the_door_and_of_transfers(found, code):
    say = language(code)
    worse = [key for key in SPOKEN_OF if str(found.verdict(key)) == "worse" and key in CHANGES]
    assert {"bay_mean", "bay_hours", "hospital_60", "transfer_late_mean"} <= set(worse)
    spoken = page_of(found, say).sentence
    lines = [line for line in found.service_lines() if is_spoken_of(*line)]
    changed = {line: found.difference(line.key, 1, line.group).mean for line in lines}
    told = {line: changes_of([Harm(line.key, mean, line.group)], found.base, 5, say)
            for line, mean in changed.items()}  # fmt: skip
    named = {BY_KEY[line.key].feature for line, text in told.items() if text in spoken}
    assert named >= {BY_KEY[key].feature for key in worse}
    assert all(told["hospital_60", Group("condition", row)] in spoken for row in range(2))
    assert {"en": "other measures", "zh": "项指标"}[code] in spoken


def test_every_measure_that_a_sentence_may_speak_of_has_words_for_it():
    for key in SPOKEN_OF:
        assert len(CHANGES[key]) == 2
        assert key in BY_KEY


def test_a_page_says_of_which_calls_its_figures_are(found):
    notes = " ".join(page_of(found, language()).notes)
    assert "Compliance and responses are of emergencies alone" in notes
    assert "one cancelled sooner has no part" in notes
