"""A map of a planner's workbook: all of it is looked through first, and what changed later is told."""

from __future__ import annotations

import warnings

import openpyxl
import pytest

import sim
from sim.cli import map_made
from sim.errors import MapImportError, PlannerWarning, ScenarioError, WorkbookError
from sim.geography.making import planner_workbook
from sim.geography.synthesis.options import SynthesisOptions
from sim.report import new_folder
from sim.words.language import language

S, T, H, SETTINGS = "stations 站点", "townships 乡镇", "hospitals 医院", "settings 设置"
ROWS = {
    S: [["中心站", "急救站", 3, None, 113.49, 27.65, "现有"],  # rows 5 and 6 are one station
        ["中心站", "急救站", 1, "08-20", 113.49, 27.65, "现有"],
        ["东站", "分站", 1, None, 113.6, 27.68, None],
        ["规划站", "分站", 0, None, 113.55, 27.72, "规划"]],
    T: [["甲街道", 52300, 113.49, 27.65, "城区", 31.5, 940],
        ["乙镇", 28100, 113.6, 27.7, "农村", 118.2, 310],
        ["丙镇", 20000, 113.5, 27.75, "农村", 90, 200],
        ["丁镇", 15000, 113.4, 27.6, "农村", 100, 150]],
    H: [["一院", "三级", 113.49, 27.65], ["二院", "二级", 113.6, 27.69]],
}  # fmt: skip


@pytest.fixture(scope="module")
def county(tmp_path_factory):
    """A folder of `tenthirty new`, filled in, with its map; changed by no test."""
    folder = tmp_path_factory.mktemp("new") / "county"
    new_folder.start(folder, language("en"), [language("en"), language("zh")])
    book = openpyxl.load_workbook(folder / "workbook.xlsx")
    for name, rows in ROWS.items():
        for row in rows:
            book[name].append(row)
    book.save(folder / "workbook.xlsx")
    sim.synthesise_map(workbook=folder / "workbook.xlsx", cell="3 km")
    return folder


@pytest.fixture
def changed(county, tmp_path):
    """What changes cells of the workbook; the map of before stands beside it."""
    (tmp_path / "maps").symlink_to(county / "maps")
    (tmp_path / "today.yaml").write_bytes((county / "today.yaml").read_bytes())

    def change(*cells, also=lambda book: None):
        book = openpyxl.load_workbook(county / "workbook.xlsx")
        for sheet, cell, value in cells:
            book[sheet][cell] = value
        also(book)
        book.save(tmp_path / "workbook.xlsx")
        return tmp_path / "workbook.xlsx"

    return change


def refused(path):
    """What is said of a workbook before a map is made of it."""
    with pytest.raises(WorkbookError) as error:
        map_made.chosen(lambda: SynthesisOptions.of(workbook=path), path)
    told = str(error.value)
    assert told.startswith(f"{path} cannot be read:")
    return told


