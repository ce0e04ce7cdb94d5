"""Coquimbo – La Serena (Chile): from AequilibraE's example model to a map bundle.

    python maps/coquimbo/build.py [path/to/coquimbo.zip]    write coquimbo.gpkg beside this file
    python maps/coquimbo/build.py --report                  print what the written bundle holds

Roads and zones are real, people are spread over the streets by a rule, stations are invented.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import sqlite3
import sys
import tempfile
import zipfile
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

# GDAL stamps layers with the clock; a fixed date makes two builds equal byte for byte.
os.environ["OGR_CURRENT_DATE"] = "2025-07-29T00:00:00.000Z"

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from sim.geography import bundle as maps
from sim.geography.making import Report
from sim.geography.making import make as bundle
from sim.geography.making import zones as ground
from sim.geography.making.groups import Names, PeopleOptions, RoadOptions
from sim.geography.making.options import ImportOptions
from sim.geography.making.people.polygons import over_streets
from sim.geography.making.report import ROADS
from sim.geography.making.roads import tidying
from sim.text import Message

BUNDLE = Path(__file__).with_name("coquimbo.gpkg")
CRS = "EPSG:32719"
GRID_M = 0.1  # coordinates are rounded to this; OSM itself is rarely better than a metre
CELL_M = 300.0
REPORT_SEED = 20250729  # the pairs of cells behind the detour factor
MAIN_STREETS = {"primary", "secondary", "tertiary"}
LAYERS = ["meta", "boundary", "townships", "core", "cells", "roads", "sites", "hospitals"]


class Quarter(NamedTuple):
    """An invented site: whereabouts, and where the search for its street corner may look."""

    name_en: str
    name_zh: str
    kind: str
    status: str
    lat: float
    lon: float
    reach_m: float  # 0: the nearest main street corner, no search


# San Juan de Dios stands in Avenida Balmaceda, taken where Juan de Dios Pení meets it.
# San Pablo stands where Avenida Videla meets Ruta 5: the bus stop "Hospital Coquimbo".
SAN_JUAN = (-29.9080, -71.2496)
SAN_PABLO = (-29.9676, -71.3364)
SITES = [
    Quarter("Station La Serena", "拉塞雷纳站", "station", "existing", *SAN_JUAN, 0),
    Quarter("Station Coquimbo", "科金博站", "station", "existing", *SAN_PABLO, 0),
    Quarter(
        "Sub-station Las Compañías",
        "拉斯孔帕尼亚斯分站",
        "substation",
        "existing",
        -29.8810,
        -71.2390,
        1500,
    ),
    Quarter(
        "Sub-station Tierras Blancas",
        "铁拉斯布兰卡斯分站",
        "substation",
        "existing",
        -29.9570,
        -71.2570,
        1500,
    ),
    Quarter(
        "Sub-station Sindempart", "辛登帕特分站", "substation", "planned", -29.9760, -71.3120, 1500
    ),
    Quarter(
        "Sub-station La Florida",
        "拉佛罗里达分站",
        "substation",
        "planned",
        -29.9170,
        -71.2120,
        1500,
    ),
]
HOSPITALS = [
    (
        "Hospital San Juan de Dios, La Serena",
        "圣胡安·德迪奥斯医院（拉塞雷纳）",
        *SAN_JUAN,
        "emergency,trauma,stroke,cardiac,paediatric",
    ),
    (
        "Hospital San Pablo, Coquimbo",
        "圣巴勃罗医院（科金博）",
        *SAN_PABLO,
        "emergency,trauma,stroke,obstetric",
    ),
]


# ---------------------------------------------------------------- reading


def find_zip(given: str | None) -> Path:
    """The example model's archive: the path given, or the installed package's copy."""
    if given:
        path = Path(given)
    else:
        spec = importlib.util.find_spec("aequilibrae")  # found, not imported: it is heavy
        folder = spec.submodule_search_locations[0] if spec else ""
        path = Path(folder) / "reference_files" / "coquimbo.zip"
    if not path.is_file():
        print(
            "coquimbo.zip not found: run `pip install aequilibrae`, or `pip download --no-deps "
            "aequilibrae`, unpack the wheel and give the path of reference_files/coquimbo.zip.",
            file=sys.stderr,
        )
        sys.exit(2)
    return path


def read_source(path: Path) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Links and zones as the model has them, in metres; people as the database stores them."""
    with tempfile.TemporaryDirectory() as folder:
        database = zipfile.ZipFile(path).extract("project_database.sqlite", folder)
        links = gpd.read_file(database, layer="links").to_crs(CRS)
        zones = gpd.read_file(database, layer="zones").to_crs(CRS)
        # GDAL trusts the column's declared INTEGER and would cut the fractions off.
        with closing(sqlite3.connect(database)) as connection:
            people = dict(connection.execute("SELECT zone_id, population FROM zones"))
    zones["population"] = zones["zone_id"].map(people)
    order = zones["zone_id"].argsort()
    return links.sort_values("link_id", ignore_index=True), zones.iloc[order]


