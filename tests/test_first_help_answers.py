"""First help known in closed form or by hand, through scenario files and both engines.

The forms stand here; `../shared/data/service` has the instances, where it is there.
"""

from __future__ import annotations

import json
import math
from itertools import product

import numpy as np
import pytest
from conftest import NO_DATA, SHARED
from test_known_answers import assert_close, erlang_c
from towns import matrix_files, write_scenario

import sim
from sim.geography.making import import_map
from sim.measures.calls import tally
from sim.measures.groups import Setup
from sim.measures.measures import BY_KEY
from sim.measures.rows import Pooled
from sim.model.calendar import Window
from sim.policies.clock import on_grid
from sim.prepare import demand, draws, system

REPLICATIONS = 12
MIN = 60.0
PLACES = "id,lon,lat,people\na,113.40,27.60,100\nb,113.70,27.60,0\nc,113.10,27.90,0\n"


# ── closed forms ─────────────────────────────────────────────────────────────────────────────


def clinics(minutes, answers, refusal, within):
    """(within, nobody, mean given somebody) by all ways in which clinics may answer."""
    found = np.zeros(3)
    for ways in product([True, False], repeat=len(minutes)):
        chance = math.prod(answers if way else 1 - answers for way in ways)
        first = next((n for n, way in enumerate(ways) if way), None)
        if first is None:
            found[1] += chance
            continue
        at = minutes[first] + first * refusal
        found += chance * np.array([at <= within, 0.0, at])
    return found[0], found[1], found[2] / (1 - found[1])


def volunteers(per_km2, accept, delay, km_per_min, radius, within):
    """(somebody within, nobody at all) of a Poisson field."""
    reach = min(radius, km_per_min * (within - delay))
    thin = per_km2 * accept * math.pi
    return 1 - math.exp(-thin * reach**2), math.exp(-thin * radius**2)


def village_doctor(inputs, steps=20_000):
    """Waits of Erlang's delay system, a drive of a few lengths, a doctor at a uniform time."""
    load = inputs["calls_per_hour"] * inputs["mean_busy_min"] / 60
    waiting = erlang_c(load, inputs["units"])
    rate = (inputs["units"] - load) / inputs["mean_busy_min"]
    middle = (np.arange(steps) + 0.5) / steps
    wait = np.concatenate([[0.0], -np.log(middle) / rate])
    of_wait = np.concatenate([[1 - waiting], np.full(steps, waiting / steps)])
    low, high = inputs["responder_min_uniform"]
    doctor, p = low + (high - low) * (np.arange(100) + 0.5) / 100, inputs["responder_probability"]
    found = dict.fromkeys(("ambulance", "first", "mean", "responder"), 0.0)
    for drive, chance in zip(inputs["drive_min"], inputs["drive_probability"], strict=True):
        at, weight = wait + drive, of_wait * chance
        both = np.minimum(at[:, None], doctor)
        found["ambulance"] += weight @ (at <= inputs["threshold_min"])
        soon = both <= inputs["threshold_min"]
        found["first"] += weight @ (
            p * soon.mean(axis=1) + (1 - p) * (at <= inputs["threshold_min"])
        )
        found["mean"] += weight @ (p * both.mean(axis=1) + (1 - p) * at)
        found["responder"] += p * weight @ (doctor < at[:, None]).mean(axis=1)
    return found


# ── a town with one place that calls ─────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """`written(rules, points)`: a scenario with such responders, at so many km from the place."""
    folder = tmp_path_factory.mktemp("one-place")
    minutes = "id,a,b,c\na,0,20,20\nb,20,0,20\nc,20,20,0\n"
    import_map(matrix_files(folder, PLACES, minutes))
    ground = sim.load(write_scenario(folder, "tiny")).map
    x, y = ground.cells.xy[ground.cells.people > 0][0]

    def _written(rules, kilometres=(), calls_per_hour=20.0):
        lines = ["name,lon,lat"]
        for number, km in enumerate(kilometres):
            lon, lat = ground.lonlat(x + 1000 * km, y)
            lines.append(f"clinic {number},{lon:.9f},{lat:.9f}")
        (folder / "scenarios" / "clinics.csv").write_text("\n".join(lines), "utf-8")
        path = folder / "scenarios" / "town.yaml"
        path.write_text(
            "name: town\nmap: tiny\nlayout:\n  - {station: Base A, ambulances: 3}\n"
            f"demand: {{transported: 0 %, profile: flat, rate: {{urban: {24 * calls_per_hour} per "
            f"day, rural: {24 * calls_per_hour} per day}}}}\n"
            f"responders:\n  - {{name: clinics, {rules}}}\n", "utf-8",
        )  # fmt: skip
        return sim.load(path)

    return _written


