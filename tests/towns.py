"""Small made-up towns as files, from which maps are made."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely

from sim.errors import MapImportError
from sim.geography import bundle as maps
from sim.geography.making import ImportOptions, import_map

LON, LAT = 113.5, 27.65  # near Liling; about 98.5 and 111 km a degree


STEP = 0.01


def osm(path, ways, missing=(), size=4, extra=()):
    """A square of size × size nodes numbered 10·row + column; `ways` are (nodes, tags)."""
    lines = ['<osm version="0.6" generator="test">']
    for row in range(size):
        for column in range(size):
            if 10 * row + column not in missing:
                lon, lat = LON + STEP * column, LAT + STEP * row
                lines.append(f'<node id="{10 * row + column}" lon="{lon}" lat="{lat}"/>')
    for node, lon, lat in extra:
        lines.append(f'<node id="{node}" lon="{lon}" lat="{lat}"/>')
    for number, (nodes, tags) in enumerate(ways, start=1):
        refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
        said = "".join(f'<tag k="{k}" v="{v}"/>' for k, v in tags.items())
        lines.append(f'<way id="{number}">{refs}{said}</way>')
    path.write_text("\n".join([*lines, "</osm>"]), "utf-8")
    return path


STREET = {"highway": "residential"}


ROWS = [([10 * row + c for c in range(4)], STREET) for row in range(4)]


COLUMNS = [([10 * r + column for r in range(4)], STREET) for column in range(4)]


TOWN = [*ROWS, *COLUMNS]


def box(west=0.0, south=0.0, east=3.0, north=3.0):
    return shapely.box(
        *(LON + STEP * west, LAT + STEP * south, LON + STEP * east, LAT + STEP * north)
    )


def features(path, shapes, **columns):
    gpd.GeoDataFrame(columns, geometry=shapes, crs=4326).to_file(path)
    return path


def zones(folder, people=(9001, 502), west=1.5):
    return features(folder / "zones.geojson", [box(east=west), box(west=west)],
                    name=["Westside", "Eastside"], people=list(people))  # fmt: skip


def refused(make, *arguments, **choices) -> str:
    with pytest.raises(MapImportError) as caught:
        make(*arguments, **choices)
    return str(caught.value)


def raster(path, values, crs="EPSG:3857", nodata=-9999.0, pixel=100.0, origin=None):
    """A GeoTIFF whose upper left corner lies over the town's."""
    import rasterio
    from rasterio.transform import from_origin

    if origin is None:
        corner = gpd.GeoSeries([shapely.Point(LON, LAT + 3 * STEP)], crs=4326).to_crs(crs)[0]
        origin = (corner.x, corner.y)
    values = np.asarray(values, "float32")
    with rasterio.open(path, "w", driver="GTiff", width=values.shape[1], height=values.shape[0],
                       count=1, dtype="float32", crs=crs, nodata=nodata,
                       transform=from_origin(*origin, pixel, pixel)) as file:  # fmt: skip
        file.write(values, 1)
    return path


def graphml(path, directed=True):
    """A square of four streets as osmnx saves it: each two-way street as two edges."""
    keys = {"d4": ("node", "y"), "d5": ("node", "x"), "d9": ("edge", "highway"),
            "d10": ("edge", "maxspeed"), "d11": ("edge", "oneway"), "d12": ("edge", "geometry"),
            "d0": ("graph", "crs")}  # fmt: skip
    at = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1)}
    edges = [(1, 2), (2, 1), (2, 3), (3, 2), (3, 4), (4, 1), (1, 4)]  # 3 to 4 is one-way
    text = ['<?xml version="1.0" encoding="utf-8"?>',
            '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">']  # fmt: skip
    text += [f'<key id="{k}" for="{w}" attr.name="{n}" attr.type="string"/>'
             for k, (w, n) in keys.items()]  # fmt: skip
    text.append('<graph edgedefault="directed"><data key="d0">epsg:4326</data>')
    for node, (x, y) in at.items():
        text.append(f'<node id="{node}"><data key="d5">{LON + STEP * x}</data>'
                    f'<data key="d4">{LAT + STEP * y}</data></node>')  # fmt: skip
    for u, v in edges:
        a, b = ((LON + STEP * at[n][0], LAT + STEP * at[n][1]) for n in (u, v))
        low, high = min(a, b), max(a, b)
        bend = ((low[0] + high[0]) / 2 + 0.001, (low[1] + high[1]) / 2)
        line = shapely.LineString([a, bend, b]).wkt
        text.append(f'<edge source="{u}" target="{v}" id="0"><data key="d9">[\'primary\', \'road\']'
                    f'</data><data key="d10">[\'50\', \'30\']</data>'
                    f'<data key="d11">{(u, v) == (3, 4)}</data>'
                    f'<data key="d12">{line}</data></edge>')  # fmt: skip
    path.write_text("\n".join([*text, "</graph></graphml>"]), "utf-8")
    return path


SITES = [
    ("东站", 0.1, 0.1, "station"),
    ("西站", 1.1, 1.1, "substation"),
    ("南站", 2.1, 2.1, "分站"),
]


def rows_of(sites=SITES):
    return [(name, LON + STEP * x, LAT + STEP * y, kind) for name, x, y, kind in sites]


def csv_of(folder, rows, header="name,lon,lat"):
    path = folder / "points.csv"
    path.write_text("\n".join([header, *(",".join(map(str, row)) for row in rows)]), "utf-8")
    return path


PLACES = "id,lon,lat,people\na,113.40,27.60,100\nb,113.50,27.60,300\nc,113.45,27.70,0\n"


MINUTES = "id,a,b,c\na,0,12,20\nb,10,0,15\nc,21,16,0\n"


def matrix_files(tmp_path, places=PLACES, minutes=MINUTES):
    for name, text in (("places.csv", places), ("minutes.csv", minutes)):
        (tmp_path / name).write_text(text, "utf-8")
    (tmp_path / "sites.csv").write_text("name,lon,lat\nBase A,113.40,27.60\n", "utf-8")
    return ImportOptions.of(
        place="tiny", maps=tmp_path / "maps", people=tmp_path / "places.csv", matrix_unit="minutes",
        matrix=tmp_path / "minutes.csv", sites=tmp_path / "sites.csv",
    )  # fmt: skip


def write_scenario(tmp_path, place, more=""):
    path = tmp_path / "scenarios" / f"{place}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(
        f"name: {place}\nmap: {place}\nlayout:\n  - {{station: Base A, ambulances: 1}}\n"
        "demand: {transported: 0 %, rate: {urban: 4 per day, rural: 4 per day}}\n" + more,
        "utf-8",
    )
    return path


def maker(folder):
    """`make(ways, **choices)`: the report and the map of a town in `folder / "maps"`."""

    def made(ways=TOWN, *, missing=(), extra=(), **choices):
        choices = {"place": "town", "maps": folder / "maps", "cell": "250 m"} | choices
        if "roads" not in choices:
            choices["roads"] = osm(folder / "roads.osm", ways, missing, extra=extra)
        if not {"zones", "people"} & set(choices):
            choices["zones"] = zones(folder)
        report = import_map(ImportOptions.of(**choices))
        return str(report), maps.read(folder / "maps" / "town" / "town.gpkg")

    return made


# A day of the place that `matrix_files` makes, simulated in a moment.
TINY = """\
name: tiny
map: tiny
layout:
  - {station: Base A, ambulances: 2}
demand: {transported: 0 %, rate: {urban: 12 per day, rural: 12 per day}}
study: {length: 1 days, replications: 2}
"""
