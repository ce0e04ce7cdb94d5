"""The main flow of a made-up map: read everything, say what is wrong at once, make it, write it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from scipy.spatial import QhullError

from sim.errors import MapImportError, Problem
from sim.files import entrance, planner_sheets
from sim.files import tables as files
from sim.files.whole import is_part, reason_of
from sim.geography import checking, remote
from sim.geography.bundle import Layers
from sim.geography.making import metres, places
from sim.geography.making.balance import PeopleBalance
from sim.geography.making.headcount import check_density
from sim.geography.making.people.cells import note_remote
from sim.geography.making.report import GROUND, PEOPLE, ROADS, Report, count, some
from sim.geography.making.zones import one_zone
from sim.geography.synthesis import (
    districts,
    ground,
    imputing,
    layers,
    links,
    people,
    plausible,
    routes,
    tables,
    towns,
    writing,
)
from sim.geography.synthesis.borders import TornError
from sim.geography.synthesis.facts import Place, Towns
from sim.geography.synthesis.ground import Ground
from sim.geography.synthesis.links import RoadNet
from sim.geography.synthesis.options import SynthesisOptions
from sim.text import Message, Say

TORN: Final = Message(
    "no ground could be drawn in which each town has its area in one piece: are some areas far too "
    "small for how far apart the towns lie, or is a town between them missing? Else another --seed "
    "may do"
)
Tell = Callable[[Message], None]
COARSE: Final = 1.5  # a map drawn this coarsely has cells of 2 km
USUAL_CELL_M, LARGE_CELL_M = 1000.0, 2000.0


def synthesise_map(
    chosen: SynthesisOptions | None = None,
    tell: Tell = lambda stage: None,
    say: Say = str,
    **choices: Any,
) -> Report:
    """Makes `maps/PLACE/PLACE.gpkg` of towns, its README.md and synthesis.yaml; says what it did.

    `sim.synthesise_map(towns="towns.csv", to="maps/place", seed=3)`, or options made before.
    `tell` hears of each stage; `say` is the language of the README. MapImportError with everything
    that is wrong; nothing is written then. The same choices give the same files, to the byte.
    """
    chosen = SynthesisOptions.of(**choices) if chosen is None else chosen
    about = Message("the map {place}", place=chosen.to)
    _refuse_occupied(chosen)
    report = Report()
    with _titled(about), entrance.reading(about, MapImportError):
        tell(Message("Reading the towns"))
        facts = read(chosen, report)
        made = make_layers(facts, chosen, report, tell)
        wrong = checking.problems(made)
    if wrong:
        raise MapImportError(about, wrong)
    tell(Message("Writing"))
    try:
        chosen.to.mkdir(parents=True, exist_ok=True)
        writing.write(chosen, made, report, say)
    except OSError as error:
        message = Message("it cannot be written ({error})", error=reason_of(error))
        raise MapImportError(about, Problem(message, f"--to {chosen.to}")) from None
    return report


@contextmanager
def _titled(about: Message) -> Iterator[None]:
    """What is wrong with one file alone is told like all else: of the map, with the file's name."""
    try:
        yield
    except MapImportError as error:
        if error.source == about:
            raise
        raise MapImportError(about, _in_file(error)) from error


def _in_file(error: MapImportError) -> list[Problem]:
    """The problems of an error, each with the name of its file."""
    name = Path(str(error.source)).name
    return [p.of(name) for p in error.problems]


