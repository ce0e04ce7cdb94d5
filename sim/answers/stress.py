"""Does it hold if we are wrong? The difference between layouts under other assumptions.

One assumption at a time (a tornado), and all of them together (a Latin hypercube), which says how
often another layout would come out first. The calls keep their random numbers throughout, so that
what changes is due to the assumption.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple, Unpack

import numpy as np
from scipy.stats import qmc

from sim import limits
from sim.answers.answer import Answer, Provenance
from sim.answers.assumptions import Assumption, Mishap, assumptions, mishaps
from sim.answers.events import Supposed, asks_for_hospitals, busiest_closed, events, supposed
from sim.answers.ranking import KEYS
from sim.errors import ScenarioError
from sim.files import cache
from sim.measures.intervals import Estimate
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import Harm, matters_of
from sim.scenario.differences import Difference, between, leaves
from sim.study import arguments
from sim.study.checkpoints import Checkpoints, Fingerprints
from sim.study.effort import Effort, EffortOptions
from sim.study.runs import Runs
from sim.study.sharing import shared
from sim.study.worst_served import need
from sim.text import Message, Name

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.scenario import Scenario

SAMPLES = 32
OFTEN_JOINT = 10  # replications of each joint sample, at most
MISSING = 0.5  # share of the joint samples in which an ambulance is off the road


class End(NamedTuple):
    """One end of a swing, and each proposal's gain over the base there.

    `case`: by which share the assumption is wrong there, below 0 for less than is assumed; of a
    mishap what is concerned.
    """

    case: float | Name
    gains: tuple[Estimate, ...]


class Swing(NamedTuple):
    """How far one assumption moves the gains; of a mishap, the cases that move the first most."""

    about: Assumption | Mishap
    low: End
    high: End

    def width(self, proposal: int = 0) -> float:
        return abs(self.high.gains[proposal].mean - self.low.gains[proposal].mean)

    def ends(self) -> tuple[End, ...]:
        """The two ends, or the one case there is."""
        return (self.low,) if self.low is self.high else (self.low, self.high)

    def changes_nothing(self, nominal: Sequence[Estimate]) -> bool:
        """Whether every gain is at both ends the very same as it is as assumed."""
        return all(np.array_equal(end.gains, nominal, equal_nan=True) for end in self.ends())


class JointSamples(NamedTuple):
    """Samples in which all assumptions are drawn together."""

    keys: tuple[str, ...]
    levels: np.ndarray  # [sample, assumption] -1 to 1; of mishaps the case, or -1 for none
    gains: np.ndarray  # [sample, proposal] over the base under the same assumptions
    replications: int


class JointCounts(NamedTuple):
    """The number of joint samples in which a proposal does well, or badly."""

    samples: int
    ahead: int  # of all others and of today's layout
    little: int  # gains less than what matters, or nothing
    none: int  # gains nothing, or is worse than today


@dataclass(frozen=True, eq=False, repr=False)
class Stress(Answer):
    """The widest swing first."""

    provenance: Provenance
    proposals: tuple[Scenario, ...]
    nominal: tuple[Estimate, ...]  # each proposal's gain under the assumptions as they are
    swings: tuple[Swing, ...]
    joint: JointSamples | None
    by: str  # key of the measure
    harms: tuple[tuple[Harm, ...], ...] = ()  # what each proposal surely makes worse, as assumed
    untried: tuple[Name, ...] = ()  # closures of roads that would cut somebody off to the end

    name = "stress"

    def differences(self, proposal: int) -> tuple[Difference, ...]:
        """The settings in which a proposal's scenario is other than the base."""
        return between(self.provenance.base, self.proposals[proposal])

    @property
    def first(self) -> int:
        """The proposal that leads under the assumptions as they are."""
        return _best(self.nominal, self.by)

    @property
    def least(self) -> float:
        """Gains below this do not matter, in the unit of the measure."""
        return BY_KEY[self.by].matters(matters_of(self.provenance.base))

    def range(self, proposal: int) -> tuple[float, float]:
        """Least and greatest gain under any one assumption tried."""
        ends = [end.gains[proposal].mean for s in self.swings for end in (s.low, s.high)]
        ends.append(self.nominal[proposal].mean)
        return min(ends), max(ends)

    def leads(self) -> np.ndarray:
        """[1 + proposal] share of the joint samples in which each is best; 0 is the base."""
        assert self.joint is not None
        gains = np.column_stack([np.zeros(len(self.joint.gains)), self.joint.gains])
        best = (BY_KEY[self.by].sign * gains).argmax(axis=1)
        return np.bincount(best, minlength=gains.shape[1]) / len(gains)

    def joint_gains(self, proposal: int) -> np.ndarray:
        """[sample] how much better than today's layout, so that more is better."""
        assert self.joint is not None
        gains: np.ndarray = BY_KEY[self.by].sign * self.joint.gains[:, proposal]
        return gains

    def joint_counts(self, proposal: int) -> JointCounts:
        gains = self.joint_gains(proposal)
        ahead = round(float(self.leads()[1 + proposal]) * len(gains))
        little, none = int((gains < self.least).sum()), int((gains <= 0).sum())
        return JointCounts(len(gains), ahead, little, none)

    def today_leads(self) -> int:
        """In how many joint samples no proposal is better than today's layout."""
        assert self.joint is not None
        return round(float(self.leads()[0]) * len(self.joint.gains))

    def scenarios(self) -> Sequence[Scenario]:
        return (self.provenance.base, *self.proposals)

    def to_frame(self) -> pd.DataFrame:
        import pandas as pd

        rows: list[dict[str, Any]] = []
        for swing in self.swings:
            for end in (swing.low, swing.high):
                for layout, gain in zip(self.proposals, end.gains, strict=True):
                    row = {"assumption": swing.about.key, "if": _as_written(end.case)}
                    row["proposal"] = layout.name.en
                    rows.append(row | {"gain": gain.mean, "low": gain.low, "high": gain.high})
        return pd.DataFrame(rows)

    def joint_frame(self) -> pd.DataFrame:
        """One row for each joint sample: the levels drawn and the gains found."""
        import pandas as pd

        assert self.joint is not None
        frame = pd.DataFrame(self.joint.levels, columns=list(self.joint.keys))
        for row, layout in enumerate(self.proposals):
            frame[layout.name.en] = self.joint.gains[:, row]
        return frame

    def frames(self) -> dict[str, pd.DataFrame]:
        joint = {} if self.joint is None else {"joint": self.joint_frame()}
        return super().frames() | joint

    def facts(self) -> dict[str, Any]:
        more: dict[str, Any] = {}
        if self.joint is not None:
            names = ["today", *(layout.name.en for layout in self.proposals)]
            more = {"joint_samples": len(self.joint.gains),
                    "ahead": dict(zip(names, self.leads().tolist(), strict=True))}  # fmt: skip
        return super().facts() | more