WRONG = [
    (
        [(T, "A5", "镇" * 81), (T, "G5", None)],
        "townships 乡镇, cell A5, name / 乡镇名称: write a text of",
    ),
    (
        [(T, "A5", "镇" * 81)],
        "townships 乡镇, cell A5, name / 乡镇名称: write a text of at most 80",
    ),
    (
        [(H, "A5", "院" * 81)],
        "hospitals 医院, cell A5, name / 医院名称: write a text of at most 80",
    ),
    ([(S, "A7", "站" * 81)], "stations 站点, cell A7, name / 名称: write a text of at most 80"),
    ([(T, "B5", None)], "townships 乡镇, cell B5, people"),
    ([(T, "C5", None)], "townships 乡镇, cell C5, longitude"),
    ([(T, "E5", None)], "cell E5, urban or rural / 城乡: write urban or rural, in every row or in"),
    ([(T, "E5", "镇区")], "in every row or in none; found 镇区"),
    (
        [(H, "A5", "一院")],
        "hospitals 医院, cell A5, name / 医院名称: 一院 stands here again, after row 4",
    ),
    ([(SETTINGS, "B2", "火星")], "settings 设置, cell B2: write one of wgs84, gcj02, bd09"),
    ([(S, "D6", "08-25")], "stations 站点, cell D6: write whole clock hours"),
    ([(S, "C7", None)], "stations 站点, cell C7: write a whole number; found nothing"),
    ([(T, "G5", -800)], "townships 乡镇, cell G5, column calls a year"),
    ([(T, "A8", "合计"), (T, "B8", 115400)], "cell A8: it looks like a total"),
    (
        [(S, "E8", None), (S, "F8", 27.72)],
        "stations 站点, cell E8, longitude (°) / 经度（°）: write it",
    ),
    ([(H, "D5", None)], "hospitals 医院, cell D5, latitude (°) / 纬度（°）: write it in every row"),
    (
        [(H, "D5", 97.69)],
        "hospitals 医院, cell D5, latitude (°) / 纬度（°）: write degrees from -90 to 90",
    ),
    ([(T, "C5", 1113.6)], "cell C5, longitude (°) / 经度（°）: write degrees from -180 to 180"),
    (
        [(T, "C5", 27.7), (T, "D5", 113.6)],
        "townships 乡镇, cell C5, longitude (°) / 经度（°）: longitude and latitude look exchanged in this",
    ),
    (
        [(T, f"C{4 + n}", row[3]) for n, row in enumerate(ROWS[T])]
        + [(T, f"D{4 + n}", row[2]) for n, row in enumerate(ROWS[T])],
        "sheet townships 乡镇: longitude and latitude look swapped: exchange the columns",
    ),
    (
        [(T, "C5", 114.6)],
        "townships 乡镇, cell C5, longitude (°) / 经度（°）: 乙镇 lies 108 km from",
    ),
    (
        [(T, "C5", 113.5), (T, "D5", 27.75)],
        "cell C6, longitude (°) / 经度（°）: 丙镇 stands where 乙镇 of",
    ),
    (
        [(H, "C5", 0), (H, "D5", 0)],
        "hospitals 医院, cell C5, longitude (°) / 经度（°）: 二院 lies 1",
    ),
    (
        [(S, "E8", 123), (S, "F8", 25)],
        "stations 站点, cell E8, longitude (°) / 经度（°）: 规划站 lies",
    ),
    ([(S, "C3", "=1+1")], "stations 站点, cell C3: its formula has no value yet"),
]


@pytest.mark.parametrize(("cells", "told"), WRONG, ids=[f"{n}" for n in range(len(WRONG))])
def test_a_workbook_is_looked_through_before_its_map_is_made(changed, cells, told):
    text = refused(changed(*cells))
    assert told in text
    assert len(text.splitlines()) == 2, text
    assert "--" not in text


def test_all_that_is_wrong_with_it_is_told_at_once(changed):
    def lose(book):
        book[H].delete_cols(4)
        book[T].merge_cells("B5:B6")

    text = refused(changed((S, "D6", "08:30-20:30"), (SETTINGS, "B3", "soon"), also=lose))
    for told in ("hospitals 医院: no column is called lat", "townships 乡镇, cells B5:B6: these",
                 "stations 站点, cell D6: ", "settings 设置, cell B3, targets.urban: "):  # fmt: skip
        assert text.count(told) == 1, text


def test_points_are_told_together_with_all_else(changed):
    text = refused(
        changed(
            (S, "C5", 1.5), (S, "E8", 123), (SETTINGS, "B3", "soon"), (T, "B5", "约5万"),
            (T, "A8", "镇" * 81), (T, "C6", 27.75), (T, "D6", 113.5), (T, "C7", 115), (H, "C4", None), (H, "D5", 27.69),
            (H, "C5", 0.6),
        )
    )  # fmt: skip
    for told in ("stations 站点, cell C5", "stations 站点, cell E8", "settings 设置, cell B3",
                 "townships 乡镇, cell B5", "townships 乡镇, cell C6", "townships 乡镇, cell C7",
                 "townships 乡镇, cell A8", "townships 乡镇, cell B8", "townships 乡镇, cell C8",
                 "hospitals 医院, cell C4", "hospitals 医院, cell C5"):  # fmt: skip
        assert text.count(f"sheet {told}") == 1, text
    assert len(text.splitlines()) == 14, text


def test_a_town_that_lies_apart_is_of_a_map_with_roads_all_the_same(changed):
    path = changed((T, "C7", 115.4))
    assert "zones" in planner_workbook.given({"workbook": path})
    with pytest.raises(WorkbookError, match="cell C7, .*丁镇 lies"):
        planner_workbook.given_to_synthesis({"workbook": path})
    with pytest.raises(WorkbookError, match="cell C7, .*丁镇 lies"):
        planner_workbook.given({"workbook": changed((T, "C7", 130))})


@pytest.mark.parametrize("name", [T, H])
def test_a_column_that_is_gone_is_told_with_its_sheet(changed, name):
    text = refused(changed(also=lambda book: book[name].delete_cols(2 if name == T else 3)))
    assert f"sheet {name}: no column is called" in text


