"""Layouts checked and made into all that their replications need.

A study is layouts × replications. A replication draws its calls once, and every layout meets them;
so what differs between two layouts is due to the layouts alone.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.errors import InvariantError, OptionError, Problem, ScenarioError
from sim.measures.features import Feature
from sim.measures.groups import Setup, SurvivalCurve
from sim.model.calendar import Window
from sim.model.columns import columns
from sim.model.system import System
from sim.policies.clock import NONE
from sim.prepare import demand, feasible, system, travel_factor
from sim.prepare.draws import Demand
from sim.prepare.failing import FailureLaws
from sim.prepare.failures import failure_laws, together
from sim.scenario import checks
from sim.scenario.conditions import waits_for_help
from sim.scenario.differences import YARDSTICK, Difference, between, in_effect
from sim.scenario.validation import Problems
from sim.study import busy_share
from sim.study.checkpoints import Fingerprints
from sim.study.effort import Effort
from sim.study.own_rules import engine_rules
from sim.study.replication import Keep, Plan, engine_of
from sim.study.size import check_calls
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

FRESH = 1_000_003  # added to the seed for calls on which nothing was chosen


class Study(NamedTuple):
    """Layouts that can be compared, and all that their replications need."""

    layouts: tuple[Scenario, ...]
    plan: Plan
    differing: tuple[tuple[Difference, ...], ...]  # [layout] its own settings, from the base's
    keep_tables: bool  # of travel seconds, on disk
    busy: float = math.nan  # share of the base's ambulances, where a layout's standby goes by it

    def add(self, layout: Scenario) -> Study:
        """The same with one more layout behind the others; ScenarioError if it cannot be."""
        base, plan = self.layouts[0], self.plan
        _check_comparable(base, [layout])
        _check_can_be(layout, layout.name.en)
        differing = (*self.differing, between(base, layout))
        layout = measured_like(base, layout)
        layouts = (*self.layouts, layout)
        built = system.build(layout, (base, plan.systems[0]), self.keep_tables)
        busy = self.busy
        if math.isnan(busy) and busy_share.is_wanted(layout):
            busy = _busy_share(plan)
        (built,) = busy_share.put_in([layout], [built], busy)
        return Study(
            layouts,
            plan._replace(
                systems=(*plan.systems, built),
                demands=_demands(layouts, plan.demands),
                windows=(*plan.windows, _window(layout)),
                own_rules=(*plan.own_rules, engine_rules(layout, built)),
            ),
            differing,
            self.keep_tables,
            busy,
        )

    def base_alone(self) -> Study:
        """The same without the layouts behind the base."""
        plan = self.plan
        return self._replace(
            layouts=self.layouts[:1],
            plan=plan._replace(
                systems=plan.systems[:1],
                demands=plan.demands[:1],
                windows=plan.windows[:1],
                own_rules=plan.own_rules[:1],
                besides=plan.besides[:1],
            ),
            differing=self.differing[:1],
        )

    def _own_demand(self, row: int) -> Demand:
        """What a layout's calls follow from: of vehicles that fail, its own alone."""
        return self.plan.demands[row]._replace(failing=failure_laws(self.layouts[row]))

    def key(self, rows: Sequence[int], fingerprints: Fingerprints) -> str:
        """A hash of all that the replications of these layouts follow from.

        How many there are has no part in it: a longer study goes on from a shorter one.
        """
        plan = self.plan
        if any(plan.own_rules_of(row) for row in rows):
            raise InvariantError("what follows from a function of Python has no key")
        sums: tuple[object, ...] = ()
        if plan.keep == Keep.SUMS:
            besides = [plan.tells_besides(row) for row in rows]
            sums = (plan.setup.target_s, len(plan.setup.people), plan.setup.survival, besides)
        each = [
            (fingerprints.of_system(plan.systems[row]), self._own_demand(row), plan.windows[row])
            for row in rows
        ]
        return fingerprints.of(each, plan.seed, plan.engine, plan.keep.value, sums).hex()


