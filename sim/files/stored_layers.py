"""What a GeoPackage stores, looked at as the database that it is before GDAL reads it."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sim.text import Message

# Virtual tables that index a table of the file and open nothing.
INDEXES: Final = re.compile(r"using\s+[\"'`\[]?(?:rtree|rtree_i32|fts[345])\b", re.IGNORECASE)


class GeodataError(ValueError):
    """What a planner can do about a map file that is not read: a Message."""


def refuse_foreign_tables(path: Path) -> None:
    """GeodataError if a database is no GeoPackage, or has tables whose rows are made elsewhere."""
    with _database(path) as database:
        made = database.execute("select type, name, sql from sqlite_master").fetchall()
    if "gpkg_contents" not in {str(name) for _, name, _ in made}:
        raise GeodataError(Message("this is a database, but not a GeoPackage"))
    for kind, name, sql in made:
        text = str(sql or "")
        virtual = kind == "table" and re.match(r"\s*create\s+virtual\b", text, re.IGNORECASE)
        own = kind == "view" and str(name).casefold().startswith(("gpkg_", "rtree_", "sqlite_"))
        if own or (virtual and not INDEXES.search(text)):
            message = Message(
                'the table "{name}" in it is not stored, but made elsewhere: save the layers into '
                "a new GeoPackage",
                name=name,
            )
            raise GeodataError(message)


def rows(path: Path, layer: str) -> int:
    """How many rows a layer has; GeodataError if it is a stored query, or says another number.

    GDAL believes the number that stands in the file, and makes room for as many.
    """
    with _database(path) as database:
        found = database.execute(
            "select type from sqlite_master where name = ? collate nocase", [layer]
        ).fetchall()
        if [kind for (kind,) in found] != ["table"]:
            message = Message(
                'layer "{layer}" is a stored query, which may never end: save what it shows as a '
                "layer of its own (in QGIS: Export, Save Features As)",
                layer=layer,
            )
            raise GeodataError(message)
        number = int(database.execute(f"select count(*) from {_quoted(layer)}").fetchone()[0])
        try:
            said = database.execute(
                "select feature_count from gpkg_ogr_contents where table_name = ? collate nocase",
                [layer],
            ).fetchall()
        except sqlite3.Error:  # only GDAL writes this table
            return number
    if any(one is not None and one != number for (one,) in said):
        message = Message(
            'layer "{layer}" has {rows:,} rows, but the file says {said}: save it once more',
            layer=layer,
            rows=number,
            said=said[0][0],
        )
        raise GeodataError(message)
    return number


class OtherRows(NamedTuple):
    """Rows that hold something else than they should: how many, and the first one's number."""

    number: int
    first: int


def rows_without_numbers(path: Path, layer: str, columns: Collection[str]) -> dict[str, OtherRows]:
    """{column: the rows of a GeoPackage's layer that hold something else than its numbers}.

    SQLite stores a text in a column of numbers, which GDAL reads as 0, and a half in one of whole
    numbers, which it cuts off.
    """
    with _database(path.resolve()) as database:
        declared = {
            str(row[1]).casefold(): str(row[2]).upper()
            for row in database.execute(f"pragma table_xinfo({_quoted(layer)})").fetchall()
        }
        other: dict[str, OtherRows] = {}
        for column in (one for one in columns if one.casefold() in declared):
            whole = re.search("INT|BOOL", declared[column.casefold()])
            kinds = "'text', 'blob', 'real'" if whole else "'text', 'blob'"
            found = database.execute(
                f"select count(*), min(rowid) from {_quoted(layer)} "
                f"where typeof({_quoted(column)}) in ({kinds})"
            ).fetchone()
            if found[0]:
                other[column] = OtherRows(*found)
    return other


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextlib.contextmanager
def _database(path: Path) -> Iterator[sqlite3.Connection]:
    """A GeoPackage as the database it is, to look at; nothing in it is run or written."""
    database = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    try:
        database.execute("pragma trusted_schema = off")
        yield database
    except sqlite3.Error as error:
        message = Message("this is not a GeoPackage that can be read ({error})", error=error)
        raise GeodataError(message) from None
    finally:
        database.close()