def drawn(scenario, replications=REPLICATIONS):
    return [draws.draw(demand.build(scenario), 5, n) for n in range(replications)]


def check_clinics(written, inputs, asked):
    refusal = inputs["minutes_per_refusal"] if asked == "in turn" else 0.0
    rules = (
        f"at: clinics.csv, speed: 60 km/h, detour: 1, reach: 40 km, delay: 0 s, asked: {asked}, "
        f"answers: {100 * inputs['answer_probability']} %"
    )
    rules += f", per_refusal: {refusal} min" if asked == "in turn" else ""
    help_min = [c.first_help_s / MIN for c in drawn(written(rules, inputs["minutes"]))]
    within, nobody, mean = clinics(
        inputs["minutes"], inputs["answer_probability"], refusal, inputs["threshold_min"]
    )
    assert_close([(h <= inputs["threshold_min"]).mean() for h in help_min], within, 0.005)
    assert_close([np.isinf(h).mean() for h in help_min], nobody, 0.004)
    assert_close([h[np.isfinite(h)].mean() for h in help_min], mean, 0.05)
    return within, nobody, mean


SISTER_CLINICS = {
    "minutes": [3.0, 6.0, 6.5, 11.0, 20.0], "answer_probability": 0.35, "minutes_per_refusal": 2.0,
    "threshold_min": 9,
}  # fmt: skip


@pytest.mark.parametrize("asked", ["all", "in turn"])
def test_clinics_at_known_minutes(written, asked):
    check_clinics(written, SISTER_CLINICS, asked)


def check_field(written, inputs):
    rules = (
        f"per_km2: {inputs['per_km2']}, answers: {100 * inputs['accept']} %, detour: 1, "
        f"delay: {inputs['delay_min']} min, speed: {60 * inputs['km_per_min']} km/h, "
        f"reach: {inputs['radius_km']} km"
    )
    help_min = [c.first_help_s / MIN for c in drawn(written(rules))]
    within, nobody = volunteers(*(
        inputs[key]
        for key in ("per_km2", "accept", "delay_min", "km_per_min", "radius_km", "threshold_min")
    ))  # fmt: skip
    assert_close([(h <= inputs["threshold_min"]).mean() for h in help_min], within, 0.006)
    assert_close([np.isinf(h).mean() for h in help_min], nobody, 0.005)
    return within, nobody, [np.median(h) for h in help_min]


def test_volunteers_as_a_poisson_field(written):
    check_field(written, {"per_km2": 0.4, "accept": 0.55, "delay_min": 1.5, "km_per_min": 0.3,
                          "radius_km": 1.2, "threshold_min": 5})  # fmt: skip


def doctors_town(folder, inputs):
    """Two places, of which the second is so much farther from everywhere, itself included."""
    low, high = inputs["responder_min_uniform"]
    more = inputs["drive_min"][1] - inputs["drive_min"][0]
    people = [round(1000 * share) for share in inputs["drive_probability"]]
    places = f"id,lon,lat,people\na,113.40,27.60,{people[0]}\nb,113.50,27.60,{people[1]}\n"
    minutes = f"id,a,b\na,0,{more}\nb,0,{more}\n"
    import_map(matrix_files(folder, places, minutes))
    per_day, target = 24 * inputs["calls_per_hour"], inputs["threshold_min"]
    path = folder / "scenarios.yaml"
    path.write_text(
        "name: town\nmap: tiny\n"
        f"layout:\n  - {{station: Base A, ambulances: {inputs['units']}}}\n"
        f"demand: {{transported: 0 %, profile: flat, rate: {{rural: {per_day} per day}}, "
        "priorities: [{name: any, share: 100 %}]}\n"
        f"durations: {{call_taking: {inputs['drive_min'][0]} min, turnout: 0 s}}\n"
        f"targets: {{urban: {target} min, rural: {target} min}}\n"
        "study: {warm_up: 10 days, length: 120 days, cool_down: 0 days}\n"
        "responders:\n  - name: doctors\n    at: [[113.40, 27.60], [113.50, 27.60]]\n"
        f"    reach: 1 km\n    answers: {100 * inputs['responder_probability']} %\n"
        f"    delay: {{distribution: uniform, low: {low} min, high: {high} min}}\n", "utf-8",
    )  # fmt: skip
    return sim.load(path)


