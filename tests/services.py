"""Tiny towns on a matrix, with a station, a township and a call place at each of a few places."""

from __future__ import annotations

import pandas as pd
import pytest
from towns import LAT, LON, STEP, box, features

from sim.errors import PlannerError
from sim.geography.making import ImportOptions, import_map
from sim.scenario.file import load


def town(folder, seconds, people, *, hospitals=(), step=STEP):
    """`write(text)`: a scenario on a map of places joined by `seconds`, [from, to].

    Place n is called Pn, as a site and as a township; `hospitals`: the places that have one;
    `step`: half the degrees between neighbours.
    """
    names = [f"P{number}" for number in range(len(people))]
    at = [(LON + step * (2 * number + 0.5), LAT + step * 0.5) for number in range(len(people))]
    table = pd.DataFrame({"id": names, "lon": [x for x, _ in at], "lat": [y for _, y in at]})
    table.assign(people=people).to_csv(folder / "places.csv", index=False)
    table.rename(columns={"id": "name"}).to_csv(folder / "sites.csv", index=False)
    pd.DataFrame(seconds, names, names).to_csv(folder / "seconds.csv", index_label="id")
    wide = step / STEP
    boxes = [box(2 * n * wide, 0, (2 * n + 1) * wide, wide) for n in range(len(people))]
    features(folder / "zones.geojson", boxes, name=names, area=["rural"] * len(names))
    more = {}
    if hospitals:
        rows = table.iloc[list(hospitals)].assign(name=[f"H{row}" for row in hospitals])
        rows[["name", "lon", "lat"]].to_csv(folder / "hospitals.csv", index=False)
        more["hospitals"] = folder / "hospitals.csv"
    import_map(ImportOptions.of(
        place="tiny", maps=folder / "maps", people=folder / "places.csv",
        zones=folder / "zones.geojson", matrix=folder / "seconds.csv", sites=folder / "sites.csv",
        **more,
    ))  # fmt: skip

    def write(text, name="mine.yaml"):
        path = folder / name
        path.write_text(f"name: Mine\nmap: tiny\n{text}\n", "utf-8")
        return path

    return write


def problems(path):
    """What is told of a scenario file that cannot be run, a line each."""
    with pytest.raises(PlannerError) as caught:
        load(path)
    return [f"{one.field}: {one.message}" for one in caught.value.problems]
