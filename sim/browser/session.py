"""What happens behind a page: plans change as it asks, and answers follow, the newest first.

One thread does all of it. Whatever the page sends lands in a box; of several positions of a station
under the hand the newest is kept. Between any two replications, and between the parts of an answer
that take long, the thread looks into the box: if something lies there, what it is at is given up.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sim.answers import why_late
from sim.answers.following import AnswerSoFar, Follower, SupersededError
from sim.browser import ground, shown
from sim.browser.plans import Plans, Sketch
from sim.browser.protocol import PageMessage
from sim.errors import OptionError, PlannerError
from sim.text import Message, first_line
from sim.words import dragging as words
from sim.words import why_late as why_words

if TYPE_CHECKING:
    from sim.answers.comparison import Comparison
    from sim.browser.shown import Languages
    from sim.scenario.scenario import Scenario

PASSING: Final = ("drag", "why")  # what is of no use to a page that is gone
BASES: Final = 2  # layouts against which others are held that stay open: today, and another plan
# While a hand moves, the next position comes before this has passed; only where it rests more
# replications are worth beginning.
REST_S: Final = 0.15
note = logging.getLogger(__name__)

Send = Callable[[dict[str, Any]], None]


class Target(NamedTuple):
    """What is to be answered: a layout against another, and the message that asked for it."""

    layout: Scenario
    beside: Scenario
    n: int
    dragging: bool


class PageSession:
    """The plans of a scenario and the work on their answers, for one page at a time.

    `send` takes what goes to the page, from the thread of the session. `ask` may be called from any
    thread; `stop` ends the thread.
    """

    def __init__(self, scenario: Scenario, languages: Languages, code: str, send: Send):
        self.base, self.languages, self._send = scenario, languages, send
        self.plans = Plans(scenario, code)
        self.newest: AnswerSoFar | None = None  # what the page shows
        self.beside_today = True  # whether that is held against today
        self._box: deque[PageMessage] = deque()
        self._filled = threading.Condition()
        self._over = self._away = False
        self._target: Target | None = None
        self._dragged: Sketch | None = None
        self._shown_under_hand = False  # something is, for where the hand is
        self._followers: dict[int, Follower] = {}
        self._thread = threading.Thread(target=self._work, name="plans", daemon=True)

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()

    def ask(self, asked: PageMessage) -> None:
        """Take a message of the page; a newer position of a station replaces the last one."""
        with self._filled:
            if asked.do == "drag" and self._box and self._box[-1].do == "drag":
                self._box.pop()
            self._away = False
            self._box.append(asked)
            self._filled.notify()

    def leave(self) -> None:
        """The page is gone: what is worked out is given up; what it asked to change is done."""
        with self._filled:
            self._away = True
            self._box = deque(one for one in self._box if one.do not in PASSING)
            self._filled.notify()

    def stop(self) -> None:
        """End the work at once."""
        with self._filled:
            self._over = True
            self._filled.notify()
        self._thread.join(5)

    # ── the thread ───────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        try:
            self._work_until_over()
        finally:
            for one in self._followers.values():
                one.close()

    def _work_until_over(self) -> None:
        coming: Iterator[AnswerSoFar] | None = None
        while not self._over:
            asked = self._next(wait=coming is None)
            try:
                if asked is not None:
                    coming = self._followed(asked, coming)
                elif coming is not None and not self._over:
                    coming = coming if self._answered(coming) else None
            except SupersededError:
                coming = self._coming()
            except PlannerError as error:
                self._refuse(asked.n if asked else self._n(), error)
                coming = self._after_refusal(asked, coming)
            except Exception as error:  # the page stays, and whoever uses it is told
                note.exception("what the page asked could not be done")
                self._fail(asked.n if asked else self._n(), error)
                coming = None

    def _after_refusal(
        self, asked: PageMessage | None, coming: Iterator[AnswerSoFar] | None
    ) -> Iterator[AnswerSoFar] | None:
        """The answers that are to come: of the plan as it is, where a hand let go in vain."""
        if asked is None:
            return None
        dragging = self._target is not None and self._target.dragging
        if dragging and asked.do not in PASSING:
            return self._aimed(asked.n, self.plans.plan.now.layout)
        return coming

    def _next(self, wait: bool) -> PageMessage | None:
        with self._filled:
            if self._shown_under_hand and not self._box:
                self._filled.wait(REST_S)
            while not self._box and not self._over and (wait or self._away):
                self._filled.wait()
            return self._box.popleft() if self._box and not self._over else None

    def _still_wanted(self) -> bool:
        return not (self._box or self._over or self._away)

    def _wanted(self) -> None:
        if not self._still_wanted():
            raise SupersededError

    def _n(self) -> int:
        return 0 if self._target is None else self._target.n

    # ── what is asked ────────────────────────────────────────────────────────────────────────

    def _followed(
        self, asked: PageMessage, coming: Iterator[AnswerSoFar] | None
    ) -> Iterator[AnswerSoFar] | None:
        """Do what a message asks; the answers that are to come from then on."""
        given = asked.given
        if asked.do == "why":
            self._say_why(asked.n, given["township"])
            return coming
        if asked.do == "save":
            if self._save(asked.n, given["name"], given["replace"]):
                return self._aimed(asked.n, self.plans.plan.now.layout)
            return coming
        if asked.do == "drag":
            self._dragged = self.plans.moved(given["station"], given["at"])
            self._reach(asked.n, given["station"], self._dragged.layout)
            return self._aimed(asked.n, self._dragged.layout, dragging=True)
        self._change(asked)
        self.newest = None
        self._tell_state(asked.n, awaited=True)
        return self._aimed(asked.n, self.plans.plan.now.layout)

    def _change(self, asked: PageMessage) -> None:
        """Change the plans; PlannerError, and nothing is changed."""
        plans, given = self.plans, asked.given
        become = plans.plan.become
        match asked.do:
            case "hello":
                pass
            case "drop":
                become(self._dropped(given["station"], given["at"]))
            case "add":
                become(plans.added(given["at"] or given["place"], given["ambulances"]))
            case "close" | "reopen":
                become((plans.closed if asked.do == "close" else plans.reopened)(given["station"]))
            case "ambulances":
                become(plans.staffed(given["station"], given["number"]))
            case "hours":
                become(plans.rehoured(given["station"], given["hours"], given["number"]))
            case "undo" | "redo":
                (plans.plan.undo if asked.do == "undo" else plans.plan.redo)()
            case "reset":
                become(plans.reset())
            case "show":
                plans.show(given["plan"], given["against"])
            case "rename":
                plans.rename(given["plan"], given["name"])
            case "forget":
                plans.forget(given["plan"])
            case "keep":
                plans.keep(given["name"])
            case "load":
                plans.load(given["file"])

    def _dropped(self, station: str, at: tuple[float, float]) -> Sketch:
        """A station let go of: the layout under the hand, of which something is known already."""
        sketch = self.plans.moved(station, at)
        dragged, self._dragged = self._dragged, None
        if dragged is not None and dragged.root is sketch.root:
            return dragged if dragged.changes == sketch.changes else sketch
        return sketch

    def _reach(self, n: int, station: str, layout: Scenario) -> None:
        row = layout.station(station)
        if row is None:
            return
        roads, people = ground.reached(layout, layout.stations[row])
        text = Message(words.REACH, people=f"{people:,}")
        told = shown.message(self.languages, text)
        self._send(
            {"kind": "reach", "n": n, "station": station, "roads": roads, "people_text": told}
        )

    def _say_why(self, n: int, township: int | None) -> None:
        if township is not None and township >= len(self.base.map.townships):
            raise OptionError("township", Message("there is no such township"))
        if self.newest is None:  # nothing is known as yet; the page asks again
            return
        found = self.newest.found
        why = why_late.explain(found, 1 if found.proposals else 0)

        def said(say: Any) -> str:
            if township is None:
                return why_words.sentence(why, say)
            return why_words.of_township(why, township, say)

        text = shown.texts(self.languages, said)
        self._send({"kind": "why", "n": n, "township": township, "text": text})

    def _save(self, n: int, name: str, replace: bool) -> bool:
        """Save the plan; whether it is called otherwise from now on."""
        called, path = self.plans.current, self.plans.save(name, replace)
        if path is None:
            text = Message(words.EXISTS, file=self.plans.file_of(name).name)
            self._send({"kind": "exists", "n": n, "text": shown.message(self.languages, text)})
            return False
        self._send({"kind": "saved", "n": n, "file": path.name})
        anew = self.plans.current != called
        self._tell_state(n, awaited=anew)
        return anew

    def _tell_state(self, n: int, *, awaited: bool) -> None:
        """`awaited`: whether another answer follows, which it is for the page to wait for."""
        told = shown.state(self.plans, self.languages)
        self._send(told | {"n": n, "awaited": awaited})

    # ── answers ──────────────────────────────────────────────────────────────────────────────

    def _aimed(self, n: int, layout: Scenario, dragging: bool = False) -> Iterator[AnswerSoFar]:
        self._target = Target(layout, self.plans.beside, n, dragging)
        self._shown_under_hand = False
        return self._coming()

    def _coming(self) -> Iterator[AnswerSoFar]:
        """The answers to what is asked now, from what is known of it on."""
        target = self._target
        if target is None:
            return iter(())
        follower = self._follower(target.beside)
        if target.layout is target.beside:
            return follower.today()
        return follower.of(target.layout)

    def _answered(self, coming: Iterator[AnswerSoFar]) -> bool:
        """Send the next answer; whether more are to come."""
        target = self._target
        look = next(coming, None)
        if look is None or target is None:
            return False
        look = look._replace(found=self._called(look.found))
        quick = target.dragging
        self.beside_today = self.plans.against is None
        told = shown.answer(
            look, self.languages, quick=quick, today=self.beside_today, wanted=self._wanted
        )
        self.newest = look
        self._send(told | {"n": target.n, "dragging": target.dragging})
        self._shown_under_hand = target.dragging
        return not look.enough

    def _called(self, found: Comparison) -> Comparison:
        """The same with layouts called as their plans are: as files of these names would be."""
        plans, (base, *others) = self.plans, found.layouts
        if plans.against is not None:
            base = replace(base, name=plans.beside_called)
        if others and not plans.plan.now.is_root:
            others = [replace(others[0], name=plans.plan.called)]
        return replace(found, layouts=(base, *others))

    def _follower(self, beside: Scenario) -> Follower:
        """What holds layouts against one; of those against which nothing is held, few stay."""
        found = self._followers.pop(id(beside), None)
        if found is None:
            if len(self._followers) >= BASES:
                oldest = next(key for key in self._followers if key != id(self.base))
                self._followers.pop(oldest).close()
            found = Follower(beside, self._still_wanted)
        self._followers[id(beside)] = found
        return found

    # ── what cannot be done ──────────────────────────────────────────────────────────────────

    def _refuse(self, n: int, error: PlannerError) -> None:
        text = shown.texts(self.languages, error.told)
        self._send({"kind": "refused", "n": n, "text": text})

    def _fail(self, n: int, error: Exception) -> None:
        reason = first_line(str(error)) or type(error).__name__
        text = shown.message(self.languages, Message(words.FAILED, error=reason))
        self._send({"kind": "refused", "n": n, "text": text})
