"""Where the people live, and the stations and hospitals."""

import geopandas as gpd
import numpy as np
import shapely
from facts import BUILT_PEOPLE, CORE_PEOPLE, CRS, HOSPITALS, SITES, TOTAL_PEOPLE, TOWNS
from ground import Ground, metres
from scipy.spatial import cKDTree

GRAIN = 100.0  # spacing of the points that density is worked out on, metres
MAJOR = ["trunk", "primary", "secondary", "tertiary"]


def whole_shares(weights: np.ndarray, total: int) -> np.ndarray:
    """Share a whole number out in proportion: the largest remainders get the rest."""
    exact = weights * total / weights.sum()
    out = np.floor(exact).astype(int)
    rest = np.argsort(out - exact, kind="stable")[: total - out.sum()]
    out[rest] += 1
    return out


def town_people() -> np.ndarray:
    """Whole people of each township, summing to the census total."""
    return whole_shares(np.array([t.people for t in TOWNS]), TOTAL_PEOPLE)


def road_points(roads: gpd.GeoDataFrame, classes: list[str], step: float = 80.0) -> np.ndarray:
    """Points along all roads of some classes, close enough to measure distance from."""
    lines = roads.geometry[roads["class"].isin(classes)].to_numpy()
    return shapely.get_coordinates(shapely.segmentize(lines, step))


