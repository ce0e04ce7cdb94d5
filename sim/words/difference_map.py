"""What the map of differences shows, said: in how many areas more calls are reached in time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.answers.area_changes import AreaChange
from sim.answers.comparison import Comparison
from sim.measures.measures import BY_KEY
from sim.measures.verdicts import FEWEST_CALLS, Verdict
from sim.text import Message
from sim.words import alternative, measures
from sim.words import comparison as words
from sim.words.language import Language
from sim.words.page import Finding

# By the unit of the measure, whether any area is as it was, and whether any is open.
HEADLINES: Final = {
    ("share", True, True): Message(
        "In {better} of {n} {areas} more calls are reached in time, in {worse} fewer, in {same} "
        "about as many; in {unsure} we cannot tell"
    ),
    ("share", True, False): Message(
        "In {better} of {n} {areas} more calls are reached in time, in {worse} fewer, in {same} "
        "about as many"
    ),
    ("share", False, True): Message(
        "In {better} of {n} {areas} more calls are reached in time, in {worse} fewer; in {unsure} "
        "we cannot tell"
    ),
    ("share", False, False): Message(
        "In {better} of {n} {areas} more calls are reached in time, in {worse} fewer"
    ),
    ("min", True, True): Message(
        "In {better} of {n} {areas} calls are reached sooner on average, in {worse} later, in "
        "{same} about as soon; in {unsure} we cannot tell"
    ),
    ("min", True, False): Message(
        "In {better} of {n} {areas} calls are reached sooner on average, in {worse} later, in "
        "{same} about as soon"
    ),
    ("min", False, True): Message(
        "In {better} of {n} {areas} calls are reached sooner on average, in {worse} later; in "
        "{unsure} we cannot tell"
    ),
    ("min", False, False): Message(
        "In {better} of {n} {areas} calls are reached sooner on average, in {worse} later"
    ),
}
UNKNOWN: Final = {
    "share": Message("In which {areas} more calls are reached in time, we cannot tell yet"),
    "min": Message("In which {areas} calls are reached sooner, we cannot tell yet"),
}
SUBTITLES: Final = {
    "share": Message(
        "Change from today in the share of calls reached within target: {layout}; all {areas} "
        "judged together, 95 % confidence"
    ),
    "min": Message(
        "Change from today in mean minutes from call received to arrival: {layout}; all {areas} "
        "judged together, 95 % confidence"
    ),
}


def finding(
    comparison: Comparison, layout: int, key: str, found: Sequence[AreaChange], say: Language
) -> Finding:
    """In how many areas it is better and in how many worse, and what is drawn of which layout."""
    subtitle = say(
        SUBTITLES[BY_KEY[key].unit],
        layout=comparison.layouts[layout].name,
        areas=measures.area_word(comparison.base.map, say),
    )
    return Finding(
        headline(comparison, key, found, say),
        subtitle,
        words.footnote(comparison, say),
        comparison.provenance.draft,
    )


def headline(comparison: Comparison, key: str, found: Sequence[AreaChange], say: Language) -> str:
    """All areas counted: better, worse, as it was, and those of which nothing is known."""
    unit, areas = BY_KEY[key].unit, measures.area_word(comparison.base.map, say)
    count = {verdict: sum(one.verdict == verdict for one in found) for verdict in Verdict}
    better, worse, same = (
        count[verdict] for verdict in (Verdict.BETTER, Verdict.WORSE, Verdict.TOO_SMALL)
    )
    unsure = len(found) - better - worse - same
    if unsure == len(found):
        return say(UNKNOWN[unit], areas=areas)
    numbers = {"better": better, "worse": worse, "same": same, "unsure": unsure}
    return say(
        HEADLINES[unit, same > 0, unsure > 0],
        n=len(found),
        areas=areas,
        **{name: number or say("none") for name, number in numbers.items()},
    )


def number(key: str, one: AreaChange, say: Language) -> str:
    """+3.7; +0.4 ? where chance alone may have made it; nothing where there are too few calls."""
    if one.verdict is None:
        return ""
    text = say.number(BY_KEY[key].scale * one.change, 1, sign=True)
    return say("{number} ?", number=text) if one.verdict == Verdict.UNDECIDED else text


TITLES: Final = {
    "share": Message("Calls within target,\nchange in points"),
    "min": Message("Mean response,\nchange in minutes"),
}
CLASSES: Final = {  # by whether it is better: up to the first break, between two, above the last
    ("share", True): (
        Message("up to {high} more"),
        Message("{low}–{high} more"),
        Message("over {low} more"),
    ),
    ("share", False): (
        Message("up to {high} fewer"),
        Message("{low}–{high} fewer"),
        Message("over {low} fewer"),
    ),
    ("min", True): (
        Message("up to {high} sooner"),
        Message("{low}–{high} sooner"),
        Message("over {low} sooner"),
    ),
    ("min", False): (
        Message("up to {high} later"),
        Message("{low}–{high} later"),
        Message("over {low} later"),
    ),
}


def class_name(key: str, better: bool, row: int, breaks: Sequence[float], say: Language) -> str:
    """A class of the legend: its bounds, and which way."""
    text = CLASSES[BY_KEY[key].unit, better][min(row, 1) if row < len(breaks) else 2]
    low = "" if row == 0 else f"{breaks[row - 1]:g}"
    return say(text, low=low, high=f"{breaks[row]:g}" if row < len(breaks) else "")


def too_small(comparison: Comparison, key: str, say: Language) -> str:
    """Surely within ±1: what the legend calls it."""
    measure = BY_KEY[key]
    limit = f"±{measure.scale * measure.matters(comparison.matters):g}"
    return say("too small to matter\n(surely within {limit})", limit=limit)


def too_few(say: Language) -> str:
    return say("fewer than {n} calls\nin all replications", n=FEWEST_CALLS)


def drawn(comparison: Comparison, key: str, found: Sequence[AreaChange], say: Language) -> str:
    """What is drawn, for whoever cannot see it: the colours, and the greatest gain and loss."""
    the_map, measure = comparison.base.map, BY_KEY[key]
    areas = say(
        "A map of {map}: each of {n} {areas} coloured by the change of {measure}, blue where it is "
        "better and orange and hatched where it is worse, with the signed number on it",
        map=the_map.name,
        n=len(found),
        areas=measures.area_word(the_map, say),
        measure=measures.label(measure, say, comparison.base),
    )
    told = [row for row, one in enumerate(found) if one.verdict is not None]
    if not told:
        return areas
    order = sorted(told, key=lambda row: measure.sign * found[row].change)
    values = {
        f"{which}_{part}": value
        for which, row in (("least", order[0]), ("most", order[-1]))
        for part, value in (
            ("name", the_map.townships[row].name),
            ("change", say.number(measure.scale * found[row].change, 1, sign=True)),
        )
    }
    ends = say(
        "The changes, in {unit}, go from {least_change} in {least_name} to {most_change} in "
        "{most_name}.",
        unit=measures.unit(measure, say),
        **values,
    )
    return alternative.text((areas, ends), say)