def check_doctor(engine, folder, inputs):
    """The shortest drive stands in call taking, and what is more in the drive to a place."""
    scenario = doctors_town(folder, inputs)
    built = system.build(scenario, keep=False)
    target_s, near = inputs["threshold_min"] * MIN, inputs["drive_probability"][0]
    setup = Setup((target_s, target_s), 0.9, np.ones(3), ())
    more_s = MIN * np.array([0, inputs["drive_min"][1] - inputs["drive_min"][0]])
    rows = []
    for number, calls in enumerate(drawn(scenario)):
        # A busy time as a whole, the longer the farther: a drive then lies within it.
        quantile = np.random.default_rng([number, 3]).random(len(calls.place))
        quantile = np.where(calls.place == 0, near * quantile, near + (1 - near) * quantile)
        rest_s = -inputs["mean_busy_min"] * MIN * np.log1p(-quantile) - more_s[calls.place]
        assert (rest_s >= 0).all()
        calls = calls._replace(on_scene_s=on_grid(rest_s))
        log = engine(built, calls)
        one = tally(built, calls, log, Window(10 * 86_400.0, 130 * 86_400.0))
        pooled = Pooled([one], setup)
        keys = ("within", "first_within", "first_mean", "responder_first", "mean")
        rows.append([BY_KEY[key].left_out(pooled)[0] for key in keys])
    exact = village_doctor(inputs)
    expected = [exact[key] for key in ("ambulance", "first", "mean", "responder")]
    found = np.array(rows)
    assert_close(found[:, [0, 1, 3]], np.array(expected)[[0, 1, 3]], 0.01)
    assert_close(found[:, 2], expected[2], 1.0)
    return exact, found


def test_a_village_doctor_beside_ambulances_that_queue(engine, tmp_path):
    check_doctor(engine, tmp_path, {
        "units": 2, "calls_per_hour": 1.3, "mean_busy_min": 50.0, "drive_min": [5, 12],
        "drive_probability": [0.7, 0.3], "responder_probability": 0.45,
        "responder_min_uniform": [2, 10], "threshold_min": 7,
    })  # fmt: skip


# ── the shared instances ─────────────────────────────────────────────────────────────────────


def instance(kind):
    path = SHARED / "service" / "service_instances.json"
    if not path.exists():
        pytest.skip(NO_DATA)
    (found,) = [one for one in json.loads(path.read_text("utf-8")) if one["id"].startswith(kind)]
    return found["inputs"], found["expected"]


def test_the_instance_of_a_village_doctor(engine, tmp_path):
    inputs, expected = instance("SV06")
    exact, found = check_doctor(engine, tmp_path, inputs)
    assert exact["ambulance"] == pytest.approx(expected["ambulance_within_T"], abs=1e-4)
    assert exact["first"] == pytest.approx(expected["first_help_within_T"], abs=1e-3)
    assert exact["mean"] == pytest.approx(expected["mean_first_help_min"], abs=0.01)
    assert exact["responder"] == pytest.approx(expected["share_responder_first"], abs=1e-3)
    assert_close(found[:, 4], expected["mean_ambulance_min"], 1.5)


def test_the_instance_of_clinics(written):
    inputs, expected = instance("SV22")
    for asked, key in (("all", "all_alerted_at_once"), ("in turn", "one_after_another")):
        exact = check_clinics(written, inputs, asked)
        assert exact == pytest.approx(list(expected[key].values()))


def test_the_instance_of_a_field(written):
    inputs, expected = instance("SV23")
    within, nobody, medians = check_field(written, inputs)
    assert within == pytest.approx(expected["someone_within_T"])
    assert nobody == pytest.approx(expected["nobody_at_all"])
    assert_close(medians, expected["median_min"], 0.05)
