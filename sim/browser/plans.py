"""Plans that are tried by hand: each a base and its changes, with a way back, under a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sim.browser import plan_files
from sim.browser.plan_files import KeptFile
from sim.errors import OptionError, ScenarioError
from sim.files.escapes import file_name
from sim.scenario import amending, saving
from sim.scenario.amending import Changes
from sim.scenario.changes import Add, AnyVerb, Change, Close, Move
from sim.scenario.crew_changes import Rehour, Staff
from sim.scenario.file import load
from sim.text import Message, Name
from sim.units import spelt
from sim.words.language import language

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

BACK: Final = 1000  # steps that can be undone
MOST: Final = 50  # plans side by side
LONGEST: Final = 80  # letters of a plan's name
DIGITS: Final = 5  # of degrees: a metre
DEFAULT: Final = Message("Plan {n}")
NEW: Final = Message("New station, {place}")
NEW_AGAIN: Final = Message("New station {n}, {place}")


class Sketch(NamedTuple):
    """A plan at one moment: what it changes, and the layout that comes of it."""

    root: Scenario
    changes: Changes
    layout: Scenario

    @property
    def is_root(self) -> bool:
        """Whether nothing is changed."""
        return not self.changes


@dataclass
class PlanHistory:
    """A plan under its name, with all that it has been."""

    name: str  # by which the page asks for it
    past: list[Sketch]
    future: list[Sketch] = field(default_factory=list)
    _: KW_ONLY
    called: Name  # the same, in two languages
    is_named: bool  # by somebody, and not numbered
    file: KeptFile | None = None  # in which it is as it is now

    @property
    def now(self) -> Sketch:
        return self.past[-1]

    def become(self, sketch: Sketch) -> None:
        self.past = [*self.past[-BACK:], sketch]
        self.future, self.file = [], None

    def undo(self) -> bool:
        """One step back; whether there was one."""
        if len(self.past) < 2:
            return False
        self.future.append(self.past.pop())
        self.file = None
        return True

    def redo(self) -> bool:
        """One step forward again; whether there was one."""
        if not self.future:
            return False
        self.past.append(self.future.pop())
        self.file = None
        return True


class Plans:
    """All plans of a scenario, of which one is worked on and held against today or another one."""

    def __init__(self, base: Scenario, code: str = "en"):
        self.base, self.code = base, code
        self._read = plan_files.stamps(base.files)
        self.every: dict[str, PlanHistory] = {}
        self.against: str | None = None  # None: today
        self.current = self._begun().name

    def _begun(self) -> PlanHistory:
        number = 1
        while (called := _in_both(DEFAULT, n=number)).within(self.code) in self.every:
            number += 1
        name, nothing = called.within(self.code), Sketch(self.base, (), self.base)
        plan = PlanHistory(name, [nothing], called=called, is_named=False)
        self.every[name] = plan
        return plan

    @property
    def plan(self) -> PlanHistory:
        """The one that is worked on."""
        return self.every[self.current]

    @property
    def beside(self) -> Scenario:
        """The layout against which it is held."""
        return self.base if self.against is None else self.every[self.against].now.layout

    @property
    def beside_called(self) -> Name:
        """What that is called."""
        return self.base.name if self.against is None else self.every[self.against].called

    # ── changes ──────────────────────────────────────────────────────────────────────────────

    def with_verb(self, verb: AnyVerb) -> Sketch:
        """The plan with one change more; ScenarioError where it cannot be made.

        It is said in as few changes as say the same. Those of hours count from the last ambulance
        on: where fewer changes would give other ambulances these hours, all of them stay.
        """
        now = self.plan.now
        short = _sketched(now.root, amending.amended(now.changes, verb))
        if amending.may_depend(now.changes, verb):
            whole = _sketched(now.root, (*now.changes, Change.of(verb)))
            if not whole.layout.is_laid_out_as(short.layout):
                return whole
        return short

    def moved(self, station: str, at: tuple[float, float]) -> Sketch:
        """With a station at a point."""
        return self.with_verb(Move.of(station=self._named(station), to=_rounded(at)))

    def added(self, at: tuple[float, float] | str, ambulances: int) -> Sketch:
        """With a new sub-station: at a point, or a place of the map."""
        if isinstance(at, str):
            return self.with_verb(Add.of(station=at, ambulances=ambulances))
        name = self._new_name(at)
        return self.with_verb(
            Add.of(station=name.zh, name_en=name.en, at=_rounded(at), ambulances=ambulances)
        )

    def closed(self, station: str) -> Sketch:
        """Without a station."""
        return self.with_verb(Close.of(station=self._named(station)))

    def reopened(self, station: str) -> Sketch:
        """With a station again that the plan closes."""
        now = self.plan.now
        return _sketched(now.root, amending.reopened(now.changes, station))

    def staffed(self, station: str, number: int) -> Sketch:
        """With so many ambulances at a station."""
        return self.with_verb(Staff.of(station=self._named(station), to=number))

    def rehoured(self, station: str, hours: str, number: int | None) -> Sketch:
        """With the last `number` ambulances of a station, or all, on duty at other hours."""
        written: dict[str, Any] = {"to": hours} | ({} if number is None else {"number": number})
        return self.with_verb(Rehour.of(station=self._named(station), **written))

    def reset(self) -> Sketch:
        """With nothing changed."""
        root = self.plan.now.root
        return Sketch(root, (), root)

    def _named(self, station: str) -> str:
        """The name that changes of this plan know a station by."""
        for one in self.plan.now.layout.stations:
            if station in (one.name.zh, one.name.en):
                return one.name.zh
        return station

    def _new_name(self, at: tuple[float, float]) -> Name:
        """What a station is called that stands at a point: by the township there."""
        x, y = self.base.map.project(*at)
        (row,) = self.base.map.townships_at(np.array([[x, y]]))
        place = self.base.map.townships[int(row)].name
        layout, number = self.plan.now.layout, 1
        while True:
            text = NEW if number == 1 else NEW_AGAIN
            name = _in_both(text, place=place, n=number)
            if not any(name.zh == one.name.zh or name.en == one.name.en for one in layout.stations):
                return name
            number += 1

    # ── plans side by side ───────────────────────────────────────────────────────────────────

    def keep(self, name: str) -> None:
        """Go on under another name, and leave the plan as it is; OptionError if it is taken."""
        self._refuse(name)
        self._refuse_more("name")
        plan = self.plan
        self.every[name] = PlanHistory(
            name, list(plan.past), list(plan.future), called=Name(name, name), is_named=True
        )
        self.current = name

    def rename(self, plan: str, name: str) -> None:
        """Another name for a plan; OptionError if it is taken, or there is no such plan."""
        found = self.named(plan)
        if name == plan:
            return
        self._refuse(name)
        found.name, found.called, found.is_named, found.file = name, Name(name, name), True, None
        self.every = {one.name: one for one in self.every.values()}
        self.current = name if self.current == plan else self.current
        self.against = name if self.against == plan else self.against

    def forget(self, plan: str) -> None:
        """Without a plan; of the last one a new one begins."""
        self.named(plan)
        del self.every[plan]
        if self.against == plan:
            self.against = None
        if not self.every:
            self._begun()
        if self.current == plan:
            self.current = next(iter(self.every))
            self.against = None if self.against == self.current else self.against

    def show(self, plan: str, against: str | None) -> None:
        """Work on a plan, and hold it against another or today; OptionError if there is none."""
        self.named(plan)
        if against is not None:
            self.named(against)
        self.current, self.against = plan, None if against == plan else against

    def named(self, name: str) -> PlanHistory:
        """A plan; OptionError if there is none of this name."""
        if name not in self.every:
            raise OptionError("plan", Message("there is no plan {name}", name=spelt(name)))
        return self.every[name]

    def _refuse(self, name: str) -> None:
        _refuse_letters(name)
        if name in self.every:
            text = Message("there is a plan {name} already: choose another name", name=name)
            raise OptionError("name", text)

    def _refuse_more(self, field: str) -> None:
        if len(self.every) >= MOST:
            text = Message("there are {n} plans: forget one first", n=len(self.every))
            raise OptionError(field, text)

    # ── files ────────────────────────────────────────────────────────────────────────────────

    @property
    def folder(self) -> Path:
        """Where plans are saved: beside the file of the base."""
        return self.base.path.parent

    def files(self) -> list[str]:
        """The scenario files beside the base, which may be loaded as plans."""
        every = plan_files.scenarios(self.folder)
        return [path.name for path in every if path != self.base.path]

    def file_of(self, name: str) -> Path:
        """Where a plan is saved under a name."""
        return self.folder / f"{file_name(name.removesuffix('.yaml'), 'plan')}.yaml"

    def save(self, name: str, replace: bool) -> Path | None:
        """Write the plan as a scenario file beside the base; None where another file of that name
        is there, or one that was changed since the plan was written or read.

        A plan that has no name of its own is called as it is saved. OptionError of a file that
        would be lost to others: a base, or what is no scenario.
        """
        name = name.removesuffix(".yaml")
        _refuse_letters(name)
        path, plan = self.file_of(name), self.plan
        if plan.file is not None and plan.file.path == path and plan.file.is_as_it_was:
            return path
        if any(path in one.now.root.files for one in self.every.values()) or (
            path in self.base.files
        ):
            text = Message("{file} is the base of a plan: choose another name", file=path.name)
            raise OptionError("name", text)
        plan_files.refuse_to_replace(path)
        if path.exists() and not replace:
            return None
        called_anew = not plan.is_named and name not in self.every
        own = Name(name, name) if called_anew else plan.called
        root = plan.now.root.path
        base = root.stem if root.suffix == ".yaml" else root.name
        saving.save(path, own, base, plan.now.changes)
        if called_anew:
            self.rename(plan.name, name)
        plan.file = KeptFile.of(path)
        return path

    def standing_in(self, plan: str | None) -> Path | None:
        """The file in which a plan stands as it is now, None: today's; None where there is none."""
        if plan is None:
            return self.base.path
        found = self.every[plan]
        if found.file is not None and found.file.is_as_it_was:
            return found.file.path
        return self.base.path if found.now.is_root and found.now.root is self.base else None

    @property
    def base_is_as_it_was(self) -> bool:
        """Whether the files of the base were not written to since."""
        return plan_files.stamps(self.base.files) == self._read

    def load(self, file: str) -> None:
        """Read a scenario file beside the base as another plan, and work on that."""
        if file not in self.files():
            text = Message("there is no file {file} beside {base}", file=spelt(file),
                           base=self.base.path.name)  # fmt: skip
            raise OptionError("file", text)
        self._refuse_more("file")
        kept = KeptFile.of(self.folder / file)
        found = load(kept.path)
        if found.map is not self.base.map and found.map.path != self.base.map.path:
            text = Message("it is on another map than {base}", base=self.base.name)
            raise ScenarioError(found.path, text)
        called, number = _short(found.name), 2
        while called.within(self.code) in self.every:
            called, number = _short(found.name, f" {number}"), number + 1
        sketch, name = self._unfolded(found), called.within(self.code)
        self.every[name] = PlanHistory(name, [sketch], called=called, is_named=True, file=kept)
        self.current = name

    def _unfolded(self, found: Scenario) -> Sketch:
        """A file that changes this base and nothing else is its changes; else it is a root."""
        if found.changes:
            try:
                sketch = _sketched(self.base, found.changes)
            except ScenarioError:
                return Sketch(found, (), found)
            if sketch.layout.settings == found.settings and sketch.layout.is_laid_out_as(found):
                return sketch
        return Sketch(found, (), found)


def _refuse_letters(name: str) -> None:
    if not name.strip() or len(name) > LONGEST or not name.isprintable():
        text = Message("write a name of 1 to {most} letters", most=LONGEST)
        raise OptionError("name", text)


def _in_both(text: Message, **values: Any) -> Name:
    return Name(*(language(code)(text, **values) for code in ("zh", "en")))


def _short(name: Name, more: str = "") -> Name:
    """A name as long as a plan's may be, with something behind it."""
    return Name(*(f"{one[: LONGEST - len(more)]}{more}" for one in (name.zh, name.en)))


def _sketched(root: Scenario, changes: Sequence[Any]) -> Sketch:
    return Sketch(root, tuple(changes), amending.made(root, changes))


def _rounded(at: tuple[float, float]) -> list[float]:
    return [round(float(one), DIGITS) for one in at]
