"""What a planner can put right.

    PlannerError           something outside the program needs mending
    ├── ScenarioError      a scenario file, or a change asked for at the prompt
    │   └── OptionError        an option of a command, an argument of `sim.run` and its like
    ├── RuleError          a rule of one's own, in Python, that raised or returned nonsense
    ├── MapError           a map bundle
    │   └── MapImportError     the files a map bundle is to be made from
    │       └── WorkbookError      a planner's workbook among them
    ├── RecordsError       a file of call records
    ├── CandidatesError    a file of places for new stations
    ├── OutputError        a results folder that cannot be written
    ├── WorkersError       worker processes, or a cluster, that did not do their work
    └── SizeError          a study or a map that this machine has no room for

Anything else that is raised is our bug; an InvariantError is one that was looked for. Every error
gathers all the problems it found, each with its line, its field, what was found and what to do, so
that a planner mends them in one go.
`str(error)` is English; `error.told(say)` is the same in the reader's language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from sim.text import Message, Say, said


class InvariantError(Exception):
    """What must hold, whatever a planner's files say, does not: a bug of ours."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: where it is (file, line, field) and what to do about it.

    `place`: what is told in place of the line, like the cell of a workbook.
    """

    message: str
    field: str = ""
    line: int | None = None
    file: str = ""
    place: str = ""

    def of(self, file: str) -> Problem:
        """The same, of this file unless its file is known."""
        return self if self.file else replace(self, file=file)

    def told(self, say: Say = str) -> str:
        """The problem in a line, in the language of `say`."""
        where = [self.file] if self.file else []
        if self.place:
            where.append(say(self.place))
        elif self.line is not None:
            where.append(say(Message("line {number}", number=self.line)))
        where += [say(self.field)] if self.field else []
        if not where:
            return said(say(self.message))
        place, problem = ", ".join(where), said(say(self.message))
        return say(Message("{place}: {problem}", place=place, problem=problem))

    def __str__(self) -> str:
        return self.told()


class PlannerWarning(UserWarning):
    """A sentence for a planner, in her language, about something that she can mend."""


class PlannerError(Exception):
    """All the problems of one input, told at once."""

    heading = Message("{source} cannot be used:")

    def __init__(self, source: object, problems: Problem | Iterable[Problem] | str):
        if isinstance(problems, str):
            problems = Problem(problems)
        self.source = source if isinstance(source, Message) else str(source)
        self.problems = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__(str(self))

    def __reduce__(self) -> tuple[Any, ...]:  # what is raised in another process comes back whole
        return type(self), (self.source, self.problems)

    def told(self, say: Say = str) -> str:
        """All problems, a line each, in the language of `say`."""
        # File order, so that a planner works down the page.
        ordered = [self.problems[at] for at in sorted(range(len(self.problems)), key=self._order())]
        head = say(Message(self.heading, source=say(self.source)))
        return "\n  ".join([head, *(problem.told(say) for problem in ordered)])

    def _order(self) -> Callable[[int], tuple[str, int]]:
        """The file and line of each problem; one without a line follows those of its field that
        were told before it, as "further rows" follow the first ones."""
        last: dict[tuple[str, str], int] = {}
        places = []
        for one in self.problems:
            told = last.get((one.file, one.field), 0) if one.field else 0
            if one.line is not None:
                last[one.file, one.field] = max(one.line, told)
            places.append((one.file, told if one.line is None else one.line))
        return places.__getitem__

    def __str__(self) -> str:
        return self.told()


class ScenarioError(PlannerError):
    heading = Message("{source} cannot be run:")


class OptionError(ScenarioError):
    """`source` is the option's name, as it is written where it was given."""

    def told(self, say: Say = str) -> str:
        first, *others = (problem.told(say) for problem in self.problems)
        head = say(Message("{place}: {problem}", place=say(self.source), problem=said(first)))
        return "\n  ".join([head, *others])


class RuleError(PlannerError):
    """`source` is the name of the function."""

    heading = Message("The rule {source} cannot be followed:")


class MapError(PlannerError):
    heading = Message("{source} is not a map that can be used:")


class MapImportError(MapError):
    heading = Message("{source} cannot be made:")


class WorkbookError(MapImportError):
    heading = Message("{source} cannot be read:")


class RecordsError(PlannerError):
    heading = Message("{source} cannot be read as call records:")


class CandidatesError(PlannerError):
    heading = Message("{source} cannot be read as candidate sites:")


class ReplayError(PlannerError):
    heading = Message("{source} cannot be replayed:")


class ReportError(PlannerError):
    heading = Message("{source} cannot be put into a report:")


class OutputError(PlannerError):
    heading = Message("{source} cannot be written:")


class WorkersError(PlannerError):
    heading = Message("{source} was not finished:")


class SizeError(PlannerError):
    heading = Message("{source} is too large for this machine:")


LONGEST_NAME = 200  # of what is compared with known names, letter by letter


def did_you_mean(found: str, known: Sequence[str]) -> Message:
    """A hint to stand after an unknown name: the nearest known one, or the few there are."""
    near = nearest(found, known)
    if near:
        return Message("; did you mean {name}?", name=near)
    if 0 < len(known) <= 12:
        return Message("; known: {names}", names=", ".join(known))
    return Message("")


def nearest(found: str, known: Sequence[str]) -> str:
    """The known name that may have been meant; "" if none is near."""
    if len(str(found)) > LONGEST_NAME:
        return ""
    begun = [name for name in known if found and str(name).startswith(str(found))]
    if begun:
        return begun[0]
    # Chinese names are two to four characters: a looser cutoff than the default finds them.
    cutoff = 0.6 if str(found).isascii() else 0.5
    near = get_close_matches(str(found), list(known), n=1, cutoff=cutoff)
    return near[0] if near else ""
