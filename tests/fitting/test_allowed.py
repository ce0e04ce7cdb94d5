"""Whatever is fitted, what is written loads: within the bounds of its setting, and said to be."""

from __future__ import annotations

import math

import numpy as np
import pytest
from calibrations import rates_of, speeds, stage_laws

from sim.fitting import fragment, laws, shares
from sim.fitting.allowed import OF_CALLS, quantity
from sim.fitting.minutes import sample
from sim.fitting.speeds import BandSpeed, ClassSpeed
from sim.fitting.stages import DurationsFit, StageLaw, StationTurnout
from sim.measures.intervals import Estimate

SILENT = shares.SharesFit((), (), (), None, (), None, None, None, (), (), None)
USUAL = DurationsFit(stage_laws(), (), (), 0.0, 0, True)


@pytest.fixture(scope="module")
def rates(liling):
    return rates_of(liling)


def loaded(liling, rates, on=None, durations=USUAL, found=SILENT):
    """The scenario that is written over liling, and what was assumed; nothing of it is no number."""
    made = fragment.of(liling, rates, on, durations, found)
    text = made.text("records.csv", [], {})
    assert "nan" not in text
    assert "inf " not in text
    return liling.with_settings(**made.plain()).settings, [str(one) for one in made.assumed]


def of(assumed, setting):
    return [one for one in assumed if one.startswith(f"`{setting}")]


def with_factor(rates, factor):
    towns = rates.townships
    return rates._replace(townships=towns._replace(
        factor=np.full(len(towns.factor), factor), low=np.full(len(towns.factor), factor / 2),
        high=np.full(len(towns.factor), factor * 2), flat=False))  # fmt: skip


@pytest.mark.parametrize(("factor", "written"), [(253.7, 100.0), (0.0004, 0.01), (99.9, 99.9)])
def test_a_township_with_too_many_or_few_calls_has_the_bound(liling, rates, factor, written):
    found, assumed = loaded(liling, with_factor(rates, factor))
    assert {round(one, 6) for one in found.demand.rate.townships.values()} == {written}
    said = of(assumed, "demand.rate.townships.")
    assert len(said) == (0 if factor == written else len(liling.map.townships))
    assert all(f"{100 * factor:.4g} %" in one or "25370 %" in one for one in said)


def with_rate(rates, mean, people=3.0):
    area = rates.areas[0]._replace(people=people, per_1000_per_year=Estimate(mean, mean, mean))
    return rates._replace(areas=(area, rates.areas[1]))


def test_three_who_call_two_hundred_times(liling, rates):
    found, assumed = loaded(liling, with_rate(rates, 66_700.0))
    year = 365.25 * 86_400
    assert found.demand.rate.urban.per_second * 1_000 * year == pytest.approx(10_000)
    (said,) = of(assumed, "demand.rate.urban")
    assert "10000 per 1000 people per year" in said
    assert "66700 per 1000 people per year" in said


@pytest.mark.parametrize("whole", [None, 2.9])
def test_speeds_beyond_all_reason(liling, rates, whole):
    on = speeds()
    hours = on.bands[0].hours
    fast = Estimate(2.5, 2.4, 2.6)
    on = on._replace(
        classes=(ClassSpeed("trunk", Estimate(0.2, 0.1, 0.3), 9.0, 60, 0.3),
                 ClassSpeed("primary", Estimate(1e4, 9e3, 2e4), 9.0, 60, 0.3)),
        bands=(BandSpeed(hours, fast, 90, (("trunk", Estimate(7.0, 6.9, 7.1)),)),),
        posted=None if whole is None else Estimate(whole, 2.8, 3.0),
        ordinary=Estimate(0.004, 0.003, 0.005), sigma=Estimate(2.5, 2.4, 2.6),
        sigma_to_hospital=Estimate(math.nan, 0.0, 1.0),
    )  # fmt: skip
    found, assumed = loaded(liling, rates, on)
    travel = found.travel
    assert travel.speeds["trunk"] == pytest.approx(1 / 3.6)
    assert travel.speeds["primary"] == pytest.approx(300 / 3.6)
    assert travel.ordinary == pytest.approx(0.01)
    assert (travel.factor.sigma, travel.factor.to_hospital) == (2.0, None)
    for setting in ("speeds.trunk", "speeds.primary", "ordinary", "factor.sigma"):
        assert len(of(assumed, f"travel.{setting}")) == 1
    # 250 % of all and 280 % of a class are 700 %, which is allowed; of 290 % it is not.
    assert any(band.classes for band in travel.bands) == (whole is None)
    assert bool(of(assumed, "travel.bands` hold")) == (whole is not None)


def test_more_bands_than_a_scenario_takes(liling, rates):
    draws = np.random.default_rng(1)
    names = sorted(liling.map.network.classes)[:8]
    share = Estimate(0.9, 0.89, 0.91)
    by_class = tuple((name, share) for name in names)
    hour = draws.permutation(168) % 40
    on = speeds()._replace(
        bands=tuple(BandSpeed(hour == n, share, 90, by_class) for n in range(40))
    )
    found, assumed = loaded(liling, rates, on)
    assert len(found.travel.bands) <= 200
    assert of(assumed, "travel.bands` hold") or any("No hours are slower" in one for one in assumed)


# ── laws ────────────────────────────────────────────────────────────────────────────────────────


def with_law(law, stage="handover"):
    others = tuple(one for one in stage_laws() if one.stage != stage)
    return USUAL._replace(laws=(*others, StageLaw(stage, "all", law, "exact")))


