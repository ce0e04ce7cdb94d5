"""The sheets of a planner's workbook are found by name in either language."""

from __future__ import annotations

import pytest

from sim.errors import MapImportError
from sim.files import planner_sheets as sheets

SEEN = "visible"


@pytest.mark.parametrize(
    ("name", "role"),
    [("stations", "stations"), ("站点", "stations"), ("stations 站点", "stations"),
     ("站点 stations", "stations"), (" Stations ", "stations"), ("站点（stations）", "stations"),
     ("ｓｔａｔｉｏｎｓ", "stations"), ("急救站点", "stations"), ("townships", "townships"),
     ("乡镇", "townships"), ("医院", "hospitals"), ("呼叫记录", "calls"), ("设置", "settings"),
     ("说明 notes", "notes"), ("old stations", ""), ("Sheet1", ""), ("站点 townships", ""), ("", "")],
)  # fmt: skip
def test_a_sheet_is_known_by_its_name_in_either_language_or_both(name, role):
    assert sheets.role_of(name) == role


@pytest.mark.parametrize("role", sheets.NAMES)
def test_a_new_workbook_names_its_sheets_so_that_they_are_found(role):
    assert sheets.role_of(sheets.title(role)) == role
    assert len(sheets.title(role)) <= 31


def found(names, role="stations", **states):
    return sheets.find("book.xlsx", {name: states.get(name, SEEN) for name in names}, role)


def said(names, role="stations", **states):
    with pytest.raises(MapImportError) as error:
        found(names, role, **states)
    return str(error.value)


def test_a_workbook_of_which_no_sheet_says_what_it_is_is_any_table():
    assert found(["Sheet1", "old"]) == ""
    assert found(["townships", "Sheet1"]) == ""  # one such name may be chance


def test_the_sheet_that_is_meant_is_found_among_others():
    assert found(["notes", "乡镇", "站点"]) == "站点"


def test_a_sheet_that_is_missing_is_told_with_the_nearest_name():
    assert "is statons meant? Rename it" in said(["乡镇", "医院", "statons"])
    told = said(["乡镇", "医院", "Tabelle1"])
    assert "no sheet is called stations or 站点; there are 乡镇, 医院, Tabelle1" in told


def test_two_sheets_of_a_kind_are_refused_and_so_is_a_hidden_one():
    assert "two sheets are of the same kind: 站点, stations" in said(["站点", "stations", "乡镇"])
    assert "the sheet 站点 is hidden" in said(["站点", "乡镇", "医院"], 站点="hidden")
    assert found(["站点", "stations", "乡镇"], 站点="veryHidden") == "stations"
