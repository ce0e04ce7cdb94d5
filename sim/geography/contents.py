"""What a map bundle holds: every layer and column, its kind, unit and bounds.

The one place for it: `checking` and its messages follow these tables, and so does the table in
docs/map-bundle.md.
"""

from __future__ import annotations

from typing import Final, NamedTuple

AREAS: Final = ("urban", "rural")
PROVENANCE: Final = ("sourced", "inferred", "imputed", "assumed")
# Instead of roads a bundle may hold seconds between its cells: rows of u, v (cell ids), seconds.
MATRIX: Final = "matrix"

NUMBER, WHOLE, TEXT, CODE, WORD = "number", "whole number", "text", "code", "word"
NO_SHAPES, POINTS, LINES, POLYGONS = "none", "points", "lines", "polygons"
SHAPELY: Final = {POINTS: (0,), LINES: (1,), POLYGONS: (3, 6)}  # shapely's numbers of the kinds
LONGEST: Final = 2000  # letters of a text

# Keys of `meta` that a bundle must have; of "synthetic" the words that may stand there.
META: Final = ("name_en", "name_zh", "synthetic", "source", "licence", "crs")
YES_OR_NO: Final = ("yes", "no")

ALL_PEOPLE: Final = 2e9
BOUNDARY_KM: Final = 3000.0  # across, at most
NEAR_KM: Final = 500.0  # around the boundary, within which everything lies
SEAT_KM: Final = 100.0  # around a township, within which its seat lies
NOWHERE_M: Final = 1e8  # from the origin of any coordinate system in metres
JOINT_M: Final = 100.0  # between ends of roads with the id of one node, at most
# A road is as long as its line, or longer where the line is drawn coarsely.
SHORTER: Final = 0.9
LONGER, LONGER_M = 20.0, 1000.0


class BundleColumn(NamedTuple):
    """A column of a layer. `empty`: a row may have no value; `optional`: it may be missing."""

    name: str
    kind: str
    about: str
    unit: str = ""
    least: float = 0.0
    most: float = 0.0
    words: tuple[str, ...] = ()
    empty: bool = False
    optional: bool = False


class Layer(NamedTuple):
    shapes: str
    columns: tuple[BundleColumn, ...]
    about: str = ""
    empty: bool = False  # it may have no row

    def column(self, name: str) -> BundleColumn:
        return next(one for one in self.columns if one.name == name)


FROM: Final = BundleColumn("provenance", WORD, "where the row is from", words=PROVENANCE)
ZH: Final = BundleColumn("name_zh", TEXT, "its name in Chinese")
EN: Final = BundleColumn("name_en", TEXT, "its name in English")

CONTENTS: Final[dict[str, Layer]] = {
    "meta": Layer(
        NO_SHAPES,
        (
            BundleColumn("key", TEXT, "of these at least: `" + "`, `".join(META) + "`"),
            BundleColumn("value", TEXT, "`synthetic`: yes or no; `invented`, if a real map carries "
                   "made-up sites", empty=True),
        ),
    ),
    "boundary": Layer(POLYGONS, (FROM,), "the place"),
    "townships": Layer(
        POLYGONS,
        (
            BundleColumn("code", CODE, "each once"),
            ZH,
            EN,
            BundleColumn("kind", TEXT, "what it is", empty=True, optional=True),
            BundleColumn("people", NUMBER, "who live there", "", 0, ALL_PEOPLE),
            BundleColumn("area", WORD, "by most of its people", words=AREAS),
            BundleColumn("seat_lon", NUMBER, "its seat, WGS84", "°", -180, 180),
            BundleColumn("seat_lat", NUMBER, "its seat, WGS84", "°", -90, 90),
            FROM,
        ),
    ),
    "core": Layer(POLYGONS, (FROM,), "where the urban target holds", empty=True),
    "cells": Layer(
        POINTS,
        (
            BundleColumn("cell_id", WHOLE, "0, 1, 2 …, each once", "", 0, 1e8),
            BundleColumn("people", NUMBER, "who live there", "", 0, ALL_PEOPLE),
            BundleColumn("township", CODE, "the code of its township"),
            BundleColumn("area", WORD, "which target holds", words=AREAS),
            FROM,
        ),
        "where calls come from",
    ),
    "roads": Layer(
        LINES,
        (
            BundleColumn("u", WHOLE, "the node at which the line begins", "", -1e15, 1e15),
            BundleColumn("v", WHOLE, "the node at which it ends", "", -1e15, 1e15),
            BundleColumn("class", TEXT, "in OpenStreetMap's words"),
            BundleColumn("oneway", WHOLE, "1: from u to v only", "", 0, 1),
            BundleColumn("speed_kmh", NUMBER, "empty: the speed of its class", "km/h", 0.1, 300,
                   empty=True),
            BundleColumn("length_m", NUMBER, "on the ground", "m", 0.01, 1e6),
            FROM,
        ),
        empty=True,
    ),
    "sites": Layer(
        POINTS,
        (
            ZH,
            EN,
            BundleColumn("kind", WORD, "what it is", words=("station", "substation")),
            BundleColumn("status", WORD, "whether it is there", words=("existing", "planned")),
            BundleColumn("township", CODE, "the code of its township", empty=True),
            BundleColumn("ambulances", WHOLE, "how many stand there", "", 0, 10_000, empty=True,
                   optional=True),
            FROM,
        ),
        empty=True,
    ),
    "hospitals": Layer(
        POINTS,
        (
            ZH,
            EN,
            BundleColumn("level", TEXT, "its level", empty=True),
            BundleColumn("capabilities", TEXT, "words with commas between them", empty=True),
            FROM,
        ),
        empty=True,
    ),
}  # fmt: skip

TRAVEL: Final = Layer(
    NO_SHAPES,
    (
        BundleColumn("u", WHOLE, "from this cell", "", 0, 1e8),
        BundleColumn("v", WHOLE, "to this cell", "", 0, 1e8),
        BundleColumn("seconds", NUMBER, "with siren", "s", 0, 1e6),
    ),
    "instead of roads",
)

LAYERS: Final[dict[str, tuple[str, ...]]] = {
    name: tuple(column.name for column in layer.columns if not column.optional)
    for name, layer in CONTENTS.items()
}


def table() -> str:
    """All layers and columns as the table of docs/map-bundle.md."""
    lines = ["| layer | column | what stands there | from | to | |", "|---|---|---|---|---|---|"]
    for name, layer in (*CONTENTS.items(), (MATRIX, TRAVEL)):
        about = f": {layer.about}" if layer.about else ""
        rows = ", may have none" if layer.empty else ""
        lines.append(f"| **`{name}`** | {layer.shapes}{rows}{about} | | | | |")
        for column in layer.columns:
            words = f", one of {', '.join(column.words)}" if column.words else ""
            bounds = ["", ""]
            if column.kind in (NUMBER, WHOLE):
                unit = f" {column.unit}" if column.unit else ""
                bounds = [f"{bound:,.12g}{unit}" for bound in (column.least, column.most)]
            may = "may be missing" if column.optional else "may be empty" if column.empty else ""
            lines.append(
                f"| | `{column.name}` | {column.about} ({column.kind}{words}) | {bounds[0]} | "
                f"{bounds[1]} | {may} |"
            )
    return "\n".join(lines)