def _refuse_occupied(chosen: SynthesisOptions) -> None:
    """A map that was made in another way is not overwritten, nor what is no folder."""
    there = next(one for one in (chosen.to, *chosen.to.absolute().parents) if one.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        message = Message("it cannot be written: {folder} is a file", folder=there)
        if there.is_dir():
            message = Message("it cannot be written: you may not write into {folder}", folder=there)
        problem = Problem(message, f"--to {chosen.to}")
        raise MapImportError(Message("the map {place}", place=chosen.to), problem)
    ours = (chosen.to / writing.CHOICES).is_file()
    if chosen.to.is_dir() and not ours and not all(map(is_part, chosen.to.iterdir())):
        message = Message(
            "{folder} holds something that was not made up by this command: choose another folder",
            folder=chosen.to,
        )
        raise MapImportError(Message("the map {place}", place=chosen.to), Problem(message, "--to"))


class Facts(NamedTuple):
    """What the files said, in the coordinate system of the map."""

    place: Place
    crs: pyproj.CRS


def read(chosen: SynthesisOptions, report: Report) -> Facts:
    """What is known; MapImportError with all that is wrong with all files."""
    try:
        rows = towns.read(chosen)
    except MapImportError as error:  # not even a table: the other files are looked at all the same
        raise MapImportError(
            Message("the map {place}", place=chosen.to), [*_in_file(error), *_of_others(chosen)]
        ) from error
    for note in files.notes(rows.table.frame):
        report.note(GROUND, note)
    wrong: list[Problem] = []
    names: list[tuple[str, ...]] = list(zip(rows.zh, rows.en, rows.code, strict=True))
    roads, found = _gathered(lambda: routes.read_routes(chosen, names, rows.lonlat), [])
    rivers, also = _gathered(lambda: routes.read_rivers(chosen), [])
    wrong += [*found, *also]
    groups, of_districts = _gathered(lambda: (districts.groups(rows, chosen), []), [])
    crs = _crs(rows.lonlat)
    filled = None
    if not of_districts:
        filled = imputing.filled(rows, groups, chosen, crs, report)
    anywhere = one_zone(shapely.box(0, 0, 1, 1), crs, chosen.title)
    for flag, source, reader in (
        ("sites", chosen.sites, places.read_sites),
        ("hospitals", chosen.hospitals, places.read_hospitals),
    ):
        if source is not None:
            one = _source(source, chosen, flag)
            found_there, bad = _gathered(lambda r=reader, o=one: (r(o, anywhere), []), None)  # type: ignore[misc]
            bad = bad or plausible.too_far(found_there, rows, chosen, flag)
            wrong += [p.of(f"--{flag} {source.name}") for p in bad]
    own = [p.of(chosen.towns.name)
           for p in rows.table.wrong]  # fmt: skip
    every = list(dict.fromkeys([*own, *of_districts, *wrong]))
    if every or filled is None:
        raise MapImportError(Message("the map {place}", place=chosen.to), every)
    unlikely = plausible.problems(rows, filled, crs)
    if unlikely:
        raise MapImportError(Message("the map {place}", place=chosen.to), unlikely)
    check_density(chosen.towns, float(filled.people.sum()), float(filled.km2.sum()), report)
    plausible.ask(rows, filled, crs, report)
    if rows.people_column:
        message = Message("people: the column {name}", name=rows.people_column)
        report.note(PEOPLE, message)
    return Facts(Place(filled, tuple(roads), tuple(rivers)), crs)


def _gathered(read: Callable[[], Any], empty: Any) -> tuple[Any, list[Problem]]:
    """What a reader returns, and the problems it found or raised."""
    try:
        value, problems = read()
    except MapImportError as error:
        return empty, _in_file(error)
    return value, problems


def _of_others(chosen: SynthesisOptions) -> list[Problem]:
    """What is wrong with the other files as tables, where that of the towns is none."""
    _, wrong = _gathered(lambda: routes.read_rivers(chosen), [])
    for name in ("roads", "districts", *HOLD):
        source = getattr(chosen, name)
        if source is not None and files.is_table(source):
            read = partial(tables.read, source, chosen, HOLD.get(name, ""))
            table, found = _gathered(lambda r=read: (r(), []), None)  # type: ignore[misc]
            wrong += found or [p.of(source.name) for p in table.wrong]
    return wrong


def _crs(lonlat: np.ndarray) -> pyproj.CRS:
    known = lonlat[~np.isnan(lonlat[:, 0])]
    if not len(known):
        return pyproj.CRS("EPSG:3857")  # to look for other problems in
    spots = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*known.T), crs=4326)
    return metres.metric_crs("", spots)


