"""Ways cut into links where they meet others."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely


def split(
    way: np.ndarray, xy: np.ndarray, cut: np.ndarray, lost: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Ways cut into links at the points of `cut`, at their ends and at points that are lost.

    Returns for each link its first point, its last point, its way and its line.
    """
    joined = (way[1:] == way[:-1]) & ~lost[1:] & ~lost[:-1]  # [point] to the next one
    end = cut.copy()
    end[1:] |= ~joined
    end[:-1] |= ~joined
    end[[0, -1]] = True
    piece = np.flatnonzero(joined)  # pieces run from point i to i + 1
    if not len(piece):
        nothing = np.zeros(0, int)
        return nothing, nothing, way[nothing], np.zeros(0, object)
    begins = end[piece]
    link = np.cumsum(begins) - 1  # [piece]
    first = piece[begins]
    last_piece = np.append(np.flatnonzero(begins)[1:], len(piece)) - 1
    last = piece[last_piece] + 1
    # Each link's points are the starts of its pieces and the end of its last one.
    at = np.insert(piece, last_piece + 1, last)
    of = np.insert(link, last_piece + 1, np.arange(len(first)))
    return first, last, way[first], shapely.linestrings(xy[at], indices=of)


def apart_at(
    u: np.ndarray, v: np.ndarray, u_barred: np.ndarray, v_barred: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes of links, each end at a barrier a node of its own: nobody drives on from there.

    `u`, `v`: [link] node ids; `u_barred`, `v_barred`: [link] whether a barrier stands there.
    """
    ends = np.concatenate([u, v])
    barred = np.concatenate([u_barred, v_barred])
    new = int(ends.max(initial=0)) + 1 + np.arange(barred.sum())
    ends[barred] = new
    return ends[: len(u)], ends[len(u) :]


def runs_forward(line: np.ndarray) -> np.ndarray:
    """[line] one of two answers for a line and the other for the same line drawn back.

    Of a ring by its turn: its points in their usual order begin anywhere.
    """
    usual = shapely.equals_exact(line, shapely.normalize(line))
    return np.where(shapely.is_closed(line), shapely.is_ccw(line), usual)


def along_their_course(links: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Links that run as they are driven: those open against their line only are turned round.

    `course` becomes `oneway`; u and v, where there are some, and the two speeds change places.
    """
    against = links["course"].to_numpy() == -1
    line = links.geometry.values
    turned = {
        column: np.where(against, links[other], links[column])
        for column, other in (("u", "v"), ("v", "u"), ("speed_kmh", "back_kmh"),
                              ("back_kmh", "speed_kmh"))
        if column in links.columns
    }  # fmt: skip
    line = np.where(against, shapely.reverse(line), line)
    oneway = (links["course"] != 0).astype(np.int32)
    turned_links = links.drop(columns="course").assign(**turned, oneway=oneway)
    return turned_links.set_geometry(line, crs=links.crs)
