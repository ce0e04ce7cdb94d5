"""How often intervals of fitted laws hold, families are recognised, and readings of minutes told.

    python benchmarks/laws.py             # all, about forty minutes
    python benchmarks/laws.py 50          # samples of each kind; 200 unless told
    python benchmarks/laws.py 200 cover   # some of cover, families, told, cost

Every sample is drawn from a known law, and recorded as services record: to the second, in whole
minutes, rounded or cut off, or with a fifth of the stages not seen to end.

- Cover: in how many samples the 95 % interval of mean, median and 90th percentile holds the truth,
  and how far the mean of all estimates is from it. The family is chosen, not known.
- Families: in how many of 48 samples, 15-25 % of them censored, the right family has the best AIC.
- Told: how often rounding and cutting off are told apart where one end is to the second, and how
  often wrongly; also for laws that are of none of the families.
- Cost: CPU seconds of one fit.
"""

from __future__ import annotations

import sys
import time

import numpy as np
from scipy import stats

from sim.fitting.laws import fit
from sim.fitting.minutes import Recording, Sample, sample
from sim.fitting.readings import told_apart

SAMPLES, OF_FAMILIES = 200, 48
LAWS = {
    "lognormal": stats.lognorm(0.42, scale=76.0),
    "gamma": stats.gamma(4.0, scale=300.0),
    "weibull": stats.weibull_min(1.5, scale=900.0),
    "log-logistic": stats.fisk(4.0, scale=400.0),
}


class TwoKinds:
    """Some stages are short, others long, and few between: no family is like that."""

    quick, slow, share = stats.gamma(9, scale=5), stats.gamma(9, scale=16), 0.6

    def rvs(self, count: int, random_state: np.random.Generator) -> np.ndarray:
        quick = random_state.random(count) < self.share
        return np.where(
            quick, *(kind.rvs(count, random_state=random_state) for kind in (self.quick, self.slow))
        )

    def mean(self) -> float:
        return float(self.share * self.quick.mean() + (1 - self.share) * self.slow.mean())

    def ppf(self, q: float) -> float:
        seconds = np.linspace(0, 1_000, 1_000_001)
        below = self.share * self.quick.cdf(seconds) + (1 - self.share) * self.slow.cdf(seconds)
        return float(np.interp(q, below, seconds))


OTHERS = {"shifted": stats.lognorm(0.6, loc=20, scale=50.0), "two kinds": TwoKinds()}
RECORDINGS: dict[str, tuple[Recording, Recording]] = {
    "exact": ("exact", "exact"),
    "last rounded": ("exact", "rounded"),
    "last cut off": ("exact", "cut off"),
    "both cut off": ("cut off", "cut off"),
}


def stamped(instants: np.ndarray, how: Recording) -> np.ndarray:
    """Instants as they are recorded."""
    if how == "exact":
        return instants
    return 60 * np.floor(instants / 60 + (0.5 if how == "rounded" else 0))


def drawn(name: str, count: int, draws: np.random.Generator) -> np.ndarray:
    """True durations of a law, in seconds."""
    return (LAWS | OTHERS)[name].rvs(count, random_state=draws)


def recorded(true: np.ndarray, kind: str, draws: np.random.Generator) -> Sample:
    """A sample as a service would have recorded it."""
    if kind == "20 % censored":
        until = draws.exponential(4.1 * np.mean(true), len(true))
        return sample(np.minimum(true, until), until < true)
    first = draws.uniform(0, 86_400, len(true))
    how_first, how_last = RECORDINGS[kind]
    seconds = stamped(first + true, how_last) - stamped(first, how_first)
    return sample(seconds, None, how_first, how_last)


def print_cover(samples: int) -> None:
    draws = np.random.default_rng(1)
    print("| law | recorded | n | mean holds | median | p90 | mean off by | p90 | empirical |")
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    for name, law in (LAWS | OTHERS).items():
        truth = np.array([law.mean(), law.ppf(0.5), law.ppf(0.9)])
        for kind in (*RECORDINGS, "20 % censored"):
            for count in (200, 2_000):
                held, values, empirical = np.zeros(3), np.zeros(3), 0
                for _ in range(samples):
                    found = fit(recorded(drawn(name, count, draws), kind, draws))
                    assert found
                    three = (found.mean, found.median, found.p90)
                    held += [
                        e.low <= value <= e.high for e, value in zip(three, truth, strict=True)
                    ]
                    values += [e.mean for e in three]
                    empirical += found.fallback
                off = values / samples / truth - 1
                print(
                    f"| {name} | {kind} | {count:,} |",
                    " | ".join(f"{share:.1%}" for share in held / samples),
                    f"| {off[0]:+.2%} | {off[2]:+.2%} | {empirical / samples:.1%} |",
                    flush=True,
                )


def print_families(samples: int) -> None:
    draws = np.random.default_rng(2)
    print("| n | right family | p90 off by, in the mean |\n|--:|--:|--:|")
    for count in (100, 400, 2_000):
        right, errors = 0, []
        for turn in range(samples):
            name = list(LAWS)[turn % 4]
            found = fit(recorded(drawn(name, count, draws), "20 % censored", draws))
            assert found
            right += min(found.aic, key=lambda each: found.aic[each]) == name
            errors.append(abs(found.p90.mean / LAWS[name].ppf(0.9) - 1))
        print(f"| {count:,} | {right} of {samples} | {np.mean(errors):.1%} |", flush=True)


def print_told(samples: int) -> None:
    draws = np.random.default_rng(3)
    print("| law | stamps were | n | told rightly | wrongly |\n|---|---|--:|--:|--:|")
    for name in (*LAWS, *OTHERS):
        for how in ("rounded", "cut off"):
            for count in (300, 2_000, 10_000):
                said = []
                for _ in range(samples):
                    true = drawn(name, count, draws)
                    first = draws.uniform(0, 86_400, count)
                    last = stamped(first + true, how)
                    said.append(told_apart(np.floor(first), last).kind)
                wrong = sum(each not in (how, "unknown") for each in said)
                print(
                    f"| {name} | {how} | {count:,} | {said.count(how) / samples:.0%} "
                    f"| {wrong / samples:.0%} |",
                    flush=True,
                )


def print_cost() -> None:
    draws = np.random.default_rng(4)
    print("| recorded | n | CPU s of a fit of four families |\n|---|--:|--:|")
    for kind in (*RECORDINGS, "20 % censored"):
        for count in (2_000, 16_000, 200_000):
            rows = recorded(np.floor(drawn("gamma", count, draws)), kind, draws)
            begun = time.process_time()
            fit(rows)
            print(f"| {kind} | {count:,} | {time.process_time() - begun:.2f} |", flush=True)


def main() -> None:
    numbers = [int(each) for each in sys.argv[1:] if each.isdigit()]
    parts = [each for each in sys.argv[1:] if not each.isdigit()]
    samples = numbers[0] if numbers else SAMPLES
    if not parts or "cover" in parts:
        print_cover(samples)
    if not parts or "families" in parts:
        print_families(min(samples, OF_FAMILIES))
    if not parts or "told" in parts:
        print_told(min(samples, 40))
    if not parts or "cost" in parts:
        print_cost()


if __name__ == "__main__":
    main()