def make_layers(facts: Facts, chosen: SynthesisOptions, report: Report, tell: Tell) -> Layers:
    """Every layer of the bundle, in metres."""
    place, crs = facts
    tell(Message("Drawing the borders"))
    try:
        land = ground.make(place, crs, chosen.seed)
        tell(Message("Laying the roads"))
        net = links.make(place, land, chosen.seed)
    except (TornError, QhullError):
        raise MapImportError(chosen.towns, TORN) from None
    tell(Message("Settling the people"))
    cell_m = chosen.cell or (LARGE_CELL_M if place.towns.grain > COARSE else USUAL_CELL_M)
    cells = people.cells(land, net, cell_m)
    made = layers.make(place, land, cells, net.roads)
    if chosen.urban_within is not None:
        layers.narrow_urban(made, chosen.urban_within)
    _note(place.towns, land, net, cell_m, report)
    plausible.not_drawn(place, set(net.roads["name"]), land.county, crs, report)
    away = remote.to_roads(
        cells[["x", "y"]].to_numpy(), cells["people"].to_numpy(float),
        net.roads.geometry.to_numpy(), net.roads["class"].to_numpy(),
    )  # fmt: skip
    note_remote(away, report)
    report.people = PeopleBalance(
        read=float(place.towns.people.sum()), kept=int(made["cells"]["people"].sum())
    )
    for line in report.people.closed():
        report.note(PEOPLE, line)
    for name, source, reader in (
        ("sites", chosen.sites, places.read_sites),
        ("hospitals", chosen.hospitals, places.read_hospitals),
    ):
        made[name] = reader(_source(source, chosen, name), made["townships"], report)
        if source is not None and files.is_table(source):
            table = tables.read(source, chosen, HOLD[name])
            grades = table.grades(*tables.WHERE_FROM)
            if len(grades) == len(made[name]):  # no row is a further shift of one before it
                made[name]["provenance"] = grades
        _warn_outside(made[name], land, report)
    if place.rivers:
        made["river"] = layers.rivers(place, land)
    return {"meta": writing.meta(chosen, crs)} | made


HOLD: Final = {"sites": planner_sheets.STATIONS, "hospitals": planner_sheets.HOSPITALS}


def _source(path: Path | None, chosen: SynthesisOptions, name: str) -> places.Source:
    """A list of `sites` or `hospitals`, whose columns of provenance are read here."""
    read = (chosen.coordinates, chosen.encoding, chosen.sheet, tables.WHERE_FROM)
    return places.Source(path, *read, holds=HOLD[name])


def _warn_outside(points: gpd.GeoDataFrame, land: Ground, report: Report) -> None:
    """Stations or hospitals beyond the border that was made up: it may run inside theirs."""
    if not len(points):
        return
    away = shapely.distance(points.geometry.to_numpy(), land.county)
    out = np.flatnonzero(away > 0)
    if len(out):
        names = [f"{points['name_zh'].iloc[k]} ({away[k] / 1000:.1f} km)" for k in out]
        report.warn(Message("outside the border that was made up: {names}", names=some(names)))


def _note(towns_: Towns, land: Ground, net: RoadNet, cell_m: float, report: Report) -> None:
    """What was made, in numbers."""
    worst = max(
        abs(polygon.area / 1e6 / km2 - 1)
        for polygon, km2 in zip(land.polygons, towns_.km2, strict=True)
    )
    report.note(
        GROUND,
        Message(
            "{towns} with {km2:,.1f} km²; no outline is off its area by more than {worst:.2%}",
            towns=count(len(towns_.zh), writing.TOWNS),
            km2=land.county.area / 1e6,
            worst=worst,
        ),
    )
    moved = [
        f"{name} ({metres_ / 1000:.1f} km)"
        for name, metres_, source in zip(towns_.zh, land.moved_m, towns_.point_src, strict=True)
        if metres_ > 500 and source != "imputed"
    ]
    if moved:
        message = Message(
            "seats moved into the ground that their towns' areas leave them: {names}",
            names=some(moved),
        )
        report.warn(message)
    roads = net.roads
    for name, part in roads.groupby("class", sort=True):
        message = Message(
            "{name}: {km:,.1f} km in {links:,} links",
            name=name,
            km=part["length_m"].sum() / 1000,
            links=len(part),
        )
        report.note(ROADS, message)
    if towns_.grain >= 1.05:  # less is not worth a word
        message = Message(
            "drawn {grain:.1f} times as coarsely as a county: fewer streets and lanes than there "
            "would be, so that the file stays small",
            grain=towns_.grain,
        )
        report.note(ROADS, message)
    message = Message(
        "{people:,} people in cells of {cell:g} km, in cities of {half:g} km",
        people=int(towns_.people.sum()),
        cell=cell_m / 1000,
        half=cell_m / 2000,
    )
    report.note(PEOPLE, message)