def test_a_station_far_away_is_told_by_its_own_row(changed):
    path = changed((S, "F8", 7.72))
    with pytest.raises(MapImportError, match="sheet stations 站点, cell E8, .*规划站 lies"):
        sim.synthesise_map(workbook=path, to=path.parent / "other", cell="3 km")
    path = changed((H, "C5", 27.69), (H, "D5", 113.6))
    with pytest.raises(MapImportError, match="sheet hospitals 医院, cell C5, .*exchanged in this"):
        sim.synthesise_map(workbook=path, to=path.parent / "other", cell="3 km")
    assert not (path.parent / "other").exists()


def test_columns_that_the_scenario_reads_are_not_told_as_unused(changed):
    path = changed((S, "H1", "colour"), (S, "H5", "red"))
    report = sim.synthesise_map(workbook=path, to=path.parent / "other", cell="3 km")
    assert "that a map does not use: colour\n" in report.told(str) + "\n"


SAME = [
    [(S, "C5", 4), (T, "B4", "52,300"), (T, "G4", 900)],  # ambulances and calls are read anew
    [(T, "E4", "urban"), (T, "E5", "乡村"), (T, "E6", "Rural")],
    [(T, "B4", "５２３００"), (T, "B5", "2.81万"), (T, "C4", "113.490"), (T, "D4", "２７．６５")],
    [(T, "B1", "people / 常住人口（万人）"), *((T, f"B{4 + n}", row[1] / 10_000)
                                            for n, row in enumerate(ROWS[T]))],
    [(T, "F5", "118.20"), (H, "B4", " 三级 "), (S, "G5", "existing"), (S, "G5", None)],
    [(S, "B7", "substation"), (S, "G8", "planned"), (SETTINGS, "B2", "WGS-84")],
]  # fmt: skip


@pytest.mark.parametrize("cells", SAME, ids=[f"{n}" for n in range(len(SAME))])
def test_a_workbook_as_its_map_knows_it_is_silent(changed, cells):
    path = changed(*cells)
    with warnings.catch_warnings():
        warnings.simplefilter("error", PlannerWarning)
        sim.load(path.with_name("today.yaml"))


LATER = [
    ([(T, "B5", 99999)], "乙镇 has 99999 as people, not 28100"),
    ([(T, "C5", 113.61)], "乙镇 stands elsewhere"),
    ([(T, "E5", "城区")], "乙镇 has 城区 as urban or rural, not 农村"),
    ([(T, "A8", "戊镇"), (T, "B8", 9), (T, "C8", 113.55), (T, "D8", 27.6)], "戊镇 is new"),
    ([(H, "D5", 27.6)], "二院 stands elsewhere"),
    ([(H, "A5", "三院")], "三院 is new; 二院 is gone"),
    ([(S, "F8", 27.7)], "规划站 stands elsewhere"),
    ([(S, "G8", "现有"), (S, "C8", 1)], "规划站 has 现有 as status, not 规划"),
    ([(S, "B7", "急救站")], "东站 has 急救站 as kind, not 分站"),
    ([(T, "F5", 500)], "乙镇 has 500 as area in km², not 118.2"),
    ([(T, "F5", None)], "乙镇 has nothing as area in km², not 118.2"),
    ([(H, "B5", "一级")], "二院 has 一级 as level, not 二级"),
    ([(SETTINGS, "B2", "gcj02")], "its points are in gcj02 by the setting coordinates, not wgs84"),
    ([(T, "B1", "people / 常住人口（千人）")], "甲街道 has 52300000 as people, not 52300"),
    ([(T, "H1", "villages"), (T, "H5", 12)], "乙镇 has 12 as villages, not nothing"),
]


@pytest.mark.parametrize(("cells", "told"), LATER, ids=[f"{n}" for n in range(len(LATER))])
def test_a_workbook_that_was_changed_after_its_map_is_told(changed, cells, told):
    path = changed(*cells)
    with pytest.warns(PlannerWarning) as caught:
        sim.load(path.with_name("today.yaml"))
    (said,) = [str(one.message) for one in caught if "Make the map anew" in str(one.message)]
    assert told in said
    assert f"tenthirty map synthesise --workbook {path}" in said


def test_what_cannot_be_run_for_want_of_a_new_map_is_told_with_that(changed):
    path = changed((T, "A5", "己镇"))
    with pytest.raises(ScenarioError, match="己镇 is new; 乙镇 is gone. Make the map anew"):
        sim.load(path.with_name("today.yaml"))