def _as_written(case: float | Name) -> str:
    """−20 %, or the English name of what is concerned: for files."""
    if isinstance(case, Name):
        return case.en
    return f"{'−' if case < 0 else '+'}{abs(case) * 100:g} %"


def stress(
    base: Scenario,
    *proposals: Scenario,
    by: str = "within",
    wrong: Mapping[str, float] | None = None,
    suppose: Supposed | None = None,
    samples: int = SAMPLES,
    **effort: Unpack[EffortOptions],
) -> Stress:
    """The proposals' gains over the base under other assumptions, one at a time and together.

    `wrong`: by assumption, the share by which it may be wrong (see `assumptions.USUAL`); 0 leaves
    it out. `suppose`: what else might be, by a name: settings as in a scenario file, for every
    layout, like `{"bridge gone": {"travel": {"closures": {"bridge": {"road": "G320"}}}}}`; each is
    tried by itself. `samples`: joint ones; 0 for none. `effort`: as in `sim.answers.ranking`.
    """
    began = time.perf_counter()
    arguments.scenarios(base, *proposals)
    arguments.one_of("by", by, KEYS)
    if not proposals:
        message = Message("say what is to be stressed: a proposal beside the base")
        raise ScenarioError("stress", message)
    arguments.whole("samples", samples, *limits.SAMPLES)
    some, may_happen = assumptions(base, wrong), events((base, *proposals))
    bad = [*mishaps(base), *may_happen.tried, *supposed((base, *proposals), suppose)]
    with shared(Effort.of(effort)) as asked:
        with Runs(base, proposals, asked) as runs:
            need(runs.worst_served, by)
            chosen = runs.until_precise(key=by)
            nominal = _gains(runs, by)
            if asks_for_hospitals(base):
                bad += busiest_closed(base, runs.received())
            harmed = tuple(runs.harms(row, KEYS) for row in range(1, len(runs.layouts)))
            often, first = runs.replications(0), _best(nominal, by)
            provenance = Provenance.by(runs, chosen, 0.0)
        asked = replace(asked, replications=often, most=None, draft=False)
        altered = _AlteredStudies(base, proposals, by, asked, provenance)
        altered.expect(len(some) * 2 + sum(len(one.cases) for one in bad), often, samples)
        swings = [altered.swing(one) for one in some]
        swings += [altered.worst_cases(one, first) for one in bad]
        swings.sort(key=lambda swing: -swing.width(first))
        seed = provenance.base.settings.study.seed
        joint = altered.joint(some, bad, samples, seed) if samples else None
    seconds = time.perf_counter() - began
    provenance = replace(provenance, replications=often, runs=altered.runs, seconds=seconds)
    untried = may_happen.untried
    return Stress(provenance, tuple(proposals), nominal, tuple(swings), joint, by, harmed, untried)


