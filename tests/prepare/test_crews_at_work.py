"""Services with part-time crews, written as scenario files, against exact answers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.linalg import expm
from towns import matrix_files
from worlds import some_calls

import sim
from sim import engine as engines
from sim.geography.making import import_map
from sim.model.calendar import DAY_S, HOUR_S
from sim.prepare import demand, draws, system

ONE_PLACE = "id,lon,lat,people\na,113.40,27.60,100\nb,113.41,27.60,0\n"
AT_THE_DOOR = """name: door
map: tiny
durations:
  call_taking: 0 s
  turnout: 0 s
  on_scene: {distribution: exponential, mean: 50 min}
dispatch: {when_none_free: WHEN}
study: {warm_up: 0 s, length: 400 days, cool_down: 0 s}
layout:
  - {station: Base A, ambulances: 2, crews: [{number: 2, roster: {08-20: 2}}]}
demand:
  transported: 0 %
  profile: {hours: HOURS, days: [1, 1, 1, 1, 1, 1, 1]}
  rate: {urban: PER_DAY per day, rural: PER_DAY per day}
"""
RATES = [0.8] * 8 + [2.4] * 12 + [1.2] * 4  # calls an hour, by the hour of the day


@pytest.fixture(scope="module")
def door(tmp_path_factory):
    """`door(**parts)`: a station at whose door all calls are, by its file."""
    folder = tmp_path_factory.mktemp("door")
    import_map(matrix_files(folder, ONE_PLACE, "id,a,b\na,0,1\nb,1,0\n"))
    (folder / "scenarios").mkdir()

    def made(crews="", when="lost", rates=RATES):
        text = AT_THE_DOOR.replace("WHEN", when).replace("HOURS", str(list(rates)))
        text = text.replace("PER_DAY", f"{sum(rates):g}")
        if crews:
            text = text.replace("{station: Base A, ambulances: 2, crews: [{number: 2, roster: "
                                "{08-20: 2}}]}", crews)  # fmt: skip
        path = folder / "scenarios" / "door.yaml"
        path.write_text(text, "utf-8")
        return sim.load(path)

    return made


def exact_loss(full: int, part: int, on: int, off: int, busy_h: float) -> np.ndarray:
    """[hour] share of calls that are lost: a Markov chain of (full-time busy, part-time busy).

    At the end of the shift busy part-time crews finish; at its start all that still finish are on
    duty again.
    """
    states = [(f, p) for f in range(full + 1) for p in range(part + 1)]
    row = {state: number for number, state in enumerate(states)}
    day, lost = np.eye(len(states)), []
    steps = []
    for hour, rate in enumerate(RATES):
        on_duty = on <= hour < off
        rates = np.zeros((len(states), len(states)))
        none = np.zeros(len(states))
        for (f, p), at in row.items():
            if f < full:
                rates[at, row[f + 1, p]] += rate
            elif on_duty and p < part:
                rates[at, row[f, p + 1]] += rate
            else:
                none[at] = 1.0
            if f:
                rates[at, row[f - 1, p]] += f / busy_h
            if p:
                rates[at, row[f, p - 1]] += p / busy_h
        rates -= np.diag(rates.sum(axis=1))
        steps.append((rates, none))
        day = day @ expm(rates)
    values, vectors = np.linalg.eig(day.T)
    now = np.real(vectors[:, np.argmax(np.real(values))])
    now = now / now.sum()
    fine = 200
    for rates, none in steps:
        step, mean = expm(rates / fine), 0.0
        for _ in range(fine):
            after = now @ step
            mean += (now @ none + after @ none) / 2 / fine
            now = after
        lost.append(mean)
    return np.array(lost)


def test_the_chain_has_a_textbook_value_where_all_are_always_on_duty():
    flat = exact_loss(4, 0, 0, 24, 50 / 60)
    assert 0 < flat[3] < flat[19] < 1


def test_part_time_crews_of_a_table_lose_as_many_calls_as_theory_says(door):
    scenario = door()
    assert [str(one.duty) for one in scenario.fleet] == ["00-24", "00-24", "08-20", "08-20"]
    made, source = system.build(scenario), demand.build(scenario)
    assert source.calls_per_hour.sum(axis=0)[:24] == pytest.approx(RATES)
    (run,) = engines.make("compiled", [made])
    lost, calls = np.zeros(24), np.zeros(24)
    for number in range(10):
        drawn = draws.draw(source, 2025, number)
        log = run.run(run.pack(drawn))
        hour = (drawn.received_at // HOUR_S).astype(int) % 24
        lost += np.bincount(hour, log.lost, 24)
        calls += np.bincount(hour, minlength=24)
    exact = exact_loss(2, 2, 8, 20, 50 / 60)
    weights = np.array(RATES) / sum(RATES)
    assert lost.sum() / calls.sum() == pytest.approx(exact @ weights, abs=0.003)
    day = slice(8, 20)
    assert lost[day].sum() / calls[day].sum() == pytest.approx(exact[day].mean(), abs=0.004)


def test_a_call_in_hand_at_the_end_of_a_shift_is_finished(door, engine):
    """One crew round the clock, one from 8 to 20; calls wait, and the lower row goes first."""
    scenario = door("{station: Base A, ambulances: 1, crews: [{hours: 08-20}]}", "queue")
    made = system.build(scenario)
    clock = ["07:30", "07:50", "08:30", "19:40", "19:55", "20:10", "20:45"]
    at = [int(text[:2]) * HOUR_S + int(text[3:]) * 60.0 for text in clock]
    calls = some_calls(np.array(at), on_scene_s=np.array([60, 30, 45, 45, 50, 20, 10]) * 60.0)
    log = engine(made, calls)
    served = np.argsort(log.assigned_at[log.call >= 0], kind="stable")
    trips = np.flatnonzero(log.call >= 0)[served]
    assert "".join("AB"[one] for one in log.ambulance[trips]) == "ABAABAA"
    minutes = (log.assigned_at[trips] / 60).tolist()
    assert minutes == [450, 480, 510, 1180, 1195, 1225, 1245]
    cleared = (log.cleared_at[trips] / 60).tolist()
    assert cleared == [510, 510, 555, 1225, 1245, 1245, 1255]
    b = log.ambulance[trips] == 1
    assert max(log.cleared_at[trips][b]) - 20 * HOUR_S == 45 * 60


def test_on_a_holiday_nobody_works_the_office_shift(door, engine):
    scenario = door("{station: Base A, ambulances: 1, hours: 08-18}", "lost")
    scenario = scenario.with_settings(crews={"rosters": {"x": "08-18"}})
    office = [{"hours": "08-18", "days": "mon-fri"}]
    scenario = scenario.with_hours("Base A", office)
    calls = some_calls(np.arange(7) * DAY_S + 12 * HOUR_S, on_scene_s=600.0)
    assert engine(system.build(scenario), calls).lost.tolist() == [False] * 5 + [True] * 2
    holiday = scenario.with_settings(crews={"holidays": ["2025-01-08"]})
    lost = engine(system.build(holiday), calls).lost.tolist()
    assert lost == [False, False, True, False, False, True, True]
