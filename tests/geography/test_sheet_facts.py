"""What a map keeps of a workbook: all that is read of it, and of older maps what they kept."""

from __future__ import annotations

from types import SimpleNamespace

import openpyxl
import pytest

from sim.files import numerals, planner_sheets, tables
from sim.geography.making import places, seats, sheet_facts, workbook_sheets
from sim.geography.making.groups import PeopleOptions, ReadingOptions, ZoneOptions
from sim.geography.making.report import Report
from sim.geography.synthesis import make
from sim.geography.synthesis.options import SynthesisOptions
from sim.scenario import workbook_on_map

SHEETS = {
    "stations 站点": [["name", "ambulances", "hours", "lon", "lat"], ["东站", 1, "", 113.5, 27.7]],
    "townships 乡镇": [
        ["name", "people", "lon", "lat", "calls a year", "area"],
        ["甲街道", 52300, 113.49, 27.65, 9, 30], ["乙镇", 28100, 113.6, 27.7, 9, 100],
    ],
    "hospitals 医院": [["name", "level", "lon", "lat"], ["一院", "三级", 113.5, 27.66]],
}  # fmt: skip


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "county" / "workbook.xlsx"
    path.parent.mkdir()

    def write(**sheets):
        found = openpyxl.Workbook()
        found.remove(found.active)
        for title, rows in SHEETS.items():
            sheet = found.create_sheet(title)
            for row in sheets.get(title.split()[0], rows):
                sheet.append(row)
        found.save(path)
        return path

    return write


def asked_of(monkeypatch, read):
    """By the kind of sheet, every name that a column of it was looked for by."""
    asked = {}
    column = tables.column

    def noted(frame, usual, chosen=""):
        role = planner_sheets.role_of(str(frame.attrs.get("sheet", "")))
        asked.setdefault(role, set()).update(usual)
        return column(frame, usual, chosen)

    with monkeypatch.context() as patched:
        patched.setattr(tables, "column", noted)
        read()
    return asked


def test_all_that_makers_of_maps_look_for_is_kept(book, monkeypatch):
    path = book()
    chosen = SynthesisOptions.of(workbook=path)

    def read():
        report = Report()
        make.read(chosen, report)
        options = seats.SeatOptions(ZoneOptions(), ReadingOptions(), PeopleOptions())
        zones = seats.read(path, "EPSG:32649", None, options, report)
        places.read_sites(places.Source(path, holds=planner_sheets.STATIONS), zones, report)
        places.read_hospitals(places.Source(path, holds=planner_sheets.HOSPITALS), zones, report)

    asked = asked_of(monkeypatch, read)
    for role, facts in sheet_facts.FACTS.items():
        known = {name for fact in facts.values() for name in fact.columns}
        known |= {*workbook_sheets.NEEDED[role][0], *planner_sheets.AMBULANCES, "people_grade"}
        known |= {
            name for usual in planner_sheets.of_the_scenario({"sheet": role}) for name in usual
        }
        assert len(asked[role]) > 20
        assert asked[role] - known == set(), role


def told(path, meta):
    ground = SimpleNamespace(meta=meta, name="county", synthetic=True, townships=[])
    return str(workbook_on_map.doubt(path, ground))


READ = sheet_facts.MapReading(True, dict.fromkeys(sheet_facts.FACTS, "wgs84"), {})


def kept(path, read=READ, **files):
    named = dict.fromkeys(sheet_facts.FACTS, path) | files
    return {"synthetic": "yes" if read.made_up else "no", **sheet_facts.kept_with(named, read)}


def test_hospitals_that_are_added_to_none_are_told(book):
    path = book(hospitals=SHEETS["hospitals 医院"][:1])
    meta = kept(path, hospitals=None)
    assert told(path, meta) == "None"
    assert "一院 is new" in told(book(), meta)
    assert told(book(), kept(path, hospitals=path.with_name("own.csv"))) == "None"


def test_an_import_does_not_ask_for_what_it_does_not_read(book):
    meta = kept(book(), sheet_facts.MapReading(False, READ.grids, {"people": None}))
    first, *rest = SHEETS["townships 乡镇"]
    other = [[row[0], 9, *row[2:5], 777] for row in rest]
    assert told(book(townships=[first, *other]), meta) == "None"
    meta = kept(book())
    assert "甲街道 has 9 as people, not 52300" in told(book(townships=[first, *other]), meta)


def test_a_column_that_was_chosen_is_the_one_that_is_compared(book):
    rows = [
        [*row, extra] for row, extra in zip(SHEETS["townships 乡镇"], ("计", 7, 8), strict=True)
    ]
    read = sheet_facts.MapReading(True, READ.grids, {"people": "计"})
    meta = kept(book(townships=rows), read)
    rows[1][1] = 1
    assert told(book(townships=rows), meta) == "None"
    rows[1][-1] = 70
    assert "甲街道 has 70 as people, not 7" in told(book(townships=rows), meta)


def test_a_map_that_was_made_before_is_compared_by_what_it_kept(book):
    meta = {
        "synthetic": "yes",
        "workbook townships 甲街道": '{"people": "5.23", "longitude": "113.49"}',
        "workbook townships 乙镇": '{"people": "2.81", "longitude": "113.6"}',
    }
    first, *rest = SHEETS["townships 乡镇"]
    rows = [["name", "people (万人)", *first[2:]], *([r[0], r[1] / 1e4, *r[2:]] for r in rest)]
    path = book(townships=rows)
    assert told(path, meta) == "None"
    rows[1][1] = 6
    assert "甲街道 has 6 as people, not 5.23" in told(book(townships=rows), meta)


def test_every_number_of_the_list_has_units_that_its_header_may_say():
    for facts in sheet_facts.FACTS.values():
        for fact in facts.values():
            assert fact.units is None or set(fact.units) <= numerals.KNOWN
            assert not (fact.units is not None and fact.words)
