"""Which layouts of a curve nothing else beats for their money, said: around its figure of costs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sim.answers.curve import Curve, Point
from sim.text import Message
from sim.words import alternative, costs, provenance
from sim.words.curve import around, place_name
from sim.words.language import Language
from sim.words.page import Finding


def finding(curve: Curve, say: Language) -> Finding:
    """How many layouts none beats for their money, and what is drawn."""
    subtitle = say(
        "Each layout by its cost and its mean compliance, {clock}; full marks: none tried is as "
        "cheap and as good in town and country",
        clock=provenance.clock(say),
    )
    return around(curve, headline(curve, say), subtitle, say)


def headline(curve: Curve, say: Language) -> str:
    """How many layouts are on the front, and which kind never is."""
    points = curve.points()
    best, many = sum(point.on_front for point in points), len(points)
    if best == many:
        return say("Each of the {many} layouts tried gives the most for its cost", many=many)
    first = say.count(
        best,
        "{n} of the {all} layouts tried gives the most for its cost",
        "{n} of the {all} layouts tried give the most for their cost",
        all=many,
    )
    never = [
        track
        for track in ("ambulances", "stations")
        if any(point.track == track for point in points)
        and not any(point.track == track and point.on_front for point in points)
    ]
    return say.joined([first, say(ALWAYS_BEATEN[never[0]])]) if len(never) == 1 else first


ALWAYS_BEATEN: Final = {
    "ambulances": Message("more ambulances alone never do"),
    "stations": Message("new stations never do"),
}


def drawn(curve: Curve, points: Sequence[Point], say: Language) -> str:
    """The axes of cost against compliance, and which layouts are on the front."""
    axes = say(
        "Panels for town and country: along each the cost ({unit}), up it the percent of calls "
        "within target, a mark for each of {n} layouts, filled on the front and hollow off it",
        unit=costs.unit(curve.provenance.base),
        n=len(points),
    )
    front = [place_name(point, say) for point in points if point.on_front]
    said = say("On the front: {layouts}.", layouts=say.listed(front)) if front else ""
    return alternative.text((axes, said), say)
