"""Three days of Liling, and answers made by hand whose differences and causes are known."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from types import SimpleNamespace

import numpy as np
from conftest import ROOT
from worlds import matrix_world, some_calls

from sim.answers.answer import Provenance
from sim.answers.candidates import Candidate
from sim.answers.comparison import Comparison
from sim.answers.why_late import explain
from sim.engine import reference
from sim.measures.calls import tally
from sim.measures.groups import ALL
from sim.measures.intervals import Estimate
from sim.measures.verdicts import Verdict
from sim.model.calendar import Window
from sim.scenario.file import load
from sim.study.stopping import StoppedBecause
from sim.study.worst_served import WorstServed
from sim.text import Name

MONTH_S = 28 * 86_400
NEAREST_BUSY = 3
QUICK = {"replications": 5, "workers": 1}
LONG = Candidate(
    Name(
        "一个名称格外冗长以致任何图幅都难以容纳的偏远山区乡镇",
        "An extraordinarily long-named township of the upper northern valley",
    )
)


@lru_cache(maxsize=1)
def days():
    """Three days of Liling."""
    return load(ROOT / "scenarios" / "liling").with_study(length=3 * 86_400.0)


def study_of(layout, replications=10, how="given", runs=1):
    """How a study by hand came about."""
    return Provenance(
        layout, replications, replications * runs, 2025, 3.0, StoppedBecause(how, 0.005, 0.003)
    )


NOTHING = Estimate(0.0, 0.0, 0.0), Verdict.TOO_SMALL


class Known(Comparison):
    """A comparison whose differences and verdicts are given: {(measure, layout): …}.

    Measures that are not given do not change.
    """

    def difference(self, key, layout=1, group=ALL):
        return self.found.get((key, layout), NOTHING)[0]

    def verdict(self, key, layout=1, group=ALL):
        return self.found.get((key, layout), NOTHING)[1]

    def estimate(self, key, layout=0, group=ALL):
        return self.today.get(key, Estimate(0.75, 0.74, 0.76))

    @property
    def replications(self):
        return self.provenance.replications

    @property
    def pooled(self):
        return [SimpleNamespace(setup=SimpleNamespace(worst=range(5), target_s=(600.0, 1800.0)))]


def known(layouts, found=(), *, today=(), replications=10, differing=(), how="given"):
    """A comparison of layouts with these differences and verdicts, and these estimates today."""
    study = study_of(layouts[0], replications, how, len(layouts))
    comparison = Known(study, tuple(layouts), (), tuple(differing))
    object.__setattr__(comparison, "found", dict(found))
    object.__setattr__(comparison, "today", dict(today))
    return comparison


def late_by_cause(liling, counts, *, township=0, calls=100, replications=2):
    """Why calls are late on Liling's map, where so many are late by each cause."""
    part_s = [(700, 0, 0, 0), (500, 101, 0, 0), (500, 0, 101, 0), (500, 0, 0, 0), (500, 0, 0, 101)]
    distance, taking, turnout, queue = np.array(part_s).T
    cause = np.repeat(np.arange(5), counts)
    more = calls - len(cause)
    drive = np.concatenate([distance[cause] + 101.0 * (cause == NEAREST_BUSY), np.full(more, 10.0)])
    columns = [np.concatenate([c[cause], np.zeros(more)]) for c in (taking, queue, turnout)]
    zeros = np.zeros(calls, int)
    base = tally(
        matrix_world([[0]]),
        some_calls([]),
        reference.run(matrix_world([[0]]), some_calls([])),
        Window(0, MONTH_S),
    )
    one = base._replace(
        call=np.arange(calls), area=zeros, township=zeros + township, priority=zeros, hour=zeros + 8,
        response_s=drive + sum(columns), call_taking_s=columns[0], queueing_s=columns[1],
        turnout_s=columns[2],
        nearest_s=np.concatenate([distance[cause].astype(float), np.full(more, 10.0)]),
        at_once=zeros > 0, cross=zeros > 0,
    )  # fmt: skip
    worst = WorstServed((township,), eligible=1)
    study = replace(study_of(liling, replications), worst=worst)
    return explain(Comparison(study, (liling,), ((one,) * replications,)))
