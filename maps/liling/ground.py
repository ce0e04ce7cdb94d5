"""The made-up ground of Liling: borders, relief, river and built-up area, all from one seed."""

from dataclasses import dataclass

import numpy as np
import shapely
import shapely.ops
from facts import BUILT_AREA_KM2, CITY, CRS, RIVER, TOTAL_AREA_KM2, TOWNS
from pyproj import Transformer
from scipy.interpolate import CubicSpline
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import Voronoi, cKDTree

TO_METRES = Transformer.from_crs("EPSG:4326", CRS, always_xy=True)
OUTSIDE = -1
SEAT_MARGIN = 800.0  # a seat lies at least this far inside its border, in metres


class Noise:
    """A smooth random field of about unit spread: a sum of plane waves over several octaves."""

    def __init__(
        self,
        rng: np.random.Generator,
        wavelength: float,
        octaves: int = 4,
        gain: float = 0.5,
        waves: int = 12,
    ) -> None:
        """Draw the waves; the longest are about ``wavelength`` metres."""
        octave = np.repeat(np.arange(octaves), waves)
        angle = rng.uniform(0, 2 * np.pi, octave.size)
        number = 2 * np.pi * 2.0**octave / (wavelength * rng.uniform(0.8, 1.3, octave.size))
        self.wave = np.stack([np.cos(angle), np.sin(angle)]) * number
        self.phase = rng.uniform(0, 2 * np.pi, octave.size)
        self.height = gain**octave * np.sqrt(2 / waves)

    def __call__(self, xy: np.ndarray) -> np.ndarray:
        """Value of the field at each point."""
        return np.cos(xy @ self.wave + self.phase) @ self.height


def metres(lonlat: list[tuple[float, float]]) -> np.ndarray:
    """Project longitude and latitude to map metres."""
    lon, lat = np.array(lonlat, float).T
    return np.stack(TO_METRES.transform(lon, lat), axis=1)


def jittered(
    rng: np.random.Generator, low: np.ndarray, high: np.ndarray, step: float
) -> np.ndarray:
    """Points on a staggered grid, each moved at random: even cover without visible rows."""
    x, y = np.meshgrid(np.arange(low[0], high[0], step), np.arange(low[1], high[1], step * 0.9))
    x = x + (np.arange(len(x)) % 2)[:, None] * step / 2
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    return points + rng.uniform(-0.42 * step, 0.42 * step, points.shape)


def course(
    waypoints: list[tuple[float, float]], rng: np.random.Generator, bend: float, wavelength: float
) -> np.ndarray:
    """A line through way-points, bent by smooth noise of ``bend`` metres, a vertex each 50 m."""
    knots = metres(waypoints)
    at = np.r_[0, np.cumsum(np.hypot(*np.diff(knots, axis=0).T))]
    points = CubicSpline(at, knots)(np.arange(0, at[-1], 50.0))
    shift = [Noise(rng, wavelength, 3, 0.4)(points) for _ in range(2)]
    return points + bend * np.stack(shift, axis=1)


@dataclass
class Mosaic:
    """Thousands of small Voronoi tiles, the grain in which borders are drawn."""

    points: np.ndarray
    ridges: np.ndarray  # pairs of neighbouring tiles
    edges: np.ndarray  # the two corners of the border between them
    corners: np.ndarray
    km2: np.ndarray


def mosaic(rng: np.random.Generator, seats: np.ndarray) -> Mosaic:
    """Tile the surroundings of all seats."""
    points = jittered(rng, seats.min(0) - 16e3, seats.max(0) + 16e3, 320.0)
    diagram = Voronoi(points)
    edges = np.array(diagram.ridge_vertices)
    keep = (edges >= 0).all(axis=1)
    ridges, edges = diagram.ridge_points[keep], edges[keep]
    a, b = diagram.vertices[edges[:, 0]], diagram.vertices[edges[:, 1]]
    # A tile is the sum of the triangles from its point to each of its edges.
    area = np.zeros(len(points))
    for side in (0, 1):
        p = points[ridges[:, side]]
        u, v = a - p, b - p
        np.add.at(area, ridges[:, side], np.abs(u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]) / 2e6)
    # Tiles at the rim are open; they lie far outside the county, so any small area will do.
    return Mosaic(points, ridges, edges, diagram.vertices, np.minimum(area, 1.0))


def pieces(tiles: Mosaic, label: np.ndarray) -> np.ndarray:
    """Number the connected patches of equal label."""
    same = label[tiles.ridges[:, 0]] == label[tiles.ridges[:, 1]]
    i, j = tiles.ridges[same].T
    graph = coo_array((np.ones(i.size), (i, j)), shape=(label.size, label.size))
    return connected_components(graph, directed=False)[1]


