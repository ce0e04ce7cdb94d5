"""Districts that towns lie in: their people and area, by which blanks of towns are filled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.files import numerals, shapes
from sim.geography.making.town_columns import AREA
from sim.geography.making.zones import CODES, NAMES_ZH
from sim.geography.synthesis import tables
from sim.geography.synthesis.options import SynthesisOptions
from sim.geography.synthesis.towns import TownRows
from sim.text import Message

DIGITS = 6  # of a division code that say the district


class District(NamedTuple):
    """Towns that a stated total is of."""

    name: str
    towns: np.ndarray  # rows
    people: float  # nan where nothing says it
    km2: float
    lonlat: np.ndarray  # [2] its middle; nan where nothing says it


def groups(rows: TownRows, options: SynthesisOptions) -> list[District]:
    """The districts of the towns; without a table of them, the whole is one."""
    nowhere = np.full(2, np.nan)
    if options.districts is None:
        people = float(options.total_people or np.nan)
        km2 = float(options.total_area or np.nan)
        every = np.arange(len(rows.zh))
        return [District(str(options.title.within("zh")), every, people, km2, nowhere)]
    table = tables.read(options.districts, options)
    living = table.numbers(tables.people_column(table), tables.not_negative, numerals.PEOPLE)
    size = table.numbers(table.column(*AREA), tables.not_negative, numerals.AREA)
    lonlat = tables.degrees(table, options)
    code = table.texts(*CODES)
    names = [
        {text for text in row if text}
        for row in zip(table.texts(*NAMES_ZH), table.texts(*shapes.NAMES), strict=True)
    ]
    found = []
    left = np.ones(len(rows.zh), bool)
    for row in range(len(code)):
        by_code = np.array(
            [bool(code[row]) and c[:DIGITS] == code[row][:DIGITS] for c in rows.code]
        )
        by_name = np.array([d in names[row] for d in rows.district])
        mine = np.flatnonzero((by_code | (by_name & ~by_code.any())) & left)
        if len(mine):
            left[mine] = False
            name = table.texts(*NAMES_ZH)[row] or table.texts(*shapes.NAMES)[row]
            found.append(District(name, mine, float(living[row]), float(size[row]), lonlat[row]))
    for row in np.flatnonzero(left).tolist():
        message = Message(
            "no district of {file} has its code or name: {name}",
            file=options.districts.name,
            name=rows.district[row] or rows.code[row],
        )
        rows.table.problem(row, message)
    rows.table.wrong.extend(p.of(table.path.name) for p in table.wrong)
    return found
