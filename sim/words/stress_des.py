"""The checklist of STRESS-DES, filled in by what is known of a study.

Source: Monks, T., Currie, C. S. M., Onggo, B. S., Robinson, S., Kunc, M. and Taylor, S. J. E.:
Strengthening the reporting of empirical simulation studies: Introducing the STRESS guidelines.
Journal of Simulation 13 (1), 2019, 55–67. Its sections and items are named in our own words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sim.answers.answer import Provenance
from sim.text import Message
from sim.words import alternative, provenance
from sim.words.language import Language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.answers.answer import Answer
    from sim.scenario.scenario import Scenario

STOPS: Final = "".join((".", *alternative.WIDE))
SOURCE: Final = Message(
    "Items after Monks et al., Strengthening the reporting of empirical simulation studies, "
    "Journal of Simulation 13 (1), 2019, 55–67."
)
LOGIC: Final = Message(
    "A call is received, taken, assigned to an ambulance, reached, treated and, for some, taken to "
    "hospital; docs/model.md tells the order of all events."
)


class Reported(NamedTuple):
    """What a checklist goes by besides the answers: how the study was asked for and computed."""

    commands: tuple[str, ...]  # of each answer
    versions: tuple[tuple[str, ...], ...]  # of each answer: "numpy 2.4.6"
    machine: str  # on which the report is made


def table(answers: Sequence[Answer], how: Reported, say: Language) -> Table:
    """A row for each item: its number, what it asks for, and what holds for this study."""
    of_each = [
        [
            *_objectives(answer, how, say),
            *_logic(answer, say),
            *_data(answer, say),
            *_experiments(answer, say),
            *_program(versions, how.machine, say),
        ]
        for answer, versions in zip(answers, how.versions, strict=True)
    ]
    rows = [
        [number, item, _together([said[at][2] for said in of_each], how, say)]
        for at, (number, item, _) in enumerate(of_each[0])
    ]
    columns = (Column(say("no."), "left"), Column(say("item"), "left"),
               Column(say("this study"), "left"))  # fmt: skip
    return Table(columns, rows)


def _together(said: Sequence[str], how: Reported, say: Language) -> str:
    """What holds for all answers; where it differs, for each command what holds for it."""
    if len(set(said)) == 1:
        return said[0]
    return say.joined(
        say("{command}: {said}", command=command, said=text.rstrip(STOPS))
        for command, text in zip(how.commands, said, strict=True)
    )


def _objectives(answer: Answer, how: Reported, say: Language) -> list[list[str]]:
    base = answer.provenance.base
    targets = base.settings.targets
    return [
        ["1.1", say("purpose of the model"),
         say("How many more calls are reached in time in {place} if stations or ambulances "
             "change.", place=base.map.name)],
        ["1.2", say("outputs of the model"),
         say("Share of calls within {urban} min in town and {rural} min in the country, from call "
             "received to arrival, with others; each is defined in this report.",
             urban=f"{targets.urban / 60:g}", rural=f"{targets.rural / 60:g}")],
        ["1.3", say("what was tried"), say.joined(how.commands)],
    ]  # fmt: skip


def _of_layouts(layouts: Sequence[Scenario], said: Sequence[str], say: Language) -> str:
    """What holds for all layouts; where it differs, for each by its name what holds for it."""
    if len(set(said)) == 1:
        return said[0]
    return say.joined(
        say("{layout}: {said}", layout=layout.name, said=text.rstrip(STOPS))
        for layout, text in zip(layouts, said, strict=True)
    )


def _entities(layout: Scenario, say: Language) -> str:
    priorities = say.joined(one.name for one in layout.settings.demand.priorities)
    return say("Calls, by priority: {priorities}.", priorities=priorities)


def _resources(layout: Scenario, say: Language) -> str:
    return say(
        "{ambulances} at {stations}; {hospitals}.",
        ambulances=say.count(len(layout.fleet), "{n} ambulance", "{n} ambulances"),
        stations=say.count(len(layout.open_stations()), "{n} station", "{n} stations"),
        hospitals=say.count(len(layout.map.hospitals), "{n} hospital", "{n} hospitals"),
    )


def _logic(answer: Answer, say: Language) -> list[list[str]]:
    layouts = answer.scenarios()
    entities, resources = (
        _of_layouts(layouts, [of(layout, say) for layout in layouts], say)
        for of in (_entities, _resources)
    )
    return [
        ["2.1", say("overview of the model"), say(LOGIC)],
        ["2.2", say("logic of the base"),
         say("The ambulance that is expected first is sent, unless the settings in the chapter on "
             "assumptions say otherwise; with none free, calls wait by priority, then by time.")],
        ["2.3", say("logic of proposals"),
         say("As the base, but for the changes that the tables name.")],
        ["2.4", say("algorithms"),
         say("Fastest paths on the road network; times on a grid of 1/1024 s; ties go to the lower "
             "row.")],
        ["2.5.1", say("entities"), entities],
        ["2.5.2", say("activities"),
         say("Call taking, turnout, drive to the scene, on scene, drive to hospital, handover, "
             "return.")],
        ["2.5.3", say("resources"), resources],
        ["2.5.4", say("queues"), say("Calls that wait for an ambulance; where bays of hospitals "
                                     "are limited, ambulances that wait for one.")],
        ["2.5.5", say("where calls come from and end"),
         say("Calls arise at cells of the map and end at the scene or at a hospital.")],
    ]  # fmt: skip


def _data(answer: Answer, say: Language) -> list[list[str]]:
    sources = say.joined(dict.fromkeys(path.name for path in answer.files()))
    return [
        ["3.1", say("sources of data"), say("Files: {files}. The map's own page names the source "
                                            "of each of its layers.", files=sources)],
        ["3.2", say("what was done to them"),
         say("What an import kept and left out stands in the README of the map.")],
        ["3.3", say("parameters"), say("In the table of assumptions, with source.")],
        ["3.4", say("assumptions"), say("In the chapters on assumptions and on limits.")],
    ]  # fmt: skip


def _experiments(answer: Answer, say: Language) -> list[list[str]]:
    made = answer.provenance
    how_long = say("Measured in each replication: {observed}.",
                   observed=provenance.observed(made.base, say))  # fmt: skip
    often = say("nothing was simulated")
    if isinstance(made, Provenance):
        often = say(
            "{replications} at most, seed {seed}; estimates pool all calls; intervals are a "
            "jackknife over replications, of differences on the same calls where layouts have "
            "them.",
            replications=say.count(made.replications, "{n} replication", "{n} replications"),
            seed=made.seed,
        )
    return [
        ["4.1", say("how a replication begins"),
         say("All ambulances are free at their stations; what happens in the warm-up is not "
             "measured.")],
        ["4.2", say("how long"), how_long],
        ["4.3", say("how estimates are made"), often],
    ]  # fmt: skip


def _program(versions: Sequence[str], machine: str, say: Language) -> list[list[str]]:
    return [
        ["5.1", say("software"), say.joined(versions)],
        ["5.2", say("random numbers"),
         say("A counter-based generator (Philox) with a stream for each purpose, so that layouts "
             "meet the same calls.")],
        ["5.3", say("how the model runs"),
         say("Event by event; two engines keep one contract and are held equal to the last bit.")],
        ["5.4", say("machine"), say("This report was made on {machine}.", machine=machine)],
        ["6.1", say("where the model is"),
         say("The program and its tests are open: tenthirty, MIT licence. Scenario and map are the "
             "files named above.")],
    ]  # fmt: skip