def outline(tiles: Mosaic, warped: np.ndarray, seats: np.ndarray) -> np.ndarray:
    """Which tiles belong to the county: those nearest to its towns, up to the known area.

    Each town counts with a radius from its own area; the soft minimum fills the bays between.
    """
    radius = np.sqrt(np.array([t.km2 for t in TOWNS]) * 1e6 / np.pi)
    gap = np.hypot(*(warped[:, None] - seats[None]).transpose(2, 0, 1)) - radius
    soft = 2200.0
    field = -soft * np.log(np.exp(-gap / soft).sum(axis=1))
    order = np.argsort(field)
    inside = np.zeros(len(field), bool)
    inside[order[: np.searchsorted(np.cumsum(tiles.km2[order]), TOTAL_AREA_KM2)]] = True
    patch = pieces(tiles, inside.astype(int))
    main = np.bincount(patch[inside]).argmax()
    sea = np.bincount(patch[~inside]).argmax()
    return (patch == main) | ((patch != sea) & ~inside)


def share_out(
    tiles: Mosaic, warped: np.ndarray, seats: np.ndarray, inside: np.ndarray
) -> np.ndarray:
    """Give each tile inside to a town so that the towns' areas fit: a fitted power diagram.

    Distances are taken in warped space, which bends the borders; and each seat holds on to the
    ground around it, since a power diagram may leave its own centres outside. Patches that come
    out cut off go to a neighbour, so the aim is corrected and the fit repeated.
    """
    want = np.array([t.km2 for t in TOWNS])
    want = want * tiles.km2[inside].sum() / want.sum()
    near = ((tiles.points[inside][:, None] - seats[None]) ** 2).sum(axis=2)
    hold = 80e6 * np.exp(-near / 1.5e3**2)
    centres, weight, aim = generators(seats), np.zeros(len(seats)), want.copy()
    label = np.full(len(tiles.points), OUTSIDE)
    for _ in range(6):
        label[inside] = fit(warped[inside], tiles.km2[inside], centres, weight, hold, aim)
        label = rejoin(tiles, label)
        have = np.bincount(label[inside], tiles.km2[inside], minlength=len(want))
        if np.abs(have / want - 1).max() < 0.006:
            break
        aim = aim * np.clip(want / have, 0.9, 1.1)
        aim *= want.sum() / aim.sum()
    return label


def generators(seats: np.ndarray) -> np.ndarray:
    """Where each town pulls from: its seat, but the city's subdistricts spread out to make room."""
    centres = seats.copy()
    urban = np.array([t.kind == "subdistrict" for t in TOWNS])
    centres[urban] += seats[urban] - seats[urban].mean(axis=0)
    shift = {"Lailongmen": (3000.0, -1500.0), "Guoci": (-500.0, 500.0)}
    for k, town in enumerate(TOWNS):
        centres[k] += shift.get(town.en, (0.0, 0.0))
    return centres


def fit(
    where: np.ndarray,
    km2: np.ndarray,
    centres: np.ndarray,
    weight: np.ndarray,
    hold: np.ndarray,
    aim: np.ndarray,
) -> np.ndarray:
    """Fit the weights (in place) until the areas come within 0.2 %; give each tile's owner."""
    fixed = (centres**2).sum(axis=1) - 2 * where @ centres.T - hold
    for turn in range(700):
        owner = (fixed - weight).argmin(axis=1)
        have = np.bincount(owner, km2, minlength=len(aim))
        if np.abs(have / aim - 1).max() < 0.002:
            break
        weight += (0.35 if turn < 300 else 0.12) * (aim - have) * 1e6 / np.pi
    return owner


def rejoin(tiles: Mosaic, label: np.ndarray) -> np.ndarray:
    """Give tiles cut off from their town's main patch to a neighbour."""
    for _ in range(20):
        patch = pieces(tiles, label)
        size = np.bincount(patch)
        main = {lab: np.bincount(patch[label == lab]).argmax() for lab in np.unique(label)}
        stray = np.array([patch[k] != main[label[k]] for k in range(label.size)])
        stray &= size[patch] < 200
        if not stray.any():
            break
        for a, b in np.r_[tiles.ridges, tiles.ridges[:, ::-1]]:
            if stray[a] and not stray[b] and label[b] != OUTSIDE:
                label[a] = label[b]
    return label


def smooth(points: np.ndarray, turns: int = 2) -> np.ndarray:
    """Round a line off, its ends fixed (or, for a ring, its first point fixed)."""
    for _ in range(turns):
        if len(points) > 2:
            inner = 0.25 * points[:-2] + 0.5 * points[1:-1] + 0.25 * points[2:]
            points = np.r_[points[:1], inner, points[-1:]]
    return points


