"""What is left of a scenario file when all that is wrong in it is taken out, to check the rest."""

from __future__ import annotations

import copy
from typing import Any, NamedTuple

from pydantic import ValidationError

from sim import limits
from sim.files.yaml_lines import Loc
from sim.scenario.contents import ScenarioFile
from sim.scenario.standing import READ_BY
from sim.scenario.validation import Problems, in_words

ENTRIES = ("layout", "changes")  # lists whose entries are made one after the other
# What is checked with a value that stands elsewhere: silent if that value was taken out.
NAMED = ("demand", "priorities"), ("demand", "conditions")  # by responders
FOLLOWS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (("demand", "priorities"), ("dispatch", "divert")),
    (("demand", "priorities"), ("dispatch", "reserve")),
    (("demand", "priorities"), ("dispatch", "within")),
    (("demand", "priorities"), ("demand", "conditions")),
    (("demand", "priorities"), ("demand", "surges")),
    (("demand", "conditions"), ("demand", "surges")),
    (("demand", "priorities"), ("transfers",)),
    (("crews", "classes"), ("transfers",)),
    (("crews", "classes"), ("demand", "conditions")),
    (("crews", "classes"), ("dispatch", "reserve")),
    (("dispatch", "centres"), ("dispatch", "reserve")),
    (("hospitals", "stay"), ("hospitals", "at")),
    (("hospitals", "icu_stay"), ("hospitals", "at")),
    (("hospitals", "at"), ("hospitals", "bypass_when_full")),
    (("hospitals", "at"), ("demand", "conditions")),
    (("hospitals", "clinics"), ("demand", "conditions")),
    (("hospitals", "destination"), ("hospitals", "consortia")),
    (("demand", "conditions"), ("hospitals", "at")),
    (("dispatch", "other_zone"), ("dispatch", "zones")),
    *((("standby", "rule"), ("standby", key)) for key in READ_BY),
    (("standby", "points"), ("standby", "list")),
    (("standby", "points"), ("standby", "table")),
    (("travel", "posted"), ("travel", "speeds")),
)


class Remainder(NamedTuple):
    """A file as far as it can be read."""

    file: ScenarioFile | None  # None if nothing can be made of it
    rows: dict[str, list[int]]  # of ENTRIES: the numbers of the entries that are left
    taken_out: list[Loc]  # what is wrong

    def lacks_stations(self) -> bool:
        """Whether it is not known which stations there are."""
        return any(
            bad[0] == "layout" and (len(bad) < 3 or bad[-1] == "station") for bad in self.taken_out
        )

    def lacks(self, *loc: str) -> bool:
        """Whether something of this place was taken out."""
        return any(_begins(bad, loc) or _begins(loc, bad) for bad in self.taken_out)


def of(raw: dict[str, Any], problems: Problems) -> Remainder:
    """Tell all that is wrong with what was written; and what is left without it.

    What follows from a mistake is muted: a default that takes the place of what is wrong is
    nobody's mistake.
    """
    rows = {key: list(range(_length(raw.get(key)))) for key in ENTRIES}
    try:
        return Remainder(ScenarioFile.model_validate(raw), rows, [])
    except ValidationError as error:
        findings = list(in_words(error, raw, ScenarioFile))
    for place, message in findings:
        problems.at(*place).tell(message)
    bad: list[Loc] = [loc for loc, _ in findings]
    for loc in bad:
        problems.mute(*_what_follows(loc))
    left = {"name": "?", **copy.deepcopy(raw)}
    for _ in range(20):  # a value that is gone may be missed where it stood, and so on outwards
        _take_out(left, [loc for loc, _ in findings], rows)
        try:
            return Remainder(ScenarioFile.model_validate(left), rows, bad)
        except ValidationError as error:
            findings = list(in_words(error, left, ScenarioFile))
    return Remainder(None, rows, bad)


def _what_follows(loc: Loc) -> list[Loc]:
    """Where something may be told only because of what is wrong at `loc`."""
    found: list[Loc] = [loc]
    if len(loc) > 2 and loc[0] in ENTRIES and loc[-1] == "at":
        found.append((*loc[:-1], "station"))  # that its name is no place
    if loc[:2] == ("hospitals", "at"):
        found.append(loc[:3])  # what is missing beside it
    found += [after for before, after in FOLLOWS if _begins(before, loc)]
    found += [after for before, after in FOLLOWS if _begins(loc, before)]
    if any(_begins(loc, one) or _begins(one, loc) for one in NAMED):
        found += [("responders", number, "for") for number in range(limits.GROUPS)]
    return found


def _begins(loc: Loc, start: Loc) -> bool:
    return tuple(loc[: len(start)]) == tuple(start)


def _take_out(tree: dict[str, Any], locs: list[Loc], rows: dict[str, list[int]]) -> None:
    """Take out what stands at each place; where nothing stands, what lacks it."""
    entries: dict[str, set[int]] = {key: set() for key in ENTRIES}
    for loc in locs:
        path = _deepest(tree, loc)
        if len(path) == 2 and path[0] in ENTRIES and isinstance(path[1], int):
            entries[str(path[0])].add(path[1])
        elif path:
            node: Any = tree
            for part in path[:-1]:
                node = node[part]
            node.pop(path[-1], None)
            if path[0] in ENTRIES and len(path) == 1:
                rows[str(path[0])] = []
    for key, gone in entries.items():
        if gone and isinstance(tree.get(key), list):
            tree[key] = [entry for row, entry in enumerate(tree[key]) if row not in gone]
            rows[key] = [number for row, number in enumerate(rows[key]) if row not in gone]


def _deepest(tree: Any, loc: Loc) -> Loc:
    """The place to be taken out: `loc`, or what encloses it where that is not there.

    Of a list the whole goes, so that the others keep their numbers; of ENTRIES the one entry.
    """
    node, path = tree, []
    for part in loc:
        there = (isinstance(node, dict) and part in node) or (
            isinstance(node, list) and isinstance(part, int) and part < len(node)
        )
        if not there:
            break
        node = node[part]
        path.append(part)
    whole = len(path) == len(loc)
    while path and isinstance(path[-1], int) and not (len(path) == 2 and path[0] in ENTRIES):
        path.pop()
    return tuple(path) if whole or path else ()


def _length(entries: Any) -> int:
    return len(entries) if isinstance(entries, list) else 0
