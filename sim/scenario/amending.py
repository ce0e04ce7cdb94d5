"""Changes of a layout with one more, in as few as say the same.

A station that is moved twice has one `move`, to where it stands in the end; one that was added and
is closed again has nothing. So what was tried by hand reads like what was meant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from sim.errors import ScenarioError
from sim.scenario.changes import Add, AnyVerb, Change, Close, Move
from sim.scenario.crew_changes import MoveCrews, Rehour, Staff
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.scenario import Scenario

Changes = tuple[Change, ...]


def amended(changes: Changes, new: AnyVerb) -> Changes:
    """The changes and one more of a station; what it overrides is left out.

    Whether the layout can be so is not asked here: `made` tells it.
    """
    match new:
        case Move():
            return _with_move(changes, new)
        case Close():
            return _with_close(changes, new)
        case Staff(to=int(), class_=None):
            return _with_number(changes, new)
        case Rehour():
            return _instead(changes, new, lambda old: _same_crews(old, new))
        case _:
            return (*changes, Change.of(new))


def reopened(changes: Changes, station: str) -> Changes:
    """The changes without the closing of a station; ScenarioError if they do not close it."""
    kept = tuple(one for one in changes if not _is(one, Close, station))
    if len(kept) == len(changes):
        text = Message("{station} is not closed by this plan", station=station)
        raise ScenarioError(Message("reopen {station}", station=station), text)
    return kept


def made(root: Scenario, changes: Iterable[Change]) -> Scenario:
    """A scenario with these changes; ScenarioError of the first that cannot be made."""
    for change in changes:
        root = root.change(change)
    return root


def may_depend(changes: Changes, new: AnyVerb) -> bool:
    """Whether hours were set at the station of a new change, which concerns its crews too."""
    return isinstance(new, Staff | Rehour) and any(_is(one, Rehour, new.station) for one in changes)


# ── which are overridden ─────────────────────────────────────────────────────────────────────


def _with_move(changes: Changes, new: Move) -> Changes:
    """What was added stands elsewhere from the start; what was moved goes there at once."""
    for row, one in enumerate(changes):
        if _is(one, Add, new.station):
            add = one.verb.model_copy(update={"at": new.to})
            return (*changes[:row], Change.of(add), *changes[row + 1 :])
    return _instead(changes, new, lambda old: isinstance(old, Move))


def _with_close(changes: Changes, new: Close) -> Changes:
    """What was added is not added; of another one nothing else needs to be said."""
    if any(isinstance(one.verb, MoveCrews) and _concerns(one, new.station) for one in changes):
        return (*changes, Change.of(new))  # its crews are part of what happens elsewhere
    kept = tuple(one for one in changes if one.verb.station != new.station)
    if any(_is(one, Add, new.station) for one in changes):
        return kept
    return (*kept, Change.of(new))


def _with_number(changes: Changes, new: Staff) -> Changes:
    """How many ambulances a station has, where what was added says it already."""
    for row, one in enumerate(changes):
        add = one.verb
        if _is(one, Add, new.station) and isinstance(add, Add) and _is_plain(add):
            if new.to == 0:
                break
            more = add.model_copy(update={"ambulances": new.to})
            later = [
                other for other in changes[row + 1 :]
                if not (_is(other, Staff, new.station) and _is_number(other.verb))
            ]  # fmt: skip
            return (*changes[:row], Change.of(more), *later)
    return _instead(changes, new, _is_number)


def _instead(changes: Changes, new: AnyVerb, overrides: Callable[[AnyVerb], bool]) -> Changes:
    """The changes with a new one in the place of those of its station that it overrides."""
    kept = tuple(
        one for one in changes if one.verb.station != new.station or not overrides(one.verb)
    )
    return (*kept, Change.of(new))


def _same_crews(old: AnyVerb, new: Rehour) -> bool:
    return (
        isinstance(old, Rehour)
        and (new.number is None or (old.number is not None and old.number <= new.number))
        and (old.class_ == new.class_ or new.class_ is None)
    )


def _is(change: Change, kind: type[AnyVerb], station: str) -> bool:
    return isinstance(change.verb, kind) and change.verb.station == station


def _is_number(verb: AnyVerb) -> bool:
    return isinstance(verb, Staff) and verb.to is not None


def _is_plain(add: Add) -> bool:
    """Whether how many ambulances it has is a number alone."""
    return not add.crews and add.roster is None


def _concerns(change: Change, station: str) -> bool:
    verb = change.verb
    return station == verb.station or (isinstance(verb, MoveCrews) and verb.to == station)