def township_polygons(tiles: Mosaic, label: np.ndarray) -> list[shapely.Polygon]:
    """Draw every border arc once, round it off, scale all to the exact area, and close polygons."""
    border = label[tiles.ridges[:, 0]] != label[tiles.ridges[:, 1]]
    lines = shapely.linestrings(tiles.corners[tiles.edges[border]])
    merged = shapely.line_merge(shapely.multilinestrings(lines))
    arcs = [smooth(shapely.get_coordinates(g), 3) for g in shapely.get_parts(merged)]
    whole = shapely.union_all(shapely.polygonize([shapely.LineString(a) for a in arcs]))
    middle = np.array(whole.centroid.coords[0])
    factor = np.sqrt(TOTAL_AREA_KM2 * 1e6 / whole.area)
    scaled = [shapely.LineString(np.round((a - middle) * factor + middle, 2)) for a in arcs]
    found: list[shapely.Polygon | None] = [None] * len(TOWNS)
    points = shapely.points((tiles.points - middle) * factor + middle)
    tree = shapely.STRtree(points)
    for polygon in shapely.get_parts(shapely.polygonize(scaled)):
        inner = label[tree.query(polygon, predicate="contains")]
        owner = int(np.bincount(inner[inner >= 0]).argmax())
        if found[owner] is not None:
            raise ValueError(f"{TOWNS[owner].en} came out in two parts; change the seed")
        found[owner] = polygon
    return found


def settle_seats(polygons: list[shapely.Polygon], seats: np.ndarray) -> np.ndarray:
    """Move a seat that fell its made-up border just inside; also how far each moved."""
    out = seats.copy()
    for k, polygon in enumerate(polygons):
        room = polygon.buffer(-SEAT_MARGIN)
        point = shapely.Point(seats[k])
        if not room.contains(point):
            nearest = shapely.ops.nearest_points(room, point)[0]
            out[k] = np.round(nearest.coords[0], 1)
    return out


def make_room(seats: np.ndarray) -> np.ndarray:
    """Move the towns that crowd the core outwards, within the stated error of their points.

    At their approximate points they would stand on ground the core needs for its known area.
    """
    city = metres([CITY])[0]
    away = seats - city
    far = np.hypot(*away.T)
    crowd = np.array([t.kind == "town" for t in TOWNS]) & (far < 10.5e3)
    step = np.array([0.6e3 * t.point_err_km for t in TOWNS]) * crowd
    return np.round(seats + away / far[:, None] * step[:, None], 1)


@dataclass
class Ground:
    """All that the roads and the people need to know of the ground."""

    polygons: list[shapely.Polygon]
    county: shapely.Polygon
    core: shapely.Polygon
    seats: np.ndarray
    moved: np.ndarray
    city: np.ndarray
    river: shapely.LineString
    relief: Noise
    sprawl: Noise
    built_limit: float = 0.0

    def hill(self, xy: np.ndarray) -> np.ndarray:
        """How hilly a point is, from 0 (valley floor) to 1: towns and rivers sit in valleys."""
        stream = shapely.distance(shapely.points(xy), self.river)
        town = cKDTree(self.seats).query(xy)[0]
        north = np.clip((xy[:, 1] - self.city[1] - 9e3) / 12e3, 0, 1.4)
        rise = (
            1.3 * self.relief(xy)
            + 1.3 * north
            - 1.8 * np.exp(-((stream / 3500) ** 2))
            - 1.6 * np.exp(-((town / 2200) ** 2))
        )
        return 1 / (1 + np.exp(-1.6 * rise))

    def spread(self, xy: np.ndarray) -> np.ndarray:
        """Distance from the city as building sees it: the town has lobes along its valleys."""
        east, north = (xy - self.city).T
        return np.hypot(east * 0.92, north) * (1 + 0.16 * self.sprawl(xy))

    def built(self, xy: np.ndarray) -> np.ndarray:
        """Whether points lie in the built-up part of the core."""
        return (self.spread(xy) < self.built_limit) & shapely.contains_xy(self.core, *xy.T)


def make_ground(rng: np.random.Generator) -> Ground:
    """Draw borders, river, relief and the extent of building."""
    published = metres([(t.lon, t.lat) for t in TOWNS])
    seats = make_room(published)
    tiles = mosaic(rng, seats)
    bend = [Noise(rng, 15e3, 5, 0.45) for _ in range(2)]
    warped = tiles.points + 1100.0 * np.stack([b(tiles.points) for b in bend], axis=1)
    inside = outline(tiles, warped, seats)
    polygons = township_polygons(tiles, share_out(tiles, warped, seats, inside))
    county = shapely.union_all(polygons)
    core = shapely.union_all(
        [p for p, t in zip(polygons, TOWNS, strict=True) if t.kind == "subdistrict"]
    )
    settled = settle_seats(polygons, seats)
    moved = np.hypot(*(settled - published).T)
    parts = shapely.get_parts(shapely.LineString(course(RIVER, rng, 450.0, 7e3)) & county)
    river = max(parts, key=shapely.length).simplify(5.0)
    ground = Ground(
        polygons,
        county,
        core,
        settled,
        moved,
        metres([CITY])[0],
        river,
        Noise(rng, 13e3, 5, 0.55),
        Noise(rng, 7e3, 3, 0.5),
    )
    low, high = np.array(core.bounds[:2]), np.array(core.bounds[2:])
    x, y = np.meshgrid(np.arange(low[0], high[0], 100.0), np.arange(low[1], high[1], 100.0))
    xy = np.stack([x.ravel(), y.ravel()], axis=1)
    spread = np.sort(ground.spread(xy[shapely.contains_xy(core, *xy.T)]))
    ground.built_limit = float(spread[int(BUILT_AREA_KM2 * 100)])
    return ground
