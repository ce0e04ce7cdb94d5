"""How an answer came about, and what must be said of its map wherever numbers are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sim.measures.verdicts import FEWEST
from sim.text import Message
from sim.words import differences, own_rules, records
from sim.words.language import Language, available, language

if TYPE_CHECKING:
    from sim.answers.answer import Provenance
    from sim.geography.bundle import Map
    from sim.scenario.scenario import Scenario

FEW: Final = Message("too few replications for a verdict")
SYNTHETIC: Final = Message("Synthetic map: made from published facts, not from surveyed roads.")


def line(made: Provenance, say: Language) -> str:
    """20 replications at most × 28 days, the same calls in all, 480 runs, seed 2025, how long"""
    said = say(
        "{draft}{replications} at most × {days}, the same calls in all, {runs} runs, seed {seed}",
        draft=say("Draft: ") if made.draft else "",
        replications=say.count(made.replications, "{n} replication", "{n} replications"),
        days=days(made.base, say),
        runs=f"{made.runs:,}",
        seed=made.seed,
    )
    return f"{said}      {seconds(made, say)}"


def seconds(made: Provenance, say: Language) -> str:
    """simulated in 3 s: without what a command takes to begin, to draw and to write"""
    return say("simulated in {n} s", n=f"{made.seconds:.0f}")


def few(finding: str, replications: int, say: Language) -> str:
    """The same, and that there are too few replications for a verdict where that is so."""
    if replications >= FEWEST:
        return finding
    return say.count(
        replications,
        "{finding} {n} replication is too few for a verdict, which takes {least}.",
        "{finding} {n} replications are too few for a verdict, which takes {least}.",
        finding=finding,
        least=FEWEST,
    )


def stamp() -> str:
    """What a draft is stamped with: in every language, for a figure travels."""
    return " ".join(language(code)(Message("DRAFT")) for code in available())


def footnote(made: Provenance, say: Language) -> str:
    """The foot of a figure: the map's nature, replications, days, the same calls in all."""
    said = say(
        "{map}{draft}{replications} at most × {observed}, the same calls in all layouts; {runs} "
        "runs, seed {seed}.",
        map=map_mark(made.base.map, say),
        draft=say("Draft: ") if made.draft else "",
        replications=say.count(made.replications, "{n} replication", "{n} replications"),
        observed=observed(made.base, say),
        runs=f"{made.runs:,}",
        seed=made.seed,
    )
    return "\n".join([*foot(made.base, say), said])


def foot(base: Scenario, say: Language) -> list[str]:
    """What must be said under every figure, a line each: of settings and of records."""
    return [*altered(base, say), *own_rules.lines(base, say), *records.briefly(base, say)]


def days(base: Scenario, say: Language) -> str:
    """28 days"""
    measured = base.settings.study.length / 86_400
    return say.count(round(measured, 2), "{n} day", "{n} days")


def observed(base: Scenario, say: Language) -> str:
    """28 days after a 7-day warm-up"""
    warm_up_s, measured = base.settings.study.warm_up, days(base, say)
    if not warm_up_s:
        return say("{days} without a warm-up", days=measured)
    if warm_up_s % 86_400:
        hours = f"{warm_up_s / 3600:g}"
        return say("{days} after a {n}-hour warm-up", days=measured, n=hours)
    return say("{days} after a {n}-day warm-up", days=measured, n=f"{warm_up_s / 86_400:g}")


def clock(say: Language) -> str:
    """Where the clock starts and ends."""
    return say("from call received to arrival")


def marks(base: Scenario, say: Language) -> list[str]:
    """What must be said wherever numbers are shown, a line each: of settings, map and records."""
    said = [*altered(base, say), *own_rules.lines(base, say), *records.warnings(base, say)]
    if base.map.synthetic:
        return [say(SYNTHETIC), *said]
    if base.map.meta.get("invented"):
        return [say("Note: stations and ambulances are invented examples."), *said]
    return said


def altered(base: Scenario, say: Language) -> list[str]:
    """What was set for this study, in all layouts alike, and what the scenario itself has."""
    settings = differences.altered(base, say)
    if not settings:
        return []
    return [say("Set for this study, whatever the layout: {settings}.", settings=settings)]


def map_mark(the_map: Map, say: Language) -> str:
    """The same for the foot of a figure; ends in a blank where the language has one."""
    if the_map.synthetic:
        return say("Synthetic map of {name}. ", name=the_map.name)
    if the_map.meta.get("invented"):
        return say("Roads © OpenStreetMap contributors. Stations and ambulances are invented. ")
    if "openstreetmap" in the_map.meta.get("licence", "").casefold():
        return say("Roads © OpenStreetMap contributors. ")
    return ""
