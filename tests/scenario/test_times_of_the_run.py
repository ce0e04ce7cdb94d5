"""Surges and closures that do not come in the run are told, whoever says which days it has."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from services import problems, town

from sim.errors import OptionError, ScenarioError
from sim.scenario.file import load
from sim.study.effort import Effort
from sim.study.plan import prepare

LAYOUT = "layout: [{station: P0, ambulances: 2}, {station: P1}]\n"
BUS = '{{name: Bus, at: "{} 10:00", place: P0, calls: 30}}'


@pytest.fixture(scope="module")
def write(tmp_path_factory):
    """Three places in a row with a hospital each, and the records of twelve days of 2024."""
    folder = tmp_path_factory.mktemp("days")
    seconds = [[0, 300, 900], [300, 0, 600], [900, 600, 0]]
    found = town(folder, seconds, [100, 300, 200], hospitals=[0, 1, 2])
    places = (folder / "places.csv").read_text("utf-8").splitlines()[1:]
    lon, lat = places[0].split(",")[1:3]
    times = [datetime(2024, 5, 6) + timedelta(minutes=97 * n) for n in range(178)]
    rows = [f"{when:%Y-%m-%d %H:%M},{lon},{lat}" for when in times]
    (folder / "calls.csv").write_text("\n".join(["received_at,lon,lat", *rows]), "utf-8")
    return found


def at(surge="", closed="", start="2025-01-06", length="7 days"):
    """A scenario that begins on a day, with a surge on a day and days at which H1 is closed."""
    days = "" if not closed else f"from: {closed}, until: {closed} 12:00"
    return (
        f"{LAYOUT}start: {start}\nstudy: {{length: {length}, replications: 2}}\n"
        "demand: {rate: {urban: 0 per day, rural: 20 per day}, "
        f"surges: [{BUS.format(surge) if surge else ''}]}}\n"
        f"hospitals: {{at: {{H1: {{closed: [{f'{{{days}}}' if days else ''}]}}}}}}\n"
    )


# ── the file's own days ──────────────────────────────────────────────────────────────────────


def test_a_hospital_that_closes_on_no_day_of_the_run_is_told(write):
    (line,) = problems(write(at(closed="2031-01-08")))
    assert line == (
        "hospitals.at.H1.closed[0]: it is never in force in the run, which is from 2025-01-06 "
        "00:00 until 2025-01-15 06:00"
    )
    for day in ("2025-01-06", "2025-01-14"):
        load(write(at(closed=day)))


def test_days_are_not_told_where_it_is_wrong_which_days_the_run_has(write):
    (line,) = problems(write(at("2031-01-08", "2031-01-08", length="7")))
    assert line.startswith("study.length")


def test_other_days_in_python_are_checked_likewise(write):
    scenario = load(write(at("2025-01-10", "2025-01-13")))
    with pytest.raises(ScenarioError) as caught:
        scenario.with_study(length="1 day", cool_down="0 min")
    assert [one.field for one in caught.value.problems] == [
        "demand.surges[0].at", "hospitals.at.H1.closed[0]",
    ]  # fmt: skip
    with pytest.raises(ScenarioError, match="never in force"):
        scenario.with_settings(
            hospitals={"at": {"H1": {"closed": [{"from": "2031-01-08", "until": "2031-01-09"}]}}}
        )
    assert scenario.with_study(replications=3).settings.demand == scenario.settings.demand


# ── the days of records ──────────────────────────────────────────────────────────────────────


def replayed(surge, closed=""):
    days = f"closed: [{{from: {closed}, until: {closed} 12:00}}]" if closed else ""
    return (
        f"{LAYOUT}demand: {{replay: calls.csv, surges: [{BUS.format(surge)}]}}\n"
        f"study: {{warm_up: 0 min}}\nhospitals: {{at: {{H1: {{{days}}}}}}}\n"
    )


def test_records_say_on_which_days_a_surge_may_come(write):
    assert load(write(replayed("2024-05-10", "2024-05-12"))).settings.start == datetime(2024, 5, 6)
    surge, closed = problems(write(replayed("2025-01-10", "2025-01-10")))
    assert surge.startswith(
        "demand.surges[0].at: the calls of Bus would come from 2025-01-10 10:00"
    )
    assert surge.endswith(
        "those of the records are measured from 2024-05-06 00:00 to 2024-05-18 00:00: write "
        "another time"
    )
    assert closed.startswith("hospitals.at.H1.closed[0]: it is never in force in the run")


def test_what_is_wrong_with_a_surge_is_told_without_its_time_where_records_cannot_be_read(write):
    text = replayed("2025-01-10").replace("calls.csv", "none.csv").replace("P0, calls", "P9, calls")
    found = problems(write(text))
    assert any('no place "P9"' in line for line in found)
    assert not any("would come from" in line for line in found)


# ── the base's days ──────────────────────────────────────────────────────────────────────────

JANUARY = at()


def prepared(base, *others):
    return prepare(base, others, Effort(engine="reference", keep_tables=False))


@pytest.mark.parametrize(
    ("proposal", "field"),
    [
        (at("2025-03-08", start="2025-03-03"), "demand.surges[0].at"),
        (at(closed="2025-03-05", start="2025-03-03"), "hospitals.at.H1.closed[0]"),
        (at("2025-01-17", length="20 days"), "demand.surges[0].at"),
    ],
)
def test_what_a_proposal_says_of_days_holds_over_those_of_its_base(write, proposal, field):
    base, other = load(write(JANUARY, "base.yaml")), load(write(proposal, "other.yaml"))
    with pytest.raises(ScenarioError) as caught:
        prepared(base, other)
    assert "over the days of" in str(caught.value)
    assert [one.field for one in caught.value.problems] == [field]
    with pytest.raises(ScenarioError):
        prepared(base).add(other)


def test_a_proposal_of_other_days_is_compared_where_all_comes_in_those_of_the_base(write):
    base = load(write(JANUARY, "base.yaml"))
    other = load(write(at("2025-01-10", "2025-01-13", "2025-01-04", "20 days"), "other.yaml"))
    assert prepared(base, other).layouts[1].settings.start == base.settings.start
    assert len(prepared(base).add(other).layouts) == 2


def test_what_is_supposed_of_a_proposal_comes_in_the_days_of_its_base(write):
    from sim.answers.events import supposed

    base = load(write(JANUARY, "base.yaml"))
    other = load(write(at(start="2025-01-04", length="20 days"), "other.yaml"))
    bus = {"name": "Bus", "at": "2025-01-10 10:00", "place": "P0", "calls": 3}
    assert supposed((base, other), {"bus": {"demand": {"surges": [bus]}}})
    with pytest.raises(OptionError, match="would come from"):
        supposed((base, other), {"bus": {"demand": {"surges": [bus | {"at": "2025-01-22"}]}}})


# ── what else other hospitals change ─────────────────────────────────────────────────────────


def test_transfers_to_nowhere_are_told_where_hospitals_change(write):
    text = (
        LAYOUT + "hospitals: {outside: [{name: Far, gate: P0, away: 30 min}], "
        "at: {H1: {capabilities: [stroke]}}}\n"
        "transfers: [{name: t, from: [H0], to: Far, rate: 3 per day, urgency: urgent},\n"
        "  {name: s, from: [H0], to: {capability: stroke}, rate: 3 per day, urgency: urgent}]\n"
    )
    scenario = load(write(text))
    for hospitals, said in (
        ({"outside": []}, 'no hospital "Far"'),
        ({"at": {"H1": {"capabilities": []}}}, "no hospital has the capability stroke"),
        ({"clinics": {"hospitals": ["H1"]}}, "no hospital has the capability stroke"),
    ):
        with pytest.raises(ScenarioError, match=said):
            scenario.with_settings(hospitals=hospitals)
