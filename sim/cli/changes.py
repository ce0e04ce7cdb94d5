"""Changes of a layout as they are written at the prompt: `--add 枫林镇 --close A --move A=B`."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from sim import units
from sim.cli.speech import halves
from sim.errors import OptionError, ScenarioError
from sim.text import Message

if TYPE_CHECKING:
    from sim.scenario.changes import AnyVerb
    from sim.scenario.scenario import Scenario
    from sim.scenario.validation import Problems

THE_LAYOUT = Message("the layout")


def changes_of(
    add: list[str],
    move: list[str],
    close: list[str],
    ambulances: list[str],
    crews: list[str] | None = None,
    *,
    base: Scenario | None = None,
) -> list[AnyVerb]:
    """Options as changes, in the order stations are made, moved, staffed and closed.

    ScenarioError with all that are not written as they should be; then with all others, too, that
    cannot be made of the base, where that is given.
    """
    from sim.scenario.changes import Add, Close, Move
    from sim.scenario.crew_changes import Staff
    from sim.scenario.validation import Problems

    problems = Problems()
    changes: list[AnyVerb] = []

    def take(kind: type[AnyVerb], station: str, **written: Any) -> None:
        try:
            changes.append(kind.of(station=station.strip(), **written))
        except ScenarioError as error:
            _tell(error, _option(kind, written), station, problems)

    for text in add:
        take(Add, text, at=_lonlat(text))
    for text in move:
        if halves := _halves(text, problems.at("--move")):
            take(Move, halves[0], to=_lonlat(halves[1]) or halves[1])
    for text in ambulances:
        if halves := _halves(text, problems.at("--ambulances")):
            if how_many := _how_many(halves[1]):
                take(Staff, halves[0], **how_many)
            else:
                problems.at("--ambulances").tell(
                    Message("write A=+1, A=-1 or A=3; found {found}", found=text)
                )
    for text in crews or []:
        if halves := _halves(text, problems.at("--add-crew")):
            if crew := _crew(halves[1]):
                take(Staff, halves[0], by=1, **crew)
            else:
                problems.at("--add-crew").tell(
                    Message("write A=CLASS,HOURS like A=basic,08-20; found {found}", found=text)
                )
    for text in close:
        take(Close, text)
    if problems and base is not None:
        _made(base, changes, problems)
    problems.raise_if_any(ScenarioError, THE_LAYOUT)
    return changes


def changed(base: Scenario, changes: list[AnyVerb]) -> Scenario:
    """The base with every change; ScenarioError with all that is wrong with them."""
    from sim.scenario import checks
    from sim.scenario.validation import Problems

    problems = Problems()
    layout = _made(base, changes, problems)
    if changes and not problems:
        checks.layout_can_be(layout, problems)
    problems.raise_if_any(ScenarioError, THE_LAYOUT)
    return layout


def _made(base: Scenario, changes: list[AnyVerb], problems: Problems) -> Scenario:
    """The base with the changes that can be made, after telling of the others."""
    layout = base
    for change in changes:
        try:
            layout = layout.change(change)
        except ScenarioError as error:
            _tell(error, _option(type(change), change.model_dump()), change.station, problems)
    return layout


def _option(kind: type[AnyVerb], written: dict[str, Any]) -> str:
    """Which option a change was written with."""
    crew = written.get("class") or written.get("class_") or written.get("roster")
    return "add-crew" if kind.key == "ambulances" and crew else kind.key


def _tell(error: ScenarioError, key: str, station: str, problems: Problems) -> None:
    """The problems of one option, under what was written."""
    for problem in error.problems:
        problems.at(f"--{key} {station}").tell(problem.message)


def _halves(text: str, problems: Problems) -> tuple[str, str] | None:
    """A and B of "A=B"; None after telling that one is missing."""
    left, right, _ = halves(text)
    if left and right:
        return left, right
    problems.tell(Message("write it like A=B; found {found}", found=text))
    return None


# What stands behind `--ambulances A=`, by what it begins with: one grammar for every sign that is
# typed for a plus or a minus, and for all digits of Chinese keyboards.
HOW_MANY: Final = (("+-", "by"), ("0123456789", "to"))


def _how_many(text: str) -> dict[str, int]:
    """Of "+1" how many more, of "3" how many in all; nothing of anything else."""
    plain = re.sub(r"^([+-])\s+", r"\1", units.usual(text))
    for begins, key in HOW_MANY:
        if plain[:1] in begins:
            with suppress(ValueError):
                return {key: units.whole(plain)}
    return {}


def _crew(text: str) -> dict[str, str]:
    """Class and hours, or the name of a roster, of "basic,08-20"; one of them alone may be meant.

    Nothing of anything else.
    """
    parts = [part.strip() for part in re.split("[,，]", text)]
    if not 1 <= len(parts) <= 2 or not any(parts):
        return {}
    if len(parts) == 1:
        return {"roster" if parts[0][:1].isdecimal() else "class": parts[0]}
    class_, roster = parts
    if class_[:1].isdecimal() and not roster[:1].isdecimal():
        class_, roster = roster, class_
    return {key: part for key, part in (("class", class_), ("roster", roster)) if part}


def crew_of(text: str) -> dict[str, str]:
    """A kind of crew as a file has it; OptionError if it is not written as it should be."""
    if crew := _crew(text):
        return crew
    raise OptionError(
        "--crew", Message("write CLASS,HOURS like basic,08-20; found {found}", found=text)
    )


def kinds_of(base: Scenario, texts: list[str]) -> list[dict[str, str]]:
    """Kinds of crew as a file has them; OptionError with all that there are not.

    Where there are several classes each must name one: the first would be meant in silence.
    """
    from sim.answers.crews import kind_asked
    from sim.scenario.validation import Problems

    problems, found = Problems(), []
    for text in texts:
        try:
            written = crew_of(text)
            kind_asked(base, written)
        except OptionError as error:
            for problem in error.problems:
                problems.at(*([text] if problem.field else [])).tell(problem.message)
            continue
        classes = [one.name for one in base.crews.classes]
        if "class" not in written and len(classes) > 1:
            problems.at(text).tell(
                Message("write the class, too: {classes}", classes=", ".join(classes))
            )
        found.append(written)
    if problems:
        raise OptionError("--crew", problems.found)
    return found


def _lonlat(text: str) -> list[float] | None:
    """[longitude, latitude] of "113.4, 27.7"; None of a name."""
    parts = units.usual(text).split(",")
    with suppress(ValueError):
        return [units.number(part) for part in parts] if len(parts) == 2 else None
    return None
