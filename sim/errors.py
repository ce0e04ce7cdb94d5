"""What a planner can put right.

    PlannerError           something outside the program needs mending
    ├── ScenarioError      a scenario file, or a change asked for at the prompt
    │   └── OptionError        an option of a command, an argument of `sim.run` and its like
    ├── MapError           a map bundle
    │   └── MapImportError     the files a map bundle is to be made from
    ├── RecordsError       a file of call records
    ├── CandidatesError    a file of places for new stations
    ├── OutputError        a results folder that cannot be written
    └── WorkersError       worker processes, or a cluster, that did not do their work

Anything else that is raised is our bug. Every error gathers all the problems it found, each
with its line, its field, what was found and what to do, so that a planner mends them in one go.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it is (file, line, field) and what to do about it."""

    message: str
    field: str = ""
    line: int | None = None
    file: str = ""

    def __str__(self) -> str:
        where = [self.file] if self.file else []
        where += [f"line {self.line}"] if self.line is not None else []
        where += [self.field] if self.field else []
        return f"{', '.join(where)}: {self.message}" if where else self.message


class PlannerError(Exception):
    """All the problems of one input, told at once."""

    verb = "cannot be used"

    def __init__(self, source: object, problems: Problem | Iterable[Problem] | str):
        if isinstance(problems, str):
            problems = Problem(problems)
        self.source = str(source)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:  # what is raised in another process comes back whole
        return type(self), (self.source, self.problems)

    def __str__(self) -> str:
        # File order, so that a planner works down the page.
        ordered = sorted(self.problems, key=lambda p: (p.file, p.line or 0))
        return "\n  ".join([f"{self.source} {self.verb}:", *map(str, ordered)])


class ScenarioError(PlannerError):
    verb = "cannot be run"


class OptionError(ScenarioError):
    """`source` is the option's name, as it is written where it was given."""

    def __str__(self) -> str:
        return "\n  ".join([f"{self.source}: {self.problems[0]}", *map(str, self.problems[1:])])


class MapError(PlannerError):
    verb = "is not a map that can be used"


class MapImportError(MapError):
    verb = "cannot be made"


class RecordsError(PlannerError):
    verb = "cannot be read as call records"


class CandidatesError(PlannerError):
    verb = "cannot be read as candidate sites"


class OutputError(PlannerError):
    verb = "cannot be written"


class WorkersError(PlannerError):
    verb = "was not finished"


def did_you_mean(found: str, known: Sequence[str]) -> str:
    """A hint after an unknown name: the nearest known one, or the few there are."""
    # Chinese names are two to four characters: a looser cutoff than the default finds them.
    near = get_close_matches(str(found), list(known), n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]}?"
    if 0 < len(known) <= 12:
        return f"; known: {', '.join(known)}"
    return ""
