"""What records call priorities, conditions, stations and hospitals, and what the base does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import OptionError, Problem, RecordsError, ScenarioError
from sim.fitting.call_ends import to_hundred
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.records.units import UnitRecords
    from sim.scenario.scenario import Scenario
    from sim.scenario.settings.replay import Replay

MOST_NAMED: Final = 12


def refuse_unknown_targets(asked: Replay, base: Scenario) -> None:
    """OptionError of `--priority A=B` and its like where the base has no B."""
    demand = base.settings.demand
    places = [one.name for one in base.stations], [one.name for one in base.map.hospitals]
    stations, hospitals = ([*(n.zh for n in some), *(n.en for n in some)] for some in places)
    for option, renamed, known in (
        ("--priority", asked.priorities, [one.name for one in demand.priorities]),
        ("--condition", asked.conditions, [one.name for one in demand.conditions]),
        ("--station", asked.stations, stations), ("--hospital", asked.hospitals, hospitals),
    ):  # fmt: skip
        have = {name.casefold() for name in known}
        unknown = [name for name in renamed.values() if name.casefold() not in have]
        if unknown and known:
            message = Message(
                'the scenario has no "{name}"; it has {known}',
                name=unknown[0], known=_listed(list(dict.fromkeys(known))),
            )  # fmt: skip
            raise OptionError(option, message)


def refuse_other_priorities(path: Path, read: UnitRecords, base: Scenario) -> None:
    """RecordsError of priorities that the base does not have although it needs its own."""
    known = [one.name for one in base.settings.demand.priorities]
    have = {name.casefold() for name in known}
    unknown = [name for name in read.priorities if name.casefold() not in have]
    own = "priorities" in (base.written.get("demand") or {})
    others = len(unknown) == len(read.priorities)
    if not unknown or not (others if own else _refers(base, read.priorities)):
        return
    message = Message(
        "the base calls priorities {known}, and goes by these names; the records call them "
        "{names}: say which is which with {options}",
        known=_listed(known), names=_listed(unknown),
        options=_options("--priority", unknown, known),
    )  # fmt: skip
    field = read.reader.found.columns["priority"].header
    raise RecordsError(path, Problem(message, field=field))


def _options(option: str, unknown: Sequence[str], known: Sequence[str]) -> str:
    """What to write, one option a name: whether they pair like this only a planner knows."""
    pairs = ((name, known[min(row, len(known) - 1)]) for row, name in enumerate(unknown))
    return " ".join(f"{option} {_quoted(f'{name}={other}')}" for name, other in pairs)


def _quoted(text: str) -> str:
    return f'"{text}"' if any(letter.isspace() for letter in text) else text


def _refers(base: Scenario, names: Sequence[str]) -> bool:
    """Whether something else in the base needs its priorities: with others it cannot be run."""
    shares = to_hundred([1 / len(names)] * len(names))
    rows: list[Mapping[str, str]] = [
        {"name": name, "share": share} for name, share in zip(names, shares, strict=True)
    ]
    try:
        base.with_settings(demand={"priorities": rows})
    except ScenarioError:
        return True
    return False


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:MOST_NAMED]) + (" …" if len(names) > MOST_NAMED else "")