def test_planned_stations_are_candidates_beside_the_seats(county):
    from sim.answers import candidates

    plan = sim.load(county / "today.yaml")
    names = [one.name.zh for one in candidates.find(plan)]
    assert names == ["甲街道", "乙镇", "丙镇", "丁镇", "规划站"]
    assert [one.name.zh for one in plan.stations] == ["中心站", "东站"]


UNREAD = [
    ([(S, "D1", "shift\n上班")], "cell D1: shift / 上班 is not read: is it the column hours 执勤时间?"),
    ([(S, "G1", "备注")], "cell G1: 备注 is not read: is it the column status 状态?"),
    ([(T, "G1", "月呼叫量")], "cell G1: 月呼叫量 is not read: is it the column calls a year 年呼叫量?"),
    ([(T, "F1", None), (T, "I1", "aera"), (T, "I5", 3)], "I1: aera is not read: is it the column area"),
    ([(S, "H1", "colour"), (S, "H5", "red")], f"sheet {S}: columns that are not read: colour"),
    ([(S, "H5", "red")], f"sheet {S}: columns without a name in the header are not read: 8"),
]  # fmt: skip


def notes_of(path):
    """What is warned of when the scenario beside a workbook is read, and when a map is made."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sim.load(path.with_name("today.yaml"))
        read = [str(one.message) for one in caught if one.category is PlannerWarning]
        map_made.chosen(lambda: SynthesisOptions.of(workbook=path), path)
    every = [str(one.message) for one in caught if one.category is PlannerWarning]
    return read, every[len(read) :]


@pytest.mark.parametrize(("cells", "told"), UNREAD, ids=[f"{n}" for n in range(len(UNREAD))])
def test_a_column_that_is_written_and_not_read_is_told(changed, cells, told):
    for notes in notes_of(changed(*cells)):
        assert any(told in note for note in notes), notes


def test_a_sheet_that_is_written_and_not_read_is_told_and_so_is_one_that_is_gone(changed):
    def rename(book):
        book[SETTINGS]["B3"] = 9
        book[SETTINGS].title = "foo"
        book[H].title = "my list"
        book.create_sheet("sources").append(["census", 2020])
        book["sources"].append(["gazetteer", 2021])
        del book["calls 呼叫"]

    for notes in notes_of(changed(also=rename)):
        said = "\n".join(notes)
        for told in (
            "sheet foo of", "is it the sheet settings 设置?",
            "sheet my list of", "is it the sheet hospitals 医院?",
            "sheet sources of", "its name says none that are",
            "has no sheet settings 设置: every setting has its default",
            "has no sheet hospitals 医院: a map",
            "has no sheet calls 呼叫: it has no recorded calls",
        ):  # fmt: skip
            assert told in said


def test_rows_and_columns_that_nobody_sees_are_read_and_told(changed):
    def hide(book):
        book[S].row_dimensions[7].hidden = True
        book[S].column_dimensions["D"].hidden = True
        book[T].column_dimensions["K"].hidden = True  # with nothing in it

    read, made = notes_of(changed(also=hide))
    assert read == made == [
        f"sheet {S}: rows that are hidden, or that a filter leaves out, are read like all others: 7",
        f"sheet {S}: columns that are hidden are read like all others: D",
    ]  # fmt: skip


def test_a_station_a_little_beyond_a_border_that_was_made_up_is_run(changed, county):
    ground = sim.load(county / "today.yaml").map
    x, y = ground.outline.exterior.coords[0] if ground.outline.geom_type == "Polygon" else (0, 0)
    middle = ground.outline.centroid
    far = ((x - middle.x) ** 2 + (y - middle.y) ** 2) ** 0.5
    at = [
        [
            round(float(one), 6)
            for one in ground.lonlat(
                x + (x - middle.x) * metres / far, y + (y - middle.y) * metres / far
            )
        ]
        for metres in (300.0, 9_000.0)
    ]
    path = changed((S, "E7", at[0][0]), (S, "F7", at[0][1]))
    plan = sim.load(path.with_name("today.yaml"))
    station = plan.stations[1]
    assert 0 < plan.map.outside_m(station.x, station.y) < 2000
    with pytest.raises(ScenarioError, match="lies outside the map"):
        sim.load(changed((S, "E7", at[1][0]), (S, "F7", at[1][1])).with_name("today.yaml"))