def prepare(
    base: Scenario,
    proposals: Sequence[Scenario],
    effort: Effort,
    keep: Keep = Keep.ROWS,
    logs: bool = False,
) -> Study:
    """Check that the layouts can be compared, and make all that their replications need.

    ScenarioError if they cannot be; SizeError if this machine has no room for a replication.
    """
    _check_comparable(base, proposals)
    _check_own_rules((base, *proposals), effort)
    if not effort.supposed:
        _check_can_be(base, base.path)
        for proposal in proposals:
            _check_can_be(proposal, proposal.name.en)
    # One yardstick: the base's window and targets hold for every layout.
    layouts = (base, *(measured_like(base, proposal) for proposal in proposals))
    demands = _demands(layouts)
    check_calls(demands, len(layouts), keep, logs)  # before tables are made for minutes
    systems = _systems(layouts, effort.keep_tables)
    plan = Plan(
        systems,
        demands,
        tuple(_window(layout) for layout in layouts),
        effort.seed_of(base) + (FRESH if effort.fresh else 0),
        effort.engine,
        setup_of(base, effort),
        keep,
        logs,
        tuple(map(engine_rules, layouts, systems)),
    )
    differing = tuple(between(base, one) for one in (base, *proposals))
    if keep == Keep.SUMS and not effort.supposed:  # of what is supposed no loss is told
        plan = plan._replace(besides=_besides(systems, differing))
    busy = _busy_share(plan) if any(map(busy_share.is_wanted, layouts)) else math.nan
    plan = plan._replace(systems=busy_share.put_in(layouts, plan.systems, busy))
    return Study(layouts, plan, differing, effort.keep_tables, busy)


def _besides(
    systems: Sequence[System], differing: Sequence[Sequence[Difference]]
) -> tuple[bool, ...]:
    """[layout] whether what goes beyond the plain service is told of it, whatever it has.

    Of all where settings differ, for what one of them begins gets worse from nothing; of the base
    where others have shifts that end.
    """
    if any(map(in_effect, differing)):
        return (True,) * len(systems)
    return (any(bool(np.isfinite(one.fleet.off_duty_at).any()) for one in systems),)


def _busy_share(plan: Plan) -> float:
    """How busy the base's ambulances are: one number, by which the rule of every layout goes."""
    return busy_share.simulated(
        engine_of(plan, 0), plan.systems[0], plan.demands[0], plan.windows[0], plan.seed
    )


def setup_of(base: Scenario, effort: Effort) -> Setup:
    """What the measures of a study need of its base."""
    return yardstick(base, effort.stopping(base).sequential)


def yardstick(base: Scenario, sequential: bool) -> Setup:
    """The same, its worst-served townships apart. `sequential`: as of `Setup`."""
    targets, people = base.settings.targets, base.map.township_people
    return Setup(
        (targets.urban, targets.rural), targets.share, people, (), sequential, survival_of(base)
    )


def rosters(layouts: Sequence[Scenario]) -> Feature:
    """Whether crews work by rosters that a scenario names: then their overrun is told."""
    named = any(ambulance.duty.roster for layout in layouts for ambulance in layout.fleet)
    return Feature.SHIFTS if named else Feature.NOTHING


def survival_of(base: Scenario) -> SurvivalCurve | None:
    """The curve of survival as measures read it, where the scenario gives one."""
    curve = base.settings.targets.survival
    if curve is None:
        return None
    names = [priority.name for priority in base.settings.demand.priorities]
    row = 0 if curve.priority is None else NONE
    if curve.priority in names:  # those of a proposal may be called otherwise
        row = names.index(curve.priority)
    return SurvivalCurve(row, curve.constant, curve.help, curve.ambulance)


def _check_comparable(base: Scenario, proposals: Sequence[Scenario]) -> None:
    """Layouts share the map's places and the kind of calls; ScenarioError where they do not."""
    for other in proposals:
        if other.map is not base.map and other.map.path.resolve() != base.map.path.resolve():
            text = Message(
                "it is on the map {other}, and {base} on {own}: layouts can be compared on one "
                "map only",
                other=other.map.path.stem, base=base.name, own=base.map.path.stem,
            )  # fmt: skip
            raise ScenarioError(other.path, Problem(text, "map"))
        if not _same_records(base, other):
            text = Message(
                "it meets other calls than {base}: replay the same records in both",
                base=base.name,
            )
            raise ScenarioError(other.path, Problem(text, "demand.replay"))


def _check_can_be(layout: Scenario, source: object) -> None:
    """ScenarioError if nobody may meet some need at some hour, or reaches some township."""
    problems = Problems()
    feasible.check(layout, problems)
    problems.raise_if_any(ScenarioError, source)


def _check_own_rules(layouts: Sequence[Scenario], effort: Effort) -> None:
    """Functions stay in this process, and nothing that follows from them is kept."""
    if not any(layout.own_rules.any for layout in layouts):
        return
    elsewhere = {"workers": effort.workers not in (None, 1), "executor": effort.executor,
                 "scheduler": effort.scheduler}  # fmt: skip
    for option, given in elsewhere.items():
        if given:
            text = Message("rules of your own are simulated in this process alone: leave it out")
            raise OptionError(option, text)
    if effort.keep is not None:
        text = Message(
            "what follows from rules of your own is never kept, for nobody can tell whether they "
            "are still the same: leave it out"
        )
        raise OptionError("keep", text)


