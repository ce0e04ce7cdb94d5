"""What maps' roads are like, said: a table with a column for each map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sim.words.language import Language
from sim.words.page import Column, Table

if TYPE_CHECKING:
    from sim.geography.measuring import Detour, RoadMeasures

NOTHING = "–"


def text(found: Sequence[RoadMeasures], say: Language) -> str:
    """The measures of maps side by side, for a terminal."""
    heads = [_head(one, found, say) for one in found]
    columns = (Column("", "left"), *(Column(head) for head in heads))
    parts = [
        Table(columns, _ground(found, say)),
        Table(columns, _lengths(found, say), above=say("Kilometres of road per 100 km²")),
        Table(columns, _by_people(found, say), above=say("Kilometres of road per 10,000 people")),
        Table(
            columns,
            _detours(found, say),
            above=say(
                "Way by road over straight distance, between places where people live: median "
                "(10 % to 90 %)"
            ),
        ),
        Table(
            columns,
            _speeds(found, say),
            above=say(
                "Straight distance over driving time, km/h: the median, at usual speeds of classes "
                "where the map says none"
            ),
        ),
    ]
    return "\n\n".join("\n".join(part.lines()) for part in parts)


def _head(one: RoadMeasures, found: Sequence[RoadMeasures], say: Language) -> str:
    """What a map is called; of maps of one name, by their files."""
    twin = sum(other.name == one.name for other in found) > 1
    name = one.path if twin else say("{map}", map=one.name)
    return say("{map} (synthetic)", map=name) if one.synthetic else name


def _ground(found: Sequence[RoadMeasures], say: Language) -> list[list[str]]:
    rows = [
        (say("people"), [f"{one.people:,.0f}" for one in found]),
        (say("km²"), [f"{one.km2:,.0f}" for one in found]),
        (say("junctions and ends"), [f"{one.junctions:,}" for one in found]),
        (say("dead ends"), [say.percent(one.dead_ends, 0) for one in found]),
        (say("junctions of three"), [say.percent(one.three, 0) for one in found]),
        (say("junctions of four and more"), [say.percent(one.four, 0) for one in found]),
        (say("from junction to junction, m"), [f"{one.link_m:,.0f}" for one in found]),
        (say("length of a link over its straight line"), [f"{one.curl:.3f}" for one in found]),
    ]
    return [[head, *cells] for head, cells in rows]


def _lengths(found: Sequence[RoadMeasures], say: Language) -> list[list[str]]:
    return [[kind, *(_km(one.km[kind], one.km2 / 100) for one in found)] for kind in _kinds(found)]


def _by_people(found: Sequence[RoadMeasures], say: Language) -> list[list[str]]:
    return [
        [kind, *(_km(one.km[kind], one.people / 10_000) for one in found)] for kind in _kinds(found)
    ]


def _kinds(found: Sequence[RoadMeasures]) -> list[str]:
    """The classes that one of the maps has; they are OpenStreetMap's words in any language."""
    return [kind for kind in found[0].km if any(one.km[kind] for one in found)]


def _km(km: float, per: float) -> str:
    return f"{km / per:,.1f}" if km else NOTHING


def _by_band(
    found: Sequence[RoadMeasures], cell: Callable[[Detour], str], say: Language
) -> list[list[str]]:
    """A row for each band of distance that one of the maps has."""
    bands = sorted({(one.from_km, one.to_km) for maps in found for one in maps.detours})
    rows = []
    for low, high in bands:
        of_band = [
            [cell(d) for d in maps.detours if (d.from_km, d.to_km) == (low, high)] for maps in found
        ]
        cells = [one[0] if one else NOTHING for one in of_band]
        rows.append([say("{low:g} to {high:g} km apart", low=low, high=high), *cells])
    return rows


def _detours(found: Sequence[RoadMeasures], say: Language) -> list[list[str]]:
    rows = _by_band(found, lambda d: f"{d.median:.2f} ({d.low:.2f}–{d.high:.2f})", say)
    share = [say.percent(one.usual, 0) for one in found]
    return [*rows, [say("of all pairs, within 1.3 and 1.6"), *share]]


def _speeds(found: Sequence[RoadMeasures], say: Language) -> list[list[str]]:
    return _by_band(found, lambda d: f"{d.kmh:.0f}", say)
