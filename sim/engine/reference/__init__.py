"""The reference engine: the life of a call and of an ambulance, told with SimPy.

It is the model's documentation, and nothing in it is there for speed alone. All choices are made in
`sim.policies`, and all of them at the end of an instant: first everything that becomes ready, free,
on or off duty at a time is registered, then the waiting calls are served, breaks begin, and free
ambulances are sent to where they wait. The result cannot depend on the order of a queue.
"""

from __future__ import annotations

from sim.engine.reference.logbook import DriveTaken
from sim.engine.reference.own_rules import DispatchRule, StandbyRule
from sim.engine.reference.paths import Ways
from sim.engine.reference.service import ServiceAtWork
from sim.model.calls import Calls, asks_for_more, no_others
from sim.model.log import Log
from sim.model.system import System


def run(system: System, calls: Calls) -> Log:
    """What this layout does with these calls. Deterministic: nothing random is left to draw."""
    return Engine(system).run(calls)


class Engine:
    """`run` for one layout and many replications.

    `dispatch`, `standby`: rules of one's own instead of those of `sim.policies`, see `own_rules`.
    """

    def __init__(
        self,
        system: System,
        dispatch: DispatchRule | None = None,
        standby: StandbyRule | None = None,
    ):
        self.system, self.roads = system, Ways(system)
        self.dispatch, self.standby = dispatch, standby

    def pack(self, calls: Calls) -> Calls:
        """The calls as they are: this engine reads nothing else."""
        return calls

    def run(self, calls: Calls) -> Log:
        """What the layout does with these calls.

        A dispatch rule of one's own may read where a call is before anybody is sent to it: with one
        nothing is asked about other places.
        """
        return self._at_work(calls).run()

    def drives(self, calls: Calls, until: float | None = None) -> tuple[Log, list[DriveTaken]]:
        """The same, or what of it happens before an instant, with every drive and its course.

        Nothing is asked about other places, which changes nothing that happens.
        """
        none = no_others(len(calls.place))
        work = self._at_work(calls._replace(others=none, other_township=none))
        work.log.drives = []
        log = work.run(until)
        return log, work.log.drives_taken()

    def _at_work(self, calls: Calls) -> ServiceAtWork:
        if self.system.service is None and asks_for_more(calls):
            raise ValueError("calls that are withdrawn, or drives that vary, need a Service")
        if self.dispatch is not None:
            none = no_others(len(calls.place))
            calls = calls._replace(others=none, other_township=none)
        return ServiceAtWork(self.system, calls, self.roads, self.dispatch, self.standby)

    def totals(self, *_: object) -> None:
        """None: what a log says is not said a second time."""