def _same_records(base: Scenario, other: Scenario) -> bool:
    """Whether both draw their calls, or both replay the very same records."""
    if base.recorded is other.recorded:
        return True
    if base.recorded is None or other.recorded is None:
        return False
    ours, theirs = columns(base.recorded.calls), columns(other.recorded.calls)
    return (
        base.recorded.start == other.recorded.start
        and ours.keys() == theirs.keys()
        and all(np.array_equal(ours[name], theirs[name], equal_nan=True) for name in ours)
    )


def measured_like(base: Scenario, other: Scenario) -> Scenario:
    """A proposal over the base's days and against the base's targets.

    ScenarioError of surges and closures that do not come in those days.
    """
    own = {name: getattr(base.settings, name) for name in YARDSTICK}
    found = replace(other, settings=other.settings.model_copy(update=own))
    ours, theirs = base.settings, other.settings
    if (ours.start, _window(base), ours.study.total_s) != (
        theirs.start, _window(other), theirs.study.total_s
    ):  # fmt: skip
        problems = Problems()
        checks.times(found, problems)
        heading = Message("{name}, over the days of {base},", name=other.name, base=base.name)
        problems.raise_if_any(ScenarioError, heading)
    return found


def _systems(layouts: Sequence[Scenario], keep: bool) -> tuple[System, ...]:
    """Systems by layout; those with the same roads, or the same matrix, hold them together."""
    first = system.build(layouts[0], keep=keep)
    return (first, *(system.build(other, (layouts[0], first), keep) for other in layouts[1:]))


def _demands(layouts: Sequence[Scenario], known: Sequence[Demand] = ()) -> tuple[Demand, ...]:
    """One Demand for all layouts with the same calls, so that they are drawn once.

    `known`: those of the first layouts. A dispatch rule of one's own may read where a call is
    before anybody is sent to it; what is asked about other places would then not be as likely, so
    with one nothing is asked in any layout (docs/questions.md). Nor is it where a centre often has
    nobody until others help: "nobody" is then the answer, and not what becomes of the call.
    """
    demands = list(known)
    asks = all(layout.own_rules.dispatch is None for layout in layouts)
    if not asks and any(one.others for one in known):
        raise InvariantError("a layout with a dispatch rule of its own comes with the first ones")
    asks = asks and not any(map(waits_for_help, layouts[: len(known)] or layouts))
    for layout in layouts[len(known) :]:
        same = [i for i, other in enumerate(layouts[: len(demands)]) if same_calls(layout, other)]
        if same:
            demands = _with_failures(demands, same, failure_laws(layout), len(known))
            continue
        built = demand.build(layout)
        demands.append(built if asks else built._replace(others=0))
    return tuple(demands)


def _with_failures(
    demands: list[Demand], same: Sequence[int], laws: FailureLaws | None, fixed: int
) -> list[Demand]:
    """The demands and one more, with the calls of `same` ones and failures by some laws.

    Each vehicle fails by random numbers of its own: so layouts of other vehicles share a demand,
    which has those of all of them. The first `fixed` ones have been drawn from and stay.
    """
    for row in same:
        shared = demands[row]
        wider = laws if laws == shared.failing else together(shared.failing, laws)
        if wider == shared.failing and (wider is None) == (laws is None):
            return [*demands, shared]
        if wider is not None and not any(shared is one for one in demands[:fixed]):
            new = shared._replace(failing=wider)
            return [*(new if one is shared else one for one in demands), new]
    return [*demands, demands[same[0]]._replace(failing=laws)]


def same_calls(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios draw the very same calls, first responders and walk-ins.

    Failures of vehicles are drawn for each by itself, beside the calls.
    """

    def of(scenario: Scenario) -> tuple[object, ...]:
        s = scenario.settings
        # A turnout is drawn with the call, and then as long as at the station.
        durations = s.durations.model_copy(update={"turnout_at": {}})
        return (
            s.start, s.demand, s.transfers, durations, s.hospitals, s.responders,
            scenario.calls_times,
            # What a call needs is drawn with it, and which classes transport decides it.
            s.crews.classes,
            travel_factor.spread(scenario),
        )  # fmt: skip

    # As many, if settings agree.
    points = zip(
        (*one.responder_xy, one.clinics.xy), (*other.responder_xy, other.clinics.xy), strict=False
    )
    return of(one) == of(other) and all(np.array_equal(a, b) for a, b in points)


def _window(layout: Scenario) -> Window:
    study = layout.settings.study
    return Window(study.warm_up, study.warm_up + study.length)