def test_a_law_with_a_tail_for_which_no_run_waits_is_cut(liling, rates):
    law = stage_laws()[1].law._replace(
        family="log-logistic", parameters={"median": 600.0, "shape": 0.9}
    )
    found, assumed = loaded(liling, rates, durations=with_law(law))
    assert found.durations.handover.max == 12 * 3600
    assert found.durations.handover.median == 600
    assert len(of(assumed, "durations.handover` is drawn again where")) == 1


def test_a_mean_far_from_the_recorded_one_is_said(liling, rates):
    seconds = 80 * np.exp(np.random.default_rng(3).normal(0, 0.45, 3_000))
    seconds[:30] *= 50
    _, assumed = loaded(liling, rates, durations=with_law(laws.fit(sample(seconds))))
    assert len(of(assumed, "durations.handover` has a mean of")) == 1
    _, assumed = loaded(liling, rates)
    assert not [one for one in assumed if "has a mean of" in one]


def test_calls_of_areas_that_cannot_be_kept_apart_are_said(liling, rates):
    for kept in (True, False):
        towns = rates.townships._replace(areas_kept=kept, flat=False)
        _, assumed = loaded(liling, rates._replace(townships=towns))
        assert any("so mixed in townships" in one for one in assumed) != kept


def test_durations_that_are_the_same_but_for_microseconds(liling, rates):
    law = laws.fit(sample(80 + np.linspace(0, 1e-3, 200)))
    found, _ = loaded(liling, rates, durations=with_law(law))
    assert found.durations.handover.mean() == pytest.approx(80, rel=0.01)


def test_a_law_of_no_numbers_is_not_written(liling, rates):
    law = stage_laws()[1].law
    for name in law.parameters:
        spoiled = law._replace(parameters={**law.parameters, name: math.nan})
        found, assumed = loaded(liling, rates, durations=with_law(spoiled))
        assert found.durations.handover == liling.settings.durations.handover
        assert len([one for one in assumed if "durations.handover" in one]) == 1
        assert any("The durations of handover" in one for one in assumed)


# ── anything at all ─────────────────────────────────────────────────────────────────────────────

NUMBERS = (0.0, 1e-12, 1e-4, 0.3, 1.0, 7.0, 99.99996, 1e3, 1e5, 1e12, math.inf, math.nan)
PARAMETERS = {
    "lognormal": ("median", "sigma"), "gamma": ("shape", "mean"), "weibull": ("shape", "scale"),
    "log-logistic": ("median", "shape"), "constant": ("value",), "empirical": ("values",),
}  # fmt: skip
LAWS = stage_laws()


class Odd:
    """Draws of numbers that no fit should find, and some that one may."""

    def __init__(self, seed):
        self.draws = np.random.default_rng(seed)

    def number(self, numbers=NUMBERS):
        return float(self.draws.choice(numbers))

    def estimate(self, numbers=NUMBERS):
        return Estimate(self.number(numbers), self.number(), self.number())

    def perhaps(self, numbers=NUMBERS):
        return self.estimate(numbers) if self.draws.random() < 0.7 else None

    def law(self):
        family = str(self.draws.choice(list(PARAMETERS)))
        found = {name: self.number() for name in PARAMETERS[family]}
        if family == "empirical":
            found = {"values": (found["values"], self.number())}
        return LAWS[1].law._replace(family=family, parameters=found, mean=self.estimate())


@pytest.mark.parametrize("seed", range(12))
def test_any_fit_is_written_as_a_scenario_that_loads(liling, rates, seed):
    """A fit of anything: numbers are kept or held within bounds, and none is no number."""
    odd = Odd(seed)
    some = tuple(one for one in NUMBERS if 0 < one < math.inf)  # what others are divided by
    area = rates.areas[0]._replace(
        people=odd.number((0.0, 3.0, 1e6)), per_1000_per_year=odd.estimate((0.0, 15.0, math.nan))
    )
    spoiled = with_factor(rates, 1.0)._replace(areas=(area, rates.areas[1]))
    spoiled.townships.factor[:2] = odd.number(), odd.number()
    hours = np.array([odd.number((math.nan, 0.0, 1e-5, 24.0)), *[1.0] * 23])
    spoiled = spoiled._replace(profile=rates.profile._replace(hours=hours))
    on = speeds()
    on = on._replace(
        classes=tuple(each._replace(kmh=odd.estimate()) for each in on.classes[1:3]),
        bands=tuple(
            each._replace(share=odd.estimate(some), classes=(("trunk", odd.estimate()),))
            for each in on.bands
        ),
        overall=odd.estimate(),
        posted=odd.perhaps(some),
        ordinary=odd.perhaps(),
        sigma=odd.estimate(),
        sigma_to_hospital=odd.perhaps(),
    )
    made = tuple(one._replace(law=odd.law()) for one in LAWS)
    stations = tuple(
        StationTurnout(each.name.zh, 200, odd.estimate()) for each in liling.stations[:3]
    )
    durations = USUAL._replace(laws=made, stations=stations)
    found = SILENT._replace(conveyed=shares.share("x", int(odd.draws.integers(0, 51)), 50))
    loaded(liling, spoiled, on, durations, found)


def test_what_is_within_bounds_is_written_as_it_is_and_nothing_is_said():
    assumed = []
    assert quantity(123.456, OF_CALLS, "x", assumed) == "123.5 %"
    assert quantity(9_999.6, OF_CALLS, "x", assumed) == "10000 %"  # which rounding does
    assert quantity(0.99999, OF_CALLS, "x", assumed) == "1 %"
    assert not assumed
    assert quantity(math.nan, OF_CALLS, "x", assumed) is None
    assert quantity(1e9, OF_CALLS, "x", assumed) == "10000 %"
    assert [str(one).count("`x`") for one in assumed] == [1, 1]