def _best(gains: Sequence[Estimate], by: str) -> int:
    sign = BY_KEY[by].sign
    return int(np.argmax([sign * gain.mean for gain in gains]))


def _gains(runs: Runs, by: str) -> tuple[Estimate, ...]:
    rows = range(1, len(runs.layouts))
    return tuple(runs.spread(row, by).interval() for row in rows)


class _AlteredStudies:
    """Studies of base and proposals under other assumptions, one after another.

    Each may have roads of its own, so that they cannot share a plan.
    """

    def __init__(
        self,
        base: Scenario,
        proposals: Sequence[Scenario],
        by: str,
        effort: Effort,
        nominal: Provenance,
    ):
        self.base, self.proposals, self.by = base, proposals, by
        self.runs = self._total = nominal.replications * (1 + len(proposals))
        self._worst = nominal.worst  # who is served worst stays the same under every assumption
        self._tell = effort.watch or (lambda done, total: None)
        # What today's layout does under another assumption is nothing that other commands ask.
        self._effort = replace(effort, watch=None, reuse=False, supposed=True)

    def expect(self, worlds: int, often: int, samples: int) -> None:
        layouts = 1 + len(self.proposals)
        self._total += (worlds * often + samples * min(often, OFTEN_JOINT)) * layouts

    def gains(self, change: Any, roads: bool, often: int | None = None) -> tuple[Estimate, ...]:
        """The gain of each proposal over the base, when both are changed alike."""
        layouts = [change(layout) for layout in (self.base, *self.proposals)]
        effort = replace(self._effort, keep_tables=not roads)
        if often is not None:
            effort = replace(effort, replications=often)
        checkpoints, key = effort.checkpoints or Checkpoints(), self._key(layouts, effort)
        # Making the tables of other roads takes longer than all that is simulated on them.
        noted = checkpoints.read_choice(key) if key else None
        if noted is None:
            with Runs(layouts[0], layouts[1:], effort, self._worst) as runs:
                runs.extend(runs.stopping.upper)
                noted = {"runs": runs.runs, "gains": _gains(runs, self.by)}
            if key:
                checkpoints.note_choice(key, noted)
        self.runs += noted["runs"]
        self._tell(self.runs, self._total)
        return tuple(Estimate(*gain) for gain in noted["gains"])

    def _key(self, layouts: Sequence[Scenario], effort: Effort) -> str:
        """What gains follow from, as a hash; empty where that is not all in settings and files."""
        if any(one.own_rules.any or one.recorded is not None for one in layouts):
            return ""
        worst = None if self._worst is None else self._worst.rows
        how = (self.by, effort.replications, effort.seed, effort.engine, worst)
        said = [(leaves(one.settings), one.stations, one.fleet) for one in layouts]
        return Fingerprints().of(how, self._files, cache.this_program(), repr(said)).hex()

    @cached_property
    def _files(self) -> list[str]:
        """The hashes of all files that layouts are made of: settings name some besides."""
        files = {
            path for one in (self.base, *self.proposals) for path in (*one.files, one.map.path)
        }
        return sorted(hashlib.sha256(path.read_bytes()).hexdigest() for path in files)

    def swing(self, about: Assumption) -> Swing:
        ends = []
        for share in (-1.0, 1.0):
            gains = self.gains(lambda layout, s=share: about.at(layout, s), about.roads)
            ends.append(End(share * about.wrong, gains))
        return Swing(about, *ends)

    def worst_cases(self, about: Mishap, first: int) -> Swing:
        ends = [End(name, self.gains(left, about.roads)) for name, left in about.cases]
        ends.sort(key=lambda end: end.gains[first].mean)
        return Swing(about, ends[0], ends[-1])

    def joint(
        self, some: Sequence[Assumption], bad: Sequence[Mishap], samples: int, seed: int
    ) -> JointSamples:
        off = [one for one in bad if one.key == "ambulance-off"]
        drawn = qmc.LatinHypercube(len(some) + len(off), rng=seed).random(samples)
        levels = 2 * drawn - 1
        gains = []
        often = min(self._effort.replications or OFTEN_JOINT, OFTEN_JOINT)
        for row in range(samples):
            case = -1
            if off and drawn[row, -1] < MISSING:
                case = int(drawn[row, -1] / MISSING * len(off[0].cases))
            if off:
                levels[row, -1] = case

            def change(layout: Scenario, row: int = row, case: int = case) -> Scenario:
                for about, share in zip(some, levels[row].tolist(), strict=False):
                    layout = about.at(layout, share)
                return layout if case < 0 else off[0].cases[case].left(layout)

            found = self.gains(change, any(about.roads for about in some), often)
            gains.append([gain.mean for gain in found])
        keys = (*(one.key for one in some), *(one.key for one in off))
        return JointSamples(keys, levels, np.array(gains), often)