# ---------------------------------------------------------------- as the importer takes it


def make_links(source: gpd.GeoDataFrame, found: Report) -> gpd.GeoDataFrame:
    """The model's streets as links that run from u to v; ends at one place are one node."""
    real = source["link_type"] != "centroid_connector"
    dropped = Message("dropped: {n} fictitious centroid connectors", n=(~real).sum())
    found.note(ROADS, dropped)
    links = source[real].reset_index(drop=True)
    line = links.geometry.values
    line = np.where(links["direction"] == -1, shapely.reverse(line), line)
    ends = np.vstack([shapely.get_coordinates(shapely.get_point(line, at)) for at in (0, -1)])
    node = np.unique(np.round(ends, 1), axis=0, return_inverse=True)[1].reshape(2, -1)
    speed = links["speed_ab"].fillna(links["speed_ba"]).astype(float)
    return gpd.GeoDataFrame(
        {
            "u": node[0],
            "v": node[1],
            "class": links["link_type"],
            "oneway": (links["direction"] != 0).astype("int32"),
            "speed_kmh": speed.where(speed.between(5, 130)),
            "name": links["name"],
        },
        geometry=line,
        crs=CRS,
    )


def make_zones(source: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The 133 zones with whole people; they have numbers, not names."""
    number = source["zone_id"].astype(str)
    return gpd.GeoDataFrame(
        {
            "code": number.to_numpy(),
            "name_zh": (number + " 区").to_numpy(),
            "name_en": ("Zone " + number).to_numpy(),
            "kind": "zone",
            "people": source["population"].round().to_numpy("int64"),
        },
        geometry=shapely.set_precision(source.geometry.values, GRID_M),
        crs=CRS,
    )


def import_layers(links: gpd.GeoDataFrame, zones: gpd.GeoDataFrame, report: Report) -> dict:
    """What `tenthirty map import` makes of streets and of zones with people."""
    chosen = ImportOptions(
        place="coquimbo",
        roads=RoadOptions(file=BUNDLE),
        people=PeopleOptions(cell=CELL_M),
        names=Names(english="Coquimbo – La Serena"),
    )
    roads = tidying.network(links, report)
    boundary = ground.outline(zones.geometry.values)
    sums = over_streets(BUNDLE, zones, roads, CELL_M, report, zones=zones)
    layers = bundle.layers_of(bundle.Read(roads, boundary, zones, sums, "imputed"), chosen, report)
    layers["townships"]["provenance"] = "sourced"
    layers["townships"]["people_src"] = (
        "AequilibraE example model, zone population rounded to whole people"
    )
    return layers


def nodes_of(roads: gpd.GeoDataFrame) -> np.ndarray:
    """The place of every node, by its id."""
    nodes = np.empty((1 + max(roads["u"].max(), roads["v"].max()), 2))
    for end, at in (("u", 0), ("v", -1)):
        nodes[roads[end]] = shapely.get_coordinates(shapely.get_point(roads.geometry.values, at))
    return nodes


def graph_of(roads: pd.DataFrame, count: int) -> csr_matrix:
    """Metres from node to node along the permitted direction; of parallel links the shortest."""
    both = roads[roads["oneway"] == 0]
    arcs = (
        pd.DataFrame(
            {
                "u": np.concatenate([roads["u"], both["v"]]),
                "v": np.concatenate([roads["v"], both["u"]]),
                "m": np.concatenate([roads["length_m"], both["length_m"]]),
            }
        )
        .groupby(["u", "v"], as_index=False)["m"]
        .min()
    )
    return csr_matrix((arcs["m"], (arcs["u"], arcs["v"])), shape=(count, count))


# ---------------------------------------------------------------- invented layers


def metres(lat: float, lon: float) -> shapely.Point:
    """A WGS84 place in the bundle's metres."""
    return gpd.GeoSeries([shapely.Point(lon, lat)], crs="EPSG:4326").to_crs(CRS)[0]


def candidate_nodes(roads: pd.DataFrame, nodes: np.ndarray) -> list[np.ndarray]:
    """For each site the main street corners it may stand on."""
    main = roads[roads["class"].isin(MAIN_STREETS)]
    corner = np.unique(main[["u", "v"]])
    choices = []
    for site in SITES:
        at = metres(site.lat, site.lon)
        away = np.hypot(*(nodes[corner] - (at.x, at.y)).T)
        near = corner[away <= site.reach_m]
        choices.append(near if len(near) else corner[[away.argmin()]])
    return choices


def choose_corners(
    roads: pd.DataFrame, nodes: np.ndarray, cells: gpd.GeoDataFrame
) -> tuple[list[int], float]:
    """P-median on people: each site in turn moves to its best corner until none gains.

    Returns the chosen nodes and the mean metres by road from the nearest of them.
    """
    home = cKDTree(nodes).query(shapely.get_coordinates(cells.geometry.values))[1]
    people = cells["people"].to_numpy()
    choices = candidate_nodes(roads, nodes)
    graph = graph_of(roads, len(nodes))
    to_cells = [dijkstra(graph, indices=c)[:, home] for c in choices]

    chosen = [0] * len(SITES)
    moved = True
    while moved:
        moved = False
        for site, table in enumerate(to_cells):
            others = [
                t[k] for s, (t, k) in enumerate(zip(to_cells, chosen, strict=True)) if s != site
            ]
            cost = np.minimum(table, np.min(others, axis=0)) @ people
            if cost.argmin() != chosen[site] and cost.min() < cost[chosen[site]]:
                chosen[site], moved = int(cost.argmin()), True
    nearest = np.min([t[k] for t, k in zip(to_cells, chosen, strict=True)], axis=0)
    corners = [int(c[k]) for c, k in zip(choices, chosen, strict=True)]
    return corners, float(nearest @ people / people.sum())


def zone_of(points: list[shapely.Point], zones: gpd.GeoDataFrame) -> list[str]:
    """The zone each point lies in, or the nearest."""
    return [str(zones["code"].values[zones.distance(p).argmin()]) for p in points]


def make_sites(points: list[shapely.Point], zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The invented base layout."""
    return gpd.GeoDataFrame(
        {
            "name_zh": [s.name_zh for s in SITES],
            "name_en": [s.name_en for s in SITES],
            "kind": [s.kind for s in SITES],
            "status": [s.status for s in SITES],
            "township": zone_of(points, zones),
            "provenance": "assumed",
            "note": "invented",
        },
        geometry=points,
        crs=CRS,
    )


def make_hospitals(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Two real hospitals at approximate places; level and capabilities are invented."""
    points = [shapely.transform(metres(lat, lon), np.round) for _, _, lat, lon, _ in HOSPITALS]
    return gpd.GeoDataFrame(
        {
            "name_zh": [h[1] for h in HOSPITALS],
            "name_en": [h[0] for h in HOSPITALS],
            "level": "tertiary",
            "capabilities": [h[4] for h in HOSPITALS],
            "township": zone_of(points, zones),
            "provenance": "assumed",
            "note": "real hospitals at approximate places; level and capabilities invented",
        },
        geometry=points,
        crs=CRS,
    )


# ---------------------------------------------------------------- the bundle


def make_meta(found: Report, mean_m: float) -> pd.DataFrame:
    """What the bundle is, where it came from and what in it is not real."""
    facts = {
        "place": "coquimbo",
        "name_en": "Coquimbo – La Serena",
        "name_zh": "科金博—拉塞雷纳",
        "synthetic": "no",
        "invented": "stations, hospitals' capabilities and ambulances are invented for "
        "illustration",
        "date": "2025-07-29",
        "licence": "links © OpenStreetMap contributors, ODbL 1.0; package AequilibraE, "
        "MIT with a clause asking that the software be named in documentation",
        "source": "Coquimbo example model in the Python package AequilibraE 1.7.2",
        "crs": CRS,
        "notes": "zones' people carry no source in the model; speeds only where OSM has them; "
        "see README.md",
        "sites_mean_road_m": f"{mean_m:.0f}",
    }
    dropped = [str(n.message) for n in found.sections[ROADS] if n.message.startswith("dropped")]
    facts |= {f"dropped {row}": line.partition(": ")[2] for row, line in enumerate(dropped, 1)}
    return pd.DataFrame({"key": list(facts), "value": list(facts.values())})


def build(source: Path) -> None:
    """Writes the bundle."""
    raw_links, raw_zones = read_source(source)
    found = Report()
    layers = import_layers(make_links(raw_links, found), make_zones(raw_zones), found)
    zones, roads = layers["townships"], layers["roads"]
    nodes = nodes_of(roads)
    corners, mean_m = choose_corners(roads, nodes, layers["cells"])
    layers["sites"] = make_sites([shapely.Point(nodes[c]) for c in corners], zones)
    layers["hospitals"] = make_hospitals(zones)
    layers["meta"] = make_meta(found, mean_m)
    maps.write(BUNDLE, layers)
    print(found)
    print(f"{BUNDLE.name}: {BUNDLE.stat().st_size / 1e6:.1f} MB")


# ---------------------------------------------------------------- the report


def report() -> None:
    """Prints what the written bundle holds; reads it and changes nothing."""
    if not BUNDLE.is_file():
        print("coquimbo.gpkg is not there yet: run build.py first.", file=sys.stderr)
        sys.exit(2)
    layers = {name: gpd.read_file(BUNDLE, layer=name) for name in LAYERS}
    report_roads(layers["roads"])
    report_people(layers["townships"], layers["cells"])
    report_distances(layers["roads"], layers["cells"])
    for row in layers["meta"].itertuples():
        if row.key.startswith("dropped"):
            print(f"{row.key}: {row.value}")
        elif row.key == "sites_mean_road_m":
            print(f"mean road distance, people from their nearest site (all six): {row.value} m")
    print(layers["sites"][["name_en", "status", "township"]].to_string(index=False))


def report_roads(roads: gpd.GeoDataFrame) -> None:
    """Links, kilometres, known speeds and one-ways by class."""
    table = roads.assign(km=roads["length_m"] / 1000, known=roads["speed_kmh"].notna())
    by_class = table.groupby("class").agg(
        links=("km", "size"),
        km=("km", "sum"),
        with_speed=("known", "mean"),
        median_kmh=("speed_kmh", "median"),
        oneway=("oneway", "sum"),
    )
    print(by_class.round({"km": 1, "with_speed": 2}).to_string())
    known_km = table.loc[table["known"], "km"].sum() / table["km"].sum()
    nodes = 1 + max(roads["u"].max(), roads["v"].max())
    print(
        f"roads: {len(roads)} links, {nodes} nodes, {table['km'].sum():.1f} km; with speed "
        f"{table['known'].mean():.1%} of links, {known_km:.1%} of km; "
        f"one-way {roads['oneway'].sum()} ({roads['oneway'].mean():.1%})"
    )


def report_people(zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> None:
    """People, zones and cells, urban and rural."""
    same = cells.groupby("township")["people"].sum().reindex(zones["code"]).values
    print(
        f"people: {zones['people'].sum()} in {len(zones)} zones of "
        f"{zones.area.sum() / 1e6:.0f} km²; cells sum to each zone: "
        f"{bool((same == zones['people']).all())}"
    )
    for area, part in zones.groupby("area"):
        some = cells[cells["area"] == area]
        print(
            f"  {area}: {part['people'].sum()} people, {len(part)} zones, "
            f"{part.area.sum() / 1e6:.0f} km², {len(some)} cells"
        )
    size = cells["people"].quantile([0, 0.5, 1]).astype(int).tolist()
    print(f"cells: {len(cells)}; people per cell least {size[0]}, median {size[1]}, most {size[2]}")


def report_distances(roads: gpd.GeoDataFrame, cells: gpd.GeoDataFrame) -> None:
    """How far cells lie from the network, and how far roads stray from the straight line."""
    nodes = nodes_of(roads)
    may_leave = roads[~roads["class"].str.startswith("motorway")]
    slow = np.unique(may_leave[["u", "v"]])
    xy = shapely.get_coordinates(cells.geometry.values)
    home = cKDTree(nodes[slow]).query(xy)[1]
    lines = may_leave.geometry.values
    away = shapely.distance(
        cells.geometry.values, lines[shapely.STRtree(lines).nearest(cells.geometry.values)]
    )
    half, most = np.percentile(away, [50, 95])
    print(
        f"cell to the nearest road that may be left: median {half:.0f} m, 95 % {most:.0f} m, "
        f"max {away.max():.0f} m"
    )

    draw = np.random.default_rng(REPORT_SEED).integers(len(cells), size=(5000, 2))
    far = np.hypot(*(xy[draw[:, 0]] - xy[draw[:, 1]]).T) > 2000
    start, end = slow[home[draw[far][:500]]].T
    table = dijkstra(graph_of(roads, len(nodes)), indices=start)
    factor = table[np.arange(len(start)), end] / np.hypot(*(nodes[start] - nodes[end]).T)
    low, half, high = np.percentile(factor, [5, 50, 95])
    print(
        f"detour factor, {len(factor)} random pairs of cells over 2 km apart: "
        f"median {half:.2f}, 5–95 % {low:.2f}–{high:.2f}"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("zip", nargs="?", help="reference_files/coquimbo.zip of aequilibrae")
    parser.add_argument("--report", action="store_true", help="print the written bundle's facts")
    options = parser.parse_args()
    if options.report:
        report()
    else:
        build(find_zip(options.zip))