def grain_points(ground: Ground) -> tuple[np.ndarray, np.ndarray]:
    """Fine points over the county and the number of the township each lies in."""
    west, south, east, north = ground.county.bounds
    x, y = np.meshgrid(
        np.arange(west // 1000 * 1000 + GRAIN / 2, east, GRAIN),
        np.arange(south // 1000 * 1000 + GRAIN / 2, north, GRAIN),
    )
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    owner = np.full(len(points), -1)
    for k, polygon in enumerate(ground.polygons):
        shapely.prepare(polygon)
        owner[shapely.contains_xy(polygon, *points.T)] = k
    return points[owner >= 0], owner[owner >= 0]


def density(
    points: np.ndarray,
    owner: np.ndarray,
    ground: Ground,
    roads: gpd.GeoDataFrame,
    villages: dict,
    nodes: np.ndarray,
) -> np.ndarray:
    """How thickly people live, relative to others of the same township.

    It falls from the seat and from each village, follows roads, thins in the hills; in the city
    it falls from the middle, and the built-up part holds its known share of the core's people.
    """

    def kernel(at: np.ndarray, reach: float) -> np.ndarray:
        """Nearness to any of some places, from 1 there to 0 far off."""
        return np.exp(-((cKDTree(at).query(points)[0] / reach) ** 2))

    every = np.concatenate([v for k, v in villages.items() if k != "hamlets"]).astype(int)
    hamlets = np.asarray(villages["hamlets"], int)
    near_any = cKDTree(road_points(roads, [*MAJOR, "residential", "unclassified"])).query(points)[0]
    near_major = cKDTree(road_points(roads, MAJOR)).query(points)[0]
    settled = (
        0.05
        + 1.1 * kernel(nodes[every], 420.0)
        + 0.35 * kernel(nodes[hamlets], 260.0)
        + 0.45 * np.exp(-near_major / 220.0)
        + 0.15 * np.exp(-near_any / 150.0)
        + 4.0 * kernel(ground.seats, 700.0)
        + 1.3 * kernel(ground.seats, 1700.0)
    )
    weight = settled * (1 - 0.93 * ground.hill(points)) * np.exp(-near_any / 700.0)
    built = ground.built(points)
    weight[built] = (0.15 + np.exp(-ground.spread(points[built]) / 2600.0)) * (
        0.6 + 0.4 * np.exp(-near_major[built] / 200.0)
    )
    urban = np.array([t.kind == "subdistrict" for t in TOWNS])[owner]
    for k in np.unique(owner[urban]):
        inner, outer = (owner == k) & built, (owner == k) & ~built
        if inner.any() and outer.any():
            ratio = BUILT_PEOPLE / (CORE_PEOPLE - BUILT_PEOPLE)
            weight[inner] *= ratio * weight[outer].sum() / weight[inner].sum()
    return weight


def make_cells(
    ground: Ground, roads: gpd.GeoDataFrame, villages: dict, nodes: np.ndarray
) -> gpd.GeoDataFrame:
    """Share every township's people out over square cells: 1 km, in the built-up city 500 m."""
    points, owner = grain_points(ground)
    weight = density(points, owner, ground, roads, villages, nodes)
    coarse = np.floor(points / 1000).astype(int)
    key = coarse[:, 0] * 10_000 + coarse[:, 1]
    number, key = np.unique(key, return_inverse=True)
    dense = np.bincount(key, ground.built(points)) > 0.5 * np.bincount(key)
    quarter = np.floor(points / 500).astype(int) % 2
    cell = key * 4 + np.where(dense[key], quarter[:, 0] * 2 + quarter[:, 1], 0)
    # A cell on a border belongs to the township most of it lies in, and only that part counts.
    votes = np.zeros((4 * len(number), len(TOWNS)))
    np.add.at(votes, (cell, owner), 1)
    mine = votes.argmax(axis=1)[cell] == owner
    points, owner, weight, cell = points[mine], owner[mine], weight[mine], cell[mine]
    found, cell = np.unique(cell, return_inverse=True)
    sums = np.bincount(cell, weight)
    middle = np.stack([np.bincount(cell, weight * points[:, k]) / sums for k in (0, 1)], axis=1)
    town = np.zeros(len(found), int)
    town[cell] = owner
    people = np.zeros(len(found), int)
    for k, total in enumerate(town_people()):
        people[town == k] = whole_shares(sums[town == k], int(total))
    where = settle(middle, points, cell)
    frame = {
        "people": people,
        "township": [TOWNS[k].code for k in town],
        "area": ["urban" if TOWNS[k].kind == "subdistrict" else "rural" for k in town],
        "provenance": "imputed",
    }
    cells = gpd.GeoDataFrame(frame, geometry=shapely.points(where), crs=CRS)
    cells = cells[cells["people"] > 0].reset_index(drop=True)
    cells.insert(0, "cell_id", np.arange(len(cells)))
    return cells


def settle(middle: np.ndarray, points: np.ndarray, cell: np.ndarray) -> np.ndarray:
    """Each cell's fine point nearest to its people's mean: never outside the cell's township."""
    gap = np.hypot(*(points - middle[cell]).T)
    order = np.lexsort((gap, cell))
    first = np.r_[True, np.diff(cell[order]) > 0]
    return points[order[first]]


def make_sites(ground: Ground, roads: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Stations and sub-stations, each moved to the roadside nearest to its place."""
    street = road_points(roads, [*MAJOR, "residential"])
    seats = {t.zh: s for t, s in zip(TOWNS, ground.seats, strict=True)}
    rows, where = [], []
    for zh, en, kind, status, place, provenance, note in SITES:
        if isinstance(place, str):
            point = seats[place]
        elif place[0] == "at":
            point = metres([place[1:]])[0]
        else:
            point = ground.city + np.array(place, float)
        near = street[cKDTree(street).query(point)[1]]
        where.append(np.round(near + 15.0, 1))
        owner = next(
            t
            for t, p in zip(TOWNS, ground.polygons, strict=True)
            if p.contains(shapely.Point(where[-1]))
        )
        rows.append((zh, en, kind, status, owner.code, provenance, note))
    names = ["name_zh", "name_en", "kind", "status", "township", "provenance", "note"]
    return gpd.GeoDataFrame(
        [dict(zip(names, r, strict=True)) for r in rows], geometry=shapely.points(where), crs=CRS
    )


def make_hospitals(sites: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The hospitals behind the stations, at the same points."""
    place = sites.set_index("name_zh")
    rows = [
        {
            "name_zh": zh,
            "name_en": place.at[zh, "name_en"],
            "level": level,
            "capabilities": able,
            "provenance": "assumed",
            "note": note,
        }
        for zh, level, able, note in HOSPITALS
    ]
    points = [place.at[row["name_zh"], "geometry"] for row in rows]
    return gpd.GeoDataFrame(rows, geometry=points, crs=CRS)
