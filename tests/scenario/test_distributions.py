"""Durations: their means and quantiles against scipy.stats, and where they are cut."""

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from sim.scenario.distributions import LAST, RARE, AnyDistribution
from sim.scenario.settings.durations import Durations

read = TypeAdapter(AnyDistribution).validate_python
Q = np.linspace(0.001, 0.999, 101)

LAWS = {
    "exponential": ({"mean": "5 min"}, stats.expon(scale=300)),
    "lognormal": ({"median": "90 s", "sigma": 0.4214}, stats.lognorm(0.4214, scale=90)),
    "weibull": ({"shape": 2.5, "scale": "34.3 min"}, stats.weibull_min(2.5, scale=34.3 * 60)),
    "log-logistic": ({"shape": 3, "median": "76 s"}, stats.fisk(3, scale=76)),
    "gamma": ({"shape": 3, "mean": "10 min"}, stats.gamma(3, scale=200)),
    "uniform": ({"low": "1 min", "high": "3 min"}, stats.uniform(60, 120)),
}


@pytest.mark.parametrize("name", LAWS)
def test_quantiles_and_cuts_agree_with_scipy(name):
    parameters, law = LAWS[name]
    ours = read({"distribution": name, **parameters})
    assert ours.seconds(Q) == pytest.approx(law.ppf(Q), rel=1e-9)
    assert ours.mean() == pytest.approx(law.mean(), rel=2e-3)
    assert ours.share_below(100) == pytest.approx(law.cdf(100))
    low, high = law.ppf(0.2), law.ppf(0.9)
    cut = read({"distribution": name, **parameters, "min": f"{low} s", "max": f"{high} s"})
    assert cut.seconds(Q) == pytest.approx(law.ppf(0.2 + Q * 0.7), rel=1e-6)


def test_the_utrecht_fit_has_its_published_mean_and_spread():
    fit = {"distribution": "lognormal", "median": "37 min", "sigma": 0.38, "shift": "-10.01 min",
           "min": "0 min", "max": "88 min"}  # fmt: skip
    seconds = read(fit).seconds((np.arange(100_000) + 0.5) / 100_000)
    assert seconds.mean() / 60 == pytest.approx(29.3966, abs=1e-3)
    assert seconds.std() / 60 == pytest.approx(14.7993, abs=1e-3)


def test_the_default_turnout_has_the_mean_that_berlin_publishes():
    turnout = Durations().turnout
    assert turnout.mean() == pytest.approx(83.4, abs=0.5)  # of 2,548,503 alarms
    assert turnout.share_below(76) == pytest.approx(0.5, abs=1e-9)


def test_the_turnout_that_is_derived_from_the_norm_meets_it():
    turnout = read({"distribution": "lognormal", "median": "1.5 min", "sigma": 0.4214})
    assert turnout.share_below(180) == pytest.approx(0.95, abs=1e-4)
    assert turnout.sigma == Durations().turnout.sigma


def log_logistic(median, shape, **cuts):
    return read({"distribution": "log-logistic", "median": median, "shape": shape, **cuts})


def test_a_log_logistic_law_is_worked_out_by_hand():
    """At odds of 1 to 8 and of 8 to 1 and a shape of 3: half and twice the median."""
    law = log_logistic("60 s", 3)
    assert law.seconds(np.array([0, 1 / 9, 0.5, 8 / 9])) == pytest.approx([0, 30, 60, 120])
    shares = [law.share_below(seconds) for seconds in (0, 30, 60, 120)]
    assert shares == pytest.approx([0, 1 / 9, 0.5, 8 / 9])


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("median", "shape"), [
    ("0 s", 0.01), ("0 s", 3), ("0 s", 100_000), ("1e-300 s", 0.01), ("5e-324 s", 2),
    ("90 s", 0.01), ("90 s", 1), ("90 s", 100_000), ("7 days", 0.01), ("7 days", 100_000),
])  # fmt: skip
def test_a_log_logistic_law_has_no_odd_numbers_at_its_bounds(median, shape):
    law = log_logistic(median, shape, max="7 days")
    q = np.array([0, 5e-324, 1e-300, 1e-9, 0.3, 0.5, 0.9, RARE, LAST])
    drawn = law.seconds(q)
    assert np.all(np.isfinite(drawn))
    assert np.all(np.diff(drawn) >= 0)
    assert 0 <= drawn.min() <= drawn.max() <= 7 * 86_400
    assert 0 <= law.mean() <= 7 * 86_400
    shares = [law.share_below(seconds) for seconds in (0.0, 5e-324, 1.0, 90.0, 1e9, 1e308)]
    assert np.all(np.diff(shares) >= 0)
    assert 0 <= min(shares) <= max(shares) <= 1


def test_a_log_logistic_law_is_hardly_cut_where_it_hardly_is():
    whole, cut = log_logistic("76 s", 4), log_logistic("76 s", 4, min="0 s", max="7 days")
    assert cut.seconds(Q) == pytest.approx(whole.seconds(Q), rel=1e-9)
    with pytest.raises(ValidationError, match="leave nothing"):
        log_logistic("76 s", 100_000, min="80 s", max="7 days")


def test_constant_and_empirical():
    assert read({"distribution": "constant", "value": "50 s"}).seconds(Q).tolist() == [50.0] * 101
    seen = read({"distribution": "empirical", "values": ["3 s", "1 s", "2 s", "2 s"]})
    assert seen.seconds(np.array([0.0, 0.25, 0.5, 0.75, 0.99])).tolist() == [1, 2, 2, 3, 3]


def test_a_cut_keeps_values_that_lie_on_it():
    seen = {"distribution": "empirical", "values": ["10 s", "20 s", "30 s"], "min": "10 s"}
    assert set(read(seen).seconds(Q).tolist()) == {10, 20, 30}
    same = {"distribution": "uniform", "low": "5 s", "high": "5 s", "min": "5 s"}
    assert set(read(same).seconds(Q).tolist()) == {5}


def test_a_shift_never_makes_a_negative_duration():
    shifted = read({"distribution": "lognormal", "median": "1 min", "sigma": 1, "shift": "-2 min"})
    assert shifted.seconds(Q).min() == 0


@pytest.mark.parametrize(
    "bad",
    [
        {"distribution": "normal", "mean": "1 min"},
        {"distribution": "lognormal", "median": "1 min", "sigma": -1},
        {"distribution": "uniform", "low": "3 min", "high": "1 min"},
        {"distribution": "exponential", "mean": "5 min", "min": "9 min", "max": "1 min"},
        {"distribution": "empirical", "values": []},
        {"distribution": "exponential", "mean": 5},
        {"mean": "5 min"},
    ],
)
def test_a_law_that_cannot_be_is_refused(bad):
    with pytest.raises(ValidationError):
        read(bad)
